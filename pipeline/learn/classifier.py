"""The multi-label classifier that starts from a codebook and gets better with every decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from pipeline.core.codebook import Codebook
from pipeline.core.errors import ModelError
from pipeline.learn.calibration import ListRule, fit_platt, risk_threshold
from pipeline.learn.codes import (
    ancestors_of,
    lifted,
    permitted,
    roles_of,
    with_parents,
    with_seen_roles,
)
from pipeline.learn.context import ContextFeatures, around, same_transcript
from pipeline.learn.encoder import Encoder
from pipeline.learn.explain import (
    Explanation,
    Grounds,
    WordWeights,
    memory_of_accepted,
    memory_of_seeds,
    through_topics,
)
from pipeline.learn.features import TextViews, Views
from pipeline.learn.seeds import Seed, fit_affinity, prototypes_of, seeds_of
from pipeline.learn.training import Labels, Project, learn
from pipeline.learn.words import Array

COLUMNS = ("transcript_id", "turn", "role", "text")
SILENCE = 4.0  # log odds taken from a code of which neither the codebook nor a label says anything


@dataclass(frozen=True, slots=True)
class Reading:
    """Segments and what a model's words and topics make of them, computed once."""

    X: pd.DataFrame
    views: Views


class CodebookClassifier(BaseEstimator):
    """Which codes of a codebook a segment carries, with probabilities and reasons.

    The log odds of a code are linear in the text's terms, its topics, its place in the talk and its
    nearness to what the codebook says of the code. Without labels only that nearness counts.

    Parameters
    ----------
    codebook
        The codes; its codable ones are the columns of everything.
    random_state
        Seed of the topics; the same seed and data give the same model, bit for bit.
    n_topics
        At most so many topics.
    top
        At most so many codes are shown for a segment.
    max_missed
        The share of a segment's true codes that lists may miss, where labels suffice to control it.
    encoder
        Gives sentence vectors as a further view; None: the project's own words alone. It is not
        stored with a model and must be handed in again to predict.

    Attributes
    ----------
    codes_
        Paths of the codable codes.
    is_calibrated_
        Whether probabilities were fitted to what people said of unseen transcripts.
    is_controlled_
        Whether ``thresholds_`` keep the missed share below ``max_missed``.
    thresholds_
        A code is shown above its threshold. Without control that is its mean probability over the
        project: what is no likelier than in an average segment is not shown.
    encoder_sha256_
        The hash of the encoder that the model learned with, empty without one.
    """

    encoder: Encoder | None = None  # what a stored model lacks is found here
    encoder_sha256_: str = ""

    def __init__(  # noqa: PLR0913  # scikit-learn's contract: every parameter by its name
        self,
        codebook: Codebook | None = None,
        *,
        random_state: int = 0,
        n_topics: int = 128,
        top: int = 3,
        max_missed: float = 0.1,
        encoder: Encoder | None = None,
    ) -> None:
        self.codebook = codebook
        self.random_state = random_state
        self.n_topics = n_topics
        self.top = top
        self.max_missed = max_missed
        self.encoder = encoder

    def fit(
        self,
        X: pd.DataFrame,
        Y: Array | None = None,
        groups: Array | None = None,
        sample_weight: Array | None = None,
    ) -> Self:
        """Learn from all segments of the project and from what people said of some of them.

        Parameters
        ----------
        X
            Segments in reading order with the columns transcript_id, turn, role and text.
        Y
            Rows x codes: 1 applied, 0 judged and not applied, nan not judged; None: no label yet.
        groups
            What is split as a whole wherever unseen rows are needed; by default the transcript.
        sample_weight
            Of each row; by default all weigh the same.
        """
        X, Y = segments_of(X), self._labels(X, Y)
        codebook = self._codebook()
        roles = X["role"].to_numpy(dtype=object)
        self.codes_ = [code.path for code in codebook.codable]
        self.ancestors_ = ancestors_of(codebook)
        Y = with_parents(Y, self.ancestors_)
        self.code_roles_ = with_seen_roles(roles_of(codebook), roles, Y)
        weight = weights_of_labels(Y, sample_weight) * permitted(self.code_roles_, roles)
        rows = np.flatnonzero(weight.any(axis=1))
        names = X["transcript_id"].to_numpy(dtype=object) if groups is None else np.asarray(groups)
        labels = Labels(np.nan_to_num(Y[rows]), weight[rows], names[rows])
        with threadpool_limits(limits=1):  # more threads change the last bits, and are slower here
            views = self._fit_linear(X, labels, rows)
            self._fit_thresholds(X, views)
        self.accepted_ = memory_of_accepted(
            X.iloc[rows], self.views_, labels.Y * (labels.weight > 0)
        )
        return self

    def predict_proba(self, X: pd.DataFrame) -> Array:
        """Return the probability of each code in each row of ``X``, rows x codes.

        A parent is never below its child; 0 where the speaker's role cannot carry the code.

        Raises
        ------
        ModelError
            If the model learned with an encoder, and `encoder` is not that one.
        """
        return self.probabilities(self.read(X))

    def read(self, X: pd.DataFrame) -> Reading:
        """Return ``X`` as the model sees it, for more than one question about the same segments."""
        check_is_fitted(self)
        X = segments_of(X)
        return Reading(X, self.views_.transform(X["text"].tolist()))

    def probabilities(self, reading: Reading) -> Array:
        """Return what `predict_proba` says of the segments of ``reading``."""
        self.check_encoder()
        views = self._encoded(reading.views, reading.X["text"].tolist())
        return self._probabilities(reading.X, views)

    def check_encoder(self) -> None:
        """Raise `ModelError` if the model learned with an encoder that `encoder` is not."""
        found = self.encoder.sha256 if self.encoder else ""
        if self.encoder_sha256_ and found != self.encoder_sha256_:
            what = f"those of {found[:12]}... mean nothing to it" if found else "there is none"
            raise ModelError(
                f"the model learned with vectors of the encoder {self.encoder_sha256_[:12]}...; "
                f"{what}. Name that encoder under [suggest] in the settings, or train without it "
                "and promote what comes of that.",
                code="E_ENCODER",
            )

    def lists(self, proba: Array) -> Array:
        """Return which codes are shown, given the probabilities of rows: true or false."""
        check_is_fitted(self)
        return self._rule().shown(proba, self.thresholds_)

    def explain(
        self, X: pd.DataFrame, top: int = 5, shown: Array | None = None
    ) -> list[dict[str, Explanation]]:
        """Return, for each row of ``X``, explanations by code.

        Parameters
        ----------
        X
            Segments, as for `fit`.
        top
            At most so many words each.
        shown
            Rows x codes: what is to be explained; by default everything.
        """
        return self.explanations(self.read(X), top, shown)

    def explanations(
        self, reading: Reading, top: int = 5, shown: Array | None = None
    ) -> list[dict[str, Explanation]]:
        """Return what `explain` says of the segments of ``reading``."""
        X = reading.X
        wanted = np.ones((len(X), len(self.codes_)), dtype=bool) if shown is None else shown
        rows = np.flatnonzero(wanted.any(axis=1))  # for most segments nothing may be shown
        few = X.iloc[rows]
        grounds = Grounds(
            WordWeights(reading.views.only(rows), self.views_, self.linear_, self.through_topics),
            self.seeds_,
            self.accepted_,
            list(zip(few["transcript_id"], few["turn"], strict=True)),
        )
        found: list[dict[str, Explanation]] = [{} for _ in range(len(X))]
        for row, code, explanation in grounds.explanations(wanted[rows], top):
            found[rows[row]][self.codes_[code]] = explanation
        return found

    @cached_property
    def through_topics(self) -> Array:
        """What words say of codes through their topics; not stored: it follows from the rest."""
        return through_topics(self.views_, self.linear_)

    def _rule(self) -> ListRule:
        return ListRule(self.top, self.max_missed, self.ancestors_)

    def _codebook(self) -> Codebook:
        if self.codebook is None or not self.codebook.codable:
            raise ValueError(
                "codebook: CodebookClassifier wants one with at least one codable code"
            )
        return self.codebook

    def _labels(self, X: pd.DataFrame, Y: Array | None) -> Array:
        shape = (len(X), len(self._codebook().codable))
        Y = np.full(shape, np.nan) if Y is None else np.asarray(Y, dtype=float)
        if Y.shape != shape:
            raise ValueError(f"Y: has the shape {Y.shape}; wants segments x codable codes {shape}")
        return Y

    def _fit_linear(self, X: pd.DataFrame, labels: Labels, rows: Array) -> Views:
        """Learn the scores and, where labels suffice, their calibration; return the views."""
        seeds, n_codes = seeds_of(self._codebook()), len(self.codes_)
        texts, seed_texts = X["text"].tolist(), [seed.text for seed in seeds]
        self.views_ = TextViews(n_topics=self.n_topics, random_state=self.random_state)
        for name in ("encoder_sha256_", "through_topics"):  # of an earlier fit
            self.__dict__.pop(name, None)
        if self.encoder is not None:
            self.encoder_sha256_ = self.encoder.sha256
        views = self._encoded(self.views_.fit_transform(texts, seed_texts), texts)
        self.seeds_ = memory_of_seeds(seeds, self.views_, n_codes)
        self.context_ = ContextFeatures().fit(X)
        allowed = permitted(self.code_roles_, X["role"].to_numpy(dtype=object))
        seed_views = self.views_.transform(seed_texts, are_whole=False)
        seed_views = self._encoded(seed_views, seed_texts)
        project = Project(
            views,
            self.context_.transform(X, views),
            fit_affinity(views, seed_views, prototypes_of(seeds, n_codes), allowed),
            same_transcript(X),
            allowed,
            self.context_.n_plain_,
        )
        learnt = learn(project, labels, rows)
        self.linear_, self.first_ = learnt.linear, learnt.first
        self.silent_ = silent_codes(seeds, labels)
        self.linear_.intercept[self.silent_] -= SILENCE
        self._fit_calibration(learnt.unseen, labels)
        return views

    def _encoded(self, views: Views, texts: Sequence[str]) -> Views:
        """Return ``views`` with the vectors of ``texts``, if the model has an encoder."""
        if self.encoder is None or not self.encoder_sha256_:
            return views
        return replace(views, vectors=self.encoder.encode(texts).astype(np.float64))

    def _fit_calibration(self, unseen: Array | None, labels: Labels) -> None:
        """Learn slopes and shifts, and the threshold that controls what lists miss."""
        n_codes = len(self.codes_)
        self.is_calibrated_ = unseen is not None
        self.slope_, self.shift_ = np.ones(n_codes), np.zeros(n_codes)
        self.controlled_: float | None = None
        if unseen is not None:
            self.slope_, self.shift_ = fit_platt(unseen, labels.Y, labels.weight)
            proba = lifted(expit(self.slope_ * unseen + self.shift_), self.ancestors_)
            judged = labels.weight > 0
            self.controlled_ = risk_threshold(proba * judged, labels.Y, labels.groups, self._rule())

    def _fit_thresholds(self, X: pd.DataFrame, views: Views) -> None:
        """Set what a code must reach to be shown."""
        self.is_controlled_ = self.controlled_ is not None
        proba = self._probabilities(X, views)
        allowed = permitted(self.code_roles_, X["role"].to_numpy(dtype=object))
        mean = proba.sum(axis=0) / np.maximum(allowed.sum(axis=0), 1)
        self.thresholds_ = (
            mean if self.controlled_ is None else np.full(len(mean), self.controlled_)
        )
        self.thresholds_[self.silent_] = 1.0

    def _probabilities(self, X: pd.DataFrame, views: Views) -> Array:
        context = self.context_.transform(X, views)
        allowed = permitted(self.code_roles_, X["role"].to_numpy(dtype=object))
        if self.first_ is not None:
            heard = around(expit(self.first_.score(views, context)) * allowed, same_transcript(X))
            context = np.hstack([context, heard])
        proba = expit(self.slope_ * self.linear_.score(views, context) + self.shift_)
        return lifted(proba * allowed, self.ancestors_)


def segments_of(X: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that matter, numbered anew, with missing texts empty."""
    missing = [name for name in COLUMNS if name not in X.columns]
    if missing or not len(X):
        raise ValueError(
            f"X: wants rows and the columns {', '.join(COLUMNS)}; lacks {missing or 'rows'}"
        )
    X = X.loc[:, list(COLUMNS)].reset_index(drop=True)
    return X.assign(text=X["text"].fillna("").astype(str), role=X["role"].fillna("").astype(str))


def weights_of_labels(Y: Array, sample_weight: Array | None) -> Array:
    """Return the weight of each entry of ``Y``: 0 where not judged, 1 on average elsewhere."""
    judged = ~np.isnan(Y)
    if sample_weight is None:
        return judged.astype(float)
    weight = np.asarray(sample_weight, dtype=float)
    counted = weight[judged.any(axis=1) & (weight > 0)]
    return judged * (weight / counted.mean())[:, None] if len(counted) else np.zeros(Y.shape)


def silent_codes(seeds: Sequence[Seed], labels: Labels) -> Array:
    """Return the columns of the codes of which neither the codebook nor a label says anything."""
    spoken = {seed.code for seed in seeds}
    positive = np.asarray((labels.Y * labels.weight).any(axis=0))
    return np.array(
        [k for k, seen in enumerate(positive) if not seen and k not in spoken], dtype=int
    )
