"""What the build folder says of a corpus: its texts, segments and suggestions, and the codebook."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.codebook import Codebook, read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.errors import InputError
from pipeline.core.records import Segment, Suggestion, Transcript
from pipeline.core.tables import read_receipt, read_rows

Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of today's text.

    ``suggestions`` are by segment id, in order of rank; ``model_id`` is the model that was asked,
    None if none was. ``codebook_version`` goes with every decision; to hash a codebook is slow.
    """

    codebook: Codebook
    texts: Mapping[str, str]
    segments: Mapping[str, Segment] = field(default_factory=dict)
    suggestions: Mapping[str, Sequence[Suggestion]] = field(default_factory=dict)
    model_id: str | None = None
    codebook_version: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "codebook_version", self.codebook.version_id)

    def suggested(self, place: Place) -> Sequence[Suggestion]:
        """Return the suggestions for the segment at ``place``, none if it is no segment."""
        return self.suggestions.get(segment_id(place), ())

    def segment(self, name: str) -> Segment:
        """Return the segment called ``name``.

        Raises
        ------
        InputError
            If there is none.
        """
        if name in self.segments:
            return self.segments[name]
        example = next(iter(self.segments), "interview-1:0-120")
        raise InputError(
            f"{name}: there is no such segment today; an id looks like {example}. "
            "See build/segments.parquet.",
            code="E_UNKNOWN_SEGMENT",
        )


def segment_id(place: Place) -> str:
    """Return the id of the segment at ``place``."""
    transcript_id, start, end = place
    return f"{transcript_id}:{start}-{end}"


def read_texts(corpus: Corpus) -> dict[str, str]:
    """Return today's canonical texts by transcript id (`TableError` before the first ingest)."""
    rows = read_rows(corpus.table("transcripts"), Transcript)
    return {row.transcript_id: row.text for row in rows}


def by_segment(rows: Iterable[Suggestion]) -> dict[str, list[Suggestion]]:
    """Return suggestions by segment id, in order of rank."""
    found: dict[str, list[Suggestion]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.rank):
        found[row.segment_id].append(row)
    return found


def segments_of(facts: Facts, corpus: str) -> list[Segment]:
    """Return today's segments (`InputError` if the corpus is not cut into any)."""
    if not facts.segments:
        raise InputError(
            f"{corpus}: there is nothing to review yet. Type 'glossator run {corpus}'.",
            code="E_NO_SEGMENTS",
        )
    return list(facts.segments.values())


def read_facts(corpus: Corpus) -> Facts:
    """Return what the build folder says; segments and suggestions may not be there yet.

    Raises
    ------
    GlossatorError
        If the settings, the codebook or the transcripts are missing or damaged.
    """
    codebook = read_codebook(corpus.codebook(corpus.settings()))
    segments, suggestions = corpus.table("segments"), corpus.table("suggestions")
    return Facts(
        codebook,
        read_texts(corpus),
        {row.segment_id: row for row in read_rows(segments, Segment)} if segments.exists() else {},
        by_segment(read_rows(suggestions, Suggestion)) if suggestions.exists() else {},
        read_receipt(suggestions).model_id if suggestions.exists() else None,
    )
