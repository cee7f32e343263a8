"""How far coders agree, code by code, on what each decided alone: for the command and the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from pipeline.core.codebook import read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision, Segment, Transcript
from pipeline.core.tables import read_rows
from pipeline.report.ratings import Rated, rated
from pipeline.stats.agreement import TENTATIVE, Agreement, agreement, band
from pipeline.stats.intervals import LEVEL, METHOD, Estimate
from pipeline.stats.sets import set_alpha

HIGH_PERCENT = 0.9
ADVICE = {
    "reliable": "Reliable.",
    "tentative": "Tentative conclusions only.",
    "talk": "Talk about this code first.",
    "unlearnable": "Talk about this code first; no model can mend it.",
}
PARADOX = " A rare code: its percent is high by chance."
FEW = " Too few interviews to say more than: here."
NO_WORD = "Undefined."


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """Agreement on one code: by segments, by characters, and what to make of it."""

    code: str
    segments: Agreement
    characters: Agreement
    band: str | None
    advice: str

    @property
    def is_used(self) -> bool:
        """Whether anybody applied the code."""
        return self.segments.n_applied > 0


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two coders: segments both finished, and alpha over sets of codes (MASI)."""

    first: str
    second: str
    n_shared: int
    sets: Estimate


@dataclass(frozen=True, slots=True)
class AgreementReport:
    """Agreement of a corpus and the base that it rests on.

    Attributes
    ----------
    coders
        People with blind decisions.
    roles, codebook_versions
        Whose words are in scope; versions that the decisions were taken under.
    n_segments, n_finished, n_shared, n_interviews
        Segments in scope; finished blind by anybody; by two coders or more; interviews that the
        latter come from.
    n_stale
        Blind decisions left out because their words have changed.
    is_by_segment
        Whether all decisions are on whole segments; the view by characters then only weights
        them by their length.
    codes
        The worst alpha first, those where it is undefined last.
    sets
        Alpha over sets of codes (MASI).
    pairs
        One for each two coders.
    method, level
        Of every interval.
    """

    coders: tuple[str, ...]
    roles: tuple[str, ...]
    codebook_versions: tuple[str, ...]
    n_segments: int
    n_finished: int
    n_shared: int
    n_interviews: int
    n_stale: int
    is_by_segment: bool
    codes: tuple[CodeAgreement, ...]
    sets: Estimate
    pairs: tuple[PairAgreement, ...]
    method: str = METHOD
    level: float = LEVEL


def agreement_of(corpus: Corpus) -> AgreementReport:
    """Return the agreement of a corpus whose table of decisions is up to date.

    Raises
    ------
    ReviewError
        If there is no blind decision, or only one coder's.
    TableError
        If a table is missing or damaged.
    """
    codebook = read_codebook(corpus.codebook(corpus.settings()))
    texts = {
        row.transcript_id: row.text for row in read_rows(corpus.table("transcripts"), Transcript)
    }
    found = rated(
        read_rows(corpus.table("segments"), Segment),
        read_rows(corpus.table("decisions"), Decision),
        texts,
        [code.path for code in codebook.codable],
    )
    return agreement_from(found, where=corpus.name)


def agreement_from(found: Rated, *, where: str) -> AgreementReport:
    """Return the agreement on what people ``rated``; see `agreement_of`, ``where`` names it."""
    check(found, where)
    n_coders = (~np.isnan(found.ratings)).any(axis=0).sum(axis=0)
    pieces, piece_interview, length = found.by_characters
    rows = []
    for n, code in enumerate(found.codes):
        whole = agreement(found.ratings[n], found.interview)
        fine = agreement(pieces[n], piece_interview, length)
        rows.append(CodeAgreement(code, whole, fine, band(whole.alpha.value), advice(whole)))
    return AgreementReport(
        found.coders,
        tuple(sorted({row.role for row in found.segments})),
        found.codebook_versions,
        len(found.segments),
        int(np.count_nonzero(n_coders > 0)),
        int(np.count_nonzero(n_coders > 1)),
        len(set(found.interview[n_coders > 1].tolist())),
        found.n_stale,
        found.is_by_segment,
        tuple(sorted(rows, key=worst_first)),
        set_alpha(found.ratings, found.interview),
        tuple(pairs_of(found)),
    )


def check(found: Rated, where: str) -> None:
    """Refuse where there is nothing to compare.

    Raises
    ------
    ReviewError
        If there is no blind decision, or only one coder's, or coders finished no common segment.
    """
    if not found.coders:
        raise ReviewError(
            f"{where}: no segment was finished blind, that is without suggestions or other coders' "
            "codes in view; agreement rests on these alone. Code the audit sample, or decide with "
            "--mode blind-first.",
            code="E_NO_BLIND",
        )
    if len(found.coders) == 1:
        raise ReviewError(
            f"{where}: only {found.coders[0]} finished segments blind; agreement wants two coders. "
            "Have a second person code the audit sample.",
            code="E_ONE_CODER",
        )
    if not np.any((~np.isnan(found.ratings)).any(axis=0).sum(axis=0) > 1):
        raise ReviewError(
            f"{where}: {', '.join(found.coders)} finished no segment in common. Have two of them "
            "code the same audit sample.",
            code="E_NONE_SHARED",
        )


def advice(found: Agreement) -> str:
    """Return what to make of the agreement on one code."""
    name, value = band(found.alpha.value), found.alpha.value
    if name is None or value is None:
        return found.alpha.reason or NO_WORD
    if value >= TENTATIVE:
        return ADVICE[name] + (FEW if found.alpha.low is None else "")
    is_paradox = (found.percent.value or 0) >= HIGH_PERCENT
    return ADVICE[name] + (PARADOX if is_paradox else "")


def worst_first(row: CodeAgreement) -> tuple[float, float, str]:
    """Return what sorts codes: alpha, undefined ones last and unused ones behind them."""
    value = row.segments.alpha.value
    return (2.0 - row.is_used if value is None else -1.0, value or 0.0, row.code)


def pairs_of(found: Rated) -> Sequence[PairAgreement]:
    """Return each two coders' agreement over sets of codes."""
    rows = []
    for i, j in combinations(range(len(found.coders)), 2):
        both = found.ratings[:, [i, j]]
        shared = (~np.isnan(both)).any(axis=0).all(axis=0)
        rows.append(
            PairAgreement(
                found.coders[i],
                found.coders[j],
                int(np.count_nonzero(shared)),
                set_alpha(both, found.interview),
            )
        )
    return rows
