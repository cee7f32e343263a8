"""The agreement of a corpus: what it rests on, what it advises, and when it refuses."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision, Segment
from pipeline.report.agreement import AgreementReport, advice, agreement_from
from pipeline.report.ratings import rated
from pipeline.stats.agreement import agreement
from tests.report.test_ratings import CODES, SPANS, TEXT, decision, segments

LEARNING, MONEY = CODES
Said = dict[str, list[tuple[str, int, str | None]]]  # coder -> transcript, segment, code


def report(said: Said, n: int = 1) -> AgreementReport:
    """Return the agreement where coders finished segments of ``n`` transcripts as told."""
    rows: list[Decision] = []
    number = count(1)
    for coder, items in said.items():
        for name, place, code in items:
            where = {"coder": coder, "transcript_id": name, "span": SPANS[place]}
            if code:
                rows.append(decision(next(number), "add", code=code, **where))
            rows.append(decision(next(number), "done", **where))
    names = ["one", "two", "three", "four", "five", "six"][:n]
    parts: list[Segment] = [row for name in names for row in segments(name, None)]
    return agreement_from(rated(parts, rows, dict.fromkeys(names, TEXT), CODES), where="demo")


@pytest.mark.parametrize(
    ("said", "code", "words"),
    [
        ({}, "E_NO_BLIND", "demo: no segment was finished blind"),
        ({"kb": [("one", 0, None)]}, "E_ONE_CODER", "only kb finished segments blind"),
        (
            {"kb": [("one", 0, None)], "rm": [("one", 1, None)]},
            "E_NONE_SHARED",
            "kb, rm finished no segment in common",
        ),
    ],
)
def test_refusals(said: Said, code: str, words: str) -> None:
    """One sentence each, with what to do."""
    with pytest.raises(ReviewError, match=words) as caught:
        report(said)

    assert code == caught.value.code


def test_the_base_is_told() -> None:
    """How many segments are in scope, finished by anybody, and by two."""
    found = report(
        {
            "kb": [("one", 0, MONEY), ("one", 1, None), ("two", 0, None)],
            "rm": [("one", 0, MONEY), ("one", 1, MONEY)],
        },
        n=2,
    )

    assert (6, 3, 2, 1) == (found.n_segments, found.n_finished, found.n_shared, found.n_interviews)
    assert (("kb", "rm"), ("participant",), ("1+0",)) == (
        found.coders,
        found.roles,
        found.codebook_versions,
    )
    assert found.is_by_segment
    assert 2 == found.pairs[0].n_shared


def test_the_worst_code_comes_first_and_unused_ones_last() -> None:
    """Undefined codes stand behind those with a number."""
    both = [("one", 0, MONEY), ("two", 1, MONEY), ("two", 2, None)]
    found = report({"kb": both, "rm": [("one", 0, LEARNING), *both[1:]]}, n=2)

    assert [LEARNING, MONEY] == [row.code for row in found.codes]
    assert [MONEY, LEARNING] == [row.code for row in report({"kb": both, "rm": both}, n=2).codes]
    assert not report({"kb": both, "rm": both}, n=2).codes[-1].is_used


def test_an_interval_by_interview() -> None:
    """Six interviews, one of which two coders see differently."""
    names = ["one", "two", "three", "four", "five", "six"]
    both = [(name, n, MONEY if n == 0 else None) for name in names for n in range(3)]
    other = [("one", 0, None), *both[1:]]

    found = {row.code: row for row in report({"kb": both, "rm": other}, n=6).codes}[MONEY]

    assert found.segments.alpha.low is not None
    assert ("reliable", "Reliable.") == (found.band, found.advice)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ((8, 1, 1, 8), "Tentative conclusions only. Too few"),
        ((8, 2, 2, 8), "Talk about this code first."),
        ((8, 5, 5, 8), "Talk about this code first; no model can mend it."),
        ((1, 1, 2, 96), "Talk about this code first; no model can mend it. A rare code"),
        ((8, 0, 0, 8), "Reliable. Too few"),
        ((0, 0, 0, 8), "The code never varies"),
    ],
)
def test_advice(table: tuple[int, int, int, int], words: str) -> None:
    """A sentence for each band, and for the paradox of the rare code."""
    cells = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], table, axis=0).T.astype(float)

    found = advice(agreement(cells, np.zeros(cells.shape[1], int)))

    assert found.startswith(words)


def test_advice_without_a_reason() -> None:
    """A number that is undefined for no known reason is called so."""
    found = agreement(np.zeros((2, 4)), np.arange(4))

    assert "Undefined." == advice(replace(found, alpha=replace(found.alpha, reason=None)))
