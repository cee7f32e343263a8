"""Sources there to transcripts here: the same text is the same transcript."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.errors import InputError, listed
from pipeline.core.names import is_reserved
from pipeline.exchange.intake.have import Ask, Have, Tale
from pipeline.exchange.refi.guids import derived
from pipeline.exchange.refi.model import Problem, Source
from pipeline.exchange.refi.read import Found

LONGEST = 200  # bytes
UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(slots=True)
class Placed:
    """Where each source went: ``ids`` are transcripts by GUID, ``texts`` those that are new."""

    ids: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)


def safe(name: str) -> str:
    """Return a name as part of an id: letters, digits, ``_``, ``.`` and ``-``."""
    found = UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip("_.")
    while len(found.encode()) > LONGEST:  # it names a file, too
        found = found[: len(found) - 1]
    if is_reserved(found):
        found = f"_{found}"
    return found or "transcript"


def without(found: Found, faults: Mapping[str, str]) -> Found:
    """Return ``found`` without the sources that cannot be transcripts here, which are listed.

    Parameters
    ----------
    found
        The file.
    faults
        Why, by the GUID of the source.
    """
    project = found.project
    kept = tuple(source for source in project.sources if source.guid not in faults)
    problems = tuple(Problem(guid, "source", f"{why}; left out") for guid, why in faults.items())
    gone = {item.guid for s in project.sources if s.guid in faults for item in s.selections}
    cases = tuple(
        replace(
            case,
            sources=tuple(guid for guid in case.sources if guid not in faults),
            selections=tuple(guid for guid in case.selections if guid not in gone),
        )
        for case in project.cases
    )
    return replace(
        found,
        project=replace(project, sources=kept, cases=cases),
        problems=(*found.problems, *problems),
    )


def place(sources: Sequence[Source], have: Have, ask: Ask, tale: Tale) -> Placed:
    """Return the transcript of each source.

    Raises
    ------
    InputError
        ``E_SAME_NAME`` if a source has the name of a transcript with another text, unless the user
        asks for a name of its own.
    """
    placed = Placed()
    by_text: dict[str, list[str]] = {}
    for name in sorted(have.texts):
        by_text.setdefault(have.texts[name], []).append(name)
    taken = {name.casefold() for name in have.texts}
    clashes = []
    for source in sources:
        known = known_as(source, have, by_text, placed)
        if known:
            placed.ids[source.guid] = known
            tale.counts["transcripts known"] += 1
            continue
        wanted = safe(source.name)
        if wanted.casefold() in {name.casefold() for name in have.texts} and not ask.is_renaming:
            clashes.append(f"{source.name}: {wanted} is a transcript with another text")
        own = free(wanted, taken)
        taken.add(own.casefold())
        placed.ids[source.guid], placed.texts[own] = own, source.text
        tale.counts["transcripts new"] += 1
        if own != source.name:
            tale.notes.append(f"transcript {source.name!r} is called {own} here")
    if clashes:
        raise InputError(
            f"{listed(clashes)}. Import with --rename to give it a name of its own, or put the "
            "text back that was coded.",
            code="E_SAME_NAME",
        )
    return placed


def known_as(
    source: Source, have: Have, by_text: Mapping[str, Sequence[str]], placed: Placed
) -> str:
    """Return the transcript that a source is, by its text alone; empty if there is none.

    Of several with the same text: the one that it was before, else of the same name, else one that
    no other source took.
    """
    same = by_text.get(source.text, ())
    if not same:
        return ""
    links = (link for found in have.memory.sources.values() for link in found)
    before = {link.transcript_id for link in links if link.guid == source.guid}
    before |= {name for name in same if derived("source", have.corpus, name) == source.guid}
    free_ones = [name for name in same if name not in placed.ids.values()]
    for names in (
        [name for name in same if name in before],
        [name for name in same if name in {source.name, safe(source.name)}],
        free_ones,
    ):
        if names:
            return names[0]
    return same[0]


def free(wanted: str, taken: set[str]) -> str:
    """Return ``wanted``, with a number behind it if it is taken."""
    number, found = 1, wanted
    while found.casefold() in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found
