"""Marked texts: every format says the same words under the same codes."""

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html

from pipeline.exchange.jsonl import (
    format_doccano,
    format_labelstudio,
    format_prodigy,
    format_webannotation,
)
from pipeline.exchange.marked import Codes, Mark, MarkedText
from pipeline.exchange.taguette import format_codebook_csv, format_taguette

WORDS = "Rain 🌧 & <wind>\n\nand é\u0301 sun\n"
SUN = WORDS.index("sun")
MARKS = (
    Mark(0, 4, "weather.rain", "ana", "2026-01-02T03:04:05.000Z"),
    Mark(0, 4, "weather.rain", "ben", "2026-01-03T03:04:05.000Z"),
    Mark(5, SUN + 3, "weather", "ana", "2026-01-02T03:04:06.000Z"),
)
GUESS = Mark(SUN, SUN + 3, "weather.sun", "m-1", score=0.5)
TEXT = MarkedText("int-1", "int-1:10-40", 10, WORDS, MARKS, (GUESS,))
CODES = Codes({"weather": "Weather", "weather.rain": "Rain"}, {"weather.rain": 'Falls, "wet"'})


def marked(text: str, spans: list[tuple[int, int]]) -> MarkedText:
    """Return a text with one code on each of the spans."""
    marks = [Mark(start, end, "weather", "ana") for start, end in spans]
    return MarkedText("t", None, 0, text, marks)


def test_doccano_gets_each_passage_once() -> None:
    """A label is start, end and code; what places the text again goes with it."""
    (line,) = format_doccano([TEXT]).splitlines()

    found = json.loads(line)
    assert [[0, 4, "weather.rain"], [5, SUN + 3, "weather"]] == found["label"]
    assert (WORDS, "int-1", "int-1:10-40", 10) == (
        found["text"],
        found["transcript_id"],
        found["segment_id"],
        found["start"],
    )


def test_a_text_without_codes_goes_out_too() -> None:
    """What was read and not coded teaches as much."""
    bare = MarkedText("int-1", None, 0, "Nothing.")

    assert [] == json.loads(format_doccano([bare]))["label"]
    assert ([], "accept") == tuple(
        json.loads(format_prodigy([bare]))[k] for k in ("spans", "answer")
    )


def test_prodigy_gets_spans() -> None:
    """Spans have start, end and label; the answer is accept."""
    found = json.loads(format_prodigy([TEXT]))

    assert {"start": 0, "end": 4, "label": "weather.rain"} == found["spans"][0]


def test_label_studio_keeps_coders_apart_and_machines_from_people() -> None:
    """An annotation a coder; suggestions are predictions with a score."""
    (task,) = json.loads(format_labelstudio([TEXT]))

    assert ["ana", "ben"] == [item["completed_by"] for item in task["annotations"]]
    value = task["annotations"][0]["result"][1]["value"]
    assert WORDS[value["start"] : value["end"]] == value["text"]
    assert ("m-1", 0.5) == (
        task["predictions"][0]["model_version"],
        task["predictions"][0]["result"][0]["score"],
    )


def test_a_web_annotation_stands_on_the_transcript() -> None:
    """Positions count from the transcript's beginning; the quotation says the words."""
    page = json.loads(format_webannotation([TEXT]))

    position, quote = page["items"][0]["target"]["selector"]
    assert (10, 14, "Rain") == (position["start"], position["end"], quote["exact"])
    assert "ana" == page["items"][0]["creator"]["nickname"]
    assert 3 == len({item["id"] for item in page["items"]})


def highlights(data: bytes, folder: Path) -> list[tuple[str, str, list[str]]]:
    """Return each highlight cut by its bytes from the document's text, its snippet and its tags."""
    path = folder / "p.sqlite3"
    path.write_bytes(data)
    connection = sqlite3.connect(path)
    documents = dict(connection.execute("SELECT id, contents FROM documents"))
    found = []
    rows = connection.execute("SELECT * FROM highlights ORDER BY document_id, start_offset, id")
    for number, document, start, end, snippet in rows.fetchall():
        text = html.fromstring(f"<div>{documents[document]}</div>").text_content().encode()
        tags = connection.execute(
            "SELECT path FROM tags JOIN highlight_tags ON id = tag_id WHERE highlight_id = ?"
            " ORDER BY path",
            (number,),
        )
        words = html.fromstring(f"<p>{snippet}</p>").text_content()
        found.append((text[start:end].decode(), words, [tag for (tag,) in tags]))
    connection.close()
    return found


def test_taguette_finds_the_words(tmp_path: Path) -> None:
    """Bytes of the document's text, line ends not counted; one highlight a passage."""
    found = highlights(format_taguette("p", [TEXT], CODES), tmp_path)

    rain, rest = found
    assert ("Rain", "Rain", ["weather.rain"]) == rain
    assert rest[0] == rest[1] == WORDS[5 : SUN + 3].replace("\n", "")


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t"), min_size=3),
    st.data(),
)
def test_every_highlight_equals_its_quote(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    """For any text, cut as Taguette cuts it."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    one = marked(text, [(start, end)])

    ((cut, _, tags),) = highlights(
        format_taguette("p", [one], CODES), tmp_path_factory.mktemp("taguette")
    )

    kept = [line for line in text.split("\n") if line.strip()]
    assert ["weather"] == tags
    assert cut in "".join(kept)
    if "\n" not in text:
        assert text[start:end] == cut or not text.strip()


def test_a_taguette_project_is_the_same_every_time() -> None:
    """Dates come from decisions, not from the clock."""
    assert format_taguette("p", [TEXT], CODES) == format_taguette("p", [TEXT], CODES)


def test_the_taguette_codebook_names_every_code() -> None:
    """Tag and description, quoted as CSV is."""
    assert 'tag,description\nweather,\nweather.rain,"Falls, ""wet"""\n' == format_codebook_csv(
        CODES
    )
