"""What comes along: the sample and the codebooks, laid where there is nothing yet."""

from pathlib import Path

from pipeline.core.bundled import PARTS, codebooks, lay_codebook, lay_sample, source

ROOT = Path(__file__).parents[2]


def test_a_checkout_has_its_sample_beside_the_package() -> None:
    """Only a wheel has it inside."""
    assert ROOT == source()
    assert ["midstream", "vcc"] == codebooks()


def test_the_sample_is_laid_into_an_empty_folder(tmp_path: Path) -> None:
    """Transcripts, decisions, participants, settings and codebooks; nothing that a machine made."""
    assert lay_sample(tmp_path)

    folder = tmp_path / "corpora" / "demo"
    assert set(PARTS) == {path.name for path in folder.iterdir()}
    assert 16 == len(list((folder / "raw").iterdir()))
    assert (tmp_path / "configs" / "demo.toml").exists()
    assert not lay_sample(tmp_path)


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    """A changed codebook of the user's is never replaced."""
    own = tmp_path / "configs" / "codebooks" / "vcc.yaml"
    own.parent.mkdir(parents=True)
    own.write_text("mine")

    assert not lay_codebook(tmp_path, "vcc")
    assert not lay_codebook(tmp_path, "no-such-book")
    assert "mine" == own.read_text()


def test_the_wheel_takes_what_is_laid() -> None:
    """The list of the build is that of the package."""
    text = (ROOT / "setup.py").read_text(encoding="utf-8")
    wanted = [f"corpora/demo/{part}" for part in PARTS] + ["configs/demo.toml", "configs/codebooks"]

    assert all(f'"{part}"' in text for part in wanted)
