"""Transcriber: turns of one speaker, or of several at once, parted by who says what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.readers.markup import encoding_of, local, parse_xml
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.tiers import spaced
from pipeline.ingest.readers.times import seconds_of


def parse_trs(data: bytes, settings: IngestSettings) -> Reading:  # noqa: ARG001  # a reader's signature
    """Return the turns of a Transcriber file; where several speak at once, a block for each.

    The speaker is the name that the file declares for the id. Marks of noises and remarks are
    counted as removed.

    Raises
    ------
    TranscriptError
        If its XML is damaged or unsafe, or no turn has words.
    """
    root = parse_xml(data)
    names = {
        speaker.get("id", ""): spaced(speaker.get("name", "")) for speaker in root.iter("Speaker")
    }
    tally = Tally()
    blocks = tuple(
        block
        for number, turn in enumerate(root.iter("Turn"), 1)
        for block in blocks_of(turn, names, tally, f"turn {number}")
    )
    if not blocks:
        raise no_content("turn with words")
    return Reading(
        blocks,
        is_structured=True,
        encoding=encoding_of(root),
        removed=tally.removed(),
        declared={name: "" for name in names.values() if name},
    )


def blocks_of(
    turn: etree._Element, names: Mapping[str, str], tally: Tally, place: str
) -> Iterator[Block]:
    """Yield a block for each speaker of a turn who has words."""
    speakers = turn.get("speaker", "").split()
    parts: list[tuple[str, list[str]]] = [(speakers[0] if speakers else "", [turn.text or ""])]
    for child in turn:
        number = child.get("nb", "")
        if local(child) == "Who" and number in {str(n) for n in range(1, len(speakers) + 1)}:
            parts.append((speakers[int(number) - 1], []))
        elif child.get("desc"):
            tally.add(f"mark: {local(child).lower()}", child.get("desc", ""))
        parts[-1][1].append(child.tail or "")
    start_s, end_s = seconds_of(turn.get("startTime", "")), seconds_of(turn.get("endTime", ""))
    for speaker, texts in parts:
        text = spaced(" ".join(texts))
        if text:
            label = names.get(speaker) or speaker or None
            yield Block(text, label, start_s, end_s, kind="row", place=place)
