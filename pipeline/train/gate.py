"""Whether a new model may take the place of the one in use."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.learn.metrics import MIN_GROUPS, Estimate, t_quantile
from pipeline.train.judge import Judgement

MIN_POSITIVES = 10  # of one code; with fewer its average precision jumps about by chance
CONFIDENCE = 0.95
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """Promoted or not, and why in one sentence."""

    is_promoted: bool
    reason: str


def decide(judgement: Judgement, max_code_loss: float) -> Verdict:
    """Return whether the judged model may be promoted.

    It must not be worse than its rival beyond chance, interview by interview: the one-sided 95 %
    limit of the gain in macro average precision must reach 0. Under five interviews chance cannot
    be told, and any loss counts. The same holds by the blind decisions of each coder alone, in five
    interviews or more, at a level shared among them, so that one coder's careless labels cannot
    pass by pleasing that coder. And no code with at least ten positives may lose more average
    precision than ``max_code_loss``, however well the others do.
    """
    value = judgement.gain.value
    if judgement.problem or value is None:
        why = judgement.problem or "the two models share no code that was applied"
        return Verdict(
            is_promoted=False,
            reason=f"Not promoted, because it could not be judged: {why}. "
            "Code more interviews blind, or promote it by hand with 'glossator models promote'.",
        )
    figures = figures_of(judgement)
    if upper_limit(judgement.gain, judgement.n_interviews, CONFIDENCE) < -ROUNDING:
        beyond = (
            "beyond chance" if judgement.gain.se is not None else "and that is too few for chance"
        )
        return Verdict(is_promoted=False, reason=f"Refused: {figures}, which is worse, {beyond}.")
    displeased = displeased_coders(judgement)
    if displeased:
        return Verdict(
            is_promoted=False,
            reason=f"Refused: by the blind decisions of {', '.join(displeased)} alone it is worse "
            f"beyond chance, though {figures}.",
        )
    lost = [
        f"{item.code} by {-item.gain.value:.2f} (n = {item.n_positive})"
        for item in judgement.codes
        if item.n_positive >= MIN_POSITIVES
        and item.gain.value is not None
        and item.gain.value < -max_code_loss - ROUNDING
    ]
    if lost:
        return Verdict(
            is_promoted=False,
            reason=f"Refused: {', '.join(lost)} would fall by more than {max_code_loss:g} in "
            f"average precision, though {figures}.",
        )
    return Verdict(is_promoted=True, reason=f"Promoted: {figures}.")


def heed_best(verdict: Verdict, beside_best: Judgement) -> Verdict:
    """Return ``verdict``, turned down where the model is worse than the best one so far.

    Losses that chance could explain may each pass; together they must not. So what is not worse
    than the model in use must not be worse, beyond chance, than the best that was ever in use.
    """
    gain = beside_best.gain
    if gain.value is None or upper_limit(gain, beside_best.n_interviews, CONFIDENCE) >= -ROUNDING:
        return verdict
    return Verdict(
        is_promoted=False,
        reason=f"Refused: {figures_of(beside_best)}, which is worse"
        f"{', beyond chance' if gain.se is not None else ''}, though no worse than the model in "
        "use: small losses have added up.",
    )


def upper_limit(gain: Estimate, n_interviews: int, confidence: float) -> float:
    """Return what the gain may at most be; the gain itself where no interval can be told."""
    value = 0.0 if gain.value is None else gain.value
    if gain.se is None or n_interviews < MIN_GROUPS:
        return value
    return value + t_quantile(confidence, n_interviews - 1) * gain.se


def displeased_coders(judgement: Judgement) -> list[str]:
    """Return the coders by whose word the model is worse beyond chance (Bonferroni)."""
    able = [item for item in judgement.coders if item.gain.se is not None]
    level = 1 - (1 - CONFIDENCE) / max(1, len(able))
    return [
        item.coder for item in able if upper_limit(item.gain, item.n_interviews, level) < -ROUNDING
    ]


def figures_of(judgement: Judgement) -> str:
    """Return the comparison in words."""
    ours = judgement.macro["average_precision"].value
    theirs = judgement.rival_macro["average_precision"].value
    n = f"{judgement.n_segments} segments of {judgement.n_interviews} interviews"
    return (
        f"macro average precision is {shown(ours)} against {shown(theirs)} of {judgement.rival} "
        f"on {judgement.basis} ({n})"
    )


def shown(value: float | None) -> str:
    """Return a number for a sentence."""
    return "unknown" if value is None else f"{value:.3f}"
