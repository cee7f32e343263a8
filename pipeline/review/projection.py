"""Carries decisions over to other spans: what a coder's verdicts mean on today's segments."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TypeVar

from pipeline.core.spans import Span
from pipeline.review.log.fold import NO, OPEN, UNSURE, YES

OFFERED = "offered"
WEIGHT = (  # the first that is found counts
    ("equal yes", YES),
    ("equal no", NO),
    ("equal unsure", UNSURE),
    ("equal conflict", OPEN),
    ("inside yes", YES),
    ("equal done", NO),  # not chosen when the span was signed off
    ("around yes", OFFERED),
    ("around no", NO),
    ("around done", NO),
)

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Placed:
    """What stands for one coder and one code on one span.

    ``verdict`` is yes, no, unsure, open or conflict; for the span itself ``done``, unless the code
    was left undecided at that done.
    """

    span: Span
    verdict: str | None


def project(target: Span, placed: Iterable[Placed]) -> str:
    """Return what one coder says of one code on ``target``.

    An equal span counts. Yes on a smaller span is a yes for the segment around it. No or done on a
    larger span is a no for the segments within. Yes on a larger span is only ``offered``, for
    confirmation. The rest is ``open``.
    """
    found = {f"{relation(item.span, target)} {item.verdict}" for item in placed}
    return next((answer for name, answer in WEIGHT if name in found), OPEN)


def relation(span: Span, target: Span) -> str:
    """Return how ``span`` lies to ``target``: equal, inside, around or beside."""
    if span == target:
        return "equal"
    shared = span.overlap(target)
    if shared == span.length:
        return "inside"
    return "around" if shared == target.length else "beside"


class Cover:
    """Spans of one text, asked again and again how they lie to others; they may overlap."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        rows = sorted(spans)
        self._starts = [span.start for span in rows]
        self._farthest = list(accumulate((span.end for span in rows), max))

    def holds(self, target: Span) -> bool:
        """Whether one of the spans is ``target`` or holds all of it."""
        number = bisect_right(self._starts, target.start)
        return number > 0 and self._farthest[number - 1] >= target.end

    def touches(self, target: Span) -> bool:
        """Whether one of the spans shares a character with ``target``."""
        number = bisect_left(self._starts, target.end)
        return number > 0 and self._farthest[number - 1] > target.start


NOWHERE = Cover()


def covers(spans: Mapping[Key, Iterable[Span]]) -> dict[Key, Cover]:
    """Return spans of many texts, each so that it can be asked again and again."""
    return {key: Cover(found) for key, found in spans.items()}
