"""The leak check: names and contacts of the key are looked for in what leaves this machine."""

from __future__ import annotations

import html
import io
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import load_workbook

from pipeline.core.broken import BROKEN_SHEET
from pipeline.core.errors import TranscriptError
from pipeline.core.settings import PrivacySettings
from pipeline.ingest.decode import decode
from pipeline.ingest.participants import read_people
from pipeline.ingest.pseudonyms.key import Key, read_key
from pipeline.ingest.pseudonyms.seek import NAME, Find, Seeker
from pipeline.ingest.pseudonyms.table import seeker_of
from pipeline.ingest.readers.archive import MAX_TOTAL, open_archive

UNREADABLE = "not searched"
BUILT = ("*.parquet", "*.json")
PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".woff", ".woff2")

Texts = Iterable[tuple[str, str]]  # place, words


@dataclass(frozen=True, slots=True)
class Leak:
    """Names or contacts of one kind in one file: the first place, and how many there are.

    The words themselves stand in no leak: its list may be shown to anybody. The kind
    ``not searched`` says that a file could not be read.
    """

    file: str
    place: str
    kind: str
    count: int = 1

    def __str__(self) -> str:
        if self.kind == UNREADABLE:
            return f"{self.file}: it cannot be read, so it was not searched"
        more = f" and {self.count - 1} more" if self.count > 1 else ""
        return f"{self.file}, {self.place}{more}: {self.kind}"


@dataclass(frozen=True, slots=True)
class Names:
    """What is looked for: all names that are known, and the contacts that the key holds."""

    seeker: Seeker
    contacts: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def of(cls, seeker: Seeker, key: Key) -> Names:
        """Return the names of ``seeker`` and the contacts of ``key``."""
        contacts = {(e.kind, e.identity) for e in key.entries if e.kind != NAME}
        kinds = tuple(dict.fromkeys(kind for kind, _ in sorted(contacts)))
        return cls(replace(seeker, kinds=kinds), frozenset(contacts))

    def __len__(self) -> int:
        return len(self.seeker.people) + len(self.contacts)

    def find(self, text: str) -> list[Find]:
        """Return what is known in ``text``."""
        return [
            found
            for found in self.seeker.find(text)
            if found.kind == NAME or (found.kind, found.identity) in self.contacts
        ]


def find_leaks(texts: Mapping[str, str], names: Names, *, file: str = "") -> list[Leak]:
    """Return the names and contacts in ``texts``, one leak for each place and kind.

    Parameters
    ----------
    texts
        Words by their places: ``line 3``, ``column speaker``.
    names
        What is looked for. A pseudonym of several words is no leak, even if a part of it is
        somebody's name.
    file
        The file that the texts are from.
    """
    return list(leaks_in(texts.items(), names, file))


def leaks_in(texts: Texts, names: Names, file: str) -> Iterator[Leak]:
    """Yield a leak for each place and kind."""
    seen: dict[str, list[str]] = {}
    for place, text in texts:
        if text not in seen:
            seen[text] = [found.kind for found in names.find(text)]
        for kind in dict.fromkeys(seen[text]):
            yield Leak(file, place, kind, seen[text].count(kind))


def known_names(participants: Path, key: Path, settings: PrivacySettings) -> Names:
    """Return all names and contacts that a corpus is known to hold.

    Parameters
    ----------
    participants
        The participants table that people keep; there may be none.
    key
        The key of pseudonyms; there may be none.
    settings
        Name further people, and words that are no names.

    Raises
    ------
    InputError
        ``E_KEY_DAMAGED`` if the key cannot be trusted.
    """
    given = read_key(key)
    return Names.of(seeker_of(read_people(participants), settings, given.entries), given)


def search_files(folders: Iterable[Path], root: Path, names: Names) -> list[Leak]:
    """Return the leaks in all files in ``folders``, one for each file and kind, in a fixed order.

    Parameters
    ----------
    folders
        Folders to search with all below them; hidden files are passed over.
    root
        Files are named relative to it.
    names
        What is looked for.
    """
    paths = sorted(path for folder in folders for path in folder.rglob("*") if is_result(path))
    return [leak for path in paths for leak in leaks_of(path, root, names)]


def search_tables(build: Path, root: Path, names: Names) -> list[Leak]:
    """Return the leaks in the tables and reports that stages wrote to ``build``."""
    paths = sorted(path for pattern in BUILT for path in build.glob(pattern))
    return [leak for path in paths for leak in leaks_of(path, root, names)]


def is_result(path: Path) -> bool:
    """Whether ``path`` is a file that somebody may pass on."""
    return path.is_file() and not path.name.startswith(".")


def leaks_of(path: Path, root: Path, names: Names) -> list[Leak]:
    """Return the leaks in one file: its name, and its words."""
    file = path.relative_to(root).as_posix()
    try:
        texts = [("its name", path.stem), *texts_in(path.name, path.read_bytes())]
    except (TranscriptError, pa.ArrowException, *BROKEN_SHEET):
        return [Leak(file, "", UNREADABLE)]
    found: dict[str, Leak] = {}
    for leak in leaks_in(texts, names, file):
        first = found.get(leak.kind, replace(leak, count=0))
        found[leak.kind] = replace(first, count=first.count + leak.count)
    return list(found.values())


def texts_in(name: str, data: bytes) -> Iterator[tuple[str, str]]:
    """Yield place and words of everything in a file that may hold words."""
    suffix = Path(name).suffix.lower()
    if suffix in PICTURES:
        return
    if suffix in READERS:
        yield from READERS[suffix](data)
    elif data[:4] == b"PK\x03\x04":
        yield from in_archive(data)
    else:
        yield from in_lines(data)


def in_lines(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the lines of a text, CSV or HTML file, or what can be read of any other."""
    try:
        text = decode(data).text
    except TranscriptError:  # a database, for instance: its words stand between other bytes
        text = data.decode("utf-8", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        yield f"line {number}", html.unescape(line)


def in_docbin(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the words of a packed file of training examples."""
    unpacking = zlib.decompressobj()
    words = unpacking.decompress(data, MAX_TOTAL)
    if not unpacking.eof:
        raise zlib.error("it ends before its end, or is larger than is searched")
    yield "its words", words.decode("utf-8", "replace")


def in_json(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts of a JSON file by their keys."""
    yield from in_value(json.loads(data), "")


def in_json_lines(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts of a file of JSON lines."""
    for number, line in enumerate(data.decode().split("\n"), 1):
        if line.strip():
            yield from in_value(json.loads(line), f"line {number}")


def in_value(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield every text in ``value``, the keys of tables, too."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            where = f"{place}, {key}" if place else str(key)
            yield place or "a key", str(key)
            yield from in_value(inner, where)
    elif isinstance(value, list):
        for inner in value:
            yield from in_value(inner, place)


def in_parquet(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts of a table by row and column, and those of its receipt."""
    table = pq.ParquetFile(io.BytesIO(data)).read(use_threads=False)
    for value in (table.schema.metadata or {}).values():
        yield "its receipt", value.decode("utf-8", "replace")
    for name in table.column_names:
        yield f"column {name}", name
        for number, value in enumerate(table.column(name).to_pylist(), 1):
            yield from in_value(value, f"row {number}, column {name}")


def in_workbook(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts of a workbook by sheet and cell."""
    open_archive(data)
    book = load_workbook(io.BytesIO(data), read_only=True)
    for sheet in book.worksheets:
        yield "a sheet's name", sheet.title
        for cell in chain.from_iterable(sheet.iter_rows()):
            if isinstance(cell.value, str):
                yield f"{sheet.title} {cell.coordinate}", cell.value


def in_archive(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the texts of the members of an archive, as in an exchange file."""
    archive = open_archive(data)
    for name in archive.namelist():
        yield f"the name of {name}", name
        for place, text in texts_in(name, archive.read(name)):
            yield f"{name}, {place}", text


READERS: Mapping[str, Callable[[bytes], Iterator[tuple[str, str]]]] = MappingProxyType(
    {
        ".json": in_json,
        ".jsonl": in_json_lines,
        ".parquet": in_parquet,
        ".spacy": in_docbin,
        ".xlsx": in_workbook,
    }
)
