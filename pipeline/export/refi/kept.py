"""What came in and has no noun here goes out again, if all that it refers to still goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pipeline.exchange.refi.guids import is_guid
from pipeline.exchange.refi.kept import kinds_of, resolved, unfit
from pipeline.exchange.refi.memory import as_variable
from pipeline.exchange.refi.model import Code, Project, Source
from pipeline.export.loss import Loss
from pipeline.export.refi.facts import Facts

KIND = "kept elements"


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
        guid: replace(  # QualCoder stumbles over a note without a date
            note,
            user=note.user if note.user in users else project.user,
            created=note.created or project.created,
        )
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
