"""Segments read for suggesting: who spoke, and which of very many a model is fitted on."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.receipts import Receipt
from pipeline.core.records import Segment
from pipeline.core.tables import to_table, write_table
from pipeline.suggest import cold
from pipeline.suggest.speakers import speakers_of


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


def test_speakers_are_looked_up_where_somebody_is_named(tmp_path: Path) -> None:
    """Turn 0 is nobody's; a transcript that is not here is left out."""
    path = segments_file(tmp_path, {"a": 3, "b": 2})

    assert {("a", 2): "Ann"} == speakers_of(path, {("a", 2), ("a", 0), ("gone", 1)})


def test_of_very_many_segments_a_part_is_fitted_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole transcripts, hardly other ones when a transcript joins; of few segments, all."""
    sizes = {f"t{n:02}": 10 for n in range(30)}
    few = cold.text_to_fit(segments_file(tmp_path, sizes)).num_rows
    monkeypatch.setattr(cold, "MOST_FITTED", 100)
    before = set(
        cold.text_to_fit(segments_file(tmp_path, sizes)).column("transcript_id").to_pylist()
    )
    more = cold.text_to_fit(segments_file(tmp_path, sizes | {"new": 10}))

    assert 300 == few
    assert 10 == len(before)
    assert 100 == more.num_rows
    assert len(before - set(more.column("transcript_id").to_pylist())) <= 1
