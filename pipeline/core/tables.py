"""Stage files: Parquet with checked columns, written whole or not at all, with receipts.

The receipt of a table travels inside it (one rename makes both true at once) and is laid beside it
as ``<table>.receipt.json`` for people to read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.core.atomic import replacing, touch, write_bytes
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.errors import TableError
from pipeline.core.receipts import (
    Outcome,
    Part,
    Receipt,
    Update,
    digest_of,
)
from pipeline.core.records import Columns, Evidence

PARQUET: Mapping[str, Any] = {"compression": "zstd", "use_dictionary": False}  # small and quick
RECEIPT_KEY = b"glossator.receipt"
EVIDENCE = pa.list_(
    pa.struct(
        [
            pa.field("start", pa.int64()),
            pa.field("end", pa.int64()),
            pa.field("weight", pa.float64()),
            pa.field("reason", pa.string()),
        ]
    )
)
KINDS = {
    "str": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "evidence": EVIDENCE,
}


class Noun(Protocol):
    """A record that says its columns."""

    COLUMNS: ClassVar[Columns]


N = TypeVar("N", bound=Noun)


def plan_update(target: Path, wanted: Mapping[str, str]) -> Update:
    """Return what must be done so that ``target`` holds ``wanted``: transcript id -> key.

    Raises
    ------
    TableError
        If ``target`` is there and cannot be read.
    """
    have = read_receipt(target).parts if target.exists() else None
    known = {name: part.key for name, part in (have or {}).items()}
    make = tuple(name for name in wanted if known.get(name) != wanted[name])
    drop = tuple(name for name in known if name not in wanted)
    keep = tuple(name for name in wanted if known.get(name) == wanted[name])
    if have is None and not make:  # an empty table must be written once, too
        return Update(make=(), keep=(), drop=("",))
    return Update(make=make, keep=keep, drop=drop)


def write_update(
    target: Path,
    noun: type[N],
    update: Update,
    fresh: Mapping[str, Sequence[N]],
    receipt: Receipt,
) -> Receipt:
    """Write ``target`` anew from the kept transcripts of its old self and the ``fresh`` ones.

    Parameters
    ----------
    target
        The table; read before it is replaced if anything is kept.
    noun
        The record that its rows are.
    update
        From `plan_update` for the same target.
    fresh
        Records of each transcript in ``update.make``.
    receipt
        Without ``parts`` and ``rows_out``, save that ``parts`` holds the keys of ``fresh``.
    """
    old = read_receipt(target).parts if update.keep else {}
    kept = rows_by_transcript(read_rows(target, noun), update.keep) if update.keep else {}
    rows = {**kept, **fresh}
    parts = {name: old[name] for name in update.keep}
    for name in update.make:
        parts[name] = Part(receipt.parts[name].key, digest_of(fresh[name]))
    ordered = [row for name in sorted(rows) for row in rows[name]]
    receipt = replace(receipt, parts=dict(sorted(parts.items())), rows_out=len(ordered))
    write_table(target, to_table(ordered, noun), receipt)
    return receipt


def refresh(
    target: Path,
    noun: type[N],
    wanted: Mapping[str, str],
    make: Callable[[Sequence[str]], Mapping[str, Sequence[N]]],
    receipt: Receipt,
) -> Outcome:
    """Bring ``target`` up to date, doing only what is new or changed.

    Parameters
    ----------
    target
        The table to bring up to date.
    noun
        The record that its rows are.
    wanted
        Transcript id -> key of everything that its rows depend on.
    make
        Called once, with the transcripts to be made; returns their records.
    receipt
        The receipt but for ``parts`` and ``rows_out``.
    """
    update = plan_update(target, wanted)
    if update.is_nothing:
        touch(target)
        return Outcome(update, read_receipt(target))
    parts = {name: Part(wanted[name], "") for name in update.make}
    fresh = make(update.make) if update.make else {}
    return Outcome(update, write_update(target, noun, update, fresh, replace(receipt, parts=parts)))


def to_table(rows: Sequence[Noun], noun: type[Noun]) -> pa.Table:
    """Return records as columns."""
    return pa.Table.from_arrays(
        [
            pa.array(cells(rows, name, kind), KINDS[kind.rstrip("?")])
            for name, kind in noun.COLUMNS.items()
        ],
        schema=schema_of(noun.COLUMNS),
    )


def cells(rows: Sequence[Noun], name: str, kind: str) -> list[Any]:
    """Return one column of ``rows`` as Arrow takes it."""
    values = [getattr(row, name) for row in rows]
    if kind != "evidence":
        return values
    return [[asdict(item) for item in value] for value in values]


def schema_of(columns: Columns) -> pa.Schema:
    """Return the Arrow schema of ``columns``."""
    return pa.schema(
        [
            pa.field(name, KINDS[kind.rstrip("?")], kind.endswith("?"))
            for name, kind in columns.items()
        ]
    )


def from_table(table: pa.Table, noun: type[N]) -> list[N]:
    """Return the rows of ``table`` as records."""
    columns = []
    for name, kind in noun.COLUMNS.items():
        values = table.column(name).to_pylist()
        if kind == "evidence":
            values = [tuple(Evidence(**item) for item in value) for value in values]
        columns.append(values)
    return [noun(*row) for row in zip(*columns, strict=True)]


def read_rows(path: Path, noun: type[N], transcripts: Iterable[str] | None = None) -> list[N]:
    """Return the records in ``path``, of the named transcripts or of all.

    Raises
    ------
    TableError
        If the file is missing, damaged or has other columns.
    """
    table = read_table(path, noun.COLUMNS, transcripts)
    with readable(path):
        return from_table(table, noun)


def read_table(path: Path, columns: Columns, transcripts: Iterable[str] | None = None) -> pa.Table:
    """Return the table in ``path`` after checking that it has ``columns``; others may stand beside.

    Raises
    ------
    TableError
        If the file is missing, damaged or has other columns.
    """
    # one thread: Arrow's pool can abort the process when it ends while the pool still starts up
    with readable(path):
        table = pq.ParquetFile(path).read(use_threads=False)
    check_columns(path, table.schema, columns)
    if transcripts is None:
        return table
    chosen = pa.array(list(transcripts), pa.string())
    return table.filter(pc.is_in(table.column("transcript_id"), value_set=chosen))


def check_columns(path: Path, found: pa.Schema, columns: Columns) -> None:
    """Raise `TableError` unless ``found`` has ``columns`` with their kinds."""
    wanted = schema_of(columns)
    problems = [
        f"{item.name} ({item.type})"
        for item in wanted
        if item.name not in found.names or found.field(item.name).type != item.type
    ]
    if problems:
        raise TableError(
            f"{path}: column {', '.join(problems)} is missing or of another kind. "
            "Another version wrote it: delete the file and run again."
        )


def read_receipt(path: Path) -> Receipt:
    """Return the receipt of the table ``path``.

    Raises
    ------
    TableError
        If the file is missing, damaged or without a receipt.
    """
    with readable(path):
        metadata = pq.ParquetFile(path).metadata.metadata or {}
    if RECEIPT_KEY not in metadata:
        raise TableError(
            f"{path}: it has no receipt, so no stage wrote it. Delete it and run again."
        )
    try:
        return Receipt.from_json(metadata[RECEIPT_KEY])
    except BROKEN_JSON as error:
        raise damaged(path) from error


@contextlib.contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what Arrow says of a missing or damaged file into a `TableError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise TableError(
            f"{path}: this table is not there yet. Run the stage before it, or 'glossator run'."
        ) from error
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise damaged(path) from error


def damaged(path: Path) -> TableError:
    """Return the sentence for a table that was cut or changed after it was written."""
    return TableError(
        f"{path}: this is not a whole Parquet file; it ends or breaks before its end. "
        "Nothing that people decided is in it: delete it and run again."
    )


def write_table(path: Path, table: pa.Table, receipt: Receipt) -> None:
    """Write ``table`` and its receipt to ``path``, whole or not at all.

    Raises
    ------
    StorageError
        If the disk is full or refuses to write; ``path`` is then as it was.
    """
    text = receipt.to_json()
    table = table.combine_chunks().replace_schema_metadata({RECEIPT_KEY: text})
    write_bytes(path.with_name(path.name + ".receipt.json"), (text + "\n").encode())
    with replacing(path) as temporary:
        pq.write_table(table, temporary, **PARQUET)


def rows_by_transcript(rows: Iterable[N], names: Iterable[str]) -> dict[str, list[N]]:
    """Return ``rows`` grouped by transcript, an empty list for a name that has none."""
    groups: dict[str, list[N]] = {name: [] for name in names}
    for row in rows:
        name = transcript_of(row)
        if name in groups:
            groups[name].append(row)
    return groups


def transcript_of(row: Any) -> str:
    """Return the transcript that a record belongs to; a suggestion's stands in its segment's id."""
    name = getattr(row, "transcript_id", None)
    return str(name) if name is not None else str(row.segment_id).rpartition(":")[0]
