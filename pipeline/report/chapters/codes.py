"""Which codes were found, how often, and in whose words: code x everything."""

from __future__ import annotations

import numpy as np

from pipeline.core.receipts import key_of
from pipeline.exchange.workbook import Sheet
from pipeline.report.figures.heat import Grid, heat_map
from pipeline.report.matrices.cells import (
    ALL,
    EMPTY,
    OWN_COLUMNS,
    Cell,
    Matrix,
    matrix_of,
    triangulate,
)
from pipeline.report.page import (
    DASH,
    GROUP,
    NUMBER,
    PLAIN,
    TOTAL,
    Block,
    Chapter,
    Entry,
    Figure,
    Heading,
    Line,
    Links,
    Note,
    Paragraph,
    Table,
    counted,
    percent,
)
from pipeline.report.study import Study

NAMES = {
    "role": "role in the conversation",
    "source_type": "type of source",
    "question": "question of the guide",
}
COUNTS = ("n_segments", "n_transcripts", "n_participants")
MOST_COLUMNS = 16  # that a page can hold; the files hold all
NOTE = (
    "Segments; below them in small figures transcripts / participants. A dot is none. Disputed "
    "codes are not counted; a code's row does not hold its children's."
)


def columns_of(study: Study, by: tuple[str, ...]) -> tuple[str, ...]:
    """Return what codes are set against: what is asked for, else what the settings name.

    As long as nobody keeps a table of participants, the settings cannot name a column of it.
    """
    named = by or study.settings.report.attributes or study.settings.export.by
    if not by and not study.people:
        named = tuple(column for column in named if column in OWN_COLUMNS)
    always = (
        () if by else ("role", "source_type", *(["question"] if study.settings.questions else []))
    )
    return tuple(dict.fromkeys((*named, *always)))


def codes_chapter(study: Study, links: Links, by: tuple[str, ...]) -> Chapter:
    """Return the overview of all codes, and the codes set against each column."""
    blocks: list[Block] = []
    if not study.marks:
        blocks.append(Note(NOTHING))
    blocks.append(overview(study, links))
    unused = [
        name for code, name in study.code_names.items() if code not in {m.code for m in study.marks}
    ]
    if unused and study.marks:
        blocks.append(Paragraph(f"Never used: {', '.join(unused)}."))
    for column in columns_of(study, by):
        blocks += against(study, links, column)
    return Chapter("codes", "Codes", blocks)


NOTHING = (
    "No code stands on any passage yet, so that every count below is nought. Decide with "
    "'glossator review', then make this report again."
)


def overview(study: Study, links: Links) -> Table:
    """Return how often each code was found, by how many, and on how much coders differ."""
    matrix = matrix_of(study, "source_type")
    apart = matrix_of(study, "source_type", marks=study.disputed)
    n_finished = len(study.finished)
    rows, lines = [], []
    for dimension, name in study.dimensions.items():
        lines.append(
            overview_line(
                links,
                name,
                (matrix.cell(dimension, ALL), apart.cell(dimension, ALL)),
                n_finished,
                is_group=True,
            )
        )
        for code, code_name in study.code_names.items():
            if code.partition(".")[0] != dimension or code == dimension:
                continue
            cells = matrix.cell(code, ALL), apart.cell(code, ALL)
            lines.append(overview_line(links, code_name, cells, n_finished))
        codes = [c for c in study.code_names if c.partition(".")[0] == dimension]
        rows += [overview_row(study, matrix, apart, code) for code in codes]
    return Table(
        "codes-all",
        "How often each code was found.",
        ("Code", "Segments", "Share of finished", "Transcripts", "Participants", "Disputed"),
        lines,
        (
            (
                f"Base of the shares: {counted(n_finished, 'finished segment')}. Rows of "
                "dimensions count a passage with several of their codes once. Disputed: passages "
                "on which coders differ; they are in no other column."
            ),
        ),
        Sheet("codes", ("dimension", "code", "code_name", *COUNTS, "n_disputed"), rows),
    )


def overview_line(
    links: Links, name: str, cells: tuple[Cell, Cell], base: int, *, is_group: bool = False
) -> Line:
    """Return the line of one code or dimension."""
    cell, apart = cells
    share = percent(cell.n_segments / base, 1) if base and cell.n_segments <= base else DASH
    return Line(
        Entry(name),
        (
            links.number(cell.n_segments, name, cell.places),
            Entry(share, kind=NUMBER),
            Entry(f"{cell.n_transcripts:,}", kind=NUMBER),
            Entry(f"{cell.n_participants:,}", kind=NUMBER),
            links.number(apart.n_segments, f"{name}, disputed", apart.places),
        ),
        GROUP if is_group else PLAIN,
    )


def overview_row(study: Study, matrix: Matrix, apart: Matrix, code: str) -> dict[str, object]:
    """Return one code as a row of the file."""
    return {
        "dimension": code.partition(".")[0],
        "code": code,
        "code_name": study.code_names[code],
        **counts_of(matrix.cell(code, ALL)),
        "n_disputed": apart.cell(code, ALL).n_segments,
    }


def counts_of(cell: Cell) -> dict[str, int]:
    """Return the counts of a cell, named as in `COUNTS`."""
    return {name: getattr(cell, name) for name in COUNTS}


def against(study: Study, links: Links, column: str) -> list[Block]:
    """Return codes set against one column: a figure, a table, and for source types more."""
    matrix = matrix_of(study, column)
    name = NAMES.get(column, column)
    blocks: list[Block] = [Heading(f"by-{column}", f"By {name}")]
    if not matrix.axis.values:
        return [*blocks, Note("There are no segments yet. Run 'glossator run', then decide.")]
    values = matrix.axis.values[:MOST_COLUMNS]
    if len(values) < len(matrix.axis.values):
        hidden = len(matrix.axis.values) - len(values)
        blocks.append(Note(f"{counted(hidden, 'further column')} stand in the files only."))
    if study.marks and sum(value in matrix.axis.bases for value in values) > 1:
        blocks.append(heat_of(study, matrix, values, name))
    blocks.append(table_of(study, links, matrix, values))
    if column == "source_type":
        blocks.append(triangulation(study, matrix))
    return blocks


def heat_of(study: Study, matrix: Matrix, values: tuple[str, ...], name: str) -> Figure:
    """Return the heat map of a matrix; shades are shares, so that columns can be compared."""
    codes = list(study.code_names)
    shares = [[matrix.share(code, value) for value in values] for code in codes]
    bases = [matrix.axis.bases.get(value, EMPTY).n_segments for value in values]
    grid = Grid(
        [study.code_names[code] for code in codes],
        [f"{value} n={base:,}" for value, base in zip(values, bases, strict=True)],
        [study.dimensions[code.partition(".")[0]] for code in codes],
        np.array([[matrix.cell(code, value).n_segments for value in values] for code in codes]),
        np.array(shares, dtype=float),
        "share of the column's finished segments",
    )
    title = f"Codes by {name}"
    alt = f"Heat map of {len(codes)} codes by {name}; the table below has the same numbers."
    caption = (
        f"{title}. Numbers are segments, shades their share of the column's finished segments (n); "
        "hatched: nothing finished there."
    )
    return Figure(heat_map(f"codes-by-{slug(matrix.axis.column)}", (title, alt), grid), caption)


def table_of(study: Study, links: Links, matrix: Matrix, values: tuple[str, ...]) -> Table:
    """Return a matrix as a table, with the codes of each dimension below its own row."""
    column = matrix.axis.column
    lines = []
    for dimension, dimension_name in study.dimensions.items():
        names = {dimension: dimension_name}
        names |= {c: n for c, n in study.code_names.items() if c.startswith(f"{dimension}.")}
        for row, name in names.items():
            cells = [entry_of(links, matrix.cell(row, v), name) for v in values]
            every = entry_of(links, matrix.cell(row, ALL), name)
            lines.append(Line(Entry(name), (*cells, every), GROUP if row == dimension else PLAIN))
    bases = matrix.axis.bases
    base = [Entry(f"{bases.get(v, EMPTY).n_segments:,}", kind=NUMBER) for v in (*values, ALL)]
    lines.append(Line(Entry("finished segments"), tuple(base), TOTAL))
    return Table(
        f"codes-by-{slug(column)}",
        f"Codes by {NAMES.get(column, column)}.",
        ("Code", *(matrix.axis.labels[value] for value in values), "All"),
        lines,
        (NOTE,),
        Sheet(
            f"codes_by_{slug(column)}",
            ("dimension", "code", "code_name", "by", "value", *COUNTS, "n_finished", "share"),
            [
                {
                    "dimension": code.partition(".")[0],
                    "code": code,
                    "code_name": study.code_names[code],
                    "by": column,
                    "value": value,
                    **counts_of(matrix.cell(code, value)),
                    "n_finished": bases.get(value, EMPTY).n_segments,
                    "share": matrix.share(code, value),
                }
                for code in study.code_names
                for value in (*matrix.axis.values, ALL)
            ],
        ),
    )


def entry_of(links: Links, cell: Cell, title: str) -> Entry:
    """Return a cell as a number that leads to its passages."""
    small = f"{cell.n_transcripts}/{cell.n_participants}"
    return links.number(cell.n_segments, title, cell.places, small)


def triangulation(study: Study, matrix: Matrix) -> Table:
    """Return in how many source types each code was found."""
    kinds = matrix.axis.values
    rows = triangulate(study, matrix)
    lines = [
        Line(
            Entry(study.code_names[row.code]),
            (
                *(found_words(matrix.cell(row.code, kind)) for kind in kinds),
                Entry(f"{row.n_types} of {row.n_types_held}", kind=NUMBER),
            ),
        )
        for row in rows
    ]
    sheet = [
        {
            "code": row.code,
            "code_name": study.code_names[row.code],
            **{
                f"n_transcripts_{kind}": matrix.cell(row.code, kind).n_transcripts for kind in kinds
            },
            "n_types": row.n_types,
            "n_types_held": row.n_types_held,
        }
        for row in rows
    ]
    columns = (
        "code",
        "code_name",
        *(f"n_transcripts_{kind}" for kind in kinds),
        "n_types",
        "n_types_held",
    )
    return Table(
        "triangulation",
        "Triangulation: in which types of source each code was found.",
        ("Code", *kinds, "Types"),
        lines,
        ("Transcripts in which the code was found, so that one stray mention is visible as such.",),
        Sheet("triangulation", columns, sheet),
    )


def found_words(cell: Cell) -> Entry:
    """Return in how many transcripts a code was found."""
    return Entry(
        counted(cell.n_transcripts, "transcript") if cell.n_transcripts else "·", kind=NUMBER
    )


def slug(column: str) -> str:
    """Return ``column`` for a file's name and an id: letters, digits, hyphens; no two the same."""
    plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in column.lower())
    return plain if plain == column.replace("_", "-") else f"{plain[:20]}-{key_of(column)[:6]}"
