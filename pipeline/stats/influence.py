"""Whether suggestions steer people: segments coded blind against segments coded with suggestions.

Segments are given to one arm or the other at random within each interview, with known probability.
Arms are compared within what the model said, which is known for blind segments too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pipeline.stats.intervals import LEVEL, Estimate
from pipeline.stats.quantiles import normal_quantile, t_cdf, t_quantile

Array = np.ndarray[Any, Any]

MIN_AN_ARM = 30
MIN_INTERVIEWS = 5
MIN_EFFECT = 0.05
POWER = 0.80
WORTH_SEEING = 0.15  # the effect that `Effect.n_wanted` is told for


@dataclass(frozen=True, slots=True)
class Trial:
    """Segments that were randomly given to an arm.

    Attributes
    ----------
    applied, suggested
        (codes, n) whether the coder applied the code, and whether the model suggests it.
    assisted
        (n,) whether suggestions were in view.
    probability
        (n,) of the arm that the segment is in, in (0, 1).
    interview
        (n,) integers.
    """

    applied: Array
    suggested: Array
    assisted: Array
    probability: Array
    interview: Array


@dataclass(frozen=True, slots=True)
class Effect:
    """How far one arm is from the other, where the model said the same.

    Attributes
    ----------
    estimate
        The difference of shares, with its interval; without a value where refused.
    blind, with_hint
        Share applied in each arm; None where the arm is empty.
    n_blind, n_assisted, n_interviews
        Segments of each arm, and interviews of both.
    design_effect
        Variance by interview over variance by segment, at least 1.
    p
        Two-sided, adjusted over codes after Holm.
    detectable
        The smallest rise (pull) or fall (drop) from the blind share that this study sees with 80 %
        power; None: none.
    n_wanted
        Segments an arm to see one of .15 with 80 % power; None: there can be no such one.
    """

    estimate: Estimate
    blind: float | None
    with_hint: float | None
    n_blind: int
    n_assisted: int
    n_interviews: int
    design_effect: float = 1.0
    p: float | None = None
    detectable: float | None = None
    n_wanted: int | None = None

    @property
    def is_alarming(self) -> bool:
        """Whether the lower limit is above 0 after Holm and the effect is at least .05."""
        value = self.estimate.value
        is_large = value is not None and value >= MIN_EFFECT
        return is_large and self.p is not None and self.p <= 1 - LEVEL


@dataclass(frozen=True, slots=True)
class Influence:
    """One code: ``pull`` is taken over from suggestions, ``drop`` overlooked without a hint."""

    pull: Effect
    drop: Effect


@dataclass(frozen=True, slots=True)
class Influences:
    """All codes, and interviews that were left out because their coder saw only one arm."""

    codes: tuple[Influence, ...]
    n_left_out: int


def influence(trial: Trial) -> Influences:
    """Return pull and drop of each code.

    pull = share applied (assisted, suggested) - share applied (blind, suggested);
    drop = share applied (blind, not suggested) - share applied (assisted, not suggested).

    Parameters
    ----------
    trial
        Randomly assigned segments only.

    Returns
    -------
    Influences
        In the order of the codes. An effect is refused under 30 segments an arm or 5 interviews.
    """
    use, n_left_out = in_both_arms(trial)
    chosen = Trial(
        trial.applied[:, use],
        trial.suggested[:, use],
        trial.assisted[use],
        trial.probability[use],
        trial.interview[use],
    )
    pulls, drops = [], []
    for applied, suggested in zip(chosen.applied, chosen.suggested, strict=True):
        hinted = suggested.astype(bool)
        pulls.append(effect(applied, chosen, hinted & chosen.assisted, hinted & ~chosen.assisted))
        drops.append(effect(applied, chosen, ~hinted & ~chosen.assisted, ~hinted & chosen.assisted))
    pairs = zip(holm(pulls), holm(drops), strict=True)
    return Influences(tuple(Influence(pull, drop) for pull, drop in pairs), n_left_out)


def in_both_arms(trial: Trial) -> tuple[Array, int]:
    """Return the segments of interviews with both arms, and the number of the other interviews."""
    names, place = np.unique(trial.interview, return_inverse=True)
    n_assisted = np.bincount(place, trial.assisted, minlength=len(names))
    n = np.bincount(place, minlength=len(names))
    is_mixed = (n_assisted > 0) & (n_assisted < n)
    return is_mixed[place], int(np.count_nonzero(~is_mixed))


def effect(applied: Array, trial: Trial, more: Array, less: Array) -> Effect:
    """Return the share applied in ``more`` less that in ``less``; true where a segment is in it.

    Shares are weighted by 1/probability; the variance is that of sums by interview, J/(J-1)
    sum_g (sum of e in g)^2, with df = the smaller arm's J - 1.
    """
    shares = [arm_share(applied, trial, arm) for arm in (more, less)]
    blind_first = bool(np.any(trial.assisted[less]))  # `less` is the assisted arm in a drop
    blind, hint = (0, 1) if blind_first else (1, 0)
    counts = [int(np.count_nonzero(arm)) for arm in (more, less)]
    groups = [np.unique(trial.interview[arm]) for arm in (more, less)]
    n_interviews = len(np.union1d(*groups))
    found = Effect(
        Estimate(None),
        shares[blind],
        shares[hint],
        counts[blind],
        counts[hint],
        n_interviews,
    )
    reason = refusal(min(counts), min(map(len, groups)))
    if reason is not None or shares[0] is None or shares[1] is None:
        return replace(found, estimate=Estimate(None, reason=reason))
    errors = error_terms(applied, trial, more, shares[0]) - error_terms(
        applied, trial, less, shares[1]
    )
    done = with_interval(found, shares[0] - shares[1], errors, trial, min(map(len, groups)) - 1)
    return with_power(done, -1 if blind_first else 1)


def arm_share(applied: Array, trial: Trial, arm: Array) -> float | None:
    """Return the weighted share applied in an arm, None if it is empty."""
    if not arm.any():
        return None
    return float(np.average(applied[arm], weights=1 / trial.probability[arm]))


def error_terms(applied: Array, trial: Trial, arm: Array, share: float) -> Array:
    """Return what each segment adds to the error of an arm's share."""
    weight = np.where(arm, 1 / trial.probability, 0.0)
    return np.asarray(weight / weight.sum() * (applied - share))


def refusal(n: int, n_interviews: int) -> str | None:
    """Return why nothing can be said, None if it can."""
    if n < MIN_AN_ARM:
        return f"{n} of at least {MIN_AN_ARM} segments in an arm."
    if n_interviews < MIN_INTERVIEWS:
        return f"{n_interviews} of at least {MIN_INTERVIEWS} interviews in an arm."
    return None


def with_interval(found: Effect, value: float, errors: Array, trial: Trial, df: int) -> Effect:
    """Return ``found`` with the difference, its interval, and what the study could have seen."""
    _, place = np.unique(trial.interview, return_inverse=True)
    sums = np.bincount(place, errors)
    variance = len(sums) / (len(sums) - 1) * float(np.sum(sums**2))
    n = found.n_blind + found.n_assisted
    plain = n / (n - 1) * float(np.sum(errors**2))
    design = max(1.0, variance / plain) if plain > 0 else 1.0
    se = math.sqrt(variance)
    reach = t_quantile((1 + LEVEL) / 2, df) * se
    p = 2 * (1 - t_cdf(abs(value) / se, df)) if se > 0 else float(value == 0)
    return replace(
        found,
        estimate=Estimate(value, se, max(-1.0, value - reach), min(1.0, value + reach)),
        design_effect=design,
        p=min(1.0, p),
    )


def with_power(found: Effect, way: int) -> Effect:
    """Return ``found`` with what it could have seen: a rise (1) or a fall (-1) from blind."""
    start, design = found.blind or 0.0, found.design_effect
    n = min(found.n_blind, found.n_assisted)
    return replace(
        found,
        detectable=detectable(start, n, design, way),
        n_wanted=n_an_arm(start, start + way * WORTH_SEEING, design),
    )


def holm(effects: list[Effect]) -> list[Effect]:
    """Return the effects with p adjusted for their number (Holm), refused ones left out."""
    places = sorted(
        (n for n, one in enumerate(effects) if one.p is not None), key=lambda n: effects[n].p or 0.0
    )
    found, highest = list(effects), 0.0
    for rank, n in enumerate(places):
        highest = max(highest, min(1.0, (len(places) - rank) * (effects[n].p or 0.0)))
        found[n] = replace(effects[n], p=highest)
    return found


def n_an_arm(p1: float, p2: float, design_effect: float = 1.0) -> int | None:
    """Return the segments that each arm needs to tell two shares apart.

    (1.96 + .8416)^2 [p1(1-p1) + p2(1-p2)] / (p1-p2)^2, times the design effect, for a power of
    80 %; None if ``p2`` is no share or the same.
    """
    if not 0 <= p2 <= 1 or p1 == p2:
        return None
    reach = normal_quantile((1 + LEVEL) / 2) + normal_quantile(POWER)
    spread = p1 * (1 - p1) + p2 * (1 - p2)
    return math.ceil(design_effect * reach**2 * spread / (p1 - p2) ** 2)


def detectable(p1: float, n: int, design_effect: float = 1.0, way: int = 1) -> float | None:
    """Return the smallest rise (``way`` 1) or fall (-1) that ``n`` segments an arm see.

    From a share of ``p1``, with 80 % power; None if not even one to the end of [0, 1] is seen.
    """
    seen, unseen = (1.0 if way > 0 else 0.0), p1
    needed = n_an_arm(p1, seen, design_effect)
    if needed is None or needed > n:
        return None
    for _ in range(40):
        middle = (seen + unseen) / 2
        wanted = n_an_arm(p1, middle, design_effect)
        is_seen = wanted is not None and wanted <= n
        seen, unseen = (middle, unseen) if is_seen else (seen, middle)
    return abs(seen - p1)
