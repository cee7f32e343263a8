"""GUIDs: read in any spelling, written in one, and derived from what they name."""

from __future__ import annotations

import re
import uuid

NAMESPACE = uuid.UUID("4d16c6a7-f6bb-51da-b306-2fc74b447338")
FORM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
SEPARATOR = "\x1f"


def derived(kind: str, *key: object) -> str:
    """Return the GUID of a ``kind`` of thing known by ``key``; the same everywhere, always."""
    return str(uuid.uuid5(NAMESPACE, SEPARATOR.join((kind, *map(str, key)))))


def plain(text: str) -> str:
    """Return a GUID in the one spelling used here: lower case, no braces."""
    return text.strip().strip("{}").strip().lower()


def is_guid(text: str) -> bool:
    """Whether ``text``, as `plain` returns it, has the form of a GUID."""
    return FORM.fullmatch(text) is not None


def user_guid(coder: str) -> str:
    """Return the GUID of a coder; the same in every corpus, on purpose."""
    return derived("user", coder)


def code_guid(codebook: str, path: str) -> str:
    """Return the GUID of a code; the same in every corpus of the codebook, on purpose."""
    return derived("code", codebook, path)


def selection_guid(source: str, start: int, end: int, coder: str) -> str:
    """Return the GUID of a coder's selection in the source with the GUID ``source``."""
    return derived("selection", source, start, end, coder)


def coding_guid(selection: str, code: str) -> str:
    """Return the GUID of a code on the selection with the GUID ``selection``."""
    return derived("coding", selection, code)


def note_guid(owner: str, number: int = 0) -> str:
    """Return the GUID of a note on the element with the GUID ``owner``."""
    return derived("note", owner, number)
