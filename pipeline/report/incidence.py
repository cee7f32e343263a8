"""Which coded transcript has which code, in the order in which transcripts were coded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.report.study import Study

Array = np.ndarray[Any, Any]


def order_of(study: Study) -> tuple[str, ...]:
    """Return the transcripts that were coded: as the settings order them, then by name."""
    coded = {mark.place[0] for mark in study.marks}
    places = {row.segment_id: row.transcript_id for row in study.segments}
    coded |= {places[name] for name in study.finished}
    given = [name for name in dict.fromkeys(study.settings.report.order) if name in coded]
    return (*given, *sorted(coded - set(given)))


def incidence(study: Study, order: tuple[str, ...], level: Mapping[str, str]) -> Array:
    """Return transcripts x codes: whether a transcript has a code, counted as ``level`` says.

    Parameters
    ----------
    study, order
        The study and its coded transcripts, from `order_of`.
    level
        Code -> what it counts as: itself, or its dimension.
    """
    names = {name: n for n, name in enumerate(dict.fromkeys(level.values()))}
    places = {name: n for n, name in enumerate(order)}
    found = np.zeros((len(order), len(names)), dtype=bool)
    for mark in study.marks:
        found[places[mark.place[0]], names[level[mark.code]]] = True
    return found
