"""Half-open spans of code points; the only module that knows UTF-16 and UTF-8."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.core.errors import StaleError


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters from ``start`` up to, not including, ``end``, in a transcript's code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"span {self.start}-{self.end}: wants 0 <= start < end")

    @property
    def length(self) -> int:
        """Number of code points."""
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether they share a character; spans that only touch do not."""
        return self.start < other.end and other.start < self.end

    def overlap(self, other: Span) -> int:
        """Return how many characters they share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))

    def to_utf16(self, text: str) -> tuple[int, int]:
        """Return start and end in UTF-16 units of ``text``, as a browser counts them."""
        start = utf16_length(text[: self.start])
        return start, start + utf16_length(text[self.start : self.end])

    def to_utf8(self, text: str) -> tuple[int, int]:
        """Return start and end in UTF-8 bytes of ``text``, as some other tools count them."""
        start = len(text[: self.start].encode())
        return start, start + len(text[self.start : self.end].encode())


def utf16_length(text: str) -> int:
    """Return how many UTF-16 units ``text`` takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def trimmed(text: str, start: int, end: int) -> Span | None:
    """Return the part of ``text[start:end]`` without white space around it, None if none is left.

    Parameters
    ----------
    text
        The whole text that the offsets count in.
    start, end
        Half-open, in code points.
    """
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    right = len(piece.rstrip())
    return Span(start + left, start + right) if left < right else None


def check_quote(span: Span, quote: str, text: str) -> None:
    """Raise `StaleError` unless ``span`` still holds the words that a person coded."""
    found = text[span.start : span.end]
    if found != quote:
        raise StaleError(
            f"{span.start}-{span.end}: text reads {found!r}; it was coded as {quote!r}. "
            "Put the transcript back, or code the passage again."
        )
