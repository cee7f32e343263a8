"""Whether the statistics keep their promises, on generated interviews whose truth is known.

    python benchmarks/simulate.py [--repetitions N] [--json FILE] [--seed N]

Four questions. Do intervals of corrected shares hold the true share as often as they say, and are
they narrower than those of people's codes alone? Do intervals of alpha? Is the target met whenever
the formal check says stop? Is a coder who follows wrong suggestions noticed, and one who does not
left alone? Prints a table each and writes benchmarks/results/statistics.json.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.stats.agreement import agreement
from pipeline.stats.estimate import CLEAR, Audit, share
from pipeline.stats.influence import Trial, influence
from pipeline.stats.stopping import Promise, at_best, formal_check, indicative

Array = np.ndarray[Any, Any]
Row = dict[str, float | str | None]
Random = np.random.Generator
Ending = tuple[float, float]  # recall, share read

RESULTS = Path(__file__).resolve().parent / "results" / "statistics.json"
REPETITIONS, SEED = 1_000, 1
OFTENER = 4  # for shares: over a hundred figures are judged by the least of them
SEGMENTS = 40  # an interview
GROUPS = ("all", "group a", "group b")
MIN_POSITIVES = 30
FEW = 15  # interviews, under which intervals are allowed to hold a little less
MOSTLY_WRONG = 0.75  # share of suggestions


def logistic(x: Array) -> Array:
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


@dataclass(frozen=True)
class World:
    """Where interviews come from: how many, how common the code, and how the audit is drawn."""

    n_interviews: int
    base: float
    draw: str

    def truth(self, rng: Random, n_interviews: int) -> tuple[Array, Array, Array]:
        """Return truth, interview and group (true: b) of each segment.

        Interviews differ in how often the code occurs (sd .8 on the logit scale); every second one
        is of group b, where it is half again as common.
        """
        interview = np.repeat(np.arange(n_interviews), SEGMENTS)
        group = interview % 2 == 1
        mood = rng.normal(0, 0.8, n_interviews)[interview]
        chance = logistic(math.log(self.base / (1 - self.base)) + mood + 0.4 * group)
        return (rng.random(len(chance)) < chance).astype(float), interview, group

    def audit(self, rng: Random) -> tuple[Audit, Array, Array]:
        """Return a study with its audit, the truth of all segments, and their groups.

        The machine is worse in group b: it overlooks more there and invents more.
        """
        truth, interview, group = self.truth(rng, self.n_interviews)
        signal = np.where(group, 1.2, 2.4) * truth + 0.5 * group
        noise = rng.normal(0, 1, len(truth))
        score = logistic(math.log(self.base / (1 - self.base)) + signal + noise)
        expected = max(0.15, 100 / len(truth))
        probability = np.full(len(truth), expected)
        if self.draw == "uncertain":  # the doubtful ones up to three times as often
            doubt = 0.5 + np.minimum(score, 1 - score) * 3
            probability = np.clip(expected * doubt / doubt.mean(), 0.02, 1)
        audited = rng.random(len(truth)) < probability
        known = np.where(audited, truth, np.nan)
        return Audit(score, known, audited, probability, interview), truth, group

    def expected(self, seed: int) -> Mapping[str, float]:
        """Return the share of each cell in the field that interviews are drawn from."""
        truth, _, group = self.truth(np.random.default_rng(seed), 40_000)
        return dict(
            zip(GROUPS, (truth.mean(), truth[~group].mean(), truth[group].mean()), strict=True)
        )


WORLDS = [
    World(n, base, draw)
    for n, base, draw in product((10, 20, 40, 60), (0.04, 0.15, 0.40), ("random", "uncertain"))
]


def shares(repetitions: int, seed: int, worlds: list[World] = WORLDS) -> Iterator[Row]:
    """Yield, for each world and cell, how often intervals hold the truth, and how wide they are."""
    for number, world in enumerate(worlds):
        rng = np.random.default_rng((seed, number))
        field = world.expected(seed)
        tallies: dict[str, Tally] = defaultdict(Tally)
        for _ in range(repetitions):
            audit, truth, group = world.audit(rng)
            cells = (np.ones(len(truth), dtype=bool), ~group, group)
            for name, cell in zip(GROUPS, cells, strict=True):
                tallies[name].take(audit, truth, cell, field[name])
        for name, tally in tallies.items():
            yield {
                "interviews": world.n_interviews,
                "base": world.base,
                "draw": world.draw,
                "cell": name,
                **tally.row(),
            }


class Tally:
    """What happened to one cell over all repetitions."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = defaultdict(list)

    def take(self, audit: Audit, truth: Array, cell: Array, field: float) -> None:
        """Note one repetition."""
        here, found = float(truth[cell].mean()), share(audit, cell)
        self.found["positives"].append(truth[cell].sum())
        self.found["told"].append(found.reason is None)
        machine = float(np.mean(audit.score[cell] >= CLEAR))
        spread = 1.96 * math.sqrt(machine * (1 - machine) / cell.sum())
        self.found["counted"].append(abs(machine - here) <= spread)
        if found.reason is not None:
            return
        for name, part, aim in (
            ("these", found.corrected.these, here),
            ("alike", found.corrected.alike, field),
        ):
            self.found[name].append((part.low or 0) <= aim <= (part.high or 1))
        self.found["width"].append(found.corrected.these.width or 0)
        self.found["people"].append(found.people.these.width or 0)
        self.found["error"].append((found.corrected.these.value or 0) - here)

    def row(self) -> Row:
        """Return the means."""
        mean = {name: float(np.mean(values)) for name, values in self.found.items()}
        width = mean.get("width")
        return {
            "positives": mean["positives"],
            "told": mean["told"],
            "these": mean.get("these"),
            "alike": mean.get("alike"),
            "width": None if width is None else width / mean["people"],
            "bias": mean.get("error"),
            "counted": mean["counted"],
        }


def alphas(repetitions: int, seed: int) -> Iterator[Row]:
    """Yield how often the interval of alpha holds that of the field."""
    for number, (n, base) in enumerate(product((8, 15, 20, 30), (0.1, 0.3))):
        rng = np.random.default_rng((seed, 100 + number))
        truth = agreement(*two_coders(rng, 20_000, base)).alpha.value or 0
        found = [agreement(*two_coders(rng, n, base)).alpha for _ in range(repetitions)]
        told = [one for one in found if one.low is not None]
        yield {
            "interviews": n,
            "base": base,
            "alpha": truth,
            "told": len(told) / repetitions,
            "holds": float(np.mean([(o.low or -1) <= truth <= (o.high or 1) for o in told])),
            "width": float(np.mean([o.width or 0 for o in told])),
        }


def two_coders(rng: Random, n_interviews: int, base: float) -> tuple[Array, Array]:
    """Return two coders' ratings; interviews differ in how common and how clear the code is."""
    interview = np.repeat(np.arange(n_interviews), SEGMENTS)
    mood = rng.normal(0, 0.8, n_interviews)[interview]
    chance = logistic(math.log(base / (1 - base)) + mood)
    truth = rng.random(len(chance)) < chance
    unclear = logistic(rng.normal(-2, 0.7, n_interviews))[interview]
    slips = rng.random((2, len(chance))) < np.where(truth, 1.5 * unclear, 0.3 * unclear)
    return (truth ^ slips).astype(float), interview


def stops(repetitions: int, seed: int) -> Iterator[Row]:
    """Yield how often the target was met when the formal check, or the hint, said stop.

    Segments are read by a score that is higher by ``signal`` (in sd) where the code is; after each
    tenth of them so many random unread ones are read as would do at best, if that is at most three
    quarters of the rest.
    """
    for place, (signal, target) in enumerate(product((0.0, 1.5), (0.90, 0.95))):
        rng = np.random.default_rng((seed, 200 + place))
        promise = Promise(target)
        formal, hints = zip(
            *(read_on(rng, 2_000, signal, promise) for _ in range(repetitions)), strict=True
        )
        early = [one for one in formal if one[1] < 1]
        told = [one for one in hints if one is not None]
        yield {
            "signal": signal,
            "target": target,
            "met": float(np.mean([recall >= target for recall, _ in formal])),
            "early": len(early) / repetitions,
            **ending_of("early", early, target),
            "hint": len(told) / repetitions,
            **ending_of("hint", told, target),
        }


def ending_of(name: str, endings: list[Ending], target: float) -> Row:
    """Return how often the target was met and how much reading was saved."""
    return {
        f"{name} met": float(np.mean([e[0] >= target for e in endings])) if endings else None,
        f"{name} saves": float(np.mean([1 - e[1] for e in endings])) if endings else None,
    }


def read_on(rng: Random, n: int, signal: float, promise: Promise) -> tuple[Ending, Ending | None]:
    """Return how reading ends by formal checks, and where the hint would first have ended it.

    One in twenty of the ``n`` segments carries the code.
    """
    n_codes = n // 20
    truth = np.zeros(n, dtype=int)
    truth[:n_codes] = 1
    truth = truth[np.argsort(-(signal * truth + rng.normal(0, 1, n)))]
    hint = None
    for read in range(n // 10, n, n // 10):
        p = indicative(truth[:read], n, promise)
        if p is not None and p < 1 - promise.confidence:
            hint = (truth[:read].sum() / n_codes, read / n)
            break
    unread, found, turn = truth, 0, 0
    while len(unread) > n // 10:
        found += int(unread[: n // 10].sum())
        unread = unread[n // 10 :]
        wanted = at_best(found, len(unread), promise.level(turn + 1), promise) if found else n
        if wanted > 3 * len(unread) / 4:
            continue
        turn += 1
        is_drawn = np.isin(np.arange(len(unread)), rng.permutation(len(unread))[:wanted])
        hits = int(unread[is_drawn].sum())
        check = formal_check(found, len(unread), (wanted, hits), turn, promise)
        found, unread = found + hits, unread[~is_drawn]
        if check.may_stop:
            return (found / n_codes, 1 - len(unread) / n), hint
    return (1.0, 1.0), hint


def influences(repetitions: int, seed: int) -> Iterator[Row]:
    """Yield how often an alarm is raised: 200 suggested segments, of which so many are wrong."""
    for number, (wrong, followed) in enumerate(
        product((0.40, 0.60, MOSTLY_WRONG, 0.90), (0.0, 0.3))
    ):
        rng = np.random.default_rng((seed, 300 + number))
        alarms = [
            influence(suggested(rng, wrong, followed)).codes[0].pull.is_alarming
            for _ in range(repetitions)
        ]
        yield {"wrong": wrong, "followed": followed, "alarms": float(np.mean(alarms))}


def suggested(rng: Random, wrong: float, followed: float) -> Trial:
    """Return 200 segments of ten interviews with one code suggested, half of them assisted.

    The code is there in the rest; coders with a hint take over ``followed`` of the wrong ones.
    """
    n = 200
    interview = np.arange(n) % 10
    mood = rng.normal(0, 0.5, 10)[interview]
    truth = rng.random(n) < logistic(math.log((1 - wrong) / wrong) + mood)
    order = rng.permutation(n)
    assisted = np.zeros(n, dtype=bool)
    for one in range(10):
        assisted[order[interview[order] == one][: n // 20]] = True
    applied = truth | (assisted & (rng.random(n) < followed))
    return Trial(applied[None], np.ones((1, n), bool), assisted, np.full(n, 0.5), interview)


SIMULATIONS: Mapping[str, Callable[[int, int], Iterator[Row]]] = {
    "shares": shares,
    "alpha": alphas,
    "stopping": stops,
    "influence": influences,
}


def verdict(tables: Mapping[str, list[Row]]) -> dict[str, Any]:
    """Return the figures that the promises are about."""
    cells = [
        row
        for row in tables["shares"]
        if number(row, "positives") >= MIN_POSITIVES and row["these"] is not None
    ]
    wide = [row for row in tables["alpha"] if number(row, "interviews") >= FEW]
    case = {
        number(row, "followed"): row for row in tables["influence"] if row["wrong"] == MOSTLY_WRONG
    }
    return {
        "cells": len(cells),
        "least coverage, these interviews": min(number(row, "these") for row in cells),
        "least coverage, people like these": min(
            number(row, "alike") for row in cells if number(row, "interviews") >= FEW
        ),
        "least coverage, people like these, under 15 interviews": min(
            (number(row, "alike") for row in cells if number(row, "interviews") < FEW), default=None
        ),
        "mean width by people's codes alone": float(np.mean([number(r, "width") for r in cells])),
        "greatest width by people's codes alone": max(number(row, "width") for row in cells),
        "least coverage of alpha from 15 interviews": min(number(row, "holds") for row in wide),
        "least share of runs with the target met": min(
            number(row, "met") for row in tables["stopping"]
        ),
        "power of the alarm at 75 % wrong": number(case[0.3], "alarms"),
        "most false alarms": max(
            number(row, "alarms") for row in tables["influence"] if row["followed"] == 0
        ),
    }


def number(row: Row, name: str) -> float:
    """Return a cell of a row as a number."""
    value = row[name]
    return float("nan") if value is None else float(value)


def shown(value: float | str | None) -> str:
    """Return a cell as text."""
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def main() -> None:
    """Run all simulations, print their tables, write the file."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    times = dict.fromkeys(SIMULATIONS, options.repetitions)
    times["shares"] *= OFTENER
    tables = {}
    for name, simulate in SIMULATIONS.items():
        began = time.process_time()
        rows = tables[name] = list(simulate(times[name], options.seed))
        print(f"\n{name} ({time.process_time() - began:.0f} s)")
        print("  ".join(f"{head:>10}" for head in rows[0]))
        for row in rows:
            print("  ".join(f"{shown(value):>10}" for value in row.values()))
    found = verdict(tables)
    print()
    for name, value in found.items():
        print(f"{name:<56} {shown(value)}")
    told = {"repetitions": times, "seed": options.seed, "verdict": found, **tables}
    options.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
