"""Whether scores can be read as probabilities: bins, errors, and intervals by interview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from pipeline.learn.metrics import (
    Estimate,
    brier,
    calibration_error,
    chance_calibration_error,
    jackknife,
    reliability,
    skill,
    starts_of_bins,
)
from pipeline.train.ballot import Array

MIN_POSITIVES = 20  # with fewer, bins and errors are mostly chance


@dataclass(frozen=True, slots=True)
class Cells:
    """Judged pairs of segment and code: truth, score, weight, and the number of the interview."""

    y: Array
    score: Array
    weight: Array
    groups: Array

    def without(self, group: int) -> Cells:
        """Return the pairs of all other interviews."""
        return self.where(self.groups != group)

    def where(self, keep: Array) -> Cells:
        """Return some of the pairs."""
        return Cells(self.y[keep], self.score[keep], self.weight[keep], self.groups[keep])


@dataclass(frozen=True, slots=True)
class TrustBin:
    """Pairs of like score: how many, their mean score, the share with the code."""

    n: int
    score: float
    share: Estimate


@dataclass(frozen=True, slots=True)
class Trust:
    """How far scores are probabilities, over all codes.

    ``error`` is the mean distance of score and share over the bins (ECE), ``chance_error`` what a
    perfect model with these scores would show; ``skill`` is by which share ``brier`` is below that
    of always saying the mean. ``problem`` says why there are no numbers.
    """

    n: int
    n_positive: int
    n_interviews: int
    problem: str = ""
    bins: tuple[TrustBin, ...] = ()
    error: Estimate = field(default_factory=lambda: Estimate(None))
    chance_error: float | None = None
    brier: Estimate = field(default_factory=lambda: Estimate(None))
    skill: Estimate = field(default_factory=lambda: Estimate(None))


def trust_in(cells: Cells, *, seed: int) -> Trust:
    """Return how far scores are probabilities; nothing under twenty pairs with the code."""
    n_positive = int((cells.y == 1).sum())
    basis = len(cells.y), n_positive, len(set(cells.groups))
    if n_positive < MIN_POSITIVES:
        return Trust(
            *basis,
            problem=f"{n_positive} codes were applied in what was judged; "
            f"whether scores are probabilities can be told from {MIN_POSITIVES} on",
        )
    return Trust(
        *basis,
        bins=tuple(bins_of(cells)),
        error=by_interview(
            cells, lambda part: calibration_error(reliability(part.y, part.score, part.weight))
        ),
        chance_error=chance_calibration_error(cells.score, seed=seed, weight=cells.weight),
        brier=by_interview(cells, lambda part: brier(part.y, part.score, part.weight)),
        skill=by_interview(
            cells, lambda part: skill(part.y, part.score, part.weight), (-np.inf, 1.0)
        ),
    )


def bins_of(cells: Cells) -> list[TrustBin]:
    """Return bins of equal mass, from low scores to high."""
    cells = cells.where(np.argsort(cells.score, kind="stable"))
    starts = starts_of_bins(cells.score)
    found = []
    for start, end in zip(starts, [*starts[1:], len(cells.y)], strict=True):
        part = cells.where(np.arange(start, end))
        mean = float(np.average(part.score, weights=part.weight))
        found.append(TrustBin(end - start, mean, by_interview(part, share_of)))
    return found


def share_of(part: Cells) -> float | None:
    """Return the weighted share of pairs with the code."""
    return float(np.average(part.y, weights=part.weight)) if len(part.y) else None


def by_interview(
    cells: Cells,
    measure: Callable[[Cells], float | None],
    limits: tuple[float, float] = (0.0, 1.0),
) -> Estimate:
    """Return a measure with its interval from leaving out one interview at a time."""
    found = [measure(cells), *(measure(cells.without(group)) for group in set(cells.groups))]
    values = np.array([np.nan if value is None else value for value in found])
    return jackknife(values[0], values[1:], limits)
