"""Rows and cells that an import adds to the participants table; what stands there stays."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from pipeline.ingest.participants import ID, csv_rows, header_of

HEADER = (ID, "label", "transcript", "pseudonym", "role", "organisation")


def with_cells(data: bytes | None, cells: Mapping[str, Mapping[str, str]]) -> bytes:
    """Return the participants table in ``data`` with further cells, as CSV.

    Parameters
    ----------
    data
        The table as it is; None where there is none.
    cells
        By participant and column. A participant without a row gets one; a cell that is filled is
        left as it is.
    """
    rows = csv_rows(data) if data else [list(HEADER)]
    heads = [header_of(cell) for cell in rows[0]]
    for column in dict.fromkeys(name for row in cells.values() for name in row):
        if column not in heads:
            heads.append(column)
            rows[0].append(column)
    at = heads.index(ID)
    known = {row[at].strip(): row for row in rows[1:] if len(row) > at}
    for person, found in cells.items():
        if person not in known:
            rows.append([""] * at + [person])
            known[person] = rows[-1]
        row = known[person]
        row += [""] * (len(heads) - len(row))
        for column, cell in found.items():
            place = heads.index(column)
            row[place] = row[place] if row[place].strip() else cell
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()
