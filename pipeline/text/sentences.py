"""Sentences by rule: spaCy's tokenizer knows where a full stop is not an end."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pipeline.core.errors import ConfigError
from pipeline.core.spans import Span, trimmed

if TYPE_CHECKING:
    from spacy.language import Language

MAX_CHARS = 100_000  # spaCy's memory grows with the text: longer turns are cut at white space


def sentence_spans(text: str, *, language: str = "en") -> list[Span]:
    """Return the sentences of ``text`` in order, without the white space around them.

    A line end ends a sentence, too. No model is loaded, nothing is downloaded.

    Parameters
    ----------
    text
        Any text; offsets count in its code points.
    language
        Two-letter code of a language whose tokenizer spaCy brings along.
    """
    spans = []
    for start, end in pieces(text):
        doc = sentencizer(language)(text[start:end])
        for sentence in doc.sents:
            span = trimmed(text, start + sentence.start_char, start + sentence.end_char)
            if span is not None:
                spans.append(span)
    return spans


def pieces(text: str) -> list[tuple[int, int]]:
    """Return the lines of ``text``, the very long ones cut at white space."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        end = start + len(line)
        while end - start > MAX_CHARS:
            cut = text.rfind(" ", start, start + MAX_CHARS)
            cut = cut if cut > start else start + MAX_CHARS
            found.append((start, cut))
            start = cut
        found.append((start, end))
        start = end
    return found


@cache
def sentencizer(language: str) -> Language:
    """Return spaCy's blank pipeline for ``language`` with its rule-based sentence splitter."""
    import spacy

    try:
        nlp = spacy.blank(language)
    except ImportError as error:
        raise ConfigError(
            f"language: {language!r} is not a language whose tokenizer is installed. "
            'Use a two-letter code such as "en", or "xx" for any.'
        ) from error
    nlp.add_pipe("sentencizer")
    nlp.max_length = 2 * MAX_CHARS
    return nlp
