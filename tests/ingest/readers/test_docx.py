"""Word documents: what a reader sees is kept, what was taken out is counted."""

import io
import zipfile
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.docx import parse_docx

DEFAULT = IngestSettings()
REJECT = IngestSettings(tracked_changes="reject")
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
KINDS = "application/vnd.openxmlformats-officedocument.wordprocessingml."


def document(body: str, *, space: str = WORD, **parts: str) -> bytes:
    """Return a document with this body and further parts, given as the inside of their roots."""
    members = {"document.main": ("document", f"<w:body>{body}</w:body>")}
    members |= {kind: (kind, text) for kind, text in parts.items()}
    types = "".join(
        f'<Override PartName="/word/{kind}.xml" ContentType="{KINDS}{kind}+xml"/>'
        for kind in members
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"<Types>{types}</Types>")
        for kind, (root, text) in members.items():
            xml = f'<w:{root} xmlns:w="{space}" xmlns:mc="{MC}">{text}</w:{root}>'
            archive.writestr(f"word/{kind}.xml", xml)
    return out.getvalue()


def p(inside: str, properties: str = "") -> str:
    """Return a paragraph; text without tags becomes a run."""
    runs = inside if inside.startswith("<") else r(inside)
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def r(text: str, properties: str = "") -> str:
    """Return a run."""
    inside = f'<w:t xml:space="preserve">{escape(text)}</w:t>'
    return f"<w:r><w:rPr>{properties}</w:rPr>{inside}</w:r>"


def table(*rows: list[str]) -> str:
    """Return a table; a cell that begins with a tag is taken as it is."""
    return f"<w:tbl>{''.join(map(tr, rows))}</w:tbl>"


def tr(cells: list[str]) -> str:
    """Return a row of a table."""
    return (
        f"<w:tr>{''.join(c if c.startswith('<') else f'<w:tc>{p(c)}</w:tc>' for c in cells)}</w:tr>"
    )


def read(body: str, settings: IngestSettings = DEFAULT, **parts: str) -> Reading:
    """Return what a document with this body holds."""
    return parse_docx(document(body, **parts), settings)


def lines(reading: Reading) -> list[str]:
    """Return the text of each block."""
    return [block.text for block in reading.blocks]


def removed(reading: Reading) -> dict[str, tuple[int, int]]:
    """Return count and words of removed matter by kind."""
    return {part.kind: (part.count, part.words) for part in reading.removed}


KEPT = [
    "<w:ins>{}</w:ins>",
    "<w:moveTo>{}</w:moveTo>",
    "<w:smartTag><w:smartTagPr/>{}</w:smartTag>",
    "<w:hyperlink>{}</w:hyperlink>",
    "<w:fldSimple>{}</w:fldSimple>",
    "<w:sdt><w:sdtPr><w:alias/></w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>",
    "<w:customXml>{}</w:customXml>",
    "<mc:AlternateContent><mc:Choice>{}</mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent>",
    "<w:newThing>{}</w:newThing>",
]


@pytest.mark.parametrize("frame", KEPT)
def test_words_in_a_frame_are_words(frame: str) -> None:
    """Insertions, moves, tags, links, controls and whatever comes next are looked into, once."""
    body = p(r("I: so ") + frame.replace("{}", r("we went")) + r(" home"))

    assert lines(read(body)) == ["I: so we went home"]


@pytest.mark.parametrize("frame", KEPT[:1] + KEPT[5:7])
def test_paragraphs_in_a_frame_are_paragraphs(frame: str) -> None:
    """A frame may also stand around whole paragraphs."""
    assert lines(read(p("A: one") + frame.replace("{}", p("B: two")))) == ["A: one", "B: two"]


REVISED = p(
    r("I: so ")
    + "<w:del><w:r><w:delText>we never </w:delText></w:r></w:del>"
    + f"<w:ins>{r('they ')}</w:ins>"
    + f"<w:moveFrom>{r('gladly ')}</w:moveFrom>"
    + r("went")
)


def test_revisions_are_accepted_or_rejected_as_the_settings_say() -> None:
    """What is taken out is counted with its words either way."""
    accepted, rejected = read(REVISED), read(REVISED, REJECT)

    assert lines(accepted) == ["I: so they went"]
    assert removed(accepted) == {"deleted text": (1, 2), "text moved elsewhere": (1, 1)}
    assert lines(rejected) == ["I: so we never gladly went"]
    assert removed(rejected) == {"inserted text": (1, 1)}


def test_a_paragraph_whose_end_was_deleted_runs_on() -> None:
    """A deleted paragraph mark joins two paragraphs; rejected, they stay apart."""
    body = p("A: one ", "<w:rPr><w:del/></w:rPr>") + p("and two") + p("B: three")

    assert lines(read(body)) == ["A: one and two", "B: three"]
    assert lines(read(body, REJECT)) == ["A: one ", "and two", "B: three"]


def test_a_deleted_row_is_gone() -> None:
    """Rows are revised, too."""
    gone = tr(["P", "never"]).replace("<w:tr>", "<w:tr><w:trPr><w:del/></w:trPr>")
    body = table(["Speaker", "Text"], ["I", "Well"]).replace("</w:tbl>", f"{gone}</w:tbl>")

    reading = read(body)

    assert lines(reading) == ["Well"]
    assert removed(reading)["deleted text"] == (1, 2)


@pytest.mark.parametrize(
    ("properties", "is_kept"),
    [
        ("<w:vanish/>", False),
        ('<w:vanish w:val="1"/>', False),
        ('<w:vanish w:val="0"/>', True),
        ('<w:rStyle w:val="Secret"/>', False),
    ],
)
def test_hidden_text_stays_hidden(properties: str, *, is_kept: bool) -> None:
    """Whether by its own property or by its style; and it is counted."""
    styles = '<w:style w:styleId="Secret"><w:rPr><w:vanish/></w:rPr></w:style>'

    reading = read(p(r("I: yes") + r(" but no", properties)), styles=styles)

    assert lines(reading) == ["I: yes but no" if is_kept else "I: yes"]
    assert removed(reading) == ({} if is_kept else {"hidden text": (1, 2)})


def test_breaks_and_tabs_are_characters() -> None:
    """Soft breaks are new lines, page breaks nothing, tabs tabs."""
    inside = (
        "<w:r><w:t>I:</w:t><w:tab/><w:t>one</w:t><w:br/><w:t>P: two</w:t><w:cr/><w:t>x</w:t>"
        '<w:noBreakHyphen/><w:t>y</w:t><w:br w:type="page"/><w:instrText>PAGE</w:instrText></w:r>'
    )

    assert lines(read(p(inside))) == ["I:\tone\nP: two\nx-y"]


TWICE = (
    "<mc:AlternateContent><mc:Choice><w:drawing><w:txbxContent>{}</w:txbxContent></w:drawing>"
    "</mc:Choice><mc:Fallback><w:pict><w:txbxContent>{}</w:txbxContent></w:pict></mc:Fallback>"
    "</mc:AlternateContent>"
)


@pytest.mark.parametrize(
    "drawing",
    [
        "<w:pict><w:textbox><w:txbxContent>{}</w:txbxContent></w:textbox></w:pict>",
        "<w:drawing><w:a><w:txbxContent>{}</w:txbxContent></w:a></w:drawing>",
        TWICE,
    ],
)
def test_a_text_box_is_read_once_after_its_paragraph(drawing: str) -> None:
    """Word writes it twice, for new and old programs."""
    inside = drawing.replace("{}", p("B: in the box"))

    reading = read(p(f"<w:r>{inside}<w:t>A: beside</w:t></w:r>"))

    assert lines(reading) == ["A: beside", "B: in the box"]
    assert reading.blocks[1].place == "text box at paragraph 2"


def test_notes_comments_and_page_headers_are_counted_apart() -> None:
    """They are no speech; lines that only part notes from text count nothing."""
    reading = read(
        p("I: yes"),
        footnotes=f'<w:footnote w:type="separator"/><w:footnote>{p("see page two")}</w:footnote>',
        endnotes=f"<w:endnote>{p('thanks')}</w:endnote>",
        comments=f"<w:comment>{p('check')}</w:comment><w:comment>{p('ask her')}</w:comment>",
        header=p("Interview 3"),
        footer=p("page"),
    )

    assert removed(reading) == {
        "comment": (2, 3),
        "endnote": (1, 1),
        "footnote": (1, 3),
        "page footer": (1, 1),
        "page header": (1, 2),
    }


STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>'
    '<w:style w:styleId="H"><w:name w:val="heading 2"/><w:rPr><w:b/></w:rPr></w:style>'
    '<w:style w:styleId="S"><w:name w:val="Speaker"/><w:basedOn w:val="H"/></w:style>'
    '<w:style w:styleId="X"><w:name w:val="x"/><w:basedOn w:val="X"/></w:style>'
    '<w:style w:styleId="B"><w:rPr><w:b/></w:rPr></w:style>'
)


@pytest.mark.parametrize(
    ("properties", "style", "level", "bold"),
    [
        ("", "Normal", 0, 0),
        ('<w:pStyle w:val="H"/>', "heading 2", 2, 3),
        ('<w:pStyle w:val="S"/>', "Speaker", 2, 3),
        ('<w:pStyle w:val="X"/>', "x", 0, 0),
        ('<w:pStyle w:val="Heading3"/>', "Heading3", 3, 0),
        ('<w:numPr><w:ilvl w:val="1"/><w:numId w:val="9"/></w:numPr>', "Normal", 2, 0),
    ],
)
def test_style_level_and_weight_are_handed_on(
    properties: str, style: str, level: int, bold: int
) -> None:
    """A style takes from those it stands on, even if they stand in a circle."""
    (block,) = read(p("Ana", properties), styles=STYLES).blocks

    assert (style, level, bold) == (block.style, block.level, block.bold)


@pytest.mark.parametrize(
    ("runs", "bold"),
    [
        (r("Ana:", "<w:b/>") + r(" well"), 4),
        (r("A", "<w:b/>") + r("na: ", '<w:rStyle w:val="B"/>') + r("well"), 4),
        (r("Ana:", "<w:b/>") + r(" ") + r("yes", "<w:b/>") + r(" no"), 8),
        (r("well ") + r("Ana", "<w:b/>"), 0),
        (r("Ana", '<w:b w:val="false"/>'), 0),
        (r(" ") + r("Ana", "<w:b/>"), 4),
    ],
)
def test_the_bold_beginning_is_measured(runs: str, bold: int) -> None:
    """It ends at the first word that is not bold."""
    (block,) = read(p(runs), styles=STYLES).blocks

    assert bold == block.bold


def numbering(pattern: str, form: str = "decimal", start: str = "1") -> str:
    """Return a list of one pattern."""
    return (
        f'<w:abstractNum w:abstractNumId="5"><w:lvl w:ilvl="0"><w:start w:val="{start}"/>'
        f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{pattern}"/></w:lvl></w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="5"/></w:num>'
    )


ITEM = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>'


@pytest.mark.parametrize(
    ("pattern", "form", "expected"),
    [
        ("P%1:", "decimal", ["P1: one", "P2: two"]),
        ("%1:", "upperRoman", ["I: one", "II: two"]),
        ("%1:", "lowerLetter", ["a: one", "b: two"]),
        ("S%1:", "decimalZero", ["S01: one", "S02: two"]),
        ("%1.", "decimal", ["one", "two"]),
        ("o", "bullet", ["one", "two"]),
    ],
)
def test_an_automatic_number_is_kept_where_it_is_a_label(
    pattern: str, form: str, expected: list[str]
) -> None:
    """Word shows it and does not write it; a plain list number is no speech, but counted."""
    reading = read(p("one", ITEM) + p("two", ITEM), numbering=numbering(pattern, form))

    assert lines(reading) == expected
    assert ("automatic number" in removed(reading)) is (lines(reading) == ["one", "two"])


def test_a_number_before_a_colon_is_its_label() -> None:
    """Where the paragraph itself begins with a colon, the number is the label."""
    body = p(": one", ITEM) + p("") + p(": two", ITEM)

    assert lines(read(body, numbering=numbering("P%1", start="4"))) == ["P4: one", "", "P5: two"]


@pytest.mark.parametrize(
    "header", [["Speaker", "Transcript"], ["Sprecher", "Inhalt"], ["Talare", "Text"]]
)
def test_talk_in_a_table_names_its_speakers(header: list[str]) -> None:
    """The header says which column is which; rows are turns, paragraphs in a cell are lines."""
    cell = f"<w:tc>{p('Good.')}{p('Busy.')}</w:tc>"
    body = p("Interview 3") + table(header, ["I:", "How was it?"], ["P1", cell])

    reading = read(body)

    assert reading.is_structured
    assert [(b.kind, b.label, b.text) for b in reading.blocks] == [
        ("paragraph", None, "Interview 3"),
        ("row", "I", "How was it?"),
        ("row", "P1", "Good.\nBusy."),
    ]


def test_times_in_a_table_are_seconds() -> None:
    """Other columns are counted as removed."""
    body = table(["Start", "Speaker", "…", "Text"], ["0:00:06.31", "I", "ok", "Well"])

    reading = read(body)

    assert reading.blocks[0].start_s == 6.31
    assert removed(reading)["other column"] == (1, 1)


def test_a_speaker_cell_over_several_rows_names_each() -> None:
    """Merged cells are read once, but a merged speaker speaks in every row."""
    first = '<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>' + p("I") + "</w:tc>"
    more = "<w:tc><w:tcPr><w:vMerge/></w:tcPr>" + p("") + "</w:tc>"

    reading = read(table(["Speaker", "Text"], [first, "One"], [more, "Two"], ["P", "Three"]))

    assert [(b.label, b.text) for b in reading.blocks] == [
        ("I", "One"),
        ("I", "Two"),
        ("P", "Three"),
    ]


def test_merged_cells_are_read_once() -> None:
    """A cell over two columns holds its place; words under a merged cell are counted."""
    wide = '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>' + p("Title") + "</w:tc>"
    under = "<w:tc><w:tcPr><w:vMerge/></w:tcPr>" + p("ghost") + "</w:tc>"

    reading = read(table([wide, "x"], ["a", "b", under]))

    assert lines(reading) == ["Title\tx", "a\tb"]
    assert removed(reading) == {"text under a merged cell": (1, 1)}


def test_a_table_without_a_header_gives_a_line_for_each_row() -> None:
    """Label and words are parted by a tab; further paragraphs follow on lines of their own."""
    cell = f"<w:tc>{p('Good.')}{p('Busy.')}</w:tc>"

    reading = read(table(["I:", "How was it?"], ["P1:", cell]))

    assert not reading.is_structured
    assert lines(reading) == ["I:\tHow was it?", "P1:\tGood.", "Busy."]


def test_a_table_that_only_arranges_the_page_gives_its_paragraphs() -> None:
    """A whole interview in one cell, or side by side, is read paragraph by paragraph."""
    left, right = (f"<w:tc>{p(f'{x}1')}{p(f'{x}2')}</w:tc>" for x in "AB")

    assert lines(read(table([left]) + table([left, right]))) == ["A1", "A2", "A1", "A2", "B1", "B2"]


def test_a_table_in_a_cell_is_read_in_its_place() -> None:
    """Nesting loses nothing."""
    inner = f"<w:tc>{p('before')}{table(['a', 'b'])}{p('after')}</w:tc>"

    assert lines(read(table([inner]))) == ["before", "a\tb", "after"]


def test_both_name_spaces_of_the_standard_are_read() -> None:
    """Strict documents differ in nothing but their name space."""
    body = p(r("Ana", '<w:b w:val="true"/>')) + table(["Speaker", "Text"], ["I", "Well"])

    reading = parse_docx(document(body, space=STRICT), DEFAULT)

    assert (3, "I") == (reading.blocks[0].bold, reading.blocks[1].label)


@pytest.mark.parametrize("body", ["", p(""), p(r(" \u200b")), table(["", ""])])
def test_a_document_without_words_holds_nothing(body: str) -> None:
    """A frame alone is no transcript."""
    with pytest.raises(TranscriptError) as caught:
        read(body)

    assert caught.value.code == "E_NO_CONTENT"


def test_an_archive_without_a_document_is_damaged() -> None:
    """A zip of something else cannot be read as one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xml", "<a/>")

    with pytest.raises(TranscriptError, match="no document") as caught:
        parse_docx(out.getvalue(), DEFAULT)

    assert caught.value.code == "E_CORRUPT"


def test_deep_nesting_is_read_or_refused_never_a_crash() -> None:
    """The deepest document that XML allows here fits the stack."""
    deep = "<w:smartTag>" * 240 + r("I: deep") + "</w:smartTag>" * 240
    tables = p("x")
    for _ in range(60):
        tables = table([f"<w:tc>{tables}</w:tc>"])

    assert lines(read(p(deep))) == ["I: deep"]
    assert lines(read(tables)) == ["x"]


RUNS = st.tuples(st.text("aé: \t\n", max_size=6), st.booleans())


@settings(max_examples=30)  # each example saves a whole document
@given(st.lists(st.lists(RUNS, max_size=4), min_size=1, max_size=6))
def test_without_revisions_the_walker_agrees_with_python_docx(
    paragraphs: list[list[tuple[str, bool]]],
) -> None:
    """Another library, written for other ends, finds the same text in every paragraph."""
    book = docx.Document()
    book.add_heading("Interview", 1)
    for runs in paragraphs:
        paragraph = book.add_paragraph()
        for text, is_bold in runs:
            paragraph.add_run(text).bold = is_bold
    out = io.BytesIO()
    book.save(out)

    reading = parse_docx(out.getvalue(), DEFAULT)

    assert [paragraph.text for paragraph in book.paragraphs] == lines(reading)
    assert (reading.blocks[0].style, reading.blocks[0].level) == ("heading 1", 1)


def test_a_table_made_by_python_docx_is_read() -> None:
    """Cells that it merges are read once."""
    book = docx.Document()
    grid = book.add_table(3, 3)
    texts = [["Time", "Speaker", "Text"], ["00:01", "I", "Well"], ["00:02", "P", "Yes"]]
    for row, cells in zip(grid.rows, texts, strict=True):
        for cell, text in zip(row.cells, cells, strict=True):
            cell.text = text
    out = io.BytesIO()
    book.save(out)

    reading = parse_docx(out.getvalue(), DEFAULT)

    assert [(b.start_s, b.label, b.text) for b in reading.blocks] == [
        (1, "I", "Well"),
        (2, "P", "Yes"),
    ]


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_docx, document(REVISED + table(["Speaker", "Text"], ["I", "Well"])))


def test_damaged_xml_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """So does a sound archive with damaged XML inside."""
    body = (REVISED + table(["Speaker", "Text"], ["I", "Well"]) + p("one", ITEM)).encode()

    def parse(inside: bytes, settings: IngestSettings) -> Reading:
        return parse_docx(document(inside.decode("latin-1"), numbering=numbering("P%1:")), settings)

    withstands(parse, body)


@pytest.mark.parametrize(
    "name", ["derived/docx_table_pdpilot_P4.docx", "docx/aws_example_call.docx"]
)
def test_samples_of_talk_in_tables_agree_with_gold(
    name: str, samples: Any, heads_of: Callable[[Reading], Any]
) -> None:
    """Speakers and first words of real tables are those that people found."""
    reading = samples.read(name, parse_docx)

    assert reading.is_structured
    assert samples.gold(name) == heads_of(reading)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty.docx", "E_EMPTY"),
        ("truncated.docx", "E_CORRUPT"),
        ("xmlbomb.docx", "E_UNSAFE_XML"),
        ("bomb_200MB.docx", "E_TOO_LARGE"),
    ],
)
def test_bad_samples_get_their_code(name: str, code: str, samples: Any) -> None:
    """Each kind of bad document has its own stable code."""
    with pytest.raises(TranscriptError) as caught:
        parse_docx(samples.data(f"bad/{name}"), DEFAULT)

    assert code == caught.value.code


def test_a_real_document_agrees_with_python_docx(samples: Any) -> None:
    """A document saved by Word reads the same through both."""
    data = samples.data("docx/qualcoder_ID1_NEG.docx")

    expected = [paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs]
    assert expected == lines(parse_docx(data, DEFAULT))
