"""``glossator codebook``: check, show, compare, and exchange with other tools."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted
from pipeline.cli.options import complete_codebook, json_option
from pipeline.core.corpus import find_root
from pipeline.core.errors import ConfigError, InputError
from pipeline.core.names import fault_of

if TYPE_CHECKING:
    from pipeline.exchange.code_tables import TableCodes
    from pipeline.exchange.refi.model import Project

INDENT = "    "
SHOWN = {  # what columns of a table hold, as it is said
    "name": "names",
    "above": "dimensions",
    "definition": "definitions",
    "include": "when to apply",
    "exclude": "when not",
    "indicators": "indicators",
    "examples": "examples",
}


@click.group("codebook")
def codebook_command() -> None:
    """Check, show, compare and exchange codebooks."""


def path_of(name: str) -> Path:
    """Return the file of a codebook given by its name or path."""
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or path.exists():
        return path
    return find_root(Path.cwd()) / "configs" / "codebooks" / f"{name}.yaml"


def check_name(path: Path) -> None:
    """Raise `ConfigError` unless every system takes the name of the new codebook at ``path``."""
    fault = fault_of(path.stem, (other.stem for other in path.parent.glob("*.yaml")))
    if fault:
        raise ConfigError(f"{path.name:.120}: {fault}. Choose another name for the codebook.")


@codebook_command.command("check")
@click.argument("codebook", shell_complete=complete_codebook)
@json_option
@click.pass_obj
def check(console: Console, *, codebook: str, as_json: bool) -> int:
    """Say whether CODEBOOK (a name or a file) keeps the rules, and what weakens it."""
    from pipeline.core.codebook import read_codebook

    book = read_codebook(path_of(codebook))
    if as_json:
        console.show_json(
            {
                "codebook": book.slug,
                "version": book.version_id,
                "n_codes": len(book.codable),
                "warnings": book.warnings,
            }
        )
    else:
        console.say(
            f"{book.slug} {book.version_id}: {counted(len(book.codable), 'code')}, in order."
        )
        for warning in book.warnings:
            console.say(f"  to consider: {warning}")
    return TO_CONFIRM if book.warnings else 0


@codebook_command.command("show")
@click.argument("codebook", shell_complete=complete_codebook)
@click.argument("code", required=False)
@json_option
@click.pass_obj
def show(console: Console, *, codebook: str, code: str | None, as_json: bool) -> None:
    """Print the codes of CODEBOOK as a tree, or all that is said of one CODE."""
    from pipeline.core.codebook import read_codebook

    book = read_codebook(path_of(codebook))
    chosen = [book[code]] if code else list(book.codes)
    if as_json:
        console.show_json([as_mapping(item) for item in chosen])
        return
    if not code:
        console.say(f"{book.slug} {book.version_id}  {book.title}")
        for item in chosen:
            depth = item.path.count(".")
            console.say(f"{'  ' * depth}{item.path.rpartition('.')[2]}  ({item.name})")
        return
    [item] = chosen
    console.say(f"{item.path}  ({item.name})\n{INDENT}{item.definition}")
    for title in ("include", "exclude", "indicators", "examples", "roles", "aliases"):
        values = getattr(item, title)
        if values:
            console.say(f"  {title}")
            console.say("\n".join(f"{INDENT}- {value}" for value in values))


@codebook_command.command("diff")
@click.argument("old")
@click.argument("new")
@json_option
@click.pass_obj
def diff(console: Console, *, old: str, new: str, as_json: bool) -> None:
    """Say what changed from the codebook OLD to NEW, and which codes want a second look."""
    from pipeline.core.changes import compare, to_review
    from pipeline.core.codebook import read_codebook

    before, after = read_codebook(path_of(old)), read_codebook(path_of(new))
    changes = compare(before, after)
    again = to_review(changes)
    if as_json:
        console.show_json({"changes": [as_mapping(c) for c in changes], "to_review": again})
        return
    console.say(f"{before.slug} {before.version_id} -> {after.slug} {after.version_id}")
    for change in changes:
        console.say(f"  {change}")
    if not changes:
        console.say("  no difference in codes")
    if again:
        console.say(f"Decisions on these want a second look: {', '.join(again)}")


@codebook_command.command("export")
@click.argument("codebook", shell_complete=complete_codebook)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def export_codebook(console: Console, *, codebook: str, file: Path) -> None:
    """Write CODEBOOK to FILE: .qdc (REFI-QDA), .csv or .yaml."""
    from pipeline.core.atomic import write_bytes
    from pipeline.core.codebook import read_codebook
    from pipeline.exchange.codebooks import format_codebook, format_csv
    from pipeline.export.refi.stage import codebook_file

    book = read_codebook(path_of(codebook))
    writers = {
        ".qdc": lambda: codebook_file(book),
        ".csv": lambda: format_csv(book).encode(),
        ".yaml": lambda: format_codebook(book).encode(),
    }
    if file.suffix not in writers:
        raise InputError(
            f"{file.name}: a codebook is written as {', '.join(writers)}. Name one of these.",
            code="E_FORMAT",
        )
    write_bytes(file, writers[file.suffix]())
    console.say(f"{file}: {counted(len(book.codes), 'code')}")


@codebook_command.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("codebook", shell_complete=complete_codebook)
@click.option("--name-column", default="", help="Of a table: the column with the names of codes.")
@click.option("--replace", is_flag=True, help="Change the codebook that is there.")
@click.pass_obj
def import_codebook(
    console: Console, *, file: Path, codebook: str, name_column: str, replace: bool
) -> int:
    """Take the codes in FILE (.qdc, .csv or .xlsx) into CODEBOOK.

    A codebook that is there keeps its codes and their ids; what would change is shown, and written
    with --replace.
    """
    from pipeline.core.atomic import write_bytes
    from pipeline.core.changes import compare
    from pipeline.core.codebook import Codebook, read_codebook
    from pipeline.exchange.codebooks import format_codebook
    from pipeline.exchange.intake.codes import merged
    from pipeline.exchange.intake.have import Tale
    from pipeline.exchange.refi.codebook import slug_of

    target = path_of(codebook)
    if not target.exists():
        check_name(target)
    project = codes_in(console, file, name_column)
    slug = slug_of(target.stem)
    if not target.exists():
        book = merged(project, Codebook(slug, "1", ()), Tale())
        write_bytes(target, format_codebook(book).encode())
        console.say(f"{target}: {counted(len(book.codes), 'code')}")
        console.say(f'Next: write codebook = "{target.stem}" into the settings of your corpus,')
        console.say(f"  or make a new one with glossator init NAME --codebook {target.stem}")
        return 0
    before = read_codebook(target)
    after = merged(project, before, Tale())
    changes = compare(before, after)
    for change in changes:
        console.say(f"  {change}")
    if not changes:
        console.say(f"{before.slug}: nothing would change")
        return 0
    if not replace:
        console.say("Nothing was written; --replace takes these changes.")
        return TO_CONFIRM
    write_bytes(target, format_codebook(after).encode())
    console.say(f"{target}: {counted(len(changes), 'change')} taken")
    return 0


def codes_in(console: Console, file: Path, name_column: str) -> Project:
    """Return the codes in a file of another tool."""
    from pipeline.core.atomic import read_given
    from pipeline.exchange.code_tables import read_codes, table_in
    from pipeline.exchange.refi.codebook import tree_of
    from pipeline.exchange.refi.model import Project
    from pipeline.exchange.refi.read import read_qdc

    data = read_given(file)
    suffix = file.suffix.lower()
    if suffix == ".qdc":
        return read_qdc(data).project
    if suffix in {".csv", ".xlsx"}:
        found = read_codes(table_in(data, suffix), name=name_column)
        say_columns(console, found)
        return Project("", codes=tree_of(found.codes, "table"))
    raise InputError(
        f"{file.name}: codes are read from .qdc, .csv and .xlsx. Save them as one of these.",
        code="E_FORMAT",
    )


def say_columns(console: Console, found: TableCodes) -> None:
    """Say which columns of a table were taken as what, and which were not."""
    read = [f"{head} ({SHOWN[key]})" for key, head in found.columns.items() if key in SHOWN]
    console.say(f"columns  {', '.join(read)}")
    if found.unread:
        console.say(f"         not read: {', '.join(found.unread)}")
