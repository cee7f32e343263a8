"""What a browser sends as a decision, checked; its word for anything else is not asked."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.core.errors import ReviewError
from pipeline.review.desk import ADJUDICATE, SECOND_LOOK, Ask
from pipeline.review.facts import Place
from pipeline.review.lines import utc

ACTS = frozenset(
    {"accept", "reject", "add", "clear", "unsure", "done", "reopen", "skip", "memo"}
    | {"reveal", "undo", "settle"}
)
MODES = frozenset({ADJUDICATE, SECOND_LOOK})
LONGEST_MEMO = 10_000
LONGEST_QUOTE = 2_000
LONGEST_ID = 400  # a transcript is called after its file, a code after all codes above it
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Asked:
    """One decision as the page wants it.

    ``heads`` is what it saw at the end of the thread. ``mode`` is None where the coder codes; what
    is done on the other screens says so, and the log asks whether it may be done there.
    """

    decision_id: str
    group_id: str | None
    place: Place
    ask: Ask
    heads: frozenset[str]
    decided_at: str
    active_ms: int | None
    quote: str | None = None
    mode: str | None = None


def parse_asked(table: Any) -> Asked:
    """Return one decision that a browser sent.

    Raises
    ------
    ReviewError
        If it is not what a page of ours sends.
    """
    if not isinstance(table, Mapping):
        raise bad("a decision", "must be an object")
    act, decided_at = text(table, "act"), utc(text(table, "decided_at"))
    if act not in ACTS:
        raise bad("act", f"must be one of {', '.join(sorted(ACTS))}")
    if decided_at is None:
        raise bad("decided_at", "must be ISO 8601 with an offset or Z")
    ask = Ask(
        act,
        optional(table, "code"),
        optional(table, "memo", longest=LONGEST_MEMO) if act in {"memo", "settle"} else None,
        verdict=optional(table, "verdict") if act == "settle" else None,
        reason=optional(table, "reason") if act == "settle" else None,
        together=tuple(texts(table, "together")) if act == "settle" else (),
        undoes=optional(table, "undoes") if act == "undo" else None,
        seen=seen_of(table) if act == "done" else None,
    )
    group = table.get("group_id")
    return Asked(
        identifier(table, "decision_id"),
        None if group is None else identifier(table, "group_id"),
        parse_place(table),
        ask,
        frozenset(texts(table, "heads")),
        decided_at,
        milliseconds(table),
        optional(table, "quote", longest=LONGEST_QUOTE),
        mode_of(table, act),
    )


def mode_of(table: Mapping[str, Any], act: str) -> str | None:
    """Return the screen's mode, None where the coder codes."""
    mode = ADJUDICATE if act == "settle" else optional(table, "mode")
    if mode is not None and mode not in MODES:
        raise bad("mode", f"must be one of {', '.join(sorted(MODES))}")
    return mode


def parse_place(table: Any) -> Place:
    """Return the place that ``table`` names.

    Raises
    ------
    ReviewError
        If it names none.
    """
    if not isinstance(table, Mapping):
        raise bad("a place", "must be an object")
    start, end = table.get("start"), table.get("end")
    if type(start) is not int or type(end) is not int:
        raise bad("start and end", "must be whole numbers")
    return (text(table, "transcript_id"), start, end)


def seen_of(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the page showed when the span was signed off."""
    seen = table.get("seen")
    if not isinstance(seen, Mapping):
        raise bad("seen", "must be an object")
    return {key: texts(seen, key) for key in ("yes", "undecided")}


def identifier(table: Mapping[str, Any], name: str) -> str:
    """Return an id in the one form that we write it."""
    try:
        return str(uuid.UUID(text(table, name)))
    except ValueError as error:
        raise bad(name, "must be a UUID") from error


def text(table: Mapping[str, Any], name: str, longest: int = LONGEST_ID) -> str:
    """Return a text that must be there."""
    value = table.get(name)
    if not isinstance(value, str) or not value or len(value) > longest:
        raise bad(name, f"must be a text of 1 to {longest:,} characters")
    return value


def optional(table: Mapping[str, Any], name: str, longest: int = LONGEST_ID) -> str | None:
    """Return a text that may be missing."""
    return None if table.get(name) is None else text(table, name, longest)


def texts(table: Mapping[str, Any], name: str) -> list[str]:
    """Return a list of texts."""
    value = table.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad(name, "must be a list of texts")
    return value


def milliseconds(table: Mapping[str, Any]) -> int | None:
    """Return the time in front of the span, None where it was not measured."""
    value = table.get("active_ms")
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= DAY_MS:
        raise bad("active_ms", "must be milliseconds of at most a day")
    return value


def bad(name: str, rule: str) -> ReviewError:
    """Return the sentence for something that no page of ours sends."""
    return ReviewError(f"{name}: {rule}. Load the page again.", code="E_DECISION")
