"""How far coders agree: a number for each code, with the base that it rests on."""

from __future__ import annotations

from pipeline.core.errors import ReviewError
from pipeline.exchange.workbook import Sheet
from pipeline.report.agreement import AgreementReport, CodeAgreement, agreement_from
from pipeline.report.figures.curves import Forest, Interval, Line, forest_figure
from pipeline.report.page import (
    DASH,
    NUMBER,
    Block,
    Chapter,
    Entry,
    Figure,
    Note,
    Paragraph,
    Table,
    counted,
    interval,
    listed,
    number,
    percent,
)
from pipeline.report.page import Line as Row
from pipeline.report.ratings import Rated
from pipeline.report.study import Study
from pipeline.stats.agreement import RELIABLE, TENTATIVE
from pipeline.stats.intervals import Estimate

MEASURES = ("percent", "kappa", "alpha", "positive", "negative", "pabak", "ac1", "jaccard")
COLUMNS = (
    "code",
    "code_name",
    "view",
    "measure",
    "value",
    "low",
    "high",
    "reason",
    "reading",
    "n_coders",
    "n_units",
    "n_pairable",
    "n_applied",
    "n_interviews",
    "prevalence",
)
SHORT = {
    "reliable": "reliable",
    "tentative": "tentative",
    "talk": "talk first",
    "unlearnable": "talk first; not learnable",
}
SHOWN = ("percent", "kappa", "positive", "pabak", "ac1")


def agreement_report(study: Study, found: Rated) -> AgreementReport | str:
    """Return the agreement of the coders, or the sentence that says why there is none."""
    try:
        return agreement_from(found, where=study.name)
    except ReviewError as error:
        return str(error)


def agreement_chapter(study: Study, report: AgreementReport | str) -> Chapter:
    """Return agreement as a table and a figure, or why there is none."""
    title = "Agreement between coders"
    if isinstance(report, str):
        return Chapter("agreement", title, [Note(report)])
    blocks: list[Block] = [Paragraph(base_words(report))]
    drawn = [row for row in report.codes if row.segments.alpha.value is not None]
    if drawn:
        blocks.append(forest(study, drawn))
    blocks.append(table(study, report))
    if len(report.pairs) > 1:
        blocks.append(pairs(report))
    return Chapter("agreement", title, blocks)


def base_words(report: AgreementReport) -> str:
    """Return what the numbers rest on."""
    sets = report.sets
    words = (
        f"Only first decisions count that a coder took with neither suggestions nor other coders' "
        f"codes in view. {listed(report.coders)} finished "
        f"{counted(report.n_finished, 'segment')} of {report.n_segments:,} in this way, "
        f"{report.n_shared:,} of them by two or more, from "
        f"{counted(report.n_interviews, 'interview')}; a finished segment without a code is a no. "
        f"Intervals come by {report.method.replace(' %', '%')}. "
    )
    if sets.value is not None:
        words += (
            f"Over whole sets of codes (distance MASI), alpha is "
            f"{' '.join([number(sets.value), interval(sets.low, sets.high)]).strip()}. "
        )
    if report.n_stale:
        words += (
            f"{counted(report.n_stale, 'blind decision')} stand on words that have changed since "
            "and are left out. "
        )
    if len(report.codebook_versions) > 1:
        words += (
            f"Decisions were taken under several codebooks: {listed(report.codebook_versions)}. "
        )
    return words.strip()


def forest(study: Study, rows: list[CodeAgreement]) -> Figure:
    """Return alpha of each code with its interval, the highest on top."""
    ordered = sorted(rows, key=lambda row: (-(row.segments.alpha.value or 0.0), row.code))
    lines = [
        Line(
            study.code_names.get(row.code, row.code),
            (of_estimate(row.segments.alpha),),
            f"n={row.segments.n_applied}",
        )
        for row in ordered
    ]
    low = min([-0.2, *(item.low or 0.0 for line in lines for item in line.intervals)])
    words = "Krippendorff's alpha of each code", f"Alpha of {len(rows)} codes; see the table."
    caption = (
        "Krippendorff's alpha by code, with 95% intervals by interview; hollow: no interval. "
        f"Lines at {TENTATIVE} and {RELIABLE} mark tentative and reliable. n: times that coders "
        "applied the code blind."
    )
    forest = Forest(
        lines,
        "Krippendorff's alpha",
        bands=(0.0, TENTATIVE, RELIABLE),
        limits=(max(low, -1.0), 1.02),
    )
    return Figure(forest_figure("agreement", words, forest), caption)


def of_estimate(found: Estimate, series: int = 0) -> Interval:
    """Return an estimate as a figure takes it."""
    return Interval(found.value, found.low, found.high, series)


def table(study: Study, report: AgreementReport) -> Table:
    """Return every measure of every code."""
    lines = [line_of(study, row) for row in report.codes]
    by_segment = " All decisions are on whole segments, so it only weights them by their length."
    return Table(
        "agreement-codes",
        "Agreement by code, the lowest alpha first.",
        (
            "Code",
            "Applied",
            "Prevalence",
            "Alpha",
            "Percent",
            "Kappa",
            "Positive",
            "PABAK",
            "AC1",
            "Alpha by characters",
            "Reading",
        ),
        lines,
        (
            (
                f"Units: {counted(report.n_shared, 'segment')} that two coders finished. A dash is "
                "undefined. Percent, PABAK and AC1 flatter rare codes and stand beside alpha, not "
                "in its place. Talk first: about the code, before its numbers are used; below .5 "
                "no model can learn it. By characters: each character of the finished text is a "
                "unit."
                f"{by_segment if report.is_by_segment else ''}"
            ),
        ),
        Sheet(
            "agreement",
            COLUMNS,
            [line for row in report.codes for line in sheet_rows(study, row)],
        ),
    )


def line_of(study: Study, row: CodeAgreement) -> Row:
    """Return one code as a row of the page."""
    found = row.segments
    cells = (
        Entry(f"{found.n_applied:,}", kind=NUMBER),
        Entry(percent(found.prevalence, 1), kind=NUMBER),
        estimate(found.alpha),
        *(Entry(number(getattr(found, name).value), kind=NUMBER) for name in SHOWN),
        Entry(number(row.characters.alpha.value), kind=NUMBER),
        Entry(SHORT.get(row.band or "", "undefined")),
    )
    return Row(Entry(study.code_names.get(row.code, row.code)), cells)


def sheet_rows(study: Study, row: CodeAgreement) -> list[dict[str, object]]:
    """Return all measures of one code, in both views, as rows of the file."""
    return [
        {
            "code": row.code,
            "code_name": study.code_names.get(row.code, row.code),
            "view": view,
            "measure": name,
            "value": getattr(found, name).value,
            "low": getattr(found, name).low,
            "high": getattr(found, name).high,
            "reason": getattr(found, name).reason,
            "reading": row.advice,
            "n_coders": found.n_coders,
            "n_units": found.n_units,
            "n_pairable": found.n_pairable,
            "n_applied": found.n_applied,
            "n_interviews": found.n_interviews,
            "prevalence": found.prevalence,
        }
        for view, found in (("segments", row.segments), ("characters", row.characters))
        for name in MEASURES
    ]


def estimate(found: Estimate) -> Entry:
    """Return a number with its interval below, or why there is none."""
    small = interval(found.low, found.high) if found.low is not None else ""
    return Entry(number(found.value), small=small, kind=NUMBER)


def pairs(report: AgreementReport) -> Table:
    """Return each two coders' agreement over sets of codes."""
    lines = [
        Row(
            Entry(f"{pair.first} and {pair.second}"),
            (Entry(f"{pair.n_shared:,}", kind=NUMBER), estimate(pair.sets)),
        )
        for pair in report.pairs
    ]
    rows = [
        {
            "first": pair.first,
            "second": pair.second,
            "n_shared": pair.n_shared,
            "alpha": pair.sets.value,
            "low": pair.sets.low,
            "high": pair.sets.high,
        }
        for pair in report.pairs
    ]
    columns = ("first", "second", "n_shared", "alpha", "low", "high")
    return Table(
        "agreement-pairs",
        "Agreement of each two coders over sets of codes (alpha with distance MASI).",
        ("Coders", "Shared segments", "Alpha"),
        lines,
        (f"{DASH} where they finished no segment in common.",),
        Sheet("agreement_pairs", columns, rows),
    )
