"""Why a code was suggested: weights of words, the nearest seed, the nearest accepted segments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator

from pipeline.learn.features import TextViews, Views
from pipeline.learn.seeds import Seed, dense, product
from pipeline.learn.training import Linear
from pipeline.learn.words import Array

N_COSINES = 3  # words, letter groups, topics
N_ACCEPTED = 2
MAX_ACCEPTED = 2_000  # segments that a model remembers to point at
MIN_LIKENESS = 0.2  # mean cosine; below it a seed or a segment is not worth showing
EXCERPT = 80  # code points of an accepted segment that a model remembers
DIGITS = 4
QUOTABLE = ("indicator", "example")


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word of the segment, half-open in its code points; a negative weight speaks against."""

    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class NearSeed:
    """The indicator or example of the codebook nearest to the segment; ``likeness`` in [0, 1]."""

    kind: str
    text: str
    likeness: float


@dataclass(frozen=True, slots=True)
class NearSegment:
    """A segment that people gave the code; ``text`` is its beginning, ``likeness`` in [0, 1]."""

    transcript_id: str
    turn: int
    text: str
    likeness: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """What spoke for a code and against it, strongest first."""

    words: tuple[WordWeight, ...]
    seed: NearSeed | None
    accepted: tuple[NearSegment, ...]


class Memory(BaseEstimator):
    """Texts that a suggestion can point at: with their terms, topics and codes, in plain arrays.

    Attributes
    ----------
    notes_
        A list of values for each text, such as transcript, turn and excerpt.
    terms_, topics_
        Their views.
    codes_
        Texts x codes: whether the text stands for the code.
    """

    def fit(self, notes: Sequence[Sequence[str]], views: Views, codes: Array) -> Self:
        """Remember texts."""
        self.notes_ = [list(note) for note in notes]
        self.terms_, self.topics_ = views.terms, views.topics
        self.codes_ = codes
        return self

    def likeness(self, views: Views) -> Array:
        """Return the mean cosine of each row to each text."""
        terms = dense(views.terms @ self.terms_.T)
        return np.round((terms + product(views.topics, self.topics_.T)) / N_COSINES, DIGITS)

    def nearest(self, likeness: Array, code: int, n: int) -> list[tuple[list[str], float]]:
        """Return the ``n`` texts of ``code`` nearest to a row with ``likeness`` to all texts."""
        mine = np.flatnonzero(self.codes_[:, code] & (likeness >= MIN_LIKENESS))
        order = mine[np.argsort(-likeness[mine], kind="stable")[:n]]
        return [(self.notes_[place], float(likeness[place])) for place in order]


def memory_of_seeds(seeds: Sequence[Seed], views: TextViews, n_codes: int) -> Memory:
    """Return the indicators and examples of the codebook."""
    kept = [seed for seed in seeds if seed.kind in QUOTABLE]
    codes = np.zeros((len(kept), n_codes), dtype=bool)
    codes[np.arange(len(kept)), [seed.code for seed in kept]] = True
    notes = [(seed.kind, seed.text) for seed in kept]
    return Memory().fit(notes, views.transform([seed.text for seed in kept]), codes)


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

    A pair's weight goes to both of its words in halves, a letter group's to the words that have it.
    Where a term is repeated in a text, its weight is shared as if all its words were.
    """

    def __init__(self, views: Views, text_views: TextViews, linear: Linear) -> None:
        self.views, words = views, views.words
        self.bounds = np.searchsorted(words.text, np.arange(words.n_texts + 1))
        known = text_views.known_kinds(words)
        self.of_kind = weights_of(known, text_views, linear)
        n_words = text_views.n_words_
        grams = text_views.kind_grams(words, known) @ sp.diags(text_views.idf_[n_words:])
        self.of_grams = dense(grams @ linear.terms[n_words:])
        self.opens, self.of_pair = self._pairs(known, text_views, linear)
        self.closes = np.append([len(self.of_pair[0]) - 1], self.opens[:-1])
        _, place, times = np.unique(
            words.text * len(words.kinds) + words.kind, return_inverse=True, return_counts=True
        )
        self.damping = ((1 + np.log(times)) / times)[place]

    def _pairs(
        self, known: Array, text_views: TextViews, linear: Linear
    ) -> tuple[Array, tuple[Array, Array]]:
        """Return the number of the pair that each word opens, and the weights by number."""
        words = self.views.words
        _, codes = words.pairs(known[words.kind])
        terms, place = np.unique(np.append(text_views.known_pairs(codes), -1), return_inverse=True)
        order = np.append(
            terms[1:], terms[:1]
        )  # the unknown pair goes last, where it weighs nothing
        opens = np.full(len(words.kind), len(order) - 1)
        opens[np.flatnonzero(words.has_next)] = (place[:-1] - 1) % len(order)
        return opens, weights_of(order, text_views, linear)

    def of(self, row: int, code: int) -> Array:
        """Return the weight of each word of ``row`` for ``code``."""
        part = slice(self.bounds[row], self.bounds[row + 1])
        kind = self.views.words.kind[part]
        word_norm, gram_norm = self.views.word_norm[row], self.views.gram_norm[row]
        topic_norm = word_norm * self.views.topic_norm[row]
        opens, closes = self.opens[part], self.closes[part]
        total = self.of_grams[kind, code] / gram_norm
        for weights, norm in zip((0, 1), (word_norm, topic_norm), strict=True):
            pair = self.of_pair[weights][:, code]
            total = total + (self.of_kind[weights][kind, code]) / norm
            total = total + (pair[opens] + pair[closes]) / 2 / norm
        return np.asarray(total * self.damping[part])

    def strongest(self, row: int, code: int, top: int) -> tuple[WordWeight, ...]:
        """Return the ``top`` words of ``row`` that speak loudest for ``code`` or against it."""
        weights = np.round(self.of(row, code), DIGITS)
        order = np.argsort(-np.abs(weights), kind="stable")[:top]
        words, first = self.views.words, self.bounds[row]
        return tuple(
            WordWeight(
                int(words.start[first + place]),
                int(words.end[first + place]),
                float(weights[place]),
            )
            for place in order
            if weights[place]
        )


def weights_of(terms: Array, text_views: TextViews, linear: Linear) -> tuple[Array, Array]:
    """Return, for word or pair ``terms`` (-1: unknown), their weights by words and by topics."""
    known, safe = (terms >= 0)[:, None], np.maximum(terms, 0)
    if not text_views.n_words_:
        nothing = np.zeros((len(terms), len(linear.intercept)))
        return nothing, nothing
    idf = text_views.idf_[safe][:, None] * known
    return idf * dense(linear.terms[safe]), idf * product(text_views.topics_[safe], linear.topics)


@dataclass(frozen=True, slots=True)
class Grounds:
    """All that explanations are drawn from; ``places`` is transcript and turn of each row."""

    weights: WordWeights
    seeds: Memory
    accepted: Memory
    places: Sequence[tuple[str, int]]

    def explanations(self, shown: Array, top: int) -> Iterator[tuple[int, int, Explanation]]:
        """Yield row, code and explanation for each place that is true in ``shown``."""
        near_seed = self.seeds.likeness(self.weights.views)
        near_segment = self.accepted.likeness(self.weights.views)
        for row, code in zip(*np.nonzero(shown), strict=True):
            seeds = self.seeds.nearest(near_seed[row], code, 1)
            near = self.accepted.nearest(near_segment[row], code, N_ACCEPTED + 1)
            found = [NearSegment(n, int(turn), text, like) for (n, turn, text), like in near]
            others = [item for item in found if (item.transcript_id, item.turn) != self.places[row]]
            yield (
                int(row),
                int(code),
                Explanation(
                    self.weights.strongest(row, code, top),
                    next((NearSeed(kind, text, like) for (kind, text), like in seeds), None),
                    tuple(others[:N_ACCEPTED]),
                ),
            )
