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
from pipeline.core.errors import BusyError, GlossatorError, ReviewError, StorageError
from pipeline.core.records import Decision, Segment, Suggestion, Turn
from pipeline.core.spans import Span
from pipeline.review.desk import ASSISTED, BLIND, Ask, View
from pipeline.review.facts import Facts, Place, segment_id
from pipeline.review.hand import PAGE, Hand, Stamp
from pipeline.review.log.rows import utc_now
from pipeline.review.log.store import ConflictError, Log
from pipeline.review.progress import segments_done
from pipeline.review.seat import Seat
from pipeline.review.server.asked import Asked, parse_asked
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
        self.by_transcript: dict[str, list[Segment]] = defaultdict(list)
        for segment in sorted(self.facts.segments.values(), key=lambda row: row.start):
            self.by_transcript[segment.transcript_id].append(segment)

    @property
    def facts(self) -> Facts:
        """What is known of today's text."""
        return self.work.facts

    @cached_property
    def log_id(self) -> str:
        """Name of the log; what a browser keeps for one is not sent to another."""
        return self.log.meta()["log_id"]

    def done(self) -> frozenset[str]:
        """Return the ids of today's segments that the coder has signed off."""
        rows = self.log.select('WHERE "coder" = ? ORDER BY "seq"', (self.work.coder,))
        found = segments_done(rows, list(self.facts.segments.values()))
        return frozenset(found.get(self.work.coder, ()))

    def is_audit(self, place: Place) -> bool:
        """Whether the place is in the audit sample: no suggestion ever leaves the server for it."""
        return place in self.work.seat.audit

    def is_own(self, place: Place) -> bool:
        """Whether the round assigns the segment at ``place`` to the coder."""
        return place in self.work.seat.by_place

    def is_blind(self, place: Place) -> bool:
        """Whether no suggestion may leave the server for ``place`` now, asked or not."""
        return self.is_audit(place) or self.work.seat.is_blind(self.log, place)

    def states(self, transcript_id: str) -> dict[str, dict[str, Any]]:
        """Return what stands for the coder on each segment of a transcript, by segment id."""
        where = 'WHERE "coder" = ? AND "transcript_id" = ? ORDER BY "seq"'
        rows = self.log.select(where, (self.work.coder, transcript_id))
        segments = self.by_transcript[transcript_id]
        spots = [(row.start, row.end) for row in segments]
        blind = self.work.seat.blind_spots(self.log, transcript_id, spots)
        audit = {spot for spot in spots if self.is_audit((transcript_id, *spot))}
        found = states(rows, spots, blind | audit)
        return {row.segment_id: found[row.start, row.end] for row in segments}

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

    def decide(self, tables: Sequence[Any]) -> dict[str, Any]:
        """Take decisions in one transaction; each gets its own answer.

        What the answers say is on disk when this returns.

        Raises
        ------
        BusyError, StorageError
            If the log does not take them; then none is taken.
        """
        answers, touched = [], set()
        with self.log.writing():
            for table in tables:
                answer = self.answer(table)
                answers.append(answer)
                if answer["transcript_id"]:
                    touched.add(answer["transcript_id"])
        return {"answers": answers, "states": {name: self.states(name) for name in sorted(touched)}}

    def answer(self, table: Any) -> dict[str, Any]:
        """Return what became of one decision."""
        name = table.get("decision_id") if isinstance(table, dict) else None
        answer = {"decision_id": name, "is_taken": True, "transcript_id": None}
        try:
            asked = parse_asked(table)
            answer["transcript_id"] = self.home_of(asked.place)[0]
            self.take(asked)
        except (BusyError, StorageError):
            raise
        except GlossatorError as error:
            answer |= {"is_taken": False, "code": error.code, "message": str(error)}
        return answer

    def take(self, asked: Asked) -> Decision:
        """Take one decision, or find that it was taken before.

        Raises
        ------
        ConflictError
            If the page saw something else than stands.
        ReviewError
            If the act may not be done.
        """
        known = self.log.find(asked.decision_id)
        if known is not None:
            return self.log.append([reworded(known, self.work.coder, asked)])[0]
        place, ask = asked.place, asked.ask
        if ask.act == "reveal" and self.is_blind(place):
            raise ReviewError(
                "reveal: this segment is coded blind, as the audit sample is and what two coders "
                "share. Decide without suggestions.",
                code="E_BLIND",
            )
        check_part(asked, self.home_of(place), self.facts.texts[place[0]])
        hand = self.hand(place, asked.group_id)
        view = hand.view(place, self.mode_at(place))
        if frozenset(view.heads(ask.code)) != asked.heads:
            standing = self.log.current(self.work.coder, *place)
            raise ConflictError(
                f"Something else was decided here meanwhile; now stands "
                f"{view.verdict(ask.code) or 'nothing'}.",
                tuple(item for item in standing if item.code == ask.code),
            )
        if ask.seen is not None:
            ask = replace(ask, seen={**ask.seen, "undecided": self.undecided(ask, place, view)})
        stamp = self.stamp(place, asked.decision_id, asked.decided_at, asked.active_ms)
        return hand.act(ask, place, stamp)

    def undecided(self, ask: Ask, place: Place, view: View) -> list[str]:
        """Return what is left open at a done: what the page says, and what it was not told.

        Suggestions of an earlier model, or by command on what is blind here, were delivered too.
        """
        told = () if self.is_withheld(place) else self.work_at(place).facts.suggested(place)
        told_codes = {item.code for item in told}
        untold = {code for code in view.delivered if code not in told_codes}
        seen = ask.seen or {}
        return sorted(
            {code for code in untold if view.verdict(code) not in SETTLED} | {*seen["undecided"]}
        )

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
        errand = self.work_at(self.home_of(place)).seat.errand(place)
        return Stamp(lambda _: name, at or utc_now(), self.mode_at(place), PAGE, active_ms, errand)

    def number_of(self, place: Place) -> int:
        """Return the number of a segment in its transcript, from 1."""
        row = self.by_transcript[place[0]]
        return bisect_right(row, place[1], key=lambda segment: segment.start)

    def segment(self, place: Place) -> Segment:
        """Return the segment at ``place`` (`InputError` if there is none)."""
        return self.facts.segment(segment_id(place))


PART_ACTS = frozenset({"add", "clear", "unsure", "undo"})


def check_part(asked: Asked, home: Place, text: str) -> None:
    """Raise `ReviewError` unless what was asked on a part of a segment stands on its very words.

    A browser counts characters in its own way; the words tell whether it counted as we do.
    """
    if asked.place == home:
        return
    _, start, end = asked.place
    if asked.ask.act not in PART_ACTS or asked.ask.code is None:
        raise ReviewError(
            f"{asked.ask.act}: a part of a segment takes codes only. Do this on the segment.",
            code="E_ACT",
        )
    if asked.quote is not None and asked.quote != text[start:end]:
        raise ReviewError(
            "The words that were chosen are not those of the transcript. Load the page again.",
            code="E_STALE",
        )


SETTLED = frozenset({"yes", "no", "unsure"})


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


def reworded(row: Decision, coder: str, asked: Asked) -> Decision:
    """Return ``row`` as it would be if ``asked`` had made it; the log refuses it if it differs."""
    transcript_id, start, end = asked.place
    return replace(
        row,
        coder=coder,
        act=asked.ask.act,
        transcript_id=transcript_id,
        start=start,
        end=end,
        code=asked.ask.code,
        memo=asked.ask.memo,
    )
