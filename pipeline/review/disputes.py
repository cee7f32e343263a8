"""What coders see differently, as an adjudicator is told it: voices without names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_uppercase

from pipeline.core.details import detail_of
from pipeline.core.draw import number_in
from pipeline.core.records import Decision
from pipeline.core.spans import Span
from pipeline.core.tables import rows_by_transcript
from pipeline.review.desk import CODING_ACTS
from pipeline.review.facts import Place
from pipeline.review.log.check import stale_quotes
from pipeline.review.log.fold import DONE, SETTLE, SHOWN, grounds
from pipeline.review.log.reader import Reader
from pipeline.review.projection import covers
from pipeline.review.queue import rule_of, settings_of
from pipeline.review.rounds import DRAWN
from pipeline.review.seat import Seat, is_signed
from pipeline.review.seating import persons
from pipeline.review.votes import ADJUDICATED, DISPUTED, Ballot, Result, Rules

OPEN, CHANGED, SETTLED = "open", "changed", "settled"


@dataclass(frozen=True, slots=True)
class Referee:
    """Who looks at what coders see differently.

    ``n_persons`` code the corpus, whose names are ``persons``; ``seed`` shuffles the voices. What
    ``hides`` says of a place: whether some coder still works there, so that it is not shown yet.
    """

    coder: str
    persons: Collection[str]
    seed: int
    hides: Callable[[Place], bool]


@dataclass(frozen=True, slots=True)
class Question:
    """One code on a span.

    ``state`` is open, settled, or changed: a coder has changed their mind since it was settled,
    which changes nothing by itself. ``verdict`` and ``reason`` are those of the settlement.
    """

    code: str
    state: str
    verdict: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Voice:
    """What one coder says on the span: yes, no or unsure by code, and their memos there."""

    name: str
    verdicts: Mapping[str, str]
    memos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dispute:
    """One span with what is asked there, and the voices, called A, B, ... in shuffled order.

    ``must_name`` are those with whom the referee settles, having coded it, too; empty for others.
    """

    place: Place
    questions: tuple[Question, ...]
    voices: tuple[Voice, ...]
    must_name: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether anything here waits for the referee."""
        return any(question.state != SETTLED for question in self.questions)


def disputes_in(log: Reader, texts: Mapping[str, str], coder: str, seed: int) -> list[Dispute]:
    """Return what ``coder`` may settle in a log, and what was settled; see `disputes`."""
    waiting = unfinished(log, coder)

    def hides(place: Place) -> bool:
        span = Span(*place[1:])
        return any(other.overlaps(span) for other in waiting.get(place[0], ()))

    rules = {name: rule_of(found) for name, found in log.rounds().items()}
    referee = Referee(coder, frozenset(persons(log)), seed, hides)
    return disputes(log.decisions(), texts, referee, rules)


def unfinished(log: Reader, coder: str) -> dict[str, list[Span]]:
    """Return where coders still work in rounds that were drawn, by transcript.

    That is what two share until both have signed it off, and what is ``coder``'s own until they
    have: nobody sees others' decisions before.
    """
    found: dict[str, list[Span]] = defaultdict(list)
    for drawn in log.rounds().values():
        if settings_of(drawn)["kind"] != DRAWN:
            continue
        seat = Seat(coder, drawn)
        coders = sorted({item.coder for item in drawn.assignments})
        transcripts = {place[0] for place in seat.coders_at}
        signed = {name: covers(log.signed_off(coders, name)) for name in transcripts}
        for place, names in seat.coders_at.items():
            left = {name for name in names if not is_signed(signed[place[0]], name, place)}
            if left and (len(names) > 1 or coder in left):
                found[place[0]].append(Span(*place[1:]))
    return found


def disputes(
    rows: Sequence[Decision], texts: Mapping[str, str], referee: Referee, rules: Rules
) -> list[Dispute]:
    """Return the spans that a referee may settle, and those that were settled, as they are read.

    Spans that the referee coded are left out while there is a person who did not code them.

    Parameters
    ----------
    rows
        All rows of the log.
    texts
        Today's texts; what stands on other words is left out.
    referee
        Who looks.
    rules
        The consensus rule of each round.
    """
    stale = {row.decision_id for row, _ in stale_quotes(rows, texts)}
    names = sorted({row.transcript_id for row in rows})
    by_transcript = rows_by_transcript([row for row in rows if row.act != SHOWN], names)
    found = []
    for name in names:
        ballot = Ballot(name, by_transcript[name], stale)
        by_span = results_by_span(ballot, rules)
        found += [dispute_at(ballot, by_span[span], referee) for span in sorted(by_span)]
    return [dispute for dispute in found if dispute is not None]


def results_by_span(ballot: Ballot, rules: Rules) -> dict[Span, list[Result]]:
    """Return all that is said on each span of a transcript on which anything is, or was, disputed.

    What was settled as a no is among it, though it holds nowhere.
    """
    results = {(r.span.start, r.span.end, r.code): r for r in ballot.results(rules=rules)}
    for key in ballot.settlements.keys() - results.keys():
        results[key] = replace(ballot.ask(key), status=ADJUDICATED)
    by_span: dict[Span, list[Result]] = defaultdict(list)
    for key in sorted(results):
        by_span[results[key].span].append(results[key])
    return {
        span: found
        for span, found in by_span.items()
        if any(result.status in {DISPUTED, ADJUDICATED} for result in found)
    }


def dispute_at(ballot: Ballot, results: Sequence[Result], referee: Referee) -> Dispute | None:
    """Return what is asked on one span, None if the referee may not look or not settle."""
    span = results[0].span
    place = (ballot.transcript_id, span.start, span.end)
    rows = list(ballot.by_id.values())
    coders = coders_of(rows, span) & {*referee.persons}
    is_own = referee.coder in coders
    if referee.hides(place) or (is_own and {*referee.persons} - coders):
        return None
    asked = [result for result in results if result.status in {DISPUTED, ADJUDICATED}]
    return Dispute(
        place,
        tuple(question(rows, place, result) for result in asked),
        voices(ballot, results, referee.seed),
        tuple(sorted(coders - {referee.coder})) if is_own else (),
    )


def coders_of(rows: Iterable[Decision], span: Span) -> set[str]:
    """Return who coded words of a span."""
    return {
        row.coder
        for row in rows
        if (row.act in CODING_ACTS or row.act == DONE) and Span(row.start, row.end).overlaps(span)
    }


def question(rows: Sequence[Decision], place: Place, result: Result) -> Question:
    """Return what is asked of one code."""
    if result.status != ADJUDICATED:
        return Question(result.code, OPEN)
    settlement = result.settlements[0]
    said = detail_of(settlement)
    saw = said.get("saw")
    now = list(grounds(rows, place, result.code))
    state = SETTLED if saw is None or saw == now else CHANGED
    return Question(result.code, state, str(said.get("verdict")), str(said.get("reason")))


def voices(ballot: Ballot, results: Sequence[Result], seed: int) -> tuple[Voice, ...]:
    """Return what each coder says on a span, in an order of its own for each span."""
    span = results[0].span
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for result in results:
        for vote in result.votes:
            found[vote.coder][result.code] = vote.verdict
    where = f"{ballot.transcript_id}:{span.start}-{span.end}"
    shuffled = sorted(found, key=lambda coder: number_in("voice", seed, f"{where} {coder}"))
    return tuple(
        Voice(letter_of(number), found[coder], memos_of(ballot, coder, span))
        for number, coder in enumerate(shuffled)
    )


def letter_of(number: int) -> str:
    """Return A, B, ..., Z, A2, B2, ..."""
    turn, place = divmod(number, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(turn + 1) if turn else "")


def memos_of(ballot: Ballot, coder: str, span: Span) -> tuple[str, ...]:
    """Return what a coder noted on a span: memos on it that stand, and those of their codes."""
    found = []
    for (name, _, start, end, _), item in sorted(ballot.standing.items(), key=str):
        if (name, start, end) == (coder, span.start, span.end):
            heads = (*item.state.memos, item.state.source)
            rows = [ballot.by_id[head] for head in heads if head in ballot.by_id]
            found += [row.memo for row in rows if row.memo and row.act != SETTLE]
    return tuple(dict.fromkeys(found))
