"""The pages of a PDF, read by a process of its own that may fail alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import LimitSettings

CHILD = Path(__file__).with_name("pdf_child.py")
MIN_S = 30.0  # for a whole file
BYTES_PER_S = 50_000
SAME_LINE = 0.5  # of the lower line's height
COLUMN_GAP = 2.0  # heights between two columns


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one line, in points from the lower left corner of the page as it is seen.

    ``head_x1`` is where the first word ends; ``page`` counts from 1.
    """

    page: int
    text: str
    x0: float
    bottom: float
    x1: float
    top: float
    head_x1: float

    @property
    def height(self) -> float:
        """How high its letters may be."""
        return self.top - self.bottom

    def is_level_with(self, other: Line) -> bool:
        """Whether both stand side by side on one page."""
        overlap = min(self.top, other.top) - max(self.bottom, other.bottom)
        return self.page == other.page and overlap > SAME_LINE * min(self.height, other.height)

    def joined(self, other: Line) -> Line:
        """Return both as one line; a gap as wide as between columns becomes a tab."""
        gap = "\t" if other.x0 - self.x1 > COLUMN_GAP * self.height else " "
        return Line(
            self.page,
            f"{self.text}{gap}{other.text}",
            min(self.x0, other.x0),
            min(self.bottom, other.bottom),
            max(self.x1, other.x1),
            max(self.top, other.top),
            self.head_x1,
        )


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its box (left, bottom, right, top), its lines, what is not in them.

    ``n_bad`` counts characters without a meaning; ``remarks`` are kind and words of comments and
    of fields of forms; ``sideways`` are words that run in another direction.
    """

    number: int
    box: tuple[float, float, float, float]
    lines: tuple[Line, ...]
    sideways: str
    n_bad: int
    has_picture: bool
    remarks: tuple[tuple[str, str], ...]

    def shows(self, line: Line) -> bool:
        """Whether a line lies on the page, at least in part."""
        left, bottom, right, top = self.box
        return line.x1 > left and line.x0 < right and line.top > bottom and line.bottom < top


@dataclass(frozen=True, slots=True)
class Document:
    """The pages of a PDF and how many files are attached to it."""

    pages: tuple[Page, ...]
    n_attachments: int


def read_pages(data: bytes, limits: LimitSettings) -> Document:
    """Return the pages of a PDF.

    Raises
    ------
    TranscriptError
        ``E_ENCRYPTED`` if it wants a password, ``E_CORRUPT`` if it is damaged, ``E_TOO_LARGE`` if
        it has too many pages or one of them takes too much time or memory.
    """
    command = [sys.executable, "-P", str(CHILD), str(limits.max_pages), str(limits.max_chars)]
    try:
        done = subprocess.run(  # noqa: S603  # our own script; the data is no argument
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MIN_S + len(data) / BYTES_PER_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise too_heavy("it") from error
    records = [json.loads(line) for line in done.stdout.splitlines() if line.endswith(b"}")]
    if done.returncode:
        raise too_heavy(f"page {len(records)}" if records else "it")
    head, pages = records[0], records[1:]
    check(head, pages, limits)
    return Document(tuple(map(page_of, range(1, len(pages) + 1), pages)), head["n_attachments"])


def check(head: Mapping[str, Any], pages: list[Any], limits: LimitSettings) -> None:
    """Raise unless the whole document could be read."""
    problems = [record["problem"] for record in (head, *pages[-1:]) if "problem" in record]
    if "locked" in problems:
        raise TranscriptError(
            "a password protects it. Save a copy without one.", code="E_ENCRYPTED"
        )
    if problems:
        where = f"page {len(pages)}" if pages else "its structure"
        raise TranscriptError(
            f"the PDF is damaged ({where} cannot be read). Copy or export it again.",
            code="E_CORRUPT",
        )
    if head["n_pages"] > limits.max_pages:
        raise TranscriptError(
            f"{head['n_pages']} pages; the limit is {limits.max_pages}. Split it, or raise "
            "max_pages in [ingest.limits].",
            code="E_TOO_LARGE",
        )
    if len(pages) < head["n_pages"]:
        raise too_many_characters(pages, limits)


def too_many_characters(pages: list[Any], limits: LimitSettings) -> TranscriptError:
    """Return the error for a PDF of which the child read ``pages`` and no more."""
    first = f"characters on the first {len(pages)} pages"
    n_chars = sum(len(segment[0]) for page in pages for segment in page["segments"])
    if n_chars > limits.max_chars:
        return TranscriptError(
            f"more than {limits.max_chars} {first}; that is the limit. Split it, or raise "
            "max_chars in [ingest.limits].",
            code="E_TOO_LARGE",
        )
    return TranscriptError(
        f"{n_chars} {first}, many more than a file of its size holds; it is made to be large. "
        "Do not trust it; if you do, print it to a new PDF.",
        code="E_TOO_LARGE",
    )


def too_heavy(what: str) -> TranscriptError:
    """Return the error for a PDF whose reading had to be stopped."""
    return TranscriptError(
        f"{what} takes more time or memory to read than a transcript can need. Print it to a new "
        "PDF, or save it as .docx or .txt.",
        code="E_TOO_LARGE",
    )


def page_of(number: int, record: Mapping[str, Any]) -> Page:
    """Return the page that a record of the child describes."""
    left, bottom, right, top = record["box"]
    return Page(
        number,
        (left, bottom, right, top),
        tuple(Line(number, *segment) for segment in record["segments"]),
        record["sideways"],
        record["n_bad"],
        record["has_picture"],
        tuple((kind, words) for kind, words in record["remarks"]),
    )


def whole_lines(segments: list[Line]) -> Iterator[Line]:
    """Yield lines: ``segments`` that follow one another from left to right are joined."""
    last: Line | None = None
    for segment in segments:
        if last is not None and last.is_level_with(segment) and segment.x0 >= last.x1 - last.height:
            last = last.joined(segment)
            continue
        if last is not None:
            yield last
        last = segment
    if last is not None:
        yield last
