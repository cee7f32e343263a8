"""doccano, Prodigy, Label Studio and W3C web annotations: texts with marks as JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from pipeline.exchange.marked import Mark, MarkedText

NAMESPACE = uuid.UUID("4d16c6a7-f6bb-51da-b306-2fc74b447338")  # of ids made from what they name
ANNO = "http://www.w3.org/ns/anno.jsonld"
CONTEXT = 32  # characters of a text quote selector's prefix and suffix


def format_doccano(texts: Sequence[MarkedText]) -> str:
    """Return JSON lines for doccano's sequence labelling; its project must allow overlaps.

    Who marked what does not go with it.
    """
    return lines({"text": one.text, "label": one.spans(), **one.meta} for one in texts)


def format_prodigy(texts: Sequence[MarkedText]) -> str:
    """Return JSON lines for Prodigy's ``spans.manual``; a text without marks is an answer, too."""
    return lines(
        {
            "text": one.text,
            "spans": [
                {"start": start, "end": end, "label": code} for start, end, code in one.spans()
            ],
            "answer": "accept",
            "meta": one.meta,
        }
        for one in texts
    )


def format_labelstudio(texts: Sequence[MarkedText]) -> str:
    """Return tasks for Label Studio: an annotation a coder, suggestions as predictions.

    The labelling interface must have a ``Text`` named ``text`` and ``Labels`` named ``label``.
    """
    tasks = []
    for one in texts:
        task: dict[str, Any] = {"data": {"text": one.text, **one.meta}}
        coders = sorted({mark.coder for mark in one.marks})
        task["annotations"] = [
            {"completed_by": coder, "result": results(one, coder, one.marks)} for coder in coders
        ]
        models = sorted({mark.coder for mark in one.suggestions})
        task["predictions"] = [
            {"model_version": model, "result": results(one, model, one.suggestions)}
            for model in models
        ]
        tasks.append(task)
    return json.dumps(tasks, ensure_ascii=False, indent=1) + "\n"


def results(one: MarkedText, who: str, marks: Sequence[Mark]) -> list[dict[str, Any]]:
    """Return the marks of one coder or model as Label Studio's results."""
    found = []
    for mark in marks:
        if mark.coder != who:
            continue
        value = {
            "start": mark.start,
            "end": mark.end,
            "text": one.text[mark.start : mark.end],
            "labels": [mark.code],
        }
        result = {
            "id": id_of(one, mark)[:10],
            "from_name": "label",
            "to_name": "text",
            "type": "labels",
            "value": value,
        }
        found.append(result if mark.score is None else {**result, "score": mark.score})
    return found


def format_webannotation(texts: Sequence[MarkedText]) -> str:
    """Return W3C web annotations (JSON-LD): one a mark, placed by position and by quotation."""
    items = [annotation(one, mark) for one in texts for mark in one.marks]
    page = {
        "@context": ANNO,
        "type": "AnnotationPage",
        "id": f"urn:uuid:{uuid.uuid5(NAMESPACE, json.dumps([item['id'] for item in items]))}",
        "items": items,
    }
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def annotation(one: MarkedText, mark: Mark) -> dict[str, Any]:
    """Return one mark as a web annotation on its transcript."""
    found: dict[str, Any] = {
        "id": f"urn:uuid:{id_of(one, mark)}",
        "type": "Annotation",
        "motivation": "classifying",
        "creator": {"type": "Person", "nickname": mark.coder},
        "body": {"type": "TextualBody", "value": mark.code, "purpose": "tagging"},
        "target": {
            "source": f"urn:transcript:{one.transcript_id}",
            "selector": [
                {
                    "type": "TextPositionSelector",
                    "start": one.start + mark.start,
                    "end": one.start + mark.end,
                },
                {
                    "type": "TextQuoteSelector",
                    "exact": one.text[mark.start : mark.end],
                    "prefix": one.text[max(0, mark.start - CONTEXT) : mark.start],
                    "suffix": one.text[mark.end : mark.end + CONTEXT],
                },
            ],
        },
    }
    return found | ({"created": mark.created} if mark.created else {})


def id_of(one: MarkedText, mark: Mark) -> str:
    """Return the same id for the same mark, always."""
    place = [one.transcript_id, one.start + mark.start, one.start + mark.end]
    return str(uuid.uuid5(NAMESPACE, json.dumps([*place, mark.code, mark.coder])))


def lines(items: Any) -> str:
    """Return one JSON object a line."""
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in items)
