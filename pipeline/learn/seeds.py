"""The codebook as a training signal: how near a text is to what is written about a code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from pipeline.core.codebook import Code, Codebook
from pipeline.learn.features import TINY, Views
from pipeline.learn.words import Array, in_use

VIEW_WEIGHTS = (0.175, 0.175, 0.35)  # of words, letter groups and topics in the nearness
VECTOR_WEIGHT = 0.35  # of an encoder's vectors beside them
FEEDBACK = 0.5  # how much the project's own nearest segments count beside the seeds
MIN_BEST, MAX_BEST = 5, 30  # so many nearest segments a code
ROWS_A_BEST = 100  # in a small project one for so many segments
LENGTH_TRUST = 0.4  # a segment twice the usual spread longer is likelier to carry any code


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

    ``terms`` (terms x codes), ``topics`` (topics and vectors x codes) and ``shift`` (codes) give 0
    for the text of an average segment.
    """

    terms: sp.csr_matrix
    topics: Array
    shift: Array

    def score(self, views: Views) -> Array:
        """Return the nearness of each row to each code."""
        return weighed(views.terms, self.terms) + product(views.latent, self.topics) + self.shift

    def plus(self, other: Affinity, share: float) -> Affinity:
        """Return this nearness plus a ``share`` of another."""
        terms = (self.terms + share * other.terms).tocsr()
        terms.sort_indices()
        topics = self.topics + share * other.topics
        return Affinity(terms, topics, self.shift + share * other.shift)


def fit_affinity(views: Views, seeds: Views, shares: sp.csr_matrix, allowed: Array) -> Affinity:
    """Return the nearness to the seeds and, in part, to the segments that are nearest to them.

    The second is pseudo-relevance feedback (Rocchio 1971; Salton & Buckley 1990): the project's own
    words for what the codebook says in words of its own.

    Parameters
    ----------
    views
        The project's segments; mean and spread are theirs.
    seeds
        The views of the seeds.
    shares
        Codes x seeds, each row the shares of a code's seeds; an empty row for a code without any.
    allowed
        Segments x codes: whether the speaker can carry the code.
    """
    affinity = nearness(views, seeds, shares)
    has_seeds = np.diff(shares.indptr) > 0
    nearest = nearest_shares(affinity.score(views), allowed & has_seeds)
    return affinity.plus(nearness(views, views, nearest), FEEDBACK)


def nearest_shares(scores: Array, allowed: Array) -> sp.csr_matrix:
    """Return each code's best segments, codes x segments, in equal shares."""
    n_rows, n_codes = scores.shape
    n_best = min(n_rows, max(MIN_BEST, min(MAX_BEST, n_rows // ROWS_A_BEST)))
    order = np.argsort(np.where(allowed, -scores, np.inf), axis=0, kind="stable")[:n_best]
    codes = np.tile(np.arange(n_codes), (n_best, 1))
    kept = allowed[order, codes]
    share = kept / np.maximum(kept.sum(axis=0), 1)
    places = (codes[kept], order[kept])
    return sp.csr_matrix((share[kept], places), shape=(n_codes, n_rows))


def nearness(views: Views, texts: Views, shares: sp.csr_matrix) -> Affinity:
    """Return the weighed z-scores of cosines: by words, letter groups, topics, vectors.

    Parameters
    ----------
    views
        The project's segments; mean and spread are theirs.
    texts
        What segments are compared with.
    shares
        Codes x texts, each row the shares of the texts that stand for a code.
    """
    n_words = texts.n_words
    terms = sp.csr_matrix(shares @ texts.terms)
    latent = [(views.topics, np.asarray(shares @ texts.topics).T)]
    if views.vectors is not None and texts.vectors is not None:
        latent.append((views.vectors, np.asarray(shares @ texts.vectors).T))
    parts = (
        weighed(views.terms[:, :n_words], terms[:, :n_words].T.tocsr()),
        weighed(views.terms[:, n_words:], terms[:, n_words:].T.tocsr()),
        *(product(mine, theirs) for mine, theirs in latent),
    )
    weights = (*VIEW_WEIGHTS, VECTOR_WEIGHT)
    scales = [weight * inverse_spread(part) for part, weight in zip(parts, weights, strict=False)]
    shift = -sum(part.mean(axis=0) * scale for part, scale in zip(parts, scales, strict=True))
    word, gram = (sp.diags(scale) for scale in scales[:2])
    topics = [theirs * scale for (_, theirs), scale in zip(latent, scales[2:], strict=True)]
    stretched = sp.hstack([word @ terms[:, :n_words], gram @ terms[:, n_words:]])
    return Affinity(stretched.T.tocsr(), np.ascontiguousarray(np.vstack(topics)), np.asarray(shift))


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


def weighed(terms: sp.csr_matrix, weights: sp.csr_matrix) -> Array:
    """Return the matrix product of two sparse matrices as an array.

    Rows of ``weights`` that ``terms`` has use for are made dense, which takes half of the time.
    """
    columns, few = in_use(terms)
    return np.asarray(few @ dense(weights[columns]))


def product(left: Array, right: Array) -> Array:
    """Return the matrix product, row by row: the same bits whatever rows are around."""
    return np.asarray(np.einsum("ij,jk->ik", left, right))
