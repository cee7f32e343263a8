"""Chapters to one page of HTML that opens from disk: every text escaped, nothing loaded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipeline.report.page import (
    Chapter,
    Figure,
    Links,
    Panel,
    Table,
    counted,
    passage_at,
)
from pipeline.report.study import DISPUTED, Mark, Passage, Place

BRIEF = 64  # characters of a quotation in a panel


@dataclass(frozen=True, slots=True)
class Page:
    """What stands around the chapters: title, line below it, and lines at the end."""

    title: str
    subtitle: str
    colophon: Sequence[str]


@cache
def environment() -> Environment:
    """Return Jinja with every text escaped and no gap unnoticed."""
    return Environment(
        loader=PackageLoader("pipeline.report", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
    )


def render(page: Page, chapters: Sequence[Chapter], links: Sequence[Links]) -> str:
    """Return the page.

    Parameters
    ----------
    page
        Title and ends.
    chapters
        In order; tables and figures are numbered through.
    links
        One for each corpus on the page; their prefixes differ.
    """
    jinja = environment()
    passages = {id(link): numbered(link) for link in links}
    return jinja.get_template("report.html").render(
        title=page.title,
        subtitle=page.subtitle,
        colophon=page.colophon,
        chapters=counted_blocks(chapters),
        quotations_key="quotations",
        quotations_words=words_of(links, passages),
        quotations=[group for link in links for group in quotations(link, passages[id(link)])],
        panels=[
            panel_of(link, panel, passages[id(link)])
            for link in links
            for panel in link.panels.values()
        ],
    )


def counted_blocks(chapters: Iterable[Chapter]) -> list[dict[str, Any]]:
    """Return chapters whose tables and figures know their numbers."""
    n_tables = n_figures = 0
    shown = []
    for chapter in chapters:
        blocks = []
        for block in chapter.blocks:
            n_tables += isinstance(block, Table)
            n_figures += isinstance(block, Figure)
            number = n_tables if isinstance(block, Table) else n_figures
            blocks.append((block, type(block).__name__, number))
        shown.append({"key": chapter.key, "title": chapter.title, "blocks": blocks})
    return shown


def numbered(links: Links) -> dict[Place, int]:
    """Return the number of each passage that is coded or cited, in order of the texts."""
    places = sorted({*links.study.by_place, *links.cited})
    return {place: number for number, place in enumerate(places, 1)}


def words_of(links: Sequence[Links], passages: Mapping[int, Mapping[Place, int]]) -> str:
    """Return what the list of quotations holds."""
    n = sum(len(found) for found in passages.values())
    if not n:
        return "There are none yet."
    own = "" if len(links) < 2 else ", each corpus with numbers of its own"  # noqa: PLR2004  # one corpus needs no word
    return (
        f"{counted(n, 'passage')} in the order of the texts{own}: all that carry a code, and those "
        "without one that a number above leads to. Names are those of the participants table."
    )


def quotations(links: Links, numbers: Mapping[Place, int]) -> list[dict[str, Any]]:
    """Return all passages by transcript."""
    groups = []
    for n, (name, places) in enumerate(groupby(numbers, key=lambda place: place[0]), 1):
        items = [item_of(links, place, numbers[place]) for place in places]
        groups.append({"key": f"{links.prefix}transcript-{n}", "title": name, "passages": items})
    return groups


def item_of(links: Links, place: Place, number: int) -> dict[str, Any]:
    """Return one passage as the list shows it."""
    passage = passage_at(links.study, place)
    return {
        "key": links.anchor(place),
        "number": number,
        "quote": passage.quote,
        "where": where_of(passage),
        "codes": [code_of(links, mark) for mark in passage.marks],
    }


def where_of(passage: Passage) -> str:
    """Return speaker and turn of a passage."""
    words = [passage.speaker or "no speaker"]
    words += [f"turn {passage.turn}"] if passage.turn is not None else []
    return ", ".join(words)


def code_of(links: Links, mark: Mark) -> dict[str, Any]:
    """Return a code on a passage, with who applied it and how sure people are."""
    coders = ", ".join(mark.coders)
    word = f"{mark.status}: {coders}" if coders else mark.status
    name = links.study.code_names.get(mark.code, mark.code_name)
    return {"name": name, "word": word, "is_disputed": mark.status == DISPUTED}


def panel_of(links: Links, panel: Panel, numbers: Mapping[Place, int]) -> dict[str, Any]:
    """Return the passages behind one number, each in brief."""
    passages = [passage_at(links.study, place) for place in panel.places]
    return {
        "key": panel.key,
        "title": panel.title,
        "count": counted(len(passages), "passage"),
        "passages": [
            {
                "key": links.anchor(passage.place),
                "number": numbers[passage.place],
                "where": where_of(passage),
                "brief": brief(passage.quote),
            }
            for passage in passages
        ],
    }


def brief(quote: str) -> str:
    """Return the beginning of a quotation."""
    words = " ".join(quote.split())
    return words if len(words) <= BRIEF else words[:BRIEF].rpartition(" ")[0] + " …"
