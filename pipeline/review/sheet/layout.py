"""How a sheet is laid out: its columns, the key of a row, and what it knows of itself."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

from pipeline.core.errors import InputError
from pipeline.review.facts import Place, segment_id
from pipeline.review.log.fold import NO, OPEN, UNSURE, YES

FORMAT = "glossator-sheet-1"
PROPERTY = "glossator"  # of the workbook: the meta data, for programs that drop hidden sheets
PIECE = 250  # characters of a property
REVIEW, CODES, README, META = "Review", "Codes", "Read me", "_meta"
KEY, TRANSCRIPT, NUMBER, SPEAKER = "key", "Transcript", "No.", "Speaker"
TIME, TEXT, MEMO, DONE = "Time", "Text", "Memo", "Done"
SUGGESTIONS = tuple(f"Suggestion {number}" for number in range(1, 5))
DECISIONS = tuple(f"Decision {number}" for number in range(1, 5))
ADDED = tuple(f"Add code {number}" for number in range(1, 4))
BETWEEN = ";"  # codes, where a cell holds several
WORDS: Mapping[str, str] = {"accept": YES, "reject": NO, "unsure": UNSURE, "": OPEN}
WORD_OF: Mapping[str, str] = {verdict: word for word, verdict in WORDS.items()}
DONE_WORD = "yes"
DONE_WORDS: Mapping[str, bool] = {
    **dict.fromkeys(("yes", "done", "true", "x"), True),
    **dict.fromkeys(("", "no", "false"), False),
}
KEY_FORM = re.compile(r"s(?P<transcript>.+):(?P<start>\d+)-(?P<end>\d+)#(?P<hash>[0-9a-f]{10})")


@dataclass(frozen=True, slots=True)
class Meta:
    """What a sheet knows of itself; ``heads`` are the coder's last hashes when it was made."""

    sheet_id: str
    corpus: str
    log_id: str
    coder: str
    round_id: str
    mode: str
    codebook_version: str
    model_id: str | None
    n_rows: int
    heads: tuple[str, ...] = ()
    format: str = FORMAT

    def to_json(self) -> str:
        """Return the meta data as one line of JSON."""
        return json.dumps(asdict(self), sort_keys=True)

    def pieces(self) -> list[str]:
        """Return the line cut into pieces that a property of a workbook can hold."""
        text = self.to_json()
        return [text[start : start + PIECE] for start in range(0, len(text), PIECE)]

    @classmethod
    def from_json(cls, text: str) -> Meta:
        """Return the meta data that `to_json` wrote (`ValueError` if it is something else)."""
        raw = json.loads(text)
        if not isinstance(raw, dict) or set(raw) != {item.name for item in fields(cls)}:
            raise ValueError("not the meta data of a sheet")
        return cls(**raw | {"heads": tuple(map(str, raw["heads"]))})


@dataclass(frozen=True, slots=True)
class State:
    """What is said of one segment: by a row of the sheet, or by the log.

    ``verdicts`` holds every code that is not open; ``memo`` is empty where there is none.
    """

    verdicts: Mapping[str, str] = field(default_factory=dict)
    memo: str = ""
    is_done: bool = False

    def verdict(self, code: str) -> str:
        """Return what is said of a code."""
        return self.verdicts.get(code, OPEN)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One segment as it goes out: ``suggestions`` are codes, none where it is coded blind."""

    place: Place
    quote: str
    number: int
    speaker: str
    time: str
    suggestions: tuple[str, ...]
    state: State

    @property
    def key(self) -> str:
        """What the row is known by, wherever it is moved."""
        return key_of(self.place, self.quote)

    @property
    def added(self) -> list[str]:
        """The codes that stand beside those suggested."""
        found = self.state.verdicts.items()
        return [code for code, said in found if said == YES and code not in self.suggestions]


def key_of(place: Place, quote: str) -> str:
    """Return the key of the segment at ``place``: where it is, and a hash of its words."""
    return f"s{segment_id(place)}#{quote_hash(quote)}"


def place_of(key: str) -> tuple[Place, str]:
    """Return the place and the hash that a key names (`InputError` if it is none)."""
    found = KEY_FORM.fullmatch(key)
    if found is None:
        raise InputError(f"{key!r} is no key of this sheet")
    return (found["transcript"], int(found["start"]), int(found["end"])), found["hash"]


def quote_hash(text: str) -> str:
    """Return a short hash of words that survives what spreadsheets do to white space."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:10]
