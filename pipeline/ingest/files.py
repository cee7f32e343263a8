"""The raw files of a corpus, the ids of their transcripts and the keys of their content."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from pipeline.core.broken import BROKEN_JSON
from pipeline.core.config import settings_for_file
from pipeline.core.errors import TranscriptError
from pipeline.core.receipts import key_of, sha256_of
from pipeline.core.settings import IngestSettings, QuestionSettings, Settings
from pipeline.ingest.sniff import KNOWN

VERSION = "ingest-4"  # raise it when the same files would be read otherwise
IMPORTED, TEXTS, SPEAKERS = "imported", "texts", "speakers.json"
UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file to read: ``source`` is its name below ``raw/``, ``key`` hashes all it hangs on.

    ``said`` is set for a text that came from another tool: it is taken as it is, and these
    participants speak from here to there.
    """

    path: Path
    source: str
    transcript_id: str
    sha256: str
    key: str
    settings: IngestSettings
    questions: tuple[QuestionSettings, ...] = ()
    said: tuple[tuple[int, int, str], ...] | None = None


def find_files(raw: Path, settings: Settings, people: str) -> list[RawFile]:
    """Return the files in ``raw`` and its folders, in order of their names.

    Parameters
    ----------
    raw
        The folder of transcripts as they came.
    settings
        Of the corpus; ``ingest.exclude`` names files that are passed over.
    people
        A digest of the participants table, on which every transcript hangs, too.

    Raises
    ------
    TranscriptError
        ``E_EMPTY_CORPUS`` if there is no file.
    """
    paths = sorted(
        path for path in raw.rglob("*") if path.is_file() and is_wanted(path, raw, settings.ingest)
    )
    imported = find_imported(raw.parent / IMPORTED, settings, people)
    if not paths and not imported:
        raise TranscriptError(
            f"{raw}: there is no transcript; {KNOWN} are read. Put the files into this folder and "
            "run again.",
            code="E_EMPTY_CORPUS",
        )
    sources = [path.relative_to(raw).as_posix() for path in paths]
    guide, found = settings.questions, list(imported)
    taken = {file.transcript_id.casefold() for file in imported}
    for path, source, name in zip(paths, sources, ids_of(sources), strict=True):
        if name.casefold() in taken:
            raise TranscriptError(
                f"{source}: an imported transcript is called {name} already, and decisions stand "
                "on it. Give this file another name.",
                code="E_SAME_NAME",
            )
        own, sha256 = settings_for_file(settings.ingest, source), sha256_of(path)
        key = key_of(VERSION, source, name, sha256, settings_key(own), people, guide)
        found.append(RawFile(path, source, name, sha256, key, own, guide))
    return found


def find_imported(folder: Path, settings: Settings, people: str) -> list[RawFile]:
    """Return the texts that came from other tools, with who speaks in them.

    Raises
    ------
    TranscriptError
        If the file that says who speaks is damaged.
    """
    speakers, guide, found = read_speakers(folder / SPEAKERS), settings.questions, []
    for path in sorted((folder / TEXTS).glob("*.txt")):
        name, source = path.stem, f"{IMPORTED}/{path.name}"
        own, sha256 = settings_for_file(settings.ingest, source), sha256_of(path)
        said = speakers.get(name, ())
        key = key_of(VERSION, source, name, sha256, settings_key(own), people, guide, said)
        found.append(RawFile(path, source, name, sha256, key, own, guide, said))
    return found


def read_speakers(path: Path) -> dict[str, tuple[tuple[int, int, str], ...]]:
    """Return who speaks from where to where in imported texts, by transcript."""
    if not path.exists():
        return {}
    try:
        raw = json.loads(path.read_bytes())
        return {
            name: tuple((int(start), int(end), str(person)) for start, end, person in rows)
            for name, rows in raw.items()
        }
    except BROKEN_JSON as error:
        raise TranscriptError(
            f"{path}: this does not say who speaks in imported transcripts. "
            "Import the files beside it again, or delete it.",
            code="E_SPEAKERS",
        ) from error


def is_wanted(path: Path, raw: Path, settings: IngestSettings) -> bool:
    """Whether no part of a file's name below ``raw`` is excluded."""
    parts = path.relative_to(raw).parts
    return not any(fnmatch(part, pattern) for part in parts for pattern in settings.exclude)


def settings_key(settings: IngestSettings) -> str:
    """Return a hash of the settings of one file, whatever is said of other files."""
    names = (name for name in settings.__slots__ if name not in {"files", "exclude"})
    return key_of(*((name, getattr(settings, name)) for name in names))


def ids_of(sources: Sequence[str]) -> list[str]:
    """Return an id for each file: its stem made safe, with more of its path on a clash."""
    levels = [[safe(form) for form in forms_of(source)] for source in sources]
    found = [forms[0] for forms in levels]
    for level in range(1, 3):
        taken = Counter(name.casefold() for name in found)
        found = [
            forms[level] if taken[name.casefold()] > 1 else name
            for name, forms in zip(found, levels, strict=True)
        ]
    return numbered(found)


def forms_of(source: str) -> tuple[str, str, str]:
    """Return ever longer names of a file: stem, folders and stem, folders and whole name."""
    folder, _, name = source.rpartition("/")
    stem = name.rpartition(".")[0] or name
    before = f"{folder.replace('/', '.')}." if folder else ""
    return stem, before + stem, before + name


def safe(name: str) -> str:
    """Return ``name`` as part of an id: letters, digits, ``_``, ``.`` and ``-``."""
    plain = unicodedata.normalize("NFC", name)
    return UNSAFE.sub("_", plain).strip("_.") or "transcript"


def numbered(names: Sequence[str]) -> list[str]:
    """Return ``names`` with a number behind those that still stand there twice."""
    seen: Counter[str] = Counter()
    found = []
    for name in names:
        seen[name.casefold()] += 1
        found.append(name if seen[name.casefold()] == 1 else f"{name}.{seen[name.casefold()]}")
    return found
