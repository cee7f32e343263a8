"""``glossator agree`` as a user types it."""

from tests.cli.conftest import Project, write_lines


def second_coder(project: Project) -> None:
    """Let rm decide as kb did, but for the van."""
    path = write_lines(project)
    lines = [
        line for line in path.read_text().splitlines() if "fortune" not in line or "done" in line
    ]
    path.write_text("\n".join(lines) + "\n")
    project.run("coders", "add", "t", "rm")
    done = project.run("decide", "t", "--coder", "rm", "--from", str(path))
    assert 0 == done.returncode, done.stderr


def test_two_coders(decided: Project) -> None:
    """The base, a line for each code, advice, why there is no interval, and each pair."""
    second_coder(decided)

    done = decided.run("agree", "t", "--pairs")

    assert 0 == done.returncode, done.stderr
    first, second, *rest = done.stdout.splitlines()
    assert "finished blind by two coders or more" in first
    assert second.startswith("coders kb, rm; roles ")
    assert any(line.startswith("gain.learning") and "1.00" in line for line in rest)
    assert "occurs in 2 of at least 3 interviews" in done.stdout
    assert rest[-1].startswith("kb and rm: ")


def test_json(decided: Project) -> None:
    """Every number of the report, the worst code first."""
    second_coder(decided)

    found = decided.json("agree", "t")

    assert ["gain.money", "gain.learning"] == [row["code"] for row in found["codes"]]
    assert found["codes"][0]["segments"]["alpha"]["value"] < 1
    assert 0.95 == found["level"]


def test_one_coder(decided: Project) -> None:
    """One sentence, and what to do."""
    assert "only kb finished segments blind" in decided.fails("agree", "t")


def test_no_decision(ran: Project) -> None:
    """One sentence, and what to do."""
    assert "no segment was finished blind" in ran.fails("agree", "t")


def test_the_status_tells_of_stopping_and_saturation(decided: Project) -> None:
    """A sentence each once codes are there; a broken codebook is told in their place."""
    before = decided.json("status", "t")["reading"]
    decided.run("export", "t", "--to", "csv")

    found = decided.json("status", "t")["reading"]

    assert [] == before
    assert "All 6 segments were read" in found[0]
    assert "2 codes in 2 transcripts" in found[1]
    assert f"  reading      {found[0]}" in decided.run("status", "t").stdout
    (decided.root / "configs/codebooks/tiny.yaml").write_text("codes: [")
    assert "tiny.yaml" in decided.json("status", "t")["reading"][0]
