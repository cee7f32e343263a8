"""A small corpus of invented talk, and the three stages that a machine does on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.core.corpus import Corpus
from pipeline.engine import Engine

BOOK = """
codebook: small
version: 1.0.0
codes:
  - {id: trust, name: Trust, definition: Somebody relies on another., indicators: [we trust them]}
  - {id: money, name: Money, definition: Cost or pay., examples: [The grant paid for two posts.]}
"""
ANSWERS = (
    "We trusted them from the first day, and they came.",
    "The grant paid for the van. It was raining, I think.",
    "You could rely on her, and on the money.",
)
Stage = Callable[[Corpus, Engine], object]


def lay_corpus(root: Path, n_interviews: int = 12) -> Corpus:
    """Write interviews, settings and a codebook into ``root``."""
    corpus = Corpus(root, "talk")
    corpus.raw.mkdir(parents=True)
    (root / "configs/codebooks").mkdir(parents=True)
    (root / "configs/codebooks/small.yaml").write_text(BOOK)
    corpus.config.write_text('codebook = "small"\n')
    for number in range(n_interviews):
        said = [ANSWERS[(number + turn) % 3] for turn in range(2 + number % 3)]
        talk = "".join(
            f"I: How was day {turn}?\n\nP: {words}\n\n" for turn, words in enumerate(said)
        )
        (corpus.raw / f"talk_{number:02}.txt").write_text(talk)
    return corpus


def ingest(corpus: Corpus, engine: Engine) -> None:
    """Run the first stage."""
    from pipeline.ingest import stage

    stage.run(corpus.raw, corpus.participants, corpus.build, corpus.settings(), engine=engine)


def segment(corpus: Corpus, engine: Engine) -> None:
    """Run the second stage."""
    from pipeline.segment import stage

    tables, settings = (corpus.table("turns"), corpus.table("segments")), corpus.settings()
    stage.run(*tables, settings.segment, language=settings.language, engine=engine)


def suggest(corpus: Corpus, engine: Engine) -> None:
    """Run the third stage."""
    from pipeline.suggest import stage

    settings = corpus.settings()
    stage.run(
        corpus.table("segments"),
        corpus.table("suggestions"),
        settings,
        codebook=corpus.codebook(settings),
        models=corpus.models(settings),
        cold=corpus.build / "cold",
        engine=engine,
    )


STAGES: dict[str, Stage] = {"ingest": ingest, "segment": segment, "suggest": suggest}


def built(corpus: Corpus) -> dict[str, bytes]:
    """Return every byte that is built, by path; not what a killed process left half."""
    return {
        str(path.relative_to(corpus.build)): path.read_bytes()
        for path in sorted(corpus.build.rglob("*"))
        if path.is_file() and path.suffix != ".part" and not path.parent.name.startswith(".")
    }
