"""`flask --app wsgi verify-audit`: whole, or broken where."""

import json

import pytest

from app.domain.audit_chain import written
from app.models import AuditLog
from tests import factories


@pytest.fixture
def verify(app):
    """Runs the command on a file; the result has exit_code, stdout and stderr."""
    runner = app.test_cli_runner()

    def invoke(*args):
        result = runner.invoke(args=["verify-audit", *(str(arg) for arg in args)])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


@pytest.fixture
def tournament(app):
    of = factories.tournament()
    factories.save(
        *(
            AuditLog(
                tournament_id=of.id,
                action="MATCH_START",
                meta={"n": n},
                created_at=factories.soon(n),
                ip="10.1.2.3",
            )
            for n in range(4)
        )
    )
    return of


@pytest.fixture
def exported(tournament, web_client, tmp_path):
    """The file as an organizer saves it."""
    page = web_client(factories.staff(tournament)).get(f"/tournaments/{tournament.slug}/audit/export.jsonl")
    path = tmp_path / "audit.jsonl"
    path.write_bytes(page.data)
    return path


def end_of(path):
    return json.loads(path.read_bytes().splitlines()[-1])["end"]


def test_a_whole_file_is_called_whole(verify, tournament, exported):
    result = verify(exported)
    assert (result.exit_code, result.stderr) == (0, "")
    assert f"is whole: 4 entries of {tournament.name}." in result.stdout
    assert end_of(exported) in result.stdout
    assert "database" not in result.stdout


def test_a_broken_file_is_told_with_its_line(verify, exported):
    data = exported.read_bytes()
    exported.write_bytes(data.replace(b'"n":1}', b'"n":7}', 1))
    result = verify(exported, "--database")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not whole: line 3 does not have the hash of what it says." in result.stderr
    exported.write_bytes(data[: len(data) // 2])
    assert "is not whole: line" in verify(exported).stderr


def test_the_database_is_compared(verify, tournament, exported):
    result = verify(exported, "--database")
    assert result.exit_code == 0
    assert "All of it stands in the database; 0 entries came since." in result.stdout
    factories.save(AuditLog(tournament_id=tournament.id, action="MATCH_CANCEL", created_at=factories.soon()))
    assert "1 entries came since" in verify(exported, "--database").stdout


def test_an_admins_file_is_compared_with_the_addresses(verify, tournament, web_client, tmp_path):
    page = web_client(factories.admin()).get(f"/tournaments/{tournament.slug}/audit/export.jsonl")
    assert b"10.1.2.3" in page.data
    path = tmp_path / "admins.jsonl"
    path.write_bytes(page.data)
    assert verify(path, "--database").exit_code == 0


def test_a_chain_made_anew_is_whole_but_not_what_the_database_has(verify, exported):
    lines = [json.loads(line) for line in exported.read_bytes().splitlines()]
    head = {name: lines[0][name] for name in ("tournament", "has_ip")}
    rows = [line["row"] for line in lines[1:-1]]
    rows[2]["action"] = "MATCH_CANCEL"
    exported.write_bytes(b"".join(written(head, rows)))
    assert verify(exported).exit_code == 0
    result = verify(exported, "--database")
    assert result.exit_code == 1
    assert f"Entry {rows[2]['id']} has another action in the database." in result.stderr
    assert "1 entries are not as they are in the database." in result.stderr


@pytest.mark.parametrize("head", [{}, {"tournament": "cup"}, {"tournament": {"id": True}}])
def test_a_chain_of_no_tournament_is_refused(verify, tmp_path, head):
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b"".join(written(head, [])))
    assert "line 1 does not name a tournament" in verify(path).stderr


def test_what_is_no_file_is_told(verify, tmp_path):
    result = verify(tmp_path / "nothing.jsonl")
    assert result.exit_code == 1
    assert "cannot be read" in result.stderr
    path = tmp_path / "some.bin"
    path.write_bytes(bytes(range(256)) * 50)
    assert "is not whole: line 1" in verify(path).stderr
