"""Models on disk: written whole, the same learned state as the same bytes, read only if trusted.

A model is a folder named after the sha256 of its ``model.skops``: that file, ``card.json`` for
machines and ``card.md`` for people.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.core.atomic import storage_error, write_bytes
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.codebook import Code, Codebook
from pipeline.core.errors import ModelError, StaleError
from pipeline.learn.skopsfile import (
    TRUSTED,
    Classifier,
    check_types,
    damaged,
    load_classifier,
    model_bytes,
)

FORMAT = 3
ID_LENGTH = 12
MODEL_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
MODEL_FILE, CARD_FILE, WORDS_FILE, CURRENT_FILE = "model.skops", "card.json", "card.md", "current"
Card = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LoadedModel:
    """A model read from disk, ready to suggest."""

    model_id: str
    classifier: Any
    card: Card


def save_model(
    folder: Path, classifier: Classifier, card: Card, *, words: Callable[[Card], str] | None = None,
    trusted: Iterable[str] = TRUSTED,
) -> str:  # fmt: skip
    """Write ``classifier`` to ``folder/<model_id>``, whole or not at all, and return its id.

    Parameters
    ----------
    folder
        The models of one codebook, e.g. ``models/vcc``; made if missing.
    classifier
        Fitted; all that it holds must be of a trusted type.
    card
        What is known of the model. ``format``, ``model_id``, ``sha256``, ``codebook`` and
        ``is_calibrated`` are filled in here, so that they are never wrong.
    words
        Makes ``card.md`` from the finished card; by default a plain listing.
    trusted
        Full names of the types that the model may hold.

    Raises
    ------
    ModelError
        If the model holds a type that could not be loaded again.
    StorageError
        If the disk is full or refuses to write; nothing is left behind then.
    """
    data = model_bytes(classifier)
    check_types(data, frozenset(trusted), str(folder))
    digest = hashlib.sha256(data).hexdigest()
    model_id = digest[:ID_LENGTH]
    full = {
        **card,
        "format": FORMAT,
        "model_id": model_id,
        "sha256": digest,
        "codebook": describe_codebook(classifier.codebook),
        "is_calibrated": np.asarray(classifier.is_calibrated_).tolist(),
    }
    card_json = json.dumps(full, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    files = {
        MODEL_FILE: data,
        WORDS_FILE: (words or plain_words)(full).encode(),
        CARD_FILE: (card_json + "\n").encode(),
    }
    write_folder(folder / model_id, files)
    return model_id


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Make ``folder`` with ``files`` by one rename; if it is there, renew its files one by one."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if folder.exists():  # the same model was learned again: only its card can differ
            for name, data in files.items():
                write_bytes(folder / name, data)
            return
        temporary = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise storage_error(folder, error) from error
    try:
        for name, data in files.items():
            write_bytes(temporary / name, data)
        temporary.chmod(0o755)
        temporary.rename(folder)
    except OSError as error:
        raise storage_error(folder, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def load_model(
    folder: Path, *, codebook: Codebook | None = None, trusted: Iterable[str] = TRUSTED
) -> LoadedModel:
    """Return the model in ``folder`` after checking that it is whole, ours and up to date.

    Parameters
    ----------
    folder
        The folder of one model, e.g. ``models/vcc/0123456789ab``.
    codebook
        Where given, the model must have been made for exactly this codebook.
    trusted
        Full names of the types that the model may hold.

    Raises
    ------
    ModelError
        If a file is missing, damaged or changed, or holds a type that we do not trust.
    StaleError
        If the model was made for another content of ``codebook``; the message says what differs.
    """
    card = read_card(folder)
    if codebook is not None:
        check_codebook(card, codebook, str(folder))
    path = folder / MODEL_FILE
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}). Train again.") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != card["sha256"] or folder.name != digest[:ID_LENGTH]:
        raise ModelError(
            f"{path}: its sha256 is {digest[:ID_LENGTH]}..., its card says "
            f"{card['sha256'][:ID_LENGTH]}...; the file was changed or cut off after training. "
            "Take it from a backup, or train again.",
            code="E_MODEL_CHANGED",
        )
    return LoadedModel(folder.name, load_classifier(data, frozenset(trusted), str(path)), card)


def read_card(folder: Path) -> dict[str, Any]:
    """Return the card of the model in ``folder``.

    Raises
    ------
    ModelError
        If it is missing, damaged or of another format.
    """
    path = folder / CARD_FILE
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        known = ", ".join(model_ids(folder.parent)) or "none"
        raise ModelError(
            f"{path}: there is no such model; known are: {known}. "
            "Train one with 'glossator train'.",
            code="E_NO_MODEL",
        ) from error
    except (OSError, *BROKEN_JSON) as error:
        raise damaged(str(path), error) from error
    if (
        not isinstance(card, dict)
        or card.get("format") != FORMAT
        or not isinstance(card.get("sha256"), str)
    ):
        raise ModelError(
            f"{path}: not a card of format {FORMAT}. Another version wrote it: train again."
        )
    return card


def model_ids(folder: Path) -> list[str]:
    """Return the ids of the models in ``folder``, sorted."""
    found = folder.glob(f"*/{CARD_FILE}")
    return sorted(card.parent.name for card in found if MODEL_ID.fullmatch(card.parent.name))


def read_current(folder: Path) -> str | None:
    """Return the id of the model in use among those in ``folder``, None if there is none.

    Raises
    ------
    ModelError
        If the file ``current`` holds anything but one model id.
    """
    path = folder / CURRENT_FILE
    if not path.exists():
        return None
    name = path.read_text(encoding="utf-8", errors="replace").strip()
    if not MODEL_ID.fullmatch(name):
        raise ModelError(
            f"{path}: holds {name[:40]!r}; it must hold one model id. "
            "Choose a model with 'glossator models promote', or delete the file."
        )
    return name


def load_current(
    folder: Path, codebook: Codebook, *, trusted: Iterable[str] = TRUSTED
) -> LoadedModel | None:
    """Return the model in use among those in ``folder``, None without one; see `load_model`."""
    name = read_current(folder)
    return None if name is None else load_model(folder / name, codebook=codebook, trusted=trusted)


def describe_codebook(codebook: Codebook) -> dict[str, Any]:
    """Return what a card keeps of a codebook: enough to say later what has changed."""
    return {
        "slug": codebook.slug,
        "version": codebook.version,
        "sha256": codebook.sha256,
        "codes": {code.path: hash_of_code(code) for code in codebook.codes},
    }


def hash_of_code(code: Code) -> str:
    """Return a short hash of all that ``code`` says."""
    row = [getattr(code, f.name) for f in fields(Code)]
    return hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).hexdigest()[:16]


def check_codebook(card: Card, codebook: Codebook, where: str) -> None:
    """Raise `StaleError` saying what differs unless the model was made for ``codebook``."""
    made_for = card["codebook"]
    if made_for["sha256"] == codebook.sha256:
        return
    old, new = made_for["codes"], describe_codebook(codebook)["codes"]
    versions = [made_for["slug"], made_for["version"]], [codebook.slug, codebook.version]
    groups = {
        "is now": [" ".join(versions[1])] if versions[0] != versions[1] else [],
        "added": [path for path in new if path not in old],
        "removed": [path for path in old if path not in new],
        "changed": [path for path in new if path in old and new[path] != old[path]],
    }
    changes = [f"{what} {', '.join(paths)}" for what, paths in groups.items() if paths]
    raise StaleError(
        f"{where}: made for the codebook {' '.join(versions[0])}, which has changed since: "
        f"{'; '.join(changes) or 'its codes stand in another order'}. Train again.",
        code="E_STALE_MODEL",
    )


def plain_words(card: Card) -> str:
    """Return the card as a plain listing."""
    plain = {key: value for key, value in card.items() if isinstance(value, str | int | float)}
    lines = [f"- {key}: {value}" for key, value in plain.items()]
    return "\n".join([f"# Model {card['model_id']}", "", *lines, ""])
