"""The log takes decisions whole, once, in order, and never changes one."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import BusyError, GlossatorError, ReviewError, StorageError
from pipeline.core.records import Decision
from pipeline.review.log import schema
from pipeline.review.log.rows import Assignment, Coder, Round, hash_of
from pipeline.review.log.store import ConflictError, Log, create_log, open_log

Drafter = Callable[..., Decision]


def test_what_was_appended_is_there_when_the_log_is_opened_again(log: Log, draft: Drafter) -> None:
    """Every column comes back as it was given, with seq, times and hashes filled in."""
    drafts = [
        draft(
            "add", "rain", memo="wet 🌧", score=1, rank=2, model_id="m", active_ms=7, group_id="g"
        ),
        draft("done", inclusion_probability=0.25, suggestion_visible=True, round_id=None),
    ]

    stored = log.append(drafts)
    log.close()

    with open_log(log.path) as again:
        assert stored == again.decisions()
        assert [1, 2] == [row.seq for row in stored]
        assert ["", stored[0].hash] == [row.prev_hash for row in stored]
        assert all(row.hash == hash_of(row) for row in again.decisions())
        assert ["2026-01-02T03:04:05.000Z"] * 2 == [row.decided_at for row in stored]
        assert all(row.recorded_at > "2026-01-02T03:04:06" for row in stored)


def test_each_coder_has_a_chain_of_their_own(log: Log, draft: Drafter) -> None:
    """A row's predecessor is the last row of the same coder in this file."""
    one, two, three = log.append(
        [draft("add", "rain"), draft("add", "rain", coder="ben"), draft("add", "sun")]
    )

    assert ("", "", one.hash) == (one.prev_hash, two.prev_hash, three.prev_hash)
    assert {"ana": (three.hash,), "ben": (two.hash,)} == log.heads()


def test_sending_again_returns_the_first_answer(log: Log, draft: Drafter) -> None:
    """A decision that was stored but never answered is not stored twice."""
    sent = draft("add", "rain")
    first = log.append([sent])
    log.append([draft("clear", "rain", parent=sent.decision_id)])

    again = log.append([sent])

    assert first == again
    assert 2 == len(log.decisions())


@pytest.mark.parametrize(
    "cells", [{"memo": "other"}, {"act": "reject"}, {"code": "sun"}, {"end": 8}]
)
def test_an_id_means_one_decision(log: Log, draft: Drafter, cells: dict[str, object]) -> None:
    """The same id with other content is refused."""
    sent = draft("add", "rain")
    log.append([sent])

    with pytest.raises(ReviewError, match="already used") as caught:
        log.append([replace(sent, **cells)])  # type: ignore[arg-type]  # columns

    assert "E_DUPLICATE_ID" == caught.value.code


def test_a_decision_on_something_that_changed_is_a_conflict(log: Log, draft: Drafter) -> None:
    """The parent must be the head of its thread; the error says what stands now."""
    first = log.append([draft("add", "rain")])[0]

    with pytest.raises(ConflictError, match="yes") as caught:
        log.append([draft("reject", "rain")])

    assert [first.decision_id] == [item.decision_id for item in caught.value.standing]
    assert "E_CONFLICT" == caught.value.code
    with pytest.raises(ConflictError, match="now stands nothing"):
        log.append([draft("reject", "sun", parent=first.decision_id)])


def test_after_a_merge_both_heads_must_be_named(log: Log, draft: Drafter) -> None:
    """A conflict ends only by a decision that knows of both heads; an undo takes back one."""
    one, two = draft("add", "rain"), draft("reject", "rain")
    log.adopt([replace(row, hash=hash_of(row)) for row in (one, two)], {})

    with pytest.raises(ConflictError):
        log.append([draft("add", "rain", parent=one.decision_id)])
    undo = log.append([draft("undo", "rain", parent=one.decision_id)])[0]
    heads = f'{{"heads":["{undo.decision_id}","{two.decision_id}"]}}'
    log.append([draft("add", "rain", parent=two.decision_id, detail=heads)])

    assert ["yes"] == [item.verdict for item in log.all_current()]


def test_what_was_shown_stands_outside_every_thread(log: Log, draft: Drafter) -> None:
    """Showing suggestions needs no parent and changes no verdict."""
    log.append([draft("skip"), draft("shown", detail="[]"), draft("shown", detail="[]")])

    assert ["skipped"] == [item.verdict for item in log.current("ana", "int-1", 0, 15)]


def test_all_or_nothing(log: Log, draft: Drafter) -> None:
    """One wrong decision in a batch and none of it is written."""
    with pytest.raises(ConflictError):
        log.append([draft("add", "rain"), draft("add", "sun", parent="nobody")])

    assert [] == log.decisions()
    assert [] == log.all_current()


def test_each_gets_its_own_answer(log: Log, draft: Drafter) -> None:
    """In a batch of many coders the wrong one is answered with its error, the others are stored."""
    answers = log.append_each([draft("add", "rain"), draft("add", "rain"), draft("add", "sun")])

    assert ["Decision", "ConflictError", "Decision"] == [type(item).__name__ for item in answers]
    assert 2 == len(log.decisions())


def test_a_rehearsal_leaves_nothing(log: Log, draft: Drafter) -> None:
    """A transaction that is not to be kept shows what it would do and is taken back."""
    with log.writing(is_kept=False):
        log.append([draft("add", "rain")])
        seen = len(log.decisions())

    assert (1, 0) == (seen, len(log.decisions()))


def test_an_unknown_coder_is_told_how_to_be_added(log: Log, draft: Drafter) -> None:
    """Nobody decides under a name that was never added; a typo would be a new person."""
    with pytest.raises(ReviewError, match=r"known: ana, ben, robot.*coders add") as caught:
        log.append([draft("add", "rain", coder="anna")])

    assert "E_UNKNOWN_CODER" == caught.value.code


def test_a_coder_may_be_given_another_role(log: Log) -> None:
    """Coders are append-only, too: the latest row counts, and the same again adds none."""
    log.add_coder(Coder("ana", "person", "lead"))
    log.add_coder(Coder("ana", "person", "lead"))

    assert "lead" == log.coders()["ana"].role
    assert 4 == log.rows("SELECT count(*) FROM coders")[0][0]


def test_a_round_is_named_by_what_it_says(log: Log, draft: Drafter) -> None:
    """A round's id is the hash of settings and assignments; adding it twice adds it once."""
    handed = Assignment("ana", 1, "int-1", 0, 15, "audit", 0.15)
    added = Round('{"seed":0}', "2026-01-01T00:00:00.000Z", "ana", (handed,))

    name = log.add_round(added)
    log.add_round(added)
    log.append([draft("add", "rain", round_id=name, lane="audit")])

    assert {name: added} == log.rounds()
    assert name != replace(added, assignments=()).round_id


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET act = 'reject'",
        "DELETE FROM decisions",
        "INSERT OR REPLACE INTO decisions SELECT * FROM decisions",
        'UPDATE decisions SET "seq" = 9 WHERE "seq" = 1',
        "DELETE FROM meta",
        "INSERT OR REPLACE INTO meta VALUES ('corpus', 'other')",
        "UPDATE coders SET kind = 'script'",
        "DELETE FROM coders",
        "DELETE FROM withheld",
        "INSERT OR REPLACE INTO withheld VALUES ('x', 'memo', 'other')",
        "INSERT INTO decisions SELECT * FROM decisions",
    ],
)
def test_nothing_is_changed_or_deleted(log: Log, draft: Drafter, statement: str) -> None:
    """Plain SQL cannot change what was written; not by INSERT OR REPLACE either."""
    row = draft("add", "rain")
    log.adopt([replace(row, hash=hash_of(row), decision_id="x")], {"x": {"memo": "h"}})
    log.close()
    connection = schema.connect(log.path)

    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    connection.close()


def test_every_connection_waits_for_the_disk(log: Log) -> None:
    """synchronous=FULL is per connection and NORMAL would slip in through a new one."""
    with open_log(log.path) as again:
        assert [(2,)] == again.rows("PRAGMA synchronous")
        assert [("wal",)] == again.rows("PRAGMA journal_mode")
        assert [(1,)] == again.rows("PRAGMA foreign_keys")


def test_closing_leaves_one_file(log: Log, draft: Drafter) -> None:
    """After the last writer has closed, the file alone holds everything and its date has moved."""
    before = log.path.stat().st_mtime_ns
    log.append([draft("add", "rain")])
    log.close()

    assert ["review.sqlite"] == [path.name for path in log.path.parent.iterdir()]
    assert before < log.path.stat().st_mtime_ns


def test_a_closed_log_stays_closed(log: Log) -> None:
    """Closing twice is harmless; using a closed log is a bug of ours and looks like one."""
    log.close()
    log.close()

    with pytest.raises(sqlite3.ProgrammingError):
        log.decisions()


def test_two_writers_take_turns(log: Log, draft: Drafter) -> None:
    """Commands and a server may write side by side; none of their decisions is lost."""

    def work(name: str) -> None:
        with open_log(log.path) as mine:
            for start in range(20):
                mine.append([draft("add", "rain", coder=name, start=start, end=start + 5)])

    threads = [threading.Thread(target=work, args=(name,)) for name in ("ana", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 40 == len(log.decisions())
    assert [1, 1] == [len(heads) for heads in log.heads().values()]


def test_a_log_that_somebody_holds_is_busy(
    log: Log, draft: Drafter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting has an end, and a sentence."""
    monkeypatch.setattr(schema, "BUSY_S", 0.01)

    with (
        log.writing(),
        open_log(log.path) as other,
        pytest.raises(BusyError, match="another program"),
    ):
        other.append([draft("add", "rain")])
    with log.writing(), pytest.raises(BusyError, match="another program"):
        create_log(log.path, "pilot")


def test_a_full_disk_loses_nothing(log: Log, draft: Drafter) -> None:
    """When SQLite gets no more room the whole batch is refused and the log is as it was."""
    kept = log.append([draft("add", "rain")])
    log.rows(f"PRAGMA max_page_count={log.rows('PRAGMA page_count')[0][0]}")

    with pytest.raises(StorageError, match="disk is full") as caught:
        log.append([draft("add", "sun", memo="x" * 100_000), draft("add", "snow")])

    assert "E_DISK_FULL" == caught.value.code
    assert kept == log.decisions()


def test_a_missing_log_and_a_missing_folder_are_said(tmp_path: Path) -> None:
    """Reading makes no log; making one makes its folder."""
    with pytest.raises(ReviewError, match="no log yet") as caught:
        open_log(tmp_path / "review.sqlite")
    create_log(tmp_path / "new" / "review.sqlite", "pilot").close()

    assert "E_NO_LOG" == caught.value.code
    with open_log(tmp_path / "new" / "review.sqlite") as log:
        assert "pilot" == log.corpus


def test_making_a_log_that_is_there_keeps_it(log: Log, draft: Drafter) -> None:
    """The second to make a log opens the first one's."""
    log.append([draft("add", "rain")])

    with create_log(log.path, "other") as again:
        assert ("pilot", 1) == (again.corpus, len(again.decisions()))


@pytest.mark.parametrize("kind", ["text", "folder", "foreign"])
def test_what_is_no_log_is_refused(tmp_path: Path, kind: str) -> None:
    """Another file under the log's name gets a sentence and stays as it was."""
    path = tmp_path / "review.sqlite"
    if kind == "text":
        path.write_text("coder,code\nana,rain\n" * 100)
    elif kind == "folder":
        path.mkdir()
    else:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE t (x)")
        connection.close()

    for way in (open_log, lambda path: create_log(path, "pilot")):
        with pytest.raises(GlossatorError, match=r"review\.sqlite"):
            way(path)


def test_a_log_of_another_format_is_refused(log: Log) -> None:
    """A later version's log is not half understood."""
    log.rows("DROP TRIGGER meta_update")
    log.rows("""UPDATE meta SET "value" = 'glossator-log/9' WHERE "key" = 'format'""")
    log.close()

    with pytest.raises(ReviewError, match="glossator-log/9") as caught:
        open_log(log.path)

    assert "E_LOG_FORMAT" == caught.value.code
