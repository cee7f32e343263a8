"""Shares that survive the machine's errors: scores of all segments, codes of a random part.

Prediction-powered inference with a tuned weight (PPI++; Angelopoulos, Duchi & Zrnic 2023) for an
audit inside the corpus; with the weight at 1 it is DSL's corrected outcome (Egami, Hinck, Stewart &
Wei 2023), with the weight at 0 the codes of people alone. Two questions, two intervals: "these
interviews" (only the draw of the audit is chance) and "people like these" (so are the interviews).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.stats.intervals import LEVEL, Estimate
from pipeline.stats.quantiles import t_quantile

Array = np.ndarray[Any, Any]

MIN_AUDITED = 30
MIN_EACH = 3  # audited positives, and negatives
MIN_INTERVIEWS = 5
MIN_WITH_CODE = 3  # interviews with an audited positive
MAX_MISSING = 0.05  # share of the audit without a code
CLEAR = 0.5  # from this score on the machine is taken to say yes


@dataclass(frozen=True, slots=True)
class Audit:
    """All N segments in scope for one code.

    Attributes
    ----------
    score
        (N,) in [0, 1], from a model that saw no code of the segment's interview, for audited and
        other segments alike; 0 where it abstained.
    truth
        (N,) 1 or 0: the first blind decision (adjudicated if double-coded blind); nan where not
        audited or, within the audit, missing.
    audited
        (N,) true where the segment was drawn for the audit.
    probability
        (N,) with which each segment was drawn, fixed before coding, in (0, 1]; nan: unknown.
    interview
        (N,) integers, the unit of chance.
    is_unseen, is_by_segment
        Whether the scores come from outside each interview; whether segments were drawn.
    """

    score: Array
    truth: Array
    audited: Array
    probability: Array
    interview: Array
    is_unseen: bool = True
    is_by_segment: bool = True

    @property
    def coded(self) -> Array:
        """Where the audit has a code."""
        return self.audited & ~np.isnan(self.truth)


@dataclass(frozen=True, slots=True)
class Intervals:
    """One share for two populations: ``these`` interviews, and people ``alike``."""

    these: Estimate
    alike: Estimate


@dataclass(frozen=True, slots=True)
class Share:
    """The share of segments of a cell that carry the code.

    Attributes
    ----------
    n, n_interviews
        Segments and interviews of the cell (J).
    n_audited, n_positive
        Audited segments with a code of people, and how many of them say yes.
    machine
        Share of segments scored .5 or more: plain counting, which is wrong where the machine is.
    people
        From the audit alone.
    corrected
        From scores and audit; without a value where refused.
    lam
        Weight of the scores, in [0, 1]; None where refused.
    as_good_as
        How many audited segments the codes of people alone would want for the same width ("these").
    n_more
        How many more audited segments are wanted before a share can be told; None if it can, or if
        no audit would help.
    reason
        Why there is no corrected share.
    """

    n: int
    n_interviews: int
    n_audited: int
    n_positive: int
    machine: float | None
    people: Intervals
    corrected: Intervals
    lam: float | None = None
    as_good_as: float | None = None
    n_more: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """A share and what each segment adds to its error.

    ``effects`` (N,) sum to nothing; their sums by interview tell how the share would vary over
    interviews. ``draw_variance`` is that of the audit's draw alone.
    """

    theta: float
    lam: float
    effects: Array
    draw_variance: float


def share(audit: Audit, cell: Array | None = None) -> Share:
    """Return the share of a cell that carries the code, or the reason for none.

    Parameters
    ----------
    audit
        All segments in scope.
    cell
        (N,) true for the segments in question; None: all.

    Returns
    -------
    Share
        Refused under 30 audited segments, 3 audited positives or negatives, 5 interviews, or 3
        with an audited positive; where a probability is missing or 0; where segments were not
        drawn one by one; where scores saw the interview; where over 5 % of the audit is missing.
    """
    cell = np.ones(len(audit.score), dtype=bool) if cell is None else cell
    sample = cell & audit.coded
    n_interviews = len(np.unique(audit.interview[cell]))
    counts = int(cell.sum()), n_interviews, int(sample.sum()), int(np.sum(audit.truth[sample] == 1))
    machine = float(np.mean(audit.score[cell] >= CLEAR)) if cell.any() else None
    reason, n_more = refusal(audit, cell)
    if reason is not None:
        none = Intervals(Estimate(None, reason=reason), Estimate(None, reason=reason))
        return Share(*counts, machine, none, none, n_more=n_more, reason=reason)
    alone, tuned = terms(audit, cell, 0.0), tuned_terms(audit, cell)
    people = intervals(alone, audit, cell)
    found = intervals(tuned, audit, cell)
    width, wide = found.these.width, people.these.width
    gain = counts[2] * (wide / width) ** 2 if width and wide is not None else None
    return Share(*counts, machine, people, found, tuned.lam, gain)


def terms(audit: Audit, cell: Array, lam: float) -> Terms:
    """Return the share of ``cell`` with scores weighted by ``lam``.

    theta = lam Fbar + sum_S w (Y - lam F) / W, with w = 1/pi over the audited part S of the cell,
    W the sum of w (the difference estimator of Cochran 1977, chapter 7, with estimated size).
    e_i = lam (F_i - Fbar)/N_c + R_i w_i (Y_i - lam F_i - centre)/W.
    """
    sample = np.flatnonzero(cell & audit.coded)
    weight = 1 / audit.probability[sample]
    weight /= weight.sum()
    rest = audit.truth[sample] - lam * audit.score[sample]
    centre = float(weight @ rest)
    mean = float(np.mean(audit.score[cell]))
    effects = np.where(cell, lam * (audit.score - mean) / np.count_nonzero(cell), 0.0)
    drawn = weight * (rest - centre)
    effects[sample] += drawn
    n = len(sample)
    variance = n / (n - 1) * float(np.sum((1 - audit.probability[sample]) * drawn**2))
    return Terms(lam * mean + centre, lam, effects, variance)


def tuned_terms(audit: Audit, cell: Array) -> Terms:
    """Return the share with the weight that makes the draw count least; 0 if it leaves (0, 1)."""
    found = terms(audit, cell, tuned_weight(audit, cell))
    return found if 0 < found.theta < 1 else terms(audit, cell, 0.0)


def tuned_weight(audit: Audit, cell: Array) -> float:
    """Return lam: the slope of truth on score, cut to [0, 1]; 0 if the scores have no spread.

    Weighted by (1-pi)/pi^2, each one's part in the variance of the draw; plain if every pi is 1.
    """
    sample = np.flatnonzero(cell & audit.coded)
    pi = audit.probability[sample]
    z = (1 - pi) / pi**2
    z = z / z.sum() if z.any() else np.full(len(pi), 1 / len(pi))
    score, truth = audit.score[sample], audit.truth[sample]
    off = score - z @ score
    spread = float(z @ off**2)
    if spread <= 1e-15:  # noqa: PLR2004  # rounding, no spread
        return 0.0
    return float(np.clip(z @ (off * (truth - z @ truth)) / spread, 0, 1))


def intervals(found: Terms, audit: Audit, cell: Array) -> Intervals:
    """Return the share with both intervals, built on the logit scale and carried back."""
    n = int(np.count_nonzero(cell & audit.coded))
    n_interviews = len(np.unique(audit.interview[cell]))
    return Intervals(
        on_logit(found.theta, math.sqrt(found.draw_variance), n - 1),
        on_logit(found.theta, math.sqrt(by_interview(found.effects, audit)), n_interviews - 1),
    )


def by_interview(effects: Array, audit: Audit) -> float:
    """Return J/(J-1) sum_g (sum of e in g)^2 over all J interviews of the corpus."""
    _, place = np.unique(audit.interview, return_inverse=True)
    sums = np.bincount(place, effects)
    return len(sums) / (len(sums) - 1) * float(np.sum(sums**2))


def on_logit(theta: float, se: float, df: int) -> Estimate:
    """Return ``theta`` in (0, 1) with its interval on the logit scale, t(df) quantile."""
    reach = t_quantile((1 + LEVEL) / 2, df) * se / (theta * (1 - theta))
    centre = math.log(theta / (1 - theta))
    low, high = (
        1 / (1 + math.exp(-min(max(x, -700), 700))) for x in (centre - reach, centre + reach)
    )
    return Estimate(theta, se, low, high)


def difference(audit: Audit, first: Array, second: Array) -> Intervals:
    """Return the share in one cell less that in another, which must not share segments.

    Plain intervals. For people alike the effects of both cells are summed by interview first,
    because a focus group holds both; df = the smaller J - 1.

    Returns
    -------
    Intervals
        Without values where either share is refused.
    """
    for cell in (first, second):
        reason, _ = refusal(audit, cell)
        if reason is not None:
            return Intervals(Estimate(None, reason=reason), Estimate(None, reason=reason))
    one, other = tuned_terms(audit, first), tuned_terms(audit, second)
    value = one.theta - other.theta
    cells = (first, second)
    n = min(int(np.count_nonzero(cell & audit.coded)) for cell in cells)
    n_interviews = min(len(np.unique(audit.interview[cell])) for cell in cells)
    drawn = math.sqrt(one.draw_variance + other.draw_variance)
    alike = math.sqrt(by_interview(one.effects - other.effects, audit))
    return Intervals(plain(value, drawn, n - 1), plain(value, alike, n_interviews - 1))


def plain(value: float, se: float, df: int) -> Estimate:
    """Return a difference in [-1, 1] with its interval, t(df) quantile."""
    reach = t_quantile((1 + LEVEL) / 2, df) * se
    return Estimate(value, se, max(-1.0, value - reach), min(1.0, value + reach))


def refusal(audit: Audit, cell: Array) -> tuple[str | None, int | None]:
    """Return why no share of ``cell`` can be told, and how many more audited segments it wants."""
    reason = flaw(audit, cell)
    if reason is not None:
        return reason, None
    sample = cell & audit.coded
    n, positive = int(sample.sum()), int(np.sum(audit.truth[sample] == 1))
    n_interviews = len(np.unique(audit.interview[cell]))
    with_code = len(np.unique(audit.interview[sample & (audit.truth == 1)]))
    if n_interviews < MIN_INTERVIEWS:
        return f"The cell has {n_interviews} of at least {MIN_INTERVIEWS} interviews.", None
    if n < MIN_AUDITED:
        reason = f"{n} of at least {MIN_AUDITED} audited segments."
    for word, found in (("carry the code", positive), ("do not carry the code", n - positive)):
        if reason is None and found < MIN_EACH:
            reason = f"{found} of at least {MIN_EACH} audited segments {word}."
    if reason is None and with_code < MIN_WITH_CODE:
        reason = (
            f"The code was found in {with_code} of at least {MIN_WITH_CODE} audited interviews."
        )
    wanted = more_wanted(n, positive, with_code)
    return reason, None if reason is None else min(wanted, int(cell.sum()) - n)


def flaw(audit: Audit, cell: Array) -> str | None:
    """Return why the audit cannot correct anything, None if it can."""
    if not audit.is_by_segment:
        return "The audit was not drawn segment by segment, so its probabilities are unknown."
    if not audit.is_unseen:
        return "The scores come from a model that had seen these interviews."
    probability = audit.probability[cell]
    if np.isnan(probability).any() or np.any(probability <= 0):
        return "A segment has no known probability of being audited, so nothing can be corrected."
    drawn = cell & audit.audited
    missing = float(np.mean(np.isnan(audit.truth[drawn]))) if drawn.any() else 0.0
    if missing > MAX_MISSING:
        return (
            f"{missing:.0%} of the audit has no code yet; at most {MAX_MISSING:.0%} may lack one."
        )
    return None


def more_wanted(n: int, positive: int, with_code: int) -> int:
    """Return about how many more audited segments would lift the bars, at the share so far."""
    rate = (positive + 0.5) / (n + 1)
    lacking = max(MIN_EACH - positive, MIN_WITH_CODE - with_code, 0)
    scarce = max(MIN_EACH - (n - positive), 0)
    return max(MIN_AUDITED - n, math.ceil(lacking / rate), math.ceil(scarce / (1 - rate)), 1)


def more_for_width(found: Share, wanted: float) -> int | None:
    """Return how many more segments to audit for an interval of ``wanted`` width, these interviews.

    The variance of the draw falls as 1/n - 1/N, so that auditing all N leaves none.

    Parameters
    ----------
    found
        From `share`.
    wanted
        High less low, in (0, 1).

    Returns
    -------
    int | None
        0 if it is as narrow already; None where the share is refused.
    """
    now = found.corrected.these
    if now.value is None or now.se is None or now.width is None:
        return None
    if now.width <= wanted:
        return 0
    unit = now.se**2 / (1 / found.n_audited - 1 / found.n)
    low, high = found.n_audited, found.n
    while high - low > 1:
        n = (low + high) // 2
        then = on_logit(now.value, math.sqrt(unit * (1 / n - 1 / found.n)), n - 1)
        low, high = (low, n) if (then.width or 0) <= wanted else (n, high)
    return high - found.n_audited
