"""One small transcript in every format that ingest reads: what the fuzzer begins with."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping

TURNS = (
    ("I", "Where do the herons nest this year? [laughs]"),
    ("P1", "Along the weir, (inaudible 00:12) as ever; café, naïve, 鷺."),
    ("I", "And who counts them?"),
    ("P2", "We do: two of us, at 6:30, every second Sunday."),
    ("P1", "((both laugh)) Mostly you, then.\nSometimes me."),
    ("I", "Thank you both."),
)
TEXT = "\n".join(f"{label}: {words}" for label, words in TURNS)
NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
OFFICE = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "text", "table", "style")
)
XML = '<?xml version="1.0" encoding="UTF-8"?>'


def zipped(members: Mapping[str, str]) -> bytes:
    """Return a zip archive of ``members``."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name), text)
    return out.getvalue()


def rows(pattern: str, gap: str = "\n") -> str:
    """Return every turn by ``pattern``, in which n, start, end, label and words are known."""
    return gap.join(
        pattern.format(n=n, start=2 * n, end=2 * n + 1, label=label, words=words)
        for n, (label, words) in enumerate(TURNS)
    )


def docx() -> bytes:
    """Return a Word document with a revision, a table of talk, a text box and a list."""
    table = "".join(
        f"<w:tr><w:tc><w:p><w:r><w:t>{a}</w:t></w:r></w:p></w:tc>"
        f"<w:tc><w:p><w:r><w:t>{b}</w:t></w:r></w:p></w:tc></w:tr>"
        for a, b in (("Speaker", "Text"), *TURNS)
    )
    paragraphs = rows(
        '<w:p><w:pPr><w:pStyle w:val="A"/><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/>'
        "</w:numPr></w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>{label}:</w:t></w:r><w:ins><w:r><w:tab/>"
        "<w:t>{words}</w:t></w:r></w:ins><w:del><w:r><w:delText>no</w:delText></w:r></w:del></w:p>"
    )
    inner = "<w:p><w:r><w:t>I: x</w:t></w:r></w:p>"
    box = f"<w:p><w:r><w:pict><w:txbxContent>{inner}</w:txbxContent></w:pict></w:r></w:p>"
    level = (
        '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/>'
        '<w:lvlText w:val="P%1:"/></w:lvl>'
    )
    override = (
        '<Override PartName="/word/{0}.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.wordprocessingml.{0}+xml"/>'
    )
    kinds = ("styles", "numbering", "footnotes", "comments")
    types = "".join(override.format(kind) for kind in kinds)
    return zipped(
        {
            "[Content_Types].xml": f"{XML}<Types>{types}</Types>",
            "word/document.xml": f"{XML}<w:document {NAMESPACE}><w:body>{paragraphs}{box}"
            f"<w:tbl>{table}</w:tbl></w:body></w:document>",
            "word/styles.xml": f'<w:styles {NAMESPACE}><w:style w:styleId="A" w:type="paragraph">'
            '<w:name w:val="heading 1"/><w:basedOn w:val="A"/></w:style></w:styles>',
            "word/numbering.xml": f'<w:numbering {NAMESPACE}><w:abstractNum w:abstractNumId="0">'
            f'{level}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
            "</w:numbering>",
            "word/comments.xml": f"<w:comments {NAMESPACE}><w:comment><w:p><w:r><w:t>hm</w:t></w:r>"
            "</w:p></w:comment></w:comments>",
        }
    )


def odt() -> bytes:
    """Return an OpenDocument text with spaces, a note and a table of talk."""
    lines = rows(
        "<text:p text:style-name='B'>{label}:<text:s text:c='2'/>{words}<text:tab/><text:note>"
        "<text:note-body><text:p>note</text:p></text:note-body></text:note></text:p>"
    )
    cell = (
        "<table:table-cell table:number-columns-repeated='1'><text:p>{}</text:p></table:table-cell>"
    )
    table = "".join(
        f"<table:table-row>{cell.format(a)}{cell.format(b)}</table:table-row>"
        for a, b in (("Speaker", "Text"), *TURNS)
    )
    content = (
        f"{XML}<office:document-content {OFFICE}><office:body><office:text>{lines}"
        f"<table:table>{table}</table:table></office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def xlsx() -> bytes:
    """Return a workbook with one sheet of talk and inline texts."""
    cell = '<c r="{}{}" t="inlineStr"><is><t>{}</t></is></c>'
    lines = "".join(
        f'<row r="{n}">{cell.format("A", n, a)}{cell.format("B", n, b)}'
        f'<c r="C{n}"><v>{n}.5</v></c></row>'
        for n, (a, b) in enumerate((("Speaker", "Text"), *TURNS), 1)
    )
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    link = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = 'xmlns="http://schemas.openxmlformats.org/package/2006/'
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return zipped(
        {
            "[Content_Types].xml": f'{XML}<Types {package}content-types"><Default Extension="xml" '
            'ContentType="application/xml"/><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{sheet}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{sheet}.worksheet+xml"/>'
            "</Types>",
            "_rels/.rels": f'{XML}<Relationships {package}relationships"><Relationship Id="r1" '
            f'Type="{link}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
            "xl/workbook.xml": f'{XML}<workbook {main} xmlns:r="{link}"><sheets>'
            '<sheet name="Talk" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'{XML}<Relationships {package}relationships">'
            f'<Relationship Id="r1" Type="{link}/worksheet" Target="worksheets/sheet1.xml"/>'
            "</Relationships>",
            "xl/worksheets/sheet1.xml": f"{XML}<worksheet {main}><sheetData>{lines}</sheetData>"
            "</worksheet>",
        }
    )


def pdf() -> bytes:
    """Return a page of text with a table of offsets that is right."""
    plain = [re.sub(r"[^ -~]|[()\\\\]", "", line) for line in TEXT.split("\n")]
    lines = " T* ".join(f"({line}) Tj" for line in plain)
    stream = f"BT /F1 12 Tf 14 TL 72 720 Td {lines} ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources 6 0 R >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Font << /F1 5 0 R >> >>",
    )
    out, offsets = "%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{at:010d} 00000 n \n" for at in offsets)
    return (
        f"{out}xref\n0 7\n0000000000 65535 f \n{table}trailer\n<< /Size 7 /Root 1 0 R >>\n"
        f"startxref\n{len(out)}\n%%EOF\n"
    ).encode("latin-1")


def textgrid() -> str:
    """Return a TextGrid with a tier for each speaker."""
    labels = list(dict.fromkeys(label for label, _ in TURNS))
    tiers = []
    for tier in labels:
        spans = [(n, words) for n, (label, words) in enumerate(TURNS) if label == tier]
        intervals = "\n".join(f'{n}\n{n + 1}\n"{words}"' for n, words in spans)
        tiers.append(f'"IntervalTier"\n"{tier}"\n0\n9\n{len(spans)}\n{intervals}')
    head = f'File type = "ooTextFile"\nObject class = "TextGrid"\n\n0\n9\n<exists>\n{len(labels)}\n'
    return head + "\n".join(tiers)


def speech_json() -> dict[str, object]:
    """Return talk as several speech recognisers write it."""
    talk = [
        {"speaker": a, "text": b, "start": 2.0 * n, "end": 2.0 * n + 1}
        for n, (a, b) in enumerate(TURNS)
    ]
    words = [{**turn, "word": turn["text"], "speaker": n % 2} for n, turn in enumerate(talk)]
    monologues = [
        {"speaker": n, "elements": [{"type": "text", "value": b, "ts": n, "end_ts": n + 1}]}
        for n, (_, b) in enumerate(TURNS)
    ]
    items = [
        {
            "type": "pronunciation",
            "start_time": f"{2 * n}.0",
            "end_time": f"{2 * n + 1}.0",
            "speaker_label": f"spk_{n % 2}",
            "alternatives": [{"confidence": "0.9", "content": b}],
        }
        for n, (_, b) in enumerate(TURNS)
    ]
    spans = [
        {"start_time": f"{2 * n}.0", "end_time": f"{2 * n + 1}.0", "speaker_label": f"spk_{n % 2}"}
        for n in range(len(TURNS))
    ]
    google = [{"startTime": f"{n}s", "endTime": f"{n}.5s", "word": b, "speakerTag": n % 2}
              for n, (_, b) in enumerate(TURNS)]  # fmt: skip
    return {
        "whisperx.json": {"segments": talk},
        "assemblyai.json": {"utterances": talk, "words": words},
        "assemblyai_words.json": {"utterances": None, "words": words},
        "deepgram.json": {"results": {"channels": [{"alternatives": [{"words": words}]}]}},
        "aws.json": {"results": {"items": items, "speaker_labels": {"segments": spans}}},
        "google.json": {"results": [{"alternatives": [{"words": google}]}]},
        "rev.json": {"monologues": monologues, "speakers": [{"id": 0, "name": "Ana"}]},
        "podcast.json": {"segments": [{"body": t["text"], "startTime": 1, **t} for t in talk]},
        "words.json": {
            "words": [{**w, "start_time": w["start"]} for w in words],
            "segments": spans,
        },
        "list.json": talk,
    }


def seeds() -> dict[str, bytes]:
    """Return a file of every format, by its name."""
    times = "00:00:0{start}.000"
    texts = {
        "plain.txt": TEXT,
        "times.txt": rows("[00:0{n}:10] {label}: {words}"),
        "otter.txt": rows("{label}  0:0{n}  \n{words}\n"),
        "alone.txt": rows("{label}\n{words}\n"),
        "tabs.txt": rows("00:0{n}:11\t{label}:\t{words}"),
        "f4.txt": rows("{label}: {words} #00:00:0{n}-2#"),
        "bold.md": "---\ntitle: Herons\n---\n# Herons\nI = Interviewer; P1 = keeper\n\n"
        + rows("**{label}:** {words}\n"),
        "headings.md": rows("### {label}\n{words}\n"),
        "legend.md": "| Ana | P1 |\n|---|---|\nInterviewer (I) Guest (P1)\n\n" + TEXT,
        "talk.rtf": "{\\rtf1\\ansi\\ansicpg1252\\uc1{\\fonttbl{\\f0\\fcharset204 X;}}"
        + rows("{{\\b {label}:}} \\f0\\u233?\\'e9 {words}\\par")
        + "{\\footnote n}{\\deleted d}\\trowd\\intbl Speaker\\cell Text\\cell\\row\\intbl I\\cell"
        " Yes\\cell\\row\\pard{\\*\\shptxt box\\par}\\bin3 abc\\par}",
        "talk.html": "<!doctype html><html><head><meta charset='utf-8'></head><body>"
        + rows("<p><b>{label}:</b> {words}<br>more &amp; more</p>")
        + rows("<cite>{label}:</cite><time>0:0{n}</time><p>{words}</p>")
        + "<table><tr><th>Speaker</th><th>Text</th></tr><tr><td>I</td><td>Yes</td></tr></table>",
        "talk.vtt": "WEBVTT\n\nNOTE x\n\n"
        + rows(times + " --> 00:00:0{start}.900\n<v.a {label}>{words}</v>\n"),
        "plain.vtt": "WEBVTT\n\n" + rows(times + " --> 00:00:09.000\n{label}: {words}\n>> - x\n"),
        "talk.srt": rows("{n}\n00:00:0{start},000 --> 00:00:0{end},0\n- {label}: {words}\n- hm\n"),
        "talk.sbv": rows("0:00:0{start}.000,0:00:0{end}.000\n{label}: {words}\n"),
        "talk.csv": "Turn,Speaker,Text,Start,End,Transcript\n"
        + rows('{n},{label},"{words}",0:0{start},{end},t1'),
        "talk.tsv": "speaker\ttext\tstart time (ms)\n" + rows("{label}\t{words} &amp;\t{start}000"),
        "talk.cha": "@UTF8\n@Begin\n@Participants:\tI Investigator, P1 Adult, P2 Ana Adult\n"
        + rows("*{label}:\t{words} \x15{start}_{end}\x15\n%mor:\tx")
        + "\n@End\n",
        "talk.slt": "$ Child, Examiner\n+ x\n" + rows("C {words}\nE {label}.\n- 0:0{n}"),
        "talk.TextGrid": textgrid(),
        "talk.eaf": f"{XML}<ANNOTATION_DOCUMENT><TIME_ORDER>"
        + rows('<TIME_SLOT TIME_SLOT_ID="t{n}" TIME_VALUE="{n}000"/>')
        + "</TIME_ORDER>"
        + rows(
            '<TIER TIER_ID="{label}{n}" PARTICIPANT="{label}"><ANNOTATION><ALIGNABLE_ANNOTATION '
            'TIME_SLOT_REF1="t{n}" TIME_SLOT_REF2="t5"><ANNOTATION_VALUE>{words}</ANNOTATION_VALUE>'
            "</ALIGNABLE_ANNOTATION></ANNOTATION></TIER>"
        )
        + "</ANNOTATION_DOCUMENT>",
        "talk.trs": f'{XML}<!DOCTYPE Trans SYSTEM "trans-14.dtd"><Trans><Speakers>'
        '<Speaker id="s1" name="Ana"/></Speakers><Episode><Section>'
        + rows(
            '<Turn speaker="s1 s2" startTime="{start}" endTime="{end}"><Sync time="{start}"/>'
            '<Who nb="1"/>{words}<Who nb="2"/>{label}<Event desc="b"/></Turn>'
        )
        + "</Section></Episode></Trans>",
        "talk.exb": f"{XML}<basic-transcription><head><speakertable><speaker id='S'>"
        "<abbreviation>Ana</abbreviation></speaker></speakertable></head><basic-body>"
        "<common-timeline>" + rows('<tli id="T{n}" time="{n}.5"/>') + "</common-timeline>"
        '<tier id="a" speaker="S" type="t">'
        + rows('<event start="T{n}" end="T5">{words}</event>')
        + "</tier></basic-body></basic-transcription>",
        "talk_tei.xml": f'{XML}<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader><person '
        'xml:id="P1"><persName>Ana</persName></person></teiHeader><text><timeline>'
        + rows('<when xml:id="T{n}" absolute="0{n}:00"/>')
        + "</timeline><body>"
        + rows('<u who="#{label}" start="#T{n}"><s>{words}</s><vocal><desc>ah</desc></vocal></u>')
        + "</body></text></TEI>",
        "talk_cues.xml": f"{XML}<cues>"
        + rows('<cue start="{start}" end="{end}" speaker="{label}"><speaker>{label}</speaker>'
               "<transcript>{words}</transcript></cue>")
        + "</cues>",
    }  # fmt: skip
    found = {name: text.encode() for name, text in texts.items()}
    found |= {name: json.dumps(tree).encode() for name, tree in speech_json().items()}
    return found | {"talk.docx": docx(), "talk.odt": odt(), "talk.xlsx": xlsx(), "talk.pdf": pdf()}
