"""Captions: WebVTT, SubRip and SBV, as tools write them rather than as standards say.

A line with two times starts a cue, and nothing else is required: no header, number or blank line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import decode
from pipeline.ingest.readers.entities import unescaped
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.times import seconds_of
from pipeline.ingest.size import check_parts

TIME = r"((?:\d{1,3}:)?\d{1,3}:\d{1,2}(?:[.,]\d{1,6})?)"
ARROW = re.compile(rf"\s*{TIME}\s*-{{1,2}}>\s*{TIME}(?:\s.*)?")
SBV = re.compile(r"\s*(\d{1,3}:\d{1,2}:\d{1,2}\.\d{1,3}),(\d{1,3}:\d{1,2}:\d{1,2}\.\d{1,3})\s*")
COMMENT = re.compile(r"NOTE(?:\s|$)|(?:STYLE|REGION)\s*$")
IDENTIFIER = re.compile(r"(?=\S*\d)\S{1,120}|\d+ \"(?P<name>[^\"]{1,120})\" \(\d+\)")
VOICE = re.compile(r"<v(?P<classes>(?:\.[^\s.<>]++)*+)(?:\s++(?P<name>[^<>]*+))?>", re.IGNORECASE)
TAG = re.compile(
    r"</?(?:c|i|b|u|s|em|strong|ruby|rt|lang|font|v)(?:[.\s][^<>]*)?>|<[\d:.]{4,16}>|\{\\[^{}]*\}",
    re.IGNORECASE,
)
CHANGE = re.compile(r"(?:^|\s)>{2,3}(?=\s|\w|$)")
DASH = re.compile(r"\s*[-\u2013\u2014]\s*(?=\S)")
ROLLING_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Cue:
    """The lines of one cue and when it is shown, in seconds; ``name`` if its identifier has one."""

    number: int
    start_s: float | None
    end_s: float | None
    lines: tuple[str, ...]
    name: str | None = None


def parse_cues(data: bytes, settings: IngestSettings) -> Reading:
    """Return the cues of a caption file as blocks of kind ``cue``, a block for each voice.

    Only voice tags are taken as labels; labels in the text are left to those who find speakers,
    and so is a voice that is tagged here and there alone.
    A block that begins with an unnamed change of speaker has ``>>`` or ``-`` as its style.

    Raises
    ------
    TranscriptError
        ``E_NO_CONTENT`` if no cue has words.
    """
    decoded = decode(data, settings.encoding)
    check_parts(decoded.text.count("-->"))  # before the work: SBV has none, and is counted below
    tally = Tally()
    preamble, cues = cues_of(decoded.text.split("\n"), tally)
    blocks = [block for cue in without_rolling(cues, tally) for block in blocks_of(cue, tally)]
    if not blocks:
        raise no_content("cue")
    is_structured = names_speakers(blocks)
    if not is_structured:
        blocks = [with_label_in_text(block) for block in blocks]
    return Reading(
        tuple(preamble + blocks),
        is_structured=is_structured,
        encoding=decoded.encoding,
        removed=tally.removed(),
        notices=decoded.notices,
    )


def names_speakers(blocks: Sequence[Block]) -> bool:
    """Whether voice tags tell who speaks: two voices or more, or one in half of the cues."""
    labels = [block.label for block in blocks if block.label is not None]
    return len(set(labels)) > 1 or 2 * len(labels) >= len(blocks)


def with_label_in_text(block: Block) -> Block:
    """Return ``block`` with its label written before its words."""
    if block.label is None:
        return block
    return replace(block, text=f"{block.label}: {block.text}", label=None)


def cues_of(lines: Sequence[str], tally: Tally) -> tuple[list[Block], list[Cue]]:
    """Return what stands before the first cue, and the cues."""
    timings = [(at, found) for at, line in enumerate(lines) if (found := timing(line))]
    check_parts(len(timings))
    starts = [at for at, _ in timings]
    above, name = without_identifier(lines[: starts[0]] if starts else lines, tally)
    preamble = preamble_of(above, tally)
    cues = []
    for number, (at, (start_s, end_s)) in enumerate(timings, 1):
        end = starts[number] if number < len(starts) else len(lines)
        payload, next_name = lines[at + 1 : end], None
        if number < len(starts):
            payload, next_name = without_identifier(payload, tally)
        kept = tuple(speech_lines(payload, tally))
        cues.append(Cue(number, start_s, end_s, kept, name))
        name = next_name
    return preamble, cues


def timing(line: str) -> tuple[float | None, float | None] | None:
    """Return both times of a line that starts a cue, else None."""
    found = ARROW.fullmatch(line) or SBV.fullmatch(line)
    return (seconds_of(found[1]), seconds_of(found[2])) if found else None


def without_identifier(lines: Sequence[str], tally: Tally) -> tuple[Sequence[str], str | None]:
    """Return ``lines`` without the identifier of the cue below them, and the name it holds.

    A line of digits is one; a word with a digit in it only below a blank line: it may be speech.
    """
    found = IDENTIFIER.fullmatch(lines[-1].strip()) if lines else None
    is_apart = len(lines) < 2 or not lines[-2].strip()  # noqa: PLR2004  # the line and one above
    if not found or not (is_apart or found[0].isdigit()):
        return lines, None
    name = found["name"]
    tally.add("cue number", "" if name else found[0])
    return lines[:-1], name


def preamble_of(lines: Sequence[str], tally: Tally) -> list[Block]:
    """Return what stands above the first cue as notes, without the format's own header."""
    at = next((n for n, line in enumerate(lines) if line.startswith("WEBVTT")), None)
    if at is not None:
        header, lines = lines[at:], lines[:at]
        tally.add("header", " ".join(header))
    return [
        Block(line, kind="note", place=f"line {n}")
        for n, line in enumerate(lines, 1)
        if line.strip()
    ]


def speech_lines(lines: Sequence[str], tally: Tally) -> Iterator[str]:
    """Yield the lines of a cue that are speech, tags other than voices taken off."""
    is_comment, is_apart = False, False
    for line in lines:
        if not line.strip():
            is_comment, is_apart = False, True
            continue
        if is_apart and COMMENT.match(line):
            is_comment = True
            tally.add("comment", count=1)
        if is_comment:
            tally.add("comment", line, count=0)
        else:
            yield TAG.sub(lambda found: found[0] if VOICE.fullmatch(found[0]) else "", line).strip()
        is_apart = False


def without_rolling(cues: Sequence[Cue], tally: Tally) -> Sequence[Cue]:
    """Return the cues without lines that only roll on from the cue before.

    Done only if many cues repeat a part of the one before: people do say "Yes." twice.
    """
    filled = [cue for cue in cues if any(cue.lines)]
    for cue in cues:
        if not any(cue.lines):
            tally.add("cue without words")
    repeated = [n_rolled(a, b) for a, b in pairwise(filled)]
    n_in_part = sum(
        0 < n < max(len(a.lines), len(b.lines))
        for (a, b), n in zip(pairwise(filled), repeated, strict=True)
    )
    if n_in_part <= ROLLING_SHARE * len(filled):
        return filled
    kept = filled[:1]
    for cue, n_lines in zip(filled[1:], repeated, strict=True):
        tally.add("rolling duplicate", " ".join(cue.lines[:n_lines]), count=n_lines)
        kept.append(replace(cue, lines=cue.lines[n_lines:]))
    return [cue for cue in kept if any(cue.lines)]


def n_rolled(first: Cue, second: Cue) -> int:
    """Return how many lines at the start of ``second`` are the last lines of ``first``."""
    before, after = first.lines, second.lines
    longest = min(len(before), len(after))
    return next((n for n in range(longest, 0, -1) if before[-n:] == after[:n]), 0)


def blocks_of(cue: Cue, tally: Tally) -> Iterator[Block]:
    """Yield a block for each voice in ``cue``, and for each unnamed change of speaker."""
    whole = Block("", cue.name, cue.start_s, cue.end_s, kind="cue", place=f"cue {cue.number}")
    for style, text in changes(cue.lines):
        for label, words in voices(text):
            if words:
                named = label if label is not None else cue.name
                yield replace(whole, text=words, label=named, style=style)
            elif label is not None:
                tally.add("cue without words")
        if style:
            tally.add("mark of a change of speaker")


def changes(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the text of a cue in parts, each with the mark that opens it; lines are joined."""
    is_dialogue = sum(DASH.match(line) is not None for line in lines) > 1
    parts = [["", ""]]
    for line in lines:
        bare = DASH.sub("", line, count=1) if is_dialogue and DASH.match(line) else line
        if bare is not line:
            parts.append(["-", ""])
        first, *others = CHANGE.split(unescaped(bare))
        parts[-1][1] += f" {first}"
        parts += [[">>", other] for other in others]
    yield from ((style, text.strip()) for style, text in parts if style or text.strip())


def voices(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield each voice's label (None before the first) and words."""
    at, label = 0, None
    for found in VOICE.finditer(text):
        yield label, text[at : found.start()].strip()
        classes = found["classes"].strip(".").replace(".", " ")
        label = " ".join((found["name"] or "").split()) or classes or None
        at = found.end()
    yield label, text[at:].strip()
