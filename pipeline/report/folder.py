"""A folder of files, written whole or not at all; what no report wrote is never touched."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.core.atomic import storage_error
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.errors import InputError

RECEIPT = "receipt.json"
STAGE = "report"


def write_folder(out: Path, files: Mapping[str, bytes]) -> None:
    """Put ``files`` (paths within ``out``) in the place of what an earlier report wrote there.

    Raises
    ------
    InputError
        If ``out`` holds anything that no report wrote; nothing is changed then.
    StorageError
        If the disk refuses; ``out`` is as it was.
    """
    check_folder(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    except OSError as error:
        raise storage_error(out, error) from error
    try:
        fill(fresh, files)
        exchange(out, fresh)
    except OSError as error:
        raise storage_error(out, error) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def check_folder(out: Path) -> None:
    """Raise `InputError` if ``out`` holds anything that no report wrote."""
    strangers = sorted(strangers_in(out))
    if strangers:
        raise InputError(
            f"{out}: it holds {strangers[0]}, which no report wrote; a report replaces its whole "
            "folder. Move what is yours, or name another folder with --out.",
            code="E_FOLDER_TAKEN",
        )


def strangers_in(out: Path) -> Iterator[str]:
    """Yield the files in ``out`` that no earlier report wrote; hidden ones are nobody's."""
    if not out.exists():
        return
    if not out.is_dir():
        yield "a file of this name"
        return
    known = written(out)
    for path in out.rglob("*"):
        name = path.relative_to(out).as_posix()
        if path.is_file() and name not in known and not path.name.startswith("."):
            yield name


def written(out: Path) -> set[str]:
    """Return what the report in ``out`` says that it wrote."""
    try:
        told = json.loads((out / RECEIPT).read_text(encoding="utf-8"))
        is_ours = told["stage"] == STAGE
        return {RECEIPT, *map(str, told["details"]["files"])} if is_ours else set()
    except (OSError, *BROKEN_JSON):
        return set()


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write ``files`` and have the disk hold them."""
    folder.chmod(0o755)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def exchange(out: Path, fresh: Path) -> None:
    """Let ``fresh`` take the place of ``out``; if that fails, ``out`` comes back."""
    old = fresh.with_name(f"{fresh.name}.old")
    if out.exists():
        out.replace(old)
    try:
        fresh.replace(out)
    except OSError:
        if old.exists():
            old.replace(out)
        raise
    shutil.rmtree(old, ignore_errors=True)
