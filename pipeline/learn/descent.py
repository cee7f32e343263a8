"""The lowest point of a smooth, strictly convex function of very many numbers.

scipy's own L-BFGS-B looks after bounds, which weights do not have; on tens of thousands of numbers
that takes longer than our loss itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pipeline.learn.words import Array

MEMORY = 10  # steps that tell the curvature
MAX_STEPS = 500
LEAST_FALL = 1e-6  # of the value, or of 1 if that is less; a step that gains no more is the last
LEAST_SLOPE = 1e-4  # of the steepest number
ENOUGH = 1e-4  # of the fall that the slope promises
SHORTEST = 1e-10  # step; below, rounding speaks

Function = Callable[[Array], tuple[float, Array]]
Step = tuple[Array, Array]  # where it led, and by how much the slope changed


@dataclass(frozen=True, slots=True)
class Point:
    """A place, the value of the function there, and its slope."""

    place: Array
    value: float
    slope: Array


def lowest(function: Function, start: Array) -> Array:
    """Return where ``function`` is lowest, by limited-memory BFGS.

    Nocedal & Wright (2006), algorithms 7.4 and 7.5, with steps cut back until they fall enough: the
    slope of a strictly convex function rises along every step, which is all that the memory asks.

    Parameters
    ----------
    function
        Gives the value at a place and the slope there, which is as long as the place.
    start
        Where to begin.
    """
    here = Point(start, *function(start))
    memory: deque[Step] = deque(maxlen=MEMORY)
    for _ in range(MAX_STEPS):
        if np.abs(here.slope).max(initial=0.0) <= LEAST_SLOPE:
            break
        before, here = here, step_along(function, here, downhill(here.slope, memory))
        memory.append((here.place - before.place, here.slope - before.slope))
        if before.value - here.value <= LEAST_FALL * max(abs(here.value), 1.0):
            break
    return here.place


def downhill(slope: Array, memory: deque[Step]) -> Array:
    """Return the way down, with the curvature that the last steps met."""
    if not memory:
        return np.asarray(-slope / max(1.0, float(np.linalg.norm(slope))))
    way, shares = -slope, []
    for step, change in reversed(memory):
        shares.append((step @ way) / (step @ change))
        way -= shares[-1] * change
    step, change = memory[-1]
    way *= (step @ change) / (change @ change)
    for (step, change), share in zip(memory, reversed(shares), strict=True):
        way += (share - (change @ way) / (step @ change)) * step
    return np.asarray(way)


def step_along(function: Function, here: Point, way: Array) -> Point:
    """Return a point on the ``way`` that lies low enough; ``here`` if rounding leaves none."""
    promised = float(here.slope @ way)
    length = 1.0
    while length > SHORTEST:
        there = Point(here.place + length * way, *function(here.place + length * way))
        missing = there.value - here.value - length * promised
        if missing <= (ENOUGH - 1) * length * promised:
            return there
        lowest_length = -promised * length**2 / (2 * missing)  # of the parabola through both
        length = min(max(lowest_length, length / 10), length / 2)
    return here
