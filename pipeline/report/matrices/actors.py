"""Who speaks of whom: organisations that name one another in what their people say."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.records import INTERVIEWER, Segment
from pipeline.report.matrices.cells import Cell, cell_of
from pipeline.report.study import Study

SHORTEST = 3  # characters of a name that is looked for: shorter ones are words of other kinds, too


@dataclass(frozen=True, slots=True)
class Actor:
    """One organisation; ``kind`` is what its people have in the column that sorts actors."""

    name: str
    kind: str
    n_participants: int
    n_segments: int


@dataclass(frozen=True, slots=True)
class Network:
    """Actors in order of their kinds, and who names whom: (speaker's, named) -> counts."""

    actors: tuple[Actor, ...]
    ties: Mapping[tuple[str, str], Cell]


def network_of(study: Study, kind: str) -> Network:
    """Return which organisations' people name which other organisation.

    The name must stand in full in a segment, letter by letter; so a tie is a lower limit.

    Parameters
    ----------
    study
        The corpus.
    kind
        The column by which actors are sorted, such as ``group``.
    """
    people = [row for row in study.people.values() if row.get("role") != INTERVIEWER]
    houses = {str(row["organisation"]) for row in people if row.get("organisation")}
    patterns = {name: pattern_of(name) for name in sorted(houses) if len(name) >= SHORTEST}
    said: Counter[str] = Counter()
    ties: dict[tuple[str, str], list[Segment]] = defaultdict(list)
    for segment in study.segments:
        speaks = study.value(segment, "organisation")
        if speaks not in houses:
            continue
        said[speaks] += 1
        for name, pattern in patterns.items():
            if name != speaks and pattern.search(segment.text):
                ties[speaks, name].append(segment)
    actors = [
        actor_of(name, [row for row in people if row.get("organisation") == name], kind, said[name])
        for name in houses
    ]
    return Network(
        tuple(sorted(actors, key=lambda actor: (actor.kind, actor.name))),
        {pair: cell_of(found) for pair, found in sorted(ties.items())},
    )


def actor_of(
    name: str, people: Sequence[Mapping[str, object]], kind: str, n_segments: int
) -> Actor:
    """Return an organisation with the kinds of its people, the most common one first."""
    kinds = Counter(str(row[kind]) for row in people if row.get(kind) is not None)
    ordered = sorted(kinds, key=lambda word: (-kinds[word], word))
    return Actor(name, ordered[0] if ordered else "", len(people), n_segments)


def pattern_of(name: str) -> re.Pattern[str]:
    """Return what finds ``name`` as words of its own."""
    words = r"\s+".join(re.escape(word) for word in name.split())
    return re.compile(rf"(?<!\w){words}(?!\w)")
