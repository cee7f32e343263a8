"""Rules of the house that no linter knows."""

import ast
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pipeline"
MODULES = sorted(PACKAGE.rglob("*.py"))
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "manager", "misc", "tests", "pipeline"}
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:work|farm|root|home)/")
REGISTRY = re.compile(r"index-url|https?://|find-links", re.IGNORECASE)


def shown(path: Path) -> str:
    """Return a path as a test's name."""
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_file_holds_one_thought(path: Path) -> None:
    """No module has more than 400 lines; each opens with its sentence."""
    text = path.read_text(encoding="utf-8")

    assert text.count("\n") <= 400
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    """No function has more than 50 lines."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))

    long = [
        f"{node.name}: {(node.end_lineno or node.lineno) - node.lineno + 1}"
        for node in tree
        if isinstance(node, functions) and (node.end_lineno or node.lineno) - node.lineno >= 50
    ]

    assert [] == long


@pytest.mark.parametrize("path", MODULES, ids=shown)
def test_a_name_says_what_is_inside(path: Path) -> None:
    """No drawer: utils, helpers, common, manager."""
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize(
    "path", [path for path in MODULES if "cli" not in path.relative_to(PACKAGE).parts], ids=shown
)
def test_only_the_command_line_prints_or_exits(path: Path) -> None:
    """No print, sys.exit or write to the terminal outside cli/."""
    calls = [
        ast.unparse(node.func)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    ]

    talk = {
        "print",
        "input",
        "exit",
        "sys.exit",
        "click.echo",
        "sys.stdout.write",
        "sys.stderr.write",
    }
    assert not talk & set(calls)


def comments() -> Iterator[tuple[str, str]]:
    """Yield every comment of the project's Python files with its place."""
    folders = ("pipeline", "tests", "benchmarks")
    for path in (file for name in folders for file in sorted((ROOT / name).rglob("*.py"))):
        with tokenize.open(path) as file:
            tokens = list(tokenize.generate_tokens(file.readline))
        for token in tokens:
            if token.type == tokenize.COMMENT:
                yield f"{shown(path)}:{token.start[0]}", token.string


def test_an_exception_to_a_rule_gives_its_reason() -> None:
    """Each noqa and type: ignore names its rule and says why, on the same line."""
    reasonless = [
        f"{place} {text}"
        for place, text in comments()
        if re.search(r"noqa|type: ignore", text)
        and not re.search(r"(noqa: [A-Z0-9, ]+|type: ignore\[[\w, -]+\])\s+# \w+", text)
    ]

    assert [] == reasonless


def test_nothing_is_left_for_later_in_the_code() -> None:
    """What is not done is said in the documents, not marked in the code."""
    marks = [place for place, text in comments() if re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)]

    assert [] == marks


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_pinned_with_hashes(name: str) -> None:
    """A lock names versions and hashes, and no host to fetch them from."""
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-zA-Z])", text)

    assert not REGISTRY.search(text)
    assert all("==" in entry and "--hash=sha256:" in entry for entry in entries)


def test_the_locks_agree() -> None:
    """What runs is what is tested: the developers' lock pins the same versions."""
    pins = [
        set(
            re.findall(
                r"^([\w.-]+==[\w.]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE
            )
        )
        for name in ("requirements.lock", "requirements-dev.lock")
    ]

    assert set() == pins[0] - pins[1]


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    """No absolute path of a developer's machine stands in code, settings or documents."""
    suffixes = {".py", ".toml", ".md", ".yaml", ".lock", ".cfg", ""}
    folders = ("pipeline", "tests", "benchmarks", "configs", "corpora/demo", "docs")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*")]
    files += [path for path in ROOT.glob("*") if path.is_file()]

    found = [
        shown(path)
        for path in files
        if path.is_file()
        and path.suffix in suffixes
        and not {"build", "export"} & set(path.relative_to(ROOT).parts)
        and MACHINE_PATH.search(path.read_text(encoding="utf-8", errors="replace"))
    ]

    assert [] == [name for name in found if name != "tests/test_house.py"]
