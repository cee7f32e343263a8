"""One format a function: marked texts in, files by name out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.exchange.jsonl import (
    format_doccano,
    format_labelstudio,
    format_prodigy,
    format_webannotation,
)
from pipeline.exchange.marked import Codes, MarkedText
from pipeline.exchange.taguette import LONGEST_PATH, format_codebook_csv, format_taguette
from pipeline.export.loss import Loss
from pipeline.text.docbin import Label, LabelledText, format_displacy, format_docbin

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur", "yi"})
NO_CODERS = "who coded what does not go with this format; take --coder NAME for one"
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be written; ``stem`` is the beginning of the files' names."""

    stem: str
    texts: Sequence[MarkedText]
    codes: Codes
    language: str
    loss: Loss

    def labelled(self, *, only_marked: bool = False) -> list[LabelledText]:
        """Return the texts as spaCy takes them, all or those with a mark."""
        return [
            LabelledText(
                one.text,
                [Label(mark.start, mark.end, mark.code, mark.coder) for mark in one.marks],
                one.meta,
            )
            for one in self.texts
            if one.marks or not only_marked
        ]


def write_doccano(job: Job) -> Files:
    """Return JSON lines for doccano."""
    job.loss.warnings += [NO_CODERS, "the doccano project must allow overlapping spans"]
    return {f"{job.stem}-doccano.jsonl": format_doccano(job.texts).encode()}


def write_prodigy(job: Job) -> Files:
    """Return JSON lines for Prodigy."""
    job.loss.warnings += [NO_CODERS, "load them with the recipe spans.manual: codes may overlap"]
    return {f"{job.stem}-prodigy.jsonl": format_prodigy(job.texts).encode()}


def write_labelstudio(job: Job) -> Files:
    """Return tasks for Label Studio and the labelling interface that fits them."""
    labels = "\n".join(
        f'  <Label value="{code}"{color(job.codes.colors.get(code, ""))}/>'
        for code in job.codes.names
    )
    view = (
        '<View>\n <Labels name="label" toName="text">\n'
        f'{labels}\n </Labels>\n <Text name="text" value="$text"/>\n</View>\n'
    )
    return {
        f"{job.stem}-labelstudio.json": format_labelstudio(job.texts).encode(),
        f"{job.stem}-labelstudio.xml": view.encode(),
    }


def color(value: str) -> str:
    """Return the attribute of a colour, nothing without one."""
    return f' background="{value}"' if value else ""


def write_webannotation(job: Job) -> Files:
    """Return W3C web annotations."""
    return {f"{job.stem}-annotations.jsonld": format_webannotation(job.texts).encode()}


def write_docbin(job: Job) -> Files:
    """Return spaCy's DocBin with the codes in ``doc.spans["codes"]``."""
    data, n_widened = format_docbin(job.labelled(), language=job.language)
    job.loss.changed(
        "codings", "widened to whole tokens; exact offsets are in doc.user_data", n_widened
    )
    return {f"{job.stem}.spacy": data}


def write_displacy(job: Job) -> Files:
    """Return one page of HTML to look at."""
    title = f"{job.stem}: codes"
    texts = job.labelled(only_marked=True)
    page = format_displacy(texts, job.codes.colors, language=job.language, title=title)
    job.loss.warnings.append("the page is for looking at; nothing reads it back")
    return {f"{job.stem}-displacy.html": page.encode()}


def write_taguette(job: Job) -> Files:
    """Return Taguette's project and its codebook."""
    name = job.stem
    data = format_taguette(
        name, job.texts, job.codes, is_rtl=job.language.lower()[:2] in RIGHT_TO_LEFT
    )
    n_marks = sum(len(one.marks) for one in job.texts)
    n_kept = sum(len(one.spans()) for one in job.texts)
    job.loss.changed("codings", "several coders' became one highlight", n_marks - n_kept)
    n_long = sum(len(code) > LONGEST_PATH for code in job.codes.names)
    job.loss.changed("codes", f"their path was cut to {LONGEST_PATH} characters", n_long)
    job.loss.warnings.append("Taguette knows no coders, memos or participants; they stay here")
    return {
        f"{name}-taguette.sqlite3": data,
        f"{name}-taguette-codebook.csv": format_codebook_csv(job.codes).encode(),
    }
