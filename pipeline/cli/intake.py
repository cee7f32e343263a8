"""An import from end to end: read, plan, write, ingest, append; rooms meet only here."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.cli.console import Console
from pipeline.cli.refi import imported_folder
from pipeline.core.atomic import read_given, write_bytes
from pipeline.core.corpus import NAME, Corpus, check_new_name, corpus_names, find_corpus, find_root
from pipeline.core.errors import ConfigError, InputError
from pipeline.core.settings import Settings
from pipeline.exchange.given import Given
from pipeline.exchange.intake.have import Ask, Have, Plan
from pipeline.exchange.intake.plan import make_plan
from pipeline.exchange.intake.sources import without
from pipeline.exchange.refi.read import Found
from pipeline.review.imported import Taken

SHORT = 12  # of a file's hash, as files are called


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user typed."""

    file: Path
    is_renaming: bool
    offsets: str
    coders: Path | None
    codebook: str
    is_dry: bool
    columns: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What an import did, or would do; ``report`` is what is kept of it as JSON."""

    corpus: Corpus
    report: Mapping[str, Any]
    files: tuple[Path, ...]
    is_dry: bool

    @property
    def to_confirm(self) -> list[str]:
        """What a person should look at."""
        return [*self.report["to_do"], *self.report["conflicts"]]


def bring(console: Console, name: str, wanted: Wanted) -> Done:
    """Import a file into the corpus called ``name``, which is made if it is not there."""
    from pipeline.exchange.formats import kind_of

    kind = kind_of(wanted.file)
    data = read_given(wanted.file)
    given = given_of(wanted, kind)
    corpus, is_new = corpus_for(name)
    if is_new:
        check_new(corpus, wanted.codebook)
    elif not wanted.is_dry and has_texts(corpus):
        bring_up(console, corpus)
    have, settings = read_have(corpus, wanted, is_new=is_new)
    found = read_file(wanted, kind, data, replace(given, corpus=corpus.name, texts=have.texts))
    found = without(found, faults_of(found, have, settings))
    plan = make_plan(found, have, Ask(wanted.is_renaming, read_renames(wanted.coders)), kind=kind)
    refuse_names(plan, settings)
    if wanted.is_dry:
        return Done(corpus, rehearse(corpus, found, plan, have), (), is_dry=True)
    if is_new:
        scaffold(corpus, wanted.codebook or f"{corpus_slug(corpus)}-imported")
    with corpus.locked():
        write_sources(corpus, plan, data)
    if plan.texts or plan.people:
        bring_up(console, corpus)
    with corpus.locked():
        return conclude(corpus, found, plan)


def given_of(wanted: Wanted, kind: str) -> Given:
    """Return what the user says of the file (`InputError` if it does not go with its format)."""
    from pipeline.exchange.columns import parse_columns
    from pipeline.exchange.formats import parse_convention, refuse_columns

    refuse_columns(kind, wanted.columns, wanted.separator)
    columns = parse_columns(wanted.columns) if wanted.columns else {}
    asked = parse_convention(wanted.offsets)
    return Given(asked, columns=columns, separator=wanted.separator)


def read_file(wanted: Wanted, kind: str, data: bytes, given: Given) -> Found:
    """Return what the file holds; an error says its name."""
    from pipeline.exchange.formats import READERS

    try:
        return READERS[kind](data, given)
    except InputError as error:
        raise InputError(f"{wanted.file.name}: {error}", code=error.code) from error


def corpus_for(name: str) -> tuple[Corpus, bool]:
    """Return the corpus called ``name``, and whether it is yet to be made."""
    root = find_root(Path.cwd())
    if not NAME.fullmatch(name) or name in corpus_names(root):
        found = find_corpus(name, start=Path.cwd())
        # an import that was ended before it had made the corpus goes on where it was
        return found, not (found.config.exists() or found.participants.exists())
    check_new_name(root, name)
    return Corpus(root, name), True


def corpus_slug(corpus: Corpus) -> str:
    """Return the name of a corpus as part of a codebook's."""
    from pipeline.exchange.refi.codebook import slug_of

    return slug_of(corpus.name)


def check_new(corpus: Corpus, codebook: str) -> None:
    """Raise `ConfigError` if the corpus that is to be made names a codebook that is not there."""
    from pipeline.cli.init import check_codebook

    if codebook:
        check_codebook(corpus.root / "configs" / "codebooks", codebook)


def scaffold(corpus: Corpus, codebook: str) -> None:
    """Make the folders and settings of a new corpus."""
    from pipeline.cli.init import SETTINGS, write_new

    corpus.raw.mkdir(parents=True, exist_ok=True)
    write_new(corpus.config, SETTINGS.format(name=corpus.name, codebook=codebook))


def has_texts(corpus: Corpus) -> bool:
    """Whether there is anything to ingest."""
    folders = (corpus.raw, imported_folder(corpus) / "texts")
    paths = (path for folder in folders for path in folder.glob("**/*"))
    return any(path.is_file() and not path.name.startswith(".") for path in paths)


def bring_up(console: Console, corpus: Corpus) -> None:
    """Ingest what is new or changed."""
    from pipeline.cli.stages import ingest

    with corpus.locked():
        ingest(console, corpus, keep_going=False)


def read_have(corpus: Corpus, wanted: Wanted, *, is_new: bool) -> tuple[Have, Settings]:
    """Return the corpus as it is, and its settings."""
    from pipeline.core.codebook import read_codebook
    from pipeline.exchange.refi.memory import read_memory
    from pipeline.ingest.participants import ID, read_cells
    from pipeline.review import corpus_log
    from pipeline.review.facts import read_texts

    if is_new:
        book = corpus.root / "configs" / "codebooks" / f"{wanted.codebook}.yaml"
        codebook = read_codebook(book) if wanted.codebook else None
        return Have(corpus.name, codebook=codebook), Settings(codebook="new")
    settings = corpus.settings()
    path = corpus.codebook(settings)
    is_ours = settings.codebook == f"{corpus_slug(corpus)}-imported"
    cells = read_cells(corpus.participants)
    have = Have(
        corpus.name,
        read_texts(corpus) if corpus.table("transcripts").exists() else {},
        None if is_ours and not path.exists() else read_codebook(path),
        read_memory(imported_folder(corpus)),
        tuple(dict.fromkeys(column for row in cells.values() for column in row if column != ID)),
        cells,
        frozenset(coder.coder for coder in corpus_log.coders(corpus)),
    )
    return have, settings


def faults_of(found: Found, have: Have, settings: Settings) -> dict[str, str]:
    """Return why some sources can be no transcripts, by GUID."""
    from pipeline.ingest.exact import fault_of

    known = set(have.texts.values())
    sources = (source for source in found.project.sources if source.text not in known)
    faults = ((source.guid, fault_of(source.text, settings)) for source in sources)
    return {guid: why for guid, why in faults if why}


def read_renames(path: Path | None) -> dict[str, str]:
    """Return names of coders there and here from a CSV of two columns."""
    if path is None:
        return {}
    text = read_given(path).decode("utf-8-sig", "replace")
    rows = [row for row in csv.reader(text.splitlines()) if any(row)]
    if any(len(row) != 2 for row in rows):  # noqa: PLR2004  # there and here
        raise InputError(
            f"{path}: every row has two cells, the name there and the name here.", code="E_COLUMNS"
        )
    return {there.strip(): here.strip() for there, here in rows}


def refuse_names(plan: Plan, settings: Settings) -> None:
    """Raise `ConfigError` if texts would come in that ingest has to change."""
    if plan.texts and settings.privacy.pseudonymise:
        raise ConfigError(
            f"{len(plan.texts)} transcripts are new, and names are replaced in this corpus: "
            "codings would no longer stand on their words. Import them into a corpus of their own.",
            code="E_PRIVACY",
        )


def write_sources(corpus: Corpus, plan: Plan, data: bytes) -> None:
    """Write what an import brings besides decisions: all of it is kept by ``make clean``."""
    from pipeline.cli.init import PARTICIPANTS
    from pipeline.exchange.codebooks import format_codebook
    from pipeline.ingest.appending import with_cells
    from pipeline.ingest.files import SPEAKERS, TEXTS, read_speakers

    folder = imported_folder(corpus)
    book = corpus.codebook(corpus.settings())
    if plan.codebook is not None and not book.exists():
        write_bytes(book, format_codebook(plan.codebook).encode())
    path = corpus.participants
    if path.suffix == ".csv" and (plan.people or not corpus.build.exists()):
        before = path.read_bytes() if path.exists() else PARTICIPANTS.encode()
        write_if_other(path, with_cells(before, plan.people) if plan.people else before)
    if plan.texts:
        speakers = {**read_speakers(folder / SPEAKERS), **plan.speakers}
        text = json.dumps(dict(sorted(speakers.items())), ensure_ascii=False, indent=1)
        write_if_other(folder / SPEAKERS, (text + "\n").encode())
        for name, words in plan.texts.items():
            write_if_other(folder / TEXTS / f"{name}.txt", words.encode())
    write_if_other(folder / f"{plan.map.sha256[:SHORT]}.{plan.map.kind}", data)


def write_if_other(path: Path, data: bytes) -> bool:
    """Write ``data`` to ``path`` unless that is what it holds; return whether it was written."""
    if path.exists() and path.read_bytes() == data:
        return False
    write_bytes(path, data)
    return True


def conclude(corpus: Corpus, found: Found, plan: Plan) -> Done:
    """Append the decisions, then write the map and the report."""
    from pipeline.core.codebook import read_codebook
    from pipeline.exchange.codebooks import format_codebook
    from pipeline.review.imported import take

    version = read_codebook(corpus.codebook(corpus.settings())).version_id
    taken = take(corpus, plan.decisions, version, plan.map.sha256)
    report = report_of(found, plan, taken, corpus)
    stem = imported_folder(corpus) / plan.map.sha256[:SHORT]
    paths = [stem.with_name(stem.name + ending) for ending in (".map.json", ".report.json")]
    is_changed = write_if_other(paths[0], plan.map.to_json().encode())
    if is_changed or taken.n_new or not paths[1].exists():
        text = json.dumps(report, ensure_ascii=False, indent=1)
        write_bytes(paths[1], (text + "\n").encode())
    if plan.proposal is not None:
        paths.append(stem.with_name(stem.name + ".codebook.yaml"))
        write_if_other(paths[-1], format_codebook(plan.proposal).encode())
    return Done(corpus, report, tuple(paths), is_dry=False)


def rehearse(corpus: Corpus, found: Found, plan: Plan, have: Have) -> Mapping[str, Any]:
    """Return the report of an import that writes nothing."""
    from pipeline.review.imported import take

    version = have.codebook.version_id if have.codebook else ""
    taken = take(corpus, plan.decisions, version, plan.map.sha256, is_dry=True)
    return report_of(found, plan, taken, corpus)


def report_of(found: Found, plan: Plan, taken: Taken, corpus: Corpus) -> dict[str, Any]:
    """Return what is told of an import."""
    to_do = list(plan.tale.to_do)
    if plan.people and corpus.participants.suffix != ".csv":
        to_do.append(
            f"{len(plan.people)} participants are new; the table is a workbook: add them by hand"
        )
    return {
        "file": plan.map.sha256,
        "kind": plan.map.kind,
        "origin": found.project.origin,
        "counts": dict(sorted(plan.tale.counts.items())),
        "codings_new": taken.n_new,
        "codings_known": taken.n_known,
        "offsets": offset_lines(found),
        "conventions": {
            link.name: [link.convention, link.score, link.runner_up, link.runner_score, link.reason]
            for link in plan.map.sources
        },
        "encodings": dict(found.encodings),
        "new_coders": list(plan.coders),
        "participants": {name: dict(cells) for name, cells in plan.people.items()},
        "to_do": to_do,
        "conflicts": list(taken.conflicts),
        "notes": plan.tale.notes,
        "undo": dict(taken.groups),
    }


def offset_lines(found: Found) -> Sequence[str]:
    """Return how many sources count in which way, and how sure that is."""
    said = Counter(
        (str(how.convention), WHY[how.reason])
        for how in found.conventions.values()
        if how.reason in WHY
    )
    return [
        f"{words} ({why}; {n} source{'' if n == 1 else 's'})"
        for (words, why), n in sorted(said.items())
    ]


WHY = {
    "told": "measured",
    "project": "their text leaves it open: taken from the whole project",
    "asked": "as you said",
}
