"""Suggesting and training with an encoder, as a user types it."""

import json
import shutil
from pathlib import Path

import pytest

from pipeline.learn.encoder import CACHE_FILE, MODEL, TOKENIZER, hash_of
from tests.cli.conftest import Project

FOLDER = Path(__file__).parents[1] / "data" / "learn" / "encoder"
HASH = hash_of((FOLDER / MODEL).read_bytes(), (FOLDER / TOKENIZER).read_bytes())


def name_encoder(project: Project, *lines: str) -> None:
    """Put the tiny encoder into the project and ``lines`` about it into the settings."""
    if not (project.root / "encoder").exists():
        shutil.copytree(FOLDER, project.root / "encoder")
    path = project.root / "configs" / "t.toml"
    before = path.read_text(encoding="utf-8").partition("[suggest]")[0]
    path.write_text("\n".join([before, "[suggest]", *lines, ""]), encoding="utf-8")


@pytest.fixture
def seeing(decided: Project) -> Project:
    """Return a decided project whose settings name the encoder."""
    name_encoder(decided, 'encoder = "encoder"', f'encoder_sha256 = "{HASH}"')
    return decided


def test_a_folder_alone_is_not_enough(ran: Project) -> None:
    """The sentence says the hash to write, and the settings are then taken as they are."""
    name_encoder(ran, 'encoder = "encoder"')

    assert f'write encoder_sha256 = "{HASH}"' in ran.fails("suggest", "t")


def test_suggestions_and_models_are_made_with_the_encoder(seeing: Project) -> None:
    """Cold and trained; without its encoder a model says nothing."""
    before = (seeing.build / "scores.parquet").read_bytes()

    cold = seeing.json("suggest", "t")
    assert ["one", "two"] == sorted(cold["update"]["make"])
    assert before != (seeing.build / "scores.parquet").read_bytes()
    assert (seeing.build / CACHE_FILE).exists()

    name = seeing.json("train", "t")["model_id"]
    card = json.loads((seeing.root / "models" / "tiny" / name / "card.json").read_text())
    assert HASH == card["settings"]["suggest"]["encoder_sha256"]
    seeing.run("models", "promote", "tiny", name)
    assert name == seeing.json("suggest", "t")["receipt"]["model_id"]
    name_encoder(seeing)
    assert f"the encoder {HASH[:12]}...; there is none" in seeing.fails("suggest", "t")


def test_doctor_and_card_tell_of_the_encoder(seeing: Project) -> None:
    """Whether one is named, whether it works, and whether the model in use learned with it."""
    assert (
        f"ok     encoder       encoder, {HASH[:12]}..., works" in seeing.run("doctor", "t").stdout
    )
    name = seeing.json("train", "t")["model_id"]
    seeing.run("models", "promote", "tiny", name)

    shown = " ".join(seeing.run("models", "show", "tiny").stdout.split())
    together = seeing.run("doctor", "t").stdout
    name_encoder(seeing)
    apart = seeing.run("doctor", "t").stdout

    assert f"Encoder: sentence vectors of encoder (sha256 {HASH[:12]}...)" in shown
    assert f"ok     model         {name}, whole and of this codebook, learned with" in together
    assert "ok     encoder       none" in apart
    assert f"learned with the encoder {HASH[:12]}...; the settings name none" in apart


def test_doctor_names_a_damaged_encoder(seeing: Project) -> None:
    """With the right hash, too: the files are run, not only counted."""
    words = b'{"model": {}}'
    (seeing.root / "encoder" / TOKENIZER).write_bytes(words)
    sha256 = hash_of((seeing.root / "encoder" / MODEL).read_bytes(), words)
    name_encoder(seeing, 'encoder = "encoder"', f'encoder_sha256 = "{sha256}"')

    assert "WRONG  encoder" in seeing.run("doctor", "t").stdout
    assert "E_ENCODER" in seeing.fails("suggest", "t")
