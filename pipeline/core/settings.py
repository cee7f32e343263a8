"""The settings of one corpus, as frozen dataclasses: names, kinds, defaults and limits.

`pipeline.core.config` reads them from ``configs/<corpus>.toml``. A field's metadata holds its
limits: ``choices`` (allowed words) or ``low`` and ``high`` (closed range).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.records import INTERVIEWER, SOURCE_TYPES

Table = Mapping[str, Any]


def one_of(default: str, *others: str) -> Any:
    """Return a field that takes ``default`` or one of ``others``."""
    return field(default=default, metadata={"choices": (default, *others)})


def within(default: float, low: float, high: float) -> Any:
    """Return a numeric field that takes values from ``low`` to ``high``."""
    return field(default=default, metadata={"low": low, "high": high})


@dataclass(frozen=True, slots=True)
class SpeakerSettings:
    """What the user knows about one label: role, participant, name as it should be read."""

    role: str = ""
    participant_id: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ColumnSettings:
    """Which columns of a table hold what; empty: found by their headers."""

    speaker: str = ""
    text: str = ""
    start: str = ""
    end: str = ""
    transcript: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class LimitSettings:
    """What a transcript may weigh before it is refused: bytes, pages, characters."""

    max_bytes: int = within(50_000_000, 1, 10**12)
    max_pages: int = within(5_000, 1, 10**6)
    max_chars: int = within(5_000_000, 1, 10**9)


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """How transcripts are read and speakers are found.

    ``accept_score`` and ``confirm_score`` are in [0, 1]. ``files`` holds the raw
    ``[[ingest.files]]`` tables; `pipeline.core.config.settings_for_file` applies them.
    """

    source_type: str = field(default="interview", metadata={"choices": SOURCE_TYPES})
    encoding: str = "auto"
    tracked_changes: str = one_of("accept", "reject")
    pattern: str = "auto"
    accept_score: float = within(0.25, 0, 1)
    confirm_score: float = within(0.12, 0, 1)
    not_speakers: tuple[str, ...] = ()
    unlabelled: str = one_of("continue", "unknown")
    blank_speaker_cell: str = one_of("unknown", "continue")
    join: str = one_of("cues", "none", "all")
    start_after: str = ""
    end_before: str = ""
    exclude: tuple[str, ...] = ("~$*", ".*")
    speakers: Mapping[str, SpeakerSettings] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    columns: ColumnSettings = ColumnSettings()
    limits: LimitSettings = LimitSettings()
    files: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """How turns are cut: ``unit`` is a splitter's name; ``max_words`` is for chunks.

    Turns whose role is in ``context_roles`` are kept as context and not coded.
    """

    unit: str = one_of("chunk", "turn", "sentence")
    max_words: int = within(60, 5, 5_000)
    context_roles: tuple[str, ...] = (INTERVIEWER,)


@dataclass(frozen=True, slots=True)
class SuggestSettings:
    """How much is suggested: at most ``top`` codes a segment.

    ``max_missed`` in (0, 1) is the share of a segment's true codes that may be missed once labels
    suffice to control it. ``encoder`` is a folder with ``model.onnx`` and ``tokenizer.json``, whose
    sentence vectors are a further view of the text; ``encoder_sha256`` is the hash of both files.
    """

    top: int = within(3, 1, 50)
    max_missed: float = within(0.1, 0.001, 0.999)
    encoder: str = ""
    encoder_sha256: str = ""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How a new model is judged: ``folds`` by transcript, ``repeats`` times.

    ``max_code_loss`` is by how much the average precision of one code may fall at promotion.
    """

    folds: int = within(5, 2, 50)
    repeats: int = within(2, 1, 100)
    max_code_loss: float = within(0.15, 0, 1)


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """By what codes are counted: ``role``, ``source_type`` or an attribute of participants."""

    by: tuple[str, ...] = ("role",)


@dataclass(frozen=True, slots=True)
class ReportSettings:
    """How the results of a study are told.

    ``activity_dimension`` is the top-level code whose codes are the activities (columns of the
    evidence table); ``attributes`` are what codes are set against, empty: what exports count by;
    ``order`` holds transcript ids as they were collected or coded, for saturation (those it does
    not name follow by name); ``base`` and ``run`` are numbers of interviews and ``threshold`` the
    share of new codes at which codes are saturated (Guest, Namey & Chen 2020); ``quotations`` are
    segment ids whose words stand in the evidence table where their code and activity do.
    """

    activity_dimension: str = ""
    attributes: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    base: int = within(4, 1, 100)
    run: int = within(2, 1, 100)
    threshold: float = within(0.05, 0, 1)
    quotations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """What is replaced in transcripts at ingest, consistently over the corpus.

    ``names`` are further names beside those of the participants table; ``never`` are words that
    look like names and are none.
    """

    pseudonymise: bool = False
    names: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    email_addresses: bool = True
    phone_numbers: bool = True
    postcodes: bool = True


@dataclass(frozen=True, slots=True)
class QuestionSettings:
    """One question of the interview guide: a short id, its words, and its probes."""

    id: str = ""
    text: str = ""
    probes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundSettings:
    """What a round of review hands out, and to whom.

    ``coders`` are their names. ``overlap`` is the share of each lane that goes to two of them,
    ``audit`` that of all segments which is drawn at random and coded blind (raised so that about
    100 are expected). ``uncertain`` and ``coverage`` are numbers of segments: where the model
    doubts most, and the best-ranked of the codes with fewest yes. ``random_codes`` are codes that
    people disagree on, for which doubt says nothing. ``order``: whether the rest follows in
    reading order. ``second_look`` is the score from which the model contradicts a coder.
    """

    name: str = ""
    coders: tuple[str, ...] = ()
    mode: str = one_of("assisted", "blind-first")
    rule: str = one_of("unanimous", "majority", "any", "lead")
    overlap: float = within(0.2, 0, 1)
    audit: float = within(0.15, 0.001, 1)
    uncertain: int = within(0, 0, 1_000_000)
    coverage: int = within(0, 0, 1_000_000)
    random_codes: tuple[str, ...] = ()
    order: bool = True
    second_look: float = within(0.8, 0.5, 1)


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one corpus. ``language`` is a two-letter code; ``seed`` feeds every draw."""

    codebook: str = ""
    language: str = "en"
    seed: int = within(0, 0, 2**32 - 1)
    ingest: IngestSettings = IngestSettings()
    segment: SegmentSettings = SegmentSettings()
    suggest: SuggestSettings = SuggestSettings()
    round: RoundSettings = RoundSettings()
    train: TrainSettings = TrainSettings()
    export: ExportSettings = ExportSettings()
    report: ReportSettings = ReportSettings()
    privacy: PrivacySettings = PrivacySettings()
    questions: tuple[QuestionSettings, ...] = ()
