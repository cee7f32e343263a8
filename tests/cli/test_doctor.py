"""glossator doctor: looks at everything, changes nothing, and says what to do."""

from pathlib import Path

from tests.cli.conftest import Project, copy_of


def test_a_corpus_in_order_is_fine(decided: Project) -> None:
    """Every part is looked at; nothing is changed; exit code 0."""
    before = {path: path.stat().st_mtime_ns for path in decided.root.rglob("*") if path.is_file()}

    done = decided.run("doctor", "t")

    assert 0 == done.returncode, done.stdout
    for what in ("Python", "libraries", "disk", "codebook", "transcripts", "decisions", "model"):
        assert f"ok     {what}" in done.stdout
    after = {path: path.stat().st_mtime_ns for path in decided.root.rglob("*") if path.is_file()}
    assert {path for path in before if before[path] != after.get(path)} <= volatile(decided)


def volatile(project: Project) -> set[Path]:
    """Return files that SQLite touches whenever a log is opened."""
    folder = project.root / "corpora" / "t"
    return set(folder.glob("review.sqlite*"))


def test_everything_amiss_is_named_with_what_to_do(coded: Project, tmp_path: Path) -> None:
    """One bad part hides no other."""
    project = copy_of(coded, tmp_path)
    (project.root / "configs" / "codebooks" / "tiny.yaml").write_text("codebook: [")
    log = project.root / "corpora" / "t" / "review.sqlite"
    log.write_bytes(log.read_bytes()[:5000])

    done = project.run("doctor", "t")

    assert 4 == done.returncode, done.stderr
    assert "WRONG  codebook" in done.stdout
    assert "WRONG  decisions" in done.stdout
    assert "ok     settings" in done.stdout
    assert "Traceback" not in done.stderr


def test_without_a_corpus_it_looks_at_the_installation(tmp_path: Path) -> None:
    """It can be asked anywhere, as JSON, too."""
    found = Project(tmp_path).json("doctor")

    assert {"Python", "libraries", "extra", "disk"} == {item["what"] for item in found}
