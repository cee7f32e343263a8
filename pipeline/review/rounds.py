"""Cuts a round: which segments, in which lane, go to whom. Pure, given a seed and what is known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.draw import AUDIT, LOT, in_lots
from pipeline.core.records import Segment, Suggestion
from pipeline.core.settings import RoundSettings
from pipeline.review.dealing import Dealer, Unit
from pipeline.review.lanes import coverage, uncertain
from pipeline.review.log.rows import Assignment, Round, canonical
from pipeline.review.queue import (
    COVERAGE,
    LANES,
    ORDER,
    UNCERTAIN,
    draw,
    frame_of,
    reading_order,
    share_of,
)

DRAWN = "drawn"  # the kind of a round that somebody asked for; the other is "default"


@dataclass(frozen=True, slots=True)
class Source:
    """What a round is cut from: today's segments and what the model says of them.

    ``codes`` are those that can be applied; ``is_cold`` says that scores are no probabilities.
    """

    segments: Sequence[Segment]
    seed: int
    codebook_version: str
    codes: Collection[str] = ()
    suggestions: Mapping[str, Sequence[Suggestion]] = field(default_factory=dict)
    model_id: str | None = None
    is_cold: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """What was done before: by coder, the ids of segments finished, and of those seen.

    ``sighted`` segments cannot become blind for a coder. ``n_yes`` counts segments by code,
    ``share`` is the largest that was ever drawn for the audit.
    """

    done: Mapping[str, Collection[str]] = field(default_factory=dict)
    sighted: Mapping[str, Collection[str]] = field(default_factory=dict)
    n_yes: Mapping[str, int] = field(default_factory=dict)
    share: float = 0.0

    def coders_of(self, name: str, table: Mapping[str, Collection[str]]) -> frozenset[str]:
        """Return the coders in whose part of ``table`` a segment is."""
        return frozenset(coder for coder, names in table.items() if name in names)


class Cutter:
    """Cuts one round for ``coders``."""

    def __init__(
        self, settings: RoundSettings, coders: Sequence[str], source: Source, past: Past
    ) -> None:
        self.settings = settings
        self.coders = tuple(sorted(coders))
        self.source = source
        self.past = past
        self.share = max(share_of(len(source.segments), settings.audit), past.share)
        self.n_left_out = self.n_random = 0
        self.lanes: dict[str, list[Segment]] = {name: [] for name in LANES}
        self.dealt: dict[str, tuple[str, ...]] = {}

    def cut(self, now: str, lead: str) -> Round:
        """Return the round, as ``lead`` makes it ``now``."""
        self.fill_lanes()
        for lane in LANES:
            dealer = Dealer(self.coders, self.settings.overlap, self.source.seed)
            for rows in in_lots(self.lanes[lane]) if lane == AUDIT else [self.lanes[lane]]:
                self.dealt |= self.deal(dealer, rows, lane)
        assignments = [item for coder in self.coders for item in self.queue_of(coder)]
        return Round(canonical(self.table()), now, lead, tuple(assignments))

    def fill_lanes(self) -> None:
        """Put every segment into the first lane that takes it."""
        source, past, settings = self.source, self.past, self.settings
        sample = draw(source.segments, source.seed, self.share)
        possible = [row for row in sample if self.can_be_blind(row)]
        self.n_left_out = len(sample) - len(possible)
        self.lanes[AUDIT] = possible
        pool = [row for row in self.rest() if not past.coders_of(row.segment_id, past.done)]
        scored = None if source.is_cold else settings.random_codes
        self.lanes[UNCERTAIN], self.n_random = uncertain(
            pool, source.suggestions, settings.uncertain, source.seed, scored
        )
        taken = {row.segment_id for row in self.lanes[UNCERTAIN]}
        left = [row for row in pool if row.segment_id not in taken]
        n_yes = {code: past.n_yes.get(code, 0) for code in source.codes}
        self.lanes[COVERAGE] = coverage(left, source.suggestions, n_yes, settings.coverage)
        self.lanes[ORDER] = self.rest() if settings.order else []

    def rest(self) -> list[Segment]:
        """Return what no lane has taken yet, as it is read."""
        taken = {row.segment_id for rows in self.lanes.values() for row in rows}
        rows = [row for row in self.source.segments if row.segment_id not in taken]
        return sorted(rows, key=reading_order)

    def can_be_blind(self, row: Segment) -> bool:
        """Whether there is a coder to whom nothing of the segment was shown."""
        sighted = self.past.coders_of(row.segment_id, self.past.sighted)
        return not sighted.issuperset(self.coders)

    def deal(
        self, dealer: Dealer, rows: Sequence[Segment], lane: str
    ) -> dict[str, tuple[str, ...]]:
        """Return the coders of each segment; the lane ``order`` is dealt by transcript."""
        groups: dict[str, list[Segment]] = defaultdict(list)
        for row in rows:
            groups[row.transcript_id if lane == ORDER else row.segment_id].append(row)
        found = dealer.deal(
            [self.unit(name, group, is_blind=lane == AUDIT) for name, group in groups.items()]
        )
        return {row.segment_id: found[name] for name, group in groups.items() for row in group}

    def unit(self, name: str, rows: Sequence[Segment], *, is_blind: bool) -> Unit:
        """Return ``rows`` as what is dealt together."""

        def coders(table: Mapping[str, Collection[str]]) -> frozenset[str]:
            return frozenset().union(*(self.past.coders_of(row.segment_id, table) for row in rows))

        return Unit(
            name,
            len(rows),
            kept=coders(self.past.done),
            sighted=coders(self.past.sighted),
            is_blind=is_blind,
        )

    def queue_of(self, coder: str) -> list[Assignment]:
        """Return one coder's assignments: lane by lane, audit by lot, the rest as it is read."""
        found = []
        for lane in LANES:
            lots = in_lots(self.lanes[lane]) if lane == AUDIT else [self.lanes[lane]]
            ordered = (row for lot in lots for row in sorted(lot, key=reading_order))
            found += [(row, lane) for row in ordered if coder in self.dealt[row.segment_id]]
        return [
            Assignment(
                coder,
                position,
                row.transcript_id,
                row.start,
                row.end,
                lane,
                self.share if lane == AUDIT else None,
            )
            for position, (row, lane) in enumerate(found)
        ]

    def table(self) -> dict[str, object]:
        """Return the settings as they are frozen with the round."""
        settings, source = self.settings, self.source
        return {
            "kind": DRAWN,
            "name": settings.name,
            "coders": list(self.coders),
            "mode": settings.mode,
            "lanes": [lane for lane in LANES if self.lanes[lane]],
            "rule": settings.rule,
            "overlap": settings.overlap,
            "seed": source.seed,
            "share": self.share,
            "lot": LOT,
            "random_codes": sorted(settings.random_codes),
            "second_look": settings.second_look,
            "model_id": source.model_id,
            "codebook_version": source.codebook_version,
            "frame": frame_of(source.segments),
            "n_left_out": self.n_left_out,
            "n_random": self.n_random,
        }


@dataclass(frozen=True, slots=True)
class Count:
    """How much of a lane one coder has; ``n_shared`` of it goes to a second coder, too."""

    coder: str
    lane: str
    n: int
    n_shared: int


def counts_of(assignments: Iterable[Assignment]) -> list[Count]:
    """Return how much each coder has in each lane."""
    items = list(assignments)
    coders = Counter((item.transcript_id, item.start, item.end) for item in items)
    totals: Counter[tuple[str, str]] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    for item in items:
        totals[item.coder, item.lane] += 1
        is_shared = coders[item.transcript_id, item.start, item.end] > 1
        shared[item.coder, item.lane] += is_shared
    return [
        Count(coder, lane, totals[coder, lane], shared[coder, lane])
        for coder in sorted({coder for coder, _ in totals})
        for lane in LANES
        if totals[coder, lane]
    ]
