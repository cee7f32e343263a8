"""``glossator report`` as a user types it."""

from pathlib import Path

from tests.cli.conftest import Project


def test_a_report_says_where_its_page_is(decided: Project) -> None:
    """Counts in one line, the page in the next; a second run replaces it without a question."""
    done = decided.run("report", "t", "--by", "role")
    again = decided.json("report", "t", "--by", "role")

    assert 0 == done.returncode, done.stderr
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith(f"report   {again['n_tables']} tables, {again['n_figures']} figures")
    assert "corpora/t/export/report/report.html" == second.strip()
    assert again["page"].endswith(second.strip())
    assert (decided.root / second.strip()).exists()


def test_a_foreign_folder_is_left_alone(decided: Project, tmp_path: Path) -> None:
    """``--out`` must not name a folder with other files in it."""
    mine = tmp_path / "out" / "mine.txt"
    mine.parent.mkdir()
    mine.write_text("mine")

    said = decided.fails("report", "t", "--out", str(mine.parent))

    assert "which no report wrote" in said
    assert [mine] == list(mine.parent.iterdir())


def test_an_unknown_attribute(decided: Project) -> None:
    """One sentence with the nearest name."""
    assert "did you mean role" in decided.fails("report", "t", "--by", "rol")


def test_two_corpora(decided: Project) -> None:
    """A corpus may stand beside another, even beside itself; ``--by`` is for one."""
    done = decided.run("report", "t", "t")
    refused = decided.run("report", "t", "t", "--by", "role")

    assert 0 == done.returncode, done.stderr
    assert "report-with-t/report.html" in done.stdout
    assert 2 == refused.returncode


def test_a_name_in_the_report_is_told(decided: Project) -> None:
    """Names that are known and stand in the page or its files: a warning, and exit code 4."""
    config = decided.root / "configs" / "t.toml"
    told = '\n[privacy]\npseudonymise = true\nnames = ["Learning"]\n'
    config.write_text(config.read_text() + told)

    done = decided.run("report", "t", "--by", "role")

    assert 4 == done.returncode, done.stdout
    assert "Do not pass these files on" in done.stderr
    assert "export/report/report.html" in done.stderr
