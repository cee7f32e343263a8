"""``glossator ingest``, ``segment``, ``suggest``, and ``run``, which is all three."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted, table
from pipeline.cli.options import CORPUS, json_option
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.core.receipts import Outcome
    from pipeline.ingest.report import Report
    from pipeline.ingest.stage import IngestOutcome

MOST_SHOWN = 20  # things to confirm; the report has them all

keep_going_option = click.option(
    "--keep-going", is_flag=True, help="Leave out files that cannot be read, and name them."
)


@click.command("ingest")
@click.argument("corpus", type=CORPUS)
@click.option(
    "--dry-run", is_flag=True, help="Read everything, write nothing, show what was found."
)
@keep_going_option
@json_option
@click.pass_obj
def ingest_command(
    console: Console, *, corpus: Corpus, dry_run: bool, keep_going: bool, as_json: bool
) -> int:
    """Read the transcripts of CORPUS and find who speaks."""
    if dry_run:
        return show_dry_run(console, corpus, as_json=as_json)
    with corpus.locked():
        outcome = ingest(console, corpus, keep_going=keep_going)
    if as_json:
        console.show_json(
            {"receipt": as_mapping(outcome.receipt), "to_confirm": outcome.to_confirm}
        )
    else:
        console.say(files_table(outcome.report))
        say_outcome(console, "ingest", outcome, "turn")
        say_replaced(console, outcome.report)
        say_to_confirm(console, corpus, outcome.to_confirm)
    return TO_CONFIRM if outcome.to_confirm else 0


def ingest(console: Console, corpus: Corpus, *, keep_going: bool) -> IngestOutcome:
    """Run the stage."""
    from pipeline.ingest import stage

    return stage.run(
        corpus.raw,
        corpus.participants,
        corpus.build,
        corpus.settings(),
        engine=console.engine("ingest"),
        keep_going=keep_going,
        private=corpus.private,
    )


def show_dry_run(console: Console, corpus: Corpus, *, as_json: bool) -> int:
    """Print what ingest finds, and settings to paste."""
    from pipeline.ingest import stage

    report = stage.dry_run(
        corpus.raw,
        corpus.participants,
        corpus.settings(),
        engine=console.engine("ingest"),
        private=corpus.private,
    )
    stub = report.settings_stub()
    if as_json:
        console.show_json({"report": as_mapping(report), "settings": stub})
        return TO_CONFIRM if report.to_confirm else 0
    console.say(files_table(report))
    console.say()
    console.say(labels_table(report))
    say_replaced(console, report)
    say_to_confirm(console, corpus, report.to_confirm)
    if stub:
        console.say(
            f"\nWhere this is wrong, paste what follows into {corpus.shown(corpus.config)},"
        )
        console.say("at its end, and mend it. Roles: interviewer, participant, other, unknown.")
        console.say(f"\n{stub}")
    console.say(f"Nothing was written. Next: glossator run {corpus.name}")
    return TO_CONFIRM if report.to_confirm else 0


def files_table(report: Report) -> str:
    """Return one line a transcript: how it was read and what was found."""
    rows = [
        (
            part.source,
            part.reader,
            part.encoding or "-",
            part.family,
            sum(row["label"] is not None for row in part.labels),
            part.n_turns,
            f"{part.characters.get('unattributed', 0.0):.1%}",
        )
        for part in report.transcripts
    ]
    head = ("file", "read as", "encoding", "pattern", "speakers", "turns", "unattributed")
    if not any(part.questions for part in report.transcripts):
        return table(rows, head)
    asked = [questions_asked(part.questions) for part in report.transcripts]
    return table(
        [(*row, cell) for row, cell in zip(rows, asked, strict=True)], (*head, "questions")
    )


def questions_asked(coverage: Mapping[str, Any]) -> str:
    """Return how many of the guide's questions were asked, ``9 of 12``; ``-`` if nobody asks."""
    if not coverage["asked"] and not coverage["unmatched"]:
        return "-"
    n_asked = len({row["question"] for row in coverage["asked"]})
    return f"{n_asked} of {n_asked + len(coverage['never_asked'])}"


def labels_table(report: Report) -> str:
    """Return one line a label: who, how often, and how the first turn begins."""
    rows = [
        (
            part.source,
            row["label"],
            row["count"],
            row["role"],
            row["participant_id"],
            row["example"],
        )
        for part in report.transcripts
        for row in part.labels
    ]
    return table(rows, ("file", "label", "turns", "role", "participant", "begins"))


def say_replaced(console: Console, report: Report) -> None:
    """Print how many names and contacts were replaced, where the settings ask for it."""
    if report.privacy:
        counts = [f"{number:,} {kind}" for kind, number in report.n_replaced.items()]
        console.say(f"privacy  replaced: {', '.join(counts) or 'nothing was found'}")


def say_to_confirm(console: Console, corpus: Corpus, sentences: list[str]) -> None:
    """Print what a person should look at."""
    report = corpus.shown(corpus.ingest_report)
    console.list_some("To confirm", sentences, MOST_SHOWN, report)


def say_outcome(console: Console, stage: str, outcome: Outcome | IngestOutcome, noun: str) -> None:
    """Print one line: what there is now, and what had to be done for it."""
    update = outcome.update
    rows = counted(outcome.receipt.rows_out, noun)
    total = counted(len(update.make) + len(update.keep), "transcript")
    done = [f"{len(update.make)} new or changed"] if update.make else []
    gone = [name for name in update.drop if name]
    done += [f"{len(gone)} gone"] if gone else []
    console.say(f"{stage:<8} {rows} of {total} ({', '.join(done) or 'up to date'})")


@click.command("segment")
@click.argument("corpus", type=CORPUS)
@json_option
@click.pass_obj
def segment_command(console: Console, *, corpus: Corpus, as_json: bool) -> None:
    """Cut turns into segments, the units that are coded."""
    with corpus.locked():
        outcome = segment(console, corpus)
    show(console, "segment", outcome, "segment", as_json=as_json)


def segment(console: Console, corpus: Corpus) -> Outcome:
    """Run the stage."""
    from pipeline.segment import stage

    settings = corpus.settings()
    return stage.run(
        corpus.table("turns"),
        corpus.table("segments"),
        settings.segment,
        language=settings.language,
        engine=console.engine("segment"),
    )


@click.command("suggest")
@click.argument("corpus", type=CORPUS)
@json_option
@click.pass_obj
def suggest_command(console: Console, *, corpus: Corpus, as_json: bool) -> None:
    """Suggest codes for the segments of CORPUS.

    The current model of the codebook is used; without one, the codebook alone.
    """
    with corpus.locked():
        outcome = suggest(console, corpus)
    show(console, "suggest", outcome, "suggestion", as_json=as_json)


def suggest(console: Console, corpus: Corpus) -> Outcome:
    """Run the stage with the current model, or from the codebook alone."""
    from pipeline.learn.encoder import CACHE_FILE, encoder_from
    from pipeline.suggest import stage

    settings = corpus.settings()
    return stage.run(
        corpus.table("segments"),
        corpus.table("suggestions"),
        settings,
        codebook=corpus.codebook(settings),
        models=corpus.models(settings),
        cold=corpus.build / "cold",
        engine=console.engine("suggest"),
        corpus=corpus.name,
        encoder=encoder_from(settings.suggest, corpus.root, corpus.build / CACHE_FILE),
    )


def show(console: Console, stage: str, outcome: Outcome, noun: str, *, as_json: bool) -> None:
    """Print an outcome as a line or as JSON."""
    if as_json:
        console.show_json(as_mapping(outcome))
    else:
        say_outcome(console, stage, outcome, noun)


@click.command("run")
@click.argument("corpus", type=CORPUS)
@keep_going_option
@json_option
@click.pass_obj
def run_command(console: Console, *, corpus: Corpus, keep_going: bool, as_json: bool) -> int:
    """Ingest, segment and suggest what is new or changed."""
    begun = time.perf_counter()
    with corpus.locked():
        ingested = ingest(console, corpus, keep_going=keep_going)
        segmented = segment(console, corpus)
        suggested = suggest(console, corpus)
    outcomes: dict[str, Any] = {"ingest": ingested, "segment": segmented, "suggest": suggested}
    if as_json:
        parts = {name: as_mapping(one.update) for name, one in outcomes.items()}
        console.show_json({**parts, "to_confirm": ingested.to_confirm})
    else:
        for (name, one), noun in zip(
            outcomes.items(), ("turn", "segment", "suggestion"), strict=True
        ):
            say_outcome(console, name, one, noun)
        if not any(one.is_changed for one in outcomes.values()):
            console.say(f"Nothing to do ({time.perf_counter() - begun:.1f} s).")
        say_to_confirm(console, corpus, ingested.to_confirm)
        console.say(f"Next: glossator status {corpus.name}")
    return TO_CONFIRM if ingested.to_confirm else 0
