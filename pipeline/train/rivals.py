"""Whom a new model is compared with: the model in use, and the best that ever was.

Each comes with the labels that it had, so that its recipe can be asked about interviews unseen.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipeline.core.errors import ModelError
from pipeline.learn.skopsfile import Classifier
from pipeline.learn.store import load_model, read_current
from pipeline.train.cards import labels_from
from pipeline.train.examples import Examples
from pipeline.train.shelf import entry_of, read_history
from pipeline.train.unseen import Side


def find_rival(
    models: Path, examples: Examples, recipe: Classifier, trusted: Iterable[str]
) -> Side:
    """Return the model in use with the labels that it had; without one, the cold start."""
    name = read_current(models)
    if name is None:
        return Side("the cold start", recipe, None, examples.codes)
    try:
        title = f"the model {name} in use"
        return side_of(models / name, title, examples, recipe, trusted)
    except ModelError as error:
        why = f"the cold start (the model {name} in use cannot be read: {error.code})"
        return Side(why, recipe, None, examples.codes)


def find_best(
    models: Path, examples: Examples, recipe: Classifier, trusted: Iterable[str]
) -> Side | None:
    """Return the best model that was ever in use, by its card; None if that is the one in use.

    Beside it, many losses too small to tell from chance one by one are told together.
    """
    current = read_current(models)
    known = [*read_history(models), *([current] if current else [])]
    entries = [entry_of(models, name, current) for name in dict.fromkeys(known)]
    whole = [entry for entry in entries if not entry.problem]
    best = max(whole, key=lambda entry: entry.average_precision or 0.0, default=None)
    if best is None or best.is_current:
        return None
    try:
        title = f"the model {best.model_id}, the best so far"
        return side_of(models / best.model_id, title, examples, recipe, trusted)
    except ModelError:
        return None  # damaged: it cannot be asked, and nobody uses it


def side_of(
    folder: Path, title: str, examples: Examples, recipe: Classifier, trusted: Iterable[str]
) -> Side:
    """Return a stored model with the labels that it had.

    Raises
    ------
    ModelError
        If it cannot be read, or learned with another encoder than ``recipe`` has.
    """
    loaded = load_model(folder, trusted=trusted)
    if getattr(loaded.classifier, "encoder_sha256_", ""):
        loaded.classifier.set_params(encoder=getattr(recipe, "encoder", None)).check_encoder()
    Y, codes = labels_from(loaded.card, examples)
    return Side(title, loaded.classifier, Y, codes)
