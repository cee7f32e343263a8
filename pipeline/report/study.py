"""What a report is made from: the tables of one corpus, joined and read once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.core.codebook import Codebook
from pipeline.core.corpus import Corpus
from pipeline.core.records import (
    CodedSegment,
    Decision,
    Participant,
    Segment,
    Suggestion,
    Transcript,
)
from pipeline.core.settings import Settings
from pipeline.core.tables import read_receipt, read_rows, read_table

Place = tuple[str, int, int]
DISPUTED = "disputed"
NOT_KNOWN = "(not known)"
NO_QUESTION = "(outside the guide)"


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables that a report reads; all but transcripts may be missing."""

    transcripts: Path
    segments: Path
    participants: Path
    decisions: Path
    coded_segments: Path
    suggestions: Path
    scores: Path

    @classmethod
    def of(cls, corpus: Corpus) -> Sources:
        """Return the tables of ``corpus``."""
        return cls(*(corpus.table(name) for name in cls.__slots__))

    @property
    def present(self) -> tuple[Path, ...]:
        """Those that are there."""
        paths = (getattr(self, name) for name in type(self).__slots__)
        return tuple(path for path in paths if path.exists())


@dataclass(frozen=True, slots=True)
class Mark:
    """One code on one passage; ``coders`` said yes."""

    place: Place
    code: str
    code_name: str
    coders: tuple[str, ...]
    status: str
    origin: str
    memo: str | None


@dataclass(frozen=True, slots=True)
class Passage:
    """Words that are coded or cited, and who says them; ``speaker`` is the pseudonym if any."""

    transcript_id: str
    start: int
    end: int
    turn: int | None
    quote: str
    speaker: str | None
    participant_id: str | None
    role: str
    question: str | None
    marks: tuple[Mark, ...] = ()

    @property
    def place(self) -> Place:
        """Where it stands."""
        return self.transcript_id, self.start, self.end


@dataclass(frozen=True)
class Study:
    """One corpus as a report sees it.

    ``people`` maps participant ids to rows of the participants table, ``attributes`` are its
    further columns; ``scripts`` are coders that are programs; ``receipts`` are the details that
    the tables carry, by their names.
    """

    name: str
    codebook: Codebook
    settings: Settings
    transcripts: Mapping[str, Transcript]
    segments: Sequence[Segment] = ()
    people: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    decisions: Sequence[Decision] = ()
    scripts: frozenset[str] = frozenset()
    suggested: Mapping[str, Any] = field(default_factory=dict)
    skipped: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def marks(self) -> tuple[Mark, ...]:
        """Every code that holds; disputed ones are not among them."""
        marks = (mark for passage in self.passages for mark in passage.marks)
        return tuple(mark for mark in marks if mark.status != DISPUTED)

    @cached_property
    def disputed(self) -> tuple[Mark, ...]:
        """Codes on which coders differ."""
        marks = (mark for passage in self.passages for mark in passage.marks)
        return tuple(mark for mark in marks if mark.status == DISPUTED)

    @cached_property
    def by_place(self) -> Mapping[Place, Passage]:
        """Passages by where they stand."""
        return {passage.place: passage for passage in self.passages}

    @cached_property
    def by_segment(self) -> Mapping[Place, Segment]:
        """Segments by where they stand."""
        return {(row.transcript_id, row.start, row.end): row for row in self.segments}

    @cached_property
    def finished(self) -> Mapping[str, frozenset[str]]:
        """Segment id -> people who signed the segment off; segments of nobody are not in it."""
        spans: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
        for row in self.decisions:
            if row.standing == "done" and row.coder not in self.scripts:
                spans[row.transcript_id].append((row.start, row.end, row.coder))
        found = {
            segment.segment_id: frozenset(
                coder
                for start, end, coder in spans.get(segment.transcript_id, ())
                if speaks_for((start, end), (segment.start, segment.end))
            )
            for segment in self.segments
        }
        return {name: coders for name, coders in found.items() if coders}

    @cached_property
    def code_names(self) -> Mapping[str, str]:
        """Code -> name: every codable code in the codebook's order, then codes it has no more."""
        names = {code.path: code.name for code in self.codebook.codable}
        marks = (mark for passage in self.passages for mark in passage.marks)
        strangers = {mark.code: mark.code_name for mark in marks if mark.code not in names}
        return {**names, **dict(sorted(strangers.items()))}

    @cached_property
    def dimensions(self) -> Mapping[str, str]:
        """Dimension -> name, in the codebook's order; those of lost codes behind."""
        names = {code.path: code.name for code in self.codebook.codes if "." not in code.path}
        lost = {path.partition(".")[0] for path in self.code_names} - names.keys()
        return {**names, **{path: path for path in sorted(lost)}}

    def value(self, item: Segment | Passage, column: str) -> str:
        """Return what ``item`` has in ``column``: a column of its own, else of its speaker's."""
        if column == "source_type":
            return self.transcripts[item.transcript_id].source_type
        if column == "question":
            return item.question or NO_QUESTION
        if column == "role":
            return item.role
        found = self.people.get(item.participant_id or "", {}).get(column)
        return NOT_KNOWN if found is None else shown(found)


def speaks_for(one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether two spans overlap by more than half of the shorter one."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return 2 * shared > min(one[1] - one[0], other[1] - other[0])


def shown(value: Any) -> str:
    """Return an attribute as people read it: 3.0 is 3."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def read_study(sources: Sources, codebook: Codebook, settings: Settings, *, name: str) -> Study:
    """Return what the tables say.

    Raises
    ------
    TableError
        If a table is damaged, or there are no transcripts yet.
    """
    transcripts = {row.transcript_id: row for row in read_rows(sources.transcripts, Transcript)}
    people, attributes = read_people(sources.participants)
    scripts, decisions = read_decisions(sources.decisions)
    coded = sources.coded_segments
    return Study(
        name,
        codebook,
        settings,
        transcripts,
        read_rows(sources.segments, Segment) if sources.segments.exists() else (),
        people,
        attributes,
        read_passages(coded) if coded.exists() else (),
        decisions,
        scripts,
        read_suggested(sources.suggestions),
        read_receipt(coded).skipped if coded.exists() else {},
    )


def read_people(path: Path) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """Return participants by id, and the names of their further columns."""
    if not path.exists():
        return {}, ()
    table = read_table(path, Participant.COLUMNS)
    further = (name for name in table.column_names if name not in Participant.COLUMNS)
    return {row["participant_id"]: row for row in table.to_pylist()}, tuple(further)


def read_decisions(path: Path) -> tuple[frozenset[str], list[Decision]]:
    """Return coders that are programs, and all decisions."""
    if not path.exists():
        return frozenset(), []
    scripts = read_receipt(path).details.get("scripts", ())
    return frozenset(map(str, scripts)), read_rows(path, Decision)


def read_suggested(path: Path) -> dict[str, Any]:
    """Return how much the machine proposed, which model, and the codes of each segment."""
    if not path.exists():
        return {}
    receipt = read_receipt(path)
    codes: dict[str, list[str]] = defaultdict(list)
    for row in read_table(path, Suggestion.COLUMNS).select(["segment_id", "code"]).to_pylist():
        codes[row["segment_id"]].append(row["code"])
    return {"model_id": receipt.model_id, "n_suggestions": receipt.rows_out, "codes": codes}


def read_passages(path: Path) -> tuple[Passage, ...]:
    """Return coded segments by the words that they stand on, in order of the text."""
    rows = read_table(path, CodedSegment.COLUMNS).to_pylist()
    groups: dict[Place, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[row["transcript_id"], row["start"], row["end"]].append(row)
    return tuple(passage_of(groups[place]) for place in sorted(groups))


def passage_of(rows: Sequence[Mapping[str, Any]]) -> Passage:
    """Return the passage that ``rows`` stand on, with its codes."""
    first = rows[0]
    place = first["transcript_id"], first["start"], first["end"]
    marks = (
        Mark(
            place,
            row["code"],
            row["code_name"],
            tuple(name for name in row["coders"].split("; ") if name),
            row["status"],
            row["origin"],
            row["memo"],
        )
        for row in rows
    )
    return Passage(
        *place,
        first["turn"],
        first["quote"],
        first.get("pseudonym") or first["speaker"],
        first["participant_id"],
        first["role"],
        first["question"],
        tuple(sorted(marks, key=lambda mark: mark.code)),
    )
