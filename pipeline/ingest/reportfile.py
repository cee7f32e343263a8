"""The report of a corpus on disk: written and read a transcript at a time."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, overload

from pipeline.core.atomic import replacing
from pipeline.ingest.report import (
    CLOSING,
    OPENING,
    Doubts,
    Report,
    TranscriptReport,
    report_text,
)

ID_AT = '{"transcript_id": '


@dataclass(frozen=True)
class KeptParts(Sequence[TranscriptReport]):
    """The transcripts of the report in ``path``, read when they are asked for."""

    path: Path
    number: int

    def __len__(self) -> int:
        return self.number

    def __iter__(self) -> Iterator[TranscriptReport]:
        return (part_of(line) for _, line in lines_of(self.path))

    @overload
    def __getitem__(self, place: int) -> TranscriptReport: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[TranscriptReport]: ...
    def __getitem__(self, place: int | slice) -> TranscriptReport | Sequence[TranscriptReport]:
        return list(self)[place]


@dataclass(frozen=True, slots=True)
class Known:
    """A report as it lies on disk: all but the transcripts, which stay there.

    ``parts`` and ``stamp`` are hashes: of the transcripts' keys, and of all that the report tells.
    """

    report: Report
    to_confirm: list[str]
    parts: str
    stamp: str


def write_report(path: Path, lines: Iterable[str], known: Known, people: Sequence[str]) -> Known:
    """Write a report, and return it as it then lies on disk.

    Parameters
    ----------
    path
        The report's file.
    lines
        A line for each transcript, in order of the ids.
    known
        The report but for its transcripts and for what is found by reading them.
    people
        The ids of the participants table.
    """
    doubts = Doubts()

    def heard() -> Iterator[str]:
        for line in lines:
            doubts.add(part_of(line))
            yield line

    def rest() -> dict[str, Any]:
        labels, rows = doubts.unmatched(people)
        told = replace(known.report, unmatched_labels=labels, unmatched_rows=rows)
        return told.rest() | {
            "to_confirm": doubts.sentences(labels, rows, told),
            "parts": known.parts,
            "stamp": known.stamp,
        }

    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(report_text(heard(), rest))
    return read_report(path)


def read_report(path: Path) -> Known:
    """Return the report in ``path``.

    Raises
    ------
    ValueError, KeyError, OSError
        If it is not there, or not as `write_report` writes it.
    """
    number, closing = 0, CLOSING.strip() + "\n"
    with path.open(encoding="utf-8") as file:
        if file.readline() != OPENING + "\n":
            raise ValueError(OPENING)
        for line in file:
            if line == closing:
                break
            number += 1
        raw = json.loads("{" + file.read())
    report = Report.from_raw(raw | {"transcripts": ()})
    return Known(
        replace(report, transcripts=KeptParts(path, number)),
        raw["to_confirm"],
        raw["parts"],
        raw["stamp"],
    )


def lines_of(path: Path) -> Generator[tuple[str, str], None, None]:
    """Yield the id and the line of each transcript of a report, in order."""
    decoder = json.JSONDecoder()
    with path.open(encoding="utf-8") as file:
        next(file)
        for line in file:
            if not line.startswith(ID_AT):
                return
            name, _ = decoder.raw_decode(line, len(ID_AT))
            yield name, line.rstrip("\n").removesuffix(",")


def part_of(line: str) -> TranscriptReport:
    """Return the report of a transcript from its line."""
    return TranscriptReport(**json.loads(line))
