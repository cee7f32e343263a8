"""Codings of tools that give no GUIDs, gathered into a project."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pipeline.exchange.refi.guids import (
    code_guid,
    derived,
    note_guid,
    selection_guid,
    user_guid,
)
from pipeline.exchange.refi.memory import Map, Memory
from pipeline.exchange.refi.model import (
    Coding,
    Note,
    Problem,
    Project,
    Selection,
    Source,
    User,
)
from pipeline.exchange.refi.offsets import EMPTY, Convention, Inference
from pipeline.exchange.refi.read import Found

PLAIN = Inference(Convention(), 0.0, None, 0.0, EMPTY)  # code points, nothing to measure
REFI = ("qdpx", "qdc")  # whose GUIDs are their own


@dataclass(frozen=True, slots=True)
class By:
    """Who coded, when, and what they noted."""

    coder: str
    created: str = ""
    memo: str = ""


@dataclass(slots=True)
class Gathering:
    """Codings on their way into a project of ``tool``; GUIDs are made of names, so they last."""

    tool: str
    n_codings: int = 0
    problems: list[Problem] = field(default_factory=list)
    users: dict[str, User] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    passages: dict[tuple[str, int, int, str], Selection] = field(default_factory=dict)
    _used: Counter[str] = field(default_factory=Counter)

    def guid(self, kind: str, *key: object) -> str:
        """Return the GUID of something known by ``key``; the second of that key has its own."""
        base = derived(f"{self.tool} {kind}", *key)
        self._used[base] += 1
        return base if self._used[base] == 1 else derived("further", base, self._used[base])

    def user(self, name: str) -> str:
        """Return the GUID of a coder."""
        if name not in self.users:
            self.users[name] = User(self.guid("user", name), name)
        return self.users[name].guid

    def passage(self, source: str, span: tuple[int, int], name: str = "", coder: str = "") -> str:
        """Return the GUID of the passage of a source that one coder, or nobody, marked."""
        key = (source, *span, coder)
        if key not in self.passages:
            user = self.user(coder) if coder else ""
            own = selection_guid(source, *span, coder)
            self.passages[key] = Selection(own, *span, name, user)
        return self.passages[key].guid

    def code(
        self, source: str, span: tuple[int, int], name: str, codes: Sequence[str], by: By
    ) -> None:
        """Add a coding for each of ``codes`` (GUIDs) on a passage; ``name`` is its words."""
        selection = self.passage(source, span, name, by.coder)
        key = (source, *span, by.coder)
        before = self.passages[key]
        user = self.user(by.coder)
        codings = list(before.codings)
        for code in codes:
            guid = self.guid("coding", selection, code)
            notes = (self.note(note_guid(guid), name, by),) if by.memo else ()
            codings.append(Coding(guid, code, user, by.created, notes))
        created = before.created or by.created
        self.passages[key] = replace(before, codings=tuple(codings), created=created)

    def note(self, guid: str, name: str, by: By) -> str:
        """Add a memo and return its GUID."""
        user = self.user(by.coder) if by.coder else ""
        self.notes.append(Note(guid, name[:80], by.memo, user, by.created))
        return guid

    def sources(self, bare: Iterable[Source]) -> tuple[Source, ...]:
        """Return sources with their passages, in the order of the text."""
        found: dict[str, list[Selection]] = {}
        for key in sorted(self.passages):
            found.setdefault(key[0], []).append(self.passages[key])
        return tuple(
            replace(source, selections=tuple(found.get(source.guid, ()))) for source in bare
        )

    def found(self, data: bytes, project: Project) -> Found:
        """Return what the file in ``data`` holds, where offsets are code points already."""
        return Found(
            replace(project, users=tuple(self.users.values()), notes=tuple(self.notes)),
            hashlib.sha256(data).hexdigest(),
            {source.guid: PLAIN for source in project.sources},
            tuple(self.problems),
            n_codings=self.n_codings,
        )


def when(text: str) -> str:
    """Return a time as ISO has it, empty if it is none."""
    try:
        return datetime.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return ""


def with_own_guids(memory: Memory, corpus: str, codebook: str) -> Memory:
    """Return ``memory`` with the corpus's own GUIDs wherever a file had none itself.

    A GUID that was only made of a name must not take the place of the one under which a code or a
    coder went out before.

    Parameters
    ----------
    memory
        What earlier imports left.
    corpus
        The name of the corpus.
    codebook
        The slug of its codebook.
    """
    return Memory(
        tuple(item if item.kind in REFI else owned(item, corpus, codebook) for item in memory.maps)
    )


def owned(item: Map, corpus: str, codebook: str) -> Map:
    """Return one map with the corpus's own GUIDs."""
    columns = {link.guid: derived("variable", corpus, link.column) for link in item.variables}
    return replace(
        item,
        users=tuple(replace(link, guid=user_guid(link.coder)) for link in item.users),
        codes=tuple(
            replace(link, guid=code_guid(codebook, link.code)) if link.code else link
            for link in item.codes
        ),
        variables=tuple(replace(link, guid=columns[link.guid]) for link in item.variables),
        cases=tuple(
            replace(link, guid=derived("case", corpus, link.participant_id)) for link in item.cases
        ),
        sources=tuple(
            replace(
                link,
                guid=derived("source", corpus, link.transcript_id),
                values=tuple((columns[guid], text, kind) for guid, text, kind in link.values),
            )
            for link in item.sources
        ),
    )
