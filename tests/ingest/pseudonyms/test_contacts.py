"""E-mail addresses, telephone numbers, postcodes, and the many things that only look like them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.settings import PrivacySettings
from pipeline.ingest.pseudonyms.contacts import FINDERS, emails, kinds_wanted, phones, postcodes

DIGITS_AND_MARKS = st.text("0123456789 +-()./:,£\n#", max_size=60)


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("call 020 7946 0123.", "+442079460123"),
        ("+44 (0)20 7946 0123", "+442079460123"),
        ("0044 20 7946 0123", "+442079460123"),
        ("(0161) 496 0000", "+441614960000"),
        ("07700-900-123, ok", "+447700900123"),
        ("07700\u00a0900123", "+447700900123"),
        ("07700900123", "+447700900123"),
        ("(555) 234-5678", "5552345678"),
        ("555-234-5678", "5552345678"),
        ("+1 555 234 5678", "+15552345678"),
        ("+45 12 34 56 78", "+4512345678"),
        ("+33 1 23 45 67 89", "+33123456789"),
        ("+49 (0) 30 123456", "+4930123456"),
        ("0171/1234567", "+441711234567"),
        ("my phone is 12 34 56 78", "12345678"),
        ("Mobile number: 12345678", "12345678"),
        ("tlf 12 34 56 78", "12345678"),
    ],
)
def test_a_telephone_number_is_found_however_it_is_written(text: str, identity: str) -> None:
    """National, international and bracketed forms count; the same number has one identity."""
    found = list(phones(text))

    assert [identity] == [number for *_, number in found]


@pytest.mark.parametrize(
    "text",
    [
        "at 00:12:33 and [00:01:12.500]",
        "12:30 to 13:45, then 08:30 09:45 10:15",
        "#00:05:22-3#",
        "1,200,000 pounds or 1 000 000 kr",
        "£07700900123",
        "from 2019-2020, in 2019 2020 and 2021",
        "call in 2024 2025",
        "01.02.2019 14:30",
        "01/02/2019",
        "01-02-2019 12 people came",
        "0123-0456",
        "one:0123-0456",
        "a share of 0.1234567890",
        "10 000 000 000",
        "0000000000",
        "100 200 300 400",
        "pages 0012 0013",
        "sha 0123456789abcdef",
        "ISBN 978-0-306-40615-7",
        "2024-01-02T10:00:00",
        "scores 0.5 0.6 0.7",
        "0 1 2 3 4 5 6 7 8 9",
        "the mobile came on 01.02.2019",
        "phone interview, 2024-05-14",
    ],
)
def test_what_only_looks_like_a_number_stays(text: str) -> None:
    """Times, dates, amounts, years, offsets, shares and hashes are no telephone numbers."""
    assert [] == list(phones(text))


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("at M1 1AE,", "M11AE"),
        ("SW1A 1AA", "SW1A1AA"),
        ("sw1a 1aa", "SW1A1AA"),
        ("LS29JT", "LS29JT"),
        ("EC1A\u00a01BB", "EC1A1BB"),
        ("GIR 0AA", "GIR0AA"),
        ("B33 8TH", "B338TH"),
        ("K1A 0B1", "K1A0B1"),
        ("D02 AF30", "D02AF30"),
        ("CA 94103", "94103"),
        ("PLZ: 80331", "80331"),
        ("my postcode is 2100", "2100"),
    ],
)
def test_a_postcode_is_found(text: str, identity: str) -> None:
    """British, Irish, Canadian and American codes count, others behind a word for them."""
    assert [identity] == [code for *_, code in postcodes(text)]


@pytest.mark.parametrize(
    "text",
    [
        "P1 2AB",  # no British area
        "on e2 4th of May, level e1 1st",
        "S1 and S2 and speaker M1",
        "P12 2019",
        "s1 9am, E1 5pm",
        "A4 paper on the M25 J10",
        "Q4 2020",
        "in 2019 AB moved 12345 boxes",
    ],
)
def test_what_only_looks_like_a_postcode_stays(text: str) -> None:
    """Labels, ordinals, times and quarters are no postcodes."""
    assert [] == list(postcodes(text))


@pytest.mark.parametrize(
    ("text", "identity"),
    [
        ("write to Ada.Quill+x@uni.example.ac.uk.", "ada.quill+x@uni.example.ac.uk"),
        ("<ada@example.org>", "ada@example.org"),
        ("'ada@example.org'", "ada@example.org"),
        ("ada @ example.org", "ada@example.org"),
        ("it is ada dot quill at example dot org", "ada.quill@example.org"),
    ],
)
def test_an_address_is_found_also_when_spoken(text: str, identity: str) -> None:
    """An e-mail address counts as written, with spaces, and as people say it."""
    assert [identity] == [address.removeprefix("is.") for *_, address in emails(text)]


@pytest.mark.parametrize("text", ["five @ 3 pounds", "me @home", "look at the dot com", "@handle"])
def test_what_only_looks_like_an_address_stays(text: str) -> None:
    """A price, a handle and a phrase are no addresses."""
    assert [] == list(emails(text))


@given(DIGITS_AND_MARKS)
def test_finds_lie_in_the_text(text: str) -> None:
    """Whatever stands there, a find is a span of the text that is not empty."""
    for finder in FINDERS.values():
        assert all(0 <= start < end <= len(text) for start, end, _ in finder(text))


def test_settings_switch_each_kind() -> None:
    """A kind that the settings switch off is not looked for."""
    settings = PrivacySettings(phone_numbers=False, postcodes=False)

    assert ("e-mail",) == kinds_wanted(settings)
    assert ("e-mail", "phone", "postcode") == kinds_wanted(PrivacySettings())
