"""Reading a file that a user named; writing a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipeline.core.errors import InputError, StorageError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_SUCH_CALL = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES})
OF_THE_DISK = FULL | {errno.EACCES, errno.EPERM, errno.EROFS, errno.EIO}


def read_given(path: Path) -> bytes:
    """Return the bytes of a file that the user named (`InputError` if it cannot be read)."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the name.") from error


def write_bytes(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, whole or not at all (`StorageError` if the disk refuses)."""
    with replacing(path) as temporary:
        temporary.write_bytes(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary file in the folder of ``path``; on leaving, it takes the place of ``path``.

    If anything is raised inside, the temporary file goes and ``path`` is as it was.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Have the disk hold the names in ``folder``: a rename alone may be gone with the power.

    Windows knows no such call, and some network drives refuse it: names are theirs to keep.

    Raises
    ------
    StorageError
        If the disk does not say that it holds them.
    """
    if os.name == "nt":
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in NO_SUCH_CALL:
            raise StorageError(
                f"{folder}: written, but the disk does not say that it holds it "
                f"({error.strerror}). Run again, and look after the disk."
            ) from error


def is_of_the_disk(error: OSError) -> bool:
    """Say whether a disk refuses, for want of room, of permission or of health."""
    return error.errno in OF_THE_DISK


def storage_error(path: Path | str, error: OSError) -> StorageError:
    """Return the sentence for a disk that does not take what it should."""
    if error.errno in FULL:
        return StorageError(
            f"{path}: the disk is full; nothing was changed. Make room and run again.",
            code="E_DISK_FULL",
        )
    reason = error.strerror or str(error)
    return StorageError(
        f"{path}: cannot be written ({reason}); nothing was changed. "
        "Check who may write there, and whether another program has it open."
    )


def touch(path: Path) -> None:
    """Renew the date of ``path``, or make would ask for it again."""
    with contextlib.suppress(OSError):
        os.utime(path)
