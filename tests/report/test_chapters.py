"""What a report says where there is little to tell: sentences, never numbers made of nothing."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.errors import ConfigError
from pipeline.core.records import Suggestion
from pipeline.core.settings import ReportSettings
from pipeline.report.agreement import AgreementReport
from pipeline.report.audit import basis_of
from pipeline.report.chapters.activities import NO_DIMENSION, activities_chapter
from pipeline.report.chapters.codes import codes_chapter, columns_of, slug
from pipeline.report.chapters.comparison import comparison_chapters
from pipeline.report.chapters.machine import machine_chapter
from pipeline.report.chapters.methods import methods_chapter
from pipeline.report.chapters.saturation import saturation_chapter
from pipeline.report.chapters.shares import shares_chapter
from pipeline.report.chapters.together import actors_chapter, together_chapter
from pipeline.report.chapters.trust import agreement_chapter, agreement_report
from pipeline.report.page import Chapter, Links, Note, Paragraph, Table
from pipeline.report.ratings import Rated, rated
from pipeline.report.study import Study

Make = Callable[..., Any]


def rated_of(study: Study) -> Rated:
    """Return the blind decisions of a study."""
    texts = {name: row.text for name, row in study.transcripts.items()}
    codes = [code.path for code in study.codebook.codable]
    return rated(study.segments, study.decisions, texts, codes)


def agreed(study: Study) -> AgreementReport | str:
    """Return the agreement of a study, or why there is none."""
    return agreement_report(study, rated_of(study))


def words(chapter: Chapter) -> str:
    """Return all sentences of a chapter."""
    return " ".join(b.text for b in chapter.blocks if isinstance(b, Note | Paragraph))


def kinds(chapter: Chapter) -> set[str]:
    """Return which kinds of blocks a chapter has."""
    return {type(block).__name__ for block in chapter.blocks}


def test_one_coder_has_no_agreement(make: Make, tmp_path: Path) -> None:
    """The page says that a second person is wanted, and shows no coefficient."""
    made = make()
    made.done("ana", "int-1", 1, "idle")
    study = made.study(tmp_path)

    chapter = agreement_chapter(study, agreed(study))

    assert {"Note"} == kinds(chapter)
    assert "agreement wants two coders" in words(chapter)
    assert "One coder only (ana)" in words(methods_chapter(study, Links(study), agreed(study)))


def test_no_blind_decision_has_no_agreement(make: Make, tmp_path: Path) -> None:
    """Codes taken with suggestions in view say nothing of agreement."""
    made = make()
    for coder in ("ana", "ben"):
        made.done(coder, "int-1", 1, "idle", independent=False, suggestion_visible=True)
    study = made.study(tmp_path)

    assert "no segment was finished blind" in words(agreement_chapter(study, agreed(study)))


def test_coders_who_always_agree_have_no_interval(make: Make, tmp_path: Path) -> None:
    """All agree: alpha is 1 without an interval, and an unused code is undefined, not 1."""
    made = make(6, 4)
    for name, turn in made.said:
        for coder in ("ana", "ben"):
            made.done(coder, name, turn, *(["idle"] if turn == 1 else []))
    study = made.study(tmp_path)

    [table] = [b for b in agreement_chapter(study, agreed(study)).blocks if isinstance(b, Table)]

    by_name = {line.head.text: line.cells for line in table.lines}
    assert ("1.00", "") == (by_name["Idle"][2].text, by_name["Idle"][2].small)
    assert "\N{EN DASH}" == by_name["Money"][2].text


def test_nothing_reviewed_says_what_to_do(make: Make, tmp_path: Path) -> None:
    """Before the first decision every chapter comes, without numbers, with what to do."""
    study = make().study(tmp_path)
    links, found = Links(study), rated_of(study)
    basis = basis_of(study, found, tmp_path / "scores.parquet")

    told = [
        words(methods_chapter(study, links, agreed(study))),
        words(codes_chapter(study, links, ())),
        words(together_chapter(study, links)),
        words(shares_chapter(study, basis, ["group"])),
        words(saturation_chapter(study)),
        words(machine_chapter(study, links, basis)),
        words(activities_chapter(study, links, "group")),
    ]

    assert all(told)
    assert "Nothing is reviewed yet" in told[0]
    assert "No code was suggested by a machine." in told[0]


def test_a_code_never_used_is_named_and_stands_with_noughts(make: Make, tmp_path: Path) -> None:
    """Absence is a finding: the code is in the table and in a sentence."""
    made = make(1, 2)
    made.mark("int-1", 1, "value.money")
    study = made.study(tmp_path)

    chapter = codes_chapter(study, Links(study), ("role",))

    assert "Never used: Trust, Planning, Doing, Idle." in words(chapter)
    table = next(block for block in chapter.blocks if isinstance(block, Table))
    assert "Idle" in [line.head.text for line in table.lines]


def test_a_single_interview_refuses_what_wants_several(make: Make, tmp_path: Path) -> None:
    """No saturation and no corrected share from one interview; the reasons are sentences."""
    made = make(1, 4)
    for turn in (1, 2, 3, 4):
        made.done("ana", "int-1", turn, lane="audit", inclusion_probability=1.0)
        made.mark("int-1", turn, "idle")
    study = made.study(tmp_path)
    basis = basis_of(study, rated_of(study), tmp_path / "scores.parquet")

    assert "saturation compares" in words(saturation_chapter(study))
    assert "1 of at least 5 interviews" in words(shares_chapter(study, basis, ["group"]))
    methods = words(methods_chapter(study, Links(study), agreed(study)))
    assert "A single transcript" in methods


def test_too_few_audited_say_how_many_more(make: Make, tmp_path: Path) -> None:
    """A refused share names its reason and about how many more segments to audit."""
    made = make(6, 10)
    for name, turn in [place for place in made.said if place[1] < 4]:
        codes = ["idle"] if turn == 1 else []
        made.done("ana", name, turn, *codes, lane="audit", inclusion_probability=1.0)
    study = made.study(tmp_path)
    basis = basis_of(study, rated_of(study), tmp_path / "scores.parquet")
    basis = replace(basis, audited=~(basis.truth != basis.truth).all(axis=0))  # nan
    basis.probability[:] = 0.5

    chapter = shares_chapter(study, basis, ["group"])

    assert "18 of at least 30 audited segments" in words(chapter)
    assert "more audited segments are wanted" in words(chapter)


def test_the_machine_is_told_apart_from_people(make: Make, tmp_path: Path) -> None:
    """The methods paragraph counts what was suggested and what people applied with help."""
    made = make(1, 3)
    made.mark("int-1", 1, "idle", origin="accepted-suggestion", model_id="m1")
    made.mark("int-1", 2, "idle")
    made.done("ana", "int-1", 1, "idle", suggestion_visible=True, independent=False)
    made.suggestions = [Suggestion("int-1:0-9", "idle", 0.5, 1, (), "m1", "1")]
    made.scripts = ("bot",)
    study = made.study(tmp_path)

    told = words(methods_chapter(study, Links(study), agreed(study)))

    assert "proposed 1 codes (model m1)" in told
    assert "1 (50%) were first applied with the suggestion in view" in told
    assert "Decisions of 1 program (bot)" in told


def test_two_versions_of_a_codebook_are_said_first(make: Make, tmp_path: Path) -> None:
    """What differs is named before any number is compared."""
    one, two = make(1, 2), make(1, 2)
    codes = [replace(c, definition="New words.") for c in one.book.codes if c.path != "idle"]
    two.book = replace(one.book, version="2", codes=tuple(codes))
    one.mark("int-1", 1, "idle")
    two.mark("int-1", 1, "value.money")
    studies = one.study(tmp_path / "a"), two.study(tmp_path / "b")

    chapters = comparison_chapters(studies, (Links(studies[0], "a-"), Links(studies[1], "b-")))

    told = words(chapters[0])
    assert "different versions of the codebook mini" in told
    assert "has Idle" in told
    assert "the words of Money, Trust" in told
    assert "Only in pilot: Idle." in words(chapters[1])


def test_other_codebooks_are_not_taken_for_versions(make: Make, tmp_path: Path) -> None:
    """Codes of two codebooks may mean different things under one path."""
    one, two = make(1, 1), make(1, 1)
    two.book = replace(one.book, slug="other")
    studies = one.study(tmp_path / "a"), two.study(tmp_path / "b")

    chapters = comparison_chapters(studies, (Links(studies[0], "a-"), Links(studies[1], "b-")))

    assert "different codebooks, mini and other" in words(chapters[0])
    assert "nothing is reviewed yet" in words(chapters[0])


def test_without_activities_the_page_says_how_to_name_them(make: Make, tmp_path: Path) -> None:
    """No dimension in the settings, no evidence table."""
    made = make()
    made.settings = replace(made.settings, report=ReportSettings())
    study = made.study(tmp_path)

    assert NO_DIMENSION == words(activities_chapter(study, Links(study), "role"))


def test_actors_want_two_organisations(make: Make, tmp_path: Path) -> None:
    """One organisation has nobody to speak of."""
    study = make(1, 2).study(tmp_path)

    assert "fewer than two" in words(actors_chapter(study, Links(study), ["group"]))


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ((), ["group", "role", "source_type"]),
        (("organisation", "group"), ["organisation", "group"]),
    ],
)
def test_codes_are_set_against_what_is_asked_for(
    make: Make, tmp_path: Path, by: Sequence[str], expected: list[str]
) -> None:
    """``--by`` names all columns; without it the settings do, and role and source come along."""
    assert expected == list(columns_of(make().study(tmp_path), tuple(by)))


def test_an_unknown_column_is_refused(make: Make, tmp_path: Path) -> None:
    """``--by grop`` meets the nearest name."""
    study = make().study(tmp_path)

    with pytest.raises(ConfigError, match="report by grop"):
        codes_chapter(study, Links(study), ("grop",))


def test_no_two_columns_share_a_file() -> None:
    """Names of attributes become names of files and ids, and stay different."""
    names = ["group", "Group", "group ", "组织", "組織", "../x", "source_type"]

    assert len({slug(name) for name in names}) == len(names)
    assert all(set(slug(name)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)
