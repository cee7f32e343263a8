"""No network: the whole pipeline runs with every socket refused."""

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import make_project, write_lines

REFUSE = """
import socket

class Refused(socket.socket):
    def __init__(self, *args, **kwargs):
        raise RuntimeError("something opened a socket")

socket.socket = Refused
socket.create_connection = Refused
socket.getaddrinfo = Refused
"""
COMMANDS = (
    ("run", "t"),
    ("coders", "add", "t", "kb"),
    ("decide", "t", "--coder", "kb", "--from", "decisions.jsonl"),
    ("log", "verify", "t"),
    ("train", "t"),
    ("suggest", "t"),
    ("export", "t", "--to", "xlsx"),
    ("report", "t", "--by", "role"),
    ("status", "t"),
)


def test_the_whole_pipeline_opens_no_socket(tmp_path: Path) -> None:
    """From raw files to results; the first check shows that the refusal works at all."""
    (tmp_path / "sitecustomize.py").write_text(REFUSE)
    env = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{Path(__file__).parents[1]}"}
    project = make_project(tmp_path / "project")
    probe = [sys.executable, "-c", "import socket; socket.socket()"]
    assert (
        "opened a socket"
        in subprocess.run(probe, env=env, capture_output=True, text=True, check=False).stderr
    )

    for words in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *words],
            cwd=project.root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert 0 == done.returncode, (words, done.stderr)
        if words == ("run", "t"):
            write_lines(project)

    assert (project.root / "corpora/t/export/coded_segments.xlsx").exists()
