"""The segments to be scored, in batches of whole transcripts that are read when they are due."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import overload

import pyarrow as pa

from pipeline.core.records import Segment
from pipeline.suggest.talks import talks_of

BATCH_ROWS = 1_000  # segments; a longer transcript is a batch of its own
WHO = ("transcript_id", "turn", "speaker")
NEEDED = ("segment_id", "transcript_id", "turn", "role", "start", "end", "text")


@dataclass(frozen=True)
class Batches(Sequence[pa.Table]):
    """The batches of some transcripts, each a table of segments; none is kept."""

    path: Path
    names: frozenset[str]
    sizes: tuple[int, ...] = field(init=False)

    def __post_init__(self) -> None:
        lengths = [
            rows.num_rows
            for name, rows in talks_of(self.path, {}, only=["transcript_id"])
            if name in self.names
        ]
        object.__setattr__(self, "sizes", tuple(len(part) for part in in_batches(lengths)))

    def __len__(self) -> int:
        return len(self.sizes)

    def __iter__(self) -> Iterator[pa.Table]:
        found = (
            rows
            for name, rows in talks_of(self.path, Segment.COLUMNS, only=NEEDED)
            if name in self.names
        )
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


def speakers_of(path: Path, turns: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Return who spoke in ``turns``, by transcript and turn, where somebody is named."""
    names = {name for name, _ in turns}
    return {
        (name, turn): speaker
        for name, rows in (talks_of(path, {}, only=WHO) if names else ())
        if name in names
        for turn, speaker in zip(*(rows.column(n).to_pylist() for n in WHO[1:]), strict=True)
        if speaker is not None and (name, turn) in turns
    }


def in_batches(lengths: Iterable[int]) -> Iterator[list[int]]:
    """Yield runs of ``lengths`` that each come to `BATCH_ROWS` or just above it."""
    batch: list[int] = []
    for length in lengths:
        batch.append(length)
        if sum(batch) >= BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch
