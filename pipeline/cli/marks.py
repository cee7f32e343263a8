"""Marked texts on the command line: annotation tools, and training elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from pipeline.cli.refi import imported_folder, refuse_refi, statuses_in
from pipeline.core.config import nearest
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError

if TYPE_CHECKING:
    from pipeline.export.marks.stage import Marked

F = TypeVar("F", bound=Callable[..., Any])
MARKS = (
    "taguette",
    "doccano",
    "prodigy",
    "labelstudio",
    "webannotation",
    "docbin",
    "displacy",
)
KNOWN = ("status", "with_suggestions")


def mark_options(command: F) -> F:
    """Give a command the options of an export of marked texts."""
    for option in (
        click.option("--coder", default="", help="Of marked texts: only this coder's codes."),
        click.option("--unit", default="", help="Of marked texts: segment or transcript."),
    ):
        command = option(command)
    return command


def refuse_marks(to: str, wish: Mapping[str, Any]) -> None:
    """Raise `ConfigError` if an option was given that ``to`` does not know."""
    given = [name for name in ("unit", "coder") if wish[name]]
    if given:
        raise ConfigError(
            f"--{given[0]}: belongs to --to {', '.join(MARKS)}; here it is --to {to}. Leave it out."
        )


def mark(corpus: Corpus, to: str, asked: Mapping[str, Any]) -> Marked:
    """Write the corpus as marked texts and return what was written."""
    from pipeline.core.codebook import read_codebook
    from pipeline.exchange.refi.memory import read_memory
    from pipeline.export.marks.stage import Marking, run
    from pipeline.export.refi.stage import STATUSES

    refuse_refi(to, asked, KNOWN)
    statuses = statuses_in(asked["status"])
    for status in sorted(statuses - set(STATUSES)):
        raise ConfigError(f"--status {status}: unknown{nearest(status, STATUSES)}.")
    wish = Marking(asked["unit"], asked["coder"], statuses, asked["with_suggestions"])
    codebook = read_codebook(corpus.codebook(corpus.settings()))
    with corpus.locked():
        return run(corpus, codebook, read_memory(imported_folder(corpus)), to, wish)
