"""Stage files written piece by piece: whole or not at all, and never held whole."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.atomic import replacing, write_bytes
from pipeline.core.receipts import Receipt
from pipeline.core.tables import RECEIPT_KEY

GROUP_ROWS = 16_384  # of the file, however the pieces fall


class TableWriter:
    """Takes rows in pieces of any size and writes them in row groups of one size."""

    def __init__(self, path: Path, file: pq.ParquetWriter, schema: pa.Schema) -> None:
        self.path = path
        self.schema = schema
        self.n_rows = 0
        self._file = file
        self._waiting: list[pa.Table] = []
        self._n_waiting = 0

    def write(self, rows: pa.Table) -> None:
        """Add rows behind those written so far."""
        if rows.num_rows:
            self._waiting.append(rows.cast(self.schema))
            self.n_rows += rows.num_rows
            self._n_waiting += rows.num_rows
        if self._n_waiting >= GROUP_ROWS:
            self._flush(least=GROUP_ROWS)

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
            self._file.write_table(rows.slice(start, GROUP_ROWS), row_group_size=GROUP_ROWS)
            start += GROUP_ROWS
        rest = rows.slice(start)
        self._waiting, self._n_waiting = [rest], rest.num_rows


@contextlib.contextmanager
def writing(path: Path, schema: pa.Schema) -> Iterator[TableWriter]:
    """Give a writer of ``path``; the file is replaced at the end, if nothing went wrong.

    Raises
    ------
    StorageError
        If the disk is full or refuses to write; ``path`` is then as it was.
    """
    with replacing(path) as temporary:
        file = pq.ParquetWriter(temporary, schema, compression="zstd")
        try:
            yield TableWriter(path, file, schema)
        finally:
            if file.is_open:
                file.close()
