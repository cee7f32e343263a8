"""Train: read what people decided, fit, judge against the model in use, promote or refuse."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.base import clone

from pipeline import __version__
from pipeline.core.atomic import write_bytes
from pipeline.core.codebook import Codebook, read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ModelError, ReviewError
from pipeline.core.receipts import key_of, sha256_of
from pipeline.core.records import Decision, Segment, Transcript
from pipeline.core.settings import Settings
from pipeline.core.tables import read_rows, read_table
from pipeline.engine import Engine
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.encoder import SentenceEncoder
from pipeline.learn.skopsfile import TRUSTED, Classifier
from pipeline.learn.store import FORMAT, load_model, model_ids, read_card, read_current, save_model
from pipeline.train.cards import PLOT_FILE, format_card, make_card
from pipeline.train.examples import CorpusRows, Examples, read_examples
from pipeline.train.gate import Verdict, decide, heed_best
from pipeline.train.judge import Judgement, judge
from pipeline.train.plot import calibration_svg
from pipeline.train.promise import keep, promise_of
from pipeline.train.rivals import find_best, find_rival
from pipeline.train.scores import UNSEEN_FILE, write_unseen
from pipeline.train.shelf import promote
from pipeline.train.unseen import Side, Unseen, ask, deal_out


@dataclass(frozen=True, slots=True)
class CorpusFiles:
    """What training reads of one corpus."""

    name: str
    transcripts: Path
    segments: Path
    decisions: Path

    @classmethod
    def of(cls, corpus: Corpus) -> CorpusFiles:
        """Return the stage files of ``corpus``."""
        names = ("transcripts", "segments", "decisions")
        return cls(corpus.name, *(corpus.table(name) for name in names))

    def rows(self) -> CorpusRows:
        """Read them (`TableError` if one is missing or damaged)."""
        texts = read_table(self.transcripts, Transcript.COLUMNS)
        names = texts["transcript_id"].to_pylist()
        return CorpusRows(
            self.name,
            dict(zip(names, texts["text"].to_pylist(), strict=True)),
            read_rows(self.segments, Segment),
            read_rows(self.decisions, Decision),
        )

    def hashes(self) -> dict[str, str]:
        """Return the sha256 of each file."""
        files = {"transcripts": self.transcripts, "segments": self.segments}
        return {
            name: sha256_of(path) for name, path in {**files, "decisions": self.decisions}.items()
        }


@dataclass(frozen=True, slots=True)
class Place:
    """Where the codebook lies and where its models stand."""

    codebook: Path
    models: Path


def make_classifier(codebook: Codebook, settings: Settings) -> Classifier:
    """Return the recipe that is trained, unfitted."""
    found: Classifier = CodebookClassifier(
        codebook,
        random_state=settings.seed,
        top=settings.suggest.top,
        max_missed=settings.suggest.max_missed,
    )
    return found


@dataclass(frozen=True)
class Means:
    """How the work is done: processes, recipe, the types that its models may hold, encoder."""

    engine: Engine = field(default_factory=Engine)
    make: Callable[[Codebook, Settings], Classifier] = make_classifier
    trusted: Iterable[str] = TRUSTED
    encoder: SentenceEncoder | None = None

    def recipe(self, codebook: Codebook, settings: Settings) -> Classifier:
        """Return what is trained, unfitted, with the encoder if there is one."""
        found: Any = self.make(codebook, settings)
        if self.encoder is not None:
            found.set_params(encoder=self.encoder)
        made: Classifier = found
        return made


@dataclass(frozen=True, slots=True)
class TrainOutcome:
    """What came of training.

    ``n_labels`` counts the judged pairs of segment and code, ``n_positive`` the applied ones;
    ``left_out`` maps decisions that could not be used to the reason. Where nothing is new,
    ``model_id`` is the model that is already there, and there is no judgement.
    """

    model_id: str
    is_promoted: bool
    reason: str
    n_labels: int
    n_positive: int
    judgement: Judgement | None = None
    is_nothing_new: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)


def run(
    corpora: Sequence[CorpusFiles],
    place: Place,
    settings: Settings,
    *,
    today: str,
    means: Means | None = None,
) -> TrainOutcome:
    """Fit a model on what people decided in ``corpora``; use it if it passes the gate.

    Parameters
    ----------
    corpora
        One or more, coded with the same codebook.
    place
        The codebook, and the folder that the model is written to.
    settings
        Of them ``train``, ``suggest`` and ``seed`` matter.
    today
        The date for the card; it enters nothing else.
    means
        How the work is done.

    Raises
    ------
    ReviewError
        If there are too few labels to learn from.
    """
    means = means or Means()
    codebook = read_codebook(place.codebook)
    examples = read_examples([corpus.rows() for corpus in corpora], codebook)
    check_enough(examples, [corpus.name for corpus in corpora])
    fingerprint = fingerprint_of(examples, means.recipe(codebook, settings), settings)
    known = find_same(place.models, fingerprint, means)
    if known is not None:
        return nothing_new(place.models, known, examples)
    hashes = {corpus.name: corpus.hashes() for corpus in corpora}
    facts = {"date": today, "fingerprint": fingerprint, "corpora": hashes}
    return learn(examples, facts, place, settings, means)


def learn(
    examples: Examples,
    facts: Mapping[str, object],
    place: Place,
    settings: Settings,
    means: Means,
) -> TrainOutcome:
    """Fit, judge, store and, if it passes, promote; ``facts`` go on the card as they are."""
    codebook = read_codebook(place.codebook)
    recipe = means.recipe(codebook, settings)
    if means.encoder is not None:
        means.encoder.remember(examples.X["text"])
    new = Side("the new model", recipe, examples.Y, examples.codes)
    unseen = ask(examples, new, deal_out(examples, settings), means.engine)
    rivals = (
        find_rival(place.models, examples, recipe, means.trusted),
        find_best(place.models, examples, recipe, means.trusted),
    )
    judgement, verdict = judge_new(examples, unseen, rivals, settings, means.engine)
    promise = promise_of(examples, unseen, codebook, settings)
    card = {
        **make_card(examples, judgement, verdict, settings),
        **facts,
        "promise": asdict(promise),
    }
    fitted = clone(recipe).fit(examples.X, examples.Y, groups=examples.groups)
    keep(promise, fitted, examples.X)
    model_id = save_model(place.models, fitted, card, words=format_card, trusted=means.trusted)
    write_unseen(place.models / model_id, examples, unseen)
    write_plot(place.models / model_id, judgement)
    if verdict.is_promoted:
        promote(place.models, model_id, codebook=codebook, trusted=means.trusted)
    return outcome_of(model_id, examples, judgement, verdict)


def outcome_of(
    model_id: str, examples: Examples, judgement: Judgement, verdict: Verdict
) -> TrainOutcome:
    """Return what to tell of a model that was just trained."""
    n_labels, n_positive = counts_of(examples)
    return TrainOutcome(
        model_id,
        verdict.is_promoted,
        verdict.reason,
        n_labels,
        n_positive,
        judgement=judgement,
        left_out=examples.left_out,
    )


def judge_new(
    examples: Examples,
    unseen: Unseen,
    rivals: tuple[Side, Side | None],
    settings: Settings,
    engine: Engine,
) -> tuple[Judgement, Verdict]:
    """Return how good the new model is beside the one in use, and what follows.

    What passes is compared with the best model that was ever in use, too.
    """
    rival, best = rivals
    judgement = judge(examples, unseen, rival, settings, engine=engine)
    verdict = decide(judgement, settings.train.max_code_loss)
    if best is not None and verdict.is_promoted:
        verdict = heed_best(verdict, judge(examples, unseen, best, settings, engine=engine))
    return judgement, verdict


def write_plot(folder: Path, judgement: Judgement) -> None:
    """Draw the calibration plot beside the card, if there is anything to draw."""
    if judgement.trust is not None and judgement.trust.bins:
        picture = calibration_svg(judgement.trust, f"Calibration of model {folder.name}")
        write_bytes(folder / PLOT_FILE, picture.encode())


def counts_of(examples: Examples) -> tuple[int, int]:
    """Return how many pairs of segment and code are judged, and how many of them applied."""
    return int((~np.isnan(examples.Y)).sum()), int((examples.Y == 1).sum())


def check_enough(examples: Examples, names: Sequence[str]) -> None:
    """Raise `ReviewError` unless something was applied, and something judged and not applied."""
    n_labels, n_yes = counts_of(examples)
    if 0 < n_yes < n_labels:
        return
    lost = f" {len(examples.left_out)} could not be used." if examples.left_out else ""
    raise ReviewError(
        f"{', '.join(names)}: {examples.details['decisions']} decisions stand, with {n_yes} "
        f"applied and {n_labels - n_yes} rejected or unchosen codes on {len(examples.X)} segments;"
        f"{lost} training wants at least one of each, and pays from about 50 completed segments. "
        f"Code some segments and mark them as done with 'glossator review {names[0]} --coder YOU'.",
        code="E_TOO_FEW_LABELS",
    )


def fingerprint_of(examples: Examples, recipe: Classifier, settings: Settings) -> str:
    """Return one hash of all that a model and its judgement depend on, but for the rival."""
    digest = hashlib.sha256()
    for frame in (examples.X.to_csv(index=False), "\n".join(examples.keys)):
        digest.update(frame.encode("utf-8", "surrogatepass"))
    digest.update("\n".join(examples.groups).encode("utf-8", "surrogatepass"))
    for values in (examples.Y, examples.blind, examples.probability, *examples.ratings.values()):
        digest.update(values.tobytes())
    facts = (
        settings.train,
        settings.suggest,
        settings.seed,
        __version__,
        FORMAT,
        type(recipe).__name__,
    )
    return key_of(digest.hexdigest(), recipe.codebook.sha256, *facts)


def find_same(models: Path, fingerprint: str, means: Means) -> str | None:
    """Return the id of a whole stored model with this fingerprint, or None."""
    for name in model_ids(models):
        try:
            is_same = read_card(models / name).get("fingerprint") == fingerprint
            if is_same and (models / name / UNSEEN_FILE).exists():
                return load_model(models / name, trusted=means.trusted).model_id
        except ModelError:
            continue  # damaged: it is no reason not to train
    return None


def nothing_new(models: Path, name: str, examples: Examples) -> TrainOutcome:
    """Return what to say when a model has already learned all there is."""
    is_current = read_current(models) == name
    card = read_card(models / name)
    said = "It is in use." if is_current else f"It is not in use. It was {card['reason'].lower()}"
    return TrainOutcome(
        name,
        is_current,
        f"Nothing new: the model {name} of {card['date']} learned from the same decisions. {said}",
        *counts_of(examples),
        is_nothing_new=True,
        left_out=examples.left_out,
    )
