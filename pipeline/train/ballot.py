"""What coders say of segments and codes, and what most of them say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

NOTHING, NO, UNSURE, YES = -1, 0, 1, 2  # of one coder's words on a segment the highest stands


class Ballot:
    """What each coder said of each segment and code."""

    def __init__(self, n: int, k: int) -> None:
        self.shape = (n, k)
        self.votes: dict[str, Array] = defaultdict(lambda: np.full(self.shape, NOTHING, np.int8))
        self.done: dict[str, Array] = defaultdict(lambda: np.zeros(n, bool))

    def say(self, coder: str, rows: Sequence[int], code: int, verdict: int) -> None:
        """Note a verdict on some segments."""
        votes = self.votes[coder]
        for row in rows:
            votes[row, code] = max(votes[row, code], verdict)

    def finish(self, coder: str, rows: Sequence[int]) -> None:
        """Note that ``coder`` completed some segments."""
        self.done[coder][list(rows)] = True

    @property
    def coders(self) -> list[str]:
        """Everybody who said anything, in the order of `counted`."""
        return sorted({*self.votes, *self.done})

    def counted(self) -> tuple[Array, Array]:
        """Return votes (c, n, k), a no where a coder completed in silence, and done (c, n)."""
        votes = np.array([self.votes[coder] for coder in self.coders], np.int8).reshape(
            -1, *self.shape
        )
        done = np.array([self.done[coder] for coder in self.coders], bool).reshape(
            -1, self.shape[0]
        )
        votes[done[:, :, None] & (votes == NOTHING)] = NO
        return votes, done


def majority(votes: Array, done: Array) -> tuple[Array, Array]:
    """Return what most coders say (1, 0, nan), and where they are split evenly.

    Coders who completed the segment count; only where none of them has a word, the others do.

    Parameters
    ----------
    votes
        (c, n, k) of `YES`, `NO`, `UNSURE`, `NOTHING`.
    done
        (c, n) whether the coder completed the segment.
    """
    has_word = (votes == YES) | (votes == NO)
    of_done = has_word & done[:, :, None]
    counts = np.where(of_done.any(axis=0), of_done, has_word)
    lead = np.sum(counts & (votes == YES), axis=0) - np.sum(counts & (votes == NO), axis=0)
    Y = np.select([lead > 0, lead < 0], [1.0, 0.0], np.nan)
    return Y, counts.any(axis=0) & (lead == 0)


def overruled(Y: Array, settled: Array) -> Array:
    """Return ``Y`` with what was settled in place of what was voted."""
    return np.select([settled == YES, settled == NO, settled == UNSURE], [1.0, 0.0, np.nan], Y)
