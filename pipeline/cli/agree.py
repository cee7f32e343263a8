"""``glossator agree``: how far coders agree, code by code, the worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from textwrap import fill
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import Console, as_mapping, counted, shown, table
from pipeline.cli.options import CORPUS, json_option
from pipeline.cli.review import refresh_decisions
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.report.agreement import AgreementReport, CodeAgreement
    from pipeline.stats.agreement import Agreement
    from pipeline.stats.intervals import Estimate

HEAD = (
    "code",
    "yes",
    "share",
    "percent",
    "positive",
    "PABAK",
    "AC1",
    "kappa",
    "alpha",
    "95 %",
    "characters",
)
WIDTH = 100
LEGEND = (
    "yes: times that coders applied the code; share: of segments; positive: agreement on yes;",
    "alpha: Krippendorff's, what to go by; characters: alpha with each character as a unit.",
)


@click.command("agree")
@click.argument("corpus", type=CORPUS)
@click.option("--pairs", is_flag=True, help="Show each two coders, too.")
@json_option
@click.pass_obj
def agree_command(console: Console, *, corpus: Corpus, pairs: bool, as_json: bool) -> None:
    """Say how far the coders of CORPUS agree, code by code.

    Only what each decided alone counts: their first word on segments that they finished without
    suggestions or other coders' codes in view. The worst code comes first.
    """
    from pipeline.report.agreement import agreement_of

    refresh_decisions(console, corpus)
    found = agreement_of(corpus)
    if as_json:
        console.show_json(as_mapping(found))
        return
    for line in lines_of(found):
        console.say(line)
    if pairs:
        console.say()
        for pair in found.pairs:
            shared = counted(pair.n_shared, "shared segment")
            words = f"{shared}, alpha of code sets {with_interval(pair.sets)}"
            console.say(f"{pair.first} and {pair.second}: {words}")


def lines_of(found: AgreementReport) -> Iterator[str]:
    """Yield the base, the table, what to make of each code, and what could not be told."""
    yield from base_of(found)
    used = [row for row in found.codes if row.is_used]
    unused = [row.code for row in found.codes if not row.is_used]
    yield ""
    yield table([cells(row) for row in used], HEAD)
    yield ""
    yield from LEGEND
    yield ""
    yield f"Alpha of code sets (MASI): {with_interval(found.sets)}."
    yield f"Intervals: by {found.method}; J = {counted(found.n_interviews, 'interview')}."
    yield from notes_of(used)
    if unused:
        yield ""
        yield "Never applied where somebody looked, so nothing can be said:"
        yield indented(unused)


def base_of(found: AgreementReport) -> Iterator[str]:
    """Yield what the numbers rest on."""
    yield (
        f"{counted(found.n_shared, 'segment')} of {counted(found.n_interviews, 'interview')} "
        f"finished blind by two coders or more, {found.n_finished:,} by anybody, "
        f"{found.n_segments:,} in scope."
    )
    yield (
        f"coders {', '.join(found.coders)}; roles {', '.join(found.roles)}; codebook "
        + ", ".join(found.codebook_versions)
    )
    if found.n_stale:
        stale = counted(found.n_stale, "finished span")
        yield f"Left out: {stale} whose words have changed since."
    if found.is_by_segment:
        yield "All decisions are on whole segments: characters only weight them by length."


def cells(row: CodeAgreement) -> tuple[object, ...]:
    """Return one code as a row of the table."""
    one: Agreement = row.segments
    measures = (one.prevalence, one.percent.value, one.positive.value, one.pabak.value)
    more = (one.ac1.value, one.kappa.value, one.alpha.value)
    numbers = [text_of(value) for value in (*measures, *more)]
    return (
        row.code,
        one.n_applied,
        *numbers,
        interval(one.alpha),
        text_of(row.characters.alpha.value),
    )


def notes_of(rows: list[CodeAgreement]) -> Iterator[str]:
    """Yield what to make of the codes, the worst first, and how many have no interval and why."""
    advised: dict[str, list[str]] = {}
    for row in rows:
        advised.setdefault(row.advice, []).append(row.code)
    for words, codes in advised.items():
        yield ""
        yield words
        yield indented(codes)
    reasons = Counter(reason for row in rows if (reason := reason_of(row)))
    if reasons:
        yield ""
    for reason, number in reasons.most_common():
        yield f"{counted(number, 'code')}: {reason}"


def indented(codes: Sequence[str]) -> str:
    """Return codes in lines, none of them broken."""
    text = ", ".join(codes)
    return fill(text, WIDTH, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)


def reason_of(row: CodeAgreement) -> str:
    """Return why alpha has no interval, nothing where it has one or is itself undefined."""
    alpha = row.segments.alpha
    return (alpha.reason or "") if alpha.value is not None else ""


def text_of(value: float | None) -> str:
    """Return a number with two digits, to the right."""
    return f"{shown(None):>5}" if value is None else f"{round(value, 2) + 0.0:5.2f}"


def interval(found: Estimate) -> str:
    """Return an interval, a dash where there is none."""
    if found.low is None or found.high is None:
        return shown(None)
    return f"[{round(found.low, 2) + 0.0:.2f}, {round(found.high, 2) + 0.0:.2f}]"


def with_interval(found: Estimate) -> str:
    """Return a number and its interval, or why there is no number."""
    if found.value is None:
        return f"- ({found.reason})"
    return f"{found.value:.2f} {interval(found)}" if found.low is not None else f"{found.value:.2f}"
