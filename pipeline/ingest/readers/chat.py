"""CHAT: main lines are speech, dependent lines are not."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import decode
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.tally import Tally

MARK = b"\x15"  # around times; a control character that decoding would take out
STAND_IN = "\x7f"
TIMES = re.compile(rf"{STAND_IN}(\d{{1,12}})_(\d{{1,12}}){STAND_IN}")
MAIN = re.compile(r"\*([^:\s]{1,40}):\s*(.*)", re.DOTALL)
GAP = re.compile(r"\s+")


def parse_chat(data: bytes, settings: IngestSettings) -> Reading:
    """Return the main lines of a CHAT file as blocks of kind ``event``, codes as written.

    The speaker is the code; what the header says of it (name and role) is declared. Times are in
    ms there.

    Raises
    ------
    TranscriptError
        ``E_NO_CONTENT`` if no main line has words.
    """
    decoded = decode(data.replace(MARK, STAND_IN.encode()), settings.encoding)
    tally = Tally()
    declared: dict[str, str] = {}
    blocks: list[Block] = []
    for number, line in lines_of(decoded.text):
        if line.startswith("*"):
            blocks += blocks_of(line, number)
        elif line.startswith("@Participants:"):
            declared |= participants(line.partition(":")[2])
        if line.startswith(("@", "%")):
            kind = "header" if line.startswith("@") else "dependent line"
            tally.add(kind, line.replace(STAND_IN, " "))
    if not blocks:
        raise no_content("main line with words")
    return Reading(
        tuple(blocks),
        is_structured=True,
        encoding=decoded.encoding,
        removed=tally.removed(),
        notices=decoded.notices,
        declared=declared,
    )


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its number; lines that begin with a tab go on with the one before."""
    started, parts = 1, list[str]()
    for number, line in enumerate(text.split("\n"), 1):
        if line[:1] in {"\t", " "} and parts:
            parts.append(line)
            continue
        if parts:
            yield started, " ".join(parts)
        started, parts = number, [line]
    if parts:
        yield started, " ".join(parts)


def blocks_of(line: str, number: int) -> Iterator[Block]:
    """Yield the block of a main line, none if it has no words."""
    found = MAIN.fullmatch(line)
    if found is None:
        return
    times = TIMES.findall(found[2])
    text = GAP.sub(" ", TIMES.sub(" ", found[2]).replace(STAND_IN, " ")).strip()
    if text:
        yield Block(
            text,
            found[1],
            int(times[0][0]) / 1000 if times else None,
            int(times[-1][1]) / 1000 if times else None,
            kind="event",
            place=f"line {number}",
        )


def participants(text: str) -> Mapping[str, str]:
    """Return what the header says of each code: ``CHI Ross Child`` says ``Ross Child`` of CHI."""
    entries = (entry.split(maxsplit=1) for entry in text.split(","))
    return {entry[0]: "".join(entry[1:]).strip() for entry in entries if entry}
