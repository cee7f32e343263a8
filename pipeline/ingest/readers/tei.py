"""TEI for spoken language: utterances and who said them."""

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

ID = "{http://www.w3.org/XML/1998/namespace}id"
REMARKS = frozenset({"note", "spanGrp", "fs", "interp"})
APART = frozenset({"w", "seg", "s", "vocal", "incident", "kinesic", "pause", "gap", "shift"})


def parse_tei(data: bytes, settings: IngestSettings) -> Reading:  # noqa: ARG001  # a reader's signature
    """Return the utterances (``u``) of a TEI document; remarks in them are counted as removed.

    The speaker is the id in ``who``; the name that the header gives it is declared.

    Raises
    ------
    TranscriptError
        If its XML is damaged or unsafe, or no utterance has words.
    """
    root = parse_xml(data)
    times = times_of(root)
    tally = Tally()
    blocks = []
    for number, element in enumerate(root.iter("{*}u"), 1):
        text = spaced("".join(words_of(element, tally, [])))
        label = " + ".join(who.removeprefix("#") for who in element.get("who", "").split()) or None
        points = element.get("synch", "").split()
        start = element.get("start") or next(iter(points), "")
        end = element.get("end") or (points[-1] if points else "")
        if text:
            spoken = times.get(start.removeprefix("#")), times.get(end.removeprefix("#"))
            blocks.append(Block(text, label, *spoken, kind="row", place=f"utterance {number}"))
    if not blocks:
        raise no_content("utterance with words")
    return Reading(
        tuple(blocks),
        is_structured=any(block.label is not None for block in blocks),
        encoding=encoding_of(root),
        removed=tally.removed(),
        declared=dict(people_of(root)),
    )


def words_of(element: etree._Element, tally: Tally, parts: list[str]) -> list[str]:
    """Return ``parts`` with the text of an utterance.

    Words that are elements are parted by spaces, marks of punctuation stand at the word before
    them, and what is described (a laugh, a door) stands in square brackets.
    """
    parts.append(element.text or "")
    for child in element:
        name = local(child)
        if name in REMARKS:
            tally.add("remark", spaced("".join(child.itertext())))
        elif name == "desc":
            parts.append(f"[{spaced(''.join(child.itertext()))}]")
        else:
            parts.append(" " * (name in APART))
            while name == "pc" and parts and not parts[-1].strip():
                parts.pop()
            words_of(child, tally, parts)
            parts.append(" " * (name in APART))
        parts.append(child.tail or "")
    return parts


def people_of(root: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the id and name of each person whom the header lists."""
    for person in root.iter("{*}person"):
        name = next(person.iter("{*}persName"), None)
        if person.get(ID):
            yield person.get(ID, ""), "" if name is None else spaced(" ".join(name.itertext()))


def times_of(root: etree._Element) -> Mapping[str, float | None]:
    """Return the points of the time line in seconds: absolute, or an interval since another."""
    times: dict[str, float | None] = {}
    for when in root.iter("{*}when"):
        absolute = seconds_of(when.get("absolute", ""))
        interval = seconds_of(when.get("interval", ""))
        since = times.get(when.get("since", "").removeprefix("#")) or 0.0
        times[when.get(ID, "")] = since + interval if interval is not None else absolute
    return times
