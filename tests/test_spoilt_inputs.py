"""Spoilt inputs end in a sentence; benchmarks/fuzz_inputs.py makes thousands more of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError, InputError, StorageError, TableError
from pipeline.core.records import Turn
from pipeline.core.tables import RECEIPT_KEY, read_receipt, schema_of
from pipeline.exchange.code_tables import parse_csv
from pipeline.exchange.intake.sources import safe
from pipeline.ingest.participants import read_people
from pipeline.ingest.pseudonyms.key import parse_key
from pipeline.review.log.making import make_log, name_once
from pipeline.review.log.store import create_log, open_log

ENDLESS = "x" * 200_000


@pytest.mark.parametrize(
    "receipt", [b"{", b"\xff", b"[]", b'{"parts": []}', b'{"parts": {"a": {"key": 1, "x": 2}}}']
)
def test_a_receipt_that_is_none_is_a_damaged_table(tmp_path: Path, receipt: bytes) -> None:
    """Whatever stands where the receipt should, the table is refused by its name."""
    path = tmp_path / "turns.parquet"
    table = schema_of(Turn.COLUMNS).empty_table()
    pq.write_table(table.replace_schema_metadata({RECEIPT_KEY: receipt}), path)

    with pytest.raises(TableError, match=r"turns\.parquet"):
        read_receipt(path)


def people(folder: Path) -> object:
    """Read a participants table with an endless cell."""
    path = folder / "participants.csv"
    path.write_text(f"participant_id\n{ENDLESS}\n", encoding="utf-8")
    return read_people(path)


def key(_: Path) -> object:
    """Read a key whose kind is a list."""
    entry = {"kind": [], "identity": "a", "original": "a", "replacement": "b", "number": 1}
    return parse_key(json.dumps({"version": 1, "entries": [entry]}), where="key")


@pytest.mark.parametrize("read", [people, key, lambda _: parse_csv(f"name\n{ENDLESS}\n")])
def test_an_odd_cell_is_refused(read: Callable[[Path], object], tmp_path: Path) -> None:
    """A cell without end, or of another kind, is refused as the file's fault."""
    with pytest.raises(GlossatorError):
        read(tmp_path)


def test_no_file_makes_a_sentence_endless_or_unprintable() -> None:
    """Of a long line both ends stay, of many lines the first; lone surrogates are replaced."""
    sentence = str(InputError(f"file: {ENDLESS}\ud800; what to do.\n" + "line\n" * 500))

    assert sentence.encode()
    assert len(sentence) < 2_000
    assert sentence.startswith("file: x")
    assert "what to do." in sentence
    assert sentence.endswith("more")


def test_a_log_is_whole_under_its_name_or_not_there(tmp_path: Path) -> None:
    """Who comes second finds the first one's log; nothing else is left in the folder."""
    path = tmp_path / "review.sqlite"
    make_log(path, "t")

    make_log(path, "t")
    with create_log(path, "t"), open_log(path) as log:
        assert "t" == log.meta()["corpus"]

    assert ["review.sqlite"] == [item.name for item in tmp_path.iterdir()]


def test_a_name_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    """Two who make the same file at once: the second does not replace the first one's."""
    (tmp_path / "fresh").write_text("second")
    (tmp_path / "log").write_text("first")

    name_once(tmp_path / "fresh", tmp_path / "log")

    assert "first" == (tmp_path / "log").read_text()


def test_a_corpus_that_cannot_be_locked_says_so(tmp_path: Path) -> None:
    """Where the lock cannot be made, one sentence tells it."""
    corpus = Corpus(tmp_path, "t")
    corpus.folder.parent.mkdir()
    corpus.folder.write_text("a file where the folder should be")

    with pytest.raises(StorageError, match="cannot be written"), corpus.locked():
        pass


@pytest.mark.parametrize("name", ["con", "NUL.talk", "Lpt1"])
def test_an_imported_text_has_a_name_that_every_system_takes(name: str) -> None:
    """A name that Windows keeps for itself gets a mark; others stay as they are."""
    assert (f"_{name}", "console") == (safe(name), safe("console"))


def test_a_terminal_without_the_letters_ends_nothing(tmp_path: Path) -> None:
    """Where the output's encoding lacks a letter, as on older Windows, it is escaped."""
    book = tmp_path / "b.yaml"
    book.write_text(
        'codebook: b\nversion: "1"\ncodes:\n  - {id: a, name: 鷺, definition: A bird.}\n',
        encoding="utf-8",
    )

    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "codebook", "show", str(book)],
        env={**os.environ, "PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, True) == (done.returncode, "\\u9dfa" in done.stdout), done.stderr
