"""What came in and has no noun here goes out again, if all that it refers to still goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from lxml import etree

from pipeline.exchange.refi.check import BY_USER, REFERENCES
from pipeline.exchange.refi.guids import is_guid, plain
from pipeline.exchange.refi.memory import as_variable
from pipeline.exchange.refi.model import Code, Kept, Project, Source, walk
from pipeline.exchange.refi.parse import elements_in, get
from pipeline.exchange.refi.structure import PROJECT, is_allowed
from pipeline.exchange.refi.xml import local
from pipeline.export.loss import Loss
from pipeline.export.refi.facts import Facts

KIND = "kept elements"
FOREIGN = "foreign"
Kinds = dict[str, set[str]]


def with_kept(project: Project, facts: Facts, loss: Loss) -> Project:
    """Return ``project`` with the spare notes, links, sets and other media of earlier imports."""
    project = with_variables(with_notes(project, facts, loss), facts)
    kinds = kinds_of(project)
    found = []
    for item, one in facts.memory.kept:
        why = unfit(one, kinds, {name for sha, name in facts.members if sha == item.sha256})
        if why:
            loss.left(KIND, why)
        else:
            found.append(one)
    kept = resolved(found, kinds)
    loss.out(KIND, len(kept))
    loss.left(KIND, "they refer to something that is not in the file", len(found) - len(kept))
    return replace(project, kept=tuple(kept))


def with_notes(project: Project, facts: Facts, loss: Loss) -> Project:
    """Return ``project`` with the notes on codes, sources and itself that came in."""
    users = {user.guid for user in project.users}
    used = set(kinds_of(project))
    spare = {
        guid: replace(note, user=note.user if note.user in users else "")
        for guid, note in facts.memory.notes.items()
        if is_guid(guid) and guid not in used
    }
    loss.out(KIND, len(spare))
    loss.left(KIND, "notes whose GUID is none or taken", len(facts.memory.notes) - len(spare))
    links = {link.guid: link.notes for link in facts.memory.codes.values()}
    links |= {one.guid: one.notes for found in facts.memory.sources.values() for one in found}
    own = [guid for item in facts.memory.maps for guid in item.note_refs if guid in spare]
    about = next((item.description for item in facts.memory.maps if item.description), "")
    return replace(
        project,
        codes=tuple(code_with_notes(code, links, spare) for code in project.codes),
        sources=tuple(source_with_notes(source, links, spare) for source in project.sources),
        notes=(*project.notes, *(spare[guid] for guid in sorted(spare))),
        description=about,
        note_refs=tuple(dict.fromkeys(own)),
    )


def code_with_notes(
    code: Code, links: Mapping[str, tuple[str, ...]], spare: Mapping[str, object]
) -> Code:
    """Return a code with references to its notes, and those below it."""
    return replace(
        code,
        notes=tuple(guid for guid in links.get(code.guid, ()) if guid in spare),
        codes=tuple(code_with_notes(item, links, spare) for item in code.codes),
    )


def source_with_notes(
    source: Source, links: Mapping[str, tuple[str, ...]], spare: Mapping[str, object]
) -> Source:
    """Return a source with references to its notes."""
    return replace(
        source, notes=tuple(guid for guid in links.get(source.guid, ()) if guid in spare)
    )


def with_variables(project: Project, facts: Facts) -> Project:
    """Return ``project`` with the variables that its sources need and no participant has."""
    known = {variable.guid for variable in project.variables}
    links = [link for item in facts.memory.maps for link in item.variables]
    needed = {value.variable for source in project.sources for value in source.values} - known
    found = {link.guid: as_variable(link) for link in links if link.guid in needed}
    known |= found.keys()
    sources = tuple(
        replace(source, values=tuple(v for v in source.values if v.variable in known))
        for source in project.sources
    )
    further = tuple(found[guid] for guid in sorted(found))
    return replace(project, variables=project.variables + further, sources=sources)


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


def in_namespace(one: Kept) -> etree._Element:
    """Return a kept element with every name in the standard's namespace."""
    element = etree.fromstring(one.xml)
    for item in elements_in(element):
        item.tag = f"{{{PROJECT}}}{local(item)}"
    return element


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
