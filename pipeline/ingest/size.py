"""How much one transcript may weigh, so that none takes for ever or all of the memory."""

from __future__ import annotations

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import LimitSettings

MAX_PARTS = 150_000  # sixteen hours of talk with a cue for every word


def check_characters(n_chars: int, limits: LimitSettings) -> None:
    """Raise ``E_TOO_LARGE`` if a transcript has more characters than the settings allow."""
    if n_chars > limits.max_chars:
        raise TranscriptError(
            f"{n_chars} characters; the limit is {limits.max_chars}. Split it, or raise "
            "max_chars in [ingest.limits].",
            code="E_TOO_LARGE",
        )


def check_parts(n_parts: int) -> None:
    """Raise ``E_TOO_LARGE`` if a transcript has more lines, cues or rows than any talk."""
    if n_parts > MAX_PARTS:
        raise TranscriptError(
            f"{n_parts} lines, cues or rows; the limit is {MAX_PARTS} a transcript. Split it.",
            code="E_TOO_LARGE",
        )
