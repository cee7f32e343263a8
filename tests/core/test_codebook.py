"""Codebooks: what is read, what is refused, what is only warned of."""

from pathlib import Path

import pytest

from pipeline.core.codebook import Codebook, parse_codebook, read_codebook
from pipeline.core.errors import CodebookError

BOOK = """
codebook: tiny
version: "1.0"
codes:
  - id: sources
    name: Sources
    codable: false
    codes:
      - id: nature
        definition: What is put in.
        examples: [We gave them our van.]
        codes:
          - id: generic
            name: Generic
            definition: Money and the like.
            examples: ["Cash: it all helps."]
            roles: [participant]
"""
FOLDER = Path(__file__).parents[2] / "configs" / "codebooks"


def problems(text: str) -> str:
    """Return what is said of a broken codebook."""
    with pytest.raises(CodebookError) as caught:
        parse_codebook(text)
    return str(caught.value)


def test_codes_are_known_by_their_paths() -> None:
    """Parents come before children; a code's path holds the ids above it."""
    book = parse_codebook(BOOK)

    assert ["sources", "sources.nature", "sources.nature.generic"] == [c.path for c in book.codes]
    assert ["sources.nature", "sources.nature.generic"] == [c.path for c in book.codable]
    assert ["sources.nature"] == [c.path for c in book.ancestors("sources.nature.generic")]
    assert ("sources", "sources.nature") == (book.codes[2].dimension, book.codes[2].parent)
    assert ("participant",) == book["sources.nature.generic"].roles


def test_an_unknown_code_meets_the_nearest() -> None:
    """A slip of the pen is answered with what was probably meant."""
    with pytest.raises(CodebookError, match=r"did you mean sources\.nature\?"):
        parse_codebook(BOOK)["sources.natur"]


def test_the_version_changes_with_the_content() -> None:
    """Any word that could change a mind changes the version's hash; the rest stays."""
    book = parse_codebook(BOOK)

    assert book.version_id == parse_codebook(BOOK + "\n").version_id
    assert book.version_id != parse_codebook(BOOK.replace("our van", "a van")).version_id
    assert book.version_id.startswith("1.0+")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("id: nature", "id: Nature One", "line 9: id is 'Nature One'; must be small letters"),
        ("name: Generic", "nme: Generic", "unknown key nme; did you mean name?"),
        ("codable: false", "codable: no way", "codable must be true or false"),
        ("examples: [We gave them our van.]", "examples: hello", "examples must be a list"),
        ('["Cash: it all helps."]', "[Cash: it all helps.]", "examples must be a list of texts"),
        ("name: Sources", 'name: Sources\n    color: "blue"', "color must look like"),
        ('version: "1.0"', "version:", "version is missing"),
        ('version: "1.0"', "version: 1.10", "version must be a text: put it in quotes"),
        ("codebook: tiny", "codebook: 3", "codebook is 3; must be small letters"),
        ("definition: What is put in.", "definition: [a]", "definition must be a text"),
        (
            "codes:\n          - id: generic",
            "codes: none\n        x:\n          - id: generic",
            "codes must be a list",
        ),
        ("- id: generic", "- just words\n          - id: generic", "is not a table with an id"),
        ("codable: false", "codable: false\n    codable: true", "'codable' is written twice"),
    ],
)
def test_a_broken_rule_is_named(old: str, new: str, sentence: str) -> None:
    """Each rule has its sentence, with the line."""
    assert sentence in problems(BOOK.replace(old, new, 1))


def test_two_equal_ids_are_refused_with_both_lines() -> None:
    """Ids differ among siblings; all problems are listed together."""
    text = BOOK + "      - id: nature\n        nme: x\n"

    said = problems(text)

    assert "sources.nature: this id is already used in line 9" in said
    assert "unknown key nme" in said


@pytest.mark.parametrize(
    "text", ["", "- a", "codes: 3", "a: [", "a: &x [*x]\ncodes: *y", "[" * 5000]
)
def test_what_is_no_codebook_is_refused(text: str) -> None:
    """Anything else in the file gives a sentence, never another exception."""
    assert problems(text)


@pytest.mark.parametrize("mark", ["[", "{a: ", "- "])
def test_nesting_without_end_is_refused_before_it_is_followed(mark: str) -> None:
    """A loader that follows it runs out of stack, and takes the program with it."""
    assert "nested more than 100 deep" in problems(mark * 300_000)


def test_weak_codes_are_warned_of() -> None:
    """A code without text, definition or example is allowed and named."""
    text = (
        BOOK
        + "  - id: bare\n  - id: thin\n    definition: Some.\n  - id: odd\n    indicators: [x]\n"
    )

    warnings = parse_codebook(text).warnings

    assert [
        "line 18: bare: has no text; it cannot be suggested before it has labels",
        "line 19: thin: has no example; examples help first suggestions more than definitions do",
        "line 21: odd: has no definition",
    ] == list(warnings)


def test_a_missing_file_meets_the_nearest(tmp_path: Path) -> None:
    """A codebook that is not there is answered with one that is."""
    (tmp_path / "vcc.yaml").write_text(BOOK, encoding="utf-8")

    with pytest.raises(CodebookError, match="no such codebook; did you mean vcc"):
        read_codebook(tmp_path / "vc.yaml")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 give one sentence."""
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(CodebookError, match="not UTF-8"):
        read_codebook(tmp_path / "a.yaml")


VCC = """
types.associational types.transferred types.interaction types.synergistic types.economic
types.societal types.brand sources.resource-complementarity sources.resource-nature
sources.resource-nature.generic sources.resource-nature.organisation-specific
sources.resource-directionality sources.resource-directionality.unilateral
sources.resource-directionality.bilateral sources.resource-directionality.reciprocal
sources.linked-interests enablers.collaborative-capacity enablers.adaptive-capacity
enablers.relational-capacity mechanisms.co-production mechanisms.co-design
mechanisms.co-development mechanisms.co-delivery mechanisms.co-evaluation
activities.value-proposition activities.preparing-for-delivery activities.service-delivery
engagement.one-off engagement.recurring engagement.continuous themes.challenges themes.outcomes
themes.measurement themes.expectations
"""
MIDSTREAM = """
phases.origination phases.mobilisation phases.stabilisation levels.micro levels.meso levels.macro
resources.knowledge-and-skills resources.relationships-and-trust resources.roles
resources.norms-and-practices resources.time-and-capacity resources.materials
propositions.tailored-to-role propositions.reformulated propositions.role-change
barriers.role-overload barriers.resistance barriers.institutional-power barriers.policy-change
barriers.missing-communication stabilisers.feedback stabilisers.learning stabilisers.adaptation
outcomes.behaviour-change outcomes.protecting-others outcomes.awareness outcomes.spillover
outcomes.superficial-uptake
"""


@pytest.mark.parametrize(("name", "paths"), [("vcc", VCC), ("midstream", MIDSTREAM)])
def test_the_bundled_codebooks_are_complete(name: str, paths: str) -> None:
    """Each code has a definition, rules both ways, six indicators and four examples or more."""
    book = read_codebook(FOLDER / f"{name}.yaml")

    assert sorted(paths.split()) == sorted(code.path for code in book.codable)
    assert () == book.warnings
    thin = [
        code.path
        for code in book.codable
        if not (code.definition and code.include and code.exclude)
        or len(code.indicators) < 6
        or len(code.examples) < 4
    ]
    assert [] == thin


def sentences(book: Codebook) -> list[str]:
    """Return every indicator and example of a codebook."""
    return [text for code in book.codes for text in (*code.indicators, *code.examples)]


@pytest.mark.parametrize("name", ["vcc", "midstream"])
def test_no_seed_stands_for_two_codes(name: str) -> None:
    """A text that two codes share would speak for neither."""
    texts = sentences(read_codebook(FOLDER / f"{name}.yaml"))

    assert len(texts) == len(set(texts))
