"""XML of speech, whatever tool wrote it: the root says which reader it is for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from lxml import etree

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.readers.elan import parse_elan
from pipeline.ingest.readers.exb import parse_exb
from pipeline.ingest.readers.markup import encoding_of, local, parse_xml
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.tei import parse_tei
from pipeline.ingest.readers.tiers import spaced
from pipeline.ingest.readers.times import seconds_of
from pipeline.ingest.readers.trs import parse_trs

WORDS = "transcript"
KNOWN = frozenset({"speaker", "start", "end", WORDS})


def parse_speech_xml(data: bytes, settings: IngestSettings) -> Reading:
    """Return what the reader for the root element of ``data`` makes of it.

    Raises
    ------
    TranscriptError
        ``E_UNKNOWN_SCHEMA`` if no reader knows the root; else as that reader.
    """
    root = local(parse_xml(data))
    if root not in ROOTS:
        raise TranscriptError(
            f"its root is <{root:.60}>; known are {', '.join(ROOTS)}. Export it as text, captions "
            "or a table.",
            code="E_UNKNOWN_SCHEMA",
        )
    return ROOTS[root](data, settings)


def parse_cue_xml(data: bytes, settings: IngestSettings) -> Reading:  # noqa: ARG001  # a reader's signature
    """Return the cues of an oral history viewer's XML; a sole speaker speaks in all of them.

    Raises
    ------
    TranscriptError
        If its XML is damaged or unsafe, or no cue has words.
    """
    root = parse_xml(data)
    sole = spaced(root.findtext(".//solespeaker") or "")
    tally = Tally()
    blocks = tuple(
        block
        for number, cue in enumerate(root.iter("cue"), 1)
        if (block := block_of(cue, sole, tally, f"cue {number}")).text
    )
    if not blocks:
        raise no_content("cue")
    return Reading(
        blocks,
        is_structured=any(block.label is not None for block in blocks),
        encoding=encoding_of(root),
        removed=tally.removed(),
    )


def block_of(cue: etree._Element, sole: str, tally: Tally, place: str) -> Block:
    """Return one cue; tiers beside its transcript, such as a translation, are counted."""
    texts = {local(child): spaced("".join(child.itertext())) for child in cue}
    for name in texts.keys() - KNOWN:
        tally.add(f"tier: {name}", texts[name])
    label = sole or texts.get("speaker", "") or None
    start_s, end_s = (seconds_of(texts.get(name, "")) for name in ("start", "end"))
    return Block(texts.get(WORDS, ""), label, start_s, end_s, kind="cue", place=place)


ROOTS: Mapping[str, Callable[[bytes, IngestSettings], Reading]] = {
    "ANNOTATION_DOCUMENT": parse_elan,
    "Trans": parse_trs,
    "basic-transcription": parse_exb,
    "TEI": parse_tei,
    "teiCorpus": parse_tei,
    "cues": parse_cue_xml,
}
