"""Words and letter groups of texts, found by whole-array operations.

Letter groups are made once for each distinct word and reach a text by a matrix product, which is
several times faster than cutting every text into letters.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
WORD = re.compile(rf"\w+(?:['{CURLY}]\w+)*|[?!]")
AROUND_WORDS = re.compile(f"({WORD.pattern})")
GRAM_SIZES = (3, 4, 5)
MAX_GRAMMED = 40  # a run of thousands of letters, as in scripts without blanks, is no word
PAIR_BASE = 2**31  # makes one whole number of a pair of word numbers
EDGE = PAIR_BASE - 1  # stands for the beginning or the end of a text in a pair

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Words:
    """The words of many texts, one after another.

    ``text`` is the number of the text a word stands in, ``start`` and ``end`` bound its code points
    there, half-open, ``kind`` is its place in ``kinds``, the distinct words in lower case.
    """

    n_texts: int
    text: Array
    start: Array
    end: Array
    kind: Array
    kinds: tuple[str, ...]

    @property
    def has_next(self) -> Array:
        """For each word but the last, whether the word after it stands in the same text."""
        return np.asarray(self.text[1:] == self.text[:-1])

    def only(self, texts: Array) -> tuple[Words, Array]:
        """Return the words of some ``texts``, by rising numbers, as if there were no others.

        And which of the kinds they have, in the same order.
        """
        place = np.full(self.n_texts, -1)
        place[texts] = np.arange(len(texts))
        mine = place[self.text] >= 0
        kept, kind = distinct(self.kind[mine], len(self.kinds))
        kinds = tuple(self.kinds[number] for number in kept.tolist())
        columns = (place[self.text[mine]], self.start[mine], self.end[mine], kind)
        return Words(len(texts), *columns, kinds), kept

    def counts(self) -> sp.csr_matrix:
        """Return how often each text has each kind of word, texts x kinds."""
        return count_matrix(self.text, self.kind, (self.n_texts, len(self.kinds)))

    def pairs(self, kind: Array) -> tuple[Array, Array]:
        """Return the text and the code of each two words in a row, words being numbered ``kind``.

        A pair with an unknown word (-1) has the code -1.
        """
        first, second = kind[:-1][self.has_next], kind[1:][self.has_next]
        known = (first >= 0) & (second >= 0)
        return self.text[1:][self.has_next], np.where(known, first * PAIR_BASE + second, -1)

    def edges(self, kind: Array) -> tuple[Array, Array]:
        """Return the code of the pair of each text's beginning and first word, and of its end.

        Both are -1 at words that stand elsewhere, and where the word is unknown.
        """
        inner = self.has_next
        first = np.append(True, ~inner)[: len(kind)] & (kind >= 0)
        last = np.append(~inner, True)[-len(kind) or 1 :] & (kind >= 0)
        opening = np.where(first, EDGE * PAIR_BASE + kind, -1)
        return opening, np.where(last, kind * PAIR_BASE + EDGE, -1)


def words_of(texts: Sequence[str]) -> Words:
    """Return the words of ``texts`` with their places."""
    parts = AROUND_WORDS.split("\n".join(texts))  # by turns what is between words, and a word
    ends = np.cumsum(lengths_of(parts))
    start, end = ends[:-1:2], ends[1::2]
    first = np.append(0, np.cumsum(lengths_of(texts) + 1))[:-1]
    text = np.searchsorted(first, start, side="right") - 1
    forms: dict[str, int] = {}  # as written
    form = [forms.setdefault(word, len(forms)) for word in parts[1::2]]
    known: dict[str, int] = {}
    kinds = [known.setdefault(w.lower().replace(CURLY, "'"), len(known)) for w in forms]
    kind = np.array(kinds, dtype=np.int64)[np.array(form, dtype=np.int64)]
    return Words(len(texts), text, start - first[text], end - first[text], kind, tuple(known))


def lengths_of(texts: Sequence[str]) -> Array:
    """Return the length of each text in code points."""
    return np.fromiter(map(len, texts), np.int64, len(texts))


def grams_of(word: str) -> list[str]:
    """Return the letter groups of ``word``, with a blank before and behind it."""
    padded = f" {word[:MAX_GRAMMED]} "
    return [padded[i : i + n] for n in GRAM_SIZES for i in range(len(padded) - n + 1)]


def gram_matrix(kinds: Sequence[str], known: dict[str, int]) -> sp.csr_matrix:
    """Return how often each of ``kinds`` has each of the ``known`` letter groups."""
    found = [[known[gram] for gram in grams_of(word) if gram in known] for word in kinds]
    rows = np.repeat(np.arange(len(kinds)), [len(numbers) for numbers in found])
    columns = np.array([number for numbers in found for number in numbers], dtype=np.int64)
    return count_matrix(rows, columns, (len(kinds), len(known)))


def count_matrix(rows: Array, columns: Array, shape: tuple[int, int]) -> sp.csr_matrix:
    """Return a matrix that counts how often each pair of row and column is given."""
    counts = sp.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    counts.sort_indices()
    return counts


def count_texts(texts: Array, codes: Array) -> tuple[Array, Array]:
    """Return the distinct ``codes``, sorted, and in how many ``texts`` each occurs."""
    distinct, place = np.unique(codes, return_inverse=True)
    once = np.unique(texts * max(1, len(distinct)) + place)
    return distinct, np.bincount(once % max(1, len(distinct)), minlength=len(distinct))


def distinct(numbers: Array, n: int) -> tuple[Array, Array]:
    """Return the distinct ones of whole ``numbers`` below ``n``, rising, and the place of each.

    `numpy.unique` would sort them.
    """
    is_there = np.zeros(n, dtype=bool)
    is_there[numbers] = True
    return np.flatnonzero(is_there), (np.cumsum(is_there) - 1)[numbers]


def in_use(terms: sp.csr_matrix) -> tuple[Array, sp.csr_matrix]:
    """Return which columns some row of ``terms`` has, rising, and ``terms`` with these alone."""
    columns, place = distinct(terms.indices, terms.shape[1])
    shape = (terms.shape[0], len(columns))
    return columns, sp.csr_matrix((terms.data, place, terms.indptr), shape=shape)


@lru_cache(maxsize=8)
def numbered(joined: str) -> dict[str, int]:
    """Return the lines of ``joined`` with their numbers; a vocabulary is kept as one string."""
    return {word: number for number, word in enumerate(joined.split("\n"))} if joined else {}
