"""One invented conversation in a file of each format that ingest reads."""

from __future__ import annotations

import io
import json
import random
import textwrap
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

import openpyxl
import pypdfium2 as pdfium
from pypdfium2 import raw

Talk = Sequence[tuple[str, str]]
SYLLABLES = ("ma", "ren", "to", "il", "sa", "ku", "ber", "né", "von", "ash", "li", "dor")
TURN_WORDS = (2, 12, 70)  # the fewest, what is common, the most
LINES = 48  # on a page
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
OASIS = "urn:oasis:names:tc:opendocument:xmlns"


def conversation(n_words: int, seed: int = 0) -> list[tuple[str, str]]:
    """Return turns of two speakers with ``n_words`` invented words, the same for a seed."""
    draw = random.Random(seed)  # noqa: S311  # the same talk every time
    low, common, high = TURN_WORDS
    found: list[tuple[str, str]] = []
    while n_words > 0:
        size = min(n_words, round(draw.triangular(low, high, common)))
        words = ["".join(draw.choices(SYLLABLES, k=draw.randint(1, 3))) for _ in range(size)]
        found.append(("IP"[len(found) % 2], " ".join(words).capitalize() + "."))
        n_words -= size
    return found


def written(talk: Talk, pattern: str, gap: str = "\n") -> str:
    """Return each turn by ``pattern``: ``n``, ``label``, ``words``, ``start`` and ``end`` times."""
    return gap.join(
        pattern.format(n=n, m=n + 1, label=label, words=words, start=clock(n), end=clock(n + 1))
        for n, (label, words) in enumerate(talk)
    )


def clock(seconds: int) -> str:
    """Return a time as captions write it."""
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.000"


def prose(n_lines: int) -> bytes:
    """Return lines without speakers."""
    said = [words for _, words in conversation(20_000, seed=1)]
    return "\n".join(said[n % len(said)] for n in range(n_lines)).encode()


def short_turns(n_lines: int) -> bytes:
    """Return lines of talk of a few words."""
    return "\n".join(f"{'IP'[n % 2]}: well, so {n}." for n in range(n_lines)).encode()


def old_encoding(n_bytes: int) -> bytes:
    """Return talk in cp1252, among it bytes that stand for nothing there."""
    talk = f"I: {'née à Besançon, ' * 9}\u0081n été.\nP: {'là-bas ' * 20}\n".encode("latin-1")
    return talk * (n_bytes // len(talk))


def zipped(name: str, text: str) -> bytes:
    """Return an archive of one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()


def docx(talk: Talk) -> bytes:
    """Return a Word document, a paragraph a turn."""
    bold = "<w:r><w:rPr><w:b/></w:rPr><w:t>{label}:</w:t></w:r>"
    body = written(talk, f"<w:p>{bold}<w:r><w:t> {{words}}</w:t></w:r></w:p>")
    document = f'{XML}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    return zipped("word/document.xml", document)


def odt(talk: Talk) -> bytes:
    """Return an OpenDocument text, a paragraph a turn."""
    spaces = " ".join(f'xmlns:{name}="{OASIS}:{name}:1.0"' for name in ("office", "text"))
    body = written(talk, "<text:p>{label}: {words}</text:p>")
    return zipped(
        "content.xml",
        f"{XML}<office:document-content {spaces}><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>",
    )


def xlsx(talk: Talk) -> bytes:
    """Return a workbook, a row a turn."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Talk")
    for row in (("Speaker", "Text"), *talk):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def pdf(talk: Talk) -> bytes:
    """Return pages of wrapped lines with a page number."""
    document = pdfium.PdfDocument.new()
    lines = [line for label, words in talk for line in textwrap.wrap(f"{label}: {words}", 80)]
    for first in range(0, len(lines), LINES):
        page = document.new_page(595, 842)
        numbered = [*lines[first : first + LINES], str(first // LINES + 1)]
        for row, line in enumerate(numbered):
            put(document, page, line, 790 - 15 * row)
        page.gen_content()
        page.close()
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def put(document: pdfium.PdfDocument, page: pdfium.PdfPage, text: str, y: float) -> None:
    """Write one line on a page."""
    line = raw.FPDFPageObj_NewTextObj(document, b"Courier", 10)
    units = (text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(line, (raw.FPDF_WCHAR * (len(units) // 2)).from_buffer_copy(units))
    raw.FPDFPageObj_Transform(line, 1, 0, 0, 1, 60, y)
    raw.FPDFPage_InsertObject(page, line)


def textgrid(talk: Talk) -> str:
    """Return a TextGrid with a tier a speaker."""
    tiers = [
        [f'{n}\n{n + 1}\n"{words}"' for n, (label, words) in enumerate(talk) if label == name]
        for name in "IP"
    ]
    body = "\n".join(
        f'"IntervalTier"\n"{name}"\n0\n{len(talk)}\n{len(spans)}\n' + "\n".join(spans)
        for name, spans in zip("IP", tiers, strict=True)
    )
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n{len(talk)}\n<exists>\n2\n'
    return head + body


def words_json(talk: Talk) -> str:
    """Return what a speech recogniser writes."""
    segments: Iterator[dict[str, object]] = (
        {"start": n, "end": n + 1, "speaker": f"SPEAKER_0{n % 2}", "text": words}
        for n, (_, words) in enumerate(talk)
    )
    return json.dumps({"segments": list(segments)})


WRITERS: Mapping[str, Callable[[Talk], str | bytes]] = MappingProxyType(
    {
        "text": lambda talk: written(talk, "{label}: {words}", "\n\n"),
        "cues": lambda talk: (
            "WEBVTT\n\n" + written(talk, "{start} --> {end}\n<v {label}>{words}</v>\n")
        ),
        "csv": lambda talk: "Speaker,Text\n" + written(talk, "{label},{words}"),
        "json": words_json,
        "html": lambda talk: (
            "<!doctype html><body>" + written(talk, "<p><b>{label}:</b> {words}</p>")
        ),
        "rtf": lambda talk: (
            "{\\rtf1\\ansi\\ansicpg1252 "
            + written(talk, "{label}: {words}\\par").replace("é", "\\'e9")
            + "}"
        ),
        "xml": lambda talk: (
            f"{XML}<TEI><text><body>"
            + written(talk, '<u who="#{label}">{words}</u>')
            + "</body></text></TEI>"
        ),
        "chat": lambda talk: (
            "@UTF8\n@Begin\n@Participants:\tI Investigator, P Participant\n"
            + written(talk, "*{label}:\t{words}")
            + "\n@End\n"
        ),
        "textgrid": textgrid,
        "salt": lambda talk: "$ Interviewer, Participant\n" + written(talk, "{label} {words}"),
        "docx": docx,
        "odt": odt,
        "xlsx": xlsx,
        "pdf": pdf,
    }
)


def file_of(kind: str, talk: Talk) -> bytes:
    """Return ``talk`` as a file of the format ``kind``."""
    found = WRITERS[kind](talk)
    return found if isinstance(found, bytes) else found.encode()
