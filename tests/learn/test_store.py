"""Models on disk: whole, the same bytes for the same state, and refused unless trusted."""

from __future__ import annotations

import io
import json
import stat
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Self

import numpy as np
import pytest
import scipy.sparse as sp
import skops.io
from sklearn.base import BaseEstimator

from pipeline.core.codebook import Codebook, parse_codebook
from pipeline.core.errors import ModelError, StaleError, StorageError
from pipeline.learn.skopsfile import TRUSTED, model_bytes, pack, unpack
from pipeline.learn.store import load_current, load_model, model_ids, read_current, save_model

BOOK = """
codebook: weather
version: 1.0.0
codes:
  - {id: rain, name: Rain, definition: Water falls., examples: [It poured all night.]}
  - {id: sun, name: Sun, definition: The sky is clear.}
"""


class Tiny(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Says of every code how often it was applied; holds every kind of value that models hold."""

    def __init__(self, codebook: Codebook, random_state: int = 0) -> None:
        self.codebook = codebook
        self.random_state = random_state

    def fit(self, X: Any, Y: Any, groups: Any = None, sample_weight: Any = None) -> Self:
        """Learn the share of each code."""
        del groups, sample_weight
        self.codes_ = [code.path for code in self.codebook.codable]
        self.share_ = np.nanmean(Y, axis=0)
        self.words_ = {word: n for n, word in enumerate(sorted({w for t in X for w in t.split()}))}
        self.kinds_ = set(self.words_)
        self.matrix_ = sp.csr_matrix(np.eye(2))
        self.shapes_ = (2, None, np.float64(0.5), np.array(["rain", "sun"]))
        self.is_calibrated_ = False
        return self

    def predict_proba(self, X: Any) -> Any:
        """Return the learned shares for every segment."""
        return np.tile(self.share_, (len(X), 1))

    def lists(self, proba: Any) -> Any:
        """Show what is more likely than not."""
        return proba > 0.5


NAME = f"{Tiny.__module__}.Tiny"
OURS = TRUSTED | {NAME}
X = ["rain all night", "a dry day with sun", "rain"]
Y = np.array([[1.0, 0], [0, 1], [1, np.nan]])


@pytest.fixture
def model() -> Tiny:
    """Return a small fitted classifier."""
    return Tiny(parse_codebook(BOOK)).fit(X, Y)


@pytest.fixture
def saved(tmp_path: Path, model: Tiny) -> Path:
    """Return the folder of a stored model."""
    return tmp_path / save_model(tmp_path, model, {"note": "small"}, trusted=OURS)


def test_a_loaded_model_answers_as_the_saved_one(saved: Path, model: Tiny) -> None:
    """Saving and loading change no probability, no learned value and no card."""
    found = load_model(saved, codebook=model.codebook, trusted=OURS)

    assert np.array_equal(model.predict_proba(X), found.classifier.predict_proba(X))
    assert model.codebook == found.classifier.codebook
    assert model.words_ == found.classifier.words_
    assert (saved.name, "small") == (found.model_id, found.card["note"])


def test_the_same_learned_state_gives_the_same_bytes(saved: Path, model: Tiny) -> None:
    """Neither the hour, nor places in memory, nor a trip to disk leave a trace in the file."""
    again = Tiny(parse_codebook(BOOK)).fit(X, Y)
    loaded = load_model(saved, trusted=OURS).classifier

    assert model_bytes(model) == model_bytes(again) == model_bytes(loaded)


def test_another_process_writes_the_same_bytes() -> None:
    """The order of sets follows a seed that each process draws anew; the file must not."""
    program = (
        "import sys, hashlib, importlib.util as u\n"
        f"spec = u.spec_from_file_location({Tiny.__module__!r}, {__file__!r})\n"
        "m = u.module_from_spec(spec); sys.modules[spec.name] = m; spec.loader.exec_module(m)\n"
        "made = m.Tiny(m.parse_codebook(m.BOOK)).fit(m.X, m.Y)\n"
        "print(hashlib.sha256(m.model_bytes(made)).hexdigest())\n"
    )
    hashes = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
            cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip

    assert len(hashes) == 1


def test_what_was_learned_is_in_the_bytes(model: Tiny) -> None:
    """One other label is another model."""
    other = Tiny(parse_codebook(BOOK)).fit(X, 1 - Y)

    assert model_bytes(model) != model_bytes(other)


def test_what_hardly_shrinks_is_stored_as_it_is() -> None:
    """Learned numbers would take ten times as long to read, and be hardly smaller."""
    draw = np.random.default_rng(0)
    members = {"numbers": draw.normal(size=30_000).tobytes(), "words": b"trust and money " * 9_000}

    packed = pack(members)

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        kinds = {info.filename: info.compress_type for info in archive.infolist()}
    assert {"numbers": zipfile.ZIP_STORED, "words": zipfile.ZIP_DEFLATED} == kinds
    assert members == unpack(packed)


def test_the_folder_is_named_after_the_content(saved: Path) -> None:
    """The id is the start of the file's sha256, and the card says the whole of it."""
    card = json.loads((saved / "card.json").read_text())

    assert card["sha256"][:12] == saved.name == card["model_id"]
    assert ["card.json", "card.md", "model.skops"] == sorted(f.name for f in saved.iterdir())
    assert saved.name in (saved / "card.md").read_text()
    assert card["is_calibrated"] is False


def test_learning_the_same_again_renews_the_card_only(tmp_path: Path, model: Tiny) -> None:
    """The same model stored twice is one folder, with the later card."""
    first = save_model(tmp_path, model, {"date": "2024-01-01"}, trusted=OURS)
    second = save_model(tmp_path, model, {"date": "2024-01-02"}, trusted=OURS)

    assert first == second
    assert [first] == model_ids(tmp_path)
    assert load_model(tmp_path / first, trusted=OURS).card["date"] == "2024-01-02"


def test_a_full_disk_leaves_no_half_model(
    tmp_path: Path, model: Tiny, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the disk refuses midway, nothing of the model is left behind."""
    real = Path.write_bytes

    def refuse(path: Path, data: bytes) -> int:
        if "card.md" in path.name:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)

    with pytest.raises(StorageError, match="disk is full"):
        save_model(tmp_path, model, {}, trusted=OURS)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_others_may_read_a_model(saved: Path) -> None:
    """A model's folder is as open as any other result, not private like a temporary one."""
    assert stat.S_IMODE(saved.stat().st_mode) == 0o755


def test_a_type_of_somebody_else_is_neither_stored_nor_loaded(saved: Path, model: Tiny) -> None:
    """Only types on the list pass; the message names the others."""
    with pytest.raises(ModelError, match="Tiny") as stored:
        save_model(saved.parent / "elsewhere", model, {})
    with pytest.raises(ModelError, match="Tiny") as loaded:
        load_model(saved)

    assert stored.value.code == loaded.value.code == "E_UNTRUSTED_MODEL"
    assert not (saved.parent / "elsewhere").exists()


def forge(folder: Path, data: bytes) -> None:
    """Put ``data`` in place of the model, with a card that vouches for it."""
    import hashlib

    digest = hashlib.sha256(data).hexdigest()
    card = json.loads((folder / "card.json").read_text()) | {"sha256": digest}
    (folder / "model.skops").write_bytes(data)
    (folder / "card.json").write_text(json.dumps(card))
    folder.rename(folder.parent / digest[:12])


def forged(saved: Path, change: Any) -> Path:
    """Return a model whose schema went through ``change``, hash and card made to fit."""
    members = unpack((saved / "model.skops").read_bytes())
    schema = json.loads(members["schema.json"])
    change(schema)
    data = pack({**members, "schema.json": json.dumps(schema).encode()})
    forge(saved, data)
    return next(saved.parent.glob("*"))


@pytest.mark.parametrize(
    ("loader", "module", "name"),
    [
        ("FunctionNode", "os", "system"),
        ("MethodNode", "pipeline.core.codebook", "Codebook"),
        ("MadeUpNode", "builtins", "str"),
        ("TreeNode", "sklearn.tree._tree", "Tree"),
        ("ObjectNode", "subprocess", "Popen"),
        ("ObjectNode", "sklearn.linear_model._ridge", "Ridge"),
        ("TypeNode", "os", "system"),
    ],
)
def test_a_foreign_node_is_named_and_refused_however_deep(
    saved: Path, loader: str, module: str, name: str
) -> None:
    """A file whose hash fits is still refused for one foreign node, even one that skops trusts."""
    node = {"__class__": name, "__module__": module, "__loader__": loader}
    folder = forged(saved, lambda schema: schema["content"]["content"].update(share_=node))

    with pytest.raises(ModelError, match=f"holds ({loader} of )?{module}.{name},") as refused:
        load_model(folder, trusted=OURS)
    assert refused.value.code == "E_UNTRUSTED_MODEL"


def test_a_tampered_file_is_refused(saved: Path) -> None:
    """One changed byte, and the hash no longer fits the card."""
    data = bytearray((saved / "model.skops").read_bytes())
    data[len(data) // 2] ^= 1
    (saved / "model.skops").write_bytes(data)

    with pytest.raises(ModelError, match="changed or cut off") as refused:
        load_model(saved, trusted=OURS)
    assert refused.value.code == "E_MODEL_CHANGED"


def test_a_renamed_model_is_refused(saved: Path) -> None:
    """A folder's name is a promise on its content."""
    other = saved.rename(saved.with_name("0" * 12))

    with pytest.raises(ModelError, match="changed or cut off"):
        load_model(other, trusted=OURS)


def bomb() -> bytes:
    """Return a small zip that claims to unpack to four gigabytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", b"{}")
    data = bytearray(buffer.getvalue())
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = (2**32 - 2).to_bytes(4, "little")
    return bytes(data)


def torn() -> bytes:
    """Return a zip whose packed content is noise."""
    data = bytearray(pack({"schema.json": bytes(range(256))}))
    data[41:80] = b"\xff" * 39
    return bytes(data)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"no zip at all", pack({"other.json": b"{}"}), pack({"schema.json": b"{}"}),
        pack({"schema.json": b"[" * 100_000}), pack({"schema.json": b"[1, 2]"}), bomb(), torn(),
    ],
)  # fmt: skip
def test_a_file_that_is_no_model_is_refused(saved: Path, data: bytes) -> None:
    """Whatever stands in the file, the answer is one sentence."""
    forge(saved, data)

    with pytest.raises(ModelError, match="not a whole model file"):
        load_model(next(saved.parent.glob("*")), trusted=OURS)


def test_arrays_cut_short_are_refused(saved: Path) -> None:
    """An array that ends before its end is damage, not a crash."""
    members = unpack((saved / "model.skops").read_bytes())
    short = {name: data[:90] if name.endswith(".npy") else data for name, data in members.items()}
    forge(saved, pack(short))

    with pytest.raises(ModelError, match="not a whole model file"):
        load_model(next(saved.parent.glob("*")), trusted=OURS)


def test_what_skops_cannot_store_is_said(model: Tiny) -> None:
    """A classifier that holds an open file, say, is refused in one sentence."""
    model.share_ = (n for n in range(3))

    with pytest.raises(ModelError, match="cannot be stored"):
        model_bytes(model)


@pytest.mark.parametrize("text", ["", "[]", "{", "[" * 99_999, '{"format": 99, "sha256": "a"}'])
def test_a_card_that_is_none_is_refused(saved: Path, text: str) -> None:
    """A damaged card, or one of another format, never lets a model pass."""
    (saved / "card.json").write_text(text)

    with pytest.raises(ModelError, match=r"card\.json"):
        load_model(saved, trusted=OURS)


def test_a_missing_model_names_those_there_are(saved: Path) -> None:
    """A wrong id is answered with the ids that exist."""
    with pytest.raises(ModelError, match=saved.name) as refused:
        load_model(saved.with_name("0" * 12), trusted=OURS)
    assert refused.value.code == "E_NO_MODEL"


def test_a_missing_model_file_is_said(saved: Path) -> None:
    """A card without its model is no model."""
    (saved / "model.skops").unlink()

    with pytest.raises(ModelError, match="cannot be read"):
        load_model(saved, trusted=OURS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("1.0.0", "1.1.0", "is now weather 1.1.0"),
        ("Water falls.", "Water falls from above.", "changed rain"),
        ("{id: sun", "{id: fog, name: Fog, definition: Low cloud.}\n  - {id: sun", "added fog"),
        ("id: sun", "id: wind", "removed sun"),
    ],
)
def test_a_model_of_another_codebook_is_stale(saved: Path, old: str, new: str, said: str) -> None:
    """The message says what differs between the model's codebook and today's."""
    with pytest.raises(StaleError, match=said):
        load_model(saved, codebook=parse_codebook(BOOK.replace(old, new)), trusted=OURS)


def test_codes_in_another_order_are_stale_too(saved: Path, model: Tiny) -> None:
    """The order of the codes is the order of the columns."""
    book = model.codebook
    turned = Codebook(book.slug, book.version, book.codes[::-1], book.title, book.source)

    with pytest.raises(StaleError, match="another order"):
        load_model(saved, codebook=turned, trusted=OURS)


def test_the_model_in_use_is_named_by_one_line(saved: Path, model: Tiny) -> None:
    """`current` holds one id; without the file no model is in use."""
    assert load_current(saved.parent, model.codebook, trusted=OURS) is None

    (saved.parent / "current").write_text(f"{saved.name}\n")
    found = load_current(saved.parent, model.codebook, trusted=OURS)

    assert found is not None
    assert saved.name == found.model_id


@pytest.mark.parametrize("text", ["", "../../etc", "0123456789ab\n0123456789ab\n"])
def test_a_current_file_that_holds_no_id_is_refused(tmp_path: Path, text: str) -> None:
    """What is not one id is never used as a path."""
    (tmp_path / "current").write_text(text)

    with pytest.raises(ModelError, match="one model id"):
        read_current(tmp_path)


def test_our_list_is_shorter_than_that_of_skops() -> None:
    """Nothing on the list can act: values, arrays, the codebook, and our own estimators."""
    assert {"builtins", "numpy", "scipy", "pipeline"} == {name.split(".")[0] for name in TRUSTED}
    assert "builtins.type" not in TRUSTED
    assert callable(skops.io.loads)
