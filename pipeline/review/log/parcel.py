"""A log as JSON lines: a header, the rounds referred to, then one decision a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.core.broken import BROKEN_JSON
from pipeline.core.errors import GlossatorError, InputError, listed
from pipeline.core.records import Decision
from pipeline.review.log.rows import (
    COLUMNS,
    EXPORTED,
    TEXTS,
    Assignment,
    Coder,
    Heads,
    Round,
    canonical,
    hashed,
    is_of_kind,
)
from pipeline.review.log.schema import FORMAT

SHOWN_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Parcel:
    """What travels from one log to another.

    ``rows`` stand in chain order with ``seq`` 0; ``withheld`` holds the SHA-256 of texts that were
    left out: decision id -> column -> hash.
    """

    corpus: str
    heads: Heads
    coders: tuple[Coder, ...]
    rounds: Mapping[str, Round]
    rows: tuple[Decision, ...]
    withheld: Mapping[str, Mapping[str, str]]


def format_parcel(parcel: Parcel) -> str:
    """Return ``parcel`` as JSON lines; the same parcel gives the same text."""
    header = {
        "format": FORMAT,
        "corpus": parcel.corpus,
        "codebook_versions": sorted({row.codebook_version for row in parcel.rows}),
        "coders": [asdict(coder) for coder in parcel.coders],
        "heads": {coder: list(parcel.heads[coder]) for coder in sorted(parcel.heads)},
    }
    rounds = [{"round_id": name, **asdict(parcel.rounds[name])} for name in sorted(parcel.rounds)]
    rows = (format_row(row, parcel.withheld.get(row.decision_id, {})) for row in parcel.rows)
    lines = [json.dumps(header, ensure_ascii=False), *map(canonical, rounds), *rows]
    return "".join(line + "\n" for line in lines)


def format_row(row: Decision, withheld: Mapping[str, str]) -> str:
    """Return one decision as a JSON object with the columns in their order."""
    cells = {name: hashed(getattr(row, name), COLUMNS[name]) for name in EXPORTED}
    cells |= {f"{name}_sha256": withheld[name] for name in sorted(withheld)}
    return json.dumps(cells, ensure_ascii=False)


def parse_parcel(data: bytes, *, where: str) -> Parcel:
    """Return the parcel that `format_parcel` wrote; ``where`` names the file in messages.

    Raises
    ------
    InputError
        Listing the lines that are not what they should be.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{where}: not UTF-8 text. Export the log again; do not open it in between.",
            code="E_LOG_FILE",
        ) from error
    lines = Lines(where)
    tables = list(lines.tables(text))
    if not tables or tables[0][1].get("format") != FORMAT:
        raise InputError(
            f"{where}: its first line does not say {FORMAT}; this is no exported log, or another "
            "version wrote it. Make one with 'glossator log export'.",
            code="E_LOG_FILE",
        )
    parcel = lines.parcel(tables[0][1], tables[1:])
    refuse(lines.problems, InputError, "E_LOG_FILE")
    return parcel


def refuse(problems: Sequence[str], kind: type[GlossatorError], code: str) -> None:
    """Raise ``kind`` with the first of ``problems``, if there are any."""
    if problems:
        rest = len(problems) - SHOWN_PROBLEMS
        more = [f"and {rest} more"] if rest > 0 else []
        raise kind(listed([*problems[:SHOWN_PROBLEMS], *more]), code=code)


class Lines:
    """Turns lines into records and gathers what is wrong with them."""

    def __init__(self, where: str) -> None:
        self.where = where
        self.problems: list[str] = []

    def tables(self, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the number and the table of each line that is one."""
        for number, line in enumerate(text.split("\n"), 1):  # splitlines would split at U+2028, too
            if not line.strip():
                continue
            found = parse_line(line)
            if isinstance(found, dict):
                yield number, found
            else:
                self.problems.append(f"{self.where}, line {number}: {found or 'not a JSON object'}")

    def parcel(
        self, header: dict[str, Any], tables: Sequence[tuple[int, dict[str, Any]]]
    ) -> Parcel:
        """Return the parcel of a header and the lines behind it."""
        rounds: dict[str, Round] = {}
        rows: list[Decision] = []
        withheld: dict[str, dict[str, str]] = {}
        for number, table in tables:
            where = f"{self.where}, line {number}"
            if "settings" in table:
                self.round(table, where, rounds)
                continue
            left_out = {
                name: str(table.pop(f"{name}_sha256"))
                for name in TEXTS
                if f"{name}_sha256" in table
            }
            row = self.row(table, where)
            if row is not None:
                rows.append(row)
            if row is not None and left_out:
                withheld[row.decision_id] = left_out
        corpus, heads, coders = self.header(header)
        return Parcel(corpus, heads, coders, rounds, tuple(rows), withheld)

    def header(self, table: dict[str, Any]) -> tuple[str, Heads, tuple[Coder, ...]]:
        """Return corpus, heads and coders of the first line."""
        try:
            coders = tuple(Coder(**item) for item in table["coders"])
            heads = {str(name): tuple(map(str, found)) for name, found in table["heads"].items()}
            return str(table["corpus"]), heads, coders
        except BROKEN_JSON:
            self.problems.append(
                f"{self.where}, line 1: corpus, coders or heads are missing or of another kind"
            )
            return "", {}, ()

    def round(self, table: dict[str, Any], where: str, rounds: dict[str, Round]) -> None:
        """Take the round in one line, if its id is the hash of what it says."""
        try:
            assignments = tuple(Assignment(**item) for item in table.pop("assignments"))
            name = table.pop("round_id")
            found = Round(**table, assignments=assignments)
            is_whole = found.round_id == name
        except BROKEN_JSON:
            self.problems.append(f"{where}: a round with other columns than this version knows")
            return
        if is_whole:
            rounds[name] = found
        else:
            self.problems.append(
                f"{where}: the round {name} was changed; its id is the hash of another"
            )

    def row(self, table: dict[str, Any], where: str) -> Decision | None:
        """Return the decision in one line, None and a problem if its columns are not ours."""
        wrong = sorted(set(table) ^ set(EXPORTED)) or [
            name for name in EXPORTED if not is_of_kind(table[name], COLUMNS[name])
        ]
        if wrong:
            self.problems.append(
                f"{where}: {', '.join(wrong)}: missing, unknown or of another kind"
            )
            return None
        table["suggestion_visible"] = bool(table["suggestion_visible"])
        return Decision(seq=0, **table, standing=None, independent=False)


def parse_line(line: str) -> Any:
    """Return what a line of JSON holds, None if it is none or holds what no file should."""
    try:
        found = json.loads(line, parse_constant=refuse_constant)
        if "\\u" in line:  # half a surrogate pair cannot be stored
            json.dumps(found, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return found


def refuse_constant(name: str) -> None:
    """Refuse NaN and infinity, which JSON does not have."""
    raise ValueError(name)
