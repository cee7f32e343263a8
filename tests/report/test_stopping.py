"""The chapter on stopping: what was found of each code, what is still wanted, and refusals."""

from pipeline.report.chapters.stopping import readings, stopping_chapter
from pipeline.report.page import Figure, Note, Paragraph, Table
from pipeline.report.progress import read_so_far
from pipeline.stats.stopping import USUAL, at_best
from tests.report.test_progress import EVERYTHING, LEARNING, MONEY, done, passage, study


def test_each_code_found_says_what_is_still_wanted() -> None:
    """Found, where last, and the price of a first formal check, the dearest first."""
    some = [done(n, "a", n) for n in range(3)]
    made = study(some, [passage("a", 0, LEARNING), passage("a", 2, LEARNING)])

    rows = readings(made, read_so_far(made), 18)

    (row,) = rows
    assert (LEARNING, 2, 3) == (row.code, row.found, row.last)
    assert at_best(2, 15, USUAL.level(1)) == row.more
    assert row.p is not None
    assert row.p > 1 - USUAL.confidence


def test_the_chapter_has_words_a_figure_and_a_table() -> None:
    """The table's file has the same rows; the running shares end at one."""
    made = study(
        [done(n, "a", n) for n in range(3)], [passage("a", 0, LEARNING), passage("a", 1, MONEY)]
    )

    chapter = stopping_chapter(made)

    paragraph, figure, table = chapter.blocks
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text.startswith("3 of 18 segments were finished.")
    assert isinstance(figure, Figure)
    assert isinstance(table, Table)
    assert table.sheet is not None
    assert {LEARNING, MONEY} == {row["code"] for row in table.sheet.rows}


def test_nothing_left_to_read_is_nothing_to_stop_for() -> None:
    """No price is given for what does not exist."""
    chapter = stopping_chapter(study(EVERYTHING, [passage("a", 0, LEARNING)]))

    paragraph, _, table = chapter.blocks
    assert isinstance(paragraph, Paragraph)
    assert "nothing to stop for" in paragraph.text
    assert isinstance(table, Table)
    assert "\N{EN DASH}" == table.lines[0].cells[3].text


def test_without_a_find_the_chapter_says_why() -> None:
    """Nothing finished, or nothing found in it."""
    for dones, why in (([], "no segment was finished"), ([done(0, "a", 0)], "no code was found")):
        (note,) = stopping_chapter(study(dones, [])).blocks

        assert isinstance(note, Note)
        assert why in note.text
