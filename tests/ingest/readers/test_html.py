"""Web pages: a block for every line that a browser would begin."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.html import parse_html

DEFAULT = IngestSettings()


def read(text: str) -> Reading:
    """Return what a page holds."""
    return parse_html(text.encode(), DEFAULT)


def lines(text: str) -> list[str]:
    """Return the text of each block of a page."""
    return [block.text for block in read(text).blocks]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>I: one</p><p>P: two</p>", ["I: one", "P: two"]),
        ("<p>I: one\n<br>P: two<BR/>three", ["I: one", "P: two", "three"]),
        ("before<p>in</p>after", ["before", "in", "after"]),
        ("<p>a<b>b</b><i>c</i> <span>d</span></p>", ["abc d"]),
        ("<b>a <i>b</b> c</i>", ["a b c"]),
        ("<p>a\n   b\t c</p>", ["a b c"]),
        ("<pre>a\n  b</pre>", ["a", "  b"]),
        ("<p>a&nbsp;&amp;&#39;&eacute;</p>", ["a\u00a0&'é"]),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("<cite>Ana:</cite>\n<time>0:53</time>\n<p>So</p>", ["Ana: 0:53", "So"]),
        ("<table><tr><td>I:<td>yes<tr><td>P:<td>no</table>", ["I:\tyes", "P:\tno"]),
        ("<p>a<!-- not this --><?nor this?>b</p>", ["ab"]),
    ],
)
def test_lines_begin_where_a_browser_begins_them(text: str, expected: list[str]) -> None:
    """Block tags and breaks begin a line, other tags nothing; crossing tags do no harm."""
    assert expected == lines(text)


def test_code_titles_and_hidden_text_are_counted() -> None:
    """They are not shown as words of the page."""
    reading = read(
        "<title>My page</title><style>p {}</style><p>yes<script>x()</script>"
        "<span hidden>not this</span><span style='display: none'>nor</span></p>"
    )

    assert [block.text for block in reading.blocks] == ["yes"]
    assert {(part.kind, part.count, part.words) for part in reading.removed} == {
        ("page title", 1, 2),
        ("page code", 2, 0),
        ("hidden text", 2, 3),
    }


def test_headings_and_bold_beginnings_are_handed_on() -> None:
    """They show where labels are."""
    first, second, third = read("<h2>Ana</h2><p><b>Ben:</b> so <b>yes</b><p>no <b>no</b>").blocks

    assert ("heading 2", 2) == (first.style, first.level)
    assert (4, 0, 0) == (second.bold, second.level, third.bold)


def test_talk_in_a_table_names_its_speakers() -> None:
    """Lines in a cell stay lines; tables in cells are only words."""
    reading = read(
        "<p>Interview<table><thead><tr><th>Speaker<th>Text</thead>"
        "<tr><td>I:<td>yes<br>no<tr><td>P<td><table><tr><td>a<td>b</table></table>"
    )

    assert reading.is_structured
    assert [(b.kind, b.label, b.text) for b in reading.blocks] == [
        ("paragraph", None, "Interview"),
        ("row", "I", "yes\nno"),
        ("row", "P", "a\tb"),
    ]


@pytest.mark.parametrize("header", ["<th>Speaker<th>Text", "<th>Day<th>Hour"])
def test_hidden_text_in_a_table_is_counted_once(header: str) -> None:
    """Whether the table holds talk or not."""
    (part, *_) = read(f"<table><tr>{header}<tr><td>I<td>yes<i hidden>but no</i></table>").removed

    assert ("hidden text", 1, 2) == (part.kind, part.count, part.words)


@pytest.mark.parametrize(
    ("data", "encoding", "text"),
    [
        (b"<meta charset=windows-1252><p>caf\xe9 \x93", "cp1252", "café \u201c"),
        (b"<meta charset='iso-8859-1'><p>\x93", "cp1252", "\u201c"),
        (b"<meta charset=utf-8><p>caf\xc3\xa9", "utf-8", "café"),
        (b"<meta charset=no-such><p>caf\xc3\xa9", "utf-8", "café"),
        (b"<meta charset=hex><p>caf\xc3\xa9", "utf-8", "café"),
        (b"\xef\xbb\xbf<meta charset=latin1><p>caf\xc3\xa9", "utf-8", "café"),
        ("<meta charset=latin1><p>café".encode("utf-16"), "utf-16-le", "café"),
    ],
)
def test_the_page_says_its_encoding(data: bytes, encoding: str, text: str) -> None:
    """A byte order mark wins over the head; what a head cannot mean is passed over."""
    reading = parse_html(data, DEFAULT)

    assert (encoding, text) == (reading.encoding, reading.blocks[0].text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E_NO_CONTENT"),
        ("<p> </p>", "E_NO_CONTENT"),
        ("<!-- a -->", "E_NO_CONTENT"),
        ("<div>" * 3000 + "deep", "E_UNSAFE_XML"),
    ],
)
def test_a_page_without_words_or_without_bottom_is_refused(text: str, code: str) -> None:
    """The parser would drop what lies deeper than it looks; that is never silent."""
    with pytest.raises(TranscriptError) as caught:
        read(text)

    assert code == caught.value.code


def test_tables_in_tables_take_no_longer_than_their_size() -> None:
    """Sixty tables, one in another, are read once."""
    assert lines("<table>" + "<tr><td><table>" * 60 + "<tr><td>I: yes") == ["I: yes"]


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    page = "<html><head><meta charset=utf-8></head><body><h1>A</h1><p><b>I:</b> yes<br>é&amp;</p>"
    withstands(parse_html, (page * 5).encode())


@pytest.mark.parametrize(
    ("name", "n_blocks", "first"),
    [
        ("html/podcastindex_example.html", 20, "Travis: 0:00"),
        ("derived/word97_pdpilot_P1.html", 95, "Interview with:"),
        ("bad/html_renamed.docx", 18, "INT: Good morning and thank you for coming in today."),
    ],
)
def test_samples_give_their_lines(name: str, n_blocks: int, first: str, samples: Any) -> None:
    """Labels stay in the lines for those who find speakers."""
    blocks = parse_html(samples.data(name), DEFAULT).blocks

    assert (n_blocks, first) == (len(blocks), blocks[0].text)
