"""The interview guide: which question is asked, which is being answered, and what fits none."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.config import read_settings
from pipeline.core.records import Transcript, Turn
from pipeline.core.settings import QuestionSettings, Settings
from pipeline.core.tables import read_rows
from pipeline.engine import Engine
from pipeline.ingest.guide import ASKED, Coverage, Guide, match_turns, with_questions
from pipeline.ingest.guide_words import (
    content,
    features,
    is_prompt,
    opens_a_topic,
    sentences,
    stem,
    telling,
)
from pipeline.ingest.reading import Result
from pipeline.ingest.stage import dry_run, run

Read = Callable[..., list[Result]]

DATA = Path(__file__).parents[1] / "data" / "ingest" / "guide"
GARDEN = read_settings(DATA / "guide.toml").questions
START, WORK = "How did you come to the allotment?", "What do you do there in an ordinary week?"
TROUBLE = "What are the difficulties?"
LINES = st.sampled_from(
    [
        *(question.text for question in GARDEN),
        *(probe for question in GARDEN for probe in question.probes),
        "And then?",
        "[pause]",
        "",
        "Can we talk about the film crew?",
        "The council painted seven yellow bridges yesterday.",
    ]
)


def talk(*lines: str, asking: str = "interviewer") -> list[Turn]:
    """Return turns: what begins with ``>`` is an answer, the rest is the interviewer's."""
    turns = []
    for number, line in enumerate(lines, 1):
        role = "participant" if line.startswith(">") else asking
        text = line.lstrip("> ")
        turns.append(Turn("t", number, role, None, role, 0, 0, None, None, "exact", text))
    return turns


def matched(*lines: str, asking: str = "interviewer") -> tuple[list[str | None], Coverage]:
    """Return the question of each turn, and what was asked."""
    turns, coverage = match_turns(talk(*lines, asking=asking), GARDEN)
    return [turn.question for turn in turns], coverage


def test_a_whole_interview_is_followed(read: Read) -> None:
    """Paraphrases, halves, returns, probes, remarks and a topic of nobody's: all as in the gold."""
    with (DATA / "gold.csv").open(encoding="utf-8", newline="") as file:
        gold = {int(row["turn"]): row["question"] or None for row in csv.DictReader(file)}
    [result] = read((DATA / "talk.txt").read_bytes(), "talk.txt")

    turns, coverage = match_turns(result.turns, GARDEN)

    assert gold == {turn.turn: turn.question for turn in turns if turn.role == "interviewer"}
    assert (1, 27, 29) == coverage.unmatched
    assert () == coverage.never_asked


def test_an_answer_belongs_to_the_question_before_it() -> None:
    """Every turn of somebody else's answers what was last asked; before the first, nothing."""
    found, _ = matched("> Hello.", START, "> By bus.", "> On foot!", WORK, "> I weed.")

    assert [None, "start", "start", "start", "work", "work"] == found


@pytest.mark.parametrize(
    "probe",
    ["And then?", "Can you give me an example?", "[laughs] Why?", "Could you explain?", "Mm."],
)
def test_a_probe_belongs_to_the_question_before_it(probe: str) -> None:
    """Asking for more, even in the words of another question's probe, asks nothing new."""
    found, coverage = matched(WORK, "> I dig.", probe, "> Well.")

    assert ["work"] * 4 == found
    assert [("work", 1)] == [(one.question, one.turn) for one in coverage.asked]


def test_an_interviewer_may_come_back() -> None:
    """A question that was asked before can be asked again, and the order may be broken."""
    found, coverage = matched(TROUBLE, "> Slugs.", START, "> By bus.", TROUBLE, "> Rain.")

    assert ["trouble", "trouble", "start", "start", "trouble", "trouble"] == found
    assert ("work", "others", "worth") == coverage.never_asked


@pytest.mark.parametrize(
    "opener",
    ["Can we talk about the film crew?", "The council painted seven yellow bridges yesterday."],
)
def test_another_topic_is_nobodys(opener: str) -> None:
    """What opens a topic that the guide does not have is unmatched, and so are its answers."""
    found, coverage = matched(START, "> By bus.", opener, "> Yes.", "And then?", "> No.", WORK)

    assert ["start", "start", None, None, None, None, "work"] == found
    assert (3, 5) == coverage.unmatched


def test_taking_up_an_answer_is_no_other_topic() -> None:
    """Many new words are a probe if one of them was just heard."""
    found, _ = matched(START, "> I saw a yellow poster.", "Did the poster name a price or date?")

    assert ["start"] * 3 == found


def test_the_guides_order_breaks_a_tie() -> None:
    """Of two questions equally like a turn, the one that comes next is taken."""
    twice = [QuestionSettings(name, "What about the water supply?") for name in "abc"]
    turns = talk("What about the water supply?", "> Low.", "And the water supply?")

    first, _ = match_turns(turns, twice)

    assert ["a", "a", "a"] == [turn.question for turn in first]
    assert 0 == Guide(twice).best("the water supply", None)[0]
    assert Guide(twice).best("the water supply", 1)[0] == 1


def test_moderators_ask_too() -> None:
    """Whoever has the role of interviewer asks, whatever the label; no other role does."""
    found, coverage = matched(START, "> By bus.", asking="chair")

    assert [None, None] == found
    assert ((), 5) == (coverage.asked, len(coverage.never_asked))


@pytest.mark.parametrize("question", GARDEN, ids=lambda question: str(question.id))
def test_the_words_of_the_guide_are_recognised(question: QuestionSettings) -> None:
    """A question read out scores 1, after anything and behind any remark."""
    for text in (question.text, f"Right, thank you. {question.text}"):
        number, score = Guide(GARDEN).best(text, None)

        assert question.id == GARDEN[number].id
        assert score == pytest.approx(1)


@given(st.lists(LINES, max_size=12), st.lists(LINES, max_size=4))
def test_later_turns_change_no_earlier_one(lines: list[str], more: list[str]) -> None:
    """A turn depends on what was said before it alone."""
    assert matched(*lines)[0] == matched(*lines, *more)[0][: len(lines)]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_any_words_get_a_question_or_none(lines: list[str]) -> None:
    """Whatever is said: scores lie in [threshold, 1], and a turn changes in its question alone."""
    turns = talk(*lines)

    found, coverage = match_turns(turns, GARDEN)

    assert turns == [replace(turn, question=None) for turn in found]
    assert all(ASKED <= one.score <= 1 for one in coverage.asked)
    silent = {turn.turn for turn in found if turn.role == "interviewer" and turn.question is None}
    assert silent == set(coverage.unmatched)


def test_without_a_guide_nothing_is_matched() -> None:
    """The turns stay as they are and there is nothing to report."""
    turns = tuple(talk(START, "> By bus."))

    assert (turns, None) == with_questions(turns, ())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("organisations", "organised"),
        ("bodies", "body"),
        ("sharing", "shared"),
        ("stopped", "stops"),
        ("change", "changing"),
        ("différents", "différente"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    """Endings do not part two forms of a word."""
    assert stem(one) == stem(other)


def test_notes_fillers_and_apostrophes_do_not_count() -> None:
    """What the transcriber put between brackets, hesitation and contraction change nothing."""
    plain = features("What has changed?")

    assert plain == features("[pause] Um, what's (inaudible 00:12) changed?")
    assert plain == features("What\N{RIGHT SINGLE QUOTATION MARK}s changed?")


def test_prompts_and_openers_are_told_apart() -> None:
    """Asking for an example is a prompt, unless it says of what; naming a topic opens one."""
    assert is_prompt(features("An example?"))
    assert not is_prompt(features("An example of a quarrel?"))
    assert opens_a_topic("Let me ask about the hedge.")
    assert not opens_a_topic("Can I ask you that?")


@pytest.mark.parametrize("words", ["([" * 100_000, ". " * 100_000, "(a" * 50_000 + ") who?"])
def test_odd_words_take_no_longer(words: str) -> None:
    """Brackets that never close and sentences without words are gone through once."""
    begun = time.process_time()

    features(words)
    sentences(words)
    telling(words)

    assert time.process_time() - begun < 1


@given(st.text(st.sampled_from("ab .,?()[]'1\u00c9\ufb01\u2019")))
def test_telling_words_are_features(text: str) -> None:
    """The words that tell something alone are those among the features of a text."""
    assert content(features(text)) == telling(text)


class Corpus:
    """A corpus of one interview, run with a guide."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.build = folder / "raw", folder / "build"
        self.raw.mkdir()
        (self.raw / "talk.txt").write_bytes((DATA / "talk.txt").read_bytes())

    def run(self, questions: Sequence[QuestionSettings]) -> list[Turn]:
        """Run the stage and return the turns."""
        settings = Settings(questions=tuple(questions))
        self.outcome = run(self.raw, self.raw / "none.csv", self.build, settings, engine=Engine())
        return read_rows(self.build / "turns.parquet", Turn)


def test_a_guide_changes_the_question_and_nothing_else(tmp_path: Path) -> None:
    """Text and turns are as without a guide; a changed guide makes the transcripts anew."""
    corpus = Corpus(tmp_path)
    without = corpus.run(())
    text = read_rows(corpus.build / "transcripts.parquet", Transcript)
    silent = corpus.outcome.report.transcripts[0].questions

    with_guide = corpus.run(GARDEN)
    is_made = corpus.outcome.update.make

    assert {None} == {turn.question for turn in without}
    assert without == [replace(turn, question=None) for turn in with_guide]
    assert text == read_rows(corpus.build / "transcripts.parquet", Transcript)
    assert ({}, ("talk",)) == (silent, is_made)
    corpus.run(GARDEN)
    assert not corpus.outcome.is_changed
    corpus.run(GARDEN[:2])
    assert corpus.outcome.is_changed


def test_the_report_says_what_was_asked(tmp_path: Path) -> None:
    """For each transcript: questions with turn and score, those never asked, turns unmatched."""
    corpus = Corpus(tmp_path)

    settings = Settings(questions=(*GARDEN, QuestionSettings("pets", "Do you keep any pets?")))
    [part] = dry_run(corpus.raw, corpus.raw / "none.csv", settings, engine=Engine()).transcripts

    assert {"question": "start", "turn": 3, "score": 1.0} == part.questions["asked"][0]
    assert ["pets"] == part.questions["never_asked"]
    assert [1, 27, 29] == part.questions["unmatched"]
