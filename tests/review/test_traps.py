"""Known traps of logs, rounds and clocks, each named after what went wrong elsewhere."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision
from pipeline.core.settings import RoundSettings
from pipeline.review.corpus_log import add_coder
from pipeline.review.desk import Ask
from pipeline.review.log.backup import backup
from pipeline.review.log.fold import fold, standings
from pipeline.review.log.parcel import format_parcel, parse_parcel
from pipeline.review.log.schema import connect
from pipeline.review.log.store import Log, open_log
from pipeline.review.log.transfer import merge, parcel_of
from pipeline.review.log.verify import verify
from pipeline.review.progress import progress
from pipeline.review.scripted import decide_file, decide_one, undo
from pipeline.review.seat import Seat
from pipeline.review.seating import new_round

Drafter = Callable[..., Decision]
SPAN = "int-1:0-15"


def test_a_counter_kept_beside_the_fold_drifts_after_undo(corpus: Corpus) -> None:
    """Counts are computed from what stands, so an undo takes back the count as well."""
    decide_one(corpus, "ana", SPAN, Ask("done"))
    [done] = decide_one(corpus, "ben", SPAN, Ask("done")).taken
    assert 1 == progress(corpus).n_double_coded

    [undone] = undo(corpus, "ben", done.decision_id).taken
    assert 0 == progress(corpus).n_double_coded
    undo(corpus, "ben", undone.decision_id)

    assert 1 == progress(corpus).n_double_coded


@pytest.mark.parametrize("key", ["seq", "decision_id"])
def test_insert_or_replace_defeats_a_delete_trigger(log: Log, draft: Drafter, key: str) -> None:
    """A trigger before INSERT refuses it: by the number as well as by the id."""
    [row] = log.append([draft("add", "rain")])
    values = "seq, 'other'" if key == "seq" else "NULL, decision_id"
    rest = ", ".join(f'"{name}"' for name in list(Decision.COLUMNS)[2:-2])

    with (
        contextlib.closing(sqlite3.connect(log.path)) as raw,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        raw.execute(
            f"INSERT OR REPLACE INTO decisions (seq, decision_id, {rest}) "  # noqa: S608  # our own names
            f"SELECT {values}, {rest} FROM decisions"
        )

    assert [row] == log.decisions()


def test_a_copy_of_the_file_lacks_the_last_decisions(
    log: Log, draft: Drafter, tmp_path: Path
) -> None:
    """While somebody writes they stand in the file beside it; a backup has them."""
    [row] = log.append([draft("add", "rain")])
    shutil.copyfile(log.path, tmp_path / "plain.sqlite")

    found = backup(log.path, tmp_path / "backup.sqlite")

    with contextlib.closing(sqlite3.connect(tmp_path / "plain.sqlite")) as raw:
        tables = raw.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        n_plain = raw.execute("SELECT count(*) FROM decisions").fetchone()[0] if tables else 0
    assert (0, 1) == (n_plain, found.n_decisions)
    with open_log(tmp_path / "backup.sqlite") as copy:
        assert [row] == copy.decisions()


def test_a_commit_does_not_move_the_date_of_the_file_but_closing_does(
    log: Log, draft: Drafter
) -> None:
    """Make looks at dates: when the last writer is gone, the file holds all and is new."""
    log.append([draft("add", "rain")])
    beside = log.path.with_name("review.sqlite-wal")
    before = log.path.stat().st_size
    assert beside.stat().st_size > 0

    log.close()

    assert not beside.exists()
    assert log.path.stat().st_size >= before


def test_without_rowid_and_integrity_check(log: Log) -> None:
    """No table is WITHOUT ROWID, so the integrity check of SQLite 3.40 tells the truth."""
    made = log.rows("SELECT sql FROM sqlite_master WHERE type = 'table'")

    assert not [sql for (sql,) in made if sql and "WITHOUT ROWID" in sql.upper()]
    assert [("ok",)] == log.rows("PRAGMA integrity_check")


def test_synchronous_normal_slips_in_through_a_new_connection(log: Log) -> None:
    """Every connection of ours waits for the disk, the second as the first."""
    for connection in (connect(log.path), connect(log.path, mode="rwc")):
        with contextlib.closing(connection):
            assert (2,) == connection.execute("PRAGMA synchronous").fetchone()


def test_committed_but_never_answered(log: Log, draft: Drafter) -> None:
    """The retry gets the same row with the same number, and nothing is written twice."""
    sent = draft("add", "rain")
    [first] = log.append([sent])
    log.close()

    with open_log(log.path) as again:
        assert [first] == again.append([sent])
        assert 1 == len(again.decisions())


def test_a_neighbour_reveals_an_audit_spans_suggestions(corpus: Corpus) -> None:
    """What shares words with a blind span is blind as well, though nobody drew it."""
    add_coder(corpus, "lea", role="lead")
    new_round(corpus, RoundSettings("r", ("ana",)), "lea")
    with open_log(corpus.log) as log:
        [found] = log.rounds().values()
        assert Seat("ana", found).is_blind(log, ("int-1", 10, 20))
        assert Seat("ben", found).is_blind(log, ("int-1", 10, 20))


def test_a_copied_database_forks_the_chain(
    log: Log, draft: Drafter, texts: dict[str, str], tmp_path: Path
) -> None:
    """Both copies are written on: a fact that verify tells, no damage, and nothing is lost."""
    log.append([draft("add", "rain")])
    backup(log.path, tmp_path / "copy.sqlite")
    log.append([draft("add", "sun")])
    with open_log(tmp_path / "copy.sqlite") as copy:
        copy.append([draft("add", "fog")])
        parcel = parse_parcel(format_parcel(parcel_of(copy)).encode(), where="f")

    merge(log, parcel, texts)

    found = verify(log.path, texts)
    assert ((), 1, 0) == (found.problems, len(found.forks), found.exit_code)
    assert {"rain", "sun", "fog"} == {item.code for item in log.all_current()}


def test_reject_leaks_to_another_transcript_with_the_same_words(log: Log, draft: Drafter) -> None:
    """A decision stands on a place of one transcript, never on words."""
    log.append([draft("reject", "rain")])

    assert [] == log.current("ana", "int-2", 0, 15)
    assert [("int-1", "no")] == [(i.transcript_id, i.verdict) for i in log.all_current()]


def test_a_coders_clock_that_is_wrong_changes_nothing_that_stands(
    log: Log, draft: Drafter, corpus: Corpus
) -> None:
    """An hour back, a year on, or no order at all: only who overtook what counts."""
    clocks = ["2026-01-02T10:00:00.000Z", "2026-01-02T09:00:00.000Z", "1999-01-01T00:00:00.000Z"]
    rows: list[Decision] = []
    for act, clock in zip(("add", "clear", "unsure"), clocks, strict=True):
        parent = rows[-1].decision_id if rows else None
        rows += log.append([draft(act, "rain", parent=parent, decided_at=clock)])
    moved = [replace(row, recorded_at=clock) for row, clock in zip(rows, clocks, strict=True)]

    assert ["unsure"] == [item.verdict for item in log.all_current()]
    assert standings(rows) == standings(moved) == standings(moved[::-1])
    assert ["unsure"] == [item.verdict for item in fold(moved[::-1]).values()]
    file = corpus.folder / "lines.jsonl"
    place = '{"transcript_id": "int-1", "start": 0, "end": 15, "quote": "We share rooms.", '
    file.write_text(
        place + '"act": "add", "code": "work", "decided_at": "2030-01-01T00:00:00Z"}\n'
        + place + '"act": "clear", "code": "work", "decided_at": "1999-01-01T00:00:00Z"}\n'
    )  # fmt: skip
    decide_file(corpus, "ana", file)
    with open_log(corpus.log) as other:
        assert ["open"] == [item.verdict for item in other.all_current()]
