"""Turn starts against transcripts whose turns people checked by hand: a table for each format.

    python benchmarks/ingest_gold.py [--json FILE] [--all]

A turn start is right if the speaker and the first six words agree; neighbours of one speaker are
one turn. ``--all`` lists what was missed or made up. The samples lie in a folder ``shared`` beside
the checkout; without it there is nothing to do, which is said. The exit code is 1 if precision or
recall is below its goal, a transcript without speakers has a turn, or a bad file lacks its code.
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from pipeline.core.config import overlay
from pipeline.core.errors import GlossatorError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import People
from pipeline.ingest.reading import Result, results_of

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "transcripts"
SAMPLES = DATA / "samples"
MIN_PRECISION = 0.997
MIN_RECALL = 0.995
FIRST_WORDS = 6

Start = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Turn starts of some files: right ones, found ones, true ones; ``n_clean`` files are exact."""

    n_files: int = 0
    n_clean: int = 0
    n_right: int = 0
    n_found: int = 0
    n_true: int = 0

    def __add__(self, other: Score) -> Score:
        mine, theirs = self.counts(), other.counts()
        return Score(*(a + b for a, b in zip(mine, theirs, strict=True)))

    def counts(self) -> tuple[int, ...]:
        """Return the five counts."""
        return self.n_files, self.n_clean, self.n_right, self.n_found, self.n_true

    @property
    def precision(self) -> float:
        """Share of the turn starts found that are right; 1 if none was found."""
        return self.n_right / self.n_found if self.n_found else 1.0

    @property
    def recall(self) -> float:
        """Share of the true turn starts that were found; 1 if there is none."""
        return self.n_right / self.n_true if self.n_true else 1.0


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read(path: Path, name: str, settings: str = "") -> list[Result]:
    """Return what ingest makes of a file under settings written in TOML."""
    own = overlay(IngestSettings(), tomllib.loads(settings))
    file = RawFile(path, name, Path(name).stem, "", "", own)
    return list(results_of(file, path.read_bytes(), People()))


def starts(turns: Iterable[tuple[str | None, str]]) -> list[Start]:
    """Return speaker and first words of each turn that has words, neighbours joined."""
    found: list[tuple[str | None, str]] = []
    for speaker, text in turns:
        if not re.search(r"\w", text):
            continue
        if found and found[-1][0] == speaker:
            found[-1] = (speaker, f"{found[-1][1]} {text}")
        else:
            found.append((speaker, text))
    return [(speaker, first_words(text)) for speaker, text in found]


def first_words(text: str) -> str:
    """Return the first words of ``text``, folded."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.findall(r"\w+", plain)[:FIRST_WORDS])


def score(name: str, true: Sequence[Start], found: Sequence[Start], *, tells: bool) -> Score:
    """Return the score of one file; tells where it errs if asked."""
    matcher = SequenceMatcher(None, true, found, autojunk=False)
    n_right = sum(block.size for block in matcher.get_matching_blocks())
    for kind, i1, i2, j1, j2 in matcher.get_opcodes() if tells else ():
        if kind != "equal":
            print(f"  {name}: {list(true[i1:i2])} read as {list(found[j1:j2])}")
    is_clean = n_right == len(true) == len(found)
    return Score(1, int(is_clean), n_right, len(found), len(true))


def scores(*, tells: bool) -> dict[str, Score]:
    """Return the score of each sample that has a gold; what cannot be read has no turn."""
    found = {}
    for row in rows(DATA / "manifest.csv"):
        gold = DATA / "gold" / f"{row['file'].replace('/', '__')}.json"
        if not gold.exists():
            continue
        turns = json.loads(gold.read_text("utf-8"))["turns"]
        try:
            results = read(SAMPLES / row["file"], row["file"], row["settings"])
        except GlossatorError as error:
            print(f"  {row['file']}: {error.code}: {error}")
            results = []
        true = starts((turn["speaker"], turn["text"]) for turn in turns)
        ours = starts((t.speaker, t.text) for result in results for t in result.turns)
        found[row["file"]] = score(row["file"], true, ours, tells=tells)
    return found


def wrong_codes() -> list[str]:
    """Return the bad files that lack the code or the warning that they owe."""
    wrong = []
    for row in rows(SAMPLES / "bad" / "expected.csv"):
        try:
            results = read(SAMPLES / "bad" / row["file"], row["file"])
            notices = {notice["code"] for result in results for notice in result.report.notices}
            found = {"OK"} | notices
        except GlossatorError as error:
            found = {error.code}
        if not set(row["expected"].split()) <= found:
            wrong.append(f"{row['file']}: {row['expected']} expected, {sorted(found)} found")
    return wrong


def by_format(found: Mapping[str, Score]) -> dict[str, Score]:
    """Return the scores summed over the files of a format, and those without speakers apart."""
    groups: dict[str, Score] = defaultdict(Score)
    for name, one in sorted(found.items(), key=lambda item: Path(item[0]).suffix):
        groups[Path(name).suffix.lstrip(".") if one.n_true else "no speakers"] += one
    return dict(groups)


def print_table(groups: Mapping[str, Score]) -> None:
    """Print a line for each format and one for all."""
    print(f"{'format':<13}{'files':>6}{'exact':>6}{'true':>7}{'found':>7}{'right':>7}"
          f"{'precision':>11}{'recall':>9}")  # fmt: skip
    total = sum(groups.values(), Score())
    for name, one in {**groups, "all": total}.items():
        print(f"{name:<13}{one.n_files:>6}{one.n_clean:>6}{one.n_true:>7}{one.n_found:>7}"
              f"{one.n_right:>7}{one.precision:>11.4f}{one.recall:>9.4f}")  # fmt: skip


def main() -> int:
    """Read, compare, print and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="file to write the table to")
    parser.add_argument("--all", action="store_true", help="list every difference")
    given = parser.parse_args()
    if not DATA.is_dir():
        print(f"SKIPPED: there are no checked transcripts in {DATA}, so nothing was compared.")
        return 0
    found = scores(tells=given.all)
    groups = by_format(found)
    print_table(groups)
    total = sum(found.values(), Score())
    invented = [name for name, one in found.items() if one.n_found and not one.n_true]
    wrong = wrong_codes()
    print(f"{len(invented)} transcripts without speakers have a turn {invented or ''}".rstrip())
    print(f"{len(wrong)} bad files lack their code {wrong or ''}".rstrip())
    if given.json:
        table = {
            name: dict(zip(one.__slots__, one.counts(), strict=True))
            for name, one in groups.items()
        }
        given.json.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    is_good = total.precision >= MIN_PRECISION and total.recall >= MIN_RECALL
    return int(not is_good or bool(invented or wrong))


if __name__ == "__main__":
    sys.exit(main())
