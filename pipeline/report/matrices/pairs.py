"""Codes that meet in a segment, and codes that follow one another in a transcript."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from pipeline.core.records import INTERVIEWER, Segment
from pipeline.report.study import Place, Study, speaks_for

MIN_EXPECTED = 5  # below, a residual promises more than it keeps


@dataclass(frozen=True, slots=True)
class Unit:
    """One segment or turn that people have judged, and the codes that hold in it."""

    transcript_id: str
    turn: int
    codes: Mapping[str, tuple[Place, ...]]


@dataclass(frozen=True, slots=True)
class Met:
    """How often two codes meet among ``n``, of which ``n_first`` and ``n_second`` have each."""

    first: str
    second: str
    n_both: int
    n_first: int
    n_second: int
    n: int
    n_transcripts: int
    places: tuple[Place, ...]

    @property
    def expected(self) -> float:
        """How often they would meet if they knew nothing of each other."""
        return self.n_first * self.n_second / self.n


class Pair(Met):
    """Two codes in one unit."""

    __slots__ = ()

    @property
    def jaccard(self) -> float | None:
        """Share of the units with either that have both; None if neither was used."""
        either = self.n_first + self.n_second - self.n_both
        return self.n_both / either if either else None

    @property
    def phi(self) -> float | None:
        """Correlation of the two codes; None if one is always or never there."""
        margins = math.prod(
            (self.n_first, self.n - self.n_first, self.n_second, self.n - self.n_second)
        )
        neither = self.n - self.n_first - self.n_second + self.n_both
        only_first, only_second = self.n_first - self.n_both, self.n_second - self.n_both
        if margins == 0:
            return None
        return (self.n_both * neither - only_first * only_second) / math.sqrt(margins)


class Step(Met):
    """A unit with the first code, followed by one with the second."""

    __slots__ = ()

    @property
    def share(self) -> float:
        """Share of what follows ``first``."""
        return self.n_both / self.n_first

    @property
    def residual(self) -> float | None:
        """Adjusted residual (Allison & Liker 1982); None where fewer than 5 are expected."""
        if self.expected < MIN_EXPECTED:
            return None
        rest = (1 - self.n_first / self.n) * (1 - self.n_second / self.n)
        return (self.n_both - self.expected) / math.sqrt(self.expected * rest) if rest else None


def units_of(study: Study) -> list[Unit]:
    """Return the segments that people finished, or that carry a code, in order of the text."""
    places = defaultdict(list)
    for mark in study.marks:
        places[mark.place[0]].append(mark)
    units = []
    for segment in sorted(study.segments, key=lambda row: (row.transcript_id, row.start)):
        codes: dict[str, list[Place]] = defaultdict(list)
        for mark in places.get(segment.transcript_id, ()):
            if speaks_for(mark.place[1:], (segment.start, segment.end)):
                codes[mark.code].append(mark.place)
        if codes or segment.segment_id in study.finished:
            units.append(unit_of(segment, codes))
    return units


def unit_of(segment: Segment, codes: Mapping[str, Sequence[Place]]) -> Unit:
    """Return a segment as a unit."""
    found = {code: tuple(sorted(places)) for code, places in sorted(codes.items())}
    return Unit(segment.transcript_id, segment.turn, found)


def runs_of(study: Study, units: Sequence[Unit]) -> list[list[Unit]]:
    """Return the judged turns of participants in runs; a turn that nobody judged ends a run."""
    judged: dict[tuple[str, int], dict[str, tuple[Place, ...]]] = defaultdict(dict)
    for unit in units:
        codes = judged[unit.transcript_id, unit.turn]
        for code, places in unit.codes.items():
            codes[code] = (*codes.get(code, ()), *places)
    spoken = {(row.transcript_id, row.turn) for row in study.segments if row.role != INTERVIEWER}
    runs: list[list[Unit]] = [[]]
    before = ""
    for transcript_id, turn in sorted(spoken):
        if transcript_id != before or (transcript_id, turn) not in judged:
            runs.append([])
        if (transcript_id, turn) in judged:
            runs[-1].append(Unit(transcript_id, turn, judged[transcript_id, turn]))
        before = transcript_id
    return [run for run in runs if run]


def pairs_of(units: Sequence[Unit], codes: Iterable[str]) -> list[Pair]:
    """Return every pair of codes, also those that never meet; a code and its ancestor are none."""
    counts = Counter(code for unit in units for code in unit.codes)
    met: dict[tuple[str, str], list[Unit]] = defaultdict(list)
    for unit in units:
        for pair in combinations(sorted(unit.codes), 2):
            met[pair].append(unit)
    found = []
    for first, second in combinations(codes, 2):
        if is_kin(first, second) or not units:
            continue
        together = met.get((min(first, second), max(first, second)), [])
        found.append(
            Pair(
                first,
                second,
                len(together),
                counts[first],
                counts[second],
                len(units),
                len({unit.transcript_id for unit in together}),
                places_of(together, first, second),
            )
        )
    return found


def is_kin(one: str, other: str) -> bool:
    """Whether one code lies above the other."""
    return one.startswith(f"{other}.") or other.startswith(f"{one}.")


def places_of(units: Iterable[Unit], *codes: str) -> tuple[Place, ...]:
    """Return the passages that carry ``codes`` in ``units``."""
    return tuple(sorted({place for unit in units for code in codes for place in unit.codes[code]}))


def steps_of(runs: Iterable[Sequence[Unit]], level: Mapping[str, str]) -> list[Step]:
    """Return which codes follow which, from turn to turn; never across transcripts.

    Parameters
    ----------
    runs
        Judged turns that follow one another in a transcript.
    level
        Code -> what it counts as: itself, or its dimension.
    """
    steps = [(lifted(one, level), lifted(two, level)) for run in runs for one, two in pairwise(run)]
    before = Counter(code for one, _ in steps for code in one.codes)
    after = Counter(code for _, two in steps for code in two.codes)
    met: dict[tuple[str, str], list[tuple[Unit, Unit]]] = defaultdict(list)
    for one, two in steps:
        for first in one.codes:
            for second in two.codes:
                met[first, second].append((one, two))
    return [
        Step(
            *pair,
            len(found),
            before[pair[0]],
            after[pair[1]],
            len(steps),
            len({one.transcript_id for one, _ in found}),
            tuple(
                sorted(
                    {p for one, two in found for p in (*one.codes[pair[0]], *two.codes[pair[1]])}
                )
            ),
        )
        for pair, found in sorted(met.items())
    ]


def lifted(unit: Unit, level: Mapping[str, str]) -> Unit:
    """Return ``unit`` with its codes counted as ``level`` says."""
    codes: dict[str, tuple[Place, ...]] = {}
    for code, places in unit.codes.items():
        name = level.get(code, code)
        codes[name] = (*codes.get(name, ()), *places)
    return Unit(unit.transcript_id, unit.turn, codes)
