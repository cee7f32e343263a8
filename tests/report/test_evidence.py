"""The evidence table: where an activity comes from, and which words speak for a code."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.errors import ConfigError
from pipeline.core.settings import ReportSettings
from pipeline.report.matrices.actors import network_of
from pipeline.report.matrices.evidence import chosen, evidence_of
from pipeline.report.study import Mark, Passage

Make = Callable[..., Any]


def passage(start: int, length: int, n_coders: int = 1) -> Passage:
    """Return a passage of some length that some coders agree on."""
    place = "int-1", start, start + length
    coders = tuple("abcd"[:n_coders])
    mark = Mark(place, "idle", "Idle", coders, "agreed", "person", None)
    return Passage(*place, 1, "x" * length, "P", "P", "participant", None, (mark,))


def test_most_coders_then_middling_length_then_first() -> None:
    """The words that speak for a code are chosen by rule, so that nobody picks the nicest."""
    short, middle, long = passage(0, 10), passage(20, 50), passage(90, 60)

    assert middle == chosen([short, middle, long], "idle")
    assert 0 == chosen([passage(0, 10, 2), middle, long], "idle").start
    assert passage(0, 10) == chosen([passage(30, 10), passage(0, 10)], "idle")


def test_a_person_may_pin_a_quotation() -> None:
    """What the settings name goes before every rule."""
    pinned = frozenset({"int-1:90-150"})

    assert 90 == chosen([passage(0, 10, 2), passage(90, 60)], "idle", pinned).start


def test_an_activity_is_taken_from_segment_then_turn(make: Make, tmp_path: Path) -> None:
    """The report counts from where each was taken, and how many passages have none."""
    made = make()
    made.mark("int-1", 1, "value.money")
    made.mark("int-1", 1, "acts.plan")
    made.mark("int-2", 2, "idle", start=made.span("int-2", 2)[0], end=made.span("int-2", 2)[0] + 5)
    made.mark("int-2", 2, "acts.do")
    made.mark("int-3", 1, "value.trust")

    found = evidence_of(made.study(tmp_path), "group")

    assert {"same segment": 1, "same turn": 1} == found.taken_from
    assert 1 == found.n_without
    assert {("acts.plan", "value.money"), ("acts.do", "idle")} == set(found.shown)
    assert (("charity", 1),) == found.shown["acts.plan", "value.money"].voices


def test_an_unknown_dimension_of_activities_is_refused(make: Make, tmp_path: Path) -> None:
    """The sentence names the setting and what the codebook has."""
    made = make()
    made.settings = replace(made.settings, report=ReportSettings(activity_dimension="act"))

    with pytest.raises(ConfigError, match="did you mean acts"):
        evidence_of(made.study(tmp_path), "group")


def test_actors_are_tied_by_full_names_only(make: Make, tmp_path: Path) -> None:
    """A part of a word is no name, and nobody names themselves."""
    made = make(2, 3)
    made.said = {
        **made.said,
        ("int-1", 1): "We asked Blue House, then Blue  House again.",
        ("int-1", 2): "Blue Houses are many, and Red Bridge is ours.",
        ("int-1", 3): "A blue house stands there.",
    }

    network = network_of(made.study(tmp_path), "group")

    assert ["Blue House", "Red Bridge"] == sorted(actor.name for actor in network.actors)
    assert {("Red Bridge", "Blue House"): 1} == {
        pair: cell.n_segments for pair, cell in network.ties.items()
    }
