"""The key of pseudonyms: which name became which, kept in ``private/`` and nowhere else.

Numbers never change once given; the key is read back and only grows.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipeline.core.atomic import storage_error
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.errors import InputError
from pipeline.ingest.pseudonyms.names import Person
from pipeline.ingest.pseudonyms.seek import NAME, Find

VERSION = 1
FILE_NAME = "pseudonyms.json"
WORDS = {NAME: "Name", "e-mail": "E-mail", "phone": "Phone", "postcode": "Postcode"}
OWNER_ONLY, OWNER_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the key; ``number`` is null where a person has a pseudonym of their own."""

    kind: str
    identity: str
    original: str
    replacement: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """What became of every name and contact of a corpus, in the order in which it was met."""

    entries: tuple[Entry, ...] = ()
    numbered: dict[tuple[str, str], str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        numbered = {
            (entry.kind, entry.identity): entry.replacement
            for entry in self.entries
            if entry.number is not None
        }
        object.__setattr__(self, "numbered", numbered)

    def replacement(self, found: Find) -> str | None:
        """Return what stands for a name or contact that has a number, None if it has none yet."""
        return self.numbered.get((found.kind, found.identity))

    @property
    def replacements(self) -> frozenset[str]:
        """Every pseudonym and number given so far."""
        return frozenset(entry.replacement for entry in self.entries)

    def with_people(self, people: Iterable[Person]) -> Key:
        """Return the key with a line for each person who has a pseudonym; old lines stay."""
        known = {(entry.identity, entry.replacement) for entry in self.entries}
        fresh = {
            (one.identity, one.pseudonym): Entry(NAME, one.identity, one.original, one.pseudonym)
            for one in people
            if one.pseudonym is not None and (one.identity, one.pseudonym) not in known
        }
        return Key((*self.entries, *fresh.values()))

    def with_finds(self, finds: Iterable[Find]) -> Key:
        """Return the key with a number for everything among ``finds`` that has none, in order."""
        entries = list(self.entries)
        taken = set(self.replacements)
        numbered = dict(self.numbered)
        last = {kind: max(numbers_of(entries, kind), default=0) for kind in WORDS}
        for found in finds:
            if (found.kind, found.identity) in numbered:
                continue
            number = last[found.kind] + 1
            while (name := f"[{WORDS[found.kind]} {number}]") in taken:
                number += 1  # somebody's pseudonym in the participants table
            last[found.kind] = number
            numbered[found.kind, found.identity] = name
            entries.append(Entry(found.kind, found.identity, found.original, name, number))
        return Key(tuple(entries))


def numbers_of(entries: Sequence[Entry], kind: str) -> list[int]:
    """Return the numbers given to things of one kind."""
    return [e.number for e in entries if e.kind == kind and e.number is not None]


def format_key(key: Key) -> str:
    """Return ``key`` as JSON that `parse_key` reads."""
    rows = [asdict(entry) for entry in key.entries]
    return json.dumps({"version": VERSION, "entries": rows}, ensure_ascii=False, indent=1) + "\n"


def parse_key(text: str | bytes, *, where: str) -> Key:
    """Return the key that `format_key` wrote; ``where`` names the file in messages.

    Raises
    ------
    InputError
        ``E_KEY_DAMAGED`` if it is no whole key, or gives one number twice.
    """
    try:
        raw = json.loads(text)
        if raw["version"] != VERSION:
            raise damaged(where, f"it is of version {raw['version']!r}; {VERSION} is known")
        entries = tuple(Entry(**row) for row in raw["entries"])
    except BROKEN_JSON as error:
        raise damaged(where, "it is not the key that ingest wrote, or not all of it") from error
    for number, entry in enumerate(entries, 1):
        if not is_sound(entry):
            raise damaged(where, f"its entry {number} is not one that ingest writes")
    given = [(e.kind, e.identity) for e in entries if e.number is not None]
    names = [e.replacement for e in entries if e.number is not None]
    if len(set(given)) < len(given) or len(set(names)) < len(names):
        raise damaged(where, "it gives a number twice")
    return Key(entries)


def is_sound(entry: Entry) -> bool:
    """Whether the values of an entry are of the kinds that `Key.with_finds` gives them."""
    texts: tuple[object, ...] = (entry.identity, entry.original, entry.replacement)
    number: object = entry.number
    if not all(isinstance(text, str) and text for text in (entry.kind, *texts)):
        return False
    if entry.kind not in WORDS:
        return False
    is_given = type(number) is int and entry.replacement == f"[{WORDS[entry.kind]} {number}]"
    return number is None or is_given


def damaged(where: str, what: str) -> InputError:
    """Return the error for a key that cannot be trusted."""
    return InputError(
        f"{where}: {what}; it says which name became which, so it is never overwritten. Restore it "
        "from a copy. If there is none, move it away: every name gets a new number.",
        code="E_KEY_DAMAGED",
    )


def read_key(path: Path) -> Key:
    """Return the key in ``path``, an empty one if there is no file.

    Raises
    ------
    InputError
        ``E_KEY_DAMAGED`` if it cannot be read or trusted.
    """
    try:
        return parse_key(path.read_bytes(), where=str(path))
    except FileNotFoundError:
        return Key()
    except OSError as error:
        raise damaged(str(path), f"it cannot be read ({error.strerror})") from error


def write_key(path: Path, key: Key) -> None:
    """Write ``key`` whole or not at all, for its owner's eyes only.

    Raises
    ------
    StorageError
        If the disk refuses; what was there is then as it was.
    """
    data = format_key(key).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if stat.S_IMODE(path.parent.stat().st_mode) != OWNER_FOLDER:
            path.parent.chmod(OWNER_FOLDER)
        if path.exists() and path.read_bytes() == data:
            path.chmod(OWNER_ONLY)
            return
        temporary = path.with_name(f".{path.name}.part")
        temporary.unlink(missing_ok=True)
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise storage_error(path, error) from error
