"""EXMARaLDA: tiers of type t are speech."""

from collections.abc import Callable
from typing import Any

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.exb import parse_exb

DEFAULT = IngestSettings()
FILE = (
    '<basic-transcription><head><speaker id="S0"><abbreviation>ANA</abbreviation></speaker>'
    '<speaker id="S1"><abbreviation/></speaker></head><basic-body><common-timeline>'
    '<tli id="T0" time="0.5"/><tli id="T1"/><tli id="T2" time="2"/></common-timeline>'
    '<tier id="a" speaker="S0" type="t"><event start="T0" end="T1">how </event>'
    '<event start="T1" end="T2">was <ud-information>it</ud-information></event></tier>'
    '<tier id="b" speaker="S0" type="a"><event start="T0" end="T1">note this</event></tier>'
    '<tier id="c" speaker="S1" type="t"><event start="T1" end="T2">mm</event></tier>'
    "</basic-body></basic-transcription>"
)


def test_speech_stands_in_order_of_the_time_line() -> None:
    """Points without a time have a place; the abbreviation beats the id."""
    reading = parse_exb(FILE.encode(), DEFAULT)

    assert [(b.label, b.text, b.start_s, b.end_s) for b in reading.blocks] == [
        ("ANA", "how", 0.5, None),
        ("ANA", "was it", None, 2),
        ("S1", "mm", None, 2),
    ]
    assert [(part.kind, part.words) for part in reading.removed] == [("tier without speech", 2)]


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_exb, FILE.encode())


def test_a_sample_agrees_with_gold(samples: Any, heads_of: Callable[[Reading], Any]) -> None:
    """Speakers and first words of a real file are those that people found."""
    name = "exb/exmr_linear.exb"

    assert samples.gold(name) == heads_of(samples.read(name, parse_exb))
