"""Opens the bench of a coder: who they are, what there is to review, and the round they work in."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline.core.corpus import Corpus
from pipeline.core.records import Turn
from pipeline.core.tables import read_rows
from pipeline.review.facts import Facts, read_facts, segments_of
from pipeline.review.log.store import Log, open_log, unknown_coder
from pipeline.review.rounds import DRAWN
from pipeline.review.seating import DEFAULT, Choice, facts_in_round, notes_on, take_seat
from pipeline.review.server.bench import Bench, Work


@dataclass(frozen=True, slots=True)
class Sitting:
    """Who wants to work, and in which round."""

    coder: str
    choice: Choice


def open_bench(corpus: Corpus, coder: str, choice: Choice) -> Bench:
    """Return the bench of a coder in a round.

    Raises
    ------
    ReviewError
        If nobody added the coder, it is a program, or there is no such round for them.
    InputError
        If there are no segments yet.
    """
    today = read_facts(corpus)
    segments_of(today, corpus.name)
    if not corpus.log.exists():
        raise unknown_coder(coder, ())
    log = open_log(corpus.log)
    try:
        return Bench(log, work_of(log, corpus, today, Sitting(coder, choice)))
    except BaseException:
        log.close()
        raise


def work_of(log: Log, corpus: Corpus, today: Facts, sitting: Sitting) -> Work:
    """Return what the coder works on, with the suggestions that belong to the round."""
    choice = replace(sitting.choice, seed=corpus.settings().seed)
    seat = take_seat(log, today, sitting.coder, choice)
    facts = facts_in_round(corpus, today, seat)
    turns = read_rows(corpus.table("turns"), Turn)
    return Work(corpus, facts, turns, seat, notes_on(facts, today, seat))


def renew(bench: Bench) -> bool:
    """Take up today's suggestions where the coder has not looked yet; whether there is a change.

    A round that was drawn keeps the model that it began with. A coder's own default round gives
    way to the next one; what was told of a segment before stays as it was.
    """
    work = bench.work
    today = read_facts(work.corpus)
    is_frozen = work.seat.settings["kind"] == DRAWN
    is_cut_anew = today.segments.keys() != work.facts.segments.keys()
    if is_frozen or is_cut_anew or today.model_id == work.seat.model_id:
        return False
    sitting = Sitting(work.coder, Choice(work.mode, wanted=DEFAULT))
    bench.work = work_of(bench.log, work.corpus, today, sitting)
    return True
