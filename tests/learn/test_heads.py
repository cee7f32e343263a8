"""One head a code: leaning on the codebook, learning from labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import check_grad

from pipeline.learn import heads
from pipeline.learn.heads import (
    BIAS,
    Design,
    Heads,
    Loss,
    Space,
    balanced,
    design_of,
    fit_heads,
    space_of,
)
from pipeline.learn.words import Array


@pytest.fixture
def design() -> Design:
    """Return forty rows of three terms, two other features, and the affinity to one code."""
    draw = np.random.default_rng(0)
    terms = sp.csr_matrix(draw.random((40, 4)) * [1, 1, 0, 1])
    return design_of(terms, draw.normal(size=(40, 2)), draw.normal(size=(40, 1)))


def score(design: Design, y: Array, weight: Array) -> Array:
    """Return the log odds after fitting."""
    space = space_of(design)
    return scores(fit_heads(space, y[:, None], weight[:, None]), space)[:, 0]


def scores(found: Heads, space: Space) -> Array:
    """Return the log odds of all rows of ``space``."""
    return found.score(space.rows, space.design.affinity)


def test_an_unused_term_is_left_out(design: Design) -> None:
    """Only columns that some row has are learned."""
    assert [0, 1, 3] == design.columns.tolist()


def test_without_labels_the_codebook_decides(design: Design) -> None:
    """The log odds are the bias plus the affinity, whole."""
    found = score(design, np.zeros(40), np.zeros(40))

    assert np.allclose(BIAS + design.affinity[:, 0], found)


def test_the_gradient_is_that_of_the_loss(design: Design) -> None:
    """Compared with differences, at a random point."""
    y, weight = (np.arange(40) % 3 == 0).astype(float), np.ones(40)
    space = space_of(design)
    loss = Loss(space.rows, design.affinity, y[:, None], weight[:, None])
    point = np.random.default_rng(1).normal(size=space.rows.shape[1] + 2)

    scale = np.linspace(0.5, 2, len(point))[:, None]

    off = check_grad(lambda v: loss(v, scale)[0], lambda v: loss(v, scale)[1], point)

    assert off < 1e-4


def test_labels_are_learned_against_the_codebook(design: Design) -> None:
    """Where labels follow a feature and contradict the affinity, the feature wins."""
    y = (design.rest[:, 0] > 0).astype(float)

    found = score(design, y, np.ones(40))

    assert found[y == 1].min() > found[y == 0].max()


def test_a_code_never_applied_stays_low(design: Design) -> None:
    """After forty negatives and no positive the mean log odds are below the prior's."""
    assert score(design, np.zeros(40), np.ones(40)).mean() < BIAS


def test_a_row_of_weight_zero_is_not_there(design: Design) -> None:
    """Its label may even be nan."""
    weight = (np.arange(40) < 20).astype(float)
    y = np.where(weight > 0, np.arange(40) % 2, np.nan)
    other = np.where(weight > 0, y, 1.0)

    assert np.allclose(score(design, y, weight), score(design, other, weight))


def test_rare_positives_are_raised_by_the_root() -> None:
    """Nine negatives to one positive: it weighs three."""
    y = np.array([1.0] + [0.0] * 9)
    Y = np.column_stack([y, np.zeros(10)])

    found = balanced(Y, np.ones((10, 2)))

    assert [3.0] + [1.0] * 9 == found[:, 0].tolist()
    assert [1.0] * 10 == found[:, 1].tolist()


def test_codes_learn_from_one_another_whether_the_codebook_is_right(design: Design) -> None:
    """Where nine codes follow their affinity, a tenth without positives trusts its own more."""
    draw = np.random.default_rng(5)
    affinity = draw.normal(size=(40, 10))
    right = Design(design.terms, design.columns, design.rest, affinity)
    Y = (affinity > 1).astype(float)
    Y[:, 9] = 0
    wrong = np.column_stack([draw.permutation(Y[:, :9]), Y[:, 9]])

    trusting, doubting = (
        fit_heads(space_of(right), labels, np.ones((40, 10))).trust[9] for labels in (Y, wrong)
    )

    assert trusting > doubting + 0.1


def test_the_coordinates_do_not_matter(design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fitted in the span of the rows or in the features, the weights are the same."""
    y = (np.arange(40) % 3 == 0).astype(float)[:, None]
    spanned = space_of(design)
    monkeypatch.setattr(heads, "MAX_SPANNED", 10)
    plain = space_of(design)

    pairs = zip(
        fit_heads(spanned, y, np.ones((40, 1))).in_features(spanned),
        fit_heads(plain, y, np.ones((40, 1))).in_features(plain),
        strict=True,
    )

    assert plain.origin is None
    assert all(np.allclose(a, b, atol=2e-3) for a, b in pairs)


def test_codes_share_nothing_but_trust(design: Design, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the mean trust each is fitted for itself; a start near by changes nothing either."""
    monkeypatch.setattr(heads, "TRUST_RIDGE", 0.0)
    monkeypatch.setattr(heads, "MEAN_TRUST_RIDGE", 0.0)
    draw = np.random.default_rng(2)
    Y = (draw.random((40, 3)) < 0.3).astype(float)
    wide = Design(design.terms, design.columns, design.rest, draw.normal(size=(40, 3)))
    alone = Design(design.terms, design.columns, design.rest, wide.affinity[:, :1])
    weight = np.ones((40, 3))

    together = fit_heads(space_of(wide), Y, weight)
    again = fit_heads(space_of(wide), Y, weight, start=together)
    single = fit_heads(space_of(alone), Y[:, :1], weight[:, :1])

    found = scores(together, space_of(wide))
    assert np.allclose(scores(single, space_of(alone))[:, 0], found[:, 0], atol=5e-3)
    assert np.allclose(scores(again, space_of(wide)), found, atol=5e-3)


@pytest.mark.parametrize("most_spanned", [100, 10])
def test_a_space_takes_further_features(
    design: Design, monkeypatch: pytest.MonkeyPatch, most_spanned: int
) -> None:
    """In either kind of coordinates: heads say the same there, and learn as if it had been so."""
    monkeypatch.setattr(heads, "MAX_SPANNED", most_spanned)
    features = np.random.default_rng(3).normal(size=(40, 2))
    whole = replace(design, rest=np.hstack([design.rest, features]))
    y, weight = (np.arange(40) % 3 == 0).astype(float)[:, None], np.ones((40, 1))
    space, anew = space_of(design), space_of(whole)
    found = fit_heads(space, y, weight)

    wide = space.widened(features)
    start = found.widened(wide)

    assert np.allclose(scores(found, space), scores(start, wide))
    pairs = zip(
        fit_heads(wide, y, weight, start).in_features(wide),
        fit_heads(anew, y, weight).in_features(anew),
        strict=True,
    )
    assert all(np.allclose(a, b, atol=5e-3) for a, b in pairs)
