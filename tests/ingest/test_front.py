"""Legends, front matter, headings: declared speakers and keys that are no turns."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]

TALK = "I1: Who began it?\nX: We did.\nI1: When?\nX: In March.\nI1: Why?\nX: It was time.\n"


def kinds(result: Result) -> dict[str, str]:
    """Return the kind of each aside by its text."""
    return {aside.text: aside.kind for aside in result.asides}


@pytest.mark.parametrize(
    "legend",
    [
        "I1: Interviewer 1\nX: Informant\n\n",
        "I1 = Interviewer\nX = Informant\n\n",
        "I1 = Interviewer; X = Informant\n\n",
        "Interviewer (I1) Informant (X)\n\n",
        "**I1:** Interviewer\n\n**X:** Informant\n\n",
        "| Name | Short |\n| --- | --- |\n| The interviewer | I1 |\n| The informant | X |\n\n",
    ],
)
def test_a_legend_declares_and_is_no_turn(legend: str, read: Read, law: Law) -> None:
    """Two or more definitions of labels in the first lines are a legend, not talk."""
    (result,) = read(legend + TALK, "talk.md")

    assert ["I1", "X"] * 3 == [turn.speaker for turn in result.turns]
    assert {"legend"} == set(kinds(result).values())
    assert {"I1", "X"} <= set(result.report.declared)
    assert ["interviewer", "participant"] == [turn.role for turn in result.turns[:2]]
    law(result)


def test_a_short_first_exchange_is_no_legend(read: Read) -> None:
    """Turns as short as definitions are turns: nothing in them is a role."""
    (result,) = read("I1: Hello\nX: Hi there\n" + TALK)

    assert "Hello" == result.turns[0].text


def test_declared_and_silent(read: Read) -> None:
    """A declared label may never speak, an undeclared one may speak once: the report says so."""
    text = "I1: Interviewer\nX: Informant\nY: Informant's mother\n\n" + TALK + "Z: Tea?\n"

    (result,) = read(text)

    assert ["Y"] == result.report.declared_but_silent
    assert ["Z"] == result.report.undeclared


@pytest.mark.parametrize(
    "head",
    [
        "Title: A talk in the shed\nDate: 4 May\nPlace: the shed\n\n",
        "A talk in the shed\n\nDate: 4 May\nInterviewer: Ana Reyes\nParticipant: P07\n\n",
        "**Fecha:** 4 de mayo\n\n**Lugar:** el taller\n\n",
        "---\ntitle: A talk\nspeakers:\n  - I1\nmedia: https://example.org/x\n---\n",
    ],
)
def test_keys_at_the_head_are_front_matter(head: str, read: Read, law: Law) -> None:
    """Dates, places, titles and YAML are neither labels nor speech."""
    (result,) = read(head + TALK, "talk.md")

    assert ["I1", "X"] * 3 == [turn.speaker for turn in result.turns]
    assert "front-matter" in kinds(result).values()
    law(result)


def test_a_heading_ends_a_turn_and_the_speaker_goes_on(read: Read, law: Law) -> None:
    """A heading belongs to nobody; what stands below it is a further turn of the same speaker."""
    text = TALK.replace("In March.", "In March.\n\n## The flood\n\nIt came at night.")

    (result,) = read(text, "talk.md")

    assert ["I1", "X", "I1", "X", "X", "I1", "X"] == [turn.speaker for turn in result.turns]
    assert {"## The flood": "heading"} == kinds(result)
    law(result)


def test_what_stands_before_the_first_label_is_unattributed(read: Read, law: Law) -> None:
    """A preamble is in the report with its words and its place."""
    (result,) = read("We sat by the window.\n\n" + TALK)

    assert [{"start": 0, "end": 21, "text": "We sat by the window."}] == result.report.unattributed
    law(result)


def test_marks_bound_the_talk(read: Read, law: Law) -> None:
    """``start_after`` and ``end_before`` cut off what is no talk, labels or not."""
    text = f"I1: a rehearsal\nX: yes\nRECORDING STARTS\n{TALK}END OF RECORDING\nI1: Bye.\n"

    (result,) = read(
        text, settings={"start_after": "recording starts", "end_before": "end of recording"}
    )

    assert "Who began it?" == result.turns[0].text
    assert 6 == len(result.turns)
    law(result)


def test_a_mark_that_is_not_there_is_reported(read: Read) -> None:
    """A mark in the settings that does not occur changes nothing and is said."""
    (result,) = read(TALK, settings={"start_after": "nowhere"})

    assert 6 == len(result.turns)
    assert ["W_MARK_NOT_FOUND"] == [notice["code"] for notice in result.report.notices]
