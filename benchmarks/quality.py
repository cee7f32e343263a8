"""How good suggestions are, by number of labelled segments, beside plain TF-IDF with regression.

    python benchmarks/quality.py [--data FOLDER] [--json FILE] [--seeds N] [--corpora NAME ...]

The data are coded corpora, a folder each with ``codebook.yaml`` and ``segments.csv``; by default
those in a folder ``shared/data/coded`` beside the checkout. Test are 30 % of the transcripts;
labels are drawn at random from the segments of the others. Figures are medians over the seeds.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from pipeline.core.codebook import Codebook, read_codebook
from pipeline.learn.calibration import top_mask
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.metrics import average_precision, calibration_error, recall_in, reliability

DATA = Path(__file__).resolve().parents[1].parent / "shared" / "data" / "coded"
SIZES = (0, 10, 25, 50, 100, 250, 500)
TEST_SHARE = 0.3
MEASURES = ("mAP", "F1", "recall@1", "recall@3", "ECE", "seconds")
ROLES = {
    "teacher-move": ("teacher",),
    "student-move": ("student",),
}  # what the names themselves say

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Data:
    """A coded corpus: segments, codes applied (rows x codes), codebook."""

    X: pd.DataFrame
    Y: Array
    codebook: Codebook


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


def test_rows(data: Data, seed: int) -> Array:
    """Return which rows are for testing: those of 30 % of the transcripts."""
    names = np.array(sorted(set(data.X["transcript_id"])))
    np.random.default_rng(seed).shuffle(names)
    chosen = names[: round(TEST_SHARE * len(names))]
    return data.X["transcript_id"].isin(chosen).to_numpy()


def ours(data: Data, train: Array, labelled: Array, test: Array) -> Array:
    """Return probabilities of `CodebookClassifier`."""
    Y = np.where(labelled[:, None], data.Y, np.nan)[train]
    model = CodebookClassifier(data.codebook).fit(data.X[train], Y)
    return model.predict_proba(data.X[test])


def plain(data: Data, train: Array, labelled: Array, test: Array) -> Array:
    """Return probabilities of a balanced logistic regression on TF-IDF of words and pairs."""
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit(data.X["text"][train])
    seen, new = (words.transform(data.X["text"][rows]) for rows in (labelled, test))
    proba = np.zeros((int(test.sum()), data.Y.shape[1]))
    for code, y in enumerate(data.Y[labelled].T):
        if 0 < y.sum() < len(y):
            model = LogisticRegression(C=10, class_weight="balanced").fit(seen, y)
            proba[:, code] = model.predict_proba(new)[:, 1]
    return proba


def best_f1(y: Array, score: Array) -> float:
    """Return the highest F1 that any threshold reaches: kind, but alike to every model."""
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(y[order])
    return float(np.max(2 * hits / (np.arange(1, len(y) + 1) + y.sum())))


def measure(Y: Array, proba: Array, seconds: float) -> dict[str, float]:
    """Return every measure for one run."""
    codes = [code for code in range(Y.shape[1]) if Y[:, code].any()]
    precisions = [average_precision(Y[:, code], proba[:, code]) or 0.0 for code in codes]
    bins = reliability(Y.ravel(), proba.ravel())
    values = (
        np.mean(precisions),
        np.mean([best_f1(Y[:, code], proba[:, code]) for code in codes]),
        recall_in(Y, top_mask(proba, 1)),
        recall_in(Y, top_mask(proba, 3)),
        calibration_error(bins),
        seconds,
    )
    return {name: float(value or 0) for name, value in zip(MEASURES, values, strict=True)}


Model = Callable[[Data, Array, Array, Array], Array]
MODELS: Mapping[str, Model] = {"codebook": ours, "plain": plain}


def curve(data: Data, seeds: int) -> list[dict[str, Any]]:
    """Return a row for each model and number of labels: medians over ``seeds``."""
    rows = []
    for name, size in product(MODELS, SIZES):
        if size or name == "codebook":
            runs = [one_run(data, name, size, seed) for seed in range(seeds)]
            medians = {m: float(np.median([run[m] for run in runs])) for m in MEASURES}
            rows.append({"model": name, "n": size, **medians})
    return rows


def one_run(data: Data, name: str, size: int, seed: int) -> dict[str, float]:
    """Return the measures of one model with ``size`` labels."""
    test = test_rows(data, seed)
    order = np.random.default_rng(100 + seed).permutation(np.flatnonzero(~test))
    labelled = np.isin(np.arange(len(test)), order[:size])
    start = time.perf_counter()
    proba = MODELS[name](data, ~test, labelled, test)
    return measure(data.Y[test], proba, time.perf_counter() - start)


def print_curve(corpus: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print one table."""
    print(f"\n{corpus:<12}{'n':>5}  " + "".join(f"{name:>10}" for name in MEASURES))
    for row in sorted(rows, key=lambda row: (row["model"], row["n"])):
        cells = "".join(f"{row[name]:>10.3f}" for name in MEASURES)
        print(f"{row['model']:<12}{row['n']:>5}  {cells}")


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--json", type=Path, default=Path("quality.json"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--corpora", nargs="*")
    given = parser.parse_args()
    folders = sorted(path.parent for path in given.data.glob("*/segments.csv"))
    if not folders:
        parser.error(f"{given.data}: holds no coded corpora; name a folder with --data")
    found = {}
    for folder in folders:
        if not given.corpora or folder.name in given.corpora:
            found[folder.name] = curve(read_data(folder), given.seeds)
            print_curve(folder.name, found[folder.name])
    given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
