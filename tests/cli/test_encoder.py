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
