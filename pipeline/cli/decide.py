"""``glossator decide``: decisions from the command line or a file, and taking them back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import Console, counted
from pipeline.cli.options import CORPUS, FILE, json_option
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.review.desk import Ask
    from pipeline.review.scripted import Decided

DONE_ACTS = ("done", "reopen", "skip", "reveal", "memo")
CODE_ACTS = ("accept", "reject", "add", "clear", "unsure")
REASONS = ("ambiguous-text", "codebook-gap", "slip", "edge-case", "different-readings")


@click.command("decide")
@click.argument("corpus", type=CORPUS)
@click.argument("words", nargs=-1, metavar="[SEGMENT CODE ACT | SEGMENT ACT | SEGMENT CODE]")
@click.option("--coder", required=True, help="Who decides; added with 'glossator coders add'.")
@click.option("--memo", help="A note to keep with the decision.")
@click.option(
    "--settle",
    type=click.Choice(["yes", "no", "both"]),
    help="Settle what coders see differently: SEGMENT CODE --settle VERDICT --reason REASON.",
)
@click.option("--reason", help="Why: " + ", ".join(REASONS) + ".")
@click.option("--with", "together", multiple=True, help="Settled together with this coder.")
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
    settle: str | None,
    reason: str | None,
    together: tuple[str, ...],
    file: Path | None,
    target: str | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take decisions: one, a file of them, a settlement, or an undo.

    A file is taken whole or not at all. ACT on a code is accept, reject, add, clear or unsure;
    ACT on a segment is done, reopen, skip or memo. Adjudicators and leads settle; nobody settles
    what they coded while somebody is there who did not.
    """
    from pipeline.review import scripted
    from pipeline.review.desk import ADJUDICATE, ASSISTED, Ask

    if sum(map(bool, (words, file, target))) != 1:
        raise click.UsageError("give SEGMENT CODE ACT, or --from FILE, or --undo ID")
    if file:
        decided = scripted.decide_file(corpus, coder, file, is_dry=dry_run)
    elif target:
        decided = scripted.undo(corpus, coder, target, is_dry=dry_run)
    elif settle:
        segment, code = both(words)
        ask = Ask("settle", code, memo, settle, reason, together=together)
        decided = scripted.decide_one(corpus, coder, segment, ask, mode=ADJUDICATE, is_dry=dry_run)
    else:
        segment, ask = asked(words, memo)
        decided = scripted.decide_one(corpus, coder, segment, ask, mode=ASSISTED, is_dry=dry_run)
    say_decided(console, decided, as_json=as_json)
    return decided.exit_code


def both(words: tuple[str, ...]) -> tuple[str, str]:
    """Return the segment and the code of a settlement."""
    match words:
        case (segment, code):
            return segment, code
    raise click.UsageError("--settle wants SEGMENT CODE")


def asked(words: tuple[str, ...], memo: str | None) -> tuple[str, Ask]:
    """Return the segment and the act that the words of a command line say."""
    from pipeline.review.desk import Ask

    match words:
        case (segment, act) if act in DONE_ACTS:
            return segment, Ask(act, memo=memo)
        case (segment, code, act) if act in CODE_ACTS:
            return segment, Ask(act, code, memo=memo)
    raise click.UsageError(
        f"give SEGMENT CODE and one of {', '.join(CODE_ACTS)}, "
        f"or SEGMENT and one of {', '.join(DONE_ACTS)}"
    )


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
