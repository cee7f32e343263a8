"""Writes docs/reference/*.md from the code: commands, settings, columns, codes of errors.

Run it after a change of any of these: ``python docs/reference.py``; a test compares.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import click

from pipeline.cli import COMMANDS, glossator
from pipeline.core import errors, records, settings

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(__file__).resolve().parent / "reference"
MADE = "<!-- made by docs/reference.py; do not edit -->\n\n"
TABLE_OF = {
    "Transcript": "transcripts",
    "Turn": "turns",
    "Participant": "participants",
    "Segment": "segments",
    "Score": "scores",
    "Suggestion": "suggestions",
    "Decision": "decisions",
    "CodedSegment": "coded_segments",
}
COLUMNS_HEAD = """\
# Tables

The tables in `corpora/<corpus>/build` are Parquet files. Offsets are half-open, in Unicode code
points of the transcript's text. Each file carries its receipt: what it was made from, by which
settings and model, and what was left out.

"""
ERRORS_HEAD = """\
# Codes of errors and warnings

An expected error ends with exit code 3 and one sentence that says where, what, and what to do, with
its code in brackets. Codes stay; sentences may be worded better. `...` stands for names and
numbers.

| code | what is said |
|---|---|
"""
KIND_IN_WORDS = {"str": "text", "int": "whole number", "float": "number", "bool": "yes or no"}
CODE = re.compile(r"[EW]_[A-Z][A-Z_]+")


def commands() -> str:
    """Return every command with its arguments and options."""
    parts = ["# Commands\n\n", paragraph(glossator.help or ""), "Options of every command:\n\n"]
    parts += [options_of(glossator)]
    context = click.Context(glossator)
    for name in COMMANDS:
        parts += list(command_text(found(glossator, context, name), f"glossator {name}"))
    return "".join(parts)


def command_text(command: click.Command, path: str) -> Iterator[str]:
    """Yield a command's part of the page, then those of the commands below it."""
    words = [
        parameter.make_metavar(click.Context(command))
        for parameter in command.params
        if isinstance(parameter, click.Argument)
    ]
    yield f"## {' '.join([path, *words])}\n\n" + paragraph(command.help or "")
    listed = options_of(command)
    if listed:
        yield listed
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            yield from command_text(found(command, context, name), f"{path} {name}")


def found(group: click.Group, context: click.Context, name: str) -> click.Command:
    """Return a command of a group (`LookupError` if it has none of the name)."""
    command = group.get_command(context, name)
    if command is None:
        raise LookupError(f"{group.name} has no command {name}")
    return command


def options_of(command: click.Command) -> str:
    """Return a table of options, empty if there is none."""
    rows = []
    for option in command.params:
        if not isinstance(option, click.Option):
            continue
        name = ", ".join(option.opts + option.secondary_opts)
        is_word = not option.is_flag
        shown = (
            f"`{name} {option.make_metavar(click.Context(command))}`" if is_word else f"`{name}`"
        )
        rows.append(f"| {shown.replace('|', chr(92) + '|')} | {(option.help or '').strip()} |\n")
    return ("| option | what it does |\n|---|---|\n" + "".join(rows) + "\n") if rows else ""


def paragraph(text: str) -> str:
    """Return a help text as paragraphs."""
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n")).strip() + "\n\n"


def settings_page() -> str:
    """Return every setting of ``configs/<corpus>.toml`` with kind, default and limits."""
    head = (
        "# Settings\n\nA corpus's settings stand in `configs/<corpus>.toml`. Unknown names are "
        "refused, all problems are told at once, and what is not named has its default.\n\n"
    )
    return head + "".join(settings_of(settings.Settings, ""))


def settings_of(kind: type[Any], name: str) -> Iterator[str]:
    """Yield the table of one group of settings, then those of the groups in it."""
    hints = get_type_hints(kind)
    rows, below = [], []
    for item in fields(kind):
        inner = dataclass_in(hints[item.name])
        if inner is not None:
            below.append((inner, f"{name}.{item.name}".lstrip("."), hints[item.name]))
        else:
            rows.append(f"| `{item.name}` | {default_of(item)} | {limits_of(item)} |\n")
    if rows:
        title = f"`[{name}]`" if name else "At the top"
        told = " ".join(inspect.cleandoc(kind.__doc__ or "").split())
        yield f"## {title}\n\n{told}\n\n| setting | default | allowed |\n|---|---|---|\n"
        yield "".join(rows) + "\n"
    for inner, path, hint in below:
        yield from settings_of(inner, path + ("[]" if "tuple" in str(hint) else ""))


def dataclass_in(hint: Any) -> type[Any] | None:
    """Return the group of settings that a kind holds, None if it is a plain value."""
    found = [one for one in (hint, *get_args(hint)) if inspect.isclass(one) and is_dataclass(one)]
    return found[0] if found else None


def default_of(item: Field[Any]) -> str:
    """Return a default as it is written in TOML."""
    value = item.default
    if value is MISSING:
        value = item.default_factory() if item.default_factory is not MISSING else None
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[" + ", ".join(f'"{one}"' for one in value) + "]`"
    if isinstance(value, Mapping):
        return "none"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def limits_of(item: Field[Any]) -> str:
    """Return what a setting may be."""
    if "choices" in item.metadata:
        return ", ".join(f"`{one}`" for one in item.metadata["choices"])
    if "low" in item.metadata:
        return f"{item.metadata['low']:,} to {item.metadata['high']:,}"
    kind = str(item.type)
    if kind.startswith("tuple"):
        return "a list"
    return {"str": "text", "bool": "true or false"}.get(
        kind, "a table" if "Mapping" in kind else kind
    )


def columns() -> str:
    """Return the columns of every table in ``build/``."""
    parts = [COLUMNS_HEAD]
    for noun, table in TABLE_OF.items():
        kind = getattr(records, noun)
        parts.append(
            f"## {table}.parquet\n\n{' '.join(inspect.cleandoc(kind.__doc__).split())}\n\n"
        )
        parts.append("| column | kind | may be empty |\n|---|---|---|\n")
        for name, written in kind.COLUMNS.items():
            word = KIND_IN_WORDS.get(written.rstrip("?"), "a list of spans with weight and reason")
            parts.append(f"| `{name}` | {word} | {'yes' if written.endswith('?') else 'no'} |\n")
        parts.append("\n")
    return "".join(parts)


def error_codes() -> str:
    """Return every code of an error or a warning, and what is said with it."""
    parts = [ERRORS_HEAD]
    said = sentences()
    defaults = {
        found.default_code: " ".join((found.__doc__ or "").split("\n")[0].split())
        for found in vars(errors).values()
        if inspect.isclass(found) and issubclass(found, errors.GlossatorError)
    }
    for code in sorted({*said, *defaults}):
        text = defaults.get(code) or max(said[code], key=len)
        parts.append(f"| `{code}` | {text.replace('|', chr(92) + '|')} |\n")
    return "".join(parts)


def sentences() -> dict[str, list[str]]:
    """Return what stands beside each code in the sources, by code."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "pipeline").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                note(node, found)
    return found


def note(call: ast.Call, found: dict[str, list[str]]) -> None:
    """Add the sentence of a call that names a code."""
    values = [*call.args, *(word.value for word in call.keywords)]
    codes = [
        value.value
        for value in values
        if isinstance(value, ast.Constant) and CODE.fullmatch(str(value.value))
    ]
    texts = [text for value in values if (text := words_of(value)) and not CODE.fullmatch(text)]
    for code in codes:
        found[code].append(max(texts, key=len) if texts else "")


def words_of(node: ast.expr) -> str:
    """Return the words of a literal text; ``...`` where it has values put in."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(words_of(value) or "..." for value in node.values)
    return ""


PAGES = {
    "commands.md": commands,
    "settings.md": settings_page,
    "columns.md": columns,
    "errors.md": error_codes,
}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(MADE + page().rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
