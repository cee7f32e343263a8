"""Each check bites: a file broken in one way is found out, with the place."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from pipeline.exchange.refi.archive import open_archive, pack
from pipeline.exchange.refi.check import check_qdc, check_qdpx
from pipeline.exchange.refi.guids import code_guid, derived, user_guid
from pipeline.exchange.refi.write import write_qdc, write_qdpx
from tests.exchange.refi.drawn import sample

SOURCE = derived("source", "c", "one")
TEXT = derived("text", "c", "one")


def broken(change: Callable[[str], str], members: dict[str, bytes] | None = None) -> list[str]:
    """Return what is wrong with the sample after ``change`` of its XML."""
    archive = open_archive(write_qdpx(sample()))
    xml = archive.read("project.qde").decode()
    changed = change(xml)
    assert changed != xml or members is not None
    held = (
        {f"sources/{TEXT}.txt": archive.read(f"sources/{TEXT}.txt")} if members is None else members
    )
    return check_qdpx(pack([("project.qde", changed.encode()), *held.items()]))


def swap(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    """Return a change of the first ``old``."""
    return lambda xml: xml.replace(old, new, count)


CHANGES = {
    "two elements of one GUID": (
        swap(f'<User guid="{user_guid("ann")}"', f'<User guid="{{{SOURCE.upper()}}}"'),
        "same GUID",
    ),
    "a code that is not there": (
        swap(f'<CodeRef targetGUID="{code_guid("book", "rain")}"', f'<CodeRef targetGUID="{TEXT}"'),
        "leads nowhere",
    ),
    "a code that is a user": (
        swap(
            f'<CodeRef targetGUID="{code_guid("book", "rain")}"',
            f'<CodeRef targetGUID="{user_guid("ann")}"',
        ),
        "leads to a User",
    ),
    "a selection past the end": (swap('endPosition="11"', 'endPosition="999"'), "no passage"),
    "a selection that ends before it begins": (
        swap('startPosition="5"', 'startPosition="12"'),
        "no passage",
    ),
    "an empty selection": (swap('startPosition="5"', 'startPosition="11"'), "no passage"),
    "a negative start": (swap('startPosition="5"', 'startPosition="-5"'), "no passage"),
    "other words than its name": (
        swap('startPosition="5"', 'startPosition="6"'),
        "words are others",
    ),
    "a code that holds others together": (
        swap('name="Rain" isCodable="true"', 'name="Rain" isCodable="false"'),
        "isCodable is false",
    ),
    "an empty container": (swap("</Notes>", "</Notes><Sets/>"), "Sets: holds nothing"),
    "a wrong order": (
        lambda xml: re.sub(
            r"(<Users>.*?</Users>)\s*(<CodeBook>.*?</CodeBook>)", r"\2\1", xml, flags=re.DOTALL
        ),
        "allowed: Users?",
    ),
    "a missing attribute": (swap(' isCodable="true"', ""), "isCodable is missing"),
    "a colour that is none": (swap("#336699", "blue"), "no rgb"),
    "a text twice": (
        swap("<PlainTextSelection", "<PlainTextContent>x</PlainTextContent><PlainTextSelection"),
        "one of the two",
    ),
    "a path that leads outside": (swap("internal://", "relative:///"), "outside"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_broken_file_is_found_out(name: str) -> None:
    """The message says what, and in which line or file."""
    change, words = CHANGES[name]
    problems = broken(change)

    assert problems
    assert any(words in problem for problem in problems), problems
    assert all(re.match(r"line \d+|sources/", problem) for problem in problems)


def test_a_missing_or_a_spare_member_is_found_out() -> None:
    """Each file that is referred to is there, and no other."""
    text = sample().sources[0].text.encode()

    assert ["sources/spare.txt: nothing refers to it"] == broken(
        str, {f"sources/{TEXT}.txt": text, "sources/spare.txt": b"x"}
    )
    assert any("not in the file" in problem for problem in broken(str, {}))


def test_a_sound_file_has_no_problem() -> None:
    """Neither project nor codebook."""
    assert [] == check_qdpx(write_qdpx(sample()))
    assert [] == check_qdc(write_qdc(sample().codes, "Glossator"))


def test_a_codebook_with_a_GUID_twice_is_found_out() -> None:  # noqa: N802  # as the standard spells it
    """Also where there is no project around it."""
    data = write_qdc((*sample().codes, sample().codes[0]), "Glossator")

    assert ["same GUID"] == list({problem[-9:] for problem in check_qdc(data)})
