"""A file as it was read, and a corpus as it is, to a plan of what the import does."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pipeline.exchange.intake.codes import Shelf, match
from pipeline.exchange.intake.have import Ask, Brought, Have, Plan, Tale
from pipeline.exchange.intake.people import People, meet
from pipeline.exchange.intake.sources import Placed, place
from pipeline.exchange.refi.guids import user_guid
from pipeline.exchange.refi.memory import CodeLink, Map, SourceLink, UserLink, joined
from pipeline.exchange.refi.model import Coding, Note, Project, Selection, Source, User, walk
from pipeline.exchange.refi.read import Found
from pipeline.exchange.refi.structure import is_form

NAMESPACE = uuid.UUID("1e7ab7a4-4f3f-5c0a-9d57-6c39c5d0a6f1")  # of ids of decisions made here
MODEL = "model "
UNKNOWN = "unknown"
EARLIEST = "1970-01-01T00:00:00Z"
NOT_IN_NAME = re.compile(r"[^\w.@-]+")
LONGEST_NAME = 56


def make_plan(found: Found, have: Have, ask: Ask, *, kind: str = "qdpx") -> Plan:
    """Return what importing a file into a corpus would do; nothing is written.

    Parameters
    ----------
    found
        The file as it was read.
    have
        What is here.
    ask
        What the user wants.
    kind
        The ending of the file.

    Raises
    ------
    InputError
        If a source has the name of a transcript with another text.
    """
    tale = Tale()
    project = found.project
    placed = place(project.sources, have, ask, tale)
    shelf = match(project, have, tale)
    people = meet(project, placed.ids, have, tale)
    coders = Coders.of(project, have, ask, tale)
    taker = Taker(found, have, shelf, coders, tale)
    for source in project.sources:
        taker.source(source, placed.ids[source.guid])
    tell(found, taker, tale)
    names = {coders.names[guid] for guid in coders.used} | taker.strangers
    return Plan(
        map_of(found, have, placed, (shelf, people, coders, taker), kind),
        tuple(taker.brought.values()),
        placed.texts,
        {name: tuple(people.speakers.get(name, ())) for name in placed.texts},
        tuple(sorted(names - have.coders)),
        people.cells,
        tale,
        shelf.codebook,
        shelf.proposal,
    )


@dataclass(slots=True)
class Coders:
    """Coders here by the GUID of a user there; ``models`` are users that are programs of ours."""

    names: dict[str, str] = field(default_factory=dict)
    models: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, project: Project, have: Have, ask: Ask, tale: Tale) -> Coders:
        """Return the coder of each user; two users of one name stay two."""
        found = cls()
        links = {link.guid: link.coder for item in have.memory.maps for link in item.users}
        own = {user_guid(name): name for name in have.coders}
        for user in project.users:
            if user.name.startswith(MODEL) and user.guid == user_guid(user.name):
                found.models.add(user.guid)
                continue
            wanted = ask.renames.get(user.name) or name_of(user)
            known = links.get(user.guid) or own.get(user.guid) or wanted
            number, name = 1, known
            while name in found.names.values():
                number += 1
                name = f"{known}-{number}"
            found.names[user.guid] = name
            if name != user.name:
                tale.notes.append(f"coder {user.name!r} is called {name} here")
        return found


def name_of(user: User) -> str:
    """Return a user's name as a coder's can be."""
    words = (NOT_IN_NAME.sub("-", word).strip("-") for word in (user.name or user.ident).split())
    name = " ".join(word for word in words if word).lstrip("_.@- ")[:LONGEST_NAME].strip()
    return name or f"coder-{user.guid[:4]}"


@dataclass(slots=True)
class Taker:
    """Turns codings into decisions; what it cannot turn it counts."""

    found: Found
    have: Have
    shelf: Shelf
    coders: Coders
    tale: Tale
    brought: dict[tuple[str, str, int, int, str], Brought] = field(default_factory=dict)
    strangers: set[str] = field(default_factory=set)
    used_notes: set[str] = field(default_factory=set)
    waiting: list[str] = field(default_factory=list)
    decided: dict[str, str] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    cases: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.notes = {note.guid: note for note in self.found.project.notes}
        self.cases = frozenset(case.guid for case in self.found.project.cases)

    def source(self, source: Source, transcript_id: str) -> None:
        """Take the codings of one source."""
        digest = hashlib.sha256(source.text.encode("utf-8", "surrogatepass")).hexdigest()
        here = Here(transcript_id, source.text, digest)
        for item in source.selections:
            if not item.codings:
                self.tale.counts["passages without a code"] += 1
            for coding in item.codings:
                self.coding(coding, item, here)
        if source.text:
            for coding in source.codings:
                whole = Selection("", 0, len(source.text), created=source.created)
                self.coding(coding, whole, here)

    def coding(self, coding: Coding, item: Selection, here: Here) -> None:
        """Take one coding, or count why not."""
        if coding.code in self.cases:
            self.tale.counts["codings that are cases"] += 1
            return
        user = coding.user or item.user or self.found.project.user
        if user in self.coders.models:
            self.tale.counts["codings that are suggestions of a model"] += 1
            return
        path = self.shelf.paths.get(coding.code)
        if path is None or not self.is_codable(path):
            self.tale.counts["codings waiting"] += 1
            self.waiting.append(coding.guid)
            return
        coder = self.coders.names.get(user, UNKNOWN)
        self.coders.used |= {user} & self.coders.names.keys()
        if user not in self.coders.names:
            self.strangers.add(UNKNOWN)
        key = (coder, here.transcript_id, item.start, item.end, path)
        one = self.decision(coding, item, here, key)
        before = self.brought.get(key)
        if before is not None:
            self.tale.counts["codings twice"] += 1
            one = replace(before, memo=joined([before.memo or "", one.memo or ""]) or None)
        else:
            self.tale.counts["codings"] += 1
            self.decided[coding.guid] = one.decision_id
        self.brought[key] = one

    def is_codable(self, path: str) -> bool:
        """Whether a code of the corpus can be applied."""
        book = self.shelf.codebook or self.have.codebook
        return book is not None and path in book and book[path].codable

    def decision(
        self, coding: Coding, item: Selection, here: Here, key: tuple[str, str, int, int, str]
    ) -> Brought:
        """Return the decision that a coding is."""
        coder, transcript_id, start, end, path = key
        memo, notes = self.memo(coding, item)
        origin: dict[str, Any] = {"coding": coding.guid, "file": self.found.sha256[:12]}
        if item.guid:
            origin["selection"] = item.guid
        else:
            origin["whole"] = True
        if notes:
            origin["notes"] = notes
        name = "\x1f".join((here.digest, coding.guid, *map(str, key)))
        project = self.found.project
        moments = (coding.created, item.created, project.modified, project.created)
        return Brought(
            str(uuid.uuid5(NAMESPACE, name)),
            coder,
            transcript_id,
            start,
            end,
            here.text[start:end],
            here.digest,
            path,
            memo or None,
            next((found for text in moments if (found := moment(text))), EARLIEST),
            {"import": origin},
        )

    def memo(self, coding: Coding, item: Selection) -> tuple[str, list[str]]:
        """Return the memo of a coding, and the notes that it is made of.

        A selection's description that only repeats the notes of its codings adds nothing.
        """
        refs = [guid for guid in (*coding.notes, *item.notes) if guid in self.notes]
        texts = [self.notes[guid].text for guid in refs]
        every = [self.notes[g].text for c in item.codings for g in c.notes if g in self.notes]
        self.used_notes.update(refs)
        if item.description and not is_made_of(item.description, [*every, *texts]):
            texts.append(item.description)
        return joined(texts), refs


@dataclass(frozen=True, slots=True)
class Here:
    """A transcript: its id, text, and the hash of the text."""

    transcript_id: str
    text: str
    digest: str


def is_made_of(description: str, texts: Sequence[str]) -> bool:
    """Whether a description is nothing but ``texts``, one behind the other."""
    rest = description
    for text in sorted(set(texts), key=len, reverse=True):
        rest = rest.replace(text, "") if text else rest
    return not rest.strip()


def moment(text: str) -> str:
    """Return a time in UTC, empty if it is none; one without a zone is taken as UTC."""
    bare = text.strip()
    if not is_form("dateTime", bare):
        return ""
    if bare.endswith("Z"):
        return bare
    try:
        found = datetime.fromisoformat(bare)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    return found.isoformat().replace("+00:00", "Z")


def tell(found: Found, taker: Taker, tale: Tale) -> None:
    """Add to the tale what could not be read, and what is kept but not used."""
    read = found.project.n_codings
    tale.counts["codings in the file"] = found.n_codings
    tale.counts["codings that cannot be read"] = found.n_codings - read
    tale.to_do += [str(problem) for problem in found.problems]
    tale.notes += vanished(found, taker.have)
    tale.notes += [str(problem) for problem in found.moved]
    tale.notes += [f"not as the standard wants it: {warning}" for warning in found.warnings]
    spare = len(found.project.notes) - len(taker.used_notes)
    if spare:
        tale.counts["notes kept"] = spare
    if found.project.kept:
        tale.counts["elements kept"] = len(found.project.kept)
    if taker.waiting:
        tale.to_do.append(f"{len(taker.waiting)} codings wait for a code; import again then")


def vanished(found: Found, have: Have) -> list[str]:
    """Return how many codings of earlier files on the same sources are not in this one."""
    project = found.project
    here = {source.guid for source in project.sources}
    codings = {
        coding.guid
        for source in project.sources
        for found_codings in (source.codings, *(item.codings for item in source.selections))
        for coding in found_codings
    }
    lines = []
    for item in have.memory.maps:
        gone = item.codings.keys() - codings
        if gone and item.sha256 != found.sha256 and here & {link.guid for link in item.sources}:
            lines.append(
                f"{len(gone)} codings of the file {item.sha256[:12]}, imported before, are not in "
                "this one; nothing was deleted"
            )
    return lines


def map_of(
    found: Found,
    have: Have,
    placed: Placed,
    parts: tuple[Shelf, People, Coders, Taker],
    kind: str,
) -> Map:
    """Return the map that is kept: what became of each element."""
    shelf, people, coders, taker = parts
    project = found.project
    numbers = {item.sha256: item.number for item in have.memory.maps}
    used = taker.used_notes
    return Map(
        found.sha256,
        kind,
        numbers.get(found.sha256, max(numbers.values(), default=0) + 1),
        tuple(
            UserLink(user.guid, user.name, coders.names[user.guid])
            for user in project.users
            if user.guid in coders.names
        ),
        tuple(
            CodeLink(path[-1].guid, path[-1].name, shelf.paths[path[-1].guid], path[-1].notes)
            for path in walk(project.codes)
            if path[-1].guid in shelf.paths
        ),
        tuple(people.variables),
        tuple(people.cases),
        tuple(source_link(source, placed.ids, found) for source in project.sources),
        tuple(note for note in project.notes if note.guid not in used),
        project.kept,
        project.description,
        project.note_refs,
        taker.decided,
    )


def source_link(source: Source, ids: Mapping[str, str], found: Found) -> SourceLink:
    """Return what became of a source."""
    how = found.conventions[source.guid]
    return SourceLink(
        source.guid,
        source.name,
        ids[source.guid],
        source.text_guid,
        source.description,
        source.notes,
        tuple((value.variable, value.text, value.kind) for value in source.values),
        str(how.convention),
        how.score,
        str(how.runner_up or ""),
        how.runner_score,
        how.reason,
    )
