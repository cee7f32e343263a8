"""What suggesting and retraining cost: speed beside plain TF-IDF with regressions, and memory.

    python benchmarks/suggest.py [--json FILE] [--segments N] [--many N] [--jobs N]
                                 [--repeats N]

The talk is invented: words by Zipf's law, now and then a phrase from the codebook. Each case runs
in a process of its own. ``suggest`` is the whole stage, reading and writing included, with a model
that is there already; ``first`` learns that model as well. ``plain`` is TF-IDF of words and pairs
and a logistic regression for each code, fitted to as many decisions as ``retrain`` and applied to
as many segments. Each is timed ``--repeats`` times; the best counts, for other work on the machine
only ever adds, and the median of ``suggest`` stands beside it. ``one_core`` is the processor time
of one job. ``many`` are as many as a large study has; ``many_starting`` is the first of those runs,
which loads scikit-learn and starts what it needs, as a command does. Memory is the peak of the
process that suggests with one job.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.core.codebook import Codebook, read_codebook
from pipeline.core.receipts import Part, Receipt, digest_of
from pipeline.core.records import Segment
from pipeline.core.settings import Settings
from pipeline.core.tables import read_rows, to_table, write_table
from pipeline.engine import Engine
from pipeline.suggest import stage
from pipeline.suggest.frame import frame_of

HERE = Path(__file__).resolve().parent
BOOK = HERE.parent / "configs" / "codebooks" / "vcc.yaml"
RESULTS = HERE / "results" / "suggest.json"
N_WORDS = 8_000
MEAN_WORDS = 11
IN_TRANSCRIPT = 100
PHRASED = 0.2  # the share of segments with a phrase from the codebook
N_DECISIONS = 1_000
GOAL_SPEED = 10_000  # segments a second
GOAL_RETRAIN = 5.0  # seconds
GOAL_GROWTH = 100.0  # MB more for ten times the segments
KB = 1024 if sys.platform != "darwin" else 1024**2  # getrusage counts KB, on a Mac bytes


def phrases_of(book: Codebook) -> list[str]:
    """Return the indicators of all codes."""
    return [text for code in book.codable for text in code.indicators]


def write_talk(path: Path, n_segments: int) -> None:
    """Write a table of invented segments, as the stage before does."""
    draw = np.random.default_rng(0)
    sounds = ["ba", "ri", "to", "ne", "lu", "sa", "mi", "ko", "de", "fu"]
    words = ["".join(sounds[int(digit)] for digit in str(number)) for number in range(N_WORDS)]
    phrases = phrases_of(read_codebook(BOOK))
    parts, flat = {}, []
    for transcript in range(n_segments // IN_TRANSCRIPT):
        name, start = f"t{transcript:05}", 0
        mine = []
        for turn in range(IN_TRANSCRIPT):
            places = draw.zipf(1.3, size=1 + draw.poisson(MEAN_WORDS - 1)) % N_WORDS
            said = [words[place] for place in places]
            if draw.random() < PHRASED:
                said.append(str(draw.choice(phrases)))
            text = " ".join(said) + "."
            end, role = start + len(text), ("interviewer", "participant")[turn % 2]
            place = f"{name}:{start}-{end}"
            mine.append(Segment(place, name, turn, role[0], None, role, start, end, text))
            start = end + 1
        parts[name] = Part("", digest_of(mine))
        flat += mine
    write_table(path, to_table(flat, Segment), Receipt("segment", parts=parts, rows_out=len(flat)))


def run_stage(folder: Path, jobs: int) -> float:
    """Suggest anew for all segments in ``folder``; return the seconds."""
    out = folder / "suggestions.parquet"
    out.unlink(missing_ok=True)
    start = time.perf_counter()
    stage.run(
        folder / "segments.parquet",
        out,
        Settings(codebook="vcc"),
        codebook=BOOK,
        models=folder / "models",
        cold=folder.parent / "cold",
        engine=Engine(jobs),
    )
    return time.perf_counter() - start


def suggest_again(folder: Path, jobs: int, repeats: int) -> list[float]:
    """Return the seconds of the first run, which may learn, and of others with the model there."""
    from joblib.externals.loky import get_reusable_executor

    taken = [run_stage(folder, jobs) for _ in range(1 + repeats)]
    get_reusable_executor().shutdown()  # else this process would wait for it to time out
    return taken


def peak_of(folder: Path) -> tuple[float, float, float]:
    """Suggest with one job; return peaks of memory in MB, before and after, and processor time."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    run_stage(folder, 1)
    taken = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return before * KB / 1e6, after * KB / 1e6, taken


def decided(texts: Sequence[str], book: Codebook) -> tuple[Any, Any]:
    """Return which segments people decided on, and what they said: all codes of its phrases.

    The first ones, in a run of transcripts, as coders work.
    """
    rows = np.arange(min(N_DECISIONS, len(texts)))
    said = [
        [any(phrase in texts[row] for phrase in code.indicators) for code in book.codable]
        for row in rows
    ]
    return rows, np.array(said, dtype=float)


def retrain(folder: Path, repeats: int) -> float:
    """Return the seconds that it takes to learn from `N_DECISIONS` segments, at best."""
    from pipeline.learn.classifier import CodebookClassifier

    X = frame_of(to_table(read_rows(folder / "segments.parquet", Segment), Segment))
    book = read_codebook(BOOK)
    rows, labels = decided(X["text"].tolist(), book)
    Y = np.full((len(X), len(book.codable)), np.nan)
    Y[rows] = labels
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        CodebookClassifier(book).fit(X, Y)
        taken.append(time.perf_counter() - start)
    return min(taken)


def plain(folder: Path) -> tuple[float, float]:
    """Return the seconds that plain TF-IDF with regressions takes to learn, and to predict."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts = [row.text for row in read_rows(folder / "segments.parquet", Segment)]
    rows, labels = decided(texts, read_codebook(BOOK))
    start = time.perf_counter()
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)).fit(texts)
    seen = words.transform([texts[row] for row in rows])
    models = [LogisticRegression(C=10).fit(seen, y) for y in labels.T if 0 < y.sum() < len(y)]
    learned = time.perf_counter()
    features = words.transform(texts)
    for model in models:
        model.predict_proba(features)
    return learned - start, time.perf_counter() - learned


def apart(work: Callable[..., Any], *given: Any) -> Any:
    """Return what ``work`` returns in a fresh process, one that may start others."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def measured(given: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Return all figures, by name."""
    small, large = folder / "small", folder / "large"
    for place, size in ((small, given.segments), (large, given.many)):
        place.mkdir()
        apart(write_talk, place / "segments.parquet", size)
    first, *others = apart(suggest_again, small, given.jobs, given.repeats)
    again = min(others)
    learned, predicted = (
        min(each) for each in zip(*(apart(plain, small) for _ in range(2)), strict=True)
    )
    retrained = apart(retrain, small, given.repeats)
    base, peak, one_core = apart(peak_of, small)
    keep_model(folder, given.many)
    _, peak_of_many, many_one_core = apart(peak_of, large)
    starting, *others_of_many = apart(suggest_again, large, given.jobs, 2)
    many = min(others_of_many)
    return {
        "segments": given.segments,
        "jobs": given.jobs,
        "first_s": first,
        "suggest_s": again,
        "suggest_median_s": statistics.median(others),
        "suggest_per_s": given.segments / again,
        "one_core_s": one_core,
        "plain_predict_s": predicted,
        "suggest_x_plain": again / predicted,
        "retrain_s": retrained,
        "plain_learn_s": learned,
        "retrain_x_plain": retrained / learned,
        "memory_before_mb": base,
        "memory_mb": peak,
        "memory_of_many_mb": peak_of_many,
        "many": given.many,
        "many_starting_s": starting,
        "many_starting_per_s": given.many / starting,
        "many_s": many,
        "many_per_s": given.many / many,
        "many_one_core_s": many_one_core,
        "many_one_core_per_s": given.many / many_one_core,
    }


def keep_model(folder: Path, many: int) -> None:
    """Put the model learned on few segments in use for the corpus of ``many``."""
    note = json.loads((folder / "cold" / "fitted.json").read_text(encoding="utf-8"))
    models = folder / "large" / "models"
    models.mkdir()
    (folder / "cold" / note["model_id"]).rename(models / note["model_id"])
    (models / "current").write_text(note["model_id"] + "\n", encoding="utf-8")
    print(f"{many} segments are suggested for with the model learned on few", file=sys.stderr)


def missed(found: dict[str, float]) -> list[str]:
    """Return the goals that were missed."""
    growth = found["memory_of_many_mb"] - found["memory_mb"]
    goals = {
        f"suggest {GOAL_SPEED} segments a second": found["suggest_per_s"] >= GOAL_SPEED,
        f"retrain in {GOAL_RETRAIN:g} s": found["retrain_s"] <= GOAL_RETRAIN,
        f"grow by at most {GOAL_GROWTH:g} MB": growth <= GOAL_GROWTH,
    }
    return [goal for goal, is_reached in goals.items() if not is_reached]


def main() -> int:
    """Measure, print and write; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--segments", type=int, default=10_000)
    parser.add_argument("--many", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = measured(given, Path(folder))
    for name, value in found.items():
        print(f"{name:<20}{value:>12,.2f}")
    misses = missed(found)
    print("\n" + ("\n".join(f"missed: {miss}" for miss in misses) or "every goal is reached"))
    rounded = {name: round(value, 3) for name, value in found.items()}
    report = json.dumps({"figures": rounded, "missed": misses}, indent=1)
    given.json.write_text(report + "\n", encoding="utf-8")
    return int(bool(misses))


if __name__ == "__main__":
    sys.exit(main())
