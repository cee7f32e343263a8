"""What coders see differently: voices without names, settled by who did not code it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.core.codebook import read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.details import detail_of
from pipeline.core.errors import ReviewError
from pipeline.core.records import CodedSegment, Decision
from pipeline.core.settings import RoundSettings
from pipeline.core.tables import read_receipt, read_rows
from pipeline.review import consensus, decisions
from pipeline.review.corpus_log import add_coder
from pipeline.review.desk import ADJUDICATE, BLIND, Ask
from pipeline.review.disputes import Dispute, disputes_in, letter_of
from pipeline.review.facts import read_facts
from pipeline.review.log.store import open_log
from pipeline.review.scripted import decide_one
from pipeline.review.seating import Choice, new_round, take_seat

Drafter = Callable[..., Decision]
SPAN = "int-1:0-15"


def say(corpus: Corpus, coder: str, *asks: Ask, mode: str = BLIND, segment: str = SPAN) -> None:
    """Have somebody decide on a segment."""
    for ask in asks:
        decide_one(corpus, coder, segment, ask, mode=mode)


def settle(corpus: Corpus, coder: str, verdict: str, code: str = "work", **cells: object) -> None:
    """Have somebody settle a code."""
    reason = "different-readings" if verdict == "both" else "slip"
    ask = Ask("settle", code, None, verdict, reason, **cells)  # type: ignore[arg-type]  # a table
    say(corpus, coder, ask, mode=ADJUDICATE)


def seen_by(corpus: Corpus, coder: str, seed: int = 0) -> list[Dispute]:
    """Return what somebody may settle."""
    texts = {"int-1": "We share rooms. Nobody pays for them. 🌧 It rains, and still they come."}
    with open_log(corpus.log) as log:
        return disputes_in(log, texts, coder, seed)


def coded(corpus: Corpus) -> dict[str, tuple[str, str]]:
    """Return status and coders by code, from the log through both stages."""
    book = read_codebook(corpus.codebook(corpus.settings()))
    decisions.run(corpus.log, corpus.table("decisions"))
    consensus.run(consensus.Sources.of(corpus), corpus.table("coded_segments"), book)
    rows = read_rows(corpus.table("coded_segments"), CodedSegment)
    return {row.code: (row.status, row.coders) for row in rows}


@pytest.fixture
def split(corpus: Corpus) -> Corpus:
    """Return a corpus in which ana says work and ben does not; lea leads and has not coded."""
    add_coder(corpus, "lea", role="lead")
    say(corpus, "ana", Ask("add", "work"), Ask("memo", memo="a job"), Ask("done"))
    say(corpus, "ben", Ask("add", "weather.sun"), Ask("done"))
    return corpus


def test_voices_have_letters_and_no_names(split: Corpus) -> None:
    """Codes and memos of each coder, and nothing that says who is who."""
    [found] = seen_by(split, "lea")

    assert ("int-1", 0, 15) == found.place
    assert [("weather.sun", "open"), ("work", "open")] == [
        (question.code, question.state) for question in found.questions
    ]
    assert {"A", "B"} == {voice.name for voice in found.voices}
    said = {(tuple(sorted(v.verdicts.items())), v.memos) for v in found.voices}
    assert {
        ((("weather.sun", "no"), ("work", "yes")), ("a job",)),
        ((("weather.sun", "yes"), ("work", "no")), ()),
    } == said
    assert "ana" not in repr(found)
    assert "ben" not in repr(found)
    assert found.is_open


def test_the_order_of_voices_is_shuffled_per_span_and_stays(split: Corpus) -> None:
    """By a seed: the same each time, and not by name for all seeds."""
    orders = {tuple(v.memos for v in seen_by(split, "lea", seed)[0].voices) for seed in range(12)}

    assert 2 == len(orders)
    assert seen_by(split, "lea", 3) == seen_by(split, "lea", 3)
    assert ["A", "Z", "A2"] == [letter_of(number) for number in (0, 25, 26)]


def test_who_coded_it_does_not_settle_while_somebody_else_can(split: Corpus) -> None:
    """Neither shown nor taken; lea, who did not code it, may."""
    add_coder(split, "ana", role="lead")

    assert [] == seen_by(split, "ana")
    with pytest.raises(ReviewError, match="third person"):
        settle(split, "ana", "yes", together=("ben",))
    settle(split, "lea", "yes")


@pytest.mark.parametrize(
    ("verdict", "status"),
    [("yes", ("adjudicated", "ana")), ("both", ("adjudicated", "ana")), ("no", None)],
)
def test_a_settlement_reaches_the_coded_segments(
    split: Corpus, verdict: str, status: tuple[str, str] | None
) -> None:
    """Before: disputed. After: adjudicated; a settled no is gone, but stays among decisions."""
    assert ("disputed", "ana") == coded(split)["work"]

    settle(split, "lea", verdict)

    assert status == coded(split).get("work")
    assert ("disputed", "ben") == coded(split)["weather.sun"]
    rows = read_rows(split.table("decisions"), Decision)
    [row] = [row for row in rows if row.act == "settle"]
    assert (verdict, "lead", "adjudicate") == (detail_of(row)["verdict"], row.role, row.mode)
    assert not row.independent
    [found] = seen_by(split, "lea")
    assert [("weather.sun", "open"), ("work", "settled")] == [
        (question.code, question.state) for question in found.questions
    ]


def test_two_coders_settle_together_and_both_names_stay(corpus: Corpus) -> None:
    """With nobody else there, the one who writes names the other; results name both."""
    add_coder(corpus, "ana", role="lead")
    say(corpus, "ana", Ask("add", "work"), Ask("done"))
    say(corpus, "ben", Ask("done"))

    [found] = seen_by(corpus, "ana")
    assert ("ben",) == found.must_name
    with pytest.raises(ReviewError, match="so did ben"):
        settle(corpus, "ana", "yes")
    settle(corpus, "ana", "yes", together=found.must_name)
    with pytest.raises(ReviewError, match="this person settled work"):
        say(corpus, "ana", Ask("clear", "work"))

    assert ("adjudicated", "ana; ben") == coded(corpus)["work"]


def test_a_change_after_a_settlement_is_shown_and_changes_nothing(split: Corpus) -> None:
    """The adjudicator sees it; a memo is no change; settling again takes note of it."""
    settle(split, "lea", "yes")
    say(split, "ben", Ask("memo", memo="hm"))
    assert "settled" == seen_by(split, "lea")[0].questions[1].state

    say(split, "ana", Ask("clear", "work"))

    question = seen_by(split, "lea")[0].questions[1]
    assert ("changed", "yes", "slip") == (question.state, question.verdict, question.reason)
    assert "adjudicated" == coded(split)["work"][0]
    settle(split, "lea", "no")
    assert "settled" == seen_by(split, "lea")[0].questions[1].state


def test_nothing_is_shown_before_those_who_share_a_span_are_done(corpus: Corpus) -> None:
    """In a round with overlap others' decisions stay hidden, and one's own work comes first."""
    add_coder(corpus, "lea", role="lead")
    with open_log(corpus.log) as log:
        take_seat(log, read_facts(corpus), "lea", Choice())  # one's own round hides nothing
    new_round(corpus, RoundSettings("r", ("ana", "ben"), overlap=1.0), "lea")
    say(corpus, "ana", Ask("add", "work"), Ask("done"))
    say(corpus, "ben", Ask("add", "weather.sun"))

    assert [] == seen_by(corpus, "lea")
    say(corpus, "ben", Ask("done"))
    assert [("int-1", 0, 15)] == [dispute.place for dispute in seen_by(corpus, "lea")]


def test_each_round_has_its_own_rule(corpus: Corpus) -> None:
    """What was decided in a round goes by its rule; the rest is unanimous or disputed."""
    add_coder(corpus, "lea", role="lead")
    new_round(corpus, RoundSettings("r", ("ana", "ben"), overlap=1.0, rule="any"), "lea")
    for coder, code in (("ana", "work"), ("ben", "weather.sun")):
        say(corpus, coder, Ask("add", code), Ask("done"))
    say(corpus, "lea", Ask("done"))

    assert {"agreed"} == {status for status, _ in coded(corpus).values()}
    assert ["any"] == list(read_receipt(corpus.table("decisions")).details["rules"].values())


def test_what_was_settled_on_other_words_is_left_out(split: Corpus) -> None:
    """Disputes stand on today's text."""
    with open_log(split.log) as log:
        found = disputes_in(log, {"int-1": "Something else altogether, as long."}, "lea", 0)

    assert [] == found
