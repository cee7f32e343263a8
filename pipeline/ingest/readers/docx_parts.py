"""The parts of a Word document beside its text: styles, lists, and what is no part of the talk."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from pipeline.ingest.readers.archive import broken, open_archive, read_member
from pipeline.ingest.readers.markup import local, parse_xml
from pipeline.ingest.readers.tally import Tally

TYPES = "[Content_Types].xml"
MAIN = "word/document.xml"
KIND = re.compile(
    r"\.(document|template|styles|numbering|footnotes|endnotes|comments|header|footer)"
    r"(?:\.macroEnabled\w*)?(?:\.main)?\+xml$"
)
NAMESPACES = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
)
NOTES = {
    "footnotes": "footnote",
    "endnotes": "endnote",
    "comments": "comment",
    "header": "page header",
    "footer": "page footer",
}
HEADING = re.compile(r"heading ?([1-9])$", re.IGNORECASE)
OFF = frozenset({"0", "false", "off", "none"})
MAX_CHAIN = 20  # styles that stand on one another


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says of text; None where it says nothing. ``level`` is a heading's, from 1."""

    name: str = ""
    is_bold: bool | None = None
    is_hidden: bool | None = None
    level: int = 0
    num_id: str = ""
    list_level: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """A document's root, its styles by id, its default style and its lists."""

    document: etree._Element
    styles: Mapping[str, Style]
    default: Style
    numbering: etree._Element | None


def read_parts(data: bytes, tally: Tally) -> Parts:
    """Return the parts of the Word document in ``data``; ``tally`` takes what is no talk.

    Raises
    ------
    TranscriptError
        If the archive is damaged, unsafe or too large, or holds no document.
    """
    archive = open_archive(data)
    names = part_names(archive)
    document = read_xml(archive, names.get("document", [MAIN])[0])
    if document is None:
        raise broken("it holds no document")
    count_notes(archive, names, tally)
    styles = next(read_all(archive, names.get("styles", [])), None)
    numbering = next(read_all(archive, names.get("numbering", [])), None)
    table = {} if styles is None else styles_of(styles)
    return Parts(document, table, table.get("", Style()), numbering)


def part_names(archive: zipfile.ZipFile) -> dict[str, list[str]]:
    """Return the members of each kind, by the archive's own list of types."""
    names: dict[str, list[str]] = {}
    types = read_xml(archive, TYPES)
    for entry in () if types is None else types:
        found = KIND.search(entry.get("ContentType", ""))
        if found and local(entry) == "Override":
            kind = "document" if found[1] == "template" else found[1]
            names.setdefault(kind, []).append(entry.get("PartName", "").lstrip("/"))
    return names


def read_xml(archive: zipfile.ZipFile, name: str) -> etree._Element | None:
    """Return the root of a member, None if there is no such member."""
    data = read_member(archive, name)
    return parse_xml(data) if data else None


def read_all(archive: zipfile.ZipFile, names: list[str]) -> Iterator[etree._Element]:
    """Yield the roots of those ``names`` that are there."""
    for name in names:
        root = read_xml(archive, name)
        if root is not None:
            yield root


def count_notes(archive: zipfile.ZipFile, names: Mapping[str, list[str]], tally: Tally) -> None:
    """Count foot- and endnotes, comments, page headers and footers as removed."""
    for kind, title in NOTES.items():
        for root in read_all(archive, names.get(kind, [])):
            notes = root if kind.endswith("s") else [root]
            texts = [words_of(note) for note in notes]
            for text in filter(str.strip, texts):  # notes that only draw a line have no words
                tally.add(title, text)


def words_of(element: etree._Element) -> str:
    """Return the words below ``element``, deleted ones too, its paragraphs parted by spaces."""
    texts: list[str] = []
    for child in element.iter():
        name = local(child)
        if name in {"t", "delText"}:
            texts.append(child.text or "")
        elif name in {"p", "br", "tab", "cr"}:
            texts.append(" ")
    return "".join(texts)


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute of WordprocessingML, transitional or strict; empty if it is not there."""
    values = (element.get(f"{{{space}}}{name}") for space in NAMESPACES)
    return next((value for value in values if value is not None), "")


def child_of(element: etree._Element | None, *path: str) -> etree._Element | None:
    """Return the first element down ``path``, None if a step is missing."""
    for name in path:
        if element is None:
            return None
        element = next((child for child in element if local(child) == name), None)
    return element


def switch(properties: etree._Element | None, name: str) -> bool | None:
    """Return whether a property is on or off, None if it is not said."""
    found = child_of(properties, name)
    return None if found is None else attribute(found, "val").lower() not in OFF


def value_of(properties: etree._Element | None, *path: str) -> str:
    """Return the value of the element down ``path``; empty if it is not there."""
    found = child_of(properties, *path)
    return "" if found is None else attribute(found, "val")


def styles_of(root: etree._Element) -> dict[str, Style]:
    """Return all styles by id, each with what it takes from those it stands on; "": the default."""
    elements = {attribute(e, "styleId"): e for e in root if local(e) == "style"}
    base = style_of(root, "", child_of(root, "docDefaults", "rPrDefault"))
    styles = {}
    for key, element in elements.items():
        style = base
        for link in reversed(list(chain(element, elements))):
            style = merged(style, style_of(link, value_of(link, "name"), link))
        styles[key] = style
        is_default = attribute(element, "default") not in {"", *OFF}
        if is_default and attribute(element, "type") == "paragraph":
            styles[""] = style
    return {"": base} | styles


def chain(
    element: etree._Element, elements: Mapping[str, etree._Element]
) -> Iterator[etree._Element]:
    """Yield a style and those it stands on, nearest first; a circle ends."""
    link: etree._Element | None = element
    for _ in range(MAX_CHAIN):
        if link is None:
            return
        yield link
        link = elements.get(value_of(link, "basedOn"))


def style_of(element: etree._Element, name: str, holder: etree._Element | None) -> Style:
    """Return what one style itself says."""
    run, paragraph = child_of(holder, "rPr"), child_of(element, "pPr")
    outline = value_of(paragraph, "outlineLvl")
    return Style(
        name,
        switch(run, "b"),
        switch(run, "vanish"),
        heading_level(name) or (int(outline) + 1 if outline in set("012345678") else 0),
        value_of(paragraph, "numPr", "numId"),
        level_of(value_of(paragraph, "numPr", "ilvl")),
    )


def heading_level(name: str) -> int:
    """Return the level in the name of a heading style, 0 for any other."""
    found = HEADING.match(name)
    return int(found[1]) if found else 0


def level_of(value: str) -> int:
    """Return a list level, 0 to 8; 0 for what is none."""
    return int(value) if value in set("012345678") else 0


def merged(base: Style, style: Style) -> Style:
    """Return ``style`` with what it leaves open taken from ``base``; a name is never inherited."""
    return Style(
        style.name,
        base.is_bold if style.is_bold is None else style.is_bold,
        base.is_hidden if style.is_hidden is None else style.is_hidden,
        style.level or base.level,
        style.num_id or base.num_id,
        style.list_level or base.list_level,
    )
