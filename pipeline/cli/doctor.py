"""``glossator doctor``: is the installation whole, is a corpus in order, and what to do if not."""

from __future__ import annotations

import importlib.metadata as packages
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted
from pipeline.cli.options import CORPUS, json_option
from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError

FINE, LOOK, WRONG = "fine", "look", "wrong"
LEAST_FREE = 2**30  # bytes; a model and its tables take less
NEEDS = re.compile(r"^[A-Za-z0-9._-]+")
EXTRAS: Mapping[str, str] = {
    "onnxruntime": "sentence vectors (extra 'encoder')",
    "distributed": "a Dask cluster (extra 'cluster')",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: its ``state``, what was found, and what to do about it."""

    what: str
    state: str
    found: str
    to_do: str = ""


@click.command("doctor")
@click.argument("corpus", type=CORPUS, required=False)
@json_option
@click.pass_obj
def doctor_command(console: Console, *, corpus: Corpus | None, as_json: bool) -> int:
    """Check the installation, and CORPUS if it is named; say what to do about what is amiss.

    Nothing is changed. Exit code 4 if there is something to look at.
    """
    findings = list(installation())
    if corpus is not None:
        findings += examine(corpus)
    if as_json:
        console.show_json([as_mapping(finding) for finding in findings])
    else:
        for finding in findings:
            mark = {FINE: "ok", LOOK: "look", WRONG: "WRONG"}[finding.state]
            console.say(f"{mark:<6} {finding.what:<13} {finding.found}")
            if finding.to_do:
                console.say(f"{'':<20} {finding.to_do}")
    return TO_CONFIRM if any(finding.state != FINE for finding in findings) else 0


def installation() -> Iterator[Finding]:
    """Yield what there is to say of this machine and the packages on it."""
    version = ".".join(map(str, sys.version_info[:3]))
    yield Finding("Python", FINE, version)
    names = needed()
    missing = sorted(name for name in names if version_of(name) is None)
    yield Finding(
        "libraries",
        WRONG if missing else FINE,
        f"missing: {', '.join(missing)}" if missing else f"{len(names)} of {len(names)}",
        "Install glossator again." if missing else "",
    )
    for name, use in EXTRAS.items():
        found = version_of(name)
        yield Finding("extra", FINE, f"{use}: {f'{name} {found}' if found else 'not installed'}")
    free = shutil.disk_usage(Path.cwd()).free
    is_full = free < LEAST_FREE
    yield Finding(
        "disk",
        LOOK if is_full else FINE,
        f"{free / 2**30:,.1f} GiB free here",
        "Make room before long work; nothing is half-written if it runs out." if is_full else "",
    )


def needed() -> list[str]:
    """Return the libraries that the package cannot do without."""
    lines = packages.requires("glossator") or []
    names = (NEEDS.match(line) for line in lines if "extra ==" not in line)
    return [found[0] for found in names if found]


def version_of(name: str) -> str | None:
    """Return the version of an installed library, None if it is not there."""
    try:
        return packages.version(name)
    except packages.PackageNotFoundError:
        return None


def examine(corpus: Corpus) -> Iterator[Finding]:
    """Yield what there is to say of a corpus; each part is looked at, whatever the others say."""
    parts: Mapping[str, Callable[[Corpus], Finding]] = {
        "settings": settings_of,
        "codebook": codebook_of,
        "transcripts": transcripts_of,
        "tables": tables_of,
        "decisions": decisions_of,
        "encoder": encoder_of,
        "model": model_of,
    }
    for what, look in parts.items():
        try:
            yield look(corpus)
        except GlossatorError as error:
            yield Finding(what, WRONG, str(error))


def settings_of(corpus: Corpus) -> Finding:
    """Read the settings."""
    corpus.settings()
    return Finding("settings", FINE, corpus.shown(corpus.config))


def codebook_of(corpus: Corpus) -> Finding:
    """Read the codebook."""
    from pipeline.core.codebook import read_codebook

    book = read_codebook(corpus.codebook(corpus.settings()))
    found = f"{book.slug} {book.version}, {counted(len(book.codable), 'code')}"
    if not book.warnings:
        return Finding("codebook", FINE, found)
    warnings = counted(len(book.warnings), "warning")
    return Finding(
        "codebook", LOOK, f"{found}, {warnings}", f"Type 'glossator codebook check {book.slug}'."
    )


def transcripts_of(corpus: Corpus) -> Finding:
    """Count the files."""
    number = sum(path.is_file() for path in corpus.raw.rglob("*")) if corpus.raw.is_dir() else 0
    if number:
        return Finding("transcripts", FINE, counted(number, "file"))
    return Finding("transcripts", LOOK, "none yet", f"Put some into {corpus.shown(corpus.raw)}.")


def tables_of(corpus: Corpus) -> Finding:
    """Read what the stages wrote, and whether it is up to date."""
    from pipeline.cli.status import status_of

    status = status_of(corpus)
    stale = status.stale
    if not status.rows:
        return Finding("tables", FINE, f"none yet; 'glossator run {corpus.name}' makes them")
    if not stale:
        return Finding("tables", FINE, "up to date")
    reasons = "; ".join(f"{name}: {reason}" for name, reason in stale.items())
    return Finding("tables", LOOK, reasons, f"Type 'glossator run {corpus.name}'.")


def decisions_of(corpus: Corpus) -> Finding:
    """Verify the log."""
    from pipeline.review.corpus_log import verify_log
    from pipeline.review.log.place import cloud_of, refuse_network_drive

    if not corpus.log.exists():
        return Finding("decisions", FINE, "none yet")
    refuse_network_drive(corpus.log)
    found = verify_log(corpus)
    entries = counted(found.n_decisions, "entry", "entries")
    advice = f"Type 'glossator log verify {corpus.name}'."
    if found.problems:
        return Finding("decisions", WRONG, f"{entries}, damaged: {found.problems[0]}", advice)
    if found.stale or found.conflicts:
        waiting = len(found.stale) + len(found.conflicts)
        return Finding("decisions", LOOK, f"{entries}, {waiting:,} to look at", advice)
    cloud = cloud_of(corpus.log)
    if cloud:
        told = f"{entries}, in {cloud}, which seems to be kept in step with other machines"
        return Finding("decisions", LOOK, told, "Move the project out of it: it can damage a log.")
    return Finding("decisions", FINE, f"{entries}, sound")


def encoder_of(corpus: Corpus) -> Finding:
    """Run the encoder that the settings name, as suggesting would."""
    settings = corpus.settings().suggest
    if not settings.encoder:
        return Finding("encoder", FINE, "none; suggestions come from the project's own words")
    from pipeline.learn.encoder import CACHE_FILE, encoder_from

    encoder = encoder_from(settings, corpus.root, corpus.build / CACHE_FILE)
    if encoder is not None:
        encoder.try_out()
    return Finding("encoder", FINE, f"{settings.encoder}, {settings.encoder_sha256[:12]}..., works")


def model_of(corpus: Corpus) -> Finding:
    """Load the model in use, as suggesting would."""
    from pipeline.core.codebook import read_codebook
    from pipeline.learn.store import load_current

    settings = corpus.settings()
    book = read_codebook(corpus.codebook(settings))
    loaded = load_current(corpus.models(settings), book)
    if loaded is None:
        return Finding("model", FINE, "none yet; suggestions come from the codebook")
    found = f"{loaded.model_id}, whole and of this codebook"
    learned_with = loaded.classifier.encoder_sha256_
    if learned_with:
        found += f", learned with the encoder {learned_with[:12]}..."
    named = settings.suggest.encoder_sha256 if settings.suggest.encoder else ""
    if learned_with == named:
        return Finding("model", FINE, found)
    told = f"{found}; the settings name {'another' if named else 'none'}"
    return Finding("model", LOOK, told, f"Type 'glossator train {corpus.name}' to have both alike.")
