"""PDFs with a text layer: paragraphs made whole again, what print adds removed and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Notice, Reading
from pipeline.ingest.readers.pdf_furniture import line_numbers, page_furniture
from pipeline.ingest.readers.pdf_pages import Document, Line, Page, read_pages, whole_lines
from pipeline.ingest.readers.pdf_paragraphs import joined, paragraphs, words_of
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.tally import Tally

NO_TEXT = 0.8  # of the pages
BAD = 0.05  # of the characters
MAX_LISTED = 12
END_MARK = b"%%EOF"
TAIL = 2048  # bytes in which the mark of the end stands


def parse_pdf(data: bytes, settings: IngestSettings) -> Reading:
    """Return the paragraphs of a PDF, as blocks of kind ``line``, since their bounds are inferred.

    A block's place names page and box: left, bottom, right, top in points from the lower left
    corner. Headers, footers, page numbers, line numbers, comments, form fields, attachments,
    sideways words and words outside the page are counted as removed.

    Raises
    ------
    TranscriptError
        ``E_CORRUPT``, ``E_ENCRYPTED``, ``E_TOO_LARGE``, ``E_NO_TEXT_LAYER``, ``E_NO_CONTENT``.
    """
    document = read_pages(data, settings.limits)
    tally = Tally()
    lines = body(document, tally)
    notices = [*page_notices(document.pages, lines), *end_notices(data)]
    vocabulary = words_of(lines)
    blocks = []
    for paragraph in paragraphs(lines, document.pages):
        text, n_hyphens = joined(paragraph, vocabulary)
        tally.add("hyphen at a line's end", count=n_hyphens)
        blocks.append(Block(text, kind="line", place=place(paragraph)))
    return Reading(tuple(blocks), removed=tally.removed(), notices=tuple(notices))


def body(document: Document, tally: Tally) -> list[Line]:
    """Return the lines of the text in the order of the pages' content; counts what is none."""
    tally.add("attachment", count=document.n_attachments)
    for page in document.pages:
        for kind, words in page.remarks:
            tally.add(kind, words)
        if page.sideways:
            tally.add("sideways text", page.sideways)
    segments = [line for page in document.pages for line in page.lines]
    numbers = line_numbers(segments)
    tally.add("line number", count=len(numbers))
    shown = []
    for number, line in enumerate(segments):
        if number in numbers:
            continue
        if document.pages[line.page - 1].shows(line):
            shown.append(line)
        else:
            tally.add("text outside the page", line.text)
    lines = list(whole_lines(shown))
    furniture = page_furniture(lines, document.pages)
    for number, kind in furniture.items():
        tally.add(kind, lines[number].text)
    return [line for number, line in enumerate(lines) if number not in furniture]


def page_notices(pages: Sequence[Page], lines: Sequence[Line]) -> Iterator[Notice]:
    """Yield what to say of pages without words and of characters without meaning.

    Raises
    ------
    TranscriptError
        If hardly a page has words.
    """
    written = {line.page for line in lines}
    silent = [page.number for page in pages if page.has_picture and page.number not in written]
    if silent and len(silent) >= NO_TEXT * len(pages):
        raise TranscriptError(
            f"scanned pages without text ({len(silent)} of {len(pages)}). Run text recognition "
            "first.",
            code="E_NO_TEXT_LAYER",
        )
    if not lines:
        raise no_content("paragraph")
    if silent:
        named = ", ".join(map(str, silent[:MAX_LISTED])) + (", ..." if silent[MAX_LISTED:] else "")
        sentence = (
            f"{len(silent)} of {len(pages)} pages are pictures without text (page {named}); what "
            "they show is not in the transcript. Run text recognition if it is speech."
        )
        yield Notice("W_PAGES_WITHOUT_TEXT", sentence)
    n_chars = sum(len(line.text) for page in pages for line in page.lines)
    n_bad = sum(page.n_bad for page in pages)
    if n_bad > BAD * n_chars:
        sentence = (
            f"{n_bad} of {n_chars} characters have no meaning in the PDF's fonts; the text may be "
            "unreadable. See it, and export the PDF again or run text recognition."
        )
        yield Notice("W_BAD_TEXT_LAYER", sentence)


def end_notices(data: bytes) -> Iterator[Notice]:
    """Yield what to say of a file that lacks the mark of its end."""
    if END_MARK not in data[-TAIL:]:
        sentence = "the PDF has no mark at its end; pages may be missing. See its last page."
        yield Notice("W_TRUNCATED", sentence)


def place(paragraph: Sequence[Line]) -> str:
    """Return where a paragraph stands: the pages it begins and ends on, its box on each."""
    first = [line for line in paragraph if line.page == paragraph[0].page]
    last = [line for line in paragraph if line.page == paragraph[-1].page]
    ends = [first] if first[0].page == last[0].page else [first, last]
    return " to ".join(f"page {lines[0].page} box {box(lines)}" for lines in ends)


def box(lines: Sequence[Line]) -> str:
    """Return the box around ``lines`` in whole points."""
    edges = (
        min(line.x0 for line in lines),
        min(line.bottom for line in lines),
        max(line.x1 for line in lines),
        max(line.top for line in lines),
    )
    return ",".join(str(round(edge)) for edge in edges)
