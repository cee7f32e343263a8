"""Why a code was suggested: weights of words, the nearest seed, the nearest accepted segments."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from threadpoolctl import threadpool_limits

from pipeline.learn.features import TextViews, Views
from pipeline.learn.seeds import Seed, dense, product, weighed
from pipeline.learn.training import Linear
from pipeline.learn.words import Array, distinct

N_COSINES = 3  # words, letter groups, topics
N_ACCEPTED = 2
MAX_ACCEPTED = 2_000  # segments that a model remembers to point at
MIN_LIKENESS = 0.2  # mean cosine; below it a seed or a segment is not worth showing
AGAINST = 2
LOUD_AGAINST = 0.05  # log odds; what takes less off is not worth a reviewer's eye
EXCERPT = 80  # code points of an accepted segment that a model remembers
DIGITS = 4
QUOTABLE = ("indicator", "example")


class WordWeight(NamedTuple):
    """A word of the segment, half-open in its code points; a negative weight speaks against."""

    start: int
    end: int
    weight: float


class NearSeed(NamedTuple):
    """The indicator or example of the codebook nearest to the segment; ``likeness`` in [0, 1]."""

    kind: str
    text: str
    likeness: float


class NearSegment(NamedTuple):
    """A segment that people gave the code; ``text`` is its beginning, ``likeness`` in [0, 1]."""

    transcript_id: str
    turn: int
    text: str
    likeness: float


class Explanation(NamedTuple):
    """What spoke for a code and against it, strongest first."""

    words: tuple[WordWeight, ...]
    seed: NearSeed | None
    accepted: tuple[NearSegment, ...]


Near = tuple[Sequence[str], float]


class Memory(BaseEstimator):
    """Texts that a suggestion can point at: with their terms, topics and codes, in plain arrays.

    Attributes
    ----------
    notes_
        A list of values for each text, such as transcript, turn and excerpt, as JSON: one string is
        quick to save and to load.
    terms_, topics_
        Their views.
    codes_
        Texts x codes: whether the text stands for the code.
    """

    def fit(self, notes: Sequence[Sequence[str]], views: Views, codes: Array) -> Self:
        """Remember texts."""
        self.notes_ = json.dumps([list(note) for note in notes])
        self.terms_, self.topics_ = views.terms, views.topics
        self.codes_ = codes
        return self

    @property
    def notes(self) -> Sequence[Sequence[str]]:
        """The values of each text."""
        return noted(self.notes_)

    def nearest(self, views: Views, rows: Array, codes: Array, n: int) -> list[list[Near]]:
        """Return, for each pair of row and code, the ``n`` texts of the code nearest to the row.

        Nearness is the mean cosine of words, letter groups and topics; of equals the earlier text
        comes first.
        """
        found: list[list[Near]] = [[] for _ in range(len(rows))]
        notes, order = self.notes, np.argsort(codes, kind="stable")
        for pairs, texts, alike in self._likenesses(views, rows[order], codes[order]):
            best = np.argsort(-alike, axis=1, kind="stable")[:, :n]
            values = np.take_along_axis(alike, best, axis=1).tolist()
            places = texts[best].tolist()
            for pair, near, likes in zip(order[pairs].tolist(), places, values, strict=True):
                found[pair] = [
                    (notes[place], like)
                    for place, like in zip(near, likes, strict=True)
                    if like >= MIN_LIKENESS
                ]
        return found

    def _likenesses(
        self, views: Views, rows: Array, codes: Array
    ) -> Iterator[tuple[slice, Array, Array]]:
        """Yield each code's pairs of row and code, its texts, and their likeness, pairs x texts.

        ``codes`` rise. All codes' products of terms are found as one, for each would cost more to
        begin than to do.
        """
        n_codes = self.codes_.shape[1]
        code_of, text_of = np.nonzero(self.codes_.T)
        bounds = np.searchsorted(code_of, np.arange(n_codes + 1))
        asked = np.searchsorted(codes, np.arange(n_codes + 1))
        mine = apart(views.terms[rows], codes, n_codes)
        theirs = apart(self.terms_[text_of], code_of, n_codes)
        products = mine @ theirs.T
        n_texts = np.diff(bounds)[codes]
        first = np.cumsum(n_texts) - n_texts  # the place of each pair's first text in ``terms``
        pair = np.repeat(np.arange(len(rows)), np.diff(products.indptr))
        terms = np.zeros(n_texts.sum())
        terms[(first - bounds[codes])[pair] + products.indices] = products.data
        for code in np.flatnonzero(np.diff(asked) * np.diff(bounds)):
            pairs, texts = slice(*asked[code : code + 2]), text_of[slice(*bounds[code : code + 2])]
            shape = (pairs.stop - pairs.start, len(texts))
            start = first[pairs.start]
            cosines = terms[start : start + shape[0] * shape[1]].reshape(shape)
            topics = product(views.topics[rows[pairs]], self.topics_[texts].T)
            yield pairs, texts, np.round((cosines + topics) / N_COSINES, DIGITS)


def apart(terms: sp.csr_matrix, codes: Array, n_codes: int) -> sp.csr_matrix:
    """Return ``terms`` with columns of its own for each of ``codes``, one a row."""
    n_terms = terms.shape[1]
    columns = terms.indices + np.repeat(codes, np.diff(terms.indptr)) * n_terms
    shape = (terms.shape[0], n_codes * n_terms)
    return sp.csr_matrix((terms.data, columns, terms.indptr), shape=shape)


@lru_cache(maxsize=8)
def noted(text: str) -> list[list[str]]:
    """Return the notes that ``text`` holds."""
    found: list[list[str]] = json.loads(text)
    return found


def memory_of_seeds(seeds: Sequence[Seed], views: TextViews, n_codes: int) -> Memory:
    """Return the indicators and examples of the codebook."""
    kept = [seed for seed in seeds if seed.kind in QUOTABLE]
    codes = np.zeros((len(kept), n_codes), dtype=bool)
    codes[np.arange(len(kept)), [seed.code for seed in kept]] = True
    notes = [(seed.kind, seed.text) for seed in kept]
    texts = [seed.text for seed in kept]
    return Memory().fit(notes, views.transform(texts, are_whole=False), codes)


def memory_of_accepted(X: pd.DataFrame, views: TextViews, Y: Array) -> Memory:
    """Return the segments ``X`` that people gave a code; of very many, evenly spread ones."""
    positive = np.flatnonzero((Y == 1).any(axis=1))
    kept = positive[:: 1 + len(positive) // MAX_ACCEPTED]
    X, codes = X.iloc[kept], Y[kept] == 1
    columns = zip(X["transcript_id"], X["turn"], X["text"], strict=True)
    notes = [(name, str(turn), excerpt(text)) for name, turn, text in columns]
    return Memory().fit(notes, views.transform(X["text"].tolist()), codes)


def excerpt(text: str) -> str:
    """Return the beginning of ``text`` on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


class WordWeights:
    """What each word adds to the log odds of each code, through its terms and topics.

    A pair's weight goes to both of its words in halves, or wholly to a word that begins or ends the
    text; a letter group's to the words that have it. Where a term is repeated in a text, its weight
    is shared as if all its words were. ``through`` is what `through_topics` returns.
    """

    def __init__(self, views: Views, text_views: TextViews, linear: Linear, through: Array) -> None:
        self.views, words = views, views.words
        self.bounds = np.searchsorted(words.text, np.arange(words.n_texts + 1))
        self.of_kind = weights_of(views.known, text_views, linear, through)
        n_words = text_views.n_words_
        grams = views.grams @ sp.diags(text_views.idf_[n_words:])
        self.of_grams = weighed(grams.tocsr(), linear.terms[n_words:])
        self.pairs, self.of_pair = self._pairs(text_views, linear, through)
        _, place, times = np.unique(
            words.text * len(words.kinds) + words.kind, return_inverse=True, return_counts=True
        )
        self.damping = ((1 + np.log(times)) / times)[place]

    def _pairs(
        self, text_views: TextViews, linear: Linear, through: Array
    ) -> tuple[tuple[Array, ...], tuple[Array, Array]]:
        """Return the numbers of each word's pairs, and what the pairs weigh by number.

        The pair that it opens, the one that it closes, those with the text's beginning and end.
        """
        words = self.views.words
        kind, first = self.views.known[words.kind], np.flatnonzero(words.has_next)
        opens, closes = np.full((2, len(kind)), -1)
        opens[first] = closes[first + 1] = text_views.known_pairs(words.pairs(kind)[1])
        edges = (text_views.known_pairs(codes) for codes in words.edges(kind))
        every = np.concatenate([opens, closes, *edges])
        terms, place = distinct(every + 1, text_views.n_words_ + 1)  # 0: unknown
        return tuple(np.split(place, 4)), weights_of(terms - 1, text_views, linear, through)

    def of(self, word: Array, row: Array, code: Array) -> Array:
        """Return the weights of words (their numbers) of rows for codes, three arrays alike."""
        kind = self.views.words.kind[word]
        word_norm = self.views.word_norm[row]
        topic_norm = word_norm * self.views.topic_norm[row]
        total = self.of_grams[kind, code] / self.views.gram_norm[row]
        for weights, norm in zip((0, 1), (word_norm, topic_norm), strict=True):
            pairs = (self.of_pair[weights][pair[word], code] for pair in self.pairs)
            opens, closes, *edges = pairs
            total += (self.of_kind[weights][kind, code] + (opens + closes) / 2 + sum(edges)) / norm
        return np.asarray(total * self.damping[word])

    def strongest(self, rows: Array, codes: Array, top: int) -> list[tuple[WordWeight, ...]]:
        """Return, for each pair of row and code, the ``top`` words that speak loudest about it.

        What speaks against the code is among them, up to `AGAINST` words of some weight, even where
        it is drowned by what speaks for it: reviewers should see both.
        """
        n_words = self.bounds[rows + 1] - self.bounds[rows]
        pair = np.repeat(np.arange(len(rows)), n_words)
        first = np.repeat(np.cumsum(n_words) - n_words, n_words)
        word = np.arange(len(pair)) - first + np.repeat(self.bounds[rows], n_words)
        weights = np.round(self.of(word, rows[pair], codes[pair]), DIGITS)
        loud = np.abs(weights)
        against = in_groups(pair, np.maximum(-weights, 0))
        is_early = np.arange(len(pair)) - first < min(AGAINST, top - 1)
        saved = np.zeros(len(pair))
        saved[against] = is_early & (weights[against] <= -LOUD_AGAINST)
        order = in_groups(pair, loud + saved * (1 + loud.max(initial=0)))
        order = order[(np.arange(len(pair)) - first < top) & (weights[order] != 0)]
        order = np.sort(order)  # as they stand in the text, which settles equal weights
        order = order[in_groups(pair[order], loud[order])]
        words = self.views.words
        found: list[list[WordWeight]] = [[] for _ in range(len(rows))]
        columns = pair[order], words.start[word[order]], words.end[word[order]], weights[order]
        for number, start, end, weight in zip(*(x.tolist() for x in columns), strict=True):
            found[number].append(WordWeight(start, end, weight))
        return [tuple(item) for item in found]


def in_groups(group: Array, value: Array) -> Array:
    """Return the order by rising ``group``, in it by falling ``value``; of equals the first first.

    ``value`` is at least 0 and rounded to `DIGITS`: whole numbers are sorted sooner.
    """
    whole = np.rint(value * 10**DIGITS).astype(np.int64)
    return np.argsort(group * (whole.max(initial=0) + 1) - whole, kind="stable")


def through_topics(text_views: TextViews, linear: Linear) -> Array:
    """Return what each word and pair says of each code through its topics, terms x codes."""
    topics = linear.topics[: text_views.topics_.shape[1]]  # an encoder's vectors are no word's
    with threadpool_limits(limits=1):  # more threads change the last bits
        return np.asarray(text_views.topics_ @ topics)


def weights_of(
    terms: Array, text_views: TextViews, linear: Linear, through: Array
) -> tuple[Array, Array]:
    """Return, for word or pair ``terms`` (-1: unknown), their weights by words and by topics."""
    known, safe = (terms >= 0)[:, None], np.maximum(terms, 0)
    if not text_views.n_words_:
        nothing = np.zeros((len(terms), len(linear.intercept)))
        return nothing, nothing
    idf = text_views.idf_[safe][:, None] * known
    return idf * dense(linear.terms[safe]), idf * through[safe]


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that explanations are drawn from; ``places`` is transcript and turn of each row."""

    weights: WordWeights
    seeds: Memory
    accepted: Memory
    places: Sequence[tuple[str, int]]

    def explanations(self, shown: Array, top: int) -> Iterator[tuple[int, int, Explanation]]:
        """Yield row, code and explanation for each place that is true in ``shown``."""
        rows, codes = np.nonzero(shown)
        views = self.weights.views
        words = self.weights.strongest(rows, codes, top)
        seeds = self.seeds.nearest(views, rows, codes, 1)
        accepted = self.accepted.nearest(views, rows, codes, N_ACCEPTED + 1)
        for pair, (row, code) in enumerate(zip(rows.tolist(), codes.tolist(), strict=True)):
            near = [
                NearSegment(n, int(turn), text, like) for (n, turn, text), like in accepted[pair]
            ]
            others = [item for item in near if (item.transcript_id, item.turn) != self.places[row]]
            seed = next((NearSeed(kind, text, like) for (kind, text), like in seeds[pair]), None)
            yield row, code, Explanation(words[pair], seed, tuple(others[:N_ACCEPTED]))
