"""From spans to ratings, by example and against a slow reading of the same rules."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stats.agreement import agreement
from pipeline.stats.intervals import Array
from pipeline.stats.ratings import DONE, Marks, Spans, clusters, merged, overlaps, pieces, rate

Row = tuple[int, int, int]
SPAN = st.tuples(st.integers(0, 1), st.integers(0, 30), st.integers(1, 12)).map(
    lambda t: (t[0], t[1], t[1] + t[2])
)
MARK = st.tuples(
    SPAN, st.integers(0, 1), st.sampled_from([DONE, 0, 1]), st.sampled_from([1.0, 0.0, np.nan])
)


def spans(*rows: Row) -> Spans:
    """Return passages: transcript, start, end."""
    columns = np.array(rows, dtype=int).reshape(-1, 3).T
    return Spans(*columns)


def marks(*rows: tuple[Row, int, int, float]) -> Marks:
    """Return marks: span, coder, code, value."""
    coder, code = (np.array([row[n] for row in rows], dtype=int) for n in (1, 2))
    return Marks(spans(*(row[0] for row in rows)), coder, code, np.array([row[3] for row in rows]))


TWO = spans((0, 0, 10), (0, 10, 20))


def one(*rows: tuple[Row, int, int, float]) -> list[str]:
    """Return what one coder says of one code on the two segments, as text."""
    return [str(value) for value in rate(TWO, marks(*rows), 1, 1)[0, 0]]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], ["nan", "nan"]),
        ([((0, 0, 10), 0, DONE, 1)], ["0.0", "nan"]),
        ([((0, 0, 20), 0, DONE, 1)], ["0.0", "0.0"]),
        ([((1, 0, 20), 0, DONE, 1)], ["nan", "nan"]),
        ([((0, 0, 5), 0, DONE, 1)], ["nan", "nan"]),
        ([((0, 0, 3), 0, DONE, 1), ((0, 2, 6), 0, DONE, 1)], ["0.0", "nan"]),
        ([((0, 0, 10), 0, DONE, 1), ((0, 0, 10), 0, 0, 1)], ["1.0", "nan"]),
        ([((0, 0, 10), 0, DONE, 1), ((0, 2, 4), 0, 0, 1)], ["1.0", "nan"]),
        ([((0, 0, 20), 0, DONE, 1), ((0, 8, 12), 0, 0, 1)], ["0.0", "0.0"]),
        ([((0, 0, 20), 0, DONE, 1), ((0, 8, 13), 0, 0, 1)], ["0.0", "1.0"]),
        ([((0, 0, 10), 0, DONE, 1), ((0, 0, 10), 0, 0, np.nan)], ["nan", "nan"]),
        (
            [((0, 0, 10), 0, DONE, 1), ((0, 0, 10), 0, 0, np.nan), ((0, 0, 9), 0, 0, 1)],
            ["1.0", "nan"],
        ),
        ([((0, 0, 10), 0, DONE, 1), ((0, 0, 10), 0, 0, 0)], ["0.0", "nan"]),
        ([((0, 0, 10), 0, 0, 1)], ["nan", "nan"]),
    ],
)
def test_what_a_coder_says(rows: list[tuple[Row, int, int, float]], expected: list[str]) -> None:
    """Finished without the code: 0; unfinished: missing; more than half of the shorter speaks."""
    assert expected == one(*rows)


def slow(segment: Row, rows: list[tuple[Row, int, int, float]], coder: int, code: int) -> float:
    """Return one rating as the docstring says it."""

    def inside(span: Row) -> set[int]:
        is_here = span[0] == segment[0]
        return (
            set(range(span[1], span[2])) & set(range(segment[1], segment[2])) if is_here else set()
        )

    mine = [row for row in rows if row[1] == coder]
    done = set().union(*(inside(row[0]) for row in mine if row[2] == DONE))
    if 2 * len(done) <= segment[2] - segment[1]:
        return np.nan
    said = [
        row[3]
        for row in mine
        if row[2] == code
        and 2 * len(inside(row[0])) > min(row[0][2] - row[0][1], segment[2] - segment[1])
    ]
    if 1 in said:
        return 1
    return np.nan if np.isnan(said).any() else 0


@given(st.lists(MARK, max_size=12))
def test_ratings_are_what_the_rules_say(rows: list[tuple[Row, int, int, float]]) -> None:
    """Any marks on segments with gaps between them."""
    segments = [(1, 5, 9), (0, 0, 4), (0, 4, 15), (0, 20, 41), (1, 9, 30)]

    found = rate(spans(*segments), marks(*rows), 2, 2)

    expected = [
        [[slow(one, rows, coder, code) for one in segments] for coder in (0, 1)] for code in (0, 1)
    ]
    np.testing.assert_array_equal(np.array(expected, dtype=float), found)


def characters(rows: Spans) -> list[tuple[int, int]]:
    """Return every character that passages cover, once for each of them."""
    columns = zip(rows.transcript, rows.start, rows.end, strict=True)
    return [(int(t), place) for t, start, end in columns for place in range(start, end)]


@given(st.lists(SPAN, max_size=8))
def test_merged_spans_hold_the_same_characters_once(rows: list[Row]) -> None:
    """And they are apart."""
    found = characters(merged(spans(*rows)))

    assert sorted(set(characters(spans(*rows)))) == found


@given(st.lists(MARK, max_size=8))
def test_pieces_cover_the_segments_and_no_mark_ends_within(
    rows: list[tuple[Row, int, int, float]],
) -> None:
    """Each character of the segments lies in one piece, and all of a piece is coded alike."""
    segments, told = spans((0, 0, 10), (0, 10, 20), (1, 3, 9)), marks(*rows)

    found = pieces(segments, told)

    assert characters(segments) == characters(found)
    edges = {(row[0][0], edge) for row in rows for edge in row[0][1:]}
    inner = {
        (t, p)
        for t, s, e in zip(found.transcript, found.start, found.end, strict=True)
        for p in range(s + 1, e)
    }
    assert not edges & inner


@pytest.mark.parametrize(
    ("first", "second", "kappa"),
    [((0, 5_000), (2_500, 7_500), 0.0), ((0, 1_000), (200, 1_200), 0.7778)],
)
def test_uncoded_characters_are_in_the_base(
    first: tuple[int, int], second: tuple[int, int], kappa: float
) -> None:
    """The kappa trap, from spans: both finished 10,000 characters and coded some of them."""
    whole = (0, 0, 10_000)
    said = marks(
        (whole, 0, DONE, 1), (whole, 1, DONE, 1), ((0, *first), 0, 0, 1), ((0, *second), 1, 0, 1)
    )
    parts = pieces(spans(whole), said)

    found = agreement(rate(parts, said, 2, 1)[0], parts.transcript, parts.length)

    assert (10_000, kappa) == (found.n_pairable, round(found.kappa.value or 0.0, 4))


def test_no_segment_no_meeting() -> None:
    """Empty tables are tables."""
    nothing = spans()

    assert [0, 0, 0] == [len(part) for part in overlaps(nothing, spans((0, 0, 5)))]
    assert (1, 1, 0) == rate(nothing, marks(), 1, 1).shape
    assert 0 == len(pieces(nothing, marks()))


def linked(pairs: list[tuple[int, int]], n: int) -> Array:
    """Return the clusters of transcripts and participants given as pairs."""
    columns = np.array(pairs, dtype=int).reshape(-1, 2).T
    return clusters(columns[0], columns[1], n)


def test_a_participant_in_two_transcripts_makes_them_one_interview() -> None:
    """Also over a chain; nobody ties nothing; a transcript without participants stands alone."""
    found = linked([(0, 7), (3, 7), (3, 2), (1, 2), (2, -1), (4, -1)], 5)

    assert [0, 0, 1, 0, 2] == found.tolist()


def test_transcripts_without_participants_are_interviews() -> None:
    """Each its own."""
    assert [0, 1, 2] == linked([], 3).tolist()
