"""What a page is made of: chapters of paragraphs, tables and figures, and links to passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.exchange.workbook import Sheet
from pipeline.report.figures.canvas import Drawing
from pipeline.report.study import Passage, Place, Study

TEXT, NUMBER, QUOTE = "text", "number", "quote"
DASH, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"
PLAIN, GROUP, TOTAL = "plain", "group", "total"


@dataclass(frozen=True, slots=True)
class Entry:
    """One cell of a table as it is shown.

    ``link`` is the id of what stands behind it; ``small`` stands below the text; ``kind`` is
    text, number or quote.
    """

    text: str
    link: str = ""
    small: str = ""
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its head and its cells; ``kind`` is plain, group or total."""

    head: Entry
    cells: tuple[Entry, ...] = ()
    kind: str = PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; ``notes`` stand below, ``sheet`` is the same as a file."""

    key: str
    caption: str
    heads: tuple[str, ...]
    lines: Sequence[Line]
    notes: tuple[str, ...] = ()
    sheet: Sheet | None = None

    @property
    def has_groups(self) -> bool:
        """Whether rows stand below rows of groups."""
        return any(line.kind == GROUP for line in self.lines)

    def is_number(self, column: int) -> bool:
        """Whether a column (the heads of rows are 0) holds numbers."""
        kinds = {
            line.cells[column - 1].kind for line in self.lines if 0 < column <= len(line.cells)
        }
        return kinds == {NUMBER}


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption."""

    drawing: Drawing
    caption: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """What could not be told, why, and what to do."""

    text: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A title within a chapter."""

    key: str
    text: str


Block = Table | Figure | Paragraph | Note | Heading


@dataclass(frozen=True, slots=True)
class Chapter:
    """A title with what stands below it."""

    key: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True, slots=True)
class Panel:
    """The passages behind one number."""

    key: str
    title: str
    places: tuple[Place, ...]


@dataclass
class Links:
    """Leads from numbers to the passages behind them; remembers all that are cited."""

    study: Study
    prefix: str = ""
    panels: dict[tuple[str, tuple[Place, ...]], Panel] = field(default_factory=dict)
    cited: set[Place] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._order = {name: n for n, name in enumerate(sorted(self.study.transcripts), 1)}

    def anchor(self, place: Place) -> str:
        """Return the id of a passage among the quotations."""
        transcript_id, start, end = place
        return f"{self.prefix}q{self._order[transcript_id]}-{start}-{end}"

    def number(self, n: int, title: str, places: Sequence[Place], small: str = "") -> Entry:
        """Return a number that leads to ``places``; a zero leads nowhere."""
        if not places:
            return Entry(f"{n:,}" if n else "\N{MIDDLE DOT}", kind=NUMBER)
        return Entry(f"{n:,}", self.target(title, places), small, NUMBER)

    def target(self, title: str, places: Sequence[Place]) -> str:
        """Return the id of what shows ``places``: the one quotation, or a list of several."""
        self.cited |= set(places)
        if len(places) == 1:
            return self.anchor(places[0])
        key = title, tuple(places)
        if key not in self.panels:
            self.panels[key] = Panel(f"{self.prefix}p{len(self.panels) + 1}", *key)
        return self.panels[key].key

    def quote(self, passage: Passage, small: str = "") -> Entry:
        """Return the words of a passage, with where they stand."""
        self.cited.add(passage.place)
        return Entry(passage.quote, self.anchor(passage.place), small or source_of(passage), QUOTE)


def source_of(passage: Passage) -> str:
    """Return who says it and where: speaker, transcript, turn."""
    words = [passage.speaker or "", passage.transcript_id]
    if passage.turn is not None:
        words.append(f"turn {passage.turn}")
    return ", ".join(word for word in words if word)


def passage_at(study: Study, place: Place) -> Passage:
    """Return the coded passage at ``place``, or the segment there as a passage without codes."""
    if place in study.by_place:
        return study.by_place[place]
    segment = study.by_segment[place]
    return Passage(
        *place,
        segment.turn,
        segment.text,
        study.people.get(segment.participant_id or "", {}).get("pseudonym") or segment.speaker,
        segment.participant_id,
        segment.role,
        segment.question,
    )


def number(value: float | None, digits: int = 2) -> str:
    """Return a number to some digits, a dash for what is undefined."""
    if value is None:
        return DASH
    return f"{round(value, digits) + 0.0:.{digits}f}".replace("-", MINUS)  # no minus before nought


def percent(value: float | None, digits: int = 0) -> str:
    """Return a share in per cent, a dash for what is undefined."""
    return DASH if value is None else f"{100 * value:.{digits}f}%"


def interval(low: float | None, high: float | None, digits: int = 2) -> str:
    """Return limits in brackets, nothing where there are none."""
    return "" if low is None or high is None else f"[{number(low, digits)}, {number(high, digits)}]"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return ``1 code``, ``2 codes``, ``1,204 codes``."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b``, ``a, b and c``."""
    if len(words) < 2:  # noqa: PLR2004  # nothing to join
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
