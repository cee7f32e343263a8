"""A copy of the log that holds all of it: a plain copy of the file may lack the last decisions."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from pipeline.core.atomic import replacing
from pipeline.core.errors import ReviewError, StorageError
from pipeline.review.log.schema import connect, in_words
from pipeline.review.log.verify import Verification, verify


def backup(path: Path, target: Path) -> Verification:
    """Copy the log at ``path`` to ``target``, while others may write, and verify the copy.

    Raises
    ------
    ReviewError
        If ``target`` is there already, or the copy is damaged.
    StorageError
        If the disk does not take it.
    """
    if target.exists():
        raise ReviewError(
            f"{target}: there is a file already; a backup never takes another's place. "
            "Name a new file.",
            code="E_EXISTS",
        )
    with replacing(target) as temporary:
        with (
            in_words(path),
            contextlib.closing(connect(path)) as source,
            contextlib.closing(sqlite3.connect(temporary)) as copy,
        ):
            source.backup(copy)
            # one file, whole; opening it makes it WAL again
            mode = copy.execute("PRAGMA journal_mode=DELETE").fetchone()[0]
            if mode != "delete":  # SQLite says so by no error: the end of it lies in another file
                raise StorageError(
                    f"{target}: the disk did not take the whole copy; there is none. "
                    "Look after the disk and try again."
                )
        found = verify(temporary)
        if found.problems:
            raise ReviewError(
                f"{path}: the copy is damaged, so the log is: {found.problems[0]}. "
                "See all of it with 'glossator log verify'.",
                code="E_LOG_DAMAGED",
            )
    return found
