"""Ways to cut the words of one turn: whole, by sentences, or sentences packed into chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from pipeline.core.spans import Span, trimmed
from pipeline.text.sentences import sentence_spans


@dataclass(frozen=True, slots=True)
class Cut:
    """What a splitter may know: the language's two-letter code, the most words of a chunk."""

    language: str = "en"
    max_words: int = 60


Splitter = Callable[[str, Cut], list[Span]]


def split_turn(text: str, cut: Cut) -> list[Span]:  # noqa: ARG001  # a splitter's signature
    """Return the turn as one span, or none if it holds only white space."""
    whole = trimmed(text, 0, len(text))
    return [whole] if whole else []


def split_sentences(text: str, cut: Cut) -> list[Span]:
    """Return the sentences of a turn."""
    return sentence_spans(text, language=cut.language)


def split_chunks(text: str, cut: Cut) -> list[Span]:
    """Return whole sentences packed into chunks of at most ``cut.max_words`` words.

    Chunks are of even length (a turn of 70 words makes 35 and 35, not 60 and 10), because a short
    rest says too little to be coded. A sentence longer than the limit is cut between words.
    """
    sentences = [
        part
        for span in sentence_spans(text, language=cut.language)
        for part in shorten(text, span, cut)
    ]
    n_words = [len(text[span.start : span.end].split()) for span in sentences]
    n_chunks = max(1, -(-sum(n_words) // cut.max_words))
    target = sum(n_words) / n_chunks
    chunks, start, words = [], 0, 0
    for number, more in enumerate(n_words):
        over = words + more > cut.max_words
        full = words > 0 and words + more / 2 > target
        if start < number and (over or full):
            chunks.append(Span(sentences[start].start, sentences[number - 1].end))
            start, words = number, 0
        words += more
    if sentences:
        chunks.append(Span(sentences[start].start, sentences[-1].end))
    return chunks


def shorten(text: str, span: Span, cut: Cut) -> Iterator[Span]:
    """Yield ``span`` whole, or cut between words so that no part passes ``cut.max_words``."""
    starts = list(word_starts(text, span))
    if len(starts) <= cut.max_words:
        yield span
        return
    n_parts = -(-len(starts) // cut.max_words)
    size = -(-len(starts) // n_parts)
    for start, end in pairwise([*starts[::size], span.end]):
        part = trimmed(text, start, end)
        if part is not None:
            yield part


def word_starts(text: str, span: Span) -> Iterator[int]:
    """Yield where each word in ``span`` begins."""
    is_between = True
    for place in range(span.start, span.end):
        if text[place].isspace():
            is_between = True
        elif is_between:
            yield place
            is_between = False
