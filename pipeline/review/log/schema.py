"""The tables of ``review.sqlite``, how they are opened, and what SQLite's errors mean in words."""

from __future__ import annotations

import contextlib
import sqlite3
import uuid
from collections.abc import Iterator
from pathlib import Path

from pipeline.core.errors import BusyError, GlossatorError, ReviewError, StorageError
from pipeline.review.log.place import refuse_network_drive

FORMAT = "glossator-log/1"
BUSY_S = 10.0
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")

# AUTOINCREMENT never hands out a seq twice; no table is WITHOUT ROWID, because the integrity check
# of SQLite 3.40 reports false errors there.
TABLES = """
CREATE TABLE meta ("key" TEXT PRIMARY KEY NOT NULL, "value" TEXT NOT NULL);
CREATE TABLE coders (
  "coder" TEXT NOT NULL, "kind" TEXT NOT NULL, "role" TEXT NOT NULL,
  "active" INTEGER NOT NULL, "at" TEXT NOT NULL
);
CREATE TABLE rounds (
  "round_id" TEXT PRIMARY KEY NOT NULL, "settings" TEXT NOT NULL,
  "created_at" TEXT NOT NULL, "created_by" TEXT NOT NULL
);
CREATE TABLE assignments (
  "round_id" TEXT NOT NULL REFERENCES rounds ("round_id"), "coder" TEXT NOT NULL,
  "position" INTEGER NOT NULL, "transcript_id" TEXT NOT NULL,
  "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, "lane" TEXT NOT NULL,
  "inclusion_probability" REAL
);
CREATE TABLE decisions (
  "seq" INTEGER PRIMARY KEY AUTOINCREMENT, "decision_id" TEXT UNIQUE NOT NULL,
  "parent_id" TEXT, "group_id" TEXT, "coder" TEXT NOT NULL, "role" TEXT NOT NULL,
  "act" TEXT NOT NULL, "transcript_id" TEXT NOT NULL,
  "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, "quote" TEXT NOT NULL,
  "text_sha256" TEXT NOT NULL, "code" TEXT, "codebook_version" TEXT NOT NULL, "memo" TEXT,
  "round_id" TEXT REFERENCES rounds ("round_id"), "mode" TEXT, "lane" TEXT,
  "inclusion_probability" REAL, "suggestion_visible" INTEGER NOT NULL,
  "model_id" TEXT, "score" REAL, "rank" INTEGER, "detail" TEXT, "surface" TEXT NOT NULL,
  "active_ms" INTEGER, "decided_at" TEXT NOT NULL, "recorded_at" TEXT NOT NULL,
  "package_version" TEXT NOT NULL, "prev_hash" TEXT NOT NULL, "hash" TEXT NOT NULL
);
CREATE TABLE withheld (
  "decision_id" TEXT NOT NULL, "column" TEXT NOT NULL, "sha256" TEXT NOT NULL,
  PRIMARY KEY ("decision_id", "column")
);
CREATE TABLE current (
  "coder" TEXT NOT NULL, "transcript_id" TEXT NOT NULL, "start" INTEGER NOT NULL,
  "end" INTEGER NOT NULL, "code" TEXT, "verdict" TEXT, "decision_id" TEXT NOT NULL
);
CREATE INDEX decisions_span ON decisions ("transcript_id", "start", "end");
CREATE INDEX decisions_coder ON decisions ("coder", "transcript_id");
CREATE INDEX decisions_chain ON decisions ("coder", "seq");
CREATE INDEX decisions_parent ON decisions ("parent_id");
CREATE INDEX decisions_group ON decisions ("group_id");
CREATE INDEX current_span ON current ("coder", "transcript_id", "start", "end");
"""
KEYS = {  # what no second row may repeat: INSERT OR REPLACE slips past a trigger on DELETE
    "meta": '"key" = NEW."key"',
    "coders": "",
    "rounds": '"round_id" = NEW."round_id"',
    "assignments": "",
    "decisions": '"seq" = NEW."seq" OR "decision_id" = NEW."decision_id"',
    "withheld": '"decision_id" = NEW."decision_id" AND "column" = NEW."column"',
}


def append_only(table: str, same: str) -> str:
    """Return the triggers that keep the rows of ``table`` as they were written."""
    refuse = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END;"
    triggers = [
        f"CREATE TRIGGER {table}_{word.lower()} BEFORE {word} ON {table} {refuse}"
        for word in ("UPDATE", "DELETE")
    ]
    if same:
        triggers.append(
            f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} "  # noqa: S608  # our own names
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) {refuse}"
        )
    return "\n".join(triggers)


def connect(path: Path, *, mode: str = "rw") -> sqlite3.Connection:
    """Return a connection with the log's rules; there is no other way to open a log.

    Parameters
    ----------
    path
        The log.
    mode
        ``rw`` for a log that is there, ``rwc`` to make one.

    Raises
    ------
    ReviewError
        If it lies on a network drive or is no log.
    """
    refuse_network_drive(path)
    with in_words(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=BUSY_S
        )
        try:
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error:
            connection.close()
            raise
    return connection


def lay(connection: sqlite3.Connection, corpus: str) -> None:
    """Make the tables of a new log, unless somebody made them a moment ago.

    Whatever goes wrong, closing the connection takes all of it back.
    """
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        triggers = "\n".join(append_only(table, same) for table, same in KEYS.items())
        for statement in statements(TABLES + triggers):
            connection.execute(statement)
        meta = {"format": FORMAT, "log_id": str(uuid.uuid4()), "corpus": corpus}
        connection.executemany("INSERT INTO meta VALUES (?, ?)", meta.items())
    connection.execute("COMMIT")


def statements(script: str) -> Iterator[str]:
    """Yield the statements of ``script``; ``executescript`` would end the transaction."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextlib.contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Turn what SQLite says of the log at ``path`` into errors with a sentence."""
    try:
        yield
    except sqlite3.ProgrammingError:  # a bug of ours, nothing about the file
        raise
    except sqlite3.Error as error:
        raise meaning(path, error) from error


def meaning(path: Path, error: sqlite3.Error) -> GlossatorError:
    """Return the sentence for an error of SQLite's."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return BusyError(
            f"{path}: another program is writing decisions; nothing was written. "
            "Try again in a moment."
        )
    if code == sqlite3.SQLITE_FULL:
        return StorageError(
            f"{path}: the disk is full; nothing was written. Make room and run again.",
            code="E_DISK_FULL",
        )
    if code in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR}:
        return StorageError(
            f"{path}: the log of decisions cannot be opened or written ({error}); "
            "nothing was written. Check that the folder is there and that you may write in it."
        )
    return ReviewError(
        f"{path}: the log of decisions is damaged or is no log ({error}). "
        "Leave it as it is, see what is left by 'glossator log verify', and take the last backup.",
        code="E_LOG_DAMAGED",
    )
