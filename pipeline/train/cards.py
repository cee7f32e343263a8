"""A model's card: what it learned from, how good it is, and what it must not be used for."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import numpy as np

from pipeline import __version__
from pipeline.core.errors import ModelError
from pipeline.core.settings import Settings
from pipeline.core.spans import Span
from pipeline.train.ballot import Array
from pipeline.train.examples import Examples
from pipeline.train.gate import Verdict, shown
from pipeline.train.judge import Judgement

Card = Mapping[str, Any]
LIBRARIES = ("numpy", "pandas", "scikit-learn", "scipy", "skops")
PLOT_FILE = "calibration.svg"
LETTERS = {1.0: "1", 0.0: "0"}
MUST_NOT = (
    "Accepting codes without a person: it proposes, people decide.",
    "Counting how common a code is: counts of suggestions are wrong even where the model is good.",
    (
        "Another codebook, another language, or talk unlike that of the corpora named here, "
        "unless people have judged it there."
    ),
    "Judging or ranking the people who speak.",
    (
        "Handing on more freely than the transcripts: it holds words that people said, so it is "
        "as confidential as they are."
    ),
)
NO_CEILING = (
    "No two coders coded the same segments blind, so nobody knows how well people agree: there is "
    "no human ceiling to hold these figures against."
)
HEADS = {
    "average_precision": "average precision",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "recall_at_3": "recall in 3",
    "calibration_error": "calibration error",
}


def make_card(
    examples: Examples, judgement: Judgement, verdict: Verdict, settings: Settings
) -> dict[str, Any]:
    """Return what can be said of a model before it is stored; plain values only."""
    labelled = ~np.isnan(examples.Y).all(axis=1)
    return {
        "package_version": __version__,
        "versions": {"python": platform.python_version()} | {n: version(n) for n in LIBRARIES},
        "settings": {
            "train": asdict(settings.train),
            "suggest": asdict(settings.suggest),
            "seed": settings.seed,
        },
        "n_segments": len(examples.X),
        "n_labelled": int(labelled.sum()),
        "n_interviews": len(set(examples.groups[labelled])),
        "details": dict(examples.details),
        "codes": [counts_of(examples, column) for column in range(len(examples.codes))],
        "labels": labels_of(examples),
        "left_out": dict(examples.left_out),
        "judgement": asdict(judgement),
        "is_promoted": verdict.is_promoted,
        "reason": verdict.reason,
        "must_not_be_used_for": list(MUST_NOT),
    }


def counts_of(examples: Examples, column: int) -> dict[str, Any]:
    """Return how often a code was applied, and judged and not applied, in how many interviews."""
    y = examples.Y[:, column]
    return {
        "code": examples.codes[column],
        "n_yes": int((y == 1).sum()),
        "n_no": int((y == 0).sum()),
        "n_interviews": len(set(examples.groups[y == 1])),
    }


def labels_of(examples: Examples) -> dict[str, Any]:
    """Return what the model learned from, a letter a code: 1, 0, or a dot for not judged.

    Kept so that its recipe can be fitted again without some interviews when a later model is
    compared with it; it names segments, but holds none of their words.
    """
    rows = {
        key: "".join(LETTERS.get(value, ".") for value in y)
        for key, y in zip(examples.keys, examples.Y, strict=True)
        if not np.isnan(y).all()
    }
    return {"codes": list(examples.codes), "rows": rows}


def labels_from(card: Card, examples: Examples) -> tuple[Array, list[str]]:
    """Return the labels that a stored model had, on today's segments, and their codes.

    A segment that was cut anew takes the labels of the old one that covers most of it, at least
    half.

    Raises
    ------
    ModelError
        If the card keeps no labels.
    """
    try:
        codes, rows = list(card["labels"]["codes"]), dict(card["labels"]["rows"])
    except (KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{card.get('model_id')}: its card does not say what it learned from. Train again."
        ) from error
    old = [(*place_of(key), letters) for key, letters in rows.items()]
    by_transcript: dict[str, list[tuple[Span, str]]] = {}
    for transcript, span, letters in old:
        by_transcript.setdefault(transcript, []).append((span, letters))
    Y = np.full((len(examples.keys), len(codes)), np.nan)
    for row, key in enumerate(examples.keys):
        transcript, span = place_of(key)
        letters = rows.get(key) or nearest(span, by_transcript.get(transcript, ()))
        for column, letter in enumerate(letters):
            if letter != ".":
                Y[row, column] = float(letter)
    return Y, codes


def place_of(key: str) -> tuple[str, Span]:
    """Return corpus and transcript, and the span, of ``<corpus>/<transcript>:<start>-<end>``."""
    transcript, _, place = key.rpartition(":")
    start, _, end = place.partition("-")
    return transcript, Span(int(start), int(end))


def nearest(span: Span, old: Iterable[tuple[Span, str]]) -> str:
    """Return the labels of the old segment that covers most of ``span``, if it covers half."""
    best, letters = max(((span.overlap(place), letters) for place, letters in old), default=(0, ""))
    return letters if 2 * best >= span.length else ""


def format_card(card: Card) -> str:
    """Return the card for people, in Markdown."""
    book = card["codebook"]
    parts = [
        f"# Model {card['model_id']} for the codebook {book['slug']} {book['version']}",
        f"Trained on {card['date']} by glossator {card['package_version']}. {card['reason']}",
        "## What it learned from",
        (
            f"{card['n_labelled']} labelled segments of {card['n_interviews']} interviews, "
            f"in {card['n_segments']} segments; corpora: {', '.join(card['corpora'])}."
        ),
        *left_out_words(card["left_out"]),
        encoder_words(card["settings"]["suggest"]),
        "## How good it is",
        *judged_words(card),
        "## What its lists promise",
        promise_words(card),
        "## What it must not be used for",
        "\n".join(f"- {line}" for line in card["must_not_be_used_for"]),
        "## How it was made",
        "\n".join(made_words(card)),
    ]
    return "\n\n".join(parts) + "\n"


def encoder_words(suggest: Mapping[str, Any]) -> str:
    """Return whether the model learned with an encoder, and with which."""
    if not suggest["encoder"]:
        return "Encoder: none; it learned from the project's own words alone."
    return (
        f"Encoder: sentence vectors of {suggest['encoder']} (sha256 "
        f"{suggest['encoder_sha256'][:12]}...); it wants the same one to suggest."
    )


def left_out_words(left_out: Mapping[str, str]) -> list[str]:
    """Return what was not used, by reason."""
    reasons = Counter(why.partition(": ")[2] or why for why in left_out.values())
    return [
        f"{n} decision{'s' if n > 1 else ''} left out: {why}." for why, n in sorted(reasons.items())
    ]


def judged_words(card: Card) -> list[str]:
    """Return the figures: all codes together, each code, calibration."""
    found = card["judgement"]
    if found["problem"]:
        return [f"It was not judged: {found['problem']}."]
    scores = (
        "calibrated"
        if np.all(card["is_calibrated"])
        else "uncalibrated: read ranks, not percentages"
    )
    basis = (
        f"Asked about interviews that it had not seen; the truth is {found['basis']} on "
        f"{found['n_segments']} segments of {found['n_interviews']} interviews"
        f"{', weighted by the chance of their draw' if found['is_weighted'] else ''}. "
        f"In brackets: 95 % intervals by interview. Scores are {scores}."
    )
    caution = [] if found["basis"].startswith("blind") else [
        "**No decision was blind**: these figures flatter the model, whose suggestions were seen."
    ]  # fmt: skip
    every = {
        "mean over codes": found["macro"],
        f"the same, {found['rival']}": found["rival_macro"],
        "all codes pooled": found["micro"],
    }
    overall = [[name, *(interval(row[key]) for key in HEADS)] for name, row in every.items()]
    is_double = any(item["n_double"] for item in found["codes"])
    ceiling = [] if is_double else [NO_CEILING]
    return [
        basis,
        *caution,
        *ceiling,
        table(["", *HEADS.values()], overall),
        table(
            ["code", "n", "interviews", *HEADS.values(), "gain", "coder-coder F1", "model/coder"],
            [code_row(item) for item in found["codes"]],
        ),
        (
            "n: segments with the code; gain: average precision less that of "
            f"{found['rival']}; coder-coder: blind, where two coded the same (in brackets: how "
            "many segments); model/coder: the model's F1 over theirs."
        ),
        *trust_words(found["trust"]),
    ]


def promise_words(card: Card) -> str:
    """Return what share of codes lists may miss, or why nothing is promised."""
    promise, settings = card["promise"], card["settings"]["suggest"]
    top = f"{settings['top']} likeliest codes"
    if promise["threshold"] is None:
        return f"Nothing: {promise['problem']}. At most the {top} of a segment are shown."
    return (
        f"Of the codes that a person would apply in an interview like these, lists miss at most "
        f"{settings['max_missed']:.0%} on average over interviews that might have been drawn. "
        f"Shown is what scores {promise['threshold']:.3f} or more, at most the {top}; on the "
        f"{promise['n_groups']} interviews that this was learned from, lists missed "
        f"{promise['missed']:.1%} and were {promise['length']:.1f} codes long."
    )


def trust_words(trust: Card) -> list[str]:
    """Return whether scores can be read as probabilities: plot, figures, bins."""
    if trust["problem"]:
        return [f"No calibration plot: {trust['problem']}."]
    rows = [
        [f"{item['n']:,}", f"{item['score']:.3f}", interval(item["share"], 3)]
        for item in trust["bins"]
    ]
    return [
        "## Whether scores are probabilities",
        f"![Share with the code over mean score; the table has the numbers]({PLOT_FILE})",
        (
            f"Calibration error (ECE) {interval(trust['error'], 3)}, where a perfect model with "
            f"these scores would show {shown(trust['chance_error'])} by chance; Brier score "
            f"{interval(trust['brier'], 3)}; skill {interval(trust['skill'], 3)} (1: perfect, "
            "0: no better than always saying how common the code is). "
            f"On {trust['n']:,} judged pairs of segment and code, {trust['n_positive']:,} applied, "
            f"of {trust['n_interviews']} interviews."
        ),
        *bias_words(trust),
        table(["segments x codes", "mean score", "share with the code"], rows),
    ]


def bias_words(trust: Card) -> list[str]:
    """Return a warning where scores are off by more than chance, with the direction."""
    low, chance = trust["error"]["low"], trust["chance_error"]
    if low is None or chance is None or low <= chance:
        return []
    n = sum(item["n"] for item in trust["bins"])
    score = sum(item["n"] * item["score"] for item in trust["bins"]) / n
    share = sum(item["n"] * item["share"]["value"] for item in trust["bins"]) / n
    off = f"Their mean is {score:.3f}, where {share:.3f} of the pairs have the code."
    return [f"**Do not read scores as probabilities**: they are off by more than chance. {off}"]


def code_row(item: Mapping[str, Any]) -> list[str]:
    """Return the row of one code."""
    return [
        item["code"],
        str(item["n_positive"]),
        str(item["n_interviews"]),
        *(interval(item["measures"][key]) for key in HEADS),
        interval(item["gain"]),
        brief(item["human_f1"]) + (f" ({item['n_double']})" if item["n_double"] else ""),
        brief(item["model_to_human"]),
    ]


def made_words(card: Card) -> list[str]:
    """Return settings, inputs and versions, a line each."""
    inputs = [
        f"- {name}: {', '.join(f'{kind} {digest[:12]}' for kind, digest in files.items())}"
        for name, files in card["corpora"].items()
    ]
    settings = [f"- {name}: {listed(value)}" for name, value in card["settings"].items()]
    versions = ", ".join(f"{name} {number}" for name, number in card["versions"].items())
    return [f"- codebook {card['codebook']['sha256'][:12]}", *inputs, *settings, f"- {versions}"]


def listed(value: object) -> str:
    """Return a setting, or a group of them, in words."""
    if not isinstance(value, Mapping):
        return str(value)
    return ", ".join(f"{name} {item}" for name, item in value.items())


def interval(estimate: Mapping[str, float | None], digits: int = 2) -> str:
    """Return a number with its interval; a dash where it is undefined."""
    low, high = estimate["low"], estimate["high"]
    if low is None or high is None:
        return brief(estimate["value"], digits)
    return f"{brief(estimate['value'], digits)} [{low:.{digits}f}, {high:.{digits}f}]"


def brief(value: float | None, digits: int = 2) -> str:
    """Return a number to some digits; a dash for what is undefined."""
    return "-" if value is None else f"{value:.{digits}f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
