"""What went out and what did not: counted thing by thing, so that the numbers add up."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Count:
    """One kind of thing: ``n_in`` there were, ``n_out`` went out.

    ``changed`` counts those of the latter that are not what they were, by reason; ``left_out``
    those that stayed behind.
    """

    n_in: int = 0
    n_out: int = 0
    changed: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    @property
    def adds_up(self) -> bool:
        """Whether everything either went out or stayed behind for a reason."""
        return self.n_in == self.n_out + self.left_out.total()

    def to_mapping(self) -> Mapping[str, Any]:
        """Return the counts for JSON: in = out + changed + left out."""
        n_changed = self.changed.total()
        return {
            "in": self.n_in,
            "out": self.n_out - n_changed,
            "changed": n_changed,
            "left_out": self.left_out.total(),
            "why_changed": dict(sorted(self.changed.items())),
            "why_left_out": dict(sorted(self.left_out.items())),
        }


@dataclass(slots=True)
class Loss:
    """The loss report of one export; ``warnings`` are what the other tool may make of it."""

    kinds: dict[str, Count] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def __getitem__(self, kind: str) -> Count:
        """Return the count of a kind of thing, a fresh one the first time."""
        return self.kinds.setdefault(kind, Count())

    def out(self, kind: str, n: int = 1) -> None:
        """Note that ``n`` things went out as they are."""
        self[kind].n_in += n
        self[kind].n_out += n

    def changed(self, kind: str, why: str, n: int = 1) -> None:
        """Note that ``n`` of the things that went out are not what they were."""
        if n:
            self[kind].changed[why] += n

    def left(self, kind: str, why: str, n: int = 1) -> None:
        """Note that ``n`` things stayed behind."""
        if n:
            self[kind].n_in += n
            self[kind].left_out[why] += n

    @property
    def is_nothing(self) -> bool:
        """Whether everything went out as it is."""
        return not any(count.changed or count.left_out for count in self.kinds.values())

    @property
    def lines(self) -> list[str]:
        """The report in short: a line for each reason."""
        found = []
        for kind, count in self.kinds.items():
            for word, reasons in (("changed", count.changed), ("left out", count.left_out)):
                for why, n in sorted(reasons.items()):
                    noun = kind.removesuffix("s") if n == 1 else kind
                    found.append(f"{n:,} {noun} {word}: {why}")
        return found

    def to_json(self, **head: object) -> str:
        """Return the report as JSON, with what the export was asked for in front."""
        kinds = {kind: count.to_mapping() for kind, count in self.kinds.items()}
        told = {**head, "kinds": kinds, "lost_nothing": self.is_nothing, "warnings": self.warnings}
        return json.dumps(told, ensure_ascii=False, indent=1) + "\n"
