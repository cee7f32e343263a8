"""Looking into JSON of unknown shape: whatever is not there is empty, never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.ingest.decode import canonical_characters
from pipeline.ingest.readers.times import seconds_of

Tree = Any
Node = Mapping[str, Any]
CHUNK = re.compile(r"\s+")
MAX_SECONDS = 1e9


def at(tree: Tree, *path: str | int) -> Tree:
    """Return what is at ``path``: keys of objects, places in lists; None if a step is missing."""
    for step in path:
        if isinstance(step, str):
            tree = tree.get(step) if isinstance(tree, dict) else None
        else:
            tree = tree[step] if isinstance(tree, list) and -len(tree) <= step < len(tree) else None
    return tree


def nodes(tree: Tree, *path: str | int) -> list[Node]:
    """Return the objects in the list at ``path``."""
    found = at(tree, *path)
    return [node for node in found if isinstance(node, dict)] if isinstance(found, list) else []


def words_at(node: Tree, *keys: str) -> str:
    """Return the text under the first of ``keys`` that has one, white space as single spaces."""
    for key in keys:
        value = at(node, key)
        if isinstance(value, str) and value.strip():
            return CHUNK.sub(" ", canonical_characters(value)[0]).strip()
    return ""


def label_at(node: Tree, *keys: str) -> str | None:
    """Return the speaker under the first of ``keys`` that names one; numbers are names, too."""
    for key in keys:
        value = at(node, key)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        label = words_at(node, key).rstrip(":").strip()
        if label:
            return label
    return None


def seconds_at(node: Tree, *keys: str, scale: float = 1.0) -> float | None:
    """Return the time under the first of ``keys`` that has one; ``scale`` makes it seconds.

    Numbers, texts (``"0.127s"``, ``"00:01"``, ``"PT1S"``) and ``{"seconds": 1, "nanos": 2}``.
    """
    for key in keys:
        value = at(node, key)
        if isinstance(value, dict):
            whole, part = (seconds_at(value, name) or 0.0 for name in ("seconds", "nanos"))
            return whole + part / 1e9
        if isinstance(value, str):
            value = seconds_of(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            # Compared before it is scaled: an integer may be too large for a float.
            return round(value * scale, 6) if 0 <= value < MAX_SECONDS / scale else None
    return None


def keys_of(tree: Tree) -> str:
    """Return what a tree is made of, for a message."""
    if isinstance(tree, dict):
        return f"keys {', '.join(str(key)[:40] for key in list(tree)[:12]) or '(none)'}"
    if isinstance(tree, list) and tree and isinstance(tree[0], dict):
        return f"a list of {len(tree)}, the first with {keys_of(tree[0])}"
    return "no objects with keys"


def lists_of(tree: Tree, *paths: tuple[str | int, ...]) -> Iterator[list[Node]]:
    """Yield the lists of objects at ``paths`` that are not empty."""
    for path in paths:
        found = nodes(tree, *path)
        if found:
            yield found
