"""``glossator review``, ``coders``, ``log``: who decides, in which round, and its record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import Console, as_mapping, counted, table
from pipeline.cli.options import CORPUS, FILE, json_option
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.core.receipts import Outcome
    from pipeline.review.seating import NewRound

OWN = Path("-")  # for the round that the settings of the corpus describe


def refresh_decisions(console: Console, corpus: Corpus) -> Outcome:
    """Bring the table of decisions up to date with the log, and say what it holds."""
    from pipeline.review import decisions

    with corpus.locked():
        outcome = decisions.run(corpus.log, corpus.table("decisions"))
    console.detail(f"decisions {outcome.receipt.rows_out:,}")
    return outcome


@click.command("review")
@click.argument("corpus", type=CORPUS)
@click.option("--coder", required=True, help="Who decides; added with 'glossator coders add'.")
@click.option(
    "--mode",
    default="assisted",
    show_default=True,
    type=click.Choice(["assisted", "blind-first"]),
    help="Of your own round: blind-first shows suggestions only when you ask for them.",
)
@click.option(
    "--new-round",
    type=FILE,
    is_flag=False,
    flag_value=OWN,
    help="Make a round and open nothing: from FILE.toml, or from [round] of the settings.",
)
@click.option(
    "--round", "wanted", help="Work in this round: its name, the start of its id, or 'default'."
)
@click.option("--dry-run", is_flag=True, help="With --new-round: count; write nothing.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port on this machine; else a free one."
)
@click.option("--no-browser", is_flag=True, help="Print the address; open nothing.")
@json_option
@click.pass_obj
def review_command(  # noqa: PLR0913  # one option each
    console: Console,
    *,
    corpus: Corpus,
    coder: str,
    mode: str,
    new_round: Path | None,
    wanted: str | None,
    dry_run: bool,
    port: int | None,
    no_browser: bool,
    as_json: bool,
) -> None:
    """Open the review page of CORPUS in the browser: read, decide, undo.

    The page is served on this machine only, for one coder; Ctrl-C ends it. Every decision is on
    disk before the page says so. Without a round that was made for the coder, they get one of their
    own: the audit sample first, blind, then everything in reading order.
    """
    from pipeline.review.seating import Choice
    from pipeline.review.server.serve import serve

    if new_round is not None:
        make_round(console, corpus, coder, new_round, is_dry=dry_run, as_json=as_json)
        return
    if dry_run or as_json:
        raise click.UsageError("--dry-run and --json belong to --new-round")

    def ready(url: str) -> None:
        click.echo(url)
        console.say("Ctrl-C ends the page; what it says is saved is on disk.")
        if not no_browser:
            click.launch(url)

    try:
        serve(corpus, coder, Choice(mode, corpus.settings().seed, wanted), port, ready)
    except KeyboardInterrupt:
        console.say("review   ended")


def make_round(  # noqa: PLR0913  # two switches beside what is made
    console: Console, corpus: Corpus, lead: str, file: Path, *, is_dry: bool, as_json: bool
) -> None:
    """Make a round and tell who got how much."""
    from pipeline.core.config import read_round
    from pipeline.review.seating import new_round

    settings = corpus.settings().round if file == OWN else read_round(file)
    found = new_round(corpus, settings, lead, is_dry=is_dry)
    if as_json:
        console.show_json(as_mapping(found))
    else:
        console.say("\n".join(lines_of_round(found)))


def lines_of_round(found: NewRound) -> list[str]:
    """Return what a round hands out, as lines for people."""
    verb = "made" if found.is_written else "would be made"
    name = f"{found.name} ({found.round_id[:12]})" if found.name else found.round_id[:12]
    rows = [(count.coder, count.lane, count.n, count.n_shared) for count in found.counts]
    title = (
        f"round    {name} {verb}: {counted(found.n_segments, 'segment')}, "
        f"{found.n_double:,} of them by two coders; audit drawn with p = {found.share:.3f}"
    )
    lines = [title, table(rows, ("coder", "lane", "segments", "shared"))]
    if found.n_left_out:
        lines.append(
            f"{counted(found.n_left_out, 'segment')} of the audit sample cannot be blind any more: "
            "every coder was shown suggestions there."
        )
    if found.n_random:
        lines.append(f"{found.n_random:,} of the uncertain lane were drawn at random.")
    return lines


@click.group("coders")
def coders_command() -> None:
    """Say who may decide."""


@coders_command.command("add")
@click.argument("corpus", type=CORPUS)
@click.argument("name")
@click.option("--kind", default="person", show_default=True, help="person or script (a program).")
@click.option("--role", default="coder", show_default=True, help="coder, adjudicator or lead.")
@click.pass_obj
def add_coder(console: Console, *, corpus: Corpus, name: str, kind: str, role: str) -> None:
    """Let NAME (a short pseudonym) decide in CORPUS."""
    from pipeline.review import corpus_log
    from pipeline.review.log.place import cloud_of

    coder = corpus_log.add_coder(corpus, name, kind, role)
    cloud = cloud_of(corpus.log)
    if cloud:
        console.warn(
            f"{corpus.shown(corpus.log)}: the folder {cloud} seems to be kept in step with other "
            "machines, which can damage a database. Exchange logs with 'glossator log export'."
        )
    console.say(f"{coder.coder} may decide in {corpus.name} ({coder.kind}, {coder.role}).")


@coders_command.command("list")
@click.argument("corpus", type=CORPUS)
@json_option
@click.pass_obj
def list_coders(console: Console, *, corpus: Corpus, as_json: bool) -> None:
    """List who may decide in CORPUS."""
    from pipeline.review import corpus_log

    coders = corpus_log.coders(corpus)
    if as_json:
        console.show_json([as_mapping(coder) for coder in coders])
    else:
        rows = [(coder.coder, coder.kind, coder.role) for coder in coders]
        console.say(table(rows, ("coder", "kind", "role")))


@click.group("log")
def log_command() -> None:
    """Verify, copy and exchange the record of decisions."""


@log_command.command("export")
@click.argument("corpus", type=CORPUS)
@click.argument("file", type=FILE)
@click.option("--coder", help="Only the decisions of this coder.")
@click.option("--no-memos", is_flag=True, help="Leave memos out (their hashes stay).")
@click.pass_obj
def export_log(
    console: Console, *, corpus: Corpus, file: Path, coder: str | None, no_memos: bool
) -> None:
    """Write the decisions of CORPUS to FILE as JSON lines, for a colleague or an archive."""
    from pipeline.review import corpus_log

    number = corpus_log.export_log(corpus, file, coder=coder, has_memos=not no_memos)
    console.say(f"log      {counted(number, 'entry', 'entries')} written to {file}")


@log_command.command("import")
@click.argument("corpus", type=CORPUS)
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Check everything; write nothing.")
@click.option("--with-conflicts", is_flag=True, help="Write although coders contradict themselves.")
@json_option
@click.pass_obj
def import_log(  # noqa: PLR0913  # one option each
    console: Console,
    *,
    corpus: Corpus,
    file: Path,
    dry_run: bool,
    with_conflicts: bool,
    as_json: bool,
) -> int:
    """Take in the decisions that FILE holds and CORPUS does not; twice is as good as once."""
    from pipeline.review import corpus_log

    is_dry = True if dry_run else (False if with_conflicts else None)
    done = corpus_log.import_log(corpus, file, is_dry=is_dry)
    if as_json:
        console.show_json({**as_mapping(done), "n_known": done.n_known})
        return done.exit_code
    verb = "taken in" if done.is_written else "would be taken in"
    entries = counted(done.n_new, "entry", "entries")
    console.say(f"log      {entries} {verb} from {file}, {done.n_known:,} known already")
    if done.new_rounds:
        console.say(f"         {counted(len(done.new_rounds), 'round')} of work came along")
    for sentence in done.conflicts:
        console.say(f"         to settle: {sentence}")
    if done.conflicts and not done.is_written:
        console.say("         Nothing was written; --with-conflicts takes it in all the same.")
    return done.exit_code


@log_command.command("verify")
@click.argument("corpus", type=CORPUS)
@click.option("--heads", type=FILE, help="Compare with heads noted earlier: shows a cut tail.")
@click.option("--rebuild", is_flag=True, help="Make the derived table anew where it differs.")
@json_option
@click.pass_obj
def verify_log(
    console: Console, *, corpus: Corpus, heads: Path | None, rebuild: bool, as_json: bool
) -> int:
    """Check every decision of CORPUS: chain, parents, quotes; exit code 3 on damage."""
    from pipeline.review import corpus_log

    found = corpus_log.verify_log(corpus, heads=heads, is_rebuilding=rebuild)
    if as_json:
        console.show_json(as_mapping(found))
        return found.exit_code
    state = "damaged" if found.problems else "sound"
    console.say(f"log      {counted(found.n_decisions, 'entry', 'entries')}, {state}")
    groups = {
        "damage": found.problems,
        "stale": found.stale,
        "conflict": found.conflicts,
        "fork": found.forks,
    }
    for title, sentences in groups.items():
        for sentence in sentences:
            console.say(f"  {title}: {sentence}")
    return found.exit_code


@log_command.command("backup")
@click.argument("corpus", type=CORPUS)
@click.argument("file", type=FILE)
@click.pass_obj
def backup_log(console: Console, *, corpus: Corpus, file: Path) -> int:
    """Copy the log of CORPUS to FILE, whole, and verify the copy."""
    from pipeline.review import corpus_log

    found = corpus_log.backup_log(corpus, file)
    console.say(f"log      {counted(found.n_decisions, 'entry', 'entries')} copied to {file}")
    for coder, heads in found.heads.items():
        console.say(f"  {coder}: {', '.join(heads)}")
    return found.exit_code
