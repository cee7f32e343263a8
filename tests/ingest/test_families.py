"""Every way of writing labels is read back as the turns that it was written from."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]
Talk = Sequence[tuple[str, str]]

WORDS = (
    "Could you tell me how the garden began?",
    "With a letter to the council. There were nine of us, and nobody had a spade.",
    "And who answered?",
    "A man from parks. He said: you can have the corner by the wall, if you water it.",
    "Hm. Was that before the flood or after?",
    "Before. I remember because the shed was new, and then in March it was in the river.",
    "Yes.",
    "So we built another one, higher up. That is the one you passed when you came in.",
    "It's blue.",
    "My sister's colour. She had half a tin left over from the boat.",
    "And now?",
    "Now there is a waiting list, would you believe it.",
)
SPEAKERS = (
    ("I", "P4"),
    ("Interviewer", "Respondent 2"),
    ("INT", "Mrs Oakes"),
    ("Ana Reyes", "Dan"),
    ("SPEAKER_00", "SPEAKER_01"),
    ("Entrevistadora", "E1"),
    ("MR KERR", "MS REYES"),
    ("jo-brewer", "kim7"),
)


def clock(number: int) -> str:
    """Return the time of a turn."""
    return f"00:{7 * number // 60:02}:{7 * number % 60:02}"


FAMILIES: dict[str, Callable[[str, str, int], str]] = {
    "label: words": lambda who, what, _: f"{who}: {what}\n",
    "blank lines": lambda who, what, _: f"{who}: {what}\n\n",
    "French space": lambda who, what, _: f"{who} : {what}\n\n",
    "no space": lambda who, what, _: f"{who}:{what}\n\n",
    "NBSP, full width": lambda who, what, _: f"{who}\uff1a\u00a0{what}\n",
    "tab behind": lambda who, what, _: f"{who}:\t{what}\n",
    "[time] label:": lambda who, what, n: f"[{clock(n)}] {who}: {what}\n",
    "time label:": lambda who, what, n: f"{clock(n)} {who}: {what}\n\n",
    "*time = label:": lambda who, what, n: f"*{clock(n)} = {who}: {what}\n\n",
    "label (time):": lambda who, what, n: f"{who} ({clock(n)}): {what}\n\n",
    "label time / words": lambda who, what, n: f"{who}  {clock(n)}  \n{what}\n\n",
    "label [time] / words": lambda who, what, n: f"{who} [{clock(n)}]\n{what}\n\n",
    "time label / words": lambda who, what, n: f"{clock(n)} {who}\n{what}\n\n",
    "[time] label: / words": lambda who, what, n: f"[{clock(n)}] {who}:\n{what}\n\n",
    "label: time / words": lambda who, what, n: f"{who}: {clock(n)}\n\n{what}\n\n",
    "label / words": lambda who, what, _: f"{who}\n{what}\n\n",
    "label: / words": lambda who, what, _: f"{who}:\n{what}\n\n",
    "label time words": lambda who, what, n: f"{who} {clock(n)}.717 {what}\n\n",
    "**label:** words": lambda who, what, _: f"**{who}:** {what}\n\n",
    "**label**: words": lambda who, what, _: f"**{who}**: {what}\n\n",
    "**label** words": lambda who, what, _: f"**{who}** {what}\n\n",
    "### label": lambda who, what, _: f"### {who}\n\n{what}\n\n",
    "[label] words": lambda who, what, _: f"[{who}] {what}\n\n",
    "chat": lambda who, what, n: f"{clock(n)}\t{who}:\t{what}\n",
    "label<tab>words": lambda who, what, _: f"{who}\t{what}\n",
    "words #time#": lambda who, what, n: f"{who}: {what} #{clock(n + 1)}-2#\n\n",
    "hanging indent": lambda who, what, _: (
        textwrap.fill(f"{who}: {what}", 60, subsequent_indent="     ") + "\n"
    ),
    "wrapped": lambda who, what, _: textwrap.fill(f"{who}: {what}", 60) + "\n\n",
}


def heard(result: Result) -> list[tuple[str | None, str]]:
    """Return who says what, the white space made one."""
    return [(turn.speaker, " ".join(turn.text.split())) for turn in result.turns]


def written(talk: Talk, family: str) -> str:
    """Return ``talk`` as it is written in ``family``."""
    return "".join(FAMILIES[family](who, what, n) for n, (who, what) in enumerate(talk))


@pytest.mark.parametrize("speakers", SPEAKERS, ids=" and ".join)
@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_is_read_back(
    family: str, speakers: tuple[str, str], read: Read, law: Law
) -> None:
    """Turns written in a family come back with the same speakers and the same words."""
    if family == "label / words" and speakers[0].islower():
        pytest.skip("a word in small letters alone on a line is speech")
    talk = [(speakers[n % 2], what) for n, what in enumerate(WORDS)]

    (result,) = read(written(talk, family), "talk.md")

    assert talk == heard(result)
    law(result)


@pytest.mark.parametrize(
    ("family", "start_s", "end_s"),
    [
        ("[time] label:", 14.0, None),
        ("label (time):", 14.0, None),
        ("label time / words", 14.0, None),
        ("[time] label: / words", 14.0, None),
        ("label: time / words", 14.0, None),
        ("label time words", 14.717, None),
        ("chat", 14.0, None),
        ("words #time#", None, 21.2),
    ],
)
def test_times_are_seconds(
    family: str, start_s: float | None, end_s: float | None, read: Read
) -> None:
    """The time at a label starts its turn; the time in hash marks behind the words ends it."""
    talk = [(("I", "P4")[n % 2], what) for n, what in enumerate(WORDS)]

    (result,) = read(written(talk, family))

    assert (start_s, end_s) == (result.turns[2].start_s, result.turns[2].end_s)


def test_times_are_asides(read: Read) -> None:
    """A time before a label lies outside the turn, as an aside of its own kind."""
    (result,) = read(written([("I", "Well?"), ("P", "No."), ("I", "Oh."), ("P", "Yes.")], "chat"))

    assert ["time"] * 4 == [aside.kind for aside in result.asides]
    assert "00:00:07" == result.asides[1].text


NAMES = ("I", "P1", "P2", "Ana", "Ben Ode", "Moderator", "LH2", "K", "Mrs Hall")
ORDER = st.lists(st.integers(0, 3), min_size=2, max_size=8).map(lambda some: some * 3)
TALK = st.tuples(st.permutations(NAMES), ORDER).map(
    lambda drawn: [(drawn[0][who], WORDS[n % len(WORDS)]) for n, who in enumerate(drawn[1])]
)


@given(TALK, st.sampled_from(["blank lines", "[time] label:", "**label:** words", "chat"]))
def test_any_talk_is_read_back(read: Read, law: Law, talk: Talk, family: str) -> None:
    """Whoever speaks how often in whatever order, the turns are those that were written."""
    (result,) = read(written(talk, family), "talk.md")

    if len({who for who, _ in talk}) > 1:
        assert list(talk) == heard(result)
    law(result)


def test_other_names_change_nothing_else(read: Read) -> None:
    """Two labels that change places change the labels of the turns and nothing more."""
    talk = [(("I1", "X2")[n % 2], what) for n, what in enumerate(WORDS)]
    other = [(("X2", "I1")[n % 2], what) for n, what in enumerate(WORDS)]

    (first,), (second,) = read(written(talk, "blank lines")), read(written(other, "blank lines"))

    assert [t.text for t in first.turns] == [t.text for t in second.turns]
    assert [t.start for t in first.turns] == [t.start for t in second.turns]


def test_prose_at_the_end_changes_no_turn_before(read: Read) -> None:
    """What is appended to a transcript can lengthen its last turn only."""
    text = written([(("I", "P4")[n % 2], what) for n, what in enumerate(WORDS)], "blank lines")

    (first,), (longer,) = read(text), read(text + "\nThat was all that day. It rained.\n")

    assert first.turns[:-1] == longer.turns[:-1]
    assert longer.turns[-1].text.startswith(first.turns[-1].text)


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2029"])
def test_encoding_and_line_ends_change_nothing(name: str, end: str, read: Read) -> None:
    """The same words in another encoding, with other line ends, are the same transcript."""
    if name == "cp1252" and end == "\u2029":
        pytest.skip("cp1252 has no paragraph separator")
    talk = [(("I", "René")[n % 2], f"{what} Voilà, été, déjà vu.") for n, what in enumerate(WORDS)]
    text = written(talk, "blank lines")
    (plain,) = read(text)

    (other,) = read(text.replace("\n", end).encode(name))

    assert plain.transcript.text == other.transcript.text
    assert plain.turns == other.turns
