"""Records to bytes: ``.qdpx`` and ``.qdc``, in the order that the standard wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from lxml import etree

from pipeline.exchange.refi.archive import pack
from pipeline.exchange.refi.model import (
    Case,
    Code,
    Coding,
    Kept,
    Note,
    Project,
    Selection,
    Source,
    User,
    Value,
    Variable,
)
from pipeline.exchange.refi.offsets import Convention, FileText, Ruler
from pipeline.exchange.refi.structure import CODEBOOK, PROJECT
from pipeline.exchange.refi.xml import legal

PROJECT_FILE = "project.qde"
FOLDER = "sources"
SCHEME = "internal://"
T = TypeVar("T")
NONE: Mapping[str, bytes] = {}


def write_qdpx(
    project: Project, convention: Convention | None = None, members: Mapping[str, bytes] = NONE
) -> bytes:
    """Return ``project`` as the bytes of a ``.qdpx``; the same records give the same bytes.

    Parameters
    ----------
    project
        Offsets in code points; every GUID in lower case.
    convention
        How offsets are counted in the file; None: in code points, half-open.
    members
        Further files of the folder of sources, by name: those of other media.
    """
    files = {f"{source.text_guid}.txt": encoded(source.text) for source in project.sources}
    files |= {
        f"{note.text_guid}.txt": encoded(note.text) for note in project.notes if note.text_guid
    }
    files |= dict(members)
    return pack(
        [
            (PROJECT_FILE, serialised(project_element(project, convention or Convention()))),
            *((f"{FOLDER}/{name}", files[name]) for name in sorted(files)),
        ]
    )


def encoded(text: str) -> bytes:
    """Return a text as UTF-8; one that begins with a byte order mark of its own gets another."""
    return text.encode("utf-8-sig" if text.startswith("\ufeff") else "utf-8")


def write_qdc(codes: Sequence[Code], origin: str) -> bytes:
    """Return ``codes`` as the bytes of a ``.qdc``, in which codes have no notes."""
    root = etree.Element(f"{{{CODEBOOK}}}CodeBook", origin=legal(origin), nsmap={None: CODEBOOK})
    box = add(root, "Codes")
    for code in codes:
        add_code(box, code, has_notes=False)
    return serialised(root)


def serialised(root: etree._Element) -> bytes:
    """Return an element as a file, a line an element."""
    etree.indent(root, space="")
    return etree.tostring(root, xml_declaration=True, encoding="utf-8")


def add(parent: etree._Element, name: str, /, **attributes: str | int | None) -> etree._Element:
    """Add an element in its parent's namespace; attributes without a value are left out."""
    space = str(parent.tag).rpartition("}")[0]
    values = {
        key: legal(str(value)) for key, value in attributes.items() if value not in {None, ""}
    }
    return etree.SubElement(parent, f"{space}}}{name}", values)


def add_text(parent: etree._Element, name: str, text: str) -> None:
    """Add an element that holds a text, unless there is none."""
    if text:
        add(parent, name).text = legal(text)


def add_refs(parent: etree._Element, name: str, guids: Sequence[str]) -> None:
    """Add a reference to each GUID."""
    for guid in guids:
        add(parent, name, targetGUID=guid)


def project_element(project: Project, convention: Convention) -> etree._Element:
    """Return the whole project; a container without anything in it is left out."""
    root = etree.Element(f"{{{PROJECT}}}Project", nsmap={None: PROJECT})
    for key, value in (
        ("name", project.name),
        ("origin", project.origin),
        ("creatingUserGUID", project.user),
        ("creationDateTime", project.created),
        ("modifiedDateTime", project.modified),
    ):
        if value or key == "name":
            root.set(key, legal(value))
    add_all(root, "Users", project.users, add_user)
    if project.codes:
        add_all(add(root, "CodeBook"), "Codes", project.codes, add_code)
    add_all(root, "Variables", project.variables, add_variable)
    add_all(root, "Cases", project.cases, add_case)
    add_sources(root, project, convention)
    add_all(root, "Notes", project.notes, add_note)
    for name in ("Links", "Sets", "Graphs"):
        add_kept(root, name, [item for item in project.kept if item.container == name])
    add_text(root, "Description", project.description)
    add_refs(root, "NoteRef", project.note_refs)
    return root


def add_all(
    parent: etree._Element,
    name: str,
    items: Sequence[T],
    write: Callable[[etree._Element, T], None],
) -> None:
    """Add a container with ``items``, unless there is none: an empty one is against the rules."""
    if items:
        box = add(parent, name)
        for item in items:
            write(box, item)


def add_user(box: etree._Element, user: User) -> None:
    """Add a coder."""
    add(box, "User", guid=user.guid, name=user.name, id=user.ident)


def add_code(box: etree._Element, code: Code, *, has_notes: bool = True) -> None:
    """Add a code and those below it."""
    element = add(box, "Code", guid=code.guid)
    element.set("name", legal(code.name))
    element.set("isCodable", "true" if code.is_codable else "false")
    if code.color:
        element.set("color", code.color)
    add_text(element, "Description", code.description)
    if has_notes:
        add_refs(element, "NoteRef", code.notes)
    for below in code.codes:
        add_code(element, below, has_notes=has_notes)


def add_variable(box: etree._Element, variable: Variable) -> None:
    """Add a variable."""
    element = add(box, "Variable", guid=variable.guid)
    element.set("name", legal(variable.name))
    element.set("typeOfVariable", variable.kind)
    add_text(element, "Description", variable.description)


def add_values(parent: etree._Element, values: Sequence[Value]) -> None:
    """Add cells; one without a value is missing, which the standard says by leaving it empty."""
    for value in values:
        element = add(parent, "VariableValue")
        add(element, "VariableRef", targetGUID=value.variable)
        if value.text is not None:
            add(element, f"{value.kind}Value").text = legal(value.text)


def add_case(box: etree._Element, case: Case) -> None:
    """Add a case."""
    element = add(box, "Case", guid=case.guid, name=case.name)
    add_text(element, "Description", case.description)
    add_refs(element, "CodeRef", case.codes)
    add_values(element, case.values)
    add_refs(element, "SourceRef", case.sources)
    add_refs(element, "SelectionRef", case.selections)


def add_sources(root: etree._Element, project: Project, convention: Convention) -> None:
    """Add the texts, and the other media that were kept."""
    others = [item for item in project.kept if item.container == "Sources"]
    if not project.sources and not others:
        return
    box = add(root, "Sources")
    for source in project.sources:
        add_source(box, source, FileText.of(source.text).ruler(convention))
    append_kept(box, others)


def add_source(box: etree._Element, source: Source, ruler: Ruler) -> None:
    """Add a text with its selections."""
    element = add(
        box,
        "TextSource",
        guid=source.guid,
        name=source.name,
        plainTextPath=f"{SCHEME}{source.text_guid}.txt",
        creatingUser=source.user,
        creationDateTime=source.created,
    )
    add_text(element, "Description", source.description)
    for item in source.selections:
        add_selection(element, item, ruler)
    add_codings(element, source.codings)
    add_refs(element, "NoteRef", source.notes)
    add_values(element, source.values)


def add_selection(parent: etree._Element, item: Selection, ruler: Ruler) -> None:
    """Add a passage."""
    start, end = ruler.written(item.start, item.end)
    element = add(
        parent,
        "PlainTextSelection",
        guid=item.guid,
        name=item.name,
        startPosition=start,
        endPosition=end,
        creatingUser=item.user,
        creationDateTime=item.created,
    )
    add_text(element, "Description", item.description)
    add_codings(element, item.codings)
    add_refs(element, "NoteRef", item.notes)


def add_codings(parent: etree._Element, codings: Sequence[Coding]) -> None:
    """Add codings of a selection or a source."""
    for coding in codings:
        element = add(
            parent,
            "Coding",
            guid=coding.guid,
            creatingUser=coding.user,
            creationDateTime=coding.created,
        )
        add(element, "CodeRef", targetGUID=coding.code)
        add_refs(element, "NoteRef", coding.notes)


def add_note(box: etree._Element, note: Note) -> None:
    """Add a memo, in the project itself unless it names a file."""
    element = add(
        box,
        "Note",
        guid=note.guid,
        name=note.name,
        plainTextPath=f"{SCHEME}{note.text_guid}.txt" if note.text_guid else None,
        creatingUser=note.user,
        creationDateTime=note.created,
    )
    add_text(element, "Description", note.description)
    if not note.text_guid:
        add(element, "PlainTextContent").text = legal(note.text)


def add_kept(root: etree._Element, name: str, items: Sequence[Kept]) -> None:
    """Add a container of kept elements, unless there is none."""
    if items:
        append_kept(add(root, name), items)


def append_kept(box: etree._Element, items: Sequence[Kept]) -> None:
    """Add elements as they came, in the standard's namespace."""
    for item in items:
        element = in_namespace(item)
        etree.cleanup_namespaces(element)
        box.append(element)


def in_namespace(one: Kept) -> etree._Element:
    """Return a kept element with every name in the standard's namespace."""
    element = etree.fromstring(one.xml)
    for item in element.iter(etree.Element):
        item.tag = f"{{{PROJECT}}}{str(item.tag).rpartition('}')[2]}"
    return element
