"""Notes and times among spoken words."""

from __future__ import annotations

import pytest

from pipeline.ingest.notes import is_note, notes_in


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Well, [laughs] yes.", [("note", "[laughs]")]),
        ("and (inaudible 00:12) then", [("note", "(inaudible 00:12)")]),
        ("so ((both talk)) so", [("note", "((both talk))")]),
        ("er (...) no (2.0) no", [("note", "(...)"), ("note", "(2.0)")]),
        (r"it \[03:59\] is", [("time", r"\[03:59\]")]),
        ("yes #00:00:05-2#", [("time", "#00:00:05-2#")]),
        ("[00:01 - 00:02] yes", [("time", "[00:01 - 00:02]")]),
        ("my sister (the elder one) said", []),
        ("a list of one [", []),
        ("at 17:30 sharp", []),
    ],
)
def test_notes_and_times_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    """Square and double brackets are notes, round ones only with a note's words or a pause."""
    assert expected == [
        (kind, text[start:end]) for kind, start, end in notes_in(text, 0, len(text))
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[recording starts]", True),
        ("  [laughs] (laughter) ", True),
        ("[laughs] yes", False),
        ("[00:12]", False),
        ("", False),
    ],
)
def test_a_line_of_notes(text: str, *, expected: bool) -> None:
    """A line is a note if nothing but notes stands on it; a time is none."""
    assert expected == is_note(text)
