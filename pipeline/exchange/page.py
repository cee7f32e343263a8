"""The text of an HTML document, line by line, and where its bytes went."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from html.parser import HTMLParser

BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote body br caption center dd details dialog div dl dt "
        "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html li main nav "
        "ol p pre section summary table tbody td tfoot th thead title tr ul",
    )
)
SILENT = frozenset(("script", "style", "template"))
LINE_END = re.compile(r"\s*[\r\n]\s*")
PRE = "pre"
Place = tuple[int, int, int]  # in the text content, in the lines, characters


class Page(HTMLParser):
    """A document as lines of text; a block is a line, and blank ones are none.

    Line ends inside a block are white space, as in a browser; other blanks stay as they are.
    ``raw`` is the text content: what stands between tags, by which Taguette counts.
    """

    def __init__(self, document: str) -> None:
        super().__init__(convert_charrefs=True)
        self._raw: list[str] = []
        self._n_raw = 0
        self._line: list[tuple[int, int, str]] = []
        self._lines: list[str] = []
        self._length = 0
        self._places: list[Place] = []
        self._silent = 0
        self._pre = 0
        self.feed(document)
        self.close()
        self._end_line()
        self.raw = "".join(self._raw)
        self.text = "\n".join(self._lines)
        self._firsts = [place[0] for place in self._places]

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the parser's
        """End the line before a block."""
        self._silent += tag in SILENT
        self._pre += tag == PRE
        if tag in BLOCKS:
            self._end_line()

    def handle_endtag(self, tag: str) -> None:
        """End the line of a block."""
        self._silent = max(0, self._silent - (tag in SILENT))
        self._pre = max(0, self._pre - (tag == PRE))
        if tag in BLOCKS:
            self._end_line()

    def handle_startendtag(self, tag: str, attrs: object) -> None:  # noqa: ARG002  # the parser's
        """End the line at an empty element such as ``<br/>``."""
        if tag in BLOCKS:
            self._end_line()

    def handle_data(self, data: str) -> None:
        """Take the text between two tags."""
        first = self._n_raw
        self._raw.append(data)
        self._n_raw += len(data)
        if self._silent:
            return
        done = 0
        for found in LINE_END.finditer(data):
            self._take(first + done, data[done : found.start()])
            if self._pre:
                self._end_line()
            elif self._line and self._line[-1][1] == len(self._line[-1][2]):
                self._line.append((first + found.start(), len(found[0]), " "))
            done = found.end()
        self._take(first + done, data[done:])

    def _take(self, first: int, words: str) -> None:
        if words:
            self._line.append((first, len(words), words))

    def _end_line(self) -> None:
        line, self._line = self._line, []
        if line and line[-1][2] == " ":
            line = line[:-1]  # most often a line end before the next tag
        words = "".join(part[2] for part in line)
        if not words.strip():
            return
        self._length += bool(self._lines)
        for first, _, part in line:
            self._places.append((first, self._length, len(part)))
            self._length += len(part)
        self._lines.append(words)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return a passage of ``raw`` in ``text``; an empty one if nothing of it is there."""
        after = bisect_right(self._firsts, start) - 1
        if after < 0 or self._places[after][0] + self._places[after][2] <= start:
            after += 1
        before = bisect_left(self._firsts, end) - 1
        if after >= len(self._places) or before < 0:
            return 0, 0
        first, here, _ = self._places[after]
        last, there, length = self._places[before]
        return here + max(0, start - first), there + min(length, end - last)


def characters(data: bytes, offsets: Iterable[int]) -> dict[int, int]:
    """Return how many characters of UTF-8 stand before each offset that cuts none in two."""
    found: dict[int, int] = {}
    done = count = 0
    for offset in sorted(set(offsets)):
        if 0 <= offset <= len(data) and (offset == len(data) or data[offset] & 0xC0 != 0x80):  # noqa: PLR2004  # a byte that goes on
            count += len(data[done:offset].decode("utf-8", "surrogatepass"))
            done = offset
            found[offset] = count
    return found
