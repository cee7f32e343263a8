"""Finished batches of a stage, kept until the stage is whole: an interruption costs one batch.

A batch's tables lie in ``build/.work/<stage>/``, each written whole or not at all, the last one
with a receipt of all. A later run takes what still holds, does the rest, lays everything into the
stage's tables in order of the transcripts, and deletes the folder.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.atomic import replacing
from pipeline.core.errors import TableError
from pipeline.core.receipts import Part, Receipt, digest_of, key_of
from pipeline.core.streams import Shelf, talks_of, writing
from pipeline.core.tables import RECEIPT_KEY, read_receipt

FOLDER = ".work"
EMPTY = digest_of(())  # of a transcript without a row
Parts = Mapping[str, Part]


@dataclass(frozen=True)
class Made:
    """What a batch came to.

    Parameters
    ----------
    tables
        By their names; rows stand together by transcript, in rising order of ids.
    digests
        Of the rows of each transcript, by table; also of one that has none.
    notes
        By transcript: what receipts tell of it, as JSON takes it.
    """

    tables: Mapping[str, pa.Table]
    digests: Mapping[str, Mapping[str, str]]
    notes: Mapping[str, Any] = field(default_factory=dict)


class Pieces:
    """The finished batches of one stage.

    Parameters
    ----------
    folder
        Where they lie; made when there is one to keep.
    tables
        The names of the tables that every batch has.

    Attributes
    ----------
    parts, notes
        Of each transcript that is finished.
    """

    def __init__(self, folder: Path, tables: Sequence[str]) -> None:
        self.folder = folder
        self.tables = tuple(tables)
        self.parts: dict[str, Parts] = {}
        self.notes: dict[str, Any] = {}
        self._piece_of: dict[str, str] = {}
        self._open: dict[tuple[str, str], Shelf[pa.Table]] = {}
        self._names_of: dict[str, list[str]] = {}
        for path in sorted(folder.glob(f"*.{self.tables[-1]}")):
            self._find(path)

    @classmethod
    def beside(cls, target: Path, stage: str, tables: Sequence[str]) -> Pieces:
        """Return what earlier runs of ``stage`` left when they worked at ``target``."""
        return cls(target.parent / FOLDER / stage, tables)

    def keep(self, made: Made, keys: Mapping[str, str]) -> None:
        """Write a batch to disk; ``keys`` of what went in has at least those of its transcripts."""
        parts = {
            name: {table: Part(keys[name], digest) for table, digest in found.items()}
            for name, found in made.digests.items()
        }
        if not parts:
            return
        piece = key_of(*((name, keys[name]) for name in parts))
        told = {"parts": {name: as_json(row) for name, row in parts.items()}, "notes": made.notes}
        for table in self.tables:
            details = told if table == self.tables[-1] else {}
            write_piece(self.folder / f"{piece}.{table}", made.tables[table], details)
        self._remember(piece, parts, made.notes)

    def hold(self, wanted: Mapping[str, str]) -> None:
        """Forget transcripts that are not wanted, or wanted otherwise: transcript id -> key."""
        for name, parts in list(self.parts.items()):
            if {part.key for part in parts.values()} != {wanted.get(name)}:
                del self.parts[name], self._piece_of[name]
                self.notes.pop(name, None)

    def missing(self, names: Collection[str]) -> frozenset[str]:
        """Return those of ``names`` that are not finished."""
        return frozenset(name for name in names if name not in self.parts)

    def take(self, table: str, name: str) -> pa.Table | None:
        """Return the rows of a transcript, None if it has none; in rising order of names."""
        piece = self._piece_of[name]
        key = (piece, table)
        if key not in self._open:
            self._open[key] = Shelf(talks_of(self.folder / f"{piece}.{table}", {}))
        rows = self._open[key].take(name)
        if name == self._names_of[piece][-1]:
            del self._open[key]
        return rows

    def clear(self) -> None:
        """Delete all: the stage is whole."""
        self._open.clear()
        shutil.rmtree(self.folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # another stage has something in it, or it is gone
            self.folder.parent.rmdir()

    def _find(self, path: Path) -> None:
        piece = path.name.removesuffix(f".{self.tables[-1]}")
        try:
            known = read_receipt(path).details
            parts = {
                name: {table: Part(*part) for table, part in row.items()}
                for name, row in known["parts"].items()
            }
            self._remember(piece, parts, known["notes"])
        except (TableError, KeyError, TypeError):  # whatever is odd is made again
            path.unlink(missing_ok=True)

    def _remember(self, piece: str, parts: Mapping[str, Parts], notes: Mapping[str, Any]) -> None:
        self.parts.update(parts)
        self.notes.update(notes)
        self._piece_of.update(dict.fromkeys(parts, piece))
        self._names_of[piece] = sorted(parts)


def as_json(parts: Parts) -> dict[str, tuple[str, str]]:
    """Return the key and the digest of each table."""
    return {table: (part.key, part.digest) for table, part in parts.items()}


def write_piece(path: Path, table: pa.Table, details: Mapping[str, Any]) -> None:
    """Write one table of a batch with what is told of it."""
    receipt = Receipt("piece", details=details).to_json(indent=None)
    with replacing(path) as temporary:
        table = table.replace_schema_metadata({RECEIPT_KEY: receipt})
        pq.write_table(table, temporary, compression="none", use_dictionary=False)  # soon read


@dataclass(frozen=True)
class Target:
    """A table to be renewed: its file, its name among a batch's tables, its columns.

    ``group_rows`` are the rows of a row group; None for the usual number.
    """

    path: Path
    name: str
    schema: pa.Schema
    group_rows: int | None = None


def renew(
    target: Target,
    wanted: Mapping[str, str],
    keep: Collection[str],
    pieces: Pieces,
    receipt: Receipt,
) -> Receipt:
    """Write a table anew from its old self and finished batches; return its receipt.

    Parameters
    ----------
    target
        The table.
    wanted
        Transcript id -> key of everything that its rows depend on.
    keep
        Transcripts that stay as they are.
    pieces
        What has been made; a transcript that is neither kept nor there has no row.
    receipt
        The receipt but for ``parts`` and ``rows_out``.
    """
    kept = frozenset(keep)
    old = read_receipt(target.path).parts if kept else {}
    shelf: Shelf[pa.Table] = Shelf(talks_of(target.path, {}) if kept else iter(()))
    parts: dict[str, Part] = {}
    with writing(target.path, target.schema, target.group_rows) as writer:
        for name in sorted(wanted):
            if name in kept:
                parts[name], rows = old[name], shelf.take(name)
            elif name in pieces.parts:
                parts[name], rows = pieces.parts[name][target.name], pieces.take(target.name, name)
            else:
                parts[name], rows = Part(wanted[name], EMPTY), None
            if rows is not None:
                writer.write(rows)
        receipt = replace(receipt, parts=parts, rows_out=writer.n_rows)
        writer.finish(receipt)
    return receipt
