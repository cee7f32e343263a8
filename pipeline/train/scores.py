"""What a model says of the interviews that it learned from, by fits that did not see them.

Kept beside the model, because only training can make it: statistics must never rest on what a model
says of an interview whose codes it has seen. Rows are all segments of those interviews, coded or
not.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from pipeline.core.receipts import Receipt
from pipeline.core.records import Score
from pipeline.core.tables import write_table
from pipeline.train.examples import Examples
from pipeline.train.unseen import Unseen

UNSEEN_FILE = "unseen.parquet"


def write_unseen(folder: Path, examples: Examples, found: Unseen) -> None:
    """Write the scores of the first deal to the folder of a model, whole or not at all.

    ``segment_id`` and ``transcript_id`` have the corpus's name and a slash in front.
    """
    keys = [examples.keys[row] for row in found.deal.rows]
    columns = {
        "segment_id": pa.array(keys, pa.string()),
        "transcript_id": pa.array([key.rpartition(":")[0] for key in keys], pa.string()),
        "fold": pa.array(found.deal.folds[0], pa.int64()),
    }
    for column, code in enumerate(examples.codes):
        proba = found.scores[0].proba[:, column]
        columns[Score.column(code)] = pa.array(proba, pa.float32(), from_pandas=True)
    table = pa.table(columns)
    receipt = Receipt("train", model_id=folder.name, rows_in=len(keys), rows_out=len(keys))
    write_table(folder / UNSEEN_FILE, table, receipt)
