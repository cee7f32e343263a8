"""Files read in batches; where names are replaced, in two rounds: found and numbered, then masked.

What a batch came to is laid by as soon as it is there, so that an interruption costs one batch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipeline.core.pieces import Made, Pieces
from pipeline.core.receipts import digest_of
from pipeline.core.records import Transcript, Turn
from pipeline.core.tables import Noun, to_table
from pipeline.engine import Engine
from pipeline.ingest.blocks import Aside
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import people_of
from pipeline.ingest.pseudonyms.mask import Masks
from pipeline.ingest.pseudonyms.plan import Plan
from pipeline.ingest.pseudonyms.seek import Find
from pipeline.ingest.reading import Failure, Outcomes, Result, read_file
from pipeline.ingest.report import line_of

BATCH_FILES = 32
TABLES = ("transcripts", "asides", "lines", "turns")  # turns last: they say that a batch is whole
NOUNS: Mapping[str, type[Noun]] = {"transcripts": Transcript, "asides": Aside, "turns": Turn}
LINES = pa.schema([("transcript_id", pa.string()), ("line", pa.string())])


@dataclass(frozen=True, slots=True)
class Reader:
    """What is needed to read any file: the participants table, and how names are replaced.

    The table is named and not carried, for it may have as many rows as there are files; every
    process reads it once.
    """

    participants: Path
    digest: str
    plan: Plan | None = None

    def results(self, file: RawFile) -> Outcomes:
        """Return what came of ``file``."""
        masks = self.plan.masks if self.plan else None
        read = read_file(file, people=people_of(self.participants, self.digest), masks=masks)
        if self.plan is None or isinstance(read, Failure):
            return read
        return tuple(with_proposals(result, self.plan) for result in read)


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of some files.

    ``finds`` are names without a number, by transcript; the files that they stand in, whose places
    are ``again``, are not in ``made``.
    """

    made: Made
    failures: Mapping[str, Failure]
    finds: Mapping[str, tuple[Find, ...]]
    again: Sequence[int]


@dataclass(slots=True)
class Read:
    """What came of all files but for the rows, which are kept in pieces."""

    failures: dict[str, Failure] = field(default_factory=dict)
    finds: dict[str, tuple[Find, ...]] = field(default_factory=dict)
    again: list[RawFile] = field(default_factory=list)

    def numbered(self, masks: Masks) -> Masks:
        """Return ``masks`` with a number for every name.

        Numbers are given in order of (transcript id, place), so they do not hang on who reads
        which file when.
        """
        found = (find for _, finds in sorted(self.finds.items()) for find in finds)
        return replace(masks, key=masks.key.with_finds(found))


def read_all(files: Sequence[RawFile], reader: Reader, pieces: Pieces, engine: Engine) -> Read:
    """Read ``files`` and keep what came of them, save where a name wants a number first."""
    ordered = sorted(files, key=attrgetter("transcript_id"))  # so that pieces hardly overlap
    batches = [ordered[n : n + BATCH_FILES] for n in range(0, len(ordered), BATCH_FILES)]
    read = Read()
    found = engine.map(partial(read_batch, reader=reader), batches, [len(part) for part in batches])
    for batch, part in zip(batches, found, strict=True):
        pieces.keep(part.made, {name: note["key"] for name, note in part.made.notes.items()})
        read.failures |= part.failures
        read.finds |= part.finds
        read.again += [batch[place] for place in part.again]
    read.failures = dict(sorted(read.failures.items()))
    return read


def read_batch(files: Sequence[RawFile], *, reader: Reader) -> Batch:
    """Return what came of ``files``."""
    outcomes = [reader.results(file) for file in files]
    found = [outcome for outcome in outcomes if not isinstance(outcome, Failure)]
    finds = {one.transcript.transcript_id: one.unnumbered for many in found for one in many}
    whole = [one for many in found if not wants_numbers(many) for one in many]
    return Batch(
        made_of(sorted(whole, key=attrgetter("transcript.transcript_id"))),
        {
            file.source: outcome
            for file, outcome in zip(files, outcomes, strict=True)
            if isinstance(outcome, Failure)
        },
        {name: names for name, names in finds.items() if names},
        [n for n, outcome in enumerate(outcomes) if wants_numbers(outcome)],
    )


def wants_numbers(outcome: Outcomes) -> bool:
    """Whether something in a file had no number when it was read."""
    return not isinstance(outcome, Failure) and any(result.unnumbered for result in outcome)


def made_of(results: Sequence[Result]) -> Made:
    """Return what came of some transcripts, in order of their ids, as columns."""
    names = [one.transcript.transcript_id for one in results]
    rows: dict[str, list[Sequence[Any]]] = {
        "transcripts": [(one.transcript,) for one in results],
        "asides": [one.asides for one in results],
        "turns": [one.turns for one in results],
    }
    tables = {
        table: to_table([row for part in parts for row in part], NOUNS[table])
        for table, parts in rows.items()
    }
    tables["lines"] = pa.table([names, [line_of(one.report) for one in results]], schema=LINES)
    digests = {
        name: {table: digest_of(parts[n]) for table, parts in rows.items()}
        for n, name in enumerate(names)
    }
    return Made(
        tables, digests, {name: note_of(one) for name, one in zip(names, results, strict=True)}
    )


def note_of(result: Result) -> dict[str, Any]:
    """Return what a later run has to know of a transcript to tell whether it still holds."""
    report = result.report
    replaced = [list(row) for row in report.replaced]
    return {"source": report.source, "key": report.key, "replaced": replaced}


def with_proposals(result: Result, plan: Plan) -> Result:
    """Return ``result`` with further names that a recogniser proposes."""
    proposed = plan.proposals(result.transcript.text)
    return replace(result, report=replace(result.report, proposed=proposed))
