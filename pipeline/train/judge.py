"""How good a model is on interviews that it has not seen, and how that compares with another.

**Unseen**: every score that counts comes from a fit that never met the interview (`unseen`).

**Fair**: the model in use has met many of these interviews, so its file may not be asked. Its
recipe is instead fitted on the labels that it had (its card keeps them) outside the fold, and
asked about the same fold. Both sides then differ only in what is new: labels, codebook or recipe.
Where no model is in use, the other side is the cold start: the same recipe without labels.

**Blind**: only decisions taken with nothing of the machine's in sight count as the truth. Without
any, all decisions are used, and the judgement says so, for they flatter the model that was seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np

from pipeline.core.settings import Settings
from pipeline.engine import Engine
from pipeline.learn.metrics import (
    Estimate,
    Table,
    average_precision,
    calibration_error,
    cross,
    jackknife,
    ratio,
    recall_in,
    reliability,
)
from pipeline.train.ballot import Array
from pipeline.train.examples import Examples
from pipeline.train.trust import Cells, Trust, trust_in
from pipeline.train.unseen import BLIND, Scores, Side, Truth, Unseen, ask, truth_of

MEASURES = ("average_precision", "precision", "recall", "f1", "recall_at_3", "calibration_error")
MIN_FOR_CALIBRATION = 20  # positives; below, one code's error is mostly chance
MIN_INTERVIEWS = 2
MIN_CODERS = 2
EVERY_CODE = slice(0, -2)  # the last two columns are macro and micro


@dataclass(frozen=True, slots=True)
class CodeScore:
    """What is known of one code; each measure with its interval by interview.

    ``gain`` is the average precision less the other side's. ``human_f1`` and ``human_kappa``
    compare coder with coder, blind, on ``n_double`` pairs of judgements; ``model_to_human`` is the
    model's F1 over theirs.
    """

    code: str
    n_positive: int
    n_segments: int
    n_interviews: int
    measures: Mapping[str, Estimate]
    gain: Estimate
    n_double: int
    human_f1: float | None
    human_kappa: float | None
    model_to_human: float | None


@dataclass(frozen=True, slots=True)
class CoderGain:
    """The gain by the word of one coder alone."""

    coder: str
    n_interviews: int
    gain: Estimate


@dataclass(frozen=True, slots=True)
class Judgement:
    """How good a model is, on what basis, and how much better than ``rival``.

    ``macro`` is the mean over codes, ``micro`` pools all of them; there, recall_at_3 is the mean
    share of a segment's codes among its three likeliest. ``gain`` is the macro average precision
    less the rival's, over the codes of both; ``coders`` has it by the blind decisions of each coder
    alone, where there are several. ``problem`` says why there are no numbers.
    """

    basis: str
    n_segments: int
    n_interviews: int
    rival: str
    problem: str = ""
    is_weighted: bool = False
    codes: tuple[CodeScore, ...] = ()
    macro: Mapping[str, Estimate] = field(default_factory=dict)
    micro: Mapping[str, Estimate] = field(default_factory=dict)
    rival_macro: Mapping[str, Estimate] = field(default_factory=dict)
    rival_micro: Mapping[str, Estimate] = field(default_factory=dict)
    gain: Estimate = field(default_factory=lambda: Estimate(None))
    coders: tuple[CoderGain, ...] = ()
    trust: Trust | None = None


def judge(
    examples: Examples,
    new: Unseen,
    rival: Side,
    settings: Settings,
    *,
    engine: Engine | None = None,
) -> Judgement:
    """Return how good a recipe and its labels are, beside those of ``rival``.

    Parameters
    ----------
    examples
        The segments and the truth; see `Examples`.
    new
        What the judged side says of interviews that it has not seen.
    rival
        Whom it is compared with, on the same folds; codes that only one has are not compared.
    settings
        Of them ``seed`` matters.
    engine
        How many processes fit at once; the numbers do not depend on it.
    """
    truth = truth_of(examples)
    problem = problem_of(truth)
    basis = truth.basis, len(truth.rows), truth.n_interviews, rival.name
    if problem:
        return Judgement(*basis, problem=problem)
    asked = ask(examples, rival, new.deal, engine or Engine())
    ours, theirs = Measured(truth, new.of(truth)), Measured(truth, asked.of(truth))
    return Judgement(
        *basis,
        is_weighted=truth.weight is not None,
        codes=tuple(code_scores(examples, truth, ours, theirs)),
        macro=ours.estimates(-2),
        micro=ours.estimates(-1),
        rival_macro=theirs.estimates(-2),
        rival_micro=theirs.estimates(-1),
        gain=gain(ours, theirs, EVERY_CODE),
        coders=tuple(gains_by_coder(examples, truth, (ours.scores, theirs.scores))),
        trust=trust_in(cells_of(truth, ours.scores[0]), seed=settings.seed),
    )


def problem_of(truth: Truth) -> str:
    """Return why there is nothing to say, or an empty text."""
    if truth.n_interviews < MIN_INTERVIEWS:
        return (
            f"{truth.basis} stand in {truth.n_interviews} interview"
            f"{'' if truth.n_interviews == 1 else 's'}; judging wants at least {MIN_INTERVIEWS}, "
            "some to learn from and some to be asked about"
        )
    if not (truth.Y == 1).any():
        return f"no code was applied in {truth.basis}"
    if not ((truth.Y == 1).any(axis=0) & (truth.Y == 0).any(axis=0)).any():
        return (
            f"in {truth.basis} every code was applied to all of {len(truth.rows)} segments or to "
            "none, so there is nothing to tell apart"
        )
    return ""


class Measured:
    """The measures of one side: measures x (codes, macro, micro), and without each interview."""

    def __init__(self, truth: Truth, scores: Sequence[Scores]) -> None:
        self.scores = scores
        keeps = [truth.groups != group for group in range(-1, truth.n_interviews)]
        found = np.array(
            [mean_known(np.array([measure(truth, keep, s) for s in scores])) for keep in keeps]
        )
        self.values, self.left_out = found[0], found[1:]  # no interview is number -1

    def estimates(self, column: int) -> dict[str, Estimate]:
        """Return each measure of one column with its interval."""
        return {
            name: jackknife(self.values[row, column], self.left_out[:, row, column], (0, 1))
            for row, name in enumerate(MEASURES)
        }


def measure(truth: Truth, keep: Array, scores: Scores) -> Array:
    """Return measures x (codes, macro, micro) of one repeat on the rows to ``keep``."""
    Y, part = truth.Y[keep], scores.where(keep)
    weight = np.ones(len(Y)) if truth.weight is None else truth.weight[keep]
    columns = zip(Y.T, part.proba.T, part.shown.T, part.short.T, strict=True)
    by_code = np.array([one_code(*column, weight) for column in columns]).T
    cells = cells_of(truth, scores, keep)
    known = ~np.isnan(Y) & ~np.isnan(part.proba)
    micro = one_code(cells.y, cells.score, part.shown[known], part.short[known], cells.weight)
    micro[MEASURES.index("recall_at_3")] = number(recall_in(Y, part.short, weight))
    return np.column_stack([by_code, mean_known(by_code.T), micro])


def one_code(y: Array, proba: Array, shown: Array, short: Array, weight: Array) -> Array:
    """Return the measures of one column of scores."""
    if np.isnan(proba).any() or not len(y):
        return np.full(len(MEASURES), np.nan)
    lists = cross(y, shown.astype(float), weight)
    enough = np.sum(y == 1) >= MIN_FOR_CALIBRATION
    found = (
        average_precision(y, proba, weight) if (y == 0).any() else None,
        lists.precision,
        lists.recall,
        lists.f1 if (y == 1).any() else None,
        cross(y, short.astype(float), weight).recall,
        calibration_error(reliability(y, proba, weight)) if enough else None,
    )
    return np.array([number(value) for value in found])


def cells_of(truth: Truth, scores: Scores, keep: Array | None = None) -> Cells:
    """Return all judged cells of all codes, one after another, of the rows to ``keep``."""
    keep = np.ones(len(truth.rows), dtype=bool) if keep is None else keep
    Y, proba = truth.Y[keep], scores.proba[keep]
    known = ~np.isnan(Y) & ~np.isnan(proba)
    weight = np.ones(len(Y)) if truth.weight is None else truth.weight[keep]
    of_rows = (
        np.broadcast_to(row[:, None], Y.shape)[known] for row in (weight, truth.groups[keep])
    )
    return Cells(Y[known], proba[known], *of_rows)


def gain(ours: Measured, theirs: Measured, columns: slice) -> Estimate:
    """Return how much higher our average precision is, over the codes that both sides have."""
    row = MEASURES.index("average_precision")
    more = mean_known((ours.values - theirs.values)[row, columns])
    without_each = mean_known((ours.left_out - theirs.left_out)[:, row, columns].T)
    return jackknife(float(more), without_each)


def gains_by_coder(
    examples: Examples, truth: Truth, scores: Sequence[Sequence[Scores]]
) -> Iterator[CoderGain]:
    """Yield the gain on what each coder decided blind, if more than one did."""
    if truth.basis != BLIND or len(examples.ratings) < MIN_CODERS:
        return
    for coder, rated in examples.ratings.items():
        Y = rated[truth.rows]
        keep = np.asarray(~np.isnan(Y).all(axis=1))
        _, groups = np.unique(truth.groups[keep], return_inverse=True)
        weight = None if truth.weight is None else truth.weight[keep]
        part = Truth(truth.basis, truth.rows[keep], Y[keep], groups, weight)
        ours, theirs = (Measured(part, [each.where(keep) for each in side]) for side in scores)
        yield CoderGain(coder, part.n_interviews, gain(ours, theirs, EVERY_CODE))


def code_scores(
    examples: Examples, truth: Truth, ours: Measured, theirs: Measured
) -> Iterator[CodeScore]:
    """Yield what is known of each code."""
    for column, code in enumerate(examples.codes):
        y = truth.Y[:, column]
        measures = ours.estimates(column)
        double = coders_compared(examples, column)
        f1, human = measures["f1"].value, double.f1
        yield CodeScore(
            code,
            n_positive=int((y == 1).sum()),
            n_segments=int((~np.isnan(y)).sum()),
            n_interviews=len(set(truth.groups[y == 1])),
            measures=measures,
            gain=gain(ours, theirs, slice(column, column + 1)),
            n_double=int(double.both + double.first + double.second + double.neither),
            human_f1=human,
            human_kappa=double.kappa,
            model_to_human=ratio(f1, human) if f1 is not None and human is not None else None,
        )


def coders_compared(examples: Examples, column: int) -> Table:
    """Return blind coder against blind coder, all pairs together."""
    pairs = combinations((rated[:, column] for rated in examples.ratings.values()), 2)
    return sum((cross(one, other) for one, other in pairs), start=Table(0, 0, 0, 0))


def mean_known(values: Array) -> Array:
    """Return the mean over the first axis of what is not nan; nan where all is."""
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    total = np.where(known, values, 0).sum(axis=0)
    return np.asarray(np.where(n > 0, total / np.maximum(n, 1), np.nan))


def number(value: float | None) -> float:
    """Return ``value`` with nan for None, for arrays."""
    return np.nan if value is None else value
