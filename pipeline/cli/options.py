"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipeline.core.corpus import Corpus, find_corpus


class CorpusType(click.ParamType[Corpus]):
    """A corpus by its name or folder."""

    name = "corpus"

    def convert(self, value: Any, param: Any, ctx: Any) -> Corpus:  # noqa: ARG002  # click's signature
        """Return the corpus; an unknown one is an expected error, not a wrong command line."""
        return value if isinstance(value, Corpus) else find_corpus(value, start=Path.cwd())


CORPUS = CorpusType()
FILE = click.Path(dir_okay=False, path_type=Path)

json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
