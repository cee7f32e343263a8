"""Taguette's project file: documents become transcripts, tags codes, highlights codings."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence

from pipeline.core.errors import InputError
from pipeline.exchange.blanks import at_home, bare
from pipeline.exchange.database import Database, Row, open_database, whole, words
from pipeline.exchange.gathered import By, Gathering, when
from pipeline.exchange.given import Given
from pipeline.exchange.page import Page, characters
from pipeline.exchange.refi.model import Problem, Project, Source
from pipeline.exchange.refi.read import Found
from pipeline.exchange.tags import tree_of

TOOL = "Taguette"
CODER = "taguette"
LOCAL = "admin"  # as everybody is called who runs Taguette on their own machine
HIGHLIGHT = "highlight"


def read_taguette(data: bytes, given: Given) -> Found:
    """Return what the project in ``data`` holds.

    Documents have no line ends of their own: where a transcript of the corpus has the same words,
    its text is taken.

    Raises
    ------
    InputError
        If it is no project of Taguette, or several.
    """
    with open_database(data, TOOL) as database:
        gathering = Gathering(CODER)
        project = project_of(database, gathering)
    return at_home(gathering.found(data, project), given.texts)


def project_of(database: Database, gathering: Gathering) -> Project:
    """Return the only project of a file."""
    projects = database.rows("projects", ("id", "name"), ("description", "created"))
    if len(projects) != 1:
        raise InputError(
            f"it holds {len(projects)} projects; one is read. Choose 'Export project' in {TOOL} to "
            "get a file for each.",
            code="E_SEVERAL",
        )
    [project] = projects
    tags = {
        row["id"]: (words(row["path"]), words(row["description"]))
        for row in in_order(database.rows("tags", ("id", "path"), ("description",)))
    }
    tree = tree_of(dict(tags.values()), gathering.guid)
    codes = {number: tree.guids[path] for number, (path, _) in tags.items()}
    marks = Highlights(database, gathering, codes)
    documents = in_order(database.rows("documents", ("id", "name", "contents"), ("description",)))
    sources = [marks.document(row) for row in documents]
    marks.astray({row["id"] for row in documents})
    created = when(words(project["created"]))
    return Project(
        words(project["name"]),
        TOOL,
        created=created,
        modified=created,
        codes=tree.codes(),
        sources=gathering.sources(sources),
        description=words(project["description"]),
    )


class Highlights:
    """The highlights of a project, by document; ``codes`` are GUIDs by the number of a tag."""

    def __init__(
        self, database: Database, gathering: Gathering, codes: Mapping[object, str]
    ) -> None:
        self.gathering = gathering
        self.coder = coder_of(database)
        self.by_document: dict[object, list[Row]] = {}
        needed = ("id", "document_id", "start_offset", "end_offset")
        for row in in_order(database.rows("highlights", needed, ("snippet",))):
            self.by_document.setdefault(row["document_id"], []).append(row)
        self.codes: dict[object, list[str]] = {}
        for row in database.rows("highlight_tags", ("highlight_id", "tag_id")):
            gathering.n_codings += 1
            if row["tag_id"] in codes:
                self.codes.setdefault(row["highlight_id"], []).append(codes[row["tag_id"]])
            else:
                self.list(row["highlight_id"], f"its tag {row['tag_id']} is not in the file")
        self.created = dates_of(database)

    def list(self, number: object, why: str) -> None:
        """List a highlight that does not come in."""
        self.gathering.problems.append(Problem(str(number), HIGHLIGHT, why))

    def document(self, row: Row) -> Source:
        """Return a document as a source, and take its highlights."""
        page, name = Page(words(row["contents"])), words(row["name"])
        guid = self.gathering.guid("source", name, page.text)
        content = page.raw.encode("utf-8", "surrogatepass")
        found = self.by_document.get(row["id"], [])
        at = characters(content, ends_of(found))
        for item in found:
            start, end = at.get(item["start_offset"]), at.get(item["end_offset"])
            if start is None or end is None:
                ends = f"{item['start_offset']!s:.20} to {item['end_offset']!s:.20}"
                self.list(
                    item["id"], f"it reaches from {ends}, where no characters of {name!r} end"
                )
            else:
                self.highlight(item, page, (start, end), guid)
        return Source(guid, name, page.text, description=words(row["description"]))

    def highlight(self, row: Row, page: Page, place: tuple[int, int], source: str) -> None:
        """Take one highlight, if its words are those that Taguette kept of it."""
        start, end = page.span(*place)
        snippet = words(row["snippet"])
        if place[0] >= place[1] or start >= end:
            self.list(row["id"], "there are no words in it")
        elif snippet and content_of(snippet) != bare(page.raw[place[0] : place[1]]):
            self.list(row["id"], "the document's words are others than those that it kept")
        else:
            codes = self.codes.get(row["id"], [])
            by = By(self.coder, self.created.get(row["id"], ""))
            self.gathering.code(source, (start, end), page.text[start:end], codes, by)

    def astray(self, documents: set[object]) -> None:
        """List the highlights of documents that are not there, and tags on no highlight."""
        known = set()
        for document, rows in self.by_document.items():
            known |= {row["id"] for row in rows}
            for row in rows if document not in documents else ():
                self.list(row["id"], f"its document {document!s:.20} is not in the file")
        for number in self.codes.keys() - known:
            self.list(number, "it is not in the file, but tags are put on it")


def in_order(rows: Sequence[Row]) -> list[Row]:
    """Return rows by their number, in whatever order the file has them."""
    return sorted(rows, key=lambda row: (not isinstance(row["id"], int), str(row["id"]).zfill(20)))


def ends_of(rows: Sequence[Row]) -> Iterator[int]:
    """Yield the offsets of highlights that are whole numbers."""
    for row in rows:
        for cell in (row["start_offset"], row["end_offset"]):
            number = whole(cell)
            if number is not None:
                yield number


def content_of(snippet: str) -> str:
    """Return the characters of a snippet that are no white space."""
    return bare(Page(snippet).raw if "<" in snippet else html.unescape(snippet))


def coder_of(database: Database) -> str:
    """Return the login of the project's only member, else what the tool is called."""
    members = {
        words(row["user_login"]) for row in database.some("project_members", ("user_login",))
    }
    return members.pop() if len(members) == 1 and not members & {LOCAL, ""} else CODER


def dates_of(database: Database) -> dict[object, str]:
    """Return when each highlight was last put down, as far as the file's history says."""
    found: dict[object, str] = {}
    for row in database.some("commands", ("date", "payload")):
        try:
            payload = json.loads(words(row["payload"]))
        except (ValueError, RecursionError):
            continue
        if isinstance(payload, dict) and payload.get("type") == "highlight_add":
            moment = when(words(row["date"]))
            number = whole(payload.get("highlight_id"))
            if moment and number is not None:
                found[number] = max(moment, found.get(number, ""))
    return found
