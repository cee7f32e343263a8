"""Opens the log and appends to it; what `Log.append` has returned is on disk."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self

from pipeline import __version__
from pipeline.core.errors import ReviewError, StorageError
from pipeline.core.records import Decision
from pipeline.review.log.fold import (
    SHOWN,
    UNDO,
    Standing,
    Thread,
    fold,
    fold_thread,
    overtakes,
    thread_of,
)
from pipeline.review.log.making import make_log
from pipeline.review.log.reader import ON_SPAN, Current, Reader
from pipeline.review.log.rows import (
    COLUMNS,
    EXPORTED,
    Assignment,
    Coder,
    Round,
    hash_of,
    hashed,
    place_of,
    text_hash,
    utc_now,
)
from pipeline.review.log.schema import FORMAT, connect, in_words, lay

NAMES = ", ".join(f'"{name}"' for name in EXPORTED)
MARKS = ", ".join("?" for _ in EXPORTED)
INSERT = f"INSERT INTO decisions ({NAMES}) VALUES ({MARKS})"  # noqa: S608  # our own names; values are bound
INSERT_CURRENT = "INSERT INTO current VALUES (?, ?, ?, ?, ?, ?, ?)"
LAST_HASH = 'SELECT "hash" FROM decisions WHERE "coder" = ? ORDER BY "seq" DESC LIMIT 1'
SAME_ACT = ("coder", "act", "parent_id", "transcript_id", "start", "end", "code", "quote")


class ConflictError(ReviewError):
    """A decision stands on something that has changed since; ``standing`` is what stands now."""

    default_code: ClassVar[str] = "E_CONFLICT"

    def __init__(self, message: str, standing: tuple[Current, ...]) -> None:
        super().__init__(message)
        self.standing = standing


class Log(Reader):
    """An open log; use it as a context manager, or close it.

    Every method raises `BusyError` if another program keeps the log too long, `StorageError` if the
    disk does not take what it should, and `ReviewError` if the file is damaged.
    """

    _is_closed = False
    _is_writing = False
    _is_grouping = False
    _n_parts = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Write the write-ahead log back, so that the file's date and a copy tell the truth."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            with in_words(self.path):
                self._connection.execute("PRAGMA busy_timeout=0")  # the last one out does it
                self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            self._connection.close()

    @contextlib.contextmanager
    def writing(self, *, is_kept: bool = True) -> Iterator[None]:
        """Hold the log for one transaction: all that is written inside is kept, or nothing.

        Inside another one it is part of that. With ``is_kept`` false nothing is kept: a rehearsal.
        """
        if self._is_writing:
            yield
            return
        transaction = self._part if self._is_grouping else self._whole
        self._is_writing = True
        try:
            with in_words(self.path), transaction(is_kept=is_kept):
                yield
        finally:
            self._is_writing = False

    @contextlib.contextmanager
    def grouping(self) -> Iterator[None]:
        """Have the transactions inside share one commit; each can still be taken back alone.

        Raises
        ------
        StorageError, BusyError
            At the end, if what was written is not on disk: then nothing of it is.
        """
        self._is_grouping, self._n_parts = True, 0
        try:
            with in_words(self.path), self._finished(is_kept=True):
                yield
                self._check_group()
        finally:
            self._is_grouping = False

    @contextlib.contextmanager
    def _whole(self, *, is_kept: bool) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        with self._finished(is_kept=is_kept):
            yield

    @contextlib.contextmanager
    def _finished(self, *, is_kept: bool) -> Iterator[None]:
        try:
            yield
            if is_kept and self._has_begun():
                self._connection.execute("COMMIT")
        finally:
            if self._has_begun():
                self._connection.execute("ROLLBACK")

    def _has_begun(self) -> bool:
        return not self._is_closed and self._connection.in_transaction

    @contextlib.contextmanager
    def _part(self, *, is_kept: bool) -> Iterator[None]:
        self._check_group()
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        self._connection.execute("SAVEPOINT part")
        is_done = False
        try:
            yield
            is_done = is_kept
        finally:
            if self._connection.in_transaction:  # a full disk has taken all back already
                self._connection.execute("RELEASE part" if is_done else "ROLLBACK TO part")
            self._n_parts += is_done

    def _check_group(self) -> None:
        """Raise `StorageError` if SQLite took back what the group wrote before."""
        if self._n_parts and not self._connection.in_transaction:
            raise StorageError(
                f"{self.path}: the disk did not take what was written together; "
                "nothing was written. Make room and try again."
            )

    def add_coder(self, coder: Coder) -> None:
        """Add a coder, or give one another role."""
        with self.writing():
            if self.coders().get(coder.coder) != coder:
                row = (coder.coder, coder.kind, coder.role, 1, utc_now())
                self._connection.execute("INSERT INTO coders VALUES (?, ?, ?, ?, ?)", row)

    def add_round(self, added: Round) -> str:
        """Write a round down, unless it is there, and return its id."""
        name = added.round_id
        with self.writing():
            if name in self.rounds():
                return name
            row = (name, added.settings, added.created_at, added.created_by)
            self._connection.execute("INSERT INTO rounds VALUES (?, ?, ?, ?)", row)
            self._connection.executemany(
                "INSERT INTO assignments VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (name, *(getattr(item, key) for key in Assignment.__slots__))
                    for item in added.assignments
                ],
            )
        return name

    def append(self, drafts: Sequence[Decision]) -> list[Decision]:
        """Append ``drafts`` in one transaction, all or none, and return them as they are stored.

        Of a draft, ``seq``, ``recorded_at``, ``package_version``, ``prev_hash`` and ``hash`` are
        filled in here. One whose id is known already is returned as it was stored.

        Raises
        ------
        ConflictError
            If a draft's parent is not what stands on its thread.
        ReviewError
            If its coder is unknown, or its id was used for something else.
        """
        with self.writing():
            return [self._take(draft) for draft in drafts]

    def append_each(self, drafts: Sequence[Decision]) -> list[Decision | ReviewError]:
        """Append those of ``drafts`` that can be taken, in one transaction; see `append`.

        For many coders at once: what is wrong with one draft is its own answer, in its place.
        """
        with self.writing():
            return [self._answer(draft) for draft in drafts]

    def _answer(self, draft: Decision) -> Decision | ReviewError:
        try:
            return self._take(draft)
        except ReviewError as error:
            return error

    def _take(self, draft: Decision) -> Decision:
        known = self.find(draft.decision_id)
        if known is not None:
            self._check_same(known, draft)
            return known
        if draft.coder not in self.coders():
            raise unknown_coder(draft.coder, self.coders())
        self._check_parent(draft)
        last = self.rows(
            'SELECT "hash" FROM decisions WHERE "coder" = ? ORDER BY "seq" DESC LIMIT 1',
            (draft.coder,),
        )
        row = replace(
            draft,
            prev_hash=last[0][0] if last else "",
            recorded_at=utc_now(),
            package_version=__version__,
        )
        row = replace(row, hash=hash_of(row))
        stored = replace(row, seq=self._insert(row))
        self._derive([thread_of(stored)])
        return stored

    def _check_same(self, known: Decision, draft: Decision) -> None:
        withheld = self.withheld().get(known.decision_id, {})
        memo = text_hash(known.memo, withheld.get("memo"))
        differs = [name for name in SAME_ACT if getattr(known, name) != getattr(draft, name)]
        if differs or memo != text_hash(draft.memo, None):
            raise ReviewError(
                f"{draft.decision_id}: this decision id is already used for another decision "
                f"({known.act} of {known.coder} on {place_of(known)}; "
                f"it differs in {', '.join(differs or ['memo'])}). Give the new one its own id.",
                code="E_DUPLICATE_ID",
            )

    def _check_parent(self, draft: Decision) -> None:
        if draft.act == SHOWN:
            return
        standing = tuple(
            item
            for item in self.current(draft.coder, draft.transcript_id, draft.start, draft.end)
            if item.code == draft.code
        )
        heads, taken = {item.decision_id for item in standing}, overtakes(draft)
        if taken == heads or (draft.act == UNDO and taken and taken <= heads):
            return
        now = ", ".join(f"{item.verdict} ({item.decision_id})" for item in standing) or "nothing"
        raise ConflictError(
            f"{place_of(draft)}: {draft.coder} decided something else here meanwhile; "
            f"now stands {now}. Look at it and decide again.",
            standing,
        )

    def adopt(self, rows: Sequence[Decision], withheld: Mapping[str, Mapping[str, str]]) -> None:
        """Add rows of another log, which keep their times, hashes and predecessors."""
        with self.writing():
            for row in rows:
                self._insert(row)
            self._connection.executemany(
                "INSERT INTO withheld VALUES (?, ?, ?)",
                [(name, *item) for name, texts in withheld.items() for item in texts.items()],
            )
            self._derive(dict.fromkeys(thread_of(row) for row in rows))

    def _insert(self, row: Decision) -> int:
        cells = [hashed(getattr(row, name), COLUMNS[name]) for name in EXPORTED]
        return self._connection.execute(INSERT, cells).lastrowid or 0

    def _derive(self, threads: Iterable[Thread]) -> None:
        for thread in threads:
            self._connection.execute(f'DELETE FROM current WHERE {ON_SPAN} AND "code" IS ?', thread)  # noqa: S608  # our own names
            rows = self.thread(thread)
            if rows:
                self._write_current(rows)

    def _write_current(self, rows: Sequence[Decision]) -> None:
        self._connection.executemany(INSERT_CURRENT, current_rows([fold_thread(rows)]))

    def rebuild_current(self) -> None:
        """Derive anew what stands, from the decisions alone."""
        with self.writing():
            self._connection.execute("DELETE FROM current")
            self._connection.executemany(
                INSERT_CURRENT,
                current_rows(fold(self.decisions()).values()),
            )


def current_rows(found: Iterable[Standing]) -> list[tuple[Any, ...]]:
    """Return what the table ``current`` must hold for what stands."""
    return [(*item.thread, item.verdict, head) for item in found for head in item.heads]


def unknown_coder(name: str, known: Iterable[str]) -> ReviewError:
    """Return the sentence for a coder whom nobody has added."""
    names = ", ".join(sorted(known)) or "nobody yet"
    return ReviewError(
        f"{name}: no such coder in this corpus; known: {names}. "
        f"Add them with 'glossator coders add CORPUS {name}' (for a program with --kind script).",
        code="E_UNKNOWN_CODER",
    )


def create_log(path: Path, corpus: str) -> Log:
    """Open the log at ``path``, making it first if there is none yet."""
    with in_words(path):
        if not path.exists():
            make_log(path, corpus)
        connection = connect(path, mode="rwc")
        try:
            lay(connection, corpus)
        except sqlite3.Error:
            connection.close()
            raise
    return checked(Log(path, connection))


def open_log(path: Path) -> Log:
    """Open the log at ``path``.

    Raises
    ------
    ReviewError
        If there is none, or if another version wrote it in a form that this one does not know.
    """
    check_there(path)
    return checked(Log(path, connect(path)))


def check_there(path: Path) -> None:
    """Raise `ReviewError` if there is no log at ``path``."""
    if not path.exists():
        raise ReviewError(
            f"{path}: there is no log yet; nobody has decided anything in this corpus. "
            "Add a coder, then decide something.",
            code="E_NO_LOG",
        )


def checked(log: Log) -> Log:
    """Return ``log`` if it has our format; close it if not."""
    with contextlib.ExitStack() as stack:
        stack.push(log)
        found = log.meta().get("format")
        if found != FORMAT:
            raise ReviewError(
                f"{log.path}: its format is {found!r}; this version reads {FORMAT}. "
                "Use the version of glossator that wrote it.",
                code="E_LOG_FORMAT",
            )
        stack.pop_all()
    return log
