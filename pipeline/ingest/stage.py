"""Raw files to transcripts, asides, participants, a report and turns: only what is new or changed.

The tables are written in that order, turns last: they tell make that the stage is done.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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
from pipeline.ingest.pseudonyms.key import FILE_NAME, write_key
from pipeline.ingest.pseudonyms.plan import Plan, mask_people, plan_for
from pipeline.ingest.pseudonyms.transcript import sealed
from pipeline.ingest.reading import Failure, Result
from pipeline.ingest.report import Report, TranscriptReport, unmatched
from pipeline.ingest.rounds import read_all

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
    """All files read: those that are new or changed, the reports kept, and those that failed.

    ``people`` are as later stages may see them; ``plan`` says how names were replaced, if any.
    """

    files: Sequence[RawFile]
    fresh: Mapping[str, Result]
    kept: Mapping[str, TranscriptReport]
    failures: Mapping[str, Failure]
    people: People
    plan: Plan | None = None

    @property
    def report(self) -> Report:
        """The report of the corpus as it now is, in order of the transcripts' ids."""
        parts = {name: result.report for name, result in self.fresh.items()} | dict(self.kept)
        ordered = tuple(parts[name] for name in sorted(parts))
        ids = [row.participant.participant_id for row in self.people.rows]
        labels, rows = unmatched(ordered, ids) if ids else ((), ())
        skipped = {source: failure.sentence for source, failure in self.failures.items()}
        return Report(ordered, labels, rows, skipped, self.plan.told() if self.plan else {})


def run(  # noqa: PLR0913  # the four places and the settings of a stage, and two ways to run it
    raw: Path,
    participants: Path,
    build: Path,
    settings: Settings,
    *,
    engine: Engine,
    keep_going: bool = False,
    private: Path | None = None,
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
        Of the corpus: how to read, what to replace, and the questions of the interview guide.
    engine
        Who does the work.
    keep_going
        Write what could be read though some files could not.
    private
        The folder of the key of pseudonyms; without it, ``private`` beside ``build``.

    Raises
    ------
    TranscriptError
        Listing every file that could not be read, unless ``keep_going`` and some could;
        ``E_EMPTY_CORPUS`` if there is none. Nothing is written then.
    """
    key = (private or build.parent / "private") / FILE_NAME
    gathered = gather(raw, participants, settings, engine, Before(known(build), key))
    failures = gathered.failures
    if failures and not (keep_going and len(failures) < len(gathered.files)):
        raise all_failures(failures)
    if gathered.plan is not None and gathered.plan.masks.key.entries:
        write_key(key, gathered.plan.masks.key)  # first: no number in a table without its name
    return write(gathered, build, participants, settings)


def dry_run(
    raw: Path,
    participants: Path,
    settings: Settings,
    *,
    engine: Engine,
    private: Path | None = None,
) -> Report:
    """Return the report of a run that reads every file and writes nothing.

    Raises
    ------
    TranscriptError
        ``E_EMPTY_CORPUS`` if there is no file; files that cannot be read are in the report.
    """
    key = (private or raw.parent / "private") / FILE_NAME
    return gather(raw, participants, settings, engine, Before({}, key)).report


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier runs left: reports of transcripts, and where the key of pseudonyms lies."""

    reports: Mapping[str, TranscriptReport]
    key: Path


def gather(
    raw: Path,
    participants: Path,
    settings: Settings,
    engine: Engine,
    before: Before,
) -> Gathered:
    """Read every file whose key none of the earlier reports has."""
    people = read_people(participants)
    digest = sha256_of(participants) if participants.exists() else ""
    files = find_files(raw, settings, digest)
    plan = plan_for(people, settings, before.key)
    if plan is not None:
        files = [replace(file, key=key_of(file.key, plan.key)) for file in files]
    kept = standing(before.reports, files, plan)
    done = {part.source for part in kept.values()}
    to_read = [file for file in files if file.source not in done]
    read = read_all(to_read, people, plan.masks if plan else None, engine)
    failures = {
        file.source: outcome
        for file, outcome in zip(to_read, read.outcomes, strict=True)
        if isinstance(outcome, Failure)
    }
    fresh = read.results
    if plan is not None and read.masks is not None:
        plan, people = mask_people(replace(plan, masks=read.masks))
        fresh = {name: with_proposals(result, plan) for name, result in fresh.items()}
    return Gathered(files, fresh, kept, failures, people, plan)


def standing(
    reports: Mapping[str, TranscriptReport], files: Sequence[RawFile], plan: Plan | None
) -> dict[str, TranscriptReport]:
    """Return the reports of files that would be read as they were, names and numbers included."""
    keys = {file.source: file.key for file in files}
    given = plan.allowed if plan else frozenset()
    changed = {
        part.source
        for part in reports.values()
        if part.source not in keys
        or part.key != (sealed(keys[part.source], part.replaced) if plan else keys[part.source])
        or not given.issuperset(row[-1] for row in part.replaced)
    }
    return {name: part for name, part in reports.items() if part.source not in changed}


def with_proposals(result: Result, plan: Plan) -> Result:
    """Return ``result`` with further names that a recogniser proposes."""
    proposed = plan.proposals(result.transcript.text)
    return replace(result, report=replace(result.report, proposed=proposed))


def known(build: Path) -> dict[str, TranscriptReport]:
    """Return the reports of transcripts that all tables hold; none on any doubt."""
    path = build / REPORT
    try:
        report = Report.from_json(path.read_bytes())
        receipts = [read_receipt(build / f"{name}.parquet") for name in TABLES]
    except (OSError, TableError, json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError):
        return {}  # whatever is wrong with what a machine made, making it anew mends it
    doubtful = {
        part.source
        for part in report.transcripts
        for receipt in receipts
        if part.transcript_id not in receipt.parts
        or receipt.parts[part.transcript_id].key != part.key
    }
    return {p.transcript_id: p for p in report.transcripts if p.source not in doubtful}


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
        settings=key_of(
            settings.ingest,
            settings.questions,
            *([settings.privacy] if gathered.plan else []),
        ),
        rows_in=len(gathered.files),
        skipped=dict(report.skipped),
        details={"to_confirm": len(report.to_confirm)},
    )
    write_people(build / "participants.parquet", gathered, participants)
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


def write_people(target: Path, gathered: Gathered, participants: Path) -> None:
    """Write the participants' table if the one that people keep has changed, or what is hidden."""
    digest = sha256_of(participants) if participants.exists() else ""
    people = gathered.people
    receipt = Receipt(
        stage=STAGE,
        inputs={participants.name: digest},
        settings=key_of(people.rows) if gathered.plan else "",
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
