"""The transcripts of a table in batches, which are read when they are due; none is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import overload

import pyarrow as pa

from pipeline.core.records import Columns
from pipeline.core.streams import talks_of

BATCH_ROWS = 4_000  # a longer transcript is a batch of its own; half as many take a sixth longer


@dataclass(frozen=True)
class Batches(Sequence[pa.Table]):
    """Some transcripts of the table in ``path``, whole ones, in its order.

    Parameters
    ----------
    path
        The table; its rows stand together by transcript.
    names
        The transcripts that are wanted.
    columns
        What the table must have.
    only
        The columns to read; by default all.

    Attributes
    ----------
    sizes
        How many transcripts each batch has.
    """

    path: Path
    names: frozenset[str]
    columns: Columns
    only: Sequence[str] = ()
    sizes: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        rows = talks_of(self.path, {}, only=["transcript_id"]) if self.names else ()
        lengths = [part.num_rows for name, part in rows if name in self.names]
        object.__setattr__(self, "sizes", tuple(map(len, in_batches(lengths))))

    def __len__(self) -> int:
        return len(self.sizes)

    def __iter__(self) -> Iterator[pa.Table]:
        if not self.sizes:
            return
        talks = talks_of(self.path, self.columns, only=self.only)
        found = (rows for name, rows in talks if name in self.names)
        for size in self.sizes:
            yield pa.concat_tables(islice(found, size)).combine_chunks()

    @overload
    def __getitem__(self, place: int) -> pa.Table: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[pa.Table]: ...
    def __getitem__(self, place: int | slice) -> pa.Table | Sequence[pa.Table]:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        return next(islice(iter(self), range(len(self))[place], None))


def in_batches(lengths: Iterable[int]) -> Iterator[list[int]]:
    """Yield runs of ``lengths`` that each come to `BATCH_ROWS` or just above it."""
    batch: list[int] = []
    n_rows = 0
    for length in lengths:
        batch.append(length)
        n_rows += length
        if n_rows >= BATCH_ROWS:
            yield batch
            batch, n_rows = [], 0
    if batch:
        yield batch
