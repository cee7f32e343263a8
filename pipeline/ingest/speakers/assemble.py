"""The second pass, second half: units and hits become pieces that cover every block."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.records import UNKNOWN
from pipeline.ingest.blocks import Block
from pipeline.ingest.notes import is_note
from pipeline.ingest.pieces import LABEL, WORDS, Opening, Piece
from pipeline.ingest.speakers.decide import Hit
from pipeline.ingest.speakers.forms import is_never
from pipeline.ingest.speakers.front import Front
from pipeline.ingest.speakers.grammar import END_TIME, LONE_TIME, seconds_in
from pipeline.ingest.speakers.scoring import Assessment
from pipeline.ingest.speakers.units import Unit

NOBODY = Opening(None, UNKNOWN)
CHANGES = (">>", "-")  # how cues mark an unnamed change of speaker
OWN_LINE_SHARE = 0.6  # of labels with their time on a line of their own
LABELLED_SHARE = 0.5  # of units with a label, above which a key at a line's start is an event
NOTE_LINE = re.compile(r"\s*[*_]{0,3}\\?\[[^\[\]\n]{1,80}\\?\][*_]{0,3}\s*[:\uff1a]")
MARKED_LINE = re.compile(r"\s*+[-•]?\s*+(\*{2,3}|_{2})[^*_\n]{1,80}([:\uff1a]\s?\1|\1\s?[:\uff1a])")
KEY_LINE = re.compile(
    r"\s*[*_]{0,3}(?P<key>[^\s:\uff1a*_][^:\uff1a*_\n]{0,40})[*_]{0,3}\s*[:\uff1a]"
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How a transcript is written, as far as unlabelled units depend on it."""

    has_timed_lines: bool
    is_mostly_labelled: bool
    is_bold: bool
    continues: bool


def habits_of(best: Assessment, n_units: int, *, continues: bool) -> Habits:
    """Return the habits of a transcript written in the family ``best``."""
    on_own_line = sum(c.is_alone and c.time_s is not None for c in best.hits.values())
    return Habits(
        has_timed_lines=on_own_line > OWN_LINE_SHARE * max(1, len(best.hits)),
        is_mostly_labelled=len(best.hits) > LABELLED_SHARE * n_units,
        is_bold=best.family == "bold",
        continues=continues,
    )


def assemble(
    units: Sequence[Unit],
    blocks: Sequence[Block],
    front: Front,
    hits: Mapping[int, Sequence[Hit]],
    habits: Habits,
) -> list[Piece]:
    """Return the pieces of all units, in order of the text."""
    pieces: list[Piece] = []
    begun = False
    for number, unit in enumerate(units):
        if unit.is_blank:
            continue
        block = blocks[unit.block]
        if number in hits:
            pieces += labelled(unit, block, hits[number])
            begun = True
        elif number in front.kinds:
            pieces.append(whole(unit, front.kinds[number]))
        else:
            found = list(unlabelled(unit, block, habits, begun=begun))
            begun = begun or any(piece.opening for piece in found)
            pieces += found
    return with_end_times(pieces, blocks)


def whole(unit: Unit, kind: str, opening: Opening | None = None) -> Piece:
    """Return all of ``unit`` as one piece."""
    return Piece(unit.block, unit.start, unit.start + len(unit.text), kind, opening)


def labelled(unit: Unit, block: Block, hits: Sequence[Hit]) -> Iterator[Piece]:
    """Yield times, labels and words of a unit with one label or, in cues, several."""

    def piece(start: int, end: int, kind: str, opening: Opening | None = None) -> Piece:
        return Piece(unit.block, unit.start + start, unit.start + end, kind, opening)

    if hits[0].at.start > 0:
        is_time = bool(seconds_in(unit.text[: hits[0].at.start])) and not unit.is_cue
        yield piece(0, hits[0].at.start, "time" if is_time else WORDS)
    for hit, following in zip(hits, [*hits[1:], None], strict=True):
        at = hit.at
        stop = following.at.start if following else len(unit.text)
        start_s = block.start_s if at.time_s is None else at.time_s
        yield piece(
            at.start, at.end, LABEL, Opening(hit.speaker, hit.attribution, start_s, block.end_s)
        )
        if at.words > at.end and unit.text[at.end : at.words].strip():
            yield piece(at.end, at.words, "time")
        words_end = stop if at.stop is None else at.stop
        yield from words_and_time(unit, at.words, words_end)
        if words_end < stop:
            yield piece(words_end, stop, "unattributed")


def words_and_time(unit: Unit, start: int, end: int) -> Iterator[Piece]:
    """Yield the words of a unit and the time at its end, if it has one in hash marks."""
    ending = END_TIME.search(unit.text, start, end)
    stop = ending.start() if ending else end
    yield Piece(unit.block, unit.start + start, unit.start + stop, WORDS)
    if ending:
        yield Piece(unit.block, unit.start + stop, unit.start + end, "time")


def unlabelled(unit: Unit, block: Block, habits: Habits, *, begun: bool) -> Iterator[Piece]:
    """Yield the pieces of a unit without a label: speech that goes on, notes, times, events."""
    text = unit.text
    if unit.kind == "note" or is_note(text) or (NOTE_LINE.match(text) and not begun):
        yield whole(unit, "note")
    elif LONE_TIME.match(text):
        opens = habits.has_timed_lines and begun
        opening = replace(NOBODY, start_s=seconds_in(text)[0]) if opens else None
        yield whole(unit, "time", opening)
    elif begun and is_event(unit, habits):
        yield whole(unit, "event")
    elif (block.style in CHANGES and unit.is_cue) or not habits.continues:
        yield whole(unit, WORDS, timed(NOBODY, block))
    else:
        yield from words_and_time(unit, 0, len(text))


def timed(opening: Opening, block: Block) -> Opening:
    """Return ``opening`` with the times of ``block``."""
    return replace(opening, start_s=block.start_s, end_s=block.end_s)


def is_event(unit: Unit, habits: Habits) -> bool:
    """Whether a line with a key, such as ``**Break**:``, interrupts the talk."""
    if habits.is_bold and MARKED_LINE.match(unit.text):
        return is_key(unit.text)
    return habits.is_mostly_labelled and unit.is_paragraph and not unit.is_cue and is_key(unit.text)


def is_key(text: str) -> bool:
    """Whether ``text`` begins with a colon and a key that is never a speaker, or counts votes."""
    match = KEY_LINE.match(text)
    if match is None:
        return False
    return is_never(match["key"]) or text[match.end() :].strip().isdecimal()


def with_end_times(pieces: Sequence[Piece], blocks: Sequence[Block]) -> list[Piece]:
    """Return ``pieces`` with the end of each turn: of its last cue, or the time in hash marks."""
    found = list(pieces)
    opener = -1
    for number, piece in enumerate(pieces):
        if piece.opening is not None:
            opener = number
        opening = found[opener].opening if opener >= 0 else None
        if opening is None:
            continue
        end_s = blocks[piece.block].end_s
        if piece.kind == "time" and number > opener + 1 and "#" in text_of(piece, blocks):
            end_s = seconds_in(text_of(piece, blocks))[0]
        if end_s is not None and piece.kind in {WORDS, "time"}:
            found[opener] = replace(found[opener], opening=replace(opening, end_s=end_s))
    return found


def text_of(piece: Piece, blocks: Sequence[Block]) -> str:
    """Return the characters of ``piece``."""
    return blocks[piece.block].text[piece.start : piece.end]
