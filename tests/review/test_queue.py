"""The queue: a sample that can be trusted, and rounds that do not move."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.draw import AUDIT, in_lots, permanent_number
from pipeline.core.records import Segment
from pipeline.review.log.rows import Round
from pipeline.review.queue import ORDER, Plan, assign, default_round, draw, settings_of, share_of

PLAN = Plan("ana", "assisted", 7, "m-1", "1+0")
NOW = "2026-01-02T03:04:05.000Z"


def segments(number: int, transcripts: int = 4) -> list[Segment]:
    """Return segments of ten characters, dealt out to transcripts."""
    rows = []
    for n in range(number):
        name, start = f"int-{n % transcripts}", 10 * (n // transcripts)
        words = ("Ana", None, "participant", start, start + 9, "Something")
        rows.append(Segment(f"{name}:{start}-{start + 9}", name, n, *words))
    return rows


def ids(rows: Sequence[Segment]) -> set[str]:
    """Return the ids of segments."""
    return {row.segment_id for row in rows}


@given(st.integers(0, 2**32 - 1), st.floats(0, 1), st.floats(0, 1), st.randoms())
def test_a_larger_share_holds_the_smaller_sample(
    seed: int, one: float, other: float, random: object
) -> None:
    """Samples nest, whatever the order of the segments."""
    rows = segments(60)
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's own random

    small, large = (draw(rows, seed, min(one, other)), draw(shuffled, seed, max(one, other)))

    assert ids(small) <= ids(large)
    assert draw(rows, seed, one) == draw(shuffled, seed, one)


@pytest.mark.parametrize(
    ("number", "share"), [(0, 1.0), (40, 1.0), (100, 1.0), (400, 0.25), (760, 0.15), (9_000, 0.15)]
)
def test_about_a_hundred_are_expected_in_a_small_corpus(number: int, share: float) -> None:
    """0.15, raised so that about 100 are expected, and never more than all."""
    assert share == share_of(number)


def test_new_transcripts_join_without_moving_anything() -> None:
    """With the same share, what was in the sample stays in it."""
    before, after = segments(200, transcripts=2), segments(400, transcripts=4)
    kept = ids(after) & ids(before)

    assert {name for name in ids(draw(after, 0, 0.3)) if name in kept} == ids(
        draw([row for row in before if row.segment_id in kept], 0, 0.3)
    )


def test_audit_comes_in_lots_by_rising_number_and_inside_a_lot_by_transcript() -> None:
    """A complete lot is a random sample; within it a coder stays in one transcript."""
    found = assign(segments(800), PLAN, 0.5, frozenset())
    audit = [item for item in found if item.lane == AUDIT]
    lots = in_lots(audit)
    numbers = [
        [permanent_number(7, f"{item.transcript_id}:{item.start}-{item.end}") for item in lot]
        for lot in lots
    ]

    assert len(lots) > 2
    assert all(max(one) < min(other) for one, other in pairwise(numbers))
    for lot in lots:
        places = [(item.transcript_id, item.start) for item in lot]
        assert places == sorted(places)


def test_every_segment_is_assigned_once_and_audit_wins() -> None:
    """Lanes do not overlap; only the sample has a probability, and it is that of the draw."""
    rows = segments(300)

    found = assign(rows, PLAN, 0.4, frozenset())

    assert sorted((item.transcript_id, item.start) for item in found) == sorted(
        (row.transcript_id, row.start) for row in rows
    )
    assert [item.position for item in found] == list(range(300))
    assert {(item.lane, item.inclusion_probability) for item in found} == {
        (AUDIT, 0.4),
        (ORDER, None),
    }


def test_what_was_shown_cannot_become_blind() -> None:
    """Segments whose suggestions a coder saw leave the sample, and the round says how many."""
    rows = segments(800)
    seen = {row.segment_id for row in draw(rows, 7, share_of(800))[:5]}

    found = default_round(rows, PLAN, {}, seen, NOW)

    audit = {
        f"{item.transcript_id}:{item.start}-{item.end}"
        for item in found.assignments
        if item.lane == AUDIT
    }
    assert not audit & seen
    assert 5 == settings_of(found)["n_left_out"]


def test_a_round_that_is_there_is_gone_on_with() -> None:
    """Same segments, model and codebook: same round, though suggestions were shown since."""
    rows = segments(300)
    first = default_round(rows, PLAN, {}, frozenset(), NOW)
    seen = {rows[0].segment_id}

    again = default_round(rows, PLAN, {first.round_id: first}, seen, "2027-01-01T00:00:00.000Z")

    assert first == again


def test_a_new_model_makes_a_new_round_with_the_same_sample() -> None:
    """The model is frozen with the round; the audit sample does not depend on it."""
    rows = segments(300)
    first = default_round(rows, PLAN, {}, frozenset(), NOW)
    newer = Plan("ana", "assisted", 7, "m-2", "1+0")

    second = default_round(rows, newer, {first.round_id: first}, frozenset(), NOW)

    assert first.round_id != second.round_id
    assert first.assignments == second.assignments


def test_the_share_only_rises() -> None:
    """A corpus that grew keeps the larger share, so that samples go on nesting."""
    small: Round = default_round(segments(200), PLAN, {}, frozenset(), NOW)

    large = default_round(segments(2_000), PLAN, {small.round_id: small}, frozenset(), NOW)

    assert 0.5 == settings_of(small)["share"] == settings_of(large)["share"]
