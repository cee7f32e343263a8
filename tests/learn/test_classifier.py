"""The classifier: what it promises before labels, with few, with many, and with odd ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from pipeline.core.codebook import Code, Codebook
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.skopsfile import model_bytes
from pipeline.learn.store import load_model, save_model
from pipeline.learn.words import Array

Project = Callable[..., tuple[pd.DataFrame, Array]]
RAIN, FLOOD, SUN, FOOD = range(4)


def segments(*texts: str, role: str = "participant", transcript: str = "t") -> pd.DataFrame:
    """Return one transcript's segments."""
    turns = range(1, len(texts) + 1)
    return pd.DataFrame(
        {"transcript_id": transcript, "turn": turns, "role": role, "text": list(texts)}
    )


def test_before_any_label_the_codebook_speaks(codebook: Codebook) -> None:
    """A segment that resembles what a code's page says ranks that code first."""
    X = segments("it rained and rained", "we ate bread and soup", "the sun was so hot", "yes, well")

    proba = CodebookClassifier(codebook).fit(X).predict_proba(X)

    assert [RAIN, FOOD, SUN] == proba[:3].argmax(axis=1).tolist()


def test_no_labels_and_only_missing_labels_are_the_same(
    codebook: Codebook, project: Project
) -> None:
    """Cold start is no other path: Y None and Y of nan give the same model."""
    X, Y = project()

    cold = CodebookClassifier(codebook).fit(X).predict_proba(X)
    missing = CodebookClassifier(codebook).fit(X, np.full(Y.shape, np.nan)).predict_proba(X)

    assert (cold == missing).all()


def test_labels_make_it_better(codebook: Codebook, project: Project) -> None:
    """What coders see and the codebook does not say is learned, for transcripts not seen, too."""
    X, Y = project(16)
    new, _ = project(8, seed=1)
    Y[:, SUN] = X["text"].str.startswith("and then we went home")

    cold, trained = CodebookClassifier(codebook).fit(X), CodebookClassifier(codebook).fit(X, Y)

    home = new["text"].str.startswith("and then we went home").to_numpy()
    assert trained.predict_proba(new)[home, SUN].min() > 0.8
    assert cold.predict_proba(new)[home, SUN].max() < 0.2


def test_the_same_data_give_the_same_model(codebook: Codebook, project: Project) -> None:
    """Same inputs and seed: the same bytes on disk, though fitted twice."""
    X, Y = project()

    one, two = (CodebookClassifier(codebook, random_state=3).fit(X, Y) for _ in range(2))

    assert model_bytes(one) == model_bytes(two)


def test_what_reasons_need_is_no_part_of_a_model(codebook: Codebook, project: Project) -> None:
    """It is worked out once, stored nowhere, and anew after another fit."""
    X, Y = project()
    model, fresh = CodebookClassifier(codebook).fit(X), CodebookClassifier(codebook).fit(X, Y)
    before = model_bytes(model)

    model.explain(X)
    after = model_bytes(model)

    assert before == after
    assert fresh.explain(X) == model.fit(X, Y).explain(X)


def test_a_row_does_not_depend_on_other_transcripts(codebook: Codebook, project: Project) -> None:
    """Scoring a transcript alone or among others gives the same bits."""
    X, Y = project()
    model = CodebookClassifier(codebook).fit(X, Y)
    mine = (X["transcript_id"] == "t03").to_numpy()

    alone, among = model.predict_proba(X[mine]), model.predict_proba(X)[mine]

    assert (alone == among).all()


def test_one_reading_answers_all_questions(codebook: Codebook, project: Project) -> None:
    """Asking what was read once gives the bits and reasons of asking about the segments."""
    X, Y = project()
    model = CodebookClassifier(codebook).fit(X, Y)

    reading = model.read(X)

    assert (model.predict_proba(X) == model.probabilities(reading)).all()
    assert model.explain(X, top=2) == model.explanations(reading, 2)


def test_it_comes_back_from_disk(codebook: Codebook, project: Project, tmp_path: Path) -> None:
    """A stored model gives the same probabilities, lists and reasons."""
    X, Y = project()
    model = CodebookClassifier(codebook).fit(X, Y)

    loaded = load_model(tmp_path / save_model(tmp_path, model, {})).classifier

    proba = model.predict_proba(X)
    assert (proba == loaded.predict_proba(X)).all()
    assert (model.lists(proba) == loaded.lists(proba)).all()
    assert model.explain(X[:3]) == loaded.explain(X[:3])


def test_it_keeps_the_contract_of_an_estimator(codebook: Codebook, project: Project) -> None:
    """Parameters are stored as given, cloning forgets what was learned, fitting returns self."""
    X, _ = project()
    model = CodebookClassifier(codebook, random_state=7, top=2)

    copy = clone(model.fit(X))

    assert model.get_params() == copy.get_params()
    assert copy.codebook == codebook
    with pytest.raises(NotFittedError):
        copy.predict_proba(X)


def test_a_parent_is_never_below_its_child(codebook: Codebook, project: Project) -> None:
    """What is a flood is rain, whatever the scores say; decisions on the child count up."""
    X, Y = project()

    model = CodebookClassifier(codebook).fit(X, Y)
    proba = model.predict_proba(X)

    flooded = Y[:, FLOOD] == 1
    assert (proba[:, RAIN] >= proba[:, FLOOD]).all()
    assert proba[flooded, RAIN].mean() > 0.8


def test_a_child_is_shown_in_place_of_its_parent(codebook: Codebook, project: Project) -> None:
    """A list does not say rain beside flood: the child says the same and more."""
    X, Y = project()
    model = CodebookClassifier(codebook).fit(X, Y)

    shown = model.lists(model.predict_proba(X))

    flooded = Y[:, FLOOD] == 1
    assert shown[flooded, FLOOD].mean() > 0.9
    assert not (shown[:, FLOOD] & shown[:, RAIN]).any()


def test_a_role_that_cannot_carry_a_code_never_does(codebook: Codebook) -> None:
    """Food is for participants: an employer's meal is not suggested; of an unknown role all is."""
    texts = ("we ate bread and soup", "it rained")
    X = segments(*texts)
    model = CodebookClassifier(codebook).fit(X)

    proba = {
        role: model.predict_proba(segments(*texts, role=role))[0, FOOD]
        for role in ("participant", "employer", "unknown")
    }

    assert proba["employer"] == 0
    assert proba["participant"] > 0.1
    assert proba["unknown"] > 0.1


def test_people_overrule_the_roles_of_the_codebook(codebook: Codebook, project: Project) -> None:
    """Where a coder gave the code to another role, that role can carry it."""
    X, Y = project()
    X.loc[Y[:, FOOD] == 1, "role"] = "employer"

    proba = CodebookClassifier(codebook).fit(X, Y).predict_proba(X)

    assert proba[Y[:, FOOD] == 1, FOOD].min() > 0


def test_a_code_without_text_waits_for_labels(codebook: Codebook, project: Project) -> None:
    """It is never shown before a label, and is once people have used it."""
    X, Y = project()
    codes = (*codebook.codes, Code("mute", "Mute"))
    model = CodebookClassifier(replace(codebook, codes=codes))
    labelled = np.column_stack([Y, Y[:, SUN]])

    cold = model.fit(X)
    never = cold.lists(cold.predict_proba(X))[:, -1]
    warm = clone(model).fit(X, labelled)

    assert not never.any()
    assert warm.lists(warm.predict_proba(X))[Y[:, SUN] == 1, -1].mean() > 0.8


def test_one_positive_is_enough_to_learn_from(codebook: Codebook, project: Project) -> None:
    """With a single positive the code is found again, and not everywhere."""
    X, Y = project()
    first = int(np.flatnonzero(Y[:, SUN])[0])
    Y[:, SUN] = 0
    Y[first, SUN] = 1

    proba = CodebookClassifier(codebook).fit(X, Y).predict_proba(X)[:, SUN]

    assert proba[first] > np.median(proba)
    assert proba.mean() < 0.3


def test_all_segments_coded_alike_is_no_crash(codebook: Codebook, project: Project) -> None:
    """Where every label is positive, or every one negative, probabilities stay finite."""
    X, Y = project()

    for labels in (np.ones(Y.shape), np.zeros(Y.shape)):
        proba = CodebookClassifier(codebook).fit(X, labels).predict_proba(X)

        assert np.isfinite(proba).all()
        assert ((proba >= 0) & (proba <= 1)).all()


def test_all_segments_alike_is_no_crash(codebook: Codebook) -> None:
    """Where everybody says the same words, nothing sets one segment apart, labels or none."""
    X = pd.concat([segments(*["yes"] * 20).assign(transcript_id=name) for name in "abcd"])
    X = X.reset_index(drop=True)
    labels = np.full((len(X), 4), np.nan)
    labels[:60] = np.arange(60)[:, None] % 2

    for Y in (None, labels):
        model = CodebookClassifier(codebook).fit(X, Y)
        proba = model.predict_proba(X)
        assert np.isfinite(proba).all()
        assert np.ptp(proba[5:15], axis=0).max() < 1e-9
        assert len(X) == len(model.explain(X))


def test_contradicting_labels_meet_in_the_middle(codebook: Codebook) -> None:
    """The same words coded and not coded: neither sure nor impossible."""
    X = segments(*["we walked by the river"] * 20)
    Y = np.full((20, 4), np.nan)
    Y[:, SUN] = np.arange(20) % 2

    proba = CodebookClassifier(codebook).fit(X, Y).predict_proba(X)[:, SUN]

    assert ((proba > 0.2) & (proba < 0.8)).all()


def test_what_was_not_judged_is_no_negative(codebook: Codebook, project: Project) -> None:
    """A row of nan teaches nothing; the same row judged without codes lowers them."""
    X, Y = project()
    half = np.full(Y.shape, np.nan)
    half[:40] = Y[:40]
    zeros = half.copy()
    zeros[40:] = 0

    unknown = CodebookClassifier(codebook).fit(X, half).predict_proba(X)
    negative = CodebookClassifier(codebook).fit(X, zeros).predict_proba(X)

    positive = Y[40:].any(axis=1)
    assert unknown[40:][positive].max(axis=1).mean() > negative[40:][positive].max(axis=1).mean()


def test_odd_segments_are_scored_like_any_other(codebook: Codebook, project: Project) -> None:
    """Empty, 20,000 words long, in another script, of a role never seen, or without a text."""
    X, Y = project()
    model = CodebookClassifier(codebook).fit(X, Y)
    long, foreign = "it rained and the sun came out " * 2_860, "昨日は一日中雨が降った" * 60
    odd = segments("", long, foreign, "??!", "", role="bailiff")
    odd.loc[4, "text"] = None

    proba, reasons = model.predict_proba(odd), model.explain(odd)

    assert np.isfinite(proba).all()
    assert reasons[0]["weather.sun"].words == ()
    assert len(reasons[1]["weather.sun"].words) == 5


def test_a_corpus_may_be_tiny(codebook: Codebook) -> None:
    """One segment, two, or a single transcript: topics shrink, nothing breaks."""
    for texts in (["it rained"], ["it rained", "we ate"], ["", ""], ["rain"] * 9):
        X = segments(*texts)
        Y = np.full((len(texts), 4), np.nan)
        Y[0] = [1, 0, 0, 0]

        proba = CodebookClassifier(codebook).fit(X, Y).predict_proba(X)

        assert np.isfinite(proba).all()


def test_few_segments_mean_few_topics(codebook: Codebook, project: Project) -> None:
    """With fewer than 128 segments there are fewer topics than that."""
    X, _ = project(3)

    model = CodebookClassifier(codebook).fit(X)

    assert model.views_.topics_.shape[1] < len(X) < 128


def test_a_single_transcript_cannot_calibrate(codebook: Codebook, project: Project) -> None:
    """Calibration needs scores on unseen transcripts: with one there are none, and it says so."""
    X, Y = project()
    X["transcript_id"] = "only"

    model = CodebookClassifier(codebook).fit(X, Y)

    assert not model.is_calibrated_
    assert not model.is_controlled_


def test_groups_hold_together_what_belongs_together(codebook: Codebook, project: Project) -> None:
    """Two transcripts of one person given as one group count as one."""
    X, Y = project()

    model = CodebookClassifier(codebook).fit(X, Y, groups=np.zeros(len(X)))

    assert not model.is_calibrated_


def test_it_calibrates_and_controls_where_labels_suffice(
    codebook: Codebook, project: Project
) -> None:
    """With labels in many transcripts, what is listed holds nine in ten of what is true."""
    X, Y = project(30)
    new, truth = project(20, seed=5)

    model = CodebookClassifier(codebook).fit(X, Y)

    shown = model.lists(model.predict_proba(new))
    assert model.is_calibrated_
    assert model.is_controlled_
    assert shown[truth == 1].mean() >= 0.9


def test_weights_count_rows_more_than_once(codebook: Codebook, project: Project) -> None:
    """A row of weight 0 teaches nothing; weighing all rows alike changes nothing."""
    X, Y = project(4)
    some = np.where(np.arange(len(X)) < 20, 1.0, 0.0)
    half = np.where(some[:, None] > 0, Y, np.nan)

    def scores(labels: Array, weight: Array | None) -> Array:
        return CodebookClassifier(codebook).fit(X, labels, sample_weight=weight).predict_proba(X)

    assert np.allclose(scores(Y, None), scores(Y, np.full(len(X), 7.0)), atol=1e-6)
    assert np.allclose(scores(half, None), scores(Y, some), atol=1e-3)


def test_a_segment_may_get_no_suggestion(codebook: Codebook) -> None:
    """What is no nearer to any code than an average segment gets none."""
    X = segments("it rained", "the sun was hot", "we ate bread", "xyzzy")
    model = CodebookClassifier(codebook).fit(X)

    shown = model.lists(model.predict_proba(X))

    assert shown[:3].any(axis=1).all()
    assert not shown[3].any()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Y": np.zeros((2, 3))}, "codable codes"),
        ({"X": pd.DataFrame({"text": ["it rained"]})}, "lacks"),
        ({"X": segments()}, "lacks rows"),
    ],
)
def test_a_wrong_call_says_what_is_wanted(
    codebook: Codebook, change: dict[str, object], message: str
) -> None:
    """Shapes and columns that do not fit are errors of the caller."""
    call: dict[str, object] = {"X": segments("it rained", "we ate"), "Y": None}

    with pytest.raises(ValueError, match=message):
        CodebookClassifier(codebook).fit(**(call | change))  # type: ignore[arg-type]  # wrong on purpose


def test_it_wants_a_codebook() -> None:
    """Without codes there is nothing to learn."""
    with pytest.raises(ValueError, match="codebook"):
        CodebookClassifier().fit(segments("it rained"))
