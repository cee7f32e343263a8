"""EXMARaLDA: tiers of type t hold speech; events in them stand on one common time line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.markup import encoding_of, parse_xml
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.tiers import Event, Tier, reading_of_tiers, spaced
from pipeline.ingest.readers.times import seconds_of

SPEECH = "t"


def parse_exb(data: bytes, settings: IngestSettings) -> Reading:  # noqa: ARG001  # a reader's signature
    """Return the events of a basic transcription as blocks of kind ``event``.

    The speaker is the abbreviation that the file declares for the id.

    Raises
    ------
    TranscriptError
        If its XML is damaged or unsafe, or no tier of speech has words.
    """
    root = parse_xml(data)
    names = {
        speaker.get("id", ""): spaced(speaker.findtext("abbreviation") or "")
        for speaker in root.iter("speaker")
    }
    points = list(root.iter("tli"))
    order = {point.get("id", ""): number for number, point in enumerate(points)}
    times = {point.get("id", ""): seconds_of(point.get("time", "")) for point in points}
    tally = Tally()
    tiers = []
    for element in root.iter("tier"):
        events = tuple(events_of(element, order, times))
        if element.get("type") == SPEECH:
            speaker = element.get("speaker", "")
            name = element.get("display-name", "") or element.get("id", "")
            tiers.append(Tier(name, events, names.get(speaker) or speaker))
        elif events:
            tally.add("tier without speech", " ".join(event.text for event in events))
    return reading_of_tiers(tiers, tally, encoding_of(root))


def events_of(
    tier: etree._Element, order: Mapping[str, int], times: Mapping[str, float | None]
) -> Iterator[Event]:
    """Yield the events of a tier that have words."""
    for element in tier.iter("event"):
        text = spaced("".join(element.itertext()))
        start, end = element.get("start", ""), element.get("end", "")
        if text:
            yield Event(text, order.get(start, len(order)), times.get(start), times.get(end))
