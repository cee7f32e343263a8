"""The leak check: every kind of file, every place, and never the names themselves."""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.settings import PrivacySettings
from pipeline.ingest.pseudonyms.key import Key, write_key
from pipeline.ingest.pseudonyms.leaks import (
    UNREADABLE,
    Leak,
    Names,
    find_leaks,
    known_names,
    search_files,
    search_tables,
)
from pipeline.ingest.pseudonyms.names import Person
from pipeline.ingest.pseudonyms.seek import Find, Seeker

WORDS = "and then O'Rell Quist said, with an accent: Zoë"
CONTACTS = [Find(0, 1, "phone", "+447700900123", "07700 900123")]
NAMES = Names.of(
    Seeker.of([Person(("O'Rell Quist",)), Person(("Zoë",)), Person(("Will",))]),
    Key().with_finds(CONTACTS),
)


def write_text(path: Path) -> None:
    """Write WORDS as plain text."""
    path.write_text(f"first line\n{WORDS}\n", encoding="utf-8")


def write_csv(path: Path) -> None:
    """Write WORDS as a cell, in UTF-16 with a mark, as spreadsheets do."""
    path.write_text(f'code,quote\nx,"{WORDS}"\n', encoding="utf-16")


def write_html(path: Path) -> None:
    """Write WORDS with entities."""
    path.write_text("<p>O&#x27;Rell\n<b>Quist</b> and Zo&euml;</p>")


def write_json(path: Path) -> None:
    """Write WORDS with escapes."""
    path.write_text(json.dumps({"rows": [{"quote": WORDS}]}))


def write_json_lines(path: Path) -> None:
    """Write WORDS as a line of JSON."""
    path.write_text("\n" + json.dumps({"quote": WORDS}) + "\n")


def write_parquet(path: Path) -> None:
    """Write WORDS inside a nested column."""
    pq.write_table(pa.table({"start": [1], "evidence": [[{"reason": WORDS}]]}), path)


def write_workbook(path: Path) -> None:
    """Write WORDS as a cell of a workbook."""
    book = openpyxl.Workbook()
    book.worksheets[0].append(["quote", 3])
    book.worksheets[0].append([WORDS, None])
    book.save(path)


def write_archive(path: Path) -> None:
    """Write WORDS as a source of an exchange file, beside an archive within it."""
    inner = path.with_suffix(".inner")
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("word/document.xml", f"<t>{WORDS}</t>".replace("'", "&apos;"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", "<Project/>")
        archive.writestr("sources/a.docx", inner.read_bytes())
    inner.unlink()


def write_packed(path: Path) -> None:
    """Write WORDS packed as training examples are."""
    path.write_bytes(zlib.compress(b"\x81\xa7" + WORDS.encode()))


def write_database(path: Path) -> None:
    """Write WORDS among bytes that are no text."""
    path.write_bytes(b"SQLite format 3\x00\x10\xff" + WORDS.encode() + b"\x00")


WRITERS: dict[str, Callable[[Path], None]] = {
    "a.txt": write_text,
    "a.csv": write_csv,
    "a.html": write_html,
    "a.json": write_json,
    "a.jsonl": write_json_lines,
    "a.parquet": write_parquet,
    "a.xlsx": write_workbook,
    "a.qdpx": write_archive,
    "a.spacy": write_packed,
    "a.sqlite3": write_database,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_name_is_found_in_every_kind_of_file(tmp_path: Path, name: str) -> None:
    """Whatever the format hides behind: encodings, entities, escapes, packing, nesting."""
    WRITERS[name](tmp_path / name)

    (leak,) = search_files([tmp_path], tmp_path, NAMES)

    assert (name, "name") == (leak.file, leak.kind)
    assert leak.count >= 2


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("a.txt", "line 2"),
        ("a.jsonl", "line 2, quote"),
        ("a.json", "rows, quote"),
        ("a.parquet", "row 1, column evidence, reason"),
        ("a.xlsx", "Sheet A2"),
        ("a.qdpx", "sources/a.docx, word/document.xml, line 1"),
    ],
)
def test_a_leak_says_where_and_not_whom(tmp_path: Path, name: str, place: str) -> None:
    """File, first place, number and kind; the name itself is in no leak."""
    WRITERS[name](tmp_path / name)

    (leak,) = search_files([tmp_path], tmp_path, NAMES)

    assert place == leak.place
    assert f"{name}, {place} and {leak.count - 1} more: name" == str(leak)
    assert "Quist" not in repr(leak)


def test_places_and_kinds_are_leaks_of_their_own() -> None:
    """A name and a number of the key in one place are two leaks."""
    texts = {"memo": "Zoë's is 0044 7700 900123, Zoë said", "note": "ring 020 7946 0000"}

    assert [Leak("f", "memo", "name", 2), Leak("f", "memo", "phone")] == sorted(
        find_leaks(texts, NAMES, file="f"), key=lambda leak: leak.kind
    )


def test_words_that_are_no_names_are_no_leaks() -> None:
    """What ingest would not replace is no leak: verbs, other words, pseudonyms."""
    texts = {"a": "Will you? I will. The quistical and [Name 1]; Quists"}

    assert [] == find_leaks(texts, NAMES)


def test_the_name_of_a_file_is_searched_too(tmp_path: Path) -> None:
    """Files are sent with their names."""
    (tmp_path / "zoë_quist.txt").write_text("nothing")
    (tmp_path / ".hidden.txt").write_text(WORDS)

    (leak,) = search_files([tmp_path], tmp_path, NAMES)

    assert "its name" == leak.place


@pytest.mark.parametrize("name", ["a.parquet", "a.xlsx", "a.json", "a.qdpx", "a.spacy", "a.jsonl"])
def test_what_cannot_be_searched_is_said(tmp_path: Path, name: str) -> None:
    """A damaged file is no clean file."""
    WRITERS[name](tmp_path / name)
    data = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(data[: len(data) // 2])

    (leak,) = search_files([tmp_path], tmp_path, NAMES)

    assert UNREADABLE == leak.kind
    assert "was not searched" in str(leak)


def test_tables_and_reports_of_the_build_are_searched(tmp_path: Path) -> None:
    """Tables with their receipts, and the report; models beside them are not."""
    (tmp_path / "build" / "cold").mkdir(parents=True)
    for name in ("turns.parquet", "ingest_report.json", "cold/words.txt"):
        writer = WRITERS[f"a{Path(name).suffix}"]
        writer(tmp_path / "build" / name)

    leaks = search_tables(tmp_path / "build", tmp_path, NAMES)

    assert ["build/ingest_report.json", "build/turns.parquet"] == [leak.file for leak in leaks]


def test_names_are_those_of_table_settings_and_key(tmp_path: Path) -> None:
    """Also a name that only the key still has is looked for; ``never`` takes one out."""
    people, key = tmp_path / "participants.csv", tmp_path / "private" / "key.json"
    people.write_text("participant_id,name,pseudonym\nA,Orla Bane,P 1\n")
    write_key(key, Key().with_finds([*CONTACTS, Find(0, 1, "name", "ines", "Ines")]))
    texts = {"a": "Orla", "b": "Ines", "c": "Tam", "d": "07700900123"}

    names = known_names(people, key, PrivacySettings(names=("Tam",)))
    fewer = known_names(people, key, PrivacySettings(names=("Tam",), never=("Ines",)))

    assert (["a", "b", "c", "d"], 4) == (
        [one.place for one in find_leaks(texts, names)],
        len(names),
    )
    assert ["a", "c", "d"] == [leak.place for leak in find_leaks(texts, fewer)]


def test_a_corpus_without_names_has_no_leaks(tmp_path: Path) -> None:
    """Without table, key and settings nothing is known and nothing found."""
    write_text(tmp_path / "a.txt")

    names = known_names(tmp_path / "none.csv", tmp_path / "none.json", PrivacySettings())

    assert ([], 0) == (search_files([tmp_path, tmp_path / "none"], tmp_path, names), len(names))
