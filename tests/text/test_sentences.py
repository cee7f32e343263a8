"""Sentences by rule, in bounded memory, without a model."""

import pytest

from pipeline.core.errors import ConfigError
from pipeline.text import sentences
from pipeline.text.sentences import sentence_spans


def found(text: str, language: str = "en") -> list[str]:
    """Return the sentences of ``text``."""
    return [text[span.start : span.end] for span in sentence_spans(text, language=language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes. No? Well!", ["Yes.", "No?", "Well!"]),
        ("Dr. Ames came at 3 p.m. with us.", ["Dr. Ames came at 3 p.m. with us."]),
        ("It cost 3.50 each. Fine.", ["It cost 3.50 each.", "Fine."]),
        ('"Go." She went.', ['"Go."', "She went."]),
        ("  \n ", []),
        ("", []),
    ],
)
def test_a_full_stop_is_not_always_an_end(text: str, expected: list[str]) -> None:
    """Titles, times and numbers hold full stops that end nothing."""
    assert expected == found(text)


def test_other_languages_bring_their_own_tokenizer() -> None:
    """German and a language-neutral rule work without any download."""
    assert ["Das ist z.B. gut.", "Ja."] == found("Das ist z.B. gut. Ja.", "de")
    assert ["Si.", "No."] == found("Si. No.", "xx")


def test_an_unknown_language_says_what_to_write() -> None:
    """The sentence names the setting."""
    with pytest.raises(ConfigError, match="language: 'qq' is not a language"):
        sentence_spans("Yes.", language="qq")


def test_a_very_long_line_is_cut_between_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory stays bounded; no word is lost or cut, unless it alone is longer than the limit."""
    monkeypatch.setattr(sentences, "MAX_CHARS", 50)
    text = "word " * 40 + "x" * 120 + " end"

    pieces = found(text)

    assert "".join(text.split()) == "".join("".join(pieces).split())
    assert ["word"] * 40 == [word for piece in pieces for word in piece.split()][:40]
