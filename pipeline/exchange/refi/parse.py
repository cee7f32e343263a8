"""A ``project.qde`` to records: any namespace, any order; what it does not know it keeps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.exchange.refi.guids import derived, is_guid, plain
from pipeline.exchange.refi.model import (
    KINDS,
    TEXT,
    Case,
    Code,
    Coding,
    Kept,
    Note,
    Problem,
    Project,
    Selection,
    Source,
    User,
    Value,
    Variable,
)
from pipeline.exchange.refi.offsets import FileText
from pipeline.exchange.refi.xml import local

TEXT_SOURCE = "TextSource"
KEPT = ("Links", "Sets", "Graphs")
KNOWN = {"Users", "CodeBook", "Variables", "Cases", "Sources", "Notes", *KEPT}
PATHS = ("path", "plainTextPath", "richTextPath")
TRUE = {"true", "1"}
FALSE = {"false", "0"}
SHARED = {"PlainTextSelection", "Coding"}  # what is in them is read though they share a GUID
DEEPEST = 100  # codes below one another


class NoTextError(Exception):
    """The text of a source or note is not to be had; the message says why."""


TextOf = Callable[[str], FileText]


@dataclass(slots=True)
class Parser:
    """Walks a project and gathers what is wrong with it.

    ``read_text`` takes a ``plainTextPath`` and returns its text, or raises `NoTextError`.
    """

    read_text: TextOf
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, FileText] = field(default_factory=dict)
    _seen: Counter[str] = field(default_factory=Counter)
    _guids: Counter[tuple[str, str]] = field(default_factory=Counter)

    def project(self, root: etree._Element) -> Project:
        """Return the whole project; offsets are still the file's own."""
        boxes = {local(child): child for child in elements(root)}
        return Project(
            name=get(root, "name"),
            origin=get(root, "origin"),
            user=plain(get(root, "creatingUserGUID")),
            created=get(root, "creationDateTime"),
            modified=get(root, "modifiedDateTime"),
            users=tuple(self.user(item) for item in inside(boxes, "Users", "User")),
            codes=self.codebook(boxes.get("CodeBook")),
            variables=tuple(self.variable(v) for v in inside(boxes, "Variables", "Variable")),
            cases=tuple(self.case(item) for item in inside(boxes, "Cases", "Case")),
            sources=tuple(self.sources(boxes)),
            notes=tuple(self.notes(boxes)),
            kept=tuple(self.kept(root, boxes)),
            description=text_of(root, "Description"),
            note_refs=targets(root, "NoteRef"),
        )

    def guid(self, element: etree._Element) -> str:
        """Return an element's GUID; what is wrong with it is listed."""
        found, what = plain(get(element, "guid")), local(element)
        if not found:
            self._seen[what] += 1
            found = derived("missing", what, self._seen[what])
            self.problems.append(Problem(found, what, "it had no GUID; this one was made up"))
        elif not is_guid(found):
            self.problems.append(Problem(found, what, "its GUID is not of the form of one"))
        self._guids[what, found] += 1
        number = self._guids[what, found]
        if number == 1:
            return found
        self.problems.append(Problem(found, what, "another one has the same GUID"))
        return found if what in SHARED else derived("double", what, found, number)

    def user(self, element: etree._Element) -> User:
        """Return a coder."""
        return User(self.guid(element), get(element, "name"), get(element, "id"))

    def codebook(self, element: etree._Element | None) -> tuple[Code, ...]:
        """Return the codes of a codebook, in a project or on its own."""
        if element is None:
            return ()
        lists = [child for child in elements(element) if local(child) == "Codes"]
        return tuple(self.code(item) for box in lists for item in children(box, "Code"))

    def code(self, element: etree._Element, depth: int = 1) -> Code:
        """Return a code and those below it."""
        below = children(element, "Code")
        guid = self.guid(element)
        if below and depth >= DEEPEST:
            self.problems.append(Problem(guid, "Code", "codes below it are too deep; left out"))
            below = []
        return Code(
            guid,
            get(element, "name"),
            get(element, "isCodable").strip().lower() not in FALSE,
            get(element, "color").strip(),
            text_of(element, "Description"),
            targets(element, "NoteRef"),
            tuple(self.code(item, depth + 1) for item in below),
        )

    def variable(self, element: etree._Element) -> Variable:
        """Return a variable."""
        kind = get(element, "typeOfVariable").strip()
        return Variable(
            self.guid(element),
            get(element, "name"),
            kind if kind in KINDS else TEXT,
            text_of(element, "Description"),
        )

    def case(self, element: etree._Element) -> Case:
        """Return a case."""
        return Case(
            self.guid(element),
            get(element, "name"),
            text_of(element, "Description"),
            targets(element, "CodeRef"),
            values_of(element),
            targets(element, "SourceRef"),
            targets(element, "SelectionRef"),
        )

    def sources(self, boxes: dict[str, etree._Element]) -> Iterator[Source]:
        """Yield the texts; one whose text is not to be had is listed with what hung on it."""
        for element in inside(boxes, "Sources", TEXT_SOURCE):
            guid = self.guid(element)
            try:
                text = self.text(element)
            except NoTextError as error:
                n_codings = sum(1 for item in element.iter() if named(item, "Coding"))
                why = f"{error}; {n_codings} codings on it were left out"
                self.problems.append(Problem(guid, TEXT_SOURCE, why))
                continue
            self.texts[guid] = text
            yield Source(
                guid,
                get(element, "name"),
                text.text,
                member_of(get(element, "plainTextPath")),
                plain(get(element, "creatingUser")),
                get(element, "creationDateTime"),
                text_of(element, "Description"),
                tuple(self.selections(element)),
                self.codings(element),
                targets(element, "NoteRef"),
                values_of(element),
            )

    def text(self, element: etree._Element) -> FileText:
        """Return the text of a source or note (`NoTextError` if there is none)."""
        inline = next(iter(children(element, "PlainTextContent")), None)
        path = get(element, "plainTextPath")
        if inline is not None and not path:
            return FileText.of(inline.text or "")
        if not path:
            raise NoTextError("it has no plain text")
        return self.read_text(path)

    def selections(self, element: etree._Element) -> Iterator[Selection]:
        """Yield the passages of a source whose offsets are numbers."""
        for item in children(element, "PlainTextSelection"):
            guid = self.guid(item)
            bounds = [get(item, name).strip() for name in ("startPosition", "endPosition")]
            if not all(is_number(bound) for bound in bounds):
                why = f"its offsets are no numbers ({bounds[0]!r:.20}, {bounds[1]!r:.20})"
                self.problems.append(Problem(guid, "PlainTextSelection", why))
                continue
            yield Selection(
                guid,
                int(bounds[0]),
                int(bounds[1]),
                get(item, "name"),
                plain(get(item, "creatingUser")),
                get(item, "creationDateTime"),
                text_of(item, "Description"),
                self.codings(item),
                targets(item, "NoteRef"),
            )

    def codings(self, element: etree._Element) -> tuple[Coding, ...]:
        """Return the codings of a source or a selection."""
        return tuple(
            Coding(
                self.guid(item),
                next(iter(targets(item, "CodeRef")), ""),
                plain(get(item, "creatingUser")),
                get(item, "creationDateTime"),
                targets(item, "NoteRef"),
            )
            for item in children(element, "Coding")
        )

    def notes(self, boxes: dict[str, etree._Element]) -> Iterator[Note]:
        """Yield the notes whose text is to be had."""
        for element in inside(boxes, "Notes", "Note"):
            guid = self.guid(element)
            try:
                text = self.text(element).text
            except NoTextError as error:
                self.problems.append(Problem(guid, "Note", str(error)))
                continue
            if any(named(item, "Coding") for item in element.iter()):
                self.problems.append(Problem(guid, "Note", "codings on a note are not read"))
            yield Note(
                guid,
                get(element, "name"),
                text,
                plain(get(element, "creatingUser")),
                get(element, "creationDateTime"),
                member_of(get(element, "plainTextPath")),
                text_of(element, "Description"),
            )

    def kept(self, root: etree._Element, boxes: dict[str, etree._Element]) -> Iterator[Kept]:
        """Yield what there is no noun for: links, sets, graphs, other media, strange elements."""
        for box in KEPT:
            for element in elements(boxes[box]) if box in boxes else ():
                yield kept_of(box, element)
        for element in elements(boxes["Sources"]) if "Sources" in boxes else ():
            if local(element) != TEXT_SOURCE:
                yield kept_of("Sources", element)
        for element in elements(root):
            if local(element) not in {*KNOWN, "Description", "NoteRef"}:
                yield kept_of("foreign", element)


def kept_of(container: str, element: etree._Element) -> Kept:
    """Return an element as it stands, with the files that it refers to."""
    paths = (get(item, name) for item in elements_in(element) for name in PATHS)
    members = tuple(member_of(path, whole=True) for path in paths if path)
    xml = etree.tostring(element, encoding="unicode", with_tail=False)
    return Kept(container, plain(get(element, "guid")), xml, tuple(filter(None, members)))


def elements(element: etree._Element) -> Iterator[etree._Element]:
    """Yield the elements just below, without comments."""
    yield from element.iterchildren(etree.Element)


def elements_in(element: etree._Element) -> Iterator[etree._Element]:
    """Yield an element and all below it, without comments."""
    yield from element.iter(etree.Element)


def named(item: object, name: str) -> bool:
    """Whether an item of a tree is an element called ``name``."""
    return isinstance(item, etree._Element) and local(item) == name  # noqa: SLF001  # lxml's only name for it


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Return the elements just below that are called ``name``."""
    return [child for child in elements(element) if local(child) == name]


def inside(boxes: dict[str, etree._Element], box: str, name: str) -> list[etree._Element]:
    """Return the elements called ``name`` in the container ``box``, none if it is missing."""
    return children(boxes[box], name) if box in boxes else []


def get(element: etree._Element, name: str) -> str:
    """Return an attribute, empty if it is missing."""
    return str(element.get(name, ""))


def text_of(element: etree._Element, name: str) -> str:
    """Return the text of the first element below that is called ``name``, else nothing."""
    return next((child.text or "" for child in children(element, name)), "")


def targets(element: etree._Element, name: str) -> tuple[str, ...]:
    """Return where the references called ``name`` lead."""
    return tuple(plain(get(child, "targetGUID")) for child in children(element, name))


def values_of(element: etree._Element) -> tuple[Value, ...]:
    """Return the cells of a case or a source."""
    found = []
    for item in children(element, "VariableValue"):
        variable = next(iter(targets(item, "VariableRef")), "")
        cell = next((c for c in elements(item) if local(c).endswith("Value")), None)
        kind = local(cell).removesuffix("Value") if cell is not None else TEXT
        found.append(Value(variable, None if cell is None else cell.text or "", kind))
    return tuple(found)


def member_of(path: str, *, whole: bool = False) -> str:
    """Return the name of the member that an internal path means, empty if it means none.

    Parameters
    ----------
    path
        An attribute such as ``internal://GUID.txt``.
    whole
        Whether the ending is wanted, too; without it, the GUID.
    """
    scheme, found, rest = path.partition("://")
    if not found:
        rest = path
    elif scheme.lower() != "internal":
        return ""
    if "/" in rest or "\\" in rest or ".." in rest:
        return ""
    return rest if whole else plain(rest.rpartition(".")[0] or rest)


def is_number(text: str) -> bool:
    """Whether ``text`` is a whole number that an offset could be."""
    return text.isascii() and text.lstrip("+-").isdigit() and len(text) < 12  # noqa: PLR2004  # no text is longer
