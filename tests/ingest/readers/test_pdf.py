"""PDFs: the paragraphs of the writer, without what the paper adds."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings, LimitSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.pdf import parse_pdf

Put = tuple[float, float, str]
IMAGE = "q 90 0 0 90 72 600 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x01 EI Q"
TALK = [
    "Ana: So how did you come to this valley, and what did you find when you first saw it?",
    "Ben: By boat. There was no road, only a path which goats had made, and water took it away.",
    "Ana: And your parents?",
    "Ben: They stayed.",
    "Ana: Did they ever think of following you, or was that simply never spoken of at home?",
    "Ben: Never. It was not our way to ask, and so I did not ask.",
]


def pdf(
    *pages: Sequence[Put] | str, font: bytes = b"", page: bytes = b"", more: Sequence[bytes] = ()
) -> bytes:
    """Return a PDF: each page lines at x and y, in Courier, 6 points a character; or operators.

    ``font`` and ``page`` are further entries of their dictionaries, ``more`` further objects, the
    first of which is number 4.
    """
    first = 4 + len(more)
    kids = b" ".join(b"%d 0 R" % number for number in range(first, first + 2 * len(pages), 2))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding %s >>"
        % font,
        *more,
    ]
    for number, content in enumerate(pages):
        stream = (content if isinstance(content, str) else operators(content)).encode("cp1252")
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R %s "
            b"/Resources << /Font << /F 3 0 R >> /XObject << /X 4 0 R >> >> >>"
            % (first + 2 * number + 1, page),
            stream_of(stream),
        ]
    return file_of(objects)


def operators(lines: Sequence[Put]) -> str:
    """Return what puts each text at its place."""
    escaped = [
        (x, y, "".join(f"\\{c}" if c in "()\\" else c for c in text)) for x, y, text in lines
    ]
    return "\n".join(f"BT /F 10 Tf {x} {y} Td ({text}) Tj ET" for x, y, text in escaped)


def stream_of(data: bytes, entries: bytes = b"") -> bytes:
    """Return an object that holds ``data``."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def file_of(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Return a PDF of numbered objects, the first of which is the catalogue."""
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, b"".join(offsets))
    root = b"trailer\n<< /Size %d /Root 1 0 R %s >>\n" % (len(objects) + 1, trailer)
    return out + table + root + b"startxref\n%d\n%%%%EOF\n" % len(out)


def printed(
    paragraphs: Sequence[str],
    *,
    space: float = 0,
    first: int = 0,
    others: int = 0,
    n_lines: int = 6,
) -> list[list[Put]]:
    """Return the pages of ``paragraphs``, wrapped at 60 characters.

    ``space`` stands before each, in points; its first line and its others begin so many characters
    further right.
    """
    pages: list[list[Put]] = [[]]
    y = 740.0
    for paragraph in paragraphs:
        lines = textwrap.wrap(
            paragraph, 60, initial_indent=" " * first, subsequent_indent=" " * others
        )
        for number, line in enumerate(lines):
            if len(pages[-1]) == n_lines:
                pages.append([])
                y = 740.0
            y -= 12 + (space if number == 0 else 0)
            pages[-1].append((108 + (6 * others if number else 6 * first), y, line.strip()))
    return pages


def numbered(pages: Sequence[Sequence[Put]], *, is_after: bool) -> list[list[Put]]:
    """Return ``pages`` with line numbers in the left margin, drawn with the lines or after them."""
    found = []
    for lines in pages:
        numbers = [(80.0, y, str(n)) for n, (_, y, _) in enumerate(lines, 1)]
        pairs = [put for pair in zip(numbers, lines, strict=True) for put in pair]
        found.append([*lines, *numbers] if is_after else pairs)
    return found


def framed(pages: Sequence[Sequence[Put]]) -> list[list[Put]]:
    """Return ``pages`` with a header, a footer and a page number."""
    return [
        [(60, 815, "5/6/24, 10:01 Interview"), *lines, (60, 30, "an address"), (300, 30, f"{n}/2")]
        for n, lines in enumerate(pages, 1)
    ]


def read(data: bytes) -> Reading:
    """Return what a PDF holds."""
    return parse_pdf(data, IngestSettings())


def texts(data: bytes) -> list[str]:
    """Return the text of each block."""
    return [block.text for block in read(data).blocks]


def removed(data: bytes) -> dict[str, int]:
    """Return how often each kind of matter was removed."""
    return {part.kind: part.count for part in read(data).removed}


LAYOUTS = {
    "space between paragraphs": printed(TALK, space=8),
    "no space": printed(TALK),
    "first line indented": printed(TALK, first=4),
    "other lines indented": printed(TALK, others=5),
    "numbers with the lines": numbered(printed(TALK), is_after=False),
    "numbers after the lines": numbered(printed(TALK, space=8), is_after=True),
    "header and footer": framed(printed(TALK)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_lines_become_the_paragraphs_that_were_printed(layout: str) -> None:
    """Whatever the layout, wrapped lines are joined, on one page or over two."""
    assert TALK == texts(pdf(*LAYOUTS[layout]))


def test_what_print_adds_is_counted() -> None:
    """Headers, footers, page and line numbers are not in the text; the report names them."""
    data = pdf(*framed(numbered(printed(TALK), is_after=True)))

    assert {"line number": 9, "page header": 2, "page footer": 2} == removed(data)


def test_a_block_knows_its_page_and_box() -> None:
    """Left, bottom, right, top in points from the lower left corner."""
    (block,) = read(pdf([(72, 700, "Ana: " + "so " * 24), (72, 688, "on.")])).blocks

    assert ("line", "page 1 box 72,686,528,708") == (block.kind, block.place)


def test_a_block_over_two_pages_has_two_boxes() -> None:
    """The box of its first page and that of its last."""
    line = "so and so " * 6

    places = [block.place for block in read(pdf(*[[(72, y, line) for y in (92, 80)]] * 2)).blocks]

    assert ["page 1 box 72,78,426,100 to page 2 box 72,78,426,100"] == places


@pytest.mark.parametrize(
    ("ana", "ben"),
    [
        ("Ana: ", "Ben: "),
        ("[00:14] Ana: ", "[01:02] Ben: "),
        ("[00:14] Ana:\n", "[01:02] Ben:\n"),
        ("Ana\n", "Ben\n"),
    ],
)
def test_speakers_are_found(ana: str, ben: str, read: Callable[..., Any]) -> None:
    """A label before the words, a time before it, both on a line of their own, a name alone."""
    words = [part.split(": ", 1)[1] for part in TALK]
    talk = [label + part for label, part in zip([ana, ben] * 3, words, strict=True)]
    lines = [line for paragraph in talk for line in paragraph.split("\n")]

    (result,) = read(pdf(*printed(lines)), "talk.pdf")

    assert ["Ana", "Ben"] * 3 == [turn.speaker for turn in result.turns]
    assert words == [turn.text for turn in result.turns]


def test_a_name_at_the_top_of_two_pages_is_no_header() -> None:
    """What stands elsewhere, too, does not belong to the paper."""
    talk = [["Ana", "Yes, so.", "Ben", "No."], ["Ana", "But why?", "Ben", "Well.", "Ana", "Oh."]]
    pages = [[(72, 780 - 12 * n, line) for n, line in enumerate(lines)] for lines in talk]

    assert [*talk[0], *talk[1]] == texts(pdf(*pages))


def test_the_number_of_a_single_page_is_removed() -> None:
    """A number in the margin that is the page's own needs no second page."""
    data = pdf([(72, 700, "Ana: Yes, in 1."), (300, 30, "- 1 -"), (72, 688, "1")])

    assert ["Ana: Yes, in 1.", "1"] == texts(data)
    assert {"page number": 1} == removed(data)


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        ("inter-", "view was long", "interview was long"),
        ("well-", "known and well-known", "well-known and well-known"),
        ("the Anglo-", "Irish one", "the Anglo-Irish one"),
        ("two-", "and three-fold", "two- and three-fold"),
    ],
)
def test_hyphens_at_the_end_of_a_line(upper: str, lower: str, expected: str) -> None:
    """A hyphen goes with the line's end, unless the word is written with one."""
    filling = "and so on " * 6
    lines = [filling, upper.rjust(60, "."), f"{lower} {filling}"[:60], filling]

    (text, *_) = texts(pdf([(72, 700 - 12 * n, line) for n, line in enumerate(lines)]))

    assert expected in text


def test_columns_are_parted_by_a_tab() -> None:
    """A label in a column of its own is told from the words."""
    rows = [(72, 700, "Ana"), (150, 700, "So?"), (72, 688, "Ben"), (150, 688, "Yes.")]

    assert ["Ana\tSo?", "Ben\tYes."] == texts(pdf(rows))


@pytest.mark.parametrize(
    ("turn", "matrix"),
    [(90, "0 1 -1 0 100 72"), (180, "-1 0 0 -1 500 700"), (270, "0 -1 1 0 100 700")],
)
def test_turned_pages_are_read_as_seen(turn: int, matrix: str) -> None:
    """A page may be turned, and a stamp may run along its side."""
    content = f"BT /F 10 Tf {matrix} Tm 12 TL (Ana: So and) Tj T* T* (Ben: No.) Tj ET\n"
    stamp = operators([(10, 10, "COPY")])

    data = pdf(content + stamp, page=b"/Rotate %d" % turn)

    assert ["Ana: So and", "Ben: No."] == texts(data)
    assert {"sideways text": 1} == removed(data)


def test_comments_forms_and_hidden_places_are_counted() -> None:
    """They are no part of the text, and the report says how many words they have."""
    note = b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /Contents (not this one) >>"
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (n) /V (my name) /Rect [0 0 9 9] >>"
    data = pdf(
        [(72, 700, "Ana: Yes."), (72, -300, "far below")],
        page=b"/Annots [4 0 R 5 0 R]",
        more=[note, field],
    )

    found = read(data)

    assert ["Ana: Yes."] == [block.text for block in found.blocks]
    assert [("comment", 1, 3), ("form field", 1, 2), ("text outside the page", 1, 2)] == [
        (part.kind, part.count, part.words) for part in found.removed
    ]


def test_fonts_may_lack_meaning() -> None:
    """Characters without a meaning are kept as what they are, and said; emoji are one character."""
    table = b"1 begincodespacerange <00> <ff> endcodespacerange 2 beginbfchar <41> <e001> "
    table += b"<42> <d83dde00> endbfchar"

    found = read(pdf([(72, 700, "A B no")], font=b"/ToUnicode 4 0 R", more=[stream_of(table)]))

    assert ["\ue001 \U0001f600 no"] == [block.text for block in found.blocks]
    assert ["W_BAD_TEXT_LAYER"] == [notice.code for notice in found.notices]


def test_pages_without_text_are_named() -> None:
    """One scanned page among four is read around, and said."""
    found = read(pdf(IMAGE, *[[(72, 700, "Ana: Yes.")]] * 3))

    (notice,) = found.notices
    assert "W_PAGES_WITHOUT_TEXT" == notice.code
    assert "page 1)" in notice.sentence


def test_a_file_without_its_end_is_said() -> None:
    """The words that are there are read."""
    found = read(pdf([(72, 700, "Ana: Yes.")]).removesuffix(b"%%EOF\n"))

    assert ["W_TRUNCATED"] == [notice.code for notice in found.notices]


def rc4(key: bytes, data: bytes) -> bytes:
    """Return ``data`` enciphered as old PDFs are."""
    box, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


def locked(*, password: bytes) -> bytes:
    """Return a PDF whose reader must know ``password``; its owner's is another."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    owner, rights = bytes(range(32)), (-44).to_bytes(4, "little", signed=True)
    secret = (password + pad)[:32] + owner + rights + b"id"
    key = hashlib.md5(secret, usedforsecurity=False).digest()[:5]
    salted = key + (4).to_bytes(3, "little") + bytes(2)
    words = rc4(
        hashlib.md5(salted, usedforsecurity=False).digest()[:10],
        operators([(72, 700, "Ana: Yes.")]).encode(),
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
        stream_of(words),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
        b"<< /Filter /Standard /V 1 /R 2 /P -44 /O <%s> /U <%s> >>"
        % (owner.hex().encode(), rc4(key, pad).hex().encode()),
    ]
    return file_of(objects, b"/Encrypt 6 0 R /ID [<6964> <6964>]")


def test_a_pdf_that_only_its_owner_may_change_opens() -> None:
    """What needs no password to be read is read."""
    assert ["Ana: Yes."] == texts(locked(password=b""))


def multiplying(depth: int) -> bytes:
    """Return a small PDF whose drawing calls ten drawings, each of which calls ten, and so on."""
    entries = (
        b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X %d 0 R >> >>"
    )
    calls = b"/X Do " * 10
    forms = [stream_of(calls, entries % number) for number in range(5, 5 + depth)]
    return pdf("/X Do", more=[*forms, stream_of(b"0 0 9 9 re f", entries % 4)])


PLAIN = pdf(*printed(TALK))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7\n", "E_CORRUPT"),
        (PLAIN[: len(PLAIN) // 4], "E_CORRUPT"),
        (locked(password=b"secret"), "E_ENCRYPTED"),
        (pdf(IMAGE, IMAGE, IMAGE), "E_NO_TEXT_LAYER"),
        (pdf(*[IMAGE + operators([(300, 30, str(n))]) for n in (1, 2, 3)]), "E_NO_TEXT_LAYER"),
        (pdf(""), "E_NO_CONTENT"),
        (multiplying(9), "E_TOO_LARGE"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    """Each has its code and a sentence that says what to do; nothing costs all memory."""
    with pytest.raises(TranscriptError) as caught:
        read(data)

    assert code == caught.value.code
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (LimitSettings(max_pages=1), "2 pages; the limit is 1"),
        (LimitSettings(max_chars=100), "more than 100 characters on the first 1 pages"),
    ],
)
def test_pages_and_characters_are_limited(limits: LimitSettings, sentence: str) -> None:
    """Above a limit nothing more is read, and no part of it is taken for the whole."""
    with pytest.raises(TranscriptError, match=sentence) as caught:
        parse_pdf(PLAIN, IngestSettings(limits=limits))

    assert "E_TOO_LARGE" == caught.value.code


def test_damage_is_read_or_refused(withstands: Callable[..., None]) -> None:
    """Cut, changed and random bytes give a transcript or an error of ours."""
    withstands(parse_pdf, PLAIN)
