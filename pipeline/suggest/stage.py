"""Segments to suggestions: only transcripts that are new or changed since, by the model in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.core.atomic import touch
from pipeline.core.codebook import Codebook, read_codebook
from pipeline.core.receipts import Outcome, Part, Receipt, Update, key_of, sha256_of
from pipeline.core.records import Segment, Suggestion
from pipeline.core.settings import Settings
from pipeline.core.tables import (
    plan_update,
    read_receipt,
    read_rows,
    rows_by_transcript,
    write_update,
)
from pipeline.engine import Engine
from pipeline.suggest.cold import cold_key, fit_cold, is_fresh, keep_cold, read_note
from pipeline.suggest.evidence import suggest_transcript

if TYPE_CHECKING:  # scikit-learn costs a second: it is loaded when there is something to suggest
    from pipeline.learn.classifier import CodebookClassifier

VERSION = "suggest-1"  # raise it when the same model would suggest otherwise
CURRENT_FILE = "current"

Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What suggestions are made from: the segments, the codebook, the settings."""

    segments: Path
    receipt: Receipt
    codebook: Codebook
    settings: Settings

    @property
    def digests(self) -> dict[str, str]:
        """What each transcript's segments come to."""
        return {name: part.digest for name, part in self.receipt.parts.items()}

    def keys(self, model_id: str | None) -> dict[str, str]:
        """Return a hash of all that each transcript's suggestions by this model depend on."""
        version, settings = self.codebook.version_id, self.settings.suggest
        return {
            name: key_of(VERSION, model_id, version, settings, digest)
            for name, digest in self.digests.items()
        }

    def started_receipt(self, model_id: str | None, codebook: Path) -> Receipt:
        """Return what the receipt says of all that went in; ``codebook`` is its file."""
        return Receipt(
            stage="suggest",
            inputs={path.name: sha256_of(path) for path in (self.segments, codebook)},
            settings=key_of(self.settings.seed, self.settings.suggest),
            model_id=model_id,
            rows_in=self.receipt.rows_out,
        )

    def rows(self, names: Sequence[str]) -> dict[str, list[Segment]]:
        """Return the segments of the transcripts ``names``."""
        return rows_by_transcript(read_rows(self.segments, Segment, names), names)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model in use: its id, and the folder that holds it; ``is_cold`` before any training."""

    model_id: str
    folder: Path
    is_cold: bool

    def load(self, codebook: Codebook) -> CodebookClassifier:
        """Return the model (`StaleError` if it was made for another content of ``codebook``)."""
        from pipeline.learn.store import load_model

        found: CodebookClassifier = load_model(
            self.folder / self.model_id, codebook=codebook
        ).classifier
        return found


def run(  # noqa: PLR0913  # what a stage needs to know is given to it, one by one
    segments: Path,
    out: Path,
    settings: Settings,
    *,
    codebook: Path,
    models: Path,
    cold: Path,
    engine: Engine,
) -> Outcome:
    """Bring the suggestions in ``out`` up to date with ``segments``.

    Parameters
    ----------
    segments
        The table of segments.
    out
        The table of suggestions to write, whole or not at all.
    settings
        Of the corpus.
    codebook
        The codebook's file.
    models
        The trained models of the codebook; the one named in ``current`` is used.
    cold
        Where the model of this corpus without training is kept; used where none is in use.
    engine
        Who does the work.

    Raises
    ------
    StaleError, ModelError
        If the codebook has changed since the model in use was trained, or that model is damaged.
    """
    source = Source(segments, read_receipt(segments), read_codebook(codebook), settings)
    chosen = choose(source, models, cold)
    model_id = chosen.model_id if chosen else None
    wanted = source.keys(model_id)
    update = plan_update(out, wanted)
    if update.is_nothing:
        touch(out)
        return Outcome(update, read_receipt(out))
    fresh, details = suggest(source, chosen, update, engine)
    receipt = replace(
        source.started_receipt(model_id, codebook),
        parts={name: Part(wanted[name], "") for name in update.make},
        details=with_kept(details, out, update),
    )
    return Outcome(update, write_update(out, Suggestion, update, fresh, receipt))


def with_kept(details: Details, out: Path, update: Update) -> Details:
    """Return ``details`` with the transcripts that stay in ``out`` counted, too."""
    old = read_receipt(out).details["abstained"] if update.keep else {}
    abstained = details["abstained"] | {name: old[name] for name in update.keep}
    return {**details, "abstained": abstained, "n_abstained": sum(abstained.values())}


def suggest(
    source: Source, chosen: Chosen | None, update: Update, engine: Engine
) -> tuple[dict[str, list[Suggestion]], Details]:
    """Return the suggestions of each transcript to be made, and what the receipt tells of them."""
    details: Details = {
        "codebook_version": source.codebook.version_id,
        "abstained": dict.fromkeys(update.make, 0),
    }
    if chosen is None:
        return {name: [] for name in update.make}, details
    model = chosen.load(source.codebook)
    model.set_params(top=source.settings.suggest.top)
    details |= {
        "is_cold": chosen.is_cold,
        "is_calibrated": bool(model.is_calibrated_),
        "is_controlled": bool(model.is_controlled_),
    }
    segments = source.rows(update.make)
    work = partial(
        suggest_transcript,
        model=model,
        model_id=chosen.model_id,
        codebook_version=source.codebook.version_id,
    )
    fresh = dict(zip(update.make, engine.map(work, list(segments.values())), strict=True))
    for name, rows in fresh.items():
        details["abstained"][name] = len(segments[name]) - len({row.segment_id for row in rows})
    return fresh, details


def choose(source: Source, models: Path, cold: Path) -> Chosen | None:
    """Return the model in use, or this corpus's own without training; None without a segment."""
    current = models / CURRENT_FILE
    if current.exists():  # read here because the store, which checks it, loads scikit-learn
        return Chosen(current.read_text(encoding="utf-8").strip(), models, is_cold=False)
    if not source.receipt.rows_out:
        return None
    key = cold_key(source.codebook, source.settings)
    note = read_note(cold)
    if note is not None and is_fresh(note, key, source.digests):
        return Chosen(note.model_id, cold, is_cold=True)
    model = fit_cold(read_rows(source.segments, Segment), source.codebook, source.settings)
    return Chosen(keep_cold(cold, model, key, source.digests), cold, is_cold=True)
