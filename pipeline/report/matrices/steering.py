"""Blind segments against assisted ones, where chance decided which was which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from pipeline.core.draw import AUDIT, permanent_number
from pipeline.core.records import Decision
from pipeline.report.matrices.deviant import applied_codes
from pipeline.report.ratings import Rated
from pipeline.report.study import Study
from pipeline.stats.influence import Trial

Array = np.ndarray[Any, Any]

ASSISTED = "assisted"
NOT_RANDOM = (
    "Influence is not told: no segments were given at random to blind and assisted coding, so that "
    "a difference could come from the choice of segments. A round with an audit sample in assisted "
    "mode does that: what is drawn is coded blind, the rest with suggestions."
)


def trial_of(study: Study, rated: Rated) -> tuple[Trial | None, str]:
    """Return the segments that chance made blind or assisted, or why there are none.

    In a round with suggestions the audit sample is blind and everything else assisted; so chance
    decided on each segment, with the probability that audited decisions carry.
    """
    dones = first_dones(study)
    shares = {
        row.inclusion_probability
        for row in dones.values()
        if row.lane == AUDIT and row.inclusion_probability is not None
    }
    share = max(shares, default=1.0)
    if not 0 < share < 1:
        return None, NOT_RANDOM
    coder_of: dict[int, str] = {}
    assisted, probability = [], []
    for number, segment in enumerate(rated.segments):
        done = dones.get((segment.transcript_id, segment.start, segment.end))
        if done is None:
            continue
        is_drawn = permanent_number(study.settings.seed, segment.segment_id) < share
        is_blind = done.independent and done.lane == AUDIT
        is_aided = done.mode == ASSISTED and done.lane != AUDIT and done.suggestion_visible
        if (is_blind and is_drawn) or (is_aided and not is_drawn):
            coder_of[number] = done.coder
            assisted.append(is_aided)
            probability.append(1 - share if is_aided else share)
    if not any(assisted) or all(assisted):
        return None, NOT_RANDOM
    rows = list(coder_of)
    suggested = {
        row: study.suggested.get("codes", {}).get(rated.segments[row].segment_id, ())
        for row in rows
    }
    return (
        Trial(
            as_array(applied_codes(study, rated, coder_of), rated, rows).astype(float),
            as_array(suggested, rated, rows),
            np.array(assisted),
            np.array(probability),
            rated.interview[rows],
        ),
        "",
    )


def first_dones(study: Study) -> Mapping[tuple[str, int, int], Decision]:
    """Return the first completion of each span by a person."""
    found: dict[tuple[str, int, int], Decision] = {}
    for row in sorted(study.decisions, key=lambda row: row.seq):
        if row.act == "done" and row.coder not in study.scripts:
            found.setdefault((row.transcript_id, row.start, row.end), row)
    return found


def as_array(codes: Mapping[int, Collection[str]], rated: Rated, rows: Sequence[int]) -> Array:
    """Return (codes, rows): whether a segment is among those of a code."""
    return np.array([[code in codes.get(row, ()) for row in rows] for code in rated.codes])
