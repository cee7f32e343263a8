"""What ingest understood and what it did not: a report for people, kept as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

CONFIRM = (
    "W_LOW_SCORE",
    "W_NO_SPEAKERS",
    "W_SUSPECT_LABELS",
    "W_ENCODING_GUESSED",
    "W_BLANK_SPEAKERS",
    "W_MARK_NOT_FOUND",
    "W_TRUNCATED",
    "W_NAME_IN_FILE_NAME",
)
PRIVACY_FIELDS = frozenset({"replaced", "proposed", "privacy"})  # left out where they are empty
MOST_NAMED = 8
OPENING, CLOSING = '{"transcripts": [', "\n],"


@dataclass(frozen=True, slots=True)
class TranscriptReport:
    """What was made of one transcript; ``key`` is the part key under which it was made.

    ``characters`` is the share of characters but white space by kind, in [0, 1]; offsets are code
    points of the canonical text; ``source_map`` rows are start, end, place. ``questions`` says
    which of the interview guide's were asked (question, turn, score), which never, and which of the
    interviewer's turns fit none; it is empty where there is no guide. ``replaced`` has a row for
    each name or contact replaced: start, kind, length before, length after, what stands there now;
    ``proposed`` are words that may be names and how often they stand there.
    """

    transcript_id: str
    source: str
    key: str
    reader: str
    encoding: str
    family: str
    score: float
    runners_up: Sequence[Sequence[Any]]
    labels: Sequence[Mapping[str, Any]]
    declared: Mapping[str, str]
    declared_but_silent: Sequence[str]
    undeclared: Sequence[str]
    used_once: Sequence[str]
    joint: Sequence[str]
    n_turns: int
    seconds: float | None
    characters: Mapping[str, float]
    unattributed: Sequence[Mapping[str, Any]]
    long_turns: Sequence[Mapping[str, Any]]
    labels_without_words: Sequence[str]
    variants: Sequence[Mapping[str, Any]]
    suspects: Sequence[Mapping[str, str]]
    aliases_suggested: Sequence[Sequence[str]]
    times_out_of_order: Sequence[int]
    removed: Sequence[Mapping[str, Any]]
    notices: Sequence[Mapping[str, str]]
    source_map: Sequence[Sequence[Any]]
    questions: Mapping[str, Any] = field(default_factory=dict)
    replaced: Sequence[Sequence[Any]] = ()
    proposed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Report:
    """The report of a corpus: a part for each transcript, and what does not fit together.

    ``unmatched_labels`` have no row in the participants table, ``unmatched_rows`` no label in the
    corpus; ``skipped`` maps files that could not be read to the reason. ``privacy`` says what was
    replaced and what gives names away all the same; it is empty where nothing is replaced.
    """

    transcripts: Sequence[TranscriptReport]
    unmatched_labels: tuple[tuple[str, str], ...] = ()
    unmatched_rows: tuple[str, ...] = ()
    skipped: Mapping[str, str] = field(default_factory=dict)
    privacy: Mapping[str, Any] = field(default_factory=dict)

    @property
    def to_confirm(self) -> list[str]:
        """What a person should look at; the command ends with exit code 4 if there is anything."""
        found = Doubts()
        for part in self.transcripts:
            found.add(part)
        return found.sentences(self.unmatched_labels, self.unmatched_rows, self)

    @property
    def n_replaced(self) -> dict[str, int]:
        """How many names and contacts were replaced, by kind."""
        return dict(sorted(Counter(r[1] for p in self.transcripts for r in p.replaced).items()))

    def to_json(self) -> str:
        """Return the report as JSON that `from_json` reads."""
        return "".join(report_text(map(line_of, self.transcripts), self.rest))

    def rest(self) -> dict[str, Any]:
        """Return all but the transcripts."""
        rest = {
            "unmatched_labels": self.unmatched_labels,
            "unmatched_rows": self.unmatched_rows,
            "skipped": dict(self.skipped),
        }
        return rest | ({"privacy": dict(self.privacy)} if self.privacy else {})

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """Return the report that `to_json` wrote."""
        return cls.from_raw(json.loads(text))

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> Report:
        """Return the report that was parsed from JSON."""
        return cls(
            transcripts=tuple(TranscriptReport(**part) for part in raw["transcripts"]),
            unmatched_labels=tuple((a, b) for a, b in raw["unmatched_labels"]),
            unmatched_rows=tuple(raw["unmatched_rows"]),
            skipped=raw["skipped"],
            privacy=raw.get("privacy", {}),
        )

    def settings_stub(self) -> str:
        """Return settings to paste into the corpus's TOML and mend: roles and files in doubt."""
        counts: Counter[str] = Counter()
        roles: dict[str, str] = {}
        for part in self.transcripts:
            for row in part.labels:
                if row["label"] is not None and row["participant_id"] is None:
                    counts[row["label"]] += row["count"]
                    roles.setdefault(row["label"], row["role"])
        stubs = [
            f"[ingest.speakers.{quoted(label)}]  # {counts[label]} turns\n"
            f"role = {quoted(roles[label])}"
            for label in sorted(counts)
        ]
        stubs += [
            f"[[ingest.files]]\nmatch = {quoted(part.source)}\n{setting}"
            for part in self.transcripts
            for setting in settings_wanted(part)
        ]
        proposed = sorted({name for part in self.transcripts for name in part.proposed})
        if proposed:
            names = ", ".join(map(quoted, proposed))
            stubs.append(f"[privacy]  # what is no name: into never\nnames = [{names}]")
        return "\n\n".join(stubs) + ("\n" if stubs else "")


@dataclass(slots=True)
class Doubts:
    """What is to be confirmed, gathered from one transcript after another."""

    notices: list[str] = field(default_factory=list)
    proposals: list[str] = field(default_factory=list)
    labels: list[tuple[str, str]] = field(default_factory=list)
    spoken: set[str] = field(default_factory=set)

    def add(self, part: TranscriptReport) -> None:
        """Take in one transcript, in order of their ids."""
        self.notices += [
            f"{part.source}: {notice['sentence']}"
            for notice in part.notices
            if notice["code"] in CONFIRM
        ]
        if part.proposed:
            self.proposals.append(f"{part.source}: {proposal_of(part.proposed)}")
        for row in part.labels:
            if row["participant_id"] is not None:
                self.spoken.add(row["participant_id"])
            elif row["label"] is not None and row["label"] not in part.joint:
                self.labels.append((part.source, str(row["label"])))

    def unmatched(
        self, people_ids: Sequence[str]
    ) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """Return the labels without a row and the rows without a label, if there are rows."""
        if not people_ids:
            return (), ()
        return tuple(self.labels), tuple(name for name in people_ids if name not in self.spoken)

    def sentences(
        self, labels: Iterable[tuple[str, str]], rows: Iterable[str], report: Report
    ) -> list[str]:
        """Return a sentence for each thing to confirm; ``report`` has the rest of them."""
        return [
            *self.notices,
            *(
                f'{where}: the label "{label}" has no row in the participants table.'
                for where, label in labels
            ),
            *(f"participants table: {row} speaks in no transcript." for row in rows),
            *(f"{source}: skipped: {reason}" for source, reason in report.skipped.items()),
            *report.privacy.get("cautions", []),
            *self.proposals,
        ]


def line_of(part: TranscriptReport) -> str:
    """Return the report of one transcript as a line of JSON."""
    raw = {name: getattr(part, name) for name in part.__slots__}
    told = {name: value for name, value in raw.items() if value or name not in PRIVACY_FIELDS}
    return json.dumps(told, ensure_ascii=False)


def report_text(lines: Iterable[str], rest: Callable[[], Mapping[str, Any]]) -> Iterator[str]:
    """Yield the report's JSON piece by piece, a line for each transcript, then the ``rest``."""
    before = "\n"
    yield OPENING
    for line in lines:
        yield before + line
        before = ",\n"
    yield CLOSING + json.dumps(rest(), ensure_ascii=False, indent=1)[1:] + "\n"


def proposal_of(proposed: Mapping[str, int]) -> str:
    """Return what to do about words that may be names."""
    names = ", ".join(f'"{name}"' for name in list(proposed)[:MOST_NAMED])
    more = f" and {len(proposed) - MOST_NAMED} more" if len(proposed) > MOST_NAMED else ""
    return (
        f"these may be names of people: {names}{more}. Put those that are into names under "
        "[privacy], the others into never."
    )


def quoted(text: str) -> str:
    """Return ``text`` as a TOML string."""
    return json.dumps(text, ensure_ascii=False)


def settings_wanted(part: TranscriptReport) -> list[str]:
    """Return the settings that a file with doubtful speakers, or without any, may want."""
    wanted = {
        "W_LOW_SCORE": f"pattern = {quoted(part.family)}",
        "W_NO_SPEAKERS": 'unlabelled = "unknown"',
    }
    return [wanted[n["code"]] for n in part.notices if n["code"] in wanted]
