"""Conventions of counting: converted without loss, and inferred from the selections alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.exchange.formats import parse_convention
from pipeline.exchange.refi.offsets import (
    ALL,
    UTF16,
    Convention,
    FileText,
    Mark,
    infer,
    name_of,
    says,
)
from tests.exchange.refi.drawn import TEXTS

WORDS = ("rain", "we", "share", "cafe\u0301", "日本語", "كتاب", "👨\u200d👩\u200d👧", "😀", "x1")
LINES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=2, max_size=8).map(" ".join), min_size=3, max_size=8
)
CONVENTIONS = st.sampled_from(ALL)


@given(TEXTS, st.data())
def test_offsets_go_out_and_come_back(raw: str, data: st.DataObject) -> None:
    """In every convention; characters of two units are never cut."""
    text = FileText.of(raw.replace("\n", "\r\n"), has_bom=True)
    start = data.draw(st.integers(0, len(text.text) - 1))
    end = data.draw(st.integers(start + 1, len(text.text)))

    for convention in ALL:
        ruler = text.ruler(convention)
        assert (start, end, 0) == ruler.span(*ruler.written(start, end))


@given(TEXTS, st.data())
def test_utf16_is_what_utf16_is(raw: str, data: st.DataObject) -> None:
    """Units are those of the encoding itself."""
    text = FileText.of(raw)
    start = data.draw(st.integers(0, len(text.text) - 1))
    end = data.draw(st.integers(start + 1, len(text.text)))
    units = [len(text.text[:place].encode("utf-16-le")) // 2 for place in (start, end)]

    assert tuple(units) == text.ruler(Convention(UTF16)).written(start, end)


@settings(max_examples=150)
@given(LINES, CONVENTIONS, st.booleans(), st.data())
def test_the_convention_is_found(
    lines: Sequence[str],
    truth: Convention,
    has_names: bool,  # noqa: FBT001  # hypothesis draws it
    data: st.DataObject,
) -> None:
    """Of selected words, the passages that are found are those that were meant."""
    text = FileText.of("\r\n".join(lines), has_bom=True)
    spans = data.draw(st.sets(st.sampled_from(word_spans(text.text)), min_size=3, max_size=12))
    ruler = text.ruler(truth)
    marks = [
        Mark(*ruler.written(*span), name_of(text.text[slice(*span)]) if has_names else "")
        for span in sorted(spans)
    ]
    found = infer({"one": (text, marks)})["one"]
    read = [text.ruler(found.convention).span(mark.start, mark.end)[:2] for mark in marks]

    if has_names or found.reason == "told":
        words = [text.text[slice(*span)].strip() for span in read]
        meant = [text.text[slice(*span)].strip() for span in sorted(spans)]
        assert (meant == words) or (not has_names and found.score >= len(marks))


def word_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of single words."""
    spans, at = [], 0
    for word in text.split():
        at = text.index(word, at)
        spans.append((at, at + len(word)))
        at += len(word)
    return spans


def test_what_a_text_cannot_tell_makes_no_difference() -> None:
    """Without emoji, CR and mark, only the end is open."""
    text = FileText.of("We share rooms.")

    assert 2 == len({text.told(convention) for convention in ALL})


def test_a_source_that_cannot_tell_follows_the_project() -> None:
    """One passage without a name says little; the others of the file say how it counts."""
    told = FileText.of("one two three four five")
    open_ = FileText.of("!!!!!!!!!!")
    marks = [Mark(0, 2, "one"), Mark(4, 6, "two"), Mark(8, 12, "three")]
    found = infer({"a": (told, marks), "b": (open_, [Mark(2, 4)])})

    assert found["a"].convention.is_inclusive
    assert found["b"].convention.is_inclusive
    assert ("told", "project") == (found["a"].reason, found["b"].reason)


def test_what_the_user_says_is_done() -> None:
    """Though the text speaks against it."""
    text = FileText.of("one two three")
    found = infer({"a": (text, [Mark(0, 3, "one")])}, Convention(is_inclusive=True))["a"]

    assert ("asked", True) == (found.reason, found.convention.is_inclusive)


@pytest.mark.parametrize(
    ("name", "words", "is_said"),
    [
        ("We share", "We  share\n", True),
        ("We sha…", "We share rooms", True),
        ("We sha...", "We share rooms", True),
        ("We sha", "We share rooms", False),
        ("…", "We share rooms", False),
        ("a\u0007b", "a\u0007b", True),
    ],
)
def test_a_name_may_be_cut_and_squeezed(name: str, words: str, *, is_said: bool) -> None:
    """A name is the words, or their beginning with dots behind it."""
    assert is_said is says(name, words)


def test_the_option_names_a_convention() -> None:
    """cp, utf16, inclusive; anything else is refused in a sentence."""
    assert parse_convention("") is None
    assert Convention(UTF16, is_inclusive=True) == parse_convention("utf16, inclusive")
    with pytest.raises(InputError, match="cp or utf16"):
        parse_convention("bytes")
