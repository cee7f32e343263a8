"""Permanent random numbers: uniform, always the same, and cut into lots."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.draw import LOT, in_lots, number_in, permanent_number, uniform


def test_a_number_never_changes() -> None:
    """Samples that were drawn last year are found again: seed and id give one number for good."""
    assert permanent_number(7, "int-1:0-9") == 0.46058497778667395
    assert number_in("pair", 7, "int-1") == 0.4058013087209845


@given(st.text())
def test_a_number_is_below_one(words: str) -> None:
    """A share of 1 takes everything, one of 0 nothing."""
    assert 0 <= uniform(words) < 1


def test_the_observed_share_is_near_the_probability() -> None:
    """Of 20,000 numbers a share p is below p, within four standard errors."""
    numbers = [permanent_number(0, f"int-1:{n}-{n + 1}") for n in range(20_000)]

    for share in (0.15, 0.5, 0.9):
        observed = sum(number < share for number in numbers) / len(numbers)
        assert abs(observed - share) < 4 * (share * (1 - share) / len(numbers)) ** 0.5


def test_another_purpose_is_another_draw() -> None:
    """Who reads a segment says nothing of whether it is in the audit sample."""
    assert number_in("coder", 7, "int-1:0-9") != permanent_number(7, "int-1:0-9")
    assert number_in("coder", 7, "int-1:0-9") != number_in("pair", 7, "int-1:0-9")


@given(st.integers(0, 3 * LOT))
def test_lots_hold_everything_in_order(number: int) -> None:
    """All lots are whole but the last, and together they are the sample."""
    lots = in_lots(range(number))

    assert [n for lot in lots for n in lot] == list(range(number))
    assert all(len(lot) == LOT for lot in lots[:-1])
    assert all(0 < len(lot) <= LOT for lot in lots)
