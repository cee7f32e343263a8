"""The second look: a question after done, where a confident model disagrees; never independent."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from pipeline.core.codebook import read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision, Segment, Suggestion
from pipeline.review.facts import Facts
from pipeline.review.log.fold import independent
from pipeline.review.log.rows import canonical
from pipeline.review.log.store import Log
from pipeline.review.second_look import Doubter, Look, second_looks

Drafter = Callable[..., Decision]
PLACE = ("int-1", 0, 15)
SCORES = {"weather.rain": 0.9, "weather.sun": 0.5, "work": 0.1}


@pytest.fixture
def facts(corpus: Corpus, texts: Mapping[str, str]) -> Facts:
    """Return one segment with a confident yes, a doubt, and a confident no."""
    name = "int-1:0-15"
    segment = Segment(name, "int-1", 1, None, None, "participant", 0, 15, texts["int-1"][:15])
    said = [
        Suggestion(name, code, score, rank, (), "m-1", "1+0")
        for rank, (code, score) in enumerate(SCORES.items(), 1)
    ]
    codebook = read_codebook(corpus.codebook(corpus.settings()))
    return Facts(codebook, texts, {name: segment}, {name: said}, "m-1")


def asked(log: Log, facts: Facts, *, is_blind: bool = False, confident: float = 0.8) -> list[Look]:
    """Return what ana is asked."""
    return second_looks(log.decisions(), facts, Doubter("ana", lambda _: is_blind, confident))


def test_it_asks_where_a_confident_model_contradicts(
    log: Log, facts: Facts, draft: Drafter
) -> None:
    """Not chosen though the model is sure of it, or chosen though it is sure of the opposite."""
    log.append([draft("add", "work"), draft("done")])

    assert [
        Look(PLACE, "weather.rain", is_yes=True),
        Look(PLACE, "work", is_yes=False),
    ] == asked(log, facts)
    assert [] == asked(log, facts, confident=0.95)


def test_it_comes_after_done(log: Log, facts: Facts, draft: Drafter) -> None:
    """Nobody is asked on a span that they have not signed off."""
    log.append([draft("add", "work"), draft("done", coder="ben")])

    assert [] == asked(log, facts)


def test_it_shows_nothing_that_is_withheld(log: Log, facts: Facts, draft: Drafter) -> None:
    """In the audit sample there is no second look before all are done."""
    log.append([draft("add", "work"), draft("done")])

    assert [] == asked(log, facts, is_blind=True)


def test_who_was_unsure_is_not_contradicted(log: Log, facts: Facts, draft: Drafter) -> None:
    """Nor is who left a suggestion open at done."""
    left = canonical({"yes": [], "undecided": ["weather.rain"]})
    log.append([draft("unsure", "work"), draft("done", detail=left)])

    assert [] == asked(log, facts)


def test_a_question_is_asked_once(log: Log, facts: Facts, draft: Drafter) -> None:
    """Whatever was answered; the other question stays."""
    [added, done] = log.append([draft("add", "work"), draft("done")])
    log.append([draft("add", "work", parent=added.decision_id, mode="second-look")])

    assert [Look(PLACE, "weather.rain", is_yes=True)] == asked(log, facts)
    assert {added.decision_id, done.decision_id} == independent(log.decisions(), ())


def test_answers_are_never_independent(log: Log, facts: Facts, draft: Drafter) -> None:
    """Even where the first look was left without a done: the model was on view."""
    log.append(
        [
            draft("add", "work", mode="second-look"),
            draft("done", mode="second-look"),
        ]
    )

    assert frozenset() == independent(log.decisions(), ())
    assert [Look(PLACE, "weather.rain", is_yes=True)] == asked(log, facts)


def test_other_transcripts_do_not_matter(log: Log, facts: Facts, draft: Drafter) -> None:
    """Decisions on transcripts without segments are passed over."""
    log.append([draft("add", "work", transcript_id="int-2"), draft("done")])

    assert [Look(PLACE, "weather.rain", is_yes=True)] == asked(log, facts)
