"""The suggest stage: evidence that can be checked, and doing only what changed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from pipeline.core.codebook import read_codebook
from pipeline.core.errors import CodebookError, ModelError, StaleError
from pipeline.core.receipts import Outcome, Part, Receipt, digest_of
from pipeline.core.records import Segment, Suggestion
from pipeline.core.settings import Settings, SuggestSettings
from pipeline.core.tables import read_rows, to_table, write_table
from pipeline.engine import Engine
from pipeline.learn.classifier import CodebookClassifier
from pipeline.learn.store import save_model
from pipeline.suggest import stage
from pipeline.suggest.cold import NOTE_FILE, read_note
from pipeline.suggest.frame import frame_of

BOOK = """
codebook: small
version: 1.0.0
codes:
  - id: trust
    name: Trust
    definition: Somebody relies on another one.
    indicators: [we trust them, you can rely on her]
    examples: [We trusted each other from the first day.]
  - id: money
    name: Money
    definition: Somebody speaks of cost or pay.
    examples: [The grant paid for two posts.]
"""
LINES = (
    "We trusted them from the first day.",
    "The grant paid for the van.",
    "It was raining, I think.",
    "You could rely on her, and on the money.",
    "Xyzzy.",
)
Talk = dict[str, tuple[str, ...]]
Run = Callable[..., Outcome]
TALK: Talk = {f"t{number:02}": LINES[number % 3 :] for number in range(12)}


def segments_of(name: str, lines: tuple[str, ...]) -> list[Segment]:
    """Return segments laid out as in a canonical text, one a line, some way into it."""
    found, start = [], 100
    for turn, text in enumerate(lines, 1):
        end = start + len(text)
        place = f"{name}:{start}-{end}"
        found.append(Segment(place, name, turn, "A", None, "participant", start, end, text))
        start = end + 1
    return found


def write_segments(path: Path, talk: Talk) -> None:
    """Write a table of segments as the stage before does."""
    rows = {name: segments_of(name, lines) for name, lines in sorted(talk.items())}
    parts = {name: Part("", digest_of(segments)) for name, segments in rows.items()}
    flat = [row for segments in rows.values() for row in segments]
    write_table(path, to_table(flat, Segment), Receipt("segment", parts=parts, rows_out=len(flat)))


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return the stage at work in a folder of its own."""

    def run(
        talk: Talk = TALK, settings: Settings | None = None, jobs: int = 1, book: str = BOOK
    ) -> Outcome:
        (tmp_path / "small.yaml").write_text(book, encoding="utf-8")
        write_segments(tmp_path / "segments.parquet", talk)
        return stage.run(
            tmp_path / "segments.parquet",
            tmp_path / "suggestions.parquet",
            settings or Settings(codebook="small"),
            codebook=tmp_path / "small.yaml",
            models=tmp_path / "models",
            cold=tmp_path / "build" / "cold",
            engine=Engine(jobs),
        )

    return run


def suggestions(folder: Path) -> list[Suggestion]:
    """Return the rows that the stage wrote."""
    return read_rows(folder / "suggestions.parquet", Suggestion)


def train(folder: Path) -> str:
    """Store a model trained on `TALK`, where trust is coded, make it the current one."""
    segments = [row for name in TALK for row in segments_of(name, TALK[name])]
    Y = np.array([[float("trust" in row.text), float("grant" in row.text)] for row in segments])
    model = CodebookClassifier(read_codebook(folder / "small.yaml")).fit(
        frame_of(to_table(segments, Segment)), Y
    )
    model_id = save_model(folder / "models", model, {})
    (folder / "models" / "current").write_text(model_id + "\n", encoding="utf-8")
    return model_id


def test_every_span_of_evidence_lies_in_its_segment(run: Run, tmp_path: Path) -> None:
    """Evidence counts in the transcript's offsets, and a word's span holds a word."""
    run()

    texts = {row.segment_id: row for name in TALK for row in segments_of(name, TALK[name])}
    for row in suggestions(tmp_path):
        segment = texts[row.segment_id]
        assert row.evidence
        for item in row.evidence:
            assert segment.start <= item.start < item.end <= segment.end
            words = segment.text[item.start - segment.start : item.end - segment.start]
            assert item.reason != "word" or words.replace("'", "").isalnum()


def test_before_training_the_codebook_suggests_and_says_from_where(
    run: Run, tmp_path: Path
) -> None:
    """Words of the codebook weigh for the code, and the nearest example is named."""
    run()

    first = next(row for row in suggestions(tmp_path) if row.segment_id.startswith("t00:100-"))
    reasons = [item.reason for item in first.evidence]
    assert first.code == "trust"
    assert first.rank == 1
    assert 'near example: "We trusted each other from the first day."' in reasons
    assert first.evidence[0].weight > 0


def test_the_receipt_counts_who_got_none(run: Run) -> None:
    """What abstained is counted by transcript, beside the model, its state and the codebook."""
    receipt = run().receipt

    assert receipt.details["abstained"]["t00"] >= 1
    assert receipt.details["n_abstained"] == sum(receipt.details["abstained"].values())
    assert receipt.details["is_cold"]
    assert not receipt.details["is_calibrated"]
    assert receipt.details["codebook_version"].startswith("1.0.0+")
    assert receipt.model_id is not None


def test_ranks_count_from_one_and_follow_the_scores(run: Run, tmp_path: Path) -> None:
    """Within a segment rank 1 has the highest score; no more codes than the setting are shown."""
    run(settings=Settings(codebook="small", suggest=SuggestSettings(top=1)))
    short = suggestions(tmp_path)
    run()
    long = suggestions(tmp_path)

    assert {1} == {row.rank for row in short}
    by_segment: dict[str, list[Suggestion]] = {}
    for row in long:
        by_segment.setdefault(row.segment_id, []).append(row)
    for rows in by_segment.values():
        assert list(range(1, len(rows) + 1)) == [row.rank for row in rows]
        assert sorted((row.score for row in rows), reverse=True) == [row.score for row in rows]


def test_a_second_run_does_nothing(run: Run, tmp_path: Path) -> None:
    """Nothing changed: no transcript is scored again and the bytes stay."""
    run()
    before = (tmp_path / "suggestions.parquet").read_bytes()

    again = run()

    assert not again.is_changed
    assert before == (tmp_path / "suggestions.parquet").read_bytes()


def test_a_second_run_loads_no_scikit_learn(run: Run, tmp_path: Path) -> None:
    """Being up to date costs no second of imports."""
    run()
    code = (
        "import sys; from pathlib import Path; from pipeline.core.settings import Settings\n"
        "from pipeline.engine import Engine; from pipeline.suggest import stage\n"
        "root = Path(sys.argv[1])\n"
        "stage.run(root / 'segments.parquet', root / 'suggestions.parquet',"
        " Settings(codebook='small'), codebook=root / 'small.yaml', models=root / 'models',"
        " cold=root / 'build' / 'cold', engine=Engine())\n"
        "sys.exit('sklearn' in sys.modules or 'pandas' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)

    assert done.returncode == 0


def test_one_changed_transcript_redoes_one_transcript(run: Run) -> None:
    """The model is kept while few transcripts differ, so the others' suggestions stand."""
    first = run()

    second = run({**TALK, "t05": ("We trusted nobody.", *LINES)})

    assert ("t05",) == second.update.make
    assert len(second.update.keep) == 11
    assert first.receipt.model_id == second.receipt.model_id
    assert set(TALK) == set(second.receipt.details["abstained"])


def test_a_removed_transcript_disappears(run: Run, tmp_path: Path) -> None:
    """Its suggestions and its line in the receipt go, the rest stays."""
    run()

    outcome = run({name: lines for name, lines in TALK.items() if name != "t03"})

    assert ("t03",) == outcome.update.drop
    assert not outcome.update.make
    assert not [row for row in suggestions(tmp_path) if row.segment_id.startswith("t03:")]
    assert "t03" not in outcome.receipt.details["abstained"]


def test_a_much_changed_corpus_gets_a_new_model(run: Run, tmp_path: Path) -> None:
    """Beyond a fifth of the transcripts the model is made anew, and the old one goes."""
    first = run()

    second = run({**TALK, **{f"u{number}": ("New words came in.",) for number in range(4)}})

    assert first.receipt.model_id != second.receipt.model_id
    assert len(second.update.make) == 16
    assert 1 == len([path for path in (tmp_path / "build" / "cold").iterdir() if path.is_dir()])


def test_a_damaged_cold_model_is_made_again(run: Run, tmp_path: Path) -> None:
    """It holds nothing that people decided, so nobody is asked."""
    first = run()
    cold = tmp_path / "build" / "cold" / str(first.receipt.model_id)
    (cold / "model.skops").write_bytes(b"broken")

    second = run({**TALK, "t05": LINES})

    assert second.receipt.rows_out > 0


@pytest.mark.parametrize(
    "note",
    [
        *("", "[]", "[" * 99_999, '{"model_id": 1, "key": "a", "digests": {}}'),
        *('{"model_id": "", "key": "a", "digests": []}', '{"model_id": [], "digests": 3}'),
    ],
)
def test_a_damaged_note_on_the_cold_model_is_no_note(run: Run, tmp_path: Path, note: str) -> None:
    """The model is fitted again, and a sound note is written."""
    first = run()
    (tmp_path / "build" / "cold" / NOTE_FILE).write_text(note)

    second = run({**TALK, "t05": LINES})

    assert read_note(tmp_path / "build" / "cold") is not None
    assert second.receipt.rows_out >= first.receipt.rows_out


def test_a_changed_codebook_redoes_everything(run: Run, tmp_path: Path) -> None:
    """Another content is another version: every suggestion names it."""
    run()

    outcome = run(book=BOOK.replace("cost or pay", "cost, pay or funding"))

    version = read_codebook(tmp_path / "small.yaml").version_id
    assert len(outcome.update.make) == 12
    assert {version} == {row.codebook_version for row in suggestions(tmp_path)}


def test_a_trained_model_takes_over(run: Run, tmp_path: Path) -> None:
    """Once a model is current its id stands on each suggestion, with segments accepted before."""
    run()
    model_id = train(tmp_path)

    outcome = run()

    rows = suggestions(tmp_path)
    reasons = [item.reason for row in rows if row.code == "trust" for item in row.evidence]
    assert len(outcome.update.make) == 12
    assert not outcome.receipt.details["is_cold"]
    assert {model_id} == {row.model_id for row in rows}
    assert any(reason.startswith("near accepted: t") for reason in reasons)


def test_a_model_of_another_codebook_is_refused(run: Run, tmp_path: Path) -> None:
    """A changed codebook asks for training; nothing is suggested by what is out of date."""
    run()
    train(tmp_path)

    with pytest.raises(StaleError, match="Train again"):
        run(book=BOOK.replace("cost or pay", "funding"))


def test_a_missing_model_is_named(run: Run, tmp_path: Path) -> None:
    """``current`` may name a model that is gone: the sentence says which are there."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "current").write_text("0123456789ab\n", encoding="utf-8")

    with pytest.raises(ModelError, match="no such model"):
        run()


def test_any_number_of_workers_writes_the_same_bytes(run: Run, tmp_path: Path) -> None:
    """One process or two: the table is the same to the last bit."""
    run()
    alone = (tmp_path / "suggestions.parquet").read_bytes()
    (tmp_path / "suggestions.parquet").unlink()

    run(jobs=2)

    assert alone == (tmp_path / "suggestions.parquet").read_bytes()


def test_a_corpus_without_segments_gets_an_empty_table(run: Run, tmp_path: Path) -> None:
    """Nobody said anything to code: no model, no suggestion, no error."""
    outcome = run({"silent": ()})

    assert [] == suggestions(tmp_path)
    assert outcome.receipt.model_id is None
    assert not run({"silent": ()}).is_changed


def test_a_codebook_without_codable_codes_is_an_error(run: Run) -> None:
    """The sentence says what to change."""
    with pytest.raises(CodebookError, match="none of its codes is codable"):
        run(book=BOOK.replace("    name:", "    codable: false\n    name:"))
