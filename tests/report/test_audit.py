"""What corrected shares rest on: the draw, whole lots, settled truth; and what is refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.core.draw import LOT, permanent_number
from pipeline.core.records import Suggestion
from pipeline.report.audit import Basis, basis_of, whole_lots
from pipeline.report.chapters.machine import steering
from pipeline.report.matrices.deviant import deviant_cases
from pipeline.report.matrices.drift import NOT_DRAWN, drift_of
from pipeline.report.matrices.steering import NOT_RANDOM, trial_of
from pipeline.report.page import Paragraph
from pipeline.report.ratings import rated
from pipeline.report.study import Study
from pipeline.stats.estimate import share

Make = Callable[..., Any]


def basis(made: Any, folder: Path) -> tuple[Study, Basis]:
    """Return a study and what its shares rest on."""
    study = made.study(folder)
    texts = {name: row.text for name, row in study.transcripts.items()}
    found = rated(study.segments, study.decisions, texts, [c.path for c in study.codebook.codable])
    return study, basis_of(study, found, folder / "scores.parquet")


def audited(made: Any, share_drawn: float, *, assisted: bool = False) -> None:
    """Have ana code the audit sample blind, and the rest with suggestions if told so."""
    rows = sorted(made.segments(), key=lambda row: permanent_number(0, row.segment_id))
    for row in rows:
        number = permanent_number(0, row.segment_id)
        code = ("value.money",) if row.turn % 3 == 0 else ()
        if number < share_drawn:
            facts = {"lane": "audit", "inclusion_probability": share_drawn, "mode": "assisted"}
            made.done("ana", row.transcript_id, row.turn, *code, **facts)
        elif assisted:
            facts = {"lane": "order", "suggestion_visible": True, "independent": False}
            made.done("ana", row.transcript_id, row.turn, *code, mode="assisted", **facts)
        if code and (number < share_drawn or assisted):
            made.mark(row.transcript_id, row.turn, *code, coders="ana", status="single")


def test_only_whole_lots_count() -> None:
    """An unfinished lot is no random sample; what comes behind it is none either."""
    sample = np.arange(2 * LOT + 10)
    finished = np.ones(len(sample), dtype=bool)

    assert len(sample) == whole_lots(sample, finished)
    finished[LOT + 3] = False
    assert LOT == whole_lots(sample, finished)


def test_a_whole_audit_corrects_shares(make: Make, tmp_path: Path) -> None:
    """Scores of all segments and a blind random part give a share with two intervals."""
    made = make(8, 30)
    audited(made, 0.5)
    rng = np.random.default_rng(0)
    made.scores = {
        row.segment_id: {"value.money": float(0.8 * (row.turn % 3 == 0) + 0.1 * rng.random())}
        for row in made.segments()
    }

    study, found = basis(made, tmp_path)
    money = share(found.audit_of(list(found.rated.codes).index("value.money")))

    assert money.reason is None
    assert pytest.approx(1 / 3, abs=0.02) == money.corrected.these.value
    assert money.as_good_as is not None
    assert money.as_good_as > money.n_audited
    assert found.n_drawn == int(found.audited.sum())
    assert study.name == "pilot"


def test_unknown_probabilities_are_refused(make: Make, tmp_path: Path) -> None:
    """Blind codes that nobody drew cannot correct a share, however many they are."""
    made = make(8, 10)
    for name, turn in made.said:
        made.done("ana", name, turn, *(["value.money"] if turn % 2 else []))

    _, found = basis(made, tmp_path)

    money = share(found.audit_of(0))
    assert "no known probability" in (money.reason or "")
    assert money.corrected.these.value is None
    assert found.n_drawn is None


def test_a_draw_that_does_not_fit_is_refused(make: Make, tmp_path: Path) -> None:
    """A segment above the probability that its decision names was not drawn by it."""
    made = make(6, 10)
    row = max(made.segments(), key=lambda row: permanent_number(0, row.segment_id))
    facts = {"lane": "audit", "inclusion_probability": 0.01}
    made.done("ana", row.transcript_id, row.turn, **facts)

    assert basis(made, tmp_path)[1].n_drawn is None


def test_what_coders_settled_is_the_truth(make: Make, tmp_path: Path) -> None:
    """Where blind coders differ the settlement counts; unsettled, nobody knows."""
    made = make(1, 2)
    for turn in (1, 2):
        made.done("ana", "int-1", turn, "idle")
        made.done("ben", "int-1", turn)
    made.done("lea", "int-1", 1, "idle", independent=False)
    settled = replace(made.decisions[-2], act="settle", standing="no")
    made.decisions = [*made.decisions[:-2], settled]

    _, found = basis(made, tmp_path)

    idle = found.truth[list(found.rated.codes).index("idle")]
    assert 0.0 == idle[0]
    assert np.isnan(idle[1])


def test_chance_decides_between_blind_and_assisted(make: Make, tmp_path: Path) -> None:
    """In an assisted round the audit sample is one arm, the rest the other, with known odds."""
    made = make(6, 12)
    audited(made, 0.4, assisted=True)

    study, found = basis(made, tmp_path)
    trial, reason = trial_of(study, found.rated)

    assert "" == reason
    assert trial is not None
    assert len(made.said) == len(trial.assisted)
    assert {0.4, 0.6} == set(np.round(trial.probability, 3))
    assert trial.applied.sum() == sum(turn % 3 == 0 for _, turn in made.said)


def test_a_coder_who_follows_is_found_and_one_who_does_not_is_not(
    make: Make, tmp_path: Path
) -> None:
    """Taking over what is suggested shows as pull; else the page says what it could have seen."""
    told = []
    for name, follows in (("yes", True), ("no", False)):
        made = make(8, 40)
        for row in made.segments():
            is_drawn = permanent_number(0, row.segment_id) < 0.5
            codes = ["idle"] if row.turn % 10 == 0 or (follows and not is_drawn) else []
            facts = {"lane": "audit", "inclusion_probability": 0.5}
            if not is_drawn:
                facts = {"lane": "order", "suggestion_visible": True, "independent": False}
            made.done("ana", row.transcript_id, row.turn, *codes, mode="assisted", **facts)
            made.suggestions.append(Suggestion(row.segment_id, "idle", 0.5, 1, (), "m1", "1"))
            if codes:
                made.mark(row.transcript_id, row.turn, "idle", coders="ana", status="single")
        study, found = basis(made, tmp_path / name)
        told.append(steering(study, found)[0])

    assert Paragraph("Suggestions moved people at: Idle.") == told[0]
    assert isinstance(told[1], Paragraph)
    assert told[1].text.startswith("No sign of influence; ")


def test_without_chance_nothing_is_said_of_influence(make: Make, tmp_path: Path) -> None:
    """Coding some interviews blind and others with suggestions compares interviews, not help."""
    made = make(2, 3)
    made.done("ana", "int-1", 1)

    study, found = basis(made, tmp_path)

    assert (None, NOT_RANDOM) == trial_of(study, found.rated)
    assert ([], NOT_DRAWN) == drift_of(study, found)


def test_a_coder_who_changes_is_flagged(make: Make, tmp_path: Path) -> None:
    """A code applied never at first and often at the end shows as drift."""
    made = make(8, 15)
    rows = [row for row in made.segments() if permanent_number(0, row.segment_id) < 0.99]
    for n, row in enumerate(sorted(rows, key=lambda row: row.turn)):
        codes = ("idle",) if n > 2 * len(rows) / 3 and n % 4 else ()
        facts = {"lane": "audit", "inclusion_probability": 0.99}
        made.done("ana", row.transcript_id, row.turn, *codes, **facts)

    found, reason = drift_of(*basis(made, tmp_path))

    [idle] = found
    assert "" == reason
    assert idle.is_flagged
    assert 0.0 == idle.shares[0]


def test_deviant_cases_are_the_most_surprising_first(make: Make, tmp_path: Path) -> None:
    """Applied at a low score, or finished without the code at a high one; the rest is silent."""
    made = make(1, 4)
    made.mark("int-1", 1, "idle")
    made.mark("int-1", 2, "idle")
    for turn in (1, 2, 3):
        made.done("ana", "int-1", turn)
    scores = (0.05, 0.01, 0.97, 0.99)
    made.scores = {
        row.segment_id: {"idle": score} for row, score in zip(made.segments(), scores, strict=True)
    }

    cases = deviant_cases(*basis(made, tmp_path))

    told = [(case.is_applied, case.rank, round(case.score, 2)) for case in cases]
    assert [(True, 1, 0.01), (True, 2, 0.05), (False, 1, 0.97)] == told
