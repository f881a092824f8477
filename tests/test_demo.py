"""The demo: what a newcomer finds."""

import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app import create_app, demo
from app.config import Settings
from app.demo import world_cup
from app.domain.permissions import Actor
from app.domain.states import MatchState
from app.extensions import db
from app.importers import openfootball
from app.models import AuditLog, Match, Participant, ParticipantMember, Tournament, User
from app.services import access, check_ins, matches, results
from app.services.queries.brackets import bracket_document
from app.services.queries.match_detail import match_document
from tests.support.processes import SECRET_KEY

NOW = datetime(2027, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)


@pytest.fixture(scope="module")
def demo_file(sqlite_template, tmp_path_factory):
    """The demo in a file of its own, to be copied; and what was loaded."""
    folder = tmp_path_factory.mktemp("demo")
    path = folder / "demo.db"
    environ = {
        "MATCHDESK_ENV": "test",
        "SECRET_KEY": SECRET_KEY,
        "DATABASE_URL": sqlite_template.copy(path),
    }
    application = create_app(Settings.from_env(environ, instance_path=folder))
    with application.app_context():
        loaded = demo.load(NOW)
        db.session.remove()
        # The last connection that closes takes all of it into the one file.
        db.engine.dispose()
    return path, loaded


@pytest.fixture
def database_url(demo_file, tmp_path):
    """A copy of the demo of this test's own."""
    shutil.copyfile(demo_file[0], tmp_path / "copy.db")
    return f"sqlite:///{tmp_path / 'copy.db'}"


@pytest.fixture
def loaded(demo_file, app_context):
    return demo_file[1]


def matches_of(slug):
    """The tournament's matches by id."""
    query = (
        select(Match).join(Tournament, Match.tournament_id == Tournament.id).where(Tournament.slug == slug)
    )
    return list(db.session.scalars(query.order_by(Match.id)))


def actor(username):
    """The user as the services know those who act."""
    user = db.session.scalars(select(User).filter_by(username=username)).one()
    return Actor(user.id, user.username, is_admin=user.is_admin)


def matches_with(username):
    """The states of the matches that the user plays in."""
    mine = select(ParticipantMember.participant_id).join(User).where(User.username == username)
    query = select(Match).where(Match.participant1_id.in_(mine) | Match.participant2_id.in_(mine))
    return [MatchState(match.state) for match in db.session.scalars(query)]


def test_every_state_is_there(loaded):
    states = {match.state for slug in loaded.slugs for match in matches_of(slug)}
    assert states == set(MatchState)


def test_organizer_owns_both_and_everyone_has_a_role(loaded):
    owners = {row.organizer.username for row in db.session.scalars(select(Tournament))}
    admins = list(db.session.scalars(select(User.username).where(User.is_admin)))
    coordinated = db.session.scalars(
        select(Match).where(Match.coordinator_id == actor("coordinator").user_id)
    )
    assert owners == {"organizer"}
    assert admins == ["admin"]
    assert {match.state for match in coordinated} == {"READY"}


def test_world_cup_is_on_a_match_day_in_its_middle(loaded):
    rows = matches_of("world-cup-2026-demo")
    states = Counter(match.state for match in rows)
    assert states == {"COMPLETED": 66, "LIVE": 2, "READY": 9, "SCHEDULED": 27}
    for match in rows:
        if match.state == "COMPLETED":
            assert match.scheduled_time < match.completed_at < NOW
        elif match.state == "LIVE":
            assert match.started_at == match.scheduled_time < NOW
        else:
            assert match.scheduled_time > NOW
            assert (match.winner_id, match.participant1_score, match.started_at) == (None, None, None)
    today = [match for match in rows if abs(match.scheduled_time - NOW) < timedelta(hours=6)]
    assert {"LIVE", "READY"} <= {match.state for match in today}


def test_world_cup_draw_fits_who_really_played():
    """FIFA's draw names places in groups; the real tables put the teams of the file on them."""
    source = openfootball.read(world_cup.FILE.read_bytes(), ZoneInfo("UTC")).tournament
    before_all = world_cup.as_of(source, datetime(2026, 1, 1, tzinfo=UTC), timedelta())
    after_groups = world_cup.as_of(source, datetime(2026, 6, 28, 12, tzinfo=UTC), timedelta())
    for bare, known, real in zip(
        before_all.brackets[1].matches,
        after_groups.brackets[1].matches,
        source.brackets[1].matches,
        strict=True,
    ):
        is_first_round = real.round_number == 1
        assert all(side.is_open for side in bare.sides)
        assert all(bool(side.label) == is_first_round for side in bare.sides)
        assert known.sides == real.sides if is_first_round else all(side.is_open for side in known.sides)


def test_world_cup_sides_of_decided_groups_are_known(loaded):
    rows = {match.match_number: match for match in matches_of("world-cup-2026-demo") if not match.group_name}
    assert (rows[1].participant1.name, rows[1].participant2.name, rows[1].state) == (
        "South Africa",
        "Canada",
        "READY",
    )
    assert (rows[2].participant1.name, rows[2].slot2_label) == ("Germany", "Third of groups A/B/C/D/F")
    assert rows[11].slot1_label == "Runner-up of group K"
    assert rows[32].participant1 is None
    assert rows[32].slot1_label == ""


def test_world_cup_tables_are_those_of_the_matches_played(loaded):
    tournament = db.session.scalars(select(Tournament).filter_by(slug="world-cup-2026-demo")).one()
    document = bracket_document(
        actor("organizer"),
        tournament.id,
        min(match.bracket_id for match in matches_of("world-cup-2026-demo")),
    )
    tables = {group["name"]: group["standings"] for group in document["groups"]}
    assert [row["participant_name"] for row in tables["Group A"]][:2] == ["Mexico", "South Africa"]
    assert [row["played"] for row in tables["Group A"]] == [3, 3, 3, 3]
    assert [row["played"] for row in tables["Group J"]] == [2, 2, 2, 2]


def test_world_cup_group_that_ends_fills_its_places(loaded):
    rows = {match.match_number: match for match in matches_of("world-cup-2026-demo") if match.group_name}
    for number, score in ((67, (0, 2)), (68, (2, 1))):
        claim = results.result_claim(*score)
        results.submit_result(actor=actor("organizer"), match_id=rows[number].id, claim=claim, now=NOW)
    cup = {match.match_number: match for match in matches_of("world-cup-2026-demo") if not match.group_name}
    assert cup[8].participant1.name == "England"
    assert cup[11].participant2.name == "Croatia"
    assert cup[11].participant1 is None


def test_esports_cup_shows_all_but_hides_nothing_that_matters(loaded):
    rows = {match.match_number: match for match in matches_of("harbour-lights-open")}
    states = {number: str(match.state) for number, match in rows.items()}
    assert states == {
        1: "COMPLETED",
        2: "COMPLETED",
        3: "FORFEIT",
        4: "COMPLETED",
        5: "PENDING_RESULT",
        6: "DISPUTED",
        7: "LIVE",
        8: "READY",
        9: "READY",
        10: "CHECK_IN",
        **dict.fromkeys(range(11, 17), "SCHEDULED"),
        101: "SCHEDULED",
        102: "CHECK_IN",
        103: "CANCELLED",
    }
    assert (rows[1].participant1_score, rows[1].participant2_score) == (13, 9)
    assert rows[9].lobby["room_code"]
    assert rows[9].stream_url
    assert rows[9].station.name == "Main stage"
    assert len({match.participant1_id for match in rows.values()} - {None}) > 8
    assert len(list(db.session.scalars(select(Participant).where(Participant.seed.is_not(None))))) == 16


def test_two_participants_meet_in_a_match_that_is_ready(loaded):
    assert sorted(matches_with("participant1")) == ["COMPLETED", "READY", "SCHEDULED"]
    assert sorted(matches_with("participant2")) == ["CHECK_IN", "COMPLETED", "READY"]


def test_ready_match_can_be_played_to_its_end(loaded):
    match = next(match for match in matches_of("harbour-lights-open") if match.match_number == 9)
    now = NOW + timedelta(minutes=20)
    matches.start(actor=actor("organizer"), match_id=match.id, now=now)
    claim = results.result_claim(13, 11)
    results.submit_result(actor=actor("participant1"), match_id=match.id, claim=claim, now=now)
    results.confirm_result(actor=actor("participant2"), match_id=match.id, now=now)
    document = match_document(actor("participant1"), match.id, now)
    assert (document["state"], document["winner_id"]) == ("COMPLETED", match.participant1_id)


def test_participants_can_check_in_for_their_show_matches(loaded):
    rows = {match.match_number: match for match in matches_of("harbour-lights-open")}
    check_ins.check_in(actor=actor("participant1"), match_id=rows[101].id, now=NOW)
    check_ins.check_in(actor=actor("participant2"), match_id=rows[102].id, now=NOW)
    states = {match.match_number: match.state for match in matches_of("harbour-lights-open")}
    assert (states[101], states[102]) == ("CHECK_IN", "READY")


def test_lobby_is_shown_to_the_two_sides_only(loaded):
    match = next(match for match in matches_of("harbour-lights-open") if match.match_number == 9)
    assert (
        match_document(actor("participant1"), match.id, NOW)["lobby_info"]["room_code"]
        == match.lobby["room_code"]
    )
    assert (
        match_document(actor("coordinator"), match.id, NOW)["lobby_info"]["room_code"]
        == match.lobby["room_code"]
    )
    stranger = match_document(actor("yuki"), match.id, NOW)["lobby_info"]
    assert "room_code" not in stranger
    assert stranger["map"] == "Ascent"


def test_history_lies_in_the_past_and_in_order(loaded):
    for slug in loaded.slugs:
        tournament = access.find_tournament(slug)
        times = list(
            db.session.scalars(
                select(AuditLog.created_at).filter_by(tournament_id=tournament.id).order_by(AuditLog.id)
            )
        )
        assert len(times) > 3
        assert max(times) <= NOW


def test_nobody_knows_the_passwords_of_the_other_captains(loaded):
    names = set(db.session.scalars(select(User.username)))
    assert names == {*demo.USERNAMES, *demo.esports.CAPTAINS.values()}
    assert len(names) == 8
