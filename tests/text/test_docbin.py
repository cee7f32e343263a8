"""spaCy's own files: what goes in comes out, and what tokens cannot hold is said."""

import spacy
from spacy.tokens import DocBin

from pipeline.text.docbin import Label, LabelledText, format_displacy, format_docbin

TEXT = "Rain fell. Nobody minded <b>it</b>."
ONE = LabelledText(
    TEXT,
    [
        Label(0, 4, "weather.rain", "ana"),
        Label(0, 9, "weather", "ben"),
        Label(12, 17, "calm", "ana"),
    ],
    {"transcript_id": "int<1>", "segment_id": None, "start": 0},
)


def test_spans_come_back_with_code_and_coder() -> None:
    """doc.spans["codes"] is what a span categoriser is trained on; overlaps are kept."""
    data, n_widened = format_docbin([ONE], language="en")

    (doc,) = DocBin(store_user_data=True).from_bytes(data).get_docs(spacy.blank("en").vocab)
    assert TEXT == doc.text
    assert [("Rain", "weather.rain", "ana"), ("Rain fell", "weather", "ben")] == [
        (span.text, span.label_, span.id_) for span in doc.spans["codes"]
    ][:2]
    assert 1 == n_widened
    assert "Nobody" == doc.spans["codes"][2].text
    assert (12, 17, "calm", "ana") == doc.user_data["exact"][2]


def test_the_same_texts_give_the_same_bytes() -> None:
    """Nothing of the clock or of chance is in the file."""
    assert format_docbin([ONE], language="en") == format_docbin([ONE], language="en")


def test_a_page_shows_labels_and_runs_nothing() -> None:
    """What stands in the text or in a title is shown, never run; nothing comes from elsewhere."""
    page = format_displacy([ONE], {"calm": "#abcdef"}, language="en", title="<i>t</i>")

    assert "weather.rain" in page
    assert "#abcdef" in page
    assert "&lt;i&gt;t" in page
    assert "int&lt;1&gt;" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "http" not in page
