"""From the participants table to the people whose names are replaced."""

from __future__ import annotations

import pytest

from pipeline.core.settings import PrivacySettings
from pipeline.ingest.participants import People, csv_rows, parse_people
from pipeline.ingest.pseudonyms.mask import Masks
from pipeline.ingest.pseudonyms.table import (
    cautions,
    people_here,
    people_of,
    seeker_of,
    without_names,
)


def people(table: str) -> People:
    """Return the table written as CSV."""
    return parse_people(csv_rows(table.encode()), where="participants.csv")


@pytest.mark.parametrize(
    ("header", "row", "names", "labels"),
    [
        ("name", "Orla Quist", ("Orla Quist",), ()),
        ("Real name", "Quist, Orla", None, ()),
        ("real_name", "Orla Quist; Molly", ("Orla Quist", "Molly"), ()),
        ("First name,Surname", "Orla,Quist", ("Orla Quist",), ()),
        ("label,pseudonym", "Orla;P1;I,P 1", (), ("Orla",)),
        ("label,pseudonym", "Orla,Orla", None, None),
        ("label", "Orla", None, None),
        ("label,pseudonym,organisation", "Lantern,P 1,Lantern House", None, None),
        ("name,nickname", "Orla Quist,Oz", ("Orla Quist", "Oz"), ()),
    ],
)
def test_a_row_counts_for_its_names_or_a_label_with_a_pseudonym(
    header: str, row: str, names: tuple[str, ...] | None, labels: tuple[str, ...] | None
) -> None:
    """Columns of names in several spellings; labels that read as names, if they get a pseudonym."""
    quoted = f'"{row}"' if ", " in row else row
    found = people_of(people(f"participant_id,{header}\nA,{quoted}\n"), PrivacySettings())

    if labels is None:
        assert () == found
        return
    assert labels == found[0].labels
    assert "orla" in found[0].identity
    assert names is None or names == found[0].names


def test_names_of_the_settings_are_people_of_their_own() -> None:
    """Each once, and none that the table has already, however it is written there."""
    settings = PrivacySettings(names=("Ines", "QUIST, Orla", "ines", " "))

    found = people_of(people("participant_id,name\nA,Orla Quist\n"), settings)

    assert ["orla quist", "ines"] == [person.identity for person in found]


def test_columns_of_names_and_contacts_go_and_cells_are_masked() -> None:
    """Later stages see neither names nor addresses; the rest stays as typed."""
    table = people(
        "participant_id,pseudonym,Name,E-Mail,Phone,Address,age,knows,organisation\n"
        "A,P 1,Orla Quist,o@x.org,07700900123,1 Way,50,Orla's aunt,Quist Ltd\n"
    )
    masks = Masks(seeker_of(table, PrivacySettings()))

    shown = without_names(table, masks.masker())

    assert {"age": 50.0, "knows": "P 1's aunt"} == dict(shown.rows[0].participant.attributes)
    assert {"age", "knows"} == set(shown.columns) & {"age", "knows", "name", "e-mail", "phone"}
    assert "address" not in shown.columns
    assert "P 1 Ltd" == shown.rows[0].participant.organisation


def test_people_of_one_file_are_those_whose_rows_name_it() -> None:
    """A row for every file is for none in particular."""
    table = people(
        "participant_id,name,transcript\nA,Orla,one.txt\nB,Tam,*\nC,Ines,\nD,Bo,o*.txt\n"
    )
    seeker = seeker_of(table, PrivacySettings())

    here = people_here(seeker, table, "one.txt", "one")

    assert ["Orla", "Bo"] == [seeker.people[number].original for number in sorted(here)]


def test_good_pseudonyms_and_ids_need_no_caution() -> None:
    """Neither do pseudonyms of other words than anybody's name."""
    table = people("participant_id,name,pseudonym\nA1,Orla Quist,Participant 1\nB1,Tam,Mrs B\n")

    assert [] == cautions(table, seeker_of(table, PrivacySettings()))
