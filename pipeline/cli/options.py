"""Arguments and options that several commands share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from pipeline.core.corpus import Corpus, corpus_names, find_corpus, find_root


class CorpusType(click.ParamType[Corpus]):
    """A corpus by its name or folder."""

    name = "corpus"

    def convert(self, value: Any, param: Any, ctx: Any) -> Corpus:  # noqa: ARG002  # click's signature
        """Return the corpus; an unknown one is an expected error, not a wrong command line."""
        return value if isinstance(value, Corpus) else find_corpus(value, start=Path.cwd())

    def shell_complete(self, ctx: Any, param: Any, incomplete: str) -> list[CompletionItem]:  # noqa: ARG002  # click's signature
        """Return the corpora of the project whose names begin so."""
        return beginning_with(incomplete, corpus_names(find_root(Path.cwd())))


def complete_codebook(ctx: Any, param: Any, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001  # click's signature
    """Return the codebooks of the project whose names begin so."""
    folder = find_root(Path.cwd()) / "configs" / "codebooks"
    return beginning_with(incomplete, sorted(path.stem for path in folder.glob("*.yaml")))


def beginning_with(begin: str, names: Sequence[str]) -> list[CompletionItem]:
    """Return the ``names`` that begin so, as the shell is told."""
    return [CompletionItem(name) for name in names if name.startswith(begin)]


CORPUS = CorpusType()
FILE = click.Path(dir_okay=False, path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
