"""QualCoder's database: all that is text comes in, the rest is listed, nothing is guessed."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.errors import InputError
from pipeline.exchange.given import Given
from pipeline.exchange.intake.have import Ask, Have
from pipeline.exchange.intake.plan import make_plan
from pipeline.exchange.qualcoder import read_qualcoder
from pipeline.exchange.refi.model import Code, walk
from pipeline.exchange.refi.read import Found

TEXT = "\ufeffAnn: I like 🌧 rain.\r\nBen: and I the sun.\r\n"
PLAIN = "Ann: I like 🌧 rain.\nBen: and I the sun.\n"
WHEN = "2026-01-02 03:04:05"
SCHEMA = """
CREATE TABLE project (databaseversion text, date text, memo text, about text);
CREATE TABLE source (id integer primary key, name text, fulltext text, mediapath text, memo text,
  owner text, date text, av_text_id integer, unique(name));
CREATE TABLE code_cat (catid integer primary key, name text, owner text, date text, memo text,
  supercatid integer, unique(name));
CREATE TABLE code_name (cid integer primary key, name text, memo text, catid integer, owner text,
  date text, color text, unique(name));
CREATE TABLE code_text (ctid integer primary key, cid integer, fid integer, seltext text,
  pos0 integer, pos1 integer, owner text, date text, memo text, avid integer, important integer,
  unique(cid,fid,pos0,pos1, owner));
CREATE TABLE code_image (imid integer primary key, id integer, x1 integer, cid integer);
CREATE TABLE annotation (anid integer primary key, fid integer, pos0 integer, pos1 integer,
  memo text, owner text, date text);
CREATE TABLE attribute_type (name text primary key, date text, owner text, memo text,
  caseOrFile text, valuetype text);
CREATE TABLE attribute (attrid integer primary key, name text, attr_type text, value text,
  id integer, date text, owner text);
CREATE TABLE cases (caseid integer primary key, name text, memo text, owner text, date text);
CREATE TABLE case_text (id integer primary key, caseid integer, fid integer, pos0 integer,
  pos1 integer, owner text, date text, memo text);
CREATE TABLE journal (jid integer primary key, name text, jentry text, date text, owner text);
INSERT INTO project VALUES ('v11', '2026-01-01 00:00:00', 'About it', 'QualCoder');
INSERT INTO code_cat VALUES (1, 'Sky', 'ann', '', 'Above', NULL), (2, 'Wet', 'ann', '', '', 1);
INSERT INTO code_name VALUES (1, 'Rain', 'Falls', 2, 'ann', '', '#00FF00'),
  (2, 'Sun', '', 1, 'ann', '', 'green'), (3, 'Talk', '', NULL, 'ann', '', '');
INSERT INTO cases VALUES (1, 'Ann', 'A case', 'ann', ''), (2, 'Ben', '', 'ann', '');
INSERT INTO attribute_type VALUES ('Age', '', 'ann', '', 'case', 'numeric'),
  ('Place', '', 'ann', '', 'file', 'character');
INSERT INTO attribute VALUES (1, 'Age', 'case', '41', 1, '', ''), (2, 'Age', 'case', '', 2, '', ''),
  (3, 'Place', 'file', 'Here', 1, '', '');
INSERT INTO journal VALUES (1, 'Day 1', 'It began.', '2026-01-01 00:00:00', 'ann');
"""


def place(words: str) -> tuple[int, int]:
    """Return where words stand in the text as QualCoder has it."""
    start = TEXT.index(words)
    return start, start + len(words)


def made(folder: Path, *more: str, schema: str = SCHEMA) -> bytes:
    """Return a database with one text, one picture and three codings of two coders."""
    path = folder / "data.qda"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(schema)
    run = connection.execute
    source = "INSERT INTO source (id, name, fulltext, mediapath, memo, owner, date) VALUES "
    run(source + "(1, 'one.txt', ?, NULL, 'A memo', 'ann', ?)", (TEXT, WHEN))
    run(source + "(2, 'map.png', NULL, '/images/map.png', '', 'ann', ?)", (WHEN,))
    rows: list[tuple[Any, ...]] = [
        (1, 1, 1, "🌧 rain", *place("🌧 rain"), "ann", WHEN, "So wet"),
        (2, 2, 1, "the sun", *place("the sun"), "ben", WHEN, ""),
        (3, 3, 1, "the sun", *place("the sun"), "ben", WHEN, None),
    ]
    columns = "(ctid, cid, fid, seltext, pos0, pos1, owner, date, memo)"
    connection.executemany(f"INSERT INTO code_text {columns} VALUES (?,?,?,?,?,?,?,?,?)", rows)  # noqa: S608  # the columns above
    if "case_text" in schema:
        ben = (*place("Ben: and I the sun."),)
        run("INSERT INTO case_text (caseid, fid, pos0, pos1) VALUES (1, 1, 0, ?)", (len(TEXT),))
        run("INSERT INTO case_text (caseid, fid, pos0, pos1) VALUES (2, 1, ?, ?)", ben)
        run("INSERT INTO code_image VALUES (1, 2, 0, 1)")
        run("INSERT INTO annotation VALUES (1, 1, 6, 7, 'Odd', 'ann', '')")
    for words in more:
        connection.executescript(words)
    connection.commit()
    connection.close()
    return path.read_bytes()


def said(found: Found) -> list[tuple[str, str, str]]:
    """Return words, code and coder of each coding."""
    names = {path[-1].guid: path[-1].name for path in walk(found.project.codes)}
    users = {user.guid: user.name for user in found.project.users}
    return [
        (source.text[item.start : item.end], names[coding.code], users[coding.user])
        for source in found.project.sources
        for item in source.selections
        for coding in item.codings
    ]


def paths(codes: tuple[Code, ...]) -> list[str]:
    """Return codes by their path, those in brackets that only hold others together."""
    return [
        ".".join(c.name if c.is_codable else f"({c.name})" for c in path) for path in walk(codes)
    ]


def test_it_comes_in_whole(tmp_path: Path) -> None:
    """Texts, codes in categories, codings with coder and memo, cases, variables, memos."""
    found = read_qualcoder(made(tmp_path), Given())
    plan = make_plan(found, Have("c"), Ask(), kind="qda")

    assert ["🌧 rain", "the sun", "the sun"] == [words for words, _, _ in said(found)]
    assert [("Rain", "ann"), ("Sun", "ben"), ("Talk", "ben")] == [one[1:] for one in said(found)]
    assert {"one.txt": PLAIN} == plan.texts
    assert ["So wet", None, None] == [one.memo for one in plan.decisions]
    assert {"2026-01-02T03:04:05Z"} == {one.decided_at for one in plan.decisions}
    assert {"Ann": {"age": "41", "place": "Here"}, "Ben": {}} == plan.people
    ben = PLAIN.index("Ben")
    assert [(ben, len(PLAIN) - 1, "Ben"), (0, len(PLAIN), "Ann")] == list(plan.speakers["one.txt"])
    assert {"It began.", "Odd"} == {note.text for note in plan.map.notes}
    assert ("About it", "A memo") == (plan.map.description, plan.map.sources[0].description)
    assert ["Here"] == [cell[1] for cell in plan.map.sources[0].values]


def test_categories_only_hold_codes_together(tmp_path: Path) -> None:
    """Colours and memos come along; a colour that is none does not."""
    project = read_qualcoder(made(tmp_path), Given()).project
    wet = project.codes[0].codes[0]

    tree = ["(Sky)", "(Sky).(Wet)", "(Sky).(Wet).Rain", "(Sky).Sun", "Talk"]
    assert tree == sorted(paths(project.codes))
    assert ("#00FF00", "Falls") == (wet.codes[0].color, wet.codes[0].description)
    assert {"", "#00FF00"} == {path[-1].color for path in walk(project.codes)}


def test_media_are_listed(tmp_path: Path) -> None:
    """With the number of codings on them."""
    found = read_qualcoder(made(tmp_path), Given())

    [line] = map(str, found.problems)
    assert "source 'map.png': a file without a text (/images/map.png)" in line
    assert "with 1 codings" in line


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE code_text SET cid = 9 WHERE ctid = 2", "its code 9 is not in the file"),
        ("UPDATE code_text SET fid = 9 WHERE ctid = 2", "its text 9 is not in the file"),
        ("UPDATE code_text SET fid = 2 WHERE ctid = 2", "its text 2 is not in the file"),
        ("UPDATE code_text SET pos0 = 'x' WHERE ctid = 2", "its place is no number"),
        ("UPDATE code_text SET pos1 = 9223372036854775807 WHERE ctid = 2", "the text ends at"),
        ("UPDATE code_text SET pos0 = -9 WHERE ctid = 2", "the text ends at"),
        ("UPDATE code_text SET pos1 = 3 WHERE ctid = 2", "it ends before it begins"),
        ("UPDATE code_text SET seltext = 'other words' WHERE ctid = 2", "its name says"),
        ("UPDATE case_text SET fid = 9 WHERE caseid = 2", "its text 9 is not in the file"),
    ],
)
def test_what_cannot_be_read_is_listed(tmp_path: Path, sql: str, told: str) -> None:
    """Each with its number and why; all else comes in."""
    found = read_qualcoder(made(tmp_path, sql), Given())

    assert 1 == sum(told in str(problem) for problem in found.problems)
    assert ("🌧 rain", "Rain", "ann") in said(found)
    assert 3 == found.n_codings


def test_offsets_may_count_utf16(tmp_path: Path) -> None:
    """They are measured by the words that QualCoder keeps beside them."""
    data = made(
        tmp_path,
        "UPDATE code_text SET pos0 = pos0 + 1, pos1 = pos1 + 1 WHERE ctid > 1;"
        "UPDATE code_text SET pos1 = pos1 + 1 WHERE ctid = 1",
    )
    found = read_qualcoder(data, Given())

    assert ["🌧 rain", "the sun", "the sun"] == [words for words, _, _ in said(found)]


def test_older_and_newer_versions(tmp_path: Path) -> None:
    """Without the tables and columns that came later; with codes below codes."""
    names = "INSERT INTO code_name (cid, name) VALUES (1, 'Rain'), (2, 'Sun'), (3, 'Talk');"
    bare = "\n".join((SCHEMA.partition("CREATE TABLE code_image")[0], names))
    new = (
        "ALTER TABLE code_name ADD COLUMN supercid integer;"
        "UPDATE code_name SET supercid = 3 WHERE cid = 2"
    )

    assert 3 == len(said(read_qualcoder(made(tmp_path, schema=bare), Given())))
    assert "Talk.Sun" in paths(read_qualcoder(made(tmp_path, new), Given()).project.codes)


def test_categories_in_a_circle_stand_at_the_top(tmp_path: Path) -> None:
    """No code is lost, and nothing runs for ever."""
    data = made(tmp_path, "UPDATE code_cat SET supercatid = 2 WHERE catid = 1")
    found = read_qualcoder(data, Given()).project.codes

    assert {"Sky", "Wet", "Rain", "Sun", "Talk"} == {path[-1].name for path in walk(found)}


def test_a_transcript_with_the_same_words_is_meant(tmp_path: Path) -> None:
    """Whatever its line ends."""
    ours = PLAIN.replace("\n", "\n\n")
    found = read_qualcoder(made(tmp_path), Given(texts={"one": ours}))

    assert [ours] == [source.text for source in found.project.sources]
    assert ["🌧 rain", "the sun", "the sun"] == [words for words, _, _ in said(found)]


def test_ids_last(tmp_path: Path) -> None:
    """A database with one coding more gives all others as before."""
    more = (
        "INSERT INTO code_text (cid, fid, seltext, pos0, pos1, owner) "
        "VALUES (3, 1, 'Ann', 1, 4, 'ann')"
    )
    before = make_plan(read_qualcoder(made(tmp_path), Given()), Have("c"), Ask()).decisions
    after = make_plan(read_qualcoder(made(tmp_path, more), Given()), Have("c"), Ask()).decisions

    assert {one.decision_id for one in before} < {one.decision_id for one in after}


def test_another_database_is_refused(tmp_path: Path) -> None:
    """In a sentence that names what it lacks."""
    with pytest.raises(InputError, match="no project of QualCoder: it has no table 'code_name'"):
        read_qualcoder(made(tmp_path, "DROP TABLE code_name"), Given())
    with pytest.raises(InputError, match="no column 'pos0'"):
        read_qualcoder(made(tmp_path, "ALTER TABLE code_text RENAME pos0 TO p"), Given())
