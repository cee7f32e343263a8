"""Unseen, fair and blind: how models are judged, and when they are promoted."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.core.settings import Settings, TrainSettings
from pipeline.engine import Engine
from pipeline.learn.metrics import Estimate
from pipeline.train.examples import read_examples
from pipeline.train.gate import decide
from pipeline.train.judge import CodeScore, Judgement
from pipeline.train.judge import judge as judge_unseen
from pipeline.train.unseen import Side, ask, deal_out, fold_of, run_fold

SETTINGS = Settings(train=TrainSettings(folds=4, repeats=2))


def sides(study: Any, classifier: Any, Y: Any = None) -> tuple[Any, Side, Side]:
    """Return the examples, a side with their labels, and a rival with ``Y``."""
    examples = read_examples([study.rows], study.codebook)
    new = Side("the new model", classifier, examples.Y, examples.codes)
    return examples, new, Side("the cold start", classifier, Y, examples.codes)


def judge(
    examples: Any, new: Side, rival: Side, settings: Settings, engine: Engine | None = None
) -> Judgement:
    """Deal, ask the new side and judge it beside its rival."""
    engine = engine or Engine()
    unseen = ask(examples, new, deal_out(examples, settings), engine)
    return judge_unseen(examples, unseen, rival, settings, engine=engine)


def test_folds_part_interviews_and_ask_about_each_once(coded: Any) -> None:
    """An interview is never on both sides; each repeat deals anew."""
    examples = read_examples([coded.rows], coded.codebook)
    deal = deal_out(examples, SETTINGS)

    assert [4, 4] == [fold.max() + 1 for fold in deal.folds]
    for fold in deal.folds:
        asked = [set(examples.groups[deal.rows][fold == n]) for n in range(4)]
        assert sorted(g for groups in asked for g in groups) == [f"i{n}" for n in range(8)]
    assert list(deal.folds[0]) != list(deal.folds[1])


def test_there_are_never_more_folds_than_interviews(coded: Any) -> None:
    """Eight interviews make at most eight folds."""
    examples = read_examples([coded.rows], coded.codebook)
    deal = deal_out(examples, Settings(train=TrainSettings(folds=50, repeats=1)))

    assert deal.folds[0].max() == 7


def test_only_interviews_with_a_decision_are_dealt_and_all_of_their_segments(coded: Any) -> None:
    """A segment nobody judged is scored by a fold, too, if somebody judged another beside it."""
    lines = coded.transcript("i8", "The sun.", "The rain."), coded.transcript("i9", "The snow.")
    coded.code("ann", lines[0][0], ["sun"], is_blind=False)
    examples = read_examples([coded.rows], coded.codebook)
    deal = deal_out(examples, SETTINGS)

    assert list(range(194)) == list(deal.rows)


def test_transcripts_that_share_a_participant_are_never_parted(coded: Any) -> None:
    """One person's words stand on one side of every fold."""
    coded.segments = [
        replace(row, participant_id="P1") if row.transcript_id in {"i2", "i5"} else row
        for row in coded.segments
    ]
    examples = read_examples([coded.rows], coded.codebook)
    deal = deal_out(examples, SETTINGS)
    names = examples.X["transcript_id"].to_numpy()[deal.rows]

    for fold in deal.folds:
        assert 1 == len({*fold[names == "i2"], *fold[names == "i5"]})
    assert "i2" == examples.groups[names == "i5"][0]


def test_a_fold_sees_nothing_of_the_interviews_it_is_asked_about(
    coded: Any, classifier: Any
) -> None:
    """A word of the held-out interview that no other has, and its label, leave no trace."""
    odd = coded.transcript("i9", "Zyzzyva zyzzyva.", "The bus was late.")
    coded.code("ann", odd[0], ["sun"])
    coded.code("ann", odd[1], [])
    examples, new, _ = sides(coded, classifier)
    scores = ask(examples, new, deal_out(examples, SETTINGS), Engine()).scores
    row = len(examples.X) - 2
    seen = classifier.fit(examples.X, examples.Y).predict_proba(examples.X.iloc[[-2]])

    assert all(score.proba[row, 3] == score.proba[row].min() == 0.5 for score in scores)
    assert seen[0, 3] > 0.5


def test_labels_beat_the_codebook_alone(coded: Any, classifier: Any) -> None:
    """What people say in other words than the codebook's is learnt from their decisions."""
    examples, new, rival = sides(coded, classifier)
    found = judge(examples, new, rival, SETTINGS)
    ours, theirs = (m["average_precision"].value for m in (found.macro, found.rival_macro))

    assert ours is not None
    assert theirs is not None
    assert ours > theirs + 0.2
    assert found.gain.value == pytest.approx(ours - theirs)
    assert ("blind decisions", 192, 8) == (found.basis, found.n_segments, found.n_interviews)


def test_each_code_is_reported_with_its_numbers(coded: Any, classifier: Any) -> None:
    """Positives, segments and interviews; a parent carries what its children do."""
    found = {item.code: item for item in judge(*sides(coded, classifier), SETTINGS).codes}

    assert [("wet", 96), ("wet.rain", 48), ("wet.snow", 48), ("sun", 48)] == [
        (code, item.n_positive) for code, item in found.items()
    ]
    assert all((item.n_segments, item.n_interviews) == (192, 8) for item in found.values())
    measure = found["sun"].measures["average_precision"]
    assert measure.low is not None
    assert measure.value is not None
    assert measure.high is not None
    assert measure.low <= measure.value <= measure.high


def test_a_model_beside_itself_gains_nothing(coded: Any, classifier: Any) -> None:
    """The comparison is paired: the same labels and recipe give a gain of exactly 0."""
    examples, new, _ = sides(coded, classifier)
    found = judge(examples, new, replace(new, name="itself"), SETTINGS)

    assert found.gain == Estimate(0.0, 0.0, 0.0, 0.0)
    assert found.macro == found.rival_macro
    assert decide(found, 0.15).is_promoted


class Backwards(Engine):
    """An engine that works from the last item to the first, as several processes might."""

    def map(self, work: Any, items: Any, *_: Any, **__: Any) -> Any:  # nobody is told
        """Yield the results in the order of the items."""
        return iter([work(item) for item in reversed(items)][::-1])


def test_the_numbers_do_not_depend_on_who_works_when(coded: Any, classifier: Any) -> None:
    """Folds share nothing, so any number of processes gives the same judgement."""
    found = [judge(*sides(coded, classifier), SETTINGS, engine=e) for e in (Engine(), Backwards())]

    assert found[0] == found[1]


def test_a_code_that_the_rival_lacks_is_reported_but_not_compared(
    coded: Any, classifier: Any
) -> None:
    """A new code cannot be lost, and does not count as gained."""
    examples, new, _ = sides(coded, classifier)
    fewer = replace(coded.codebook, codes=coded.codebook.codes[:3])
    old = Side("the model in use", type(classifier)(fewer), examples.Y[:, :3], examples.codes[:3])
    found = {item.code: item for item in judge(examples, new, old, SETTINGS).codes}

    assert found["sun"].gain.value is None
    assert found["sun"].measures["average_precision"].value is not None
    assert found["wet.rain"].gain.value is not None


def test_one_interview_is_no_judgement(study: Any, classifier: Any) -> None:
    """There is nobody left to learn from; the sentence says so."""
    for segment in study.transcript("i1", "It rained.", "The bus came."):
        study.code("ann", segment, ["wet.rain"] if "rain" in segment.text else [])
    found = judge(*sides(study, classifier), SETTINGS)

    assert "in 1 interview;" in found.problem
    assert not found.codes
    assert not decide(found, 0.15).is_promoted
    assert "could not be judged" in decide(found, 0.15).reason


def test_without_a_yes_there_is_no_judgement(study: Any, classifier: Any) -> None:
    """Blind decisions that apply nothing cannot rank anything."""
    for number in range(3):
        study.code("ann", study.transcript(f"i{number}", "The bus came.")[0], [])
    found = judge(*sides(study, classifier), SETTINGS)

    assert "no code was applied" in found.problem


def test_what_is_coded_all_alike_is_no_judgement(study: Any, classifier: Any) -> None:
    """A code on everything and codes on nothing cannot be ranked, however well they are guessed."""
    for number in range(3):
        for segment in study.transcript(f"i{number}", "The sun.", "The rain."):
            study.code("ann", segment, ["sun"])
    found = judge(*sides(study, classifier), SETTINGS)

    assert "every code was applied to all of 6 segments or to none" in found.problem


def test_a_code_on_everything_has_no_average_precision(coded: Any, classifier: Any) -> None:
    """It would be 1 whoever guesses; the other codes are judged as before."""
    for segment in coded.segments:
        coded.act("ann", segment, "add", "sun", standing="yes", independent=True)
    found = {item.code: item for item in judge(*sides(coded, classifier), SETTINGS).codes}

    assert found["sun"].measures["average_precision"].value is None
    assert found["wet"].measures["average_precision"].value is not None


def test_without_blind_decisions_all_count_and_it_is_said(coded: Any, classifier: Any) -> None:
    """Better a flattered number that says so than none."""
    coded.decisions = [replace(row, independent=False) for row in coded.decisions]
    found = judge(*sides(coded, classifier), SETTINGS)

    assert found.basis == "all decisions"
    assert not found.problem


def test_assisted_decisions_are_no_truth_beside_blind_ones(coded: Any, classifier: Any) -> None:
    """They train, and change no n."""
    for segment in coded.transcript("assisted", "It rained.", "The bus came."):
        coded.code("bob", segment, ["sun"], is_blind=False)
    found = judge(*sides(coded, classifier), SETTINGS)

    assert (192, 8) == (found.n_segments, found.n_interviews)


def test_the_human_ceiling_is_coder_against_coder(coded: Any, classifier: Any) -> None:
    """Two coders share 5 of 6 places where the first said sun, and the second adds one: F1 5/6."""
    first = [row for row in coded.decisions if row.transcript_id == "i0" and row.code == "sun"]
    sunny = {row.start for row in first}
    others = [s for s in coded.segments if s.transcript_id == "i0"]
    shared = [*sorted(sunny)[1:], min(s.start for s in others if s.start not in sunny)]
    for segment in others:
        coded.code("bob", segment, ["sun"] if segment.start in shared else [])
    found = {item.code: item for item in judge(*sides(coded, classifier), SETTINGS).codes}["sun"]
    f1 = found.measures["f1"].value

    assert found.n_double == 24
    assert found.human_f1 == pytest.approx(5 / 6)
    assert found.human_kappa == pytest.approx(1 - (2 / 24) / (2 * 6 / 24 * 18 / 24))
    assert f1 is not None
    assert found.model_to_human == pytest.approx(f1 / (5 / 6))


def test_a_known_draw_weighs_segments_by_its_chance(coded: Any, classifier: Any) -> None:
    """Interviews drawn at a tenth stand for ten times as many; equal chances change nothing."""
    plain = judge(*sides(coded, classifier), SETTINGS)
    coded.decisions = [replace(row, inclusion_probability=0.5) for row in coded.decisions]
    equal = judge(*sides(coded, classifier), SETTINGS)
    coded.decisions = [
        replace(row, inclusion_probability=0.1 if row.transcript_id == "i0" else 1.0)
        for row in coded.decisions
    ]
    skewed = judge(*sides(coded, classifier), SETTINGS)

    assert (False, True, True) == (plain.is_weighted, equal.is_weighted, skewed.is_weighted)
    assert plain.macro["f1"].value == pytest.approx(equal.macro["f1"].value)
    assert plain.macro["f1"].value != skewed.macro["f1"].value


def judgement(gain: float, se: float | None, n: int = 8, code_gain: float = 0.0) -> Judgement:
    """Return a judgement with one code of 10 and one of 9 positives."""
    estimates = {"average_precision": Estimate(0.5)}
    codes = tuple(
        CodeScore(code, positives, 99, n, estimates, Estimate(code_gain), 0, None, None, None)
        for code, positives in (("common", 10), ("rare", 9))
    )
    return Judgement(
        "blind decisions", 99, n, "the model in use", codes=codes, macro=estimates,
        rival_macro={"average_precision": Estimate(0.5 - gain)}, gain=Estimate(gain, se),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "is_promoted", "said"),
    [
        (judgement(0.05, 0.01), True, r"0\.500 against 0\.450 of the model in use"),
        (judgement(0.0, 0.0), True, "99 segments of 8 interviews"),
        (judgement(-0.018, 0.01), True, "Promoted"),  # t(.95, 7) = 1.8946
        (judgement(-0.020, 0.01), False, "worse, beyond chance"),
        (judgement(-0.001, None, n=4), False, "too few"),
        (judgement(0.001, None, n=4), True, "Promoted"),
        (judgement(0.05, 0.01, code_gain=-0.15), True, "Promoted"),
        (judgement(0.05, 0.01, code_gain=-0.16), False, r"common by 0\.16 \(n = 10\) would fall"),
    ],
)
def test_the_gate(found: Judgement, said: str, *, is_promoted: bool) -> None:
    """Not worse beyond chance, any loss under five interviews, no code below its limit."""
    verdict = decide(found, 0.15)

    assert is_promoted is verdict.is_promoted
    assert re.search(said, verdict.reason)
    assert "rare" not in verdict.reason


def shuffled(coded: Any, *, is_blind: bool) -> None:
    """Add eight interviews by a coder whose codes are dealt at random."""
    draw = np.random.default_rng(3)
    lines = [segment.text for segment in coded.segments]
    codes = ["wet.rain", "wet.snow", "sun", None]
    for number in range(16):
        texts = [str(text) for text in draw.permutation(lines)[:48]]
        for segment in coded.transcript(f"bad{number}", *texts):
            code = codes[int(draw.integers(4))]
            coded.code("bad", segment, [code] if code else [], is_blind=is_blind)


@pytest.mark.parametrize("is_blind", [False, True])
def test_shuffled_labels_of_one_coder_are_refused(
    coded: Any, classifier: Any, *, is_blind: bool
) -> None:
    """A model that learned from labels dealt at random does not replace one that did not."""
    good = read_examples([coded.rows], coded.codebook)
    shuffled(coded, is_blind=is_blind)
    examples, new, rival = sides(coded, classifier)
    known = np.full(examples.Y.shape, np.nan)
    place = {key: row for row, key in enumerate(examples.keys)}
    known[[place[key] for key in good.keys]] = good.Y
    verdict = decide(judge(examples, new, replace(rival, Y=known), SETTINGS), 0.15)

    assert not verdict.is_promoted
    assert verdict.reason.startswith("Refused")


def test_a_listed_code_speaks_for_the_codes_above_it(coded: Any, classifier: Any) -> None:
    """Lists name the code that says most; its parent is not missed where they do."""
    examples, new, _ = sides(coded, classifier)
    fold = fold_of(examples, new, np.flatnonzero(examples.groups == "i0"))
    found = run_fold(fold)

    assert (found.shown[:, 1] <= found.shown[:, 0]).all()
    assert found.shown[:, 0].any()
    assert (found.short[:, 1:3].any(axis=1) <= found.short[:, 0]).all()
    assert found.short.sum(axis=1).max() <= 3 + 1
