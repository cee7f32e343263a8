"""The log's rows: which columns they have, and the hashes that chain each coder's rows."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.core.records import Columns, Decision

DERIVED = ("standing", "independent")
COLUMNS: Columns = {name: kind for name, kind in Decision.COLUMNS.items() if name not in DERIVED}
EXPORTED = tuple(name for name in COLUMNS if name != "seq")
HASHED = tuple(name for name in EXPORTED if name != "hash")
TEXTS = ("quote", "memo")  # hashed by their own hash, so that they can be left out later
FLOATS = ("float", "float?")
LARGEST = 2**63 - 1  # what a column of whole numbers holds
TYPES: Mapping[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float)}
NONE_WITHHELD: Mapping[str, str] = {}
Heads = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Coder:
    """Who decides: ``kind`` is person or script, ``role`` coder, adjudicator or lead."""

    coder: str
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """One span that a round hands to a coder; ``position`` is its place in that coder's queue."""

    coder: str
    position: int
    transcript_id: str
    start: int
    end: int
    lane: str
    inclusion_probability: float | None


@dataclass(frozen=True, slots=True)
class Round:
    """A frozen set of assignments; ``settings`` is JSON, ``created_at`` UTC."""

    settings: str
    created_at: str
    created_by: str
    assignments: tuple[Assignment, ...]

    @property
    def round_id(self) -> str:
        """Hash of settings and assignments, so that each decision's hash covers its round."""
        rows = [
            [getattr(item, name) for name in Assignment.__slots__]
            for item in sorted(self.assignments, key=lambda a: (a.coder, a.position))
        ]
        return sha256_of_text(canonical([self.settings, rows]))


@dataclass(frozen=True, slots=True)
class Chains:
    """The rows of each coder as trees of predecessors; a tree that branches was copied once.

    ``first`` and ``last`` number the rows so that a row follows another exactly when its number
    lies within the other's. ``broken`` are rows whose predecessor is not there.
    """

    order: tuple[Decision, ...]
    first: Mapping[str, int]
    last: Mapping[str, int]
    heads: Heads
    forks: Heads
    broken: tuple[Decision, ...]

    def precedes(self, one: Decision, other: Decision) -> bool:
        """Whether ``one`` was in the log of their coder when ``other`` was written."""
        if one.coder != other.coder or one.decision_id == other.decision_id:
            return False
        start, end = self.first[one.decision_id], self.last[one.decision_id]
        return start <= self.first[other.decision_id] <= end


def utc_now() -> str:
    """Return the time in UTC as ISO 8601, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def canonical(value: Any) -> str:
    """Return ``value`` as JSON that is the same everywhere: sorted keys, no spaces."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=repr
    )


def sha256_of_text(text: str) -> str:
    """Return the SHA-256 of ``text`` in UTF-8, in hex."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hashed(value: Any, kind: str) -> Any:
    """Return a column's value as it is hashed and stored: 1 is 1.0, minus nought is nought."""
    if isinstance(value, bool):
        return int(value)
    if kind in FLOATS and isinstance(value, int | float):
        return value + 0.0
    return value


def is_of_kind(value: Any, kind: str) -> bool:
    """Whether a cell of an exported line is of the kind of its column."""
    if value is None:
        return kind.endswith("?")
    if kind == "bool":
        return value in {0, 1} if isinstance(value, int) else False
    if isinstance(value, bool) or not isinstance(value, TYPES[kind.rstrip("?")]):
        return False
    return not isinstance(value, int) or abs(value) <= LARGEST


def place_of(row: Decision) -> str:
    """Return where a decision stands, as messages name it."""
    code = f" {row.code}" if row.code else ""
    return f"{row.transcript_id}:{row.start}-{row.end}{code}"


def hash_of(row: Decision, withheld: Mapping[str, str] = NONE_WITHHELD) -> str:
    """Return what ``row.hash`` must be.

    Parameters
    ----------
    row
        A row of the log.
    withheld
        SHA-256 of those of its texts that are not here.
    """
    cells = {name: hashed(getattr(row, name), COLUMNS[name]) for name in HASHED}
    for name in TEXTS:
        cells[name] = text_hash(cells[name], withheld.get(name))
    return sha256_of_text(canonical(cells))


def text_hash(text: Any, withheld: str | None) -> str | None:
    """Return the hash that stands for a text: that of what was withheld, else its own."""
    if withheld is not None and text in {None, ""}:
        return withheld
    return None if text is None else sha256_of_text(str(text))


def chains(rows: Iterable[Decision]) -> Chains:
    """Return the chains of all coders; what is in them does not depend on the order of ``rows``."""
    by_coder: dict[str, list[Decision]] = defaultdict(list)
    for row in rows:
        by_coder[row.coder].append(row)
    found = Found()
    for coder in sorted(by_coder, key=str):  # of a damaged log, a name may be none
        found.follow(coder, by_coder[coder])
    return Chains(
        tuple(found.order), found.first, found.last, found.heads, found.forks, tuple(found.broken)
    )


class Found:
    """Gathers the chains of one coder after the other."""

    def __init__(self) -> None:
        self.order: list[Decision] = []
        self.first: dict[str, int] = {}
        self.last: dict[str, int] = {}
        self.heads: dict[str, tuple[str, ...]] = {}
        self.forks: dict[str, tuple[str, ...]] = {}
        self.broken: list[Decision] = []

    def follow(self, coder: str, rows: Sequence[Decision]) -> None:
        """Walk one coder's rows from each that has no predecessor here."""
        after: dict[str, list[Decision]] = defaultdict(list)
        for row in sorted(rows, key=lambda row: row.hash, reverse=True):
            after[row.prev_hash].append(row)
        known = {row.hash for row in rows}
        missing = sorted(hash_ for hash_ in after if hash_ and hash_ not in known)
        self.broken += [row for hash_ in missing for row in after[hash_]]
        begin = len(self.order)
        for hash_ in ["", *missing]:
            self.walk(after.get(hash_, []), after)
        self.close(begin)
        self.heads[coder] = tuple(sorted(hash_ for hash_ in known if hash_ not in after))
        forks = [hash_ for hash_ in after if len(after[hash_]) > 1 and hash_ not in missing]
        if forks:
            self.forks[coder] = tuple(sorted(forks))

    def walk(self, roots: Sequence[Decision], after: Mapping[str, Sequence[Decision]]) -> None:
        """Give numbers to ``roots`` and all that follows them, each before its followers."""
        stack = list(roots)
        while stack:
            row = stack.pop()
            if row.decision_id in self.first:  # only a forged hash leads back to a row
                continue
            self.first[row.decision_id] = self.last[row.decision_id] = len(self.order)
            self.order.append(row)
            stack += after.get(row.hash, ())

    def close(self, begin: int) -> None:
        """Hand each row's last number up to the row before it."""
        by_hash = {row.hash: row for row in self.order[begin:]}
        for row in reversed(self.order[begin:]):
            before = by_hash.get(row.prev_hash)
            if before is not None:
                number = max(self.last[before.decision_id], self.last[row.decision_id])
                self.last[before.decision_id] = number
