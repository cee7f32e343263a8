"""Dealing: even shares, a part of it to two coders, pairs balanced, nothing blind to who saw it."""

from __future__ import annotations

import math
from collections import Counter
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.review.dealing import Dealer, Unit

NAMES = ("ana", "ben", "cem", "dua", "eva")


def units(number: int, **cells: object) -> list[Unit]:
    """Return units of one segment each."""
    return [Unit(f"u{n}", **cells) for n in range(number)]  # type: ignore[arg-type]  # a table


@given(st.integers(1, 5), st.integers(0, 90), st.floats(0, 1), st.integers(0, 99))
def test_shares_are_even_and_the_overlap_is_what_was_asked(
    n_coders: int, number: int, overlap: float, seed: int
) -> None:
    """Never more than the share goes to two; pairs differ by one unit, coders by two at most."""
    dealer = Dealer(NAMES[:n_coders], overlap, seed)

    found = dealer.deal(units(number))

    double = [coders for coders in found.values() if len(coders) == 2]
    loads = Counter(coder for coders in found.values() for coder in coders)
    pairs = Counter(double)
    assert number == len(found)
    assert (0 if n_coders == 1 else math.floor(overlap * number + 1e-9)) == len(double)
    assert all(1 <= len(set(coders)) == len(coders) for coders in found.values())
    shares = [loads[name] for name in NAMES[:n_coders]]
    assert max(shares) - min(shares) <= 2
    if n_coders > 1:
        counts = [pairs[pair] for pair in combinations(NAMES[:n_coders], 2)]
        assert max(counts) - min(counts) <= 1


def test_the_same_seed_deals_alike_whatever_the_order() -> None:
    """Nothing depends on how units arrive; another seed deals otherwise."""
    rows = units(40)
    dealt = [Dealer(NAMES, 0.2, seed).deal(order) for seed, order in ((1, rows), (1, rows[::-1]))]

    assert dealt[0] == dealt[1]
    assert dealt[0] != Dealer(NAMES, 0.2, 2).deal(rows)


def test_lots_dealt_one_after_the_other_share_the_overlap() -> None:
    """Over all lots the share holds, though no single lot can keep it exactly."""
    dealer = Dealer(NAMES[:2], 0.25, 0)

    found = [dealer.deal([Unit(f"{lot}-{n}") for n in range(2)]) for lot in range(10)]

    assert 5 == sum(len(coders) == 2 for lot in found for coders in lot.values())
    assert abs(dealer.loads["ana"] - dealer.loads["ben"]) <= 1


def test_large_units_even_out() -> None:
    """Transcripts of 90, 50, 40 segments: one coder gets the large one."""
    weights = {"a": 90, "b": 50, "c": 40}
    found = Dealer(NAMES[:2], 0.0, 0).deal([Unit(name, weights[name]) for name in weights])

    assert {"a"} == {n for n in found if found[n] == found["a"]}
    assert found["b"] == found["c"] != found["a"]


def test_what_somebody_did_before_stays_with_them() -> None:
    """Alone or as one of two; nobody else is asked to do it again."""
    rows = units(20, kept=frozenset({"ben"}))

    found = Dealer(NAMES[:3], 0.5, 0).deal(rows)

    assert all("ben" in coders for coders in found.values())
    assert 10 == sum(len(coders) == 2 for coders in found.values())


def test_what_was_shown_cannot_become_blind() -> None:
    """Who saw suggestions gets no blind unit and no overlap; alone and sighted they may go on."""
    sighted = frozenset({"ana"})

    blind = Dealer(NAMES[:2], 1.0, 0).deal(units(5, sighted=sighted, is_blind=True))
    other = Dealer(NAMES[:2], 1.0, 0).deal(units(6, sighted=sighted))
    nobody = Dealer(NAMES[:1], 0.0, 0).deal(units(2, sighted=sighted, is_blind=True))

    assert {("ben",)} == set(blind.values())
    assert {("ana",), ("ben",)} == set(other.values())
    assert {()} == set(nobody.values())
