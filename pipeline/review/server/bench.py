"""One coder at their bench: what they may see, and what becomes of what they do. No web.

Everything here touches the log, which belongs to one thread: see `pipeline.review.server.app`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision, Segment, Suggestion, Turn
from pipeline.core.spans import Span
from pipeline.review.desk import ASSISTED, BLIND
from pipeline.review.facts import Facts, Place, segment_id
from pipeline.review.hand import PAGE, Hand, Stamp
from pipeline.review.log.rows import utc_now
from pipeline.review.log.store import Log
from pipeline.review.progress import segments_within
from pipeline.review.seat import Seat
from pipeline.review.server.standing import states, story

MODES = (ASSISTED, BLIND)
WORD = "word"


@dataclass(frozen=True, slots=True)
class Work:
    """What a coder works on: the corpus, its facts of today, and the seat in a round.

    ``notes`` say what the coder should know of the round before going on.
    """

    corpus: Corpus
    facts: Facts
    turns: Sequence[Turn]
    seat: Seat
    notes: Sequence[str] = ()

    @property
    def coder(self) -> str:
        """Who decides."""
        return self.seat.coder

    @property
    def mode(self) -> str:
        """The round's mode."""
        return self.seat.mode


class Bench:
    """One coder, one round, one open log; use all of it from the thread that made it.

    Once suggestions were told for a place, ``pinned`` holds the work that they came from: a newer
    model changes nothing that the coder has before them.
    """

    def __init__(self, log: Log, work: Work) -> None:
        self.log = log
        self.work = work
        self.pinned: dict[Place, Work] = {}
        self._own_ids: dict[tuple[str, str], frozenset[str]] = {}
        self.by_transcript: dict[str, list[Segment]] = defaultdict(list)
        for segment in sorted(self.facts.segments.values(), key=lambda row: row.start):
            self.by_transcript[segment.transcript_id].append(segment)

    @property
    def facts(self) -> Facts:
        """What is known of today's text."""
        return self.work.facts

    @cached_property
    def _turns(self) -> dict[str, list[Turn]]:
        found: dict[str, list[Turn]] = defaultdict(list)
        for turn in sorted(self.work.turns, key=lambda row: row.start):
            found[turn.transcript_id].append(turn)
        return found

    def turns_of(self, transcript_id: str) -> Sequence[Turn]:
        """Return the turns of a transcript as they are read."""
        return self._turns.get(transcript_id, ())

    @cached_property
    def log_id(self) -> str:
        """Name of the log; what a browser keeps for one is not sent to another."""
        return self.log.meta()["log_id"]

    def done(self) -> frozenset[str]:
        """Return the ids of today's segments that the coder has signed off."""
        signed = self.log.signed_off_by(self.work.coder)
        rows = (row for name in signed for row in self.by_transcript.get(name, ()))
        return segments_within(signed, rows)

    def is_audit(self, place: Place) -> bool:
        """Whether the place is in the audit sample: no suggestion ever leaves the server for it."""
        return place in self.work.seat.audit

    def own_ids(self, transcript_id: str) -> frozenset[str]:
        """Return the ids of today's segments of a transcript that the round gives to the coder."""
        key = (self.work.seat.round_id, transcript_id)  # neither changes under a round
        if key not in self._own_ids:
            names = map(segment_id, self.work.seat.places_in(transcript_id))
            self._own_ids[key] = frozenset(name for name in names if name in self.facts.segments)
        return self._own_ids[key]

    def is_blind(self, place: Place) -> bool:
        """Whether no suggestion may leave the server for ``place`` now, asked or not."""
        if self.is_audit(place):
            return True
        return self.is_shared(place) and self.work.seat.is_blind(self.log, place)

    def is_shared(self, place: Place) -> bool:
        """Whether ``place`` is two coders' or more, or the round does not know it.

        The places of a round do not overlap: what is one coder's alone is nobody else's.
        """
        return len(self.work.seat.coders_at.get(place, ())) != 1

    def states(self, transcript_id: str) -> dict[str, dict[str, Any]]:
        """Return what stands for the coder on each segment of a transcript, by segment id."""
        where = 'WHERE "coder" = ? AND "transcript_id" = ? AND "code" IS NULL ORDER BY "seq"'
        rows = self.log.select(where, (self.work.coder, transcript_id))
        standing = self.log.standing(self.work.coder, transcript_id)
        segments = self.by_transcript[transcript_id]
        spots = [(row.start, row.end) for row in segments]
        audit = {spot for spot in spots if self.is_audit((transcript_id, *spot))}
        open_spots = [s for s in spots if s not in audit and self.is_shared((transcript_id, *s))]
        blind: frozenset[tuple[int, int]] = frozenset()
        if open_spots:
            blind = self.work.seat.blind_spots(self.log, transcript_id, open_spots)
        found = states(rows, standing, spots, blind | audit)
        return {row.segment_id: found[row.start, row.end] for row in segments}

    def states_at(self, homes: Iterable[Place]) -> dict[str, dict[str, Any]]:
        """Return what stands for the coder on some segments of one transcript, by segment id."""
        found = {}
        for place in homes:
            transcript_id, *spot = place
            rows = [row for row in self.rows_at(place) if row.code is None]
            standing = self.log.standing(self.work.coder, transcript_id, Span(*spot))
            blind = [place[1:]] if self.is_blind(place) else []
            found[segment_id(place)] = states(rows, standing, [place[1:]], blind)[place[1:]]
        return found

    def deliver(self, places: Iterable[Place]) -> dict[str, list[dict[str, Any]] | None]:
        """Return the suggestions for segments and note that they were shown; None: withheld.

        They are withheld on the audit sample, where two coders meet until this one has signed off,
        and in a blind-first round until the coder reveals.
        """
        found: dict[str, list[dict[str, Any]] | None] = {}
        with self.log.writing():
            for place in places:
                segment = self.segment(place)
                if self.is_withheld(place):
                    found[segment.segment_id] = None
                    continue
                work = self.pinned.setdefault(place, self.work)
                self.hand(place, None).show(place, self.stamp(place, "", None, None))
                items = work.facts.suggested(place)
                found[segment.segment_id] = [as_shown(item, segment) for item in items]
        return found

    def work_at(self, place: Place) -> Work:
        """Return the work that what the coder sees at ``place`` came from."""
        return self.pinned.get(place, self.work)

    def home_of(self, place: Place) -> Place:
        """Return the segment of today that ``place`` is, or is a part of.

        Raises
        ------
        InputError
            If it is neither.
        """
        transcript_id, start, end = place
        row = self.by_transcript.get(transcript_id, [])
        number = bisect_right(row, start, key=lambda segment: segment.start)
        found = row[number - 1] if number else None
        if found is None or not found.start <= start < end <= found.end:
            self.facts.segment(segment_id(place))
            return place
        return (transcript_id, found.start, found.end)

    def is_withheld(self, place: Place) -> bool:
        """Whether the coder may not see suggestions at ``place`` now."""
        if self.is_blind(place):
            return True
        if self.work.mode != BLIND:
            return False
        return not any(row.act == "reveal" for row in self.rows_at(place))

    def rows_at(self, place: Place) -> list[Decision]:
        """Return the coder's rows on exactly this place."""
        near = self.log.near(self.work.coder, *place)
        return [row for row in near if (row.start, row.end) == place[1:]]

    def history(self, place: Place) -> list[dict[str, Any]]:
        """Return the coder's own decisions on a segment and its parts, the latest first."""
        self.segment(place)
        near = self.log.near(self.work.coder, *place)
        return story(row for row in near if place[1] <= row.start and row.end <= place[2])

    def hand(self, place: Place, group_id: str | None) -> Hand:
        """Return the coder's hand on the log, for an act at ``place``.

        What the model said of a segment goes with what is decided on a part of it.
        """
        home = self.home_of(place)
        facts = self.work_at(home).facts
        if home != place:
            told = {**facts.suggestions, segment_id(place): facts.suggested(home)}
            facts = replace(facts, suggestions=told)
        return Hand(self.log, facts, self.log.coders()[self.work.coder], group_id)

    def mode_at(self, place: Place) -> str:
        """Return the mode in which the coder works at ``place``."""
        return BLIND if self.is_blind(self.home_of(place)) else self.work.mode

    def stamp(self, place: Place, name: str, at: str | None, active_ms: int | None) -> Stamp:
        """Return what goes with an act at ``place``."""
        home = self.home_of(place)
        errand = self.work_at(home).seat.errand(place)
        is_blind = self.is_blind(home)
        mode = BLIND if is_blind else self.work.mode
        return Stamp(lambda _: name, at or utc_now(), mode, PAGE, active_ms, errand, is_blind)

    def number_of(self, place: Place) -> int:
        """Return the number of a segment in its transcript, from 1."""
        row = self.by_transcript[place[0]]
        return bisect_right(row, place[1], key=lambda segment: segment.start)

    def segment(self, place: Place) -> Segment:
        """Return the segment at ``place`` (`InputError` if there is none)."""
        return self.facts.segment(segment_id(place))


def as_shown(item: Suggestion, segment: Segment) -> dict[str, Any]:
    """Return a suggestion as a coder sees it: its code and the words that speak for it, no score.

    Words of other passages that are like this one are left out: they were coded by somebody.
    """
    return {"code": item.code, "words": words_of(item, segment, sign=1)}


def words_of(item: Suggestion, segment: Segment, *, sign: int) -> list[tuple[int, int]]:
    """Return the words for (1) or against (-1) a suggestion, as a browser counts them."""
    return sorted(
        Span(found.start - segment.start, found.end - segment.start).to_utf16(segment.text)
        for found in item.evidence
        if found.reason == WORD and found.weight * sign > 0
    )
