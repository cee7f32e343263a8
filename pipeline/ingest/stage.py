"""Raw files to transcripts, asides, participants, a report and turns: only what is new or changed.

Files are read in batches, each of which is laid by; then the tables are written in that order,
turns last: they tell make that the stage is done. None is ever held whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.core.atomic import touch
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.errors import TableError, TranscriptError, listed
from pipeline.core.pieces import FOLDER, Pieces, Target, renew
from pipeline.core.receipts import Outcome, Receipt, Update, key_of, sha256_of
from pipeline.core.records import Transcript, Turn
from pipeline.core.settings import Settings
from pipeline.core.streams import Shelf
from pipeline.core.tables import plan_update, read_receipt, schema_of, write_table
from pipeline.engine import Engine
from pipeline.ingest.blocks import Aside
from pipeline.ingest.files import RawFile, find_files
from pipeline.ingest.participants import People, people_table, read_people
from pipeline.ingest.pseudonyms.key import FILE_NAME, write_key
from pipeline.ingest.pseudonyms.plan import Plan, mask_people, plan_for
from pipeline.ingest.pseudonyms.transcript import sealed
from pipeline.ingest.reading import Failure
from pipeline.ingest.report import Doubts, Report
from pipeline.ingest.reportfile import Known, lines_of, part_of, read_report, write_report
from pipeline.ingest.rounds import TABLES as PIECES
from pipeline.ingest.rounds import Read, Reader, read_all

STAGE = "ingest"
REPORT = "ingest_report.json"
TABLES = ("transcripts", "asides", "turns")
LONG_ROWS = 256  # of a row group of whole texts


@dataclass(frozen=True, slots=True)
class IngestOutcome:
    """What a run did to the turns, the report of the whole corpus, and what to confirm of it.

    The command ends with exit code 4 if a person should look at anything.
    """

    turns: Outcome
    report: Report
    to_confirm: list[str]

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


@dataclass(frozen=True, slots=True)
class Standing:
    """What a transcript was made from, under which key, and what was put for names in it."""

    source: str
    key: str
    replaced: Sequence[Sequence[object]] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """All files read: transcripts kept as the tables have them, others in pieces, and failures.

    ``people`` are as later stages may see them; ``plan`` says how names were replaced, if any.
    """

    files: Sequence[RawFile]
    kept: Mapping[str, Standing]
    pieces: Pieces
    failures: Mapping[str, Failure]
    people: People
    plan: Plan | None = None

    @property
    def made(self) -> dict[str, Standing]:
        """What there is of each transcript, in order of the ids."""
        fresh = {name: Standing(**note) for name, note in self.pieces.notes.items()}
        return dict(sorted((fresh | dict(self.kept)).items()))

    @property
    def told(self) -> Report:
        """The report but for what is told of transcripts."""
        skipped = {source: failure.sentence for source, failure in self.failures.items()}
        return Report((), skipped=skipped, privacy=self.plan.told() if self.plan else {})

    @property
    def people_ids(self) -> list[str]:
        """The ids of the participants table."""
        return [row.participant.participant_id for row in self.people.rows]

    def lines(self, report: Path) -> Iterator[str]:
        """Yield the line of each transcript: fresh, or as ``report`` has it."""
        with contextlib.closing(lines_of(report)) as old:
            shelf = Shelf(old if self.kept else iter(()))
            for name in self.made:
                line = shelf.take(name) if name in self.kept else None
                yield line or self.fresh_line(name)

    def fresh_line(self, name: str) -> str:
        """Return the line of a transcript that was read anew."""
        rows = self.pieces.take("lines", name)
        return str(rows.column("line")[0].as_py()) if rows else ""


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
        ``E_EMPTY_CORPUS`` if there is none. No table is written then.
    """
    key = (private or build.parent / "private") / FILE_NAME
    pieces = Pieces(build / FOLDER / STAGE, PIECES)
    before = Before(build, pieces, key, keep_going=keep_going)
    gathered = gather(raw, participants, settings, engine, before)
    if gathered.plan is not None:
        before.write_key(gathered.plan)
    outcome = write(gathered, build, participants, settings)
    pieces.clear()
    return outcome


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
    with TemporaryDirectory() as folder:
        before = Before(None, Pieces(Path(folder), PIECES), key, keep_going=True)
        gathered = gather(raw, participants, settings, engine, before)
        parts = tuple(map(part_of, gathered.lines(Path(folder))))
    doubts = Doubts()
    for part in parts:
        doubts.add(part)
    labels, rows = doubts.unmatched(gathered.people_ids)
    return replace(gathered.told, transcripts=parts, unmatched_labels=labels, unmatched_rows=rows)


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier runs left, and where: tables, finished batches, the key of pseudonyms.

    Without ``build`` nothing is to be written for good.
    """

    build: Path | None
    pieces: Pieces
    key: Path
    keep_going: bool

    def write_key(self, plan: Plan) -> None:
        """Write the key before any number stands in a table without its name."""
        if self.build is not None and plan.masks.key.entries:
            write_key(self.key, plan.masks.key)

    def refuse(self, failures: Mapping[str, Failure], n_files: int) -> None:
        """Raise one error for all ``failures`` unless the rest is to be written."""
        is_enough = self.keep_going and len(failures) < n_files
        if failures and self.build is not None and not is_enough:
            raise all_failures(failures, n_files - len(failures))


def gather(
    raw: Path,
    participants: Path,
    settings: Settings,
    engine: Engine,
    before: Before,
) -> Gathered:
    """Read every file that neither the tables nor finished batches have under its key."""
    people = read_people(participants)
    digest = sha256_of(participants) if participants.exists() else ""
    files = find_files(raw, settings, digest)
    plan = plan_for(people, settings, before.key)
    if plan is not None:
        files = [replace(file, key=key_of(file.key, plan.key)) for file in files]
    in_tables = known(before.build, with_names=plan is not None) if before.build else {}
    kept = standing(in_tables, files, plan)
    done = {one.source for one in kept.values()}
    pieces = before.pieces
    finished = {name: Standing(**note) for name, note in pieces.notes.items()}
    finished = {n: one for n, one in standing(finished, files, plan).items() if n not in kept}
    pieces.hold({name: one.key for name, one in finished.items() if one.source not in done})
    done |= {note["source"] for note in pieces.notes.values()}
    to_read = [file for file in files if file.source not in done]
    read = read_all(to_read, Reader(participants, digest, plan), pieces, engine)
    before.refuse(read.failures, len(files))
    if plan is not None:
        plan, people = named(plan, read, before)
        if read.again:
            read_all(read.again, Reader(participants, digest, plan), pieces, engine)
    return Gathered(files, kept, pieces, read.failures, people, plan)


def named(plan: Plan, read: Read, before: Before) -> tuple[Plan, People]:
    """Return ``plan`` with a number for every name that was found, and the people masked."""
    plan, people = mask_people(replace(plan, masks=read.numbered(plan.masks)))
    if read.again:
        before.write_key(plan)
    return plan, people


def standing(
    made: Mapping[str, Standing], files: Sequence[RawFile], plan: Plan | None
) -> dict[str, Standing]:
    """Return those whose files would be read as they were, names and numbers included."""
    keys = {file.source: file.key for file in files}
    given = plan.allowed if plan else frozenset()
    changed = {
        one.source
        for one in made.values()
        if one.source not in keys
        or one.key != (sealed(keys[one.source], one.replaced) if plan else keys[one.source])
        or not given.issuperset(row[-1] for row in one.replaced)
    }
    return {name: one for name, one in made.items() if one.source not in changed}


def known(build: Path, *, with_names: bool) -> dict[str, Standing]:
    """Return the transcripts that all tables and the report hold; none on any doubt.

    ``with_names`` asks for what was put for names, too, for which the whole report is read.
    """
    try:
        receipts = [read_receipt(build / f"{name}.parquet") for name in TABLES]
        keys = {name: part.key for name, part in receipts[-1].parts.items()}
        told, replaced = keys, dict[str, Sequence[Sequence[object]]]()
        if read_report(build / REPORT).parts != parts_key(keys) or with_names:
            parts = [part_of(line) for _, line in lines_of(build / REPORT)]
            told = {part.transcript_id: part.key for part in parts}
            replaced = {part.transcript_id: part.replaced for part in parts}
        sources = receipts[-1].details["sources"]
        made = {name: Standing(sources[name], keys[name], replaced.get(name, ())) for name in keys}
    except (OSError, TableError, StopIteration, *BROKEN_JSON):
        return {}  # whatever is wrong with what a machine made, making it anew mends it
    held = [told, *({name: part.key for name, part in one.parts.items()} for one in receipts)]
    doubtful = {
        one.source for name, one in made.items() if any(h.get(name) != one.key for h in held)
    }
    return {name: one for name, one in made.items() if one.source not in doubtful}


def parts_key(keys: Mapping[str, str]) -> str:
    """Return one hash for the keys of all transcripts."""
    return key_of(sorted(keys.items()))


def all_failures(failures: Mapping[str, Failure], n_others: int) -> TranscriptError:
    """Return one error for all files that could not be read, a line each."""
    codes = {failure.code for failure in failures.values()}
    sentences = [f"{source}: {failure.sentence}" for source, failure in failures.items()]
    remedy = f"\nNothing was written; --keep-going takes the other {n_others}." if n_others else ""
    code = codes.pop() if len(codes) == 1 else None
    return TranscriptError(listed(sentences) + remedy, code=code)


def write(gathered: Gathered, build: Path, participants: Path, settings: Settings) -> IngestOutcome:
    """Write what changed, the turns last."""
    made = gathered.made
    wanted = {name: one.key for name, one in made.items()}
    receipt = Receipt(
        stage=STAGE,
        inputs={file.source: file.sha256 for file in gathered.files},
        settings=key_of(
            settings.ingest,
            settings.questions,
            *([settings.privacy] if gathered.plan else []),
        ),
        rows_in=len(gathered.files),
        skipped=dict(gathered.told.skipped),
    )
    write_people(build / "participants.parquet", gathered, participants)
    for name, schema in (("transcripts", TEXTS), ("asides", schema_of(Aside.COLUMNS))):
        rows = LONG_ROWS if schema is TEXTS else None
        bring_up(Target(build / f"{name}.parquet", name, schema, rows), wanted, gathered, receipt)
    report = renewed_report(build / REPORT, gathered, wanted)
    details = {
        "to_confirm": len(report.to_confirm),
        "sources": {name: one.source for name, one in made.items()},
    }
    target = Target(build / "turns.parquet", "turns", schema_of(Turn.COLUMNS))
    outcome = bring_up(target, wanted, gathered, replace(receipt, details=details))
    return IngestOutcome(outcome, report.report, report.to_confirm)


TEXTS = schema_of(Transcript.COLUMNS)


def renewed_report(path: Path, gathered: Gathered, wanted: Mapping[str, str]) -> Known:
    """Return the report, written anew unless it tells what it should."""
    told, parts = gathered.told, parts_key(wanted)
    stamp = key_of(parts, told.skipped, told.privacy, gathered.people_ids)
    with contextlib.suppress(OSError, *BROKEN_JSON):
        found = read_report(path)
        if found.stamp == stamp:
            return found
    return write_report(
        path, gathered.lines(path), Known(told, [], parts, stamp), gathered.people_ids
    )


def bring_up(
    target: Target, wanted: Mapping[str, str], gathered: Gathered, receipt: Receipt
) -> Outcome:
    """Bring one table up to date; one that is up to date gets a new date and nothing else."""
    update = plan_update(target.path, wanted)
    if update.is_nothing:
        old = read_receipt(target.path)
        if old == replace(receipt, parts=old.parts, rows_out=old.rows_out):
            touch(target.path)
            return Outcome(update, old)
    return Outcome(update, renew(target, wanted, gathered.kept.keys(), gathered.pieces, receipt))


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
