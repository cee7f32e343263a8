"""Offsets as a file has them to code points: measured, moved, placed again, or listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.exchange.refi.model import Problem, Project, Selection, Source
from pipeline.exchange.refi.offsets import (
    Convention,
    FileText,
    Inference,
    Mark,
    Ruler,
    infer,
    is_cut,
    says,
)

NEAR = 200  # code points to each side in which a passage may have slipped
FEW = 3  # so few names cannot show that names are titles and not words


@dataclass(slots=True)
class Settled:
    """What settling came to; ``moved`` were placed by their words, ``problems`` are left out."""

    conventions: Mapping[str, Inference]
    moved: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    are_names_words: bool = True

    def source(self, source: Source, text: FileText) -> Source:
        """Return ``source`` with selections in code points, without those that have no place."""
        ruler = text.ruler(self.conventions[source.guid].convention)
        found = (self.selection(item, source, ruler) for item in source.selections)
        return replace(source, selections=tuple(item for item in found if item is not None))

    def selection(self, item: Selection, source: Source, ruler: Ruler) -> Selection | None:
        """Return a selection in code points, None if it has no place in the text."""
        start, end, n_cut = ruler.span(item.start, item.end)
        why = misplaced(start, end, len(source.text))
        if not why and self.is_said(item, source.text[start:end]):
            if not n_cut or item.name:
                return replace(item, start=start, end=end)
            why = "an edge cuts a character in two"
        elif not why:
            place = slipped(source.text, start, end, item.name)
            if place is not None:
                said = f"its words stand at {place}, not at {start}; placed there"
                self.moved.append(Problem(item.guid, "selection", said))
                return replace(item, start=place, end=place + len(item.name))
            words = source.text[start:end]
            why = f"the text reads {words!r:.60}; its name says {item.name!r:.60}"
        self.problems.append(
            Problem(item.guid, "selection", f"{why}; {coded(item)} in {source.name!r:.60}")
        )
        return None

    def is_said(self, item: Selection, words: str) -> bool:
        """Whether nothing says that the selection means other words."""
        return not self.are_names_words or not item.name or says(item.name, words)


def settle(
    project: Project, texts: Mapping[str, FileText], asked: Convention | None = None
) -> tuple[Project, Settled]:
    """Return ``project`` with all offsets in code points, and what became of them.

    Parameters
    ----------
    project
        With offsets as its file has them.
    texts
        The text of each source by GUID, with what its file had besides.
    asked
        How offsets are to be read; None: measured.
    """
    measured = {source.guid: (texts[source.guid], marks_of(source)) for source in project.sources}
    settled = Settled(infer(measured, asked))
    settled.are_names_words = names_are_words(project.sources, texts, settled.conventions)
    sources = tuple(settled.source(source, texts[source.guid]) for source in project.sources)
    return replace(project, sources=sources), settled


def marks_of(source: Source) -> list[Mark]:
    """Return the selections of a source as they are measured."""
    return [Mark(item.start, item.end, item.name) for item in source.selections]


def names_are_words(
    sources: Sequence[Source], texts: Mapping[str, FileText], found: Mapping[str, Inference]
) -> bool:
    """Whether the names of selections are the words selected: true of half of them, or few."""
    n_named = n_said = 0
    for source in sources:
        ruler = texts[source.guid].ruler(found[source.guid].convention)
        for item in source.selections:
            start, end, _ = ruler.span(item.start, item.end)
            if item.name and not misplaced(start, end, len(source.text)):
                n_named += 1
                n_said += says(item.name, source.text[start:end])
    return n_named < FEW or 2 * n_said >= n_named


def misplaced(start: int, end: int, length: int) -> str:
    """Return why a span has no place in a text of ``length``, empty if it has."""
    if start < 0 or end > length:
        return f"it reaches from {start} to {end}; the text ends at {length}"
    if start >= end:
        return f"it reaches from {start} to {end}: " + (
            "it holds nothing" if start == end else "it ends before it begins"
        )
    return ""


def slipped(text: str, start: int, end: int, name: str) -> int | None:
    """Return where ``name`` stands near a span, None unless it stands there exactly once."""
    if is_cut(name):
        return None
    first = max(0, start - NEAR)
    near = text[first : end + NEAR]
    place = near.find(name)
    return first + place if place >= 0 and near.find(name, place + 1) < 0 else None


def coded(item: Selection) -> str:
    """Return how much hangs on a selection, for a report."""
    n = len(item.codings)
    return f"{n} coding{'' if n == 1 else 's'} left out"
