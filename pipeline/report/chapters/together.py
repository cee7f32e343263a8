"""Codes that meet, codes that follow one another, and actors who speak of one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.exchange.workbook import Sheet
from pipeline.report.figures.canvas import label
from pipeline.report.figures.heat import Grid, heat_map, triangle
from pipeline.report.figures.network import Node, Web, network_figure
from pipeline.report.matrices.actors import Network, network_of
from pipeline.report.matrices.pairs import (
    MIN_EXPECTED,
    Met,
    Pair,
    Step,
    Unit,
    pairs_of,
    runs_of,
    steps_of,
    units_of,
)
from pipeline.report.page import (
    NUMBER,
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
    number,
    percent,
)
from pipeline.report.study import Study

MOST_PAIRS = 25  # rows on the page; the files hold all
MOST_TIES = 60  # lines in a figure that can still be followed
NUMBERED = 2


def together_chapter(study: Study, links: Links) -> Chapter:
    """Return which codes meet in a segment and which follow one another."""
    units = units_of(study)
    used = [code for code in study.code_names if any(code in unit.codes for unit in units)]
    title = "Codes together"
    if not used:
        return Chapter("together", title, [Note("No segment carries a code yet.")])
    pairs = pairs_of(units, list(study.code_names))
    met = [pair for pair in pairs if pair.n_both]
    blocks: list[Block] = [
        Paragraph(
            f"{counted(len(units), 'segment')} count: those that people finished or coded. "
            f"{counted(sum(len(unit.codes) > 1 for unit in units), 'segment')} carry two codes or "
            f"more. A code and one above it are no pair. {counted(len(met), 'pair')} of "
            f"{len(pairs):,} meet somewhere; the files hold those that never do, too."
        )
    ]
    if met:
        blocks += [
            pair_web(study, met, units),
            pair_heat(study, met, used),
            pair_table(study, links, pairs),
        ]
    blocks += sequences(study, links, units)
    return Chapter("together", title, blocks)


def pair_web(study: Study, met: Sequence[Pair], units: Sequence[Unit]) -> Figure:
    """Return the network of codes that meet."""
    counts = {code: sum(code in unit.codes for unit in units) for code in study.code_names}
    nodes = [
        Node(code, name, study.dimensions[code.partition(".")[0]], counts[code])
        for code, name in study.code_names.items()
        if counts[code]
    ]
    ties = {(pair.first, pair.second): pair.n_both for pair in met}
    least, kept = strongest(ties)
    words = "Codes that meet in a segment", f"Network of {len(nodes)} codes; see the table."
    caption = (
        f"Codes that meet in at least {counted(least, 'segment')}; thickness and numbers: in how "
        "many. In brackets: segments with the code. Marks: dimensions."
    )
    return Figure(
        network_figure(
            "codes-together", words, Web(nodes, kept, is_directed=False, numbered=NUMBERED)
        ),
        caption,
    )


def strongest(ties: Mapping[tuple[str, str], int]) -> tuple[int, dict[tuple[str, str], int]]:
    """Return the ties that a figure can hold, and the least number among them."""
    least = 1
    while sum(n >= least for n in ties.values()) > MOST_TIES:
        least += 1
    return least, {pair: n for pair, n in ties.items() if n >= least}


def pair_heat(study: Study, met: Sequence[Pair], used: Sequence[str]) -> Figure:
    """Return the triangle of all codes in use."""
    found = {(pair.first, pair.second): (pair.n_both, pair.jaccard or 0.0) for pair in met}
    counts, shades = triangle(used, found)
    names = [f"{label(study.code_names[code], 30)}  {n}" for n, code in enumerate(used, 1)]
    numbers = [str(n) for n, _ in enumerate(used, 1)]
    groups = [study.dimensions[code.partition(".")[0]] for code in used]
    grid = Grid(
        names,
        numbers,
        groups,
        counts,
        shades,
        "Jaccard: share of segments with either",
        is_triangle=True,
    )
    words = "Codes by codes", f"Triangle of {len(used)} codes; see the file of pairs."
    caption = (
        "In how many segments two codes meet (numbers), and which share that is of the segments "
        "with either (shades). Columns carry the numbers of the rows."
    )
    return Figure(heat_map("codes-by-codes", words, grid), caption)


def pair_table(study: Study, links: Links, pairs: Sequence[Pair]) -> Table:
    """Return the pairs that meet most often; the file holds all."""
    names = study.code_names
    first = sorted(pairs, key=lambda p: (-p.n_both, -(p.jaccard or 0.0), p.first, p.second))
    lines = [
        Line(
            Entry(f"{names[pair.first]} + {names[pair.second]}"),
            (
                links.number(
                    pair.n_both, f"{names[pair.first]} + {names[pair.second]}", pair.places
                ),
                Entry(number(pair.expected, 1), kind=NUMBER),
                Entry(f"{pair.n_first:,}", kind=NUMBER),
                Entry(f"{pair.n_second:,}", kind=NUMBER),
                Entry(number(pair.jaccard), kind=NUMBER),
                Entry(number(pair.phi), kind=NUMBER),
                Entry(f"{pair.n_transcripts:,}", kind=NUMBER),
            ),
        )
        for pair in first[:MOST_PAIRS]
        if pair.n_both
    ]
    rows = [pair_row(pair) for pair in pairs]
    columns = tuple(rows[0])
    heads = ("Codes", "Together", "Expected", "First", "Second", "Jaccard", "Phi", "Transcripts")
    note = (
        f"The {len(lines)} that meet most often. Expected: if the two knew nothing of each other. "
        "Counts of few segments are for reading, not for testing."
    )
    return Table(
        "pairs",
        "Codes that meet in a segment.",
        heads,
        lines,
        (note,),
        Sheet("code_pairs", columns, rows),
    )


def pair_row(pair: Pair) -> dict[str, object]:
    """Return a pair as a row of the file."""
    return {**met_row(pair), "jaccard": pair.jaccard, "phi": pair.phi}


def met_row(met: Met) -> dict[str, object]:
    """Return what pairs and steps have in common."""
    return {
        "first": met.first,
        "second": met.second,
        "n_both": met.n_both,
        "n_first": met.n_first,
        "n_second": met.n_second,
        "n": met.n,
        "n_transcripts": met.n_transcripts,
        "expected": met.expected,
    }


def sequences(study: Study, links: Links, units: Sequence[Unit]) -> list[Block]:
    """Return what follows what, from turn to turn, by dimension and by code."""
    runs = runs_of(study, units)
    of_dimension = {code: code.partition(".")[0] for code in study.code_names}
    by_dimension = steps_of(runs, of_dimension)
    by_code = steps_of(runs, {})
    blocks: list[Block] = [Heading("sequences", "From turn to turn")]
    told = [step for step in by_dimension if step.residual is not None]
    if not told:
        n = by_dimension[0].n if by_dimension else 0
        return [*blocks, Note(f"{TOO_FEW} There are {counted(n, 'step')} so far.")]
    names = {**study.dimensions, **study.code_names}
    return [*blocks, step_table(links, by_dimension, by_code, names)]


TOO_FEW = (
    f"No residual is shown: it wants at least {MIN_EXPECTED} expected steps from one turn to the "
    "next turn of a participant, both finished."
)


def step_table(
    links: Links, by_dimension: Sequence[Step], by_code: Sequence[Step], names: Mapping[str, str]
) -> Table:
    """Return the steps with a residual, the most surprising first; the file holds all."""
    told = [step for step in (*by_dimension, *by_code) if step.residual is not None]
    ordered = sorted(told, key=lambda s: (-abs(s.residual or 0.0), s.first, s.second))
    lines = [
        Line(
            Entry(f"{names[step.first]}, then {names[step.second]}"),
            (
                links.number(
                    step.n_both, f"{names[step.first]}, then {names[step.second]}", step.places
                ),
                Entry(number(step.expected, 1), kind=NUMBER),
                Entry(percent(step.share), kind=NUMBER),
                Entry(number(step.residual), kind=NUMBER),
                Entry(f"{step.n_transcripts:,}", kind=NUMBER),
            ),
        )
        for step in ordered[:MOST_PAIRS]
    ]
    rows = [
        {"level": level, **met_row(step), "share": step.share, "adjusted_residual": step.residual}
        for level, steps in (("dimension", by_dimension), ("code", by_code))
        for step in steps
    ]
    note = (
        f"{counted(by_dimension[0].n, 'step')} from a participant's turn to the next, both "
        "finished and in one transcript. Share: of all that follows the first. Residual: "
        "adjusted, beyond "
        f"about 2 either way surprising; shown where at least {MIN_EXPECTED} were expected."
    )
    heads = ("What follows what", "Steps", "Expected", "Share", "Residual", "Transcripts")
    sheet = Sheet("code_sequences", tuple(rows[0]), rows)
    return Table("steps", "Codes that follow one another.", heads, lines, (note,), sheet)


def actors_chapter(study: Study, links: Links, columns: Sequence[str]) -> Chapter:
    """Return who speaks of whom; ``columns`` are those that may sort actors."""
    title = "Actors who speak of one another"
    network = network_of(study, kind_of(study, columns))
    if len(network.actors) < 2:  # noqa: PLR2004  # one actor has nobody to speak of
        return Chapter("actors", title, [Note(NO_ACTORS)])
    if not network.ties:
        return Chapter("actors", title, [Note("No organisation is named by people of another.")])
    words = (
        "Lines lead from the organisation whose people speak to the one that they name, in full "
        "and letter by letter; so numbers are lower limits. All segments count, coded or not."
    )
    return Chapter(
        "actors", title, [Paragraph(words), actor_web(network), actor_table(links, network)]
    )


NO_ACTORS = (
    "Participants of fewer than two organisations are known. Name each participant's organisation "
    "in the participants table."
)


def kind_of(study: Study, columns: Sequence[str]) -> str:
    """Return the first column in which every organisation has one value, else the first."""
    for column in columns:
        kinds: dict[object, set[object]] = {}
        for row in study.people.values():
            if row.get("organisation") and row.get(column) is not None:
                kinds.setdefault(row["organisation"], set()).add(row[column])
        if column != "organisation" and kinds and all(len(found) == 1 for found in kinds.values()):
            return column
    return next((column for column in columns if column != "organisation"), "role")


def actor_web(network: Network) -> Figure:
    """Return the network of actors."""
    nodes = [Node(actor.name, actor.name, actor.kind, actor.n_segments) for actor in network.actors]
    ties = {pair: cell.n_segments for pair, cell in network.ties.items()}
    least, kept = strongest(ties)
    words = "Who speaks of whom", f"Network of {len(nodes)} organisations; see the table."
    caption = (
        f"Who names whom in at least {counted(least, 'segment')}; thickness and numbers: in how "
        "many. In brackets: segments that the organisation's people speak."
    )
    return Figure(
        network_figure("actors", words, Web(nodes, kept, is_directed=True, numbered=NUMBERED + 1)),
        caption,
    )


def actor_table(links: Links, network: Network) -> Table:
    """Return who names whom: a row for each that speaks, a column for each that is named."""
    names = [actor.name for actor in network.actors]
    lines = []
    for actor in network.actors:
        cells = []
        for name in names:
            cell = network.ties.get((actor.name, name))
            title = f"{actor.name} on {name}"
            found = (
                links.number(cell.n_segments, title, cell.places)
                if cell
                else Entry("", kind=NUMBER)
            )
            cells.append(found)
        lines.append(Line(Entry(actor.name, small=actor.kind), tuple(cells)))
    rows = [
        {
            "speaks": speaks,
            "named": named,
            "n_segments": cell.n_segments,
            "n_transcripts": cell.n_transcripts,
            "n_participants": cell.n_participants,
        }
        for (speaks, named), cell in network.ties.items()
    ]
    return Table(
        "actors-table",
        "Segments in which people of one organisation (rows) name another (columns).",
        ("Speaks", *names),
        lines,
        ("An empty cell: never named.",),
        Sheet("actors", tuple(rows[0]), rows),
    )
