"""Whether any fault loses or halves anything: every write point of every command, one by one.

    python benchmarks/faults.py [--seconds S] [--commands NAME ...] [--json FILE]

Needs Linux and a C compiler. A command runs on a small study below a library (faults.c) that
counts each call which changes the study's folder: writes, syncs, renames, new and removed files,
also those of SQLite and Arrow. Then it runs again on a copy and meets a fault at one of these
points: kill -9 (in the middle of the bytes), a full disk, permission lost, an error of the disk,
fewer bytes written than asked for, or a power cut, at which what was not fsynced is gone: bytes, or
bytes and names. After each: every file under its name is as it was or as an undisturbed run leaves
it; the log is sound and has every decision that it had; who was told "done" finds it done; nobody
sees a traceback; and the next run of the command leaves what an undisturbed run leaves.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from pipeline.review.log.verify import verify

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
KINDS = {  # the numbers of faults.c
    "kill -9": 1,
    "disk full": 2,
    "permission lost": 3,
    "disk error": 4,
    "short write": 5,
    "power cut, bytes": 6,
    "power cut, bytes and names": 7,
}
CUTS = ("power cut, bytes", "power cut, bytes and names")
KILLS = ("kill -9", *CUTS)
LOG = "review.sqlite"
TAILS = ("-wal", "-shm", "-journal")  # what SQLite lays beside it
NOON = 1_780_000_000  # the clock of all runs, so that dates are the same
CHANCE = re.compile(r"(?<=\.)[a-z0-9_]{8}(?=(\.part|\.old)?(/|$))")
BUG = 1
DONE = (0, 4)
MAX_SAID = 300
STANDS = (
    'SELECT "coder", "transcript_id", "start", "end", "code", "verdict" FROM current '
    'ORDER BY "coder", "transcript_id", "start", "end", "code"'
)


@dataclass(frozen=True)
class Step:
    """A command, what it is called, and what is made ready for it."""

    name: str
    words: tuple[str, ...]
    ready: Callable[[Path], object] = lambda _: None
    refusal: str = ""  # of a command that does nothing twice
    tells: str = ""  # the ending of a file that says what this run did: a second run says so too

    def said(self, root: Path) -> list[str]:
        """Return the words, in which MODEL is the id of the model that was trained."""
        models = sorted(root.glob("models/*/*/card.json"))
        return [models[0].parent.name if word == "MODEL" else word for word in self.words]


@dataclass(frozen=True)
class State:
    """What lies in a folder: visible files, and the log's decisions and what stands.

    ``whole`` is a hash of all of it, hidden files and the log's own included; chance in the names
    of temporary files does not count.
    """

    files: Mapping[str, bytes]
    whole: str
    decided: frozenset[tuple[str, str]] = frozenset()
    stands: tuple[tuple[Any, ...], ...] = ()
    problems: tuple[str, ...] = ()


@dataclass
class Account:
    """What became of a command's points: their number, how many were tried, what was found."""

    points: Counter[str] = field(default_factory=Counter)
    tried: Counter[str] = field(default_factory=Counter)
    findings: list[str] = field(default_factory=list)


class Runner:
    """The process that runs commands, and the folder it may use beside theirs."""

    def __init__(self, library: Path, aside: Path) -> None:
        threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
        paths = os.pathsep.join((str(ROOT), os.environ.get("PYTHONPATH", "")))
        self.aside = aside
        self.process = subprocess.Popen(  # noqa: S603  # our own script
            [sys.executable, str(HERE / "fault_runner.py")],
            env={**os.environ, **threads, "LD_PRELOAD": str(library), "PYTHONPATH": paths},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def run(self, folder: Path, words: Sequence[str], **fault: Any) -> dict[str, Any]:
        """Run a command in ``folder``; a ``fault`` has a kind, a place, a clock and its step."""
        calm = {"kind": 0, "at": 0, "clock": NOON, "step": 0, "is_kept": False}
        places = {"folder": str(folder), "aside": str(self.aside), "words": list(words)}
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the runner has no pipes")
        self.process.stdin.write(json.dumps({**calm, **fault, **places}) + "\n")
        self.process.stdin.flush()
        done: dict[str, Any] = json.loads(self.process.stdout.readline())
        return done


def compiled(folder: Path) -> Path:
    """Return the library made of faults.c."""
    target = folder / "faults.so"
    compiler = shutil.which("cc") or "cc"
    words = [compiler, "-shared", "-fPIC", "-O1", "-o", str(target), str(HERE / "faults.c")]
    subprocess.run(words, check=True)  # noqa: S603  # our own source
    return target


def state_of(folder: Path, scratch: Path) -> State:
    """Return what lies in ``folder``; hidden files are nobody's."""
    files, whole = {}, hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        whole.update(CHANCE.sub("", name.as_posix()).encode())
        if path.is_file() and not name.name.endswith("-shm"):
            whole.update(hashlib.sha256(path.read_bytes()).digest())
        if path.is_file() and not any(part.startswith(".") for part in name.parts):
            files[name.as_posix()] = path.read_bytes()
    logs = sorted(name for name in files if name.endswith(LOG))
    tails = [f"{name}{tail}" for name in logs for tail in TAILS]
    data = {name: files.pop(name) for name in (*logs, *tails) if name in files}
    decided: set[tuple[str, str]] = set()
    stands: list[tuple[Any, ...]] = []
    problems: list[str] = []
    for name in logs:
        for tail in ("", *TAILS):  # a copy: looking must not mend anything
            (scratch / f"{LOG}{tail}").unlink(missing_ok=True)
            if f"{name}{tail}" in data:
                (scratch / f"{LOG}{tail}").write_bytes(data[f"{name}{tail}"])
        with closing(sqlite3.connect(scratch / LOG)) as log:
            decided |= set(log.execute('SELECT "decision_id", "hash" FROM decisions'))
            stands += log.execute(STANDS).fetchall()
            stands += log.execute('SELECT DISTINCT "coder", "role" FROM coders').fetchall()
        problems += verify(scratch / LOG).problems
    return State(files, whole.hexdigest(), frozenset(decided), tuple(stands), tuple(problems))


def halves(found: State, before: State, after: State) -> Iterator[str]:
    """Yield what is neither as it was nor as an undisturbed run leaves it."""
    names = sorted({*found.files, *before.files})
    for name in names:
        known = {state.files.get(name) for state in (before, after)}
        if found.files.get(name) not in known:
            yield f"{name} is {'halved' if name in found.files else 'gone'}"
    yield from (f"the log: {problem}" for problem in found.problems)
    if before.decided - found.decided:
        yield f"{len(before.decided - found.decided)} decisions are lost"
    if len(found.decided) not in {len(before.decided), len(after.decided)}:
        yield "some decisions of a group were taken, others not"


def differs(found: State, after: State) -> Iterator[str]:
    """Yield what is not as an undisturbed run leaves it."""
    for name in sorted({*found.files, *after.files}):
        if found.files.get(name) != after.files.get(name):
            yield f"{name} differs"
    yield from (f"the log: {problem}" for problem in found.problems)
    if found.stands != after.stands:
        yield "something else stands in the log"


@dataclass
class Trial:
    """One command, tried at its points."""

    step: Step
    runner: Runner
    base: Path
    scratch: Path
    account: Account = field(default_factory=Account)
    next: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by what a fault left

    def __post_init__(self) -> None:
        self.before = state_of(self.base, self.scratch)
        self.calm()
        begun = time.perf_counter()
        self.code, self.after = self.calm()
        self.seconds = time.perf_counter() - begun

    def copy(self) -> Path:
        """Return a fresh copy of the folder before the command."""
        folder = self.scratch / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(self.base, folder))

    def calm(self) -> tuple[int, State]:
        """Run the command undisturbed."""
        folder = self.copy()
        done = self.runner.run(folder, self.step.said(self.base), is_kept=True)
        if done["code"] not in DONE:
            raise RuntimeError(f"{self.step.words}: {done}")
        return done["code"], state_of(folder, self.scratch)

    def n_points(self, kind: str) -> int:
        """Return how many points a kind of fault can come at."""
        done = self.runner.run(self.copy(), self.step.said(self.base), kind=KINDS[kind], at=1 << 30)
        if kind in CUTS:  # as many as of a kill, and one after the end
            return self.account.points["kill -9"] + 1
        return int(done["n_points"])

    def tried(self, kind: str, seconds: float) -> None:
        """Try a kind of fault at all of its points, or at as many as there is time for."""
        total = self.account.points[kind] = self.n_points(kind)
        most = max(2, int(seconds / (1.3 * self.seconds)))
        chosen = range(1, total + 1)
        if total > most:
            chosen = sorted({1 + round(n * (total - 1) / (most - 1)) for n in range(most)})
        for at in chosen:
            self.account.tried[kind] += 1
            self.account.findings += [
                f"{self.step.name}, {kind} at {at} of {total}: {what}" for what in self.at(kind, at)
            ]

    def at(self, kind: str, at: int) -> Iterator[str]:
        """Yield what is wrong after a fault at one point."""
        folder = self.copy()
        done = self.runner.run(folder, self.step.said(self.base), kind=KINDS[kind], at=at)
        found = state_of(folder, self.scratch)
        yield from halves(found, self.before, self.after)
        if kind in KILLS and done["code"] != -signal.SIGKILL:
            yield f"was not killed: {done['code']}"
        if done["code"] == BUG:
            yield f"a bug: {done['text'][-MAX_SAID:]}"
        if done["code"] == self.code:
            yield from (f"said done, but {what}" for what in differs(found, self.after))
        if found.whole not in self.next:
            self.next[found.whole] = tuple(self.again(folder))
        yield from self.next[found.whole]

    def again(self, folder: Path) -> Iterator[str]:
        """Run the command again and yield what is wrong then."""
        done = self.runner.run(folder, self.step.said(self.base))
        is_refused = bool(self.step.refusal) and self.step.refusal in done["text"]
        if done["code"] != self.code and not is_refused:
            yield f"the next run ends with {done['code']}: {done['text'][-MAX_SAID:]}"
        found = state_of(folder, self.scratch)
        for what in differs(found, self.after):
            if not (self.step.tells and f"{self.step.tells} " in what):
                yield f"after the next run {what}"


def backwards(runner: Runner, base: Path, scratch: Path, step: Step) -> Iterator[str]:
    """Yield what is wrong when the clock goes back an hour whenever somebody looks."""
    folder = Path(shutil.copytree(base, scratch / "back"))
    done = runner.run(folder, step.said(folder), step=-3600)
    found = state_of(folder, scratch)
    shutil.rmtree(folder)
    if done["code"] not in DONE:
        yield f"{step.name}, clock going back: {done['text'][-MAX_SAID:]}"
    yield from (f"{step.name}, clock going back: {problem}" for problem in found.problems)


def tried(
    steps: Sequence[Step],
    project: Path,
    seconds: float,
    chosen: Sequence[str],
    kinds: Sequence[str],
) -> dict[str, Account]:
    """Try every command of ``steps`` in turn; each begins where the one before ended."""
    accounts = {}
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name).resolve()
        (scratch / "aside").mkdir()
        with Runner(compiled(scratch), scratch / "aside") as runner:
            for step in steps:
                step.ready(project)
                asked = (seconds, kinds if step.name in chosen else ())
                accounts[step.name] = account_of(step, runner, project, asked)
                must_run(runner, project, step)
    return {name: account for name, account in accounts.items() if name in chosen}


def must_run(runner: Runner, project: Path, step: Step) -> None:
    """Run a command on the study itself (`RuntimeError` if it fails)."""
    done = runner.run(project, step.said(project), is_kept=True)
    if done["code"] not in DONE:
        raise RuntimeError(f"{step.words}: {done['text']}")


def account_of(
    step: Step, runner: Runner, project: Path, asked: tuple[float, Sequence[str]]
) -> Account:
    """Try one command with each kind of fault, and with a clock that goes back, if any is asked."""
    if not asked[1]:
        return Account()
    scratch = runner.aside.parent
    trial = Trial(step, runner, project, scratch)
    seconds, kinds = asked
    for kind in kinds:
        trial.tried(kind, seconds)
    trial.account.findings += backwards(runner, project, scratch, step)
    trial.account.tried["clock going back"] += 1
    print_line(step.name, trial)
    return trial.account


def print_line(name: str, trial: Trial) -> None:
    """Print what became of a command."""
    account = trial.account
    print(
        f"{name:<14} {account.points['kill -9']:>5} points, {account.tried.total():>5} faults, "
        f"{len(account.findings)} findings, {trial.seconds:.2f} s a run",
        flush=True,
    )
    for finding in account.findings[:12]:
        print(f"    {finding}", flush=True)


def main() -> int:
    """Try all, print, and return 1 if anything was found."""
    from fault_study import make_study, steps

    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    known = [step.name for step in steps()]
    parser.add_argument("--seconds", type=float, default=20.0, help="for each command and fault")
    parser.add_argument("--commands", nargs="+", choices=known, default=known)
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        project = make_study(Path(name).resolve() / "project")
        accounts = tried(steps(), project, given.seconds, given.commands, given.kinds)
    totals: Counter[str] = Counter()
    for account in accounts.values():
        totals += account.tried
    findings = [finding for account in accounts.values() for finding in account.findings]
    print(
        f"{totals.total()} faults at {sum(a.points['kill -9'] for a in accounts.values())} points"
    )
    print(f"{len(findings)} findings; {dict(totals)}")
    if given.json:
        told = {name: {"points": a.points["kill -9"], "tried": a.tried, "findings": a.findings}
                for name, a in accounts.items()}  # fmt: skip
        given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 1 if findings else 0


if __name__ == "__main__":
    raise SystemExit(main())
