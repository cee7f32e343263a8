"""Tables read and written by transcripts, in their order, without ever holding them whole."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Generic, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.core.atomic import replacing, write_bytes
from pipeline.core.receipts import Receipt
from pipeline.core.records import Columns
from pipeline.core.tables import PARQUET, RECEIPT_KEY, check_columns, readable

PIECE_ROWS = 8_192  # read at a time
GROUP_ROWS = 16_384  # of a file written here, however the rows come
Talk = tuple[str, pa.Table]
T = TypeVar("T")


def talks_of(
    path: Path, columns: Columns, *, prefix: str = "", only: Sequence[str] = ()
) -> Iterator[Talk]:
    """Yield each transcript of a table and its rows, in the order of the table.

    Parameters
    ----------
    path
        A table whose rows stand together by transcript.
    columns
        What it must have.
    prefix
        Only transcripts whose id begins so, without it; for tables of several corpora.
    only
        The columns to read; by default all.

    Raises
    ------
    TableError
        If the file is missing, damaged or has other columns.
    """
    with readable(path):
        file = pq.ParquetFile(path)
    check_columns(path, file.schema_arrow, columns)
    with readable(path):
        rows = (
            min(PIECE_ROWS, max(1, file.metadata.row_group(0).num_rows))
            if file.num_row_groups
            else 1
        )
        batches = file.iter_batches(rows, columns=list(only) or None, use_threads=False)
        runs = (run for batch in batches for run in runs_of(pa.Table.from_batches([batch])))
        for name, group in groupby(runs, key=itemgetter(0)):
            if name.startswith(prefix):
                rows = pa.concat_tables([rows for _, rows in group])
                yield name[len(prefix) :], rows.combine_chunks()


def runs_of(table: pa.Table) -> Iterator[Talk]:
    """Yield each run of rows of the same transcript."""
    names = transcripts_of(table)
    runs = pc.run_end_encode(names) if len(names) else None
    start = 0
    if runs is not None:
        for name, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
            yield name, table.slice(start, end - start)
            start = end


def transcripts_of(table: pa.Table) -> pa.Array:
    """Return the transcript of each row; a suggestion's stands in its segment's id."""
    if "transcript_id" in table.column_names:
        names = table.column("transcript_id")
    else:
        names = pc.replace_substring_regex(table.column("segment_id"), r":[^:]*\z", "")
    return names.combine_chunks() if isinstance(names, pa.ChunkedArray) else names


@dataclass
class Shelf(Generic[T]):
    """Transcripts in rising order of their names, to be taken one after another."""

    talks: Iterator[tuple[str, T]]
    waiting: tuple[str, T] | None = None

    def take(self, name: str) -> T | None:
        """Return what there is of ``name``, None for nothing; names must be asked for in order."""
        while self.waiting is None or self.waiting[0] < name:
            self.waiting = next(self.talks, None)
            if self.waiting is None:
                return None
        return self.waiting[1] if self.waiting[0] == name else None


class TableWriter:
    """Takes rows in pieces of any size and writes them in row groups of one size."""

    def __init__(
        self, path: Path, file: pq.ParquetWriter, schema: pa.Schema, group_rows: int
    ) -> None:
        self.path = path
        self.schema = schema
        self.n_rows = 0
        self._file = file
        self._group_rows = group_rows
        self._waiting: list[pa.Table] = []
        self._n_waiting = 0

    def write(self, rows: pa.Table) -> None:
        """Add rows behind those written so far."""
        if rows.num_rows:
            is_alike = rows.schema.equals(self.schema)
            self._waiting.append(rows if is_alike else rows.cast(self.schema))
            self.n_rows += rows.num_rows
            self._n_waiting += rows.num_rows
        if self._n_waiting >= self._group_rows:
            self._flush(least=self._group_rows)

    def finish(self, receipt: Receipt) -> None:
        """Write what is left, and the receipt; the file takes its place when the block ends."""
        self._flush(least=1)
        text = receipt.to_json()
        self._file.add_key_value_metadata({RECEIPT_KEY: text.encode()})
        self._file.close()
        write_bytes(self.path.with_name(self.path.name + ".receipt.json"), (text + "\n").encode())

    def _flush(self, least: int) -> None:
        rows = pa.concat_tables([self.schema.empty_table(), *self._waiting]).combine_chunks()
        start = 0
        while rows.num_rows - start >= least:
            group = rows.slice(start, self._group_rows)
            self._file.write_table(group, row_group_size=self._group_rows)
            start += self._group_rows
        rest = rows.slice(start)
        self._waiting, self._n_waiting = [rest], rest.num_rows


@contextlib.contextmanager
def writing(path: Path, schema: pa.Schema, group_rows: int | None = None) -> Iterator[TableWriter]:
    """Give a writer of ``path``; the file is replaced at the end, if nothing went wrong.

    Parameters
    ----------
    path
        The table to be written.
    schema
        Its columns.
    group_rows
        Rows of a row group; by default `GROUP_ROWS`. Long rows want fewer.

    Raises
    ------
    StorageError
        If the disk is full or refuses to write; ``path`` is then as it was.
    """
    with replacing(path) as temporary:
        file = pq.ParquetWriter(temporary, schema, **PARQUET)
        try:
            yield TableWriter(path, file, schema, group_rows or GROUP_ROWS)
        finally:
            if file.is_open:
                file.close()
