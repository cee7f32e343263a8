"""Views of a segment's text: weighted words and letter groups, and latent topics.

TF-IDF of word 1-2 grams (the beginning and the end of a text count as words of pairs) and of
character 3-5 grams, each of length one, stand side by side as ``terms``; ``topics`` is
latent semantic analysis (Deerwester et al. 1990) of the words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.utils.extmath import randomized_svd

from pipeline.learn.words import (
    Array,
    Words,
    count_matrix,
    count_texts,
    gram_matrix,
    grams_of,
    numbered,
    words_of,
)

TINY = 1e-12
RARITY_FLOOR = (
    0.2  # what the commonest word weighs; 1 and power 1 let words like "the" speak too loud
)
RARITY_POWER = 1.5


@dataclass(frozen=True, slots=True)
class Views:
    """What the model sees of texts, a row each.

    ``terms`` is sparse, the first ``n_words`` words and pairs, the others letter groups;
    ``topics`` is dense, of length one; the norms are what the rows were divided by. ``words`` has
    their places in the text, ``known`` the number of each kind of word in the vocabulary (-1: new)
    and ``grams`` its letter groups. ``vectors`` are an encoder's, of length one, None without one.
    """

    words: Words
    known: Array
    grams: sp.csr_matrix
    n_words: int
    terms: sp.csr_matrix
    topics: Array
    word_norm: Array
    gram_norm: Array
    topic_norm: Array
    vectors: Array | None = None

    @property
    def latent(self) -> Array:
        """Return the topics and, where there are any, the vectors behind them."""
        return self.topics if self.vectors is None else np.hstack([self.topics, self.vectors])

    def part(self, rows: Array) -> Views:
        """Return the terms, topics and vectors of ``rows``; the rest stays that of all."""
        vectors = None if self.vectors is None else self.vectors[rows]
        return replace(self, terms=self.terms[rows], topics=self.topics[rows], vectors=vectors)

    def only(self, rows: Array) -> Views:
        """Return what is seen of ``rows``, by rising numbers, as if there were no others."""
        words, kinds = self.words.only(rows)
        return replace(
            self.part(rows),
            words=words,
            known=self.known[kinds],
            grams=self.grams[kinds],
            word_norm=self.word_norm[rows],
            gram_norm=self.gram_norm[rows],
            topic_norm=self.topic_norm[rows],
        )


@dataclass(frozen=True, slots=True)
class Counted:
    """Words, as in `Views`, and how often each text has each term."""

    words: Words
    known: Array
    grams: sp.csr_matrix
    terms: sp.csr_matrix


class TextViews(BaseEstimator):
    """Learns vocabulary, weights and topics from the project's own texts.

    Parameters
    ----------
    n_topics
        At most so many topics; fewer where there are fewer texts or words.
    min_texts
        Pairs and letter groups that occur in fewer texts (seeds counted) are left out.
    random_state
        Seed of the randomised singular value decomposition.

    Attributes
    ----------
    vocabulary_, grams_
        Words and letter groups, a line each; one string is quick to save and to load.
    pairs_
        Codes of the known pairs of words, sorted.
    idf_
        Weight of each term: words, pairs, letter groups.
    topics_
        Words and pairs x topics.
    """

    def __init__(self, *, n_topics: int = 128, min_texts: int = 2, random_state: int = 0) -> None:
        self.n_topics = n_topics
        self.min_texts = min_texts
        self.random_state = random_state

    def fit(self, texts: Sequence[str], seeds: Sequence[str] = ()) -> Self:
        """Learn from ``texts``; ``seeds`` only widen the vocabulary, so that shared terms count."""
        self.fit_transform(texts, seeds)
        return self

    def fit_transform(self, texts: Sequence[str], seeds: Sequence[str] = ()) -> Views:
        """Learn as `fit` does, and return the views of ``texts``."""
        words = words_of([*texts, *seeds])
        self.vocabulary_ = "\n".join(words.kinds)
        owners, codes = pairs_with_edges(words, words.kind, len(texts))
        pairs, n_texts = count_texts(owners, codes)
        self.pairs_ = pairs[n_texts >= self.min_texts]
        self.grams_ = "\n".join(self._frequent_grams(words))
        self.kind_grams_ = gram_matrix(words.kinds, numbered(self.grams_))
        mine, _ = words.only(np.arange(len(texts)))
        counted = self._counts(mine, len(texts))
        in_texts = np.bincount(counted.terms.indices, minlength=counted.terms.shape[1])
        self.idf_ = (np.log((1 + len(texts)) / (1 + in_texts)) + RARITY_FLOOR) ** RARITY_POWER
        weighed = self._weigh(counted.terms)
        self.topics_ = self._topics(weighed[0][:, : self.n_words_])
        return self._views(counted, weighed)

    @property
    def n_words_(self) -> int:
        """How many of the terms are words or pairs; letter groups follow."""
        return int(self.kind_grams_.shape[0]) + len(self.pairs_)

    def transform(self, texts: Sequence[str], *, are_whole: bool = True) -> Views:
        """Return the views of ``texts``; what was not in the vocabulary is left out.

        Phrases that may stand anywhere are not whole: their beginning and end say nothing.
        """
        words = words_of(texts)
        counted = self._counts(words, len(texts) * are_whole)
        return self._views(counted, self._weigh(counted.terms))

    def _views(self, counted: Counted, weighed: tuple[sp.csr_matrix, Array, Array]) -> Views:
        terms, word_norm, gram_norm = weighed
        topics = terms[:, : self.n_words_] @ self.topics_
        topic_norm = np.maximum(np.sqrt(np.einsum("ij,ij->i", topics, topics)), TINY)
        topics /= topic_norm[:, None]
        known = (counted.words, counted.known, counted.grams, self.n_words_)
        return Views(*known, terms, topics, word_norm, gram_norm, topic_norm)

    def known_kinds(self, words: Words) -> Array:
        """Return the number of each of ``words.kinds`` in the vocabulary, -1 for an unknown one."""
        known = numbered(self.vocabulary_)
        return np.array([known.get(word, -1) for word in words.kinds], dtype=np.int64)

    def known_pairs(self, codes: Array) -> Array:
        """Return the term number of each pair, -1 for an unknown one."""
        found, known = np.full(len(codes), -1), np.flatnonzero(codes >= 0)
        if len(self.pairs_):
            wanted = codes[known]
            place = np.minimum(np.searchsorted(self.pairs_, wanted), len(self.pairs_) - 1)
            is_known = self.pairs_[place] == wanted
            found[known[is_known]] = place[is_known] + self.kind_grams_.shape[0]
        return found

    def kind_grams(self, words: Words, known: Array) -> sp.csr_matrix:
        """Return the letter groups of each of ``words.kinds``; only new words are cut."""
        new, old = np.flatnonzero(known < 0), np.flatnonzero(known >= 0)
        fresh = gram_matrix([words.kinds[number] for number in new], numbered(self.grams_))
        both = sp.vstack([self.kind_grams_[known[old]], fresh]).tocsr()
        return both[np.argsort(np.concatenate([old, new]))]

    def _frequent_grams(self, words: Words) -> list[str]:
        names = list(dict.fromkeys(gram for word in words.kinds for gram in grams_of(word)))
        every = gram_matrix(words.kinds, {name: number for number, name in enumerate(names)})
        n_texts = np.bincount((words.counts() @ every).indices, minlength=len(names))
        return [name for name, n in zip(names, n_texts, strict=True) if n >= self.min_texts]

    def _counts(self, words: Words, n_whole: int) -> Counted:
        """Return how often each text has each term; the first ``n_whole`` texts are whole."""
        kinds = self.known_kinds(words)
        kind = kinds[words.kind]
        texts, codes = pairs_with_edges(words, kind, n_whole)
        pair = self.known_pairs(codes)
        rows = np.concatenate([words.text[kind >= 0], texts[pair >= 0]])
        columns = np.concatenate([kind[kind >= 0], pair[pair >= 0]])
        of_words = count_matrix(rows, columns, (words.n_texts, self.n_words_))
        grams = self.kind_grams(words, kinds)
        of_grams = words.counts() @ grams
        counts = sp.hstack([of_words, of_grams]).tocsr()
        counts.sort_indices()  # so that sums over a row do not depend on the rows beside it
        return Counted(words, kinds, grams, counts)

    def _weigh(self, counts: sp.csr_matrix) -> tuple[sp.csr_matrix, Array, Array]:
        """Return the weights of terms, and what words and letter groups were divided by."""
        terms = counts.copy()
        terms.data = (1 + np.log(terms.data)) * self.idf_[terms.indices]
        rows = np.repeat(np.arange(terms.shape[0]), np.diff(terms.indptr))
        is_word = terms.indices < self.n_words_
        squares = terms.data**2
        word = np.bincount(rows, squares * is_word, minlength=terms.shape[0])
        gram = np.bincount(rows, squares * ~is_word, minlength=terms.shape[0])
        word, gram = np.maximum(np.sqrt(word), TINY), np.maximum(np.sqrt(gram), TINY)
        terms.data /= np.where(is_word, word[rows], gram[rows])
        return terms, word, gram

    def _topics(self, terms: sp.csr_matrix) -> Array:
        n_topics = min(self.n_topics, terms.shape[0] - 1, terms.shape[1] - 1)
        if n_topics < 1:
            return np.zeros((terms.shape[1], 0))
        _, _, topics = randomized_svd(
            terms, n_topics, n_iter=5, flip_sign=True, random_state=self.random_state
        )
        return np.ascontiguousarray(topics.T)


def pairs_with_edges(words: Words, kind: Array, n_whole: int) -> tuple[Array, Array]:
    """Return text and code of each two words in a row; of whole texts also with their edges."""
    texts, codes = words.pairs(kind)
    whole = words.text < n_whole
    edges = [(words.text[whole], edge[whole]) for edge in words.edges(kind)]
    known = [(owners[found >= 0], found[found >= 0]) for owners, found in edges]
    return (
        np.concatenate([texts, *(owners for owners, _ in known)]),
        np.concatenate([codes, *(found for _, found in known)]),
    )
