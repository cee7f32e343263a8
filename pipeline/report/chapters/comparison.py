"""Two sets of interviews side by side: new against old, one codebook or two versions of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.exchange.workbook import Sheet
from pipeline.report.figures.curves import Forest, Interval, Line, forest_figure
from pipeline.report.matrices.cells import ALL, Matrix, matrix_of
from pipeline.report.page import (
    DASH,
    GROUP,
    NUMBER,
    PLAIN,
    Block,
    Chapter,
    Entry,
    Figure,
    Links,
    Note,
    Paragraph,
    Table,
    counted,
    number,
    percent,
)
from pipeline.report.page import Line as Row
from pipeline.report.study import Study

Pair = tuple[Study, Study]


def comparison_chapters(studies: Pair, links: tuple[Links, Links]) -> list[Chapter]:
    """Return what is compared, and every code in both."""
    return [
        Chapter("compared", "What is compared", [*warnings(studies), material(studies)]),
        codes_chapter(studies, links),
    ]


def warnings(studies: Pair) -> list[Note]:
    """Return what stands in the way of comparing."""
    one, two = studies
    found = []
    if one.codebook.slug != two.codebook.slug:
        found.append(
            f"The corpora use different codebooks, {one.codebook.slug} and {two.codebook.slug}: "
            "only codes with the same path stand beside each other, and they may mean different "
            "things."
        )
    elif one.codebook.version_id != two.codebook.version_id:
        found.append(version_words(studies))
    found += [
        f"{study.name}: nothing is reviewed yet, so there is nothing to compare it by."
        for study in studies
        if not study.passages and not study.finished
    ]
    return [Note(text) for text in found]


def version_words(studies: Pair) -> str:
    """Return how two versions of a codebook differ."""
    one, two = studies
    before, after = ({code.path: code for code in study.codebook.codable} for study in studies)
    changed = [after[path].name for path in before if path in after and before[path] != after[path]]
    only = [
        f"only {study.codebook.version_id} has {', '.join(names)}"
        for study, names in (
            (one, [code.name for path, code in before.items() if path not in after]),
            (two, [code.name for path, code in after.items() if path not in before]),
        )
        if names
    ]
    parts = [f"the words of {', '.join(changed)} differ"] if changed else []
    told = "; ".join([*parts, *only]) or "no code that can be applied differs"
    return (
        f"The corpora were coded with different versions of the codebook {one.codebook.slug}, "
        f"{one.codebook.version_id} and {two.codebook.version_id}: {told}. Differences below may "
        "come from the codebook and not from the interviews."
    )


def material(studies: Pair) -> Table:
    """Return what there is of both."""
    rows = [
        {
            "corpus": study.name,
            "codebook": f"{study.codebook.slug} {study.codebook.version_id}",
            "n_transcripts": len(study.transcripts),
            "n_segments": len(study.segments),
            "n_finished": len(study.finished),
            "n_coders": len({name for names in study.finished.values() for name in names}),
            "n_passages": len(study.passages),
        }
        for study in studies
    ]
    lines = [
        Row(
            Entry(str(row["corpus"])),
            (
                Entry(str(row["codebook"])),
                *(Entry(f"{row[key]:,}", kind=NUMBER) for key in list(row)[2:]),
            ),
        )
        for row in rows
    ]
    heads = ("Corpus", "Codebook", "Transcripts", "Segments", "Finished", "Coders", "Passages")
    sheet = Sheet("compared", tuple(rows[0]), rows)
    return Table("compared-material", "The two corpora.", heads, lines, (), sheet)


def codes_chapter(studies: Pair, links: tuple[Links, Links]) -> Chapter:
    """Return every code of either corpus, with its counts and shares in both."""
    matrices = matrix_of(studies[0], "source_type"), matrix_of(studies[1], "source_type")
    names = {**studies[1].code_names, **studies[0].code_names}
    names = {path: names[path] for path in in_book_order(studies)}
    blocks: list[Block] = [Paragraph(found_words(studies, matrices, names))]
    shown = [code for code in names if any(shares(matrices, code))]
    if shown:
        blocks.append(figure(studies, matrices, {code: names[code] for code in shown}))
    blocks.append(table(studies, matrices, links, names))
    return Chapter("codes", "Codes in both", blocks)


def in_book_order(studies: Pair) -> list[str]:
    """Return the codes of both by dimension, each dimension's in the order of its codebook."""
    codes = list(dict.fromkeys([*studies[0].code_names, *studies[1].code_names]))
    dimensions = list(dict.fromkeys(code.partition(".")[0] for code in codes))
    return sorted(codes, key=lambda code: dimensions.index(code.partition(".")[0]))


def shares(matrices: tuple[Matrix, Matrix], code: str) -> tuple[float | None, float | None]:
    """Return the share of finished segments with a code, in both."""
    return matrices[0].share(code, ALL), matrices[1].share(code, ALL)


def found_words(studies: Pair, matrices: tuple[Matrix, Matrix], names: Mapping[str, str]) -> str:
    """Return which codes were found in one corpus only."""
    found = [{code for code in names if m.cell(code, ALL).n_segments} for m in matrices]
    told = [f"{counted(len(found[0] & found[1]), 'code')} were found in both corpora."]
    for here, there, study in ((0, 1, studies[0]), (1, 0, studies[1])):
        only = [names[code] for code in names if code in found[here] - found[there]]
        if only:
            told.append(f"Only in {study.name}: {', '.join(only)}.")
    return " ".join(told)


def figure(studies: Pair, matrices: tuple[Matrix, Matrix], names: Mapping[str, str]) -> Figure:
    """Return the shares of each code in both corpora."""
    lines = [
        Line(
            name,
            tuple(
                Interval(share, None, None, series)
                for series, share in enumerate(shares(matrices, code))
            ),
        )
        for code, name in names.items()
    ]
    words = "Codes in both corpora", f"Shares of {len(lines)} codes; see the table."
    caption = (
        "Share of the finished segments that carry a code, by what people decided. Without "
        "intervals: what is finished need not be a random part."
    )
    series = tuple(study.name for study in studies)
    forest = Forest(lines, "share of the finished segments", series)
    return Figure(forest_figure("comparison", words, forest), caption)


def table(
    studies: Pair,
    matrices: tuple[Matrix, Matrix],
    links: tuple[Links, Links],
    names: Mapping[str, str],
) -> Table:
    """Return counts and shares of each code, and how far the shares are apart."""
    lines, rows, before = [], [], ""
    titles = {**studies[1].dimensions, **studies[0].dimensions}
    for code, name in names.items():
        dimension = code.partition(".")[0]
        if dimension not in {before, code}:
            what = dimension, titles.get(dimension, dimension)
            lines.append(line(links, matrices, what, GROUP))
        before = dimension
        lines.append(line(links, matrices, (code, name), PLAIN))
        rows.append(row(studies, matrices, code, name))
    heads = ("Code", *(head for study in studies for head in heads_of(study)), "Difference")
    note = (
        "Segments, with transcripts / participants below; share of the finished segments. "
        f"Difference: of the shares, second less first, in points. {DASH}: the codebook of this "
        "corpus lacks the code, or nothing is finished."
    )
    sheet = Sheet("comparison", tuple(rows[0]) if rows else ("code",), rows)
    return Table("comparison-codes", "Codes in both corpora.", heads, lines, (note,), sheet)


def heads_of(study: Study) -> tuple[str, str]:
    """Return the heads of one corpus."""
    return f"{study.name}: segments", f"{study.name}: share"


def line(
    links: tuple[Links, Links], matrices: tuple[Matrix, Matrix], what: tuple[str, str], kind: str
) -> Row:
    """Return one code or dimension, in both."""
    code, name = what
    cells: list[Entry] = []
    for link, matrix, share in zip(links, matrices, shares(matrices, code), strict=True):
        cell = matrix.cell(code, ALL)
        small = f"{cell.n_transcripts}/{cell.n_participants}"
        title = f"{link.study.name}: {name}"
        cells += [link.number(cell.n_segments, title, cell.places, small)]
        cells += [Entry(percent(share, 1), kind=NUMBER)]
    return Row(Entry(name), (*cells, Entry(apart(shares(matrices, code)), kind=NUMBER)), kind)


def apart(found: Sequence[float | None]) -> str:
    """Return how many points two shares are apart."""
    one, two = found
    if one is None or two is None:
        return DASH
    return ("+" if two > one else "") + number(100 * (two - one), 1)


def row(studies: Pair, matrices: tuple[Matrix, Matrix], code: str, name: str) -> dict[str, object]:
    """Return one code as a row of the file."""
    found: dict[str, object] = {"code": code, "code_name": name}
    for number_of, (study, matrix) in enumerate(zip(studies, matrices, strict=True), 1):
        cell = matrix.cell(code, ALL)
        found |= {
            f"corpus_{number_of}": study.name,
            f"n_segments_{number_of}": cell.n_segments,
            f"n_transcripts_{number_of}": cell.n_transcripts,
            f"n_participants_{number_of}": cell.n_participants,
            f"share_{number_of}": matrix.share(code, ALL),
            f"is_in_codebook_{number_of}": code in study.codebook,
        }
    return found
