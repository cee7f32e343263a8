"""Captions: every form that tools write, read by one tolerant reader."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.cues import parse_cues

DEFAULT = IngestSettings()


def read(text: str) -> Reading:
    """Return what a caption file of ``text`` holds."""
    return parse_cues(text.encode(), DEFAULT)


def talk_of(text: str) -> list[tuple[str | None, str]]:
    """Return label and words of each block."""
    return [(block.label, block.text) for block in read(text).blocks]


def removed(text: str) -> dict[str, tuple[int, int]]:
    """Return count and words of removed matter by kind."""
    return {part.kind: (part.count, part.words) for part in read(text).removed}


@pytest.mark.parametrize(
    "text",
    [
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nhello there\n",
        "WEBVTT - made by a tool\n\n00:01.000 --> 00:02.500 align:middle line:90%\nhello there\n",
        "1\n00:00:01,000 --> 00:00:02,500\nhello there\n",
        "00:00:01,000 --> 00:00:02,500\nhello there\n",
        "00:00:01.000 -> 00:00:02.500\nhello\nthere",
        "0:00:01.000,0:00:02.500\nhello there\n",
        "\n\n7\n00:00:01,000 --> 00:00:02,500\nhello\n\nthere\n\n",
        "WEBVTT\r\n\r\nintro-1\r\n00:00:01.000 --> 00:00:02.500\r\nhello there\r\n",
    ],
)
def test_a_line_with_two_times_is_all_that_a_cue_needs(text: str) -> None:
    """Header, number, comma and blank lines may be there or not; lines are joined by a space."""
    (block,) = read(text).blocks

    assert ("hello there", 1.0, 2.5) == (block.text, block.start_s, block.end_s)
    assert ("cue", "cue 1") == (block.kind, block.place)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("<v Ana Reyes>hello</v>", "Ana Reyes"),
        ("<v Kerrigan, Dan>hello", "Kerrigan, Dan"),
        ("<v.loud Ana>hello</v>", "Ana"),
        ("<v.speaker1>hello</v>", "speaker1"),
        ("<v R&amp;D>hello</v>", "R&D"),
        ("<v Kerrigan,\nDan>hello", "Kerrigan, Dan"),
    ],
)
def test_a_voice_tag_names_the_speaker(line: str, label: str) -> None:
    """With or without an end, by name or by class only, even broken over two lines."""
    reading = read(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{line}\n")

    assert reading.is_structured
    assert [(label, "hello")] == [(block.label, block.text) for block in reading.blocks]


def test_a_cue_may_hold_several_voices() -> None:
    """Each voice is a block with the cue's times; words before the first have no speaker."""
    text = "00:01.000 --> 00:02.000\nwell <v A>yes</v>\n<v B>no\nno</v>\n"

    assert talk_of(text) == [(None, "well"), ("A", "yes"), ("B", "no no")]


def test_labels_in_the_text_stay_there() -> None:
    """Only voice tags are fields of the format; the rest is for those who find speakers."""
    reading = read("1\n00:01,000 --> 00:02,000\nDan (host):\nwell, yes\n")

    assert not reading.is_structured
    assert [block.text for block in reading.blocks] == ["Dan (host): well, yes"]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("so", [(None, "A: yes"), (None, "so"), (None, "on"), (None, "we")]),
        ("<v B>so", [("A", "yes"), ("B", "so"), (None, "on"), (None, "we")]),
    ],
)
def test_voices_may_be_tagged_at_a_change_only(
    second: str, expected: list[tuple[str | None, str]]
) -> None:
    """Two voices tell who speaks; a single one here and there is left in the text."""
    texts = ["<v A>yes", second, "on", "we"]
    cues = [f"00:0{n}.000 --> 00:0{n + 1}.000\n{text}\n" for n, text in enumerate(texts)]

    assert expected == talk_of("\n".join(cues))


def test_an_identifier_may_name_the_speaker() -> None:
    """One meeting tool writes number, name in quotation marks and an id above each cue."""
    text = 'WEBVTT\n\n1 "Dan Kerr" (3154)\n00:01.000 --> 00:02.000\nhello\n'

    assert talk_of(text) == [("Dan Kerr", "hello")]


def test_a_one_word_line_is_speech() -> None:
    """Only digits, or a word with a digit below a blank line, are a cue's number."""
    text = (
        "00:01.000 --> 00:02.000\nYes.\n\nOkay.\n00:02.000 --> 00:03.000\nNo.\n4\n"
        "00:04.000 --> 00:05.000\nSo."
    )

    assert talk_of(text) == [(None, "Yes. Okay."), (None, "No."), (None, "So.")]
    assert removed(text) == {"cue number": (1, 1)}


def test_an_unnamed_change_of_speaker_begins_a_block() -> None:
    """Arrows and, in a cue of several, dashes say that somebody else speaks."""
    text = (
        "00:01.000 --> 00:02.000\n- Hi.\n- Hello\nthere.\n\n"
        "00:02.000 --> 00:03.000\nwell >> ANNA: so\n&gt;&gt; no\n\n"
        "00:03.000 --> 00:04.000\n- so he said\n"
    )

    assert [(block.style, block.text) for block in read(text).blocks] == [
        ("-", "Hi."),
        ("-", "Hello there."),
        ("", "well"),
        (">>", "ANNA: so"),
        (">>", "no"),
        ("", "- so he said"),
    ]


def test_tags_and_entities_leave_plain_words() -> None:
    """Form is dropped, escapes are undone; marks that a transcriber wrote are kept."""
    text = (
        "00:01.000 --> 00:02.000\n"
        "<i>it&#39;s</i> <c.yellow>R&amp;D</c><00:00:01.500> {\\an8}<font color='x'>ok</font> "
        "<Tim!> a < b\n"
    )

    assert talk_of(text) == [(None, "it's R&D ok <Tim!> a < b")]


def test_notes_and_styles_are_no_speech() -> None:
    """They are counted with their words; the word NOTE inside a cue is a word."""
    text = (
        "WEBVTT\n\nNOTE made by me\n\n00:01.000 --> 00:02.000\nNOTE that well\n\n"
        "NOTE\nchecked twice\n\nSTYLE\n::cue {}\n\n00:02.000 --> 00:03.000\nyes\n"
    )

    assert talk_of(text) == [(None, "NOTE that well"), (None, "yes")]
    assert removed(text) == {"header": (1, 5), "comment": (2, 6)}


def test_what_stands_above_a_caption_file_is_kept_as_a_note() -> None:
    """Front matter over cues in a text file is no speech and not lost."""
    text = "title: Talk 3\n\nWEBVTT\n\n00:01.000 --> 00:02.000\nyes\n"

    assert [(block.kind, block.text) for block in read(text).blocks] == [
        ("note", "title: Talk 3"),
        ("cue", "yes"),
    ]


def test_rolling_captions_say_each_line_once() -> None:
    """Where cues repeat the lines before them throughout, the repeats are taken out and counted."""
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\nso we\n\n00:02.000 --> 00:03.000\nso we\nwent home\n\n"
        "00:03.000 --> 00:04.000\nwent home\n\n00:04.000 --> 00:05.000\nwent home\nand slept\n"
    )

    assert [words for _, words in talk_of(text)] == ["so we", "went home", "and slept"]
    assert removed(text)["rolling duplicate"] == (3, 6)


def test_people_say_yes_twice() -> None:
    """A repeat here and there is speech."""
    lines = ["Yes.", "Yes.", "So.", "No.", "Well.", "Home."]
    text = "".join(f"00:0{n}.000 --> 00:0{n + 1}.000\n{line}\n\n" for n, line in enumerate(lines))

    assert lines == [words for _, words in talk_of(text)]


def test_a_cue_without_words_is_counted() -> None:
    """An empty cue and an empty voice are no turns."""
    text = (
        "00:01.000 --> 00:02.000\n<v A></v>\n\n00:02.000 --> 00:03.000\n\n"
        "00:03.000 --> 00:04.000\nyes"
    )

    assert talk_of(text) == [(None, "yes")]
    assert removed(text) == {"cue without words": (2, 0)}


@pytest.mark.parametrize("text", ["WEBVTT\n", "00:01.000 --> 00:02.000\n", "words", ""])
def test_a_header_without_words_holds_nothing(text: str) -> None:
    """A caption file with no cue, or only empty ones, is no transcript."""
    with pytest.raises(TranscriptError) as caught:
        read(text)

    assert caught.value.code == "E_NO_CONTENT"


WORDS = st.lists(st.sampled_from(["so", "we", "wént", "home.", "R&D", "3", "😀"]), min_size=1)


@given(st.lists(st.tuples(st.sampled_from(["Ana", "Dan K"]), WORDS), min_size=1, max_size=20))
def test_what_is_written_with_voices_is_read_back(talk: list[tuple[str, list[str]]]) -> None:
    """Every voice and word comes back in order, cue by cue."""
    cues = [
        f"{n}\n00:{n:02d}:00.000 --> 00:{n:02d}:59.999\n<v {who}>{' '.join(words)}</v>\n"
        for n, (who, words) in enumerate(talk)
    ]

    assert talk_of("WEBVTT\n\n" + "\n".join(cues)) == [(who, " ".join(w)) for who, w in talk]


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_cues, b"WEBVTT\n\n1\n00:01.000 --> 00:02.000\n<v A>so &amp; so</v>\n\n" * 5)


@pytest.mark.parametrize(
    "name",
    [
        "derived/teams_pdpilot_P4.vtt",
        "vtt/islandora_mediatrack.vtt",
        "vtt/nzilbb_voices_class_only.vtt",
        "vtt/podcastindex_example.vtt",
    ],
)
def test_samples_with_voices_agree_with_gold(
    name: str, samples: Any, heads_of: Callable[[Reading], Any]
) -> None:
    """Speakers and first words of real captions are those that people found."""
    reading = samples.read(name, parse_cues)

    assert reading.is_structured
    assert samples.gold(name) == heads_of(reading)


@pytest.mark.parametrize(
    ("name", "n_cues"),
    [
        ("vtt/zoom_acdt_072.vtt", 335),
        ("derived/zoom_acdt_072_bom_crlf.vtt", 335),
        ("srt/podcastindex_example.srt", 222),
        ("derived/bare_pdpilot_P4.srt", 433),
        ("derived/name_line_cues_pdpilot_P4.vtt", 433),
        ("sbv/webvttpy_sample.sbv", 5),
    ],
)
def test_samples_without_voices_leave_labels_in_the_text(
    name: str, n_cues: int, samples: Any
) -> None:
    """Every cue is there, and no label is guessed."""
    reading = samples.read(name, parse_cues)

    assert n_cues == len(reading.blocks)
    assert {block.label for block in reading.blocks} == {None}
