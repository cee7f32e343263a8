"""Settings: every problem at once, unknown keys refused, explicit always wins."""

from pathlib import Path

import pytest

from pipeline.core.config import parse_settings, read_round, read_settings, settings_for_file
from pipeline.core.errors import ConfigError
from pipeline.core.settings import SpeakerSettings


def test_defaults_hold_where_nothing_is_said() -> None:
    """Naming a codebook is enough."""
    settings = parse_settings({"codebook": "vcc"}, where="x.toml")

    assert ("chunk", 60, "en", 3) == (
        settings.segment.unit,
        settings.segment.max_words,
        settings.language,
        settings.suggest.top,
    )


def test_every_problem_is_named_with_its_place() -> None:
    """One reading finds them all: unknown, wrong kind, not allowed, out of range."""
    raw = {
        "codebok": "vcc",
        "segment": {"unit": "word", "max_words": "60"},
        "ingest": {"accept_score": 2, "aliases": {"a": 1}, "files": [{"patern": "x"}]},
    }

    with pytest.raises(ConfigError) as caught:
        parse_settings(raw, where="x.toml")

    text = str(caught.value)
    assert "x.toml: codebok: unknown setting; did you mean codebook?" in text
    assert "segment.unit: is 'word'; must be one of chunk, turn, sentence" in text
    assert "segment.max_words: is a text in quotes; must be a whole number" in text
    assert "ingest.accept_score: is 2.0; must be from 0 to 1" in text
    assert "ingest.aliases.a: is a whole number; must be a text in quotes" in text
    assert "ingest.files[1]: wants match" in text
    assert "codebook: none is named" in text


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ({"segment": 3}, "segment: is a whole number; must be a table"),
        ({"ingest": {"exclude": "x"}}, "ingest.exclude: is a text in quotes; must be a list"),
        ({"ingest": {"aliases": []}}, "ingest.aliases: is a list; must be a table"),
        ({"seed": True}, "seed: is true or false; must be a whole number"),
        ({"ingest": {"files": {}}}, "ingest.files: is a table; must be a list"),
        ({"ingest": {"files": [{"match": "a", "join": "x"}]}}, "ingest.files[1].join: is 'x'"),
        ({"report": {"base": 0}}, "report.base: is 0; must be from 1 to 100"),
        ({"report": {"threshold": 1.5}}, "report.threshold: is 1.5; must be from 0 to 1"),
        ({"report": {"order": "a"}}, "report.order: is a text in quotes; must be a list"),
        ({"report": {"by": []}}, "report.by: unknown setting"),
        (
            {"ingest": {"accept_score": 0.1, "confirm_score": 0.2}},
            "ingest.confirm_score: must not exceed",
        ),
    ],
)
def test_a_wrong_kind_is_said_in_words(raw: dict[str, object], sentence: str) -> None:
    """The message says what was found and what is allowed."""
    with pytest.raises(ConfigError) as caught:
        parse_settings({"codebook": "vcc", **raw}, where="x.toml")

    assert sentence in str(caught.value)


def test_every_problem_of_the_guide_is_named() -> None:
    """Ids are unique, and no id, question or probe is empty; all problems at once."""
    questions = [
        {"id": "a", "text": "Who?", "probes": ["When?", " "]},
        {"id": "a", "text": ""},
        {"text": "Why?"},
    ]

    with pytest.raises(ConfigError) as caught:
        parse_settings({"codebook": "vcc", "questions": questions}, where="x.toml")

    text = str(caught.value)
    assert "4 problems" in text
    assert "questions[1].probes[2]: is empty" in text
    assert "questions[2].id: 'a' is taken; each question needs its own" in text
    assert "questions[2].text: is empty" in text
    assert "questions[3].id: is empty" in text


def test_the_last_match_of_a_file_wins() -> None:
    """``[[ingest.files]]`` lie over the general settings, in order; tables add to tables."""
    raw = {
        "codebook": "vcc",
        "ingest": {
            "join": "none",
            "speakers": {"I": {"role": "interviewer"}},
            "files": [
                {"match": "*.docx", "source_type": "document", "join": "all"},
                {
                    "match": "focus*",
                    "source_type": "focus-group",
                    "speakers": {"M": {"name": "Mo"}},
                },
            ],
        },
    }
    ingest = parse_settings(raw, where="x.toml").ingest

    focus = settings_for_file(ingest, "focus_1.docx")

    assert ("focus-group", "all") == (focus.source_type, focus.join)
    assert {"I": SpeakerSettings(role="interviewer"), "M": SpeakerSettings(name="Mo")} == dict(
        focus.speakers
    )
    assert "none" == settings_for_file(ingest, "a.txt").join


def test_limits_of_a_file_lie_over_the_general_ones() -> None:
    """A nested table changes only what it names."""
    raw = {
        "codebook": "vcc",
        "ingest": {
            "limits": {"max_pages": 7},
            "files": [{"match": "big*", "limits": {"max_bytes": 9}}],
        },
    }

    limits = settings_for_file(parse_settings(raw, where="x").ingest, "big.pdf").limits

    assert (9, 7) == (limits.max_bytes, limits.max_pages)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there are no settings"),
        (b"codebook = ", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (b"random_seed = " + b"7" * 5000, "not TOML"),
        (b"codebook = " + b"[" * 5000, "not TOML"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    """Missing, broken or binary settings give one sentence with the path."""
    path = tmp_path / "pilot.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match=sentence) as caught:
        read_settings(path)

    assert str(path) in str(caught.value)


def test_a_round_of_review_may_have_a_file_of_its_own(tmp_path: Path) -> None:
    """The same names and limits as under ``[round]``, without the heading."""
    path = tmp_path / "round.toml"
    path.write_text('name = "pilot"\ncoders = ["ana", "ben"]\noverlap = 1\n')

    found = read_round(path)

    raw = {"codebook": "vcc", "round": {"name": "pilot", "coders": ["ana", "ben"], "overlap": 1}}
    assert found == parse_settings(raw, where="x").round
    assert ("pilot", ("ana", "ben"), 1.0, "assisted") == (
        found.name,
        found.coders,
        found.overlap,
        found.mode,
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        (b"name = ", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (b"overlap = 2\ncodres = []", r"overlap: is 2.*(?s:.*)codres: unknown setting"),
    ],
)
def test_a_round_that_breaks_a_rule_is_refused_with_its_file(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    """Every problem is listed, as for the settings of a corpus."""
    path = tmp_path / "round.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(ConfigError, match=sentence) as caught:
        read_round(path)

    assert str(path) in str(caught.value)
