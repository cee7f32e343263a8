"""What the speaker detector hands to the layout: every part of every block, and what it is."""

from __future__ import annotations

from dataclasses import dataclass

LABEL = "label"
WORDS = "words"


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a turn begins: who speaks, how that is known, and when, in seconds."""

    speaker: str | None
    attribution: str
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a block, in order of the text; offsets are code points of the block's text.

    ``kind`` is label, words or an aside's kind. A piece with an ``opening`` begins a turn; a words
    piece without one goes on with the turn before it, or is unattributed if there is none.
    """

    block: int
    start: int
    end: int
    kind: str
    opening: Opening | None = None
