"""What the machine said against what people decided: trust, influence, drift, deviant cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.exchange.workbook import Sheet
from pipeline.learn.metrics import reliability
from pipeline.report.audit import Basis
from pipeline.report.figures.curves import calibration_figure
from pipeline.report.matrices.deviant import HIGH, LOW, MOST, Deviant, deviant_cases
from pipeline.report.matrices.drift import Drift, drift_of
from pipeline.report.matrices.steering import trial_of
from pipeline.report.page import (
    NUMBER,
    Block,
    Chapter,
    Entry,
    Figure,
    Heading,
    Line,
    Links,
    Note,
    Paragraph,
    Table,
    counted,
    interval,
    number,
    passage_at,
    percent,
)
from pipeline.report.study import Study
from pipeline.stats.influence import Effect, Influences, influence

MIN_POSITIVE = 20  # for a curve of calibration
NO_SCORES = (
    "There are no scores of a model that had not seen the interviews. Train one with 'glossator "
    "train', then 'glossator suggest'."
)


def machine_chapter(study: Study, links: Links, basis: Basis) -> Chapter:
    """Return how far the model can be trusted and whether it steered people."""
    blocks: list[Block] = [
        Heading("calibration", "Can its scores be trusted?"),
        *calibration(basis),
        Heading("influence", "Did suggestions steer people?"),
        *steering(study, basis),
        Heading("drift", "Did coders drift?"),
        *drift(study, basis),
        Heading("deviant", "Deviant cases"),
        *deviant(study, links, basis),
    ]
    return Chapter("machine", "People and the machine", blocks)


def calibration(basis: Basis) -> list[Block]:
    """Return the share that people coded against the mean score, over all codes."""
    if not basis.scores.is_known:
        return [Note(NO_SCORES)]
    y, score = basis.truth.ravel(), basis.scores.values.ravel()
    use = np.isfinite(y) & np.isfinite(score)
    n_yes = int(np.sum(y[use] == 1))
    if n_yes < MIN_POSITIVE:
        return [
            Note(f"{n_yes} of at least {MIN_POSITIVE} blind codes have a score: no curve is drawn.")
        ]
    chance = np.broadcast_to(basis.probability, basis.truth.shape).ravel()[use]
    is_drawn = bool(np.isfinite(chance).all())
    bins = reliability(y[use], score[use], 1 / chance if is_drawn else None)
    words = "Scores against decisions", f"{len(bins)} bins of equal mass; see the table."
    drawn = "" if is_drawn else " The segments were not drawn at random, so it says less."
    caption = (
        "Mean score of the model and the share that people coded blind, in bins of equal mass over "
        "all codes. Scores come from fits that had not seen "
        f"the interview.{drawn}"
    )
    drawing = calibration_figure("calibration", words, [(b.score, b.share) for b in bins])
    rows = [{"n": b.n, "mean_score": b.score, "share_coded": b.share} for b in bins]
    lines = [
        Line(
            Entry(f"{b.n:,}"),
            (Entry(percent(b.score, 1), kind=NUMBER), Entry(percent(b.share, 1), kind=NUMBER)),
        )
        for b in bins
    ]
    table = Table(
        "calibration-bins",
        "Scores against blind decisions, all codes together.",
        ("Segments times codes", "Mean score", "Share that people coded"),
        lines,
        (),
        Sheet("calibration", ("n", "mean_score", "share_coded"), rows),
    )
    return [Figure(drawing, caption), table]


def steering(study: Study, basis: Basis) -> list[Block]:
    """Return how assisted segments compare with blind ones, or why they do not."""
    trial, reason = trial_of(study, basis.rated)
    if trial is None:
        return [Note(reason)]
    found = influence(trial)
    told = any(e.estimate.value is not None for one in found.codes for e in (one.pull, one.drop))
    seen = [e.detectable for one in found.codes for e in (one.pull, one.drop) if e.detectable]
    alarms = [
        study.code_names.get(code, code)
        for code, one in zip(basis.rated.codes, found.codes, strict=True)
        if one.pull.is_alarming or one.drop.is_alarming
    ]
    if not told:
        return [Note(refused(found))]
    if alarms:
        words = f"Suggestions moved people at: {', '.join(alarms)}."
    elif seen:
        least = 100 * max(seen)
        words = f"No sign of influence; an effect under {least:.0f} points may have stayed unseen."
    else:
        words = "No sign of influence; but this study is too small to see any, however large."
    return [Paragraph(words), influence_table(study, basis, found)]


def refused(found: Influences) -> str:
    """Return why no effect can be told."""
    reasons = {e.estimate.reason for one in found.codes for e in (one.pull, one.drop)} - {None}
    return f"Nothing can be said of influence: {min(map(str, reasons)) if reasons else ''}"


def influence_table(study: Study, basis: Basis, found: Influences) -> Table:
    """Return pull and drop of each code."""
    lines, rows = [], []
    for code, one in zip(basis.rated.codes, found.codes, strict=True):
        name = study.code_names.get(code, code)
        lines.append(Line(Entry(name), (*effect_entries(one.pull), *effect_entries(one.drop))))
        rows += [
            {"code": code, "code_name": name, "effect": kind, **effect_row(effect)}
            for kind, effect in (("pull", one.pull), ("drop", one.drop))
        ]
    note = (
        "Pull: share applied with the suggestion in view, less the share applied blind where the "
        "model would have suggested the code. Drop: share applied blind where it would not, less "
        f"the share applied with other suggestions in view. {found.n_left_out} interviews are left "
        "out whose coder saw one arm only."
    )
    heads = ("Code", "Pull", "Segments blind + assisted", "Drop", "Segments blind + assisted")
    sheet = Sheet("influence", tuple(rows[0]), rows)
    return Table("influence-codes", "Blind against assisted.", heads, lines, (note,), sheet)


def effect_entries(found: Effect) -> tuple[Entry, Entry]:
    """Return an effect and what it rests on."""
    one = found.estimate
    return (
        Entry(number(one.value), small=interval(one.low, one.high), kind=NUMBER),
        Entry(f"{found.n_blind:,} + {found.n_assisted:,}", kind=NUMBER),
    )


def effect_row(found: Effect) -> dict[str, object]:
    """Return an effect as a row of the file."""
    one = found.estimate
    return {
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "share_blind": found.blind,
        "share_assisted": found.with_hint,
        "n_blind": found.n_blind,
        "n_assisted": found.n_assisted,
        "n_interviews": found.n_interviews,
        "p_holm": found.p,
        "detectable": found.detectable,
        "n_wanted": found.n_wanted,
        "reason": one.reason,
    }


def drift(study: Study, basis: Basis) -> list[Block]:
    """Return whether coders applied codes otherwise at the end than at the beginning."""
    found, reason = drift_of(study, basis)
    if reason:
        return [Note(reason)]
    flagged = [one for one in found if one.is_flagged]
    words = (
        f"{counted(len(flagged), 'code')} changed: see the table."
        if flagged
        else "No code changed by 5 points or more with an interval that excludes nought."
    )
    return [Paragraph(words), drift_table(study, found)]


def drift_table(study: Study, found: Sequence[Drift]) -> Table:
    """Return shares in three parts of the work, by coder and code."""
    lines = [
        Line(
            Entry(f"{study.code_names.get(one.code, one.code)}, {one.coder}"),
            (
                *(Entry(percent(share, 1), kind=NUMBER) for share in one.shares),
                Entry(
                    number(one.change.value),
                    small=interval(one.change.low, one.change.high),
                    kind=NUMBER,
                ),
                Entry("changed" if one.is_flagged else ""),
            ),
        )
        for one in found
    ]
    rows = [
        {
            "code": one.code,
            "coder": one.coder,
            **dict(zip(("share_first", "share_second", "share_third"), one.shares, strict=True)),
            "change": one.change.value,
            "low": one.change.low,
            "high": one.change.high,
            "reason": one.change.reason,
            "n": one.n,
        }
        for one in found
    ]
    note = (
        "Blind decisions of the audit sample in three equal parts by order. Change: of decision "
        "less score, last part less first, with its interval by interview."
    )
    heads = ("Code, coder", "First third", "Second", "Third", "Change", "Flag")
    sheet = Sheet("drift", tuple(rows[0]), rows)
    return Table("drift-codes", "Codes over the course of the work.", heads, lines, (note,), sheet)


def change_entry(one: Drift) -> Entry:
    """Return the change with its interval below."""
    found = one.change
    return Entry(number(found.value), small=interval(found.low, found.high), kind=NUMBER)


def deviant(study: Study, links: Links, basis: Basis) -> list[Block]:
    """Return passages where people and the model differ most, for reading."""
    if not basis.scores.is_known:
        return [Note(NO_SCORES)]
    cases = deviant_cases(study, basis)
    if not cases:
        return [
            Note(
                f"None: no code was applied at a score of {LOW:.2f} or less, and none left out at "
                f"{HIGH:.2f} or more."
            )
        ]
    words = (
        "Passages where people and the model differ most. They are offered as reading, not as "
        "errors: often they are the most telling ones, or show a gap in the codebook."
    )
    return [Paragraph(words), deviant_table(study, links, cases)]


SHOWN_EACH = 3  # of a code on the page; the file holds up to `MOST`


def deviant_table(study: Study, links: Links, cases: Sequence[Deviant]) -> Table:
    """Return the cases, the most surprising of each code and direction first."""
    names = study.code_names
    kinds = {True: "applied, score low", False: "left out, score high"}
    shown = [one for one in cases if one.rank <= SHOWN_EACH]
    lines = [
        Line(
            Entry(names.get(one.code, one.code)),
            (
                Entry(kinds[one.is_applied]),
                Entry(number(one.score, 3), kind=NUMBER),
                links.quote(passage_at(study, one.place)),
            ),
        )
        for one in shown
    ]
    rows = [
        {
            "code": one.code,
            "code_name": names.get(one.code, one.code),
            "direction": kinds[one.is_applied],
            "rank": one.rank,
            "score": one.score,
            "transcript_id": one.place[0],
            "start": one.place[1],
            "end": one.place[2],
            "quotation": passage_at(study, one.place).quote,
        }
        for one in cases
    ]
    note = f"Up to {SHOWN_EACH} a code and direction; the file holds up to {MOST}."
    heads = ("Code", "People", "Score", "Passage")
    return Table(
        "deviant-cases",
        "Deviant cases.",
        heads,
        lines,
        (note,),
        Sheet("deviant_cases", tuple(rows[0]), rows),
    )
