"""Settings from ``configs/<corpus>.toml``: all problems at once, unknown keys refused."""

from __future__ import annotations

import difflib
import tomllib
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, TypeVar

from pipeline.core.errors import ConfigError, listed
from pipeline.core.settings import IngestSettings, QuestionSettings, RoundSettings, Settings

T = TypeVar("T")


def read_settings(path: Path) -> Settings:
    """Return the settings in ``path``.

    Raises
    ------
    ConfigError
        If the file is missing or not TOML, or any setting is unknown, of the wrong kind or out of
        range; the message lists every problem.
    """
    try:
        raw = read_toml(path)
    except FileNotFoundError as error:
        raise ConfigError(
            f"{path}: there are no settings for this corpus. Make them with 'glossator init'."
        ) from error
    return parse_settings(raw, where=str(path))


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file says (`ConfigError` if it is none)."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:  # nested deep, digits without end, no UTF-8
        raise ConfigError(f"{path}: not TOML: {error}. Mend the line named.") from error


def parse_settings(raw: Mapping[str, Any], *, where: str) -> Settings:
    """Return ``raw`` as checked settings; ``where`` names the file in messages.

    Raises
    ------
    ConfigError
        Listing every problem found.
    """
    problems: list[str] = []
    settings = build(Settings, raw, "", problems)
    problems += problems_of_files(raw) + problems_of_questions(settings.questions)
    if not settings.codebook:
        problems.append('codebook: none is named; write codebook = "vcc" (a name without .yaml)')
    if settings.ingest.confirm_score > settings.ingest.accept_score:
        problems.append("ingest.confirm_score: must not exceed ingest.accept_score")
    if problems:
        raise ConfigError(listed([f"{where}: {problem}" for problem in problems]))
    return settings


def read_round(path: Path) -> RoundSettings:
    """Return the settings of a round of review in a TOML file of their own.

    Raises
    ------
    ConfigError
        If the file cannot be read, or any setting is unknown, of the wrong kind or out of range.
    """
    try:
        raw = read_toml(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror}). Check the name.") from error
    problems: list[str] = []
    settings = build(RoundSettings, raw, "", problems)
    if problems:
        raise ConfigError(listed([f"{path}: {problem}" for problem in problems]))
    return settings


def settings_for_file(settings: IngestSettings, name: str) -> IngestSettings:
    """Return the ingest settings of the file ``name``: ``[[ingest.files]]`` laid over the general.

    Tables are taken in order, so the last match wins; within them ``speakers``, ``aliases``,
    ``columns`` and ``limits`` add to the general ones.
    """
    changes = [table for table in settings.files if fnmatch(name, str(table["match"]))]
    for table in changes:
        settings = overlay(settings, {k: v for k, v in table.items() if k != "match"})
    return settings


def overlay(base: T, raw: Mapping[str, Any]) -> T:
    """Return ``base`` with the values of ``raw`` in place; nested tables are laid over, too."""
    problems: list[str] = []
    kinds = typing.get_type_hints(type(base))
    values = {f.name: getattr(base, f.name) for f in fields(base)}  # type: ignore[arg-type]  # a dataclass
    for key, value in raw.items():
        if is_dataclass(kinds[key]):
            values[key] = overlay(values[key], value)
        elif typing.get_origin(kinds[key]) is Mapping:
            values[key] = {**values[key], **(convert(kinds[key], value, key, problems) or {})}
        else:
            values[key] = convert(kinds[key], value, key, problems)
    if problems:
        raise ConfigError(listed(problems))
    return type(base)(**values)


def problems_of_files(raw: Mapping[str, Any]) -> list[str]:
    """Return what is wrong in the ``[[ingest.files]]`` tables."""
    problems: list[str] = []
    ingest = raw.get("ingest", {})
    tables = ingest.get("files", []) if isinstance(ingest, Mapping) else []
    if not isinstance(tables, list):
        return []  # `build` has said that it must be a list
    for number, table in enumerate(tables, 1):
        where = f"ingest.files[{number}]"
        if not isinstance(table, Mapping) or not isinstance(table.get("match"), str):
            problems.append(f'{where}: wants match = "<file name or pattern>"')
            continue
        rest = {key: value for key, value in table.items() if key != "match"}
        build(IngestSettings, rest, where, problems)
    return problems


def problems_of_questions(questions: Sequence[QuestionSettings]) -> list[str]:
    """Return what is wrong in the ``[[questions]]`` tables: ids are unique, nothing is empty."""
    problems: list[str] = []
    taken: set[str] = set()
    for number, question in enumerate(questions, 1):
        where = f"questions[{number}]"
        if question.id.strip() in taken:
            problems.append(f"{where}.id: {question.id!r} is taken; each question needs its own")
        taken |= {question.id.strip()} - {""}
        texts = {"id": question.id, "text": question.text}
        texts |= {f"probes[{n}]": probe for n, probe in enumerate(question.probes, 1)}
        problems += [
            f"{where}.{name}: is empty" for name, text in texts.items() if not text.strip()
        ]
    return problems


def build(kind: type[T], raw: Mapping[str, Any], where: str, problems: list[str]) -> T:
    """Return ``raw`` as the dataclass ``kind``; what does not fit goes to ``problems``."""
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]  # always a dataclass
    kinds = typing.get_type_hints(kind)
    values = {}
    for key, value in raw.items():
        place = f"{where}.{key}" if where else key
        if key not in known:
            problems.append(f"{place}: unknown setting{nearest(key, known)}")
            continue
        found = convert(kinds[key], value, place, problems)
        if found is not None and in_limits(found, known[key].metadata, place, problems):
            values[key] = found
    return kind(**values)


def convert(kind: Any, value: Any, place: str, problems: list[str]) -> Any:
    """Return ``value`` as ``kind``, or None and a problem."""
    if is_dataclass(kind) and isinstance(kind, type) and isinstance(value, Mapping):
        return build(kind, value, place, problems)
    if typing.get_origin(kind) is tuple:
        return convert_list(typing.get_args(kind)[0], value, place, problems)
    if is_dataclass(kind) or typing.get_origin(kind) is Mapping:
        return convert_table(typing.get_args(kind)[-1:], value, place, problems)
    if kind is float and type(value) is int:
        return float(value)
    if kind is Any or type(value) is kind:
        return value
    problems.append(f"{place}: is {kind_word(value)}; must be {KIND_WORDS[kind]}")
    return None


def convert_list(kind: Any, value: Any, place: str, problems: list[str]) -> Any:
    """Return a list of ``kind`` as a tuple, or None and a problem."""
    if not isinstance(value, list):
        problems.append(f"{place}: is {kind_word(value)}; must be a list [...]")
        return None
    found = [convert(kind, item, f"{place}[{n}]", problems) for n, item in enumerate(value, 1)]
    return tuple(item for item in found if item is not None)


def convert_table(
    kinds: tuple[Any, ...], value: Any, place: str, problems: list[str]
) -> Mapping[str, Any] | None:
    """Return a table whose values are of the one kind in ``kinds``, or None and a problem."""
    if not isinstance(value, Mapping):
        problems.append(f"{place}: is {kind_word(value)}; must be a table [{place}]")
        return None
    [kind] = kinds
    found = {key: convert(kind, item, f"{place}.{key}", problems) for key, item in value.items()}
    return {key: item for key, item in found.items() if item is not None}


def in_limits(value: Any, limits: Mapping[str, Any], place: str, problems: list[str]) -> bool:
    """Whether ``value`` keeps the limits of its field; a problem if not."""
    if "choices" in limits and value not in limits["choices"]:
        problems.append(f"{place}: is {value!r}; must be one of {', '.join(limits['choices'])}")
        return False
    if "low" in limits and not limits["low"] <= value <= limits["high"]:
        problems.append(f"{place}: is {value}; must be from {limits['low']} to {limits['high']}")
        return False
    return True


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean ...?`` for the nearest known word, or the list of all."""
    names = list(known)
    close = difflib.get_close_matches(word, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(names)}"


KIND_WORDS: Mapping[Any, str] = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}


def kind_word(value: Any) -> str:
    """Return what ``value`` is, in words."""
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, list) else KIND_WORDS.get(type(value), repr(value))
