"""Files made to harm: each with its name, what makes it and the code by which it is refused."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence

TALK = b"I: Who counts them?\nP: We do.\n" * 20
ENDLESS = b'File type = "ooTextFile"\n"TextGrid"\n0\n9\n<exists>\n999999999\n'
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
SHOWN = b"/Font << /F1 5 0 R >>"
WRITE = b"BT /F1 12 Tf 72 720 Td "


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive with these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def bombs_in_bombs() -> bytes:
    """Return a document with many pages that unpack to 60 MB each."""
    page = b" " * 60_000_000
    return zipped({"word/document.xml": page} | {f"word/{n}.xml": page for n in range(12)})


def lying_archive() -> bytes:
    """Return a document whose list of members says that its page is small."""
    data = zipped({"word/document.xml": b" " * 70_000_000})
    return data.replace((70_000_000).to_bytes(4, "little"), (70_000).to_bytes(4, "little"))


def entities(depth: int) -> bytes:
    """Return XML whose entities grow tenfold with each level."""
    lines = [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, depth)]
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{"".join(lines)}]><TEI>&a{depth - 1};</TEI>'.encode()


def captions(n_cues: int) -> bytes:
    """Return captions with so many cues of one letter."""
    return b"\n".join(b"00:00:01.000 --> 00:00:02.000\na\n" for _ in range(n_cues))


def pdf(objects: Sequence[bytes]) -> bytes:
    """Return a PDF of ``objects``, the first of which is its catalogue."""
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % at for at in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def pages(content: bytes, n_pages: int = 1, more: Sequence[bytes] = ()) -> bytes:
    """Return a PDF that shows one packed page so many times; ``more`` are X0 and what it calls."""
    packed = zlib.compress(content, 9)
    names = SHOWN + (b" /XObject << /X0 6 0 R >>" if more else b"")
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"3 0 R " * n_pages, n_pages),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            b"/Resources << %s >> >>" % names,
            b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed),
            FONT,
            *more,
        ]
    )


def drawings(depth: int) -> bytes:
    """Return a PDF with a drawing that calls the next ten times, and so on."""
    calls = b"/X0 Do " * 10
    forms = [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X0 %d 0 R >>"
        b" >> /Length %d >>\nstream\n%s\nendstream" % (number + 7, len(calls), calls)
        for number in range(depth)
    ]
    return pages(WRITE + b"(hm) Tj ET " + calls, more=[*forms, FONT])


def tree(kids: bytes, n_pages: int) -> bytes:
    """Return a PDF that says that it has so many pages."""
    root = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, n_pages)
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", root])


HARMFUL: Mapping[str, tuple[str, Callable[[], bytes], str]] = {
    "a page that unpacks to 70 MB": (
        "a.docx",
        lambda: zipped({"word/document.xml": b" " * 70_000_000}),
        "E_TOO_LARGE",
    ),
    "many pages of 60 MB": ("a.docx", bombs_in_bombs, "E_TOO_LARGE"),
    "a page larger than it says": ("a.docx", lying_archive, "E_CORRUPT"),
    "a sheet that unpacks to 70 MB": (
        "a.xlsx",
        lambda: zipped({"xl/workbook.xml": b"x", "xl/worksheets/sheet1.xml": b" " * 70_000_000}),
        "E_TOO_LARGE",
    ),
    "entities in entities": ("a.eaf", lambda: entities(12), "E_UNSAFE_XML"),
    "entities in a document": (
        "a.docx",
        lambda: zipped({"word/document.xml": entities(12)}),
        "E_UNSAFE_XML",
    ),
    "entities in a text": (
        "a.odt",
        lambda: zipped({"content.xml": entities(12)}),
        "E_UNSAFE_XML",
    ),
    "XML in XML": ("a.xml", lambda: b"<TEI>" * 100_000, "E_UNSAFE_XML"),
    "lists in lists": ("a.json", lambda: b"[" * 3_000_000, "E_CORRUPT"),
    "objects in objects": ("a.json", lambda: b'{"a":' * 600_000, "E_CORRUPT"),
    "pages in pages": ("a.html", lambda: b"<html>" + b"<div>" * 100_000, "E_UNSAFE_XML"),
    "a path out of the archive": ("a.docx", lambda: zipped({"../x": b"x"}), "E_UNSAFE_ARCHIVE"),
    "a path from the root": ("a.odt", lambda: zipped({"/etc/x": b"x"}), "E_UNSAFE_ARCHIVE"),
    "a TextGrid that says it is endless": ("a.TextGrid", lambda: ENDLESS, "E_CORRUPT"),
    "groups in groups": ("a.rtf", lambda: b"{\\rtf1 " + b"{\\b a" * 500_000, "E_CORRUPT"),
    "a TextGrid that never begins": (
        "a.TextGrid",
        lambda: ENDLESS.replace(b"999999999", b'1\n"IntervalTier"\n"A"\n0\n9\n1\n1e999\n2\n"hm"'),
        "E_CORRUPT",
    ),
    "prose without end": ("a.txt", lambda: b"Nobody counted them.\n" * 300_000, "E_TOO_LARGE"),
    "200,000 lines of prose": ("a.txt", lambda: b"They were here.\n" * 200_000, "E_TOO_LARGE"),
    "one line of 20 MB": ("a.txt", lambda: b"herons " * 3_000_000, "E_TOO_LARGE"),
    "blank lines without end": ("a.txt", lambda: TALK + b"\n" * 2_000_000, "E_TOO_LARGE"),
    "cues without end": ("a.vtt", lambda: captions(200_000), "E_TOO_LARGE"),
}
HARMFUL_PDFS: Mapping[str, tuple[str, Callable[[], bytes], str]] = {
    "a PDF of noise": ("a.pdf", lambda: b"%PDF-1.4\n" + bytes(range(256)) * 8_000, "E_CORRUPT"),
    "a PDF that holds itself": ("a.pdf", lambda: tree(b"2 0 R", 100_000), "E_TOO_LARGE"),
    "a million pages": ("a.pdf", lambda: tree(b"3 0 R", 1_000_000), "E_TOO_LARGE"),
    "a page of 3 million words": (
        "a.pdf",
        lambda: pages(WRITE + b"(hm) Tj " * 3_000_000 + b"ET"),
        "E_TOO_LARGE",
    ),
    "a page of 3 million lines drawn": (
        "a.pdf",
        lambda: pages(b"0 0 m 9 9 l S " * 3_000_000),
        "E_TOO_LARGE",
    ),
    "a page that unpacks to 500 MB": (
        "a.pdf",
        lambda: pages(b" " * 500_000_000),
        "E_TOO_LARGE",
    ),
    "drawings in drawings": ("a.pdf", lambda: drawings(8), "E_TOO_LARGE"),
    "one page shown 5,000 times": (
        "a.pdf",
        lambda: pages(WRITE + b"(hm hm) Tj " * 2_000 + b"ET", 5_000),
        "E_TOO_LARGE",
    ),
    "lists in lists in a PDF": (
        "a.pdf",
        lambda: pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"[" * 1_000_000]),
        "E_TOO_LARGE",
    ),
}
