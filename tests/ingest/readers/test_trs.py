"""Transcriber: a turn may have several speakers at once."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.trs import parse_trs

DEFAULT = IngestSettings()
HEAD = (
    '<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE Trans SYSTEM "trans-14.dtd"><Trans>'
    '<Speakers><Speaker id="s1" name="Ana"/><Speaker id="s2" name="Ren\xe9"/></Speakers>'
)
FILE = (
    HEAD + '<Turn speaker="s1" startTime="0" endTime="2.5"><Sync time="0"/>\nhow was\n'
    '<Event desc="door bang" type="noise"/>\n<Sync time="1"/>it\n</Turn>'
    '<Turn speaker="s1 s2" startTime="2.5" endTime="4"><Sync time="2.5"/><Who nb="1"/>so'
    '<Who nb="2"/>well<Who nb="9"/>yes</Turn><Turn startTime="4" endTime="5">mm</Turn>'
    '<Turn speaker="s2"><Sync time="5"/></Turn></Trans>'
)


def test_turns_are_parted_by_who_speaks() -> None:
    """Names come from the list of speakers; marks are counted; a turn without words is none."""
    reading = parse_trs(FILE.encode("latin-1"), DEFAULT)

    assert [(b.label, b.text, b.start_s) for b in reading.blocks] == [
        ("Ana", "how was it", 0),
        ("Ana", "so", 2.5),
        ("René", "well yes", 2.5),
        (None, "mm", 4),
    ]
    assert [(part.kind, part.words) for part in reading.removed] == [("mark: event", 2)]
    assert ({"Ana", "René"}, "iso-8859-1") == (set(reading.declared), reading.encoding)


def test_turns_without_words_hold_nothing() -> None:
    """A frame alone is no transcript."""
    with pytest.raises(TranscriptError) as caught:
        parse_trs((HEAD + "<Turn speaker='s1'/></Trans>").encode("latin-1"), DEFAULT)

    assert caught.value.code == "E_NO_CONTENT"


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_trs, FILE.encode("latin-1"))


def test_a_sample_agrees_with_gold(samples: Any, heads_of: Callable[[Reading], Any]) -> None:
    """Speakers and first words of a real file are those that people found."""
    name = "trs/nzilbb_test_latin1.trs"

    assert samples.gold(name) == heads_of(samples.read(name, parse_trs))
