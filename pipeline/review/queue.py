"""Who decides on what, and in which order: the audit sample, the rest, and the default round.

Pure, given a seed: the audit sample is drawn by permanent random numbers (``core/draw.py``).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.core.draw import AUDIT, LOT, in_lots, permanent_number
from pipeline.core.receipts import key_of
from pipeline.core.records import Segment
from pipeline.review.log.rows import Assignment, Round, canonical

UNCERTAIN, COVERAGE, ORDER = "uncertain", "coverage", "order"
LANES = (AUDIT, UNCERTAIN, COVERAGE, ORDER)  # a segment is in the first that takes it
RULE = "unanimous"
SHARE = 0.15  # of all segments, at least
EXPECTED = 100  # audited segments in a small corpus, as far as it has so many


@dataclass(frozen=True, slots=True)
class Plan:
    """What a default round is made from, beside the segments.

    ``mode`` is assisted or blind-first; ``model_id`` and ``codebook_version`` are frozen with the
    round, so that nothing changes under a coder's hands.
    """

    coder: str
    mode: str
    seed: int
    model_id: str | None
    codebook_version: str


def share_of(n_segments: int, least: float = SHARE) -> float:
    """Return the share of segments to audit: ``least``, raised so that about 100 are expected."""
    return min(1.0, max(least, EXPECTED / n_segments)) if n_segments else 1.0


def share_so_far(rounds: Iterable[Round], seed: int) -> float:
    """Return the largest share that was drawn with ``seed``; it may only rise."""
    settings = [settings_of(found) for found in rounds]
    return max([found["share"] for found in settings if found.get("seed") == seed], default=0.0)


def frame_of(segments: Sequence[Segment]) -> dict[str, Any]:
    """Return what a sample is drawn from: how many segments, of which roles, and their hash."""
    return {
        "n": len(segments),
        "roles": sorted({row.role for row in segments}),
        "segments": key_of(*sorted(row.segment_id for row in segments)),
    }


def draw(segments: Iterable[Segment], seed: int, share: float) -> list[Segment]:
    """Return the audit sample in the order of permanent numbers."""
    numbered = [(permanent_number(seed, segment.segment_id), segment) for segment in segments]
    found = [(number, segment) for number, segment in numbered if number < share]
    return [segment for _, segment in sorted(found, key=lambda pair: (pair[0], pair[1].segment_id))]


def reading_order(segment: Segment) -> tuple[str, int, int]:
    """Return what sorts segments as they are read."""
    return (segment.transcript_id, segment.start, segment.end)


def assign(
    segments: Sequence[Segment], plan: Plan, share: float, seen: Collection[str]
) -> list[Assignment]:
    """Return one coder's queue: the audit lots, each by transcript, then everything else in order.

    Parameters
    ----------
    segments
        Today's segments.
    plan
        The round's plan.
    share
        The probability with which each segment is in the audit sample, in (0, 1].
    seen
        Ids of segments whose suggestions the coder has seen: they cannot become blind.
    """
    sample = [row for row in draw(segments, plan.seed, share) if row.segment_id not in seen]
    audit = [row for lot in in_lots(sample) for row in sorted(lot, key=reading_order)]
    audited = {row.segment_id for row in audit}
    rest = [row for row in sorted(segments, key=reading_order) if row.segment_id not in audited]
    queue = [(row, AUDIT, share) for row in audit] + [(row, ORDER, None) for row in rest]
    return [
        Assignment(plan.coder, number, row.transcript_id, row.start, row.end, lane, probability)
        for number, (row, lane, probability) in enumerate(queue)
    ]


def default_round(
    segments: Sequence[Segment],
    plan: Plan,
    rounds: Mapping[str, Round],
    seen: Collection[str],
    now: str,
) -> Round:
    """Return the round that a coder works in when none is named: one that is there, or a new one.

    The share may only rise: it is at least that of every round drawn with the same seed.
    """
    known = {name: settings_of(found) for name, found in rounds.items()}
    share = max(share_of(len(segments)), share_so_far(rounds.values(), plan.seed))
    wanted = {
        "kind": "default",
        "coder": plan.coder,
        "mode": plan.mode,
        "lanes": [AUDIT, ORDER],
        "rule": RULE,
        "seed": plan.seed,
        "share": share,
        "lot": LOT,
        "model_id": plan.model_id,
        "codebook_version": plan.codebook_version,
        "frame": frame_of(segments),
    }
    for name in sorted(known):
        if {key: known[name].get(key) for key in wanted} == wanted:
            return rounds[name]
    left_out = [row for row in draw(segments, plan.seed, share) if row.segment_id in seen]
    settings = canonical({**wanted, "n_left_out": len(left_out)})
    return Round(settings, now, plan.coder, tuple(assign(segments, plan, share, seen)))


def settings_of(found: Round) -> dict[str, Any]:
    """Return a round's settings as a table."""
    settings: dict[str, Any] = json.loads(found.settings)
    return {"share": 0.0, **settings}


def rule_of(found: Round) -> str:
    """Return the consensus rule that is frozen with a round."""
    return str(settings_of(found).get("rule", RULE))
