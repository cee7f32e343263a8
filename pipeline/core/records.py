"""The nouns: what stages hand to one another.

Each noun says its columns and their kinds; `pipeline.core.tables` checks them on reading.
Kinds: ``str``, ``int``, ``float``, ``bool``, ``evidence``; a ``?`` behind it: may be null.
Offsets are half-open, in code points of the transcript's canonical text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

Columns = Mapping[str, str]
Attribute = str | float | None

SOURCE_TYPES = ("interview", "focus-group", "observation", "document")
INTERVIEWER = "interviewer"
PARTICIPANT = "participant"
OTHER = "other"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Transcript:
    """One interview, focus group, observation or document; ``text`` is the authority on words."""

    transcript_id: str
    source: str
    source_sha256: str
    source_type: str
    text: str

    COLUMNS: ClassVar[Columns] = {
        "transcript_id": "str",
        "source": "str",
        "source_sha256": "str",
        "source_type": "str",
        "text": "str",
    }


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until another does; ``transcript.text[start:end] == text``.

    ``turn`` counts from 1; ``speaker`` is the label as written, None where nobody is named;
    ``role`` is interviewer, participant, other, unknown or a word of the participants table;
    ``start_s`` and ``end_s`` are seconds from the start of the recording;
    ``attribution`` is exact, structural, alias, variant, config or unknown;
    ``label_start`` and ``label_end`` bound the written label, None where the source has none;
    ``question`` is the id of the question of the interview guide that is being answered or asked,
    None where there is none.
    """

    transcript_id: str
    turn: int
    speaker: str | None
    participant_id: str | None
    role: str
    start: int
    end: int
    start_s: float | None
    end_s: float | None
    attribution: str
    text: str
    label_start: int | None = None
    label_end: int | None = None
    question: str | None = None

    COLUMNS: ClassVar[Columns] = {
        "transcript_id": "str",
        "turn": "int",
        "speaker": "str?",
        "participant_id": "str?",
        "role": "str",
        "start": "int",
        "end": "int",
        "start_s": "float?",
        "end_s": "float?",
        "attribution": "str",
        "text": "str",
        "label_start": "int?",
        "label_end": "int?",
        "question": "str?",
    }


@dataclass(frozen=True, slots=True)
class Participant:
    """Who speaks: one row of the participants table; attributes are any further columns of it."""

    participant_id: str
    pseudonym: str | None
    role: str | None
    organisation: str | None
    attributes: Mapping[str, Attribute]

    COLUMNS: ClassVar[Columns] = {
        "participant_id": "str",
        "pseudonym": "str?",
        "role": "str?",
        "organisation": "str?",
    }


@dataclass(frozen=True, slots=True)
class Segment:
    """The unit that is coded; ``segment_id`` is ``<transcript_id>:<start>-<end>``.

    ``question`` is that of its turn.
    """

    segment_id: str
    transcript_id: str
    turn: int
    speaker: str | None
    participant_id: str | None
    role: str
    start: int
    end: int
    text: str
    question: str | None = None

    COLUMNS: ClassVar[Columns] = {
        "segment_id": "str",
        "transcript_id": "str",
        "turn": "int",
        "speaker": "str?",
        "participant_id": "str?",
        "role": "str",
        "start": "int",
        "end": "int",
        "text": "str",
        "question": "str?",
    }


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a code was suggested: a span of the transcript, its weight and a reason in words.

    A positive weight speaks for the code, a negative one against it.
    """

    start: int
    end: int
    weight: float
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One code proposed for one segment.

    ``score`` is a probability in [0, 1], calibrated once the model has labels enough (its card says
    so); ``rank`` counts from 1. A segment without a row got no suggestion: the model abstained.
    """

    segment_id: str
    code: str
    score: float
    rank: int
    evidence: tuple[Evidence, ...]
    model_id: str
    codebook_version: str

    COLUMNS: ClassVar[Columns] = {
        "segment_id": "str",
        "code": "str",
        "score": "float",
        "rank": "int",
        "evidence": "evidence",
        "model_id": "str",
        "codebook_version": "str",
    }


@dataclass(frozen=True, slots=True)
class Score:
    """What the model in use says of every code on one segment, without a code of its interview.

    ``fold`` is None where the model itself speaks: it learned from no decision on that interview;
    else it is the number of the fit that was made without the interview. ``by_code`` has the
    probabilities, None where no such fit is at hand. In the table each code is a column of its own,
    named by `column`, as a 32-bit float behind those of ``COLUMNS``; the model's id is in the
    receipt.
    """

    segment_id: str
    transcript_id: str
    fold: int | None
    by_code: Mapping[str, float | None]

    COLUMNS: ClassVar[Columns] = {"segment_id": "str", "transcript_id": "str", "fold": "int?"}
    PREFIX: ClassVar[str] = "score:"

    @classmethod
    def column(cls, code: str) -> str:
        """Return the name of the column of a code."""
        return cls.PREFIX + code


@dataclass(frozen=True, slots=True)
class Decision:
    """One act of one coder, as the log keeps it, and what it comes to.

    The columns up to ``hash`` are the log's. ``standing`` is what stands on the thread if this act
    is its head: for acts on a code ``yes``, ``no``, ``unsure``, ``open`` or ``conflict``; for acts
    on the whole span ``done``, ``reopened``, ``skipped``, ``memo``; null for acts overtaken since.
    ``independent`` marks the coder's state at the first ``done`` on the span, with nothing of the
    machine's or of other coders' visible before: the ``done`` itself and each yes and no it closed.
    """

    seq: int
    decision_id: str
    parent_id: str | None
    group_id: str | None
    coder: str
    role: str
    act: str
    transcript_id: str
    start: int
    end: int
    quote: str | None
    text_sha256: str
    code: str | None
    codebook_version: str
    memo: str | None
    round_id: str | None
    mode: str | None
    lane: str | None
    inclusion_probability: float | None
    suggestion_visible: bool
    model_id: str | None
    score: float | None
    rank: int | None
    detail: str | None
    surface: str
    active_ms: int | None
    decided_at: str
    recorded_at: str
    package_version: str
    prev_hash: str
    hash: str
    standing: str | None
    independent: bool

    COLUMNS: ClassVar[Columns] = {
        "seq": "int",
        "decision_id": "str",
        "parent_id": "str?",
        "group_id": "str?",
        "coder": "str",
        "role": "str",
        "act": "str",
        "transcript_id": "str",
        "start": "int",
        "end": "int",
        "quote": "str?",
        "text_sha256": "str",
        "code": "str?",
        "codebook_version": "str",
        "memo": "str?",
        "round_id": "str?",
        "mode": "str?",
        "lane": "str?",
        "inclusion_probability": "float?",
        "suggestion_visible": "bool",
        "model_id": "str?",
        "score": "float?",
        "rank": "int?",
        "detail": "str?",
        "surface": "str",
        "active_ms": "int?",
        "decided_at": "str",
        "recorded_at": "str",
        "package_version": "str",
        "prev_hash": "str",
        "hash": "str",
        "standing": "str?",
        "independent": "bool",
    }


@dataclass(frozen=True, slots=True)
class CodedSegment:
    """One reviewed code on one passage; derived, never edited.

    ``coders`` are the pseudonyms of those who said yes, joined by ``; ``; ``status`` is single,
    agreed, disputed or adjudicated; ``origin`` is person, accepted-suggestion or imported;
    ``question`` is that of the turn in which the passage begins. The participant's attributes
    stand as further columns behind ``role`` in the table.
    """

    transcript_id: str
    source_type: str
    turn: int | None
    start: int
    end: int
    quote: str
    speaker: str | None
    participant_id: str | None
    role: str
    code: str
    dimension: str
    code_name: str
    coders: str
    status: str
    origin: str
    memo: str | None
    model_id: str | None
    question: str | None = None

    COLUMNS: ClassVar[Columns] = {
        "transcript_id": "str",
        "source_type": "str",
        "turn": "int?",
        "start": "int",
        "end": "int",
        "quote": "str",
        "speaker": "str?",
        "participant_id": "str?",
        "role": "str",
        "code": "str",
        "dimension": "str",
        "code_name": "str",
        "coders": "str",
        "status": "str",
        "origin": "str",
        "memo": "str?",
        "model_id": "str?",
        "question": "str?",
    }
