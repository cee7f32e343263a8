"""Cutting a round: lanes that do not overlap, probabilities that are known or null, even shares."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from pipeline.core.draw import AUDIT, permanent_number
from pipeline.core.records import Segment, Suggestion
from pipeline.core.settings import RoundSettings
from pipeline.review.log.rows import Assignment, Round
from pipeline.review.queue import COVERAGE, LANES, ORDER, UNCERTAIN, draw
from pipeline.review.rounds import Count, Cutter, Past, Source, counts_of
from pipeline.review.seat import Seat, lots_of

NOW = "2026-01-02T03:04:05.000Z"
WANTED = RoundSettings("pilot", ("ana", "ben", "cem"), uncertain=50, coverage=20)


def segments(number: int, transcripts: int = 10) -> list[Segment]:
    """Return segments of nine characters, dealt out to transcripts."""
    rows = []
    for n in range(number):
        name, start = f"int-{n % transcripts}", 10 * (n // transcripts)
        words = ("Ana", None, "participant", start, start + 9, "Something")
        rows.append(Segment(f"{name}:{start}-{start + 9}", name, n, *words))
    return rows


def source(number: int, **cells: Any) -> Source:
    """Return segments with a suggestion each."""
    rows = segments(number)
    found = {
        row.segment_id: [Suggestion(row.segment_id, "rain", n / number, 1, (), "m-1", "1+0")]
        for n, row in enumerate(rows)
    }
    return replace(Source(rows, 7, "1+0", {"rain", "sun"}, found, "m-1"), **cells)


def cut(made: Source, past: Past | None = None, **changes: Any) -> Round:
    """Return the round that `WANTED` with ``changes`` gives."""
    wanted = replace(WANTED, **changes)
    return Cutter(wanted, wanted.coders, made, past or Past()).cut(NOW, "ana")


def names(found: Sequence[Assignment]) -> list[str]:
    """Return the segment ids of assignments."""
    return [f"{item.transcript_id}:{item.start}-{item.end}" for item in found]


def settings(found: Round) -> dict[str, Any]:
    """Return the settings of a round."""
    parsed: dict[str, Any] = json.loads(found.settings)
    return parsed


def test_every_segment_is_in_one_lane_and_only_the_sample_has_a_probability() -> None:
    """Audit wins, then uncertain, coverage, order; a probability is known or null, no guess."""
    made = source(1_000)

    found = cut(made)

    lanes = {item: set[str]() for item in LANES}
    for item, name in zip(found.assignments, names(found.assignments), strict=True):
        lanes[item.lane].add(name)
    assert set(names(found.assignments)) == {r.segment_id for r in made.segments}
    assert 1_000 == sum(len(lane) for lane in lanes.values())
    assert lanes[AUDIT] == {row.segment_id for row in draw(made.segments, 7, 0.15)}
    assert (50, 20) == (len(lanes[UNCERTAIN]), len(lanes[COVERAGE]))
    assert {(AUDIT, 0.15), (UNCERTAIN, None), (COVERAGE, None), (ORDER, None)} == {
        (item.lane, item.inclusion_probability) for item in found.assignments
    }


def test_no_more_than_the_share_goes_to_two_in_any_lane() -> None:
    """20 % of each lane: of segments in random lanes, of transcripts in order."""
    found = cut(source(1_000))

    for lane in LANES:
        items = [item for item in found.assignments if item.lane == lane]
        if lane == ORDER:
            units = Counter((t, c) for t, c in {(i.transcript_id, i.coder) for i in items})
            double = Counter(transcript for transcript, _ in units)
            assert 2 == sum(count == 2 for count in double.values())
        else:
            times = Counter(names(items))
            share = sum(count == 2 for count in times.values()) / len(times)
            assert 0.2 - 1 / len(times) < share <= 0.2


def test_work_is_even_within_each_lane() -> None:
    """Three coders get as much of each random lane as the others, but for a segment or two."""
    table = {(item.coder, item.lane): item.n for item in counts_of(cut(source(1_000)).assignments)}

    for lane in (AUDIT, UNCERTAIN, COVERAGE):
        shares = [table[coder, lane] for coder in WANTED.coders]
        assert max(shares) - min(shares) <= 2


def test_the_same_settings_give_the_same_round() -> None:
    """Whatever the order of segments and coders; its id is the hash of settings and assignments."""
    made = source(300)
    turned = replace(made, segments=made.segments[::-1])

    one, other = cut(made), cut(turned, coders=("cem", "ana", "ben"))

    assert one == other
    assert one.round_id != cut(made, overlap=0.1).round_id
    assert one.round_id != cut(replace(made, model_id="m-2")).round_id


def test_model_codebook_and_frame_are_frozen_with_the_round() -> None:
    """So is every setting that decides what is handed out, and how it is added up."""
    made = source(300)

    found = settings(cut(made, rule="majority", random_codes=("sun",)))

    assert ("drawn", "pilot", ["ana", "ben", "cem"]) == (
        found["kind"],
        found["name"],
        found["coders"],
    )
    assert ("m-1", "1+0", 7, "assisted", "majority", ["sun"]) == tuple(
        found[name]
        for name in ("model_id", "codebook_version", "seed", "mode", "rule", "random_codes")
    )
    assert (300, ["participant"]) == (found["frame"]["n"], found["frame"]["roles"])
    assert (0.2, 100 / 300, 50, 10) == tuple(
        found[name] for name in ("overlap", "share", "lot", "n_random")
    )


def test_lots_hold_rising_numbers_whoever_codes_them() -> None:
    """A lot is a random sample of all segments; its parts are dealt evenly."""
    found = cut(source(1_000, seed=7), audit=0.5)
    audit = {(i.transcript_id, i.start, i.end) for i in found.assignments if i.lane == AUDIT}

    lots = lots_of(audit, 7)

    numbers = [sorted(permanent_number(7, f"{t}:{s}-{e}") for t, s, e in lot) for lot in lots]
    assert all(len(lot) == 50 for lot in lots[:-1])
    assert numbers == sorted(numbers)
    assert all(one[-1] < other[0] for one, other in itertools.pairwise(numbers))
    for coder in WANTED.coders:
        own = Seat(coder, found).lots
        assert all(17 <= len(lot) <= 24 for lot in own[:-1])
        flat = [place for lot in own for place in lot]
        mine = [item for item in found.assignments if item.coder == coder]
        assert flat == [(i.transcript_id, i.start, i.end) for i in mine if i.lane == AUDIT]


def test_what_was_done_stays_with_who_did_it_and_is_not_chosen_again() -> None:
    """A new round hands nobody's finished segments to somebody else, and doubts none of them."""
    made = source(1_000)
    half = {row.segment_id for row in made.segments[450:550]}

    found = cut(made, Past(done={"ben": half}), overlap=0)

    done = [item for item, name in zip(found.assignments, names(found.assignments), strict=True)
            if name in half]  # fmt: skip
    assert {AUDIT, ORDER} >= {item.lane for item in done}
    assert {"ben"} == {item.coder for item in done if item.lane == AUDIT}


def test_what_everybody_saw_leaves_the_sample_and_is_counted() -> None:
    """What one coder saw is audited by another; what all saw goes to the lane of order."""
    made = source(1_000)
    sample = [row.segment_id for row in draw(made.segments, 7, 0.15)]
    past = Past(sighted={"ana": set(sample[:60]), "ben": set(sample[:60]), "cem": set(sample[:5])})

    found = cut(made, past)

    audit = [item for item in found.assignments if item.lane == AUDIT]
    assert not set(sample[:5]) & set(names(audit))
    assert 5 == settings(found)["n_left_out"]
    seen_twice = [i for i, name in zip(audit, names(audit), strict=True) if name in sample[5:60]]
    assert {"cem"} == {item.coder for item in seen_twice}


def test_the_share_only_rises() -> None:
    """What was drawn before stays drawn, so that samples nest."""
    assert 0.5 == settings(cut(source(1_000), Past(share=0.5)))["share"]
    assert 0.3 == settings(cut(source(1_000), Past(share=0.1), audit=0.3))["share"]


def test_without_calibrated_scores_all_doubt_is_random() -> None:
    """A codebook's scores rank; they are no probabilities."""
    assert 50 == settings(cut(source(1_000, is_cold=True)))["n_random"]


def test_a_round_without_the_rest_hands_out_the_lanes_alone() -> None:
    """``order = false``: nothing beside what was drawn and chosen."""
    found = cut(source(1_000), order=False)

    assert [AUDIT, UNCERTAIN, COVERAGE] == settings(found)["lanes"]
    assert ORDER not in {item.lane for item in found.assignments}


def test_counts_tell_how_much_is_shared() -> None:
    """Per coder and lane: how many segments, and how many of them a second coder has, too."""
    spots = [("ana", AUDIT, 0), ("ana", AUDIT, 10), ("ben", AUDIT, 0), ("ben", ORDER, 20)]
    items = [Assignment(c, n, "t", s, s + 9, lane, None) for n, (c, lane, s) in enumerate(spots)]

    assert counts_of(items) == [
        Count("ana", AUDIT, 2, 1),
        Count("ben", AUDIT, 1, 1),
        Count("ben", ORDER, 1, 0),
    ]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_tiny_corpus_makes_a_round(number: int) -> None:
    """With hardly a segment there is hardly work, and no error."""
    found = cut(source(number) if number else Source([], 7, "1+0"))

    assert number == len(set(names(found.assignments)))
