"""``glossator show``: one transcript with its turns, to be read in the terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.console import Console, as_mapping, counted
from pipeline.cli.options import CORPUS, json_option
from pipeline.core.config import nearest
from pipeline.core.corpus import Corpus
from pipeline.core.errors import InputError, StaleError

if TYPE_CHECKING:
    from pipeline.core.records import Segment, Suggestion, Transcript, Turn
    from pipeline.ingest.blocks import Aside

UNATTRIBUTED, TIME = "unattributed", "time"  # kinds of asides
NOBODY = "(nobody named)"
INDENT = " " * 6  # behind the number of the turn
WIDEST, NARROWEST = 100, 40  # characters a line
CONTROLS = dict.fromkeys(range(0x7F, 0xA0), "\N{REPLACEMENT CHARACTER}")  # a terminal obeys them


@dataclass(frozen=True, slots=True)
class Page:
    """All that is shown of one transcript.

    ``names`` are the pseudonyms of participants, ``suggestions`` those of each segment.
    """

    transcript: Transcript
    turns: Sequence[Turn]
    asides: Sequence[Aside]
    names: Mapping[str, str]
    segments: Sequence[Segment]
    suggestions: Mapping[str, Sequence[Suggestion]]

    def speaker(self, one: Turn | Segment) -> str | None:
        """Return the pseudonym of who speaks, else the label as written, None for nobody."""
        return self.names.get(one.participant_id or "", one.speaker)

    def asides_in(self, turn: Turn) -> list[Aside]:
        """Return the notes and times inside a turn."""
        return [aside for aside in self.asides if turn.start <= aside.start < turn.end]

    @property
    def asides_outside(self) -> list[Aside]:
        """The asides that are in no turn."""
        inside = {aside.start for turn in self.turns for aside in self.asides_in(turn)}
        return [aside for aside in self.asides if aside.start not in inside]

    @property
    def asides_to_tell(self) -> list[Aside]:
        """The asides outside turns, without times where every turn tells its own."""
        is_timed = all(turn.start_s is not None for turn in self.turns) and bool(self.turns)
        return [aside for aside in self.asides_outside if not (is_timed and aside.kind == TIME)]

    def segments_in(self, turn: Turn) -> list[Segment]:
        """Return the segments that a turn is cut into; none if they are not shown."""
        return [segment for segment in self.segments if segment.turn == turn.turn]


@click.command("show")
@click.argument("corpus", type=CORPUS)
@click.argument("transcript")
@click.option("--segments", is_flag=True, help="Show how turns are cut and what is suggested.")
@json_option
@click.pass_obj
def show_command(
    console: Console, *, corpus: Corpus, transcript: str, segments: bool, as_json: bool
) -> None:
    """Print TRANSCRIPT of CORPUS with its turns.

    Who speaks when, in what role, in answer to which question of the interview guide; what could
    not be attributed stands out.
    """
    page = read_page(corpus, transcript, with_segments=segments)
    if as_json:
        console.show_json(mapping_of(page, with_segments=segments))
        return
    width = min(WIDEST, max(NARROWEST, shutil.get_terminal_size().columns))
    text = "\n".join(lines_of(page, width))
    if sys.stdout.isatty():
        click.echo_via_pager(text + "\n")
    else:
        click.echo(text)


def read_page(corpus: Corpus, name: str, *, with_segments: bool) -> Page:
    """Return what the stages made of one transcript.

    Raises
    ------
    InputError
        If there is no such transcript; the message names the nearest.
    TableError
        If ingest has not run, or segment where segments are wanted.
    """
    from pipeline.core.records import Participant, Transcript, Turn
    from pipeline.core.tables import read_receipt, read_rows, read_table
    from pipeline.ingest.blocks import Aside

    known = read_receipt(corpus.table("transcripts")).parts
    if name not in known:
        raise InputError(
            f"{name}: there is no such transcript in {corpus.name}{nearest(name, known)}",
            code="E_NO_TRANSCRIPT",
        )
    [transcript] = read_rows(corpus.table("transcripts"), Transcript, [name])
    people = read_table(corpus.table("participants"), Participant.COLUMNS).to_pylist()
    segments = segments_of(corpus, transcript) if with_segments else []
    return Page(
        transcript,
        read_rows(corpus.table("turns"), Turn, [name]),
        read_rows(corpus.table("asides"), Aside, [name]),
        {row["participant_id"]: row["pseudonym"] for row in people if row["pseudonym"]},
        segments,
        suggestions_for(corpus, segments),
    )


def segments_of(corpus: Corpus, transcript: Transcript) -> list[Segment]:
    """Return the segments of a transcript.

    Raises
    ------
    StaleError
        If the transcript has changed since they were cut.
    """
    from pipeline.core.records import Segment
    from pipeline.core.tables import read_rows

    found = read_rows(corpus.table("segments"), Segment, [transcript.transcript_id])
    if any(transcript.text[one.start : one.end] != one.text for one in found):
        raise StaleError(
            f"{transcript.transcript_id}: it has changed since it was cut into segments. "
            f"Run 'glossator run {corpus.name}'."
        )
    return found


def suggestions_for(corpus: Corpus, segments: Sequence[Segment]) -> dict[str, list[Suggestion]]:
    """Return segment id -> what is suggested for it, the best first; nothing before any run."""
    from pipeline.core.records import Suggestion
    from pipeline.core.tables import read_rows

    table = corpus.table("suggestions")
    found: dict[str, list[Suggestion]] = {one.segment_id: [] for one in segments}
    if found and table.exists():
        for row in sorted(read_rows(table, Suggestion), key=lambda row: row.rank):
            if row.segment_id in found:
                found[row.segment_id].append(row)
    return found


def lines_of(page: Page, width: int) -> Iterator[str]:
    """Yield the lines of a page: a title, then turns and asides in order of the text."""
    transcript = page.transcript
    yield click.style(transcript.transcript_id, bold=True)
    yield f"{transcript.source}, {transcript.source_type}, {counted(len(page.turns), 'turn')}"
    entries = [(turn.start, "", turn_lines(page, turn, width)) for turn in page.turns]
    entries += [(a.start, a.kind, aside_lines(a, width)) for a in page.asides_to_tell]
    before = ""
    for _, kind, lines in sorted(entries, key=lambda entry: entry[0]):
        if not kind or kind != before:
            yield ""
        before = kind
        yield from lines


def turn_lines(page: Page, turn: Turn, width: int) -> Iterator[str]:
    """Yield a turn: number, time, who, role and question, then the words."""
    speaker = page.speaker(turn)
    who = click.style(safe(speaker or NOBODY), bold=True, fg=None if speaker else "red")
    question = f"question {turn.question}" if turn.question else ""
    facts = [clock(turn.start_s), who, turn.role, question]
    yield f"{turn.turn:>4}  " + "  ".join(fact for fact in facts if fact)
    segments = page.segments_in(turn)
    for segment in segments:
        yield click.style(f"{INDENT}[{segment.start}-{segment.end}]", dim=True)
        yield from wrapped(segment.text, width)
        for row in page.suggestions[segment.segment_id]:
            yield click.style(f"{INDENT}{row.rank}. {row.code} {row.score:.2f}", fg="green")
    if not segments:
        yield from wrapped(turn.text, width)


def aside_lines(aside: Aside, width: int) -> Iterator[str]:
    """Yield an aside under its kind; what could not be attributed stands out."""
    is_left_over = aside.kind == UNATTRIBUTED
    look: Mapping[str, Any] = {"fg": "red", "bold": True} if is_left_over else {"dim": True}
    first = f"{'  !!' if is_left_over else '  --'}  {aside.kind}: "
    for line in wrapped(aside.text, width, first):
        yield click.style(line, **look)


def wrapped(text: str, width: int, first: str = INDENT) -> Iterator[str]:
    """Yield ``text`` in lines no wider than ``width``, its own line ends kept.

    Parameters
    ----------
    text
        Words, whatever characters they hold.
    width
        Characters a line.
    first
        What stands before the first line, in place of the indent.
    """
    for line in text.split("\n"):
        if line.strip():
            yield from textwrap.wrap(
                safe(line), width, initial_indent=first, subsequent_indent=INDENT
            )
            first = INDENT


def safe(text: str) -> str:
    """Return ``text`` without characters that a terminal would obey."""
    return text.translate(CONTROLS)


def clock(seconds: float | None) -> str:
    """Return ``0:01:12``, nothing where the time is not known."""
    if seconds is None:
        return ""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def mapping_of(page: Page, *, with_segments: bool) -> dict[str, Any]:
    """Return a page as ``--json`` prints it: turns hold their asides, segments what is proposed."""
    turns = [
        {
            **as_mapping(turn),
            "speaker": page.speaker(turn),
            "asides": [as_mapping(aside) for aside in page.asides_in(turn)],
        }
        for turn in page.turns
    ]
    found = {
        "transcript_id": page.transcript.transcript_id,
        "source": page.transcript.source,
        "source_type": page.transcript.source_type,
        "turns": turns,
        "asides": [as_mapping(aside) for aside in page.asides_outside],
    }
    if not with_segments:
        return found
    segments = [
        {
            **as_mapping(one),
            "speaker": page.speaker(one),
            "suggestions": [as_mapping(row) for row in page.suggestions[one.segment_id]],
        }
        for one in page.segments
    ]
    return {**found, "segments": segments}
