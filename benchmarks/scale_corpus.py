"""Interview corpora of any size, plausible and invented, from the sample corpus' talk.

    python benchmarks/scale_corpus.py FOLDER [--interviews N] [--seed N]

Each interview has about 1,600 words: questions and answers of the sample corpus in another order,
their sentences mixed, names and numbers changed. Conventions of labels and of files take turns.
Interview 7 is the same whatever the number of interviews, so small corpora are parts of large ones.
"""

from __future__ import annotations

import argparse
import csv
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from random import Random
from xml.sax.saxutils import escape

from pipeline.core.corpus import Corpus
from pipeline.core.records import INTERVIEWER
from pipeline.ingest.files import find_files
from pipeline.ingest.participants import People
from pipeline.ingest.reading import Failure, read_file

ROOT = Path(__file__).resolve().parents[1]
NAME = "many"
WORDS = 1_600
MIXED = 0.35  # the share of sentences that come from another answer
IN_FOLDER = 1_000
GUIDE = ROOT / "configs" / "demo.toml"
BOOK = ROOT / "configs" / "codebooks" / "vcc.yaml"
PROPER = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}")  # a name: capital inside a sentence
NUMBER = re.compile(r"\b\d{1,4}\b")
SENTENCE = re.compile(r"(?<=[.?!]) +")
SYLLABLES = ("bar", "kel", "lin", "mer", "nor", "sta", "tin", "vo", "wen", "ral", "shi", "dol")
SECTORS = ("charity", "business", "public")
Pair = tuple[str, str]  # what is asked and what is answered


def pairs_of_sample() -> list[Pair]:
    """Return the questions and answers of the sample corpus' interviews."""
    corpus = Corpus(ROOT, "demo")
    found: list[Pair] = []
    for file in find_files(corpus.raw, corpus.settings(), ""):
        read = read_file(file, people=People())
        if not file.source.startswith("interview") or isinstance(read, Failure):
            continue
        turns = [" ".join(turn.text.split()) for turn in read[0].turns]
        roles = [turn.role for turn in read[0].turns]
        found += [
            (turns[n], turns[n + 1])
            for n in range(len(turns) - 1)
            if roles[n] == INTERVIEWER and roles[n + 1] != INTERVIEWER
        ]
    return found


def talk_of(number: int, pairs: Sequence[Pair], seed: int) -> list[Pair]:
    """Return the questions and answers of one invented interview."""
    draw = Random(f"{seed}:{number}")  # noqa: S311  # to invent, not to hide
    names: dict[str, str] = {}
    talk: list[Pair] = []
    n_words = 0
    for asked, answered in draw.sample(pairs, len(pairs)):
        said = [
            draw.choice(SENTENCE.split(draw.choice(pairs)[1])) if draw.random() < MIXED else words
            for words in SENTENCE.split(answered)
        ]
        talk.append((asked, renamed(" ".join(said), names, draw)))
        n_words += len(asked.split()) + len(talk[-1][1].split())
        if n_words >= WORDS:
            break
    return talk


def renamed(text: str, names: dict[str, str], draw: Random) -> str:
    """Return ``text`` with names and numbers of this interview's own."""

    def other(found: re.Match[str]) -> str:
        invented = "".join(draw.choices(SYLLABLES, k=draw.randint(2, 3))).capitalize()
        return names.setdefault(found.group(), invented)

    return NUMBER.sub(lambda _: str(draw.randint(2, 2_000)), PROPER.sub(other, text))


def time_of(second: int, *, mark: str = "") -> str:
    """Return a time as ``00:01:05``, or as cues have it with thousandths behind ``mark``."""
    clock = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
    return f"{clock}{mark}000" if mark else clock


def timed(talk: Sequence[Pair]) -> list[tuple[int, str, str]]:
    """Return each turn with the second at which it begins, and who speaks."""
    found, second = [], 3
    for pair in talk:
        for who, words in zip("IP", pair, strict=True):
            found.append((second, who, words))
            second += 1 + len(words.split()) // 3
    return found


def plain(talk: Sequence[Pair]) -> bytes:
    """Return talk with initials as labels."""
    return "".join(f"I: {asked}\n\nP: {said}\n\n" for asked, said in talk).encode()


def with_times(talk: Sequence[Pair]) -> bytes:
    """Return talk with a time before each label."""
    names = {"I": "INTERVIEWER", "P": "PARTICIPANT"}
    lines = [f"[{time_of(at)}] {names[who]}: {words}\n" for at, who, words in timed(talk)]
    return "".join(lines).encode()


def bold(talk: Sequence[Pair]) -> bytes:
    """Return talk in Markdown with bold labels."""
    lines = [f"**Interviewer:** {asked}\n\n**Participant:** {said}\n\n" for asked, said in talk]
    return "".join(lines).encode()


def cues(talk: Sequence[Pair]) -> bytes:
    """Return talk as captions with voices."""
    turns = [*timed(talk), (36_000, "", "")]
    names = {"I": "Interviewer", "P": "Participant"}
    lines = ["WEBVTT\n"]
    for (at, who, words), (after, _, _) in pairwise(turns):
        times = f"{time_of(at, mark='.')} --> {time_of(min(after, at + 60), mark='.')}"
        lines.append(f"{times}\n<v {names[who]}>{escape(words)}\n")
    return "\n".join(lines).encode()


def document(talk: Sequence[Pair]) -> bytes:
    """Return talk as a .docx of one paragraph a turn."""
    names = {"I": "Interviewer", "P": "Participant"}
    body = "".join(
        f"<w:p><w:r><w:t>{names[who]}: {escape(words)}</w:t></w:r></w:p>"
        for _, who, words in timed(talk)
    )
    space = "http://schemas.openxmlformats.org"
    main = f"{space}/wordprocessingml/2006/main"
    types = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types"><Default '
        'Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{types}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship '
        f'Id="rId1" Type="{space}/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{main}"><w:body>{body}</w:body></w:document>',
    }
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in parts.items():
            archive.writestr(
                zipfile.ZipInfo(name), '<?xml version="1.0" encoding="UTF-8"?>' + text,
                zipfile.ZIP_DEFLATED,
            )  # fmt: skip
    return data.getvalue()


# plain text is commonest in studies with an AI interviewer: its share is two in six
FORMS: tuple[tuple[str, str, Callable[[Sequence[Pair]], bytes]], ...] = (
    (".txt", "P", plain),
    (".txt", "PARTICIPANT", with_times),
    (".md", "Participant", bold),
    (".txt", "P", plain),
    (".vtt", "Participant", cues),
    (".docx", "Participant", document),
)


def write_corpus(root: Path, n_interviews: int, seed: int = 0) -> Corpus:
    """Lay out a corpus of ``n_interviews`` with settings and codebook in ``root``.

    Every interview has a participant of its own in the participants table.
    """
    corpus = Corpus(root, NAME)
    (root / "configs" / "codebooks").mkdir(parents=True)
    shutil.copy(BOOK, root / "configs" / "codebooks")
    general, _, guide = GUIDE.read_text(encoding="utf-8").partition("[[ingest.files]]")
    guide = guide[guide.index("[[questions]]") :]
    corpus.config.write_text(general + guide, encoding="utf-8")
    pairs, people = pairs_of_sample(), [["R1", "Interviewer;INTERVIEWER;I", "*", "interviewer", ""]]
    for number in range(n_interviews):
        end, label, form = FORMS[number % len(FORMS)]
        folder = corpus.raw / f"part_{number // IN_FOLDER:03}"
        folder.mkdir(parents=True, exist_ok=True)
        name = f"interview_{number:06}{end}"
        (folder / name).write_bytes(form(talk_of(number, pairs, seed)))
        people.append([f"P{number:06}", label, name, "participant", SECTORS[number % len(SECTORS)]])
    with corpus.participants.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(
            [["participant_id", "label", "transcript", "role", "sector"], *people]
        )
    return corpus


def main() -> None:
    """Write a corpus and say where it is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--interviews", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    corpus = write_corpus(given.folder, given.interviews, given.seed)
    print(f"cd {given.folder} && glossator run {corpus.name}")


if __name__ == "__main__":
    main()
