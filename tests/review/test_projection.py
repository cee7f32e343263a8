"""What decisions mean on spans cut anew."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.spans import Span
from pipeline.review.projection import Cover, Placed, project, relation

TARGET = Span(10, 20)
EQUAL, INSIDE, AROUND, ACROSS, BESIDE = (
    Span(10, 20), Span(12, 20), Span(10, 30), Span(15, 25), Span(20, 30)
)  # fmt: skip


@pytest.mark.parametrize(
    ("placed", "expected"),
    [
        ([], "open"),
        ([(EQUAL, "yes")], "yes"),
        ([(EQUAL, "no")], "no"),
        ([(EQUAL, "unsure")], "unsure"),
        ([(EQUAL, "open")], "open"),
        ([(EQUAL, "conflict")], "open"),
        ([(EQUAL, "done")], "no"),
        ([(INSIDE, "yes")], "yes"),
        ([(INSIDE, "no")], "open"),
        ([(INSIDE, "unsure")], "open"),
        ([(INSIDE, "done")], "open"),
        ([(AROUND, "yes")], "offered"),
        ([(AROUND, "no")], "no"),
        ([(AROUND, "done")], "no"),
        ([(AROUND, "unsure")], "open"),
        ([(ACROSS, "yes")], "open"),
        ([(ACROSS, "done")], "open"),
        ([(BESIDE, "yes")], "open"),
        ([(EQUAL, "yes"), (EQUAL, "done")], "yes"),
        ([(EQUAL, "unsure"), (EQUAL, "done")], "unsure"),
        ([(EQUAL, "open"), (EQUAL, "done")], "no"),
        ([(EQUAL, "conflict"), (EQUAL, "done")], "open"),
        ([(EQUAL, "no"), (INSIDE, "yes")], "no"),
        ([(EQUAL, "done"), (INSIDE, "yes")], "yes"),
        ([(EQUAL, "done"), (AROUND, "yes")], "no"),
        ([(AROUND, "done"), (AROUND, "yes")], "offered"),
        ([(AROUND, "done"), (INSIDE, "yes")], "yes"),
    ],
)
def test_what_a_verdict_means_on_another_span(
    placed: list[tuple[Span, str]], expected: str
) -> None:
    """Equal counts; yes within counts; no and done around count; yes around is only offered."""
    items = [Placed(span, verdict) for span, verdict in placed]

    assert expected == project(TARGET, items)
    assert expected == project(TARGET, reversed(items))


SPANS = st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda at: Span(at[0], sum(at)))


@given(st.lists(SPANS, max_size=12), SPANS)
def test_a_cover_says_what_a_look_at_each_span_says(spans: list[Span], target: Span) -> None:
    """Whether one holds a target, and whether one shares a character with it."""
    cover = Cover(spans)

    assert cover.touches(target) is any(span.overlaps(target) for span in spans)
    assert cover.holds(target) is any(relation(s, target) in {"equal", "around"} for s in spans)
