"""What single tools want otherwise; the records are changed, never the writer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pipeline.exchange.refi.guids import coding_guid, selection_guid
from pipeline.exchange.refi.model import Case, Code, Coding, Project, Selection, Source, walk
from pipeline.exchange.refi.offsets import UTF16, Convention

CASE = "Case: "
STANDARD = Convention()


@dataclass(frozen=True, slots=True)
class Profile:
    """How a file is made for one tool; ``drops`` are what the tool is known not to take over."""

    convention: Convention = STANDARD
    has_cases_as_codes: bool = False
    drops: tuple[str, ...] = ()


PROFILES: Mapping[str, Profile] = {
    "standard": Profile(),
    "nvivo": Profile(Convention(UTF16)),
    "qualcoder": Profile(
        has_cases_as_codes=True,
        drops=(
            "QualCoder drops codings of whole transcripts, links, graphs, references to notes",
            "QualCoder takes memos from the descriptions of selections",
            "QualCoder gives codes one of its own colours",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """A project as a profile wants it; ``renamed`` maps the paths of codes to their new names."""

    project: Project
    renamed: Mapping[str, str]


def fit(project: Project, profile: Profile) -> Fitted:
    """Return ``project`` as ``profile`` wants it."""
    if not profile.has_cases_as_codes:
        return Fitted(project, {})
    taken = Counter(path[-1].name.casefold() for path in walk(project.codes))
    renamed: dict[str, str] = {}
    codes = tuple(with_own_names(code, (), taken, renamed) for code in project.codes)
    cases = tuple(case_code(case, taken) for case in project.cases)
    sources = tuple(with_cases(source, project) for source in project.sources)
    return Fitted(replace(project, codes=codes + cases, sources=sources), renamed)


def with_own_names(
    code: Code, above: tuple[str, ...], taken: Counter[str], renamed: dict[str, str]
) -> Code:
    """Return a code whose name no other has, and those below it; a twin gets its parents' names."""
    path = (*above, code.name)
    name = code.name
    if taken[name.casefold()] > 1:
        name = " / ".join(path)
        while taken[name.casefold()]:
            name += " *"
        taken[name.casefold()] += 1
        renamed[code.guid] = name
    below = tuple(with_own_names(item, path, taken, renamed) for item in code.codes)
    return replace(code, name=name, codes=below)


def case_code(case: Case, taken: Counter[str]) -> Code:
    """Return a code with the GUID of a case: QualCoder makes the case's links of its codings."""
    name = CASE + case.name
    while taken[name.casefold()]:
        name += " *"
    taken[name.casefold()] += 1
    return Code(case.guid, name)


def with_cases(source: Source, project: Project) -> Source:
    """Return a source with a coding for each case that it, or a passage of it, belongs to."""
    marks = {item.guid: item for item in source.selections}
    added: list[Selection] = []
    for case in project.cases:
        parts = [marks[guid] for guid in case.selections if guid in marks]
        spans = [(item.start, item.end) for item in parts]
        if not spans and source.guid in case.sources and source.text:
            spans = [(0, len(source.text))]
        added += [mark_of(case, source, project, span) for span in dict.fromkeys(spans)]
    both = (*source.selections, *added)
    return replace(source, selections=tuple(sorted(both, key=lambda s: (s.start, s.end, s.user))))


def mark_of(case: Case, source: Source, project: Project, span: tuple[int, int]) -> Selection:
    """Return a selection of ``span`` that is coded with the case."""
    guid = selection_guid(source.guid, *span, f"case {case.guid}")
    coding = Coding(coding_guid(guid, case.guid), case.guid, project.user, project.created)
    return Selection(guid, *span, "", project.user, project.created, codings=(coding,))
