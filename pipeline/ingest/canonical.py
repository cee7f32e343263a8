"""The canonical text of a transcript, its turns and its asides, laid out from blocks and pieces.

The law: ``text[turn.start:turn.end] == turn.text``; turns ascend and never overlap; turns, labels
and the asides outside turns cover every character but white space exactly once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.records import UNKNOWN, Turn
from pipeline.core.spans import trimmed
from pipeline.ingest.blocks import Aside, Block
from pipeline.ingest.notes import notes_in
from pipeline.ingest.pieces import LABEL, WORDS, Opening, Piece

INSIDE = ("note", "time")  # the asides that may lie inside a turn


@dataclass(frozen=True, slots=True)
class Layout:
    """A transcript laid out; ``silent`` are labels without words, ``runs`` where text came from.

    A run is (start, end, place): the characters from start to end came from that place.
    """

    text: str
    turns: tuple[Turn, ...]
    asides: tuple[Aside, ...]
    silent: tuple[str, ...]
    runs: tuple[tuple[int, int, str], ...]


@dataclass(slots=True)
class Draft:
    """A turn being laid out: bounds of its words so far, asides seen since the last words."""

    opening: Opening
    label: tuple[int, int] | None
    start: int = -1
    end: int = -1
    pending: list[Aside] = field(default_factory=list)


class Builder:
    """Walks the pieces of one transcript and gathers turns and asides."""

    def __init__(self, transcript_id: str, text: str) -> None:
        self.transcript_id = transcript_id
        self.text = text
        self.turns: list[Turn] = []
        self.asides: list[Aside] = []
        self.silent: list[str] = []
        self.draft: Draft | None = None
        self.last: Opening | None = None

    def add(self, piece: Piece, start: int, end: int) -> None:
        """Take the next piece, which is ``text[start:end]``."""
        span = trimmed(self.text, start, end)
        if piece.kind == LABEL:
            self.open(piece.opening, (span.start, span.end) if span else None)
            return
        if piece.opening is not None:
            self.open(piece.opening, None)
        if span is None:
            return
        if piece.kind == WORDS:
            self.add_words(span.start, span.end)
        else:
            self.add_aside(piece.kind, span.start, span.end)

    def open(self, opening: Opening | None, label: tuple[int, int] | None) -> None:
        """Begin a turn; one that is open ends."""
        self.close()
        self.draft = Draft(opening or Opening(None, UNKNOWN), label)

    def add_words(self, start: int, end: int) -> None:
        """Lengthen the open turn; take up the last one again after an interruption."""
        if self.draft is None and self.last is not None:
            self.draft = Draft(replace(self.last, start_s=None, end_s=None), None)
        if self.draft is None:
            self.asides.append(self.aside("unattributed", start, end))
            return
        if self.draft.start < 0:
            self.draft.start = start
        self.draft.end = end
        self.asides += self.draft.pending
        self.draft.pending = []

    def add_aside(self, kind: str, start: int, end: int) -> None:
        """Note an aside; any but a note or a time ends the open turn."""
        aside = self.aside(kind, start, end)
        if self.draft is not None and kind in INSIDE:
            self.draft.pending.append(aside)
            return
        if kind not in INSIDE:
            self.close()
        self.asides.append(aside)

    def close(self) -> None:
        """End the open turn; a label without words is an aside and is reported."""
        draft, self.draft = self.draft, None
        if draft is None:
            return
        self.last = draft.opening
        self.asides += draft.pending
        notes = [aside for aside in draft.pending if aside.kind == "note"]
        if draft.start < 0 and notes:  # "[nods]" is all that this speaker says
            draft.start, draft.end = notes[0].start, notes[-1].end
        if draft.start < 0:
            if draft.label is not None:
                self.asides.append(self.aside("unattributed", *draft.label))
                self.silent.append(self.text[slice(*draft.label)])
            return
        self.turns.append(self.turn(draft))
        for kind, start, end in notes_in(self.text, draft.start, draft.end):
            self.asides.append(self.aside(kind, start, end))

    def turn(self, draft: Draft) -> Turn:
        """Return the turn that ``draft`` came to."""
        label_start, label_end = draft.label or (None, None)
        return Turn(
            transcript_id=self.transcript_id,
            turn=len(self.turns) + 1,
            speaker=draft.opening.speaker,
            participant_id=None,
            role=UNKNOWN,
            start=draft.start,
            end=draft.end,
            start_s=draft.opening.start_s,
            end_s=draft.opening.end_s,
            attribution=draft.opening.attribution,
            text=self.text[draft.start : draft.end],
            label_start=label_start,
            label_end=label_end,
        )

    def aside(self, kind: str, start: int, end: int) -> Aside:
        """Return the aside ``text[start:end]``."""
        return Aside(self.transcript_id, kind, start, end, self.text[start:end])


def lay_out(transcript_id: str, blocks: Sequence[Block], pieces: Sequence[Piece]) -> Layout:
    """Return the transcript: one block a line, turns and asides by ``pieces``.

    Parameters
    ----------
    transcript_id
        Goes into every record.
    blocks
        In reading order.
    pieces
        In order of the text; together they cover every character but white space.
    """
    offsets, at = [], 0
    for block in blocks:
        offsets.append(at)
        at += len(block.text) + 1
    builder = Builder(transcript_id, "\n".join(block.text for block in blocks))
    for piece in pieces:
        base = offsets[piece.block]
        builder.add(piece, base + piece.start, base + piece.end)
    builder.close()
    return Layout(
        text=builder.text,
        turns=tuple(builder.turns),
        asides=without_doubles(builder.asides),
        silent=tuple(builder.silent),
        runs=runs_of(blocks, offsets),
    )


def without_doubles(asides: list[Aside]) -> tuple[Aside, ...]:
    """Return ``asides`` in order of the text, each once and none inside another."""
    found: list[Aside] = []
    for aside in sorted(asides, key=lambda a: (a.start, -a.end)):
        if not found or aside.start >= found[-1].end:
            found.append(aside)
    return tuple(found)


def runs_of(blocks: Sequence[Block], offsets: Sequence[int]) -> tuple[tuple[int, int, str], ...]:
    """Return where the characters of each block came from."""
    return tuple(
        (start, start + len(block.text), block.place)
        for block, start in zip(blocks, offsets, strict=True)
        if block.place and block.text
    )
