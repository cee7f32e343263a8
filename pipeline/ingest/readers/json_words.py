"""JSON in which single words carry the speaker: neighbours of one speaker become one block."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.ingest.blocks import Block
from pipeline.ingest.readers.json_tree import (
    Node,
    Tree,
    at,
    label_at,
    lists_of,
    nodes,
    seconds_at,
    words_at,
)

SPEAKER = ("speaker", "speakerTag", "speaker_tag", "speakerLabel", "speaker_label")
START = ("start", "startTime", "start_time", "startOffset")
END = ("end", "endTime", "end_time", "endOffset")
WORD = ("punctuated_word", "punct", "word", "text")


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word or mark of punctuation; the latter is joined to the word before it."""

    text: str
    label: str | None
    start_s: float | None = None
    end_s: float | None = None
    is_mark: bool = False


def blocks_of_words(
    words: Iterable[Word], part: Callable[[Word], object] | None = None
) -> list[Block]:
    """Return a block for each stretch of words of one speaker, or of one ``part``."""
    stretches: list[list[Word]] = []
    key: object = None
    for word in words:
        new = part(word) if part else word.label
        if not stretches or (new != key and not word.is_mark):
            stretches.append([])
            key = new
        stretches[-1].append(word)
    return [block_of(number, stretch) for number, stretch in enumerate(stretches, 1)]


def block_of(number: int, words: Sequence[Word]) -> Block:
    """Return one stretch of words as a block."""
    text = "".join(word.text if word.is_mark else f" {word.text}" for word in words).strip()
    starts = [word.start_s for word in words if word.start_s is not None]
    ends = [word.end_s for word in words if word.end_s is not None]
    return Block(
        text,
        words[0].label,
        min(starts, default=None),
        max(ends, default=None),
        kind="event",
        place=f"segment {number}",
    )


def word_of(node: Node, label: str | None, scale: float = 1.0) -> Word:
    """Return a word as most tools write it."""
    start_s = seconds_at(node, *START, scale=scale)
    return Word(words_at(node, *WORD), label, start_s, seconds_at(node, *END, scale=scale))


def filled(words: Iterable[Word]) -> list[Word]:
    """Return the words that have text."""
    return [word for word in words if word.text]


def read_speechmatics(tree: Tree) -> list[Block] | None:
    """Return Speechmatics' results, each a word or a mark with its speaker."""
    found = nodes(tree, "results")
    words = [
        Word(
            words_at(at(node, "alternatives", 0), "content"),
            label_at(at(node, "alternatives", 0), "speaker"),
            seconds_at(node, *START),
            seconds_at(node, *END),
            is_mark=node.get("type") == "punctuation",
        )
        for node in found
    ]
    return blocks_of_words(filled(words)) if filled(words) else None


def read_assemblyai(tree: Tree) -> list[Block] | None:
    """Return AssemblyAI's words, in ms, where it made no utterances of them.

    One speaker throughout means that nobody asked it to tell speakers apart.
    """
    if not isinstance(tree, dict) or "utterances" not in tree or not nodes(tree, "words"):
        return None
    words = filled(word_of(node, label_at(node, "speaker"), 0.001) for node in nodes(tree, "words"))
    if len({word.label for word in words}) > 1:
        return blocks_of_words(words)
    text = words_at(tree, "text") or " ".join(word.text for word in words)
    return [Block(text, kind="event", place="text")] if text else []


def read_deepgram(tree: Tree) -> list[Block] | None:
    """Return Deepgram's words by speaker, or by channel where each speaker has one."""
    channels = nodes(tree, "results", "channels")
    if not channels:
        return None
    words: list[Word] = []
    for number, channel in enumerate(channels):
        own = f"channel {number}" if len(channels) > 1 else None
        words += [
            word_of(node, label_at(node, "speaker") or own)
            for node in nodes(channel, "alternatives", 0, "words")
        ]
    words = filled(words)
    if len(channels) > 1:
        words.sort(key=lambda word: word.start_s or 0.0)
    if words:
        return blocks_of_words(words)
    texts = (words_at(at(channel, "alternatives", 0), "transcript") for channel in channels)
    return [Block(text, kind="event", place="text") for text in texts if text]


def read_aws(tree: Tree) -> list[Block] | None:
    """Return the items of AWS Transcribe; labels stand on items, in segments or on channels."""
    results = at(tree, "results")
    items = nodes(results, "items")
    if not items:
        return None
    by_start = {
        str(at(item, "start_time")): label_at(item, "speaker_label")
        for segment in nodes(results, "speaker_labels", "segments")
        for item in nodes(segment, "items")
    }
    for channel in nodes(results, "channel_labels", "channels"):
        label = label_at(channel, "channel_label")
        by_start |= {str(at(item, "start_time")): label for item in nodes(channel, "items")}
    return blocks_of_words(filled(aws_word(item, by_start) for item in items))


def aws_word(item: Node, by_start: Mapping[str, str | None]) -> Word:
    """Return one item; punctuation has no time."""
    label = label_at(item, "speaker_label") or by_start.get(str(at(item, "start_time")))
    text = words_at(at(item, "alternatives", 0), "content")
    start_s, end_s = seconds_at(item, "start_time"), seconds_at(item, "end_time")
    return Word(text, label, start_s, end_s, at(item, "type") == "punctuation")


def read_google(tree: Tree) -> list[Block] | None:
    """Return Google's words by speaker: with speakers, the last result holds them all once more."""
    results = next(
        lists_of(tree, ("results",), ("response", "results")),
        [],
    )
    if not any(nodes(result, "alternatives") for result in results):
        return None
    last = filled(
        word_of(node, label_at(node, *SPEAKER))
        for node in nodes(results[-1], "alternatives", 0, "words")
    )
    if any(word.label is not None for word in last):
        return blocks_of_words(last)
    texts = (words_at(at(result, "alternatives", 0), "transcript") for result in results)
    return [
        Block(text, kind="event", place=f"result {number}")
        for number, text in enumerate(texts, 1)
        if text
    ]


def read_spans(tree: Tree) -> list[Block] | None:
    """Return words whose speakers stand in a second list, of spans in time (DPE, Kaldi)."""
    inner = at(tree, "retval") or tree
    words = filled(word_of(node, None) for node in nodes(inner, "words"))
    spans = next(
        lists_of(inner, ("paragraphs",), ("segmentation", "segments"), ("segments",)), None
    )
    if spans is None or not any(seconds_at(span, *START) is not None for span in spans):
        return None
    timed = sorted(
        (start, number)
        for number, span in enumerate(spans)
        if (start := seconds_at(span, *START)) is not None
    )
    starts = [start for start, _ in timed]

    def span_of(word: Word) -> int:
        return timed[max(0, bisect_right(starts, word.start_s or 0.0) - 1)][1]

    named = [
        Word(word.text, span_label(spans[span_of(word)]), word.start_s, word.end_s)
        for word in words
    ]
    return blocks_of_words(named, span_of) if words else None


def span_label(span: Node) -> str | None:
    """Return the speaker of a span; Kaldi's are an id with the voice's kind before it."""
    speaker = at(span, "speaker")
    if isinstance(speaker, dict):
        return (words_at(speaker, "gender") + words_at(speaker, "@id", "id", "name")) or None
    return label_at(span, *SPEAKER)
