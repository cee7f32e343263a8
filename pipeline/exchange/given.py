"""What a reader is told besides a file's bytes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.exchange.refi.offsets import Convention


@dataclass(frozen=True, slots=True)
class Given:
    """What the user says of a file, and what the corpus holds.

    Parameters
    ----------
    offsets
        How offsets are to be read; None: measured.
    corpus
        The name of the corpus.
    texts
        Its transcripts: canonical texts by id.
    columns
        Of a table: its column for each of `pipeline.exchange.columns.ROLES`.
    separator
        What parts several codes in one cell of a table; empty: nothing is known to.
    """

    offsets: Convention | None = None
    corpus: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    separator: str = ""
