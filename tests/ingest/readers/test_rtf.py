"""Rich text: characters in any code page, and nothing that was taken out."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.rtf import parse_rtf

DEFAULT = IngestSettings()
FONTS = rb"{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}{\f2\fcharset128 C;}}"


def read(inside: bytes, settings: IngestSettings = DEFAULT) -> Reading:
    """Return what a document holds."""
    return parse_rtf(rb"{\rtf1\ansi\ansicpg1252" + FONTS + inside + b"}", settings)


def lines(inside: bytes, settings: IngestSettings = DEFAULT) -> list[str]:
    """Return the text of each block."""
    return [block.text for block in read(inside, settings).blocks]


def removed(reading: Reading) -> dict[str, tuple[int, int]]:
    """Return count and words of removed matter by kind."""
    return {part.kind: (part.count, part.words) for part in reading.removed}


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        (rb"I: one\par P: two\par", ["I: one", "P: two"]),
        (b"I: one\\\nP: two", ["I: one", "P: two"]),
        (b"one\r\n two\\par ", ["one two"]),
        (rb"one\line two\tab three", ["one\ntwo\tthree"]),
        (rb"caf\'e9 \'93so\'94 \ldblquote x\rdblquote\endash y", ["café “so” “x”\u2013y"]),
        (rb"a\~b\_c\{d\}\\", ["a\u00a0b-c{d}\\"]),
        (rb"\u233?\u8212\'97\uc0\u8364 x", ["é—€x"]),
        (rb"\uc2\u233??x{\u233}y", ["éxéy"]),
        (rb"\u-10179?\u-8704?", ["😀"]),
        (rb"\u-10179?x", ["\ufffdx"]),
        (rb"\u8220\ldblquote x", ["“x"]),
        (rb"{\f1 \'cf\'f0}\f2 \'82\'a0", ["Прあ"]),
        (rb"{\*\unknown not {this}}yes{\pict 00ff}{\info{\title x}}", ["yes"]),
        (rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}", ["link"]),
        (rb"a{\pict\bin5 {}{}x}b", ["ab"]),
        (rb"{\stylesheet{\s1 Heading 1;}}text", ["text"]),
    ],
)
def test_characters_are_those_that_a_reader_sees(inside: bytes, expected: list[str]) -> None:
    """Escapes, code pages of fonts, Unicode with its stand-ins, and groups that hold no words."""
    assert expected == lines(inside)


def test_notes_and_hidden_text_are_counted() -> None:
    """They are no speech and stay out of the paragraph."""
    reading = read(
        rb"{\header Interview 3}I: yes{\footnote see {\i page} two}{\*\annotation check}"
        rb"{\v but no} so\par"
    )

    assert [block.text for block in reading.blocks] == ["I: yes so"]
    assert removed(reading) == {
        "comment": (1, 1),
        "footnote": (1, 3),
        "hidden text": (1, 2),
        "page header": (1, 2),
    }


def test_revisions_are_accepted_or_rejected_as_the_settings_say() -> None:
    """What is taken out is counted either way."""
    inside = rb"I {\deleted never }{\revised really }went"
    rejected = read(inside, IngestSettings(tracked_changes="reject"))

    assert (["I really went"], {"deleted text": (1, 1)}) == (lines(inside), removed(read(inside)))
    assert [block.text for block in rejected.blocks] == ["I never went"]
    assert removed(rejected) == {"inserted text": (1, 1)}


@pytest.mark.parametrize(
    ("inside", "expected"),
    [(rb"{\listtext P1:\tab}so", ["P1:\tso"]), (rb"{\listtext 1.\tab}so", ["so"])],
)
def test_an_automatic_number_is_kept_where_it_is_a_label(
    inside: bytes, expected: list[str]
) -> None:
    """A plain list number is no speech, but counted."""
    assert expected == lines(inside)
    assert ("automatic number" in removed(read(inside))) is (expected == ["so"])


def test_weight_and_level_are_handed_on() -> None:
    """They show where labels are; plain text and a new paragraph start afresh."""
    first, second = read(
        rb"\pard\outlinelevel1\b Ana\b0\par\pard {\b Ben:} so \b yes\plain  no\par"
    ).blocks

    assert ("heading 2", 2, 3) == (first.style, first.level, first.bold)
    assert ("", 0, 4) == (second.style, second.level, second.bold)


def test_a_text_box_is_read_before_the_paragraph_it_hangs_on() -> None:
    """Its words do not mix with the paragraph's; the old picture of it is left out."""
    inside = (
        rb"one {\shp{\*\shpinst{\sp{\sn x}{\sv 3}}{\shptxt\pard boxed\par}}{\shprslt old}}two\par"
    )

    assert lines(inside) == ["boxed", "one two"]


ROWS = rb"\trowd\intbl %s\cell %s\cell\row\trowd\intbl I:\cell yes\par no\cell\row\pard after\par"


def test_talk_in_a_table_names_its_speakers() -> None:
    """Paragraphs in a cell are lines of the turn."""
    reading = read(ROWS % (b"Speaker", b"Text"))

    assert reading.is_structured
    assert [(b.kind, b.label, b.text) for b in reading.blocks] == [
        ("row", "I", "yes\nno"),
        ("paragraph", None, "after"),
    ]


def test_a_table_without_a_header_gives_a_line_for_each_row() -> None:
    """Cells are parted by tabs."""
    assert lines(ROWS % (b"a", b"b")) == ["a\tb", "I:\tyes", "no", "after"]


def test_a_group_that_never_closes_is_reported() -> None:
    """The end of the file may be missing."""
    reading = parse_rtf(rb"{\rtf1 I: one\par P: tw", DEFAULT)

    assert [block.text for block in reading.blocks] == ["I: one", "P: tw"]
    assert [notice.code for notice in reading.notices] == ["W_TRUNCATED"]


def test_the_settings_name_the_encoding() -> None:
    """They win over what the document says."""
    assert lines(rb"\'cf", IngestSettings(encoding="cp1251")) == ["П"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"words", "E_CORRUPT"),
        (b"", "E_CORRUPT"),
        (rb"{\rtf1 }", "E_NO_CONTENT"),
        (rb"{\rtf1 {\footnote only}}", "E_NO_CONTENT"),
    ],
)
def test_what_is_no_transcript_gets_its_code(data: bytes, code: str) -> None:
    """No RTF at all, or no words in it."""
    with pytest.raises(TranscriptError) as caught:
        parse_rtf(data, DEFAULT)

    assert code == caught.value.code


def escaped(text: str) -> bytes:
    """Return ``text`` as RTF writes it: UTF-16 units in decimals."""
    units = text.encode("utf-16-le")
    numbers = (int.from_bytes(units[n : n + 2], "little") for n in range(0, len(units), 2))
    return b"".join(b"\\u%d?" % number for number in numbers)


@given(
    st.lists(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1), min_size=1)
)
def test_what_is_written_in_unicode_is_read_back(paragraphs: list[str]) -> None:
    """Every character of every paragraph, also beyond U+FFFF."""
    texts = [f"x{text}" for text in paragraphs]

    assert texts == lines(b"".join(escaped(text) + rb"\par " for text in texts))


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_rtf, rb"{\rtf1\ansicpg1252 " + FONTS + ROWS % (b"Speaker", b"Text") * 3 + b"}")


@pytest.mark.parametrize(
    ("name", "n_blocks", "first"),
    [
        ("derived/rtf_label_pdpilot_P4.rtf", 111, "I: Um, so the first"),
        ("derived/rtf_mixed_pdpilot_P4.rtf", 119, "P8, second round"),
        ("derived/prose_NEG_pdpilot_P4.rtf", 113, "TRANSCRIPT"),
    ],
)
def test_samples_give_their_paragraphs(name: str, n_blocks: int, first: str, samples: Any) -> None:
    """Labels stay in the text for those who find speakers."""
    reading = samples.read(name, parse_rtf)

    assert (n_blocks, False) == (len(reading.blocks), reading.is_structured)
    assert reading.blocks[0].text.startswith(first)


@pytest.mark.parametrize(
    "name", ["derived/rtf_label_pdpilot_P4.rtf", "derived/rtf_mixed_pdpilot_P4.rtf"]
)
def test_samples_hold_every_turn_of_gold(name: str, samples: Any) -> None:
    """Each true turn begins a paragraph with its label, in order."""
    texts = (words_in(block.text) for block in samples.read(name, parse_rtf).blocks)

    for label, words in samples.gold(name):
        start = [label.casefold(), *words]
        assert any(text[: len(start)] == start for text in texts)


def words_in(text: str) -> list[str]:
    """Return the words of ``text`` without marks and case."""
    return re.findall(r"[\w']+", text.casefold())
