"""``glossator import``: what was coded in another tool becomes transcripts and decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.console import TO_CONFIRM, Console, counted
from pipeline.cli.options import CORPUS, json_option

if TYPE_CHECKING:
    from pipeline.cli.intake import Done

MOST_SHOWN = 10
REPORT = "the report"
FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("corpus", shell_complete=CORPUS.shell_complete)
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what would come in; write nothing.")
@click.option("--rename", is_flag=True, help="Give a text whose name is taken a name of its own.")
@click.option(
    "--offsets",
    default="",
    help="How the file counts: cp or utf16, perhaps with ',inclusive'. Else it is measured.",
)
@click.option(
    "--coders", "coders", type=FILE, help="A CSV of two columns: names there, names here."
)
@click.option("--codebook", default="", help="Of a corpus that is new: a codebook that is there.")
@click.option(
    "--columns",
    default="",
    help="Of a table: transcript=Document,quote=Text,code=Code, perhaps coder, memo, start, end.",
)
@click.option(
    "--separator",
    default="",
    help="Of a table: what parts several codes in one cell, such as ';' or newline; or none.",
)
@json_option
@click.pass_obj
def import_command(  # noqa: PLR0913  # one option each
    console: Console,
    *,
    corpus: str,
    file: Path,
    dry_run: bool,
    rename: bool,
    offsets: str,
    coders: Path | None,
    codebook: str,
    columns: str,
    separator: str,
    as_json: bool,
) -> int:
    """Take a project, a codebook or a table of coded passages of another tool into CORPUS.

    .qdpx and .qdc are REFI-QDA, .sqlite3 a project of Taguette, .qda the database of a project of
    QualCoder (its file data.qda); they bring transcripts, codes, codings, coders, memos and cases.
    .csv and .xlsx are tables of passages of transcripts that are in CORPUS. The file is kept as it
    is. Importing it again changes nothing. A corpus that is not there yet is made.
    """
    from pipeline.cli.intake import Wanted, bring

    wanted = Wanted(
        file,
        rename,
        offsets,
        coders,
        codebook,
        is_dry=dry_run,
        columns=columns,
        separator=separator,
    )
    done = bring(console, corpus, wanted)
    if as_json:
        console.show_json(done.report)
    else:
        say(console, done)
    return TO_CONFIRM if done.to_confirm else 0


def say(console: Console, done: Done) -> None:
    """Print what came in, how offsets were read, and what waits for somebody."""
    counts: dict[str, Any] = done.report["counts"]
    verb = "would bring in" if done.is_dry else "brought in"
    console.say(f"import   {verb} {counted(done.report['codings_new'], 'new coding')}")
    for name, number in counts.items():
        console.detail(f"  {name}: {number:,}")
    for state in ("new", "known"):
        parts = [
            counted(counts[f"{noun}s {state}"], noun)
            for noun in ("transcript", "code", "case", "value")
            if counts.get(f"{noun}s {state}")
        ]
        if parts:
            console.say(f"  {state}: {', '.join(parts)}")
    known, found = done.report["codings_known"], counts.get("codings in the file", 0)
    if found:
        console.say(f"  of {counted(found, 'coding')} in the file, {known:,} stood here already")
    for line in done.report["offsets"]:
        console.say(f"  offsets: {line}")
    console.list_some("To confirm", done.to_confirm, MOST_SHOWN, REPORT)
    console.list_some("Worth knowing", done.report["notes"], MOST_SHOWN, REPORT)
    for path in done.files:
        console.say(f"  {done.corpus.shown(path)}")
