"""A small study that tests build decision by decision, and a small classifier."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import CountVectorizer

from pipeline.core.codebook import Codebook, parse_codebook
from pipeline.core.receipts import Receipt
from pipeline.core.records import Decision, Segment, Transcript
from pipeline.core.settings import Settings, TrainSettings
from pipeline.core.tables import to_table, write_table
from pipeline.learn.skopsfile import TRUSTED
from pipeline.learn.store import read_card
from pipeline.train.examples import CorpusRows
from pipeline.train.stage import CorpusFiles, Means, Place, TrainOutcome, run

BOOK = """
codebook: weather
version: 1.0.0
codes:
  - id: wet
    name: Wet
    definition: Water from above.
    codes:
      - {id: rain, name: Rain, definition: It rains., examples: [It poured with rain all night.]}
      - {id: snow, name: Snow, definition: It snows., examples: [The snow lay on every roof.]}
  - {id: sun, name: Sun, definition: The sky is clear., examples: [The sun shone all day.]}
  - {id: talk, name: Talk, codable: false}
"""


class Study:
    """One corpus under construction; each line of a transcript is a segment."""

    def __init__(self, name: str, codebook: Codebook) -> None:
        self.name = name
        self.codebook = codebook
        self.texts: dict[str, str] = {}
        self.segments: list[Segment] = []
        self.decisions: list[Decision] = []

    def transcript(self, name: str, *lines: str) -> list[Segment]:
        """Add a transcript and return its segments."""
        self.texts[name] = "\n".join(lines)
        made, start = [], 0
        for turn, line in enumerate(lines, 1):
            key = f"{name}:{start}-{start + len(line)}"
            place = (start, start + len(line), line)
            made.append(Segment(key, name, turn, "A", None, "participant", *place))
            start += len(line) + 1
        self.segments += made
        return made

    def act(
        self, coder: str, segment: Segment, act: str, code: str | None = None, **more: Any
    ) -> Decision:
        """Add an act on a segment, or on ``start`` and ``end``; any column can be given."""
        text = self.texts[segment.transcript_id]
        start, end = more.get("start", segment.start), more.get("end", segment.end)
        seq = len(self.decisions) + 1
        columns: dict[str, Any] = dict.fromkeys(Decision.COLUMNS) | {
            "seq": seq,
            "decision_id": f"d{seq}",
            "coder": coder,
            "role": "coder",
            "act": act,
            "transcript_id": segment.transcript_id,
            "start": start,
            "end": end,
            "quote": text[start:end],
            "text_sha256": hashlib.sha256(text.encode()).hexdigest(),
            "code": code,
            "codebook_version": self.codebook.version_id,
            "suggestion_visible": False,
            "surface": "page",
            "decided_at": "2024-05-01T10:00:00Z",
            "recorded_at": "2024-05-01T10:00:00Z",
            "package_version": "0.1.0",
            "prev_hash": "",
            "hash": "",
            "independent": False,
        }
        detail = more.pop("detail", None)
        made = Decision(**columns | more | {"detail": json.dumps(detail) if detail else None})
        self.decisions.append(made)
        return made

    def code(
        self, coder: str, segment: Segment, codes: Iterable[str], *, is_blind: bool = True
    ) -> None:
        """Let a coder apply ``codes`` to a segment and complete it."""
        for code in codes:
            self.act(coder, segment, "add", code, standing="yes", independent=is_blind)
        self.act(coder, segment, "done", standing="done", independent=is_blind)

    @property
    def rows(self) -> CorpusRows:
        """What training reads of the study."""
        return CorpusRows(self.name, self.texts, self.segments, self.decisions)

    def write(self, folder: Path) -> None:
        """Write the stage files of the study."""
        transcripts = [Transcript(k, k, "", "interview", v) for k, v in self.texts.items()]
        for kind, rows in ((Transcript, transcripts), (Segment, self.segments)):
            name = f"{kind.__name__.lower()}s.parquet"
            write_table(folder / name, to_table(rows, kind), Receipt("test"))
        write_table(
            folder / "decisions.parquet", to_table(self.decisions, Decision), Receipt("review")
        )


class WordClassifier(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Scores a code by the words it came with, as often as they did, over the codebook's words.

    A real learner, small enough to fit in milliseconds: naive Bayes on words, whose prior is the
    code's own text.
    """

    def __init__(self, codebook: Codebook, random_state: int = 0) -> None:
        self.codebook = codebook
        self.random_state = random_state

    def fit(self, X: Any, Y: Any, groups: Any = None, sample_weight: Any = None) -> Self:
        """Count words of segments with and without each code."""
        del groups, sample_weight
        codes = self.codebook.codable
        self.codes_ = [code.path for code in codes]
        self.is_calibrated_ = Y is not None
        seeds = [" ".join([code.name, code.definition, *code.examples]) for code in codes]
        words = CountVectorizer(stop_words="english").fit([*X["text"], *seeds])
        self.words_ = {str(word): int(n) for word, n in words.vocabulary_.items()}
        counts = words.transform(X["text"]).toarray()
        yes, no = 0.2 * words.transform(seeds).toarray() + 0.5, np.full((len(codes), 1), 0.5)
        Y = np.full((len(X), len(codes)), np.nan) if Y is None else Y
        self.weight_ = np.log(yes + (Y == 1).T @ counts) - np.log(no + (Y == 0).T @ counts)
        self.thresholds_, self.is_controlled_ = np.full(len(codes), 0.5), False
        self.weight_ += np.log(1 + (Y == 0).sum(axis=0) / (1 + (Y == 1).sum(axis=0)))[:, None]
        return self

    def predict_proba(self, X: Any) -> Any:
        """Return a number in (0, 1) for each segment and code."""
        words = CountVectorizer(stop_words="english", vocabulary=self.words_)
        score = words.transform(X["text"]).toarray() @ self.weight_.T
        return 1 / (1 + np.exp(-np.clip(score / 4, -30, 30)))

    def lists(self, proba: Any) -> Any:
        """Show what reaches its threshold."""
        return proba >= self.thresholds_


@pytest.fixture
def book() -> str:
    """Return the text of the codebook."""
    return BOOK


@pytest.fixture
def codebook() -> Codebook:
    """Return a codebook of three levels of nesting and a code that only holds others."""
    return parse_codebook(BOOK)


@pytest.fixture
def study(codebook: Codebook) -> Study:
    """Return an empty study."""
    return Study("pilot", codebook)


@pytest.fixture
def classifier(codebook: Codebook) -> WordClassifier:
    """Return an unfitted classifier."""
    return WordClassifier(codebook)


KINDS = {"wet.rain": "rainy", "wet.snow": "snowy", "sun": "sunny", "": "other"}


def line_of(kind: str, draw: np.random.Generator) -> str:
    """Return two of the thirty words of a code and four of sixty that tell nothing."""
    telling = [f"{KINDS[kind]}{n}" for n in draw.integers(30, size=2)]
    return " ".join([*telling, *(f"word{n}" for n in draw.integers(60, size=4))])


@pytest.fixture
def coded(study: Study) -> Study:
    """Return a study of eight interviews of 24 lines, coded blind by one careful coder."""
    draw = np.random.default_rng(7)
    for number in range(8):
        kinds = [kind for kind in KINDS for _ in range(6)]
        draw.shuffle(kinds)
        lines = [line_of(kind, draw) for kind in kinds]
        for segment, kind in zip(study.transcript(f"i{number}", *lines), kinds, strict=True):
            study.code("ann", segment, [kind] if kind else [])
    return study


SETTINGS = Settings(codebook="weather", train=TrainSettings(folds=4, repeats=1))
TODAY = "2024-05-01"


class Bench:
    """A study, its files and its shelf."""

    def __init__(self, study: Any, folder: Path, classifier: Any, book: str) -> None:
        self.study = study
        self.folder = folder
        self.files = CorpusFiles(
            study.name,
            *(folder / f"{name}.parquet" for name in ("transcripts", "segments", "decisions")),
        )
        self.place = Place(folder / "weather.yaml", folder / "models")
        self.place.codebook.write_text(book)
        kind = type(classifier)
        trusted = {*TRUSTED, f"{kind.__module__}.{kind.__name__}"}
        self.means = Means(make=lambda found, settings: kind(found, settings.seed), trusted=trusted)

    def train(self, settings: Settings = SETTINGS, today: str = TODAY) -> TrainOutcome:
        """Write the study and train on it."""
        self.study.write(self.folder)
        return run([self.files], self.place, settings, today=today, means=self.means)

    def spoil(self) -> None:
        """Let two coders shuffle the codes among all segments that the first coded."""
        study, draw = self.study, np.random.default_rng(5)
        given = {(d.transcript_id, d.start): d.code for d in study.decisions if d.code}
        codes = draw.permutation(
            [given.get((s.transcript_id, s.start), "") for s in study.segments]
        )
        for coder in ("bad", "bad too"):
            for segment, code in zip(study.segments, codes, strict=True):
                study.code(coder, segment, [str(code)] if code else [], is_blind=False)

    def card(self, name: str) -> dict[str, Any]:
        """Return a model's card."""
        return read_card(self.place.models / name)


@pytest.fixture
def bench(coded: Any, tmp_path: Path, classifier: Any, book: str) -> Bench:
    """Return the coded study on disk."""
    return Bench(coded, tmp_path, classifier, book)
