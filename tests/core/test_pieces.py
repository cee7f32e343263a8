"""Finished batches: kept until the stage is whole, and only where they still hold."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.pieces import EMPTY, Made, Pieces, Target, renew
from pipeline.core.receipts import Part, Receipt
from pipeline.core.tables import read_receipt

SCHEMA = pa.schema([pa.field("transcript_id", pa.string()), pa.field("n", pa.int64())])
TABLES = ("first", "last")


def made_of(*names: str) -> Made:
    """Return a batch of two rows a transcript in each of two tables."""
    rows = pa.table(
        {"transcript_id": [n for n in names for _ in "12"], "n": [1, 2] * len(names)}, SCHEMA
    )
    digests = {name: dict.fromkeys(TABLES, f"d-{name}") for name in names}
    return Made(dict.fromkeys(TABLES, rows), digests, {name: {"of": name} for name in names})


def keys_of(*names: str) -> dict[str, str]:
    """Return a key for each transcript."""
    return {name: f"k-{name}" for name in names}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder in which two batches were finished."""
    pieces = Pieces(tmp_path / ".work" / "stage", TABLES)
    pieces.keep(made_of("a", "c"), keys_of("a", "c"))
    pieces.keep(made_of("b", "d"), keys_of("b", "d"))
    return pieces.folder


def test_another_run_finds_what_was_finished(folder: Path) -> None:
    """Rows, keys, digests and notes come back, in rising order whatever the batches were."""
    pieces = Pieces(folder, TABLES)

    assert {"last": Part("k-c", "d-c"), "first": Part("k-c", "d-c")} == pieces.parts["c"]
    assert {"of": "d"} == pieces.notes["d"]
    rows = [pieces.take("first", name) for name in "abcd"]
    assert [2, 2, 2, 2] == [part.num_rows for part in rows if part is not None]


def test_what_is_wanted_otherwise_is_not_finished(folder: Path) -> None:
    """Another key, or no longer there: it is to be made, or gone."""
    pieces = Pieces(folder, TABLES)

    pieces.hold({**keys_of("a", "b"), "c": "other"})

    assert {"a", "b"} == set(pieces.parts) == set(pieces.notes)
    assert frozenset({"c", "new"}) == pieces.missing(["a", "c", "new"])


def test_half_a_batch_is_none(folder: Path) -> None:
    """The last table tells that a batch is whole; damaged or absent, the batch is made again."""
    one, other = sorted(folder.glob("*.last"))
    one.write_bytes(one.read_bytes()[:50])
    other.unlink()

    pieces = Pieces(folder, TABLES)

    assert {} == pieces.parts
    assert not one.exists()


def test_a_table_is_laid_together_in_order(folder: Path) -> None:
    """Kept, fresh and empty transcripts stand in rising order, with their parts in the receipt."""
    path, pieces = folder.parent / "t.parquet", Pieces(folder, TABLES)
    target = Target(path, "first", SCHEMA, group_rows=3)
    renew(target, keys_of("a", "b"), (), pieces, Receipt("test"))

    receipt = renew(target, keys_of("a", "c", "none"), ["a"], Pieces(folder, TABLES), Receipt("x"))

    assert ["a", "a", "c", "c"] == pq.read_table(path).column("transcript_id").to_pylist()
    assert receipt == read_receipt(path)
    assert (4, Part("k-none", EMPTY)) == (receipt.rows_out, receipt.parts["none"])


def test_when_the_stage_is_whole_nothing_is_left(folder: Path) -> None:
    """Its folder goes, and the one above as soon as no other stage has something in it."""
    other = Pieces(folder.parent / "other", TABLES)
    other.keep(made_of("x"), keys_of("x"))

    Pieces(folder, TABLES).clear()
    is_there = other.folder.exists()
    other.clear()

    assert is_there
    assert not folder.parent.exists()
