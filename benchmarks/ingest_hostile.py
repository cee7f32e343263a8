"""How soon ingest refuses files that were made to harm, and by how much that makes it grow.

    python benchmarks/ingest_hostile.py [--json FILE]

Each file is read in a process of its own. ``seconds`` are of processor, its children's included,
``clock`` is what a person waits on this machine as busy as it is, ``MB`` how much memory was taken
beside the file itself and what was there before. The exit code is 1 if a file is not refused by its
code, takes a second of processor, or more memory than the limit.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from hostile_files import HARMFUL, HARMFUL_PDFS
from ingest import KB, apart, cpu_s

from pipeline.core.errors import GlossatorError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import People
from pipeline.ingest.reading import results_of

ALL = {**HARMFUL, **HARMFUL_PDFS}
MAX_S = 1.0
MAX_MB = 150.0


@dataclass(frozen=True)
class Refusal:
    """How a file was refused: the code, MB of the file, seconds, MB of memory beside it."""

    code: str
    file_mb: float
    seconds: float
    clock: float
    grown_mb: float


def code_of(name: str, data: bytes) -> str:
    """Return the code by which ``data`` is refused, "read" if it is not."""
    file = RawFile(Path(name), name, "a", "", "", IngestSettings())
    try:
        list(results_of(file, data, People()))
    except GlossatorError as error:
        return error.code
    return "read"


def refusal(case: str) -> Refusal:
    """Return how one file is refused; libraries are loaded before."""
    name, make, _ = ALL[case]
    code_of(name, b"I: a\nP: b\nI: c\n")
    data = make()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak is told anew
    before, used, begun = peak_mb(), cpu_s(), time.monotonic()
    code = code_of(name, data)
    clock, seconds = time.monotonic() - begun, cpu_s() - used
    child_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * KB / 1e6
    return Refusal(
        code, len(data) / 1e6, seconds, clock, max(peak_mb() - before, child_mb - before)
    )


def peak_mb() -> float:
    """Return the most memory that this process has had since its mark was last reset."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1e3


def main() -> int:
    """Measure, print and write; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    given = parser.parse_args()
    found = {case: apart(refusal, case) for case in ALL}
    print(f"{'file':<37}{'MB':>7}{'seconds':>9}{'clock':>7}{'grown MB':>10}  code")
    for case, one in found.items():
        print(
            f"{case:<37}{one.file_mb:>7.2f}{one.seconds:>9.2f}{one.clock:>7.2f}"
            f"{one.grown_mb:>10.0f}  {one.code}"
        )
    missed = [
        case
        for case, one in found.items()
        if one.code != ALL[case][2] or one.seconds > MAX_S or one.grown_mb > MAX_MB
    ]
    print(f"{len(missed)} of {len(found)} miss a goal {missed or ''}".rstrip())
    if given.json:
        figures = {case: asdict(one) for case, one in found.items()}
        given.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
