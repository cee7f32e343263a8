"""Segments to suggestions: only transcripts that are new or changed since, by the model in use.

Two tables are written: ``suggestions.parquet`` for reviewers, and ``scores.parquet``, what may be
said of every segment and code by a fit that saw no code of the interview, for statistics. Neither
is ever held whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core.atomic import touch
from pipeline.core.codebook import Codebook, read_codebook
from pipeline.core.receipts import Outcome, Part, Receipt, Update, digest_of, key_of, sha256_of
from pipeline.core.records import Score, Suggestion
from pipeline.core.settings import Settings
from pipeline.core.tables import plan_update, read_receipt, schema_of
from pipeline.engine import Engine
from pipeline.suggest.batches import Batches, speakers_of
from pipeline.suggest.cold import cold_key, fit_cold, is_fresh, keep_cold, read_note
from pipeline.suggest.evidence import Said, Voice, suggest_batch
from pipeline.suggest.scores import (
    Unseen,
    digest_of_scores,
    n_without,
    schema_of_scores,
    unseen_digest,
)
from pipeline.suggest.talks import Shelf, talks_of
from pipeline.suggest.writing import TableWriter, writing

if TYPE_CHECKING:  # scikit-learn costs a second: it is loaded when there is something to suggest
    from pipeline.learn.store import LoadedModel

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

    @property
    def digests(self) -> dict[str, str]:
        """What each transcript's segments come to."""
        return {name: part.digest for name, part in self.receipt.parts.items()}

    def keys(self, chosen: Chosen | None) -> dict[str, str]:
        """Return a hash of all that each transcript's suggestions and scores depend on."""
        by = (chosen.model_id, chosen.unseen) if chosen else None
        whole = (VERSION, self.corpus, by, self.codebook.version_id, self.settings.suggest)
        return {name: key_of(*whole, digest) for name, digest in self.digests.items()}

    def started_receipt(self, chosen: Chosen | None, codebook: Path) -> Receipt:
        """Return what the receipts say of all that went in; ``codebook`` is its file."""
        return Receipt(
            stage="suggest",
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


@dataclass
class Written:
    """What the receipts tell of the transcripts written so far."""

    suggestions: dict[str, Part] = field(default_factory=dict)
    scores: dict[str, Part] = field(default_factory=dict)
    abstained: dict[str, int] = field(default_factory=dict)
    without_score: dict[str, int] = field(default_factory=dict)


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

    Raises
    ------
    StaleError, ModelError
        If the codebook changed since the model in use was trained, or that model is damaged.
    """
    source = Source(corpus, segments, read_receipt(segments), read_codebook(codebook), settings)
    chosen = choose(source, models, cold)
    wanted, scores = source.keys(chosen), out.with_name(SCORES_FILE)
    update = merged(plan_update(out, wanted), plan_update(scores, wanted), wanted)
    if update.is_nothing:
        touch(out)
        touch(scores)
        return Outcome(update, read_receipt(out))
    fresh, details = suggest(source, chosen, update, engine)
    receipt = replace(source.started_receipt(chosen, codebook), details=details)
    codes = [code.path for code in source.codebook.codable]
    old, write_all = Old.of(out, scores, update), partial(write, wanted, fresh)
    return Outcome(update, renew((out, scores), old, write_all, receipt, codes))


def renew(
    files: tuple[Path, Path],
    old: Old,
    write_all: Callable[[Old, tuple[TableWriter, TableWriter]], Written],
    receipt: Receipt,
    codes: list[str],
) -> Receipt:
    """Write both tables and return the receipt of the suggestions."""
    with (
        writing(files[0], schema_of(Suggestion.COLUMNS)) as suggestions,
        writing(files[1], schema_of_scores(codes)) as scores,
    ):
        written = write_all(old, (suggestions, scores))
        return finish(receipt, written, (suggestions, scores), codes)


def finish(
    receipt: Receipt, written: Written, writers: tuple[TableWriter, TableWriter], codes: list[str]
) -> Receipt:
    """Finish both tables with what their receipts tell, and return that of the suggestions."""
    suggestions, scores = writers
    abstained = {"abstained": written.abstained, "n_abstained": sum(written.abstained.values())}
    found = replace(
        receipt,
        parts=written.suggestions,
        rows_out=suggestions.n_rows,
        details={**receipt.details, **abstained},
    )
    suggestions.finish(found)
    of_scores = {"codes": codes, "without_score": written.without_score}
    scores.finish(
        replace(
            receipt,
            parts=written.scores,
            rows_out=scores.n_rows,
            details={**receipt.details, **of_scores},
        )
    )
    return found


def merged(one: Update, other: Update, wanted: dict[str, str]) -> Update:
    """Return what must be done so that both tables are up to date."""
    make = {*one.make, *other.make}
    return Update(
        make=tuple(name for name in wanted if name in make),
        keep=tuple(name for name in wanted if name not in make),
        drop=tuple(dict.fromkeys([*one.drop, *other.drop])),
    )


@dataclass
class Old:
    """Both tables as they were, to take from in the order of the transcripts."""

    suggestions: Shelf = field(default_factory=lambda: Shelf(iter(())))
    scores: Shelf = field(default_factory=lambda: Shelf(iter(())))
    receipts: tuple[Receipt, Receipt] = (Receipt("suggest"), Receipt("suggest"))

    @classmethod
    def of(cls, suggestions: Path, scores: Path, update: Update) -> Old:
        """Return what is on disk, if anything of it is kept."""
        if not update.keep:
            return cls()
        return cls(
            Shelf(talks_of(suggestions, Suggestion.COLUMNS)),
            Shelf(talks_of(scores, Score.COLUMNS)),
            (read_receipt(suggestions), read_receipt(scores)),
        )


def write(
    wanted: dict[str, str],
    fresh: Iterator[tuple[str, Said]],
    old: Old,
    writers: tuple[TableWriter, TableWriter],
) -> Written:
    """Write every transcript, fresh or as it was, in the order of their names."""
    done = Written()
    waiting = next(fresh, None)
    for name, key in sorted(wanted.items()):
        if waiting is not None and waiting[0] == name:
            said, waiting = waiting[1], next(fresh, None)
            done.suggestions[name] = Part(key, said.digest)
            done.scores[name] = Part(key, digest_of_scores(said.scores))
            done.abstained[name] = said.n_abstained
            tables: tuple[pa.Table | None, ...] = (said.suggestions, said.scores)
        else:
            tables = old.suggestions.take(name), old.scores.take(name)
            parts = [receipt.parts.get(name, Part(key, EMPTY)) for receipt in old.receipts]
            done.suggestions[name], done.scores[name] = parts
            done.abstained[name] = old.receipts[0].details.get("abstained", {}).get(name, 0)
        for writer, rows in zip(writers, tables, strict=True):
            if rows is not None:
                writer.write(rows)
        n_lost = 0 if tables[1] is None else n_without(tables[1])
        if n_lost:
            done.without_score[name] = n_lost
    return done


EMPTY = digest_of(())  # of a transcript without a segment


def suggest(
    source: Source, chosen: Chosen | None, update: Update, engine: Engine
) -> tuple[Iterator[tuple[str, Said]], Details]:
    """Return what is said of the transcripts to be made, and what receipts tell of the model."""
    details: Details = {"codebook_version": source.codebook.version_id}
    if chosen is None:
        return iter(()), details
    loaded = chosen.load(source.codebook)
    model = loaded.classifier.set_params(top=source.settings.suggest.top)
    details |= {
        "is_cold": chosen.is_cold,
        "is_calibrated": bool(model.is_calibrated_),
        "is_controlled": bool(model.is_controlled_),
    }
    prefix = f"{source.corpus}/" if len(loaded.card.get("corpora", ())) > 1 else ""
    voice = Voice(model, chosen.model_id, source.codebook.version_id, prefix)
    speakers = speakers_of(source.segments, voice.remembered)
    work = partial(suggest_batch, voice=replace(voice, speakers=speakers))
    unseen = Unseen(
        chosen.folder / chosen.model_id,
        source.corpus,
        loaded.card,
        None if chosen.is_cold else source.segments,
    )
    batches = Batches(source.segments, frozenset(update.make))
    return heeded(engine.map(work, batches), unseen), details


def heeded(found: Iterator[dict[str, Said]], unseen: Unseen) -> Iterator[tuple[str, Said]]:
    """Yield what was said of each transcript, with the scores that statistics may use."""
    for batch in found:
        for name, said in batch.items():
            yield name, replace(said, scores=unseen.heed(name, said.scores))


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
    model = fit_cold(source.segments, source.codebook, source.settings)
    return Chosen(keep_cold(cold, model, key, source.digests), cold, is_cold=True)
