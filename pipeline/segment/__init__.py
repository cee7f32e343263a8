"""Stage 2. Turns in, segments out: the units that are coded."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.segment.splitters import Splitter, split_chunks, split_sentences, split_turn

SPLITTERS: Mapping[str, Splitter] = {
    "chunk": split_chunks,
    "turn": split_turn,
    "sentence": split_sentences,
}
