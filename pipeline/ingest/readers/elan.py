"""ELAN: tiers that stand on no other hold speech; the rest annotates them."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.markup import encoding_of, parse_xml
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.tiers import Event, Tier, reading_of_tiers, spaced
from pipeline.ingest.readers.times import seconds_of


def parse_elan(data: bytes, settings: IngestSettings) -> Reading:  # noqa: ARG001  # a reader's signature
    """Return the annotations of an ELAN file as blocks of kind ``event``.

    The speaker is the tier's participant, else its id. Times are in ms there; a slot without a
    time keeps its place in the order of slots.

    Raises
    ------
    TranscriptError
        If its XML is damaged or unsafe, or no tier has words.
    """
    root = parse_xml(data)
    slots = {slot.get("TIME_SLOT_ID", ""): slot for slot in root.iter("TIME_SLOT")}
    order = {name: number for number, name in enumerate(slots)}
    times = {name: ms_of(slot.get("TIME_VALUE")) for name, slot in slots.items()}
    tally = Tally()
    tiers = []
    for element in root.iter("TIER"):
        events = tuple(events_of(element, order, times))
        if element.get("PARENT_REF"):
            tally.add("tier on a tier", " ".join(event.text for event in events))
        else:
            name = element.get("TIER_ID", "")
            tiers.append(Tier(name, events, spaced(element.get("PARTICIPANT", ""))))
    return reading_of_tiers(tiers, tally, encoding_of(root))


def events_of(
    tier: etree._Element, order: dict[str, int], times: dict[str, float | None]
) -> Iterator[Event]:
    """Yield the annotations of a tier that have words."""
    for annotation in tier.iter("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
        text = spaced(annotation.findtext("ANNOTATION_VALUE") or "")
        start, end = annotation.get("TIME_SLOT_REF1", ""), annotation.get("TIME_SLOT_REF2", "")
        if text:
            yield Event(text, order.get(start, len(order)), times.get(start), times.get(end))


def ms_of(value: str | None) -> float | None:
    """Return a time slot's value in seconds."""
    return seconds_of(f"{value} ms") if value else None
