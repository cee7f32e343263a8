"""Taguette's project file (SQLite) and its codebook as CSV."""

from __future__ import annotations

import csv
import html
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import count
from pathlib import Path

from pipeline.exchange.marked import Codes, MarkedText

APPLICATION_ID = 0x54677474  # "Tgtt": how Taguette knows its files
REVISION = "db5e31a0233d"  # of the tables below, in Taguette's own count
LONGEST_PATH = 200
EARLIEST = "1970-01-01 00:00:00"
OWNER, ADMIN, TAG_ADDED = "admin", "ADMIN", 0
TABLES = """
CREATE TABLE users (login TEXT PRIMARY KEY NOT NULL, created TEXT NOT NULL, hashed_password TEXT,
  disabled INTEGER NOT NULL DEFAULT 0, password_set_date TEXT, language TEXT, email TEXT UNIQUE,
  email_sent TEXT);
CREATE TABLE projects (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL,
  description TEXT NOT NULL, created TEXT NOT NULL);
CREATE TABLE project_members (project_id INTEGER NOT NULL REFERENCES projects (id),
  user_login TEXT NOT NULL REFERENCES users (login), privileges TEXT NOT NULL,
  PRIMARY KEY (project_id, user_login));
CREATE TABLE documents (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL,
  description TEXT NOT NULL, filename TEXT, created TEXT NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id), text_direction TEXT NOT NULL,
  contents TEXT NOT NULL);
CREATE TABLE commands (id INTEGER PRIMARY KEY NOT NULL, date TEXT NOT NULL,
  user_login TEXT NOT NULL REFERENCES users (login),
  project_id INTEGER NOT NULL REFERENCES projects (id), document_id INTEGER,
  payload TEXT NOT NULL);
CREATE TABLE tags (id INTEGER PRIMARY KEY NOT NULL,
  project_id INTEGER NOT NULL REFERENCES projects (id), path TEXT NOT NULL,
  description TEXT NOT NULL, UNIQUE (project_id, path));
CREATE TABLE highlights (id INTEGER PRIMARY KEY NOT NULL,
  document_id INTEGER NOT NULL REFERENCES documents (id), start_offset INTEGER NOT NULL,
  end_offset INTEGER NOT NULL, snippet TEXT NOT NULL);
CREATE TABLE highlight_tags (highlight_id INTEGER NOT NULL REFERENCES highlights (id),
  tag_id INTEGER NOT NULL REFERENCES tags (id), PRIMARY KEY (highlight_id, tag_id));
CREATE TABLE alembic_version (version_num TEXT PRIMARY KEY NOT NULL);
"""


def format_taguette(
    name: str, texts: Sequence[MarkedText], codes: Codes, *, is_rtl: bool = False
) -> bytes:
    """Return a project that Taguette imports: one highlight a passage, coders joined.

    Parameters
    ----------
    name
        Of the project.
    texts
        Whole transcripts with their marks.
    codes
        Every code that is marked, and more.
    is_rtl
        Whether the texts run from right to left.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "project.sqlite3"
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.executescript(f"PRAGMA application_id={APPLICATION_ID};{TABLES}")
            connection.execute("BEGIN")
            fill(connection, name, texts, codes, "RIGHT_TO_LEFT" if is_rtl else "LEFT_TO_RIGHT")
            connection.execute("COMMIT")
            connection.execute("VACUUM")  # the same content gives the same bytes
        finally:
            connection.close()
        return path.read_bytes()


def fill(
    connection: sqlite3.Connection,
    name: str,
    texts: Sequence[MarkedText],
    codes: Codes,
    direction: str,
) -> None:
    """Write everything into the empty tables."""
    dates = sorted(day(mark.created) for one in texts for mark in one.marks if mark.created)
    created = dates[0] if dates else EARLIEST
    run = connection.execute
    run("INSERT INTO alembic_version VALUES (?)", (REVISION,))
    run("INSERT INTO users (login, created) VALUES (?, ?)", (OWNER, created))
    run("INSERT INTO projects VALUES (1, ?, '', ?)", (name, created))
    run("INSERT INTO project_members VALUES (1, ?, ?)", (OWNER, ADMIN))
    tags = {code: number for number, code in enumerate(codes.names, 1)}
    connection.executemany(
        "INSERT INTO tags VALUES (?, 1, ?, ?)",
        [
            (number, tag_path(code), codes.definitions.get(code, ""))
            for code, number in tags.items()
        ],
    )
    numbers = count(1)
    for document, one in enumerate(texts, 1):
        called = one.transcript_id
        row = (document, called, f"{called}.txt", created, direction, contents(one.text))
        run("INSERT INTO documents VALUES (?, ?, '', ?, ?, 1, ?, ?)", row)
        for start, end, snippet, marked in highlights(one):
            number = next(numbers)
            run(
                "INSERT INTO highlights VALUES (?, ?, ?, ?, ?)",
                (number, document, start, end, snippet),
            )
            connection.executemany(
                "INSERT INTO highlight_tags VALUES (?, ?)",
                [(number, tags[code]) for code in sorted(marked, key=lambda code: tags[code])],
            )


def tag_path(code: str) -> str:
    """Return a code's path as a tag, no longer than Taguette takes."""
    return code[:LONGEST_PATH]


def contents(text: str) -> str:
    """Return a text as Taguette keeps it: one paragraph a line that is not empty."""
    return "".join(f"<p>{html.escape(line, quote=False)}</p>" for line in lines_of(text))


def lines_of(text: str) -> list[str]:
    """Return the lines that are not empty; only a line feed ends one."""
    return [line for line in text.split("\n") if line.strip()]


def highlights(one: MarkedText) -> Iterator[tuple[int, int, str, set[str]]]:
    """Yield each marked passage in UTF-8 bytes of the document's text, and its codes."""
    byte_at = byte_offsets(one.text)
    passages: dict[tuple[int, int], set[str]] = {}
    for start, end, code in one.spans():
        passages.setdefault((start, end), set()).add(code)
    for (start, end), codes in sorted(passages.items()):
        words = "".join(lines_of(one.text[start:end]))
        yield byte_at[start], byte_at[end], html.escape(words, quote=False), codes


def byte_offsets(text: str) -> list[int]:
    """Return how many bytes of the document's text stand before each character, and at the end.

    Line ends and empty lines are not in the document, so they have no bytes.
    """
    found, total = [], 0
    for line in text.split("\n"):
        is_kept = bool(line.strip())
        for character in line:
            found.append(total)
            total += len(character.encode("utf-8", "surrogatepass")) if is_kept else 0
        found.append(total)  # of the line feed, or of the end
    return found


def day(moment: str) -> str:
    """Return an ISO time as SQLite's users write it: ``2026-01-31 12:00:00``."""
    return moment[:19].replace("T", " ")


def format_codebook_csv(codes: Codes) -> str:
    """Return the codebook as Taguette imports it: ``tag,description``."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("tag", "description"))
    writer.writerows((tag_path(code), codes.definitions.get(code, "")) for code in codes.names)
    return text.getvalue()
