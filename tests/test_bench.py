"""The measurements run to their end on a small database, and leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.requests_load import request, status
from bench.seeding import LEAST_READY, seed
from bench.table import HEAD, Row, in_markdown, ratio
from tests.support.processes import ROOT, clean_environment

SMALLEST = ["--matches", "150", "--clients", "3", "--rounds", "1", "--seconds", "0.01", "--starts", "1"]


def processes_with(text: str) -> list[Path]:
    """The running processes that have the text in their environment."""
    found = []
    for environment in Path("/proc").glob("[0-9]*/environ"):
        try:
            found += [environment] if text.encode() in environment.read_bytes() else []
        except OSError:
            continue
    return found


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bench")
    done = subprocess.run(
        [sys.executable, "-m", "bench", *SMALLEST],
        cwd=ROOT,
        env=clean_environment(TMPDIR=str(folder)),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(folder.iterdir()) == []
    assert processes_with(str(folder)) == []
    return done.stdout


def test_one_table_with_the_machine_above_it(told):
    machine, empty, head, _, *rows = told.splitlines()
    assert "cores, Python 3." in machine
    assert machine.endswith("; 150 matches.")
    assert (empty, tuple(cell.strip() for cell in head.strip("|").split("|"))) == ("", HEAD)
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    whats = {row[0] for row in cells}
    for what in ("JSON list, one tournament", "JSON match", "HTML list", "HTML match"):
        assert {what, f"{what}, unchanged"} <= whats
    ends = [row for row in cells if row[0] == "start, until the last has heard"]
    assert [row[1] for row in ends] == ["3 clients, data", "3 clients, with HTML"]
    assert all(float(row[4]) > 0 for row in ends)


def test_what_is_unchanged_asks_the_database_nothing(told):
    statements = {}
    for row in told.splitlines()[4:]:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        statements[cells[0]] = cells[-1]
    assert statements["JSON list, one tournament"] == "2"
    assert {count for what, count in statements.items() if "unchanged" in what} == {"0"}


def test_seeding_gives_what_the_measurements_need(tmp_path):
    seeded = seed(tmp_path / "bench.db", 400)
    assert (seeded.matches, len(seeded.ready), seeded.tournaments) == (400, LEAST_READY, 2)
    assert seeded.finished > LEAST_READY


def test_requests_and_the_table():
    assert request("GET", "/", If_None_Match='"x"').splitlines()[2] == b'If-None-Match: "x"'
    assert request("POST", "/", b"{}").endswith(b"Content-Length: 2\r\n\r\n{}")
    assert status(b"HTTP/1.1 304 NOT MODIFIED\r\n") == 304
    assert ratio([4, 9, 100], [2, 3, 10]) == 3
    lines = in_markdown([Row("list", "c=1", "10/s", "20/s", ratio=0.5, statements=2)]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert lines[-1].split("|")[5].strip() == "0.50"
