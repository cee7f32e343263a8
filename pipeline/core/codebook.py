"""A codebook: its codes, reading it from YAML, and checking it with every problem at once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from pipeline.core.config import nearest
from pipeline.core.errors import CodebookError, listed

try:  # eight times as quick, where PyYAML was built with it
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # the same, in Python

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
COLOR = re.compile(r"#[0-9a-fA-F]{6}")
LINE = "__line__"
TEXTS = ("include", "exclude", "indicators", "examples", "roles", "aliases")
CODE_KEYS = ("id", "name", "definition", *TEXTS, "color", "codable", "codes")
BOOK_KEYS = ("codebook", "version", "title", "source", "codes")
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class Code:
    """One code, known by its path such as ``sources.linked-interests``.

    ``include`` and ``exclude`` say when to apply it and when not; ``indicators`` are short things
    people say or do that signal it, ``examples`` whole sentences; ``roles``, where given, are the
    only roles whose turns can carry it. A code that is not ``codable`` only holds others together.
    """

    path: str
    name: str
    definition: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    color: str = ""
    codable: bool = True

    @property
    def parent(self) -> str | None:
        """Path of the code above, None for a dimension."""
        return self.path.rpartition(".")[0] or None

    @property
    def dimension(self) -> str:
        """The top-level code it belongs to."""
        return self.path.partition(".")[0]

    @property
    def has_seed(self) -> bool:
        """Whether there is any text to suggest it from before the first label."""
        return bool(self.definition or self.indicators or self.examples)


@dataclass(frozen=True, slots=True)
class Codebook:
    """Codes in the order of the file, parents before children."""

    slug: str
    version: str
    codes: tuple[Code, ...]
    title: str = ""
    source: str = ""
    warnings: tuple[str, ...] = field(default=(), compare=False)

    @property
    def sha256(self) -> str:
        """Hash of the content: everything that could change a coder's or a model's mind."""
        rows = [[getattr(code, f.name) for f in fields(Code)] for code in self.codes]
        text = json.dumps([self.slug, self.version, rows], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def version_id(self) -> str:
        """Version and the start of the content hash, as decisions and suggestions carry it."""
        return f"{self.version}+{self.sha256[:8]}"

    @property
    def codable(self) -> tuple[Code, ...]:
        """The codes that a segment can carry."""
        return tuple(code for code in self.codes if code.codable)

    def __contains__(self, path: object) -> bool:
        return any(code.path == path for code in self.codes)

    def __getitem__(self, path: str) -> Code:
        """Return the code at ``path``.

        Raises
        ------
        CodebookError
            If there is none; the message names the nearest.
        """
        for code in self.codes:
            if code.path == path:
                return code
        known = [code.path for code in self.codes]
        raise CodebookError(
            f"{path}: codebook {self.slug} {self.version} has no such code{nearest(path, known)}.",
            code="E_UNKNOWN_CODE",
        )

    def ancestors(self, path: str) -> Iterator[Code]:
        """Yield the codable codes above ``path``, nearest first."""
        parent = self[path].parent
        while parent is not None:
            code = self[parent]
            if code.codable:
                yield code
            parent = code.parent


class LineLoader(SafeLoader):
    """Safe YAML that notes the line of each table and refuses a key written twice."""

    def construct_mapping(  # PyYAML's signature
        self,
        node: yaml.MappingNode,
        deep: bool = False,  # noqa: ARG002, FBT001, FBT002  # all that is below is wanted at once
    ) -> dict[Any, Any]:
        """Return the table at ``node`` with its line under `LINE`."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if not isinstance(key, str) or keys.count(key) > 1:
                line = node.start_mark.line + 1
                raise CodebookError(f"line {line}: key {key!r} is written twice or is no text")
        found = super().construct_mapping(node, deep=True)
        found[LINE] = node.start_mark.line + 1
        return found


def read_codebook(path: Path | str) -> Codebook:
    """Return the codebook in the YAML file ``path``.

    Raises
    ------
    CodebookError
        If the file is missing, is not YAML or breaks a rule; the message lists every problem with
        its line. What only weakens suggestions is in ``Codebook.warnings``.
    """
    path = Path(path)
    try:
        return parse_codebook(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        known = sorted(file.stem for file in path.parent.glob("*.yaml"))
        raise CodebookError(
            f"{path}: there is no such codebook{nearest(path.stem, known) if known else ''}."
        ) from error
    except UnicodeDecodeError as error:
        raise CodebookError(f"{path}: not UTF-8 text. Save it as UTF-8.") from error
    except CodebookError as error:
        raise CodebookError(f"{path}: {error}", code=error.code) from error


def parse_codebook(text: str) -> Codebook:
    """Return the codebook written in ``text`` (YAML); see `read_codebook`."""
    try:
        check_depth(text)
        raw = yaml.load(text, LineLoader)  # noqa: S506  # LineLoader is a SafeLoader
    except (yaml.YAMLError, RecursionError) as error:
        raise CodebookError(f"not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("codes"), list):
        raise CodebookError("holds no list 'codes'; see configs/codebooks/vcc.yaml for the form")
    check = Check()
    check.keys(raw, BOOK_KEYS, "the codebook")
    slug = check.slug(raw.get("codebook"), raw[LINE], "codebook")
    version = check.text(raw, "version", "the codebook")
    codes = tuple(check.codes(raw["codes"], parent=""))
    if check.problems:
        raise CodebookError(listed(check.problems))
    title, source = check.text(raw, "title", ""), check.text(raw, "source", "")
    return Codebook(slug, version, codes, title, source, tuple(check.warnings))


def check_depth(text: str) -> None:
    """Raise `CodebookError` for tables and lists deeper than `MAX_DEPTH`, which loaders follow."""
    depth = 0
    for event in yaml.parse(text, SafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else "?"
            raise CodebookError(
                f"line {line}: tables and lists nested more than {MAX_DEPTH} deep; "
                "codes below codes need two levels each"
            )


class Check:
    """Turns raw tables into codes and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.warnings: list[str] = []

    def codes(self, raw: list[Any], parent: str) -> Iterator[Code]:
        """Yield the codes of a list and of all lists below it."""
        seen: dict[str, int] = {}
        for item in raw:
            if not isinstance(item, dict):
                self.problems.append(f"{parent or 'codes'}: {item!r} is not a table with an id")
                continue
            line = item[LINE]
            slug = self.slug(item.get("id"), line, "id")
            path = f"{parent}.{slug}" if parent else slug
            if slug in seen:
                self.problems.append(
                    f"line {line}: {path}: this id is already used in line {seen[slug]}; "
                    "ids must differ among siblings"
                )
            seen.setdefault(slug, line)
            yield self.code(item, path)
            below = item.get("codes") or []
            if isinstance(below, list):
                yield from self.codes(below, path)
            else:
                self.problems.append(f"line {line}: {path}: codes must be a list")

    def code(self, raw: Mapping[str, Any], path: str) -> Code:
        """Return one code."""
        line = raw[LINE]
        where = f"line {line}: {path}"
        self.keys(raw, CODE_KEYS, where)
        codable = raw.get("codable", True)
        if not isinstance(codable, bool):
            self.problems.append(f"{where}: codable must be true or false")
        color = self.text(raw, "color", "")
        if color and not COLOR.fullmatch(color):
            self.problems.append(f'{where}: color must look like "#3366cc"')
        lists = {key: self.texts(raw, key, where) for key in TEXTS}
        name = self.text(raw, "name", "") or path.rpartition(".")[2]
        code = Code(
            path,
            name,
            self.text(raw, "definition", ""),
            color=color,
            codable=codable is True,
            **lists,
        )
        self.weaknesses(code, where)
        return code

    def weaknesses(self, code: Code, where: str) -> None:
        """Note what makes suggestions poor though it breaks no rule."""
        if not code.codable:
            return
        if not code.has_seed:
            self.warnings.append(
                f"{where}: has no text; it cannot be suggested before it has labels"
            )
        elif not code.definition:
            self.warnings.append(f"{where}: has no definition")
        elif not code.examples:
            self.warnings.append(
                f"{where}: has no example; examples help first suggestions more than definitions do"
            )

    def keys(self, raw: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
        """Note unknown keys."""
        for key in raw:
            if key != LINE and key not in known:
                self.problems.append(f"{where}: unknown key {key}{nearest(key, known)}")

    def slug(self, value: Any, line: int, key: str) -> str:
        """Return an id, noting one that is not a slug."""
        if isinstance(value, str) and SLUG.fullmatch(value):
            return value
        self.problems.append(
            f"line {line}: {key} is {value!r}; must be small letters, digits and single hyphens"
        )
        return f"line-{line}"

    def text(self, raw: Mapping[str, Any], key: str, required: str) -> str:
        """Return a text; where ``required`` names the place, an empty one is a problem."""
        value = raw.get(key)
        if isinstance(value, str):
            return " ".join(value.split())
        if value is not None:  # a bare 1.10 is a number to YAML, and would come back as 1.1
            self.problems.append(
                f'line {raw[LINE]}: {key} must be a text: put it in quotes ("...")'
            )
        elif required:
            self.problems.append(f"{required}: {key} is missing")
        return ""

    def texts(self, raw: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = raw.get(key)
        if value is None:
            return ()
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return tuple(" ".join(item.split()) for item in value)
        self.problems.append(f"{where}: {key} must be a list of texts (quote those with a colon)")
        return ()
