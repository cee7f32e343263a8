"""Which column of a table of coded passages is which: as the user says, else by usual names."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence

from pipeline.core.config import nearest
from pipeline.core.errors import InputError

NEEDED = ("transcript", "quote", "code")
ROLES = (*NEEDED, "coder", "memo", "start", "end", "date")
OWN = {
    "transcript": "transcript_id",
    "quote": "quote",
    "code": "code",
    "coder": "coders",
    "memo": "memo",
    "start": "start",
    "end": "end",
}
LAYOUTS: Mapping[str, Mapping[str, str]] = {  # a table with all of these columns is one of theirs
    "Glossator": OWN,
    "Taguette": {"transcript": "document", "quote": "content", "code": "tag"},
    "ATLAS.ti": {
        "transcript": "document",
        "quote": "quotation content",
        "code": "codes",
    },
    "Dedoose": {
        "transcript": "media title",
        "quote": "excerpt copy",
        "code": "codes applied combined",
    },
}
MORE: Mapping[str, Mapping[str, str]] = {  # of such a table, if they are there
    "ATLAS.ti": {"memo": "comment", "coder": "created by"},
    "Dedoose": {"coder": "excerpt creator", "date": "excerpt date"},
}
USUAL: Mapping[str, frozenset[str]] = {
    "transcript": frozenset(
        (
            "transcript",
            "transcript id",
            "document",
            "document name",
            "document title",
            "file",
            "filename",
            "file name",
            "source",
            "interview",
            "media title",
        )
    ),
    "quote": frozenset(
        (
            "quote",
            "quotation",
            "quotation content",
            "text",
            "segment",
            "coded segment",
            "coded text",
            "excerpt",
            "excerpt copy",
            "content",
            "passage",
            "highlight",
        )
    ),
    "code": frozenset(
        ("code", "codes", "tag", "tags", "label", "labels", "theme", "codes applied combined")
    ),
    "coder": frozenset(
        ("coder", "coders", "created by", "coded by", "author", "owner", "excerpt creator")
    ),
    "memo": frozenset(("memo", "comment", "note")),
    "start": frozenset(("start", "start offset")),
    "end": frozenset(("end", "end offset")),
    "date": frozenset(("date", "created", "excerpt date")),
}


def parse_columns(text: str) -> dict[str, str]:
    """Return the columns that ``transcript=Document,quote=Text,code=Code`` names by their role.

    A name with a comma stands in quotation marks: ``"quote=Text, whole"``.

    Raises
    ------
    InputError
        ``E_COLUMNS`` if a part is no such pair, or its role is unknown or named twice.
    """
    found: dict[str, str] = {}
    for part in next(csv.reader([text], skipinitialspace=True), []):
        role, is_pair, name = (piece.strip() for piece in part.partition("="))
        if not is_pair or not name or role not in ROLES or role in found:
            raise InputError(
                f"--columns {part}: must be a role, '=' and a column{nearest(role, ROLES)}. Name "
                "each role once.",
                code="E_COLUMNS",
            )
        found[role] = name
    return found


def columns_in(head: Sequence[str], asked: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each role's column in the head of a table.

    Parameters
    ----------
    head
        The names of columns, as written.
    asked
        Columns that the user named by role; if any, only these count.

    Raises
    ------
    InputError
        ``E_COLUMNS`` if a column is not there, stands there twice, or nobody can tell which it is.
    """
    names = [squeezed(name) for name in head]
    wanted = {role: squeezed(name) for role, name in asked.items()} or known_layout(names)
    if wanted:
        found = {role: place_of(name, role, head, names) for role, name in wanted.items()}
    else:
        found = by_usual_names(head, names)
    missing = [role for role in NEEDED if role not in found]
    if missing:
        raise unclear(f"no column is known to be the {missing[0]}", head)
    return found


def known_layout(names: Sequence[str]) -> dict[str, str]:
    """Return the columns of the tool whose table this is, empty if it is nobody's."""
    tool = tool_of(names)
    more = {r: name for r, name in MORE.get(tool, {}).items() if names.count(name) == 1}
    return {**{r: squeezed(name) for r, name in LAYOUTS.get(tool, {}).items()}, **more}


def tool_of(head: Sequence[str]) -> str:
    """Return the tool whose table has these columns, empty if none is known."""
    names = {squeezed(name) for name in head}
    tools = (
        tool for tool, layout in LAYOUTS.items() if set(map(squeezed, layout.values())) <= names
    )
    return next(tools, "")


def by_usual_names(head: Sequence[str], names: Sequence[str]) -> dict[str, int]:
    """Return the columns that are called as such columns are; a role with two is nobody's."""
    found: dict[str, int] = {}
    for role, usual in USUAL.items():
        places = [place for place, name in enumerate(names) if name in usual]
        if len(places) > 1 and role in NEEDED:
            both = " and ".join(repr(head[place]) for place in places[:2])
            raise unclear(f"{both} may both be the {role}", head)
        if len(places) == 1:
            found[role] = places[0]
    return found


def place_of(name: str, role: str, head: Sequence[str], names: Sequence[str]) -> int:
    """Return where a column stands."""
    if names.count(name) != 1:
        n = names.count(name)
        raise unclear(f"{n or 'no'} columns are called {name!r}, which is the {role}", head)
    return names.index(name)


def squeezed(name: str) -> str:
    """Return the name of a column as it is compared."""
    return " ".join(name.replace("_", " ").split()).casefold()


def unclear(what: str, head: Sequence[str]) -> InputError:
    """Return the error for a table whose columns are not known."""
    shown = ", ".join(repr(name[:40]) for name in head[:30] if name.strip()) or "none"
    return InputError(
        f"{what}; its columns are {shown}. Name them: --columns "
        "transcript=..,quote=..,code=..[,coder=..][,memo=..][,start=..,end=..][,date=..]",
        code="E_COLUMNS",
    )


def is_own(head: Sequence[str]) -> bool:
    """Whether a table is one that Glossator exports."""
    return tool_of(head) == "Glossator"
