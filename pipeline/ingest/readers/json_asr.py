"""Transcripts of speech recognisers in JSON, known by their shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import decode
from pipeline.ingest.readers.json_talk import read_talk
from pipeline.ingest.readers.json_tree import (
    Node,
    Tree,
    keys_of,
    label_at,
    nodes,
    seconds_at,
    words_at,
)
from pipeline.ingest.readers.json_words import (
    read_assemblyai,
    read_aws,
    read_deepgram,
    read_google,
    read_spans,
    read_speechmatics,
)
from pipeline.ingest.readers.rows import no_content

MS = 0.001
OTTER = 1 / 16_000  # it counts samples
AZURE = 1e-7  # it counts ticks


@dataclass(frozen=True, slots=True)
class Shape:
    """A list of utterances: where it is, and the keys of words, speaker and times in each."""

    path: tuple[str, ...]
    text: tuple[str, ...]
    speaker: tuple[str, ...] = ("speaker",)
    start: str = "start"
    end: str = "end"
    scale: float = 1.0

    def read(self, tree: Tree) -> list[Block] | None:
        """Return the utterances as blocks, None if ``tree`` is of another shape."""
        found = nodes(tree, *self.path)
        if not any(key in node for node in found for key in self.text):
            return None
        return [self.block(number, node) for number, node in enumerate(found, 1)]

    def block(self, number: int, node: Node) -> Block:
        """Return one utterance."""
        return Block(
            words_at(node, *self.text),
            label_at(node, *self.speaker),
            seconds_at(node, self.start, scale=self.scale),
            seconds_at(node, self.end, scale=self.scale),
            kind="event",
            place=f"segment {number}",
        )


def read_rev(tree: Tree) -> list[Block] | None:
    """Return Rev's monologues; elements that are no speech (``[laughs]``) stay as written."""
    found, names = nodes(tree, "monologues"), names_of(tree)
    blocks = []
    for number, monologue in enumerate(found, 1):
        elements = nodes(monologue, "elements")
        text = "".join(str(element.get("value", "")) for element in elements)
        name = names.get(label_at(monologue, "speaker"))
        label = name or label_at(monologue, "speaker_name", "speaker")
        starts = [s for e in elements if (s := seconds_at(e, "ts", "timestamp")) is not None]
        ends = [s for e in elements if (s := seconds_at(e, "end_ts", "end_timestamp")) is not None]
        times = min(starts, default=None), max(ends, default=None)
        words = words_at({"text": text}, "text")
        blocks.append(Block(words, label, *times, kind="event", place=f"monologue {number}"))
    return blocks if found else None


def read_whisper_cpp(tree: Tree) -> list[Block] | None:
    """Return the segments of whisper.cpp, which keeps times in ms in an object of their own."""
    found = nodes(tree, "transcription")
    if not any("text" in node for node in found):
        return None
    return [
        Block(
            words_at(node, "text"),
            label_at(node, "speaker"),
            seconds_at(node.get("offsets"), "from", scale=MS),
            seconds_at(node.get("offsets"), "to", scale=MS),
            kind="event",
            place=f"segment {number}",
        )
        for number, node in enumerate(found, 1)
    ]


def read_azure(tree: Tree) -> list[Block] | None:
    """Return the phrases of Azure's batch transcription, in order of time over its channels."""
    found = nodes(tree, "recognizedPhrases")
    blocks = []
    for number, phrase in enumerate(found, 1):
        best = next(iter(nodes(phrase, "nBest")), {})
        text = words_at(best, "display", "lexical")
        start_s = seconds_at(phrase, "offsetInTicks", scale=AZURE)
        label = label_at(phrase, "speaker")
        blocks.append(Block(text, label, start_s, kind="event", place=f"phrase {number}"))
    return sorted(blocks, key=lambda block: block.start_s or 0.0) if found else None


# In order: a shape with more to it stands before one that it contains.
SHAPES: tuple[Callable[[Tree], list[Block] | None], ...] = (
    Shape(("utterances",), ("text",), scale=MS).read,
    read_assemblyai,
    Shape(("results", "utterances"), ("transcript",), ("speaker", "channel")).read,
    read_deepgram,
    Shape(
        ("Transcript",), ("Content",), ("ParticipantRole", "ParticipantId"),
        "BeginOffsetMillis", "EndOffsetMillis", MS,
    ).read,
    read_aws,
    read_speechmatics,
    read_google,
    read_rev,
    Shape(
        ("speech", "transcripts"), ("transcript",),
        ("speaker_name", "speaker_model_label", "speaker_id"), "start_offset", "end_offset", OTTER,
    ).read,
    read_azure,
    read_whisper_cpp,
    Shape(("segments",), ("body",), start="startTime", end="endTime").read,
    Shape(("segments",), ("text",)).read,
    read_spans,
    read_talk,
    Shape((), ("text", "transcript", "body", "content"), ("speaker", "speaker_name", "role")).read,
)  # fmt: skip


def parse_json(data: bytes, settings: IngestSettings) -> Reading:
    """Return what a speech recogniser wrote, as blocks of kind ``event``.

    Raises
    ------
    TranscriptError
        ``E_CORRUPT`` if it is no JSON or nests too deep, ``E_UNKNOWN_SCHEMA`` if its shape is not
        known, ``E_NO_CONTENT`` if it holds no words.
    """
    decoded = decode(data, settings.encoding)
    tree = tree_of(decoded.text)
    found = next((list_ for read in SHAPES if (list_ := read(tree)) is not None), None)
    if found is None:
        raise TranscriptError(
            f"{keys_of(tree)}; known are the shapes of Whisper, WhisperX, AssemblyAI, Deepgram, "
            "AWS Transcribe, Google, Azure, Speechmatics, Rev, Otter, Kaldi, Podcasting 2.0, lists "
            "of objects with speaker and text. Export it as text, captions or a table.",
            code="E_UNKNOWN_SCHEMA",
        )
    blocks = tuple(block for block in found if block.text)
    if not blocks:
        raise no_content("segment")
    return Reading(
        blocks,
        is_structured=any(block.label is not None for block in blocks),
        encoding=decoded.encoding,
        notices=decoded.notices,
        declared=declared_in(tree),
    )


def tree_of(text: str) -> Tree:
    """Return the JSON in ``text``; one object a line is a list of them."""
    try:
        return lines_of(text) or json.loads(text)
    except RecursionError as error:
        raise TranscriptError(
            "its JSON nests too deep. Copy or export it again.", code="E_CORRUPT"
        ) from error
    except ValueError as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "a number"
        raise TranscriptError(
            f"its JSON ends or breaks at {where}. Copy or export it again.", code="E_CORRUPT"
        ) from error


def lines_of(text: str) -> list[Tree]:
    """Return the objects of a file with one on each line, none if it is no such file."""
    lines = [line for line in text.split("\n") if line and not line.isspace()]
    is_lined = len(lines) > 1 and all(line[0] + line.rstrip()[-1] == "{}" for line in lines)
    return [json.loads(line) for line in lines] if is_lined else []


def names_of(tree: Tree) -> Mapping[str | None, str]:
    """Return the names that a file declares for the ids of its speakers."""
    speakers = nodes(tree, "speakers") or nodes(tree, "speech", "speakers")
    return {label_at(s, "id"): words_at(s, "name", "speaker_name") for s in speakers}


def declared_in(tree: Tree) -> Mapping[str, str]:
    """Return the labels that a file declares, whether they speak or not."""
    roles = (label_at(person, "ParticipantRole") for person in nodes(tree, "Participants"))
    names = [*names_of(tree).values(), *roles]
    return {name: "" for name in names if name}
