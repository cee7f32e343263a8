"""Making a log: whole under its name, or not there at all."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import tempfile
from pathlib import Path

from pipeline.core.atomic import storage_error, sync_folder
from pipeline.review.log.place import refuse_network_drive
from pipeline.review.log.schema import lay

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP})


def make_log(path: Path, corpus: str) -> None:
    """Make an empty log and give it its name when it is whole, unless somebody else was first.

    Raises
    ------
    ReviewError
        If it would lie on a network drive.
    StorageError
        If the disk refuses; then there is no log.
    """
    refuse_network_drive(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
        fresh = Path(name)
        try:
            with contextlib.closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
                lay(connection, corpus)
            name_once(fresh, path)
        finally:
            with contextlib.suppress(OSError):
                fresh.unlink()
    except OSError as error:
        raise storage_error(path, error) from error
    sync_folder(path.parent)


def name_once(fresh: Path, path: Path) -> None:
    """Give the file ``fresh`` the name ``path`` unless that is taken; a rename would replace it.

    Where a disk knows no links nothing is done: the log is then made in its place.
    """
    try:
        if os.name == "nt":
            fresh.rename(path)  # which refuses there
        else:
            path.hardlink_to(fresh)
    except FileExistsError:
        return
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
