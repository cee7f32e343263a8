"""Permanent random numbers: how segments are drawn, so that the draw can be found again.

A number depends on nothing but the seed and the name of what it is for. So neither order nor
workers matter, new transcripts join with the same share, and a larger share gives a larger sample
that contains the smaller one. The audit sample is what has a number below the share; it is handed
out in lots by rising numbers, and an unfinished lot is no random sample.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

AUDIT = "audit"  # the lane of decisions on the drawn sample
LOT = 50  # audited segments that are handed out together
BITS = 53  # that a float holds exactly


def permanent_number(seed: int, segment_id: str) -> float:
    """Return the permanent random number of a segment, uniform in [0, 1)."""
    return uniform(f"{seed}\n{segment_id}")


def number_in(purpose: str, seed: int, name: str) -> float:
    """Return a number for another ``purpose`` than the audit sample, uniform in [0, 1)."""
    return uniform(f"{purpose}\n{seed}\n{name}")


def uniform(words: str) -> float:
    """Return the number in [0, 1) that a hash makes of ``words``."""
    digest = hashlib.sha256(words.encode()).digest()
    return float(int.from_bytes(digest[:8], "big") >> (64 - BITS)) / float(1 << BITS)


def in_lots(sample: Sequence[Any]) -> list[Sequence[Any]]:
    """Return ``sample`` cut into lots; the last may be shorter."""
    return [sample[start : start + LOT] for start in range(0, len(sample), LOT)]
