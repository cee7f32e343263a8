"""How far rounds have come: only whole lots are samples, and every coder's work is counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.core.corpus import Corpus
from pipeline.core.draw import AUDIT, permanent_number
from pipeline.core.settings import RoundSettings
from pipeline.core.spans import Span
from pipeline.review.corpus_log import add_coder
from pipeline.review.desk import Ask
from pipeline.review.facts import Place, read_facts
from pipeline.review.log.rows import Assignment, Round, canonical
from pipeline.review.log.store import open_log
from pipeline.review.queue import ORDER
from pipeline.review.scripted import decide_one
from pipeline.review.seat import lots_of
from pipeline.review.seating import Choice, new_round, take_seat
from pipeline.review.tally import LaneTally, tallies, tally

PLACES = [("int-1", 10 * n, 10 * n + 9) for n in range(120)]
LOTS = lots_of(PLACES, 0)


def drawn(coders: Mapping[str, Sequence[Place]], lane: str = AUDIT) -> Round:
    """Return a round that hands places to coders."""
    items = [
        Assignment(coder, n, *place, lane, None)
        for coder, places in coders.items()
        for n, place in enumerate(places)
    ]
    settings = {
        "kind": "drawn",
        "mode": "assisted",
        "rule": "unanimous",
        "seed": 0,
        "share": 0.5,
        "model_id": None,
    }
    return Round(canonical(settings), "2026", "lea", tuple(items))


def signed(**coders: Sequence[Place]) -> dict[tuple[str, str], list[Span]]:
    """Return what coders signed off."""
    return {(name, "int-1"): [Span(p[1], p[2]) for p in found] for name, found in coders.items()}


def test_an_unfinished_audit_lot_is_no_sample() -> None:
    """A lot is whole when all its coders are done; shared work wants both of them."""
    found = drawn({"ana": PLACES, "ben": LOTS[0][:10]})

    nothing = tally(found, signed(ana=LOTS[0][:49], ben=LOTS[0][:10]))
    waiting = tally(found, signed(ana=LOTS[0]))
    whole = tally(found, signed(ana=[*LOTS[0], *LOTS[2]], ben=LOTS[0][:10]))

    assert [3, 3, 3] == [item.n_lots for item in (nothing, waiting, whole)]
    assert [0, 0, 2] == [item.n_whole_lots for item in (nothing, waiting, whole)]
    assert [None, None] == [nothing.share_reached, waiting.share_reached]
    second = min(permanent_number(0, f"{t}:{s}-{e}") for t, s, e in LOTS[1])
    assert second == whole.share_reached


def test_all_lots_together_reach_the_share_that_was_drawn() -> None:
    """Nothing is left, so the probability is that of the draw."""
    found = tally(drawn({"ana": PLACES}), signed(ana=PLACES))

    assert (0.5, 0, 3) == (found.share_reached, found.n_left, found.n_whole_lots)


def test_each_coder_has_a_line_for_each_lane() -> None:
    """Assigned, done, left, and in how many lots of the audit there is work."""
    found = tally(drawn({"ana": PLACES, "ben": LOTS[0][:10]}), signed(ana=LOTS[1]))

    assert (LaneTally("ana", AUDIT, 120, 50, 70, 2), LaneTally("ben", AUDIT, 10, 0, 10, 1)) == (
        found.lanes
    )
    assert 80 == found.n_left
    order = tally(drawn({"ana": PLACES[:5]}, ORDER), signed())
    assert ((LaneTally("ana", ORDER, 5, 0, 5, 0),), 0) == (order.lanes, order.n_lots)


def test_rounds_that_were_made_are_listed_and_ones_own_latest(corpus: Corpus) -> None:
    """A newer model leaves a coder's earlier own round behind; made rounds stay."""
    assert [] == tallies(Corpus(corpus.root, "nobody"))
    add_coder(corpus, "lea", role="lead")
    facts = read_facts(corpus)
    with open_log(corpus.log) as log:
        for seed in (1, 2):
            take_seat(log, facts, "ben", Choice(seed=seed))
    made = new_round(corpus, RoundSettings("r", ("ana",)), "lea")
    decide_one(corpus, "ana", "int-1:0-15", Ask("done"))

    own, drawn_one = sorted(tallies(corpus), key=lambda item: item.kind)

    assert ("default", "ben", 4) == (own.kind, own.created_by, own.n_left)
    assert (made.round_id, "r", 3) == (drawn_one.round_id, drawn_one.name, drawn_one.n_left)
