"""Spans count code points; only this module converts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import StaleError
from pipeline.core.spans import Span, check_quote, trimmed

SPANS = st.tuples(st.integers(0, 99), st.integers(1, 99)).map(lambda p: Span(p[0], p[0] + p[1]))


@given(SPANS, SPANS)
def test_overlap_is_mutual_and_counts_shared_characters(a: Span, b: Span) -> None:
    """Two spans overlap by exactly the characters that lie in both."""
    shared = set(range(a.start, a.end)) & set(range(b.start, b.end))

    assert len(shared) == a.overlap(b) == b.overlap(a)
    assert bool(shared) is a.overlaps(b) is b.overlaps(a)


@pytest.mark.parametrize(
    ("text", "utf16", "utf8"),
    [
        ("ah, rain", (4, 8), (4, 8)),
        ("été rain", (4, 8), (6, 10)),
        ("🌧🌧🌧 rain", (7, 11), (13, 17)),
    ],
)
def test_other_units_count_otherwise(
    text: str, utf16: tuple[int, int], utf8: tuple[int, int]
) -> None:
    """Above U+FFFF a code point takes two UTF-16 units and four bytes; an accent two bytes."""
    span = Span(4, 8)

    assert utf16 == span.to_utf16(text)
    assert utf8 == span.to_utf8(text)


@pytest.mark.parametrize(("start", "end"), [(3, 3), (4, 2), (-1, 2)])
def test_an_empty_span_is_a_bug(start: int, end: int) -> None:
    """A span holds at least one character and begins at 0 or later."""
    with pytest.raises(ValueError, match="wants 0 <= start < end"):
        Span(start, end)


@given(st.text(), st.text(alphabet=" \t\n\u00a0", max_size=5))
def test_trimming_takes_white_space_and_nothing_else(word: str, space: str) -> None:
    """What is left is the text without the white space around it, or nothing."""
    text = space + word + space

    span = trimmed(text, 0, len(text))

    assert text.strip() == (text[span.start : span.end] if span else "")


def test_a_changed_text_is_stale() -> None:
    """A decision never moves silently onto other words."""
    with pytest.raises(StaleError, match="coded as 'laid off'"):
        check_quote(Span(2, 10), "laid off", "I laid out a plan")


def test_an_unchanged_text_is_fine() -> None:
    """A quote that still stands at its place passes."""
    check_quote(Span(2, 6), "laid", "I laid out a plan")
