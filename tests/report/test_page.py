"""The page: whole, deaf to hostile words, without a request, with every link leading somewhere."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.codebook import Code, Codebook
from pipeline.core.records import Suggestion
from pipeline.core.settings import QuestionSettings
from pipeline.report.stage import Job, run, run_both

Make = Callable[..., Any]
HOSTILE = "</p></svg></style><script>alert(1)</script><img src=x onerror=alert(2)> \"'&amp; $x$ 🌧"
VOID = {"meta", "link", "img", "br", "input"}


class Reader(HTMLParser):
    """Gathers what a page holds: tags with attributes, ids, links, and whether tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself, as those of figures do."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Note that a tag is closed."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note words."""
        self.text.append(data)

    def all(self, *names: str) -> list[dict[str, str | None]]:
        """Return the attributes of all tags with these names."""
        return [attrs for tag, attrs in self.tags if tag in names]


@pytest.fixture(scope="session")
def job(make: Make, tmp_path_factory: pytest.TempPathFactory) -> Job:
    """Return a study in which every text is hostile."""
    made = make(5, 6)
    made.book = Codebook(
        "mini",
        "1",
        (
            Code("value", HOSTILE, codable=False),
            Code("value.money", f"Money {HOSTILE}"),
            Code("value.trust", "Trust"),
            Code("acts", "Activities", codable=False),
            Code("acts.plan", HOSTILE),
        ),
        title=HOSTILE,
    )
    made.settings = replace(made.settings, questions=(QuestionSettings("q1", HOSTILE),))
    made.said = {place: f"{words} {HOSTILE}" for place, words in made.said.items()}
    for n, person in enumerate(made.people.values()):
        person |= {"pseudonym": f"{HOSTILE} {n}", "group": f"{HOSTILE} {n % 2}"}
        person["organisation"] = ("Blue House", "line")[n % 2]
    for name, turn in made.said:
        codes = ["value.money"] if turn % 2 else ["value.trust", "acts.plan"]
        for coder in ("ana", "<b>ben</b>"):
            made.done(coder, name, turn, *codes[: 1 + (coder == "ana")])
        for code in codes:
            made.mark(name, turn, code, coders="ana; <b>ben</b>", question="q1")
    made.mark("int-1", 1, "value.trust", status="disputed")
    rows = made.segments()
    made.suggestions = [
        Suggestion(r.segment_id, "value.money", 0.5, 1, (), "m1", "1") for r in rows
    ]
    made.scores = {
        row.segment_id: {"value.money": 0.02 if row.turn % 2 else 0.95, "value.trust": 0.4}
        for row in rows
    }
    found: Job = made.write(tmp_path_factory.mktemp("study"), "pilot")
    return found


@pytest.fixture(scope="session")
def folder(job: Job, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of it."""
    out = tmp_path_factory.mktemp("out") / "report"
    run(job, out)
    return out


@pytest.fixture(scope="session")
def page(folder: Path) -> Reader:
    """Return its page, read."""
    reader = Reader()
    reader.feed((folder / "report.html").read_text(encoding="utf-8"))
    return reader


def test_hostile_words_stay_words(page: Reader) -> None:
    """No text of a transcript, name, code or attribute becomes a tag; all tags are closed."""
    assert [] == page.open
    assert [] == page.all("script", "img", "iframe", "object", "form", "link", "base")
    assert len(page.all("b")) == len(page.all("table", "figure"))
    assert not [key for _, attrs in page.tags for key in attrs if key.startswith("on")]
    assert any("alert(1)" in words for words in page.text)


def test_the_page_asks_for_nothing(folder: Path, page: Reader) -> None:
    """No address of another file or host; the page's own rules would stop it, too."""
    text = (folder / "report.html").read_text(encoding="utf-8")
    asked = [
        value
        for _, attrs in page.tags
        for key, value in attrs.items()
        if key in {"src", "href", "xlink:href", "action", "data", "poster"} and value
    ]

    assert all(value.startswith("#") for value in asked)
    assert not re.search(r"url\((?!#)|@import", text)
    [policy] = [meta for meta in page.all("meta") if meta.get("http-equiv")]
    assert str(policy["content"]).startswith("default-src 'none'")


def test_every_link_leads_somewhere(page: Reader) -> None:
    """Each id stands once, and each link, label and reference finds its own."""
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    used = [str(attrs["href"])[1:] for attrs in page.all("a")]
    used += [
        word for _, attrs in page.tags for word in str(attrs.get("aria-labelledby") or "").split()
    ]

    assert len(ids) == len(set(ids))
    assert set(used) <= set(ids)
    assert len(used) > 50


def test_tables_and_figures_can_be_heard(page: Reader) -> None:
    """Captions, scopes, roles and headings in order, so that a screen reader finds its way."""
    tables, captions = page.all("table"), page.all("caption")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]

    assert len(tables) == len(captions) > 8
    assert all(attrs.get("scope") in {"col", "row"} for attrs in page.all("th"))
    figures = page.all("svg")
    assert figures
    assert all(attrs.get("role") == "img" and attrs.get("aria-labelledby") for attrs in figures)
    assert 1 == levels.count(1)
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_each_table_and_figure_is_a_file(folder: Path, page: Reader) -> None:
    """Figures come as SVG and PDF, tables as CSV and one workbook; the receipt names them."""
    told = json.loads((folder / "receipt.json").read_text())["details"]["files"]

    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert {*told, "receipt.json"} == there
    assert len(page.all("figure")) == sum(name.endswith(".svg") for name in told)
    assert len(page.all("figure")) == sum(name.endswith(".pdf") for name in told)
    assert "tables.xlsx" in told
    assert {"tables/agreement.csv", "tables/evidence.csv", "tables/code_pairs.csv"} <= set(told)


def test_quotations_say_who_and_where(page: Reader) -> None:
    """Each passage stands once with speaker, turn and codes, and who applied them."""
    text = " ".join(page.text)

    assert len(page.all("blockquote")) == 30
    assert "turn 3" in text
    assert "(agreed: ana, <b>ben</b>)" in text


def test_the_same_study_gives_the_same_bytes(job: Job, folder: Path, tmp_path: Path) -> None:
    """No clock and no chance anywhere in a report."""
    run(job, tmp_path / "again")

    files = sorted(p.relative_to(folder) for p in folder.rglob("*") if p.is_file())
    assert files
    assert [] == [
        f for f in files if (folder / f).read_bytes() != (tmp_path / "again" / f).read_bytes()
    ]


def test_two_studies_side_by_side(job: Job, tmp_path: Path) -> None:
    """The page of two corpora holds the quotations of both, each with ids of its own."""
    other = replace(job, name="old")

    done = run_both((job, other), tmp_path / "both")

    reader = Reader()
    reader.feed(done.page.read_text(encoding="utf-8"))
    ids = [attrs["id"] for _, attrs in reader.tags if attrs.get("id")]
    used = {str(attrs["href"])[1:] for attrs in reader.all("a")}
    assert len(ids) == len(set(ids))
    assert used <= set(ids)
    assert len(reader.all("blockquote")) == 60
    assert (tmp_path / "both/tables/comparison.csv").exists()


def test_a_page_comes_before_anything_is_reviewed(make: Make, tmp_path: Path) -> None:
    """With segments alone the page says what is missing and what to do."""
    done = run(make(2, 2).write(tmp_path), tmp_path / "out")

    assert "Nothing is reviewed yet" in done.page.read_text(encoding="utf-8")
    assert 0 == done.n_passages


def test_a_page_comes_before_anything_is_cut(make: Make, tmp_path: Path) -> None:
    """With transcripts alone, too."""
    job = make(1, 1).write(tmp_path)
    for path in job.sources.present[1:]:
        path.unlink()

    done = run(job, tmp_path / "out")

    assert "Nothing is cut into segments yet" in done.page.read_text(encoding="utf-8")
