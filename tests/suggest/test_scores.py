"""Scores for statistics: every segment and code, by a fit that saw no code of the interview."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.codebook import Codebook, parse_codebook
from pipeline.core.receipts import Outcome, Part, Receipt, digest_of
from pipeline.core.records import Score, Segment, Suggestion
from pipeline.core.settings import Settings
from pipeline.core.tables import read_receipt, read_rows, to_table, write_table
from pipeline.engine import Engine
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.store import save_model
from pipeline.suggest import stage
from pipeline.suggest.frame import frame_of
from pipeline.suggest.scores import UNSEEN_FILE

BOOK = """
codebook: small
version: 1.0.0
codes:
  - id: trust
    name: Trust
    definition: Somebody relies on another one.
    codes:
      - {id: blind, name: Blind trust, definition: Without a reason., examples: [I just trust her.]}
  - {id: money, name: Money, definition: Cost or pay., examples: [The grant paid for two posts.]}
"""
CODES = ["trust", "trust.blind", "money"]
LINES = ("We trusted them at once.", "The grant paid for the van.", "I just trust him.", "Rain.")


class Desk:
    """A corpus called c of four transcripts, and its stage."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.codebook: Codebook = parse_codebook(BOOK)
        self.people: dict[str, str] = {}
        self.talk = {f"t{n}": LINES[: 2 + n % 3] for n in range(4)}
        (folder / "small.yaml").write_text(BOOK, encoding="utf-8")

    @property
    def segments(self) -> list[Segment]:
        """Return all segments, sorted."""
        found = []
        for name, lines in sorted(self.talk.items()):
            for turn, text in enumerate(lines, 1):
                start = 100 * turn
                key = f"{name}:{start}-{start + len(text)}"
                place = (start, start + len(text), text)
                who = self.people.get(name)
                found.append(Segment(key, name, turn, "Ann", who, "participant", *place))
        return found

    def run(self, jobs: int = 1) -> Outcome:
        """Write the segments and bring both tables up to date."""
        rows = self.segments
        parts = {
            name: Part("", digest_of([row for row in rows if row.transcript_id == name]))
            for name in self.talk
        }
        receipt = Receipt("segment", parts=parts, rows_out=len(rows))
        write_table(self.folder / "segments.parquet", to_table(rows, Segment), receipt)
        return stage.run(
            self.folder / "segments.parquet",
            self.folder / "suggestions.parquet",
            Settings(codebook="small"),
            codebook=self.folder / "small.yaml",
            models=self.folder / "models",
            cold=self.folder / "cold",
            engine=Engine(jobs),
            corpus="c",
        )

    @property
    def path(self) -> Path:
        """Where the scores are."""
        return self.folder / "scores.parquet"

    def scores(self) -> dict[str, dict[str, Any]]:
        """Return the rows of the table by segment."""
        rows = pq.ParquetFile(self.path).read().to_pylist()
        return {row["segment_id"]: row for row in rows}

    def train(self, learned: Sequence[str], corpora: Sequence[str] = ("c",)) -> CodebookClassifier:
        """Put a model into use that learned from some transcripts, with what it says without them.

        In place of fits without them stand numbers that no model would give.
        """
        segments = self.segments
        front = "c/" if len(corpora) > 1 else ""
        X = frame_of(to_table(segments, Segment), front)
        Y = np.full((len(X), 3), np.nan)
        for row, segment in enumerate(segments):
            if segment.transcript_id in learned:
                Y[row] = ["trust" in segment.text, "just" in segment.text, "grant" in segment.text]
        model = CodebookClassifier(self.codebook).fit(X, Y)
        keys = [row.segment_id for row in segments if row.transcript_id in learned]
        card = {
            "corpora": {name: {} for name in corpora},
            "labels": {"codes": CODES, "rows": {f"c/{key}": "100" for key in keys}},
        }
        model_id = save_model(self.folder / "models", model, card)
        odd = {"a/t0:1-2": 0.5, **{f"c/{key}": 0.25 for key in keys}}
        table = pa.table(
            {
                "segment_id": pa.array(odd),
                "transcript_id": pa.array([key.rpartition(":")[0] for key in odd]),
                "fold": pa.array([3] * len(odd), pa.int64()),
                **{Score.column(c): pa.array(odd.values(), pa.float32()) for c in CODES},
            }
        )
        write_table(self.folder / "models" / model_id / UNSEEN_FILE, table, Receipt("train"))
        (self.folder / "models" / "current").write_text(model_id)
        return model


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Return the corpus in a folder of its own."""
    return Desk(tmp_path)


def test_before_training_the_model_speaks_for_everybody(desk: Desk) -> None:
    """It learned from no decision, so all it says is out of interview: a row for each segment."""
    receipt = desk.run().receipt
    found = desk.scores()

    assert [row.segment_id for row in desk.segments] == list(found)
    assert {None} == {row["fold"] for row in found.values()}
    assert all(0 <= row[Score.column(code)] <= 1 for row in found.values() for code in CODES)
    scores = read_receipt(desk.path)
    assert (receipt.model_id, CODES) == (scores.model_id, scores.details["codes"])
    assert scores.details["is_cold"]


def test_scores_are_what_suggestions_show(desk: Desk) -> None:
    """One model, one number: a suggestion's score is that of its segment and code."""
    desk.run()
    found = desk.scores()

    for row in read_rows(desk.folder / "suggestions.parquet", Suggestion):
        assert row.score == pytest.approx(found[row.segment_id][Score.column(row.code)], abs=1e-6)


def test_a_parent_is_never_less_likely_than_its_child(desk: Desk) -> None:
    """In the table as everywhere, before training and after."""
    for learned in ((), ("t0", "t1")):
        if learned:
            desk.train(learned)
        desk.run()
        for row in desk.scores().values():
            assert row[Score.column("trust")] >= row[Score.column("trust.blind")]


def test_the_model_is_silent_on_interviews_that_taught_it(desk: Desk) -> None:
    """There a fit speaks that did not see them; elsewhere the model itself."""
    model = desk.train(["t0", "t2"])
    desk.run()
    proba = model.predict_proba(frame_of(to_table(desk.segments, Segment)))

    for row, found in zip(proba, desk.scores().values(), strict=True):
        got = [found[Score.column(code)] for code in CODES]
        if found["transcript_id"] in {"t0", "t2"}:
            assert (3, [0.25] * 3) == (found["fold"], got)
        else:
            assert found["fold"] is None
            assert got == pytest.approx(list(row), abs=1e-6)


def test_what_was_cut_anew_has_no_score(desk: Desk) -> None:
    """Nobody can say what a fit without the interview would: empty, and counted by transcript."""
    desk.train(["t0", "t2"])
    desk.talk["t0"] = ("We trusted them.", LINES[1])
    desk.run()
    found = [row for row in desk.scores().values() if row["transcript_id"] == "t0"]

    assert [None, 0.25] == [row[Score.column("trust")] for row in found]
    assert [None, 3] == [row["fold"] for row in found]
    assert {"t0": 1} == read_receipt(desk.path).details["without_score"]


def test_a_person_who_taught_the_model_is_not_unseen_elsewhere(desk: Desk) -> None:
    """A transcript that shares a participant with one of those has no score, until trained on."""
    desk.train(["t0"])
    desk.people = {"t0": "P1", "t2": "P1", "t3": "P2"}
    desk.run()
    empty = {n for n, row in desk.scores().items() if row[Score.column("trust")] is None}

    assert {"t2"} == {name.partition(":")[0] for name in empty}


def test_a_model_that_keeps_nothing_for_statistics_says_nothing(desk: Desk) -> None:
    """Its own word on interviews that it learned from is never passed off as unseen."""
    desk.train(["t0"])
    current = (desk.folder / "models" / "current").read_text()
    (desk.folder / "models" / current / UNSEEN_FILE).unlink()
    desk.run()

    assert {"t0": 2} == read_receipt(desk.path).details["without_score"]


def test_a_new_transcript_joins_without_scoring_the_others_again(desk: Desk) -> None:
    """The rest stays as it was, row by row; the bytes are those of a fresh run."""
    desk.train(["t0", "t2"])
    desk.run()
    desk.talk["t1a"] = LINES[:1]
    update = desk.run().update
    grown = [desk.path.read_bytes(), (desk.folder / "suggestions.parquet").read_bytes()]
    desk.path.unlink()
    again = desk.run().update

    assert ("t1a",) == update.make
    assert 5 == len(again.make)
    assert grown == [desk.path.read_bytes(), (desk.folder / "suggestions.parquet").read_bytes()]


def test_a_transcript_that_is_gone_leaves(desk: Desk) -> None:
    """Its scores and suggestions go with it."""
    desk.train(["t0"])
    desk.run()
    del desk.talk["t3"]
    update = desk.run().update

    assert (("t3",), ()) == (update.drop, update.make)
    assert {"t0", "t1", "t2"} == {row["transcript_id"] for row in desk.scores().values()}
    assert ["t0", "t1", "t2"] == list(read_receipt(desk.path).parts)


def test_a_model_of_two_corpora_points_at_the_speakers_of_this_one(desk: Desk) -> None:
    """The corpus's name stays out of reasons, and a segment is not its own neighbour."""
    desk.train(["t0", "t1", "t2", "t3"], corpora=("b", "c"))
    desk.run()

    reasons = [
        (row.segment_id, piece.reason)
        for row in read_rows(desk.folder / "suggestions.parquet", Suggestion)
        for piece in row.evidence
        if piece.reason.startswith("near accepted: ")
    ]
    assert any(' turn 1 "Ann: We trusted them at once."' in reason for _, reason in reasons)
    assert not any("c/" in reason for _, reason in reasons)
    for segment_id, reason in reasons:
        name, turn = segment_id.partition(":")[0], int(segment_id.partition(":")[2][0])
        assert f"near accepted: {name} turn {turn} " not in reason


def test_both_tables_are_the_same_whatever_the_number_of_processes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are of whole transcripts; results come in order."""
    monkeypatch.setattr("pipeline.core.batches.BATCH_ROWS", 1)
    desk.talk = {f"t{n:02}": LINES for n in range(9)}
    desk.run(jobs=2)
    two = desk.path.read_bytes(), (desk.folder / "suggestions.parquet").read_bytes()
    desk.path.unlink()
    monkeypatch.setattr("pipeline.core.batches.BATCH_ROWS", 1000)
    desk.run()

    assert two == (desk.path.read_bytes(), (desk.folder / "suggestions.parquet").read_bytes())
