"""Files of a report: whole or not at all, nobody else's touched."""

from pathlib import Path

import pytest

from pipeline.core.errors import InputError, StorageError
from pipeline.report import folder
from pipeline.report.folder import RECEIPT, write_folder

OURS = b'{"stage": "report", "details": {"files": ["report.html"]}}'


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    """Files of the old report that the new one lacks are gone; hidden files are nobody's."""
    out = tmp_path / "out"
    write_folder(out, {"report.html": b"1", "tables/a.csv": b"2", RECEIPT: receipt("tables/a.csv")})
    (out / ".DS_Store").write_bytes(b"")

    write_folder(out, {"report.html": b"3", RECEIPT: receipt()})

    assert {"report.html", RECEIPT} == {path.name for path in out.rglob("*")}
    assert b"3" == (out / "report.html").read_bytes()
    assert [out] == list(tmp_path.iterdir())


def receipt(*further: str) -> bytes:
    """Return the receipt of a report with a page and ``further`` files."""
    names = ", ".join(f'"{name}"' for name in ("report.html", *further))
    return f'{{"stage": "report", "details": {{"files": [{names}]}}}}'.encode()


@pytest.mark.parametrize("name", ["notes.txt", "tables/mine.csv"])
def test_what_no_report_wrote_is_never_touched(tmp_path: Path, name: str) -> None:
    """A folder with anybody's file is refused, with or without a report in it."""
    out = tmp_path / "out"
    write_folder(out, {"report.html": b"1", RECEIPT: OURS})
    mine = out / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")

    with pytest.raises(InputError, match=name) as caught:
        write_folder(out, {"report.html": b"2", RECEIPT: OURS})

    assert "E_FOLDER_TAKEN" == caught.value.code
    assert ("mine", b"1") == (mine.read_text(), (out / "report.html").read_bytes())


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "{", "[" * 99_999, '{"stage": "export"}', '{"stage": "report"}'),
        *('{"stage": "report", "details": []}', '{"stage": "report", "details": {"files": 1}}'),
    ],
)
def test_another_receipt_is_no_report(tmp_path: Path, text: str) -> None:
    """Only our own receipt gives a folder up."""
    (tmp_path / RECEIPT).write_text(text)

    with pytest.raises(InputError, match="which no report wrote"):
        write_folder(tmp_path, {"report.html": b""})


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """``--out`` may not name a file."""
    out = tmp_path / "out"
    out.write_text("mine")

    with pytest.raises(InputError, match="a file of this name"):
        write_folder(out, {"report.html": b""})


def test_a_disk_that_refuses_leaves_the_old_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all: nothing is half-replaced, nothing half-written stays behind."""
    out = tmp_path / "out"
    write_folder(out, {"report.html": b"1", RECEIPT: OURS})

    def refuse(place: Path, files: object) -> None:
        del files
        (place / "report.html").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "fill", refuse)
    with pytest.raises(StorageError, match="the disk is full"):
        write_folder(out, {"report.html": b"2"})

    assert b"1" == (out / "report.html").read_bytes()
    assert [out] == list(tmp_path.iterdir())
