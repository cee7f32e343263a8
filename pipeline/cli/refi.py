"""REFI-QDA on the command line: what goes out, and what the loss report says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.cli.console import Console, counted
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.export.marks.stage import Marked
    from pipeline.export.refi.stage import Sent

F = TypeVar("F", bound=Callable[..., Any])
REFI = ("qdpx", "qdc")
IMPORTED = "imported"

OPTIONS = (
    click.option("--profile", default="standard", help="Of a qdpx: standard, nvivo or qualcoder."),
    click.option(
        "--status",
        default="",
        help="Only codes of these statuses, e.g. agreed,single,adjudicated.",
    ),
    click.option(
        "--with-suggestions",
        is_flag=True,
        help="Suggestions, too, apart from what people coded, called after the model.",
    ),
    click.option(
        "--memos", default="both", help="Of a qdpx: memos as note, as description, or as both."
    ),
    click.option(
        "--source-values",
        is_flag=True,
        help="Of a qdpx: the only participant's attributes also on the transcript.",
    ),
)
DEFAULTS = {
    "profile": "standard",
    "status": "",
    "with_suggestions": False,
    "memos": "both",
    "source_values": False,
}


def refi_options(command: F) -> F:
    """Give a command the options of an export to REFI-QDA."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command


def refuse_refi(to: str, wish: Mapping[str, Any], known: Collection[str] = ()) -> None:
    """Raise `ConfigError` if an option was given that ``to`` does not know."""
    given = [name for name, value in DEFAULTS.items() if wish[name] != value and name not in known]
    if given:
        option = "--" + given[0].replace("_", "-")
        raise ConfigError(f"{option}: belongs to --to qdpx; here it is --to {to}. Leave it out.")


def imported_folder(corpus: Corpus) -> Path:
    """Return where files of other tools are kept, with their maps."""
    return corpus.folder / IMPORTED


def send(corpus: Corpus, to: str, asked: Mapping[str, Any]) -> Sent:
    """Write the corpus, or its codebook, and return what was written."""
    from pipeline.core.codebook import read_codebook
    from pipeline.exchange.gathered import with_own_guids
    from pipeline.exchange.refi.memory import read_memory
    from pipeline.export.refi.facts import read_facts
    from pipeline.export.refi.project import Wish
    from pipeline.export.refi.stage import run, run_codebook
    from pipeline.ingest.participants import read_cells

    codebook = read_codebook(corpus.codebook(corpus.settings()))
    memory = with_own_guids(read_memory(imported_folder(corpus)), corpus.name, codebook.slug)
    if to == "qdc":
        refuse_refi(to, asked)
        with corpus.locked():
            return run_codebook(codebook, memory, corpus.export / f"{codebook.slug}.qdc")
    statuses = statuses_in(asked["status"])
    wish = Wish(asked["profile"], statuses, asked["memos"], asked["source_values"])
    name = corpus.name if wish.profile == "standard" else f"{corpus.name}-{wish.profile}"
    with corpus.locked():
        facts = read_facts(
            corpus,
            codebook,
            memory,
            written=read_cells(corpus.participants),
            has_suggestions=asked["with_suggestions"],
        )
        return run(facts, corpus.export / f"{name}.qdpx", wish)


def statuses_in(text: str) -> frozenset[str]:
    """Return the statuses that an option lists."""
    return frozenset(word.strip() for word in text.split(",") if word.strip())


def say_sent(console: Console, corpus: Corpus, sent: Sent | Marked, *, as_json: bool) -> None:
    """Print what was written, what did not go with it, and what the other tool may do."""
    if as_json:
        kinds = {kind: count.to_mapping() for kind, count in sent.loss.kinds.items()}
        console.show_json({"files": sent.files, "kinds": kinds, "warnings": sent.loss.warnings})
        return
    counts = sent.loss.kinds
    told = [
        counted(count.n_out, kind.removesuffix("s"), kind)
        for kind, count in counts.items()
        if count.n_out
    ]
    console.say(f"export   {', '.join(told)} to")
    for path in sent.files:
        console.say(f"  {corpus.shown(path)}")
    if sent.loss.is_nothing:
        console.say("Nothing was lost.")
    for line in sent.loss.lines:
        console.say(f"  {line}")
    for warning in sent.loss.warnings:
        console.say(f"  note: {warning}")
