"""``glossator codebook``: check, show, compare."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted
from pipeline.cli.options import json_option
from pipeline.core.corpus import find_root

INDENT = "    "


@click.group("codebook")
def codebook_command() -> None:
    """Check, show and compare codebooks."""


def path_of(name: str) -> Path:
    """Return the file of a codebook given by its name or path."""
    path = Path(name)
    if path.suffix in {".yaml", ".yml"} or path.exists():
        return path
    return find_root(Path.cwd()) / "configs" / "codebooks" / f"{name}.yaml"


@codebook_command.command("check")
@click.argument("codebook")
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
@click.argument("codebook")
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
