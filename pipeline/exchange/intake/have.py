"""What is here before an import, and what an import brings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.codebook import Codebook
from pipeline.exchange.refi.memory import Map, Memory


@dataclass(frozen=True, slots=True)
class Have:
    """A corpus as an import finds it; all of it may be empty.

    ``texts`` are canonical texts by transcript id; ``cells`` are the filled cells of the
    participants table by participant and column, ``labels`` their labels; ``coders`` those who may
    decide.
    """

    corpus: str
    texts: Mapping[str, str] = field(default_factory=dict)
    codebook: Codebook | None = None
    memory: Memory = field(default_factory=Memory)
    columns: tuple[str, ...] = ()
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    coders: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ask:
    """What the user wants of an import.

    ``renames`` are names of coders there and here; ``is_renaming`` says that a text whose name is
    taken by another text gets a name of its own.
    """

    is_renaming: bool = False
    renames: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Brought:
    """One coding as a decision that the log is to take; ``detail`` says where it came from."""

    decision_id: str
    coder: str
    transcript_id: str
    start: int
    end: int
    quote: str
    text_sha256: str
    code: str
    memo: str | None
    decided_at: str
    detail: Mapping[str, Any]


@dataclass(slots=True)
class Tale:
    """What is told of an import: counts, and lines for what a person should look at.

    ``notes`` are worth knowing, ``to_do`` wait for somebody.
    """

    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    to_do: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do.

    ``texts`` are new transcripts; ``speakers`` says who speaks from where to where in them;
    ``people`` are cells to be added to the participants table; ``codebook`` is the file to be
    written where the corpus has none, ``proposal`` one for a person to look at.
    """

    map: Map
    decisions: tuple[Brought, ...]
    texts: Mapping[str, str]
    speakers: Mapping[str, tuple[tuple[int, int, str], ...]]
    coders: tuple[str, ...]
    people: Mapping[str, Mapping[str, str]]
    tale: Tale
    codebook: Codebook | None = None
    proposal: Codebook | None = None
