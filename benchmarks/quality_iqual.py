"""The pipeline of iQual as its manual begins, in its own environment, asked by quality.py.

Reads from standard input what was said (``question``: the segment before, ``text``), which rows are
labelled and how (``labelled``, ``Y``); prints the probabilities of all rows and codes. Without its
threshold, which changes decisions and not their order.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import pandas as pd
from iqual import iqualnlp


def main() -> None:
    """Answer one question."""
    asked = json.load(sys.stdin)
    X = pd.DataFrame({"question": asked["question"], "answer": asked["text"]})
    labels = np.array(asked["Y"])
    proba = np.zeros((len(X), labels.shape[1]))
    for code, y in enumerate(labels.T):
        if 0 < y.sum() < len(y):
            model = iqualnlp.Model(diagram=False)
            model.add_text_features("question", "answer")
            model.add_classifier()
            model.compile()
            model.fit(X.iloc[asked["labelled"]], y.astype(int))
            proba[:, code] = model.predict_proba(X)
    print("\n" + json.dumps(proba.round(6).tolist()))


if __name__ == "__main__":
    main()
