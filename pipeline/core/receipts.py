"""How a stage file came about, and what a run has to do to it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from pipeline import __version__


@dataclass(frozen=True, slots=True)
class Part:
    """What a table knows of a transcript: ``key`` of what went in, ``digest`` of what came out."""

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a table came about; no clock, so the same inputs give the same receipt.

    ``inputs`` maps file names to sha256; ``skipped`` maps what was left out to the reason;
    ``parts`` has a line for every transcript; ``details`` holds further counts of the stage.
    """

    stage: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    settings: str = ""
    package_version: str = __version__
    model_id: str | None = None
    rows_in: int = 0
    rows_out: int = 0
    skipped: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, Part] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self, indent: int | None = 1) -> str:
        """Return the receipt as JSON with sorted keys; without ``indent`` ten times as soon."""
        raw = {each.name: getattr(self, each.name) for each in fields(self)}
        parts = {name: {"key": one.key, "digest": one.digest} for name, one in self.parts.items()}
        return json.dumps(
            {**raw, "parts": parts}, sort_keys=True, indent=indent, ensure_ascii=False
        )

    @classmethod
    def from_json(cls, text: str | bytes) -> Receipt:
        """Return the receipt that `to_json` wrote."""
        raw = json.loads(text)
        parts = {name: Part(**part) for name, part in raw.pop("parts").items()}
        return cls(**raw, parts=parts)


@dataclass(frozen=True, slots=True)
class Update:
    """What a run has to do to a table: transcripts to make, to keep as they are, to drop."""

    make: tuple[str, ...]
    keep: tuple[str, ...]
    drop: tuple[str, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether the table is up to date."""
        return not self.make and not self.drop


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: the update and the receipt of the table as it now is."""

    update: Update
    receipt: Receipt

    @property
    def is_changed(self) -> bool:
        """Whether anything was written."""
        return not self.update.is_nothing


def key_of(*parts: object) -> str:
    """Return one hash for ``parts``, each taken by its repr (texts and frozen dataclasses)."""
    return hashlib.sha256("\x1f".join(map(repr, parts)).encode()).hexdigest()[:32]


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(rows: Iterable[object]) -> str:
    """Return one hash for the records of a transcript, in order."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:32]
