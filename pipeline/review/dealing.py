"""Who gets what: work is dealt to coders in even shares, a part of it to two of them. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from pipeline.core.draw import number_in

ROUNDING = 1e-9  # 0.2 * 15 is not quite 3


@dataclass(frozen=True, slots=True)
class Unit:
    """What is dealt as a whole: a segment of a random lane, or a transcript.

    ``weight`` counts its segments. ``kept`` are coders who worked on it before: it stays with them.
    ``sighted`` are those to whom something of it was shown; it cannot become blind for them.
    ``is_blind``: whether even a single coder must be blind.
    """

    name: str
    weight: int = 1
    kept: frozenset[str] = frozenset()
    sighted: frozenset[str] = frozenset()
    is_blind: bool = False


class Dealer:
    """Deals the units of one lane; what was dealt before counts when shares are evened out."""

    def __init__(self, coders: Sequence[str], overlap: float, seed: int) -> None:
        self.coders = tuple(sorted(coders))
        self.overlap = overlap
        self.seed = seed
        self.loads: Counter[str] = Counter()
        self.pairs: Counter[tuple[str, ...]] = Counter()
        self.n_units = 0
        self.n_double = 0

    def deal(self, units: Sequence[Unit]) -> dict[str, tuple[str, ...]]:
        """Return the coders of each unit, by its name: two, one, or none if nobody may have it.

        Of all units dealt so far at most the share ``overlap`` goes to two, chosen at random among
        those for which there are two.
        """
        shuffled = sorted(units, key=lambda unit: number_in("overlap", self.seed, unit.name))
        self.n_units += len(units)
        double = self.chosen_for_two(shuffled)
        found = {unit.name: self.two_for(unit) for unit in double}
        single = [unit for unit in shuffled if unit.name not in found]
        for unit in sorted(single, key=lambda unit: -unit.weight):  # the large first evens out best
            found[unit.name] = self.one_for(unit)
        return found

    def chosen_for_two(self, shuffled: Sequence[Unit]) -> list[Unit]:
        """Return the units that two coders get."""
        allowed = math.floor(self.overlap * self.n_units + ROUNDING) - self.n_double
        found = [unit for unit in shuffled if len(self.blind(unit)) > 1][: max(0, allowed)]
        self.n_double += len(found)
        return found

    def blind(self, unit: Unit) -> list[str]:
        """Return the coders for whom a unit can be blind."""
        return [coder for coder in self.coders if coder not in unit.sighted]

    def two_for(self, unit: Unit) -> tuple[str, ...]:
        """Return two coders: of those who had it before, then the pair that had least together."""

        def cost(pair: tuple[str, ...]) -> tuple[int, int, int, float]:
            loads = sum(self.loads[coder] for coder in pair)
            tie = number_in("pair", self.seed, f"{unit.name} {pair}")
            return (-len(unit.kept.intersection(pair)), self.pairs[pair], loads, tie)

        pair = min(combinations(self.blind(unit), 2), key=cost)
        self.pairs[pair] += 1
        self.loads.update(dict.fromkeys(pair, unit.weight))
        return pair

    def one_for(self, unit: Unit) -> tuple[str, ...]:
        """Return one coder: who had it before, else who has least; nobody if none may have it."""
        able = self.blind(unit) if unit.is_blind else self.coders
        if not able:
            return ()

        def cost(coder: str) -> tuple[bool, int, float]:
            tie = number_in("coder", self.seed, f"{unit.name} {coder}")
            return (coder not in unit.kept, self.loads[coder], tie)

        coder = min(able, key=cost)
        self.loads[coder] += unit.weight
        return (coder,)
