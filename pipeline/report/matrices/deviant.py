"""Passages where people decided against a model that had not seen the interview."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from pipeline.report.audit import Basis
from pipeline.report.ratings import Rated
from pipeline.report.study import Place, Study, speaks_for

LOW, HIGH = 0.10, 0.90  # scores at which a decision against the model is surprising
MOST = 20  # a code and direction


@dataclass(frozen=True, slots=True)
class Deviant:
    """One passage and code; ``rank`` counts from the most surprising of its code and direction."""

    code: str
    place: Place
    score: float
    is_applied: bool
    rank: int


def deviant_cases(study: Study, basis: Basis) -> list[Deviant]:
    """Return codes that hold at a low score, and codes left out at a high one.

    In the order of the codes; within a code and direction by the probability that the model gave
    to what was decided, the least first.
    """
    applied = applied_codes(study, basis.rated)
    found: list[Deviant] = []
    for number, code in enumerate(basis.rated.codes):
        scores = basis.scores.values[number]
        for is_applied in (True, False):
            chance = scores if is_applied else 1 - scores
            rows = [
                n
                for n in np.flatnonzero(scores <= LOW if is_applied else scores >= HIGH).tolist()
                if decided(study, basis, n) and ((code in applied[n]) == is_applied)
            ]
            rows.sort(key=lambda n: (chance[n], n))
            for rank, n in enumerate(rows[:MOST], 1):
                segment = basis.rated.segments[n]
                place = segment.transcript_id, segment.start, segment.end
                found.append(Deviant(code, place, float(scores[n]), is_applied, rank))
    return found


def decided(study: Study, basis: Basis, row: int) -> bool:
    """Whether people finished a segment."""
    return basis.rated.segments[row].segment_id in study.finished


def applied_codes(
    study: Study, rated: Rated, coder_of: Mapping[int, str] | None = None
) -> dict[int, set[str]]:
    """Return the codes that stand on each segment, disputed ones among them.

    Parameters
    ----------
    study, rated
        The corpus and its segments.
    coder_of
        For some segments whose codes alone count; None: everybody's do, on all.
    """
    marks = defaultdict(list)
    for mark in (*study.marks, *study.disputed):
        marks[mark.place[0]].append(mark)
    found: dict[int, set[str]] = defaultdict(set)
    for number, row in enumerate(rated.segments):
        for mark in marks.get(row.transcript_id, ()):
            is_meant = coder_of is None or coder_of.get(number) in mark.coders
            if is_meant and speaks_for(mark.place[1:], (row.start, row.end)):
                found[number].add(mark.code)
    return found
