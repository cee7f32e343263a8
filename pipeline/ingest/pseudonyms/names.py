"""A person's name to the forms in which people speak of it: whole, first name, surname, initial."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.labels import (
    INTERVIEWER_CODES,
    PARTICIPANT_CODES,
    fold,
    has_role_word,
)
from pipeline.ingest.pseudonyms.words import (
    COMMON,
    NOT_NAMES,
    PARTICLES,
    SUFFIXES,
    TITLES,
    WORD,
    fold_word,
    is_capitalised,
    tokens,
)

LEAST = 2  # letters of a name; a single one is an initial
SHORT = 3  # letters; so short a name counts only with a capital
NICKNAME = re.compile(r"[(\[\"\u201c\u201e']([^()\[\]\"\u201c\u201d\u201e']{2,40})[)\]\"\u201d']")
CODE_LETTERS = 2  # all capitals: initials or a code, not a name
CODES = INTERVIEWER_CODES | PARTICIPANT_CODES
VOWELS = re.compile("[AEIOUYÄÖÜÅÆØÉÈ]")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose names are replaced: by ``pseudonym``, or by a number if there is none.

    ``names`` are whole names, the first of which stands in the key; ``labels`` are labels of
    transcripts that look like names; ``places`` are patterns of the files that this person's row
    is for (none: every file).
    """

    names: tuple[str, ...]
    labels: tuple[str, ...] = ()
    pseudonym: str | None = None
    participant_id: str | None = None
    row: int | None = None

    @property
    def original(self) -> str:
        """The name that stands in the key."""
        return (*self.names, *self.labels)[0]

    @property
    def identity(self) -> str:
        """The name that stands in the key, folded, in speaking order."""
        return identity_of(self.original)


@dataclass(frozen=True, slots=True)
class Form:
    """One way of writing one or more persons' names; ``people`` counts them as they were given.

    ``strict`` says of each word whether it counts only with a capital; ``is_inverted``: with a
    comma, as in ``Reed, Anna``. A form without people is a pseudonym that stays as it is.
    """

    words: tuple[str, ...]
    written: str
    strict: tuple[bool, ...]
    people: tuple[int, ...]
    is_whole: bool
    is_surname: bool = False
    is_inverted: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A form before it is known who else shares it."""

    written: str
    is_whole: bool = False
    is_surname: bool = False
    is_inverted: bool = False
    needs_capital: bool = False


def shapes_of(name: str, *, needs_capital: bool = False) -> Iterator[Shape]:
    """Yield the ways in which people write ``name``, the whole name first."""
    for nickname in NICKNAME.findall(name):
        yield from shapes_of(nickname, needs_capital=needs_capital)
    parts = parts_of(NICKNAME.sub(" ", name))
    if len("".join(parts)) < LEAST:
        return
    yield Shape(" ".join(parts), is_whole=True, needs_capital=needs_capital and len(parts) == 1)
    if len(parts) > 1:
        yield from shapes_of_parts(parts)


def shapes_of_parts(parts: Sequence[str]) -> Iterator[Shape]:
    """Yield the shorter and the turned round ways of writing a name of several words."""
    first = parts[0]
    spoken = [part for part in parts[1:] if fold(part) not in PARTICLES] or list(parts[-1:])
    surname = spoken[-1]
    yield Shape(f"{' '.join(parts[1:])} {first}", is_inverted=True)
    yield Shape(f"{surname} {' '.join(parts[:-1])}", is_inverted=True)
    for between in (parts[1:], [surname], spoken[:1]):
        yield Shape(f"{first} {' '.join(between)}")
        if is_name_part(surname):
            yield Shape(f"{first[0]} {' '.join(between)}")
    for start in range(1, len(parts) - 1):
        yield Shape(" ".join(parts[start:]), is_surname=True)
    halves = surname.replace("\u2010", "-").replace("\u2011", "-").split("-")
    for part in filter(is_name_part, (first, *spoken, *halves)):
        yield Shape(part, is_surname=part != first)


def identity_of(name: str) -> str:
    """Return what is the same however ``name`` is written: folded words in speaking order."""
    return " ".join(tokens(" ".join(parts_of(NICKNAME.sub(" ", name)))) or tokens(name))


def parts_of(name: str) -> list[str]:
    """Return the words of ``name`` in speaking order, without titles before and letters behind."""
    last, comma, first = name.partition(",")
    is_suffix = comma and fold(first).replace(".", "") in SUFFIXES
    parts = untitled(last) if is_suffix or not comma else [*untitled(first), *untitled(last)]
    while len(parts) > 1 and fold(parts[-1]).replace(".", "") in SUFFIXES:
        parts = parts[:-1]
    return parts


def untitled(name: str) -> list[str]:
    """Return the words of ``name`` without the titles before them; a lone title stays."""
    parts = [part.strip(".,;:") for part in name.split() if WORD.search(part)]
    while len(parts) > 1 and fold(parts[0]) in TITLES:
        parts = parts[1:]
    return parts


def is_name_part(part: str) -> bool:
    """Whether ``part`` of a longer name may stand for it alone."""
    folded = fold(part)
    is_word = folded in PARTICLES or folded in NOT_NAMES or folded in TITLES
    is_code = part.isupper() and len(part) <= CODE_LETTERS
    return len(part) >= LEAST and not (is_word or is_code or has_role_word(part) or part.isdigit())


def looks_like_name(label: str, organisation: str = "") -> bool:
    """Whether a label is somebody's name rather than a code, initials, a role or their house."""
    words = parts_of(NICKNAME.sub(" ", label))
    if not words or any(char.isdigit() for char in label) or is_of_house(label, organisation):
        return False
    if fold(label) in CODES or any(has_role_word(p) or fold(p) in NOT_NAMES for p in words):
        return False
    if len(words) == 1 and label.isupper() and label.isascii() and not VOWELS.search(label):
        return False
    is_code = any(part.isupper() and len(part) == CODE_LETTERS for part in words)
    return not is_code and max(map(len, words)) >= LEAST


def is_of_house(label: str, organisation: str) -> bool:
    """Whether a label is made of the words or the initials of an organisation."""
    house = tokens(organisation)
    initials = "".join(word[0] for word in house)
    is_start = bool(house) and "".join(house).startswith("".join(tokens(label)))
    return is_start or fold(label) == initials or not set(house).isdisjoint(tokens(label))


def spellings(shape: Shape) -> set[tuple[str, ...]]:
    """Return the words of ``shape``, with and without the hyphens and apostrophes inside words."""
    found: set[tuple[str, ...]] = {()}
    for word in shape.written.split():
        apart, together = tokens(word), fold_word("".join(WORD.findall(word)))
        found = {(*before, *after) for before in found for after in {apart, (together,)}}
    return found - {()}


def forms_of(people: Sequence[Person], pseudonyms: Iterable[str] = ()) -> dict[str, list[Form]]:
    """Return the forms of all names by their first word, the longest first.

    A form that is somebody's whole name is nobody's part, but for a bare name without a pseudonym
    that is a part of just one other person's: then both are that person.

    Parameters
    ----------
    people
        In a fixed order, by whose numbers forms name them.
    pseudonyms
        Those of several words stay as they are where they stand, though they hold a name.
    """
    found: dict[tuple[tuple[str, ...], bool], list[tuple[int, Shape]]] = {}
    for number, person in enumerate(people):
        for shape in shapes_of_person(person):
            for spelling in spellings(shape):
                found.setdefault((spelling, shape.is_inverted), []).append((number, shape))
    for pseudonym in pseudonyms:
        if len(tokens(pseudonym)) > 1:
            found.setdefault((tokens(pseudonym), False), [])
    forms: dict[str, list[Form]] = {}
    for (spelling, is_inverted), claims in found.items():
        form = form_of(spelling, claims, people, is_inverted=is_inverted)
        forms.setdefault(spelling[0], []).append(form)
    for same in forms.values():
        same.sort(key=lambda form: (-len(form.words), form.words, form.is_inverted))
    return forms


def shapes_of_person(person: Person) -> Iterator[Shape]:
    """Yield the ways in which people write any name of ``person``."""
    for name in person.names:
        yield from shapes_of(name)
    for label in person.labels:
        yield from shapes_of(label, needs_capital=is_capitalised(label))


def form_of(
    spelling: tuple[str, ...],
    claims: Sequence[tuple[int, Shape]],
    people: Sequence[Person],
    *,
    is_inverted: bool,
) -> Form:
    """Return the form ``spelling`` with those who may be meant by it."""
    whole = dict.fromkeys(number for number, shape in claims if shape.is_whole)
    parts = dict.fromkeys(number for number, shape in claims if number not in whole)
    bare = [number for number in whole if people[number].pseudonym is None]
    if len(whole) == len(bare) == len(parts) == 1:
        whole = {}
    shapes = [shape for number, shape in claims if number in (whole or parts)]
    needs_capital = bool(shapes) and all(shape.needs_capital for shape in shapes)
    return Form(
        words=spelling,
        written=shapes[0].written if shapes else " ".join(spelling),
        strict=strictness(spelling, needs_capital=needs_capital, is_fixed=not claims),
        people=tuple(whole or parts),
        is_whole=bool(whole),
        is_surname=bool(shapes) and all(shape.is_surname for shape in shapes),
        is_inverted=is_inverted,
    )


def strictness(spelling: Sequence[str], *, needs_capital: bool, is_fixed: bool) -> tuple[bool, ...]:
    """Return for each word of a form whether it counts only with a capital."""
    if is_fixed:
        return (False,) * len(spelling)
    if len(spelling) == 1:
        return (needs_capital or len(spelling[0]) <= SHORT or spelling[0] in COMMON,)
    return tuple(len(word) == 1 or (word in COMMON and word not in PARTICLES) for word in spelling)


def by_participant(people: Sequence[Person]) -> Mapping[str, int]:
    """Return the number of the person of each participant."""
    return {p.participant_id: n for n, p in enumerate(people) if p.participant_id is not None}
