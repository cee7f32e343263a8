"""Codebooks out and in: the same codes, whatever is in their names and texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.codebook import Code, Codebook
from pipeline.core.errors import InputError
from pipeline.exchange.code_tables import parse_csv, read_codes
from pipeline.exchange.codebooks import checked, format_csv
from pipeline.exchange.intake.codes import merged
from pipeline.exchange.intake.have import Tale
from pipeline.exchange.refi.codebook import describe, parse_description, shelve, slug_of, tree_of
from pipeline.exchange.refi.model import Code as TheirCode
from pipeline.exchange.refi.model import Project
from pipeline.exchange.refi.read import read_qdc
from pipeline.exchange.refi.write import write_qdc

LINE = st.one_of(
    st.text(
        st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"),
        max_size=30,
    ),
    st.sampled_from(["Include:", "- a", "Id:", "id: x", '"quoted" \\ back', "#1: no", "Roles:"]),
).map(lambda text: " ".join(text.split()))
ITEMS = st.lists(LINE.filter(bool), max_size=3, unique=True).map(tuple)
SLUGS = st.from_regex(r"[a-z0-9]{1,3}(-[a-z0-9]{1,3})?", fullmatch=True)


@st.composite
def codes(draw: st.DrawFn, parent: str = "", depth: int = 0) -> tuple[Code, ...]:
    """Draw codes of up to three levels."""
    found: list[Code] = []
    for slug in draw(st.lists(SLUGS, min_size=not depth, max_size=3, unique=True)):
        path = f"{parent}.{slug}" if parent else slug
        lists = {key: draw(ITEMS) for key in ("include", "examples", "roles", "aliases")}
        color = draw(st.sampled_from(["", "#336699"]))
        name = draw(LINE) or slug
        found.append(
            Code(path, name, draw(LINE), color=color, codable=draw(st.booleans()), **lists)
        )
        if depth < 2:
            found += draw(codes(path, depth + 1))
    return tuple(found)


@settings(max_examples=60)
@given(codes())
def test_a_codebook_comes_back_from_qdc(own: tuple[Code, ...]) -> None:
    """YAML to .qdc to YAML: the same codes, names and texts."""
    book = Codebook("book", "1", own)
    found = read_qdc(write_qdc(tree_of(own, "book"), "Glossator"))

    assert own == tuple(item.code for item in shelve(found.project.codes))
    assert book == checked(book)


@settings(max_examples=40)
@given(codes())
def test_a_codebook_taken_in_twice_is_the_same(own: tuple[Code, ...]) -> None:
    """What is there already is found again by its GUID and changes nothing."""
    book = checked(Codebook("book", "1", own))
    again = merged(Project("", codes=tree_of(own, "book")), book, Tale())

    assert [code.path for code in book.codes] == [code.path for code in again.codes]
    assert book.codes == again.codes


@pytest.mark.parametrize(
    "text",
    [
        "Include:",
        "Two\n\nparagraphs of somebody else's.",
        "Definition.\n\nInclude:\n- a\n\nand more",
        "Include:\nno list",
    ],
)
def test_a_free_text_is_the_definition(text: str) -> None:
    """What we did not write is never taken apart."""
    assert {"definition": " ".join(text.split())} == parse_description(text)


def test_a_description_reads_well_elsewhere() -> None:
    """The definition, then headed lists; the id only if the name does not give it."""
    code = Code("a.rain", "Rain", "Water.", include=("showers",), aliases=("Wet",))

    assert "Water.\n\nInclude:\n- showers\n\nAliases:\n- Wet" == describe(code)
    assert "Id:\n- rain" == describe(Code("a.rain", "Water from above"))


def test_ids_are_made_of_names() -> None:
    """Small ASCII letters; a twin among siblings gets a number; without letters it is code."""
    there = tuple(TheirCode(str(n), name) for n, name in enumerate(["Café!", "cafe", "日本"]))

    assert ["cafe", "cafe-2", "code"] == [item.code.path for item in shelve(there)]
    assert "strasse" == slug_of("Straße").replace("strae", "strasse")


def test_a_csv_comes_back() -> None:
    """Our own columns: parents, lists, colours."""
    own = (
        Code("a", "A", codable=False),
        Code("a.b", "B, b", "says; so", include=("x", "y"), color="#336699"),
    )

    assert own == read_codes(parse_csv(format_csv(Codebook("book", "1", own)))).codes


@pytest.mark.parametrize(
    ("text", "column", "paths"),
    [
        ("tag,description\nRain,Water\nSun,Light\n", "", ["rain", "sun"]),
        ("\ufeffpath;description\nRain;Water\n", "", ["rain"]),
        ("Thema\tText\nRegen\tWasser\nRegen\tnochmal\n", "Thema", ["regen", "regen-2"]),
        ("code,name\na.b,B\n", "", ["a", "a.b"]),
        ("name\nA\nA\nA 2\nA\n", "", ["a", "a-2", "a-2-2", "a-3"]),
    ],
)
def test_any_table_with_names_is_read(text: str, column: str, paths: list[str]) -> None:
    """Taguette's, a spreadsheet's, one with a column that the user names."""
    assert paths == [code.path for code in read_codes(parse_csv(text), name=column).codes]


def test_a_table_without_names_is_refused() -> None:
    """The message lists the columns that there are."""
    with pytest.raises(InputError, match="its columns are x, y"):
        read_codes(parse_csv("x,y\n1,2\n"))
