"""Code x something: each cell counts distinct things and knows the passages behind it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.config import nearest
from pipeline.core.errors import ConfigError
from pipeline.core.records import SOURCE_TYPES, Segment
from pipeline.report.study import NO_QUESTION, NOT_KNOWN, Mark, Passage, Place, Study

OWN_COLUMNS = ("role", "source_type", "question")
ALL = "(all)"


@dataclass(frozen=True, slots=True)
class Cell:
    """How many segments, transcripts and participants; ``places`` are the passages behind."""

    n_segments: int
    n_transcripts: int
    n_participants: int
    places: tuple[Place, ...]


EMPTY = Cell(0, 0, 0, ())


@dataclass(frozen=True, slots=True)
class Axis:
    """One way to divide a corpus.

    ``values`` are its columns in order, ``labels`` their words; ``bases`` counts the finished
    segments of each value.
    """

    column: str
    values: tuple[str, ...]
    labels: Mapping[str, str]
    bases: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Code x axis; ``cells`` holds what is not empty, also for dimensions and `ALL`."""

    axis: Axis
    cells: Mapping[tuple[str, str], Cell]

    def cell(self, row: str, value: str) -> Cell:
        """Return the cell of a code or a dimension, an empty one where nothing was found."""
        return self.cells.get((row, value), EMPTY)

    def share(self, row: str, value: str) -> float | None:
        """Return the share of the finished segments of ``value``; None without any.

        None, too, where codes stand on passages that are no segments and outnumber them.
        """
        base = self.axis.bases.get(value, EMPTY).n_segments
        n = self.cell(row, value).n_segments
        return n / base if base and n <= base else None


def cell_of(passages: Iterable[Passage | Segment]) -> Cell:
    """Return the counts of distinct passages."""
    found = {(item.transcript_id, item.start, item.end): item for item in passages}
    people = {item.participant_id for item in found.values()} - {None}
    transcripts = {item.transcript_id for item in found.values()}
    return Cell(len(found), len(transcripts), len(people), tuple(sorted(found)))


def matrix_of(study: Study, column: str, *, marks: Sequence[Mark] | None = None) -> Matrix:
    """Return code x ``column``, with a row for each dimension and a column for all values.

    Parameters
    ----------
    study
        The corpus.
    column
        ``role``, ``source_type``, ``question``, ``organisation`` or an attribute.
    marks
        Which codes on passages count; all that are not disputed by default.

    Raises
    ------
    ConfigError
        If the corpus has no such column.
    """
    axis = axis_of(study, column)
    groups: dict[tuple[str, str], list[Passage]] = defaultdict(list)
    for mark in study.marks if marks is None else marks:
        passage = study.by_place[mark.place]
        for row in {mark.code, mark.code.partition(".")[0]}:
            groups[row, study.value(passage, column)].append(passage)
            groups[row, ALL].append(passage)
    return Matrix(axis, {key: cell_of(passages) for key, passages in groups.items()})


def axis_of(study: Study, column: str) -> Axis:
    """Return the values of ``column`` in order, with the finished segments of each.

    Raises
    ------
    ConfigError
        If the corpus has no such column.
    """
    check_column(study, column)
    bases: dict[str, list[Segment]] = defaultdict(list)
    seen = {study.value(passage, column) for passage in study.passages}
    for segment in study.segments:
        value = study.value(segment, column)
        seen.add(value)
        if segment.segment_id in study.finished:
            bases[value].append(segment)
            bases[ALL].append(segment)
    values = in_order(study, column, seen)
    labels = {question.id: question.text for question in study.settings.questions}
    return Axis(
        column,
        values,
        {value: labels.get(value, value) if column == "question" else value for value in values},
        {value: cell_of(found) for value, found in bases.items()},
    )


def check_column(study: Study, column: str) -> None:
    """Raise `ConfigError` unless codes can be set against ``column``."""
    known = [*OWN_COLUMNS, "organisation", *study.attributes]
    if column not in known:
        raise ConfigError(
            f"report by {column}: neither a column of the segments nor an attribute of the "
            f"participants has this name{nearest(column, known)}."
        )


def in_order(study: Study, column: str, seen: set[str]) -> tuple[str, ...]:
    """Return the values that the corpus has: in their own order if they have one, else by name."""
    if column == "source_type":
        held = {row.source_type for row in study.transcripts.values()}
        return tuple(kind for kind in SOURCE_TYPES if kind in held)
    if column == "question":
        asked = [question.id for question in study.settings.questions]
        further = sorted(seen - {*asked, NO_QUESTION})
        return (*asked, *further, *({NO_QUESTION} & seen))
    return (*sorted(seen - {NOT_KNOWN}), *({NOT_KNOWN} & seen))


@dataclass(frozen=True, slots=True)
class Triangulated:
    """In how many of the source types that the corpus has a code was found."""

    code: str
    n_types: int
    n_types_held: int


def triangulate(study: Study, matrix: Matrix) -> list[Triangulated]:
    """Return for each code in how many source types it was found; ``matrix`` is by source_type."""
    held = matrix.axis.values
    return [
        Triangulated(code, sum(matrix.cell(code, kind).n_segments > 0 for kind in held), len(held))
        for code in study.code_names
    ]
