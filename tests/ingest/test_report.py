"""The report accounts for everything and asks what a person must answer."""

from __future__ import annotations

import tomllib
from collections.abc import Callable

from pipeline.ingest.reading import Result
from pipeline.ingest.report import Report

Read = Callable[..., list[Result]]

TALK = (
    "Notes first.\n\n[00:10] I: Who?\n[00:20] P1: We [laughs] did.\n[00:15] I: When?\n"
    "[00:40] P1: Then.\n"
)


def test_labels_are_told_with_an_example(read: Read) -> None:
    """The label table has label, count, place and words of the first turn, role and person."""
    (result,) = read(TALK)

    first, second = result.report.labels
    assert ("I", 2, "Who?", "exact", "interviewer", None) == (
        first["label"],
        first["count"],
        first["example"],
        first["attribution"],
        first["role"],
        first["participant_id"],
    )
    assert TALK.index("We [") == second["first"]


def test_shares_add_up_to_one(read: Read) -> None:
    """Every character that is not white space has a kind."""
    (result,) = read(TALK)

    assert {"label", "time", "turn", "unattributed"} == set(result.report.characters)
    assert abs(1 - sum(result.report.characters.values())) < 1e-4


def test_times_that_run_backwards_are_listed(read: Read) -> None:
    """A turn that begins before the one above it is named by its number."""
    (result,) = read(TALK)

    assert [3] == result.report.times_out_of_order
    assert "W_TIMES_OUT_OF_ORDER" in {notice["code"] for notice in result.report.notices}
    assert 30.0 == result.report.seconds


def test_the_score_and_the_runners_up_are_told(read: Read) -> None:
    """The report says which family was taken, how sure that is, and what else came close."""
    (result,) = read("".join(f"{who}  0:{n:02}\nwords\n\n" for n, who in enumerate("AB" * 5)))

    assert "label-time" == result.report.family
    assert 0.25 < result.report.score <= 1
    assert [["label-time-words"]] == [row[:1] for row in result.report.runners_up]


def test_doubt_is_to_be_confirmed(read: Read) -> None:
    """No speakers, a guessed encoding: each is a sentence that begins with the file's name."""
    (result,) = read("Voilà l'été.\nUn café.\n".encode("cp1252"), "notes.txt")
    report = Report((result.report,))

    assert 2 == len(report.to_confirm)
    assert all(sentence.startswith("notes.txt: ") for sentence in report.to_confirm)


def test_the_stub_is_toml(read: Read) -> None:
    """The stub of settings can be pasted: labels without a person, files in doubt."""
    (talk,), (prose,) = read(TALK), read('It "rained".\n', 'a "b".txt')
    stub = Report((talk.report, prose.report)).settings_stub()

    raw = tomllib.loads(stub)

    assert {"I": {"role": "interviewer"}, "P1": {"role": "participant"}} == raw["ingest"][
        "speakers"
    ]
    assert [{"match": 'a "b".txt', "unlabelled": "unknown"}] == raw["ingest"]["files"]


def test_a_report_comes_back_from_json(read: Read) -> None:
    """What is written is read again as the same report."""
    report = Report(
        tuple(result.report for result in read(TALK)), (("a", "b"),), ("Z",), {"x": "y"}
    )

    assert report.to_json() == Report.from_json(report.to_json()).to_json()
