"""Masking a laid-out transcript: the law still holds, and nothing else moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.settings import IngestSettings, PrivacySettings
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import People, csv_rows, parse_people
from pipeline.ingest.pseudonyms.key import Key
from pipeline.ingest.pseudonyms.mask import Edit, Masks, Shift, applied
from pipeline.ingest.pseudonyms.table import seeker_of
from pipeline.ingest.reading import Result, results_of

Law = Callable[[Result], None]

TABLE = (
    "participant_id,label,pseudonym,name\n"
    "R,Orla Quist,Researcher,Orla Quist\n"
    "P,Tam,Participant 1,Tamsin Bane\n"
)
SAID = st.lists(
    st.sampled_from(
        [
            "Tam",
            "tamsin bane",
            "Orla\nQuist",
            "Ines Vale's",
            "Ines",
            "[Ines laughs]",
            "[00:01:02]",
            "(pause)",
            "(020) 7946 0123",
            "ines@example.org",
            "SW1A 1AA",
            "Will you",
            "the van",
            "\U0001f327",
            "e\u0301",
            "\u00a0",
            "12:30",
        ]
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


def read(
    talk: str, table: str = TABLE, names: tuple[str, ...] = ("Ines Vale",), key: Key | None = None
) -> Result:
    """Return what ingest makes of ``talk`` once every name has its number."""
    people = parse_people(csv_rows(table.encode()), where="participants.csv") if table else People()
    masks = Masks(seeker_of(people, PrivacySettings(names=names)), key or Key())
    file = RawFile(Path("talk.txt"), "talk.txt", "talk", "sha", "key", IngestSettings())
    (result,) = results_of(file, talk.encode(), people, masks)
    masks = Masks(masks.seeker, masks.key.with_finds(result.unnumbered))
    (result,) = results_of(file, talk.encode(), people, masks)
    assert () == result.unnumbered
    return result


@given(st.lists(SAID, min_size=2, max_size=6))
def test_the_law_holds_after_masking(law: Law, said: list[str]) -> None:
    """Turns, labels and asides cover the masked text once; each record holds its words."""
    speakers = ("Orla Quist", "Tam")
    talk = "".join(f"{speakers[n % 2]}: {words}\n" for n, words in enumerate(said))

    law(read(talk))


@given(SAID, SAID)
def test_lengths_lead_back_to_the_words_as_they_came(one: str, two: str) -> None:
    """The rows of the report say where the text changed, and by how much."""
    talk = f"Orla Quist: {one}\nTam: {two}\nOrla Quist: Yes.\nTam: No."
    result = read(talk)

    moved = 0
    for start, _, before, after, put in result.report.replaced:
        assert put == result.transcript.text[start : start + after]
        moved += after - before
    assert len(talk) + moved == len(result.transcript.text)


def test_everything_that_is_known_is_replaced(law: Law) -> None:
    """Names in words, labels, notes and over line ends; contacts; the speaker of each turn."""
    result = read(
        "Orla Quist: Did Ines\nVale come?\n"
        "Tam: Ines's bus [Ines laughs]. Ring (020) 7946 0123 or ines@example.org, M1 1AE.\n"
        "Orla Quist: Will you, Tamsin?\n"
        "Tam: I will, Orla.\n"
    )

    law(result)
    assert (
        "Researcher: Did [Name 1] come?\n"
        "Participant 1: [Name 1]'s bus [[Name 1] laughs]. Ring [Phone 1] or [E-mail 1], "
        "[Postcode 1].\n"
        "Researcher: Will you, Participant 1?\n"
        "Participant 1: I will, Researcher.\n"
    ) == result.transcript.text
    assert {"Researcher", "Participant 1"} == {turn.speaker for turn in result.turns}
    assert {"R", "P"} == {turn.participant_id for turn in result.turns}
    assert ["[[Name 1] laughs]"] == [aside.text for aside in result.asides]
    assert "Ines" not in repr(result)
    assert "Tam" not in repr(result)


def test_the_source_map_still_names_the_source() -> None:
    """Each run of the map holds the words of its line."""
    result = read("Orla Quist: Hello Tam.\n\nTam: Hello.\n\nOrla Quist: Yes.\n\nTam: No.\n")

    [[start, end, place]] = result.report.source_map
    assert (0, "line 1 to line 7") == (start, place)
    assert result.transcript.text[start:end].endswith("Participant 1: No.")


def test_a_pseudonym_that_holds_a_name_is_not_replaced_again() -> None:
    """What was put there is never looked at a second time."""
    table = (
        "participant_id,label,pseudonym,name\nR,I,Ann Baker,Orla Quist\nP,Tam,Ben Stone,Ann Bane\n"
    )
    result = read("I: Ann?\nTam: Orla?\nI: Yes.\nTam: No.\n", table, ())

    assert "I: Ben Stone?\nBen Stone: Ann Baker?\nI: Yes." in result.transcript.text


def test_a_shared_first_name_is_that_of_the_person_who_speaks_here() -> None:
    """Of two people called alike, the one whose row is for this file; else neither's."""
    table = (
        "participant_id,label,transcript,pseudonym,name\n"
        "A,Tam,talk.txt,Participant A,Tam Quist\n"
        "B,Tam,other.txt,Participant B,Tam Bane\n"
    )
    here = read("I: Tam?\nTam: Yes.\nI: Tam Bane?\nTam: No.\n", table, ())
    apart = read("I: Tam?\nX: Yes.\nI: Tam?\nX: No.\n", table.replace("talk.txt", "third.txt"), ())

    assert "I: Participant A?" in here.transcript.text
    assert "I: Participant B?" in here.transcript.text
    assert {"I", "Participant A"} == {turn.speaker for turn in here.turns}
    assert "I: [Name 1]?\nX: Yes." in apart.transcript.text


def test_two_speakers_called_alike_keep_their_labels_apart() -> None:
    """A label's own row tells who it is, though the name is another's, too."""
    table = (
        "participant_id,label,pseudonym,name\n"
        "A,Tam,Participant A,Tam Quist\n"
        "B,Tam B,Participant B,Tam Bane\n"
    )
    result = read("Tam: One.\nTam B: Two.\nTam: Three.\nTam B: Four.\n", table, ())

    assert ["Participant A", "Participant B"] == [turn.speaker for turn in result.turns[:2]]
    assert result.transcript.text.startswith("Participant A: One.\nParticipant B: Two.")


def test_what_was_declared_and_suspected_is_masked_in_the_report() -> None:
    """Legends, suspects and notices name nobody."""
    result = read("Interviewer (I1) Tamsin Bane (P1)\n\n" + "I1: Well?\nP1: Orla came.\n" * 4)

    assert {"I1": "Interviewer", "P1": "Participant 1"} == result.report.declared
    assert "Tamsin" not in repr(result.report)


def test_a_file_that_is_named_after_somebody_is_to_be_renamed() -> None:
    """The name of a file becomes an id that no masking reaches, so the report says so."""
    people = parse_people(csv_rows(TABLE.encode()), where="participants.csv")
    masks = Masks(seeker_of(people, PrivacySettings()))
    name = "interview_Orla_Quist.txt"
    file = RawFile(Path(name), name, "interview_Orla_Quist", "sha", "key", IngestSettings())

    (result,) = results_of(file, b"I: Who?\nP: We.\nI: When?\nP: Then.\n", people, masks)

    assert ["W_NAME_IN_FILE_NAME"] == [notice["code"] for notice in result.report.notices]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (0, 2, (0, 2)),
        (2, 5, (2, 3)),
        (3, 7, (3, 5)),
        (0, 4, (0, 2)),
        (5, 7, (3, 5)),
        (7, 9, (5, 8)),
    ],
)
def test_a_span_moves_with_the_words(start: int, end: int, expected: tuple[int, int]) -> None:
    """Bounds outside an edit stay with their words; one inside it goes to the nearer whole."""
    shift = Shift([Edit(2, 5, "name", "X"), Edit(8, 9, "name", "YZ")])

    assert "01X567YZ9" == applied("0123456789", shift.edits)
    assert expected == (shift.start(start), shift.end(end))
