"""Rounds in the log: who may make one, which one a coder works in, and what belongs to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.draw import AUDIT
from pipeline.core.errors import GlossatorError
from pipeline.core.receipts import Receipt
from pipeline.core.records import Decision, Suggestion
from pipeline.core.settings import RoundSettings
from pipeline.core.tables import read_rows, to_table, write_table
from pipeline.review.corpus_log import add_coder
from pipeline.review.facts import Facts, read_facts
from pipeline.review.log.store import open_log
from pipeline.review.seat import Seat
from pipeline.review.seating import (
    Choice,
    NewRound,
    facts_in_round,
    new_round,
    notes_on,
    past_of,
    seat_of,
    suggestions_path,
    take_seat,
)

Drafter = Callable[..., Decision]
WANTED = RoundSettings("one", ("ana", "ben"), overlap=0.5)


@pytest.fixture
def team(corpus: Corpus) -> Corpus:
    """Return a corpus in which ana leads ben and cem."""
    add_coder(corpus, "cem")
    add_coder(corpus, "ana", role="lead")
    return corpus


def made(corpus: Corpus, **changes: object) -> NewRound:
    """Make a round as ana."""
    return new_round(corpus, replace(WANTED, **changes), "ana")  # type: ignore[arg-type]  # a table


def sit(corpus: Corpus, coder: str, wanted: str | None = None) -> Seat:
    """Return the seat that a coder takes."""
    with open_log(corpus.log) as log:
        return take_seat(log, read_facts(corpus), coder, Choice(wanted=wanted))


def of_another_model(corpus: Corpus) -> Facts:
    """Lay suggestions of another model than the one that spoke; today's facts."""
    table = corpus.table("suggestions")
    rows = [replace(row, model_id="m-2", score=0.1) for row in read_rows(table, Suggestion)]
    write_table(table, to_table(rows, Suggestion), Receipt("suggestions", model_id="m-2"))
    return read_facts(corpus)


def test_a_round_is_for_the_coders_it_names(team: Corpus) -> None:
    """It is written down with its assignments; those it does not name work in their own."""
    found = made(team)

    seats = {coder: sit(team, coder) for coder in ("ana", "ben", "cem")}

    assert (("ana", "ben"), True, 4) == (found.coders, found.is_written, found.n_segments)
    assert found.round_id == seats["ana"].round_id == seats["ben"].round_id
    assert "default" == seats["cem"].settings["kind"]
    assert {"ana", "ben"} == {item.coder for item in seats["ben"].everybody}


def test_a_round_without_names_is_for_all_persons(team: Corpus) -> None:
    """Programs have no part in it."""
    assert ("ana", "ben", "cem") == made(team, coders=()).coders


def test_a_rehearsal_counts_and_writes_nothing(team: Corpus) -> None:
    """What it tells is what making the round tells."""
    dry = new_round(team, WANTED, "ana", is_dry=True)

    with open_log(team.log) as log:
        assert {} == log.rounds()
    assert not (team.build / "rounds").exists()
    found = made(team)
    assert (False, dry.counts, dry.n_double) == (dry.is_written, found.counts, found.n_double)
    assert 2 == found.n_double


def test_the_latest_round_with_work_is_gone_on_with(team: Corpus) -> None:
    """Unless another is asked for: by its name, the start of its id, or ``default``."""
    first, second = made(team), made(team, name="two", overlap=0.0)

    assert second.round_id == sit(team, "ana").round_id
    assert first.round_id == sit(team, "ben", "one").round_id
    assert second.round_id == sit(team, "ben", second.round_id[:8]).round_id
    assert "default" == sit(team, "ben", "default").settings["kind"]


@pytest.mark.parametrize(
    ("coder", "wanted", "code", "words"),
    [
        ("ana", "tow", "E_UNKNOWN_ROUND", "did you mean two"),
        ("ana", "", "E_UNKNOWN_ROUND", "several rounds could be meant"),
        ("cem", "two", "E_UNKNOWN_ROUND", "it was cut for ana, ben"),
        ("robot", None, "E_CODER", "is a program"),
        ("zoe", None, "E_UNKNOWN_CODER", "known: ana"),
    ],
)
def test_a_seat_that_cannot_be_taken_is_refused(
    team: Corpus, coder: str, wanted: str | None, code: str, words: str
) -> None:
    """Nobody works in a round that is not theirs, nor by a name that says nothing."""
    made(team)
    made(team, name="two")

    with pytest.raises(GlossatorError, match=words) as caught:
        sit(team, coder, wanted)

    assert code == caught.value.code


@pytest.mark.parametrize(
    ("lead", "changes", "code"),
    [
        ("ben", {}, "E_ROLE"),
        ("robot", {}, "E_CODER"),
        ("zoe", {}, "E_UNKNOWN_CODER"),
        ("ana", {"coders": ("ana", "robot")}, "E_CODER"),
        ("ana", {"coders": ("ana", "zoe")}, "E_UNKNOWN_CODER"),
        ("ana", {"random_codes": ("snow",)}, "E_UNKNOWN_CODE"),
        ("ana", {"name": "default"}, "E_ROUND_NAME"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(
    team: Corpus, lead: str, changes: dict[str, object], code: str
) -> None:
    """Leads make rounds, for people and codes that there are."""
    with pytest.raises(GlossatorError) as caught:
        new_round(team, replace(WANTED, **changes), lead)  # type: ignore[arg-type]  # a table

    assert code == caught.value.code


def test_a_name_is_taken_once(team: Corpus) -> None:
    """A round must be found by its name for good."""
    made(team)

    with pytest.raises(GlossatorError, match="Take another"):
        made(team, overlap=0.0)


def test_who_is_alone_leads(team: Corpus) -> None:
    """Alone on a machine a person has every role."""
    team.log.unlink()
    add_coder(team, "solo")

    assert new_round(team, RoundSettings(), "solo").is_written


def test_without_log_or_segments_there_is_no_round(team: Corpus) -> None:
    """Both are named with what to do."""
    team.log.unlink()
    with pytest.raises(GlossatorError, match="glossator coders add"):
        made(team)

    team.table("segments").unlink()
    with pytest.raises(GlossatorError, match="glossator run pilot"):
        made(team)


def test_a_newer_model_changes_nothing_in_a_round(team: Corpus) -> None:
    """Its suggestions are kept with the round; the next round has the newer ones."""
    before = read_facts(team)
    made(team)
    today = of_another_model(team)

    seat = sit(team, "ana")
    found = facts_in_round(team, today, seat)

    assert "m-1" == seat.model_id == found.model_id
    assert before.suggestions == found.suggestions != today.suggestions
    assert [] == notes_on(found, today, seat)
    made(team, name="two")
    assert today == facts_in_round(team, today, sit(team, "ana", "two"))


def test_suggestions_that_are_lost_are_not_replaced_by_others(team: Corpus) -> None:
    """After ``make clean`` and a newer model the round goes on without, and says so."""
    found = made(team)
    suggestions_path(team, found.round_id).unlink()
    today = of_another_model(team)
    seat = sit(team, "ana")

    frozen = facts_in_round(team, today, seat)

    assert ({}, None) == (frozen.suggestions, frozen.model_id)
    [note] = notes_on(frozen, today, seat)
    assert "model m-1" in note


def test_a_changed_codebook_is_told(team: Corpus) -> None:
    """Decisions note the version they were taken with; the coder knows."""
    made(team)
    codebook = team.root / "configs" / "codebooks" / "mini.yaml"
    codebook.write_text(codebook.read_text().replace("Water", "Rain"))
    today = read_facts(team)

    [note] = notes_on(today, today, sit(team, "ana"))

    assert "codebook has changed" in note


def test_what_was_judged_blind_may_be_seen_afterwards(team: Corpus, draft: Drafter) -> None:
    """Only what was shown before an independent judgement can no longer be blind."""
    spot: dict[str, object] = {"start": 0, "end": 15}
    with open_log(team.log) as log:
        [done] = log.append([draft("done", **spot)])
        log.append([draft("shown", **spot, suggestion_visible=True)])
        log.append([draft("shown", coder="ben", **spot, suggestion_visible=True)])
        log.append([draft("add", "work", coder="ben", **spot, suggestion_visible=True)])
        log.append([draft("add", "work", coder="robot", **spot)])

        past = past_of(log, read_facts(team), 0)

    assert "int-1:0-15" in past.done["ana"]
    assert {"ben": {"int-1:0-15"}} == past.sighted
    assert {"work": 1} == past.n_yes
    assert done.act == "done"


def test_a_seat_without_a_page_is_that_of_the_latest_round(team: Corpus) -> None:
    """Commands and sheets find the round that the page would; none before there is one."""
    with open_log(team.log) as log:
        assert seat_of(log, "ben") is None
    default = sit(team, "ben")
    with open_log(team.log) as log:
        found = seat_of(log, "ben")
        assert found is not None
        assert default.round_id == found.round_id
    drawn = made(team)
    with open_log(team.log) as log:
        found = seat_of(log, "ben")
        assert found is not None
        assert drawn.round_id == found.round_id


def test_the_default_round_leaves_out_what_was_shown(team: Corpus, draft: Drafter) -> None:
    """A segment whose suggestions the coder saw is not in their audit sample."""
    with open_log(team.log) as log:
        log.append([draft("shown", suggestion_visible=True)])

    seat = sit(team, "ana")

    assert ("int-1", 0, 15) not in seat.audit
    assert {AUDIT} == {item.lane for item in seat.assignments if item.start}


def test_a_round_may_be_cut_before_anything_is_suggested(team: Corpus) -> None:
    """The audit sample is drawn before the first model, and nothing is kept with the round."""
    team.table("suggestions").unlink()

    found = made(team)
    seat = sit(team, "ana")

    assert (None, True) == (seat.model_id, found.is_written)
    assert not suggestions_path(team, found.round_id).exists()
    today = read_facts(team)
    assert today == facts_in_round(team, today, seat)
