"""Whether a coder applies a code otherwise at the end of the work than at its beginning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.core.draw import AUDIT
from pipeline.report.audit import Basis
from pipeline.report.study import Study
from pipeline.stats.intervals import Estimate, jackknife

Array = np.ndarray[Any, Any]

PARTS = 3
MIN_PART = 10  # blind segments in each part
MIN_CHANGE = 0.05
NOT_DRAWN = (
    "Drift is not looked for: no coder has blind decisions of an audit sample, whose order does "
    "not "
    "depend on the text. Code the audit sample of the review page."
)


@dataclass(frozen=True, slots=True)
class Drift:
    """One coder and code: shares in three parts of ``n`` segments, and the change of Y less F."""

    code: str
    coder: str
    n: int
    shares: tuple[float, ...]
    change: Estimate

    @property
    def is_flagged(self) -> bool:
        """Whether the interval excludes nought and the change is at least 5 points."""
        one = self.change
        if one.value is None or one.low is None or one.high is None:
            return False
        return abs(one.value) >= MIN_CHANGE and not one.low <= 0 <= one.high


def drift_of(study: Study, basis: Basis) -> tuple[list[Drift], str]:
    """Return the drift of each coder and code that was ever applied, or why there is none."""
    found = []
    n_most = 0
    for number, coder in enumerate(basis.rated.coders):
        rows = in_order(study, basis, coder)
        n_most = max(n_most, len(rows))
        if len(rows) >= PARTS * MIN_PART:
            found += drifts(basis, number, coder, rows)
    if found:
        return found, ""
    if not n_most:
        return [], NOT_DRAWN
    wanted = PARTS * MIN_PART
    return (
        [],
        f"Drift is not looked for: {n_most} of at least {wanted} audited segments of a coder.",
    )


def in_order(study: Study, basis: Basis, coder: str) -> Array:
    """Return the audited segments of ``coder`` in the order of their first blind completion."""
    places = {
        (row.transcript_id, row.start, row.end): n for n, row in enumerate(basis.rated.segments)
    }
    rows: dict[int, None] = {}
    for row in sorted(study.decisions, key=lambda row: row.seq):
        place = places.get((row.transcript_id, row.start, row.end))
        is_audit = row.act == "done" and row.independent and row.lane == AUDIT
        if is_audit and row.coder == coder and place is not None:
            rows.setdefault(place)
    return np.array(list(rows), dtype=int)


def drifts(basis: Basis, number: int, coder: str, rows: Array) -> list[Drift]:
    """Return the drift of one coder on each code that they applied."""
    ratings = basis.rated.ratings[:, number, :][:, rows]
    scores = np.nan_to_num(basis.scores.values[:, rows])
    groups = basis.rated.interview[rows]
    parts = np.array_split(np.arange(len(rows)), PARTS)
    found = []
    for code, name in enumerate(basis.rated.codes):
        y = ratings[code]
        if not np.nansum(y):
            continue
        shares = tuple(float(np.nanmean(y[part])) for part in parts if np.isfinite(y[part]).any())
        if len(shares) == PARTS:
            away = y - scores[code]
            found.append(Drift(name, coder, len(rows), shares, change_of(away, groups, parts)))
    return found


def change_of(away: Array, groups: Array, parts: Sequence[Array]) -> Estimate:
    """Return the mean of ``away`` in the last part less that in the first, by interview."""
    first, last = parts[0], parts[-1]

    def change(keep: Array) -> float:
        means = [
            float(np.nanmean(away[part[keep[part]]]))
            if np.isfinite(away[part[keep[part]]]).any()
            else np.nan
            for part in (first, last)
        ]
        return means[1] - means[0]

    whole = change(np.ones(len(away), dtype=bool))
    left_out = np.array([change(groups != name) for name in np.unique(groups)])
    return jackknife(whole, left_out)


def mean_of(values: Array) -> float:
    """Return the mean of what is known, nan if nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")
