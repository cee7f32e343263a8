"""``glossator status``: what there is, what is stale, how far review has come, what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import fill
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted
from pipeline.cli.options import CORPUS, json_option
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError

if TYPE_CHECKING:
    from pipeline.core.receipts import Receipt
    from pipeline.review.progress import Progress
    from pipeline.review.tally import RoundTally

STAGES = ("turns", "segments", "suggestions")
INTERVAL = "average_precision"


@dataclass(frozen=True, slots=True)
class Status:
    """What there is of a corpus; ``stale`` names stages that want a new run, with the reason."""

    corpus: str
    n_raw: int
    n_transcripts: int
    rows: Mapping[str, int]
    n_words: int
    unattributed: float
    stale: Mapping[str, str]
    suggested_by: str | None
    is_cold: bool
    n_abstained: int
    review: Progress
    rounds: tuple[RoundTally, ...]
    model: Mapping[str, Any] | None
    coded: Mapping[str, int]
    exports: tuple[str, ...]
    reading: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = field(default=())

    @property
    def has_something_to_confirm(self) -> bool:
        """Whether the command ends with exit code 4."""
        return bool(self.review.n_stale or self.review.n_conflicts)


@click.command("status")
@click.argument("corpus", type=CORPUS)
@json_option
@click.pass_obj
def status_command(console: Console, *, corpus: Corpus, as_json: bool) -> int:
    """Say what there is of CORPUS and what to do next."""
    status = status_of(corpus)
    if as_json:
        console.show_json(as_mapping(status))
    else:
        console.say("\n".join(lines_of(corpus, status)))
    return TO_CONFIRM if status.has_something_to_confirm else 0


def status_of(corpus: Corpus) -> Status:
    """Gather the status; nothing is written."""
    from pipeline.core.tables import read_receipt
    from pipeline.review.progress import progress
    from pipeline.review.tally import tallies

    settings = corpus.settings()
    receipts = {
        name: read_receipt(corpus.table(name))
        for name in (*STAGES, "coded_segments")
        if corpus.table(name).exists()
    }
    n_words, unattributed = words_and_doubt(corpus)
    suggested = receipts.get("suggestions")
    coded = receipts.get("coded_segments")
    found = Status(
        corpus=corpus.name,
        n_raw=n_texts(corpus),
        n_transcripts=len(receipts["turns"].parts) if "turns" in receipts else 0,
        rows={name: receipts[name].rows_out for name in STAGES if name in receipts},
        n_words=n_words,
        unattributed=unattributed,
        stale=stale_stages(corpus, receipts),
        suggested_by=suggested.model_id if suggested else None,
        is_cold=bool(suggested and suggested.details.get("is_cold")),
        n_abstained=suggested.details.get("n_abstained", 0) if suggested else 0,
        review=progress(corpus),
        rounds=tuple(tallies(corpus)),
        model=model_of(corpus, settings.codebook),
        coded=coded.details.get("status", {}) if coded else {},
        exports=exports_of(corpus),
        reading=reading_of(corpus),
    )
    return with_next_steps(found)


def reading_of(corpus: Corpus) -> tuple[str, ...]:
    """Return a sentence each on stopping and saturation, or the one that says why not.

    Nothing is told where codes were decided since they were last made into results.
    """
    from pipeline.core.receipts import sha256_of
    from pipeline.core.tables import read_receipt
    from pipeline.report.progress import sentences

    coded, decisions = corpus.table("coded_segments"), corpus.table("decisions")
    if not coded.exists() or not decisions.exists():
        return ()
    try:
        inputs = read_receipt(coded).inputs
        if inputs.get(decisions.name) != sha256_of(decisions):
            return ()
        return tuple(sentences(corpus))
    except GlossatorError as error:  # a status tells of what there is, whatever is amiss elsewhere
        return (str(error),)


def n_texts(corpus: Corpus) -> int:
    """Return how many files there are to ingest, with those that came from other tools."""
    folders = (corpus.raw, corpus.folder / "imported" / "texts")
    return sum(path.is_file() for folder in folders for path in folder.rglob("*"))


def words_and_doubt(corpus: Corpus) -> tuple[int, float]:
    """Return the number of words in turns, and the share of characters that are unattributed."""
    from pipeline.core.records import Transcript, Turn
    from pipeline.core.tables import read_table

    if not corpus.table("turns").exists() or not corpus.table("transcripts").exists():
        return 0, 0.0
    turns = read_table(corpus.table("turns"), Turn.COLUMNS).column("text").to_pylist()
    asides = read_table(corpus.table("asides"), {"kind": "str", "text": "str"}).to_pylist()
    texts = read_table(corpus.table("transcripts"), Transcript.COLUMNS).column("text").to_pylist()
    total = sum(len("".join(text.split())) for text in texts)
    lost = sum(len("".join(a["text"].split())) for a in asides if a["kind"] == "unattributed")
    return sum(len(text.split()) for text in turns), lost / total if total else 0.0


def stale_stages(corpus: Corpus, receipts: Mapping[str, Receipt]) -> dict[str, str]:
    """Return the stages whose sources have changed since they ran, with the reason."""
    from pipeline.core.receipts import sha256_of

    stale = {}
    if "turns" in receipts:
        known = receipts["turns"].inputs
        raw = {str(p.relative_to(corpus.raw)): p for p in corpus.raw.rglob("*") if p.is_file()}
        texts = corpus.folder / "imported" / "texts"  # ingest reads these, too
        raw |= {f"imported/{path.name}": path for path in texts.glob("*.txt")}
        changed = [n for n in known if n not in raw or sha256_of(raw[n]) != known[n]]
        new = [n for n in raw if n not in known and not n.startswith((".", "~$"))]
        if changed or new:
            count = len(changed) + len(new)
            stale["ingest"] = f"{counted(count, 'file')} new, changed or gone"
    for before, after in (("turns", "segments"), ("segments", "suggestions")):
        if before in receipts and after in receipts:
            inputs = receipts[after].inputs
            if inputs.get(f"{before}.parquet") != sha256_of(corpus.table(before)):
                stale[after] = f"{before} have changed"
    return stale


def model_of(corpus: Corpus, codebook: str) -> dict[str, Any] | None:
    """Return the card of the model in use, or None; read as JSON, so that nothing heavy loads."""
    import json

    folder = corpus.root / "models" / codebook
    try:
        name = (folder / "current").read_text(encoding="utf-8").strip()
        card = json.loads((folder / name / "card.json").read_text(encoding="utf-8"))
        return told_of(name, card, card.get("judgement", {}))
    except (OSError, *BROKEN_JSON):
        return None


def told_of(name: str, card: Mapping[str, Any], judgement: Mapping[str, Any]) -> dict[str, Any]:
    """Return what status tells of a model."""
    return {
        "model_id": name,
        "date": card.get("date", ""),
        "n_labelled": card.get("n_labelled", 0),
        "basis": judgement.get("basis", ""),
        "n_segments": judgement.get("n_segments", 0),
        "n_interviews": judgement.get("n_interviews", 0),
        "macro": judgement.get("macro", {}),
        "micro": judgement.get("micro", {}),
        "rival": judgement.get("rival", ""),
        "rival_macro": judgement.get("rival_macro", {}),
        "is_calibrated": bool(card.get("is_calibrated")),
    }


def exports_of(corpus: Corpus) -> tuple[str, ...]:
    """Return the exported files, without their receipts."""
    files = sorted(corpus.export.glob("*")) if corpus.export.is_dir() else []
    return tuple(corpus.shown(path) for path in files if not path.name.endswith(".receipt.json"))


def with_next_steps(status: Status) -> Status:
    """Return ``status`` with what to type next."""
    from dataclasses import replace

    name, steps = status.corpus, []
    if not status.n_raw:
        steps.append(f"put transcripts into corpora/{name}/raw")
    if status.stale or len(status.rows) < len(STAGES):
        steps.append(f"glossator run {name}")
    elif not status.review.n_decisions:
        steps.append(f"glossator coders add {name} YOU      who codes; any short name")
        steps.append(f"glossator review {name} --coder YOU      the review page, in the browser")
    else:
        if status.review.n_done < status.review.n_segments:
            steps.append(f"glossator review {name} --coder NAME      to go on coding")
        if status.model is None or status.is_cold:
            steps.append(f"glossator train {name}      then: glossator suggest {name}")
        steps.append(f"glossator export {name} --to xlsx")
        steps.append(f"glossator report {name}")
    return replace(status, next_steps=tuple(steps))


def lines_of(corpus: Corpus, status: Status) -> list[str]:
    """Return the status as lines for people."""
    lines = [
        ", ".join(
            (
                f"{status.corpus}: {counted(status.n_transcripts, 'transcript')}",
                counted(status.rows.get("turns", 0), "turn"),
                counted(status.n_words, "word"),
                f"{status.unattributed:.1%} of the text unattributed",
            )
        )
    ]
    lines += [f"  stale        {name}: {reason}" for name, reason in status.stale.items()]
    if "segments" in status.rows:
        lines.append(f"  segments     {status.rows['segments']:,}")
    if "suggestions" in status.rows:
        how = "the codebook alone" if status.is_cold else f"model {status.suggested_by}"
        none = f"; none for {counted(status.n_abstained, 'segment')}" if status.n_abstained else ""
        lines.append(f"  suggestions  {status.rows['suggestions']:,}, by {how}{none}")
    lines += review_lines(status.review)
    lines += [line for tally in status.rounds for line in round_lines(tally)]
    if status.model:
        lines += model_lines(status.model)
    if status.coded:
        kinds = ", ".join(f"{number:,} {name}" for name, number in status.coded.items())
        lines.append(f"  coded        {counted(sum(status.coded.values()), 'passage')}: {kinds}")
    lines += [wrapped("  reading      ", sentence) for sentence in status.reading]
    if status.exports:
        lines.append(f"  results      {corpus.shown(corpus.export)}: {len(status.exports)} files")
    lines += [f"  next         {step}" for step in status.next_steps]
    return lines


def wrapped(name: str, sentence: str) -> str:
    """Return a sentence in lines of 100 characters behind its name."""
    return fill(sentence, 100, initial_indent=name, subsequent_indent=" " * len(name))


def review_lines(review: Progress) -> list[str]:
    """Return how far review has come."""
    if not review.n_decisions:
        return ["  review       no decision yet"]
    done = f"{review.n_done:,} of {counted(review.n_segments, 'segment')} finished"
    double = f"{review.n_double_coded:,} by two coders or more"
    lines = [f"  review       {done}, {double}; {counted(review.n_disputed, 'code')} disputed"]
    lines += [
        f"    {one.coder.coder:<10} {counted(one.n_decisions, 'entry', 'entries')}, "
        f"{one.n_done:,} segments finished"
        for one in review.coders
    ]
    if review.n_disputed_spans:
        spans = counted(review.n_disputed_spans, "passage")
        lines.append(f"    disputed   {spans} for an adjudicator")
    if review.n_stale:
        lines.append(f"    stale      {review.n_stale:,} decisions whose words have changed")
    if review.n_conflicts:
        lines.append(
            f"    conflict   {review.n_conflicts:,} places where a coder disagrees with themselves"
        )
    return lines


def round_lines(tally: RoundTally) -> list[str]:
    """Return how far one round has come."""
    name = tally.name or tally.round_id[:12]
    title = f"round {name}" if tally.kind == "drawn" else f"own round of {tally.created_by}"
    left = f"{tally.n_left:,} to do" if tally.n_left else "finished"
    lots = f"; {tally.n_whole_lots:,} of {counted(tally.n_lots, 'audit lot')} whole"
    reached = f" (p = {tally.share_reached:.2f})" if tally.share_reached is not None else ""
    lines = [f"    {title}: {tally.mode}, {left}{lots if tally.n_lots else ''}{reached}"]
    for coder in dict.fromkeys(lane.coder for lane in tally.lanes):
        lanes = (
            f"{lane.lane} {lane.n_done:,} of {lane.n_assigned:,}"
            for lane in tally.lanes
            if lane.coder == coder
        )
        lines.append(f"      {coder:<10} {', '.join(lanes)}")
    return lines


def model_lines(model: Mapping[str, Any]) -> list[str]:
    """Return how good the model in use is, and on what that rests."""
    learned = counted(model["n_labelled"], "segment")
    lines = [f"  model        {model['model_id']} of {model['date']}, learned from {learned}"]
    if model["macro"]:
        interviews = counted(model["n_interviews"], "interview")
        basis = f"{counted(model['n_segments'], 'segment')} of {interviews}"
        lines.append(f"    judged on  {basis} that it had not seen, by {model['basis']}")
        for name, words in MEASURES.items():
            source = "micro" if name == "recall_at_3" else "macro"
            value = shown(model[source].get(name))
            rival = shown(model["rival_macro"].get(name)) if source == "macro" else ""
            beside = f"; {model['rival']}: {rival}" if rival else ""
            lines.append(f"    {words:<34} {value}{beside}")
    if not model["is_calibrated"]:
        lines.append("    not calibrated: take its scores as ranks, not as probabilities")
    return lines


MEASURES = {
    "average_precision": "average precision, mean of codes",
    "recall_at_3": "share of codes among the first 3",
}


def shown(estimate: Mapping[str, Any] | None) -> str:
    """Return an estimate with its interval."""
    if not estimate or estimate.get("value") is None:
        return "-"
    low, high = estimate.get("low"), estimate.get("high")
    interval = f" [{low:.2f}, {high:.2f}]" if low is not None and high is not None else ""
    return f"{estimate['value']:.2f}{interval}"
