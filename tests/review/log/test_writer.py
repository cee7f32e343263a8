"""One writer: what waits shares a commit, each answer comes after it, nobody loses by another."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest

from pipeline.core.errors import BusyError, ReviewError, StorageError
from pipeline.core.records import Decision
from pipeline.review.log.schema import connect
from pipeline.review.log.store import Log, open_log
from pipeline.review.log.writer import MOST, Writer

Drafter = Callable[..., Decision]


class Held:
    """A writer whose thread waits, so that what is asked meanwhile comes in one group."""

    def __init__(self, log: Log) -> None:
        self.writer = Writer()
        self.connection: sqlite3.Connection = self.writer.submit(connect, log.path).result()
        self.log = self.writer.log = Log(log.path, self.connection)
        self.gate = threading.Event()
        self.commits: list[str] = []
        self.writer.submit(self.connection.set_trace_callback, self._note).result()

    def _note(self, statement: str) -> None:
        if statement in {"COMMIT", "ROLLBACK"}:
            self.commits.append(statement)

    def ask(self, *questions: Callable[[], object]) -> list[Future[object]]:
        """Ask all questions at once and wait for all answers."""
        first = self.writer.submit(self.gate.wait)
        futures = [self.writer.submit(question) for question in questions]
        self.gate.set()
        first.exception(timeout=20)
        for future in futures:
            future.exception(timeout=20)
        return futures

    def append(self, *drafts: Decision) -> Callable[[], object]:
        """Return the question that appends."""
        return lambda: self.log.append(drafts)


@pytest.fixture
def held(log: Log) -> Iterator[Held]:
    """Yield a writer on a log."""
    made = Held(log)
    yield made
    made.writer.submit(made.log.close).result()
    made.writer.shutdown()


def ids(log: Log) -> list[str]:
    """Return what is in a log, as another program sees it."""
    with open_log(log.path) as seen:
        return [row.decision_id for row in seen.decisions()]


def test_what_waits_shares_a_commit(log: Log, held: Held, draft: Drafter) -> None:
    """Ten questions of different coders, one commit; all are on disk when answered."""
    drafts = [draft("add", f"code-{n}") for n in range(10)]

    answers = held.ask(*(held.append(item) for item in drafts))

    assert ["COMMIT"] == held.commits
    assert [item.decision_id for item in drafts] == ids(log)
    assert all(answer.exception() is None for answer in answers)


def test_a_group_has_an_upper_bound(held: Held, draft: Drafter) -> None:
    """At most 64 share a commit, so that nobody waits for long."""
    held.ask(*(held.append(draft("add", f"code-{n}")) for n in range(MOST + 10)))

    assert 2 <= len(held.commits) <= 3


def test_a_refused_question_takes_back_only_its_own(log: Log, held: Held, draft: Drafter) -> None:
    """All that it wrote, and nothing of its neighbours; what was refused says why."""
    good = [draft("add", "rain"), draft("add", "sun")]
    bad = [draft("add", "fog"), draft("add", "hail", coder="nobody")]

    answers = held.ask(held.append(good[0]), held.append(*bad), held.append(good[1]))

    assert [item.decision_id for item in good] == ids(log)
    assert isinstance(answers[1].exception(), ReviewError)
    assert ["COMMIT"] == held.commits


def test_a_bug_in_one_question_is_its_own(held: Held, draft: Drafter) -> None:
    """The thread lives on, and hands the error to who asked."""
    answers = held.ask(lambda: 1 // 0, held.append(draft("add", "rain")))

    assert isinstance(answers[0].exception(), ZeroDivisionError)
    assert answers[1].exception() is None


def test_a_rehearsal_in_a_group_writes_nothing(log: Log, held: Held, draft: Drafter) -> None:
    """Its neighbours stay."""
    kept = draft("add", "sun")

    def rehearse() -> None:
        with held.log.writing(is_kept=False):
            held.log.append([draft("add", "rain")])

    held.ask(rehearse, held.append(kept), rehearse)

    assert [kept.decision_id] == ids(log)


def test_a_locked_log_fails_the_whole_group(log: Log, held: Held, draft: Drafter) -> None:
    """Nobody is told that something was saved."""
    hurry = "PRAGMA busy_timeout=0"
    held.writer.submit(held.connection.execute, hurry).result()
    with log.writing():
        answers = held.ask(*(held.append(draft("add", f"code-{n}")) for n in range(3)))

    assert all(isinstance(answer.exception(), BusyError) for answer in answers)
    assert [] == ids(log)
    assert held.writer.submit(held.append(draft("add", "rain"))).result()


def test_what_sqlite_took_back_is_nobodys(log: Log, held: Held, draft: Drafter) -> None:
    """A disk that fills up in the middle of a group takes all of it back: all get the error."""

    def fill() -> None:
        with held.log.writing():
            held.connection.execute("ROLLBACK")  # what SQLite does by itself then

    answers = held.ask(held.append(draft("add", "rain")), fill, held.append(draft("add", "sun")))

    assert all(isinstance(answer.exception(), StorageError) for answer in answers)
    assert [] == ids(log)


def test_a_commit_that_fails_fails_the_whole_group(
    log: Log, held: Held, draft: Drafter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not committed is acknowledged to nobody."""

    def check() -> None:
        raise StorageError("full")

    monkeypatch.setattr(held.log, "_check_group", check)

    answers = held.ask(held.append(draft("add", "rain")))

    assert all(isinstance(answer.exception(), StorageError) for answer in answers)
    assert [] == ids(log)


def test_who_gave_up_waiting_is_passed_over(log: Log, held: Held, draft: Drafter) -> None:
    """A question that was taken back before its turn is not asked."""
    first = held.writer.submit(held.gate.wait)
    given_up = held.writer.submit(held.append(draft("add", "rain")))
    assert given_up.cancel()

    held.gate.set()

    assert first.result()
    assert [] == held.writer.submit(lambda: ids(log)).result()


def test_shutdown_answers_what_was_asked_before(log: Log, draft: Drafter) -> None:
    """Also without waiting for it."""
    writer = Writer()
    later = writer.submit(lambda: 7)
    writer.shutdown(wait=False)

    assert 7 == later.result()
    assert draft("add", "rain").decision_id not in ids(log)
