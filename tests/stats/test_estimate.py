"""Corrected shares: the worked example, what must hold, what is refused, and whether it covers."""

import math
from dataclasses import replace

import numpy as np
import pytest
from statsmodels.stats.weightstats import DescrStatsW

from pipeline.stats.estimate import (
    Array,
    Audit,
    Intervals,
    Share,
    difference,
    more_for_width,
    share,
    terms,
    tuned_terms,
    tuned_weight,
)

EVERYTHING = np.ones(100, dtype=bool)


def worked() -> Audit:
    """Return 100 segments, 30 scored .9 and 70 scored .1, of which 5 and 15 are audited."""
    score = np.repeat([0.9, 0.1], [30, 70])
    audited = np.zeros(100, dtype=bool)
    audited[[*range(5), *range(30, 45)]] = True
    truth = np.full(100, np.nan)
    truth[audited] = [1, 1, 1, 0, 0] + [1, 1] + [0] * 13
    return Audit(score, truth, audited, np.full(100, 0.2), np.arange(100) % 10)


def drawn(seed: int, n: int = 400, n_interviews: int = 20, rate: float = 0.25) -> Audit:
    """Return a study with an audit drawn at random, in which the machine is often wrong."""
    rng = np.random.default_rng(seed)
    interview = np.arange(n) % n_interviews
    truth = (rng.random(n) < 0.3 + 0.2 * (interview % 2)).astype(float)
    score = np.clip(0.2 * truth + 0.8 * rng.random(n), 0, 1)
    audited = rng.random(n) < rate
    return Audit(score, np.where(audited, truth, np.nan), audited, np.full(n, rate), interview)


def value(found: Intervals | Share) -> float:
    """Return the number."""
    these = found.these if isinstance(found, Intervals) else found.corrected.these
    assert these.value is not None, these.reason
    return these.value


def se(found: Intervals) -> tuple[float, float]:
    """Return both standard errors."""
    return found.these.se or 0.0, found.alike.se or 0.0


def test_the_worked_example() -> None:
    """Lam .5833, theta .2733, se .0786; people's codes alone .25, se .0889."""
    audit = worked()
    tuned, alone = tuned_terms(audit, EVERYTHING), terms(audit, EVERYTHING, 0.0)

    assert (0.5833, 0.2733) == (round(tuned.lam, 4), round(tuned.theta, 4))
    assert 0.0786 == round(math.sqrt(tuned.draw_variance), 4)
    assert (0.25, 0.0889) == (alone.theta, round(math.sqrt(alone.draw_variance), 4))


def test_the_worked_interval() -> None:
    """[.1411, .4626] on the logit scale; ten audits more would allow to show it."""
    from pipeline.stats.estimate import intervals

    found = intervals(tuned_terms(worked(), EVERYTHING), worked(), EVERYTHING).these

    assert (0.1411, 0.4626) == (round(found.low or 0, 4), round(found.high or 0, 4))
    assert 10 == share(worked()).n_more


def test_a_share_with_all_that_stands_beside_it() -> None:
    """Counted by machine, by people, corrected, the weight, and what it is worth."""
    audit = drawn(1)

    found = share(audit)

    assert (400, 20) == (found.n, found.n_interviews)
    assert np.count_nonzero(audit.audited) == found.n_audited
    assert np.nansum(audit.truth) == found.n_positive
    assert np.mean(audit.score >= 0.5) == found.machine
    assert found.reason is None
    assert 0 < (found.lam or 0) <= 1
    assert (found.as_good_as or 0) > found.n_audited
    low, high = found.corrected.these.low or 0, found.corrected.these.high or 0
    assert 0 < low < value(found) < high < 1


@pytest.mark.parametrize("score", [np.full(400, 0.4), np.zeros(400)])
def test_scores_without_spread_change_nothing(score: Array) -> None:
    """The share and its errors are those of people's codes alone."""
    found = share(replace(drawn(2), score=score))

    assert 0 == found.lam
    assert found.people == found.corrected


def test_scores_that_are_right_leave_no_error() -> None:
    """The share is known for these interviews, whatever was drawn."""
    rng = np.random.default_rng(3)
    audit = drawn(3)
    truth = (rng.random(400) < 0.3).astype(float)
    audit = replace(audit, score=truth, truth=np.where(audit.audited, truth, np.nan))

    found = share(audit)

    assert truth.mean() == pytest.approx(value(found), abs=1e-12)
    assert 0 == pytest.approx(found.corrected.these.se, abs=1e-12)
    assert (found.corrected.alike.se or 0) > 0


def test_an_audit_of_everything_is_the_truth() -> None:
    """With every probability 1 nothing is left to chance, for these interviews."""
    audit = drawn(4, rate=1.0)

    found = share(audit)

    assert np.mean(audit.truth) == pytest.approx(value(found))
    assert (0, 0) == (found.corrected.these.se, found.corrected.these.width)
    assert found.as_good_as is None


def test_one_cell_with_one_probability_is_the_textbook() -> None:
    """Cochran's regression estimator: slope, mean of residuals, (1-f) s^2/n."""
    audit = drawn(5)
    sample = audit.coded
    y, f = audit.truth[sample], audit.score[sample]
    slope = np.cov(y, f)[0, 1] / np.var(f, ddof=1)
    residuals = y - slope * f

    found = tuned_terms(audit, np.ones(400, dtype=bool))

    theta = slope * audit.score.mean() + residuals.mean()
    variance = (1 - 0.25) * np.var(residuals, ddof=1) / len(y)
    assert (slope, theta) == pytest.approx((found.lam, found.theta), abs=1e-12)
    assert variance == pytest.approx(found.draw_variance, abs=1e-12)


def test_people_alone_with_unequal_probabilities_is_the_weighted_mean() -> None:
    """As statsmodels computes it."""
    audit = drawn(6)
    audit = replace(audit, probability=np.where(np.arange(400) % 3 == 0, 0.5, 0.2))
    sample = audit.coded

    found = terms(audit, np.ones(400, dtype=bool), 0.0)

    expected = DescrStatsW(audit.truth[sample], weights=1 / audit.probability[sample]).mean
    assert expected == pytest.approx(found.theta, abs=1e-12)


def test_the_full_weight_is_the_mean_of_corrected_outcomes() -> None:
    """With lam 1, every w equal and N known, theta is the mean of F + R (Y - F)/pi (DSL)."""
    audit = drawn(7)
    n = np.count_nonzero(audit.coded)
    audit = replace(audit, probability=np.full(400, n / 400))
    outcome = audit.score + np.where(audit.coded, audit.truth - audit.score, 0) / (n / 400)

    found = terms(audit, np.ones(400, dtype=bool), 1.0)

    assert outcome.mean() == pytest.approx(found.theta, abs=1e-12)


def test_effects_sum_to_nothing() -> None:
    """Over all segments, so that the share is their centre."""
    assert 0 == pytest.approx(
        tuned_terms(drawn(8), np.ones(400, dtype=bool)).effects.sum(), abs=1e-12
    )


def test_the_weight_keeps_to_its_limits() -> None:
    """A score that runs against the truth has no weight; one too timid has all of it."""
    audit = drawn(9)
    timid = replace(audit, score=0.4 + 0.05 * np.nan_to_num(audit.truth))

    assert 0 == tuned_weight(replace(audit, score=1 - audit.score), np.ones(400, dtype=bool))
    assert 1 == tuned_weight(timid, np.ones(400, dtype=bool))


def test_a_share_outside_of_all_shares_falls_back_on_people() -> None:
    """Where the correction would leave (0, 1), the scores have no weight."""
    audit = worked()
    score = np.where(audit.audited, np.nan_to_num(audit.truth), 0.0)

    found = tuned_terms(replace(audit, score=np.where(audit.audited, score, -1.0)), EVERYTHING)

    assert (0.0, 0.25) == (found.lam, found.theta)


def test_a_difference() -> None:
    """The shares subtracted; the rest of the corpus plays no part in it."""
    audit = drawn(10)
    odd = audit.interview % 2 == 1

    found = difference(audit, odd, ~odd)

    assert value(share(audit, odd)) - value(share(audit, ~odd)) == pytest.approx(value(found))
    assert (found.these.low or 0) < value(found) < (found.these.high or 0)
    back = difference(audit, ~odd, odd)
    assert -value(back) == pytest.approx(value(found))
    assert se(back) == pytest.approx(se(found))


def test_a_difference_within_interviews_knows_that_they_hold_both() -> None:
    """Effects are summed by interview before they are squared: what both share falls out."""
    rng = np.random.default_rng(11)
    interview = np.repeat(np.arange(20), 40)
    mood = np.repeat(rng.random(20), 40)
    truth = (rng.random(800) < 0.1 + 0.8 * mood).astype(float)
    audit = Audit(np.zeros(800), truth, np.ones(800, dtype=bool), np.ones(800), interview)
    first = np.arange(800) % 2 == 0

    found = difference(audit, first, ~first)

    apart = [share(audit, cell).corrected.alike.se or 0 for cell in (first, ~first)]
    assert (found.alike.se or 0) < 0.5 * math.hypot(*apart)


def test_a_difference_is_refused_with_either_share() -> None:
    """And says why."""
    found = difference(drawn(12), np.arange(400) < 20, np.arange(400) >= 20)

    assert None is found.alike.value
    assert "of at least 30 audited segments" in str(found.these.reason)


ALL = slice(None)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_by_segment": False}, "not drawn segment by segment"),
        ({"is_unseen": False}, "had seen these interviews"),
        ({"probability": np.zeros(400)}, "no known probability"),
        ({"probability": np.full(400, np.nan)}, "no known probability"),
        ({"interview": np.arange(400) % 4}, "4 of at least 5 interviews"),
        ({"truth": np.zeros(400)}, "0 of at least 3 audited segments carry the code"),
        ({"truth": np.ones(400)}, "0 of at least 3 audited segments do not carry the code"),
        ({"audited": np.zeros(400, dtype=bool)}, "0 of at least 30 audited segments"),
    ],
)
def test_refusals(changes: dict[str, object], words: str) -> None:
    """No number, and the reason."""
    found = share(replace(drawn(13), **changes))  # type: ignore[arg-type]  # each is of its field's kind

    assert words in str(found.reason)
    assert [None, None] == [found.corrected.these.value, found.people.alike.value]


def test_a_code_in_too_few_interviews_is_refused() -> None:
    """Three interviews must have shown it."""
    audit = drawn(14)
    truth = np.where(audit.audited, (audit.interview < 2).astype(float), np.nan)

    found = share(replace(audit, truth=truth))

    assert "found in 2 of at least 3 audited interviews" in str(found.reason)
    assert (found.n_more or 0) > 0


def test_a_little_missing_is_let_pass_and_more_is_not() -> None:
    """Up to 5 % of the audit may lack a code."""
    audit = drawn(15)
    places = np.flatnonzero(audit.audited)
    few, many = audit.truth.copy(), audit.truth.copy()
    few[places[:4]], many[places[:20]] = np.nan, np.nan

    assert share(replace(audit, truth=few)).reason is None
    assert "of the audit has no code yet" in str(share(replace(audit, truth=many)).reason)


def test_more_audits_can_never_exceed_what_is_there() -> None:
    """A small cell may want more than it has."""
    found = share(drawn(16), np.arange(400) < 25)

    assert (found.n_more or 0) <= 25 - found.n_audited


def test_an_empty_cell() -> None:
    """Nobody has this value."""
    found = share(drawn(17), np.zeros(400, dtype=bool))

    assert (0, None) == (found.n, found.machine)
    assert "0 of at least 5 interviews" in str(found.reason)


def test_how_many_more_for_a_width() -> None:
    """Narrower wants more; as narrow as it is wants none; auditing all is the limit."""
    found = share(drawn(18))
    width = found.corrected.these.width or 0

    few, many = more_for_width(found, 0.9 * width), more_for_width(found, 0.5 * width)

    assert 0 == more_for_width(found, width)
    assert 0 < (few or 0) < (many or 0) < found.n - found.n_audited
    assert found.n - found.n_audited == more_for_width(found, 1e-9)
    assert None is more_for_width(share(worked()), 0.1)
