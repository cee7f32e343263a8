"""Two versions of a codebook: what changed, and whose decisions want a second look."""

from collections.abc import Sequence

import pytest

from pipeline.core.changes import compare, to_review
from pipeline.core.codebook import Code, Codebook


def book(*codes: Code) -> Codebook:
    """Return a codebook of ``codes``."""
    return Codebook("x", "1.0", codes)


A = Code("a", "Alpha", "first")
B = Code("b", "Beta", "second")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([A, B], [A, B], []),
        ([A], [A, B], ["added: b"]),
        ([A, B], [A], ["removed: b"]),
        ([A], [Code("a", "Alpha!", "first")], ["renamed: a"]),
        ([A], [Code("a2", "Other", "first", aliases=("a",))], ["renamed: a -> a2"]),
        ([A], [Code("a2", "ALPHA", "first")], ["renamed: a -> a2"]),
        ([A], [Code("a", "Alpha", "other")], ["redefined: a"]),
        ([A], [Code("a", "Alpha", "first", examples=("e",))], []),
        ([A], [B, Code("b.a", "Alpha", "first")], ["added: b", "moved: a -> b.a"]),
        ([A, B], [Code("c", "C", aliases=("a", "b"))], ["merged: a, b -> c"]),
        (
            [A],
            [Code("c", "C", aliases=("a",)), Code("d", "D", aliases=("a",))],
            ["split: a -> c, d"],
        ),
        ([A], [A, Code("d", "D", aliases=("a",))], ["split: a -> a, d"]),
    ],
)
def test_each_change_is_named(
    old: Sequence[Code], new: Sequence[Code], expected: list[str]
) -> None:
    """A code is known again by path, alias, id, name; examples illustrate and redefine nothing."""
    assert expected == list(map(str, compare(book(*old), book(*new))))


def test_two_codes_that_could_both_be_meant_are_not_guessed_between() -> None:
    """The same id in two places is ambiguous: one went, two came."""
    old = book(Code("x.a", "One"))
    new = book(Code("y.a", "Two"), Code("z.a", "Three"))

    assert ["added: y.a", "added: z.a", "removed: x.a"] == list(map(str, compare(old, new)))


def test_changed_meanings_want_a_second_look() -> None:
    """Renaming and moving change no meaning; redefining, merging, splitting and removing do."""
    old = book(A, B, Code("c", "C", "third"))
    new = book(Code("a", "New name", "first"), Code("b", "Beta", "changed"))

    assert ["b", "c"] == to_review(compare(old, new))
