"""From written labels to speakers: qualifiers dropped, aliases of first use understood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from pipeline.ingest.labels import INTERVIEWER_CODES, PARTICIPANT_CODES, fold, has_role_word

QUALIFIER = re.compile(r"\s*\((?P<inner>[^()]{1,40})\)\s*$")
DIRECTED = re.compile(r"(?:til|to|till|zu|an|à|al|a|naar|tegen|para|per)\s", re.IGNORECASE)
MARKS = "*_ \t\u00a0\u3000"


@dataclass(frozen=True, slots=True)
class Names:
    """How written labels are read; ``aliases`` maps a short label to the long one it stands for."""

    speakers: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)

    def speaker(self, label: str) -> str:
        """Return the speaker whom the written ``label`` names."""
        clean = cleaned(label)
        return self.speakers.get(clean, clean)


@lru_cache(maxsize=65_536)
def cleaned(label: str) -> str:
    """Return ``label`` in NFC with single spaces, without brackets around it or marks behind it."""
    text = " ".join(unicodedata.normalize("NFC", label).split()).strip(MARKS).rstrip("|").strip()
    while len(text) > len("[]") and text[0] + text[-1] in {"[]", "()", "{}", "<>"}:
        text = text[1:-1].strip()
    return text


def resolve(labels: Iterable[str]) -> Names:
    """Return how ``labels`` are to be read, seen together.

    ``X (til I2)``, ``Leo Dion (host)`` and ``E1 (probe)`` beside ``E1`` lose what is in brackets;
    ``Interviewer (I)`` beside ``I`` is ``I``; ``felix (eest)`` stays as it is.
    """
    distinct = dict.fromkeys(map(cleaned, labels))
    folded = {fold(label) for label in distinct}
    speakers, aliases = {}, {}
    for label in distinct:
        match = QUALIFIER.search(label)
        if match is None:
            continue
        base, inner = label[: match.start()].strip(), match["inner"].strip()
        if fold(inner) in folded:
            speakers[label], aliases[inner] = inner, base
        elif fold(base) in folded or DIRECTED.match(inner) or is_role(inner):
            speakers[label] = base
    return Names(speakers, aliases)


def is_role(inner: str) -> bool:
    """Whether what stands in brackets is a role rather than a part of the name."""
    return has_role_word(inner) and fold(inner) not in INTERVIEWER_CODES | PARTICIPANT_CODES
