"""Who spoke in the turns that a model can point at."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pipeline.core.streams import talks_of

WHO = ("transcript_id", "turn", "speaker")


def speakers_of(path: Path, turns: Collection[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """Return who spoke in ``turns``, by transcript and turn, where somebody is named.

    ``path`` is the table of segments.
    """
    names = {name for name, _ in turns}
    return {
        (name, turn): speaker
        for name, rows in (talks_of(path, {}, only=WHO) if names else ())
        if name in names
        for turn, speaker in zip(*(rows.column(n).to_pylist() for n in WHO[1:]), strict=True)
        if speaker is not None and (name, turn) in turns
    }
