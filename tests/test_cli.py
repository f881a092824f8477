"""The commands of `flask --app wsgi`, and how they end."""

import json
import os
import pty
import subprocess
import sys

import pytest

from app import create_app
from app.config import Settings
from app.demo import USERNAMES
from app.extensions import db
from app.models import Match, Tournament, User
from app.services.accounts import has_password
from app.startup import DEMO_PASSWORD
from tests import factories
from tests.importers.football_files import WORLD_CUP, as_bytes, entry, four_team_cup
from tests.support.processes import ROOT, SECRET_KEY, clean_environment

PASSWORD = "long enough"


@pytest.fixture
def run(app):
    """Runs a command in the test's application; the result has exit_code, stdout and stderr."""
    runner = app.test_cli_runner()

    def invoke(*args, stdin=None):
        result = runner.invoke(args=[str(arg) for arg in args], input=stdin)
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result

    return invoke


@pytest.fixture
def organizer(app):
    return factories.user("organizer")


@pytest.fixture
def write_file(tmp_path):
    """Writes bytes to a file of the test's own; returns its path."""

    def write(data: bytes):
        path = tmp_path / "cup.json"
        path.write_bytes(data)
        return path

    return write


def stored(model):
    """How many rows the table has."""
    return len(factories.rows(model))


class TestAccounts:
    def test_create_user_reads_the_password_from_what_is_piped_in(self, run, app_context):
        result = run("create-user", "alice", stdin=f"{PASSWORD}\n")
        assert (result.exit_code, result.stdout) == (0, "Created the user alice.\n")
        assert has_password(username="alice", password=PASSWORD)
        assert not factories.rows(User, username="alice")[0].is_admin

    def test_create_user_makes_admins(self, run):
        assert run("create-user", "root", "--admin", "--password", PASSWORD).exit_code == 0
        assert factories.rows(User, username="root")[0].is_admin

    def test_create_user_refuses_a_name_that_is_taken(self, run, organizer):
        result = run("create-user", "Organizer", "--password", PASSWORD)
        assert (result.exit_code, result.stderr) == (1, "Error: This username is taken.\n")

    @pytest.mark.parametrize("password", ["", "short"])
    def test_create_user_refuses_a_short_password(self, run, password):
        result = run("create-user", "alice", stdin=f"{password}\n")
        assert result.exit_code == 1
        assert "at least 8" in result.stderr or "8 to" in result.stderr
        assert stored(User) == 0

    def test_set_password(self, run, organizer, app_context):
        assert run("set-password", "organizer", stdin=f"{PASSWORD}\n").exit_code == 0
        assert has_password(username="organizer", password=PASSWORD)
        assert factories.fresh(organizer).session_epoch > organizer.session_epoch

    def test_deactivate_user(self, run, organizer):
        result = run("deactivate-user", "organizer")
        assert (result.exit_code, result.stdout) == (0, "organizer can't sign in any more.\n")
        assert not factories.fresh(organizer).is_active

    @pytest.mark.parametrize("command", ["set-password", "deactivate-user"])
    def test_unknown_user_is_named(self, run, command):
        result = run(command, "nobody", stdin=f"{PASSWORD}\n")
        assert (result.exit_code, result.stderr) == (1, "Error: There is no user nobody.\n")


class TestImport:
    def test_world_cup(self, run, organizer):
        result = run("import", "openfootball", WORLD_CUP)
        tournament = factories.rows(Tournament)[0]
        assert result.exit_code == 0
        assert result.stdout == (
            f"Created tournament id={tournament.id} slug=world-cup-2026\n"
            "World Cup 2026: 48 teams, 16 grounds, 104 matches.\n"
        )
        assert tournament.is_public
        assert tournament.organizer_id == organizer.id

    def test_second_run_says_that_nothing_changed(self, run, organizer):
        run("import", "openfootball", WORLD_CUP)
        result = run("import", "openfootball", WORLD_CUP)
        tournament = factories.rows(Tournament)[0]
        assert result.exit_code == 0
        assert result.stdout == (
            f"Nothing changed in tournament id={tournament.id} slug=world-cup-2026\n"
            "World Cup 2026: 0 matches created, 0 updated, 104 unchanged.\n"
        )

    def test_private_does_not_hide_what_was_public(self, run, organizer, write_file):
        path = write_file(as_bytes(entry()))
        run("import", "openfootball", path)
        result = run("import", "openfootball", path, "--private")
        assert "this one keeps its setting" in result.stderr
        assert factories.rows(Tournament)[0].is_public

    def test_newer_file_updates_and_names_what_was_changed_by_hand(self, run, organizer, write_file):
        first, second = entry(), entry("Como", "Derby", date="2026-06-12")
        run("import", "openfootball", write_file(as_bytes(first, second)))
        factories.change(factories.rows(Match)[1], scheduled_time=factories.soon())
        first["time"] = second["time"] = "20:00 UTC"
        result = run("import", "openfootball", write_file(as_bytes(first, second)))
        assert result.exit_code == 0
        assert "Updated tournament" in result.stdout
        assert "0 matches created, 1 updated, 1 unchanged" in result.stdout
        assert "Left as it is: Match 2 of the file" in result.stderr

    def test_options(self, run, write_file):
        owner = factories.user("alice")
        path = write_file(as_bytes(entry(time="13:00")))
        result = run(
            "import",
            "openfootball",
            path,
            "--organizer",
            "alice",
            "--private",
            "--time-zone",
            "America/New_York",
        )
        tournament, match = factories.rows(Tournament)[0], factories.rows(Match)[0]
        assert result.exit_code == 0
        assert "Warning: Without a UTC offset, and so read in America/New_York" in result.stderr
        assert (tournament.organizer_id, tournament.is_public) == (owner.id, False)
        assert (tournament.time_zone, match.scheduled_time.hour) == ("America/New_York", 17)

    def test_bad_lines_are_named_and_nothing_is_written(self, run, organizer, write_file):
        path = write_file(as_bytes(*four_team_cup(), entry("Elche", "Elche"), entry(time="noon")))
        result = run("import", "openfootball", path)
        assert result.exit_code == 1
        assert 'Error: Match 5 of the file (Elche v Elche): "Elche" plays against itself' in result.stderr
        assert "Error: Match 6 of the file (Ajax v Bari)" in result.stderr
        assert "nothing was changed" in result.stderr
        assert stored(Tournament) == stored(Match) == 0

    def test_long_lists_of_problems_end(self, run, organizer, write_file):
        result = run("import", "openfootball", write_file(as_bytes(*[7] * 130)))
        assert result.exit_code == 1
        assert "Error: and 30 more." in result.stderr

    @pytest.mark.parametrize("data", [b"", b"[NaN]", b"[" * 100_000, b"\x00\xff", b'{"name": "x"}'])
    def test_files_that_are_none_are_refused(self, run, organizer, write_file, data):
        result = run("import", "openfootball", write_file(data))
        assert result.exit_code == 1
        assert result.stderr.startswith("Error: The file")

    def test_files_that_cannot_be_read(self, run, organizer, tmp_path):
        for path in (tmp_path, tmp_path / "none.json"):
            result = run("import", "openfootball", path)
            assert result.exit_code == 1
            assert f"{path} cannot be read" in result.stderr

    def test_organizer_must_be_an_active_user(self, run):
        factories.user("gone", is_active=False)
        for name in ("organizer", "gone"):
            result = run("import", "openfootball", WORLD_CUP, "--organizer", name)
            assert result.exit_code == 1
            assert f"There is no active user {name}" in result.stderr

    def test_unknown_time_zone(self, run, organizer):
        result = run("import", "openfootball", WORLD_CUP, "--time-zone", "Atlantis")
        assert result.exit_code == 1
        assert "Atlantis is no time zone" in result.stderr

    def test_unknown_format(self, run, organizer):
        result = run("import", "clay", WORLD_CUP)
        assert result.exit_code == 2
        assert "openfootball" in result.stderr


class TestSnapshots:
    """Formats that become a new tournament each time, and what goes out in them."""

    @pytest.fixture
    def export_world_cup(self, run, organizer, tmp_path):
        """Writes the World Cup in a format; returns the path, and what the command said."""

        def export(format):
            if not stored(Tournament):
                run("import", "openfootball", WORLD_CUP)
            path = tmp_path / f"out-{format}"
            return path, run("export", "world-cup-2026", "--format", format, "--output", path)

        return export

    def test_the_world_cup_goes_out_and_comes_in_again(self, run, export_world_cup):
        path, _ = export_world_cup("matchdesk")
        result = run("import", "matchdesk", path)
        assert result.stderr == "Warning: The slug world-cup-2026 is taken; it is world-cup-2026-2 here.\n"
        assert result.stdout.endswith(
            "slug=world-cup-2026-2\nWorld Cup 2026: 48 participants, 16 stations, 104 matches.\n"
        )
        again = run("export", "world-cup-2026-2").stdout
        assert len(json.loads(again)["matches"]) == 104

    def test_its_matches_and_teams_as_tables(self, run, export_world_cup):
        teams, _ = export_world_cup("csv-participants")
        matches, told = export_world_cup("csv-matches")
        assert told.stdout == f"Wrote 104 matches of world-cup-2026 to {matches}.\n"
        result = run(
            "import",
            "csv",
            matches,
            "--participants",
            teams,
            "--name",
            "Copy",
            "--time-zone",
            "Europe/Madrid",
            "--private",
        )
        assert result.stdout.endswith("slug=copy\nCopy: 48 participants, 16 stations, 104 matches.\n")
        copy = factories.rows(Tournament, slug="copy")[0]
        assert (copy.time_zone, copy.is_public) == ("Europe/Madrid", False)

    def test_what_a_format_cannot_tell_is_named(self, run, export_world_cup):
        path, result = export_world_cup("brackets-manager")
        assert result.stderr == "Warning: Knockout was left out: it names no entrants in seed order.\n"
        result = run("import", "brackets-manager", path)
        assert result.stdout.endswith(
            "slug=out-brackets-manager\nout-brackets-manager: 48 participants, 0 stations, 72 matches.\n"
        )

    def test_nothing_to_write(self, run, organizer):
        factories.tournament(organizer, slug="empty")
        result = run("export", "empty", "--format", "brackets-manager")
        assert (result.exit_code, result.stderr) == (1, "Error: The tournament has no bracket.\n")

    @pytest.mark.parametrize("format", ["brackets-manager", "challonge", "csv", "matchdesk", "startgg"])
    @pytest.mark.parametrize("data", [b"", b"\xff", b"{}", b"[[]]", b"[" * 100_000])
    def test_files_that_are_none_are_refused(self, run, organizer, write_file, format, data):
        result = run("import", format, write_file(data))
        assert result.exit_code == 1
        assert result.stderr.startswith("Error: ") and "nothing was changed" in result.stderr
        assert stored(Tournament) == 0

    def test_a_name_that_cannot_be(self, run, organizer, write_file):
        result = run("import", "csv", write_file(b"name\nAjax\n"), "--name", "x" * 200)
        assert result.exit_code == 1
        assert "at most 120" in result.stderr
        assert stored(Tournament) == 0

    def test_participants_are_for_csv(self, run, organizer, write_file):
        path = write_file(b"{}")
        result = run("import", "matchdesk", path, "--participants", path)
        assert (result.exit_code, result.stderr) == (1, "Error: --participants is for csv.\n")


class TestDemo:
    def test_says_the_sign_ins_and_is_loaded_once(self, run, app_context):
        first, second = run("demo"), run("demo")
        sentence = "Sign in as admin, organizer, coordinator, participant1 and participant2. The password is: pass123"
        assert (first.exit_code, second.exit_code) == (0, 0)
        assert sentence in first.stdout
        assert "not empty" in second.stdout
        assert sentence in second.stdout
        assert stored(Tournament) == 2
        assert all(has_password(username=name, password=DEMO_PASSWORD) for name in USERNAMES)

    def test_leaves_a_database_that_is_in_use_alone(self, run, organizer):
        result = run("demo")
        assert (result.exit_code, stored(Tournament)) == (0, 0)
        assert "pass123" not in result.stdout

    def test_names_only_the_demo_accounts_that_are_still_open(self, run):
        run("demo")
        for name in ("admin", "organizer", "coordinator"):
            run("set-password", name, "--password", PASSWORD)
        run("deactivate-user", "participant1")
        assert "Sign in as participant2. The password is: pass123" in run("demo").stdout

    def test_is_not_for_production(self, settings):
        environ = {
            "MATCHDESK_ENV": "production",
            "SECRET_KEY": SECRET_KEY,
            "DATABASE_URL": settings.database_url,
        }
        production = create_app(Settings.from_env(environ, instance_path=settings.instance_path))
        result = production.test_cli_runner().invoke(args=["demo"])
        with production.app_context():
            db.engine.dispose()
        assert result.exit_code == 1
        assert "production has no demo" in result.stderr


class TestExport:
    def test_whole_tournament_without_secrets(self, run, organizer):
        run("import", "openfootball", WORLD_CUP)
        match = factories.rows(Match)[0]
        factories.change(match, lobby={"room_code": "HUSH-1", "notes": "HUSH-2", "map": "Bind"})
        factories.change(factories.rows(Tournament)[0], is_public=False)
        result = run("export", "world-cup-2026")
        document = json.loads(result.stdout)
        assert result.exit_code == 0
        assert "HUSH" not in result.stdout
        assert (document["format"], document["tournament"]["slug"]) == ("matchdesk", "world-cup-2026")
        assert [len(document[name]) for name in ("participants", "stations", "brackets", "matches")] == [
            48,
            16,
            2,
            104,
        ]
        assert sum(match["winner_to"] is not None for match in document["matches"]) == 30
        assert document["brackets"][0]["groups"][0]["standings"][0]["participant_name"] == "Mexico"
        assert document["matches"][0]["scheduled_time"].endswith("Z")

    def test_to_a_file(self, run, organizer, write_file, tmp_path):
        run("import", "openfootball", write_file(as_bytes(entry("Curaçao", "日本"))))
        path = tmp_path / "out.json"
        result = run("export", "small-cup", "--output", path)
        assert result.stdout == f"Wrote 1 matches of small-cup to {path}.\n"
        assert json.loads(path.read_text(encoding="utf-8"))["matches"][0]["participant1_name"] == "Curaçao"

    def test_unknown_tournament_and_folder(self, run, organizer, tmp_path):
        assert run("export", "nothing").stderr == "Error: There is no tournament nothing.\n"
        run("import", "openfootball", WORLD_CUP)
        result = run("export", "world-cup-2026", "--output", tmp_path / "none" / "out.json")
        assert result.exit_code == 1
        assert "cannot be written" in result.stderr


class TestProcess:
    """The commands as a shell runs them."""

    def environment(self, tmp_path):
        return clean_environment(
            MATCHDESK_ENV="test", SECRET_KEY=SECRET_KEY, DATABASE_URL=f"sqlite:///{tmp_path / 'cli.db'}"
        )

    def flask(self, tmp_path, *args, stdin=None):
        return subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", *args],
            cwd=ROOT,
            env=self.environment(tmp_path),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_database_without_tables_is_told_of(self, tmp_path):
        result = self.flask(tmp_path, "demo")
        assert result.returncode == 1
        assert "flask --app wsgi db upgrade" in result.stderr
        assert "Traceback" not in result.stderr

    def test_from_an_empty_folder_to_the_world_cup(self, tmp_path):
        assert self.flask(tmp_path, "db", "upgrade").returncode == 0
        assert self.flask(tmp_path, "create-user", "organizer", stdin=f"{PASSWORD}\n").returncode == 0
        result = self.flask(tmp_path, "import", "openfootball", str(WORLD_CUP))
        assert result.returncode == 0
        assert result.stdout.splitlines()[0] == "Created tournament id=1 slug=world-cup-2026"
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps({"name": "Cup", "matches": [{"team1": "A"}]}))
        refused = self.flask(tmp_path, "import", "openfootball", str(bad))
        assert refused.returncode == 1
        assert "Match 1 of the file (A): has no round" in refused.stderr
        assert "Traceback" not in refused.stderr

    def test_password_typed_at_a_terminal_is_asked_for_twice(self, tmp_path, sqlite_template):
        sqlite_template.copy(tmp_path / "cli.db")
        keyboard, terminal = pty.openpty()
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--app", "wsgi", "create-user", "alice"],
            cwd=ROOT,
            env=self.environment(tmp_path),
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        for prompt in (b"Password: ", b"Repeat for confirmation: "):
            read_until(process.stdout.fileno(), prompt)
            os.write(keyboard, f"{PASSWORD}\n".encode())
        output, _ = process.communicate(timeout=60)
        os.close(keyboard)
        os.close(terminal)
        assert process.returncode == 0
        assert b"Created the user alice." in output


def read_until(descriptor: int, ending: bytes) -> None:
    """Read what a program says until it ends like that; fails where it says nothing more."""
    said = b""
    while not said.endswith(ending):
        more = os.read(descriptor, 1024)
        assert more, said
        said += more
