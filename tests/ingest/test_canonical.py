"""The law of the canonical text, on any blocks and on any text."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.ingest.blocks import Block
from pipeline.ingest.canonical import lay_out
from pipeline.ingest.pieces import LABEL, WORDS, Opening, Piece
from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]

LINES = st.sampled_from(
    [
        "",
        "  ",
        "I: Who was it?",
        "P1: [laughs] Nobody.",
        "P1:",
        "I: ",
        "P1; Yes.",
        "X Nej",
        "\u00a0K\uff1a\u00a0 Ja \U0001f327",
        "[00:01:02]",
        "[00:01:02] I: And?",
        "And so on (inaudible 00:12) and on.",
        "((both laugh))",
        "## A heading",
        "---",
        "**Break**: [26:23]",
        "**I:** bold",
        "Title: x",
        "I1: Interviewer",
        "X = Informant",
        "Ana  0:22  ",
        "e\u0301t\u00e9: \u4f60\u597d",
        "| a | b |",
        "I: text #00:00:05-2#",
        "<v Ana>hm",
        ">> and then",
        "\t\tI:\tx",
    ]
)
ANY = st.lists(LINES | st.text(max_size=30), max_size=40).map("\n".join)
TEXTS = st.text(
    st.sampled_from("ab :.[]()*#\n\t\u00a0") | st.characters(exclude_categories=["Cs", "Cc"]),
    max_size=40,
)


@given(ANY)
def test_any_text_keeps_the_law(read: Read, law: Law, text: str) -> None:
    """Turns, labels and asides cover every character of any text once; the shares add up to 1."""
    for result in results(read, text):
        law(result)
        total = sum(result.report.characters.values())
        assert abs(total - 1) < 1e-4 or not result.transcript.text.strip()


def results(read: Read, text: str) -> list[Result]:
    """Return what is read of ``text``, nothing if it is refused."""
    with contextlib.suppress(TranscriptError):
        return read(text, "talk.md")
    return []


@given(ANY)
def test_the_canonical_text_is_canonical(read: Read, text: str) -> None:
    """Reading a canonical text again gives the same text and the same turns."""
    for result in results(read, text):
        for again in results(read, result.transcript.text):
            if result.report.reader == again.report.reader == "text":
                assert result.transcript.text == again.transcript.text
                assert result.turns == again.turns


@given(st.lists(st.tuples(TEXTS, st.sampled_from(["label", "words", "note", "event", "open"]))))
def test_any_pieces_are_laid_out_by_the_law(law: Law, parts: list[tuple[str, str]]) -> None:
    """Whatever the detector says of whole blocks, the layout covers them exactly once."""
    blocks = [Block(text, place=f"paragraph {n}") for n, (text, _) in enumerate(parts)]
    opening = Opening("A", "exact")
    pieces = [
        Piece(
            n, 0, len(text), WORDS if kind == "open" else kind, opening if kind == "open" else None
        )
        if kind != LABEL
        else Piece(n, 0, len(text), LABEL, opening)
        for n, (text, kind) in enumerate(parts)
    ]

    layout = lay_out("t", blocks, pieces)

    law(FakeResult(layout.text, layout.turns, layout.asides))  # type: ignore[arg-type]  # has what the law looks at
    assert "".join(layout.text[start:end] for start, end, _ in layout.runs) == "".join(
        t for t, _ in parts
    )


class FakeResult:
    """A result as far as the law looks at it."""

    def __init__(self, text: str, turns: object, asides: object) -> None:
        self.transcript = FakeTranscript(text)
        self.turns = turns
        self.asides = asides


class FakeTranscript:
    """A transcript as far as the law looks at it."""

    def __init__(self, text: str) -> None:
        self.text = text


def test_runs_say_where_text_came_from(read: Read) -> None:
    """Every line of a text has its place; neighbouring lines are one run of the report."""
    (result,) = read("I: Who?\nP: We.\n\nI: When?\nP: Then.\n")

    assert [[0, 33, "line 1 to line 5"]] == result.report.source_map
