"""One coder at their bench: what they may see, and what becomes of what they do. No web.

Everything here touches the log, which belongs to one thread: see `pipeline.review.server.app`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from pipeline.core.corpus import Corpus
from pipeline.core.errors import BusyError, GlossatorError, InputError, ReviewError, StorageError
from pipeline.core.records import Decision, Segment, Suggestion, Turn
from pipeline.core.spans import Span
from pipeline.core.tables import read_rows
from pipeline.review.desk import ASSISTED, BLIND, Ask, View
from pipeline.review.facts import Facts, Place, read_facts, segment_id
from pipeline.review.hand import PAGE, Errand, Hand, Stamp
from pipeline.review.log.fold import SHOWN
from pipeline.review.log.rows import Assignment, utc_now
from pipeline.review.log.store import ConflictError, Log, open_log, unknown_coder
from pipeline.review.progress import segments_done
from pipeline.review.queue import AUDIT, Plan, default_round, in_lots
from pipeline.review.server.asked import Asked, parse_asked
from pipeline.review.server.standing import states, story

MODES = (ASSISTED, BLIND)
WORD = "word"


@dataclass(frozen=True, slots=True)
class Work:
    """What a coder works on: the corpus, its facts of today, and the round's assignments."""

    corpus: Corpus
    facts: Facts
    turns: Sequence[Turn]
    coder: str
    mode: str
    round_id: str
    assignments: Sequence[Assignment]


class Bench:
    """One coder, one round, one open log; use all of it from the thread that made it."""

    def __init__(self, log: Log, work: Work) -> None:
        self.log = log
        self.work = work
        self.facts = work.facts
        self.by_place = {
            (item.transcript_id, item.start, item.end): item for item in work.assignments
        }
        self.by_transcript: dict[str, list[Segment]] = defaultdict(list)
        for segment in sorted(self.facts.segments.values(), key=lambda row: row.start):
            self.by_transcript[segment.transcript_id].append(segment)

    @cached_property
    def log_id(self) -> str:
        """Name of the log; what a browser keeps for one is not sent to another."""
        return self.log.meta()["log_id"]

    @cached_property
    def lots(self) -> list[list[Place]]:
        """The audit sample as it is handed out."""
        audit = [item for item in self.work.assignments if item.lane == AUDIT]
        places = [(item.transcript_id, item.start, item.end) for item in audit]
        return [list(lot) for lot in in_lots(places)]

    def done(self) -> frozenset[str]:
        """Return the ids of today's segments that the coder has signed off."""
        rows = self.log.select('WHERE "coder" = ? ORDER BY "seq"', (self.work.coder,))
        found = segments_done(rows, list(self.facts.segments.values()))
        return frozenset(found.get(self.work.coder, ()))

    def is_audit(self, place: Place) -> bool:
        """Whether the place is in the audit sample: no suggestion ever leaves the server for it."""
        found = self.by_place.get(place)
        return found is not None and found.lane == AUDIT

    def states(self, transcript_id: str) -> dict[str, dict[str, Any]]:
        """Return what stands for the coder on each segment of a transcript, by segment id."""
        where = 'WHERE "coder" = ? AND "transcript_id" = ? ORDER BY "seq"'
        rows = self.log.select(where, (self.work.coder, transcript_id))
        segments = self.by_transcript[transcript_id]
        spots = [(row.start, row.end) for row in segments]
        blind = [spot for spot in spots if self.is_audit((transcript_id, *spot))]
        found = states(rows, spots, blind)
        return {row.segment_id: found[row.start, row.end] for row in segments}

    def deliver(self, places: Iterable[Place]) -> dict[str, list[dict[str, Any]] | None]:
        """Return the suggestions for segments and note that they were shown; None: withheld.

        They are withheld on the audit sample, and in a blind-first round until the coder reveals.
        """
        hand = self.hand(None)
        found: dict[str, list[dict[str, Any]] | None] = {}
        with self.log.writing():
            for place in places:
                segment = self.segment(place)
                if self.is_withheld(place):
                    found[segment.segment_id] = None
                    continue
                hand.show(place, self.stamp(place, "", None, None))
                items = self.facts.suggested(place)
                found[segment.segment_id] = [as_shown(item, segment) for item in items]
        return found

    def is_withheld(self, place: Place) -> bool:
        """Whether the coder may not see suggestions at ``place`` now."""
        if self.is_audit(place):
            return True
        if self.work.mode != BLIND:
            return False
        return not any(row.act == "reveal" for row in self.rows_at(place))

    def rows_at(self, place: Place) -> list[Decision]:
        """Return the coder's rows on exactly this place."""
        near = self.log.near(self.work.coder, *place)
        return [row for row in near if (row.start, row.end) == place[1:]]

    def history(self, place: Place) -> list[dict[str, Any]]:
        """Return the coder's own decisions on a segment, the latest first."""
        return story(self.rows_at(self.known(place)))

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
            answer["transcript_id"] = self.known(asked.place)[0]
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
        if ask.act == "reveal" and self.is_audit(place):
            raise ReviewError(
                "reveal: this segment is in the audit sample, which stays blind. "
                "Decide without suggestions.",
                code="E_BLIND",
            )
        hand = self.hand(asked.group_id)
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
        told = () if self.is_withheld(place) else self.facts.suggested(place)
        told_codes = {item.code for item in told}
        untold = {code for code in view.delivered if code not in told_codes}
        seen = ask.seen or {}
        return sorted(
            {code for code in untold if view.verdict(code) not in SETTLED} | {*seen["undecided"]}
        )

    def hand(self, group_id: str | None) -> Hand:
        """Return the coder's hand on the log."""
        return Hand(self.log, self.facts, self.log.coders()[self.work.coder], group_id)

    def mode_at(self, place: Place) -> str:
        """Return the mode in which the coder works at ``place``."""
        return BLIND if self.is_audit(place) else self.work.mode

    def stamp(self, place: Place, name: str, at: str | None, active_ms: int | None) -> Stamp:
        """Return what goes with an act at ``place``."""
        found = self.by_place[place]
        errand = Errand(self.work.round_id, found.lane, found.inclusion_probability)
        return Stamp(lambda _: name, at or utc_now(), self.mode_at(place), PAGE, active_ms, errand)

    def known(self, place: Place) -> Place:
        """Return ``place`` if it is a segment of today (`InputError` if not)."""
        self.facts.segment(segment_id(place))
        return place

    def segment(self, place: Place) -> Segment:
        """Return the segment at ``place`` (`InputError` if there is none)."""
        return self.facts.segment(segment_id(place))


SETTLED = frozenset({"yes", "no", "unsure"})


def as_shown(item: Suggestion, segment: Segment) -> dict[str, Any]:
    """Return a suggestion as a coder sees it: its code and the words that speak for it, no score.

    Words of other passages that are like this one are left out: they were coded by somebody.
    """
    words = [
        Span(found.start - segment.start, found.end - segment.start).to_utf16(segment.text)
        for found in item.evidence
        if found.reason == WORD and found.weight > 0
    ]
    return {"code": item.code, "words": sorted(words)}


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


def open_bench(corpus: Corpus, coder: str, mode: str) -> Bench:
    """Return the bench of a coder, with the default round written down.

    Raises
    ------
    ReviewError
        If nobody added the coder, or it is a program.
    InputError
        If there are no segments yet.
    """
    check_corpus(corpus)
    facts = read_facts(corpus)
    turns = read_rows(corpus.table("turns"), Turn)
    if not corpus.log.exists():
        raise unknown_coder(coder, ())
    log = open_log(corpus.log)
    try:
        check_coder(log, coder)
        with log.writing():
            plan = Plan(
                coder, mode, corpus.settings().seed, facts.model_id, facts.codebook.version_id
            )
            segments = list(facts.segments.values())
            seen = shown_to(log, coder, segments)
            found = default_round(segments, plan, log.rounds(), seen, utc_now())
            name = log.add_round(found)
    except BaseException:
        log.close()
        raise
    return Bench(log, Work(corpus, facts, turns, coder, mode, name, found.assignments))


def check_corpus(corpus: Corpus) -> None:
    """Raise `InputError` unless the corpus is cut into segments."""
    if not corpus.table("segments").exists():
        raise InputError(
            f"{corpus.name}: there is nothing to review yet. Type 'glossator run {corpus.name}'.",
            code="E_NO_SEGMENTS",
        )


def check_coder(log: Log, coder: str) -> None:
    """Raise `ReviewError` unless ``coder`` is a person who may decide."""
    found = log.coders().get(coder)
    if found is None:
        raise unknown_coder(coder, log.coders())
    if found.kind != "person":
        raise ReviewError(
            f"{coder}: is a program; the page is for people. Use 'glossator decide --from FILE'.",
            code="E_CODER",
        )


def shown_to(log: Log, coder: str, segments: Sequence[Segment]) -> frozenset[str]:
    """Return the ids of segments of whose words any suggestion was ever delivered to the coder."""
    spans: dict[str, list[Span]] = defaultdict(list)
    seen = log.select(
        'WHERE "coder" = ? AND ("act" = ? OR "suggestion_visible" = 1)', (coder, SHOWN)
    )
    for row in seen:
        spans[row.transcript_id].append(Span(row.start, row.end))
    return frozenset(
        segment.segment_id
        for segment in segments
        if any(
            span.overlaps(Span(segment.start, segment.end)) for span in spans[segment.transcript_id]
        )
    )
