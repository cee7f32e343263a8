"""The codebook as a training signal: how near a text is to what is written about a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from pipeline.core.codebook import Code, Codebook
from pipeline.learn.features import TINY, Views
from pipeline.learn.words import Array


@dataclass(frozen=True, slots=True)
class Seed:
    """A text of the codebook: the number of its ``code``, the key it stood under, the text."""

    code: int
    kind: str
    text: str


def seeds_of(codebook: Codebook) -> list[Seed]:
    """Return the texts of all codable codes that say what a code is."""
    codes = enumerate(codebook.codable)
    return [Seed(number, kind, text) for number, code in codes for kind, text in texts_of(code)]


def texts_of(code: Code) -> Iterator[tuple[str, str]]:
    """Yield kind and text; a bare name is left out, for it misleads more than it helps."""
    if code.definition:
        yield "definition", code.definition
    yield from (("indicator", text) for text in code.indicators)
    yield from (("example", text) for text in code.examples)


@dataclass(frozen=True, slots=True)
class Affinity:
    """Nearness to each code's seeds as a linear function of the views.

    ``terms`` (terms x codes), ``topics`` (topics x codes) and ``shift`` (codes) give 0 for the
    text of an average segment, and about 1 for one that is a standard deviation nearer.
    """

    terms: sp.csr_matrix
    topics: Array
    shift: Array

    def score(self, views: Views) -> Array:
        """Return the nearness of each row to each code."""
        return dense(views.terms @ self.terms) + product(views.topics, self.topics) + self.shift


def fit_affinity(views: Views, seeds: Views, prototypes: sp.csr_matrix, n_words: int) -> Affinity:
    """Return the mean of three z-scored cosines: by words, by letter groups, by topics.

    Parameters
    ----------
    views
        The project's segments; mean and spread are theirs.
    seeds
        The views of the seeds.
    prototypes
        Codes x seeds, each row the shares of a code's seeds; an empty row for a code without any.
    n_words
        How many of the terms are words or pairs.
    """
    terms = sp.csr_matrix(prototypes @ seeds.terms)
    parts = (
        (views.terms[:, :n_words] @ terms[:, :n_words].T).toarray(),
        (views.terms[:, n_words:] @ terms[:, n_words:].T).toarray(),
        product(views.topics, product(prototypes.toarray(), seeds.topics).T),
    )
    scales = [inverse_spread(part) / len(parts) for part in parts]
    shift = -sum(part.mean(axis=0) * scale for part, scale in zip(parts, scales, strict=True))
    word, gram, topic = (sp.diags(scale) for scale in scales)
    stretched = sp.hstack([word @ terms[:, :n_words], gram @ terms[:, n_words:]])
    topics = product(prototypes.toarray(), seeds.topics).T @ topic
    return Affinity(stretched.T.tocsr(), np.ascontiguousarray(topics), np.asarray(shift))


def prototypes_of(seeds: list[Seed], n_codes: int) -> sp.csr_matrix:
    """Return the share of each seed in its code's prototype, codes x seeds."""
    owner = np.array([seed.code for seed in seeds], dtype=np.int64)
    share = 1 / np.bincount(owner, minlength=n_codes).clip(1)
    places = (owner, np.arange(len(seeds)))
    return sp.csr_matrix((share[owner], places), shape=(n_codes, len(seeds)))


def inverse_spread(values: Array) -> Array:
    """Return 1 / standard deviation of each column; 0 for a column that does not vary."""
    spread = values.std(axis=0)
    return np.where(spread > TINY, 1 / np.maximum(spread, TINY), 0.0)


def dense(matrix: sp.csr_matrix) -> Array:
    """Return a sparse matrix as an array."""
    return np.asarray(matrix.toarray())


def product(left: Array, right: Array) -> Array:
    """Return the matrix product, row by row: the same bits whatever rows are around."""
    return np.asarray(np.einsum("ij,jk->ik", left, right))
