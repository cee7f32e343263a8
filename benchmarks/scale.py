"""How ingest, segment and suggest grow with the corpus: time, processor, memory, bytes.

    python benchmarks/scale.py [--sizes 100,1000,10000] [--ways 1,2,cluster] [--json FILE]

Interviews come from `scale_corpus.py`. A way is a number of processes, or two workers of a Dask
cluster on this machine. Each run is a process of its own; memory is the peak of the whole tree of
processes, shared pages counted once. ``again`` is a run with nothing to do. ``plain`` is one
process with pandas, TF-IDF of words and pairs and a logistic regression for each code, from the
same files to a table of probabilities. Seconds are by the clock, ``cpu`` by the processor: beside
other work on the machine only the second tells what the work costs.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import html
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import psutil
from scale_corpus import NAME, write_corpus

from pipeline.core.corpus import Corpus
from pipeline.engine import Engine

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "scale.json"
STAGES = ("ingest", "segment", "suggest")
ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")  # or plain fits wait for one another
EVERY_S = 0.25  # between looks at the memory
WORKERS = 2
MB = 2**20
GOALS = {"s": 300, "mb": 2048, "again_s": 10}  # for 10,000 interviews on two idle cores
FAR = 80_000
PLAIN_LABELS = 1_000
LONG_WORD = re.compile(r"\w{5,}")
TAG = re.compile(r"<[^>]+>")


def run_stage(corpus: Corpus, name: str, engine: Engine) -> int:
    """Run one stage and return the rows of its table."""
    from pipeline.ingest import stage as ingest
    from pipeline.segment import stage as segment
    from pipeline.suggest import stage as suggest

    settings = corpus.settings()
    if name == "ingest":
        done = ingest.run(
            corpus.raw, corpus.participants, corpus.build, settings, engine=engine
        ).turns
    elif name == "segment":
        tables = corpus.table("turns"), corpus.table("segments")
        done = segment.run(*tables, settings.segment, language=settings.language, engine=engine)
    else:
        done = suggest.run(
            corpus.table("segments"),
            corpus.table("suggestions"),
            settings,
            codebook=corpus.codebook(settings),
            models=corpus.models(settings),
            cold=corpus.build / "cold",
            engine=engine,
            corpus=corpus.name,
        )
    return done.receipt.rows_out


def one_run(root: Path, jobs: int, scheduler: str | None) -> None:
    """Run all stages and print what each took; this is a process of its own."""
    corpus, engine, found = Corpus(root, NAME), Engine(jobs, scheduler), {}
    for name in STAGES:
        begun = time.perf_counter()
        rows = run_stage(corpus, name, engine)
        found[name] = {"s": time.perf_counter() - begun, "rows": rows}
    if "joblib" in sys.modules and jobs > 1:
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True)  # so that the processor's time is known
    print(json.dumps(found))


def plain(root: Path) -> None:
    """Do it plainly in one process, and print what it took; this is a process of its own."""
    import pandas as pd
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from pipeline.core.codebook import read_codebook

    corpus, begun = Corpus(root, NAME), time.perf_counter()
    rows = [
        (path.stem, line)
        for path in sorted(corpus.raw.rglob("*.*"))
        for line in plain_text(path).splitlines()
        if line.strip()
    ]
    frame = pd.DataFrame(rows, columns=["transcript", "text"])
    X = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True).fit_transform(
        frame["text"]
    )
    low = frame["text"].head(PLAIN_LABELS).str.lower()
    for code in read_codebook(corpus.codebook(corpus.settings())).codable:
        words = {word for text in code.indicators for word in LONG_WORD.findall(text.lower())}
        y = low.map(lambda text, words=words: any(word in text for word in words))
        if y.any() and not y.all():
            model = LogisticRegression(max_iter=200).fit(X[:PLAIN_LABELS], y)
            frame[code.path] = model.predict_proba(X)[:, 1].astype("float32")
    frame.to_parquet(root / "plain.parquet")
    print(json.dumps({"plain": {"s": time.perf_counter() - begun, "rows": len(frame)}}))


def plain_text(path: Path) -> str:
    """Return the words of a file, whatever its kind, without asking who speaks."""
    if path.suffix != ".docx":
        return path.read_text(encoding="utf-8")
    with zipfile.ZipFile(path) as archive:
        body = archive.read("word/document.xml").decode()
    return html.unescape(TAG.sub("", body.replace("</w:p>", "\n")))


class Watch:
    """Looks at the memory and the processor of this process's descendants now and then."""

    def __init__(self) -> None:
        self.peak = 0.0
        self.cpu: dict[int, float] = {}
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.look)

    def look(self) -> None:
        """Look until it is over."""
        while not self.is_over.wait(EVERY_S):
            total = 0
            for process in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.Error, OSError):
                    total += process.memory_full_info().pss
                    times = process.cpu_times()
                    self.cpu[process.pid] = times.user + times.system
            self.peak = max(self.peak, total / MB)

    def __enter__(self) -> Self:
        """Begin."""
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End."""
        self.is_over.set()
        self.thread.join()


def watched(*words: str) -> dict[str, Any]:
    """Run this file in a process of its own; return what it told, and what it took."""
    begun = time.perf_counter()
    with Watch() as watch:
        before = dict(watch.cpu)
        done = subprocess.run(  # noqa: S603  # our own file
            [sys.executable, __file__, *words],
            env=os.environ | dict.fromkeys(ONE_THREAD, "1"),
            capture_output=True,
            text=True,
            check=True,
        )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    cpu = sum(watch.cpu.values()) - sum(before.values())
    return {
        "stages": told,
        "s": time.perf_counter() - begun,
        "cpu": cpu,
        "mb": watch.peak,
    }


def digest(corpus: Corpus) -> str:
    """Return one hash for every byte that is built."""
    found = hashlib.sha256()
    for path in sorted(corpus.build.rglob("*")):
        if path.is_file():
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Give the address of a Dask scheduler with two workers on the loopback."""
    sys.path.insert(0, str(HERE.parent))
    from tests.cluster import running_cluster

    folder.mkdir(exist_ok=True)
    with running_cluster(folder, WORKERS) as address:
        yield address


def measured(corpus: Corpus, way: str) -> dict[str, Any]:
    """Return what a run from nothing took in one way, and one with nothing to do."""
    shutil.rmtree(corpus.build, ignore_errors=True)
    root = str(corpus.root)
    if way == "cluster":
        with cluster(corpus.root / "cluster") as address:
            found = watched("--one", root, "--scheduler", address)
    else:
        found = watched("--one", root, "--jobs", way)
    again = watched("--one", root)
    return {**found, "again": again, "bytes": digest(corpus)}


def exponent(small: dict[str, Any], large: dict[str, Any], what: str = "cpu") -> float:
    """Return how time grows with interviews: 1 is linear."""
    return math.log(large[what] / small[what]) / math.log(large["n"] / small["n"])


def line_of(row: dict[str, Any]) -> str:
    """Return a row of the table."""
    stages = "".join(f"{row['stages'][name]['s']:>9.1f}" for name in STAGES)
    per_s = row["stages"]["segment"]["rows"] / row["s"]
    return (
        f"{row['n']:>7,} {row['way']:>8}{stages}{row['s']:>9.1f}{row['cpu']:>9.1f}"
        f"{per_s:>9.0f}{row['mb']:>8.0f}{row['again']['s']:>8.1f}{row['again']['cpu']:>8.1f}"
        f"{row['cpu'] / row['plain_cpu']:>8.1f}  {row['bytes']}"
    )


HEAD = (
    f"{'n':>7} {'way':>8}{'ingest':>9}{'segment':>9}{'suggest':>9}{'all s':>9}{'cpu':>9}"
    f"{'seg/s':>9}{'MB':>8}{'again':>8}{'cpu':>8}{'x plain':>8}  bytes"
)


def measure_all(given: argparse.Namespace, folder: Path) -> list[dict[str, Any]]:
    """Return a row for each size and way, printed as it comes."""
    print(HEAD, flush=True)
    rows = []
    for n in map(int, given.sizes.split(",")):
        corpus = Corpus(folder / str(n), NAME)
        if not corpus.raw.exists():
            write_corpus(corpus.root, n)
        beside = watched("--plain", str(corpus.root))
        for way in given.ways.split(","):
            row = measured(corpus, way)
            row |= {"n": n, "way": way, "plain_cpu": beside["cpu"], "plain_s": beside["s"]}
            row["plain_mb"] = beside["mb"]
            rows.append(row)
            print(line_of(row), flush=True)
        if not given.folder:
            shutil.rmtree(corpus.root)
    return rows


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return what the rows come to: growth, and the far corpus if it goes on so."""
    found: dict[str, Any] = {"same_bytes": True}
    for n in {row["n"] for row in rows}:
        found["same_bytes"] &= len({row["bytes"] for row in rows if row["n"] == n}) == 1
    for way in dict.fromkeys(row["way"] for row in rows):
        mine = sorted((row for row in rows if row["way"] == way), key=lambda row: row["n"])
        if len(mine) > 1:
            grows = exponent(mine[-2], mine[-1])
            times = (FAR / mine[-1]["n"]) ** max(1.0, grows)
            found[way] = {"exponent": grows, "far_cpu": mine[-1]["cpu"] * times}
    return found


def machine() -> dict[str, Any]:
    """Return what the figures were measured on."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    return {"cores": os.cpu_count(), "memory_mb": psutil.virtual_memory().total // MB, "load": load}


def draw(rows: list[dict[str, Any]], path: Path) -> None:
    """Draw processor time and memory by interviews, both axes in powers of ten."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3.4), layout="constrained")
    time_axes, memory_axes = figure.subplots(1, 2)
    names = {"1": "one process", "2": "two processes", "cluster": "Dask, two workers"}
    for way, mark in zip(dict.fromkeys(row["way"] for row in rows), "os^d", strict=False):
        mine = [row for row in rows if row["way"] == way]
        n = [row["n"] for row in mine]
        time_axes.loglog(n, [row["cpu"] for row in mine], marker=mark, label=names.get(way, way))
        memory_axes.semilogx(n, [row["mb"] for row in mine], marker=mark, label=names.get(way, way))
    plain_rows = list({row["n"]: row for row in rows}.values())
    n = [row["n"] for row in plain_rows]
    style = {"color": "0.5", "linestyle": "--", "marker": ".", "label": "plain pandas, one process"}
    time_axes.loglog(n, [row["plain_cpu"] for row in plain_rows], **style)
    memory_axes.semilogx(n, [row["plain_mb"] for row in plain_rows], **style)
    for axes, label in ((time_axes, "processor seconds"), (memory_axes, "peak memory, MB")):
        axes.set(xlabel="interviews", ylabel=label)
        axes.grid(alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    memory_axes.set_ylim(bottom=0)
    time_axes.legend(frameon=False, fontsize=8)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Measure, print, write and draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", default="100,1000,10000")
    parser.add_argument("--ways", default="1,2,cluster")
    parser.add_argument("--json", type=Path, default=RESULTS)
    parser.add_argument("--figure", type=Path)
    parser.add_argument("--folder", type=Path, help="Keep corpora there, and use those it has.")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--plain", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--jobs", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--scheduler", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        return one_run(given.one, given.jobs, given.scheduler)
    if given.plain:
        return plain(given.plain)
    with tempfile.TemporaryDirectory() as scratch:
        rows = measure_all(given, given.folder or Path(scratch))
    found = {"machine": machine(), "summary": summary(rows), "goals": GOALS, "rows": rows}
    print(json.dumps(found["summary"], indent=1))
    given.json.parent.mkdir(exist_ok=True)
    given.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    if given.figure:
        draw(rows, given.figure)
    return None


if __name__ == "__main__":
    main()
