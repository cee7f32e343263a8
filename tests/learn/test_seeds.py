"""The codebook's own words as a training signal."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.core.codebook import Codebook
from pipeline.learn.features import TextViews
from pipeline.learn.seeds import fit_affinity, prototypes_of, seeds_of

TEXTS = ["it rained on us", "the sun was hot", "we ate bread", "and so on", "the cellar flooded"]


def test_all_that_says_what_a_code_is_is_a_seed(codebook: Codebook) -> None:
    """Definition, indicators and examples, in this order; a bare name is none."""
    seeds = [seed for seed in seeds_of(codebook) if seed.code == 3]

    assert ["definition", "indicator", "indicator", "example"] == [seed.kind for seed in seeds]
    assert not any(seed.text == "Food" for seed in seeds)


def test_the_seeds_of_a_code_share_alike(codebook: Codebook) -> None:
    """A prototype is the mean of its seeds; a code without any has an empty row."""
    seeds = [seed for seed in seeds_of(codebook) if seed.code != 2]

    shares = prototypes_of(seeds, 4).toarray()

    assert np.allclose(shares.sum(axis=1), [1, 1, 0, 1])
    assert set(shares[3]) == {0, 0.25}


def test_affinity_is_zero_on_average_and_one_a_spread_away(codebook: Codebook) -> None:
    """Over the project it has the mean 0, and a code's nearest text stands out."""
    seeds = seeds_of(codebook)
    model = TextViews().fit(TEXTS, [seed.text for seed in seeds])
    views = model.transform(TEXTS)
    affinity = fit_affinity(
        views,
        model.transform([seed.text for seed in seeds]),
        prototypes_of(seeds, 4),
        model.n_words_,
    )

    scores = affinity.score(views)

    assert scores.mean(axis=0) == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert [0, 4, 1, 2] == scores.argmax(axis=0).tolist()
    assert (scores.std(axis=0) <= 1 + 1e-9).all()
