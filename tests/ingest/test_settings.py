"""What the settings say of labels wins over what was found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.core.errors import ConfigError
from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]

TALK = "I: Who?\nBo: We.\nI: When?\nBo: Then.\nI: Why?\nBo: Because.\n"


def speakers(result: Result) -> list[str | None]:
    """Return who speaks, turn by turn."""
    return [turn.speaker for turn in result.turns]


def test_a_pattern_with_a_text_group(read: Read, law: Law) -> None:
    """A regular expression names label and words; what stands behind the words is unattributed."""
    (result,) = read(
        "A|Who?|sd\nB|We.|qy\nA|When?|sd\n",
        settings={"pattern": "^(?P<label>[^|]{1,20})[|](?P<text>[^|]*)[|]"},
    )

    assert [("A", "Who?"), ("B", "We."), ("A", "When?")] == [
        (turn.speaker, turn.text) for turn in result.turns
    ]
    assert "config" == result.turns[0].attribution
    law(result)


def test_a_pattern_with_a_time_group(read: Read, law: Law) -> None:
    """Without a group for the words they begin where the match ends; a time is read."""
    (result,) = read(
        "@A 01:05 / Who?\n@B 01:07 / We.\n",
        settings={"pattern": r"@(?P<label>\w) (?P<time>\S+) / "},
    )

    assert [("A", "Who?", 65.0), ("B", "We.", 67.0)] == [
        (turn.speaker, turn.text, turn.start_s) for turn in result.turns
    ]
    law(result)


def test_a_family_may_be_named(read: Read) -> None:
    """The name of a family as pattern takes all its labels, however odd."""
    (result,) = read("the one: Who?\nthe other: We.\n", settings={"pattern": "colon"})

    assert ["the one", "the other"] == speakers(result)


@pytest.mark.parametrize("pattern", ["(", "no label here", "colons"])
def test_a_pattern_that_cannot_be_is_refused(pattern: str, read: Read) -> None:
    """What is no expression with a label and no family is a problem of the settings."""
    with pytest.raises(ConfigError, match=r"ingest\.pattern"):
        read(TALK, settings={"pattern": pattern})


def test_an_alias_is_read_as_its_label(read: Read) -> None:
    """An alias of the settings is the label that it stands for."""
    (result,) = read(TALK + "Int.: Thanks.\nBo: Bye.\n", settings={"aliases": {"Int.": "I"}})

    assert "I" == result.turns[-2].speaker
    assert "alias" == result.turns[-2].attribution


def test_never_speakers(read: Read) -> None:
    """What ``not_speakers`` lists is speech."""
    (result,) = read(TALK + "Bo: So.\nOh: no.\n" * 3, settings={"not_speakers": ["oh"]})

    assert {"I", "Bo"} == set(speakers(result))


def test_a_declared_speaker_needs_no_second_turn(read: Read) -> None:
    """Labels named in the settings count though each is used once."""
    names = {"Ana": {"role": "other"}, "Ben": {"participant_id": "P9"}}

    (result,) = read("Ana: Here.\nBen: There.\n", settings={"speakers": names})

    assert [("Ana", "other", None), ("Ben", "unknown", "P9")] == [
        (turn.speaker, turn.role, turn.participant_id) for turn in result.turns
    ]


def test_unlabelled_paragraphs_may_be_unknown(read: Read, law: Law) -> None:
    """With ``unlabelled = "unknown"`` a paragraph without a label begins an unknown turn."""
    (result,) = read(TALK + "Somebody coughed.\n", settings={"unlabelled": "unknown"})

    assert [None, "unknown"] == [result.turns[-1].speaker, result.turns[-1].attribution]
    law(result)


def test_a_document_becomes_turns_of_nobody(read: Read, law: Law) -> None:
    """Field notes and documents are coded paragraph by paragraph if the settings say so."""
    text = "# Notes\n\nThe hall is cold.\n\nNobody sits down.\n"

    (result,) = read(text, "notes.md", {"unlabelled": "unknown", "source_type": "observation"})

    assert ["The hall is cold.", "Nobody sits down."] == [turn.text for turn in result.turns]
    assert [] == result.report.notices
    assert "observation" == result.transcript.source_type
    law(result)


@pytest.mark.parametrize(
    ("label", "role"),
    [
        ("Interviewer 2", "interviewer"),
        ("INT", "interviewer"),
        ("Forscherin", "interviewer"),
        ("Moderator", "interviewer"),
        ("Entrevistado 3", "participant"),
        ("P12", "participant"),
        ("Deelnemer 1", "participant"),
        ("Ana", "unknown"),
        ("SPEAKER_00", "unknown"),
    ],
)
def test_roles_are_told_by_words(label: str, role: str, read: Read) -> None:
    """Where nobody says more, the words of a label tell the role, in several languages."""
    (result,) = read(f"{label}: One.\nZoe: Two.\n" * 3)

    assert role == result.turns[0].role
