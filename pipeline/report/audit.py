"""What shares and calibration rest on: scores of unseen interviews, and codes of a random part.

The audit sample is drawn by permanent random numbers (``core/draw.py``): a segment is in it if its
number is below the probability that its decision carries. Only the lots before the first unfinished
one count; their probability is the number at which that one begins.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.core.draw import AUDIT, in_lots, permanent_number
from pipeline.core.records import Score
from pipeline.core.tables import read_table
from pipeline.report.ratings import Rated
from pipeline.report.study import Study, speaks_for
from pipeline.stats.estimate import Audit

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Scores:
    """What a model that saw no code of the interview says: (codes, segments), nan where nothing."""

    values: Array

    @property
    def is_known(self) -> bool:
        """Whether there is any score."""
        return bool(np.isfinite(self.values).any())

    @property
    def is_whole(self) -> bool:
        """Whether every segment has its score."""
        return self.is_known and bool(np.isfinite(self.values).any(axis=0).all())


@dataclass(frozen=True, slots=True)
class Basis:
    """Scores and audit of a corpus, its segments in the order of ``rated``.

    ``audited`` and ``probability`` are by segment; ``truth`` is (codes, segments): the first blind
    decision, adjudicated where coders differ, nan elsewhere. ``n_drawn`` is the size of the whole
    sample, None where it is not known.
    """

    rated: Rated
    scores: Scores
    audited: Array
    probability: Array
    truth: Array
    n_drawn: int | None

    def audit_of(self, code: int) -> Audit:
        """Return what the shares of one code rest on; a code without a score has 0 everywhere."""
        known = self.scores.values[code]
        return Audit(
            np.nan_to_num(known, nan=0.0),
            self.truth[code],
            self.audited,
            self.probability,
            self.rated.interview,
            is_unseen=self.scores.is_whole or not self.scores.is_known,
        )


def basis_of(study: Study, rated: Rated, scores: Path) -> Basis:
    """Return scores and audit of ``study``; ``scores`` may not be there."""
    truth = truth_of(study, rated)
    audited, probability, n_drawn = sample_of(study, rated)
    return Basis(rated, read_scores(scores, rated), audited, probability, truth, n_drawn)


def read_scores(path: Path, rated: Rated) -> Scores:
    """Return the scores of each code and segment, nan where the table has none."""
    values = np.full((len(rated.codes), len(rated.segments)), np.nan)
    if not path.exists():
        return Scores(values)
    table = read_table(path, Score.COLUMNS)
    place = {row.segment_id: n for n, row in enumerate(rated.segments)}
    names = table.column("segment_id").to_pylist()
    rows = [(n, place[name]) for n, name in enumerate(names) if name in place]
    theirs, ours = np.array(rows, dtype=int).reshape(-1, 2).T
    for number, code in enumerate(rated.codes):
        if Score.column(code) in table.column_names:
            column = np.array(table.column(Score.column(code)).to_pylist(), dtype=float)
            values[number, ours] = column[theirs]
    return Scores(values)


def truth_of(study: Study, rated: Rated) -> Array:
    """Return what people said blind of each code and segment; settled where they differ, or nan."""
    ratings = rated.ratings
    n = (~np.isnan(ratings)).sum(axis=1)
    yes = np.nansum(ratings, axis=1)
    truth = np.where(n == 0, np.nan, np.where(yes == n, 1.0, np.where(yes == 0, 0.0, np.nan)))
    settled = settlements(study)
    for code, segment in np.argwhere((yes > 0) & (yes < n)):
        row = rated.segments[segment]
        for (transcript, start, end, name), verdict in settled.items():
            if (transcript, name) == (row.transcript_id, rated.codes[code]) and speaks_for(
                (start, end), (row.start, row.end)
            ):
                truth[code, segment] = verdict
    return truth


def settlements(study: Study) -> dict[tuple[str, int, int, str], float]:
    """Return what was settled, 1 or 0, by transcript, span and code."""
    verdicts = {"yes": 1.0, "no": 0.0}
    return {
        (row.transcript_id, row.start, row.end, row.code): verdicts[row.standing]
        for row in study.decisions
        if row.act == "settle" and row.code is not None and row.standing in verdicts
    }


def sample_of(study: Study, rated: Rated) -> tuple[Array, Array, int | None]:
    """Return who is in the sample, with what probability, and how many were drawn.

    Where no decision carries a probability, or one does not fit the draw, everything that was
    finished blind is taken, with unknown probabilities: no share can be corrected from it.
    """
    finished: Array = np.any(~np.isnan(rated.ratings), axis=(0, 1))
    nothing = finished, np.full(len(rated.segments), np.nan), None
    places = {(row.transcript_id, row.start, row.end): n for n, row in enumerate(rated.segments)}
    drawn = [
        (places[row.transcript_id, row.start, row.end], row.inclusion_probability)
        for row in study.decisions
        if row.lane == AUDIT
        and row.inclusion_probability is not None
        and (row.transcript_id, row.start, row.end) in places
    ]
    if not drawn:
        return nothing
    share = max(probability for _, probability in drawn)
    seed = study.settings.seed
    numbers = np.array([permanent_number(seed, row.segment_id) for row in rated.segments])
    if any(numbers[n] >= probability for n, probability in drawn):
        return nothing
    sample = np.flatnonzero(numbers < share)
    sample = sample[np.argsort(numbers[sample], kind="stable")]
    whole = whole_lots(sample, finished)
    audited = np.zeros(len(rated.segments), dtype=bool)
    audited[sample[:whole]] = True
    reached = share if whole == len(sample) else float(numbers[sample[whole]])
    probability = np.full(len(rated.segments), reached if whole else np.nan)
    return audited, probability, len(sample)


def whole_lots(sample: Array, finished: Array) -> int:
    """Return how many segments the finished lots hold that come before the first unfinished one."""
    return sum(map(len, takewhile(all, in_lots(finished[sample].tolist()))))
