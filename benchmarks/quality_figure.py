"""The picture of benchmarks/quality.py: learning curves, legible in black and white."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

NAMES = {
    "codebook": "Glossator",
    "plain": "TF-IDF, logistic regression",
    "role": "TF-IDF and role, balanced",
    "iqual": "iQual",
    "sentences": "sentence encoder, logistic regression",
}
STYLES = {
    "codebook": {"color": "black", "marker": "o", "linewidth": 2.2},
    "plain": {"color": "0.35", "marker": "s", "linestyle": "--"},
    "role": {"color": "0.35", "marker": "^", "linestyle": ":"},
    "iqual": {"color": "0.6", "marker": "D", "linestyle": "-."},
    "sentences": {"color": "0.6", "marker": "x", "linestyle": (0, (5, 1))},
}
SHOWN = {"mAP": "mean average precision", "recall@3": "codes found among the first three"}

Rows = Sequence[Mapping[str, Any]]


def draw(found: Mapping[str, Rows], path: Path) -> None:
    """Write an SVG with a column for each corpus and a row for each measure."""
    plain = {"svg.hashsalt": "quality", "font.size": 9, "axes.spines.top": False}
    with mpl.rc_context(plain | {"axes.spines.right": False}):
        picture = Figure(figsize=(3.9 * len(found), 6), layout="constrained")
        panels = picture.subplots(len(SHOWN), len(found), squeeze=False, sharey="row")
        for place, (corpus, rows) in enumerate(found.items()):
            for (measure, title), panel in zip(SHOWN.items(), panels[:, place], strict=True):
                draw_panel(panel, rows, measure)
                panel.set_ylim(0, 1.05 * max(r[measure] for some in found.values() for r in some))
                panel.set_ylabel("" if place else title)
            panels[0, place].set_title(corpus)
            panels[-1, place].set_xlabel("labelled segments")
        handles, labels = panels[0, 0].get_legend_handles_labels()
        picture.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        picture.savefig(path, metadata={"Date": None}, facecolor="white")


def draw_panel(panel: Axes, rows: Rows, measure: str) -> None:
    """Draw the curves of one measure on one corpus, evenly spaced by step of labels."""
    sizes = sorted({row["n"] for row in rows})
    known = {row["model"] for row in rows}
    for model in (name for name in NAMES if name in known):
        mine = [row for row in rows if row["model"] == model]
        places = [sizes.index(row["n"]) for row in mine]
        values = [row[measure] for row in mine]
        panel.plot(places, values, label=NAMES[model], markersize=5, **STYLES[model])
    panel.set_xticks(range(len(sizes)), [str(size) for size in sizes])
    panel.grid(axis="y", color="0.9")
