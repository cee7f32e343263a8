"""First blind decisions: which words of which coders count."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pipeline.core.records import Decision, Segment
from pipeline.report.ratings import Rated, rated, state_of

TEXT = "We swapped rooms. They lent us a van. It rained."
CODES = ("gain.learning", "gain.money")
SPANS = ((0, 17), (18, 37), (38, 48))


def decision(seq: int, act: str, **changes: Any) -> Decision:
    """Return a decision of kb on the first segment, blind unless told otherwise."""
    start, end = changes.pop("span", SPANS[0])
    text = changes.pop("text", TEXT)
    detail: Mapping[str, Any] | None = changes.pop("detail", None)
    given: dict[str, Any] = dict.fromkeys(Decision.COLUMNS)
    given |= {
        "seq": seq,
        "decision_id": f"d{seq}",
        "coder": "kb",
        "role": "coder",
        "act": act,
        "transcript_id": "one",
        "start": start,
        "end": end,
        "quote": text[start:end],
        "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
        "codebook_version": "1+0",
        "suggestion_visible": False,
        "surface": "page",
        "independent": act == "done",
        "detail": json.dumps(detail) if detail is not None else None,
    }
    return Decision(**(given | changes))


def segments(transcript: str = "one", person: str | None = "p1") -> list[Segment]:
    """Return the segments of the one transcript."""
    return [
        Segment(f"{transcript}:{a}-{b}", transcript, n, "P", person, "participant", a, b, TEXT[a:b])
        for n, (a, b) in enumerate(SPANS)
    ]


def read(*decisions: Decision) -> Rated:
    """Return the ratings of the one transcript."""
    return rated(segments(), decisions, {"one": TEXT}, CODES)


def words(*decisions: Decision) -> list[list[str]]:
    """Return what the one coder said of both codes on each segment."""
    return [[str(value) for value in row] for row in read(*decisions).ratings[:, 0].T]


OPEN = ["nan", "nan"]
LEARNING, MONEY = CODES


@pytest.mark.parametrize(
    ("decisions", "first"),
    [
        ([decision(1, "done")], ["0.0", "0.0"]),
        ([decision(1, "add", code=MONEY), decision(2, "done")], ["0.0", "1.0"]),
        ([decision(1, "done"), decision(2, "add", code=MONEY)], ["0.0", "0.0"]),
        ([decision(1, "reject", code=MONEY), decision(2, "done")], ["0.0", "0.0"]),
        ([decision(1, "unsure", code=MONEY), decision(2, "done")], ["0.0", "nan"]),
        ([decision(1, "done", detail={"undecided": [MONEY]})], ["0.0", "nan"]),
        (
            [decision(1, "add", code=MONEY), decision(2, "clear", code=MONEY), decision(3, "done")],
            ["0.0", "0.0"],
        ),
        (
            [
                decision(1, "add", code=MONEY),
                decision(2, "undo", code=MONEY, detail={"undoes": "d1"}),
                decision(3, "done"),
            ],
            ["0.0", "0.0"],
        ),
        ([decision(1, "add", code=MONEY, span=(3, 10)), decision(2, "done")], ["0.0", "1.0"]),
        (
            [
                decision(1, "accept", code=MONEY, span=(3, 10), suggestion_visible=True),
                decision(2, "done"),
            ],
            ["0.0", "nan"],
        ),
        (
            [
                decision(1, "add", code=MONEY, span=(3, 10)),
                decision(2, "done", span=(3, 10), independent=False),
                decision(3, "done"),
            ],
            ["0.0", "0.0"],
        ),
        ([decision(1, "memo", code=MONEY), decision(2, "done")], ["0.0", "0.0"]),
    ],
)
def test_what_counts(decisions: Sequence[Decision], first: list[str]) -> None:
    """The state at the first blind completion, on the segment and on parts of it."""
    assert [first, OPEN, OPEN] == words(*decisions)


def test_a_completion_that_was_not_blind_says_nothing() -> None:
    """No rating and no coder comes of it."""
    found = read(decision(1, "done", independent=False))

    assert ((), (2, 0, 3)) == (found.coders, found.ratings.shape)


def test_an_undo_of_an_undo_brings_back_what_was_undone() -> None:
    """It restores what stood before the act that it names."""
    rows = [
        decision(1, "add", code=MONEY),
        decision(2, "undo", code=MONEY, detail={"undoes": "d1"}),
        decision(3, "undo", code=MONEY, parent_id="d2", detail=[]),
    ]

    assert [None, 1.0] == [state_of(rows[:2]), state_of(rows)]


@pytest.mark.parametrize(
    "changes",
    [
        {"quote": "Other words then."},
        {"quote": None, "text_sha256": "0"},
        {"transcript_id": "gone"},
    ],
)
def test_what_stands_on_other_words_is_left_out(changes: dict[str, Any]) -> None:
    """And counted."""
    found = read(decision(1, "done", **changes))

    assert (1, ()) == (found.n_stale, found.coders)


def test_a_completion_without_a_quote_stands_on_the_whole_text() -> None:
    """Its hash tells."""
    assert ("kb",) == read(decision(1, "done", quote=None)).coders


def test_a_code_that_the_codebook_has_lost_is_still_a_code() -> None:
    """It stands behind those of the codebook."""
    found = read(decision(1, "add", code="old"), decision(2, "done"))

    assert ((*CODES, "old"), 1.0) == (found.codes, found.ratings[2, 0, 0])


def test_transcripts_of_one_participant_are_one_interview() -> None:
    """Segments of nobody tie nothing."""
    rows = [*segments("one"), *segments("two"), *segments("x", None), *segments("y", None)]

    found = rated(rows, [], dict.fromkeys(("one", "two", "x", "y"), TEXT), CODES)

    assert [0] * 6 + [1] * 3 + [2] * 3 == found.interview.tolist()


def test_characters() -> None:
    """A code on a part of a segment cuts it; segments that nobody touched are not in the view."""
    found = read(decision(1, "add", code=MONEY, span=(3, 10)), decision(2, "done"))

    ratings, interview, length = found.by_characters

    assert [3, 7, 7] == length.tolist()
    assert [0, 1, 0] == ratings[1, 0].tolist()
    assert [0] * 3 == interview.tolist()
    assert not found.is_by_segment
    assert read(decision(1, "done")).is_by_segment
