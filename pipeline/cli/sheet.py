"""``glossator sheet``: the same review as an Excel sheet, out and back."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

import click

from pipeline.cli.console import Console, as_mapping, counted
from pipeline.cli.options import CORPUS, FILE, json_option
from pipeline.core.corpus import Corpus

MOST_SHOWN = 20  # sentences; --json has them all


@click.group("sheet")
def sheet_command() -> None:
    """Review in an Excel sheet instead of the page."""


@sheet_command.command("export")
@click.argument("corpus", type=CORPUS)
@click.option("--coder", required=True, help="Who decides; added with 'glossator coders add'.")
@click.option("--blind", is_flag=True, help="Without suggestions.")
@click.option("--out", type=FILE, help="The workbook; else export/sheet-CODER.xlsx.")
@json_option
@click.pass_obj
def export_sheet(  # noqa: PLR0913  # one option each
    console: Console, *, corpus: Corpus, coder: str, blind: bool, out: Path | None, as_json: bool
) -> None:
    """Write what a coder has to do in CORPUS as a workbook; what it shows counts as shown."""
    from pipeline.review.sheet import stage

    path = out or corpus.export / f"sheet-{coder.replace(' ', '-')}{'-blind' * blind}.xlsx"
    done = stage.export_sheet(corpus, coder, path, is_blind=blind)
    if as_json:
        console.show_json(as_mapping(done))
        return
    console.say(
        f"sheet    {counted(done.n_rows, 'passage')} written to {corpus.shown(done.path)}, "
        f"{done.n_assisted:,} with suggestions"
    )
    console.say(f"next     glossator sheet import {corpus.name} FILE --dry-run")


@sheet_command.command("import")
@click.argument("corpus", type=CORPUS)
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Tell what would be taken in; write nothing.")
@json_option
@click.pass_obj
def import_sheet(
    console: Console, *, corpus: Corpus, file: Path, dry_run: bool, as_json: bool
) -> int:
    """Take in what people wrote in FILE; twice is as good as once.

    Where something else was decided since the sheet was made, that stands, and the row is named.
    """
    from pipeline.review.sheet import stage

    done = stage.import_sheet(corpus, file, is_dry=dry_run)
    if as_json:
        console.show_json({**as_mapping(done), "exit_code": done.exit_code})
        return done.exit_code
    verb = "taken in" if done.is_written else "would be taken in"
    decisions = counted(len(done.decisions), "decision")
    console.say(f"sheet    {decisions} of {counted(done.n_taken, 'row')} by {done.coder} {verb}")
    console.say(f"         {counted(done.n_unchanged, 'row')} as they were")
    if done.n_missing:
        console.say(f"         {counted(done.n_missing, 'row')} did not come back; nothing is lost")
    for title, sentences in (("newer", done.conflicts), ("not read", done.errors)):
        for sentence in sentences[:MOST_SHOWN]:
            console.say(f"         {title}: {sentence}")
        if len(sentences) > MOST_SHOWN:
            console.say(f"         {title}: {len(sentences) - MOST_SHOWN:,} more; --json has all")
    if done.decisions and done.is_written:
        undo = f"glossator decide {corpus.name} --coder {done.coder} --undo {done.group_id}"
        console.say(f"undo     {undo}")
    if done.decisions and not done.is_written:
        console.say(f"next     glossator sheet import {corpus.name} {quote(str(file))}")
    return done.exit_code
