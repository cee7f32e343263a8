"""The model of a corpus before any training: fitted on its segments and the codebook, and kept."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.core.atomic import write_bytes
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.codebook import Codebook
from pipeline.core.errors import CodebookError
from pipeline.core.receipts import key_of, sha256_of
from pipeline.core.settings import Settings
from pipeline.core.streams import talks_of
from pipeline.suggest.frame import COLUMNS, frame_of

if TYPE_CHECKING:  # scikit-learn costs a second: it is loaded when there is something to learn
    from pipeline.learn.classifier import CodebookClassifier
    from pipeline.learn.encoder import SentenceEncoder

VERSION = "cold-5"  # raise it when the same segments would give another model or another file
NOTE_FILE = "fitted.json"
MOST_FITTED = 30_000  # segments; more teach no new words worth their memory (about 30 KB each)
MAX_SHARE_CHANGED = 5  # at most one transcript in five may differ from those fitted on


@dataclass(frozen=True, slots=True)
class Note:
    """What a kept model was made from: ``digests`` of each transcript's segments."""

    model_id: str
    key: str
    digests: Mapping[str, str]


def cold_key(codebook: Codebook, settings: Settings) -> str:
    """Return a hash of all but the segments that the model depends on."""
    return key_of(VERSION, codebook.sha256, settings.seed, settings.suggest)


def read_note(folder: Path) -> Note | None:
    """Return the note on the kept model; None where it or the model is gone or damaged."""
    try:
        raw = json.loads((folder / NOTE_FILE).read_text(encoding="utf-8"))
        note = Note(str(raw["model_id"]), str(raw["key"]), dict(raw["digests"]))
        found = sha256_of(folder / note.model_id / "model.skops")
    except (OSError, *BROKEN_JSON):  # all can be made again: what is odd is not there
        return None
    return note if found.startswith(note.model_id) else None


def is_fresh(note: Note, key: str, digests: Mapping[str, str]) -> bool:
    """Whether the kept model still serves segments with ``digests``: few transcripts differ."""
    names = note.digests.keys() | digests.keys()
    n_differ = sum(note.digests.get(name) != digests.get(name) for name in names)
    return note.key == key and n_differ * MAX_SHARE_CHANGED <= len(note.digests)


def fit_cold(
    segments: Path, codebook: Codebook, settings: Settings, encoder: SentenceEncoder | None = None
) -> CodebookClassifier:
    """Return a model that knows the codebook and the corpus's language, and no decision.

    ``segments`` is their table.

    Raises
    ------
    CodebookError
        If no code can be carried by a segment.
    """
    from pipeline.learn.classifier import CodebookClassifier

    if not codebook.codable:
        raise CodebookError(
            f"{codebook.slug}: none of its codes is codable, so nothing can be suggested. "
            "Add a code, or take 'codable: false' from one."
        )
    model = CodebookClassifier(
        codebook,
        random_state=settings.seed,
        top=settings.suggest.top,
        max_missed=settings.suggest.max_missed,
        encoder=encoder,
    )
    return model.fit(frame_of(text_to_fit(segments)))


def text_to_fit(segments: Path) -> pa.Table:
    """Return the segments that a model is fitted on: all, or of very many a part.

    Whole transcripts are taken, by rising hash of their names, so that the part hardly changes when
    transcripts come and go.
    """
    lengths = {name: rows.num_rows for name, rows in talks_of(segments, {}, only=COLUMNS[:1])}
    chosen, n_rows = set(), 0
    for name in sorted(lengths, key=lambda name: hashlib.sha256(name.encode()).digest()):
        if n_rows and n_rows + lengths[name] > MOST_FITTED:
            break
        chosen.add(name)
        n_rows += lengths[name]
    talks = talks_of(segments, {}, only=COLUMNS)
    return pa.concat_tables([rows for name, rows in talks if name in chosen])


def keep_cold(folder: Path, model: CodebookClassifier, key: str, digests: Mapping[str, str]) -> str:
    """Store ``model`` in ``folder`` in place of the one before, and return its id."""
    from pipeline.learn.store import save_model

    before = read_note(folder)
    card = {"kind": "cold start: the codebook and the corpus, no decision", "n_labelled": 0}
    model_id = save_model(folder, model, card)
    note = json.dumps(asdict(Note(model_id, key, dict(digests))), sort_keys=True, indent=1)
    write_bytes(folder / NOTE_FILE, note.encode())
    if before is not None and before.model_id != model_id:
        shutil.rmtree(folder / before.model_id, ignore_errors=True)
    return model_id
