"""Texts with marked spans as spaCy's own files: DocBin for training, HTML for looking at."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.text.sentences import sentencizer

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

GROUP = "codes"  # doc.spans["codes"]


@dataclass(frozen=True, slots=True)
class Label:
    """A marked passage ``[start, end)`` in code points: what it is called and who says so."""

    start: int
    end: int
    label: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with its labels and what places it again."""

    text: str
    labels: Sequence[Label]
    meta: Mapping[str, Any]


def format_docbin(texts: Iterable[LabelledText], *, language: str) -> tuple[bytes, int]:
    """Return a DocBin with the labels in ``doc.spans["codes"]``, and how many had to be widened.

    Spans are made of tokens: a label that begins or ends inside a token takes all of it, and the
    exact offsets stand in ``doc.user_data["exact"]``. ``span.id_`` names who said so.

    Parameters
    ----------
    texts
        In the order in which they are to stand.
    language
        Two-letter code; its blank tokenizer cuts the tokens.
    """
    from spacy.tokens import DocBin

    found, n_widened = DocBin(store_user_data=True), 0
    nlp = sentencizer(language)
    for one in texts:
        doc = nlp.tokenizer(one.text)
        spans = [tokens_of(doc, label) for label in one.labels]
        n_widened += sum(
            (span.start_char, span.end_char) != (label.start, label.end)
            for span, label in zip(spans, one.labels, strict=True)
        )
        doc.spans[GROUP] = spans
        doc.user_data = {
            "meta": dict(one.meta),
            "exact": [[label.start, label.end, label.label, label.by] for label in one.labels],
        }
        found.add(doc)
    return found.to_bytes(), n_widened


def tokens_of(doc: Doc, label: Label) -> Span:
    """Return the tokens that a label touches (`ValueError` if it lies outside the text)."""
    span = doc.char_span(
        label.start, label.end, label=label.label, span_id=label.by, alignment_mode="expand"
    )
    if span is None:
        raise ValueError(f"{label}: lies outside a text of {len(doc.text)} characters")
    return span


def format_displacy(
    texts: Iterable[LabelledText], colors: Mapping[str, str], *, language: str, title: str
) -> str:
    """Return one page of HTML that shows the labels under the words, with nothing from elsewhere.

    Parameters
    ----------
    texts
        In the order in which they are to stand.
    colors
        ``#rrggbb`` by label, where a label has a colour.
    language
        Two-letter code; its blank tokenizer cuts the tokens.
    title
        Of the page.
    """
    from spacy import displacy

    nlp = sentencizer(language)
    docs = []
    for one in texts:
        doc = nlp.tokenizer(one.text)
        spans = [tokens_of(doc, label) for label in one.labels]
        docs.append(
            {
                "text": one.text,
                "title": html.escape(str(one.meta.get("segment_id") or one.meta["transcript_id"])),
                "tokens": [token.text for token in doc],
                "settings": {},
                "spans": [
                    {"start_token": span.start, "end_token": span.end, "label": span.label_}
                    for span in spans
                ],
            }
        )
    options = {"colors": dict(colors)}
    page = displacy.render(
        docs, style="span", page=True, manual=True, jupyter=False, options=options
    )
    return page.replace("<title>displaCy</title>", f"<title>{html.escape(title)}</title>", 1)
