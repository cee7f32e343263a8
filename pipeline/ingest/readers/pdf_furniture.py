"""What stands on printed pages beside the text: line numbers, headers, footers, page numbers."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from itertools import dropwhile, pairwise
from statistics import median

from pipeline.ingest.readers.pdf_pages import Line, Page

NUMBER = re.compile(r"\d{1,5}")
ALIGNED = 4.0  # points by which numbers of one column may be apart
MIN_RISES = 2
RISING = 0.8  # of the steps from number to number
ANCHORS: tuple[Callable[[Line], float], ...] = (
    lambda line: line.x0,
    lambda line: line.x1,
    lambda line: (line.x0 + line.x1) / 2,
)
MARGIN = 0.15  # of the page's height, at its top and at its foot
ONE_HEIGHT = 6.0  # points
ONLY_THERE = 0.8  # of the occurrences of a header stand at its height
MIN_PAGES_INSIDE = 4  # on which a text outside the margins must recur
DIGITS = re.compile(r"\d+")
PAGE_WORDS = re.compile(
    r"(?:page|seite|side|sida|sivu|pagina|página|pág|pag|p|s)?[\s.]*[-\u2013\u2014|/(]*\s*#"
    r"\s*(?:(?:of|von|av|af|de|di|sur|van|out of|/|\|)\s*#)?\s*[-\u2013\u2014|)]*"
)


def line_numbers(segments: Sequence[Line]) -> set[int]:
    """Return which of ``segments`` are numbers of lines, in a margin of their own."""
    numbers = [i for i, line in enumerate(segments) if NUMBER.fullmatch(line.text)]
    words = [line for line in segments if not NUMBER.fullmatch(line.text)]
    if not numbers or not words:
        return set()
    left, _ = Counter(round(line.x0) for line in words).most_common(1)[0]
    right = edge(words)
    found: set[int] = set()
    for side in (
        [i for i in numbers if segments[i].x1 < left + 1],
        [i for i in numbers if segments[i].x0 > right - 1],
    ):
        column = aligned(segments, side)
        if is_rising([segments[i] for i in column]):
            found.update(column)
    return found


def edge(lines: Sequence[Line]) -> float:
    """Return how far to the right lines go, the longest two in a hundred aside."""
    rights = sorted(line.x1 for line in lines)
    return rights[min(len(rights) - 1, int(0.98 * len(rights)))]


def aligned(segments: Sequence[Line], some: Sequence[int]) -> list[int]:
    """Return those of ``some`` that stand in one column, be it set left, right or centred."""
    columns: list[list[int]] = [[]]
    for anchor in ANCHORS:
        middle = median(anchor(segments[i]) for i in some) if some else 0.0
        columns.append([i for i in some if abs(anchor(segments[i]) - middle) <= ALIGNED])
    return max(columns, key=len)


def is_rising(numbers: Sequence[Line]) -> bool:
    """Whether numbers grow by one step from line to line, down each page."""
    steps = [
        int(lower.text) - int(upper.text)
        for upper, lower in pairwise(sorted(numbers, key=lambda line: (line.page, -line.top)))
        if upper.page == lower.page
    ]
    step, n_like = Counter(steps).most_common(1)[0] if steps else (0, 0)
    return step > 0 and n_like >= max(MIN_RISES, RISING * len(steps))


def page_furniture(lines: Sequence[Line], pages: Sequence[Page]) -> dict[int, str]:
    """Return which of ``lines`` are headers, footers and page numbers, and their kind.

    A header is the same text, digits masked, at one height and hardly elsewhere, on half of the
    pages or more, and on two at least; no line of the text stands further out.
    """
    places: dict[str, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        places[DIGITS.sub("#", line.text.casefold()).strip()].append(number)
    found = {}
    for text, where in places.items():
        is_mark = PAGE_WORDS.fullmatch(text) is not None
        for group in heights(where, lines, pages):
            if recurs(group, lines, pages, n_all=0 if is_mark else len(where)):
                kind = kind_of(lines[group[0]], pages, is_mark=is_mark)
                found.update(dict.fromkeys(group, kind))
    lone = (n for n, line in enumerate(lines) if n not in found and is_page_mark(line, pages))
    found |= dict.fromkeys(lone, "page number")
    body = covered(found, lines, pages)
    return {number: kind for number, kind in found.items() if number not in body}


def covered(found: Container[int], lines: Sequence[Line], pages: Sequence[Page]) -> set[int]:
    """Return the lines in a margin that have one of the text between them and the page's edge."""
    margins: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        if is_in_margin(line, pages):
            margins[line.page, height_of(line, pages) >= 0].append(number)
    inner: set[int] = set()
    for margin in margins.values():
        margin.sort(key=lambda n: abs(height_of(lines[n], pages)))
        inner.update(dropwhile(lambda n: n in found, margin))
    return inner


def heights(
    where: Sequence[int], lines: Sequence[Line], pages: Sequence[Page]
) -> Iterator[list[int]]:
    """Yield the groups of lines that stand at one height, seen from the nearer edge of the page."""
    by_height = sorted(where, key=lambda n: height_of(lines[n], pages))
    group: list[int] = []
    for number in by_height:
        at = height_of(lines[number], pages)
        if group and at - height_of(lines[group[0]], pages) > ONE_HEIGHT:
            yield group
            group = []
        group.append(number)
    if group:
        yield group


def height_of(line: Line, pages: Sequence[Page]) -> float:
    """Return how far a line is from the top of its page, or below zero from its foot."""
    _, bottom, _, top = pages[line.page - 1].box
    return top - line.top if top - line.top < line.bottom - bottom else bottom - line.bottom


def is_in_margin(line: Line, pages: Sequence[Page]) -> bool:
    """Whether a line stands where headers and footers do."""
    _, bottom, _, top = pages[line.page - 1].box
    return abs(height_of(line, pages)) <= MARGIN * (top - bottom)


def recurs(group: Sequence[int], lines: Sequence[Line], pages: Sequence[Page], n_all: int) -> bool:
    """Whether a text stands at this height on enough pages, and hardly elsewhere."""
    n_pages = len({lines[n].page for n in group})
    n_least = 2 if is_in_margin(lines[group[0]], pages) else MIN_PAGES_INSIDE
    return n_pages >= max(n_least, len(pages) // 2) and len(group) >= ONLY_THERE * n_all


def kind_of(line: Line, pages: Sequence[Page], *, is_mark: bool) -> str:
    """Return what a line that recurs is."""
    if is_mark:
        return "page number"
    return "page header" if height_of(line, pages) >= 0 else "page footer"


def is_page_mark(line: Line, pages: Sequence[Page]) -> bool:
    """Whether a line in the margin is the number of its page and nothing else."""
    if not PAGE_WORDS.fullmatch(DIGITS.sub("#", line.text.casefold()).strip()):
        return False
    return DIGITS.findall(line.text)[0] == str(line.page) and is_in_margin(line, pages)
