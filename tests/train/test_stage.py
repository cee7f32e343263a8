"""Training from files to a judged model, and the gate before it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pipeline.core.errors import CodebookError, ReviewError, TableError
from pipeline.core.settings import Settings, TrainSettings
from pipeline.learn.store import load_current, load_model, model_ids, read_card, read_current
from pipeline.train.cards import labels_from, labels_of, place_of
from pipeline.train.examples import read_examples
from pipeline.train.shelf import rollback
from pipeline.train.stage import CorpusFiles, Place, make_classifier, run

SETTINGS = Settings(codebook="weather", train=TrainSettings(folds=4, repeats=1))
TODAY = "2024-05-01"


def test_the_first_model_is_judged_against_the_cold_start(bench: Any) -> None:
    """It is better than the codebook alone, so it is put into use."""
    found = bench.train()
    loaded = load_current(bench.place.models, bench.study.codebook, trusted=bench.means.trusted)

    assert found.is_promoted
    assert "of the cold start on blind decisions (192 segments of 8 interviews)" in found.reason
    assert loaded is not None
    assert found.model_id == loaded.model_id
    assert (192 * 4, 144) == (found.n_labels, found.n_positive)


def test_the_same_inputs_give_the_same_model_whatever_the_day(bench: Any, tmp_path: Path) -> None:
    """The date is on the card alone."""
    first = bench.train()
    bench.place = Place(bench.place.codebook, tmp_path / "others")
    second = bench.train(today="2031-01-01")

    assert first == second
    cards = [read_card(tmp_path / shelf / first.model_id) for shelf in ("models", "others")]
    assert [TODAY, "2031-01-01"] == [card.pop("date") for card in cards]
    assert cards[0] == cards[1]


def test_nothing_new_does_nothing(bench: Any) -> None:
    """The second run says so and writes no byte."""
    first = bench.train()
    before = {path: path.stat().st_mtime_ns for path in bench.place.models.rglob("*")}
    again = bench.train(today="2024-06-01")

    assert again.is_nothing_new
    assert again.reason == (
        f"Nothing new: the model {first.model_id} of {TODAY} learned from the same decisions. "
        "It is in use."
    )
    assert before == {path: path.stat().st_mtime_ns for path in bench.place.models.rglob("*")}


def test_a_model_taken_back_does_not_return_by_itself(bench: Any) -> None:
    """What a person rolled back stays back until there is something new, or a person's word."""
    first = bench.train()
    rollback(bench.place.models, trusted=bench.means.trusted)
    again = bench.train()

    assert again.is_nothing_new
    assert not again.is_promoted
    assert "It is not in use. It was promoted: " in again.reason
    assert first.model_id == again.model_id
    assert read_current(bench.place.models) is None


def test_a_damaged_model_is_trained_anew(bench: Any) -> None:
    """A file that cannot be read is no reason to say that nothing is new."""
    first = bench.train()
    (bench.place.models / first.model_id / "model.skops").write_bytes(b"")
    again = bench.train()

    assert first.model_id == again.model_id
    assert not again.is_nothing_new
    assert again.judgement is not None
    assert "cannot be read: E_MODEL_CHANGED" in again.judgement.rival
    load_model(bench.place.models / first.model_id, trusted=bench.means.trusted)


def test_a_memo_is_nothing_new(bench: Any) -> None:
    """What changes no label trains no model."""
    bench.train()
    bench.study.act("ann", bench.study.segments[0], "memo", standing="memo", memo="look again")

    assert bench.train().is_nothing_new


def test_more_decisions_make_another_model_judged_against_the_one_in_use(bench: Any) -> None:
    """The rival is the old recipe with the labels on its card, fitted without each fold."""
    everything = bench.study.decisions
    bench.study.decisions = [d for d in everything if d.transcript_id in {"i0", "i1", "i2"}]
    first = bench.train()
    bench.study.decisions = everything
    second = bench.train()

    assert first.model_id != second.model_id
    assert second.judgement is not None
    assert f"the model {first.model_id} in use" == second.judgement.rival
    assert second.is_promoted
    assert second.judgement.gain.value is not None
    assert second.judgement.gain.value > 0.01
    assert f"{first.model_id}\n" == (bench.place.models / "history").read_text()


def test_shuffled_labels_are_refused_and_the_good_model_stays(bench: Any) -> None:
    """Harmful labels are stored, judged and kept out of use; the reason is said in one sentence."""
    good = bench.train()
    bench.spoil()
    bad = bench.train()

    assert not bad.is_promoted
    assert bad.reason.startswith("Refused: macro average precision is ")
    assert bad.reason.endswith("which is worse, beyond chance.")
    assert good.model_id == read_current(bench.place.models)
    assert sorted([good.model_id, bad.model_id]) == model_ids(bench.place.models)
    assert bench.card(bad.model_id)["is_promoted"] is False
    assert "It is not in use. It was refused" in bench.train().reason


@pytest.mark.parametrize(
    ("acts", "said"),
    [
        ([], "0 decisions stand, with 0 applied"),
        (["done"], "with 0 applied and 4 rejected or unchosen codes on 192 segments"),
        (["accept"], "with 1 applied and 0 rejected"),
    ],
)
def test_too_few_labels_are_counted(bench: Any, acts: list[str], said: str) -> None:
    """The sentence says how many there are and what to do."""
    bench.study.decisions = []
    for act in acts:
        code, standing = ("sun", "yes") if act == "accept" else (None, "done")
        bench.study.act("ann", bench.study.segments[0], act, code, standing=standing)

    with pytest.raises(ReviewError, match=said) as refused:
        bench.train()
    assert refused.value.code == "E_TOO_FEW_LABELS"
    assert "glossator review pilot" in str(refused.value)
    assert not bench.place.models.exists()


def test_what_could_not_be_used_is_on_the_card(bench: Any) -> None:
    """Decisions on changed words and unknown codes are named, each with its reason."""
    lost = bench.study.act("bob", bench.study.segments[0], "add", "hail", standing="yes")
    stale = bench.study.act("bob", bench.study.segments[1], "add", "sun", standing="yes", quote="?")
    found = bench.train()
    words = (bench.place.models / found.model_id / "card.md").read_text()

    assert {lost.decision_id, stale.decision_id} == set(found.left_out)
    assert found.left_out == bench.card(found.model_id)["left_out"]
    assert "1 decision left out: the code hail is not there in the codebook weather." in words
    assert "1 decision left out: the text has changed since it was coded." in words


def test_the_card_tells_people_what_they_must_know(bench: Any) -> None:
    """Codebook, corpora, numbers with n and intervals, versions, and what it is not for."""
    found = bench.train()
    words = (bench.place.models / found.model_id / "card.md").read_text()
    card = bench.card(found.model_id)

    for part in (
        f"# Model {found.model_id} for the codebook weather 1.0.0",
        f"Trained on {TODAY}", "192 labelled segments of 8 interviews", "corpora: pilot",
        "| wet.rain | 48 | 8 |", "95 % intervals by interview", "must not be used for",
        "people decide", "scikit-learn", "calibration error", card["codebook"]["sha256"][:12],
        card["corpora"]["pilot"]["decisions"][:12], "Encoder: none",
    ):  # fmt: skip
        assert part in words
    assert "No decision was blind" not in words
    assert "](calibration.svg)" in words
    assert "<circle" in (bench.place.models / found.model_id / "calibration.svg").read_text()
    assert card["judgement"]["trust"]["error"]["value"] > 0
    assert {"code": "sun", "n_yes": 48, "n_no": 144, "n_interviews": 8} in card["codes"]
    assert 192 == len(card["labels"]["rows"])
    assert not any(segment.text in json.dumps(card) for segment in bench.study.segments)


def test_a_card_without_blind_decisions_says_so(bench: Any) -> None:
    """The caution stands before the figures."""
    rows = bench.study.decisions
    bench.study.decisions = [replace(row, independent=False) for row in rows]
    found = bench.train()
    words = (bench.place.models / found.model_id / "card.md").read_text()

    assert words.index("No decision was blind") < words.index("| wet.rain |")
    assert "on all decisions" in found.reason


def test_a_model_that_could_not_be_judged_is_stored_and_not_used(bench: Any) -> None:
    """With one interview nothing can be said; a person may still promote it."""
    rows = bench.study.decisions
    bench.study.decisions = [row for row in rows if row.transcript_id == "i0"]
    found = bench.train()
    words = (bench.place.models / found.model_id / "card.md").read_text()

    assert not found.is_promoted
    assert "models promote" in found.reason
    assert "It was not judged: blind decisions stand in 1 interview;" in words
    assert read_current(bench.place.models) is None


def test_a_changed_codebook_is_compared_over_the_codes_of_both(bench: Any, book: str) -> None:
    """The model in use keeps its own codebook; the new one replaces it where it is no worse."""
    first = bench.train()
    bench.place.codebook.write_text(
        book.replace("version: 1.0.0", "version: 1.1.0")
        + "  - {id: fog, name: Fog, definition: Low cloud., examples: [Fog all day.]}\n"
    )
    second = bench.train()

    assert first.model_id != second.model_id
    assert second.judgement is not None
    assert f"the model {first.model_id} in use" == second.judgement.rival
    assert "1.1.0" == bench.card(second.model_id)["codebook"]["version"]
    details = bench.card(second.model_id)["details"]
    assert details["decisions"] == details["decisions_of_another_codebook_version"]


def test_two_corpora_train_one_model(bench: Any, tmp_path: Path) -> None:
    """Interviews of equal name in two corpora stay two."""
    other = type(bench.study)("second", bench.study.codebook)
    for segment in other.transcript("i0", "sunny1 word2", "other3 word4"):
        other.code("bob", segment, ["sun"] if "sunny" in segment.text else [])
    (tmp_path / "second").mkdir()
    other.write(tmp_path / "second")
    names = ("transcripts", "segments", "decisions")
    files = CorpusFiles("second", *(tmp_path / "second" / f"{name}.parquet" for name in names))
    bench.study.write(tmp_path)
    found = run([bench.files, files], bench.place, SETTINGS, today=TODAY, means=bench.means)

    assert found.judgement is not None
    assert 9 == found.judgement.n_interviews
    assert {"pilot", "second"} == set(bench.card(found.model_id)["corpora"])


@pytest.mark.parametrize("name", ["transcripts", "segments", "decisions"])
def test_a_missing_table_is_said(bench: Any, name: str) -> None:
    """One sentence, and no model."""
    bench.study.write(bench.folder)
    getattr(bench.files, name).unlink()

    with pytest.raises(TableError, match=f"{name}.parquet"):
        run([bench.files], bench.place, SETTINGS, today=TODAY, means=bench.means)
    assert not bench.place.models.exists()


def test_a_missing_codebook_is_said(bench: Any) -> None:
    """Before any work is done."""
    bench.place.codebook.unlink()

    with pytest.raises(CodebookError, match="no such codebook"):
        bench.train()


def test_labels_on_a_card_come_back_as_they_went(bench: Any) -> None:
    """1, 0 and not judged, segment by segment."""
    examples = read_examples([bench.study.rows], bench.study.codebook)
    examples.Y[3, 1] = np.nan
    Y, codes = labels_from({"labels": labels_of(examples)}, examples)

    assert np.array_equal(examples.Y, Y, equal_nan=True)
    assert list(examples.codes) == codes


def test_labels_of_a_card_follow_segments_that_were_cut_anew(bench: Any) -> None:
    """A new segment takes the labels of the old one that covers most of it, at least half."""
    examples = read_examples([bench.study.rows], bench.study.codebook)
    transcript, span = place_of(examples.keys[0])
    middle, length = (span.start + span.end) // 2, span.length
    new = [
        (span.start, middle), (span.start, span.end + length // 2),
        (span.start, span.start + 10**6), (10**7, 10**7 + 5),
    ]  # fmt: skip
    keys = tuple(f"{transcript}:{start}-{end}" for start, end in new)
    Y, _ = labels_from({"labels": labels_of(examples)}, replace(examples, keys=keys))

    assert np.array_equal(Y[:2], np.tile(examples.Y[0], (2, 1)))
    assert np.isnan(Y[2:]).all()


def test_a_card_without_labels_is_no_fair_rival(bench: Any) -> None:
    """A model whose labels are unknown is stood in for by the cold start."""
    first = bench.train()
    path = bench.place.models / first.model_id / "card.json"
    path.write_text(json.dumps(bench.card(first.model_id) | {"labels": None, "fingerprint": ""}))
    found = bench.train()

    assert found.judgement is not None
    assert "cold start (the model" in found.judgement.rival


def test_the_recipe_takes_its_settings(bench: Any) -> None:
    """Seed, length of lists and the share that may be missed come from the corpus's settings."""
    settings = replace(SETTINGS, seed=11, suggest=replace(SETTINGS.suggest, top=5, max_missed=0.2))
    found: Any = make_classifier(bench.study.codebook, settings)

    assert (11, 5, 0.2) == (found.random_state, found.top, found.max_missed)


def test_the_real_classifier_trains_and_is_stored(coded: Any, bench: Any, tmp_path: Path) -> None:
    """With the types on our list and nothing else, from tables to a model that suggests."""
    coded.decisions = [d for d in coded.decisions if d.transcript_id in {"i0", "i1"}]
    coded.write(tmp_path)
    settings = replace(SETTINGS, train=TrainSettings(folds=2, repeats=1))
    found = run([bench.files], bench.place, settings, today=TODAY)
    loaded = load_model(bench.place.models / found.model_id, codebook=coded.codebook)
    X = read_examples([coded.rows], coded.codebook).X

    assert loaded.classifier.predict_proba(X).shape == (192, 4)
