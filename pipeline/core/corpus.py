"""The folders and files of one corpus."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.core.atomic import storage_error
from pipeline.core.config import nearest, read_settings
from pipeline.core.errors import BusyError, ConfigError
from pipeline.core.names import fault_of
from pipeline.core.settings import Settings

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus: ``root`` is the project's folder, ``name`` that of the corpus in ``corpora/``."""

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        """All of the corpus but its settings."""
        return self.root / "corpora" / self.name

    @property
    def raw(self) -> Path:
        """Transcripts as they came; nothing ever writes here."""
        return self.folder / "raw"

    @property
    def participants(self) -> Path:
        """Who speaks: a table that people keep."""
        xlsx = self.folder / "participants.xlsx"
        return xlsx if xlsx.exists() else self.folder / "participants.csv"

    @property
    def log(self) -> Path:
        """What people decided: append-only, never rebuilt."""
        return self.folder / "review.sqlite"

    @property
    def build(self) -> Path:
        """What a machine made: rebuildable."""
        return self.folder / "build"

    @property
    def export(self) -> Path:
        """Results for people and other tools."""
        return self.folder / "export"

    @property
    def private(self) -> Path:
        """Keys of pseudonyms: on this machine alone, for their owner's eyes."""
        return self.folder / "private"

    def table(self, stage: str) -> Path:
        """Return the path of a stage file such as ``turns``."""
        return self.build / f"{stage}.parquet"

    @property
    def ingest_report(self) -> Path:
        """What ingest understood and what it did not."""
        return self.build / "ingest_report.json"

    @property
    def config(self) -> Path:
        """The settings of this corpus."""
        return self.root / "configs" / f"{self.name}.toml"

    def settings(self) -> Settings:
        """Return the settings of this corpus (`ConfigError` if they break a rule)."""
        return read_settings(self.config)

    def codebook(self, settings: Settings) -> Path:
        """Return where the codebook that ``settings`` name lies."""
        return self.root / "configs" / "codebooks" / f"{settings.codebook}.yaml"

    def models(self, settings: Settings) -> Path:
        """Return the folder of the models of the codebook that ``settings`` name."""
        return self.root / "models" / settings.codebook

    def shown(self, path: Path) -> str:
        """Return ``path`` as a user reads it: relative to the project's folder if it lies in it."""
        return str(path.relative_to(self.root)) if path.is_relative_to(self.root) else str(path)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the corpus while a command writes in it.

        Raises
        ------
        BusyError
            If another command holds it.
        StorageError
            If its folder cannot be written.
        """
        lock = FileLock(self.folder / ".lock", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            raise BusyError(
                f"{self.shown(self.folder)}: another glossator command is writing in this corpus. "
                "Wait until it has ended, then run this one again."
            ) from error
        except OSError as error:
            raise storage_error(self.folder, error) from error
        try:
            yield
        finally:
            lock.release()


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above ``start`` that holds ``corpora``, else ``start``."""
    for folder in (start, *start.parents):
        if (folder / "corpora").is_dir():
            return folder
    return start


def find_corpus(name: str, *, start: Path) -> Corpus:
    """Return the corpus called ``name``, or the one in the folder ``name``.

    Parameters
    ----------
    name
        A corpus's name, or a path of its folder, which lies in a folder ``corpora``.
    start
        Where the search for the project begins.

    Raises
    ------
    ConfigError
        If there is none; the message lists those there are.
    """
    folder = (start / name).resolve()
    if folder.is_dir() and folder.parent.name == "corpora":
        return Corpus(folder.parent.parent, folder.name)
    root = find_root(start.resolve())
    if NAME.fullmatch(name) and (root / "corpora" / name).is_dir():
        return Corpus(root, name)
    known = corpus_names(root)
    hint = nearest(name, known) if known else ""
    raise ConfigError(
        f"{name}: there is no such corpus in {root / 'corpora'}{hint}. "
        "Make one with 'glossator init NAME'."
    )


def check_new_name(root: Path, name: str) -> None:
    """Raise `ConfigError` unless a corpus can be made under ``name``, or is there already."""
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{name}: a corpus's name is made of letters, digits, '.', '_' and '-', "
            "beginning with a letter or digit. Choose another name."
        )
    known = corpus_names(root)
    fault = fault_of(name, known) if name not in known else ""
    if fault:
        raise ConfigError(f"{name:.120}: {fault}. Choose another name for the corpus.")


def corpus_names(root: Path) -> list[str]:
    """Return the names of the corpora in the project at ``root``."""
    return sorted(path.name for path in (root / "corpora").glob("*") if path.is_dir())
