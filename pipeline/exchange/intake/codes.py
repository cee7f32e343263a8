"""Codes there to codes here: by GUID, by path of names, by a name that occurs once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.codebook import Code as OwnCode
from pipeline.core.codebook import Codebook
from pipeline.exchange.codebooks import checked, in_tree_order
from pipeline.exchange.intake.have import Have, Tale
from pipeline.exchange.refi.codebook import shelve, slug_of
from pipeline.exchange.refi.guids import code_guid
from pipeline.exchange.refi.model import Code, Project, walk

VERSION = "imported"


@dataclass(slots=True)
class Shelf:
    """Where each code went: ``paths`` by GUID, None for one that waits.

    ``codebook`` is a new one for a corpus without; ``proposal`` the old one with what is missing.
    """

    paths: dict[str, str | None] = field(default_factory=dict)
    codebook: Codebook | None = None
    proposal: Codebook | None = None


def folded(name: str) -> str:
    """Return a name as it is compared: white space squeezed, case put aside."""
    return " ".join(name.split()).casefold()


def match(project: Project, have: Have, tale: Tale) -> Shelf:
    """Return the code here of each code there; a code with the GUID of a case is none."""
    cases = {case.guid for case in project.cases}
    coded = coded_guids(project)
    tree = tuple(opened(code, coded, tale) for code in without(project.codes, cases))
    if have.codebook is None:
        return fresh(tree, have, tale)
    shelf = Shelf()
    names = Names.of(have.codebook, tree)
    for path in walk(tree):
        shelf.paths[path[-1].guid] = found_path(path, have, names)
    tale.counts["codes known"] = sum(path is not None for path in shelf.paths.values())
    missing = [path for path in walk(tree) if shelf.paths[path[-1].guid] is None]
    if missing:
        shelf.proposal = proposed(have.codebook, missing, shelf)
        tale.counts["codes waiting"] = len(missing)
        shown = ", ".join(" / ".join(code.name for code in path) for path in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""  # noqa: PLR2004  # as many as are shown
        tale.to_do.append(f"codes that the codebook does not have: {shown}{more}")
    return shelf


def coded_guids(project: Project) -> set[str]:
    """Return the GUIDs of the codes on which a coding stands."""
    return {
        coding.code
        for source in project.sources
        for codings in (source.codings, *(item.codings for item in source.selections))
        for coding in codings
    }


def without(codes: Sequence[Code], cases: set[str]) -> tuple[Code, ...]:
    """Return ``codes`` without those that are cases."""
    return tuple(
        replace(code, codes=without(code.codes, cases)) for code in codes if code.guid not in cases
    )


def opened(code: Code, coded: set[str], tale: Tale) -> Code:
    """Return a code that can be applied if it was, and those below it."""
    is_closed = code.guid in coded and not code.is_codable
    if is_closed:
        tale.notes.append(f"code {code.name!r} only holds others together, and codings stand on it")
    return replace(
        code,
        is_codable=code.is_codable or is_closed,
        codes=tuple(opened(item, coded, tale) for item in code.codes),
    )


def fresh(tree: Sequence[Code], have: Have, tale: Tale) -> Shelf:
    """Return a shelf with a new codebook made of the codes of the file."""
    found = shelve(tree)
    tale.counts["codes new"] = len(found)
    shelf = Shelf({item.guid: item.code.path for item in found})
    slug = f"{slug_of(have.corpus)}-imported"
    shelf.codebook = checked(Codebook(slug, VERSION, tuple(item.code for item in found)))
    return shelf


def merged(project: Project, book: Codebook, tale: Tale) -> Codebook:
    """Return ``book`` with what the codes of ``project`` say.

    Codes that are in both keep their ids and names, take the words of the file, and the name there
    becomes an alias; codes that only the file has are added; none goes.
    """
    have = Have(book.slug, codebook=book)
    shelf = match(project, have, tale)
    fields = {item.guid: item.code for item in shelve(project.codes)}
    taken = {path: fields[guid] for guid, path in shelf.paths.items() if path is not None}
    codes = (shelf.proposal or book).codes
    return checked(replace(book, codes=tuple(reworded(c, taken.get(c.path)) for c in codes)))


def reworded(code: OwnCode, said: OwnCode | None) -> OwnCode:
    """Return a code with the words of another, where that has any."""
    if said is None:
        return code
    aliases = dict.fromkeys((*code.aliases, *said.aliases))
    if folded(said.name) not in names_of(code):
        aliases[said.name] = None
    return replace(
        code,
        definition=said.definition or code.definition,
        include=said.include or code.include,
        exclude=said.exclude or code.exclude,
        indicators=said.indicators or code.indicators,
        examples=said.examples or code.examples,
        roles=said.roles or code.roles,
        aliases=tuple(aliases),
        color=said.color or code.color,
        codable=said.codable,
    )


@dataclass(frozen=True, slots=True)
class Names:
    """The names of a codebook: codes by path of names, and by names that occur once."""

    paths: Mapping[tuple[str, ...], str]
    single: Mapping[str, str]

    @classmethod
    def of(cls, book: Codebook, tree: Sequence[Code]) -> Names:
        """Return the names of ``book``; those that ``tree`` has twice are not single."""
        by_path = {code.path: code for code in book.codes}
        paths: dict[tuple[str, ...], str] = {}
        counts: Counter[str] = Counter()
        for code in book.codes:
            counts.update(names_of(code))
            for chain in chains(code, by_path):
                paths.setdefault(chain, code.path)
        there = Counter(folded(path[-1].name) for path in walk(tuple(tree)))
        single = {
            name: code.path
            for code in book.codes
            for name in names_of(code)
            if counts[name] == 1 and there[name] == 1
        }
        return cls(paths, single)


def names_of(code: OwnCode) -> set[str]:
    """Return all that a code is called: its name, its id, its aliases."""
    return {folded(name) for name in (code.name, code.path.rpartition(".")[2], *code.aliases)}


def chains(code: OwnCode, by_path: Mapping[str, OwnCode]) -> list[tuple[str, ...]]:
    """Return every path of names that leads to a code."""
    above = by_path.get(code.parent or "")
    before = chains(above, by_path) if above is not None else [()]
    return [(*chain, name) for chain in before for name in sorted(names_of(code))]


def found_path(path: tuple[Code, ...], have: Have, names: Names) -> str | None:
    """Return the code here that the last of ``path`` is, None if there is none."""
    book, guid = have.codebook, path[-1].guid
    if book is None:
        return None
    for link in (link for item in have.memory.maps for link in item.codes):
        if link.guid == guid and link.code is not None and link.code in book:
            return link.code
    for code in book.codes:
        if code_guid(book.slug, code.path) == guid:
            return code.path
    chain = tuple(folded(code.name) for code in path)
    return names.paths.get(chain) or names.single.get(chain[-1])


def proposed(book: Codebook, missing: Sequence[tuple[Code, ...]], shelf: Shelf) -> Codebook:
    """Return ``book`` with the missing codes below those that their parents are here."""
    added: list[OwnCode] = []
    own = dict(shelf.paths)
    for path in missing:
        parent = next((own[c.guid] for c in reversed(path[:-1]) if own.get(c.guid)), None) or ""
        siblings = frozenset(
            code.path.rpartition(".")[2]
            for code in (*book.codes, *added)
            if (code.parent or "") == parent
        )
        [item] = shelve([replace(path[-1], codes=())], parent=parent, taken=siblings)
        added.append(item.code)
        own[item.guid] = item.code.path
    codes = in_tree_order((*book.codes, *added))
    return replace(book, codes=codes, warnings=())
