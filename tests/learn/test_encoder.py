"""Sentence vectors from a tiny encoder on disk, by themselves and in a classifier."""

from __future__ import annotations

import copy
import importlib.machinery
import json
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipeline.core.codebook import Codebook
from pipeline.core.errors import ConfigError, ModelError
from pipeline.core.settings import SuggestSettings
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.encoder import (
    MAX_TOKENS,
    MODEL,
    TOKENIZER,
    SentenceEncoder,
    encoder_from,
    hash_of,
    read_cache,
)
from pipeline.learn.skopsfile import model_bytes
from pipeline.learn.store import load_model, save_model
from pipeline.learn.words import Array

FOLDER = Path(__file__).parents[1] / "data" / "learn" / "encoder"
HASH = hash_of((FOLDER / MODEL).read_bytes(), (FOLDER / TOKENIZER).read_bytes())
TEXTS = ["it rained", "it rained all day", "", "hot soup", "we ate bread in the sun"]

Project = tuple[pd.DataFrame, Array]
MakeProject = Callable[..., Project]


def table() -> tuple[dict[str, int], Array]:
    """Return the encoder's vocabulary and numbers, as its README says that they were made."""
    known = json.loads((FOLDER / TOKENIZER).read_text(encoding="utf-8"))["model"]["vocab"]
    numbers = np.random.default_rng(0).normal(size=(40, 8)).round(3)
    return known, numbers.astype(np.float32)


def by_hand(text: str) -> Array:
    """Return the mean of the words' numbers, of length one."""
    known, numbers = table()
    rows = [known.get(word, 0) for word in text.lower().split()]
    mean = numbers[rows].mean(axis=0) if rows else np.zeros(8)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12))


@pytest.fixture
def encoder(tmp_path: Path) -> SentenceEncoder:
    """Return the tiny encoder, with a cache."""
    return SentenceEncoder(FOLDER, HASH, tmp_path / "vectors.npz")


def settings_of(folder: Path, sha256: str = HASH) -> SuggestSettings:
    """Return settings that name an encoder."""
    return SuggestSettings(encoder=str(folder), encoder_sha256=sha256)


def test_a_vector_is_the_mean_of_the_tokens_of_length_one(encoder: SentenceEncoder) -> None:
    """What the model gives is pooled as one would by hand; a text without a token is all 0."""
    found = encoder.encode(TEXTS)

    assert np.float32 == found.dtype
    np.testing.assert_allclose(found, [by_hand(text) for text in TEXTS], atol=1e-6)


def test_a_text_of_no_token_has_a_vector_alone(encoder: SentenceEncoder) -> None:
    """Even where nothing else is asked for."""
    assert [[0.0] * 8] == encoder.encode([""]).tolist()
    assert 0 == len(encoder.encode([]))


def test_the_texts_beside_a_text_do_not_matter(encoder: SentenceEncoder) -> None:
    """One by one, together or in another order: the same bits."""
    together = encoder.encode([*TEXTS, *(f"{text} soup" for text in TEXTS * 20)])[: len(TEXTS)]
    backwards = SentenceEncoder(FOLDER, HASH).encode(TEXTS[::-1])[::-1]
    alone = [SentenceEncoder(FOLDER, HASH).encode([text])[0] for text in TEXTS]

    assert together.tobytes() == backwards.tobytes() == np.stack(alone).tobytes()


def test_what_is_behind_the_256th_token_is_not_read(encoder: SentenceEncoder) -> None:
    """A very long text has the vector of its beginning."""
    start = "rain " * MAX_TOKENS

    assert encoder.encode([start]).tobytes() == encoder.encode([start + "sun " * 9]).tobytes()


def test_the_cache_holds_what_was_asked_for_last(encoder: SentenceEncoder) -> None:
    """Known vectors are read, not made again; texts that are gone go; the bytes are the same."""
    assert encoder.cache is not None
    encoder.remember(["rain", "sun", "soup"])
    encoder.remember(["soup", "sun", "sun"])
    first = encoder.cache.read_bytes()
    other = SentenceEncoder(FOLDER.with_name("gone"), HASH, encoder.cache)

    assert 2 == len(read_cache(encoder.cache, HASH))
    np.testing.assert_allclose(other.encode(["sun"])[0], by_hand("sun"), atol=1e-6)
    encoder.cache.unlink()
    SentenceEncoder(FOLDER, HASH, encoder.cache).remember(["sun", "soup"])
    assert first == encoder.cache.read_bytes()


@pytest.mark.parametrize("n_kept", [0, 100])
def test_a_damaged_cache_only_costs_time(encoder: SentenceEncoder, n_kept: int) -> None:
    """So does one of another encoder."""
    assert encoder.cache is not None
    encoder.remember(["sun"])
    assert not read_cache(encoder.cache, "another")
    encoder.cache.write_bytes(encoder.cache.read_bytes()[:n_kept])

    again = SentenceEncoder(FOLDER, HASH, encoder.cache)

    np.testing.assert_allclose(again.encode(["sun"])[0], by_hand("sun"), atol=1e-6)


def test_an_encoder_goes_to_other_processes_without_its_session(encoder: SentenceEncoder) -> None:
    """What is sent are names of files, opened anew there; a deep copy shares them here."""
    vector = encoder.encode(["sun"])

    sent = copy.copy(encoder)

    assert vars(sent)["_opened"] is None
    assert vector.tobytes() == sent.encode(["sun"]).tobytes()
    assert encoder is copy.deepcopy(encoder)


def test_without_the_setting_there_is_no_encoder(tmp_path: Path) -> None:
    """It is off by default, and relative folders are the project's."""
    assert encoder_from(SuggestSettings(), tmp_path, tmp_path / "v.npz") is None
    named = encoder_from(settings_of(Path(FOLDER.name)), FOLDER.parent, tmp_path / "v.npz")
    assert named is not None
    assert HASH == named.sha256


@pytest.mark.parametrize("told", ["", "0" * 64])
def test_another_hash_is_refused_and_the_one_found_is_said(told: str, tmp_path: Path) -> None:
    """So that it can be pasted, once somebody has looked."""
    with pytest.raises(ConfigError, match=f'encoder_sha256 = "{HASH}"') as caught:
        encoder_from(settings_of(FOLDER, told), tmp_path, tmp_path / "v.npz")

    assert "E_ENCODER" == caught.value.code


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    """Nothing is downloaded in its stead."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "encoder"))
    (folder / name).unlink()

    with pytest.raises(ConfigError, match=rf"{name}: cannot be read.*nothing is downloaded"):
        encoder_from(settings_of(folder), tmp_path, tmp_path / "v.npz")


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    """Even if its hash was pinned."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "encoder"))
    (folder / MODEL).write_bytes(b"not a model")
    sha256 = hash_of(b"not a model", (folder / TOKENIZER).read_bytes())

    with pytest.raises(ConfigError, match=f"{MODEL}: cannot be run"):
        SentenceEncoder(folder, sha256).encode(["sun"])


@pytest.mark.parametrize(
    "words",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"model": {"type": "WordLevel"',
        b'{"model": {"type": "WordLevel", "vocab": {"sun": 0}, "unk_token": "?"}}',
    ],
    ids=["empty", "no text", "another JSON", "cut off", "no unknown word"],
)
def test_a_file_that_is_no_tokenizer_is_refused(words: bytes, tmp_path: Path) -> None:
    """Even if its hash was pinned; one that fails at the first strange word is none either."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "encoder"))
    (folder / TOKENIZER).write_bytes(words)
    encoder = SentenceEncoder(folder, hash_of((folder / MODEL).read_bytes(), words))

    with pytest.raises(ConfigError, match=f"{TOKENIZER}: cannot be used") as caught:
        encoder.encode(["sun"])

    assert "E_ENCODER" == caught.value.code
    assert "\n" not in str(caught.value)


def test_a_tokenizer_of_another_model_is_refused(tmp_path: Path) -> None:
    """It counts further than the model has numbers."""
    folder = Path(shutil.copytree(FOLDER, tmp_path / "encoder"))
    words = (folder / TOKENIZER).read_bytes().replace(b'"sun": 14', b'"sun": 914')
    (folder / TOKENIZER).write_bytes(words)
    encoder = SentenceEncoder(folder, hash_of((folder / MODEL).read_bytes(), words))

    with pytest.raises(ConfigError, match="do not belong together"):
        encoder.encode(["sun"])


def test_weights_in_a_further_file_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Nobody hashed them; that they lie where the command is typed makes no difference."""
    words = (FOLDER / TOKENIZER).read_bytes()
    model = (FOLDER / "elsewhere.onnx").read_bytes()
    for name, data in ((MODEL, model), (TOKENIZER, words), ("w.bin", bytes(40 * 8 * 4))):
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError, match="wants one whole ONNX file"):
        SentenceEncoder(tmp_path, hash_of(model, words)).encode(["sun"])


class Refuses:
    """A finder in whose world the extra was never installed."""

    @staticmethod
    def find_spec(
        name: str, path: Sequence[str] | None = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Refuse onnxruntime and leave the rest to others."""
        del path, target
        if name == "onnxruntime":
            raise ModuleNotFoundError(name)
        return None


def test_without_the_extra_the_command_to_install_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The settings name an encoder, and nothing is there to run it."""
    monkeypatch.delitem(sys.modules, "onnxruntime", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refuses, *sys.meta_path])

    with pytest.raises(ConfigError, match=r"Install glossator\[encoder\]"):
        encoder_from(settings_of(FOLDER), tmp_path, tmp_path / "v.npz")


@pytest.mark.parametrize("has_labels", [False, True])
def test_vectors_are_a_further_view(
    codebook: Codebook, project: MakeProject, encoder: SentenceEncoder, *, has_labels: bool
) -> None:
    """They change what is said, cold and trained, and every row is still said by itself."""
    X, Y = project()
    labels = Y if has_labels else None

    plain = CodebookClassifier(codebook).fit(X, labels)
    seeing = CodebookClassifier(codebook, encoder=encoder).fit(X, labels)
    proba = seeing.predict_proba(X)

    assert not np.allclose(plain.predict_proba(X), proba)
    talk = X["transcript_id"] == X["transcript_id"][0]
    assert proba[talk].tobytes() == seeing.predict_proba(X[talk]).tobytes()


def test_explanations_are_of_words_with_an_encoder_too(
    codebook: Codebook, project: MakeProject, encoder: SentenceEncoder
) -> None:
    """Vectors are of whole texts: they are no word's, and no word is lost for them."""
    X, Y = project()
    model = CodebookClassifier(codebook, encoder=encoder).fit(X, Y)
    row = int(np.flatnonzero(X["text"].str.contains("rained"))[0])

    found = model.explain(X)[row]["weather.rain"]

    text = X["text"][row]
    assert "rained" in {text[word.start : word.end] for word in found.words if word.weight > 0}
    assert found.accepted


def test_a_stored_model_wants_its_encoder_again(
    codebook: Codebook, project: MakeProject, encoder: SentenceEncoder, tmp_path: Path
) -> None:
    """The file holds the hash, never the encoder; without that one nothing is said."""
    X, Y = project()
    model = CodebookClassifier(codebook, encoder=encoder).fit(X, Y)
    name = save_model(tmp_path / "models", model, {})

    loaded = load_model(tmp_path / "models" / name).classifier

    with pytest.raises(ModelError, match=rf"{HASH[:12]}\.\.\.; there is none"):
        loaded.predict_proba(X)
    loaded.set_params(encoder=SentenceEncoder(FOLDER, "f" * 64))
    with pytest.raises(ModelError, match="mean nothing to it"):
        loaded.predict_proba(X)
    loaded.set_params(encoder=encoder)
    assert model.predict_proba(X).tobytes() == loaded.predict_proba(X).tobytes()


def test_a_model_that_learned_without_is_not_disturbed(
    codebook: Codebook, project: MakeProject, encoder: SentenceEncoder
) -> None:
    """An encoder named later waits for the next training; learned anew, all traces go."""
    X, Y = project()
    model = CodebookClassifier(codebook).fit(X, Y)
    before, proba = model_bytes(model), model.predict_proba(X)

    assert proba.tobytes() == model.set_params(encoder=encoder).predict_proba(X).tobytes()
    assert before != model_bytes(model.fit(X, Y))
    assert before == model_bytes(model.set_params(encoder=None).fit(X, Y))
