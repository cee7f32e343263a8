"""What outlasts one training: the best model so far, and scores for statistics."""

from __future__ import annotations

from typing import Any

import pyarrow.parquet as pq

from pipeline.core.tables import read_receipt
from pipeline.learn.store import read_current
from pipeline.train.shelf import promote

CODES = ("wet", "wet.rain", "wet.snow", "sun")


def test_small_losses_do_not_add_up(bench: Any) -> None:
    """What is no worse than a poor model in use must not be worse than the best so far either."""
    good = bench.train()
    bench.spoil()
    poor = bench.train()
    promote(bench.place.models, poor.model_id, trusted=bench.means.trusted)  # a person insists
    line = bench.study.transcript("i9", "sunny1 word2 sunny4 word5")[0]
    bench.study.code("ann", line, ["sun"], is_blind=False)
    next_one = bench.train()

    assert not next_one.is_promoted
    assert next_one.judgement is not None
    assert f"the model {poor.model_id} in use" == next_one.judgement.rival
    assert f"of the model {good.model_id}, the best so far on blind decisions" in next_one.reason
    assert next_one.reason.endswith("small losses have added up.")
    assert poor.model_id == read_current(bench.place.models)


def test_a_damaged_best_model_stands_in_nobodys_way(bench: Any) -> None:
    """It cannot be asked; the model in use still can."""
    good = bench.train()
    bench.spoil()
    promote(bench.place.models, bench.train().model_id, trusted=bench.means.trusted)
    (bench.place.models / good.model_id / "model.skops").write_bytes(b"")
    line = bench.study.transcript("i9", "sunny1 word2 sunny4 word5")[0]
    bench.study.code("ann", line, ["sun"], is_blind=False)

    assert bench.train().is_promoted


def test_what_fits_say_unseen_is_kept_beside_the_model(bench: Any) -> None:
    """Every segment of the interviews with a decision, coded or not, by the fold without it."""
    extra = bench.study.transcript("i8", "sunny1 word2", "nobody judged this")
    bench.study.code("ann", extra[0], ["sun"], is_blind=False)
    bench.study.transcript("i9", "nobody judged anything here")
    found = bench.train()
    path = bench.place.models / found.model_id / "unseen.parquet"
    rows = pq.ParquetFile(path).read().to_pylist()

    assert 194 == len(rows)
    assert f"pilot/{extra[1].segment_id}" == rows[-1]["segment_id"]
    assert "pilot/i8" == rows[-1]["transcript_id"]
    assert {0, 1, 2, 3} == {row["fold"] for row in rows}
    folds: dict[str, set[int]] = {}
    for row in rows:
        folds.setdefault(row["transcript_id"], set()).add(row["fold"])
    assert all(len(numbers) == 1 for numbers in folds.values())
    assert all(0 <= row[f"score:{code}"] <= 1 for row in rows for code in CODES)
    assert found.model_id == read_receipt(path).model_id


def test_a_model_without_its_scores_is_trained_again(bench: Any) -> None:
    """Statistics need them; one training brings them back, byte for byte."""
    found = bench.train()
    path = bench.place.models / found.model_id / "unseen.parquet"
    before = path.read_bytes()
    path.unlink()
    again = bench.train()

    assert not again.is_nothing_new
    assert found.model_id == again.model_id
    assert before == path.read_bytes()


def test_scores_are_kept_of_what_could_not_be_judged(bench: Any) -> None:
    """One interview leaves nothing to learn from: the codebook alone speaks of it."""
    bench.study.decisions = [row for row in bench.study.decisions if row.transcript_id == "i0"]
    found = bench.train()
    rows = pq.ParquetFile(bench.place.models / found.model_id / "unseen.parquet").read()

    assert (24, {0}) == (rows.num_rows, set(rows.column("fold").to_pylist()))
