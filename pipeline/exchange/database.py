"""Strangers' SQLite files: opened from a copy, for reading only, and never trusted."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.core.errors import InputError

MAGIC = b"SQLite format 3\x00"
MAX_BYTES = 2**30
MAX_CELL = 64 * 2**20  # bytes of one text
MAX_ROWS = 1_000_000  # of one table
STEPS, MOST_STEPS = 100_000, 20_000  # of SQLite's own machine; only a trap needs so many
GUARDS = (
    "PRAGMA trusted_schema=OFF",
    "PRAGMA cell_size_check=ON",
    "PRAGMA query_only=ON",
    "PRAGMA mmap_size=0",
)
KINDS = "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Database:
    """An open file of ``tool``; ``tables`` are the columns of each of its tables."""

    connection: sqlite3.Connection
    tool: str
    tables: dict[str, dict[str, str]]

    def rows(self, table: str, needed: Sequence[str], more: Sequence[str] = ()) -> list[Row]:
        """Return the rows of a table; of ``more``, columns that are not there are None.

        Raises
        ------
        InputError
            ``E_NO_TABLE`` if the table or a needed column is not there, ``E_TOO_LARGE`` if there
            are more than `MAX_ROWS`.
        """
        columns = self.tables.get(table, {})
        missing = [name for name in needed if name not in columns]
        if missing:
            what = f"column {missing[0]!r} of its table" if columns else "table"
            raise InputError(
                f"this is no project of {self.tool}: it has no {what} {table!r}. Choose the "
                "project's own file.",
                code="E_NO_TABLE",
            )
        there = [name for name in (*needed, *more) if name in columns]
        listed = ", ".join(f'"{name}"' for name in there)
        found = self.connection.execute(f'SELECT {listed} FROM "{table}"').fetchmany(MAX_ROWS + 1)  # noqa: S608  # names of our own
        if len(found) > MAX_ROWS:
            raise InputError(
                f"its table {table!r} has more than {MAX_ROWS:,} rows. Export a part of it.",
                code="E_TOO_LARGE",
            )
        blank = dict.fromkeys(more)
        return [{**blank, **dict(zip(there, row, strict=True))} for row in found]

    def some(self, table: str, needed: Sequence[str], more: Sequence[str] = ()) -> list[Row]:
        """Return the rows of a table that older or newer versions do not have: then none."""
        columns = self.tables.get(table, {})
        return self.rows(table, needed, more) if set(needed) <= columns.keys() else []


@contextmanager
def open_database(data: bytes, tool: str) -> Iterator[Database]:
    """Open the SQLite file in ``data``, which ``tool`` is said to have written.

    Raises
    ------
    InputError
        ``E_NOT_SQLITE``, ``E_TOO_LARGE``, or ``E_CORRUPT`` also for whatever breaks while reading.
    """
    if not data.startswith(MAGIC):
        raise InputError(
            f"this is no SQLite database, as a project of {tool} is. Choose the project's "
            "own file.",
            code="E_NOT_SQLITE",
        )
    if len(data) > MAX_BYTES:
        raise InputError(
            f"it has {len(data) / 2**20:.0f} MiB; the limit is {MAX_BYTES // 2**20}. Take "
            "texts that are not coded out of the project.",
            code="E_TOO_LARGE",
        )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.sqlite3"
        path.write_bytes(data)
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            guard(connection)
            yield Database(connection, tool, tables_of(connection))
        except (sqlite3.Error, UnicodeDecodeError) as error:
            raise InputError(
                f"the database is damaged or not whole ({error!s:.80}). Close {tool}, and copy the "
                "file again.",
                code="E_CORRUPT",
            ) from error
        finally:
            connection.close()


def guard(connection: sqlite3.Connection) -> None:
    """Set limits: nothing of the file's own is run, nothing endless, no cell without a bound."""
    connection.text_factory = decoded
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_CELL)
    for pragma in GUARDS:
        connection.execute(pragma)
    steps = iter(range(MOST_STEPS))
    connection.set_progress_handler(lambda: int(next(steps, None) is None), STEPS)


def decoded(cell: bytes) -> str:
    """Return a text; what is no UTF-8 shows as U+FFFD."""
    return cell.decode("utf-8", "replace")


def tables_of(connection: sqlite3.Connection) -> dict[str, dict[str, str]]:
    """Return the plain columns of each plain table by their names in small letters.

    A view or a virtual table only looks like a table, and a computed column like a column: they run
    what the file's author wrote, so they do not count.
    """
    found: dict[str, dict[str, str]] = {}
    for name, kind, sql in connection.execute(KINDS).fetchall():
        is_plain = kind == "table" and not str(sql).upper().lstrip().startswith("CREATE VIRTUAL")
        if is_plain and isinstance(name, str) and '"' not in name:
            columns = connection.execute(f'PRAGMA table_info("{name}")').fetchall()
            found[name.lower()] = {str(row[1]).lower(): str(row[1]) for row in columns}
    return found


def words(cell: object) -> str:
    """Return a cell as text: nothing for NULL, whatever else was put there as it reads."""
    if cell is None:
        return ""
    return decoded(cell) if isinstance(cell, bytes) else str(cell)


def whole(cell: object) -> int | None:
    """Return a cell as a whole number, None if it is none."""
    return cell if isinstance(cell, int) else None
