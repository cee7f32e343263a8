"""JSON of no known tool that is talk all the same: a list of objects with a speaker and words."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from pipeline.ingest.blocks import Block
from pipeline.ingest.readers.json_tree import Node, Tree, at, label_at, seconds_at, words_at

TEXT = ("text", "transcript", "sentence", "utterance", "content", "body", "message", "words")
SPEAKER = (
    "speaker_name",
    "speakerName",
    "speaker",
    "speaker_label",
    "speakerLabel",
    "name",
    "role",
    "author",
    "user",
    "username",
    "participant",
    "from",
    "who",
    "speaker_id",
    "speakerId",
)
START = ("start", "start_time", "startTime", "begin", "timestamp", "time")
END = ("end", "end_time", "endTime", "stop")
ENOUGH = 0.6  # of the objects with words and a speaker
MAX_NODES = 2_000  # that are looked at
MAX_DEPTH = 5
MIN_TURNS = 2


def read_talk(tree: Tree) -> list[Block] | None:
    """Return the first list in ``tree`` whose objects have words and speakers, None without one."""
    for found in lists_in(tree):
        n_said = sum(bool(words_at(node, *TEXT)) and speaker_of(node) is not None for node in found)
        if n_said >= max(MIN_TURNS, ENOUGH * len(found)):
            return [block_of(number, node) for number, node in enumerate(found, 1)]
    return None


def lists_in(tree: Tree) -> Iterator[list[Node]]:
    """Yield the lists of objects in ``tree``, the outer before the inner ones."""
    waiting: deque[tuple[Tree, int]] = deque([(tree, 0)])
    for _ in range(MAX_NODES):
        if not waiting:
            return
        node, depth = waiting.popleft()
        if isinstance(node, list) and all(isinstance(item, dict) for item in node) and node:
            yield node
        inner = node.values() if isinstance(node, dict) else node
        if depth < MAX_DEPTH and isinstance(node, dict | list):
            waiting += [(one, depth + 1) for one in inner if isinstance(one, dict | list)]


def speaker_of(node: Node) -> str | None:
    """Return the speaker of an utterance; some tools write an object with a name."""
    return label_at(node, *SPEAKER) or label_at(at(node, "speaker"), "name", "label", "id")


def block_of(number: int, node: Node) -> Block:
    """Return one utterance as a block."""
    times = seconds_at(node, *START), seconds_at(node, *END)
    text, label = words_at(node, *TEXT), speaker_of(node)
    return Block(text, label, *times, kind="event", place=f"segment {number}")
