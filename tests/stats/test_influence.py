"""Whether suggestions steer people: effects, alarms, power, and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from pipeline.stats.influence import (
    Array,
    Effect,
    Trial,
    detectable,
    holm,
    influence,
    n_an_arm,
)
from pipeline.stats.intervals import Estimate


def trial(*, taken: float, n: int = 1_200, n_interviews: int = 12, seed: int = 1) -> Trial:
    """Return a study of two codes; coders with a hint take over ``taken`` of the wrong ones."""
    rng = np.random.default_rng(seed)
    truth = rng.random((2, n)) < 0.15
    suggested = np.where(truth, rng.random((2, n)) < 0.6, rng.random((2, n)) < 0.3)
    assisted = rng.random(n) < 0.5
    misled = assisted & suggested & ~truth & (rng.random((2, n)) < taken)
    overlooked = assisted & ~suggested & truth & (rng.random((2, n)) < taken)
    applied = (truth | misled) & ~overlooked
    return Trial(applied, suggested, assisted, np.full(n, 0.5), np.arange(n) % n_interviews)


def effect(p: float | None, value: float | None = 0.1) -> Effect:
    """Return an effect with this p."""
    return Effect(Estimate(value), 0.1, 0.2, 50, 50, 10, p=p)


def test_a_coder_who_is_steered_is_noticed() -> None:
    """Both ways: what was suggested is taken over, what was not is overlooked."""
    found = influence(trial(taken=0.9))

    assert 0 == found.n_left_out
    for code in found.codes:
        assert code.pull.is_alarming
        assert code.drop.is_alarming
        assert (code.pull.with_hint or 0) > (code.pull.blind or 0)
        assert (code.drop.with_hint or 0) < (code.drop.blind or 0)


def test_a_coder_who_is_not_steered_is_left_alone() -> None:
    """And the text can say what would have been seen."""
    found = influence(trial(taken=0.0))

    for code in found.codes:
        for one in (code.pull, code.drop):
            assert not one.is_alarming
            assert (one.estimate.low or 0) <= 0 <= (one.estimate.high or 0)
        assert 0 < (code.pull.detectable or 0) < 0.5


def test_pull_is_a_difference_of_shares() -> None:
    """With equal probabilities, plain shares of the four groups."""
    study = trial(taken=0.2)
    hinted, assisted = study.suggested[0], study.assisted

    found = influence(study).codes[0]

    with_hint, blind = (study.applied[0, hinted & arm].mean() for arm in (assisted, ~assisted))
    assert with_hint - blind == pytest.approx(found.pull.estimate.value)
    without, alone = (study.applied[0, ~hinted & arm].mean() for arm in (assisted, ~assisted))
    assert alone - without == pytest.approx(found.drop.estimate.value)
    assert (alone, without) == pytest.approx((found.drop.blind, found.drop.with_hint))


def test_unequal_probabilities_are_weighed_out() -> None:
    """A segment given rarely to its arm stands for more."""
    study = trial(taken=0.2)
    uneven = replace(study, probability=np.where(np.arange(1_200) % 2, 0.8, 0.2))
    group = study.suggested[0] & study.assisted

    found = influence(uneven).codes[0].pull.with_hint

    expected = np.average(study.applied[0, group], weights=1 / uneven.probability[group])
    assert expected == pytest.approx(found)


def test_interviews_with_one_arm_are_left_out_and_counted() -> None:
    """They compare nothing."""
    study = trial(taken=0.2)
    lone = study.assisted | (study.interview == 3)

    found = influence(replace(study, assisted=lone))

    assert (1, 11) == (found.n_left_out, found.codes[0].pull.n_interviews)


@pytest.mark.parametrize(
    ("n", "n_interviews", "words"),
    [(150, 10, "of at least 30 segments in an arm"), (1_200, 4, "4 of at least 5 interviews")],
)
def test_refusals(n: int, n_interviews: int, words: str) -> None:
    """No number, no alarm."""
    found = influence(trial(taken=0.5, n=n, n_interviews=n_interviews)).codes[0].pull

    assert words in str(found.estimate.reason)
    assert (None, False) == (found.p, found.is_alarming)


def test_an_arm_that_is_empty() -> None:
    """A code that is never suggested has no pull."""
    study = trial(taken=0.2)

    found = influence(replace(study, suggested=np.zeros_like(study.suggested))).codes[0]

    assert (None, 0) == (found.pull.blind, found.pull.n_blind)
    assert found.drop.estimate.value is not None


@pytest.mark.parametrize(("with_hint", "p"), [(1.0, 0.0), (0.0, 1.0)])
def test_arms_without_any_spread(with_hint: float, p: float) -> None:
    """All against none is certain; none against none is nothing."""
    study = trial(taken=0.0)
    applied = np.where(study.assisted, with_hint, 0.0)[None].repeat(2, axis=0)

    found = influence(replace(study, applied=applied)).codes[0].pull

    assert (p, with_hint == 1.0, 1.0) == (found.p, found.is_alarming, found.design_effect)


def test_the_design_effect_is_that_of_interviews() -> None:
    """Coders who differ from interview to interview make segments worth less."""
    study = trial(taken=0.0)
    mood: Array = study.interview % 2 == 0
    steered = study.applied | (study.suggested & study.assisted & mood)

    assert influence(replace(study, applied=steered)).codes[0].pull.design_effect > 2


def test_holm_is_that_of_statsmodels() -> None:
    """Refused effects do not count among the tests."""
    p = [0.01, 0.04, 0.03, 0.005, 0.5]

    found = holm([effect(None), *map(effect, p)])

    expected = multipletests(p, method="holm")[1]
    assert list(expected) == pytest.approx([one.p for one in found[1:]])
    assert found[0].p is None


def test_a_small_effect_is_no_alarm() -> None:
    """However sure it is; .05 is the least that matters."""
    assert [False, True] == [effect(0.001, value).is_alarming for value in (0.049, 0.05)]


@pytest.mark.parametrize(
    ("p1", "p2", "expected"),
    [(0.5, 0.65, 167), (0.02, 0.30, 23), (0.2, 0.2, None), (0.9, 1.1, None)],
)
def test_segments_an_arm(p1: float, p2: float, expected: int | None) -> None:
    """167 for .50 against .65, 23 for .02 against .30."""
    assert expected == n_an_arm(p1, p2)


@pytest.mark.parametrize("way", [1, -1])
def test_what_is_seen_is_what_the_number_suffices_for(way: int) -> None:
    """The two formulas are each other's reverse, up and down."""
    rise = detectable(0.5, 167, 1.0, way)

    assert rise is not None
    assert rise == pytest.approx(0.15, abs=0.001)
    assert 167 == n_an_arm(0.5, 0.5 + way * rise)


def test_some_things_cannot_be_seen() -> None:
    """A fall from a share of .02 is smaller than a small study sees; from 0 there is none."""
    assert [None, None] == [detectable(0.02, 100, 1.0, -1), detectable(0.0, 100, 1.0, -1)]
