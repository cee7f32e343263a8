"""Models on the command line: cards people can read, and every way a model can be refused."""

from __future__ import annotations

import hashlib
import json
import pickle  # noqa: TID251  # to show that nothing here unpickles it
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.cli.card import legible
from pipeline.core.records import Segment
from pipeline.core.tables import read_rows


@pytest.fixture(scope="session")
def shelved(coded: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a project with a model in use, which tests copy."""
    root = shutil.copytree(coded.root, tmp_path_factory.mktemp("shelved") / "project")
    made = type(coded)(Path(root))
    name = made.json("train", "t")["model_id"]
    assert name == made.json("models", "promote", "tiny", name)["after"]
    return made


@pytest.fixture
def trained(shelved: Any, tmp_path: Path) -> Any:
    """Return a project of its own with a model in use."""
    return type(shelved)(Path(shutil.copytree(shelved.root, tmp_path / "project")))


def folder_of(project: Any) -> Path:
    """Return the folder of the model in use."""
    models: Path = project.root / "models" / "tiny"
    return models / (models / "current").read_text().strip()


@pytest.mark.parametrize("text", ["[" * 99_999, "[]", '{"judgement": []}'])
def test_the_status_goes_without_a_card_that_is_spoilt(trained: Any, text: str) -> None:
    """Everything else is told; what is wrong with it is said by whatever uses the model."""
    before = trained.json("status", "t")
    (folder_of(trained) / "card.json").write_text(text)

    assert {**before, "model": None} == trained.json("status", "t")


def test_a_model_of_another_codebook_is_named_with_what_differs(trained: Any) -> None:
    """Suggesting and promoting refuse it; both codes that changed are named."""
    book = trained.root / "configs" / "codebooks" / "tiny.yaml"
    more = "      - {id: fun, name: Fun, definition: Somebody enjoyed it.}\n"
    text = book.read_text().replace("saved or earned", "lost").replace('"1.0"', '"2.0"')
    book.write_text(text + more)
    name = folder_of(trained).name

    for words in (("suggest", "t"), ("models", "promote", "tiny", name)):
        said = trained.fails(*words)
        assert "E_STALE_MODEL" in said
        assert "made for the codebook tiny 1.0, which has changed since" in said
        assert "is now tiny 2.0; added gain.fun; changed gain.money" in said


def test_a_tampered_model_is_refused(trained: Any) -> None:
    """One byte more than the card's hash tells."""
    path = folder_of(trained) / "model.skops"
    path.write_bytes(path.read_bytes() + b" ")

    assert "E_MODEL_CHANGED" in trained.fails("suggest", "t")


class Trap:
    """What runs a command as soon as it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Path.touch, (self.path,)


def test_a_pickle_in_place_of_a_model_is_never_unpickled(trained: Any) -> None:
    """Even with the right name and a card with the right hash."""
    sprung = trained.root / "sprung"
    data = pickle.dumps(Trap(sprung))
    digest = hashlib.sha256(data).hexdigest()
    old = folder_of(trained)
    card = json.loads((old / "card.json").read_text()) | {"sha256": digest}
    new = old.parent / digest[:12]
    shutil.copytree(old, new)
    (new / "model.skops").write_bytes(data)
    (new / "card.json").write_text(json.dumps(card))
    (old.parent / "current").write_text(digest[:12])

    said = trained.fails("suggest", "t")

    assert "model.skops" in said
    assert not sprung.exists()
    pickle.loads(data)  # noqa: S301  # our own: shows that the trap was set
    assert sprung.exists()


def test_a_name_that_is_no_model_is_refused(trained: Any) -> None:
    """Whatever stands in the file that says which model is in use."""
    (trained.root / "models" / "tiny" / "current").write_text("../../../etc")

    assert "it must hold one model id" in trained.fails("suggest", "t")


def rewrite(project: Any, decide: Callable[[Segment], list[str]], mode: str = "blind-first") -> Any:
    """Let one coder complete every segment anew, with the codes that ``decide`` says."""
    lines = []
    for row in read_rows(project.build / "segments.parquet", Segment):
        codes = decide(row)
        place = {"transcript_id": row.transcript_id, "start": row.start, "end": row.end}
        said = {**place, "quote": row.text, "mode": mode}
        lines += [{**said, "act": "add", "code": code} for code in codes if code]
        lines += [{**said, "act": "done"}] * bool(codes)
    path = project.root / "lines.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    project.run("coders", "add", "t", "kb")
    project.json("decide", "t", "--coder", "kb", "--from", str(path))
    return project.json("train", "t")


def test_one_interview_cannot_be_judged(ran: Any) -> None:
    """The model is kept, not used; the sentence says how many interviews there are."""
    found = rewrite(
        ran,
        lambda row: (
            [] if row.transcript_id == "two" else ["gain.money" if "grant" in row.text else ""]
        ),
    )

    assert not found["is_promoted"]
    assert "blind decisions stand in 1 interview; judging wants at least 2" in found["reason"]


def test_segments_coded_all_alike_cannot_be_judged(ran: Any) -> None:
    """A code on everything has nothing to be told apart from."""
    found = rewrite(ran, lambda _: ["gain.money"])

    assert not found["is_promoted"]
    assert "every code was applied to all of 6 segments or to none" in found["reason"]


def test_training_says_the_verdict_in_plain_words(decided: Any) -> None:
    """Beside the figures: what they mean, and where the card is."""
    said = decided.run("train", "t").stdout

    assert "In plain words: on interviews that it had not seen, " in said
    assert "are among its" in said
    assert "its card: models/tiny/" in said


def test_a_card_can_be_read_in_a_terminal(trained: Any) -> None:
    """No marks of Markdown, no line too wide; what it is not for; that one coder is no ceiling."""
    card = trained.run("models", "show", "tiny").stdout

    assert "No two coders coded the same segments blind" in card
    assert "must not be used for" in card
    assert "as confidential as they are" in " ".join(card.split())
    assert "Accepting codes without a person" in card
    assert not any(line.startswith(("#", "|")) or "**" in line for line in card.splitlines())
    assert max(map(len, card.splitlines())) <= 100


CARD = """
# Model abc

Some **long** words, and then some more of them, which do not fit on a line of sixty columns.

![A picture](calibration.svg)

| code | n | average precision | precision | recall | F1 | gain |
| --- | --- | --- | --- | --- | --- | --- |
| sources.of.much | 12 | 0.30 [0.03, 0.57] | 0.15 [0.06, 0.25] | 0.54 [0.1, 0.9] | 0.24 | 0.08 |

- one
- two
"""


def test_a_wide_table_gives_up_intervals_then_columns() -> None:
    """What is left out is said; in a wide terminal nothing is."""
    narrow, middle, wide = (legible(CARD, Path("models/x"), width) for width in (60, 80, 120))

    assert "0.30 [0.03, 0.57]" in narrow
    assert "1 more column and all intervals: card.md" in narrow
    assert "0.15  " in middle
    assert "more columns" not in middle
    assert "0.15 [0.06, 0.25]" in wide
    assert all(len(line) <= 60 for line in narrow.splitlines())
    assert "Picture: models/x/calibration.svg" in narrow
    assert "Some long words" in narrow
