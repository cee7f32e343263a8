"""Segments as the classifier takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipeline.core.records import Segment

if TYPE_CHECKING:  # loaded when there is something to suggest
    import pandas as pd

COLUMNS = ("transcript_id", "turn", "role", "text")


def frame_of(segments: Sequence[Segment]) -> pd.DataFrame:
    """Return one row a segment, in the same order."""
    import pandas as pd

    return pd.DataFrame({name: [getattr(row, name) for row in segments] for name in COLUMNS})
