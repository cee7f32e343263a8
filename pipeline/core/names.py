"""Names that every system takes for a file or folder: a project moves from one to another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pipeline.core.receipts import key_of

RESERVED = re.compile(r"(?i:con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\xb9\xb2\xb3])")
NOT_IN_FILES = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
LONGEST_PART = 50  # characters of a file's name that somebody else chose
LONGEST_NAME = 100  # characters; Windows gives a whole path 260


def is_reserved(name: str) -> bool:
    """Whether Windows keeps ``name`` for a device; what follows its first full stop is no help."""
    return RESERVED.fullmatch(name.partition(".")[0].rstrip()) is not None


def fault_of(name: str, others: Iterable[str]) -> str:
    """Return why not every system can hold a new ``name`` beside ``others``; empty if all can."""
    if is_reserved(name):
        return "Windows keeps this name for a device"
    if name.endswith((".", " ")):
        return "Windows takes no name that ends in a full stop or a blank"
    if len(name) > LONGEST_NAME:
        return f"the name has {len(name)} characters; the limit is {LONGEST_NAME}"
    same = [other for other in others if other.casefold() == name.casefold()]
    if same:
        return f"{same[0]} is there, and Windows and macOS tell no large letters from small ones"
    return ""


def file_part(name: str) -> str:
    """Return ``name`` as part of a file's name; a changed one gets a mark, so that no two meet."""
    plain = NOT_IN_FILES.sub("-", name)[:LONGEST_PART].rstrip(" .")
    return name if plain == name else f"{plain}-{key_of(name)[:6]}"
