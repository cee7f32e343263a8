"""What a reader leaves out, counted while it reads."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from pipeline.ingest.blocks import Removed


@dataclass(slots=True)
class Tally:
    """Kinds of removed matter: how often, how many words."""

    counts: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, text: str = "", *, count: int = 1) -> None:
        """Count ``text`` as removed matter of ``kind``."""
        self.counts[kind] += count
        self.words[kind] += len(text.split())

    def take(self, other: Tally) -> None:
        """Add what ``other`` counted."""
        self.counts += other.counts
        self.words += other.words

    def removed(self) -> tuple[Removed, ...]:
        """Return the tally in order of the kinds' names; kinds that never occurred are left out."""
        return tuple(
            Removed(kind, count, self.words[kind])
            for kind, count in sorted(self.counts.items())
            if count
        )
