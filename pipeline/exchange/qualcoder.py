"""QualCoder's own project database (``data.qda``), read and never written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pipeline.exchange.blanks import at_home
from pipeline.exchange.database import Database, Row, open_database, whole, words
from pipeline.exchange.gathered import By, Gathering, when
from pipeline.exchange.given import Given
from pipeline.exchange.qualcoder_cases import cases_of, file_values, variables_of
from pipeline.exchange.refi.guids import note_guid
from pipeline.exchange.refi.model import Code, Problem, Project, Source
from pipeline.exchange.refi.offsets import FileText
from pipeline.exchange.refi.read import Found
from pipeline.exchange.refi.settle import settle
from pipeline.exchange.tags import DEEPEST, flat

TOOL = "QualCoder"
BOM = "\ufeff"
COLOR = re.compile("#[0-9A-Fa-f]{6}")
CODING, SOURCE, CODE, CATEGORY = "coding", "source", "code", "category"
Node = tuple[str, object]


def read_qualcoder(data: bytes, given: Given) -> Found:
    """Return what the database in ``data`` holds.

    Raises
    ------
    InputError
        If it is no database of QualCoder.
    """
    gathering = Gathering("qualcoder")
    with open_database(data, TOOL) as database:
        texts, project = project_of(database, gathering)
    settled, how = settle(project, texts, given.offsets)
    found = replace(
        gathering.found(data, settled),
        conventions=how.conventions,
        problems=(*gathering.problems, *how.problems),
        moved=tuple(how.moved),
    )
    return at_home(found, given.texts)


def project_of(database: Database, gathering: Gathering) -> tuple[dict[str, FileText], Project]:
    """Return the texts by the GUID of their source, and the project with offsets as they stand."""
    tree, codes = codes_of(database, gathering)
    files, bare = sources_of(database, gathering)
    texts = dict(files.values())
    take_codings(database, gathering, files, codes)
    variables = variables_of(database, gathering)
    cases = cases_of(database, gathering, files, variables)
    values = file_values(database, files, variables)
    take_notes(database, gathering, files)
    about = next(iter(database.some("project", ("memo",), ("databaseversion", "date"))), {})
    created = when(words(about.get("date")))
    project = Project(
        "",
        " ".join((TOOL, "database", words(about.get("databaseversion")))).strip(),
        created=created,
        modified=created,
        codes=tree,
        variables=tuple(variables.values()),
        cases=cases,
        sources=tuple(
            replace(source, values=tuple(values.get(source.guid, ())))
            for source in gathering.sources(bare)
        ),
        description=words(about.get("memo")),
    )
    return texts, project


def codes_of(
    database: Database, gathering: Gathering
) -> tuple[tuple[Code, ...], dict[object, str]]:
    """Return categories and codes as a tree, and the GUID of each code by its number."""
    nodes: dict[Node, Row] = {}
    for row in database.some("code_cat", ("catid", "name"), ("memo", "supercatid")):
        nodes[CATEGORY, row["catid"]] = row
    for row in database.rows("code_name", ("cid", "name"), ("memo", "catid", "color", "supercid")):
        nodes[CODE, row["cid"]] = row
    below: dict[Node | None, list[Node]] = {}
    for node in nodes:
        below.setdefault(parent_of(node, nodes), []).append(node)
    guids = {node: gathering.guid(node[0], flat(words(row["name"]))) for node, row in nodes.items()}

    def branch(parent: Node | None) -> tuple[Code, ...]:
        return tuple(
            replace(code_of(node, nodes[node], guids[node]), codes=branch(node))
            for node in below.get(parent, ())
        )

    numbers = {node[1]: guid for node, guid in guids.items() if node[0] == CODE}
    return branch(None), numbers


def code_of(node: Node, row: Row, guid: str) -> Code:
    """Return a code, or a category as a code that only holds others together."""
    color = words(row.get("color"))
    return Code(
        guid,
        flat(words(row["name"])),
        is_codable=node[0] == CODE,
        color=color if COLOR.fullmatch(color) else "",
        description=words(row["memo"]),
    )


def parent_of(node: Node, nodes: Mapping[Node, Row]) -> Node | None:
    """Return what a code stands below; nothing, if that leads in a circle or too deep."""
    found = above(node, nodes)
    seen, upper = {node}, found
    while upper is not None:
        if upper in seen or len(seen) > DEEPEST:
            return None
        seen.add(upper)
        upper = above(upper, nodes)
    return found


def above(node: Node, nodes: Mapping[Node, Row]) -> Node | None:
    """Return what a code or category names as its parent, if that is there."""
    row = nodes[node]
    named = (
        [(CATEGORY, row["supercatid"])]
        if node[0] == CATEGORY
        else [(CODE, row["supercid"]), (CATEGORY, row["catid"])]
    )
    return next((item for item in named if item in nodes), None)


def sources_of(
    database: Database, gathering: Gathering
) -> tuple[dict[object, tuple[str, FileText]], list[Source]]:
    """Return GUID and text of each file that has one, by its number; media are listed."""
    found: dict[object, tuple[str, FileText]] = {}
    sources = []
    marked = media_codings(database)
    more = ("mediapath", "memo", "owner", "date")
    for row in database.rows("source", ("id", "name", "fulltext"), more):
        name, raw = words(row["name"]), words(row["fulltext"])
        if not raw.strip():
            what = f"a file without a text ({words(row['mediapath'])[:60] or 'no media'})"
            why = f"{what}; left out, with {marked[row['id']]} codings"
            gathering.problems.append(Problem(repr(name), SOURCE, why))
            continue
        if marked[row["id"]]:
            why = f"{marked[row['id']]} codings of areas of its pages are left out"
            gathering.problems.append(Problem(repr(name), SOURCE, why))
        text = FileText.of(raw.removeprefix(BOM), has_bom=raw.startswith(BOM))
        guid = gathering.guid(SOURCE, name)
        found[row["id"]] = guid, text
        owner, created = words(row["owner"]), when(words(row["date"]))
        user = gathering.user(owner) if owner else ""
        memo = words(row["memo"])
        sources.append(Source(guid, name, text.text, user=user, created=created, description=memo))
    return found, sources


def media_codings(database: Database) -> Counter[object]:
    """Return how many codings stand on areas of pictures and on stretches of sound, by file."""
    tables = ("code_image", "code_av")
    return Counter(row["id"] for table in tables for row in database.some(table, ("id",)))


def take_codings(
    database: Database,
    gathering: Gathering,
    files: Mapping[object, tuple[str, FileText]],
    codes: Mapping[object, str],
) -> None:
    """Take the codings of texts, each of its owner; what leads nowhere is listed."""
    needed = ("cid", "fid", "pos0", "pos1", "owner")
    rows = database.rows("code_text", needed, ("ctid", "seltext", "date", "memo"))
    for number, row in enumerate(rows, 1):
        gathering.n_codings += 1
        start, end = whole(row["pos0"]), whole(row["pos1"])
        why = astray(row, files, codes)
        if why or start is None or end is None:
            why = why or "its place is no number"
            gathering.problems.append(Problem(words(row["ctid"]) or str(number), CODING, why))
            continue
        by = By(words(row["owner"]) or "unknown", when(words(row["date"])), words(row["memo"]))
        guid, _ = files[row["fid"]]
        gathering.code(guid, (start, end), words(row["seltext"]), [codes[row["cid"]]], by)


def astray(row: Row, files: Mapping[object, object], codes: Mapping[object, object]) -> str:
    """Return where a coding leads that is not there, empty if all is well."""
    if row["cid"] not in codes:
        return f"its code {row['cid']!s:.20} is not in the file"
    if row["fid"] not in files:
        return f"its text {row['fid']!s:.20} is not in the file"
    return ""


def take_notes(
    database: Database, gathering: Gathering, files: Mapping[object, tuple[str, FileText]]
) -> None:
    """Keep journals, and memos on passages without a code: there is no place for them here."""
    for row in database.some("journal", ("name", "jentry"), ("date", "owner")):
        keep(gathering, words(row["name"]), row, words(row["jentry"]))
    for row in database.some("annotation", ("fid", "pos0", "memo"), ("date", "owner")):
        guid, text = files.get(row["fid"], ("", FileText("")))
        start = whole(row["pos0"]) or 0
        name = f"on: {text.text[max(0, start) :][:60]}" if guid else "annotation"
        keep(gathering, name, row, words(row["memo"]))


def keep(gathering: Gathering, name: str, row: Row, text: str) -> None:
    """Keep one memo that stands alone."""
    if text.strip():
        by = By(words(row["owner"]), when(words(row["date"])), text)
        gathering.note(note_guid(gathering.guid("note", name, text)), name, by)
