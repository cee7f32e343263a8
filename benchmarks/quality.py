"""How good suggestions are, by number of labelled segments, beside what others do.

    python benchmarks/quality.py [--data FOLDER] [--seeds N] [--corpora NAME ...]
                                 [--iqual-python PATH] [--encoder FOLDER] [--json FILE]
                                 [--figure FILE]

The data are coded corpora, a folder each with ``codebook.yaml`` and ``segments.csv``; by default
those in a folder ``shared/data/coded`` beside the checkout. Test are 30 % of the transcripts;
labels are drawn at random from the segments of the others. Every model gets the same draws:

- ``codebook``: ours, which can say something before the first label
- ``project``: the same, with the text of the test transcripts, not their codes, among what it
  learns from, as when a project is trained that already holds them
- ``plain``: TF-IDF of words and pairs, a logistic regression for each code
- ``role``: the same with the speaker's role, and positives weighed as heavy as negatives
- ``iqual``: the pipeline of iQual, if ``--iqual-python`` names a Python that has it
- ``sentences``: vectors of a pretrained sentence encoder, as it is, and a logistic regression for
  each code, if ``--encoder`` names a folder with ``model.onnx`` and ``tokenizer.json``: the head of
  SetFit without its contrastive tuning of the encoder

``ECE`` is the calibration error on unseen transcripts, pooled over codes; ``ECE in`` that on the
segments without labels of the transcripts that have some. Figures are medians over the seeds;
``lead`` is the mean difference in mAP between ours and another, with its standard error over seeds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse as sp
from quality_figure import draw
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.core.codebook import Codebook, read_codebook
from pipeline.learn.calibration import top_mask
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.encoder import MODEL, TOKENIZER, SentenceEncoder, hash_of
from pipeline.learn.metrics import average_precision, calibration_error, recall_in, reliability

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data" / "coded"
RESULTS = HERE / "results" / "quality.json"
FIGURE = HERE.parent / "docs" / "quality.svg"
SIZES = (0, 10, 25, 50, 100, 250, 500)
TEST_SHARE = 0.3
MEASURES = ("mAP", "F1", "recall@1", "recall@3", "ECE", "ECE in")
OURS = "codebook"
COLD = (OURS, "project")  # the only ones with something to say without a label
DIGITS = 4
ROLES = {
    "teacher-move": ("teacher",),
    "student-move": ("student",),
}  # what the names themselves say

Array = np.ndarray[Any, Any]
Figures = dict[str, float | None]


@dataclass(frozen=True)
class Data:
    """A coded corpus: segments, codes applied (rows x codes), codebook."""

    X: pd.DataFrame
    Y: Array
    codebook: Codebook


@dataclass(frozen=True)
class Draw:
    """One draw: which rows are labelled, which may be learned from without labels, which test."""

    data: Data
    train: Array
    labelled: Array

    @property
    def judged(self) -> Array:
        """The rows to be scored: all without labels, test and train."""
        return ~self.labelled


def read_data(folder: Path) -> Data:
    """Return the corpus in ``folder``; codes that hold others are not codable here."""
    X = pd.read_csv(folder / "segments.csv", dtype={"transcript_id": str}, keep_default_na=False)
    applied = [set(cell.split(";")) for cell in X["codes"]]
    used = set().union(*applied)
    book = read_codebook(folder / "codebook.yaml")
    codes = tuple(
        replace(code, codable=code.path in used, roles=ROLES.get(code.dimension, code.roles))
        for code in book.codes
    )
    book = replace(book, codes=codes)
    Y = np.array([[float(code.path in row) for code in book.codable] for row in applied])
    return Data(X, Y, book)


def draw_labels(data: Data, size: int, seed: int) -> Draw:
    """Return a draw of ``size`` labels; 30 % of the transcripts are kept for testing."""
    names = np.array(sorted(set(data.X["transcript_id"])))
    np.random.default_rng(seed).shuffle(names)
    chosen = names[: round(TEST_SHARE * len(names))]
    train = ~data.X["transcript_id"].isin(chosen).to_numpy()
    order = np.random.default_rng(100 + seed).permutation(np.flatnonzero(train))
    return Draw(data, train, np.isin(np.arange(len(train)), order[:size]))


def ours(one: Draw) -> Array:
    """Return probabilities of `CodebookClassifier`."""
    return ours_having_read(one, one.train)


def ours_in_project(one: Draw) -> Array:
    """Return probabilities of `CodebookClassifier`, which has read the test transcripts, too."""
    return ours_having_read(one, np.ones_like(one.train))


def ours_having_read(one: Draw, rows: Array) -> Array:
    """Return probabilities of `CodebookClassifier`, which knows the text of ``rows``."""
    data = one.data
    Y = np.where(one.labelled[:, None], data.Y, np.nan)
    return CodebookClassifier(data.codebook).fit(data.X[rows], Y[rows]).predict_proba(data.X)


def words_of(one: Draw) -> sp.csr_matrix:
    """Return the TF-IDF of words and pairs of all rows."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    return words.fit(one.data.X["text"][one.train]).transform(one.data.X["text"]).tocsr()


def regressions(one: Draw, features: sp.csr_matrix | Array, class_weight: str | None) -> Array:
    """Return the probabilities of a logistic regression for each code that has both labels."""
    Y = one.data.Y
    proba = np.zeros(Y.shape)
    for code, y in enumerate(Y[one.labelled].T):
        if 0 < y.sum() < len(y):
            model = LogisticRegression(C=10, class_weight=class_weight, max_iter=1000)
            model.fit(features[one.labelled], y)
            proba[:, code] = model.predict_proba(features)[:, 1]
    return proba


def plain(one: Draw) -> Array:
    """Return probabilities of logistic regressions on words and pairs."""
    return regressions(one, words_of(one), None)


def with_role(one: Draw) -> Array:
    """Return probabilities of balanced logistic regressions on words, pairs and role."""
    roles = sp.csr_matrix(pd.get_dummies(one.data.X["role"]).to_numpy(dtype=float))
    return regressions(one, sp.hstack([words_of(one), roles]).tocsr(), "balanced")


def iqual_with(python: Path) -> Callable[[Draw], Array]:
    """Return the model that asks iQual in its own environment."""

    def ask(one: Draw) -> Array:
        X = one.data.X
        question = {
            "text": X["text"].tolist(),
            "question": X.groupby("transcript_id")["text"].shift(fill_value="").tolist(),
            "labelled": np.flatnonzero(one.labelled).tolist(),
            "Y": one.data.Y[one.labelled].tolist(),
        }
        answer = subprocess.run(  # noqa: S603  # the person who measures names the program
            [str(python), str(HERE / "quality_iqual.py")],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=True,
        )
        return np.array(json.loads(answer.stdout.splitlines()[-1]))

    return ask


def sentences_with(folder: Path) -> Callable[[Draw], Array]:
    """Return the model of logistic regressions on the vectors of the encoder in ``folder``."""
    files = [(folder / name).read_bytes() for name in (MODEL, TOKENIZER)]
    encoder = SentenceEncoder(folder, hash_of(*files))
    return lambda one: regressions(one, encoder.encode(one.data.X["text"].tolist()), None)


Model = Callable[[Draw], Array]
MODELS: Mapping[str, Model] = {
    OURS: ours,
    "project": ours_in_project,
    "plain": plain,
    "role": with_role,
}


def best_f1(y: Array, score: Array) -> float:
    """Return the highest F1 that any threshold reaches: kind, but alike to every model."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(y[order])
    return float(np.max(2 * hits / (np.arange(1, len(y) + 1) + y.sum())))


def measure(one: Draw, proba: Array) -> Figures:
    """Return every measure for one run."""
    test = ~one.train
    Y, shown = one.data.Y[test], proba[test]
    codes = [code for code in range(Y.shape[1]) if Y[:, code].any()]
    precisions = [average_precision(Y[:, code], shown[:, code]) or 0.0 for code in codes]
    others = one.train & one.judged
    values = (
        float(np.mean(precisions)),
        float(np.mean([best_f1(Y[:, code], shown[:, code]) for code in codes])),
        recall_in(Y, top_mask(shown, 1)),
        recall_in(Y, top_mask(shown, 3)),
        pooled_error(Y, shown),
        pooled_error(one.data.Y[others], proba[others]),
    )
    return dict(zip(MEASURES, values, strict=True))


def pooled_error(Y: Array, proba: Array) -> float | None:
    """Return the calibration error over all codes together."""
    return calibration_error(reliability(Y.ravel(), proba.ravel()))


def one_run(data: Data, model: Model, size: int, seed: int) -> Figures:
    """Return the measures of one model with ``size`` labels."""
    one = draw_labels(data, size, seed)
    return measure(one, model(one))


def curves(data: Data, models: Mapping[str, Model], seeds: int) -> list[dict[str, Any]]:
    """Return a row for each model and number of labels, with the runs of all seeds."""
    return [
        {"model": name, "n": size, "runs": [one_run(data, model, size, s) for s in range(seeds)]}
        for name, model in models.items()
        for size in SIZES
        if size or name in COLD
    ]


def summed_up(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return medians over the runs, and by how much ours leads, with its standard error."""
    best = {row["n"]: row["runs"] for row in rows if row["model"] == OURS}
    found = []
    for row in rows:
        medians = {name: median_of([run[name] for run in row["runs"]]) for name in MEASURES}
        pairs = zip(best[row["n"]], row["runs"], strict=True)
        leads = np.array([mine["mAP"] - other["mAP"] for mine, other in pairs])
        error = leads.std(ddof=1) / np.sqrt(len(leads)) if len(leads) > 1 else np.nan
        lead = {"lead": round(float(leads.mean()), DIGITS), "lead_se": round(float(error), DIGITS)}
        ours_or_other = {} if row["model"] == OURS else lead
        found.append({"model": row["model"], "n": row["n"], **medians, **ours_or_other})
    return found


def median_of(values: Sequence[float | None]) -> float | None:
    """Return the median, None where nothing could be measured."""
    known = [value for value in values if value is not None]
    return round(float(np.median(known)), DIGITS) if known else None


def print_rows(corpus: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one table."""
    print(f"\n{corpus:<12}{'n':>5}  " + "".join(f"{name:>10}" for name in MEASURES) + "   lead")
    for row in rows:
        cells = "".join(f"{row[name]:>10.3f}" for name in MEASURES)
        lead = f"   {row['lead']:+.3f} +- {row['lead_se']:.3f}" if "lead" in row else ""
        print(f"{row['model']:<12}{row['n']:>5}  {cells}{lead}")


def models_of(given: argparse.Namespace) -> dict[str, Model]:
    """Return the models to measure; what is left out is said."""
    models = dict(MODELS)
    if given.iqual_python:
        models["iqual"] = iqual_with(given.iqual_python)
    else:
        print("iQual is left out: name a Python that has it with --iqual-python", file=sys.stderr)
    if given.encoder:
        models["sentences"] = sentences_with(given.encoder)
    else:
        print("No sentence encoder: name a folder that has one with --encoder", file=sys.stderr)
    return models


def main() -> None:
    """Measure, print, write and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--figure", type=Path, default=FIGURE)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--corpora", nargs="*")
    parser.add_argument("--iqual-python", type=Path, help="a Python that has iqual installed")
    parser.add_argument("--encoder", type=Path, help="a folder with model.onnx and tokenizer.json")
    given = parser.parse_args()
    folders = sorted(path.parent for path in given.data.glob("*/segments.csv"))
    if not folders:
        parser.error(f"{given.data}: holds no coded corpora; name a folder with --data")
    models = models_of(given)
    found = {}
    for folder in folders:
        if not given.corpora or folder.name in given.corpora:
            found[folder.name] = summed_up(curves(read_data(folder), models, given.seeds))
            print_rows(folder.name, found[folder.name])
    report = {"seeds": given.seeds, "corpora": found}
    given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    draw(found, given.figure)


if __name__ == "__main__":
    main()
