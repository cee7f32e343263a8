"""Files made to harm, or only far too large: read or refused in bounded time, never more."""

from __future__ import annotations

import io
import json
import runpy
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from openpyxl import Workbook

from pipeline.core.errors import ConfigError, GlossatorError, TranscriptError
from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]

REFUSED_S = 1.0
READ_S = 4.0
LONE = ["Bo: Well, yes.", "Ana: So it is.", "Bo: And then?", "Ana: Nothing."]
SCRIPT = Path(__file__).parents[2] / "benchmarks" / "hostile_files.py"
MADE = runpy.run_path(str(SCRIPT))
TALK: bytes = MADE["TALK"]
HARMFUL: dict[str, tuple[str, Callable[[], bytes], str]] = dict(MADE["HARMFUL"])


def seconds(read: Read, data: bytes, name: str) -> tuple[float, str]:
    """Return the time that ingest takes over ``data``, and the code of its refusal, if any."""
    begun = time.process_time()
    try:
        read(data, name)
    except GlossatorError as error:
        return time.process_time() - begun, error.code
    return time.process_time() - begun, ""


@pytest.mark.parametrize("case", HARMFUL)
def test_what_would_harm_is_refused_at_once(read: Read, case: str) -> None:
    """Bombs and endless files are refused with their code, in a second."""
    name, make, code = HARMFUL[case]

    taken, found = seconds(read, make(), name)

    assert code == found
    assert taken < REFUSED_S


def test_a_pdf_cannot_hold_more_than_its_bytes(read: Read) -> None:
    """A page shown thousands of times is refused long before the limit of characters."""
    name, make, code = MADE["HARMFUL_PDFS"]["one page shown 5,000 times"]

    with pytest.raises(TranscriptError, match="many more than a file of its size holds") as caught:
        read(make(), name)

    assert code == caught.value.code


HEAVY: dict[str, tuple[str, Callable[[], bytes]]] = {
    "times before long white space": (
        "a.txt",
        lambda: TALK + (b"00:01" + b" " * 5_000 + b"x\n") * 20,
    ),
    "long white space before words": (
        "a.md",
        lambda: b"**I:** Who?\n\n**P:** We.\n\n" * 9 + b" " * 100_000 + b"x\n",
    ),
    "a voice with an endless name": (
        "a.vtt",
        lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\n<v S" + b"." * 100_000 + b">hm\n",
    ),
    "voices that never close": (
        "a.vtt",
        lambda: b"WEBVTT\n\n00:01.000 --> 00:02.000\nhm " + b"<v " * 60_000 + b"<v." * 60_000,
    ),
    "a line of 3 MB": ("a.txt", lambda: TALK + b"P: " + b"a. b: " * 500_000),
    "brackets that never close": ("a.txt", lambda: TALK + b"P: " + b"([" * 300_000),
    "thousands of names": (
        "a.txt",
        lambda: "\n".join(f"Ana{n} Bo{n}: Words, said once." for n in range(10_000)).encode(),
    ),
    "thousands of names in cues": (
        "a.srt",
        lambda: "\n".join(
            f"00:00:01,000 --> 00:00:02,000\nA{n % 2_000}: Yes. No. Hm. So. It: is.\n"
            for n in range(6_000)
        ).encode(),
    ),
    "groups that open and close": ("a.rtf", lambda: b"{\\rtf1 " + b"{\\b a}" * 20_000),
}


@pytest.mark.parametrize("case", HEAVY)
def test_what_is_heavy_is_read_in_time(read: Read, case: str) -> None:
    """No pattern tries the same characters again and again, no list is gone through for each."""
    name, make = HEAVY[case]

    taken, _ = seconds(read, make(), name)

    assert taken < READ_S


@pytest.mark.parametrize("number", ["1" + "0" * 400, "1e400", "-1", "NaN", "Infinity"])
def test_an_impossible_time_is_none(read: Read, law: Callable[[Result], None], number: str) -> None:
    """Times that no recording has are left out; the words stay."""
    first, second = '{"speaker": "A", "text": "Hm.", "start": 1}', '{"speaker": "B", "text": "Yes."'

    (result,) = read(f'{{"segments": [{first}, {second}, "start": {number}}}]}}', "talk.json")

    law(result)
    assert [1.0, None] == [turn.start_s for turn in result.turns]
    assert json.dumps(result.report.seconds, allow_nan=False)


def test_a_known_name_inside_a_cue_begins_a_turn(read: Read) -> None:
    """In joined lines a known label after a sentence's end is one, however many are known."""
    cues = "".join(
        f"00:00:0{n}.000 --> 00:00:0{n}.900\n{words}\n\n"
        for n, words in enumerate(["Ana: I see. Bo: You do. Ana: It is: late.", *LONE])
    )

    (result,) = read(f"WEBVTT\n\n{cues}", "talk.vtt")

    spoken = [(turn.speaker, turn.text) for turn in result.turns[:3]]
    assert [("Ana", "I see."), ("Bo", "You do."), ("Ana", "It is: late.")] == spoken


@pytest.mark.parametrize("encoding", ["nonsense", "hex", "idna", "undefined", "utf-8\0"])
@pytest.mark.parametrize("name", ["a.txt", "a.rtf", "a.html"])
def test_an_encoding_that_is_none_is_a_setting_to_mend(
    read: Read, name: str, encoding: str
) -> None:
    """What Python knows as no encoding of texts is refused as such, whatever the format."""
    data = {"a.rtf": b"{\\rtf1 I: Who?\\par}", "a.html": b"<html><p>I: Who?"}.get(name, TALK)

    with pytest.raises(ConfigError, match="there is no encoding"):
        read(data, name, {"encoding": encoding})


def test_a_workbook_with_broken_styles_says_so_once(
    read: Read, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a library has to say of a damaged file goes into the error, not onto the screen."""
    whole, broken = io.BytesIO(), io.BytesIO()
    Workbook().save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(broken, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'xfId="0"', b'xfId="19"'))

    with pytest.raises(TranscriptError) as caught:
        read(broken.getvalue(), "talk.xlsx")

    assert "E_CORRUPT" == caught.value.code
    assert ("", "") == capsys.readouterr()


def test_a_sentence_never_holds_the_whole_file(read: Read) -> None:
    """What is wrong with an archive is said in a line, however long the name that is wrong."""
    data = MADE["zipped"]({"content.xml": Random(1).randbytes(8_000)})  # noqa: S311  # what cannot be packed
    at = data.index(b"content.xml")
    long = data[: at - 4] + (5_000).to_bytes(2, "little") + data[at - 2 :]

    with pytest.raises(TranscriptError) as caught:
        read(long, "talk.odt")

    assert "E_CORRUPT" == caught.value.code
    assert len(str(caught.value)) < 300


def test_a_pattern_of_the_settings_is_tried_at_the_start_of_a_line_only(read: Read) -> None:
    """However long a line is, a pattern is not tried beyond where a label may begin."""
    data = TALK + b"1" * 20_000
    begun = time.process_time()

    (result,) = read(data, "talk.txt", {"pattern": r"(?P<label>\b[A-Z]\b)\W+(?P<text>\w+)"})
    read(data, "talk.txt", {"pattern": r"(?P<label>\w+):\W+(?P<text>\w+)"})

    assert time.process_time() - begun < READ_S
    assert {"I", "P"} == {turn.speaker for turn in result.turns}
