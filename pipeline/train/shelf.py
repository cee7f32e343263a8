"""The models of one codebook: which there are, which is in use, and changing that.

``current`` holds the id of the model in use; ``history`` those in use before it, one a line, the
last one last. Both are people's acts, or the gate's in their name: make never rebuilds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.core.atomic import write_bytes
from pipeline.core.codebook import Codebook
from pipeline.core.errors import ModelError
from pipeline.learn.skopsfile import TRUSTED
from pipeline.learn.store import (
    CURRENT_FILE,
    MODEL_ID,
    load_model,
    model_ids,
    read_card,
    read_current,
)

HISTORY_FILE = "history"


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model on the shelf; ``problem`` says why its card cannot be read, else it is empty.

    ``is_passed`` is what the gate said when it was trained, ``reason`` why.
    """

    model_id: str
    is_current: bool
    date: str = ""
    codebook_version: str = ""
    n_labelled: int = 0
    average_precision: float | None = None
    is_passed: bool = False
    reason: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """Which model was in use, and which is now; None: suggestions come from the codebook alone."""

    before: str | None
    after: str | None


def list_models(models: Path) -> list[ModelEntry]:
    """Return the models in the folder ``models``, the latest first."""
    current = read_current(models)
    entries = [entry_of(models, name, current) for name in model_ids(models)]
    return sorted(entries, key=lambda entry: (entry.date, entry.model_id), reverse=True)


def entry_of(models: Path, name: str, current: str | None) -> ModelEntry:
    """Return one line of the list."""
    try:
        card = read_card(models / name)
    except ModelError as error:
        return ModelEntry(name, name == current, problem=str(error))
    judgement = card.get("judgement", {})
    return ModelEntry(
        name,
        is_current=name == current,
        date=card.get("date", ""),
        codebook_version=card["codebook"]["version"],
        n_labelled=card.get("n_labelled", 0),
        average_precision=judgement.get("macro", {}).get("average_precision", {}).get("value"),
        is_passed=card.get("is_promoted", False),
        reason=card.get("reason", ""),
    )


def show_model(models: Path, name: str) -> dict[str, Any]:
    """Return the card of the model that ``name`` finds (`ModelError` if it finds none)."""
    return read_card(models / find_model(models, name))


def promote(
    models: Path, name: str, *, codebook: Codebook | None = None, trusted: Iterable[str] = TRUSTED
) -> Change:
    """Put a model into use.

    Parameters
    ----------
    models
        The folder of a codebook's models.
    name
        A model's id, or the start of one.
    codebook
        Where given, the model must have been made for exactly this one.
    trusted
        Full names of the types that the model may hold.

    Raises
    ------
    ModelError
        If there is no such model, or it cannot be loaded; the model in use stays.
    StaleError
        If it was made for another content of ``codebook``.
    """
    after = load_model(
        models / find_model(models, name), codebook=codebook, trusted=trusted
    ).model_id
    before = read_current(models)
    if before == after:
        return Change(before, after)
    if before is not None:
        write_lines(models / HISTORY_FILE, [*read_history(models), before])
    write_lines(models / CURRENT_FILE, [after])
    return Change(before, after)


def rollback(models: Path, *, trusted: Iterable[str] = TRUSTED) -> Change:
    """Put the model back into use that was there before; before the first there was none.

    Raises
    ------
    ModelError
        If no model is in use, or the one before cannot be loaded; the model in use stays.
    """
    before = read_current(models)
    if before is None:
        raise ModelError(
            f"{models}: no model is in use, so there is none to take back.", code="E_NO_MODEL"
        )
    # a crash between two writes can leave the model in use at the end of its own history
    earlier = [*read_history(models)]
    while earlier and earlier[-1] == before:
        earlier.pop()
    if not earlier:
        (models / CURRENT_FILE).unlink()
        return Change(before, None)
    after = load_model(models / earlier[-1], trusted=trusted).model_id
    write_lines(models / CURRENT_FILE, [after])
    write_lines(models / HISTORY_FILE, earlier[:-1])
    return Change(before, after)


def find_model(models: Path, name: str) -> str:
    """Return the one id that is or starts with ``name``.

    Raises
    ------
    ModelError
        If none does, or several do.
    """
    known = model_ids(models)
    found = [model_id for model_id in known if name and model_id.startswith(name)]
    if len(found) == 1:
        return found[0]
    raise ModelError(
        f"{models}: {len(found) or 'no'} models are called {name!r}; "
        f"known are: {', '.join(found or known) or 'none'}. Name one, or train one.",
        code="E_NO_MODEL",
    )


def read_history(models: Path) -> list[str]:
    """Return the ids of the models once in use, the last one last."""
    path = models / HISTORY_FILE
    text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
    return [line for line in text.split() if MODEL_ID.fullmatch(line)]


def write_lines(path: Path, lines: Sequence[str]) -> None:
    """Write a short text file, whole or not at all."""
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode())
