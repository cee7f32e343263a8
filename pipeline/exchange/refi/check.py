"""What must be true of a project file before anybody gets it; a failure is a bug of ours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice

from lxml import etree

from pipeline.exchange.refi.archive import Archive, open_archive
from pipeline.exchange.refi.guids import plain
from pipeline.exchange.refi.offsets import Convention, FileText, says
from pipeline.exchange.refi.parse import NoTextError, children, elements_in, get
from pipeline.exchange.refi.read import Texts
from pipeline.exchange.refi.structure import CODEBOOK, structure_problems
from pipeline.exchange.refi.xml import local, parse_xml

MOST = 20
SOURCES = frozenset({"TextSource", "PictureSource", "PDFSource", "AudioSource", "VideoSource"})
SELECTIONS = frozenset(
    {
        "PlainTextSelection",
        "PictureSelection",
        "PDFSelection",
        "AudioSelection",
        "VideoSelection",
        "TranscriptSelection",
    }
)
USER, NOTE, CODE, VARIABLE = (frozenset({name}) for name in ("User", "Note", "Code", "Variable"))
ANY: frozenset[str] = frozenset()
REFERENCES: Mapping[str, Mapping[str, frozenset[str]]] = {  # element -> attribute -> what it names
    "NoteRef": {"targetGUID": NOTE},
    "CodeRef": {"targetGUID": CODE},
    "SourceRef": {"targetGUID": SOURCES},
    "SelectionRef": {"targetGUID": SELECTIONS},
    "VariableRef": {"targetGUID": VARIABLE},
    "MemberCode": {"targetGUID": CODE, "guid": CODE},
    "MemberSource": {"targetGUID": SOURCES},
    "MemberNote": {"targetGUID": NOTE},
    "Link": {"originGUID": ANY, "targetGUID": ANY},
    "Vertex": {"representedGUID": ANY},
    "Edge": {
        "representedGUID": ANY,
        "sourceVertex": frozenset({"Vertex"}),
        "targetVertex": frozenset({"Vertex"}),
    },
    "TranscriptSelection": {
        "fromSyncPoint": frozenset({"SyncPoint"}),
        "toSyncPoint": frozenset({"SyncPoint"}),
    },
}
BY_USER = ("creatingUser", "modifyingUser", "creatingUserGUID", "modifyingUserGUID")
PATHS = ("plainTextPath", "richTextPath", "path")
INTERNAL = "internal://"


def check_qdpx(
    data: bytes, convention: Convention | None = None, *, has_cases_as_codes: bool = False
) -> list[str]:
    """Return what is wrong with the project file in ``data``, nothing if it is in order.

    Parameters
    ----------
    data
        The bytes of a ``.qdpx``.
    convention
        How its offsets count; None: code points, half-open.
    has_cases_as_codes
        Whether a code may have the GUID of a case, as QualCoder's profile has it.
    """
    archive = open_archive(data)
    root = parse_xml(archive.read(archive.project), archive.project)
    problems = list(islice(structure_problems(root), MOST))
    if problems:
        return problems
    checks = (
        guid_problems(root, has_cases_as_codes=has_cases_as_codes),
        reference_problems(root),
        codable_problems(root, has_cases_as_codes=has_cases_as_codes),
        member_problems(root, archive),
        text_problems(root, archive, convention or Convention()),
    )
    return [problem for found in checks for problem in islice(found, MOST)]


def check_qdc(data: bytes) -> list[str]:
    """Return what is wrong with the codebook file in ``data``, nothing if it is in order."""
    root = parse_xml(data, "codebook")
    problems = list(islice(structure_problems(root, CODEBOOK), MOST))
    return problems or list(islice(guid_problems(root, has_cases_as_codes=False), MOST))


def where(element: etree._Element) -> str:
    """Return where an element stands, for a message."""
    return f"line {element.sourceline}: {local(element)} {get(element, 'guid')}".strip()


def guid_problems(root: etree._Element, *, has_cases_as_codes: bool) -> Iterator[str]:
    """Yield each GUID that two elements have, however it is spelled."""
    seen: dict[str, str] = {}
    for element in elements_in(root):
        name, guid = local(element), plain(get(element, "guid"))
        if not guid or name == "MemberCode":
            continue
        before = seen.setdefault(guid, name)
        is_first = before == name and seen.get(f"{guid} {name}") is None
        seen[f"{guid} {name}"] = name
        if is_first or (has_cases_as_codes and {before, name} == {"Code", "Case"}):
            continue
        yield f"{where(element)}: a {before} has the same GUID"


def reference_problems(root: etree._Element) -> Iterator[str]:
    """Yield each reference that leads nowhere, or to another kind of thing."""
    kinds: dict[str, set[str]] = {}
    for element in elements_in(root):
        kinds.setdefault(plain(get(element, "guid")), set()).add(local(element))
    for element in elements_in(root):
        wanted = {name: USER for name in BY_USER if name in element.attrib}
        for attribute, names in {**REFERENCES.get(local(element), {}), **wanted}.items():
            target = plain(get(element, attribute))
            found = kinds.get(target, set())
            if target and (not found or (names and not found & names)):
                leads = f"to a {min(found)}" if found else "nowhere"
                yield f"{where(element)}: {attribute} {target} leads {leads}"


def codable_problems(root: etree._Element, *, has_cases_as_codes: bool) -> Iterator[str]:
    """Yield each coding on a code that only holds others together."""
    closed = {
        plain(get(element, "guid"))
        for element in elements_in(root)
        if local(element) == "Code" and get(element, "isCodable").strip() in {"false", "0"}
    }
    if has_cases_as_codes:
        closed -= {plain(get(e, "guid")) for e in elements_in(root) if local(e) == "Case"}
    for element in elements_in(root):
        for ref in children(element, "CodeRef") if local(element) == "Coding" else ():
            if plain(get(ref, "targetGUID")) in closed:
                yield f"{where(element)}: its code only holds others together (isCodable is false)"


def member_problems(root: etree._Element, archive: Archive) -> Iterator[str]:
    """Yield each file that is referred to and is not there, and the other way round."""
    named: Counter[str] = Counter()
    for element in elements_in(root):
        for attribute in PATHS:
            path = get(element, attribute)
            if path and not path.startswith(INTERNAL):
                yield f"{where(element)}: {attribute} {path!r:.80} leads outside the file"
            elif path:
                named[path.removeprefix(INTERNAL)] += 1
    held = set(archive.zip.namelist()) - {archive.project}
    for name in sorted(named):
        if f"sources/{name}" not in held:
            yield f"sources/{name}: it is referred to and is not in the file"
    for member in sorted(held - {f"sources/{name}" for name in named}):
        yield f"{member}: nothing refers to it"


def text_problems(root: etree._Element, archive: Archive, convention: Convention) -> Iterator[str]:
    """Yield each selection that does not lie in its text, or whose name is not its words."""
    texts = Texts(archive)
    for source in (e for e in elements_in(root) if local(e) == "TextSource"):
        path, inline = get(source, "plainTextPath"), children(source, "PlainTextContent")
        if bool(path) == bool(inline):
            yield f"{where(source)}: it wants a path of a text or a text, one of the two"
            continue
        try:
            text = FileText.of(inline[0].text or "") if inline else texts.read(path)
        except NoTextError as error:
            yield f"{where(source)}: {error}"
            continue
        for item in children(source, "PlainTextSelection"):
            yield from selection_problems(item, text, convention)


def selection_problems(
    item: etree._Element, text: FileText, convention: Convention
) -> Iterator[str]:
    """Yield what is wrong with the place and the name of a selection."""
    bounds = (int(get(item, "startPosition")), int(get(item, "endPosition")))
    start, end, n_cut = text.ruler(convention).span(*bounds)
    if not 0 <= start < end <= len(text.text) or n_cut:
        yield f"{where(item)}: {start} to {end} is no passage of {len(text.text)} characters"
    elif get(item, "name") and not says(get(item, "name"), text.text[start:end]):
        yield f"{where(item)}: its name is {get(item, 'name')!r:.60}, its words are others"
