"""The measurements run to their end on a small database, and leave nothing behind."""

import json
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bench.multiplying import multiply
from bench.requests_load import percentile_99, request, status
from bench.restarts_measured import FIRST_DELAY, LONGEST_DELAY, SPREAD, delay_before
from bench.seeding import ASIDE, LEAST_READY, LEAST_READY_ELSEWHERE, MAIN, PAGES, seed
from bench.slow_measured import connections, is_whole
from bench.sockets import page_door, seen_seq
from bench.table import HEAD, MET, MISSED, UNKNOWN, Row, at_least, at_most, compare, in_markdown, ratio
from tests.support.processes import ROOT, clean_environment

SMALLEST = (
    "--without-stock --part requests --part crowds --part starts --part storm --matches 150 "
    "--rounds 1 --seconds 0.01 --clients 2 --clients 3 --starts 1 --at-once 2 --idle 3 --idle-seconds 0.1 "
    "--watching 3"
)


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
        [sys.executable, "-m", "bench", *SMALLEST.split()],
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


def rows_of(told: str) -> dict[str, list[str]]:
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in told.splitlines()[4:]]
    return {row[0]: row for row in cells}


def test_one_table_with_the_machine_above_it(told):
    machine, empty, head, *_ = told.splitlines()
    assert "cores, Python 3." in machine
    assert machine.endswith("; 150 matches.")
    assert (empty, tuple(cell.strip() for cell in head.strip("|").split("|"))) == ("", HEAD)
    rows = rows_of(told)
    for what in ("JSON list, one tournament", "JSON match", "HTML match"):
        assert {what, f"{what}, unchanged"} <= rows.keys()
    for what in ("start → the last of 2", "start → the last of 3", "memory per client, 3 idle"):
        assert float(rows[what][6]) > 0


def test_without_the_stock_stack_there_is_nothing_to_compare_with(told):
    rows = rows_of(told)
    assert {row[2] for row in rows.values()} == {""}
    assert rows["JSON list, one tournament"][8] in (UNKNOWN, MISSED)


def test_what_is_unchanged_asks_the_database_nothing(told):
    statements = {what: row[-1] for what, row in rows_of(told).items()}
    assert int(statements["JSON list, one tournament"]) >= 1
    assert {count for what, count in statements.items() if ", unchanged" in what and "p99" not in what} == {
        "0"
    }


def test_spectators_of_a_start_ask_for_nothing(told):
    row = rows_of(told)["one start, 3 pages watch: their requests"]
    assert (row[1], row[8]) == ("0", MET)


def test_seeding_gives_what_the_measurements_need(tmp_path):
    seeded = seed(tmp_path / "bench.db", 400)
    assert (seeded.matches, len(seeded.ready), seeded.tournaments) == (400, LEAST_READY, 4)
    assert len(seeded.ready_elsewhere[PAGES]) == LEAST_READY_ELSEWHERE
    assert seeded.finished > LEAST_READY


def test_copies_of_tournaments_belong_together(tmp_path):
    seeded = seed(tmp_path / "bench.db", 400)
    ready = LEAST_READY + 2 * LEAST_READY_ELSEWHERE
    engine = create_engine(seeded.url)
    with engine.begin() as connection:
        multiply(connection, 2, ASIDE, ready)
    engine.dispose()
    database = sqlite3.connect(seeded.path)
    assert database.execute("SELECT count(*), sum(match_count) FROM tournaments").fetchone() == (6, 920)
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    apart = "SELECT count(*) FROM matches m JOIN participants p ON p.id = m.participant1_id"
    assert database.execute(f"{apart} WHERE p.tournament_id <> m.tournament_id").fetchone() == (0,)
    database.close()


def test_requests():
    assert request("GET", "/", If_None_Match='"x"').splitlines()[2] == b'If-None-Match: "x"'
    assert request("POST", "/", b"{}").endswith(b"Content-Length: 2\r\n\r\n{}")
    assert status(b"HTTP/1.1 304 NOT MODIFIED\r\n") == 304
    assert percentile_99([float(n) for n in range(200, 0, -1)]) == 199


def test_a_row_compares_what_was_measured_one_after_the_other():
    assert ratio([4, 9, 100], [2, 3, 10]) == 3
    row = compare("list", "/s", [4, 9, 100], [2, 3, 10], [8, 9, 10], stock_target=at_least(3))
    assert (row.ours, row.to_stock, row.to_limit, row.verdict) == (9, 3, 1, MET)
    lines = in_markdown([row, Row("start", "ms", 0.123456, statements=2)]).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert [cell.strip() for cell in lines[2].split("|")[2:7]] == ["9/s", "3/s", "9/s", "3", "≥ 3"]
    assert lines[3].split("|")[2].strip() == "0.123 ms"


@pytest.mark.parametrize(
    ("to_stock", "to_limit", "verdict"),
    [(2, 1.5, MET), (1.9, 1.5, MISSED), (2, 1.6, MISSED), (None, 1.5, UNKNOWN), (None, 1.6, MISSED)],
)
def test_a_row_is_met_where_all_its_targets_are(to_stock, to_limit, verdict):
    row = Row("x", "", 1, None, None, to_stock, at_least(2), to_limit, at_most(1.5))
    assert row.verdict == verdict


def test_pages_come_back_at_growing_and_spread_delays():
    first = [delay_before(0) for _ in range(500)]
    assert all((1 - SPREAD) * FIRST_DELAY <= delay <= (1 + SPREAD) * FIRST_DELAY for delay in first)
    assert max(first) > 4 * min(first)
    assert max(delay_before(9) for _ in range(50)) == LONGEST_DELAY
    assert json.loads(page_door(1, MAIN).steps(7)[0][1][2:])["seq"] == 7
    assert seen_seq(b'42["match_started",{"match_id":4,"seq":12}]') == 12


def test_what_a_client_that_does_not_read_is_looked_at():
    assert is_whole(1, b'42["match_started",{"seq":1}]')
    assert is_whole(9, b"")
    assert not is_whole(1, b'42["match_sta')
    assert not is_whole(2, b"\x00")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client, server.accept()[0] as accepted:
            accepted.sendall(b"unread")
            own = client.getsockname()[1]
            assert connections()[own, port] == ("01", 6)
            assert connections()[port, own] == ("01", 0)
