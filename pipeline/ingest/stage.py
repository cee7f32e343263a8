"""Raw files to transcripts, asides, participants, a report and turns: only what is new or changed.

The tables are written in that order, turns last: they tell make that the stage is done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from pipeline.core.atomic import touch, write_bytes
from pipeline.core.errors import TableError, TranscriptError, listed
from pipeline.core.receipts import Outcome, Part, Receipt, Update, key_of, sha256_of
from pipeline.core.records import Transcript, Turn
from pipeline.core.settings import Settings
from pipeline.core.tables import Noun, plan_update, read_receipt, write_table, write_update
from pipeline.engine import Engine
from pipeline.ingest.blocks import Aside
from pipeline.ingest.files import RawFile, find_files
from pipeline.ingest.participants import People, people_table, read_people
from pipeline.ingest.reading import Failure, Result, read_file
from pipeline.ingest.report import Report, TranscriptReport, unmatched

STAGE = "ingest"
REPORT = "ingest_report.json"
TABLES = ("transcripts", "asides", "turns")
N = TypeVar("N", bound=Noun)


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What a run did to the turns, and the report of the whole corpus."""

    turns: Outcome
    report: Report

    @property
    def update(self) -> Update:
        """Transcripts made, kept and dropped."""
        return self.turns.update

    @property
    def receipt(self) -> Receipt:
        """The receipt of the turns."""
        return self.turns.receipt

    @property
    def is_changed(self) -> bool:
        """Whether anything was written."""
        return self.turns.is_changed

    @property
    def to_confirm(self) -> list[str]:
        """What a person should look at; the command ends with exit code 4 if there is anything."""
        return self.report.to_confirm


@dataclass(frozen=True, slots=True)
class Gathered:
    """All files read: those that are new or changed, the reports kept, and those that failed."""

    files: Sequence[RawFile]
    fresh: Mapping[str, Result]
    kept: Mapping[str, TranscriptReport]
    failures: Mapping[str, Failure]
    people: People

    @property
    def report(self) -> Report:
        """The report of the corpus as it now is, in order of the transcripts' ids."""
        parts = {name: result.report for name, result in self.fresh.items()} | dict(self.kept)
        ordered = tuple(parts[name] for name in sorted(parts))
        ids = [row.participant.participant_id for row in self.people.rows]
        labels, rows = unmatched(ordered, ids) if ids else ((), ())
        skipped = {source: failure.sentence for source, failure in self.failures.items()}
        return Report(ordered, labels, rows, skipped)


def run(  # noqa: PLR0913  # the four places and the settings of a stage, and two ways to run it
    raw: Path,
    participants: Path,
    build: Path,
    settings: Settings,
    *,
    engine: Engine,
    keep_going: bool = False,
) -> IngestOutcome:
    """Bring the tables and the report in ``build`` up to date with the files in ``raw``.

    Parameters
    ----------
    raw
        The folder of transcripts as they came.
    participants
        The participants table, CSV or XLSX; there may be none.
    build
        The folder of the tables.
    settings
        Of the corpus: how to read, and the questions of the interview guide.
    engine
        Who does the work.
    keep_going
        Write what could be read though some files could not.

    Raises
    ------
    TranscriptError
        Listing every file that could not be read, unless ``keep_going`` and some could;
        ``E_EMPTY_CORPUS`` if there is none. Nothing is written then.
    """
    gathered = gather(raw, participants, settings, engine, known(build))
    failures = gathered.failures
    if failures and not (keep_going and len(failures) < len(gathered.files)):
        raise all_failures(failures)
    return write(gathered, build, participants, settings)


def dry_run(raw: Path, participants: Path, settings: Settings, *, engine: Engine) -> Report:
    """Return the report of a run that reads every file and writes nothing.

    Raises
    ------
    TranscriptError
        ``E_EMPTY_CORPUS`` if there is no file; files that cannot be read are in the report.
    """
    return gather(raw, participants, settings, engine, {}).report


def gather(
    raw: Path,
    participants: Path,
    settings: Settings,
    engine: Engine,
    old: Mapping[str, TranscriptReport],
) -> Gathered:
    """Read every file whose key none of the ``old`` reports has."""
    people = read_people(participants)
    digest = sha256_of(participants) if participants.exists() else ""
    files = find_files(raw, settings, digest)
    keys = {part.key for part in old.values()}
    wanted = {file.key for file in files}
    to_read = [file for file in files if file.key not in keys]
    fresh: dict[str, Result] = {}
    failures: dict[str, Failure] = {}
    outcomes = engine.map(partial(read_file, people=people), to_read)
    for file, outcome in zip(to_read, outcomes, strict=True):
        if isinstance(outcome, Failure):
            failures[file.source] = outcome
        else:
            fresh |= {result.transcript.transcript_id: result for result in outcome}
    kept = {name: part for name, part in old.items() if part.key in wanted}
    return Gathered(files, fresh, kept, failures, people)


def known(build: Path) -> dict[str, TranscriptReport]:
    """Return the reports of transcripts that all tables hold; none on any doubt."""
    path = build / REPORT
    try:
        report = Report.from_json(path.read_bytes())
        receipts = [read_receipt(build / f"{name}.parquet") for name in TABLES]
    except (OSError, TableError, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return {}  # whatever is wrong with what a machine made, making it anew mends it
    doubtful = {
        part.key
        for part in report.transcripts
        for receipt in receipts
        if part.transcript_id not in receipt.parts
        or receipt.parts[part.transcript_id].key != part.key
    }
    return {p.transcript_id: p for p in report.transcripts if p.key not in doubtful}


def all_failures(failures: Mapping[str, Failure]) -> TranscriptError:
    """Return one error for all files that could not be read, a line each."""
    codes = {failure.code for failure in failures.values()}
    sentences = [f"{source}: {failure.sentence}" for source, failure in failures.items()]
    return TranscriptError(listed(sentences), code=codes.pop() if len(codes) == 1 else None)


def write(gathered: Gathered, build: Path, participants: Path, settings: Settings) -> IngestOutcome:
    """Write what changed, the turns last."""
    report = gathered.report
    wanted = {part.transcript_id: part.key for part in report.transcripts}
    receipt = Receipt(
        stage=STAGE,
        inputs={file.source: file.sha256 for file in gathered.files},
        settings=key_of(settings.ingest, settings.questions),
        rows_in=len(gathered.files),
        skipped=dict(report.skipped),
        details={"to_confirm": len(report.to_confirm)},
    )
    write_people(build / "participants.parquet", gathered.people, participants)
    fresh = gathered.fresh
    transcripts = {name: [one.transcript] for name, one in fresh.items()}
    bring_up(build / "transcripts.parquet", Transcript, wanted, transcripts, receipt)
    asides = {name: one.asides for name, one in fresh.items()}
    bring_up(build / "asides.parquet", Aside, wanted, asides, receipt)
    write_if_other(build / REPORT, report.to_json().encode())
    turns = {name: one.turns for name, one in fresh.items()}
    return IngestOutcome(bring_up(build / "turns.parquet", Turn, wanted, turns, receipt), report)


def bring_up(
    target: Path,
    noun: type[N],
    wanted: Mapping[str, str],
    fresh: Mapping[str, Sequence[N]],
    receipt: Receipt,
) -> Outcome:
    """Bring one table up to date; one that is up to date gets a new date and nothing else."""
    update = plan_update(target, wanted)
    parts = {name: Part(wanted[name], "") for name in update.make}
    if update.is_nothing:
        old = read_receipt(target)
        if old == replace(receipt, parts=old.parts, rows_out=old.rows_out):
            touch(target)
            return Outcome(update, old)
    rows = {name: fresh[name] for name in update.make}
    return Outcome(update, write_update(target, noun, update, rows, replace(receipt, parts=parts)))


def write_people(target: Path, people: People, participants: Path) -> None:
    """Write the participants' table if the one that people keep has changed."""
    digest = sha256_of(participants) if participants.exists() else ""
    receipt = Receipt(
        stage=STAGE,
        inputs={participants.name: digest},
        rows_in=len(people.rows),
        rows_out=len(people.rows),
    )
    if target.exists() and read_receipt(target) == receipt:
        touch(target)
        return
    write_table(target, people_table(people), receipt)


def write_if_other(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` unless that is what it holds."""
    if not path.exists() or path.read_bytes() != data:
        write_bytes(path, data)
