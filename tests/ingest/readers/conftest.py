"""What the tests of all readers share: sample transcripts, where they are present, and malice."""

import csv
import json
import random
import re
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pipeline.core.config import overlay
from pipeline.core.errors import GlossatorError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading

Parse = Callable[[bytes, IngestSettings], Reading]
Heads = list[tuple[str, tuple[str, ...]]]
TRANSCRIPTS = Path(__file__).parents[3].parent / "shared" / "data" / "transcripts"


class Samples:
    """Transcripts of many tools, with the turns that people found in them."""

    def __init__(self) -> None:
        with (TRANSCRIPTS / "manifest.csv").open(encoding="utf-8") as file:
            self.manifest = {row["file"]: row for row in csv.DictReader(file)}

    def data(self, name: str) -> bytes:
        """Return the bytes of a sample."""
        return (TRANSCRIPTS / "samples" / name).read_bytes()

    def read(self, name: str, parse: Parse) -> Reading:
        """Return what ``parse`` makes of a sample under its own settings."""
        raw = tomllib.loads(self.manifest[name]["settings"])
        return parse(self.data(name), overlay(IngestSettings(), raw))

    def gold(self, name: str) -> Heads:
        """Return the heads of a sample's true turns."""
        path = TRANSCRIPTS / "gold" / (name.replace("/", "__") + ".json")
        turns = json.loads(path.read_text(encoding="utf-8"))["turns"]
        return heads((turn["speaker"], turn["text"]) for turn in turns)


def heads(talk: Iterable[tuple[str, str]]) -> Heads:
    """Return who speaks in turn, each with the first six words; neighbours are one turn."""
    turns: list[tuple[str, list[str]]] = []
    for speaker, text in talk:
        if not turns or turns[-1][0] != speaker:
            turns.append((speaker, []))
        turns[-1][1].extend(re.findall(r"[\w']+", text.casefold()))
    return [(speaker, tuple(words[:6])) for speaker, words in turns]


@pytest.fixture
def samples() -> Samples:
    """Return the sample transcripts, or skip where they are not beside the checkout."""
    if not TRANSCRIPTS.is_dir():
        pytest.skip("no sample transcripts in shared/data/transcripts beside the checkout")
    return Samples()


@pytest.fixture
def heads_of() -> Callable[[Reading], Heads]:
    """Return a function that gives the heads of a reading's labelled blocks."""
    return lambda reading: heads((b.label, b.text) for b in reading.blocks if b.label is not None)


@pytest.fixture
def withstands() -> Callable[[Parse, bytes], None]:
    """Return a check: truncated or damaged data gives a reading or an error that we raise."""

    def check(parse: Parse, data: bytes) -> None:
        chance = random.Random(0)  # noqa: S311  # the same damage every time
        cut = [data[: len(data) * part // 20] for part in range(20)]
        damaged = [bytearray(data) for _ in range(20)]
        for copy in damaged:
            for _ in range(5):
                copy[chance.randrange(len(copy))] = chance.randrange(256)
        noise = [chance.randbytes(300) for _ in range(5)]
        for bad in [*cut, *map(bytes, damaged), *noise]:
            try:
                parse(bad, IngestSettings())
            except GlossatorError as error:
                assert error.code.startswith("E_")  # noqa: PT017  # most damage is refused

    return check
