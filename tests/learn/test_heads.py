"""One head a code: leaning on the codebook, learning from labels."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import check_grad

from pipeline.learn.heads import BIAS, Design, Loss, balanced, design_of, fit_head
from pipeline.learn.words import Array


@pytest.fixture
def design() -> Design:
    """Return forty rows of three terms, two other features, and the affinity to one code."""
    draw = np.random.default_rng(0)
    terms = sp.csr_matrix(draw.random((40, 4)) * [1, 1, 0, 1])
    return design_of(terms, draw.normal(size=(40, 2)), draw.normal(size=(40, 1)))


def score(design: Design, y: Array, weight: Array) -> Array:
    """Return the log odds after fitting."""
    return design.score(fit_head(design, 0, y, weight), 0)


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
    loss = Loss(design, design.affinity[:, 0], y, weight)
    point = np.random.default_rng(1).normal(size=loss.n_weights + 2)

    off = check_grad(lambda v: loss(v)[0], lambda v: loss(v)[1], point)

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

    assert [3.0] + [1.0] * 9 == balanced(y, np.ones(10)).tolist()
    assert [1.0] * 10 == balanced(np.zeros(10), np.ones(10)).tolist()
