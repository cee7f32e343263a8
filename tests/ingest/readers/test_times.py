"""Times as tools write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.readers.times import seconds_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00:20,000", 20),
        ("1:02:03.5", 3723.5),
        ("02:03", 123),
        ("[00:00:07]", 7),
        ("0:00:06.31", 6.31),
        ("00.00.35", None),
        ("12", 12),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("1500 ms", 1.5),
        ("2 sec", 2),
        ("PT1M2.5S", 62.5),
        ("2024-05-01T00:01:00", 60),
        ("00:01:02.250000", 62.25),
        ("", None),
        ("PT", None),
        ("about ten", None),
        ("10:30 we began", None),
    ],
)
def test_a_time_is_read_in_seconds(text: str, expected: float | None) -> None:
    """Clocks, numbers with or without a unit, and ISO forms are times; words are not."""
    assert expected == seconds_of(text)


@given(st.text())
def test_any_text_is_a_time_or_none(text: str) -> None:
    """Whatever stands in a time cell, reading it never fails and is never negative."""
    value = seconds_of(text)

    assert value is None or value >= 0
