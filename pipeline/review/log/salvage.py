"""Reads whatever a damaged log still gives, page by page if need be."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.core.records import Decision
from pipeline.review.log.reader import SELECT, Reader, as_decision
from pipeline.review.log.rows import COLUMNS, is_of_kind
from pipeline.review.log.schema import BUSY_S

BLANK = {"str": "", "int": 0}


@dataclass(frozen=True, slots=True)
class Salvaged:
    """The rows that could be read, in order of arrival, and what SQLite says of the file.

    ``last_seq`` is the last number that the log ever gave out, as far as anybody knows.
    """

    rows: tuple[Decision, ...]
    last_seq: int
    problems: tuple[str, ...]


class Wreck(Reader):
    """An open log that may be damaged: what cannot be read is noted and left out."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        super().__init__(path, connection)
        self.problems: list[str] = []

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what ``statement`` selects, as far as it can be read."""
        found: list[tuple[Any, ...]] = []
        try:
            found.extend(self._connection.execute(statement, values))
        except sqlite3.DatabaseError as error:
            self.problems.append(f"{self.path}: SQLite says: {error}")
        return found

    def salvaged(self) -> Salvaged:
        """Return every row that can be read, and what is wrong with the file."""
        sound = self.rows("PRAGMA integrity_check(5)")
        self.problems += [f"{self.path}: SQLite says: {row[0]}" for row in sound if row[0] != "ok"]
        n_before = len(self.problems)
        cells = self.rows(f'{SELECT} ORDER BY "seq"')
        last_seq = self.last_seq(cells)
        if len(self.problems) > n_before:
            cells = self.one_by_one(last_seq)
        rows = tuple(typed(as_decision(row), self.problems) for row in cells)
        return Salvaged(rows, last_seq, tuple(dict.fromkeys(self.problems)))

    def last_seq(self, cells: Sequence[Sequence[Any]]) -> int:
        """Return the last number given out: as SQLite notes it, or of the last row read."""
        noted = [
            row[0]
            for row in (
                *self.rows("SELECT \"seq\" FROM sqlite_sequence WHERE name = 'decisions'"),
                *self.rows('SELECT max("seq") FROM decisions'),
            )
            if isinstance(row[0], int)
        ]
        return max([*noted, *(row[0] for row in cells[-1:])], default=0)

    def one_by_one(self, last_seq: int) -> list[tuple[Any, ...]]:
        """Return each row that can be found by its number; damage hides only its own pages."""
        wanted = ((f'{SELECT} WHERE "seq" = ?', (seq,)) for seq in range(1, last_seq + 1))
        return [row for question in wanted for row in self.rows(*question)]


def typed(row: Decision, problems: list[str]) -> Decision:
    """Return ``row`` so that it compares with others: what lost its type is missing or blank."""
    lost: dict[str, Any] = {
        name: BLANK.get(kind)
        for name, kind in COLUMNS.items()
        if not is_of_kind(getattr(row, name), kind)
    }
    if not lost:
        return row
    problems.append(f"decision {row.seq}: what it holds as {', '.join(lost)} cannot be read")
    return replace(row, **lost)


@contextlib.contextmanager
def wreck(path: Path) -> Iterator[Wreck]:
    """Yield the log at ``path``, opened so that SQLite reads a cut or damaged file, too."""
    connection = sqlite3.connect(
        f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_S
    )
    try:
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        connection.execute("PRAGMA writable_schema=ON")  # else a file cut short is refused whole
        yield Wreck(path, connection)
    finally:
        connection.close()
