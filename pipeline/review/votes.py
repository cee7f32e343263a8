"""What coders say of a code on a span, and what follows: status and origin. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.details import detail_of, undecided
from pipeline.core.records import Decision
from pipeline.core.spans import Span
from pipeline.review.desk import BOTH, LEAD
from pipeline.review.log.fold import (
    DONE,
    NO,
    SETTLE,
    UNSURE,
    YES,
    Standing,
    fold,
    in_order,
    overtakes,
    thread_of,
)
from pipeline.review.projection import Placed, project, relation

SINGLE, AGREED, DISPUTED, ADJUDICATED = "single", "agreed", "disputed", "adjudicated"
PERSON, ACCEPTED, IMPORTED = "person", "accepted-suggestion", "imported"
YES_ACTS = frozenset({"accept", "add"})
Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Vote:
    """What one coder says: yes, no or unsure; ``rows`` are the decisions that say so."""

    coder: str
    role: str
    verdict: str
    rows: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one code on one span.

    ``votes`` are all that were cast, ``settlements`` the decisions of adjudicators that stand.
    """

    span: Span
    code: str
    status: str
    votes: tuple[Vote, ...]
    settlements: tuple[Decision, ...] = ()

    @property
    def coders(self) -> list[str]:
        """Who said yes; who settled it where nobody did."""
        return [vote.coder for vote in self.votes if vote.verdict == YES] or self.settlers

    @property
    def settlers(self) -> list[str]:
        """Who settled it, and with whom."""
        return sorted({name for row in self.settlements for name in settlers_of(row)})


def unanimous(votes: Sequence[Vote]) -> bool:
    """Whether all say yes."""
    return all(vote.verdict == YES for vote in votes)


def majority(votes: Sequence[Vote]) -> bool:
    """Whether more than half say yes."""
    return 2 * sum(vote.verdict == YES for vote in votes) > len(votes)


def any_yes(votes: Sequence[Vote]) -> bool:
    """Whether somebody says yes."""
    return any(vote.verdict == YES for vote in votes)


def by_lead(votes: Sequence[Vote]) -> bool:
    """Whether all leads who voted say yes; unanimous where none did."""
    return unanimous([vote for vote in votes if vote.role == LEAD] or votes)


RULES: Mapping[str, Callable[[Sequence[Vote]], bool]] = {
    "unanimous": unanimous,
    "majority": majority,
    "any": any_yes,
    "lead": by_lead,
}


UNANIMOUS = "unanimous"
Rules = Mapping[str, str]  # by round
NO_ROUNDS: Rules = {}


def status_of(votes: Sequence[Vote], settled: Iterable[str], rule: str = UNANIMOUS) -> str | None:
    """Return the status of a code on a span, None if it does not hold there.

    Parameters
    ----------
    votes
        Yes, no and unsure; unsure counts as not having voted.
    settled
        Verdicts of the settlements that stand: yes, no, both.
    rule
        A key of `RULES`.
    """
    verdicts = set(settled)
    if len(verdicts) > 1:
        return DISPUTED
    if verdicts:
        return None if verdicts == {NO} else ADJUDICATED
    cast = [vote for vote in votes if vote.verdict != UNSURE]
    if not any_yes(cast):
        return None
    if len(cast) == 1:
        return SINGLE
    return AGREED if RULES[rule](cast) else DISPUTED


class Ballot:
    """The decisions on one transcript, as votes on any span of it.

    Parameters
    ----------
    transcript_id, rows
        The transcript and all decisions on it.
    stale
        Ids of those that do not stand on today's text; a thread that comes to one of them has no
        vote and goes to ``left_out``.
    """

    def __init__(
        self, transcript_id: str, rows: Sequence[Decision], stale: Collection[str] = ()
    ) -> None:
        self.transcript_id = transcript_id
        self.stale = stale
        self.left_out: list[Decision] = []
        self.by_id = {row.decision_id: row for row in rows}
        self.standing = fold(rows)
        self._rows: dict[object, list[Decision]] = defaultdict(list)
        for row in rows:
            self._rows[thread_of(row)].append(row)
        self._on_code: dict[tuple[str, str], list[tuple[Placed, Decision]]] = defaultdict(list)
        self._dones: dict[str, list[tuple[Span, Decision]]] = defaultdict(list)
        self.settlements: dict[Key, list[Decision]] = defaultdict(list)
        for item in self.standing.values():
            self._take(item)

    def _take(self, item: Standing) -> None:
        coder, _, start, end, code = item.thread
        source = self.by_id.get(item.state.source or "")
        if source is not None and source.decision_id in self.stale:
            self.left_out.append(source)
        elif code is None:
            if item.verdict == DONE and source is not None:
                self._dones[coder].append((Span(start, end), source))
        elif source is not None and source.act == SETTLE:
            self.settlements[start, end, code].append(source)
        else:
            head = source or self.by_id[item.heads[0]]
            self._on_code[coder, code].append((Placed(Span(start, end), item.verdict), head))

    def results(self, rule: str = UNANIMOUS, rules: Rules = NO_ROUNDS) -> list[Result]:
        """Return every code that holds on a span, in order of the text.

        Parameters
        ----------
        rule
            A key of `RULES`, for what was decided outside rounds.
        rules
            That of each round; where rounds of different rules meet, all must say yes.
        """
        keys = {
            (placed.span.start, placed.span.end, code)
            for (_, code), items in self._on_code.items()
            for placed, _ in items
            if placed.verdict == YES
        }
        found = (self.result(key, rule, rules) for key in sorted(keys | self.settlements.keys()))
        return [result for result in found if result is not None]

    def result(self, key: Key, rule: str, rules: Rules = NO_ROUNDS) -> Result | None:
        """Return what became of a code on a span, None if it does not hold there."""
        found = self.ask(key)
        verdicts = [str(detail_of(row).get("verdict", BOTH)) for row in found.settlements]
        rounds = {row.round_id for vote in found.votes for row in vote.rows}
        named = {rules.get(name or "", rule) for name in rounds} or {rule}
        status = status_of(found.votes, verdicts, min(named) if len(named) == 1 else UNANIMOUS)
        return None if status is None else replace(found, status=status)

    def ask(self, key: Key) -> Result:
        """Return who says what of a code on a span, whether it holds there or not."""
        span, code = Span(key[0], key[1]), key[2]
        settlements = tuple(self.settlements.get(key, ()))
        return Result(span, code, "", self.votes(span, code), settlements)

    def votes(self, span: Span, code: str) -> tuple[Vote, ...]:
        """Return what each coder says of ``code`` on ``span``; who says nothing has no vote."""
        coders = sorted({coder for coder, _ in self._on_code} | self._dones.keys())
        found = (self.vote(coder, span, code) for coder in coders)
        return tuple(vote for vote in found if vote is not None)

    def is_signed(self, coder: str, span: Span) -> bool:
        """Whether a coder has signed off ``span``, or a span that holds it."""
        places = (place for place, _ in self._dones.get(coder, ()))
        return any(relation(place, span) in {"equal", "around"} for place in places)

    def vote(self, coder: str, span: Span, code: str) -> Vote | None:
        """Return what one coder says of ``code`` on ``span``, None if nothing."""
        said = [
            item for item in self._on_code.get((coder, code), ()) if item[0].span.overlaps(span)
        ]
        dones = [
            (Placed(place, DONE), row)
            for place, row in self._dones.get(coder, ())
            if place.overlaps(span) and code not in undecided(row)
        ]
        verdict = project(span, [placed for placed, _ in (*said, *dones)])
        if verdict not in {YES, NO, UNSURE}:
            return None
        rows = [
            row
            for placed, row in said
            if placed.verdict == verdict and relation(placed.span, span) in {"equal", "inside"}
        ]
        role = (rows or [row for _, row in (*said, *dones)])[0].role
        return Vote(coder, role, verdict, tuple(sorted(rows, key=lambda row: (row.start, row.end))))

    def origin(self, votes: Sequence[Vote]) -> str:
        """Return how a code came to be: by a person as soon as one said yes unaided."""
        origins = {
            origin_of(self._rows[thread_of(row)])
            for vote in votes
            if vote.verdict == YES
            for row in vote.rows
        }
        if not origins or PERSON in origins:
            return PERSON
        return ACCEPTED if ACCEPTED in origins else IMPORTED

    def memos(self, result: Result) -> str | None:
        """Return the memos of those who said yes or settled, on the code and on the span."""
        rows = [row for vote in result.votes if vote.verdict == YES for row in vote.rows]
        found = [row.memo for row in (*rows, *result.settlements)]
        for row in rows:
            standing = self.standing.get((*thread_of(row)[:-1], None))
            memos = standing.state.memos if standing else ()
            found += [self.by_id[name].memo for name in memos]
        return "\n".join(dict.fromkeys(memo for memo in found if memo)) or None


def settlers_of(row: Decision) -> set[str]:
    """Return who made a settlement: its coder, and those named with them."""
    found = detail_of(row).get("together")
    return {row.coder, *(map(str, found) if isinstance(found, list) else ())}


def origin_of(thread: Sequence[Decision]) -> str:
    """Return how a coder who says yes came to it: by what was visible at the thread's first yes."""
    rows = {row.decision_id: row for row in sorted(thread, key=lambda row: row.decision_id)}
    order = in_order({name: overtakes(row) & rows.keys() for name, row in rows.items()})
    first = next(rows[name] for name in order if rows[name].act in YES_ACTS)
    if first.surface == "import":
        return IMPORTED
    is_aided = first.act == "accept" or (first.suggestion_visible and first.score is not None)
    return ACCEPTED if is_aided else PERSON
