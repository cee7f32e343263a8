"""Names of people that spaCy's entity recogniser proposes, where a model is installed.

Nothing is downloaded; without a model nothing is proposed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cache
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from pipeline.text.sentences import MAX_CHARS, pieces

if TYPE_CHECKING:
    from spacy.language import Language

MODELS = "spacy_models"  # where models make themselves known; asking there need not load spaCy
PEOPLE = frozenset({"PERSON", "PER", "PRS", "persName"})  # as the models of several languages say


def installed_model(language: str) -> str | None:
    """Return the first installed model of ``language``, else of many languages, else None."""
    models = sorted(entry.name for entry in entry_points(group=MODELS))
    for prefix in (f"{language}_", "xx_"):
        for name in models:
            if name.startswith(prefix):
                return name
    return None


@cache
def recogniser(model: str) -> Language:
    """Return an installed model, loaded once, without what names do not need."""
    import spacy

    return spacy.load(model, exclude=["parser", "lemmatizer", "attribute_ruler", "textcat"])


def people_named(texts: Iterable[str], nlp: Language) -> Counter[str]:
    """Return the names of people that ``nlp`` sees in ``texts``, and how often each stands there.

    A name is as it is written, but for white space; longer lines are cut at `MAX_CHARS`.
    """
    nlp.max_length = max(nlp.max_length, 2 * MAX_CHARS)
    lines = (text[start:end] for text in texts for start, end in pieces(text))
    names = (
        " ".join(entity.text.split())
        for doc in nlp.pipe(line for line in lines if line.strip())
        for entity in doc.ents
        if entity.label_ in PEOPLE
    )
    return Counter(name for name in names if any(map(str.isupper, name)))
