"""How far rounds have come: per lane and coder, and which lots of the audit are whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.corpus import Corpus
from pipeline.core.draw import AUDIT, permanent_number
from pipeline.core.spans import Span
from pipeline.review.facts import Place, segment_id
from pipeline.review.log.fold import DONE
from pipeline.review.log.reader import Reader
from pipeline.review.log.rows import Round
from pipeline.review.log.store import open_log
from pipeline.review.projection import covers
from pipeline.review.queue import LANES, settings_of
from pipeline.review.rounds import DRAWN
from pipeline.review.seat import is_signed, lots_of, place_of
from pipeline.review.seating import age

Signed = Mapping[tuple[str, str], Sequence[Span]]


@dataclass(frozen=True, slots=True)
class LaneTally:
    """One coder's work in one lane; ``n_open_lots`` are lots of the audit with work left in it."""

    coder: str
    lane: str
    n_assigned: int
    n_done: int
    n_left: int
    n_open_lots: int = 0


@dataclass(frozen=True, slots=True)
class RoundTally:
    """How far one round has come.

    ``n_lots`` of the audit were handed out, ``n_whole_lots`` are finished by all their coders: only
    those are random samples. ``share_reached`` is the inclusion probability that the first whole
    lots add up to, None before the first.
    """

    round_id: str
    name: str
    kind: str
    mode: str
    rule: str
    model_id: str | None
    created_at: str
    created_by: str
    lanes: tuple[LaneTally, ...]
    n_lots: int
    n_whole_lots: int
    share_reached: float | None

    @property
    def n_left(self) -> int:
        """What is still to be done by anybody."""
        return sum(lane.n_left for lane in self.lanes)


def tallies(corpus: Corpus) -> list[RoundTally]:
    """Return how far the rounds of ``corpus`` have come, the oldest first.

    All that somebody made, and of each coder's own rounds the latest.
    """
    if not corpus.log.exists():
        return []
    with open_log(corpus.log) as log:
        rounds = sorted(log.rounds().values(), key=age)
        signed = signed_by_all(log)
    last_own = {
        str(settings_of(found)["coder"]): found.round_id
        for found in rounds
        if settings_of(found)["kind"] != DRAWN
    }
    return [
        tally(found, signed)
        for found in rounds
        if settings_of(found)["kind"] == DRAWN or found.round_id in last_own.values()
    ]


def signed_by_all(log: Reader) -> Signed:
    """Return the spans that were signed off, by coder and transcript."""
    found: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for item in log.all_current():
        if item.code is None and item.verdict == DONE:
            found[item.coder, item.transcript_id].append(Span(item.start, item.end))
    return found


def tally(found: Round, signed: Signed) -> RoundTally:
    """Return how far one round has come."""
    settings = settings_of(found)
    held = covers(signed)
    left = {
        (item.coder, place_of(item))
        for item in found.assignments
        if not is_signed(held, (item.coder, item.transcript_id), place_of(item))
    }
    audit = {place_of(item) for item in found.assignments if item.lane == AUDIT}
    lots = lots_of(audit, int(settings["seed"]))
    waiting = {place for _, place in left}
    is_whole = [not waiting.intersection(lot) for lot in lots]
    n_first = next((n for n, whole in enumerate(is_whole) if not whole), len(lots))
    return RoundTally(
        found.round_id,
        str(settings.get("name", "")),
        str(settings["kind"]),
        str(settings["mode"]),
        str(settings["rule"]),
        settings["model_id"],
        found.created_at,
        found.created_by,
        tuple(lane_tallies(found, left, lots)),
        n_lots=len(lots),
        n_whole_lots=sum(is_whole),
        share_reached=share_reached(lots, n_first, found),
    )


def share_reached(lots: Sequence[Sequence[Place]], n_whole: int, found: Round) -> float | None:
    """Return the inclusion probability of the first ``n_whole`` lots together: up to the next."""
    settings = settings_of(found)
    if not n_whole:
        return None
    if n_whole == len(lots):
        return float(settings["share"])
    return min(
        permanent_number(int(settings["seed"]), segment_id(place)) for place in lots[n_whole]
    )


def lane_tallies(
    found: Round, left: set[tuple[str, Place]], lots: Sequence[Sequence[Place]]
) -> list[LaneTally]:
    """Return each coder's work, lane by lane."""
    places: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for item in found.assignments:
        places[item.coder, item.lane].append(place_of(item))
    result = []
    for coder in sorted({coder for coder, _ in places}):
        for lane in LANES:
            mine = places.get((coder, lane), [])
            n_left = sum((coder, place) in left for place in mine)
            n_open = sum(any((coder, place) in left for place in lot) for lot in lots)
            if mine:
                is_audit = lane == AUDIT
                result.append(
                    LaneTally(coder, lane, len(mine), len(mine) - n_left, n_left, n_open * is_audit)
                )
    return result
