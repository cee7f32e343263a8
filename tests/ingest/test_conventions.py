"""Conventions of further tools, languages and courts; the law holds in all of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]
Talk = Sequence[tuple[str, str]]
Line = Callable[[str, str, int], str]

WORDS = (
    "Could you tell me how the garden began?",
    "With a letter to the council. There were nine of us, and nobody had a spade.",
    "And who answered?",
    "A man from parks. He said: you can have the corner by the wall, if you water it.",
    "Hm. Was that before the flood or after?",
    "Before. I remember because the shed was new, and then in March it was in the river.",
    "Yes.",
    "So we built another one, higher up. That is the one you passed when you came in.",
)


def colon(who: str, what: str, _: int) -> str:
    """Return a turn as most people write it."""
    return f"{who}: {what}\n\n"


LABELS: tuple[tuple[str, ...], ...] = (
    ("Интервьюер", "Респондент"),
    ("Ερευνήτρια", "Γιώργος"),
    ("الباحث", "المشارك"),
    ("면담자", "참여자"),
    ("Görüşmeci", "Öğretmen"),
    ("THE COURT", "MS. DOE", "THE WITNESS"),
    ("Dr. Ana Reyes", "Prof. B. J. Lund"),
    ("I", "P1", "??"),
    ("Interviewer", "Woman, 34"),
    ("INT", "GH-02-M"),
    ("Moderator", "Participant #3"),
    ("Mod", "M1", "F2"),
    ("Facilitator", "Unidentified", "Female 1", "Male 2"),
    ("Reyes, Ana", "Lund, Bo"),
    ("interviewer", "respondent"),
)
LINES: dict[str, tuple[tuple[str, ...], Line]] = {
    "dash": (("Interviewer", "Ana"), lambda who, what, _: f"{who} - {what}\n\n"),
    "long dash": (("INTERVIEWER", "ANA"), lambda who, what, _: f"{who} \u2014 {what}\n\n"),
    "Q. A.": (("Q", "A"), lambda who, what, _: f"{who}. {what}\n"),
    "Q A": (("Q", "A"), lambda who, what, _: f"     {who}    {what}\n"),
    "deep indent": (("MR. HALL", "THE WITNESS"), lambda who, what, _: f"{'':10}{who}: {what}\n"),
    ">": (("Int", "P1"), lambda who, what, _: f"{who}> {what}\n"),
    "/": (("I", "P"), lambda who, what, _: f"{who}/ {what}\n"),
    "|": (("Interviewer", "Ana"), lambda who, what, _: f"{who} | {what}\n"),
    ")": (("I", "R2"), lambda who, what, _: f"{who}) {what}\n"),
    "=": (("I", "R"), lambda who, what, _: f"{who} = {what}\n"),
    "gap": (("INT", "RES"), lambda who, what, _: f"{who}        {what}\n"),
    "lenticular": (("聞き手", "語り手"), lambda who, what, _: f"\u3010{who}\u3011{what}\n"),
    "phone chat": (
        ("Ana Reyes", "Bo Lund"),
        lambda who, what, n: f"12/03/2024, 10:{n:02} - {who}: {what}\n",
    ),
    "phone chat in brackets": (
        ("Ana Reyes", "Bo Lund"),
        lambda who, what, n: f"[12.03.2024, 10:{n:02}:33] {who}: {what}\n",
    ),
    "name, half of the day": (
        ("Ana Reyes", "bo"),
        lambda who, what, n: f"{who}  10:{n:02} AM\n{what}\n\n",
    ),
    "[name] time": (
        ("Ana Reyes", "Bo Lund"),
        lambda who, what, n: f"[{who}] 10:{n:02}:05\n{what}\n\n",
    ),
    "name / time / words": (
        ("Ana Reyes", "Bo Lund"),
        lambda who, what, n: f"{who}\n00:{n:02}\n{what}\n\n",
    ),
    "name (time):": (
        ("Speaker 1", "Speaker 2"),
        lambda who, what, n: f"{who} (00:{n:02}):\n{what}\n\n",
    ),
    "[time] - name": (
        ("Speaker 1", "Speaker 2"),
        lambda who, what, n: f"[00:{n:02}:05.120] - {who}\n{what}\n\n",
    ),
    "time / label: words": (
        ("Speaker 1", "Speaker 2"),
        lambda who, what, n: f"00:{n:02}:05\n{who}: {what}\n\n",
    ),
    "numbered lines": (("JON", "AMY"), lambda who, what, n: f"{n + 1:02}  {who}:  {what}\n"),
    "bullets": (("Interviewer", "Maria"), lambda who, what, _: f"- **{who}**: {what}\n"),
    "#time# label:": (("I", "B"), lambda who, what, n: f"#00:0{n}:05-3# {who}: {what}\n"),
}


def talk_of(labels: Sequence[str], times: int = 1) -> Talk:
    """Return the words, said in turn by ``labels``."""
    return [(labels[n % len(labels)], what) for n, what in enumerate(WORDS * times)]


def written(talk: Talk, line: Line) -> str:
    """Return ``talk`` as ``line`` writes it."""
    return "".join(line(who, what, n) for n, (who, what) in enumerate(talk))


def heard(result: Result) -> list[tuple[str | None, str]]:
    """Return who says what, white space made one."""
    return [(turn.speaker, " ".join(turn.text.split())) for turn in result.turns]


@pytest.mark.parametrize("labels", LABELS, ids=" and ".join)
def test_labels_of_any_language_and_office(labels: tuple[str, ...], read: Read, law: Law) -> None:
    """Whatever the script, with titles, initials and articles of offices, a label is one."""
    talk = talk_of(labels, 2)

    (result,) = read(written(talk, colon))

    assert talk == heard(result)
    law(result)


@pytest.mark.parametrize("name", LINES)
def test_lines_of_further_tools(name: str, read: Read, law: Law) -> None:
    """Marks other than a colon and times in any place are read as they were meant."""
    labels, line = LINES[name]
    talk = talk_of(labels)

    (result,) = read(written(talk, line))

    assert talk == heard(result)
    law(result)


SOME = st.lists(st.sampled_from(["", "[laughs]", "Hm.", "I - we - left.", *WORDS]), max_size=12)


@settings(max_examples=60)
@given(st.sampled_from(sorted(LINES)), SOME)
def test_the_law_holds_in_every_convention(
    read: Read, law: Law, name: str, words: Sequence[str]
) -> None:
    """Whoever says what in whatever convention: every character is accounted for once."""
    labels, line = LINES[name]
    said = [(labels[n % len(labels)], what) for n, what in enumerate((*words, *WORDS))]

    for result in read(written(said, line)):
        law(result)


@pytest.mark.parametrize(
    "text",
    [
        "HTML - a language\nCSS - a style\nSQL - for tables\n" * 3,
        "London - grey and wet.\nParis - warm.\nLondon - still wet.\nParis - warmer.\n" * 3,
        "NAME    AGE    TOWN\nANA     34     Bath\nBO      36     York\n" * 4,
        "STOP. Do not enter.\nWAIT. Ring the bell.\nSTOP. Read the sign.\n" * 4,
        "A. under 20\nB. 20 to 40\nC. over 40\n" * 4,
        "Day 1 - arrived late\nDay 2 - rain\nDay 3 - rain again\n" * 3,
        "SMITH, J. 2003. On herons. Press.\nJONES, A. B. 2004. Weirs. Press.\n" * 4,
        "Monday: rain all day.\nTuesday: sun.\nWednesday: rain again.\n" * 4,
        "Strongly agree = 5\nAgree = 4\nNeutral = 3\n" * 4,
        "ERROR    cannot open file\nINFO    retrying now\n" * 6,
    ],
)
def test_lists_and_tables_have_no_turns(text: str, read: Read, law: Law) -> None:
    """Glossaries, diaries, bibliographies and logs use the same marks, and nobody speaks there."""
    (result,) = read(text)

    assert () == result.turns
    law(result)


TALK = talk_of(("Ana", "Bo"))
SPOKEN = [
    {"type": "word", "start_time": n, "alternatives": [{"content": word, "speaker": who}]}
    for n, (who, what) in enumerate(TALK)
    for word in what.split()
]
TREES: dict[str, Any] = {
    "name and text": [{"name": who, "text": what} for who, what in TALK],
    "messages": {"messages": [{"role": who, "content": what} for who, what in TALK]},
    "sentences within": {
        "data": {"transcript": {"sentences": [{"speaker_name": a, "text": b} for a, b in TALK]}}
    },
    "a speaker of its own": {
        "paragraphs": [{"speaker": {"name": who}, "text": what} for who, what in TALK]
    },
    "words and marks": {"results": SPOKEN},
}


@pytest.mark.parametrize("shape", TREES)
def test_json_of_any_tool_is_talk(shape: str, read: Read, law: Law) -> None:
    """A list of objects with speakers and words is a transcript, wherever it lies."""
    (result,) = read(json.dumps(TREES[shape]), "talk.json")

    assert TALK == heard(result)
    law(result)


def test_json_lines_are_a_list(read: Read, law: Law) -> None:
    """One object on each line is as good as a list of them."""
    lines = "\n".join(json.dumps({"speaker": who, "text": what}) for who, what in TALK)

    (result,) = read(lines + "\n", "talk.jsonl")

    assert TALK == heard(result)
    law(result)
