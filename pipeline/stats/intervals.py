"""A number with its interval, and the interval that leaves out one interview at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.stats.quantiles import t_quantile

Array = np.ndarray[Any, Any]

LEVEL = 0.95
METHOD = "leaving out one interview at a time, 95 %"
MIN_INTERVIEWS = 5  # with fewer an interval promises more than it keeps
LIMITS = (-1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number, its standard error and 95 % interval; what cannot be told is None.

    ``reason`` is the sentence that says why the value, or else its interval, is None.
    """

    value: float | None
    se: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None

    @property
    def width(self) -> float | None:
        """High less low, None without an interval."""
        return None if self.low is None or self.high is None else self.high - self.low


def jackknife(value: float, left_out: Array, limits: tuple[float, float] = LIMITS) -> Estimate:
    """Return ``value`` with an interval from leaving out one interview at a time.

    se^2 = (J-1)/J * sum_j (theta_(-j) - mean)^2; interval value +- t(J-1) se, cut to ``limits``
    (Efron & Stein 1981; Hughes 2022 for alpha, by unit; by interview is ours).

    Parameters
    ----------
    value
        The statistic over all interviews.
    left_out
        (J,) the statistic without each interview in turn, nan where it is undefined then.
    limits
        What the statistic cannot exceed.

    Returns
    -------
    Estimate
        Without an interval under five interviews, where a value left out is undefined, and where
        all are equal: no spread is no proof of certainty.
    """
    n = len(left_out)
    if n < MIN_INTERVIEWS:
        return Estimate(value, reason=f"No interval: {n} of at least {MIN_INTERVIEWS} interviews.")
    if np.isnan(left_out).any():
        reason = "No interval: the number hangs on one interview; without it, it is undefined."
        return Estimate(value, reason=reason)
    se = float(np.sqrt((n - 1) / n * np.sum((left_out - np.mean(left_out)) ** 2)))
    if np.ptp(left_out) <= 1e-12:  # noqa: PLR2004  # rounding, no spread
        reason = "No interval: it is the same without any one interview, so its spread is unknown."
        return Estimate(value, reason=reason)
    reach = t_quantile((1 + LEVEL) / 2, n - 1) * se
    return Estimate(value, se, max(limits[0], value - reach), min(limits[1], value + reach))
