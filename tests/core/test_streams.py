"""Tables read and written by transcripts: nothing torn, nothing lost, nothing held."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.batches import BATCH_ROWS, Batches, in_batches
from pipeline.core.errors import TableError
from pipeline.core.receipts import Receipt
from pipeline.core.records import Segment
from pipeline.core.streams import Shelf, runs_of, talks_of, writing
from pipeline.core.tables import read_receipt, to_table, write_table


def segments_file(folder: Path, sizes: dict[str, int]) -> Path:
    """Write a table with so many segments of each transcript."""
    rows = [
        Segment(f"{name}:{n}-{n + 1}", name, n, "Ann" if n else None, None, "other", n, n + 1, "x")
        for name, size in sorted(sizes.items())
        for n in range(size)
    ]  # fmt: skip
    path = folder / "segments.parquet"
    write_table(path, to_table(rows, Segment), Receipt("segment"))
    return path


def test_transcripts_come_whole_wherever_pieces_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each once, in the order of the table, with all of its rows."""
    path = segments_file(tmp_path, {"a": 5, "b": 1, "c": 7})

    for piece in (1, 2, 5, 100):
        monkeypatch.setattr("pipeline.core.streams.PIECE_ROWS", piece)
        found = [(name, rows.num_rows) for name, rows in talks_of(path, Segment.COLUMNS)]
        assert [("a", 5), ("b", 1), ("c", 7)] == found


def test_only_one_corpus_is_read_of_a_table_of_several(tmp_path: Path) -> None:
    """By the front of the name, which is then left out."""
    path = segments_file(tmp_path, {"one/a": 1, "two/a": 2, "two/b": 1})
    found = [(name, rows.num_rows) for name, rows in talks_of(path, {}, prefix="two/")]

    assert [("a", 2), ("b", 1)] == found


def test_a_transcript_is_known_from_segment_ids_alone() -> None:
    """Suggestions have no column of transcripts; colons in names are part of them."""
    table = pa.table({"segment_id": ["a:b:0-1", "a:b:1-2", "a:c:0-1"]})

    assert [("a:b", 2), ("a:c", 1)] == [(name, rows.num_rows) for name, rows in runs_of(table)]


def test_a_damaged_table_is_said(tmp_path: Path) -> None:
    """In one sentence, as everywhere."""
    path = tmp_path / "segments.parquet"
    path.write_bytes(b"PAR1 and no more")

    with pytest.raises(TableError, match="not a whole Parquet file"):
        list(talks_of(path, Segment.COLUMNS))


def test_a_shelf_gives_what_it_has_in_order() -> None:
    """Names it lacks are None; what is not asked for is passed over."""
    shelf = Shelf(iter([(name, pa.table({"x": [name]})) for name in "bdf"]))
    found = [shelf.take(name) for name in "abcefg"]

    assert [None, "b", None, None, "f", None] == [
        None if rows is None else rows.column("x")[0].as_py() for rows in found
    ]


@given(st.lists(st.integers(1, 5_000), max_size=30))
def test_batches_hold_every_transcript_once(lengths: list[int]) -> None:
    """In order; each batch but the last is full, and would not be without its last transcript."""
    batches = list(in_batches(lengths))

    assert lengths == [length for batch in batches for length in batch]
    assert all(sum(batch) >= BATCH_ROWS > sum(batch[:-1]) for batch in batches[:-1])


def test_batches_are_read_when_they_are_due(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the transcripts that were asked for, by number or in turn."""
    monkeypatch.setattr("pipeline.core.batches.BATCH_ROWS", 3)
    path = segments_file(tmp_path, {"a": 2, "b": 2, "c": 9, "d": 1})
    batches = Batches(path, frozenset("abd"), Segment.COLUMNS)

    assert [4, 1] == [batch.num_rows for batch in batches]
    assert (2, 1, [4, 1]) == (
        len(batches), batches[-1].num_rows, [batch.num_rows for batch in batches[:]]
    )  # fmt: skip
    with pytest.raises(IndexError):
        batches[2]


@given(st.lists(st.integers(0, 40), max_size=12))
def test_the_file_does_not_depend_on_the_pieces(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[int]
) -> None:
    """Row groups have one size, the rows their order, and the receipt is in the file."""
    path = tmp_path_factory.mktemp("pieces") / "x.parquet"
    schema = pa.schema([pa.field("x", pa.int64())])
    whole = pa.table({"x": range(sum(pieces))}, schema=schema)
    with writing(path, schema, group_rows=7) as writer:
        start = 0
        for size in pieces:
            writer.write(whole.slice(start, size))
            start += size
        writer.finish(Receipt("test", rows_out=writer.n_rows))
    file = pq.ParquetFile(path)
    groups = [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)]

    assert file.read().equals(whole)
    assert all(size == 7 for size in groups[:-1])
    assert sum(pieces) == read_receipt(path).rows_out


def test_what_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    """No half table, and no part left behind."""
    path = tmp_path / "x.parquet"
    path.write_bytes(b"before")
    schema = pa.schema([pa.field("x", pa.int64())])

    def break_off() -> None:
        with writing(path, schema) as writer:
            writer.write(pa.table({"x": [1]}, schema=schema))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        break_off()

    assert b"before" == path.read_bytes()
    assert ["x.parquet"] == [file.name for file in tmp_path.iterdir()]
