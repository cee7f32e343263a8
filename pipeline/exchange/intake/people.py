"""Cases there to participants here: their attributes, and where they speak."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.records import CodedSegment
from pipeline.exchange.intake.codes import folded
from pipeline.exchange.intake.have import Have, Tale
from pipeline.exchange.refi.guids import derived
from pipeline.exchange.refi.memory import CaseLink, VariableLink
from pipeline.exchange.refi.model import Case, Project, Value, Variable

OWN_COLUMNS = {"participant_id", "label", "labels", "transcript", "file", "id"}
RESERVED = OWN_COLUMNS | set(CodedSegment.COLUMNS) - {"role"}
PARTING = str.maketrans(dict.fromkeys(",;\t\r\n", "_"))
LABEL = "label"


@dataclass(slots=True)
class People:
    """What becomes of cases: their links, and the cells that the table does not have yet."""

    cases: list[CaseLink] = field(default_factory=list)
    variables: list[VariableLink] = field(default_factory=list)
    cells: dict[str, dict[str, str]] = field(default_factory=dict)
    speakers: dict[str, list[tuple[int, int, str]]] = field(default_factory=dict)


def meet(project: Project, ids: Mapping[str, str], have: Have, tale: Tale) -> People:
    """Return what becomes of the cases of ``project``.

    Parameters
    ----------
    project
        The file.
    ids
        Transcripts by the GUID of their source.
    have
        What is here.
    tale
        Learns of conflicts.
    """
    people = People(variables=columns_of(project, have))
    columns = {link.guid: link.column for link in people.variables}
    names = names_of(project.cases, have)
    places = Places.of(project, ids)
    for case in project.cases:
        person = names[case.guid]
        sources, spans = places.of_case(case)
        people.cases.append(
            CaseLink(case.guid, case.name, case.description, person, sources, spans)
        )
        is_new = person not in have.cells
        tale.counts["cases new" if is_new else "cases known"] += 1
        if is_new:
            people.cells.setdefault(person, {})
        take_cells(person, case.values, columns, people, (have, tale))
    speak(people, project)
    take_source_cells(people, project, ids, (have, tale))
    return people


def names_of(cases: Sequence[Case], have: Have) -> dict[str, str]:
    """Return the participant that each case is, by its GUID."""
    links = {link.guid: name for name, found in have.memory.cases.items() for link in found}
    own = {derived("case", have.corpus, name): name for name in have.cells}
    called = {folded(name): name for name in have.cells}
    for name, row in have.cells.items():
        for label in row.get(LABEL, "").split(";"):
            called.setdefault(folded(label), name)
    found: dict[str, str] = {}
    for number, case in enumerate(cases, 1):
        wanted = " ".join(case.name.split()) or f"case-{number}"
        known = links.get(case.guid) or own.get(case.guid) or called.get(folded(wanted))
        if known is None or known in found.values():
            known = unused(wanted, {*found.values(), *have.cells})
        found[case.guid] = known
    return found


def unused(wanted: str, taken: set[str]) -> str:
    """Return ``wanted``, with a number behind it if it is taken."""
    number, found = 1, wanted
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def columns_of(project: Project, have: Have) -> list[VariableLink]:
    """Return the column of each variable."""
    links = {link.guid: link.column for item in have.memory.maps for link in item.variables}
    own = {derived("variable", have.corpus, name): name for name in have.columns}
    found: list[VariableLink] = []
    for variable in project.variables:
        taken = {link.column for link in found}
        column = links.get(variable.guid) or own.get(variable.guid) or column_of(variable, taken)
        found.append(
            VariableLink(variable.guid, variable.name, variable.kind, variable.description, column)
        )
    return found


def column_of(variable: Variable, taken: set[str]) -> str:
    """Return a column's name made of a variable's; none that means something else here."""
    name = "_".join(variable.name.translate(PARTING).casefold().split()) or "value"
    if name in RESERVED:
        name += "_value"
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    return found


def take_cells(
    person: str,
    values: Sequence[Value],
    columns: Mapping[str, str],
    people: People,
    here: tuple[Have, Tale],
) -> None:
    """Add the cells of one participant that are new; one that differs is told, not overwritten."""
    have, tale = here
    for value in values:
        cell = (value.text or "").strip()
        if not cell:
            continue
        column = columns[value.variable]
        known = have.cells.get(person, {}).get(column) or people.cells.get(person, {}).get(column)
        if known is None:
            people.cells.setdefault(person, {})[column] = cell
            tale.counts["values new"] += 1
        elif known == cell:
            tale.counts["values known"] += 1
        else:
            tale.counts["values that differ"] += 1
            tale.to_do.append(f"{person}: {column} is {known!r} here and {cell!r} in the file")


@dataclass(frozen=True, slots=True)
class Places:
    """Selections and sources of a project as places in transcripts."""

    ids: Mapping[str, str]
    spans: Mapping[str, tuple[str, int, int, str]]
    coded: Mapping[str, Sequence[tuple[str, int, int, str]]]
    lengths: Mapping[str, int]

    @classmethod
    def of(cls, project: Project, ids: Mapping[str, str]) -> Places:
        """Return the places of ``project``."""
        spans: dict[str, tuple[str, int, int, str]] = {}
        coded: dict[str, list[tuple[str, int, int, str]]] = {}
        for source in project.sources:
            name = ids[source.guid]
            for item in source.selections:
                spans[item.guid] = (name, item.start, item.end, item.guid)
                for coding in item.codings:
                    coded.setdefault(coding.code, []).append(spans[item.guid])
            for coding in source.codings:
                coded.setdefault(coding.code, []).append((name, 0, len(source.text), ""))
        lengths = {ids[source.guid]: len(source.text) for source in project.sources}
        return cls(ids, spans, coded, lengths)

    def of_case(self, case: Case) -> tuple[tuple[str, ...], tuple[tuple[str, int, int, str], ...]]:
        """Return the transcripts of a case and its passages, also those coded with its GUID."""
        sources = [self.ids[guid] for guid in case.sources if guid in self.ids]
        spans = [self.spans[guid] for guid in case.selections if guid in self.spans]
        for place in self.coded.get(case.guid, ()):
            if (place[1], place[2]) == (0, self.lengths[place[0]]):
                sources.append(place[0])
            elif place[:3] not in {span[:3] for span in spans}:
                spans.append((*place[:3], ""))
        return tuple(dict.fromkeys(sources)), tuple(sorted(set(spans)))


def speak(people: People, project: Project) -> None:
    """Say who speaks where: in passages, and in the whole if only one case has it."""
    owners: dict[str, list[str]] = {}
    for link in people.cases:
        for name, start, end, _ in link.spans:
            people.speakers.setdefault(name, []).append((start, end, link.participant_id))
        for name in link.sources:
            owners.setdefault(name, []).append(link.participant_id)
    longest = max((len(source.text) for source in project.sources), default=0)
    for name, found in owners.items():
        if len(found) == 1:
            people.speakers.setdefault(name, []).append((0, longest, found[0]))


def take_source_cells(
    people: People, project: Project, ids: Mapping[str, str], here: tuple[Have, Tale]
) -> None:
    """Give the values of a source to its only participant."""
    owners: dict[str, list[str]] = {}
    columns = {link.guid: link.column for link in people.variables}
    for link in people.cases:
        for name in link.sources:
            owners.setdefault(name, []).append(link.participant_id)
    for source in project.sources:
        found = owners.get(ids[source.guid], [])
        if len(found) == 1:
            take_cells(found[0], source.values, columns, people, here)
