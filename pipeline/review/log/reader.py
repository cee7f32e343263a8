"""Reads the log: every question that is asked of its tables."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.core.records import Decision
from pipeline.core.spans import Span
from pipeline.review.log.fold import DONE, SHOWN, Thread
from pipeline.review.log.rows import COLUMNS, Assignment, Coder, Heads, Round
from pipeline.review.log.schema import in_words

NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
SELECT = f"SELECT {NAMES} FROM decisions"  # noqa: S608  # our own names; values are always bound
VISIBLE = tuple(COLUMNS).index("suggestion_visible")
ALL = Span(0, 2**62)  # of a text, however long
ON_SPAN = '"coder" = ? AND "transcript_id" = ? AND "start" = ? AND "end" = ?'


@dataclass(frozen=True, slots=True)
class Current:
    """What stands on one thread, derived: a row for each head (several after a merge)."""

    coder: str
    transcript_id: str
    start: int
    end: int
    code: str | None
    verdict: str | None
    decision_id: str


class Reader:
    """An open log, for reading.

    Every method raises `ReviewError` if the file is damaged, and `BusyError` if another program
    keeps the log too long.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Return what ``statement`` selects."""
        with in_words(self.path):
            return self._connection.execute(statement, values).fetchall()

    @property
    def corpus(self) -> str:
        """Name of the corpus that the log was made for."""
        return self.meta()["corpus"]

    def meta(self) -> dict[str, str]:
        """Return the log's format, id and corpus."""
        return dict(self.rows('SELECT "key", "value" FROM meta'))

    def coders(self) -> dict[str, Coder]:
        """Return who may decide, by name; the latest row of each counts."""
        found = self.rows('SELECT "coder", "kind", "role" FROM coders ORDER BY rowid')
        return {row[0]: Coder(*row) for row in found}

    def rounds(self) -> dict[str, Round]:
        """Return the rounds by their id, as written down."""
        names = ", ".join(f'"{name}"' for name in Assignment.__slots__)
        assigned: dict[str, list[Assignment]] = defaultdict(list)
        order = 'ORDER BY "round_id", "coder", "position"'
        for row in self.rows(f'SELECT "round_id", {names} FROM assignments {order}'):  # noqa: S608  # our own names
            assigned[row[0]].append(Assignment(*row[1:]))
        found = self.rows('SELECT "round_id", "settings", "created_at", "created_by" FROM rounds')
        return {row[0]: Round(row[1], row[2], row[3], tuple(assigned[row[0]])) for row in found}

    def decisions(self) -> list[Decision]:
        """Return all rows in order of arrival; nothing is folded."""
        return self.select('ORDER BY "seq"')

    def select(self, condition: str, values: Sequence[Any] = ()) -> list[Decision]:
        """Return the rows that keep a condition (SQL behind the table's name)."""
        return [as_decision(row) for row in self.rows(f"{SELECT} {condition}", values)]

    def find(self, decision_id: str) -> Decision | None:
        """Return the row with this id, None if there is none."""
        return next(iter(self.select('WHERE "decision_id" = ?', (decision_id,))), None)

    def thread(self, thread: Thread) -> list[Decision]:
        """Return the rows of one thread in order of arrival."""
        where = f'WHERE {ON_SPAN} AND "code" IS ? AND "act" <> ? ORDER BY "seq"'
        return self.select(where, (*thread, SHOWN))

    def near(self, coder: str, transcript_id: str, start: int, end: int) -> list[Decision]:
        """Return the rows of one coder that share a character with a span, in order of arrival."""
        where = 'WHERE "coder" = ? AND "transcript_id" = ? AND "start" < ? AND "end" > ?'
        return self.select(f'{where} ORDER BY "seq"', (coder, transcript_id, end, start))

    def around(self, transcript_id: str, start: int, end: int) -> list[Decision]:
        """Return everybody's rows that share a character with a span, in order of arrival."""
        where = 'WHERE "transcript_id" = ? AND "start" < ? AND "end" > ? ORDER BY "seq"'
        return self.select(where, (transcript_id, end, start))

    def withheld(self) -> dict[str, dict[str, str]]:
        """Return the hashes of texts that are not here: decision id -> column -> SHA-256."""
        rows = self.rows('SELECT "decision_id", "column", "sha256" FROM withheld')
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for decision_id, column, sha256 in rows:
            found[decision_id][column] = sha256
        return found

    def heads(self) -> Heads:
        """Return the last hashes of each coder: those that no later row of theirs names."""
        found = self.rows('SELECT "coder", "hash", "prev_hash" FROM decisions')
        past = {(coder, before) for coder, _, before in found}
        heads: dict[str, list[str]] = defaultdict(list)
        for coder, last, _ in found:
            if (coder, last) not in past:
                heads[coder].append(last)
        return {coder: tuple(sorted(heads[coder])) for coder in sorted(heads)}

    def current(self, coder: str, transcript_id: str, start: int, end: int) -> list[Current]:
        """Return what stands for one coder on one span."""
        return self._current(f"WHERE {ON_SPAN}", (coder, transcript_id, start, end))

    def signed_off(self, coders: Sequence[str], transcript_id: str) -> dict[str, list[Span]]:
        """Return the spans of a transcript that each of ``coders`` has signed off."""
        marks = ", ".join("?" for _ in coders)
        where = f'WHERE "coder" IN ({marks}) AND "transcript_id" = ? AND "code" IS NULL'
        found: dict[str, list[Span]] = defaultdict(list)
        for item in self._current(f'{where} AND "verdict" = ?', (*coders, transcript_id, DONE)):
            found[item.coder].append(Span(item.start, item.end))
        return found

    def signed_off_by(self, coder: str) -> dict[str, list[Span]]:
        """Return the spans that one coder has signed off, by transcript."""
        where = 'WHERE "coder" = ? AND "code" IS NULL AND "verdict" = ?'
        found: dict[str, list[Span]] = defaultdict(list)
        for item in self._current(where, (coder, DONE)):
            found[item.transcript_id].append(Span(item.start, item.end))
        return found

    def standing(self, coder: str, transcript_id: str, span: Span = ALL) -> list[Current]:
        """Return what stands for one coder on spans that share a character with ``span``."""
        where = 'WHERE "coder" = ? AND "transcript_id" = ? AND "start" < ? AND "end" > ?'
        return self._current(where, (coder, transcript_id, span.end, span.start))

    def all_current(self) -> list[Current]:
        """Return what stands, for everybody and everywhere."""
        return self._current("", ())

    def _current(self, condition: str, values: Sequence[Any]) -> list[Current]:
        names = ", ".join(f'"{name}"' for name in Current.__slots__)
        found = self.rows(f"SELECT {names} FROM current {condition}", values)  # noqa: S608  # our own names
        return [Current(*row) for row in found]


def as_decision(cells: Sequence[Any]) -> Decision:
    """Return a row of the table as a record whose derived fields are still empty."""
    values = [*cells, None, False]
    values[VISIBLE] = bool(values[VISIBLE])
    return Decision(*values)
