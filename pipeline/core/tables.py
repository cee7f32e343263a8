"""Stage files: Parquet with checked columns, written whole or not at all, with receipts.

The receipt of a table travels inside it (one rename makes both true at once) and is laid beside it
as ``<table>.receipt.json`` for people to read.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline import __version__
from pipeline.core.errors import StorageError, TableError
from pipeline.core.records import Columns, Evidence

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

    def to_json(self) -> str:
        """Return the receipt as JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, indent=1, ensure_ascii=False)

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
    return from_table(read_table(path, noun.COLUMNS, transcripts), noun)


def read_table(path: Path, columns: Columns, transcripts: Iterable[str] | None = None) -> pa.Table:
    """Return the table in ``path`` after checking that it has ``columns``; others may stand beside.

    Raises
    ------
    TableError
        If the file is missing, damaged or has other columns.
    """
    with readable(path):
        wanted = None if transcripts is None else [("transcript_id", "in", list(transcripts))]
        if wanted and not wanted[0][2]:
            table = pq.ParquetFile(path).schema_arrow.empty_table()
        else:
            table = (
                pq.ParquetFile(path).read()
                if wanted is None
                else pq.read_table(path, filters=wanted)
            )
    check_columns(path, table.schema, columns)
    return table


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
        metadata = pq.ParquetFile(path).schema_arrow.metadata or {}
    if RECEIPT_KEY not in metadata:
        raise TableError(
            f"{path}: it has no receipt, so no stage wrote it. Delete it and run again."
        )
    return Receipt.from_json(metadata[RECEIPT_KEY])


@contextlib.contextmanager
def readable(path: Path) -> Iterator[None]:
    """Turn what Arrow says of a missing or damaged file into a `TableError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise TableError(
            f"{path}: this table is not there yet. Run the stage before it, or 'glossator run'."
        ) from error
    except (pa.ArrowException, OSError) as error:
        raise TableError(
            f"{path}: this is not a whole Parquet file; it ends or breaks before its end. "
            "Nothing that people decided is in it: delete it and run again."
        ) from error


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
        pq.write_table(table, temporary, compression="zstd")


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, whole or not at all (`StorageError` if the disk refuses)."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary file in the folder of ``path``; on leaving, it takes the place of ``path``.

    If anything is raised inside, the temporary file goes and ``path`` is as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def storage_error(path: Path, error: OSError) -> StorageError:
    """Return the sentence for a disk that does not take what it should."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return StorageError(
            f"{path}: the disk is full; nothing was changed. Make room and run again.",
            code="E_DISK_FULL",
        )
    reason = error.strerror or str(error)
    return StorageError(
        f"{path}: cannot be written ({reason}); nothing was changed. Check who may write there."
    )


def touch(path: Path) -> None:
    """Renew the date of ``path``, or make would ask for it again."""
    with contextlib.suppress(OSError):
        os.utime(path)


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
