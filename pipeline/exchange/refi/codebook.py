"""Codes of a codebook to codes of REFI-QDA and back; descriptions read well and parse back."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.codebook import COLOR, SLUG
from pipeline.core.codebook import Code as OwnCode
from pipeline.exchange.refi.guids import code_guid
from pipeline.exchange.refi.model import Code

HEADS = ("include", "exclude", "indicators", "examples", "roles", "aliases")
ID = "id"
ITEM = "- "
FIRST = 2  # the number of a second code of the same id
SHORT = re.compile("#[0-9a-fA-F]{3}")
NOT_SLUG = re.compile("[^a-z0-9]+")
NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Shelved:
    """A code that came in: its path here, its fields, and the GUID and the name it came with."""

    guid: str
    code: OwnCode


def describe(code: OwnCode) -> str:
    """Return all that a codebook says of a code but its name and colour, as plain text."""
    fields = [(head, getattr(code, head)) for head in HEADS]
    own = code.path.rpartition(".")[2]
    if slug_of(code.name) != own:  # the name alone would not bring it back
        fields.append((ID, (own,)))
    paragraphs = [
        "\n".join([f"{head.capitalize()}:", *(ITEM + item for item in items)])
        for head, items in fields
        if items
    ]
    return "\n\n".join([code.definition, *paragraphs] if code.definition else paragraphs)


def parse_description(text: str) -> dict[str, str | tuple[str, ...]]:
    """Return the fields that `describe` wrote; any other text is the definition as a whole."""
    found: dict[str, str | tuple[str, ...]] = {}
    paragraphs = text.replace("\r\n", "\n").strip("\n").split("\n\n")
    for number, paragraph in enumerate(paragraphs):
        head, items = headed(paragraph)
        if head and head not in found:
            found[head] = items
        elif number == 0:
            found["definition"] = " ".join(paragraph.split())
        else:
            return {"definition": " ".join(text.split())}
    return found


def headed(paragraph: str) -> tuple[str, tuple[str, ...]]:
    """Return the field that a paragraph is and its items; no field if it is free text."""
    first, *lines = paragraph.split("\n")
    head = first.removesuffix(":").lower()
    is_ours = first == f"{head.capitalize()}:" and head in {*HEADS, ID}
    if not is_ours or not lines or not all(line.startswith(ITEM.rstrip()) for line in lines):
        return "", ()
    return head, tuple(line.removeprefix(ITEM.rstrip()).strip() for line in lines)


def slug_of(name: str) -> str:
    """Return an id made of a name: small letters and digits of ASCII, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return NOT_SLUG.sub("-", plain).strip("-") or "code"


def tree_of(
    codes: Sequence[OwnCode], codebook: str, guids: Mapping[str, str] = NONE
) -> tuple[Code, ...]:
    """Return the codes of a codebook as a tree, in the order of the file.

    Parameters
    ----------
    codes
        Parents before children.
    codebook
        Its slug, from which GUIDs are derived.
    guids
        GUIDs that came in earlier, by path: these are kept.
    """
    below: dict[str | None, list[OwnCode]] = {}
    known = {code.path for code in codes}
    for code in codes:
        below.setdefault(code.parent if code.parent in known else None, []).append(code)

    def branch(parent: str | None) -> tuple[Code, ...]:
        return tuple(
            Code(
                guids.get(code.path) or code_guid(codebook, code.path),
                code.name,
                code.codable,
                code.color,
                describe(code),
                codes=branch(code.path),
            )
            for code in below.get(parent, ())
        )

    return branch(None)


def shelve(
    codes: Sequence[Code], *, parent: str = "", taken: frozenset[str] = frozenset()
) -> list[Shelved]:
    """Return a tree of codes as those of a codebook, parents before children.

    Parameters
    ----------
    codes
        Of one level.
    parent
        The path above them, empty at the top.
    taken
        Ids that siblings have already.
    """
    found: list[Shelved] = []
    used = dict.fromkeys(taken, FIRST)
    for code in codes:
        fields = parse_description(code.description)
        wanted = fields.pop(ID, ("",))[0]
        own = free_id(wanted if SLUG.fullmatch(wanted) else slug_of(code.name), used)
        path = f"{parent}.{own}" if parent else own
        found.append(Shelved(code.guid, own_code(code, path, fields)))
        found += shelve(code.codes, parent=path)
    return found


def free_id(wanted: str, used: dict[str, int]) -> str:
    """Return ``wanted``, with a number behind it if it is used, and note what is returned.

    ``used`` gives the number that may be free next, by id.
    """
    found = wanted
    while found in used:
        found = f"{wanted}-{used[wanted]}"
        used[wanted] += 1
    used[found] = FIRST
    return found


def own_code(code: Code, path: str, fields: Mapping[str, str | tuple[str, ...]]) -> OwnCode:
    """Return a code as a codebook has it; a colour that is none is left out."""
    name = " ".join(code.name.split()) or path.rpartition(".")[2]
    made = OwnCode(path, name, color=color_of(code.color), codable=code.is_codable)
    return replace(made, **fields)  # type: ignore[arg-type]  # the fields that `describe` knows


def color_of(text: str) -> str:
    """Return a colour as ``#rrggbb``, empty if it is none."""
    if SHORT.fullmatch(text):
        return "#" + "".join(2 * digit for digit in text[1:])
    return text if COLOR.fullmatch(text) else ""
