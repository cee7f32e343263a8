"""A small study, made to measure: transcripts of short turns, coded by people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipeline.core.codebook import Code, Codebook
from pipeline.core.receipts import Receipt
from pipeline.core.records import (
    CodedSegment,
    Decision,
    Participant,
    Score,
    Segment,
    Suggestion,
    Transcript,
)
from pipeline.core.settings import ReportSettings, Settings
from pipeline.core.tables import schema_of, to_table, write_table
from pipeline.report.stage import Job
from pipeline.report.study import Sources, Study, read_study

BOOK = Codebook(
    "mini",
    "1",
    (
        Code("value", "Value", codable=False),
        Code("value.money", "Money"),
        Code("value.trust", "Trust"),
        Code("acts", "Activities", codable=False),
        Code("acts.plan", "Planning"),
        Code("acts.do", "Doing"),
        Code("idle", "Idle"),
    ),
)
SETTINGS = Settings(
    codebook="mini", report=ReportSettings(activity_dimension="acts", attributes=("group",))
)
ROLES = ("funder", "charity", "charity")


@dataclass
class Made:
    """Rows of a study; each segment is a turn of its own.

    ``said`` maps (transcript, turn) to the words; ``people`` maps participant ids to attributes.
    """

    said: Mapping[tuple[str, int], str]
    people: Mapping[str, Mapping[str, Any]]
    speaker: Mapping[str, str | None]
    source_types: Mapping[str, str] = field(default_factory=dict)
    marks: list[dict[str, Any]] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    suggestions: list[Suggestion] = field(default_factory=list)
    scores: dict[str, dict[str, float | None]] = field(default_factory=dict)
    scripts: tuple[str, ...] = ()
    book: Codebook = BOOK
    settings: Settings = SETTINGS

    def span(self, name: str, turn: int) -> tuple[int, int]:
        """Return where a turn stands in its transcript."""
        start = sum(len(words) + 1 for (t, n), words in self.said.items() if t == name and n < turn)
        return start, start + len(self.said[name, turn])

    def segments(self) -> list[Segment]:
        """Return a segment a turn."""
        return [
            Segment(
                "{}:{}-{}".format(name, *self.span(name, turn)),
                name,
                turn,
                self.speaker[name],
                self.speaker[name],
                "participant",
                *self.span(name, turn),
                words,
            )
            for (name, turn), words in self.said.items()
        ]

    def mark(self, name: str, turn: int, code: str, **changes: Any) -> None:
        """Put a code on a turn."""
        start, end = self.span(name, turn)
        names = {item.path: item.name for item in self.book.codes}
        self.marks.append(
            {
                "transcript_id": name,
                "source_type": self.source_types.get(name, "interview"),
                "turn": turn,
                "start": start,
                "end": end,
                "quote": self.said[name, turn],
                "speaker": self.speaker[name],
                "participant_id": self.speaker[name],
                "role": "participant",
                "pseudonym": self.people.get(self.speaker[name] or "", {}).get("pseudonym"),
                "code": code,
                "dimension": code.partition(".")[0],
                "code_name": names.get(code, code),
                "coders": "ana; ben",
                "status": "agreed",
                "origin": "person",
                "memo": None,
                "model_id": None,
                "question": None,
                **changes,
            }
        )

    def done(self, coder: str, name: str, turn: int, *codes: str, **changes: Any) -> None:
        """Have a coder apply ``codes`` to a turn and finish it, blind unless told otherwise."""
        start, end = self.span(name, turn)
        for act, code in [*(("add", code) for code in codes), ("done", None)]:
            seq = len(self.decisions) + 1
            row = Decision(
                seq=seq,
                decision_id=f"d{seq}",
                parent_id=None,
                group_id=None,
                coder=coder,
                role="coder",
                act=act,
                transcript_id=name,
                start=start,
                end=end,
                quote=self.said[name, turn],
                text_sha256="",
                code=code,
                codebook_version=self.book.version_id,
                memo=None,
                round_id=None,
                mode="blind-first",
                lane=None,
                inclusion_probability=None,
                suggestion_visible=False,
                model_id=None,
                score=None,
                rank=None,
                detail=None,
                surface="page",
                active_ms=None,
                decided_at="2026-01-01",
                recorded_at="2026-01-01",
                package_version="0",
                prev_hash="",
                hash=f"h{seq}",
                standing="done" if code is None else "yes",
                independent=True,
            )
            self.decisions.append(replace(row, **changes))

    def write(self, folder: Path, name: str = "pilot") -> Job:
        """Write the tables and return what a report is made from."""
        folder.mkdir(parents=True, exist_ok=True)
        sources = Sources(*(folder / f"{stem}.parquet" for stem in Sources.__slots__))
        write_table(sources.transcripts, to_table(self.transcripts(), Transcript), Receipt("a"))
        write_table(sources.segments, to_table(self.segments(), Segment), Receipt("a"))
        write_table(sources.participants, self.participants(), Receipt("a"))
        if self.decisions:
            receipt = Receipt("a", details={"scripts": list(self.scripts)})
            write_table(sources.decisions, to_table(self.decisions, Decision), receipt)
        if self.marks:
            schema = schema_of(CodedSegment.COLUMNS).append(pa.field("pseudonym", pa.string()))
            table = pa.Table.from_pylist(self.marks, schema=schema)
            write_table(sources.coded_segments, table, Receipt("a"))
        if self.suggestions:
            receipt = Receipt("a", model_id="m1", rows_out=len(self.suggestions))
            write_table(sources.suggestions, to_table(self.suggestions, Suggestion), receipt)
        if self.scores:
            write_table(sources.scores, self.score_table(), Receipt("a", model_id="m1"))
        return Job(name, sources, self.book, self.settings)

    def study(self, folder: Path) -> Study:
        """Write the tables and read them as the report does."""
        job = self.write(folder)
        return read_study(job.sources, job.codebook, job.settings, name=job.name)

    def transcripts(self) -> list[Transcript]:
        """Return the texts, a line a turn."""
        names = dict.fromkeys(name for name, _ in self.said)
        return [
            Transcript(
                name,
                f"{name}.txt",
                "",
                self.source_types.get(name, "interview"),
                "\n".join(words for (t, _), words in self.said.items() if t == name),
            )
            for name in names
        ]

    def participants(self) -> pa.Table:
        """Return who speaks, with the attribute ``group``."""
        rows = [
            {"participant_id": who, "pseudonym": None, "role": None, "organisation": None, **facts}
            for who, facts in self.people.items()
        ]
        schema = schema_of(Participant.COLUMNS).append(pa.field("group", pa.string()))
        return pa.Table.from_pylist([{"group": None, **row} for row in rows], schema=schema)

    def score_table(self) -> pa.Table:
        """Return what a model says of each segment."""
        codes = sorted({code for row in self.scores.values() for code in row})
        columns = {
            "segment_id": pa.array(list(self.scores), pa.string()),
            "transcript_id": pa.array([key.rpartition(":")[0] for key in self.scores], pa.string()),
            "fold": pa.array([0] * len(self.scores), pa.int64()),
        }
        for code in codes:
            values = [row.get(code) for row in self.scores.values()]
            columns[Score.column(code)] = pa.array(values, pa.float32())
        return pa.table(columns, schema=self.score_schema(codes))

    def score_schema(self, codes: Sequence[str]) -> pa.Schema:
        """Return the columns of the table of scores."""
        of_codes = [pa.field(Score.column(code), pa.float32()) for code in codes]
        return pa.schema([*schema_of(Score.COLUMNS), *of_codes])


Make = Callable[..., Made]


@pytest.fixture(scope="session")
def make() -> Make:
    """Return a way to make a study of some transcripts with some turns each."""

    def made(n_transcripts: int = 3, n_turns: int = 4) -> Made:
        names = [f"int-{n}" for n in range(1, n_transcripts + 1)]
        people = {
            f"P{n}": {
                "pseudonym": f"Person {n}",
                "organisation": ("Blue House", "Red Bridge")[n % 2],
                "group": ROLES[n % 3],
            }
            for n in range(1, n_transcripts + 1)
        }
        said = {
            (name, turn): f"In {name} we said line {turn} about the work."
            for name in names
            for turn in range(1, n_turns + 1)
        }
        speaker: dict[str, str | None] = {name: f"P{n}" for n, name in enumerate(names, 1)}
        return Made(said, people, speaker)

    return made
