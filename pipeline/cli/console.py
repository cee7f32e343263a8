"""What is said on the terminal: lines, progress, JSON."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pipeline.engine import Engine

TO_CONFIRM = 4  # exit code: finished, with things to confirm
BAR = 24
REDRAW_S = 0.1
LINE_S = 30.0  # between plain lines of long work, unless the program that reads them says otherwise
LINE_VARIABLE = "GLOSSATOR_LINE_S"


@dataclass(frozen=True, slots=True)
class Console:
    """How much to say, and how many processes work at once."""

    quiet: bool = False
    verbose: bool = False
    jobs: int = 1
    scheduler: str | None = None

    def say(self, text: str = "") -> None:
        """Print a line unless told to be quiet."""
        if not self.quiet:
            click.echo(text)

    def detail(self, text: str) -> None:
        """Print a line when told to be verbose."""
        if self.verbose and not self.quiet:
            click.echo(text)

    def warn(self, text: str) -> None:
        """Print a line where errors go."""
        click.echo(text, err=True)

    def list_some(self, title: str, lines: Sequence[str], most: int, rest: str) -> None:
        """Print the first lines below their title and number; ``rest`` has all of them."""
        if not lines:
            return
        self.say(f"{title} ({len(lines)}):")
        for line in lines[:most]:
            self.say(f"  {line}")
        if len(lines) > most:
            self.say(f"  ... all of them are in {rest}")

    def show_json(self, value: object) -> None:
        """Print ``value`` as JSON: the result of a command, so also when quiet."""
        click.echo(json.dumps(value, ensure_ascii=False, indent=1, default=str))

    def engine(self, title: str) -> Engine:
        """Return an engine that shows how far it is: a bar on a terminal, plain lines elsewhere."""
        from pipeline.engine import Engine

        return Engine(self.jobs, self.scheduler, self.progress(title))

    def progress(self, title: str) -> Progress:
        """Return what tells how far ``title`` is."""
        return Progress(title, is_silent=self.quiet, is_terminal=sys.stderr.isatty())


@dataclass(slots=True)
class Progress:
    """Told the number done and the number in all, shows it where errors go."""

    title: str
    is_silent: bool
    is_terminal: bool
    started: float = field(default_factory=time.monotonic)
    shown: float = 0.0

    def __call__(self, done: int, total: int) -> None:
        """Show that ``done`` of ``total`` are done, how fast, and how long the rest may take."""
        if self.is_silent or not total:
            return
        now = time.monotonic()
        every = REDRAW_S if self.is_terminal else float(os.environ.get(LINE_VARIABLE, LINE_S))
        if done != total and now - (self.shown or self.started) < every:
            return
        self.shown = now
        line = self.line(done, total, now - self.started)
        end = "" if self.is_terminal and done != total else "\n"
        click.echo(f"\r{line}\033[K{end}" if self.is_terminal else line + end, nl=False, err=True)

    def line(self, done: int, total: int, seconds: float) -> str:
        """Return what is shown of ``done`` of ``total`` after ``seconds``."""
        if self.is_terminal:
            filled = BAR * done // total
            text = f"{self.title:<8} [{'#' * filled}{'.' * (BAR - filled)}] {done:,}/{total:,}"
        else:
            text = f"{self.title}: {done:,} of {total:,}"
        if not done or seconds < 1:
            return text
        rate = done / seconds
        left = f", {time_left((total - done) / rate)}" if done < total else ""
        return f"{text}  {rate:,.0f}/s{left}" if rate >= 1 else f"{text}  {rate:.2f}/s{left}"


def time_left(seconds: float) -> str:
    """Return a time as people say it: ``40 s left``, ``12 min left``."""
    return f"{seconds:.0f} s left" if seconds < 90 else f"{seconds / 60:.0f} min left"  # noqa: PLR2004  # a minute and a half


def table(rows: Sequence[Sequence[object]], head: Sequence[str]) -> str:
    """Return rows as aligned text; numbers stand to the right."""
    cells = [list(map(str, head)), *([shown(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    numeric = [all(isinstance(row[n], int | float) for row in rows) for n in range(len(head))]
    lines = [
        "  ".join(
            cell.rjust(width) if right and rows else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    ]
    return "\n".join(lines)


def shown(value: object) -> str:
    """Return a value as people read it."""
    if value is None:
        return "-"
    if isinstance(value, float):
        return f"{value:.3f}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 turn``, ``2 turns``, ``1,204 turns``."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def as_mapping(value: Any) -> Mapping[str, Any]:
    """Return a dataclass as a mapping for JSON."""
    from dataclasses import asdict

    return asdict(value)
