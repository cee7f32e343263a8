"""The text of a document: blocks are lines, and every byte is known again."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.exchange.blanks import Bridge, bare
from pipeline.exchange.page import Page, characters

TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t 🌧é\u0301"), max_size=60
)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\nTwo"),
        ("<p>One</p>\n  <p>Two</p>\n", "One\nTwo"),
        ("<h1>A</h1>b<br>c<br/>d", "A\nb\nc\nd"),
        ("<p>a\n   b</p>", "a b"),
        ("<p>a  b</p>", "a  b"),
        ("<p>\na\n</p>", "a"),
        ("<p>Caf&eacute; &amp; &#x1F327; &lt;p&gt;</p>", "Café & 🌧 <p>"),
        ("<p>a<!-- no --><script>alert('x')</script>b</p>", "ab"),
        ("<style>p {}</style><ul><li>x<li>y</ul>", "x\ny"),
        ("<pre>a\n  b</pre>", "a\nb"),
        ("<p>a <b>b</b>\n<i>c</i></p>", "a b c"),
        ("<p></p><div> </div>", ""),
        ("a</p></b></pre></script>b", "a\nb"),
    ],
)
def test_blocks_are_lines(document: str, text: str) -> None:
    """What a reader sees, without what a browser never shows."""
    assert text == Page(document).text


def test_a_place_in_the_content_is_a_place_in_the_lines() -> None:
    """Also behind white space and scripts that are in the one and not in the other."""
    page = Page("<p>a\n  b</p>\n<script>x</script><p>🌧 c</p>")
    start = page.raw.index("b")

    assert "a b\n🌧 c" == page.text
    assert (2, 3) == page.span(start, start + 1)
    assert (2, 7) == page.span(start, len(page.raw))
    assert (0, 0) == page.span(start + 1, start + 1) or page.span(start + 1, start + 1)[1] < 4
    assert (0, 7) == page.span(0, len(page.raw))


@given(TEXTS, st.data())
def test_words_stay_the_same_words(text: str, data: st.DataObject) -> None:
    """Any passage of the content holds the same characters in the lines, white space aside."""
    page = Page("".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n")))
    start = data.draw(st.integers(0, len(page.raw)))
    end = data.draw(st.integers(start, len(page.raw)))

    first, last = page.span(start, end)
    assert bare(page.raw[start:end]) == bare(page.text[first:last]) or first >= last


@given(TEXTS)
def test_bytes_are_characters_where_they_cut_none(text: str) -> None:
    """Every offset inside a character, before the beginning or behind the end has no answer."""
    data = text.encode()
    found = characters(data, range(-2, len(data) + 3))

    assert {len(text[:n].encode()): n for n in range(len(text) + 1)} == found


@settings(max_examples=40)
@given(TEXTS, st.lists(st.sampled_from(["", " ", "\n", "\n\n", "\t"]), min_size=60, max_size=60))
def test_other_blanks_move_no_words(text: str, blanks: list[str]) -> None:
    """A passage goes over to a text with the same words; where nothing differs it is the same."""
    words = bare(text)
    ours = "".join(char + blank for char, blank in zip(words, blanks[: len(words)], strict=False))
    bridge = Bridge.of(text, ours)

    for start in range(len(text)):
        first, last = bridge.span(start, len(text))
        assert bare(text[start:]) == bare(ours[first:last]) or first >= last
        assert (start, len(text)) == Bridge.of(text, text).span(start, len(text))
