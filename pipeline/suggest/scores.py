"""Scores of every segment and code by a fit that saw no code of the interview.

The model in use speaks for interviews that it did not learn from. For those that it did, training
kept what fits without them say (`unseen.parquet` beside the model); where a segment was cut anew
since, nobody can say, and the scores are empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.core.interviews import interviews_of
from pipeline.core.receipts import sha256_of
from pipeline.core.records import Score
from pipeline.core.streams import Shelf, talks_of
from pipeline.core.tables import schema_of

WHO = ("transcript_id", "participant_id", "role")
UNSEEN_FILE = "unseen.parquet"  # beside a trained model; its ids have the corpus in front


def schema_of_scores(codes: Iterable[str]) -> pa.Schema:
    """Return the columns of the table of scores."""
    of_codes = [pa.field(Score.column(code), pa.float32()) for code in codes]
    return pa.schema([*schema_of(Score.COLUMNS), *of_codes])


def scores_of(segments: pa.Table, proba: Any, codes: Sequence[str]) -> pa.Table:
    """Return what the model itself says of ``segments``."""
    known = {
        "segment_id": segments.column("segment_id"),
        "transcript_id": segments.column("transcript_id"),
        "fold": pa.nulls(segments.num_rows, pa.int64()),
    }
    of_codes = {
        Score.column(code): pa.array(proba[:, column], pa.float32())
        for column, code in enumerate(codes)
    }
    return pa.table({**known, **of_codes}, schema=schema_of_scores(codes))


class Unseen:
    """What a model may say of the interviews of one corpus in statistics.

    Parameters
    ----------
    folder
        Of the model.
    corpus
        Whose interviews they are.
    card
        Of the model: which segments it learned from. Without a word on that it is taken to have
        learned from all.
    segments
        Their table: an interview that shares a participant with one that taught the model is not
        unseen either. None where the model learned from no decision.
    """

    def __init__(
        self, folder: Path, corpus: str, card: Mapping[str, Any], segments: Path | None
    ) -> None:
        self.is_cold = segments is None
        self.prefix = f"{corpus}/"
        path = folder / UNSEEN_FILE
        talks = talks_of(path, Score.COLUMNS, prefix=self.prefix) if path.exists() else iter(())
        self.shelf = Shelf(iter(talks))
        labels = card.get("labels")
        self.learned: set[str] | None = None
        if labels is not None and segments is not None:
            self.learned = with_kin(transcripts_in(labels["rows"], self.prefix), segments)

    def heed(self, name: str, scores: pa.Table) -> pa.Table:
        """Return the scores of a transcript as they may be used; in order of the names."""
        if self.is_cold:
            return scores
        known = self.shelf.take(name)
        if known is not None:
            return self.by_folds(scores, known)
        if self.learned is not None and name not in self.learned:
            return scores
        return emptied(scores)

    def by_folds(self, scores: pa.Table, known: pa.Table) -> pa.Table:
        """Return ``scores`` with those that the fits without the interview gave."""
        ids = pc.binary_join_element_wise(self.prefix, scores.column("segment_id"), "")
        places = pc.index_in(ids, value_set=known.column("segment_id"))
        return replaced(
            scores,
            {
                field.name: known.column(field.name).take(places)
                if field.name in known.column_names
                else pa.nulls(scores.num_rows, field.type)
                for field in scores.schema
                if field.name not in {"segment_id", "transcript_id"}
            },
        )


def transcripts_in(keys: Iterable[str], prefix: str) -> set[str]:
    """Return the transcripts of ``<corpus>/<segment_id>`` keys that begin with ``prefix``."""
    return {key[len(prefix) :].rpartition(":")[0] for key in keys if key.startswith(prefix)}


def with_kin(names: set[str], segments: Path) -> set[str]:
    """Return the transcripts ``names``, and all that share a participant with one of them."""
    spoken = (
        row
        for _, rows in talks_of(segments, {}, only=WHO)
        for row in set(zip(*(rows.column(name).to_pylist() for name in WHO), strict=True))
    )
    interviews = interviews_of(spoken)
    known = {interviews[name] for name in names & interviews.keys()}
    return names | {name for name, interview in interviews.items() if interview in known}


def emptied(scores: pa.Table) -> pa.Table:
    """Return ``scores`` with nothing said of any code."""
    columns = [name for name in scores.column_names if name.startswith(Score.PREFIX)]
    return replaced(scores, {name: pa.nulls(scores.num_rows, pa.float32()) for name in columns})


def replaced(table: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    """Return ``table`` with some columns in place of its own."""
    return pa.table(
        [columns.get(name, table.column(name)) for name in table.column_names], schema=table.schema
    )


def n_without(scores: pa.Table) -> int:
    """Return how many segments have no score."""
    first = next(iter(scores.columns[len(Score.COLUMNS) :]), None)
    return 0 if first is None else int(first.null_count)


def unseen_digest(folder: Path) -> str:
    """Return the hash of what training kept beside a model, an empty text where there is none."""
    path = folder / UNSEEN_FILE
    return sha256_of(path) if path.exists() else ""


def digest_of_scores(scores: pa.Table) -> str:
    """Return one hash for the scores of a transcript, in order."""
    digest = hashlib.sha256("\n".join(scores.column("segment_id").to_pylist()).encode())
    for column in scores.columns[2:]:
        digest.update(np.asarray(column.to_numpy(), dtype=np.float32).tobytes())
    return digest.hexdigest()[:32]
