"""Segments to suggestions: only transcripts that are new or changed since, by the model in use.

Two tables are written: ``suggestions.parquet`` for reviewers, and ``scores.parquet``, what may be
said of every segment and code by a fit that saw no code of the interview, for statistics. Neither
is ever held whole.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core.atomic import touch
from pipeline.core.batches import Batches
from pipeline.core.codebook import Codebook, read_codebook
from pipeline.core.pieces import Made, Pieces, Target, renew
from pipeline.core.receipts import Outcome, Receipt, Update, key_of, sha256_of
from pipeline.core.records import Segment, Suggestion
from pipeline.core.settings import Settings
from pipeline.core.streams import runs_of, talks_of
from pipeline.core.tables import plan_update, read_receipt, schema_of
from pipeline.engine import Engine
from pipeline.suggest.cold import cold_key, fit_cold, is_fresh, keep_cold, read_note
from pipeline.suggest.evidence import Answer, Voice, suggest_batch
from pipeline.suggest.scores import (
    Unseen,
    digest_of_scores,
    n_without,
    schema_of_scores,
    unseen_digest,
)
from pipeline.suggest.speakers import speakers_of

if TYPE_CHECKING:  # scikit-learn costs a second: it is loaded when there is something to suggest
    from pipeline.learn.encoder import SentenceEncoder
    from pipeline.learn.store import LoadedModel

STAGE = "suggest"
TABLES = ("suggestions", "scores")
NEEDED = ("segment_id", "transcript_id", "turn", "role", "start", "end", "text")
VERSION = "suggest-3"  # raise it when the same model would suggest otherwise
CURRENT_FILE = "current"
MODEL_ID = re.compile(r"[0-9a-f]{12}")
SCORES_FILE = "scores.parquet"

Details = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """What suggestions are made from: a corpus's segments, the codebook, the settings."""

    corpus: str
    segments: Path
    receipt: Receipt
    codebook: Codebook
    settings: Settings
    encoder: SentenceEncoder | None = None

    @property
    def digests(self) -> dict[str, str]:
        """What each transcript's segments come to."""
        return {name: part.digest for name, part in self.receipt.parts.items()}

    def encode(self) -> None:
        """Have the vectors of all segments at hand, once for all processes."""
        if self.encoder is not None:
            talks = talks_of(self.segments, {}, only=("transcript_id", "text"))
            self.encoder.remember(text for _, talk in talks for text in talk["text"].to_pylist())

    def keys(self, chosen: Chosen | None) -> dict[str, str]:
        """Return a hash of all that each transcript's suggestions and scores depend on."""
        by = (chosen.model_id, chosen.unseen) if chosen else None
        whole = (VERSION, self.corpus, by, self.codebook.version_id, self.settings.suggest)
        return {name: key_of(*whole, digest) for name, digest in self.digests.items()}

    def started_receipt(self, chosen: Chosen | None, codebook: Path) -> Receipt:
        """Return what the receipts say of all that went in; ``codebook`` is its file."""
        return Receipt(
            stage=STAGE,
            inputs={path.name: sha256_of(path) for path in (self.segments, codebook)},
            settings=key_of(self.settings.seed, self.settings.suggest),
            model_id=chosen.model_id if chosen else None,
            rows_in=self.receipt.rows_out,
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """The model in use: its id, and the folder that holds it; ``is_cold`` before any training.

    ``unseen`` is the hash of what training kept for statistics beside it.
    """

    model_id: str
    folder: Path
    is_cold: bool
    unseen: str = ""

    def load(self, codebook: Codebook) -> LoadedModel:
        """Return the model (`StaleError` if it was made for another content of ``codebook``)."""
        from pipeline.learn.store import load_model

        return load_model(self.folder / self.model_id, codebook=codebook)


def run(  # noqa: PLR0913  # what a stage needs to know is given to it, one by one
    segments: Path,
    out: Path,
    settings: Settings,
    *,
    codebook: Path,
    models: Path,
    cold: Path,
    engine: Engine,
    corpus: str = "",
    encoder: SentenceEncoder | None = None,
) -> Outcome:
    """Bring the suggestions in ``out``, and the scores beside them, up to date with ``segments``.

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
    corpus
        Its name, by which a trained model knows the interviews that it learned from.
    encoder
        The one that the settings name.

    Raises
    ------
    StaleError, ModelError
        If the codebook changed since the model in use was trained, or that model is damaged, or
        learned with another encoder.
    """
    source = Source(
        corpus, segments, read_receipt(segments), read_codebook(codebook), settings, encoder
    )
    work = Work(source, choose(source, models, cold), codebook, (out, out.with_name(SCORES_FILE)))
    return work.bring_up(engine)


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be brought up to date: both ``tables``, from a source, by the model in use."""

    source: Source
    chosen: Chosen | None
    codebook: Path
    tables: tuple[Path, Path]

    def bring_up(self, engine: Engine) -> Outcome:
        """Do what is new or changed, and tell of the suggestions."""
        wanted = self.source.keys(self.chosen)
        plans = [plan_update(path, wanted) for path in self.tables]
        update = merged(plans[0], plans[1], wanted)
        if update.is_nothing:
            for path in self.tables:
                touch(path)
            return Outcome(update, read_receipt(self.tables[0]))
        pieces = Pieces.beside(self.tables[0], STAGE, TABLES)
        pieces.hold(wanted)
        keep, names = Keep(pieces, wanted), pieces.missing(update.make)
        details = suggest(self.source, self.chosen, names, engine, keep)
        receipt = replace(self.source.started_receipt(self.chosen, self.codebook), details=details)
        codes = [code.path for code in self.source.codebook.codable]
        found = renew_both(self.tables, Renewal(wanted, update.keep, pieces), receipt, codes)
        pieces.clear()
        return Outcome(update, found)


@dataclass(frozen=True, slots=True)
class Renewal:
    """What both tables are laid together from."""

    wanted: dict[str, str]
    keep: tuple[str, ...]
    pieces: Pieces

    def told(self, what: str, old: Mapping[str, int]) -> dict[str, int]:
        """Return a count of each transcript that has one: fresh, or as ``old`` has it."""
        kept = set(self.keep)
        return {
            name: old.get(name, 0) if name in kept else self.pieces.notes.get(name, {}).get(what, 0)
            for name in sorted(self.wanted)
        }

    def renew(self, path: Path, name: str, schema: pa.Schema, receipt: Receipt) -> Receipt:
        """Write one of the tables."""
        return renew(Target(path, name, schema), self.wanted, self.keep, self.pieces, receipt)


def renew_both(
    files: tuple[Path, Path], renewal: Renewal, receipt: Receipt, codes: list[str]
) -> Receipt:
    """Write both tables and return the receipt of the suggestions."""
    old = [read_receipt(path).details if renewal.keep else {} for path in files]
    abstained = renewal.told("abstained", old[0].get("abstained", {}))
    without = renewal.told("without_score", old[1].get("without_score", {}))
    of_scores = {
        "codes": codes,
        "without_score": {name: number for name, number in without.items() if number},
    }
    details = {**receipt.details, **of_scores}
    renewal.renew(files[1], TABLES[1], schema_of_scores(codes), replace(receipt, details=details))
    counts = {"abstained": abstained, "n_abstained": sum(abstained.values())}
    details = {**receipt.details, **counts}
    return renewal.renew(
        files[0], TABLES[0], schema_of(Suggestion.COLUMNS), replace(receipt, details=details)
    )


def merged(one: Update, other: Update, wanted: dict[str, str]) -> Update:
    """Return what must be done so that both tables are up to date."""
    make = {*one.make, *other.make}
    return Update(
        make=tuple(name for name in wanted if name in make),
        keep=tuple(name for name in wanted if name not in make),
        drop=tuple(dict.fromkeys([*one.drop, *other.drop])),
    )


def suggest(
    source: Source, chosen: Chosen | None, names: frozenset[str], engine: Engine, keep: Keep
) -> Details:
    """Keep what is said of the transcripts ``names``; return what receipts tell of the model."""
    details: Details = {"codebook_version": source.codebook.version_id}
    if chosen is None:
        return details
    loaded = chosen.load(source.codebook)
    model = loaded.classifier.set_params(top=source.settings.suggest.top, encoder=source.encoder)
    model.check_encoder()
    if model.encoder_sha256_:
        source.encode()
    details |= {
        "is_cold": chosen.is_cold,
        "is_calibrated": bool(model.is_calibrated_),
        "is_controlled": bool(model.is_controlled_),
    }
    prefix = f"{source.corpus}/" if len(loaded.card.get("corpora", ())) > 1 else ""
    _ = model.through_topics  # found here, it goes along to all who work
    voice = Voice(model, chosen.model_id, source.codebook.version_id, prefix)
    speakers = speakers_of(source.segments, voice.remembered)
    work = partial(suggest_batch, voice=replace(voice, speakers=speakers))
    unseen = Unseen(
        chosen.folder / chosen.model_id,
        source.corpus,
        loaded.card,
        None if chosen.is_cold else source.segments,
    )
    batches = Batches(source.segments, names, Segment.COLUMNS, NEEDED)
    for answer in engine.map(work, batches, batches.sizes, is_numeric=True):
        keep(answer, unseen)
    return details


@dataclass(frozen=True, slots=True)
class Keep:
    """Who keeps what was said of a batch, under the keys of its transcripts."""

    pieces: Pieces
    keys: dict[str, str]

    def __call__(self, answer: Answer, unseen: Unseen) -> None:
        """Keep a batch, with the scores that statistics may use."""
        scores = {name: unseen.heed(name, rows) for name, rows in runs_of(answer.scores)}
        made = Made(
            {TABLES[0]: answer.suggestions, TABLES[1]: pa.concat_tables(scores.values())},
            {
                name: dict(zip(TABLES, (one.digest, digest_of_scores(scores[name])), strict=True))
                for name, one in answer.said.items()
            },
            {
                name: {"abstained": one.n_abstained, "without_score": n_without(scores[name])}
                for name, one in answer.said.items()
            },
        )
        self.pieces.keep(made, self.keys)


def choose(source: Source, models: Path, cold: Path) -> Chosen | None:
    """Return the model in use, or this corpus's own without training; None without a segment."""
    current = models / CURRENT_FILE
    if current.exists():  # read here because the store, which checks it, loads scikit-learn
        name = current.read_text(encoding="utf-8", errors="replace").strip()
        if not MODEL_ID.fullmatch(name):
            from pipeline.learn.store import read_current

            name = read_current(models) or ""  # says what is wrong with it
        return Chosen(name, models, is_cold=False, unseen=unseen_digest(models / name))
    if not source.receipt.rows_out:
        return None
    key = cold_key(source.codebook, source.settings)
    note = read_note(cold)
    if note is not None and is_fresh(note, key, source.digests):
        return Chosen(note.model_id, cold, is_cold=True)
    model = fit_cold(source.segments, source.codebook, source.settings, source.encoder)
    return Chosen(keep_cold(cold, model, key, source.digests), cold, is_cold=True)
