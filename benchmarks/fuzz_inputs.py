"""Whether any input but a transcript breaks a reader: spoilt codebooks, settings, tables, models.

    python benchmarks/fuzz_inputs.py [--count N] [--seed N] [--seconds S] [--keep FOLDER] [--json F]

A small study is run and exported once; each of its files is spoilt and read again by the function
that a command reads it with, in a process with a limit of time and memory. A finding is an
exception other than `GlossatorError`, a time-out, too much memory, a process that dies, or a
sentence that cannot be printed. Needs POSIX (fork, alarms).
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from fault_study import fill_sheet, make_study, write_decisions
from fuzz_mutate import mutated

from pipeline.cli.status import model_of
from pipeline.core.codebook import read_codebook
from pipeline.core.config import read_settings
from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError
from pipeline.core.records import CodedSegment, Decision, Segment, Suggestion, Turn
from pipeline.core.streams import talks_of
from pipeline.core.tables import Noun, read_receipt, read_rows
from pipeline.exchange.code_tables import parse_csv, read_codes
from pipeline.exchange.formats import READERS
from pipeline.exchange.given import Given
from pipeline.exchange.refi.memory import read_memory
from pipeline.ingest.participants import read_cells, read_people
from pipeline.ingest.pseudonyms.key import read_key
from pipeline.ingest.stage import REPORT
from pipeline.ingest.stage import known as standings
from pipeline.learn.store import load_model
from pipeline.report.folder import RECEIPT, written
from pipeline.review.corpus_log import import_log, verify_log
from pipeline.review.scripted import decide_file
from pipeline.review.server.door import Kept, read_kept, write_kept
from pipeline.review.sheet.stage import import_sheet
from pipeline.suggest.cold import NOTE_FILE, is_fresh, read_note

LIMIT_S = 5
LIMIT_MB = 500
MAX_LINE = 1_000  # characters of a sentence
ROUND = 400  # inputs that one process reads
TAIL = ("export", "t", "--to")
COMMANDS = (
    ("run", "t"),
    ("coders", "add", "t", "kb"),
    ("coders", "add", "t", "rm"),
    ("decide", "t", "--coder", "kb", "--from", "decisions.jsonl"),
    *((*TAIL, to) for to in ("csv", "xlsx", "qdpx", "taguette")),
    ("codebook", "export", "configs/codebooks/tiny.yaml", "codes.qdc"),
    ("codebook", "export", "configs/codebooks/tiny.yaml", "codes.csv"),
    ("sheet", "export", "t", "--coder", "rm", "--out", "sheet.xlsx"),
    ("log", "export", "t", "log.jsonl"),
    ("train", "t"),
    ("import", "u", "in.qdpx"),
)
Read = Callable[[Path], object]


@dataclass(frozen=True)
class Door:
    """A way in: its name, a whole file, where it must lie (beside what), and who reads it."""

    name: str
    seed: Path
    place: Path
    read: Read

    def judge(self, data: bytes) -> tuple[str, str]:
        """Return what became of ``data`` and what is wrong with that, empty if nothing is."""
        self.place.write_bytes(data)
        try:
            self.read(self.place)
        except GlossatorError as error:
            return error.code, sentence_finding(str(error))
        except MemoryError:
            return "memory", f"more than {LIMIT_MB} MB"
        except Exception as error:  # noqa: BLE001  # this is what is looked for
            where = error.__traceback__
            places = []
            while where is not None:
                name = Path(where.tb_frame.f_code.co_filename)
                places.append(f"{name.name}:{where.tb_lineno}")
                where = where.tb_next
            return "exception", f"{type(error).__name__} {' '.join(places[-3:])}: {error!s:.100}"
        return "read", ""


def sentence_finding(sentence: str) -> str:
    """Return what is wrong with the sentence of an error: it cannot be printed, or is endless."""
    try:
        sentence.encode()
    except UnicodeEncodeError:
        return "a sentence that cannot be printed"
    longest = max(map(len, sentence.split("\n")))
    return f"a line of {longest} characters" if longest > MAX_LINE else ""


def study(root: Path) -> Corpus:
    """Make the study, with every file that goes out of it."""
    from pipeline.cli import glossator

    make_study(root)
    os.chdir(root)
    for words in COMMANDS:
        if words[0] == "decide":
            write_decisions(root)
        if words[0] == "import":
            shutil.copy(next((root / "corpora/t/export").glob("*.qdpx")), root / "in.qdpx")
        glossator.main(["--quiet", *words], standalone_mode=False)
    fill_sheet(root)
    return Corpus(root, "t")


def doors(corpus: Corpus, scratch: Path) -> Iterator[Door]:
    """Yield every door but the transcripts'."""
    root = corpus.root
    book, people = root / "configs/codebooks/tiny.yaml", scratch / "participants.xlsx"
    people_sheet(people)

    def door(name: str, seed: Path, read: Read, place: str = "") -> Door:
        return Door(name, seed, scratch / (place or f"in{seed.suffix}"), read)

    yield door("codebook.yaml", book, read_codebook)
    yield door("codebook.csv", root / "codes.csv", lambda p: read_codes(parse_csv(text_of(p))))
    yield door("settings.toml", corpus.config, read_settings)
    for path in (corpus.participants, people):
        yield door(f"people{path.suffix}", path, lambda p: (read_people(p), read_cells(p)))
    yield door("decisions.jsonl", root / "decisions.jsonl", lambda p: decide(corpus, p))
    yield door("log.jsonl", root / "log.jsonl", lambda p: import_log(corpus, p, is_dry=True))
    yield door("sheet.xlsx", root / "sheet.xlsx", lambda p: import_sheet(corpus, p, is_dry=True))
    exports = {path.suffix[1:]: path for path in sorted(corpus.export.iterdir())}
    exports |= {"qdc": root / "codes.qdc"}
    for kind in sorted(READERS.keys() & exports.keys()):
        yield door(f"import.{kind}", exports[kind], importing(kind))
    tables = {"turns": Turn, "segments": Segment, "suggestions": Suggestion}
    for name, noun in {**tables, "coded_segments": CodedSegment, "decisions": Decision}.items():
        yield door(f"{name}.parquet", corpus.table(name), reading(noun))
    yield from in_folders(corpus, scratch)


def in_folders(corpus: Corpus, scratch: Path) -> Iterator[Door]:
    """Yield the doors whose files lie beside others that they must agree with."""
    card = next(corpus.root.glob("models/tiny/*/card.json"))
    model = scratch / card.parent.name
    shutil.copytree(card.parent, model)
    yield Door("card.json", card, model / card.name, lambda p: load_model(p.parent))
    skops = model / "model.skops"
    signed = partial(load_signed, card=json.loads(card.read_text(encoding="utf-8")))
    (scratch / "signed").mkdir()
    yield Door("model.skops", card.parent / skops.name, scratch / "signed" / skops.name, signed)
    other = scratch / "t" / "corpora" / "t"
    shutil.copytree(corpus.folder, other)
    key, log = next(corpus.private.glob("*")), corpus.log
    yield Door("key", key, scratch / "key", read_key)
    damaged = Corpus(scratch / "t", "t")
    yield Door("review.sqlite", log, damaged.log, lambda _: verify_log(damaged))
    kept = next((corpus.root / "corpora/u/imported").glob("*.map.json"))
    told, built = corpus.build / REPORT, damaged.build
    yield Door("report.json", told, built / REPORT, lambda _: standings(built, with_names=True))
    cold = corpus.build / "cold"
    yield Door("fitted.json", cold / NOTE_FILE, built / "cold" / NOTE_FILE, note_in)
    models = damaged.root / card.parents[1].relative_to(corpus.root)
    shutil.copytree(card.parents[1], models)
    used = models / card.parent.name / card.name
    yield Door("card.json, status", card, used, lambda _: model_of(damaged, models.name))
    yield Door("kept.json", kept_seed(scratch), scratch / "kept.json", read_kept)
    yield Door("files.json", files_seed(scratch), scratch / "files" / RECEIPT, files_in)
    (scratch / "maps").mkdir()
    yield Door("map.json", kept, scratch / "maps" / kept.name, lambda p: read_memory(p.parent))


def kept_seed(scratch: Path) -> Path:
    """Return what the review page keeps for its next start."""
    write_kept(scratch / "kept-seed.json", Kept(8080, "0" * 64))
    return scratch / "kept-seed.json"


def files_seed(scratch: Path) -> Path:
    """Return the receipt of a report; beside it ``files`` is a folder for a spoilt one."""
    (scratch / "files").mkdir()
    seed = scratch / "files-seed.json"
    receipt = {"stage": "report", "details": {"files": ["report.html", "tables.xlsx"]}}
    seed.write_text(json.dumps(receipt), encoding="utf-8")
    return seed


def note_in(path: Path) -> None:
    """Read the note on a kept model, and ask whether that still serves."""
    note = read_note(path.parent)
    if note is not None:
        is_fresh(note, note.key, {"talk0": "x"})


def files_in(path: Path) -> object:
    """Return what a report says that it wrote."""
    return written(path.parent)


def text_of(path: Path) -> str:
    """Return a CSV as the command reads it."""
    return path.read_bytes().decode("utf-8-sig", "replace")


def decide(corpus: Corpus, path: Path) -> object:
    """Rehearse decisions of a coder who has none."""
    return decide_file(corpus, "rm", path, is_dry=True)


def importing(kind: str) -> Read:
    """Return the reader of a format of another tool."""
    texts = {"talk0": "I: And then, in year 0?"}
    return lambda path: READERS[kind](path.read_bytes(), Given(corpus="t", texts=texts))


def reading(noun: type[Noun]) -> Read:
    """Return the readers of a stage's table."""

    def read(path: Path) -> None:
        read_receipt(path)
        read_rows(path, noun)
        for _ in talks_of(path, noun.COLUMNS):
            pass

    return read


def load_signed(path: Path, card: Mapping[str, object]) -> object:
    """Load a spoilt model as if its maker had signed it: by its own hash, with a card that fits."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    folder = path.parent / digest[:12]
    folder.mkdir(exist_ok=True)
    try:
        text = json.dumps({**card, "sha256": digest, "model_id": digest[:12]})
        (folder / "card.json").write_text(text, encoding="utf-8")
        (folder / path.name).write_bytes(data)
        return load_model(folder)
    finally:
        shutil.rmtree(folder)


def people_sheet(path: Path) -> None:
    """Write a workbook of participants."""
    from openpyxl import Workbook

    book = Workbook()
    for row in (("participant_id", "label", "role", "age"), ("P1", "P", "participant", 41)):
        book.active.append(row)
    book.save(path)


def case(found: Sequence[Door], seed: int, number: int) -> tuple[Door, bytes]:
    """Return the input ``number`` of the run ``seed``, and where it goes."""
    random = Random(f"{seed}-{number}")  # noqa: S311  # to play, not to hide
    door, other = found[number % len(found)], random.choice(found)
    times = random.choice((1, 1, 2, 3))
    return door, mutated(random, door.seed.read_bytes(), other.seed.read_bytes(), times)


def judged(found: Sequence[Door], seed: int, numbers: range) -> Iterator[tuple[int, str, str]]:
    """Yield what became of each number, read by a process that can be ended."""
    begun = numbers.start
    while begun < numbers.stop:
        ours, theirs = os.pipe()
        pid = os.fork()
        if not pid:
            os.close(ours)
            work(found, seed, range(begun, numbers.stop), theirs)
        os.close(theirs)
        with os.fdopen(ours, encoding="utf-8") as pipe:
            for line in pipe:
                number, outcome, finding = json.loads(line)
                begun = number + 1
                yield number, outcome, finding
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        if code:
            slow = code == -signal.SIGPROF
            yield begun, "died", f"more than {LIMIT_S} s" if slow else f"the process died of {code}"
            begun += 1


def work(found: Sequence[Door], seed: int, numbers: range, pipe: int) -> None:
    """Judge in this process, with limits, and end it."""
    code = 1
    with contextlib.suppress(BaseException):
        size = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = size * resource.getpagesize() + LIMIT_MB * 2**20
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        for number in numbers:
            door, data = case(found, seed, number)
            signal.setitimer(signal.ITIMER_PROF, LIMIT_S)
            verdict = (number, *door.judge(data))
            signal.setitimer(signal.ITIMER_PROF, 0)
            os.write(pipe, (json.dumps(verdict) + "\n").encode())
        code = 0
    os._exit(code)


def print_table(counts: Mapping[str, Counter[str]]) -> None:
    """Print what became of the inputs, a line for each door."""
    for name, found in sorted(counts.items()):
        cells = ", ".join(f"{outcome} {n}" for outcome, n in found.most_common(7))
        print(f"{name:<24}{found.total():>7}  {cells}")


def main() -> int:
    """Judge, print, keep what is to be mended; return 1 if anything is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--doors", nargs="+", help="only these")
    parser.add_argument("--keep", type=Path, help="folder for inputs that are findings")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    given.keep = given.keep.resolve() if given.keep else None
    told = given.json.resolve() if given.json else None
    counts: dict[str, Counter[str]] = {}
    findings: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        (root / "scratch").mkdir()
        found = list(doors(study(root / "project"), root / "scratch"))
        found = [door for door in found if not given.doors or door.name in given.doors]
        for number, outcome, finding in tried(found, given):
            door = found[number % len(found)]
            counts.setdefault(door.name, Counter())[outcome] += 1
            if finding:
                findings[f"{door.name}: {finding}"] += 1
        os.chdir(Path(__file__).parent)
    print_table(counts)
    total = sum(count.total() for count in counts.values())
    print(f"{total} inputs, {findings.total()} findings")
    if told:
        told.write_text(json.dumps({"inputs": total, "doors": counts, "findings": findings}) + "\n")
    return 1 if findings else 0


def tried(found: Sequence[Door], given: argparse.Namespace) -> Iterator[tuple[int, str, str]]:
    """Yield what became of each input as long as there is time; print and keep the findings."""
    begun = time.monotonic()
    for start in range(0, given.count, ROUND):
        if time.monotonic() - begun > given.seconds:
            return
        numbers = range(start, min(start + ROUND, given.count))
        for number, outcome, finding in judged(found, given.seed, numbers):
            if finding:
                tell(case(found, given.seed, number), number, finding, given.keep)
            yield number, outcome, finding


def tell(one: tuple[Door, bytes], number: int, finding: str, keep: Path | None) -> None:
    """Print a finding, and keep its input if a folder is named."""
    door, data = one
    print(f"{number} {door.name}: {finding}", flush=True)
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{number}-{door.place.name}").write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
