"""The lanes that a model chooses from: doubt, a random fifth, and the rarest codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Segment, Suggestion
from pipeline.review.lanes import coverage, doubts, uncertain

SCORES = {"a": 0.5, "b": 0.99, "c": 0.45, "d": 0.02, "e": 0.9, "f": 0.4}


def segment(name: str) -> Segment:
    """Return a segment called ``name``."""
    return Segment(name, "int-1", 1, None, None, "participant", 0, 9, "Something")


def suggested(scores: Mapping[str, Mapping[str, float]]) -> dict[str, list[Suggestion]]:
    """Return suggestions by segment from code -> score."""
    return {
        name: [
            Suggestion(name, code, score, rank, (), "m-1", "1+0")
            for rank, (code, score) in enumerate(found.items(), 1)
        ]
        for name, found in scores.items()
    }


def names(rows: Sequence[Segment]) -> list[str]:
    """Return the names of segments."""
    return [row.segment_id for row in rows]


def test_the_widest_doubt_comes_first() -> None:
    """A probability near one half is doubt; of six segments five are wanted, one of them random."""
    pool = [segment(name) for name in SCORES]
    found = suggested({name: {"rain": score} for name, score in SCORES.items()})

    rows, n_random = uncertain(pool, found, 5, 0, ())

    assert (["a", "c", "f", "e"], 1) == (names(rows)[:4], n_random)
    assert names(rows)[4] in {"b", "d"}


@given(st.integers(0, 60), st.integers(0, 40), st.integers(0, 99), st.booleans())
def test_at_least_a_fifth_is_random(size: int, number: int, seed: int, is_cold: object) -> None:
    """Rounded up, and nobody is drawn twice; a cold model's scores choose nothing at all."""
    pool = [segment(f"s{n}") for n in range(size)]
    found = suggested({row.segment_id: {"rain": 0.5} for row in pool})

    rows, n_random = uncertain(pool, found, number, seed, None if is_cold else ())

    assert min(size, number) == len(rows) == len(set(names(rows)))
    assert 5 * n_random >= len(rows)
    assert n_random == (len(rows) if is_cold else -(-len(rows) // 5))


def test_a_code_that_people_disagree_on_is_found_at_random_only() -> None:
    """Its doubt does not count; that of the other codes of the segment does."""
    found = suggested({"a": {"rain": 0.5}, "b": {"rain": 0.5, "sun": 0.8}})

    assert {"b": 1 - abs(2 * 0.8 - 1)} == doubts(found, {"rain"})
    assert (2, 1) == (len(doubts(found, ())), len(doubts(found, ["rain"])))


def test_the_draw_does_not_depend_on_the_order() -> None:
    """Random part and ties are by numbers of the segments."""
    pool = [segment(f"s{n}") for n in range(40)]
    found = suggested({row.segment_id: {"rain": 0.5} for row in pool})

    assert uncertain(pool, found, 20, 3, ()) == uncertain(pool[::-1], found, 20, 3, ())
    assert uncertain(pool, found, 20, 3, ()) != uncertain(pool, found, 20, 4, ())


def test_the_rarest_codes_rise_together() -> None:
    """Each time the code with fewest yes gets its best-ranked segment; what was chosen counts."""
    pool = [segment(name) for name in "abcd"]
    found = suggested(
        {
            "a": {"rain": 0.9, "sun": 0.3},
            "b": {"rain": 0.8, "sun": 0.2},
            "c": {"sun": 0.7},
            "d": {"work": 0.9, "odd": 1.0},
        }
    )

    rows = coverage(pool, found, {"rain": 1, "sun": 0, "work": 5}, 3)

    assert ["c", "a", "b"] == names(rows)  # sun; then rain before sun (1 each, by name); then sun
    assert set("abcd") == set(names(coverage(pool, found, {"rain": 1, "sun": 0, "work": 5}, 9)))


def test_a_code_that_is_not_to_be_covered_gets_nothing() -> None:
    """Codes that nobody may apply, and segments in another lane, are not chosen."""
    found = suggested({"a": {"rain": 0.9}, "gone": {"sun": 0.9}})

    assert [] == coverage([segment("a")], found, {"sun": 0}, 5)
