"""Times as tools write them, in seconds."""

from __future__ import annotations

import re
from datetime import datetime

CLOCK = re.compile(r"(?:(\d{1,3})[:.])?(\d{1,3}):(\d{1,2})(?:[.,:](\d{1,6}))?")
NUMBER = re.compile(r"(\d{1,12}(?:[.,]\d{1,9})?)\s*(ms|msec|s|sec|secs|seconds)?", re.IGNORECASE)
ISO_DURATION = re.compile(
    r"PT(?:(\d{1,4})H)?(?:(\d{1,6})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?", re.IGNORECASE
)
AROUND = " \t\n\xa0[](){}<>*~"


def seconds_of(text: str) -> float | None:
    """Return the seconds that ``text`` says, or None if it is no time.

    Clock (``1:02:03.5``, ``00:00:20,000``, ``mm:ss``), a number (seconds unless ``ms`` follows),
    an ISO duration (``PT1M2S``) or date and time (seconds since midnight); brackets are dropped.
    """
    bare = text.strip(AROUND)
    if not bare:
        return None
    return clock(bare) if ":" in bare else number(bare)


def clock(text: str) -> float | None:
    """Return the seconds of a clock or of the clock in an ISO date and time."""
    found = CLOCK.fullmatch(text)
    if found:
        hours, minutes, seconds, fraction = found.groups()
        whole = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
        return whole + (float(f"0.{fraction}") if fraction else 0.0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6


def number(text: str) -> float | None:
    """Return the seconds of a plain number or an ISO duration."""
    found = NUMBER.fullmatch(text)
    if found:
        value = float(found[1].replace(",", "."))
        return value / 1000 if (found[2] or "").lower().startswith("ms") else value
    parts = ISO_DURATION.fullmatch(text)
    if parts is None or not any(parts.groups()):
        return None
    hours, minutes, seconds = (float(part or 0) for part in parts.groups())
    return hours * 3600 + minutes * 60 + seconds
