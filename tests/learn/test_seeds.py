"""The codebook's own words as a training signal."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp

from pipeline.core.codebook import Codebook
from pipeline.learn import seeds as seeds_room
from pipeline.learn.features import TextViews
from pipeline.learn.seeds import fit_affinity, nearest_shares, prototypes_of, seeds_of, weighed

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


def test_affinity_is_zero_on_average(codebook: Codebook) -> None:
    """Over the project it has the mean 0, and a code's nearest text stands out."""
    seeds = seeds_of(codebook)
    model = TextViews().fit(TEXTS, [seed.text for seed in seeds])
    views = model.transform(TEXTS)
    seed_views = model.transform([seed.text for seed in seeds], are_whole=False)
    everybody = np.ones((len(TEXTS), 4), dtype=bool)
    affinity = fit_affinity(views, seed_views, prototypes_of(seeds, 4), everybody)

    scores = affinity.score(views)

    assert scores.mean(axis=0) == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert [0, 4, 1, 2] == scores.argmax(axis=0).tolist()
    assert (scores.std(axis=0) <= 1 + 1e-9).all()


def test_the_nearest_segments_stand_for_a_code_where_the_speaker_can_carry_it() -> None:
    """Five in a small project; none for a code that nobody can carry; of equals the earlier."""
    scores = np.column_stack([np.arange(8.0), np.zeros(8), np.arange(8.0)])
    allowed = np.column_stack([np.arange(8) < 6, np.ones(8), np.zeros(8)]).astype(bool)

    shares = nearest_shares(scores, allowed).toarray()

    assert [1, 2, 3, 4, 5] == np.flatnonzero(shares[0]).tolist()
    assert [0, 1, 2, 3, 4] == np.flatnonzero(shares[1]).tolist()
    assert not shares[2].any()
    assert np.allclose(shares[:2].sum(axis=1), 1)


def test_the_projects_own_words_stand_for_what_the_codebook_says(
    codebook: Codebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A word that the codebook lacks but that the nearest segments share becomes a sign."""
    wet = [f"it rained, what a drizzle {n}" for n in range(5)]
    texts = [*wet, *[f"{text} {n}" for text in TEXTS[1:] for n in range(5)], "drizzle"]
    seeds = seeds_of(codebook)
    model = TextViews(n_topics=0).fit(texts, [seed.text for seed in seeds])
    views = model.transform(texts)
    seed_views = model.transform([seed.text for seed in seeds], are_whole=False)
    everybody = np.ones((len(texts), 4), dtype=bool)

    def score() -> float:
        affinity = fit_affinity(views, seed_views, prototypes_of(seeds, 4), everybody)
        return float(affinity.score(views)[-1, 0])

    with_feedback = score()
    monkeypatch.setattr(seeds_room, "FEEDBACK", 0.0)

    assert with_feedback > score()


def test_terms_are_weighed_as_by_a_matrix_product() -> None:
    """To the last bit, though only the weights of terms in use are looked at."""
    draw = np.random.default_rng(0)
    terms = sp.random(20, 500, density=0.02, format="csr", random_state=draw)
    weights = sp.random(500, 7, density=0.5, format="csr", random_state=draw)

    assert ((terms @ weights).toarray() == weighed(terms, weights)).all()
    assert (0, 7) == weighed(terms[:0], weights).shape
