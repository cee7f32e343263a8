"""Cues, rows and fields to paragraphs: one a turn, written ``label: words``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.ingest.blocks import Block, Reading, Removed
from pipeline.ingest.pieces import LABEL, WORDS, Opening, Piece

COLONS = ": \uff1a"
CUES = ("cue", "word", "event")


@dataclass(slots=True)
class Paragraph:
    """A turn being gathered from pieces: its written label, its words, where they stood."""

    opening: Opening
    label: str
    places: list[str]
    texts: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Joiner:
    """Gathers pieces into paragraphs; neighbours of one speaker are joined as ``join`` says."""

    blocks: Sequence[Block]
    join: str
    out: list[Block] = field(default_factory=list)
    pieces: list[Piece] = field(default_factory=list)
    open: Paragraph | None = None
    n_repeated: int = 0

    def add(self, piece: Piece) -> None:
        """Take the next piece."""
        block = self.blocks[piece.block]
        text = block.text[piece.start : piece.end].strip()
        if block.kind in CUES:
            text = " ".join(text.split())
        if piece.opening is not None:
            self.begin(piece, block, text)
        if piece.kind == LABEL:
            return
        is_inside = piece.kind == WORDS or (piece.kind in {"note", "time"} and block.kind in CUES)
        if self.open is not None and is_inside:
            self.open.texts.append(text)
            self.open.places.append(block.place)
            return
        self.flush()
        if text:
            self.pieces.append(Piece(len(self.out), 0, len(text), piece.kind))
            self.out.append(Block(text, place=block.place))

    def begin(self, piece: Piece, block: Block, text: str) -> None:
        """Begin a paragraph, or go on with the one of the same speaker."""
        opening = piece.opening or Opening(None, "unknown")
        may_join = self.join == "all" or (self.join == "cues" and block.kind in CUES)
        is_same = self.open is not None and self.open.opening.speaker == opening.speaker
        is_change = opening.speaker is None and bool(block.style)
        if self.open is not None and may_join and is_same and not is_change:
            self.n_repeated += opening.speaker is not None
            self.open.opening = replace(self.open.opening, end_s=opening.end_s)
            return
        self.flush()
        written = text if piece.kind == LABEL else block.label or ""
        bare = written.rstrip(COLONS)
        written = f"{bare}:" if bare and opening.speaker else ""
        self.open = Paragraph(opening, written, [block.place])

    def flush(self) -> None:
        """Write the open paragraph."""
        turn, self.open = self.open, None
        if turn is None:
            return
        words = " ".join(text for text in turn.texts if text)
        number = len(self.out)
        place = turn.places[0]
        if turn.places[-1] != place:
            place = f"{place} to {turn.places[-1]}"
        if turn.label:
            self.pieces.append(Piece(number, 0, len(turn.label), LABEL, turn.opening))
            self.pieces.append(
                Piece(number, len(turn.label), len(turn.label) + 1 + len(words), WORDS)
            )
            self.out.append(Block(f"{turn.label} {words}", place=place))
        elif words:
            self.pieces.append(Piece(number, 0, len(words), WORDS, turn.opening))
            self.out.append(Block(words, place=place))


def needs_joining(reading: Reading) -> bool:
    """Whether the source is structured, so that the paragraphs must be made."""
    return reading.is_structured or any(block.kind in {*CUES, "row"} for block in reading.blocks)


def join_turns(
    blocks: Sequence[Block], pieces: Sequence[Piece], join: str
) -> tuple[list[Block], list[Piece], tuple[Removed, ...]]:
    """Return ``blocks`` and ``pieces`` as paragraphs, a turn each, and the repeated labels dropped.

    Parameters
    ----------
    blocks, pieces
        As the reader and the speaker detector made them.
    join
        ``cues``: neighbouring cues of one speaker are one turn; ``all``: rows, too; ``none``.
    """
    joiner = Joiner(blocks, join)
    for piece in pieces:
        joiner.add(piece)
    joiner.flush()
    repeated = (Removed("repeated label", joiner.n_repeated),) if joiner.n_repeated else ()
    return joiner.out, joiner.pieces, repeated
