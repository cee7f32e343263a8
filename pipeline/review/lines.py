"""Scripted decisions as lines of JSON: reading and checking them, with every problem at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipeline.core.config import nearest
from pipeline.core.errors import InputError, StaleError
from pipeline.review.desk import ADJUDICATE, ASSISTED, BLIND, Ask
from pipeline.review.facts import Place
from pipeline.review.log.fold import SETTLE
from pipeline.review.log.parcel import parse_line, refuse
from pipeline.review.log.rows import is_of_kind
from pipeline.review.log.schema import FORMAT

KINDS: Mapping[str, str] = {
    "transcript_id": "str",
    "start": "int",
    "end": "int",
    "quote": "str",
    "act": "str",
    "code": "str?",
    "memo": "str?",
    "mode": "str?",
    "verdict": "str?",
    "reason": "str?",
    "together": "list?",
    "decision_id": "str?",
    "decided_at": "str?",
}
WORDS = {"str": "text", "int": "whole number", "list": "list of names"}
REQUIRED = tuple(name for name, kind in KINDS.items() if not kind.endswith("?"))
MODES = (ASSISTED, BLIND, ADJUDICATE)


@dataclass(frozen=True, slots=True)
class Line:
    """One scripted decision; ``words`` is what the line says, as its id is made from it."""

    where: str
    place: Place
    quote: str
    ask: Ask
    mode: str
    decision_id: str | None
    decided_at: str | None
    words: tuple[tuple[str, Any], ...]


def read_lines(path: Path) -> list[Line]:
    """Return the decisions in the JSON lines file ``path``.

    Raises
    ------
    InputError
        If it cannot be read; the message lists every line that is not what it should be.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{path}: cannot be read as UTF-8 text ({error}). "
            "Give a file with one JSON object a line."
        ) from error
    numbered = [
        (f"{path}, line {number}", parse_line(line))
        for number, line in enumerate(text.split("\n"), 1)
        if line.strip()
    ]
    if numbered and isinstance(numbered[0][1], dict) and numbered[0][1].get("format") == FORMAT:
        raise InputError(
            f"{path}: this is an exported log. Take it in with 'glossator log import'.",
            code="E_LINES",
        )
    return parse_lines(numbered)


def parse_lines(tables: Sequence[tuple[str, Any]]) -> list[Line]:
    """Return decisions from tables, each with the place that messages name.

    Raises
    ------
    InputError
        Listing every problem found.
    """
    problems = [f"{where}: {problem}" for where, table in tables for problem in problems_of(table)]
    refuse(problems, InputError, "E_LINES")
    return [line_of(where, table) for where, table in tables]


def problems_of(table: Any) -> list[str]:
    """Return what is wrong with one line."""
    if not isinstance(table, Mapping):
        return ["not a JSON object. Write one decision a line."]
    problems = [f"unknown field {key}{nearest(key, KINDS)}." for key in table if key not in KINDS]
    problems += [f"{key} is missing." for key in REQUIRED if table.get(key) is None]
    problems += [
        f"{key} is {table[key]!r}; must be a {WORDS[kind.rstrip('?')]}."
        for key, kind in KINDS.items()
        if table.get(key) is not None and not fits(table[key], kind)
    ]
    mode = table.get("mode")
    if mode is not None and mode not in MODES:
        problems.append(f"mode is {mode!r}; must be one of {', '.join(MODES)}.")
    moment = table.get("decided_at")
    if isinstance(moment, str) and utc(moment) is None:
        problems.append(f"decided_at is {moment!r}; must be ISO 8601 with an offset or Z.")
    return problems


def fits(value: Any, kind: str) -> bool:
    """Whether a field of a line is of its kind."""
    if kind == "list?":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return is_of_kind(value, kind)


def line_of(where: str, table: Mapping[str, Any]) -> Line:
    """Return a checked table as a line."""
    said = {key: value for key, value in table.items() if value is not None}
    asked = {key: said.get(key) for key in ("code", "memo", "verdict", "reason")}
    moment = said.get("decided_at")
    return Line(
        where,
        (said["transcript_id"], said["start"], said["end"]),
        said["quote"],
        Ask(said["act"], **asked, together=tuple(said.get("together", ()))),
        said.get("mode") or (ADJUDICATE if said["act"] == SETTLE else ASSISTED),
        said.get("decision_id"),
        utc(moment) if moment else None,
        tuple(sorted(said.items())),
    )


def utc(moment: str) -> str | None:
    """Return an ISO 8601 time in UTC to the millisecond, None if it is none or has no offset."""
    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if found.tzinfo is None:
        return None
    return found.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def check_quotes(lines: Sequence[Line], texts: Mapping[str, str]) -> None:
    """Raise `StaleError` listing every line whose words do not stand where it says."""
    problems = []
    for line in lines:
        transcript_id, start, end = line.place
        text = texts.get(transcript_id)
        if text is None:
            known = nearest(transcript_id, sorted(texts))
            problems.append(f"{line.where}: there is no transcript {transcript_id}{known}.")
        elif not 0 <= start < end <= len(text):
            problems.append(
                f"{line.where}: {start}-{end} is no span of {transcript_id}, which has "
                f"{len(text)} characters."
            )
        elif text[start:end] != line.quote:
            problems.append(
                f"{line.where}: {transcript_id}:{start}-{end} reads {text[start:end]!r}; the line "
                f"quotes {line.quote!r}. Put the transcript back, or place the quote anew."
            )
    refuse(problems, StaleError, "E_STALE")
