"""Votes to coded segments: what people decided together, as ``build/coded_segments.parquet``."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.core.atomic import touch
from pipeline.core.codebook import Codebook
from pipeline.core.config import nearest
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError
from pipeline.core.receipts import Outcome, Part, Receipt, digest_of, key_of, sha256_of
from pipeline.core.records import UNKNOWN, CodedSegment, Decision, Participant, Transcript, Turn
from pipeline.core.tables import (
    plan_update,
    read_receipt,
    read_rows,
    read_table,
    rows_by_transcript,
    schema_of,
    to_table,
    write_table,
)
from pipeline.review.log.check import stale_quotes
from pipeline.review.log.fold import YES
from pipeline.review.log.rows import place_of
from pipeline.review.votes import ACCEPTED, RULES, Ballot, Result, Rules

STAGE = "coded_segments"
VERSION = "coded_segments/2"
SHOWN_ATTRIBUTES = ("pseudonym", "organisation")  # of every participant, before the further ones


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables that coded segments are made from."""

    decisions: Path
    transcripts: Path
    turns: Path
    participants: Path

    @classmethod
    def of(cls, corpus: Corpus) -> Sources:
        """Return the tables of ``corpus``."""
        return cls(*(corpus.table(name) for name in cls.__slots__))


def run(sources: Sources, out: Path, codebook: Codebook, *, rule: str = "unanimous") -> Outcome:
    """Write ``out``: one row for each code that holds on a span.

    Parameters
    ----------
    sources
        Tables of the stages before.
    out
        The table of coded segments; columns as `CodedSegment`, with the participant's attributes
        behind ``role``.
    codebook
        Today's codebook; a code that it no longer has keeps its path as its name.
    rule
        When two coders or more agree: unanimous, majority, any, lead. What was decided in a round
        goes by the round's own rule.

    Raises
    ------
    ConfigError
        If the rule is unknown, or a participant's attribute has the name of a column.
    TableError
        If a table is missing or damaged.
    """
    if rule not in RULES:
        raise ConfigError(f"{rule}: there is no such consensus rule{nearest(rule, RULES)}.")
    rules = read_receipt(sources.decisions).details.get("rules", {})
    wanted = wanted_keys(sources, codebook, key_of(rule, sorted(rules.items())))
    update = plan_update(out, wanted)
    if update.is_nothing:
        touch(out)
        return Outcome(update, read_receipt(out))
    decisions = read_rows(sources.decisions, Decision)
    book = Book.of(sources, codebook)
    texts = {name: row.text for name, row in book.transcripts.items()}
    ballots, skipped = ballots_of(decisions, texts)
    rows = {ballot.transcript_id: book.coded_segments(ballot, rule, rules) for ballot in ballots}
    table, digests = with_attributes(rows, sources.participants)
    receipt = Receipt(
        STAGE,
        {path.name: sha256_of(path) for path in paths_of(sources)},
        settings=key_of(VERSION, rule),
        rows_in=len(decisions),
        rows_out=table.num_rows,
        skipped=skipped,
        parts={name: Part(wanted[name], digests[name]) for name in sorted(wanted)},
        details=details_of(rows, codebook, rule),
    )
    write_table(out, table, receipt)
    return Outcome(update, receipt)


def paths_of(sources: Sources) -> list[Path]:
    """Return the tables that are there; a corpus may have no participants."""
    paths = [getattr(sources, name) for name in Sources.__slots__]
    return [path for path in paths if path != sources.participants or path.exists()]


def wanted_keys(sources: Sources, codebook: Codebook, rules: str) -> dict[str, str]:
    """Return transcript id -> key of everything that its coded segments depend on."""
    participants = sources.participants
    people = sha256_of(participants) if participants.exists() else ""
    tables = (sources.decisions, sources.transcripts, sources.turns)
    parts = [read_receipt(path).parts for path in tables]
    return {
        name: key_of(VERSION, rules, codebook.sha256, people, [part.get(name) for part in parts])
        for name in parts[0]
    }


@dataclass(frozen=True, slots=True)
class Book:
    """Today's texts, turns and codes: what a result is joined with."""

    transcripts: Mapping[str, Transcript]
    turns: Mapping[str, Sequence[Turn]]
    names: Mapping[str, str]

    @classmethod
    def of(cls, sources: Sources, codebook: Codebook) -> Book:
        """Return what the tables say."""
        transcripts = {row.transcript_id: row for row in read_rows(sources.transcripts, Transcript)}
        turns = rows_by_transcript(read_rows(sources.turns, Turn), transcripts)
        return cls(transcripts, turns, {code.path: code.name for code in codebook.codes})

    def turn_at(self, transcript_id: str, place: int) -> Turn | None:
        """Return the turn that holds the character at ``place``, None between turns."""
        turns = self.turns[transcript_id]
        number = bisect_right(turns, place, key=lambda turn: turn.start)
        return turns[number - 1] if number and place < turns[number - 1].end else None

    def coded_segments(self, ballot: Ballot, rule: str, rules: Rules) -> list[CodedSegment]:
        """Return what the votes of one transcript come to, in order of the text."""
        return [self.coded_segment(ballot, result) for result in ballot.results(rule, rules)]

    def coded_segment(self, ballot: Ballot, result: Result) -> CodedSegment:
        """Return one code on one span, with who speaks there."""
        transcript = self.transcripts[ballot.transcript_id]
        start, end = result.span.start, result.span.end
        turn = self.turn_at(ballot.transcript_id, start)
        origin = ballot.origin(result.votes)
        return CodedSegment(
            transcript_id=transcript.transcript_id,
            source_type=transcript.source_type,
            turn=turn.turn if turn else None,
            start=start,
            end=end,
            quote=transcript.text[start:end],
            speaker=turn.speaker if turn else None,
            participant_id=turn.participant_id if turn else None,
            role=turn.role if turn else UNKNOWN,
            code=result.code,
            dimension=result.code.partition(".")[0],
            code_name=self.names.get(result.code, result.code),
            coders="; ".join(result.coders),
            status=result.status,
            origin=origin,
            memo=ballot.memos(result),
            model_id=model_of(result) if origin == ACCEPTED else None,
            question=turn.question if turn else None,
        )


def model_of(result: Result) -> str | None:
    """Return the model whose suggestion was accepted."""
    rows = (row for vote in result.votes if vote.verdict == YES for row in vote.rows)
    return next((row.model_id for row in rows if row.model_id is not None), None)


def ballots_of(
    decisions: Sequence[Decision], texts: Mapping[str, str] | None
) -> tuple[list[Ballot], dict[str, str]]:
    """Return the votes on each transcript, and what stands on words that have changed since.

    Parameters
    ----------
    decisions
        All rows of the log.
    texts
        Today's texts by transcript id; None if nobody can tell.
    """
    found = [] if texts is None else stale_quotes(decisions, texts)
    stale = {row.decision_id: reason for row, reason in found}
    names = sorted({row.transcript_id for row in decisions})
    by_transcript = rows_by_transcript(decisions, names)
    ballots = [Ballot(name, by_transcript[name], stale) for name in names]
    skipped = {
        f"{place_of(row)} ({row.coder})": stale[row.decision_id]
        for ballot in ballots
        for row in ballot.left_out
    }
    return ballots, skipped


def details_of(
    rows: Mapping[str, Sequence[CodedSegment]], codebook: Codebook, rule: str
) -> dict[str, Any]:
    """Return the counts that the receipt tells beside the rows."""
    flat = [row for found in rows.values() for row in found]
    return {
        "rule": rule,
        "status": dict(sorted(Counter(row.status for row in flat).items())),
        "codes_not_in_codebook": sorted({row.code for row in flat if row.code not in codebook}),
    }


def read_people(path: Path) -> pa.Table:
    """Return the participants table, an empty one where nobody keeps one."""
    if path.exists():
        return read_table(path, Participant.COLUMNS)
    return schema_of(Participant.COLUMNS).empty_table()


def with_attributes(
    rows: Mapping[str, Sequence[CodedSegment]], participants: Path
) -> tuple[pa.Table, dict[str, str]]:
    """Return the rows as columns with the participants' attributes behind ``role``.

    Also the digest of each transcript's rows.

    Raises
    ------
    ConfigError
        If an attribute has the name of a column.
    """
    people = read_people(participants)
    further = [name for name in people.column_names if name not in Participant.COLUMNS]
    clashes = [name for name in further if name in CodedSegment.COLUMNS]
    if clashes:
        raise ConfigError(
            f"participants: the column {', '.join(clashes)} has the name of a column of the coded "
            "segments. Rename it.",
            code="E_ATTRIBUTE_NAME",
        )
    flat = [row for name in sorted(rows) for row in rows[name]]
    table = to_table(flat, CodedSegment)
    place = table.column_names.index("role") + 1
    by_id = {row["participant_id"]: row for row in people.to_pylist()}
    columns = [*SHOWN_ATTRIBUTES, *further]
    for number, name in enumerate(columns):
        kind = people.schema.field(name).type
        values = [by_id.get(row.participant_id, {}).get(name) for row in flat]
        table = table.add_column(place + number, pa.field(name, kind), pa.array(values, kind))
    digests = {
        name: digest_of((row, by_id.get(row.participant_id)) for row in found)
        for name, found in rows.items()
    }
    return table, digests
