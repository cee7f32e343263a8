"""The process that opens one PDF: its bytes come in, a line of JSON goes out for each page.

Run by its path, never imported. pdfium is C++, not safe in threads, and a page of a few hundred
bytes can cost it hours or all memory; here it may fail alone, within limits of time and memory.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import json
import math
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # ships no types
import pypdfium2.raw as c  # type: ignore[import-untyped]  # ships no types

MAX_PAGE_S = 5
MAX_MEMORY = 3 * 2**26  # bytes of address space beside the file and its copies
MAX_RATIO = 8  # characters a byte, above SOME_CHARS: text packs to a third, never to so little
SOME_CHARS = 100_000
COPIES = 4
WANTS_PASSWORD = (c.FPDF_ERR_PASSWORD, c.FPDF_ERR_SECURITY)
BACK = 0.5  # heights that kerning or an accent may go back
NUMBER_GAP = 0.75  # heights between a margin number and the words
COLUMN_GAP = 2.0  # heights between two columns
NO_CODE = (0, 0xFFFD)
PRIVATE = range(0xE000, 0xF900)
RIGHT_TO_LEFT = range(0x590, 0x900)
HYPHEN = 2  # pdfium's sign for a hyphen at the end of a line
BLANK = 0x20
DIGITS = range(0x30, 0x3A)
DOWNWARDS, UPSIDE_DOWN = 1, 2  # in quarters of a turn, clockwise
SAMPLE = 40  # characters that tell how a page runs
FAR = 1e6  # points; infinity and what is no number lie beyond it
FEW_OBJECTS = 20  # more drawings than this may be letters
NOT_COMMENTS = (c.FPDF_ANNOT_LINK, c.FPDF_ANNOT_POPUP, c.FPDF_ANNOT_WIDGET)


Box = tuple[float, float, float, float]  # left, bottom, right, top, in points


@dataclass(slots=True)
class Segment:
    """Characters on one line without a wide gap; in points from the page's lower left corner."""

    x0: float
    bottom: float
    x1: float
    top: float
    codes: list[int] = field(default_factory=list)
    last_x0: float = -math.inf
    head_x1: float = -1.0
    is_number: bool = True

    def takes(self, box: Box, code: int) -> bool:
        """Whether the character ``code`` in ``box`` goes on on this line, near enough."""
        x0, bottom, x1, top = box
        if not bottom < (self.bottom + self.top) / 2 < top:
            return False
        height = top - bottom
        gap = x0 - self.x1
        if code in RIGHT_TO_LEFT:
            gap = max(gap, self.x0 - x1)
        elif x0 < self.last_x0 - BACK * height:  # letters of a ligature share one box
            return False
        return gap <= (NUMBER_GAP if self.is_number else COLUMN_GAP) * height

    def add(self, box: Box, code: int, *, is_apart: bool) -> None:
        """Append a character, after a space if it stands apart."""
        if is_apart:
            if self.head_x1 < 0:
                self.head_x1 = self.x1
            self.codes.append(BLANK)
        self.codes.append(code)
        self.last_x0 = box[0]
        if self.is_number and code not in DIGITS:
            self.is_number = False
        if box[2] > self.x1:
            self.x1 = box[2]
        elif box[0] < self.x0:
            self.x0 = box[0]

    def fields(self) -> list[Any]:
        """Return text, left, bottom, right, top, right edge of the first word."""
        head = self.x1 if self.head_x1 < 0 else self.head_x1
        numbers = (self.x0, self.bottom, self.x1, self.top, head)
        return [written(self.codes), *(round(number, 1) for number in numbers)]


@dataclass(slots=True)
class Scan:
    """What the characters of one page come to: segments in the order of its content, and the rest.

    ``sideways`` are characters that do not run as most of the page's do, such as a margin stamp,
    or stand nowhere.
    """

    raw: Any
    n_chars: int
    quadrant: int
    boxes: Callable[[int], Box]
    segments: list[Segment] = field(default_factory=list)
    sideways: list[int] = field(default_factory=list)
    n_bad: int = 0

    def run(self) -> None:
        """Take every character."""
        is_apart = False
        for index in range(self.n_chars):
            code = c.FPDFText_GetUnicode(self.raw, index)
            if code <= BLANK and code not in {0, HYPHEN}:
                is_apart = True
                continue
            if code in NO_CODE or code in PRIVATE:
                self.n_bad += 1
                code = code or NO_CODE[1]
            self.take(index, code, is_apart=is_apart)
            is_apart = False

    def take(self, index: int, code: int, *, is_apart: bool) -> None:
        """Put a character where it belongs."""
        box = self.boxes(index)
        if not (-FAR < box[0] < FAR and -FAR < box[1] < FAR and box[2] < FAR and box[3] < FAR):
            self.sideways += [BLANK, code]
        elif self.segments and self.segments[-1].takes(box, code):
            self.segments[-1].add(box, code, is_apart=is_apart)
        elif quadrant_of(self.raw, index) == self.quadrant:
            self.segments.append(Segment(*box))
            self.segments[-1].add(box, code, is_apart=False)
        else:
            self.sideways += [BLANK, code] if is_apart else [code]


def scan(page: Any) -> tuple[Scan, Box]:
    """Return what the characters of a page come to, and its box; upright is as most of them run."""
    text = page.get_textpage()
    left, bottom, right, top = page.get_bbox()
    raw, rect, n_chars = text.raw, c.FS_RECTF(), text.count_chars()
    quadrant = main_quadrant(raw, n_chars)

    def straight(index: int) -> Box:
        c.FPDFText_GetLooseCharBox(raw, index, rect)
        return rect.left, rect.bottom, rect.right, rect.top

    def turned(index: int) -> Box:
        x0, y0, x1, y1 = straight(index)
        if quadrant == UPSIDE_DOWN:
            return right - x1, top - y1, right - x0, top - y0
        if quadrant == DOWNWARDS:
            return top - y1, x0 - left, top - y0, x1 - left
        return y0 - bottom, right - x1, y1 - bottom, right - x0

    found = Scan(raw, n_chars, quadrant, turned if quadrant else straight)
    found.run()
    text.close()
    if quadrant == 0:
        return found, (left, bottom, right, top)
    across, up = right - left, top - bottom
    return found, (0, 0, across, up) if quadrant == UPSIDE_DOWN else (0, 0, up, across)


def main_quadrant(raw: Any, n_chars: int) -> int:
    """Return the quadrant of most of a sample of characters."""
    sample = range(0, n_chars, max(1, n_chars // SAMPLE))
    counts = Counter(quadrant_of(raw, i) for i in sample if c.FPDFText_GetUnicode(raw, i) > BLANK)
    return max(counts, key=lambda quadrant: counts[quadrant], default=0)


def quadrant_of(raw: Any, index: int) -> int:
    """Return into which direction a character's line runs: 0 right, then in quarters of a turn."""
    angle: float = c.FPDFText_GetCharAngle(raw, index)
    return round(angle / (math.pi / 2)) % 4


def remarks(page: Any) -> Iterator[tuple[str, str]]:
    """Yield kind and words of each comment and each field of a form that has some."""
    for index in range(c.FPDFPage_GetAnnotCount(page)):
        annotation = c.FPDFPage_GetAnnot(page, index)
        kind = c.FPDFAnnot_GetSubtype(annotation)
        if kind == c.FPDF_ANNOT_WIDGET and (words := value(annotation, b"V")):
            yield "form field", words
        if kind not in NOT_COMMENTS and (words := value(annotation, b"Contents")):
            yield "comment", words
        c.FPDFPage_CloseAnnot(annotation)


def value(annotation: Any, key: bytes) -> str:
    """Return what an annotation says under ``key``."""
    size = c.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = (c.FPDF_WCHAR * (size // 2 + 1))()
    c.FPDFAnnot_GetStringValue(annotation, key, buffer, size)
    return ctypes.string_at(buffer, size).decode("utf-16-le", "replace").rstrip("\0")


def has_picture(page: Any) -> bool:
    """Whether a page shows what may be words to a person: a picture, or many drawings."""
    images = page.get_objects(filter=(c.FPDF_PAGEOBJ_IMAGE,), max_depth=3)
    return c.FPDFPage_CountObjects(page) > FEW_OBJECTS or any(True for _ in images)


def page_record(page: Any) -> dict[str, Any]:
    """Return what a page holds, ready for JSON."""
    found, box = scan(page)
    return {
        "box": box,
        "segments": [segment.fields() for segment in found.segments],
        "sideways": written(found.sideways),
        "n_bad": found.n_bad,
        "has_picture": has_picture(page),
        "remarks": list(remarks(page)),
    }


def written(codes: list[int]) -> str:
    """Return ``codes`` as text."""
    return "".join(map(chr, codes))


def tell_parent(record: dict[str, Any]) -> None:
    """Write a line of JSON; surrogates become escapes, which a reader joins to one character."""
    sys.stdout.buffer.write(json.dumps(record).encode() + b"\n")
    sys.stdout.buffer.flush()


def limit_memory(n_bytes: int) -> None:
    """Let this process have no more than ``n_bytes`` of memory, where the system can see to it."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(OSError, ValueError):  # macOS names the limit and may refuse it
            resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))


def read(data: bytes, max_pages: int, max_chars: int) -> Iterator[dict[str, Any]]:
    """Yield a record of the whole document, then one of each page, until a limit is passed."""
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        is_locked = getattr(error, "err_code", None) in WANTS_PASSWORD
        yield {"problem": "locked" if is_locked else "damaged"}
        return
    n_pages = len(document)
    yield {"n_pages": n_pages, "n_attachments": document.count_attachments()}
    n_chars = 0
    for number in range(n_pages if n_pages <= max_pages else 0):
        faulthandler.dump_traceback_later(MAX_PAGE_S, exit=True)
        try:
            page = document[number]
            record = page_record(page)
        except pdfium.PdfiumError:
            yield {"problem": "damaged"}
            return
        page.close()
        yield record
        n_chars += sum(len(segment[0]) for segment in record["segments"])
        n_chars += len(record["sideways"])
        if n_chars > max_chars or n_chars > max(SOME_CHARS, MAX_RATIO * len(data)):
            return


def main() -> None:
    """Read standard input; leave at once, since there is nothing to tidy."""
    data = sys.stdin.buffer.read()
    limit_memory(MAX_MEMORY + COPIES * len(data))
    faulthandler.dump_traceback_later(MAX_PAGE_S, exit=True)
    for record in read(data, int(sys.argv[1]), int(sys.argv[2])):
        tell_parent(record)
    os._exit(0)


if __name__ == "__main__":
    main()
