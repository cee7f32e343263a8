"""The elements of REFI-QDA 1.0 in one place: attributes, their kinds, and children in order.

A line is ``Element | attributes | children``. An attribute is ``name:kind``, with ``!`` where it is
required; children carry ``?``, ``*`` or ``+`` as in a regular expression, which they become.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from lxml import etree

NOTHING = "nothing"
PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"

BY = "creatingUser:guid creationDateTime:dateTime modifyingUser:guid modifiedDateTime:dateTime"
FILE = "guid:guid! name:string path:string currentPath:string " + BY
TEXT = "guid:guid! name:string richTextPath:string plainTextPath:string " + BY
MARKED = "Description? Coding* NoteRef*"
END = "Coding* NoteRef* VariableValue*"
TEXT_SOURCE = f"{TEXT} | Description? PlainTextContent? PlainTextSelection* {END}"
BOX = "firstX:integer! firstY:integer! secondX:integer! secondY:integer!"
CORNERS = "firstX:integer! firstY:integer! secondX:integer secondY:integer"
TARGET = "targetGUID:guid! |"
VALUES = "TextValue|BooleanValue|IntegerValue|FloatValue|DateValue|DateTimeValue"
SOURCES = "TextSource|PictureSource|PDFSource|AudioSource|VideoSource"

PROJECT_TABLE = f"""
Project | name:string! origin:string creatingUserGUID:guid creationDateTime:dateTime \
modifyingUserGUID:guid modifiedDateTime:dateTime basePath:string | Users? CodeBook? Variables? \
Cases? Sources? Notes? Links? Sets? Graphs? Description? NoteRef*
Users || User+
User | guid:guid! name:string id:string |
CodeBook || Codes
Codes || Code+
Code | guid:guid! name:string! isCodable:boolean! color:rgb | Description? NoteRef* Code*
Cases || Case+
Case | guid:guid! name:string | Description? CodeRef* VariableValue* SourceRef* SelectionRef*
Variables || Variable+
Variable | guid:guid! name:string! typeOfVariable:type! | Description?
VariableValue || VariableRef ({VALUES})?
Sets || Set+
Set | guid:guid! name:string! | Description? MemberCode* MemberSource* MemberNote*
Sources || ({SOURCES})+
TextSource | {TEXT_SOURCE}
Note | {TEXT_SOURCE}
Representation | {TEXT_SOURCE}
TextDescription | {TEXT_SOURCE}
PlainTextSelection | guid:guid! name:string startPosition:integer! endPosition:integer! {BY} \
| {MARKED}
PictureSource | {FILE} | Description? TextDescription? PictureSelection* {END}
PictureSelection | guid:guid! name:string {BOX} {BY} | {MARKED}
PDFSource | {FILE} | Description? PDFSelection* Representation? {END}
PDFSelection | guid:guid! name:string page:integer! {BOX} {BY} \
| Description? Representation? Coding* NoteRef*
AudioSource | {FILE} | Description? Transcript* AudioSelection* {END}
AudioSelection | guid:guid! name:string begin:integer! end:integer! {BY} | {MARKED}
VideoSource | {FILE} | Description? Transcript* VideoSelection* {END}
VideoSelection | guid:guid! name:string begin:integer! end:integer! {BY} | {MARKED}
Transcript | {TEXT} | Description? PlainTextContent? SyncPoint* TranscriptSelection* NoteRef*
TranscriptSelection | guid:guid! name:string fromSyncPoint:guid toSyncPoint:guid {BY} | {MARKED}
SyncPoint | guid:guid! timeStamp:integer position:integer |
Coding | guid:guid! creatingUser:guid creationDateTime:dateTime | CodeRef NoteRef*
Graphs || Graph+
Graph | guid:guid! name:string | Vertex* Edge*
Vertex | guid:guid! representedGUID:guid name:string {CORNERS} shape:shape color:rgb |
Edge | guid:guid! representedGUID:guid name:string sourceVertex:guid! targetVertex:guid! \
color:rgb direction:direction lineStyle:line |
Notes || Note+
Links || Link+
Link | guid:guid! name:string direction:direction color:rgb originGUID:guid targetGUID:guid \
| NoteRef*
NoteRef | {TARGET}
CodeRef | {TARGET}
SourceRef | {TARGET}
SelectionRef | {TARGET}
VariableRef | {TARGET}
MemberCode | {TARGET}
MemberSource | {TARGET}
MemberNote | {TARGET}
"""
CODEBOOK_TABLE = """
CodeBook | origin:string | Codes Sets?
Codes || Code+
Code | guid:guid! name:string! isCodable:boolean! color:rgb | Description? Code*
Sets || Set+
Set | guid:guid! name:string! | Description? MemberCode*
MemberCode | guid:guid! |
"""
TEXTS = {  # elements that hold a value, and its kind
    "Description": "string",
    "PlainTextContent": "string",
    "TextValue": "string",
    "BooleanValue": "boolean",
    "IntegerValue": "integer",
    "FloatValue": "decimal",
    "DateValue": "date",
    "DateTimeValue": "dateTime",
}
HEX = "[0-9a-fA-F]"
GUID = f"{HEX}{{8}}-(?:{HEX}{{4}}-){{3}}{HEX}{{12}}"
ZONE = r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
DAY = r"-?\d{4,}-\d\d-\d\d"
DATE = re.compile(DAY, re.ASCII)
SHAPES = (
    "Person|Oval|Rectangle|RoundedRectangle|Star|LeftTriangle|RightTriangle|UpTriangle|"
    "DownTriangle|Note"
)
FORMS: Mapping[str, re.Pattern[str]] = {
    kind: re.compile(form, re.ASCII)
    for kind, form in {
        "guid": rf"{GUID}|\{{{GUID}\}}",
        "rgb": f"#{HEX}{{3}}(?:{HEX}{{3}})?",
        "boolean": "true|false|0|1",
        "integer": r"[+-]?\d+",
        "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
        "date": DAY + ZONE,
        "dateTime": rf"{DAY}T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?{ZONE}",
        "type": "Text|Boolean|Integer|Float|Date|DateTime",
        "direction": "Associative|OneWay|Bidirectional",
        "line": "dotted|dashed|solid",
        "shape": SHAPES,
    }.items()
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element may have; ``form`` is that of its children, each with a comma behind."""

    attributes: Mapping[str, str]
    required: frozenset[str]
    form: re.Pattern[str]
    written: str
    seen: dict[str, bool] = field(default_factory=dict, compare=False)

    def fits(self, children: str) -> bool:
        """Whether a row of children is allowed; rows repeat, so the answer is kept."""
        if children not in self.seen:
            self.seen[children] = self.form.fullmatch(children) is not None
        return self.seen[children]


def rules_of(table: str) -> dict[str, Rule]:
    """Return the rules that a table writes down, by element."""
    found = {}
    for line in table.strip().splitlines():
        name, attributes, children = (part.strip() for part in line.split("|", 2))
        words = [word.partition(":") for word in attributes.split()]
        form = "".join(re.sub(r"\w+", r"(?:\g<0>,)", part) for part in children.split())
        found[name] = Rule(
            {key: kind.rstrip("!") for key, _, kind in words},
            frozenset(key for key, _, kind in words if kind.endswith("!")),
            re.compile(form),
            children or NOTHING,
        )
    return found


RULES = {PROJECT: rules_of(PROJECT_TABLE), CODEBOOK: rules_of(CODEBOOK_TABLE)}
ROOTS = {PROJECT: "Project", CODEBOOK: "CodeBook"}


def is_form(kind: str, text: str) -> bool:
    """Whether ``text`` is a value of ``kind``."""
    if kind == "string":
        return True
    bare = text.strip()
    if FORMS[kind].fullmatch(bare) is None:
        return False
    return kind not in {"date", "dateTime"} or is_moment(bare)


def is_moment(text: str) -> bool:
    """Whether the day that a date or a time begins with is in the calendar."""
    day = DATE.match(text)
    try:
        date.fromisoformat(day[0][-10:] if day else "")
    except ValueError:
        return False
    return True


def structure_problems(root: etree._Element, namespace: str = PROJECT) -> Iterator[str]:
    """Yield where ``root`` breaks the rules of ``namespace``, a sentence each."""
    rules = RULES[namespace]
    prefix = f"{{{namespace}}}"
    if root.tag != prefix + ROOTS[namespace]:
        yield f"line {root.sourceline}: the file begins with {root.tag!s}, not {ROOTS[namespace]}"
        return
    for element in root.iter(etree.Element):
        yield from problems_of(element, rules, prefix)


def problems_of(element: etree._Element, rules: Mapping[str, Rule], prefix: str) -> Iterator[str]:
    """Yield where one element breaks ``rules``, whatever is wrong with those below it."""
    name = str(element.tag)
    where = f"line {element.sourceline}: {name.removeprefix(prefix)}"
    own = name.removeprefix(prefix) if name.startswith(prefix) else ""
    if own in TEXTS:
        yield from value_problems(element, own, where)
    elif own in rules:
        yield from element_problems(element, rules[own], where, prefix)
    else:
        yield f"{where} is not of this standard"


def is_allowed(element: etree._Element) -> bool:
    """Whether one element of a project keeps the rules, whatever is wrong with those below it."""
    return not any(problems_of(element, RULES[PROJECT], f"{{{PROJECT}}}"))


def value_problems(element: etree._Element, name: str, where: str) -> Iterator[str]:
    """Yield what is wrong with an element that holds a value."""
    for key in element.attrib:
        yield f"{where}: {key!s} has no place here"
    if len(element):
        yield f"{where}: holds elements; it holds a text"
    if not is_form(TEXTS[name], element.text or ""):
        yield f"{where}: {element.text or ''!r:.40} is no {TEXTS[name]}"


def element_problems(element: etree._Element, rule: Rule, where: str, prefix: str) -> Iterator[str]:
    """Yield what is wrong with the attributes and the children of an element."""
    for name, value in element.attrib.items():
        kind = rule.attributes.get(str(name))
        if kind is None:
            yield f"{where}: {name!s} has no place here"
        elif not is_form(kind, str(value)):
            yield f"{where}: {name!s} is {str(value)!r:.60}, no {kind}"
    for name in sorted(rule.required - set(map(str, element.attrib))):
        yield f"{where}: {name} is missing"
    texts = [element.text, *(child.tail for child in element)]
    is_empty = rule.written == NOTHING  # not even white space may stand there
    if any(text and (is_empty or text.strip()) for text in texts):
        yield f"{where}: words stand between its elements"
    tags = [str(child.tag) for child in element.iterchildren(etree.Element)]
    row = "".join(f"{tag.removeprefix(prefix)}," for tag in tags)
    if not rule.fits(row):
        yield f"{where}: holds {row.strip(',') or 'nothing':.80}; allowed: {rule.written}"
