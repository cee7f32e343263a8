"""Which file is read by what: the door by which other tools' formats come in.

A further format is a function from bytes to `pipeline.exchange.refi.read.Found` and a line here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from pipeline.core.config import nearest
from pipeline.core.errors import InputError
from pipeline.exchange.coded_table import read_coded_csv, read_coded_xlsx
from pipeline.exchange.given import Given
from pipeline.exchange.qualcoder import read_qualcoder
from pipeline.exchange.refi.offsets import CODE_POINT, UTF16, Convention
from pipeline.exchange.refi.read import Found, read_qdc, read_qdpx
from pipeline.exchange.taguette_read import read_taguette

Reader = Callable[[bytes, Given], Found]
UNITS = {"cp": CODE_POINT, "utf16": UTF16}
INCLUSIVE = "inclusive"


def read_project(data: bytes, given: Given) -> Found:
    """Return what a ``.qdpx`` holds."""
    return read_qdpx(data, given.offsets)


def read_codes(data: bytes, given: Given) -> Found:  # noqa: ARG001  # a codebook has no offsets
    """Return the codes of a ``.qdc``."""
    return read_qdc(data)


READERS: Mapping[str, Reader] = {
    "qdpx": read_project,
    "qdc": read_codes,
    "sqlite3": read_taguette,
    "qda": read_qualcoder,
    "csv": read_coded_csv,
    "tsv": read_coded_csv,
    "xlsx": read_coded_xlsx,
}
TABLES = ("csv", "tsv", "xlsx")


def kind_of(path: Path) -> str:
    """Return the format of a file by its ending.

    Raises
    ------
    InputError
        If no reader knows it.
    """
    kind = path.suffix.lower().removeprefix(".")
    if kind not in READERS:
        raise InputError(
            f"{path.name}: this format is not read{nearest(kind, READERS)}; "
            f"known are {', '.join(f'.{name}' for name in READERS)}.",
            code="E_FORMAT",
        )
    return kind


def refuse_columns(kind: str, columns: str, separator: str) -> None:
    """Raise `InputError` if something is said of columns, and the file is no table."""
    if (columns or separator) and kind not in TABLES:
        raise InputError(
            f"--{'columns' if columns else 'separator'}: belongs to tables "
            f"({', '.join(f'.{name}' for name in TABLES)}); here it is .{kind}. Leave it out.",
            code="E_COLUMNS",
        )


def parse_convention(text: str) -> Convention | None:
    """Return the convention that ``cp``, ``utf16`` or one of them with ``,inclusive`` means.

    Raises
    ------
    InputError
        If the words mean none.
    """
    if not text:
        return None
    unit, _, end = text.replace(" ", "").partition(",")
    if unit not in UNITS or end not in {"", INCLUSIVE}:
        raise InputError(
            f"--offsets {text}: must be cp or utf16, with ',inclusive' behind it if the end is the "
            "last character.",
            code="E_OFFSETS",
        )
    return Convention(UNITS[unit], is_inclusive=end == INCLUSIVE)
