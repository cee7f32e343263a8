"""Words, pairs and letter groups: where they stand and how often they occur."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from pipeline.learn.words import (
    count_texts,
    distinct,
    gram_matrix,
    grams_of,
    numbered,
    words_of,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We don't know.", ["we", "don't", "know"]),
        ("We don\N{RIGHT SINGLE QUOTATION MARK}t know.", ["we", "don't", "know"]),
        ("Really?!", ["really", "?", "!"]),
        ("co-design, 1990s", ["co", "design", "1990s"]),
        ("Été ÇA", ["été", "ça"]),
        ("İstanbul", ["i̇stanbul"]),
        ("雨が降った", ["雨が降った"]),
        (" \n\t…", []),
    ],
)
def test_a_text_is_cut_into_words(text: str, expected: list[str]) -> None:
    """Apostrophes stay inside, hyphens part, question and exclamation marks are words."""
    words = words_of([text])

    assert expected == [words.kinds[kind] for kind in words.kind]


@given(st.lists(st.text(max_size=40), max_size=5))
def test_a_word_stands_where_it_says(texts: list[str]) -> None:
    """The span of a word, lowered, is the word, whatever the script."""
    words = words_of(texts)

    curly = "\N{RIGHT SINGLE QUOTATION MARK}"
    for text, start, end, kind in zip(words.text, words.start, words.end, words.kind, strict=True):
        assert texts[text][start:end].lower().replace(curly, "'") == words.kinds[kind]


def test_pairs_do_not_cross_texts() -> None:
    """The last word of one text and the first of the next are no pair."""
    words = words_of(["a b", "c d e"])

    texts, codes = words.pairs(words.kind)

    assert [0, 1, 1] == texts.tolist()
    assert len(set(codes.tolist())) == 3


def test_a_pair_with_an_unknown_word_is_unknown() -> None:
    """It gets the code -1, so that it never meets a known pair."""
    words = words_of(["a b c"])

    _, codes = words.pairs(np.array([0, -1, 1]))

    assert [-1, -1] == codes.tolist()


@given(st.lists(st.text("ab ", max_size=12), min_size=1, max_size=4))
def test_letter_groups_are_those_of_the_textbook(texts: list[str]) -> None:
    """By way of distinct words the counts are those of scikit-learn's ``char_wb``, text by text."""
    words = words_of(texts)
    names = sorted({gram for word in words.kinds for gram in grams_of(word)})

    ours = words.counts() @ gram_matrix(words.kinds, {name: n for n, name in enumerate(names)})

    if names:
        theirs = CountVectorizer(analyzer="char_wb", ngram_range=(3, 5), vocabulary=names)
        padded = theirs.fit_transform(texts).toarray()
        short = [n for n, name in enumerate(names) if len(name) > 2]
        assert (ours.toarray()[:, short] == padded[:, short]).all()


def test_a_run_of_letters_is_cut_off() -> None:
    """Thousands of letters without a blank make no thousands of letter groups."""
    assert len(grams_of("x" * 5_000)) < 130


def test_texts_are_counted_once_a_code() -> None:
    """A code twice in a text counts one text."""
    codes, n_texts = count_texts(np.array([0, 0, 1]), np.array([7, 7, 7]))

    assert [7] == codes.tolist()
    assert [2] == n_texts.tolist()


@given(st.lists(st.integers(0, 30)))
def test_distinct_numbers_are_those_of_numpy(numbers: list[int]) -> None:
    """And so are their places, without sorting."""
    given_, n = np.array(numbers, dtype=np.int64), 31

    found, places = distinct(given_, n)

    assert np.unique(given_).tolist() == found.tolist()
    assert numbers == found[places].tolist()


def test_a_vocabulary_is_its_lines() -> None:
    """Words are numbered by line; an empty vocabulary has none."""
    assert numbered("rain\nsun") == {"rain": 0, "sun": 1}
    assert numbered("") == {}


@given(st.lists(st.text(max_size=20), max_size=5), st.lists(st.text(max_size=20), max_size=3))
def test_the_first_texts_are_as_if_alone(texts: list[str], more: list[str]) -> None:
    """The words of the first texts among more are those of these texts by themselves."""
    alone, (among, _) = words_of(texts), words_of([*texts, *more]).only(np.arange(len(texts)))

    assert alone.kinds == among.kinds
    for name in ("text", "start", "end", "kind"):
        assert (getattr(alone, name) == getattr(among, name)).all()


@given(st.lists(st.tuples(st.text(max_size=20), st.booleans()), max_size=8))
def test_some_texts_are_as_if_alone(texts: list[tuple[str, bool]]) -> None:
    """The words of some texts among others are those of these texts by themselves."""
    alone = words_of([text for text, is_mine in texts if is_mine])
    every = words_of([text for text, _ in texts])

    among, kinds = every.only(np.flatnonzero([is_mine for _, is_mine in texts]))

    assert tuple(every.kinds[number] for number in kinds) == among.kinds
    assert set(alone.kinds) == set(among.kinds)
    for name in ("text", "start", "end"):
        assert (getattr(alone, name) == getattr(among, name)).all()
    assert [alone.kinds[n] for n in alone.kind] == [among.kinds[n] for n in among.kind]
