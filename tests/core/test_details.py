"""What an act says beyond its columns."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from pipeline.core.details import detail_of, parsed_detail, undecided
from pipeline.core.records import Decision


def act(detail: str | None) -> Decision:
    """Return an act of which only the detail matters."""
    given: dict[str, Any] = dict.fromkeys(field.name for field in fields(Decision))
    return Decision(**{**given, "detail": detail})


def test_a_detail_is_a_table_or_a_list() -> None:
    """A completion names what it left open; what was shown is a list."""
    done = act('{"undecided": ["rain", "sun"]}')

    assert {"undecided": ["rain", "sun"]} == detail_of(done)
    assert ["rain", "sun"] == undecided(done)
    assert [["rain", 1, 0.75]] == parsed_detail(act('[["rain", 1, 0.75]]'))


@pytest.mark.parametrize(
    "detail",
    [None, "", "{", "7", "null", '["undecided"]', '{"undecided": 7}', "[" * 100_000],
    ids=["none", "empty", "cut", "number", "null", "list", "no list in it", "nested without end"],
)
def test_a_damaged_detail_says_nothing(detail: str | None) -> None:
    """It breaks no report and no training; verify names the row."""
    assert [] == undecided(act(detail))
    assert not detail_of(act(detail)).get("undoes")
