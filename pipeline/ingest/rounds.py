"""All files read; where names are replaced, in two rounds: found and numbered, then masked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter

from pipeline.engine import Engine
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import People
from pipeline.ingest.pseudonyms.mask import Masks
from pipeline.ingest.reading import Failure, Outcomes, Result, read_file


@dataclass(frozen=True, slots=True)
class Read:
    """What came of some files, in their order, and the masks with every number given."""

    outcomes: Sequence[Outcomes]
    masks: Masks | None

    @property
    def results(self) -> dict[str, Result]:
        """Transcripts by their ids."""
        found = (one for one in self.outcomes if not isinstance(one, Failure))
        return {result.transcript.transcript_id: result for one in found for result in one}


def read_all(files: Sequence[RawFile], people: People, masks: Masks | None, engine: Engine) -> Read:
    """Return what came of ``files``.

    Numbers are given here, in order of (transcript id, place), so they do not hang on who reads
    which file when; only files with a name that had no number are read a second time.
    """
    outcomes = list(engine.map(partial(read_file, people=people, masks=masks), files))
    if masks is None:
        return Read(outcomes, masks)
    results = sorted(
        Read(outcomes, masks).results.values(), key=attrgetter("transcript.transcript_id")
    )
    finds = (found for result in results for found in result.unnumbered)
    masks = replace(masks, key=masks.key.with_finds(finds))
    again = [number for number, outcome in enumerate(outcomes) if wants_numbers(outcome)]
    read = engine.map(
        partial(read_file, people=people, masks=masks), [files[number] for number in again]
    )
    for number, outcome in zip(again, read, strict=True):
        outcomes[number] = outcome
    return Read(outcomes, masks)


def wants_numbers(outcome: Outcomes) -> bool:
    """Whether something in a file had no number when it was read."""
    return not isinstance(outcome, Failure) and any(result.unnumbered for result in outcome)
