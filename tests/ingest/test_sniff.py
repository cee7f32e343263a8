"""What a file is, by its content; every refusal has its code and a sentence."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings, LimitSettings
from pipeline.ingest.reading import Result
from pipeline.ingest.sniff import sniff

Read = Callable[..., list[Result]]
OLE2 = bytes.fromhex("D0CF11E0A1B11AE1")
CUE = "00:00:01.000 --> 00:00:02.000\nHello\n"


def archive(*names: str) -> bytes:
    """Return a zip archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"I: Well?\nP: No.\n", "text"),
        (b"# Heading\n\n**I:** Well?\n", "text"),
        (b"[id1] hello\n\n[id2] hi\n", "text"),
        (b"[00:01:12] I: hello\n", "text"),
        (b"A|one|x\nB|two|x\nA|three|x\n", "text"),
        (b"00:01\tAna:\thello\n00:02\tBen:\thi\n00:03\tAna:\tso\n", "text"),
        (b"Well, yes\nNo, thanks\nSo, then\n", "text"),
        (f"WEBVTT\n\n{CUE}".encode(), "cues"),
        (CUE.encode(), "cues"),
        (f"1\n{CUE}".replace(".", ",").encode(), "cues"),
        (b"0:00:00.378,0:00:11.378\nCaption\n", "cues"),
        (f"WEBVTT\n\n{CUE}".encode("utf-16"), "cues"),
        (b"Speaker,Text\nA,one\nB,two\n", "csv"),
        (b"Time;Speaker;Words\n1;A;one\n2;B;two\n", "csv"),
        (b'{"segments": []}', "json"),
        (b"<!DOCTYPE html><p>I: Well?</p>", "html"),
        (b"<p>I: Well?</p>", "html"),
        (b'<?xml version="1.0"?><TEI><text><body/></text></TEI>', "xml"),
        (b"{\\rtf1 I: Well?}", "rtf"),
        (b"@UTF8\n@Begin\n*CHI:\thi \x150_9\x15\n", "chat"),
        (b'File type = "ooTextFile"\nObject class = "TextGrid"\n', "textgrid"),
        (b"$ Child, Examiner\nC Hello.\n", "salt"),
        (b"\xef\xbb\xbf\n%PDF-1.7\n", "pdf"),
        (archive("content.xml"), "odt"),
        (archive("word/document.xml"), "docx"),
        (archive("xl/workbook.xml"), "xlsx"),
    ],
)
def test_content_decides(data: bytes, kind: str) -> None:
    """The format is told by the bytes, whatever the name says, and a wrong name is noticed."""
    found, notices = sniff(data, "file.png", IngestSettings())
    _, mismatch = sniff(data, "file.docx" if kind != "docx" else "file.txt", IngestSettings())

    assert (kind, ()) == (found, notices)
    assert ["W_EXTENSION_MISMATCH"] == [notice.code for notice in mismatch]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "E_EMPTY"),
        (b" \n\t\r\n", "E_EMPTY"),
        (b"\xef\xbb\xbf", "E_EMPTY"),
        (b"ID3\x04 and so on", "E_BINARY"),
        (b"\x89PNG\r\n\x1a\n", "E_BINARY"),
        (b"\x00\x00\x00\x18ftypM4A ", "E_BINARY"),
        (bytes(range(256)) * 8, "E_BINARY"),
        (OLE2 + "WordDocument".encode("utf-16-le"), "E_LEGACY_DOC"),
        (OLE2 + "EncryptedPackage".encode("utf-16-le"), "E_ENCRYPTED"),
        (OLE2 + b"something else", "E_UNSUPPORTED"),
        (archive("project.qde"), "E_UNSUPPORTED"),
        (b"%PDF-1.7\n", "E_CORRUPT"),
        (archive("notes.txt"), "E_UNSUPPORTED"),
        (archive("../word/document.xml"), "E_UNSAFE_ARCHIVE"),
        pytest.param(archive("word/document.xml")[:30], "E_CORRUPT", id="a zip cut short"),
        (b"WEBVTT\n\nNOTE nothing here\n", "E_NO_CONTENT"),
        (b"day,steps\n1,200\n2,300\n", "E_UNKNOWN_SCHEMA"),
    ],
)
def test_what_is_no_transcript_is_refused(data: bytes, code: str, read: Read) -> None:
    """Each kind of bad file has its code and a sentence that ends in what to do."""
    with pytest.raises(TranscriptError) as caught:
        read(data, "file.csv" if code == "E_UNKNOWN_SCHEMA" else "file.txt")

    assert code == caught.value.code
    assert str(caught.value).endswith((".", "'."))


def test_limits_are_settings() -> None:
    """A file above ``max_bytes`` is refused before anything else is looked at."""
    limits = IngestSettings(limits=LimitSettings(max_bytes=10))

    with pytest.raises(TranscriptError, match="max_bytes") as caught:
        sniff(b"I: far too long\n", "file.txt", limits)

    assert "E_TOO_LARGE" == caught.value.code


def test_characters_are_limited(read: Read) -> None:
    """A text above ``max_chars`` is refused."""
    with pytest.raises(TranscriptError, match="max_chars"):
        read("I: far too long\n", settings={"limits": {"max_chars": 10}})


SENTENCES = {
    b"": "the file is empty; a transcript needs words. Remove it or replace it.",
    b"WEBVTT\n\nNOTE nothing here\n": "no cue was found after the header. Export it again.",
    b"ID3\x04 and so on": "this is an MP3 recording, not text; ingest reads transcripts. "
    "Transcribe it first.",
    OLE2 + "WordDocument".encode("utf-16-le"): "Word 97 format; .docx is read. Open it in a word "
    "processor and save it as .docx.",
    OLE2 + "EncryptedPackage".encode("utf-16-le"): "a password protects it; a file without one is "
    "read. Save a copy without one.",
    b'{"segments": [': "its JSON ends or breaks at line 1. Copy or export it again.",
}


@pytest.mark.parametrize("data", SENTENCES)
def test_a_refusal_says_what_was_found_and_what_to_do(data: bytes, read: Read) -> None:
    """The sentences are those that the design promises, for people look them up."""
    with pytest.raises(TranscriptError) as caught:
        read(data)

    assert SENTENCES[data] == str(caught.value)
