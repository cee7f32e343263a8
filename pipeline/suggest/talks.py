"""Tables read transcript by transcript, in their order, without holding them whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.core.records import Columns
from pipeline.core.tables import check_columns, readable

PIECE_ROWS = 8_192  # read at a time
Talk = tuple[str, pa.Table]


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
        batches = file.iter_batches(PIECE_ROWS, columns=list(only) or None, use_threads=False)
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
class Shelf:
    """Transcripts in rising order of their names, to be taken one after another."""

    talks: Iterator[Talk]
    waiting: Talk | None = None

    def take(self, name: str) -> pa.Table | None:
        """Return the rows of ``name``, None if it has none; names must be asked for in order."""
        while self.waiting is None or self.waiting[0] < name:
            self.waiting = next(self.talks, None)
            if self.waiting is None:
                return None
        return self.waiting[1] if self.waiting[0] == name else None
