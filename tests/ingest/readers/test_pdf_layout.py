"""Lines on a page: which are wrapped, which belong to the paper."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.ingest.readers.pdf_furniture import line_numbers, page_furniture
from pipeline.ingest.readers.pdf_pages import Line, Page, whole_lines
from pipeline.ingest.readers.pdf_paragraphs import joined, paragraphs, words_of

WIDTH = 50  # characters, of 6 points each
HEIGHT = 842.0
WORDS = st.lists(
    st.sampled_from(["so", "and", "then", "saw", "how", "wonderful", "mornings", "."]), max_size=60
)
TALK = st.lists(WORDS, min_size=6, max_size=20)


def line(text: str, y: float, x: float = 100.0, page: int = 1) -> Line:
    """Return a line of 10 points whose foot is at ``y``."""
    head = text.split(" ", 1)[0]
    return Line(page, text, x, y, x + 6 * len(text), y + 10, x + 6 * len(head))


def blank(number: int) -> Page:
    """Return a page without lines."""
    return Page(number, (0, 0, 500, HEIGHT), (), "", 0, False, ())  # noqa: FBT003  # no picture


PAGES = tuple(blank(number) for number in range(1, 40))


def laid_out(talk: Sequence[str], *, space: float, others: int) -> list[Line]:
    """Return ``talk`` on pages: ``space`` above each paragraph, its other lines indented."""
    found, y, page = [], 800.0, 1
    for text in talk:
        for number, part in enumerate(textwrap.wrap(text, WIDTH, subsequent_indent=" " * others)):
            if y < 100:
                y, page = 800.0, page + 1
            y -= 12 + (0 if number else space)
            found.append(line(part.strip(), y, 100 + (6 * others if number else 0), page))
    return found


def read_back(lines: Sequence[Line]) -> list[str]:
    """Return the text of each paragraph."""
    return [joined(some, words_of(lines))[0] for some in paragraphs(lines, PAGES)]


def test_a_line_of_letters_without_end_is_joined_at_once() -> None:
    """Looked at from each of its letters, it would keep the machine busy for an hour."""
    long = "a" * 300_000

    found, n_dropped = joined([line(f"{long}1 rea\x02", 700), line("ding", 680)], {})

    assert (f"{long}1 reading", 1) == (found, n_dropped)


@given(TALK, st.sampled_from([(8.0, 0), (0.0, 0), (0.0, 4), (8.0, 4)]))
def test_talk_is_read_back_as_it_was_written(
    talk: list[list[str]], layout: tuple[float, int]
) -> None:
    """Paragraphs are told apart by their space, their indent or their labels, also over pages."""
    written = [f"{'AB'[n % 2]}: well {' '.join(words)}".rstrip() for n, words in enumerate(talk)]
    lines = laid_out(written, space=layout[0], others=layout[1])
    assume(len(lines) > len(written) + 2)  # else nothing shows how wide lines are

    assert written == read_back(lines)


@pytest.mark.parametrize(
    ("above", "below", "is_split"),
    [
        ("as I told my neighbour when I met him, and I", "Ben: you are late.", True),
        ("as I told my neighbour when I met him, I said hi", "Ben: you are late.", False),
        (
            "as I told my neighbour when I met him, and so it",
            "Chelsea. That is where we were.",
            False,
        ),
        (
            "as I told my neighbour when I met him, at once I",
            "12:30 said the clock on the wall.",
            False,
        ),
    ],
)
def test_a_full_line_ends_only_before_a_known_label(
    above: str, below: str, *, is_split: bool
) -> None:
    """A name that is greeted, a name with a full stop and a clock time do not begin a turn."""
    talk = ["Ben: yes.", "Ana: no.", "Ben: but then.", above, below, *["and on " * 7] * 3]

    found = read_back([line(text.strip(), 700 - 12 * n) for n, text in enumerate(talk)])

    assert (f"{above} {below}" not in found) is is_split


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ("1 2 3 4", 4),
        ("5 10 15 20", 4),
        ("1 2 1 2", 0),
        ("1970 1950 2001 1999", 0),
        ("1 2", 0),
    ],
)
def test_line_numbers_rise_by_one_step(numbers: str, expected: int) -> None:
    """Numbers beside the text that do not rise evenly are words of it."""
    values = numbers.split()
    lines = [line("some words of talk", 700 - 12 * n) for n in range(6)]
    beside = [line(value, 700 - 12 * n, 70) for n, value in enumerate(values)]

    assert expected == len(line_numbers([*lines, *beside]))


def test_numbers_in_the_right_margin_are_line_numbers() -> None:
    """Print may number on either side."""
    lines = [line("words of talk that go on to here", 700 - 12 * n) for n in range(4)]
    beside = [line(str(n), 700 - 12 * n, 400) for n in range(1, 5)]

    assert {4, 5, 6, 7} == line_numbers([*lines, *beside])


def test_headers_of_left_and_right_pages() -> None:
    """Each stands on half of the pages; the chapter of the text that varies does not."""
    lines = [
        one
        for n in range(1, 7)
        for one in (
            line(["A study", "Of rivers"][n % 2], 820, page=n),
            line(f"The words of page number {n * 'x'}", 700, page=n),
            line(f"Page {n} of 6", 20, page=n),
        )
    ]

    found = page_furniture(lines, PAGES[:6])

    assert {0, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17} == set(found)
    assert {"page header", "page number"} == set(found.values())


def test_text_that_recurs_at_the_same_height_by_chance_is_text() -> None:
    """What has a line of the text above it, or stands elsewhere too, is no header."""
    lines = [
        one
        for n in range(1, 5)
        for one in (
            line("Ana:", 820, page=n),
            line(n * "So. ", 808, page=n),
            line("Ana:", 600, page=n),
        )
    ]

    assert {} == page_furniture(lines, PAGES[:4])


def letters(lines: Sequence[Line]) -> list[str]:
    """Return every character but white space."""
    return [char for one in lines for char in one.text if not char.isspace()]


PLACES = st.floats(-50, 900)


@given(
    st.lists(
        st.builds(line, st.text("aI: 12.-\x02", min_size=1), PLACES, PLACES, st.integers(1, 5))
    )
)
def test_no_line_is_lost(lines: list[Line]) -> None:
    """Whatever stands wherever, each line is in one paragraph, in order."""
    whole = list(whole_lines(lines))

    assert letters(lines) == letters(whole)
    assert whole == [one for some in paragraphs(whole, PAGES) for one in some]
    assert {*page_furniture(whole, PAGES), *line_numbers(whole)} <= set(range(len(whole)))
