"""What looks like a label and is none, and what is one and does not look like it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]

TALK = """I: How was it at the start?
P3: Slow. We had no room.
I: And then?
P3: Then the library lent us one.
I: For how long?
P3: Two winters.
"""


def speakers(result: Result) -> list[str | None]:
    """Return who speaks, turn by turn."""
    return [turn.speaker for turn in result.turns]


def with_line(line: str, *, after: int = 2) -> str:
    """Return the talk with ``line`` put behind one of its turns."""
    lines = TALK.splitlines()
    return "\n".join([*lines[:after], line, *lines[after:]]) + "\n"


@pytest.mark.parametrize(
    "line",
    [
        "My own view is this: nobody asked.",
        "So I said: come in.",
        "We met at 17:30 and left at 19:00.",
        "17:30 was the usual time.",
        "https://example.org/plan: that is the page.",
        "What's it called, FUD: fear of missing out, no.",
        "Hi P3: that is what she wrote.",
        "There were three reasons: rain, rain and rain.",
        "And the sign read: closed",
        "[I: laughs]",
        "(P3: inaudible)",
    ],
)
def test_speech_is_not_a_label(line: str, read: Read, law: Law) -> None:
    """A colon, a time or a name inside speech begins no turn; the speaker goes on."""
    (result,) = read(with_line(line))

    assert ["I", "P3"] * 3 == speakers(result)
    law(result)


@pytest.mark.parametrize(
    "line",
    ["Break: ten minutes", "Note: the phone rings", "**Break**: [26:23]", "SF: 14", "Jingle:"],
)
def test_events_and_votes_are_nobodys(line: str, read: Read, law: Law) -> None:
    """Keys such as Break or Note and counts of votes interrupt the talk and are no speakers."""
    (result,) = read(with_line(line))

    assert ["I", "P3"] * 3 == speakers(result)
    assert "event" in {aside.kind for aside in result.asides}
    assert all(line not in turn.text for turn in result.turns)
    law(result)


@pytest.mark.parametrize(
    "line", ["P3; We had no room.", "P3. We had no room.", "P3 : We had no room."]
)
def test_a_mended_mark(line: str, read: Read) -> None:
    """A short code with a wrong mark at the start of a paragraph is a label, and reported."""
    (result,) = read(with_line(f"I: Go on.\n{line}"))

    assert ["I", "P3", "I", "P3", "I", "P3", "I", "P3"] == speakers(result)
    assert result.turns[3].text == "We had no room."


def test_a_variant_is_reported(read: Read) -> None:
    """The report lists every label that was mended."""
    (result,) = read(with_line("I: Go on.\nP3; We had no room."))

    assert [{"turn": 4, "label": "P3;", "speaker": "P3"}] == result.report.variants
    assert "variant" == result.turns[3].attribution


def test_a_label_without_any_mark_is_a_suspect(read: Read) -> None:
    """``P3 No`` is never split, but shown."""
    (result,) = read(with_line("P3 No, we did not."))

    assert ["I", "P3"] * 3 == speakers(result)
    assert ["P3 No, we did not."] == [s["text"] for s in result.report.suspects]
    assert "W_SUSPECT_LABELS" in {n["code"] for n in result.report.notices}


def test_a_code_of_the_same_shape_counts_once(read: Read) -> None:
    """A participant who speaks once is one all the same if the code looks like the others."""
    (result,) = read(with_line("P4: I came later."))

    assert ["I", "P3", "P4", "I", "P3", "I", "P3"] == speakers(result)
    assert ["P4"] == result.report.used_once


def test_joint_labels_are_one_turn(read: Read) -> None:
    """Two known labels together are one turn with the label as written."""
    text = TALK.replace("P3:", "P1:", 1) + "P1 + P3: Of course!\nP1: Yes.\n"

    (result,) = read(text)

    assert "P1 + P3" == result.turns[-2].speaker
    assert ["P1 + P3"] == result.report.joint


def test_a_qualifier_is_no_part_of_the_name(read: Read) -> None:
    """``X (to I2)`` beside ``X`` is ``X``; a role in brackets is dropped; another name stays."""
    talk = "Leo Dion (host): Hello.\nX (til I2): Hej.\nX: Nej.\nfelix (eest): gm\n" * 3

    (result,) = read(talk)

    assert ["Leo Dion", "X", "X", "felix (eest)"] * 3 == speakers(result)


def test_first_use_defines_an_alias(read: Read) -> None:
    """``Interviewer (I):`` followed by ``I:`` is one speaker, ``I``."""
    text = "**Interviewer (I):** So?\n\n**Respondent (R):** So.\n\n" + (
        "**I:** Who else?\n\n**R:** Nobody.\n\n" * 3
    )

    (result,) = read(text, "talk.md")

    assert ["I", "R"] * 4 == speakers(result)
    assert "alias" == result.turns[0].attribution


def test_a_time_alone_begins_an_unknown_speaker_where_labels_stand_alone(read: Read) -> None:
    """Among labels with times on their own lines, a time without a label is somebody unknown."""
    text = "".join(
        f"[00:0{n}] {who}\n{what}\n\n"
        for n, (who, what) in enumerate([("ANA:", "One."), ("BEN:", "Two."), ("", "Three.")] * 3)
    )

    (result,) = read(text)

    assert ["ANA", "BEN", None] * 3 == speakers(result)
    assert "unknown" == result.turns[2].attribution


def test_a_time_before_speech_goes_on_with_the_speaker(read: Read) -> None:
    """A time at the start of a paragraph without a label changes no speaker."""
    (result,) = read(with_line("*49:50 = And then it closed."))

    assert ["I", "P3"] * 3 == speakers(result)


def test_indented_lines_continue(read: Read) -> None:
    """Unlabelled lines belong to the turn above; a turn of several paragraphs is listed."""
    (result,) = read(with_line("    It was cold.\n\nVery cold."))

    assert "Slow. We had no room.\n    It was cold.\n\nVery cold." == result.turns[1].text
    assert [{"turn": 2, "speaker": "P3", "paragraphs": 3}] == result.report.long_turns


def test_case_is_suggested_not_merged(read: Read) -> None:
    """``tom`` and ``TOM`` stay two labels; the report suggests that they may be one."""
    (result,) = read("TOM: One.\nANA: Two.\n" * 4 + "tom: Three.\nANA: Four.\n")

    assert "tom" in speakers(result)
    assert [["TOM", "tom"]] == result.report.aliases_suggested


def test_a_first_name_is_suggested_not_merged(read: Read) -> None:
    """A full name and a first name may be one person: the report says so."""
    (result,) = read("Ana Reyes: One.\nDan: Two.\nAna: Three.\nDan: Four.\n" * 3)

    assert [["Ana", "Ana Reyes"]] == result.report.aliases_suggested


def test_a_label_without_words_is_no_turn(read: Read, law: Law) -> None:
    """A label with nothing behind it is a line in the report."""
    (result,) = read(with_line("I:\n"))

    assert ["I", "P3"] * 3 == speakers(result)
    assert ["I:"] == result.report.labels_without_words
    law(result)


def test_a_nod_is_a_turn(read: Read, law: Law) -> None:
    """A speaker of whom there is only a note has a turn all the same."""
    (result,) = read(with_line("I: Really?\nP3: [nods]\n"))

    assert "[nods]" == result.turns[3].text
    law(result)


@pytest.mark.parametrize(
    "text",
    [
        "The river rose in March. Nobody had told the school.\n\nIt fell again in April.\n" * 5,
        "## Aim\n\n**Aim:** to learn.\n\n**Probe:** how?\n\n**Probe:** why?\n\n**Probe:** who?\n",
        "Agenda\n\nWelcome\n\nMinutes of the last meeting\n\nBudget\n\nAny other business\n",
        "00:00:00 You might use it daily,\n\n00:00:06 but how much do you know?\n\n" * 10,
        "I) to learn, II) to compare,\n\nIII) to report, IV) to leave.\n\nV) Nothing else.\n",
        "".join(f"{letter}) a thing to choose\n\n" for letter in "ABCDEFGHI") * 3,
        "bread | two\nmilk | one\nbread | six\ntea | one\n" * 3,
        "- Bread: two\n- Milk: one\n- Eggs: six\n- Tea: plenty\n",
        "Dear Ana,\n\nPlease note: the room has changed. It is now 2.14.\n\nRegards,\nBen\n",
    ],
)
def test_prose_has_no_turns(text: str, read: Read, law: Law) -> None:
    """What is no talk yields no turn, is unattributed or a heading, and the report says so."""
    (result,) = read(text, "notes.md")

    assert () == result.turns
    assert "W_NO_SPEAKERS" in {notice["code"] for notice in result.report.notices}
    law(result)


def test_a_refrain_of_one_label_is_a_question(read: Read) -> None:
    """Where one label is all there is, somebody has to confirm it."""
    (result,) = read("Output: a line\n\nMore of it.\n\n" * 6)

    assert {"W_LOW_SCORE", "W_NO_SPEAKERS"} & {n["code"] for n in result.report.notices}
