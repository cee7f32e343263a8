"""Texts with codes marked on them: what tools for machine learning and annotation exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """One code on a passage of a text, ``[start, end)`` in code points of that text.

    ``coder`` is who said so, or the model; ``score`` is a suggestion's probability, None for what
    a person decided; ``created`` is when, in UTC.
    """

    start: int
    end: int
    code: str
    coder: str = ""
    created: str = ""
    score: float | None = None


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A transcript or a segment of one, with its marks in order of the text.

    ``start`` is where the text begins in the transcript; ``segment_id`` is None for a whole one.
    """

    transcript_id: str
    segment_id: str | None
    start: int
    text: str
    marks: Sequence[Mark] = ()
    suggestions: Sequence[Mark] = ()

    @property
    def key(self) -> str:
        """What the text is known by."""
        return self.segment_id or self.transcript_id

    @property
    def meta(self) -> dict[str, str | int | None]:
        """What places the text again when it comes back."""
        return {
            "transcript_id": self.transcript_id,
            "segment_id": self.segment_id,
            "start": self.start,
        }

    def spans(self) -> list[tuple[int, int, str]]:
        """Return each marked passage and code once, whoever marked it."""
        return sorted({(mark.start, mark.end, mark.code) for mark in self.marks})


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that can be marked: path -> name, definition and colour (which may be empty)."""

    names: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    colors: Mapping[str, str] = field(default_factory=dict)
