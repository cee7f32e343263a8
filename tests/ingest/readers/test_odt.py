"""OpenDocument texts: what a reader sees is kept, what was taken out is counted."""

import io
import zipfile
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.odt import parse_odt

DEFAULT = IngestSettings()
SPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style", "fo", "draw")
)
BOLD = (
    '<style:style style:name="B"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="P1" style:parent-style-name="Quote"/>'
)


def document(body: str) -> bytes:
    """Return a text with this body."""
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{BOLD}"
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("content.xml", content)
        archive.writestr("styles.xml", f"<office:styles {SPACES}/>")
    return out.getvalue()


def read(body: str, settings: IngestSettings = DEFAULT) -> Reading:
    """Return what a text with this body holds."""
    return parse_odt(document(body), settings)


def lines(body: str) -> list[str]:
    """Return the text of each block."""
    return [block.text for block in read(body).blocks]


def removed(body: str) -> dict[str, tuple[int, int]]:
    """Return count and words of removed matter by kind."""
    return {part.kind: (part.count, part.words) for part in read(body).removed}


def p(inside: str, style: str = "") -> str:
    """Return a paragraph."""
    return f'<text:p text:style-name="{style}">{inside}</text:p>'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (p("I:<text:tab/>so<text:s/><text:s text:c='2'/>on"), ["I:\tso   on"]),
        (p("I: one<text:line-break/>P: two"), ["I: one\nP: two"]),
        (p("a\n   b\tc"), ["a b c"]),
        (p("a<text:span>b<text:span>c</text:span></text:span><text:a>d</text:a>e"), ["abcde"]),
        (p("a<text:change-start/>b<text:change-end/>c"), ["abc"]),
        (f"<text:section>{p('a')}<text:section>{p('b')}</text:section></text:section>", ["a", "b"]),
        (f"<text:list><text:list-item>{p('a')}</text:list-item></text:list>{p('b')}", ["a", "b"]),
        (
            p(f"a<draw:frame><draw:text-box>{p('boxed')}</draw:text-box></draw:frame>b"),
            ["ab", "boxed"],
        ),
        ("<text:h text:outline-level='2'>A</text:h>" + p(""), ["A", ""]),
    ],
)
def test_text_is_what_a_reader_sees(body: str, expected: list[str]) -> None:
    """Spaces, tabs and breaks are elements; white space of the file itself is one space."""
    assert expected == lines(body)


def test_deletions_notes_and_comments_are_counted() -> None:
    """They are no part of the text; who wrote a comment is no word of it."""
    body = (
        f"<text:tracked-changes><text:deletion>{p('gone for good')}</text:deletion>"
        "</text:tracked-changes>"
        + p(
            f"I: yes<office:annotation><dc>ann</dc>{p('check this')}</office:annotation>"
            "<text:note><text:note-citation>1</text:note-citation>"
            f"<text:note-body>{p('see it')}</text:note-body></text:note>"
            "<text:note text:note-class='endnote'><text:note-citation>i</text:note-citation>"
            f"<text:note-body>{p('end')}</text:note-body></text:note> so"
        )
        + f"<text:section text:display='none'>{p('hidden here')}</text:section>"
    )

    assert lines(body) == ["I: yes so"]
    assert removed(body) == {
        "comment": (1, 2),
        "deleted text": (1, 3),
        "endnote": (1, 1),
        "footnote": (1, 2),
        "hidden text": (1, 2),
    }


REJECT = IngestSettings(tracked_changes="reject")
REGIONS = (
    "<text:tracked-changes><text:changed-region text:id='in'><text:insertion/>"
    "</text:changed-region><text:changed-region text:id='out'><text:deletion>{}</text:deletion>"
    "</text:changed-region></text:tracked-changes>"
)
BEGIN, END = (f"<text:change-{what} text:change-id='in'/>" for what in ("start", "end"))
GONE = "<text:change text:change-id='out'/>"


@pytest.mark.parametrize(
    ("deleted", "text", "accepted", "rejected"),
    [
        (p("well"), p(f"I: {BEGIN}now{END}{GONE} so"), ["I: now so"], ["I: well so"]),
        (
            p(" no.") + p("I: Why?") + p("P: "),
            p(f"P: Oh,{GONE}yes.") + p(f"I: I{BEGIN} see{END}."),
            ["P: Oh,yes.", "I: I see."],
            ["P: Oh, no.\nI: Why?\nP: yes.", "I: I."],
        ),
        (
            p("a"),
            p(f"I: one {BEGIN}two") + p("three") + p(f"four{END} five") + p("six"),
            ["I: one two", "three", "four five", "six"],
            ["I: one  five", "six"],
        ),
        (p("I: a"), GONE + p("P: b"), ["P: b"], ["I: a", "P: b"]),
        (p("a"), BEGIN + p("I: b") + END + p("P: c"), ["I: b", "P: c"], ["P: c"]),
        (p("a"), p(f"I: b{BEGIN} c{GONE}") + p("d"), ["I: b c", "d"], ["I: b"]),
    ],
)
def test_changes_are_accepted_or_rejected(
    deleted: str, text: str, accepted: list[str], rejected: list[str]
) -> None:
    """Rejected, an insertion is out, the ends of its paragraphs, too, and a deletion is back."""
    body = REGIONS.format(deleted) + text

    assert accepted == [block.text for block in read(body).blocks]
    assert rejected == [block.text for block in read(body, REJECT).blocks]


def test_what_is_rejected_is_counted() -> None:
    """Inserted words are counted as left out; so is a deletion of which nobody knows from where."""
    body = REGIONS.format(p("gone for good")) + p(f"I: yes{BEGIN} and <text:s/>more{END}.")

    kinds = {part.kind: (part.count, part.words) for part in read(body, REJECT).removed}

    assert {"inserted text": (1, 2), "deleted text": (1, 3)} == kinds


def test_style_level_and_weight_are_handed_on() -> None:
    """An automatic style is known by the one it stands on; list depth counts as a level."""
    heading, bold, item = read(
        "<text:h text:outline-level='2'>Ana</text:h>"
        + p("<text:span text:style-name='B'>Ben:</text:span> so", "P1")
        + f"<text:list><text:list-item>{p('c', 'B')}</text:list-item></text:list>"
    ).blocks

    assert ("heading 2", 2, 0) == (heading.style, heading.level, heading.bold)
    assert ("Quote", 0, 4) == (bold.style, bold.level, bold.bold)
    assert (1, 1) == (item.level, item.bold)


def table(*rows: list[str]) -> str:
    """Return a table, its first row as a header."""
    cells = [
        "".join(f"<table:table-cell>{p(cell)}</table:table-cell>" for cell in row) for row in rows
    ]
    first, *others = [f"<table:table-row>{row}</table:table-row>" for row in cells]
    header = f"<table:table-header-rows>{first}</table:table-header-rows>"
    return f"<table:table>{header}{''.join(others)}</table:table>"


def test_talk_in_a_table_names_its_speakers() -> None:
    """Other tables give a line for each row."""
    reading = read(table(["Speaker", "Text"], ["I:", "yes"]) + table(["a", "b"], ["c", "d"]))

    assert reading.is_structured
    assert [(b.kind, b.label, b.text) for b in reading.blocks] == [
        ("row", "I", "yes"),
        ("paragraph", None, "a\tb"),
        ("paragraph", None, "c\td"),
    ]


def test_a_cell_said_to_repeat_without_end_does_no_harm() -> None:
    """Spreadsheets pad their rows; a count beyond reason is bounded."""
    cell = "<table:table-cell table:number-columns-repeated='999999'/>"
    body = table(["a", "b"]).replace("<table:table-row>", f"<table:table-row>{cell}")

    assert lines(body) == ["a\tb"]


@pytest.mark.parametrize("body", ["", p(""), p("<text:s text:c='9999'/>")])
def test_a_text_without_words_holds_nothing(body: str) -> None:
    """A frame alone is no transcript."""
    with pytest.raises(TranscriptError) as caught:
        read(body)

    assert caught.value.code == "E_NO_CONTENT"


def test_an_archive_without_content_is_damaged() -> None:
    """A zip of something else cannot be read as a text."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "x")

    with pytest.raises(TranscriptError) as caught:
        parse_odt(out.getvalue(), DEFAULT)

    assert caught.value.code == "E_CORRUPT"


PLAIN = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(PLAIN, min_size=1, max_size=5))
def test_what_is_written_is_read_back(paragraphs: list[str]) -> None:
    """Every character of every paragraph."""
    assert paragraphs == lines("".join(p(escape(text)) for text in paragraphs))


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    body = p("I: yes") + table(["Speaker", "Text"], ["I", "yes"])
    withstands(parse_odt, document(body))
    withstands(lambda data, _: read(data.decode("latin-1")), body.encode())


@pytest.mark.parametrize(
    ("name", "n_blocks", "first"),
    [
        ("derived/odt_label_pdpilot_P1.odt", 94, "MOD:  Okay. So now"),
        ("odt/qualcoder_ID2_NEG.odt", 3, "I have not studied"),
    ],
)
def test_samples_give_their_paragraphs(name: str, n_blocks: int, first: str, samples: Any) -> None:
    """Deleted words and a reviewer's note do not come back."""
    reading = samples.read(name, parse_odt)

    assert n_blocks == len(reading.blocks)
    assert reading.blocks[0].text.startswith(first)
    assert not any("must not come back" in block.text for block in reading.blocks)
