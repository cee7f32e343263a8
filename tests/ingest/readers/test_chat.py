"""CHAT: main lines are speech."""

from collections.abc import Callable
from typing import Any

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.chat import parse_chat

DEFAULT = IngestSettings()
FILE = (
    "@UTF8\n@Begin\n@Participants:\tCHI Ross Target_Child, MOT Mother,\n\tPPP\n"
    "*CHI:\tmore (.) &-uh cookie . \x15125_475\x15\n%mor:\tqn|more\n\tn|cookie\n"
    "*MOT:\tyou want\n\tanother one ?\n*PPP:\t\n"
    "*MOT:\tso \x15500_700\x15 well \x15700_900\x15\n@End\n"
)


def test_main_lines_are_speech_with_their_times() -> None:
    """Lines that begin with a tab go on; codes stay as written; a line without words is none."""
    reading = parse_chat(FILE.encode(), DEFAULT)

    assert [(b.label, b.text, b.start_s, b.end_s) for b in reading.blocks] == [
        ("CHI", "more (.) &-uh cookie .", 0.125, 0.475),
        ("MOT", "you want another one ?", None, None),
        ("MOT", "so well", 0.5, 0.9),
    ]
    assert reading.notices == ()


def test_the_header_declares_names_and_roles() -> None:
    """A code that never speaks is declared, too."""
    reading = parse_chat(FILE.encode(), DEFAULT)

    assert {"CHI": "Ross Target_Child", "MOT": "Mother", "PPP": ""} == dict(reading.declared)
    assert [(part.kind, part.count) for part in reading.removed] == [
        ("dependent line", 1),
        ("header", 4),
    ]


def test_a_file_without_main_lines_holds_nothing() -> None:
    """A header alone is no transcript."""
    with pytest.raises(TranscriptError) as caught:
        parse_chat(b"@UTF8\n@Begin\n@End\n", DEFAULT)

    assert caught.value.code == "E_NO_CONTENT"


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_chat, FILE.encode())


@pytest.mark.parametrize(
    "name", ["cha/ba2_test.cha", "cha/tb_eng_multi_speaker.cha", "cha/tb_eng_overlap_ca.cha"]
)
def test_samples_agree_with_gold(
    name: str, samples: Any, heads_of: Callable[[Reading], Any]
) -> None:
    """Speakers and first words of real files are those that people found."""
    assert samples.gold(name) == heads_of(samples.read(name, parse_chat))
