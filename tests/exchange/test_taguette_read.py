"""Projects of Taguette: what it highlighted comes in, word for word, or is listed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.exchange.given import Given
from pipeline.exchange.marked import Codes, Mark, MarkedText
from pipeline.exchange.refi.model import walk
from pipeline.exchange.refi.read import Found
from pipeline.exchange.taguette import APPLICATION_ID, TABLES, format_taguette
from pipeline.exchange.taguette_read import read_taguette

CODES = Codes({"weather": "Weather", "weather.rain": "Rain"}, {"weather.rain": "Falls"})
PAGE = "<h1>Talk</h1>\n<p>Caf&eacute; 🌧 &amp; more</p><script>x</script>\n<!-- c --><p>The end</p>"
CONTENT = "Talk\nCafé 🌧 & morex\nThe end"


def made(folder: Path, *more: str, highlights: Sequence[Sequence[Any]] = ()) -> bytes:
    """Return a project with one document and two tags; ``more`` is SQL."""
    path = folder / "p.sqlite3"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    connection.executescript(f"PRAGMA application_id={APPLICATION_ID};{TABLES}")
    run = connection.execute
    run("INSERT INTO users (login, created) VALUES ('ann', '2026')")
    run("INSERT INTO projects VALUES (1, 'p', 'About', '2026-01-02 03:04:05')")
    run("INSERT INTO project_members VALUES (1, 'ann', 'ADMIN')")
    tags = [(1, "Work", "Toil"), (2, "Work.Pay", ""), (3, "e.g. x", "")]
    connection.executemany("INSERT INTO tags VALUES (?, 1, ?, ?)", tags)
    row = (1, "Talk 1", "d", None, "2026", 1, "LEFT_TO_RIGHT", PAGE)
    run("INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    for number, start, end, snippet in highlights:
        run("INSERT INTO highlights VALUES (?, 1, ?, ?, ?)", (number, start, end, snippet))
        run("INSERT INTO highlight_tags VALUES (?, 2)", (number,))
    for words in more:
        connection.executescript(words)
    connection.commit()
    connection.close()
    return path.read_bytes()


def place(words: str) -> tuple[int, int]:
    """Return the bytes of ``words`` in the document's content."""
    start = len(CONTENT[: CONTENT.index(words)].encode())
    return start, start + len(words.encode())


def said(found: Found) -> list[tuple[str, list[str]]]:
    """Return words and names of codes of each passage."""
    names = {path[-1].guid: path[-1].name for path in walk(found.project.codes)}
    return [
        (source.text[item.start : item.end], [names[coding.code] for coding in item.codings])
        for source in found.project.sources
        for item in source.selections
    ]


def why(found: Found) -> list[str]:
    """Return what is listed."""
    return [str(problem) for problem in found.problems]


def test_a_document_becomes_lines_and_highlights_their_words(tmp_path: Path) -> None:
    """Entities, scripts and comments count as Taguette counts them."""
    rows = [(1, *place("Café 🌧"), "<p>Caf&eacute; 🌧</p>"), (2, *place("The"), "<b>The</b>")]
    found = read_taguette(made(tmp_path, highlights=rows), Given())

    assert "Talk\nCafé 🌧 & more\nThe end" == found.project.sources[0].text
    assert [("Café 🌧", ["Pay"]), ("The", ["Pay"])] == said(found)
    assert ["ann"] == [user.name for user in found.project.users]
    assert ([], 2) == (why(found), found.n_codings)


def test_tags_become_a_tree(tmp_path: Path) -> None:
    """A dot parts levels where the upper one is a tag; descriptions come along."""
    codes = read_taguette(made(tmp_path), Given()).project.codes

    paths = [[code.name for code in path] for path in walk(codes)]
    assert [["Work"], ["Work", "Pay"], ["e.g. x"]] == paths
    assert "Toil" == codes[0].description


def test_what_differs_is_listed(tmp_path: Path) -> None:
    """Another snippet, a cut character, an absurd place, reversed, empty; the rest arrives."""
    cut = place("é")[0] + 1
    rows = [
        (1, *place("The"), "Other"),
        (2, cut, cut + 3, "x"),
        (3, -5, 10**15, "x"),
        (4, 9, 3, "x"),
        (5, 4, 5, "\n"),
        (6, *place("end"), "end"),
        (7, "a", b"\xff", "x"),
    ]
    found = read_taguette(made(tmp_path, highlights=rows), Given())

    assert [("end", ["Pay"])] == said(found)
    assert [f"highlight {n}" for n in (1, 2, 3, 4, 5, 7)] == [
        line.partition(":")[0] for line in why(found)
    ]
    assert 7 == found.n_codings


def test_references_to_nothing_are_listed(tmp_path: Path) -> None:
    """A highlight of no document, a tag of no highlight, a highlight of no tag."""
    data = made(
        tmp_path,
        "INSERT INTO highlights VALUES (8, 99, 0, 1, 'x');"
        "INSERT INTO highlight_tags VALUES (8, 1), (77, 1);",
        highlights=[(1, *place("The"), "The")],
    )
    more = made(tmp_path, "INSERT INTO highlights VALUES (8, 1, 0, 4, 'Talk')")
    found = read_taguette(data, Given())

    assert 2 == len(why(found))
    assert [("The", ["Pay"])] == said(found)
    assert [("Talk", [])] == said(read_taguette(more, Given()))


def test_its_history_dates_a_highlight(tmp_path: Path) -> None:
    """Whatever else stands in the history is passed over."""
    data = made(
        tmp_path,
        "INSERT INTO commands VALUES (1, '2026-03-04 05:06:07', 'ann', 1, 1, "
        """'{"type": "highlight_add", "highlight_id": 1}'), (2, 'x', 'ann', 1, 1, '[['),"""
        """(3, '2026-03-04 05:06:08', 'ann', 1, 1, '{"type": "tag_add"}');""",
        highlights=[(1, *place("The"), "The")],
    )

    [item] = read_taguette(data, Given()).project.sources[0].selections
    assert "2026-03-04T05:06:07" == item.created


def test_nobody_in_particular_is_called_after_the_tool(tmp_path: Path) -> None:
    """Whoever runs Taguette at home is admin; of several members nobody is meant."""
    rows = [(1, *place("The"), "The")]
    home = made(tmp_path, "UPDATE project_members SET user_login = 'admin'", highlights=rows)
    two = made(tmp_path, "INSERT INTO project_members VALUES (1, 'ben', 'ADMIN')", highlights=rows)

    for data in (home, two):
        users = read_taguette(data, Given()).project.users
        assert ["taguette"] == [user.name for user in users]


def test_a_transcript_with_the_same_words_is_meant(tmp_path: Path) -> None:
    """Empty lines and other line ends do not make it another text; other words do."""
    data = made(tmp_path, highlights=[(1, *place("Café 🌧"), "Café 🌧")])
    ours = "Talk\n\nCafé\n🌧 & more\n\nThe end\n"
    home = read_taguette(data, Given(texts={"Talk_1": ours, "x": "else"}))
    other = read_taguette(data, Given(texts={"Talk_1": ours + "more"}))

    assert (ours, [("Café\n🌧", ["Pay"])]) == (home.project.sources[0].text, said(home))
    assert "Talk\nCafé 🌧 & more\nThe end" == other.project.sources[0].text


def test_what_is_no_project_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Not a database, a short one, one without the tables, one with views in their place."""
    whole = made(tmp_path, highlights=[(n, 0, 4, "Talk" * 99) for n in range(200)])
    view = made(tmp_path, "DROP TABLE highlights; CREATE VIEW highlights AS SELECT 1 AS id;")
    two = made(tmp_path, "INSERT INTO projects VALUES (2, 'q', '', '')")
    trap = made(
        tmp_path,
        "ALTER TABLE projects RENAME TO old; CREATE TABLE projects (id INTEGER, name TEXT AS "
        "(hex(zeroblob(99999999))) VIRTUAL);",
    )
    cases = {
        b"": "E_NOT_SQLITE",
        b"PK\x03\x04": "E_NOT_SQLITE",
        whole[: len(whole) // 2]: "E_CORRUPT",
        whole[:100]: "E_CORRUPT",
        whole[:4096] + bytes(len(whole) - 4096): "E_CORRUPT",
        view: "E_NO_TABLE",
        trap: "E_NO_TABLE",
        two: "E_SEVERAL",
    }

    for data, code in cases.items():
        with pytest.raises(InputError) as error:
            read_taguette(data, Given())
        assert code == error.value.code


def test_a_trigger_does_not_fire(tmp_path: Path) -> None:
    """Reading changes nothing, so nothing that waits for a change ever runs."""
    data = made(
        tmp_path,
        "CREATE TRIGGER boom AFTER INSERT ON highlights BEGIN SELECT raise(ABORT, 'boom'); END;",
        "CREATE TABLE more (a); CREATE VIEW endless AS WITH RECURSIVE c(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c;",
    )

    assert 1 == len(read_taguette(data, Given()).project.sources)


MARKS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(1, 20), st.sampled_from(sorted(CODES.names))),
    max_size=6,
)
LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=1, max_size=12),
    min_size=1,
    max_size=5,
)


@settings(max_examples=40)
@given(LINES, MARKS)
def test_our_own_export_comes_back(lines: list[str], marks: list[tuple[int, int, str]]) -> None:
    """The same words under the same codes, in a text without empty lines the same places."""
    text = "\n".join(lines)
    spans = {
        (start, min(start + length, len(text)), code)
        for start, length, code in marks
        if start < len(text) and text[start : start + length].strip()
    }
    one = MarkedText("t", None, 0, text, [Mark(*span) for span in sorted(spans)])
    found = read_taguette(format_taguette("p", [one], CODES), Given(texts={"t": text}))

    names = {path[-1].guid: ".".join(c.name for c in path) for path in walk(found.project.codes)}
    back = {
        (text[item.start : item.end].strip("\n"), names[coding.code])
        for source in found.project.sources
        for item in source.selections
        for coding in item.codings
    }
    assert {(text[start:end].strip("\n"), code) for start, end, code in spans} == back
    assert [text] == [source.text for source in found.project.sources]
    assert not found.problems
