"""ELAN files: parentless tiers are speech, time slots give the order."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.elan import parse_elan

DEFAULT = IngestSettings()


def annotation(text: str, first: int, second: int) -> str:
    """Return an annotation between two slots."""
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION TIME_SLOT_REF1="t{first}" TIME_SLOT_REF2="t{second}">'
        f"<ANNOTATION_VALUE>{text}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


FILE = (
    '<ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="t1" TIME_VALUE="1000"/>'
    '<TIME_SLOT TIME_SLOT_ID="t2"/><TIME_SLOT TIME_SLOT_ID="t3" TIME_VALUE="2500"/></TIME_ORDER>'
    f'<TIER TIER_ID="B">{annotation("yes", 2, 3)}</TIER>'
    f'<TIER TIER_ID="I" PARTICIPANT="Ana">{annotation(" how  was it ", 1, 2)}'
    f"{annotation('', 3, 3)}</TIER>"
    f'<TIER TIER_ID="w" PARENT_REF="I">{annotation("how", 1, 2)}</TIER></ANNOTATION_DOCUMENT>'
)


def test_tiers_without_a_parent_are_speakers() -> None:
    """The participant's name beats the tier's id; tiers on tiers are counted."""
    reading = parse_elan(FILE.encode(), DEFAULT)

    assert [(b.label, b.text, b.start_s, b.end_s) for b in reading.blocks] == [
        ("Ana", "how was it", 1, None),
        ("B", "yes", None, 2.5),
    ]
    assert [(part.kind, part.words) for part in reading.removed] == [("tier on a tier", 1)]


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_elan, FILE.encode())


def test_a_sample_agrees_with_gold(samples: Any, heads_of: Callable[[Reading], Any]) -> None:
    """Speakers and first words of a real file are those that people found."""
    name = "eaf/nzilbb_utterance.eaf"

    assert samples.gold(name) == heads_of(samples.read(name, parse_elan))


def test_a_sample_without_speakers_names_nobody(samples: Any) -> None:
    """A tier that is called text is nobody's."""
    reading = samples.read("eaf/pympi_sample27.eaf", parse_elan)

    assert (399, False) == (len(reading.blocks), reading.is_structured)


def test_a_bomb_is_refused(samples: Any) -> None:
    """Entities are never expanded."""
    with pytest.raises(TranscriptError) as caught:
        parse_elan(samples.data("bad/xmlbomb.eaf"), DEFAULT)

    assert caught.value.code == "E_UNSAFE_XML"
