"""Participants to cases with typed variables, and where they speak."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.records import Turn
from pipeline.exchange.refi.guids import derived
from pipeline.exchange.refi.memory import CaseLink, joined
from pipeline.exchange.refi.model import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    FLOAT,
    INTEGER,
    TEXT,
    Case,
    Value,
    Variable,
)
from pipeline.exchange.refi.structure import is_form
from pipeline.exchange.refi.xml import ILLEGAL
from pipeline.export.loss import Loss
from pipeline.export.refi.codings import Span
from pipeline.export.refi.facts import Facts
from pipeline.export.refi.guids import Guids

PADDED = re.compile(r"[+-]?0\d|\+")  # 007 is a name, not a number
NARROWEST = ((INTEGER, "integer"), (FLOAT, "decimal"), (DATE, "date"), (DATE_TIME, "dateTime"))
IMPORTED = "imported/"  # where the texts of other tools lie: their maps say who speaks
TRUTHS = {"true", "false"}


def kind_of(cells: Sequence[str]) -> str:
    """Return the narrowest kind of variable that holds all ``cells``."""
    if not cells:
        return TEXT
    if TRUTHS.issuperset(cells):
        return BOOLEAN
    for kind, form in NARROWEST:
        if all(is_form(form, cell) and cell == cell.strip() for cell in cells):
            is_number = kind in {INTEGER, FLOAT}
            return TEXT if is_number and any(map(PADDED.match, cells)) else kind
    return TEXT


def holds(kind: str, cells: Sequence[str]) -> bool:
    """Whether a variable of ``kind`` can hold all ``cells``."""
    forms = {**dict(NARROWEST), BOOLEAN: "boolean", TEXT: "string"}
    return all(is_form(forms[kind], cell) for cell in cells)


@dataclass(slots=True)
class Places:
    """Where one participant speaks: transcripts, and passages of them."""

    transcripts: dict[str, None] = field(default_factory=dict)
    spans: dict[tuple[str, int, int], str] = field(default_factory=dict)


def places_of(facts: Facts) -> dict[str, Places]:
    """Return where each participant speaks: by their turns, and by what was imported."""
    found = {name: Places() for name in facts.people.cells}
    for transcript in facts.transcripts:
        name = transcript.transcript_id
        turns = facts.turns.get(name, ())
        here = {turn.participant_id for turn in turns} & found.keys()
        for person in sorted(str(item) for item in here):
            found[person].transcripts[name] = None
        if len(here) > 1 and not transcript.source.startswith(IMPORTED):
            for person, start, end in runs_of(turns, found.keys()):
                found[person].spans[name, start, end] = ""
    lengths = {item.transcript_id: len(item.text) for item in facts.transcripts}
    for person, links in facts.memory.cases.items():
        if person in found:
            add_links(found[person], links, lengths)
    return found


def add_links(places: Places, links: Sequence[CaseLink], lengths: Mapping[str, int]) -> None:
    """Add what earlier imports say, where the transcripts are still there."""
    for link in links:
        places.transcripts.update(dict.fromkeys(name for name in link.sources if name in lengths))
        for name, start, end, guid in link.spans:
            if end <= lengths.get(name, 0):
                places.spans[name, start, end] = guid


def runs_of(turns: Sequence[Turn], known: Collection[str]) -> list[tuple[str, int, int]]:
    """Return the runs of turns that one of the ``known`` has without interruption."""
    found: list[tuple[str, int, int]] = []
    before: str | None = None
    for turn in turns:
        person = turn.participant_id if turn.participant_id in known else None
        if person is not None and person == before:
            found[-1] = (person, found[-1][1], turn.end)
        elif person is not None:
            found.append((person, turn.start, turn.end))
        before = person
    return found


def bare_spans(places: Mapping[str, Places]) -> dict[str, list[Span]]:
    """Return by transcript the passages that cases refer to, with the GUIDs that they had."""
    found: dict[str, dict[tuple[int, int], str]] = {}
    for person in places.values():
        for (name, start, end), guid in person.spans.items():
            spans = found.setdefault(name, {})
            spans[start, end] = spans.get((start, end)) or guid
    return {
        name: [(*span, guid) for span, guid in sorted(spans.items())]
        for name, spans in found.items()
    }


def variables_of(facts: Facts, guids: Guids) -> dict[str, Variable]:
    """Return a variable for each column of the participants table; what came in is kept."""
    links, found = facts.memory.variables, {}
    for column in facts.people.columns:
        cells = [row[column] for row in facts.people.cells.values() if column in row]
        link = links.get(column)
        if not cells and link is None:
            continue
        kind = link.kind if link is not None and holds(link.kind, cells) else kind_of(cells)
        found[column] = Variable(
            guids.take(link.guid if link else "", derived("variable", facts.corpus, column)),
            link.name if link else column,
            kind,
            link.description if link else "",
        )
    return found


def cases_of(
    facts: Facts,
    places: Mapping[str, Places],
    variables: Mapping[str, Variable],
    guids: Guids,
    loss: Loss,
) -> dict[str, Case]:
    """Return a case for each participant, without references yet."""
    found = {}
    for person in sorted(places):
        links = facts.memory.cases.get(person, [])
        cells = facts.people.cells[person]
        loss.out("cases")
        loss.out("values", len(cells))
        bad = sum(ILLEGAL.search(cell) is not None for cell in cells.values())
        loss.changed("values", "characters that XML cannot hold were taken out", bad)
        found[person] = Case(
            guids.take(links[0].guid if links else "", derived("case", facts.corpus, person)),
            person,
            joined([link.description for link in links]),
            values=tuple(
                Value(variables[column].guid, cells[column], variables[column].kind)
                for column in facts.people.columns
                if column in cells
            ),
        )
    return found
