"""Elements without a noun here: whether they can go out again, and as what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lxml import etree

from pipeline.exchange.refi.check import BY_USER, REFERENCES
from pipeline.exchange.refi.guids import plain
from pipeline.exchange.refi.model import Kept, Project, walk
from pipeline.exchange.refi.parse import elements_in, get
from pipeline.exchange.refi.structure import is_allowed
from pipeline.exchange.refi.write import in_namespace
from pipeline.exchange.refi.xml import local

FOREIGN = "foreign"
Kinds = dict[str, set[str]]


def kinds_of(project: Project) -> Kinds:
    """Return what each GUID of ``project`` names, as elements are called."""
    pairs: list[tuple[str, Iterable[str]]] = [
        ("User", (item.guid for item in project.users)),
        ("Code", (path[-1].guid for path in walk(project.codes))),
        ("Variable", (item.guid for item in project.variables)),
        ("Case", (item.guid for item in project.cases)),
        ("TextSource", (item.guid for item in project.sources)),
        ("PlainTextSelection", (s.guid for item in project.sources for s in item.selections)),
        ("Note", (item.guid for item in project.notes)),
        ("Coding", coding_guids(project)),
    ]
    found: Kinds = {}
    for kind, guids in pairs:
        for guid in guids:
            found.setdefault(guid, set()).add(kind)
    return found


def coding_guids(project: Project) -> Iterator[str]:
    """Yield the GUIDs of all codings."""
    for source in project.sources:
        yield from (coding.guid for coding in source.codings)
        yield from (coding.guid for item in source.selections for coding in item.codings)


def unfit(one: Kept, kinds: Kinds, members: set[str]) -> str:
    """Return why a kept element cannot go out, empty if it can."""
    if one.container == FOREIGN:
        return "elements of another namespace; the standard forbids them"
    element = in_namespace(one)
    if not all(is_allowed(item) for item in elements_in(element)):
        return "they break the rules of the standard"
    own = [plain(get(item, "guid")) for item in elements_in(element) if get(item, "guid")]
    if len(set(own)) < len(own) or kinds.keys() & set(own):
        return "their GUID is taken"
    if set(one.members) - members:
        return "the files that they refer to are not there"
    return ""


def resolved(items: Sequence[Kept], kinds: Kinds) -> list[Kept]:
    """Return those elements whose references all lead to something that goes out, too."""
    found = {number: in_namespace(one) for number, one in enumerate(items)}
    while True:
        all_kinds = {guid: set(names) for guid, names in kinds.items()}
        for element in found.values():
            for item in elements_in(element):
                all_kinds.setdefault(plain(get(item, "guid")), set()).add(local(item))
        stray = [n for n, element in found.items() if not is_resolved(element, all_kinds)]
        if not stray:
            return [items[number] for number in found]
        for number in stray:
            del found[number]


def is_resolved(element: etree._Element, kinds: Kinds) -> bool:
    """Whether every reference in ``element`` leads to the right kind of thing."""
    for item in elements_in(element):
        wanted = {**REFERENCES.get(local(item), {})}
        wanted |= dict.fromkeys(BY_USER, frozenset({"User"}))
        for attribute, names in wanted.items():
            target = plain(get(item, attribute))
            if target and not (names & kinds.get(target, set()) if names else target in kinds):
                return False
    return True
