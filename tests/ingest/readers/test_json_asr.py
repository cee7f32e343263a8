"""Speech recognisers' JSON: each tool is known by its shape."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import GlossatorError, TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.json_asr import parse_json

DEFAULT = IngestSettings()
Talk = list[tuple[str | None, str, float | None]]
AB: Talk = [("A", "How was it?", 1.0), ("B", "Good, busy.", 2.5)]


def read(tree: object) -> Reading:
    """Return what a JSON file holds."""
    return parse_json(json.dumps(tree).encode(), DEFAULT)


def talk_of(tree: object) -> Talk:
    """Return label, words and start of each block."""
    return [(block.label, block.text, block.start_s) for block in read(tree).blocks]


def words(key: str, speaker: str, *, start: str = "start", scale: float = 1) -> list[object]:
    """Return the talk of A and B word by word, half a second each."""
    return [
        {key: word, speaker: label, start: (begin + n / 2) * scale, "end": (begin + n) * scale}
        for label, text, begin in AB
        for n, word in enumerate(text.split())
        if begin is not None
    ]


WORDS = words("word", "speaker")
AWS_ITEMS = [
    {"type": "pronunciation", "start_time": "1.0", "alternatives": [{"content": "How"}]},
    {"type": "pronunciation", "start_time": "1.5", "alternatives": [{"content": "was it"}]},
    {"type": "punctuation", "alternatives": [{"content": "?"}]},
    {"type": "pronunciation", "start_time": "2.5", "alternatives": [{"content": "Good"}]},
    {"type": "punctuation", "alternatives": [{"content": ","}]},
    {"type": "pronunciation", "start_time": "3.0", "alternatives": [{"content": "busy"}]},
    {"type": "punctuation", "alternatives": [{"content": "."}]},
]
SHAPES: dict[str, object] = {
    "whisperx": {
        "segments": [
            {"start": 1, "text": " How was it?", "speaker": "A", "words": []},
            {"start": 2.5, "text": " Good,  busy.", "speaker": "B"},
        ]
    },
    "whisper.cpp": {
        "transcription": [
            {"offsets": {"from": 1000, "to": 2000}, "text": " How was it?", "speaker": "A"},
            {"offsets": {"from": 2500, "to": 3000}, "text": " Good, busy.", "speaker": "B"},
        ]
    },
    "assemblyai": {
        "utterances": [
            {"speaker": "A", "text": "How was it?", "start": 1000},
            {"speaker": "B", "text": "Good, busy.", "start": 2500},
        ]
    },
    "assemblyai words": {"utterances": None, "words": words("text", "speaker", scale=1000)},
    "deepgram": {
        "results": {
            "utterances": [
                {"speaker": "A", "transcript": "How was it?", "start": 1},
                {"speaker": "B", "transcript": "Good, busy.", "start": 2.5},
            ]
        }
    },
    "deepgram words": {"results": {"channels": [{"alternatives": [{"words": WORDS}]}]}},
    "aws segments": {
        "results": {
            "items": AWS_ITEMS,
            "speaker_labels": {
                "segments": [
                    {"items": [{"start_time": t, "speaker_label": label} for t in times]}
                    for label, times in (("A", ["1.0", "1.5"]), ("B", ["2.5", "3.0"]))
                ]
            },
        }
    },
    "aws channels": {
        "results": {
            "items": AWS_ITEMS,
            "channel_labels": {
                "channels": [
                    {"channel_label": "A", "items": AWS_ITEMS[:2]},
                    {"channel_label": "B", "items": AWS_ITEMS[3:]},
                ]
            },
        }
    },
    "aws call analytics": {
        "Transcript": [
            {"ParticipantRole": "A", "Content": "How was it?", "BeginOffsetMillis": 1000},
            {"ParticipantRole": "B", "Content": "Good, busy.", "BeginOffsetMillis": 2500},
        ]
    },
    "google": {
        "results": [
            {"alternatives": [{"transcript": "How was it? Good, busy."}]},
            {"alternatives": [{"words": words("word", "speakerTag", start="startTime")}]},
        ]
    },
    "rev": {
        "speakers": [{"id": 0, "name": "A"}, {"id": 1, "name": "B"}],
        "monologues": [
            {
                "speaker": 0,
                "elements": [
                    {"type": "text", "value": "How", "ts": 1.0, "end_ts": 1.4},
                    {"type": "punct", "value": " "},
                    {"type": "text", "value": "was it?", "ts": 1.5, "end_ts": 2.0},
                ],
            },
            {"speaker": 1, "elements": [{"value": "Good, busy.", "timestamp": "00:00:02,500"}]},
        ],
    },
    "otter": {
        "speech": {
            "transcripts": [
                {"speaker_name": "A", "transcript": "How was it?", "start_offset": 16000},
                {"speaker_name": "B", "transcript": "Good, busy.", "start_offset": 40000},
            ]
        }
    },
    "azure": {
        "recognizedPhrases": [
            {"speaker": "B", "offsetInTicks": 25000000, "nBest": [{"display": "Good, busy."}]},
            {"speaker": "A", "offsetInTicks": 10000000, "nBest": [{"display": "How was it?"}]},
        ]
    },
    "dpe": {
        "words": words("text", "none"),
        "paragraphs": [{"speaker": "A", "start": 1}, {"speaker": "B", "start": 2.5}],
    },
    "kaldi": {
        "retval": {
            "words": words("punct", "none"),
            "segmentation": {
                "segments": [
                    {"start": 0.5, "speaker": {"@id": "A", "gender": ""}},
                    {"start": 2.4, "speaker": {"@id": "B"}},
                ]
            },
        }
    },
    "podcasting": {
        "segments": [
            {"speaker": "A", "startTime": 1, "body": "How was it?"},
            {"speaker": "B", "startTime": 2.5, "body": "Good, busy."},
        ]
    },
    "a bare list": [
        {"speaker": "A", "start": 1, "text": "How was it?"},
        {"speaker": "B", "start": 2.5, "text": "Good, busy."},
    ],
}


@pytest.mark.parametrize("name", SHAPES)
def test_each_tool_is_known_by_its_shape(name: str) -> None:
    """Speakers, words and times come out the same, whatever keys and units hold them."""
    reading = read(SHAPES[name])

    assert reading.is_structured
    assert AB == talk_of(SHAPES[name])
    assert {"event"} == {block.kind for block in reading.blocks}


@pytest.mark.parametrize(
    ("tree", "texts"),
    [
        ({"text": "a b", "segments": [{"text": " a"}, {"text": " b"}]}, ["a", "b"]),
        ({"utterances": None, "text": "a b", "words": [{"text": "a", "speaker": "A"}]}, ["a b"]),
        ({"results": {"channels": [{"alternatives": [{"transcript": "a b"}]}]}}, ["a b"]),
        ({"results": [{"alternatives": [{"transcript": "a"}]}]}, ["a"]),
    ],
    ids=["whisper", "assemblyai", "deepgram", "google"],
)
def test_without_speakers_nobody_is_named(tree: object, texts: list[str]) -> None:
    """The words are there; who speaks is left open."""
    reading = read(tree)

    assert not reading.is_structured
    assert texts == [block.text for block in reading.blocks]


def test_a_recording_with_a_channel_for_each_speaker_is_merged_by_time() -> None:
    """Words of both channels stand in order; each channel is a speaker."""
    channels = [
        {"alternatives": [{"words": [{"word": "yes", "start": 2}]}]},
        {"alternatives": [{"words": [{"word": "so", "start": 1}, {"word": "ok", "start": 3}]}]},
    ]

    assert talk_of({"results": {"channels": channels}}) == [
        ("channel 1", "so", 1),
        ("channel 0", "yes", 2),
        ("channel 1", "ok", 3),
    ]


def test_declared_speakers_are_named_even_if_silent() -> None:
    """Rev lists its speakers, call analytics its participants."""
    rev = read({**SHAPES["rev"], "speakers": [{"id": 7, "name": "Eve"}]})  # type: ignore[dict-item]  # an object
    call = read({**SHAPES["aws call analytics"], "Participants": [{"ParticipantRole": "C"}]})  # type: ignore[dict-item]  # an object

    assert ({"Eve": ""}, ["0", "1"]) == (dict(rev.declared), [b.label for b in rev.blocks])
    assert {"C": ""} == dict(call.declared)


def test_escapes_in_strings_become_canonical_characters() -> None:
    """A NUL, a lone surrogate or an invisible mark behind an escape is treated as in any text."""
    data = rb'{"segments": [{"text": "a\u0000b\u200b \ud800 caf\u00e9"}]}'

    assert parse_json(data, DEFAULT).blocks[0].text == "ab \ufffd café"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"segments":[{"text":"a"', "E_CORRUPT"),
        ("[" * 100_000, "E_CORRUPT"),
        ('{"a":' * 100_000, "E_CORRUPT"),
        ("[" * 900 + "]" * 900, "E_UNKNOWN_SCHEMA"),
        ('{"segments":[{"text":"a","start":' + "9" * 5000 + "}]}", "E_CORRUPT"),
        ('{"foo": 1}', "E_UNKNOWN_SCHEMA"),
        ("[]", "E_UNKNOWN_SCHEMA"),
        ("3", "E_UNKNOWN_SCHEMA"),
        ('{"segments":[{"text":" "}]}', "E_NO_CONTENT"),
    ],
)
def test_what_is_no_transcript_gets_its_code(text: str, code: str) -> None:
    """Broken or too deep, of no known shape, or without words: each has its own sentence."""
    with pytest.raises(TranscriptError) as caught:
        parse_json(text.encode(), DEFAULT)

    assert code == caught.value.code


NAMES = (
    "segments utterances words results channels alternatives items monologues elements speaker "
    "text start end transcript speech paragraphs retval Transcript transcription offsets value"
)
KEYS = st.sampled_from(NAMES.split())
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=3),
    max_leaves=12,
)


@given(TREES)
def test_any_json_gives_a_reading_or_our_error(tree: object) -> None:
    """Keys that are known with values that are not never surprise the reader."""
    try:
        reading = read(tree)
    except GlossatorError:
        return
    assert all(block.text.strip() for block in reading.blocks)


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_json, json.dumps(SHAPES["rev"]).encode())


@pytest.mark.parametrize(
    "name",
    [
        "derived/assemblyai_pdpilot_P4.json",
        "derived/aws_transcribe_pdpilot_P4.json",
        "derived/deepgram_words_pdpilot_P4.json",
        "derived/google_tagged_pdpilot_P4.json",
        "derived/rev_pdpilot_P4.json",
        "derived/whisperx_pdpilot_P4.json",
        "json/assemblyai_transcription.json",
        "json/assemblyai_utterances.json",
        "json/aws_call_analytics.json",
        "json/bbc_kaldi_katedarling.json",
        "json/dg_speakers.json",
        "json/dpe_soleio.json",
        "json/podcastindex_example.json",
        "json/whisper_timestamped.json",
    ],
)
def test_samples_agree_with_gold(
    name: str, samples: Any, heads_of: Callable[[Reading], Any]
) -> None:
    """Speakers and first words of real files are those that people found."""
    assert samples.gold(name) == heads_of(samples.read(name, parse_json))


@pytest.mark.parametrize(
    ("name", "code"), [("trunc.json", "E_CORRUPT"), ("unknown.json", "E_UNKNOWN_SCHEMA")]
)
def test_bad_samples_get_their_code(name: str, code: str, samples: Any) -> None:
    """Each kind of bad file has its own stable code."""
    with pytest.raises(TranscriptError) as caught:
        parse_json(samples.data(f"bad/{name}"), DEFAULT)

    assert code == caught.value.code
