"""Code x role: how many segments, transcripts and participants carry each code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.codebook import Codebook

ALL = "(all)"
NOT_KNOWN = "(not known)"
DISPUTED = "disputed"
QUESTION, QUESTION_TEXT = "question", "question_text"
COUNT_COLUMNS = ("n_segments", "n_transcripts", "n_participants", "n_disputed")


@dataclass(slots=True)
class Tally:
    """The distinct things that carry one code."""

    segments: set[tuple[str, int, int]] = field(default_factory=set)
    transcripts: set[str] = field(default_factory=set)
    participants: set[str] = field(default_factory=set)
    disputed: set[tuple[str, int, int]] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one coded segment; a disputed one is counted apart and nowhere else."""
        place = (row["transcript_id"], row["start"], row["end"])
        if row["status"] == DISPUTED:
            self.disputed.add(place)
            return
        self.segments.add(place)
        self.transcripts.add(row["transcript_id"])
        if row["participant_id"] is not None:
            self.participants.add(row["participant_id"])

    def counts(self) -> dict[str, int]:
        """Return the numbers, named as in `COUNT_COLUMNS`."""
        return {
            "n_segments": len(self.segments),
            "n_transcripts": len(self.transcripts),
            "n_participants": len(self.participants),
            "n_disputed": len(self.disputed),
        }


def count_codes(
    rows: Sequence[Mapping[str, Any]], codebook: Codebook, *, by: str
) -> list[dict[str, Any]]:
    """Return one row a code and value of ``by``: counts of segments, transcripts, participants.

    Every code of the codebook stands in the table, one that nobody used with zeros; codes that the
    codebook no longer has follow behind. Each code has a row ``(all)`` over the values. A code's
    row does not hold its children's.

    Parameters
    ----------
    rows
        Coded segments; a disputed one counts as disputed and as nothing else.
    codebook
        Gives the order and the names of the codes.
    by
        A column of ``rows``, such as ``role``.
    """
    tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
    for row in rows:
        value = row[by]
        tallies[row["code"], NOT_KNOWN if value is None else str(value)].add(row)
        tallies[row["code"], ALL].add(row)
    values = sorted({value for _, value in tallies} - {ALL})
    names = names_of(rows, codebook)
    return [
        {
            "dimension": code.partition(".")[0],
            "code": code,
            "code_name": names[code],
            by: value,
            **tallies[code, value].counts(),
        }
        for code in names
        for value in (*values, ALL)
    ]


def with_texts(
    counts: Sequence[Mapping[str, Any]], texts: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return ``counts`` by question with the words of each; a question of no guide has none."""
    return [{**row, QUESTION_TEXT: texts.get(row[QUESTION], "")} for row in counts]


def names_of(rows: Iterable[Mapping[str, Any]], codebook: Codebook) -> dict[str, str]:
    """Return code -> name: the codebook's in its order, then those only decisions know."""
    names = {code.path: code.name for code in codebook.codable}
    strangers = {row["code"]: row["code_name"] for row in rows if row["code"] not in names}
    return {**names, **dict(sorted(strangers.items()))}
