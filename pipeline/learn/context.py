"""Where a segment stands in the talk: who speaks, who spoke before, how it hangs together."""

from __future__ import annotations

from typing import Self

import numpy as np
import pandas as pd
import scipy.sparse as sp
from sklearn.base import BaseEstimator

from pipeline.learn.features import Views
from pipeline.learn.words import Array

N_MEASURES = 5
SPREAD = 2.0  # log lengths are brought to half a unit of spread, beside features of at most one
ROLE = 0.5  # what a role weighs beside other features: few labels tempt to lean on who speaks
AROUND = 0.5  # what a neighbour's probability weighs beside other features
N_BACK = 3  # so many segments back a word counts as an echo


class ContextFeatures(BaseEstimator):
    """Length, likeness to neighbours, question mark, echo of what was said, role, previous role.

    Attributes
    ----------
    roles_
        The roles of the project, sorted; another role has no column and weighs nothing.
    length_mean_, length_spread_
        Of the logarithm of a text's length.
    """

    def fit(self, X: pd.DataFrame) -> Self:
        """Learn roles and usual lengths from the segments ``X``."""
        lengths = log_lengths(X)
        self.roles_ = sorted(set(X["role"]))
        self.length_mean_ = float(lengths.mean())
        self.length_spread_ = float(lengths.std()) or 1.0
        return self

    @property
    def n_plain_(self) -> int:
        """How many columns there are before those of the previous role."""
        return N_MEASURES + len(self.roles_)

    def transform(self, X: pd.DataFrame, views: Views) -> Array:
        """Return the features of ``X``, in reading order; the last columns are the previous role.

        Parameters
        ----------
        X
            Segments; a row's neighbours are the rows beside it of the same transcript.
        views
            Of their texts.
        """
        follows, topics = same_transcript(X), views.topics
        likeness = np.einsum("ij,ij->i", topics[1:], topics[:-1]) * follows[1:]
        before, after = np.append(0.0, likeness)[: len(X)], np.append(likeness, 0.0)[: len(X)]
        length = (log_lengths(X) - self.length_mean_) / self.length_spread_ / SPREAD
        asks = np.array([text.rstrip().endswith("?") for text in X["text"].tolist()], dtype=float)
        roles = X["role"].to_numpy(dtype=object)
        previous = np.where(follows, np.append([""], roles[:-1])[: len(X)], "")
        echo = echoes(views.terms[:, : views.n_words], follows)
        measures = np.column_stack([length, before, after, asks, echo])
        return np.hstack([measures, ROLE * self._one_hot(roles), ROLE * self._one_hot(previous)])

    def _one_hot(self, roles: Array) -> Array:
        return (
            np.array([roles == role for role in self.roles_], dtype=float).reshape(-1, len(roles)).T
        )


def same_transcript(X: pd.DataFrame) -> Array:
    """Return whether each row follows one of the same transcript."""
    names = X["transcript_id"].to_numpy(dtype=object)
    return np.append([False], names[1:] == names[:-1])[: len(X)]


def echoes(terms: sp.csr_matrix, follows: Array) -> Array:
    """Return the share of each row's squared weights on terms of the rows just before it.

    The numbers of terms rise in each row, so that a row's term has one number among all, sorted.
    """
    n_rows, n_terms = terms.shape
    rows = np.repeat(np.arange(n_rows), np.diff(terms.indptr))
    said = rows * n_terms + terms.indices
    is_heard = np.zeros(len(said), dtype=bool)
    linked = np.ones(n_rows, dtype=bool)
    for back in range(1, 1 + min(N_BACK, n_rows - 1)):
        linked = follows & np.append(False, linked[:-1])
        before = said - back * n_terms
        place = np.minimum(np.searchsorted(said, before), len(said) - 1)
        is_heard |= linked[rows] & (said[place] == before)
    return np.bincount(rows, terms.data**2 * is_heard, minlength=n_rows)


def around(proba: Array, follows: Array) -> Array:
    """Return the probabilities of the rows before and after each one of the same transcript."""
    before, after = np.zeros_like(proba), np.zeros_like(proba)
    before[1:] = proba[:-1] * follows[1:, None]
    after[:-1] = proba[1:] * follows[1:, None]
    return AROUND * np.hstack([before, after])


def log_lengths(X: pd.DataFrame) -> Array:
    """Return the logarithm of each text's length in code points, plus one."""
    return np.log1p(X["text"].str.len().to_numpy(dtype=float))
