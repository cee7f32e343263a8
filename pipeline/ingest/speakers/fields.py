"""Speakers that the format itself names: nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.core.records import UNKNOWN
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block
from pipeline.ingest.labels import fold
from pipeline.ingest.pieces import WORDS, Opening, Piece
from pipeline.ingest.speakers.decide import Known
from pipeline.ingest.speakers.names import cleaned

TALK = ("cue", "row", "word", "event")


def pieces_of_fields(
    blocks: Sequence[Block], settings: IngestSettings, known: Known
) -> Iterator[Piece]:
    """Yield a piece for each block; a block of talk without a label is an unknown speaker's.

    A cue without a label goes on with the speaker before it, unless the settings say otherwise.
    """
    begun = False
    for number, block in enumerate(blocks):
        if not block.text.strip():
            continue
        whole = (number, 0, len(block.text))
        if block.label is not None:
            begun = True
            yield Piece(*whole, WORDS, opening_of(block, known))
        elif block.kind == "note":
            yield Piece(*whole, "note")
        elif block.kind not in TALK:
            yield Piece(*whole, "unattributed")
        elif (
            block.kind == "cue" and begun and not block.style and settings.unlabelled == "continue"
        ):
            yield Piece(*whole, WORDS)
        else:
            begun = True
            yield Piece(*whole, WORDS, Opening(None, UNKNOWN, block.start_s, block.end_s))


def opening_of(block: Block, known: Known) -> Opening:
    """Return the beginning of a turn whose speaker is a field of the format."""
    speaker = cleaned(block.label or "")
    key = fold(speaker)
    if key in known.aliases:
        return Opening(known.aliases[key], "alias", block.start_s, block.end_s)
    if key in known.names:
        return Opening(known.names[key], "config", block.start_s, block.end_s)
    return Opening(speaker, "structural", block.start_s, block.end_s)
