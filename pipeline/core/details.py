"""What an act says beyond its columns: the JSON in its ``detail``, which may be damaged."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pipeline.core.records import Decision


def parsed_detail(row: Decision) -> object:
    """Return what the detail of an act says, None if nothing that can be read."""
    try:
        return json.loads(row.detail) if row.detail else None
    except (ValueError, RecursionError):
        return None


def detail_of(row: Decision) -> Mapping[str, object]:
    """Return the detail of an act as a table, empty if it has none that can be read."""
    found = parsed_detail(row)
    return found if isinstance(found, dict) else {}


def undecided(done: Decision) -> list[str]:
    """Return the codes that a completion left open: a third state, not a no."""
    found = detail_of(done).get("undecided")
    return [str(code) for code in found] if isinstance(found, list) else []
