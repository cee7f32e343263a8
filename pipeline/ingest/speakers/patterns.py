"""Labels that the settings describe: a family's name or a regular expression."""

from __future__ import annotations

import re

from pipeline.core.config import nearest
from pipeline.core.errors import ConfigError
from pipeline.ingest.labels import fold
from pipeline.ingest.speakers.front import Front
from pipeline.ingest.speakers.grammar import FAMILIES, REACH, Candidate, seconds_in
from pipeline.ingest.speakers.names import resolve
from pipeline.ingest.speakers.scoring import Assessment, Ground, candidates_of
from pipeline.ingest.speakers.units import Unit


def assess_pattern(pattern: str, ground: Ground, front: Front) -> Assessment:
    """Return what ``pattern`` finds; all of its labels count, since the user has said so.

    Raises
    ------
    ConfigError
        If it is neither a family nor a regular expression with a group ``label``.
    """
    if pattern in FAMILIES:
        candidates = candidates_of(pattern, ground)
    else:
        expression = compiled(pattern)
        found = (
            matched(expression, number, unit)
            for number, unit in enumerate(ground.units)
            if not unit.is_blank
        )
        candidates = {
            one.unit: one for one in found if one and fold(one.label) not in ground.refused
        }
        for number in candidates:
            front.kinds.pop(number, None)
    names = resolve(one.label for one in candidates.values())
    labels = frozenset(names.speaker(one.label) for one in candidates.values())
    return Assessment(
        pattern if pattern in FAMILIES else "pattern",
        1.0 if candidates else 0.0,
        candidates,
        candidates,
        names,
        labels,
    )


def compiled(pattern: str) -> re.Pattern[str]:
    """Return the regular expression of the settings."""
    try:
        expression = re.compile(pattern)
    except re.error as error:
        raise ConfigError(
            f"ingest.pattern: {pattern!r} is no regular expression ({error}); "
            f"write one, or a family{nearest(pattern, FAMILIES)}."
        ) from error
    if "label" not in expression.groupindex:
        raise ConfigError(
            f"ingest.pattern: {pattern!r} has no group (?P<label>...) and is no family"
            f"{nearest(pattern, FAMILIES)}."
        )
    return expression


def matched(expression: re.Pattern[str], number: int, unit: Unit) -> Candidate | None:
    """Return the label that ``expression`` finds in a unit, within its first `REACH` characters."""
    # Tried where a label may begin, not all along the line: people's patterns may be slow.
    starts = range(min(len(unit.text), REACH) + 1)
    match = next((m for at in starts if (m := expression.match(unit.text, at))), None)
    if match is None or not match["label"] or match.end("label") > REACH:
        return None
    groups = match.groupdict()
    has_text = groups.get("text") is not None
    words = match.start("text") if has_text else match.end()
    times = seconds_in(groups.get("time") or "")
    return Candidate(
        unit=number,
        label=match["label"],
        start=0,
        end=words,
        words=words,
        time_s=times[0] if times else None,
        is_alone=not unit.text[words:].strip(),
        stop=match.end("text") if has_text else None,
    )
