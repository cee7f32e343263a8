"""Segments as the classifier takes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:  # loaded when there is something to suggest
    import pandas as pd

COLUMNS = ("transcript_id", "turn", "role", "text")


def frame_of(segments: pa.Table, prefix: str = "") -> pd.DataFrame:
    """Return one row a segment, in the same order, transcripts with ``prefix`` in front."""
    import pandas as pd

    X = pd.DataFrame({name: segments.column(name).to_pylist() for name in COLUMNS})
    return X.assign(transcript_id=prefix + X["transcript_id"]) if prefix else X
