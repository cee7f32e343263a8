"""What a file is, decided by its content; what is no transcript is refused with a sentence."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Mapping
from pathlib import PurePath
from types import MappingProxyType

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import ColumnSettings, IngestSettings
from pipeline.ingest.blocks import Notice
from pipeline.ingest.decode import decode
from pipeline.ingest.readers.archive import open_archive
from pipeline.ingest.readers.columns import match_columns

SAMPLE = 65_536  # bytes that decide; even, so that no UTF-16 unit is cut
HEAD = 8_192  # characters that decide between the text formats
OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
FORMATS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "text": (".txt", ".md", ".markdown", ".text"),
        "docx": (".docx",),
        "cues": (".vtt", ".srt", ".sbv"),
        "pdf": (".pdf",),
        "csv": (".csv", ".tsv", ".tab"),
        "xlsx": (".xlsx",),
        "json": (".json", ".jsonl"),
        "html": (".html", ".htm", ".xhtml"),
        "rtf": (".rtf",),
        "odt": (".odt",),
        "xml": (".eaf", ".trs", ".exb", ".tei", ".xml"),
        "chat": (".cha",),
        "textgrid": (".textgrid",),
        "salt": (".slt", ".salt"),
    }
)
KNOWN = ", ".join(suffix for suffixes in FORMATS.values() for suffix in suffixes)
MEDIA = (
    (b"ID3", "an MP3 recording"),
    (b"\xff\xfb", "an MP3 recording"),
    (b"RIFF", "a recording or a film"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM film"),
)
ZIP_MEMBERS = (
    ("word/document.xml", "docx"),
    ("xl/workbook.xml", "xlsx"),
    ("project.qde", "a project of another coding tool"),
    ("content.xml", "odt"),
)
CUE_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
CUE = re.compile(
    rf"^[^\S\n]*{CUE_TIME}\s*(?:-->|,(?=\s*\d+:\d\d:\d\d\.))\s*{CUE_TIME}", re.MULTILINE
)
FIRST_BYTES = ((b"{\\rtf", "rtf"), (b"@UTF8", "chat"), (b"@Begin", "chat"), (b"@Font", "chat"))
FIRST_WORDS = (
    (re.compile(r"\s*WEBVTT"), "cues"),
    (re.compile(r'\s*File type = "ooTextFile|\s*"?Praat|\s*"ooTextFile'), "textgrid"),
    (re.compile(r"\s*\$ \w+.*,"), "salt"),
)
HTML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
FRAGMENT = re.compile(r"\s*<(p|div|cite|span|table|ul|h[1-6]|b|font)\b[^<>]*>", re.IGNORECASE)
XML = re.compile(
    r"\s*<(?:\?xml|(?i:!doctype)|ANNOTATION_DOCUMENT|Trans|basic-tr|TEI|teiCorpus|cues)\b"
)
JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:[{\[\]"]|-?\d+(?:\.\d+)?\s*[,\]]))')
JSON_PAIR = re.compile(r'"\s*:|^\s*\[\s*[\[\]\d]')
DELIMITERS = ",;\t|"
NOTHING = (None, None, None)
ROWS = 50  # that are looked at
MIN_ROWS = 3
REGULAR = 0.8


def sniff(data: bytes, name: str, settings: IngestSettings) -> tuple[str, tuple[Notice, ...]]:
    """Return the format of ``data``, a key of `READERS`, and what to say about its name.

    Parameters
    ----------
    data
        The whole file.
    name
        Its name; it decides nothing but between prose and a table without known headers.
    settings
        Those of this file.

    Raises
    ------
    TranscriptError
        If it is empty, too large, no text, or of a kind that ingest does not read.
    """
    if len(data) > settings.limits.max_bytes:
        raise TranscriptError(
            f"{len(data) / 1e6:.0f} MB; the limit is {settings.limits.max_bytes / 1e6:.0f} MB. "
            "Split it, or raise max_bytes in [ingest.limits].",
            code="E_TOO_LARGE",
        )
    found = format_of_bytes(data) or format_of_text(data, name, settings)
    suffix = PurePath(name).suffix.lower()
    expected = next((key for key, suffixes in FORMATS.items() if suffix in suffixes), found)
    if expected == found:
        return found, ()
    sentence = f"the name ends in {suffix}, the content is {found}; it was read as {found}."
    return found, (Notice("W_EXTENSION_MISMATCH", sentence),)


def format_of_bytes(data: bytes) -> str | None:
    """Return the format that the first bytes tell, None for text.

    Raises
    ------
    TranscriptError
        If they tell of something that is no transcript.
    """
    if data.startswith(b"PK\x03\x04"):
        return format_of_archive(data)
    if data.startswith(OLE2):
        raise ole2_error(data)
    bare = data.removeprefix(codecs.BOM_UTF8)
    if bare[:1024].lstrip().startswith(b"%PDF-"):
        return "pdf"
    for magic, kind in FIRST_BYTES:
        if bare.startswith(magic):
            return kind
    kinds = [kind for magic, kind in MEDIA if data.startswith(magic)]
    if data[4:8] == b"ftyp":
        kinds.append("an MP4 recording or film")
    if kinds:
        raise TranscriptError(
            f"this is {kinds[0]}, not text; ingest reads transcripts. Transcribe it first.",
            code="E_BINARY",
        )
    return None


def format_of_archive(data: bytes) -> str:
    """Return the format of a zip archive."""
    names = set(open_archive(data).namelist())
    for member, kind in ZIP_MEMBERS:
        if member in names:
            if kind in FORMATS:
                return kind
            raise unsupported(kind)
    raise unsupported("an archive (zip)")


def ole2_error(data: bytes) -> TranscriptError:
    """Return what to say of a file of the time before the open formats."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return TranscriptError(
            "a password protects it; a file without one is read. Save a copy without one.",
            code="E_ENCRYPTED",
        )
    if "WordDocument".encode("utf-16-le") in data:
        return TranscriptError(
            "Word 97 format; .docx is read. Open it in a word processor and save it as .docx.",
            code="E_LEGACY_DOC",
        )
    return unsupported("an old Office file")


def unsupported(kind: str) -> TranscriptError:
    """Return the error for a known kind that is no transcript, or none that is read yet."""
    ways = {
        "a project of another coding tool": "Use 'glossator import'.",
        "an archive (zip)": "Unpack it and put the transcripts into raw/.",
    }
    return TranscriptError(
        f"this is {kind}; ingest reads {KNOWN}. "
        + ways.get(kind, "Save it as .docx or .txt, or move it out of raw/."),
        code="E_UNSUPPORTED",
    )


def format_of_text(data: bytes, name: str, settings: IngestSettings) -> str:
    """Return which of the text formats ``data`` is."""
    text = decode(data[:SAMPLE], settings.encoding).text
    if not text.strip() and (len(data) <= SAMPLE or not decode(data).text.strip()):
        raise TranscriptError(
            "the file is empty; a transcript needs words. Remove it or replace it.", code="E_EMPTY"
        )
    head = text[:HEAD]
    for first, kind in FIRST_WORDS:
        if first.match(head):
            return kind
    fragment = FRAGMENT.match(head)
    if HTML.match(head) or (fragment and f"</{fragment[1]}>" in head):
        return "html"
    if XML.match(head):
        return "xml"
    if JSON.match(head) and JSON_PAIR.search(head):
        return "json"
    if CUE.search(head):
        return "cues"
    return "csv" if is_table(text, name, settings) else "text"


def is_table(text: str, name: str, settings: IngestSettings) -> bool:
    """Whether ``text`` is rows and columns: named by the settings, by its header or its name."""
    if settings.columns.speaker or settings.columns.text:
        return True
    lines = text.lstrip("\n").split("\n", ROWS)[:ROWS]
    is_named = PurePath(name).suffix.lower() in FORMATS["csv"]
    return any(
        is_regular(lines, delimiter) and (is_named or has_known_header(lines[0], delimiter))
        for delimiter in DELIMITERS
    )


def has_known_header(line: str, delimiter: str) -> bool:
    """Whether ``line`` names a column of text and one of speakers, times or transcripts."""
    cells = next(csv.reader([line], delimiter=delimiter), [])
    columns = match_columns(cells, ColumnSettings())
    return columns is not None and (columns.speaker, columns.start, columns.transcript) != NOTHING


def is_regular(lines: list[str], delimiter: str) -> bool:
    """Whether there are several columns and most rows have as many cells as the first."""
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(row)]
    n_like = sum(len(row) == len(rows[0]) for row in rows)
    return len(rows) >= MIN_ROWS and len(rows[0]) > 1 and n_like >= REGULAR * len(rows)
