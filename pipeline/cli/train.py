"""``glossator train`` and ``glossator models``: learn from decisions; choose what suggests."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.card import legible, wrapped
from pipeline.cli.console import Console, as_mapping, counted, table
from pipeline.cli.options import CORPUS, complete_codebook, json_option
from pipeline.cli.review import refresh_decisions
from pipeline.core.corpus import Corpus, find_root
from pipeline.core.errors import ConfigError, ModelError

if TYPE_CHECKING:
    from pipeline.train.shelf import Change
    from pipeline.train.stage import TrainOutcome

LINE = 91  # columns beside the name of the command


@click.command("train")
@click.argument("corpora", metavar="CORPUS...", type=CORPUS, nargs=-1, required=True)
@json_option
@click.pass_obj
def train_command(console: Console, *, corpora: tuple[Corpus, ...], as_json: bool) -> None:
    """Learn from what people decided.

    Several corpora may be given if they are coded with one codebook.

    The new model is judged on interviews that it has not seen, and used only if it is not worse
    than the one before; otherwise it is kept, and the reason is said.
    """
    from pipeline.learn.encoder import CACHE_FILE, encoder_from
    from pipeline.train.stage import CorpusFiles, Means, Place, run

    settings = [corpus.settings() for corpus in corpora]
    if len({one.codebook for one in settings}) > 1:
        raise ConfigError(
            f"{', '.join(corpus.name for corpus in corpora)}: these are coded with several "
            "codebooks. Train each codebook's corpora for themselves."
        )
    first = corpora[0]
    encoder = encoder_from(settings[0].suggest, first.root, first.build / CACHE_FILE)
    for corpus in corpora:
        refresh_decisions(console, corpus)
    with first.locked():
        outcome = run(
            [CorpusFiles.of(corpus) for corpus in corpora],
            Place(first.codebook(settings[0]), first.models(settings[0])),
            settings[0],
            today=datetime.now(UTC).date().isoformat(),
            means=Means(engine=console.engine("train"), encoder=encoder),
        )
    if as_json:
        console.show_json(as_mapping(outcome))
    else:
        say_trained(console, first, outcome)


def say_trained(console: Console, corpus: Corpus, outcome: TrainOutcome) -> None:
    """Print what was learned, whether it is used, why, and what to do next."""
    verdict = "in use" if outcome.is_promoted else "not in use"
    labels = counted(
        outcome.n_labels, "judged pair of segment and code", "judged pairs of segment and code"
    )
    console.say(
        f"train    model {outcome.model_id}, {verdict}; {labels}, {outcome.n_positive:,} applied"
    )
    for sentence in (outcome.reason, *plain_words(outcome)):
        lines = wrapped(sentence, LINE).splitlines()
        console.say("\n".join(f"         {line}" for line in lines))
    if outcome.left_out:
        console.say(f"         {counted(len(outcome.left_out), 'decision')} could not be used:")
        for name, reason in list(outcome.left_out.items())[:5]:
            console.say(f"           {name}: {reason}")
    card = corpus.models(corpus.settings()) / outcome.model_id / "card.md"
    console.say(f"         its card: {corpus.shown(card)}")
    if outcome.is_promoted:
        console.say(f"Next: glossator suggest {corpus.name}")


def plain_words(outcome: TrainOutcome) -> list[str]:
    """Return the verdict for people who do not think in average precision."""
    found = outcome.judgement
    if found is None or found.problem:
        return []
    gain, recall = found.gain, found.micro["recall_at_3"]
    if gain.low is None or gain.high is None:
        how = f"nobody can tell whether it is better than {found.rival}, for they are too few"
    elif gain.low > 0:
        how = f"it finds the right codes better than {found.rival}, more than by chance"
    elif gain.high < 0:
        how = f"it finds the right codes worse than {found.rival}, more than by chance"
    else:
        how = f"chance alone could explain the difference to {found.rival}"
    words = [f"In plain words: on interviews that it had not seen, {how}."]
    if recall.value is not None:
        between = (
            "" if recall.low is None or recall.high is None
            else f" (between {recall.low:.0%} and {recall.high:.0%})"
        )  # fmt: skip
        words.append(
            f"Of the codes that people applied there, {recall.value:.0%}{between} are among its "
            "three likeliest for the segment."
        )
    return words


@click.group("models")
def models_command() -> None:
    """List models, show their cards, choose which one suggests."""


def folder_of(codebook: str) -> Path:
    """Return the models of a codebook.

    Raises
    ------
    ConfigError
        If there are none.
    """
    folder = find_root(Path.cwd()) / "models" / codebook
    if not folder.is_dir():
        raise ConfigError(
            f"models/{codebook}: there is no model of this codebook yet. "
            "Train one with 'glossator train CORPUS'."
        )
    return folder


@models_command.command("list")
@click.argument("codebook", shell_complete=complete_codebook)
@json_option
@click.pass_obj
def list_models(console: Console, *, codebook: str, as_json: bool) -> None:
    """List the models of CODEBOOK, the latest first."""
    from pipeline.train import shelf

    entries = shelf.list_models(folder_of(codebook))
    if as_json:
        console.show_json([as_mapping(entry) for entry in entries])
        return
    rows = [
        (
            "*" if entry.is_current else "",
            entry.model_id,
            entry.date,
            entry.codebook_version,
            entry.n_labelled,
            entry.average_precision,
            entry.problem or ("passed" if entry.is_passed else "refused"),
        )
        for entry in entries
    ]
    head = ("", "model", "date", "codebook", "segments", "macro AP", "gate")
    console.say(table(rows, head))


@models_command.command("show")
@click.argument("codebook", shell_complete=complete_codebook)
@click.argument("model", required=False)
@json_option
@click.pass_obj
def show_model(console: Console, *, codebook: str, model: str | None, as_json: bool) -> None:
    """Print the card of MODEL (an id or its beginning), or of the model in use."""
    from pipeline.learn.store import read_current
    from pipeline.train import shelf

    folder = folder_of(codebook)
    wanted = model or read_current(folder)
    if wanted is None:
        raise ModelError(
            f"{codebook}: no model is in use yet; suggestions come from the codebook. "
            f"Train one, or name one of 'glossator models list {codebook}'.",
            code="E_NO_MODEL",
        )
    name = shelf.find_model(folder, wanted)
    if as_json:
        console.show_json(shelf.show_model(folder, name))
    else:
        text = (folder / name / "card.md").read_text(encoding="utf-8", errors="replace")
        console.say(legible(text, Path("models") / codebook / name))


@models_command.command("promote")
@click.argument("codebook", shell_complete=complete_codebook)
@click.argument("model")
@json_option
@click.pass_obj
def promote_model(console: Console, *, codebook: str, model: str, as_json: bool) -> None:
    """Put MODEL (an id or its beginning) into use for CODEBOOK."""
    from pipeline.core.codebook import read_codebook
    from pipeline.train import shelf

    folder = folder_of(codebook)
    book = read_codebook(folder.parents[1] / "configs" / "codebooks" / f"{codebook}.yaml")
    say_change(console, shelf.promote(folder, model, codebook=book), as_json=as_json)


@models_command.command("rollback")
@click.argument("codebook", shell_complete=complete_codebook)
@json_option
@click.pass_obj
def rollback_model(console: Console, *, codebook: str, as_json: bool) -> None:
    """Put the model back into use that was there before."""
    from pipeline.train import shelf

    say_change(console, shelf.rollback(folder_of(codebook)), as_json=as_json)


def say_change(console: Console, change: Change, *, as_json: bool) -> None:
    """Print which model is in use now."""
    if as_json:
        console.show_json(as_mapping(change))
        return
    now = f"model {change.after}" if change.after else "the codebook alone"
    was = f"model {change.before}" if change.before else "the codebook alone"
    console.say(f"In use: {now}" + (" (as before)" if now == was else f"; before: {was}"))
    console.say("Next: glossator suggest CORPUS")
