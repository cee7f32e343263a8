"""Sources that name their speakers: cues, rows and fields become a paragraph a turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]


def cues(*lines: str) -> str:
    """Return ``lines`` as captions of two seconds each."""
    return "WEBVTT\n\n" + "\n\n".join(
        f"00:00:{2 * n:02}.000 --> 00:00:{2 * n + 2:02}.000\n{line}" for n, line in enumerate(lines)
    )


def heard(result: Result) -> list[tuple[str | None, str]]:
    """Return who says what."""
    return [(turn.speaker, turn.text) for turn in result.turns]


VOICES = cues("<v Ana>Who", "<v Ana>was it?", "<v Ben>Nobody.", "<v Ana>Oh.", "<v Ben>Ah.")
EVERY = cues("Ana: Who", "Ana: was it?", "Ben: Nobody.", "Ana: Oh.", "Ben: Ah.")
FIRST = cues("Ana: Who", "was it?", "Ben: Nobody.", "Ana: Oh.", "Ben: Ah.")
NAME_LINE = cues("Ana:\nWho", "was it?", "Ben:\nNobody.", "Ana:\nOh.", "Ben:\nAh.")
WRAPPED = cues("Ana Maria\nReyes: Who", "was it?", "Ben: No.", "Ana Maria Reyes: Oh.", "Ben: Ah.")


@pytest.mark.parametrize("text", [VOICES, EVERY, FIRST, NAME_LINE])
def test_neighbouring_cues_are_one_turn(text: str, read: Read, law: Law) -> None:
    """Cues are an accident of the tool: those of one speaker are joined, by default."""
    (result,) = read(text, "talk.vtt")

    said = [("Ana", "Who was it?"), ("Ben", "Nobody."), ("Ana", "Oh."), ("Ben", "Ah.")]
    assert said == heard(result)
    assert "\n".join(f"{who}: {what}" for who, what in said) == result.transcript.text
    assert [(0.0, 4.0), (4.0, 6.0), (6.0, 8.0), (8.0, 10.0)] == [
        (t.start_s, t.end_s) for t in result.turns
    ]
    law(result)


def test_repeated_labels_are_counted(read: Read) -> None:
    """What is joined is not lost without a word: repeated labels are in the report."""
    (result,) = read(EVERY, "talk.vtt")

    assert {"kind": "repeated label", "count": 1, "words": 0} in result.report.removed


def test_cues_need_not_be_joined(read: Read) -> None:
    """With ``join = "none"`` every labelled cue is a turn."""
    (result,) = read(VOICES, "talk.vtt", {"join": "none"})

    assert 5 == len(result.turns)


def test_a_label_over_two_lines(read: Read) -> None:
    """A name that the caption breaks in two is one label."""
    (result,) = read(WRAPPED, "talk.vtt")

    assert ["Ana Maria Reyes", "Ben"] * 2 == [turn.speaker for turn in result.turns]


def test_two_speakers_in_one_cue(read: Read, law: Law) -> None:
    """A known label after the end of a sentence begins a turn inside a cue."""
    (result,) = read(
        cues("Ana: Who was it?", "Ben: Nobody.", "Ana: Oh.\nBen: Yes.", "Ana: I see."), "talk.vtt"
    )

    assert ["Ana", "Ben"] * 2 + ["Ana"] == [turn.speaker for turn in result.turns]
    law(result)


def test_an_unnamed_change_is_an_unknown_speaker(read: Read, law: Law) -> None:
    """``>>`` without a name begins a turn of somebody unknown."""
    (result,) = read(
        cues("Ana: Who was it?", "Ben: Nobody.", ">> I was.", "Ana: Oh.", "Ben: Yes."), "talk.vtt"
    )

    assert ["Ana", "Ben", None, "Ana", "Ben"] == [turn.speaker for turn in result.turns]
    law(result)


def test_captions_without_speakers_have_no_turns(read: Read, law: Law) -> None:
    """Captions that name nobody are unattributed, line by line."""
    (result,) = read(cues("the river rose", "and nobody had told", "the school"), "talk.vtt")

    assert () == result.turns
    assert ["the river rose", "and nobody had told", "the school"] == [
        span["text"] for span in result.report.unattributed
    ]
    law(result)


TABLE = "time,speaker,text\n1,AR:,Who was it?\n3,AR:,Well?\n5,,Nobody.\n7,2,It was me.\n"


def test_rows_are_turns(read: Read, law: Law) -> None:
    """A labelled row is a turn even when its speaker repeats; a blank cell is unknown."""
    (result,) = read(TABLE, "talk.csv")

    assert ["AR", "AR", None, "2"] == [turn.speaker for turn in result.turns]
    assert {"structural", "unknown"} == {turn.attribution for turn in result.turns}
    assert "W_BLANK_SPEAKERS" in {notice["code"] for notice in result.report.notices}
    law(result)


def test_rows_may_be_joined(read: Read) -> None:
    """With ``join = "all"`` neighbouring rows of one speaker are one turn."""
    (result,) = read(TABLE, "talk.csv", {"join": "all", "blank_speaker_cell": "continue"})

    assert ["AR", "2"] == [turn.speaker for turn in result.turns]


def test_aliases_and_names_reach_fields(read: Read) -> None:
    """Settings rename speakers of structured sources, too."""
    (result,) = read(
        TABLE, "talk.csv", {"aliases": {"2": "Zoe"}, "speakers": {"ar": {"name": "Ana Reyes"}}}
    )

    assert ["Ana Reyes", "Ana Reyes", None, "Zoe"] == [turn.speaker for turn in result.turns]
    assert ["config", "config", "unknown", "alias"] == [turn.attribution for turn in result.turns]
