"""The commands of review as a user types them: rounds, settlements, and how far they have come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipeline.cli import glossator
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ReviewError
from pipeline.review.corpus_log import add_coder
from pipeline.review.server import serve as serving

SPAN = "int-1:0-15"


@pytest.fixture
def team(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """Return a corpus that lea leads, from whose folder commands are typed."""
    add_coder(corpus, "lea", role="lead")
    corpus.table("turns").unlink()  # status would look for what stands beside it
    monkeypatch.chdir(corpus.root)
    return corpus


def typed(*words: str) -> Result:
    """Return what a command line comes to; an expected error is raised."""
    done = CliRunner().invoke(glossator, list(words), standalone_mode=False)
    if done.exception is not None:
        raise done.exception
    return done


def as_json(*words: str) -> Any:
    """Return what a command prints with ``--json``."""
    return json.loads(typed(*words, "--json").stdout)


def test_a_round_is_counted_before_it_is_made(team: Corpus) -> None:
    """From a file of its own, or from the settings of the corpus; a rehearsal writes nothing."""
    (team.root / "r.toml").write_text('name = "one"\ncoders = ["ana", "ben"]\noverlap = 0.5\n')
    with team.config.open("a") as file:
        file.write('[round]\nname = "two"\ncoders = ["ben"]\n')
    review = ("review", "pilot", "--coder", "lea", "--new-round")

    dry = typed(*review, "r.toml", "--dry-run").stdout
    made = as_json(*review, "r.toml")
    other = typed(*review).stdout

    assert "would be made: 4 segments, 2 of them by two coders; audit drawn with p = 1.000" in dry
    assert ["ana", "audit"] == dry.splitlines()[2].split()[:2]
    assert ("one", True, 2) == (made["name"], made["is_written"], made["n_double"])
    assert "round    two (" in other


@pytest.mark.usefixtures("team")
def test_dry_run_wants_a_round_to_make() -> None:
    """Opening a page cannot be rehearsed."""
    with pytest.raises(Exception, match="belong to --new-round"):
        typed("review", "pilot", "--coder", "lea", "--dry-run")


def test_a_round_is_chosen_by_name(team: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is told which round, mode and seed were asked for."""
    told: list[Any] = []
    monkeypatch.setattr(serving, "serve", lambda *words: told.append(words[:3]))

    typed("review", "pilot", "--coder", "ana", "--round", "one", "--mode", "blind-first")

    [(corpus, coder, choice)] = told
    assert (team.name, "ana") == (corpus.name, coder)
    assert ("blind-first", 0, "one") == (choice.mode, choice.seed, choice.wanted)


def test_status_tells_rounds_lanes_and_lots(team: Corpus) -> None:
    """Per round, lane and coder: assigned, done, left; what waits for whom."""
    (team.root / "r.toml").write_text('name = "one"\ncoders = ["ana", "ben"]\noverlap = 1\n')
    typed("review", "pilot", "--coder", "lea", "--new-round", "r.toml")
    for words in (("work", "add", "--coder", "ana"), ("done", "--coder", "ana"),
                  ("done", "--coder", "ben")):  # fmt: skip
        typed("decide", "pilot", SPAN, *words)

    text = typed("status", "pilot").stdout
    table = as_json("status", "pilot")

    assert "round one: assisted, 6 to do; 0 of 1 audit lot whole" in text
    assert "ana        audit 1 of 4" in text
    assert "disputed   1 passage for an adjudicator" in text
    lane = {"coder": "ana", "lane": "audit", "n_assigned": 4, "n_done": 1, "n_left": 3}
    assert lane.items() <= table["rounds"][0]["lanes"][0].items()
    assert 1 == table["review"]["n_disputed_spans"]


@pytest.mark.usefixtures("team")
def test_a_settlement_by_command() -> None:
    """A verdict and a reason, by somebody who may; then nothing is disputed any more."""
    typed("decide", "pilot", SPAN, "work", "add", "--coder", "ana")
    typed("decide", "pilot", SPAN, "done", "--coder", "ben")
    settle = ("decide", "pilot", SPAN, "work", "--settle", "yes", "--reason", "slip")

    with pytest.raises(ReviewError, match="cannot settle"):
        typed(*settle, "--coder", "ana")
    with pytest.raises(Exception, match="wants SEGMENT CODE"):
        typed("decide", "pilot", SPAN, "--settle", "yes", "--coder", "lea")
    done = as_json(*settle, "--coder", "lea")

    assert 1 == len(done["taken"])
    assert 0 == as_json("status", "pilot")["review"]["n_disputed"]


@pytest.mark.usefixtures("team")
def test_words_that_say_nothing_are_a_wrong_command_line() -> None:
    """The acts are listed."""
    with pytest.raises(Exception, match="accept, reject, add"):
        typed("decide", "pilot", SPAN, "work", "aded", "--coder", "ana")
