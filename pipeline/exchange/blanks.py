"""Texts that differ in white space alone: the same transcript, with its passages moved over."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.exchange.intake.sources import safe
from pipeline.exchange.refi.model import Problem, Selection, Source
from pipeline.exchange.refi.read import Found

MARK = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class Bridge:
    """Two texts with the same characters but for white space; ``there`` and ``here`` say where."""

    theirs: str
    ours: str
    there: tuple[int, ...]
    here: tuple[int, ...]

    @classmethod
    def of(cls, theirs: str, ours: str) -> Bridge:
        """Return the bridge from one text to the other."""
        return cls(theirs, ours, places(theirs), places(ours))

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a passage of theirs in ours; where white space differs, it ends at the words."""
        return self._start(start), self._end(end)

    def _start(self, place: int) -> int:
        number = bisect_left(self.there, place)
        theirs, ours = self._gap(number)
        rest = self.theirs[place : theirs[1]]
        return ours[1] - len(rest) * self.ours[ours[0] : ours[1]].endswith(rest)

    def _end(self, place: int) -> int:
        number = bisect_left(self.there, place)
        theirs, ours = self._gap(number)
        rest = self.theirs[theirs[0] : place]
        return ours[0] + len(rest) * self.ours[ours[0] : ours[1]].startswith(rest)

    def _gap(self, number: int) -> tuple[tuple[int, int], tuple[int, int]]:
        return gap(self.there, number, self.theirs), gap(self.here, number, self.ours)


def gap(marks: tuple[int, ...], number: int, text: str) -> tuple[int, int]:
    """Return from where to where white space stands before the mark of that number."""
    first = marks[number - 1] + 1 if number else 0
    return first, marks[number] if number < len(marks) else len(text)


def places(text: str) -> tuple[int, ...]:
    """Return where the characters stand that are no white space."""
    return tuple(found.start() for found in MARK.finditer(text))


def bare(text: str) -> str:
    """Return a text without white space."""
    return "".join(MARK.findall(text))


def at_home(found: Found, texts: Mapping[str, str]) -> Found:
    """Return ``found`` with the corpus's text wherever a source differs from it in blanks alone.

    Some tools keep no line ends, or other ones. Of several transcripts with the same words, the
    one of the source's name is meant; if none has it, the source stays as it is.

    Parameters
    ----------
    found
        What a file holds, with offsets in code points.
    texts
        The transcripts of the corpus.
    """
    same: dict[str, list[str]] = {}
    for name in sorted(texts):
        same.setdefault(bare(texts[name]), []).append(name)
    known = set(texts.values())
    problems: list[Problem] = []
    sources = []
    for source in found.project.sources:
        names = [] if source.text in known else same.get(bare(source.text), [])
        own = [name for name in names if name in {source.name, safe(source.name)}] or names
        sources.append(moved(source, texts[own[0]], problems) if len(own) == 1 else source)
    project = replace(found.project, sources=tuple(sources))
    return replace(found, project=project, problems=(*found.problems, *problems))


def moved(source: Source, text: str, problems: list[Problem]) -> Source:
    """Return a source with another text of the same words; what holds no word is listed."""
    bridge = Bridge.of(source.text, text)
    kept: list[Selection] = []
    for item in source.selections:
        start, end = bridge.span(item.start, item.end)
        if start < end:
            kept.append(replace(item, start=start, end=end))
        else:
            why = f"there are no words in it; {len(item.codings)} codings left out"
            problems.append(Problem(item.guid, "passage", f"{why} in {source.name!r:.60}"))
    return replace(source, text=text, selections=tuple(kept))
