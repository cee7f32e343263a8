"""Where one coder sits in a round: what is theirs, and what they may not see yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from pipeline.core.draw import AUDIT, in_lots, permanent_number
from pipeline.core.spans import Span
from pipeline.review.desk import BLIND
from pipeline.review.facts import Place, segment_id
from pipeline.review.hand import Errand
from pipeline.review.log.reader import Reader
from pipeline.review.log.rows import Assignment, Round
from pipeline.review.projection import NOWHERE, Cover, Key, covers, relation
from pipeline.review.queue import settings_of

Spot = tuple[int, int]
Signed = Mapping[str, Cover]


class Seat:
    """One coder in one round; what it says of blindness is read from the log at each question.

    Attributes
    ----------
    assignments
        The coder's own, in the order in which they are to be done.
    settings
        The round's, as they were frozen.
    """

    def __init__(self, coder: str, found: Round) -> None:
        self.coder = coder
        self.round_id = found.round_id
        self.settings: Mapping[str, Any] = settings_of(found)
        self.everybody = found.assignments
        mine = [item for item in found.assignments if item.coder == coder]
        self.assignments = tuple(sorted(mine, key=lambda item: item.position))

    @property
    def mode(self) -> str:
        """The round's mode: assisted or blind-first."""
        return str(self.settings["mode"])

    @property
    def model_id(self) -> str | None:
        """The model whose suggestions belong to the round, None if there were none."""
        found = self.settings["model_id"]
        return None if found is None else str(found)

    @cached_property
    def by_place(self) -> dict[Place, Assignment]:
        """The coder's own assignments."""
        return {place_of(item): item for item in self.assignments}

    @cached_property
    def coders_at(self) -> dict[Place, frozenset[str]]:
        """Who codes each place of the round."""
        found: dict[Place, set[str]] = defaultdict(set)
        for item in self.everybody:
            found[place_of(item)].add(item.coder)
        return {place: frozenset(coders) for place, coders in found.items()}

    @cached_property
    def audit(self) -> frozenset[Place]:
        """The places of the audit sample, whoever codes them."""
        return frozenset(place_of(item) for item in self.everybody if item.lane == AUDIT)

    @cached_property
    def lots(self) -> list[list[Place]]:
        """The coder's share of each lot of the audit sample, in order; see `lots_of`."""
        mine = {place: number for number, place in enumerate(self.by_place)}
        lots = lots_of(self.audit, int(self.settings["seed"]))
        own = (sorted((p for p in lot if p in mine), key=mine.__getitem__) for lot in lots)
        return [lot for lot in own if lot]

    @cached_property
    def _shared(self) -> dict[str, list[Place]]:
        """Places that are withheld from somebody at first, by transcript."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place, coders in self.coders_at.items():
            if place in self.audit or len(coders) > 1:
                found[place[0]].append(place)
        return found

    @cached_property
    def _own(self) -> dict[str, list[Assignment]]:
        found: dict[str, list[Assignment]] = defaultdict(list)
        for item in self.assignments:
            found[item.transcript_id].append(item)
        return found

    def places_in(self, transcript_id: str) -> list[Place]:
        """Return the coder's own places in a transcript, in the order of work."""
        return [place_of(item) for item in self._own.get(transcript_id, ())]

    def assignment(self, place: Place) -> Assignment | None:
        """Return the coder's assignment that ``place`` is, or is a part of; None if it is neither.

        A round is a plan, not a lock: coders may decide elsewhere, but outside the round.
        """
        if place in self.by_place:
            return self.by_place[place]
        target = Span(*place[1:])
        around = (item for item in self._own.get(place[0], ()) if holds(item, target))
        return next(around, None)

    def lane(self, place: Place) -> str | None:
        """Return the lane in which the coder has ``place``, None if it is not theirs."""
        found = self.assignment(place)
        return None if found is None else found.lane

    def errand(self, place: Place) -> Errand:
        """Return what the log notes of the assignment; nothing where the round assigned nothing."""
        found = self.assignment(place)
        if found is None:
            return Errand()
        return Errand(self.round_id, found.lane, found.inclusion_probability)

    def is_blind(self, log: Reader, place: Place) -> bool:
        """Whether no suggestion may be delivered to the coder at ``place`` now, asked or not.

        In the audit sample until all its coders have signed off; where two coders meet, until this
        one has. A place that shares words with such a place is blind as well.
        """
        return bool(self.blind_spots(log, place[0], [place[1:]]))

    def blind_spots(
        self, log: Reader, transcript_id: str, spots: Iterable[Spot]
    ) -> frozenset[Spot]:
        """Return those of ``spots`` in a transcript that are blind; see `is_blind`."""
        places = self._shared.get(transcript_id, ())
        coders = frozenset().union(*(self.coders_at[place] for place in places))
        signed = covers(log.signed_off(sorted(coders), transcript_id)) if places else {}
        held = Cover(Span(*place[1:]) for place in places if self._is_held(place, signed))
        return frozenset(spot for spot in spots if held.touches(Span(*spot)))

    def _is_held(self, place: Place, signed: Signed) -> bool:
        coders = self.coders_at[place]
        if place in self.audit or self.coder not in coders:
            return not all(is_signed(signed, coder, place) for coder in coders)
        return not is_signed(signed, self.coder, place)

    def mode_at(self, log: Reader, place: Place) -> str:
        """Return the mode in which the coder decides at ``place`` now."""
        return BLIND if self.is_blind(log, place) else self.mode

    def sees_others(self, log: Reader, place: Place) -> bool:
        """Whether others' decisions at ``place`` may be shown: all its coders have signed off."""
        around = [
            other for other in self.coders_at if other[0] == place[0] and is_near(other, place)
        ]
        coders = frozenset().union(*(self.coders_at[other] for other in around))
        signed = covers(log.signed_off(sorted(coders), place[0])) if coders else {}
        return all(
            is_signed(signed, coder, other) for other in around for coder in self.coders_at[other]
        )


def place_of(item: Assignment) -> Place:
    """Return where an assignment lies."""
    return (item.transcript_id, item.start, item.end)


def holds(item: Assignment, target: Span) -> bool:
    """Whether an assignment holds all of a span."""
    return relation(Span(item.start, item.end), target) == "around"


def is_near(one: Place, other: Place) -> bool:
    """Whether two places of one transcript share a character."""
    return Span(*one[1:]).overlaps(Span(*other[1:]))


def is_signed(signed: Mapping[Key, Cover], key: Key, place: Place) -> bool:
    """Whether a span that was signed off under ``key`` is ``place`` or holds it."""
    return signed.get(key, NOWHERE).holds(Span(*place[1:]))


def lots_of(audit: Iterable[Place], seed: int) -> list[list[Place]]:
    """Return the audit sample of a round in lots by rising permanent number.

    Only a lot that all its coders have finished is a random sample.
    """
    places = sorted(audit, key=lambda place: (permanent_number(seed, segment_id(place)), place))
    return [list(lot) for lot in in_lots(places)]
