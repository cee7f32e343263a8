"""``glossator export``: reviewed codes as files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted
from pipeline.cli.marks import MARKS, mark, mark_options, refuse_marks
from pipeline.cli.options import CORPUS, beginning_with, json_option
from pipeline.cli.privacy import find_leaks, warn_of
from pipeline.cli.refi import REFI, refi_options, refuse_refi
from pipeline.cli.review import refresh_decisions
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.core.receipts import Outcome

MOST_SHOWN = 5


def complete_format(ctx: Any, param: Any, incomplete: str) -> list[CompletionItem]:  # noqa: ARG001  # click's signature
    """Return the formats whose names begin so."""
    from pipeline.export import EXPORTERS

    return beginning_with(incomplete, [*EXPORTERS, *REFI, *MARKS])


@click.command("export")
@click.argument("corpus", type=CORPUS)
@click.option(
    "--to",
    default="xlsx",
    show_default=True,
    shell_complete=complete_format,
    help="The format; all are listed above.",
)
@click.option("--by", multiple=True, help="Count codes by this column (may be given again).")
@refi_options
@mark_options
@json_option
@click.pass_obj
def export_command(
    console: Console, /, *, corpus: Corpus, to: str, by: tuple[str, ...], as_json: bool, **wish: Any
) -> int:
    """Write reviewed codes and their counts to files, or a project that other tools open.

    csv, jsonl, parquet and xlsx are tables. qdpx is a REFI-QDA project, qdc the codebook alone:
    NVivo, ATLAS.ti, MAXQDA, QualCoder and others open them. taguette is a project of Taguette;
    doccano, prodigy, labelstudio, webannotation (W3C) and docbin (spaCy) are texts with codes
    marked on them; displacy is a page to look at. What does not go with a file is said, and stands
    beside it in a .loss.json.
    """
    from pipeline.core.codebook import read_codebook
    from pipeline.export import stage

    if to in REFI or to in MARKS:
        return export_project(console, corpus, to, wish, as_json=as_json)
    refuse_refi(to, wish)
    refuse_marks(to, wish)
    settings = corpus.settings()
    coded = refresh_coded(console, corpus)
    with corpus.locked():
        done = stage.run(
            stage.Sources.of(corpus, {one.id: one.text for one in settings.questions}),
            corpus.export,
            read_codebook(corpus.codebook(settings)),
            to=to,
            by=by or settings.export.by,
        )
    leaks = find_leaks(corpus) if settings.privacy.pseudonymise else []
    warn_of(console, leaks)
    if as_json:
        told = {"leaks": [as_mapping(leak) for leak in leaks]} if leaks else {}
        console.show_json({"files": done.files, "n_rows": done.n_rows, **told})
        return TO_CONFIRM if leaks else exit_code(coded)
    console.say(f"export   {counted(done.n_rows, 'coded segment')} to")
    for path in done.files:
        console.say(f"  {corpus.shown(path)}")
    say_left_out(console, coded)
    return TO_CONFIRM if leaks else exit_code(coded)


def export_project(
    console: Console, corpus: Corpus, to: str, wish: dict[str, Any], *, as_json: bool
) -> int:
    """Write the corpus, or its codebook, for another tool, and say what does not go with it."""
    from pipeline.cli.refi import say_sent, send

    coded = refresh_coded(console, corpus) if to != "qdc" else None
    if to in REFI:
        refuse_marks(to, wish)
    sent = send(corpus, to, wish) if to in REFI else mark(corpus, to, wish)
    leaks = find_leaks(corpus) if corpus.settings().privacy.pseudonymise else []
    warn_of(console, leaks)
    say_sent(console, corpus, sent, as_json=as_json)
    if coded is None:
        return TO_CONFIRM if leaks else 0
    if not as_json:
        say_left_out(console, coded)
    return TO_CONFIRM if leaks else exit_code(coded)


def refresh_coded(console: Console, corpus: Corpus) -> Outcome:
    """Bring decisions and coded segments up to date."""
    from pipeline.core.codebook import read_codebook
    from pipeline.review import consensus

    codebook = read_codebook(corpus.codebook(corpus.settings()))
    refresh_decisions(console, corpus)
    with corpus.locked():
        return consensus.run(consensus.Sources.of(corpus), corpus.table("coded_segments"), codebook)


def say_left_out(console: Console, coded: Outcome) -> None:
    """Print which decisions are not in the results, or stand on codes that are gone."""
    receipt = coded.receipt
    if receipt.skipped:
        console.say(f"Not exported, {counted(len(receipt.skipped), 'decision')} to look at:")
        for name, reason in list(receipt.skipped.items())[:MOST_SHOWN]:
            console.say(f"  {name}: {reason}")
    gone = receipt.details.get("codes_not_in_codebook")
    if gone:
        console.say(
            f"No longer in the codebook, exported under their paths: {', '.join(gone)}. "
            "Put them back, or name them as aliases of the codes that replace them."
        )


def exit_code(coded: Outcome) -> int:
    """Return 4 if a person should look at something, else 0."""
    receipt = coded.receipt
    return TO_CONFIRM if receipt.skipped or receipt.details.get("codes_not_in_codebook") else 0
