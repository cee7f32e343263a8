"""XML of speech: the root says whose it is."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.speech_xml import ROOTS, parse_speech_xml

DEFAULT = IngestSettings()
CUE = (
    "<cue><speaker>Ana</speaker><start>1.5</start><end>2</end><transcript>yes</transcript>%s</cue>"
)


def read(text: str) -> Reading:
    """Return what an XML file holds."""
    return parse_speech_xml(text.encode(), DEFAULT)


def test_cues_name_their_speakers() -> None:
    """Other tiers of a cue are counted; comments are no words."""
    reading = read(f"<cues>{CUE % '<!-- no --><translation>oui oui</translation>'}</cues>")

    assert [(b.label, b.text, b.start_s, b.end_s) for b in reading.blocks] == [
        ("Ana", "yes", 1.5, 2)
    ]
    assert [(part.kind, part.words) for part in reading.removed] == [("tier: translation", 2)]


def test_a_sole_speaker_speaks_in_all_cues() -> None:
    """Speakers of single cues are passed over then, as the format says."""
    reading = read(f"<cues><solespeaker>Ben</solespeaker>{CUE % ''}</cues>")

    assert [block.label for block in reading.blocks] == ["Ben"]


@pytest.mark.parametrize("root", ROOTS)
def test_a_known_root_without_words_holds_nothing(root: str) -> None:
    """Each format has its reader, and each reader says so."""
    with pytest.raises(TranscriptError) as caught:
        read(f"<{root}/>")

    assert caught.value.code == "E_NO_CONTENT"


def test_an_unknown_root_is_refused() -> None:
    """The root found and the roots known are in the sentence."""
    with pytest.raises(TranscriptError, match=r"<svg>; known are ANNOTATION_DOCUMENT") as caught:
        read("<svg/>")

    assert caught.value.code == "E_UNKNOWN_SCHEMA"


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_speech_xml, f"<cues>{CUE % ''}</cues>".encode())


@pytest.mark.parametrize(
    "name",
    [
        "xml/islandora_cues.xml",
        "eaf/nzilbb_utterance.eaf",
        "exb/exmr_linear.exb",
        "tei/nzilbb_speech_tei.xml",
        "trs/nzilbb_test_latin1.trs",
    ],
)
def test_samples_find_their_reader(
    name: str, samples: Any, heads_of: Callable[[Reading], Any]
) -> None:
    """Speakers and first words of real files are those that people found."""
    assert samples.gold(name) == heads_of(samples.read(name, parse_speech_xml))
