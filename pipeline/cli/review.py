"""``glossator review``, ``coders``, ``decide``, ``log``: who decides, what, and its record."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import Console, as_mapping, counted, table
from pipeline.cli.options import CORPUS, json_option
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.core.receipts import Outcome
    from pipeline.review.scripted import Decided

FILE = click.Path(dir_okay=False, path_type=Path)
DONE_ACTS = ("done", "reopen", "skip", "reveal", "memo")
CODE_ACTS = ("accept", "reject", "add", "clear", "unsure", "settle")


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
    help="blind-first shows suggestions only when the coder asks for them.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port on this machine; else a free one."
)
@click.option("--no-browser", is_flag=True, help="Print the address; open nothing.")
@click.pass_obj
def review_command(  # noqa: PLR0913  # one option each
    console: Console, *, corpus: Corpus, coder: str, mode: str, port: int | None, no_browser: bool
) -> None:
    """Open the review page of CORPUS in the browser: read, decide, undo.

    The page is served on this machine only, for one coder; Ctrl-C ends it. Every decision is on
    disk before the page says so.
    """
    from pipeline.review.server.serve import serve

    def ready(url: str) -> None:
        click.echo(url)
        console.say("Ctrl-C ends the page; what it says is saved is on disk.")
        if not no_browser:
            click.launch(url)

    try:
        serve(corpus, coder, mode, port, ready)
    except KeyboardInterrupt:
        console.say("review   ended")


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


@click.command("decide")
@click.argument("corpus", type=CORPUS)
@click.argument("words", nargs=-1, metavar="[SEGMENT CODE ACT | SEGMENT ACT]")
@click.option("--coder", required=True, help="Who decides; added with 'glossator coders add'.")
@click.option("--memo", help="A note to keep with the decision.")
@click.option("--from", "file", type=FILE, help="Take decisions from a file of JSON lines.")
@click.option("--undo", "target", help="Take back a decision or a group, by its id.")
@click.option("--dry-run", is_flag=True, help="Check everything; write nothing.")
@json_option
@click.pass_obj
def decide_command(  # noqa: PLR0913  # one option each
    console: Console,
    *,
    corpus: Corpus,
    words: tuple[str, ...],
    coder: str,
    memo: str | None,
    file: Path | None,
    target: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take decisions: one, a file of them, or an undo.

    A file is taken whole or not at all. ACT on a code is accept, reject, add, clear or unsure;
    ACT on a segment is done, reopen, skip or memo.
    """
    from pipeline.review import scripted

    if sum(map(bool, (words, file, target))) != 1:
        raise click.UsageError("give SEGMENT CODE ACT, or --from FILE, or --undo ID")
    if file:
        decided = scripted.decide_file(corpus, coder, file, is_dry=dry_run)
    elif target:
        decided = scripted.undo(corpus, coder, target, is_dry=dry_run)
    else:
        decided = decide_words(corpus, coder, words, memo, is_dry=dry_run)
    say_decided(console, decided, as_json=as_json)
    return decided.exit_code


def decide_words(
    corpus: Corpus, coder: str, words: tuple[str, ...], memo: str | None, *, is_dry: bool
) -> Decided:
    """Take the one decision that the words of a command line say."""
    from pipeline.review import scripted
    from pipeline.review.desk import Ask

    match words:
        case (segment, act) if act in DONE_ACTS:
            ask = Ask(act, memo=memo)
        case (segment, code, act) if act in CODE_ACTS:
            ask = Ask(act, code, memo=memo)
        case _:
            raise click.UsageError(
                f"give SEGMENT CODE and one of {', '.join(CODE_ACTS)}, "
                f"or SEGMENT and one of {', '.join(DONE_ACTS)}"
            )
    return scripted.decide_one(corpus, coder, segment, ask, is_dry=is_dry)


def say_decided(console: Console, decided: Decided, *, as_json: bool) -> None:
    """Print what was written."""
    if as_json:
        console.show_json(
            {
                "taken": [row.decision_id for row in decided.taken],
                "n_known": decided.n_known,
                "left": decided.left,
                "is_written": decided.is_written,
            }
        )
        return
    verb = "written" if decided.is_written else "would be written"
    known = f", {decided.n_known:,} known already" if decided.n_known else ""
    console.say(f"decide   {counted(len(decided.taken), 'decision')} {verb}{known}")
    for sentence in decided.left:
        console.say(f"         left: {sentence}")


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
