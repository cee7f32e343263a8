"""Shares that survive the machine's errors, beside what plain counting says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.exchange.workbook import Sheet
from pipeline.report.audit import Basis
from pipeline.report.chapters.codes import slug
from pipeline.report.chapters.trust import of_estimate
from pipeline.report.figures.curves import Forest, Line, forest_figure
from pipeline.report.page import (
    NUMBER,
    Block,
    Chapter,
    Entry,
    Figure,
    Heading,
    Note,
    Paragraph,
    Table,
    counted,
    listed,
    number,
    percent,
)
from pipeline.report.page import Line as Row
from pipeline.report.study import Study
from pipeline.stats.estimate import MIN_AUDITED, MIN_EACH, Intervals, Share, more_for_width, share

WIDTH = 0.10  # of an interval that is narrow enough for most purposes
COLUMNS = (
    "code",
    "code_name",
    "by",
    "value",
    "n",
    "n_interviews",
    "n_audited",
    "n_positive",
    "machine",
    "people",
    "people_low",
    "people_high",
    "corrected",
    "these_low",
    "these_high",
    "alike_low",
    "alike_high",
    "lambda",
    "as_good_as",
    "n_more_to_tell",
    "n_more_for_width_10",
    "reason",
)
MEANING = (
    "Counting what a machine scored is wrong where the machine is wrong, and counting only what "
    "people read leaves most of the talk out. The corrected share joins the two: scores of all "
    "segments, put right by the audit sample that people coded blind. It carries two intervals. "
    "The first is about these interviews (only the draw of the sample is chance), the second about "
    "people like these (the interviews are a sample, too)."
)


def shares_chapter(study: Study, basis: Basis, columns: Sequence[str]) -> Chapter:
    """Return the share of each code, overall and within each attribute, or why there is none."""
    title = "Shares corrected for the machine's errors"
    if not basis.rated.segments:
        return Chapter("shares", title, [Note("There are no segments yet.")])
    whole = {code: share(basis.audit_of(n)) for n, code in enumerate(basis.rated.codes)}
    told = [code for code, found in whole.items() if found.reason is None]
    blocks: list[Block] = [
        Paragraph(MEANING),
        Paragraph(base_words(basis)),
        *refusals(study, whole),
    ]
    if told:
        blocks.append(figure(study, whole, told))
    blocks.append(table(study, basis, whole))
    if told:
        for column in columns:
            blocks += by_column(study, basis, column)
    return Chapter("shares", title, blocks)


def base_words(basis: Basis) -> str:
    """Return what the shares rest on."""
    n_audited, n = int(basis.audited.sum()), len(basis.audited)
    if basis.n_drawn is None:
        return (
            f"Of {counted(n, 'segment')}, {n_audited:,} were finished blind, but no probability is "
            "known with which they came to be chosen."
        )
    scores = (
        ""
        if basis.scores.is_known
        else " There are no scores of a model, so people's codes stand alone."
    )
    return (
        f"The audit sample holds {counted(basis.n_drawn, 'segment')} of {n:,}; {n_audited:,} of "
        f"them are in finished lots and count.{scores}"
    )


def refusals(study: Study, whole: Mapping[str, Share]) -> list[Note]:
    """Return why shares are not corrected, each reason once with its codes, and what would help."""
    reasons: dict[str, list[str]] = {}
    for code, found in whole.items():
        if found.reason:
            reasons.setdefault(found.reason, []).append(code)
    notes = []
    for reason, codes in reasons.items():
        names = [study.code_names.get(code, code) for code in codes]
        who = "No share is corrected" if len(codes) == len(whole) else listed(names)
        notes.append(Note(f"{who}: {reason}{more_words([whole[code] for code in codes])}"))
    if len(notes) == 1 and not any(found.n_more for found in whole.values()):
        notes.append(Note(HOW))
    return notes


def more_words(found: Sequence[Share]) -> str:
    """Return about how many more segments to audit would lift a refusal."""
    more = sorted({one.n_more for one in found if one.n_more})
    if not more:
        return ""
    range_words = f"{more[0]:,}" if len(more) == 1 else f"{more[0]:,} to {more[-1]:,}"
    return f" About {range_words} more audited segments are wanted."


HOW = (
    "The review page draws an audit sample and hands it out first; its decisions carry the "
    f"probability of their draw. At least {MIN_AUDITED} audited segments, with {MIN_EACH} that "
    "carry the code "
    "and as many that do not, let a share be corrected."
)


def figure(study: Study, whole: Mapping[str, Share], told: Sequence[str]) -> Figure:
    """Return the corrected shares with both intervals, and people's alone."""
    lines = [
        Line(
            study.code_names.get(code, code),
            (
                of_estimate(whole[code].people.these, 0),
                of_estimate(whole[code].corrected.these, 1),
                of_estimate(whole[code].corrected.alike, 2),
            ),
            f"n={whole[code].n_audited}, {whole[code].n_positive} yes",
        )
        for code in told
    ]
    series = ("people alone", "corrected, these interviews", "corrected, people like these")
    forest = Forest(lines, "share of the segments", series)
    words = "Corrected shares", f"Shares of {len(lines)} codes with intervals; see the table."
    caption = (
        "Share of the segments that carry a code: from the audit alone, and corrected, with 95% "
        "intervals for these interviews and for people like these."
    )
    return Figure(forest_figure("shares", words, forest), caption)


def table(study: Study, basis: Basis, whole: Mapping[str, Share]) -> Table:
    """Return the shares over all segments, and what each rests on."""
    is_scored = basis.scores.is_known
    lines = [
        Row(
            Entry(study.code_names.get(code, code)),
            (
                Entry(percent(found.machine if is_scored else None, 1), kind=NUMBER),
                Entry(f"{found.n_positive:,} of {found.n_audited:,}", kind=NUMBER),
                share_entry(found.people, "these"),
                share_entry(found.corrected, "these"),
                share_entry(found.corrected, "alike"),
                Entry(number(found.lam), kind=NUMBER),
                Entry(number(found.as_good_as, 0), kind=NUMBER),
                Entry("" if found.n_more is None else f"{found.n_more:,}", kind=NUMBER),
            ),
        )
        for code, found in whole.items()
    ]
    rows = [row_of(study, code, ("", ""), found, is_scored) for code, found in whole.items()]
    heads = (
        "Code",
        "Counted by machine",
        "Audit: yes of n",
        "People alone",
        "Corrected: these interviews",
        "Corrected: people like these",
        "Weight of scores",
        "As good as",
        "More to audit",
    )
    note = (
        "Intervals at 95%, on the logit scale. By machine: scored .5 or more, shown because it is "
        "what plain counting would say. As good as: how many audited segments people alone would "
        "have to code for the same width. More to audit: until a share can be told; a dash is "
        "refused. The file also says how many more would narrow the interval to 10 points."
    )
    sheet = Sheet("shares", COLUMNS, rows)
    return Table(
        "shares-all", "Share of all segments that carry a code.", heads, lines, (note,), sheet
    )


def share_entry(found: Intervals, which: str) -> Entry:
    """Return a share with its interval below."""
    one = getattr(found, which)
    if one.value is None:
        return Entry(percent(None), kind=NUMBER)
    small = f"{percent(one.low, 1)} to {percent(one.high, 1)}" if one.low is not None else ""
    return Entry(percent(one.value, 1), small=small, kind=NUMBER)


def row_of(
    study: Study,
    code: str,
    cell: tuple[str, str],
    found: Share,
    is_scored: bool,  # noqa: FBT001  # a fact about the corpus
) -> dict[str, object]:
    """Return a share as a row of the file."""
    these, alike, people = found.corrected.these, found.corrected.alike, found.people.these
    values = (
        code,
        study.code_names.get(code, code),
        *cell,
        found.n,
        found.n_interviews,
        found.n_audited,
        found.n_positive,
        found.machine if is_scored else None,
        people.value,
        people.low,
        people.high,
        these.value,
        these.low,
        these.high,
        alike.low,
        alike.high,
        found.lam,
        found.as_good_as,
        found.n_more,
        more_for_width(found, WIDTH),
        found.reason,
    )
    return dict(zip(COLUMNS, values, strict=True))


def by_column(study: Study, basis: Basis, column: str) -> list[Block]:
    """Return the shares within each value of a column: corrected, or what is lacking."""
    found = [study.value(segment, column) for segment in basis.rated.segments]
    values = sorted(set(found))
    of = np.array(found, dtype=object)
    lines, rows = [], []
    for number_of_code, code in enumerate(basis.rated.codes):
        audit = basis.audit_of(number_of_code)
        cells = {value: share(audit, of == value) for value in values}
        lines.append(
            Row(
                Entry(study.code_names.get(code, code)),
                tuple(cell_entry(one) for one in cells.values()),
            )
        )
        rows += [
            row_of(study, code, (column, value), one, basis.scores.is_known)
            for value, one in cells.items()
        ]
    note = (
        "Corrected share with its interval for people like these; refused cells show audited "
        "segments with the code of all audited ones. The file has the reasons."
    )
    sheet = Sheet(f"shares_by_{slug(column)}", COLUMNS, rows)
    caption = f"Corrected share of the segments that carry a code, by {column}."
    key = f"shares-by-{slug(column)}"
    return [
        Heading(f"{key}-head", f"Shares by {column}"),
        Table(key, caption, ("Code", *values), lines, (note,), sheet),
    ]


def cell_entry(found: Share) -> Entry:
    """Return a corrected share, or the counts of a refused one."""
    if found.reason is None:
        return share_entry(found.corrected, "alike")
    return Entry("refused", small=f"{found.n_positive} of {found.n_audited}", kind=NUMBER)
