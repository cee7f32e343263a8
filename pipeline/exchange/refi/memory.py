"""What earlier imports left for the next export: GUIDs to keep, and things without a noun here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pipeline.core.broken import BROKEN_JSON
from pipeline.core.errors import InputError
from pipeline.exchange.refi.model import Kept, Note, Value, Variable

FORMAT = "glossator-import/1"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class UserLink:
    """A coder there and here."""

    guid: str
    name: str
    coder: str


@dataclass(frozen=True, slots=True)
class CodeLink:
    """A code there, and its path here, None while it waits for the codebook."""

    guid: str
    name: str
    code: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VariableLink:
    """A variable there, and its column in the participants table here."""

    guid: str
    name: str
    kind: str
    description: str
    column: str


@dataclass(frozen=True, slots=True)
class CaseLink:
    """A case there, and the participant here.

    ``spans`` are (transcript_id, start, end, GUID of the selection); ``sources`` transcript ids.
    """

    guid: str
    name: str
    description: str
    participant_id: str
    sources: tuple[str, ...] = ()
    spans: tuple[tuple[str, int, int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class SourceLink:
    """A source there, and the transcript here; ``values`` are (variable's GUID, text, kind)."""

    guid: str
    name: str
    transcript_id: str
    text_guid: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()
    values: tuple[tuple[str, str | None, str], ...] = ()
    convention: str = ""
    score: float = 0.0
    runner_up: str = ""
    runner_score: float = 0.0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Map:
    """What became of each element of one imported file; ``number`` counts imports from 1."""

    sha256: str
    kind: str
    number: int
    users: tuple[UserLink, ...] = ()
    codes: tuple[CodeLink, ...] = ()
    variables: tuple[VariableLink, ...] = ()
    cases: tuple[CaseLink, ...] = ()
    sources: tuple[SourceLink, ...] = ()
    notes: tuple[Note, ...] = ()
    kept: tuple[Kept, ...] = ()
    description: str = ""
    note_refs: tuple[str, ...] = ()
    codings: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the map as JSON."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1)
        return text + "\n"

    @classmethod
    def from_json(cls, data: bytes, where: str) -> Map:
        """Return the map that `to_json` wrote (`InputError` if it is none)."""
        try:
            raw = json.loads(data)
            known = {FORMAT: cls}[raw.pop("format")]
            return known(**{key: PARTS[key](value) for key, value in raw.items()})
        except BROKEN_JSON as error:
            raise InputError(
                f"{where}: this is no map of an import ({error!s:.80}). Put it back from a copy, "
                "or delete it and import the file beside it again.",
                code="E_MAP",
            ) from error


def many(kind: type[T]) -> Any:
    """Return what makes a tuple of ``kind`` of a list of tables."""
    return lambda rows: tuple(kind(**{k: frozen(v) for k, v in row.items()}) for row in rows)


def frozen(value: Any) -> Any:
    """Return lists as tuples, all the way down."""
    return tuple(map(frozen, value)) if isinstance(value, list) else value


PARTS: Mapping[str, Any] = {
    "sha256": str,
    "kind": str,
    "number": int,
    "users": many(UserLink),
    "codes": many(CodeLink),
    "variables": many(VariableLink),
    "cases": many(CaseLink),
    "sources": many(SourceLink),
    "notes": many(Note),
    "kept": many(Kept),
    "description": str,
    "note_refs": tuple,
    "codings": dict,
}


@dataclass(frozen=True, slots=True)
class Memory:
    """All maps of a corpus, the oldest first; the first that knows a thing is believed."""

    maps: tuple[Map, ...] = ()

    @classmethod
    def of(cls, maps: Iterable[Map]) -> Memory:
        """Return the memory that ``maps`` make up, whatever their order."""
        return cls(tuple(sorted(maps, key=lambda item: (item.number, item.sha256))))

    @property
    def users(self) -> dict[str, str]:
        """GUIDs by coder."""
        return first((link.coder, link.guid) for item in self.maps for link in item.users)

    @property
    def codes(self) -> dict[str, CodeLink]:
        """Codes by path."""
        links = (link for item in self.maps for link in item.codes)
        return first((link.code, link) for link in links if link.code is not None)

    @property
    def variables(self) -> dict[str, VariableLink]:
        """Variables by column."""
        return first((link.column, link) for item in self.maps for link in item.variables)

    @property
    def cases(self) -> dict[str, list[CaseLink]]:
        """Cases by participant: what each file says of them."""
        return grouped((x.participant_id, x) for item in self.maps for x in item.cases)

    @property
    def sources(self) -> dict[str, list[SourceLink]]:
        """Sources by transcript: what each file says of them."""
        return grouped((x.transcript_id, x) for item in self.maps for x in item.sources)

    @property
    def notes(self) -> dict[str, Note]:
        """Spare notes by GUID."""
        return first((note.guid, note) for item in self.maps for note in item.notes)

    @property
    def kept(self) -> list[tuple[Map, Kept]]:
        """Kept elements, each with the file that it came in, each once."""
        found = {(one.guid, one.xml): (item, one) for item in self.maps for one in item.kept}
        return list(found.values())

    def variable_of(self, guid: str) -> Variable | None:
        """Return the variable with this GUID, None if no file had it."""
        links = (link for item in self.maps for link in item.variables)
        link = next((link for link in links if link.guid == guid), None)
        return None if link is None else as_variable(link)


def read_memory(folder: Path) -> Memory:
    """Return what the imports in ``folder`` left; nothing if there is no such folder.

    Raises
    ------
    InputError
        If a map is damaged.
    """
    paths = sorted(folder.glob("*.map.json"))
    return Memory.of(Map.from_json(path.read_bytes(), path.name) for path in paths)


def as_variable(link: VariableLink) -> Variable:
    """Return a variable as it came."""
    return Variable(link.guid, link.name, link.kind, link.description)


def values_of(link: SourceLink) -> tuple[Value, ...]:
    """Return the cells that a source came with."""
    return tuple(Value(*cell) for cell in link.values)


def first(pairs: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return pairs as a table in which the first of a key counts."""
    found: dict[str, T] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found


def grouped(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    """Return the values of each key in their order."""
    found: dict[str, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def joined(texts: Sequence[str]) -> str:
    """Return texts as paragraphs, equal ones once, blank ones not at all."""
    return "\n\n".join(dict.fromkeys(text for text in texts if text.strip()))
