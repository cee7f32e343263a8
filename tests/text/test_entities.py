"""Names that a recogniser proposes: from a real, tiny model, and nothing without one."""

from __future__ import annotations

from importlib.metadata import entry_points

import spacy

from pipeline.text.entities import MODELS, installed_model, people_named


def recogniser() -> spacy.language.Language:
    """Return a model that knows two people and a town."""
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns(  # type: ignore[attr-defined]  # spaCy's pipes are typed as callables
        [
            {"label": "PERSON", "pattern": "Orla Quist"},
            {"label": "PERSON", "pattern": "tam"},
            {"label": "GPE", "pattern": "Vale"},
        ]
    )
    return nlp


def test_people_are_counted_and_other_entities_are_not() -> None:
    """Names of people with a capital, white space made one, over all texts."""
    texts = ["Orla Quist of Vale met tam.\nOrla Quist left.", "", "Nobody here; Orla Quist."]

    assert {"Orla Quist": 3} == people_named(texts, recogniser())


def test_models_are_asked_for_where_spacy_keeps_them() -> None:
    """What is found without loading spaCy is what spaCy finds."""
    assert set(spacy.util.get_installed_models()) == {e.name for e in entry_points(group=MODELS)}


def test_a_language_without_a_model_has_none() -> None:
    """Nothing is downloaded and nothing is guessed from another language."""
    assert None is installed_model("zz")
