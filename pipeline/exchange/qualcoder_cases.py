"""QualCoder's cases and attributes: who the texts belong to, and what is known of them."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.exchange.database import Database, whole, words
from pipeline.exchange.gathered import Gathering
from pipeline.exchange.refi.model import FLOAT, INTEGER, TEXT, Case, Problem, Value, Variable
from pipeline.exchange.refi.offsets import FileText

NUMERIC = "numeric"
OF_CASE, OF_FILE = "case", "file"
Files = Mapping[object, tuple[str, FileText]]


def variables_of(database: Database, gathering: Gathering) -> dict[str, Variable]:
    """Return the variables by name; a number without a decimal point anywhere is whole."""
    cells: dict[str, list[str]] = {}
    for row in database.some("attribute", ("name", "value")):
        cells.setdefault(words(row["name"]), []).append(words(row["value"]).strip())
    found: dict[str, Variable] = {}
    for row in database.some("attribute_type", ("name",), ("memo", "valuetype")):
        name = words(row["name"])
        kind = kind_of(cells.get(name, [])) if words(row["valuetype"]) == NUMERIC else TEXT
        guid = gathering.guid("variable", name)
        found.setdefault(name, Variable(guid, name, kind, words(row["memo"])))
    for name in cells:
        if name not in found:  # its type was deleted; the cells are there
            found[name] = Variable(gathering.guid("variable", name), name)
    return found


def kind_of(cells: list[str]) -> str:
    """Return the narrowest kind that holds every filled cell of a column of numbers."""
    filled = [cell for cell in cells if cell]
    if all(cell.removeprefix("-").isdecimal() and cell.isascii() for cell in filled):
        return INTEGER
    try:
        for cell in filled:
            float(cell)
    except ValueError:
        return TEXT
    return FLOAT


def cases_of(
    database: Database, gathering: Gathering, files: Files, variables: Mapping[str, Variable]
) -> tuple[Case, ...]:
    """Return the cases, with the texts and passages that are theirs."""
    sources, spans = places_of(database, gathering, files)
    values = values_of(database, OF_CASE, variables)
    return tuple(
        Case(
            gathering.guid("case", words(row["name"])),
            words(row["name"]),
            words(row["memo"]),
            values=tuple(values.get(row["caseid"], ())),
            sources=tuple(dict.fromkeys(sources.get(row["caseid"], ()))),
            selections=tuple(dict.fromkeys(spans.get(row["caseid"], ()))),
        )
        for row in database.some("cases", ("caseid", "name"), ("memo",))
    )


def places_of(
    database: Database, gathering: Gathering, files: Files
) -> tuple[dict[object, list[str]], dict[object, list[str]]]:
    """Return the GUIDs of whole texts and of passages by the number of their case."""
    sources: dict[object, list[str]] = {}
    spans: dict[object, list[str]] = {}
    for row in database.some("case_text", ("caseid", "fid", "pos0", "pos1")):
        start, end = whole(row["pos0"]), whole(row["pos1"])
        if row["fid"] not in files or start is None or end is None:
            why = f"its text {row['fid']!s:.20} is not in the file, or not as a text"
            gathering.problems.append(Problem(words(row["caseid"]), "case", why))
            continue
        guid, text = files[row["fid"]]
        if start <= 0 and end >= len(text.text) - 1:  # QualCoder itself leaves out the last one
            sources.setdefault(row["caseid"], []).append(guid)
        else:
            spans.setdefault(row["caseid"], []).append(gathering.passage(guid, (start, end)))
    return sources, spans


def values_of(
    database: Database, kind: str, variables: Mapping[str, Variable]
) -> dict[object, list[Value]]:
    """Return the filled cells of cases or of files by their number."""
    found: dict[object, list[Value]] = {}
    for row in database.some("attribute", ("name", "attr_type", "value", "id")):
        text = words(row["value"]).strip()
        if text and words(row["attr_type"]) == kind:
            variable = variables[words(row["name"])]
            found.setdefault(row["id"], []).append(Value(variable.guid, text, variable.kind))
    return found


def file_values(
    database: Database, files: Files, variables: Mapping[str, Variable]
) -> dict[str, list[Value]]:
    """Return the filled cells of texts by the GUID of their source."""
    found = values_of(database, OF_FILE, variables)
    return {files[number][0]: cells for number, cells in found.items() if number in files}
