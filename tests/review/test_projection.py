"""What decisions mean on spans cut anew."""

from __future__ import annotations

import pytest

from pipeline.core.spans import Span
from pipeline.review.projection import Placed, project

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
