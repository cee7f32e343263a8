"""References that lead where they should; the others are taken out and listed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from pipeline.exchange.refi.model import (
    Case,
    Code,
    Coding,
    Problem,
    Project,
    Selection,
    Source,
    Value,
    walk,
)


@dataclass(slots=True)
class Sieve:
    """Knows what each GUID names; gathers references that lead elsewhere."""

    kinds: dict[str, set[str]]
    selections: Counter[str]
    problems: list[Problem] = field(default_factory=list)

    @classmethod
    def of(cls, project: Project) -> Sieve:
        """Return a sieve for ``project``."""
        named: dict[str, Iterable[str]] = {
            "user": (item.guid for item in project.users),
            "code": (path[-1].guid for path in walk(project.codes)),
            "variable": (item.guid for item in project.variables),
            "case": (item.guid for item in project.cases),
            "source": (item.guid for item in project.sources),
            "note": (item.guid for item in project.notes),
        }
        kinds: dict[str, set[str]] = {}
        for kind, guids in named.items():
            for guid in guids:
                kinds.setdefault(guid, set()).add(kind)
        marks = Counter(item.guid for source in project.sources for item in source.selections)
        return cls(kinds, marks)

    def leads(self, target: str, kinds: set[str], owner: tuple[str, str]) -> bool:
        """Whether a reference of ``owner`` (GUID, what it is) leads to one of ``kinds``."""
        found = self.kinds.get(target, set())
        if found & kinds:
            return True
        wanted = max(kinds)
        where = f"to a {min(found)}" if found else "nowhere"
        self.problems.append(
            Problem(owner[0], owner[1], f"its {wanted} {target or '(none)'} leads {where}")
        )
        return False

    def notes(self, guids: tuple[str, ...], owner: tuple[str, str]) -> tuple[str, ...]:
        """Return those notes that are there."""
        return tuple(guid for guid in guids if self.leads(guid, {"note"}, owner))

    def coding(self, item: Coding) -> Coding | None:
        """Return a coding with what is sound of it, None if it has no code."""
        owner = (item.guid, "coding")
        if not self.leads(item.code, {"code", "case"}, owner):
            return None
        return replace(item, user=self.user(item.user, owner), notes=self.notes(item.notes, owner))

    def codings(self, items: tuple[Coding, ...]) -> tuple[Coding, ...]:
        """Return the codings that have a code."""
        return tuple(one for item in items if (one := self.coding(item)) is not None)

    def user(self, guid: str, owner: tuple[str, str]) -> str:
        """Return the user if there is one of that GUID, else nobody."""
        return guid if not guid or self.leads(guid, {"user"}, owner) else ""

    def selection(self, item: Selection) -> Selection:
        """Return a selection with what is sound of it."""
        owner = (item.guid, "selection")
        return replace(
            item,
            user=self.user(item.user, owner),
            codings=self.codings(item.codings),
            notes=self.notes(item.notes, owner),
        )

    def source(self, item: Source) -> Source:
        """Return a source with what is sound of it."""
        owner = (item.guid, "source")
        return replace(
            item,
            user=self.user(item.user, owner),
            selections=tuple(map(self.selection, item.selections)),
            codings=self.codings(item.codings),
            notes=self.notes(item.notes, owner),
            values=self.values(item.values, owner),
        )

    def values(self, items: tuple[Value, ...], owner: tuple[str, str]) -> tuple[Value, ...]:
        """Return the cells whose variable is there."""
        return tuple(item for item in items if self.leads(item.variable, {"variable"}, owner))

    def case(self, item: Case) -> Case:
        """Return a case with what is sound of it."""
        owner = (item.guid, f"case {item.name!r:.60}")
        return replace(
            item,
            values=self.values(item.values, owner),
            sources=tuple(s for s in item.sources if self.leads(s, {"source"}, owner)),
            selections=tuple(s for s in item.selections if self.is_one_selection(s, owner)),
        )

    def is_one_selection(self, guid: str, owner: tuple[str, str]) -> bool:
        """Whether exactly one selection has this GUID."""
        n = self.selections[guid]
        if n != 1:
            why = (
                f"{n} selections have the GUID {guid}" if n else f"its selection {guid} is missing"
            )
            self.problems.append(Problem(owner[0], owner[1], why))
        return n == 1

    def code(self, item: Code) -> Code:
        """Return a code with what is sound of it, and those below."""
        return replace(
            item,
            notes=self.notes(item.notes, (item.guid, "code")),
            codes=tuple(map(self.code, item.codes)),
        )


def sound(project: Project) -> tuple[Project, list[Problem]]:
    """Return ``project`` without references that lead nowhere or astray, and a list of those."""
    sieve = Sieve.of(project)
    own = (project.user, "project")
    found = replace(
        project,
        user=sieve.user(project.user, own),
        codes=tuple(map(sieve.code, project.codes)),
        cases=tuple(map(sieve.case, project.cases)),
        sources=tuple(map(sieve.source, project.sources)),
        note_refs=sieve.notes(project.note_refs, own),
        notes=tuple(
            replace(note, user=sieve.user(note.user, (note.guid, "note"))) for note in project.notes
        ),
    )
    return found, sieve.problems
