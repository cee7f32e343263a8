"""What is to be told of one transcript: its labels, what was left over, what looks odd."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.core.records import Turn
from pipeline.ingest.blocks import Aside, Notice, Reading, Removed
from pipeline.ingest.canonical import Layout
from pipeline.ingest.guide import Coverage
from pipeline.ingest.labels import fold
from pipeline.ingest.report import TranscriptReport
from pipeline.ingest.speakers import Finding

EXAMPLE = 60  # characters


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One label of one transcript: how many turns, where the first begins and how it goes."""

    label: str | None
    count: int
    first: int
    example: str
    attribution: str
    role: str
    participant_id: str | None


@dataclass(frozen=True, slots=True)
class Made:
    """All that became of one transcript, from which its report is written."""

    transcript_id: str
    source: str
    key: str
    reader: str
    reading: Reading
    finding: Finding
    layout: Layout
    turns: tuple[Turn, ...]
    removed: tuple[Removed, ...] = ()
    coverage: Coverage | None = None


def make_report(made: Made) -> TranscriptReport:
    """Return the report of one transcript."""
    turns, layout, finding = made.turns, made.layout, made.finding
    rows = label_rows(turns)
    labels = [row.label for row in rows if row.label is not None]
    folded = {fold(label) for label in labels}
    declared = finding.declared
    known = frozenset(map(fold, declared))
    out_of_order = times_out_of_order(turns)
    return TranscriptReport(
        transcript_id=made.transcript_id,
        source=made.source,
        key=made.key,
        reader=made.reader,
        encoding=made.reading.encoding,
        family=finding.family,
        score=round(finding.score, 4),
        runners_up=[[name, round(score, 4)] for name, score in finding.runners_up],
        labels=[asdict(row) for row in rows],
        declared=dict(declared),
        declared_but_silent=[label for label in declared if fold(label) not in folded],
        undeclared=[label for label in labels if known and fold(label) not in known],
        used_once=[row.label for row in rows if row.label is not None and row.count == 1],
        joint=joint_labels(turns),
        n_turns=len(turns),
        seconds=seconds_covered(turns),
        characters=shares(layout, turns),
        unattributed=[span_of(aside) for aside in layout.asides if aside.kind == "unattributed"],
        long_turns=long_turns(turns),
        labels_without_words=list(layout.silent),
        variants=[
            {
                "turn": t.turn,
                "label": layout.text[t.label_start : t.label_end],
                "speaker": t.speaker,
            }
            for t in turns
            if t.attribution == "variant"
        ],
        suspects=[asdict(suspect) for suspect in finding.suspects],
        aliases_suggested=aliases_suggested(labels),
        times_out_of_order=out_of_order,
        removed=[asdict(item) for item in (*made.reading.removed, *made.removed)],
        notices=[asdict(n) for n in notices_of(made, out_of_order)],
        source_map=[list(run) for run in compressed(layout.runs)],
        questions=asdict(made.coverage) if made.coverage else {},
    )


def label_rows(turns: Sequence[Turn]) -> list[LabelRow]:
    """Return a row for each label, in order of its first turn."""
    groups: dict[str | None, list[Turn]] = defaultdict(list)
    for turn in turns:
        groups[turn.speaker].append(turn)
    return [
        LabelRow(
            label=label,
            count=len(group),
            first=group[0].start,
            example=" ".join(group[0].text[: 2 * EXAMPLE].split())[:EXAMPLE],
            attribution=group[0].attribution,
            role=group[0].role,
            participant_id=group[0].participant_id,
        )
        for label, group in groups.items()
    ]


def notices_of(made: Made, out_of_order: Sequence[int]) -> list[Notice]:
    """Return what the reader and the detector said, and what the report itself found."""
    found = [*made.reading.notices, *made.finding.notices]
    if made.finding.suspects:
        names = ", ".join(dict.fromkeys(f'"{s.text}"' for s in made.finding.suspects[:8]))
        sentence = (
            f"{len(made.finding.suspects)} lines look as if they began with a label and were taken "
            f"as speech: {names}. If they are speakers, name them under [ingest.speakers]; if not, "
            "list them in not_speakers."
        )
        found.append(Notice("W_SUSPECT_LABELS", sentence))
    if out_of_order:
        sentence = (
            f"{len(out_of_order)} turns begin before the turn above them, the first is turn "
            f"{out_of_order[0]}."
        )
        found.append(Notice("W_TIMES_OUT_OF_ORDER", sentence))
    return found


def joint_labels(turns: Sequence[Turn]) -> list[str]:
    """Return the labels that name several speakers of other turns, in order of their first."""
    labels = list(dict.fromkeys(turn.speaker for turn in turns if turn.speaker is not None))
    folded = set(map(fold, labels))
    return [label for label in labels if is_joint(label, folded)]


def is_joint(label: str, folded: AbstractSet[str]) -> bool:
    """Whether ``label`` is made of two or more of the labels ``folded``."""
    parts = [part for part in fold(label).replace("+", " ").replace("&", " ").split() if part]
    return len(parts) > 1 and sum(part in folded for part in parts) > 1


def seconds_covered(turns: Sequence[Turn]) -> float | None:
    """Return the time from the first turn's start to the last known time, None if there is none."""
    starts = [turn.start_s for turn in turns if turn.start_s is not None]
    ends = [turn.end_s for turn in turns if turn.end_s is not None]
    return round(max(starts + ends) - min(starts), 3) if starts else None


def times_out_of_order(turns: Sequence[Turn]) -> list[int]:
    """Return the numbers of the turns that begin before the one above them."""
    found, last = [], 0.0
    for turn in turns:
        if turn.start_s is None:
            continue
        if turn.start_s < last:
            found.append(turn.turn)
        last = turn.start_s
    return found


def shares(layout: Layout, turns: Sequence[Turn]) -> dict[str, float]:
    """Return the share of characters but white space in turns, labels and each kind of aside.

    Notes and times inside turns are part of the turns here; the shares add up to 1.
    """
    counts: Counter[str] = Counter()
    for turn in turns:
        counts["turn"] += n_black(turn.text)
        if turn.label_start is not None:
            counts["label"] += n_black(layout.text[turn.label_start : turn.label_end])
    for aside in outside(layout.asides, turns):
        counts[aside.kind] += n_black(aside.text)
    total = max(1, n_black(layout.text))
    return {kind: round(count / total, 6) for kind, count in sorted(counts.items())}


def outside(asides: Iterable[Aside], turns: Sequence[Turn]) -> list[Aside]:
    """Return the asides that lie outside every turn; both are in order of the text."""
    found, at = [], 0
    for aside in asides:
        while at < len(turns) and turns[at].end <= aside.start:
            at += 1
        if at == len(turns) or aside.end <= turns[at].start:
            found.append(aside)
    return found


def n_black(text: str) -> int:
    """Return the number of characters that are not white space."""
    return len("".join(text.split()))


def span_of(aside: Aside) -> dict[str, Any]:
    """Return where an aside stands and its words."""
    return {"start": aside.start, "end": aside.end, "text": aside.text}


def long_turns(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """Return the turns of several paragraphs: a change of speaker may hide in them."""
    found = []
    for turn in turns:
        n_paragraphs = sum(bool(line.strip()) for line in turn.text.split("\n"))
        if n_paragraphs > 1:
            found.append({"turn": turn.turn, "speaker": turn.speaker, "paragraphs": n_paragraphs})
    return found


def aliases_suggested(labels: Sequence[str]) -> list[list[str]]:
    """Return pairs of labels that may be one person: other case, or a part of the full name."""
    bearers: dict[str, list[int]] = defaultdict(list)  # who is called so, wholly or in part
    for number, label in enumerate(labels):
        folded = fold(label)
        for name in {folded, *folded.split()}:
            bearers[name].append(number)
    found = []
    for short in labels:
        for long in (labels[number] for number in bearers[fold(short)]):
            is_case = fold(short) == fold(long)
            is_part = len(short) > 2 and not is_case  # noqa: PLR2004  # initials are in many names
            if is_part or (is_case and short < long):
                found.append([short, long])
    return found


def compressed(runs: Iterable[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return runs with neighbouring lines of a text file as one: ``line 1 to line 9``."""
    found: list[tuple[int, int, str]] = []
    for start, end, place in runs:
        if found and place.startswith("line ") and found[-1][2].startswith("line "):
            first = found[-1][2].partition(" to ")[0]
            found[-1] = (found[-1][0], end, f"{first} to {place}")
        else:
            found.append((start, end, place))
    return found
