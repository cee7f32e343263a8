"""What comes back in a workbook: its meta data, and its rows as far as they can be understood."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from pipeline.core.broken import BROKEN_ARCHIVE, BROKEN_JSON, BROKEN_SHEET
from pipeline.core.codebook import Codebook
from pipeline.core.config import nearest
from pipeline.core.errors import InputError
from pipeline.review.facts import Place
from pipeline.review.log.fold import OPEN, YES
from pipeline.review.sheet.layout import (
    ADDED,
    BETWEEN,
    DECISIONS,
    DONE,
    DONE_WORDS,
    KEY,
    MEMO,
    META,
    PROPERTY,
    TEXT,
    WORDS,
    Meta,
    State,
    place_of,
    quote_hash,
)
from pipeline.review.sheet.write import CUT

LARGEST = 20 * 2**20  # bytes of a workbook
LARGEST_UNZIPPED = 200 * 2**20
MOST_ROWS = 100_000
INPUTS = (*DECISIONS, *ADDED, MEMO, DONE)
Cells = Mapping[str, Any]
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Returned:
    """One row as it came back: ``number`` is Excel's, ``hash`` that of the words it went out with.

    ``words`` are what people wrote under each head, as texts.
    """

    number: int
    key: str
    place: Place
    hash: str
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook that came back: rows that are understood, and a sentence for each that is not."""

    meta: Meta
    rows: tuple[Returned, ...]
    errors: tuple[str, ...]


def read_book(path: Path) -> Book:
    """Return what the workbook at ``path`` holds.

    Raises
    ------
    InputError
        If it is no workbook, too large, or no sheet of this program.
    """
    data = read_bytes(path)
    check_archive(path, data)
    try:
        workbook = load_workbook(BytesIO(data), read_only=False, data_only=False)
    except (InvalidFileException, *BROKEN_SHEET) as error:
        raise damaged(path) from error
    with closing(workbook):
        meta = find_meta(path, workbook)
        return parse_rows(path, meta, find_review(path, workbook))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of the file (`InputError` if it cannot be read or is too large)."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= LARGEST else b""
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}). Check the name.") from error
    if size > LARGEST:
        raise InputError(
            f"{path}: {size / 2**20:.0f} MB; a sheet may have {LARGEST // 2**20}. "
            "Export the corpus in several sheets, a round or a coder each.",
            code="E_TOO_LARGE",
        )
    return data


def check_archive(path: Path, data: bytes) -> None:
    """Raise `InputError` unless ``data`` is a workbook of a size that can be read."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except BROKEN_ARCHIVE as error:
        raise InputError(
            f"{path}: this is no Excel workbook (.xlsx). A CSV copy loses leading zeros and turns "
            "texts into formulas: send back the workbook itself.",
            code="E_SHEET_FORMAT",
        ) from error
    if size > LARGEST_UNZIPPED:
        raise InputError(
            f"{path}: it unfolds to {size / 2**20:.0f} MB; a sheet may come to "
            f"{LARGEST_UNZIPPED // 2**20}. Export it again and copy the words over.",
            code="E_TOO_LARGE",
        )


def damaged(path: Path) -> InputError:
    """Return the sentence for a workbook that cannot be read."""
    return InputError(
        f"{path}: the workbook is damaged. Open it in a spreadsheet program and save it as .xlsx, "
        "or export the sheet again.",
        code="E_CORRUPT",
    )


def find_meta(path: Path, workbook: Any) -> Meta:
    """Return the meta data, from the workbook's property or from its hidden sheet."""
    pieces = {
        item.name: str(item.value)
        for item in workbook.custom_doc_props.props
        if item.name.startswith(PROPERTY)
    }
    texts = ["".join(pieces[name] for name in sorted(pieces))]
    texts += [str(page["A1"].value) for page in workbook.worksheets if META in page.title]
    for text in texts:
        try:
            return Meta.from_json(text)
        except BROKEN_JSON:
            continue
    raise InputError(
        f"{path}: this workbook is no sheet of glossator, or was made by another version. "
        "Make one with 'glossator sheet export'.",
        code="E_SHEET_FORMAT",
    )


def find_review(path: Path, workbook: Any) -> Any:
    """Return the page that has a column of keys, whatever it is called now."""
    for page in workbook.worksheets:
        heads = [cell.value for cell in next(page.iter_rows(max_row=1), ())]
        if KEY in heads:
            return page
    raise InputError(
        f"{path}: no page has the hidden column 'key', so rows cannot be told apart. "
        "Export the sheet again.",
        code="E_SHEET_FORMAT",
    )


def parse_rows(path: Path, meta: Meta, page: Any) -> Book:
    """Return the rows of the review page; those in doubt become a sentence."""
    if page.max_row > MOST_ROWS:
        raise InputError(
            f"{path}: {page.max_row:,} rows; {MOST_ROWS:,} are allowed.", code="E_TOO_LARGE"
        )
    found: dict[str, list[Returned]] = {}
    errors: list[str] = []
    for number, cells in cells_of(page):
        try:
            row = parse_row(number, cells)
        except InputError as error:
            errors.append(f"row {number}: {error}")
            continue
        found.setdefault(row.key, []).append(row)
    for rows in found.values():
        if len(rows) > 1:
            numbers = ", ".join(str(row.number) for row in rows)
            errors.append(f"rows {numbers}: the same passage stands there twice; leave one row")
    return Book(meta, tuple(rows[0] for rows in found.values() if len(rows) == 1), tuple(errors))


def cells_of(page: Any) -> Iterator[tuple[int, Cells]]:
    """Yield the number and the cells of each row that holds anything, by the heads."""
    lines = page.iter_rows()
    heads = [cell.value for cell in next(lines)]
    for line in lines:
        cells = {str(head): cell for head, cell in zip(heads, line, strict=False) if head}
        if any(cell.value is not None for cell in cells.values()):
            yield line[0].row, cells


def parse_row(number: int, cells: Cells) -> Returned:
    """Return one row (`InputError` if its key, text or a cell is not what it should be)."""
    key = word(cells.get(KEY))
    if not key:
        raise InputError("it has no key, so nobody knows which passage it is; was it inserted?")
    place, hash_ = place_of(key)
    text = word(cells.get(TEXT))
    if not text.endswith(CUT) and quote_hash(text) != hash_:
        raise InputError(
            "its text is not the one that was exported; texts are changed in the transcript only"
        )
    for name in INPUTS:
        if name in cells and cells[name].data_type == "f":
            raise InputError(f"the cell '{name}' holds a formula; write the word itself")
    words = {name: word(cells[name]) for name in INPUTS if name in cells}
    return Returned(number, key, place, hash_, words)


def word(cell: Any) -> str:
    """Return what a cell says, as text."""
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, bool):
        return str(cell.value).lower()
    return str(cell.value).replace("\r\n", "\n").replace("\r", "\n").strip()


def state_in(row: Returned, suggestions: Sequence[str], codebook: Codebook) -> State:
    """Return what a row says of its segment, whose suggestions were these.

    Raises
    ------
    InputError
        If a cell holds a word or a code that is none.
    """
    verdicts: dict[str, str] = {}
    for name, code in zip(DECISIONS, suggestions, strict=False):
        verdicts[code] = known(name, row.words.get(name, "").lower(), WORDS)
    surplus = [name for name in DECISIONS[len(suggestions) :] if row.words.get(name)]
    if surplus:
        raise InputError(f"the cell '{surplus[0]}' is filled, but nothing was suggested there")
    for name in ADDED:
        for text in filter(None, map(str.strip, row.words.get(name, "").split(BETWEEN))):
            code = code_called(name, text, codebook)
            if verdicts.get(code, YES) not in {YES, OPEN}:
                raise InputError(f"{code} is added and, as a suggestion, not accepted; choose one")
            verdicts[code] = YES
    is_done = known(DONE, row.words.get(DONE, "").lower(), DONE_WORDS)
    said = {code: verdict for code, verdict in verdicts.items() if verdict != OPEN}
    return State(said, row.words.get(MEMO, ""), is_done)


def known(name: str, said: str, words: Mapping[str, V]) -> V:
    """Return what a word means (`InputError` naming those that are known)."""
    if said in words:
        return words[said]
    listed = ", ".join(filter(None, words))
    raise InputError(f"the cell '{name}' says {said!r}; known are {listed}, or leave it empty")


def code_called(name: str, text: str, codebook: Codebook) -> str:
    """Return the code that a cell names by its path, or by a name that only one code has."""
    paths = {code.path for code in codebook.codable}
    if text in paths:
        return text
    found = [code.path for code in codebook.codable if code.name.casefold() == text.casefold()]
    if len(found) == 1:
        return found[0]
    what = "is the name of several codes" if found else f"is no code{nearest(text, sorted(paths))}"
    raise InputError(f"the cell '{name}' says {text!r}, which {what}. Take one from 'Codes'")
