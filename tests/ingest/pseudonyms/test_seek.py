"""Where a text names somebody, and where a word only looks like a name."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.ingest.pseudonyms.names import Person, looks_like_name
from pipeline.ingest.pseudonyms.seek import Find, Seeker, apart


def named(*names: str, never: tuple[str, ...] = (), pseudonyms: tuple[str, ...] = ()) -> Seeker:
    """Return what finds people called ``names``."""
    return Seeker.of([Person((name,)) for name in names], (), never, pseudonyms)


def seen(seeker: Seeker, text: str) -> list[str]:
    """Return the words found in ``text``."""
    return [text[found.start : found.end] for found in seeker.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Orla Quist said", ["Orla Quist"]),
        ("ORLA QUIST and orla quist", ["ORLA QUIST", "orla quist"]),
        ("Orla's van, Quist\u2019s dog", ["Orla", "Quist"]),
        ("Orla\nQuist", ["Orla\nQuist"]),
        ("Orla\u00a0Quist", ["Orla\u00a0Quist"]),
        ("O. Quist, O Quist", ["O. Quist", "O Quist"]),
        ("Quist, Orla", ["Quist, Orla"]),
        ("Quis-\nt came", ["Quis-\nt"]),
        ("Or-\nla came", ["Or-\nla"]),
        ("I told Orla. Quist came", ["Orla", "Quist"]),
        ("Orla\n\nQuist", ["Orla", "Quist"]),
        ("Orlando, Quistgaard, Dorla", []),
        ("see orla_quist.docx", ["orla", "quist"]),
    ],
)
def test_a_name_is_found_in_all_its_forms(text: str, expected: list[str]) -> None:
    """Any case, possessives, line ends, NBSP, initials, parts alone; whole words only."""
    assert expected == seen(named("Orla Quist"), text)


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("Anne-Lise O'Dowd", ["Anne Lise", "Anne\u2011Lise", "Annelise", "O\u2019Dowd", "ODOWD"]),
        ("Iria P\u00e9rez Souto", ["Iria Pe\u0301rez", "Iria Souto", "P\u00c9REZ"]),
        ("Hanna van der Meer", ["van der Meer", "H. van der Meer", "Meer", "Hanna Meer"]),
        ("Dr Orla Quist-Bell, PhD", ["Orla Quist-Bell", "Quist", "Orla"]),
        ('Margrethe "Mette" Holm', ["Mette", "Margrethe Holm", "Holm"]),
        ("\u738b\u5c0f\u660e", ["\u738b\u5c0f\u660e"]),
    ],
)
def test_names_of_many_kinds(name: str, texts: list[str]) -> None:
    """Hyphens, apostrophes, accents in either form, particles, titles, nicknames, no spaces."""
    seeker = named(name)

    assert [[text] for text in texts] == [seen(seeker, f"\u2014 {text}.") for text in texts]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("Will", "Will you come? I will. They will, too.", []),
        ("Will", "Will said so. I asked Will; Will's van.", ["Will", "Will", "Will"]),
        ("Mark", "Mark my words. We mark it.", []),
        ("Mark", "Dear Mark, thank you. Mark came.", ["Mark", "Mark"]),
        ("May Rask", "In May, on 3 May, May 2019. May I?", []),
        ("May Rask", "I saw May. May Rask came.", ["May", "May Rask"]),
        ("Orla Hill", "in Notting Hill there is a hill.", []),
        ("Orla Hill", "Mrs Hill and Hill's van", ["Hill", "Hill"]),
        ("Will", "THAT WILL BE ALL", []),
        ("Mark", "AND THEN CAME MARK", ["MARK"]),
        ("Don Quist", "Don't go, Don.", ["Don"]),
        ("Jo Quist", "jo! said Jo", ["Jo"]),
    ],
)
def test_a_name_that_is_a_word_is_a_name_only_where_it_reads_as_one(
    name: str, text: str, expected: list[str]
) -> None:
    """Verbs, months, places and shouting are told by capitals and by the words around."""
    assert expected == seen(named(name), text)


def test_overlapping_names_do_not_touch_other_words() -> None:
    """Ann is not in Annie, Lee not in Leeds; the longest name wins where both fit."""
    seeker = named("Ann", "Lee", "Ann Lee Quist")

    assert ["Ann", "Lee"] == seen(seeker, "Annie of Leeds met Ann and Lee")
    assert ["Ann Lee Quist"] == seen(seeker, "Ann Lee Quist")


def test_a_part_that_two_people_share_is_an_identity_of_its_own() -> None:
    """A first name of two people is not guessed; the whole names are each one's."""
    seeker = named("Orla Quist", "Orla Bane")

    first, whole = seeker.find("Orla met Orla Bane.")

    assert ("orla", (0, 1)) == (first.identity, first.people)
    assert ("orla bane", (1,)) == (whole.identity, whole.people)


def test_a_bare_first_name_is_the_one_person_who_has_it() -> None:
    """A name in the settings that is a part of one known name is that person's."""
    seeker = named("Orla", "Orla Quist")

    assert {"orla quist"} == {found.identity for found in seeker.find("Orla and Orla Quist")}


def test_words_that_are_never_names_stay() -> None:
    """What the settings call no name is left alone, whatever its case."""
    seeker = named("Orla Vale", never=("Vale",))

    assert ["Orla", "Orla Vale"] == seen(seeker, "the VALE; Orla; Orla Vale")


def test_a_pseudonym_keeps_the_name_inside_it() -> None:
    """A pseudonym of several words stays whole though a part of it is somebody's name."""
    seeker = named("Ann Quist", pseudonyms=("Ann Baker",))

    assert ["Ann"] == seen(seeker, "Ann Baker met Ann")


@pytest.mark.parametrize(
    ("label", "house", "expected"),
    [
        ("Orla", "", True),
        ("ORLA", "", True),
        ("orla", "", True),
        ("Orla Q.", "", True),
        ("Jo", "", True),
        ("I", "", False),
        ("INT", "", False),
        ("P12", "", False),
        ("KW", "", False),
        ("KRSX", "", False),
        ("Interviewer", "", False),
        ("Staff SG", "", False),
        ("Lantern", "Lantern House", False),
        ("RTO", "Regional Transport Office", False),
    ],
)
def test_codes_roles_and_houses_are_no_names(label: str, house: str, *, expected: bool) -> None:
    """Of labels only those are replaced that read as a person's name."""
    assert expected is looks_like_name(label, house)


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9))))
def test_finds_never_overlap(spans: list[tuple[int, int]]) -> None:
    """Of finds that overlap the one given first stays; the rest are in order and apart."""
    finds = [Find(at, at + size, "name", "x", "x") for at, size in spans]

    taken = apart(finds)

    assert all(a.end <= b.start for a, b in pairwise(taken))
    assert finds[:1] == [found for found in taken if found in finds[:1]][:1]


@given(st.text("Orla Quist\n-'.,\u00a0", max_size=40))
def test_a_find_is_made_of_whole_words(text: str) -> None:
    """No letter stands right before or behind a name that was found."""
    for found in named("Orla Quist").find(text):
        assert not text[: found.start][-1:].isalnum()
        assert not text[found.end :][:1].isalnum()
