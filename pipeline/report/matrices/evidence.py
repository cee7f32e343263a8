"""How codes show themselves in each activity: who speaks, how often, and in which words."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from pipeline.core.config import nearest
from pipeline.core.errors import ConfigError
from pipeline.report.matrices.cells import Cell, cell_of
from pipeline.report.study import DISPUTED, NOT_KNOWN, Passage, Study

SEGMENT, TURN, ATTRIBUTE = "same segment", "same turn", "speaker's attribute"


@dataclass(frozen=True, slots=True)
class Activity:
    """One column of the evidence table: a code of the dimension of activities."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A code within an activity: its counts, who speaks (most first), and the chosen words."""

    activity: Activity
    code: str
    cell: Cell
    voices: tuple[tuple[str, int], ...]
    quotation: Passage


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence table.

    ``taken_from`` counts from where the activity of a coded passage was taken; ``n_without`` are
    coded passages of which no activity is known.
    """

    activities: tuple[Activity, ...]
    shown: Mapping[tuple[str, str], Shown]
    taken_from: Mapping[str, int]
    n_without: int


def activities_of(study: Study) -> tuple[Activity, ...]:
    """Return the activities in codebook order, none if the settings name no dimension.

    Raises
    ------
    ConfigError
        If the settings name a dimension that the codebook does not have.
    """
    wanted = study.settings.report.activity_dimension
    if not wanted:
        return ()
    if wanted not in study.dimensions:
        raise ConfigError(
            f"report.activity_dimension: the codebook {study.codebook.slug} has no dimension "
            f"{wanted!r}{nearest(wanted, study.dimensions)}."
        )
    return tuple(
        Activity(code.path, code.name)
        for code in study.codebook.codable
        if code.dimension == wanted and code.path != wanted
    )


def evidence_of(study: Study, voice: str) -> Evidence:
    """Return how the codes of all other dimensions show themselves in each activity.

    Parameters
    ----------
    study
        The corpus.
    voice
        The column that says who speaks, such as ``role`` or an attribute.
    """
    activities = activities_of(study)
    finder = Finder(study, activities)
    groups: dict[tuple[str, str], list[Passage]] = defaultdict(list)
    taken: Counter[str] = Counter()
    n_without = 0
    for passage in study.passages:
        codes = codes_of(passage) - {activity.code for activity in activities}
        found, source = finder.activities(passage)
        if not codes:
            continue
        if source:
            taken[source] += 1
        else:
            n_without += 1
        for activity in found:
            for code in codes:
                groups[activity, code].append(passage)
    by_code = {activity.code: activity for activity in activities}
    pinned = frozenset(study.settings.report.quotations)
    shown = {
        key: Shown(
            by_code[key[0]],
            key[1],
            cell_of(passages),
            voices_of(study, passages, voice),
            chosen(passages, key[1], pinned),
        )
        for key, passages in groups.items()
    }
    return Evidence(activities, shown, dict(sorted(taken.items())), n_without)


def codes_of(passage: Passage) -> set[str]:
    """Return the codes that hold on a passage."""
    return {mark.code for mark in passage.marks if mark.status != DISPUTED}


class Finder:
    """Finds the activity of a passage: in its own codes, else in its turn's, else its speaker's."""

    def __init__(self, study: Study, activities: Sequence[Activity]) -> None:
        self.study = study
        self.codes = {activity.code for activity in activities}
        self.of_words = {
            word: activity.code
            for activity in activities
            for word in (activity.name, activity.code, activity.code.rpartition(".")[2])
        }
        self.of_turn: dict[tuple[str, int | None], set[str]] = defaultdict(set)
        for passage in study.passages:
            if passage.turn is not None:
                self.of_turn[passage.transcript_id, passage.turn] |= self.own(passage)

    def own(self, passage: Passage) -> set[str]:
        """Return the activities among the codes of ``passage`` and of what overlaps it."""
        return codes_of(passage) & self.codes

    def activities(self, passage: Passage) -> tuple[set[str], str]:
        """Return the activities of ``passage`` and where they were taken from."""
        own = self.own(passage)
        if own:
            return own, SEGMENT
        of_turn = self.of_turn.get((passage.transcript_id, passage.turn), set())
        if of_turn:
            return of_turn, TURN
        dimension = self.study.settings.report.activity_dimension
        row = self.study.people.get(passage.participant_id or "", {})
        word = str(row.get(dimension) or "")
        return ({self.of_words[word]}, ATTRIBUTE) if word in self.of_words else (set(), "")


def voices_of(
    study: Study, passages: Iterable[Passage], column: str
) -> tuple[tuple[str, int], ...]:
    """Return who speaks in ``passages``: value of ``column`` and how many, most first."""
    places = {passage.place: study.value(passage, column) for passage in passages}
    counts = Counter(value for value in places.values() if value != NOT_KNOWN)
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def chosen(passages: Sequence[Passage], code: str, pinned: frozenset[str] = frozenset()) -> Passage:
    """Return the passage that speaks for ``code``.

    One that the settings name; else agreed by most coders, then of a length near the median, then
    first in the order of the texts.
    """
    middle = median(len(passage.quote) for passage in passages)

    def order(passage: Passage) -> tuple[bool, int, float, tuple[str, int, int]]:
        name = f"{passage.transcript_id}:{passage.start}-{passage.end}"
        n_coders = max(len(mark.coders) for mark in passage.marks if mark.code == code)
        return name not in pinned, -n_coders, abs(len(passage.quote) - middle), passage.place

    return min(passages, key=order)
