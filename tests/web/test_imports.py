"""A tournament from a file, and back into one, in the browser."""

import csv
import io
import json

import pytest

from app.importers.guess import guess_format
from app.importers.json_text import MAX_BYTES, UnreadableText
from app.models import Bracket, Match, Participant, Tournament
from tests import factories
from tests.importers.football_files import as_bytes, entry, four_team_cup

HERE = "/dashboard/import/"
TEAMS = "seed,name,members\r\n1,Müller,\r\n2,Bari,nobody-here\r\n".encode()
MATCHES = b"bracket,round,participant1,participant2,score1,score2\nCup,1,Ajax,Bari,2,1\n"


@pytest.fixture
def organizer(app):
    return factories.user("organizer")


@pytest.fixture
def send(web_client, organizer):
    """Sends a file, as the organizer."""
    client = web_client(organizer)

    def run(data=TEAMS, file_name="Winter Cup.csv", second=None, **fields):
        files = {"file": (io.BytesIO(data), file_name)}
        if second is not None:
            files["participants"] = (io.BytesIO(second), "second.csv")
        return client.post(
            HERE, {"format": "", "name": "", "time_zone": "UTC", **files, **fields}, follow_redirects=True
        )

    return run


def made():
    return factories.rows(Tournament)


def test_a_file_becomes_the_tournament_of_whoever_sends_it(send, organizer):
    response = send(MATCHES)
    [tournament] = made()
    assert response.request.path == f"/tournaments/{tournament.slug}/"
    assert "Winter Cup is imported: 2 participants, 1 matches." in response.text
    assert (tournament.name, tournament.organizer_id) == ("Winter Cup", organizer.id)
    assert tournament.is_public
    actions = [row.action for row in factories.audit_rows(tournament_id=tournament.id)]
    assert "TOURNAMENT_IMPORT" in actions
    assert all(row.user_id == organizer.id for row in factories.audit_rows(tournament_id=tournament.id))


def test_name_zone_and_privacy_are_chosen(send, web_client):
    send(MATCHES, name="Spring Cup", time_zone="Europe/Berlin", is_private="y")
    [tournament] = made()
    assert (tournament.name, tournament.time_zone) == ("Spring Cup", "Europe/Berlin")
    assert web_client().get(f"/tournaments/{tournament.slug}/").status_code == 404


def test_doubts_are_listed_with_the_way_on(send):
    response = send(TEAMS)
    assert response.status_code == 200
    assert "There is no active user nobody-here here; the name was left out." in response.text
    [tournament] = made()
    assert f'href="/tournaments/{tournament.slug}/"' in response.text
    assert [row.name for row in factories.rows(Participant)] == ["Müller", "Bari"]


def test_matches_that_disagree_are_named_and_nothing_is_changed(send, web_client, organizer):
    cup = factories.tournament(organizer, enable_check_in=False)
    factories.participants(cup, 2)
    document = json.loads(exported(web_client(organizer), cup, "matchdesk").data)
    one, two = (row["id"] for row in document["participants"])
    document["brackets"] = []
    document["matches"] = [
        {"id": n, "participant1_id": one, "participant2_id": two, "state": "COMPLETED", "winner_id": two,
         "participant1_score": 3, "participant2_score": 1} for n in (1, 2)
    ]  # fmt: skip
    response = send(json.dumps(document).encode(), "cup.json")
    assert response.status_code == 400
    assert "nothing was changed" in response.text
    assert "<strong>Match 1</strong>: is won by" in response.text
    assert "<strong>Match 2</strong>: is won by" in response.text
    assert len(made()) == 1


def test_a_football_file_again_brings_what_is_new(send):
    first = entry()
    send(as_bytes(first), "cup.json")
    assert "has nothing new" in send(as_bytes(first), "cup.json").text
    first["time"] = "20:00 UTC"
    assert "1 were updated" in send(as_bytes(first), "cup.json").text
    factories.change(factories.rows(Match)[0], scheduled_time=factories.soon())
    first["time"] = "21:00 UTC"
    page = send(as_bytes(first), "cup.json", is_private="y").text
    assert "Changed here by hand" in page and "was set to" in page
    assert "this one keeps its setting" in page
    assert len(made()) == 1


def test_a_second_table_has_seeds(send):
    send(MATCHES, second=b"seed,name\n2,Ajax\n1,Bari\n")
    assert {row.name: row.seed for row in factories.rows(Participant)} == {"Ajax": 2, "Bari": 1}


@pytest.mark.parametrize(
    ("file", "fields", "why"),
    [
        ((b"", "a.csv"), {}, "The file is empty."),
        ((b"{", "a.json"), {}, "The file is not JSON"),
        ((b'{"a": 1}', "a.json"), {}, "choose its format"),
        ((b"[" * 200_000, "a.json"), {}, "nested too deeply"),
        ((b"\x00\xff\xfe", "a.bin"), {}, "is not UTF-8 text"),
        ((b"name\nA\x00B\n", "a.csv"), {}, "not printed"),
        ((TEAMS[:-16], "a.csv"), {}, "cells, the head of the table 3"),
        ((b"x" * (MAX_BYTES + 1), "a.csv"), {}, "larger than 10 MB"),
        ((TEAMS, "a.csv"), {"format": "clay"}, "Not a valid choice"),
        ((TEAMS, "a.csv"), {"format": "matchdesk"}, "The file is not JSON"),
        ((TEAMS, "a.csv"), {"time_zone": "Mars/Base"}, "not the name of a time zone"),
        ((TEAMS, "a.csv"), {"name": "x" * 121}, "longer than 120"),
        ((TEAMS, "a.csv"), {"name": "A\x07B"}, "control characters"),
        ((as_bytes(entry()), "a.json"), {"second": TEAMS}, "The file is no CSV"),
        ((as_bytes(entry()), "a.json"), {"second": TEAMS, "format": "openfootball"}, "A second file is for CSV"),
        ((b"", ""), {}, "Choose a file."),
    ],
)  # fmt: skip
def test_what_is_refused_changes_nothing(send, file, fields, why):
    response = send(*file, **fields)
    assert response.status_code == 400
    assert why in response.text
    assert made() == []


def test_what_the_file_says_is_shown_as_text(send):
    response = send(b"name\n" + b"<script>alert(1)</script>\n" * 2)
    assert response.status_code == 400
    assert "&lt;script&gt;" in response.text and "<script>alert" not in response.text


def test_a_request_that_is_far_too_large_is_told_so(send, web_client, organizer):
    response = send(b"x" * (2 * MAX_BYTES + 100_000))
    assert response.status_code == 413
    assert "larger than this server accepts" in response.text
    assert made() == []
    # Other forms stay small.
    large = {"name": "x" * 2_000_000, "file": (io.BytesIO(TEAMS), "a.csv")}
    assert web_client(organizer).post("/dashboard/", large).status_code == 413


def test_it_needs_the_token_of_the_form(web_client, organizer):
    client = web_client(organizer)
    response = client.post(HERE, {"file": (io.BytesIO(TEAMS), "a.csv")}, csrf=False)
    assert response.status_code == 400
    assert made() == []


def test_long_lists_of_problems_end(send):
    page = send(b"name\n" + b"Ajax\n" * 131).text
    assert "and 30 more" in page


@pytest.mark.parametrize(
    "file_name", ["../../etc/passwd", "C:\\cups\\Cup.csv", "\x00.csv", ".csv", "x" * 300]
)
def test_any_file_name_will_do(send, file_name):
    send(MATCHES, file_name)
    assert len(made()) == 1


def test_the_way_to_it(web_client, organizer):
    assert f'href="{HERE}"' in web_client(organizer).get("/dashboard/").text
    assert 'enctype="multipart/form-data"' in web_client(organizer).get(HERE).text


# -- guessing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "format"),
    [
        ({"format": "matchdesk"}, "matchdesk"),
        ({"participant": [], "stage": [], "match": []}, "brackets-manager"),
        ([{"match": {"id": 1}}], "challonge"),
        ([{"id": 1, "player1_id": 5}], "challonge"),
        ({"tournament": {"name": "A", "matches": []}}, "challonge"),
        ([{"id": 1, "slots": []}], "startgg"),
        ({"data": {"event": {}}}, "startgg"),
        ({"tournament": {"event": {}}}, "startgg"),
        ({"name": "A", "matches": []}, "openfootball"),
    ],
)
def test_a_format_is_told_by_the_file(document, format):
    assert guess_format(b"\xef\xbb\xbf  " + json.dumps(document).encode()) == format


@pytest.mark.parametrize("document", [[], {}, [5], {"tournament": 5}])
def test_no_format_is_told_by(document):
    with pytest.raises(UnreadableText):
        guess_format(json.dumps(document).encode())


# -- exports ----------------------------------------------------------------------------------------------


def exported(client, tournament, format):
    return client.get(f"/tournaments/{tournament.slug}/settings/export/{format}")


def test_a_tournament_goes_out_and_comes_in_again(web_client, organizer, send):
    send(as_bytes(*four_team_cup()), "cup.json")
    [tournament] = made()
    client = web_client(organizer)
    response = exported(client, tournament, "matchdesk")
    assert response.headers["Content-Disposition"] == f'attachment; filename="{tournament.slug}.json"'
    assert response.content_type == "application/json; charset=utf-8"
    assert response.headers["Cache-Control"] == "private, no-store"
    send(response.data, "again.json")
    assert len(made()) == 2
    assert len(factories.rows(Match)) == 2 * len(factories.rows(Match, tournament_id=tournament.id))


def test_tables_open_in_a_spreadsheet(web_client, organizer, send):
    send(b"name\nM\xc3\xbcller\n=2+3\n")
    [tournament] = made()
    response = exported(web_client(organizer), tournament, "csv-participants")
    assert response.content_type == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].endswith('-participants.csv"')
    assert response.data.startswith("\ufeff".encode())
    rows = list(csv.reader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [row[1] for row in rows] == ["name", "Müller", "'=2+3"]
    assert send(response.data, name="Again").status_code == 200
    assert [row.name for row in factories.rows(Participant)][2:] == ["Müller", "=2+3"]


def test_what_a_format_cannot_tell_stands_beside_it(web_client, organizer):
    tournament = factories.tournament(organizer)
    page = web_client(organizer).get(f"/tournaments/{tournament.slug}/settings/export/").text
    assert "Not possible here: The tournament has no bracket." in page
    assert "export/brackets-manager" not in page
    response = exported(web_client(organizer), tournament, "brackets-manager")
    assert (response.status_code, "Not possible here" in response.text) == (400, True)
    factories.bracket(tournament, name="Open Swiss", format="swiss")
    page = web_client(organizer).get(f"/tournaments/{tournament.slug}/settings/export/").text
    assert "Open Swiss was left out: brackets-manager knows no Swiss system." in page
    assert len(factories.rows(Bracket)) == 1


def test_no_secret_is_in_any_file(web_client):
    scene = factories.scene("LIVE")
    factories.change(scene.match, lobby={"room_code": "HUSH-HUSH", "region": "EU"})
    client = web_client(scene.organizer)
    for name in ("matchdesk", "csv-participants", "csv-matches"):
        response = exported(client, scene.tournament, name)
        assert response.status_code == 200
        assert "HUSH" not in response.text
    assert exported(client, scene.tournament, "clay").status_code == 404
