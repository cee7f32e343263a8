"""The second look: where a confident model contradicts a coder who is done, as a question. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.core.records import Decision, Segment
from pipeline.core.spans import Span
from pipeline.core.tables import rows_by_transcript
from pipeline.review.desk import SECOND_LOOK
from pipeline.review.facts import Facts, Place
from pipeline.review.log.fold import NO, SHOWN, YES
from pipeline.review.votes import Ballot

CONFIDENT = 0.8  # where the round says nothing else


@dataclass(frozen=True, slots=True)
class Look:
    """One question: the model says yes (``is_yes``) or no to a code, the coder the opposite.

    There is no score in it: a coder weighs words, not numbers.
    """

    place: Place
    code: str
    is_yes: bool


@dataclass(frozen=True, slots=True)
class Doubter:
    """Who is asked: ``is_blind`` says where nothing may be shown to the coder yet.

    From a probability of ``confident`` a model's yes is a contradiction, and below one minus that
    its no.
    """

    coder: str
    is_blind: Callable[[Place], bool]
    confident: float = CONFIDENT

    def contradicts(self, score: float, verdict: str) -> bool:
        """Whether a model that gives ``score`` contradicts a coder's ``verdict``."""
        if verdict == NO:
            return score >= self.confident
        return verdict == YES and score <= 1 - self.confident


def second_looks(rows: Sequence[Decision], facts: Facts, doubter: Doubter) -> list[Look]:
    """Return what one coder may be asked once more, as it is read.

    Asked is only where the coder has signed off, nothing is withheld, and the same question was not
    answered before. Who was unsure, or left a suggestion open, is not contradicted.

    Parameters
    ----------
    rows
        All rows of the coder.
    facts
        Segments and suggestions of the round.
    doubter
        Who is asked, and from which score on.
    """
    told = [row for row in rows if row.act != SHOWN and row.coder == doubter.coder]
    names = sorted({segment.transcript_id for segment in facts.segments.values()})
    known = [row for row in told if row.transcript_id in names]
    by_transcript = rows_by_transcript(known, names)
    ballots = {name: Ballot(name, found) for name, found in by_transcript.items()}
    segments = sorted(facts.segments.values(), key=lambda row: (row.transcript_id, row.start))
    return [
        look
        for segment in segments
        for look in looks_at(segment, facts, ballots[segment.transcript_id], doubter)
    ]


def looks_at(segment: Segment, facts: Facts, ballot: Ballot, doubter: Doubter) -> list[Look]:
    """Return what may be asked on one segment."""
    span = Span(segment.start, segment.end)
    place = (segment.transcript_id, segment.start, segment.end)
    if not ballot.is_signed(doubter.coder, span) or doubter.is_blind(place):
        return []
    asked = {
        row.code
        for row in ballot.by_id.values()
        if row.mode == SECOND_LOOK and Span(row.start, row.end).overlaps(span)
    }
    votes = {
        item: ballot.vote(doubter.coder, span, item.code)
        for item in facts.suggested(place)
        if item.code not in asked
    }
    return [
        Look(place, item.code, is_yes=vote.verdict == NO)
        for item, vote in votes.items()
        if vote is not None and doubter.contradicts(item.score, vote.verdict)
    ]
