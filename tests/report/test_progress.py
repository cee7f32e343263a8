"""The sentences on stopping and saturation."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from pipeline.core.codebook import Code, Codebook
from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision, Transcript
from pipeline.core.settings import ReportSettings, Settings
from pipeline.report.incidence import order_of
from pipeline.report.progress import (
    read_so_far,
    saturation_words,
    sentences,
    stopping_words,
)
from pipeline.report.study import Mark, Passage, Study
from tests.report.test_ratings import CODES, SPANS, TEXT, decision, segments

LEARNING, MONEY = CODES
NAMES = ("a", "b", "c", "d", "e", "f")
BOOK = Codebook("tiny", "1", tuple(Code(code, code) for code in CODES))


def passage(name: str, place: int, code: str, status: str = "single") -> Passage:
    """Return a code on a segment."""
    start, end = SPANS[place]
    mark = Mark((name, start, end), code, code, ("kb",), status, "person", None)
    return Passage(name, start, end, 1, TEXT[start:end], "P", None, "participant", None, (mark,))


def done(seq: int, name: str, place: int, coder: str = "kb") -> Decision:
    """Return a completion that stands."""
    row = decision(seq, "done", transcript_id=name, span=SPANS[place], coder=coder)
    return replace(row, standing="done")


def study(dones: Sequence[Decision], passages: Sequence[Passage], n: int = 6) -> Study:
    """Return a study of ``n`` transcripts with three segments each."""
    return Study(
        "demo",
        BOOK,
        Settings(codebook="tiny"),
        {name: Transcript(name, name, "", "interview", TEXT) for name in NAMES[:n]},
        [row for name in NAMES[:n] for row in segments(name, None)],
        passages=tuple(passages),
        decisions=dones,
        scripts=frozenset({"robot"}),
    )


EVERYTHING = [
    done(3 * t + place, name, place) for t, name in enumerate(NAMES) for place in range(3)
]


def test_what_was_read_comes_in_the_order_of_reading() -> None:
    """By the first completion of each segment, by people only; disputed codes do not hold."""
    dones = [done(5, "b", 0), done(3, "a", 2), done(7, "b", 0), done(1, "a", 0, "robot")]
    passages = [passage("b", 0, MONEY), passage("a", 2, LEARNING, "disputed")]

    found = read_so_far(study(dones, passages))

    assert [[0, 0], [0, 1]] == found.tolist()


def test_stopping_before_all_is_read() -> None:
    """How much was read, for how many codes it seems enough, and the price of being sure."""
    passages = [passage("a", 0, MONEY), passage("a", 1, LEARNING), passage("b", 1, LEARNING)]

    found = stopping_words(study(EVERYTHING[:6], passages))

    assert found is not None
    assert found.startswith("6 of 18 segments were read; 0 of 2 codes seem to be 95% found")
    assert f"to be sure of the slowest, {MONEY}, read at best 12 of the 12 others" in found


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, None),
        (6, "6 of 18 segments were read, and no code was found in them."),
        (18, "All 18 segments were read: there is nothing to stop for."),
    ],
)
def test_stopping_where_there_is_little_to_say(n: int, words: str | None) -> None:
    """Nothing read, nothing found, all read."""
    assert words == stopping_words(study(EVERYTHING[:n], []))


def test_saturation() -> None:
    """The codes so far, and the base and run by which no new one came."""
    passages = [passage(name, 0, MONEY) for name in NAMES] + [passage("b", 1, LEARNING)]

    found = saturation_words(study(EVERYTHING, passages))

    assert found == ("2 codes in 6 transcripts; saturated at 4+2 (base 4, run 2, threshold 5%).")


def test_no_saturation() -> None:
    """The last interview brings a code of its own."""
    passages = [passage("a", 0, MONEY), passage("f", 1, LEARNING)]

    found = saturation_words(study(EVERYTHING, passages))

    assert found is not None
    assert "2 codes in 6 transcripts, at least 3 in all (Chao2); not saturated" in found


def test_saturation_wants_interviews() -> None:
    """None with one transcript; with two the reason."""
    assert None is saturation_words(study(EVERYTHING[:3], []))
    assert "cannot be told: 2 interviews" in str(saturation_words(study(EVERYTHING[:6], [])))


def test_the_order_is_that_of_the_settings_then_by_name() -> None:
    """Transcripts that nobody coded do not count."""
    given = ReportSettings(order=("e", "c", "x", "f"))
    made = study([done(1, "a", 0), done(2, "c", 0)], [passage("e", 0, MONEY)])

    found = order_of(replace(made, settings=replace(made.settings, report=given)))

    assert ("e", "c", "a") == found


def test_nothing_before_anybody_coded(study_corpus: Corpus) -> None:
    """A corpus without a table of decisions has no sentence."""
    assert [] == sentences(study_corpus)


@pytest.fixture
def study_corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return a corpus with an empty build folder."""
    corpus = Corpus(tmp_path_factory.mktemp("empty"), "t")
    corpus.build.mkdir(parents=True)
    return corpus
