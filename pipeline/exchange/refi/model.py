"""What a REFI-QDA project holds, as plain records.

GUIDs are lower case without braces. Offsets of selections are half-open, in code points of the
source's text with LF line ends and no byte order mark; only between `parse` and `settle` are they
as the file has them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

TEXT, BOOLEAN, INTEGER, FLOAT, DATE, DATE_TIME = (
    "Text",
    "Boolean",
    "Integer",
    "Float",
    "Date",
    "DateTime",
)
KINDS = (TEXT, BOOLEAN, INTEGER, FLOAT, DATE, DATE_TIME)


@dataclass(frozen=True, slots=True)
class User:
    """Who coded; ``ident`` is the tool's own short name."""

    guid: str
    name: str
    ident: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A code with those below it; ``notes`` are GUIDs, ``color`` is ``#RRGGBB`` or empty."""

    guid: str
    name: str
    is_codable: bool = True
    color: str = ""
    description: str = ""
    notes: tuple[str, ...] = ()
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A column of cases or sources; ``kind`` is one of `KINDS`."""

    guid: str
    name: str
    kind: str = TEXT
    description: str = ""


@dataclass(frozen=True, slots=True)
class Value:
    """A cell: the variable's GUID and the value as written, None where it is missing."""

    variable: str
    text: str | None
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Case:
    """Somebody or something that sources and selections belong to."""

    guid: str
    name: str
    description: str = ""
    codes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()
    sources: tuple[str, ...] = ()
    selections: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Coding:
    """One code, put there by one user; ``user`` and ``created`` are empty where nobody says."""

    guid: str
    code: str
    user: str = ""
    created: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """A passage; ``name`` is most often its words, perhaps cut."""

    guid: str
    start: int
    end: int
    name: str = ""
    user: str = ""
    created: str = ""
    description: str = ""
    codings: tuple[Coding, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A text; ``codings`` are those of the whole of it, ``text_guid`` names its member file."""

    guid: str
    name: str
    text: str
    text_guid: str = ""
    user: str = ""
    created: str = ""
    description: str = ""
    selections: tuple[Selection, ...] = ()
    codings: tuple[Coding, ...] = ()
    notes: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A memo; ``text_guid`` names its member file, empty if its text stands in the project."""

    guid: str
    name: str
    text: str
    user: str = ""
    created: str = ""
    text_guid: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """An element for which there is no noun here, as XML; ``container`` is where it stood.

    ``container`` is Links, Sets, Graphs or Sources; ``members`` are the files it refers to.
    """

    container: str
    guid: str
    xml: str
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A whole project; ``user``, ``created`` and ``modified`` are its own."""

    name: str
    origin: str = ""
    user: str = ""
    created: str = ""
    modified: str = ""
    users: tuple[User, ...] = ()
    codes: tuple[Code, ...] = ()
    variables: tuple[Variable, ...] = ()
    cases: tuple[Case, ...] = ()
    sources: tuple[Source, ...] = ()
    notes: tuple[Note, ...] = ()
    kept: tuple[Kept, ...] = ()
    description: str = ""
    note_refs: tuple[str, ...] = ()

    @property
    def n_codings(self) -> int:
        """Codings on selections and on whole sources."""
        return sum(
            len(source.codings) + sum(len(one.codings) for one in source.selections)
            for source in self.sources
        )

    @property
    def n_codes(self) -> int:
        """Codes at every depth."""
        return sum(1 for _ in walk(self.codes))


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be read as it stands: which element, and why, in words."""

    guid: str
    what: str
    why: str

    def __str__(self) -> str:
        """Return a line for a report."""
        return f"{self.what} {self.guid or '(no GUID)'}: {self.why}"


def walk(codes: tuple[Code, ...], above: tuple[Code, ...] = ()) -> Iterator[tuple[Code, ...]]:
    """Yield each code with those above it, outermost first, in the order of the tree."""
    for code in codes:
        path = (*above, code)
        yield path
        yield from walk(code.codes, path)
