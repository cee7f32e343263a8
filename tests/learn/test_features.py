"""Views of texts and of their place in the talk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from pipeline.learn.context import AROUND, N_MEASURES, ROLE, ContextFeatures, around
from pipeline.learn.features import TextViews
from pipeline.learn.words import Array

TEXTS = ["it rained all day", "it rained at night", "the sun was hot", "the sun came out", ""]


def test_words_and_letter_groups_have_length_one() -> None:
    """Each of the two parts of ``terms`` is of length one, so that products are cosines."""
    model = TextViews().fit(TEXTS)

    terms = model.transform(TEXTS).terms.toarray()

    words, grams = np.split(terms, [model.n_words_], axis=1)
    assert np.allclose(np.linalg.norm(words, axis=1), [1, 1, 1, 1, 0])
    assert np.allclose(np.linalg.norm(grams, axis=1), [1, 1, 1, 1, 0])


def test_a_rarer_word_weighs_more() -> None:
    """A word of one text weighs more than one of two."""
    model = TextViews().fit(TEXTS)

    row = model.transform(["rained day"]).terms.toarray()[0]

    words = model.vocabulary_.split("\n")
    assert row[words.index("day")] > row[words.index("rained")] > 0


def test_what_was_never_seen_is_left_out() -> None:
    """An unknown word has no column, but its known letter groups count."""
    model = TextViews().fit(TEXTS)

    terms = model.transform(["raining"]).terms.toarray()[0]

    assert not terms[: model.n_words_].any()
    assert terms[model.n_words_ :].any()


def test_pairs_and_letter_groups_of_one_text_are_left_out() -> None:
    """A pair that occurs once teaches nothing; shared with a seed of the codebook it stays."""
    alone, with_seed = TextViews().fit(TEXTS), TextViews().fit(TEXTS, ["all day long"])

    assert len(with_seed.pairs_) == len(alone.pairs_) + 1


def test_seeds_do_not_change_what_is_rare() -> None:
    """Seeds widen the vocabulary only: weights and topics are those of the project's texts."""
    alone, with_seed = TextViews().fit(TEXTS), TextViews().fit(TEXTS, ["rained rained", "rained"])

    for model in (alone, with_seed):
        place = model.vocabulary_.split("\n").index("rained")
        assert model.idf_[place] == alone.idf_[place]


@pytest.mark.parametrize(("n_texts", "n_topics"), [(5, 4), (2, 1), (1, 0)])
def test_topics_shrink_with_the_corpus(n_texts: int, n_topics: int) -> None:
    """There are never as many topics as texts, and at most those asked for."""
    model = TextViews(n_topics=128).fit(TEXTS[:n_texts])

    assert model.topics_.shape[1] == n_topics
    assert TextViews(n_topics=2).fit(TEXTS).topics_.shape[1] == 2


def test_the_same_seed_gives_the_same_topics() -> None:
    """Signs and bits included."""
    one, two = (TextViews(random_state=4).fit(TEXTS * 40).topics_ for _ in range(2))

    assert (one == two).all()


def talk(*rows: tuple[str, str, str]) -> pd.DataFrame:
    """Return segments of (transcript, role, text)."""
    return pd.DataFrame(rows, columns=["transcript_id", "role", "text"])


def context_of(X: pd.DataFrame, new: pd.DataFrame | None = None) -> Array:
    """Return the context of ``new``, learned from ``X``; by default that of ``X``."""
    new = X if new is None else new
    views = TextViews().fit(X["text"].tolist()).transform(new["text"].tolist())
    return ContextFeatures().fit(X).transform(new, views)


def test_neighbours_are_those_of_the_same_transcript() -> None:
    """Likeness to the row before and after stops at the transcript's ends."""
    texts = ["it rained", "it rained", "the sun", "it rained"]
    X = talk(*[(name, "p", text) for name, text in zip("aaab", texts, strict=True)])

    _, before, after, _, echo, *_ = context_of(X).T

    assert before[1] == after[0] == pytest.approx(1)
    assert before[3] == after[3] == before[0] == echo[3] == 0


def test_an_echo_is_the_share_of_what_was_just_said() -> None:
    """Words of the three segments before count, heavier ones more; older ones do not."""
    X = talk(*[("a", "p", text) for text in ("rain", "sun", "a", "rain", "b", "c", "d", "sun")])

    echo = context_of(X)[:, 4]

    assert echo[3] > 0.9
    assert np.allclose(echo[[0, 1, 2, 4, 5, 6, 7]], 0)


def test_roles_are_those_of_the_project() -> None:
    """Role and previous role have a column each; a role never seen has none."""
    X = talk(("a", "p", "x"), ("a", "q", "y?"))

    new = context_of(X, talk(("c", "q", "x"), ("c", "p", "y? "), ("c", "judge", "z")))

    assert ContextFeatures().fit(X).n_plain_ == N_MEASURES + 2
    expected = [[0, ROLE, 0, 0], [ROLE, 0, 0, ROLE], [0, 0, ROLE, 0]]
    assert expected == new[:, N_MEASURES:].tolist()
    assert [0, 1, 0] == new[:, 3].tolist()


def test_one_segment_has_no_neighbour() -> None:
    """A single row, and rows of one length, give finite numbers."""
    found = context_of(talk(("a", "p", "x")))

    assert np.isfinite(found).all()


def test_what_is_around_stops_at_the_ends_of_a_transcript() -> None:
    """Each row gets its neighbours' probabilities, nothing from another transcript."""
    proba = np.array([[0.2], [0.4], [0.8]])

    found = around(proba, np.array([False, True, False]))

    assert np.allclose(found, AROUND * np.array([[0, 0.4], [0.2, 0], [0, 0]]))


def test_where_a_text_begins_and_ends_counts_unless_it_is_a_phrase() -> None:
    """The pair of beginning and first word is a term of whole texts that start alike."""
    model = TextViews().fit(["why rain", "why sun", "rain why"])

    whole, phrase = (model.transform(["why rain"], are_whole=whole) for whole in (True, False))

    assert whole.terms.nnz == phrase.terms.nnz + 1
