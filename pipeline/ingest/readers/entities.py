"""Character entities that tools leave in plain cells and cues."""

from __future__ import annotations

import html
import re

# `html.unescape` alone also takes "&copy" without a semicolon, and would break "R&notes" and URLs.
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def unescaped(text: str) -> str:
    """Return ``text`` with entities such as ``&amp;`` and ``&#x27;`` as their characters."""
    if "&" not in text:
        return text
    return ENTITY.sub(lambda found: html.unescape(found[0]), text)
