"""The writer: the real file as a tournament, the same file again, and a newer one."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from app.domain.errors import InvalidInput
from app.domain.permissions import ANONYMOUS
from app.extensions import db
from app.importers.openfootball import read
from app.importers.writer import write
from app.models import AuditLog, Bracket, Event, Match, MatchResult, Participant, Station, Tournament
from app.services import matches, results
from app.services.tables import list_entrants
from tests import factories

from .football_files import as_bytes, entry, four_team_cup, knockout, world_cup
from .stored import LATER, NOW, match_of, stored


def count(model):
    """How many rows the table has."""
    return len(list(db.session.execute(select(model.__table__.c[0]))))


@pytest.mark.both_databases
def test_world_cup_is_stored_whole(import_file, organizer):
    written = import_file(document=world_cup())
    tournament = db.session.get(Tournament, written.tournament_id)
    groups, cup = db.session.scalars(select(Bracket).order_by(Bracket.id))
    assert (written.is_new, len(written.created), written.conflicts) == (True, 104, [])
    assert (tournament.name, tournament.slug, tournament.organizer_id) == (
        "World Cup 2026",
        "world-cup-2026",
        organizer.id,
    )
    assert (tournament.is_public, tournament.status) == (True, "completed")
    assert (count(Match), count(Participant), count(Station), count(MatchResult)) == (104, 48, 16, 104)
    assert (groups.name, groups.format, groups.status) == ("Group stage", "round_robin", "completed")
    assert (cup.name, cup.format, cup.status) == ("Knockout", "single_elimination", "completed")
    assert db.session.get(Participant, cup.champion_id).name == "Spain"


def test_every_winner_of_the_world_cup_is_the_files(import_file):
    written = import_file(document=world_cup())
    drawn = 0
    for line in world_cup()["matches"]:
        if "group" in line:
            match = match_of(written, line["team1"], line["team2"])
        else:
            match = stored(written, bracket_id=written_cup(written).id, match_number=line["num"] - 72)
        score = line["score"].get("et") or line["score"]["ft"]
        decider = line["score"].get("p") or score
        names = [match.participant1.name, match.participant2.name]
        assert names == [line["team1"], line["team2"]]
        assert match.state == "COMPLETED"
        assert [match.participant1_score, match.participant2_score] == score
        winner = None
        if decider[0] != decider[1]:
            winner = match.participant1_id if decider[0] > decider[1] else match.participant2_id
        drawn += winner is None
        assert match.winner_id == winner
        assert match.station.name == line["ground"]
        assert match.group_name == line.get("group", "")
    assert drawn == sum(
        line["score"]["ft"][0] == line["score"]["ft"][1] for line in world_cup()["matches"] if "group" in line
    )


def written_cup(written):
    """The knockout bracket of an import."""
    return db.session.scalars(
        select(Bracket).filter_by(tournament_id=written.tournament_id, format="single_elimination")
    ).one()


def test_knockout_is_linked_and_numbered_over_the_whole_bracket(import_file):
    written = import_file(document=world_cup())
    cup = list(db.session.scalars(select(Match).filter_by(bracket_id=written_cup(written).id)))
    by_id = {match.id: match for match in cup}
    assert sorted(match.match_number for match in cup) == list(range(1, 33))
    assert Counter(match.section for match in cup) == {"upper": 30, "third_place": 1, "final": 1}
    assert sum(match.winner_to_match_id is not None for match in cup) == 30
    for match in cup:
        for target_id, slot, side in (
            (match.winner_to_match_id, match.winner_to_slot, match.winner_id),
            (match.loser_to_match_id, match.loser_to_slot, match.loser_id),
        ):
            if target_id:
                target = by_id[target_id]
                assert (target.participant1_id, target.participant2_id)[slot - 1] == side


def test_teams_are_entered_in_their_groups(import_file):
    written = import_file(document=world_cup())
    groups = db.session.scalars(
        select(Bracket).filter_by(tournament_id=written.tournament_id, format="round_robin")
    ).one()
    entrants = list_entrants(groups.id)
    assert Counter(entrant["group_name"] for entrant in entrants) == dict.fromkeys(
        (f"Group {letter}" for letter in "ABCDEFGHIJKL"), 4
    )
    assert [entrant["name"] for entrant in entrants][:2] == ["Mexico", "South Africa"]


def test_finished_matches_took_their_planned_length(import_file):
    written = import_file(document=world_cup())
    opening = match_of(written, "Mexico", "South Africa")
    assert opening.started_at == opening.scheduled_time == datetime(2026, 6, 11, 19, 0, tzinfo=UTC)
    assert opening.completed_at == datetime(2026, 6, 11, 21, 0, tzinfo=UTC)


def test_import_leaves_audit_rows_and_events(import_file, organizer):
    written = import_file(document=world_cup())
    actions = [row.action for row in db.session.scalars(select(AuditLog).order_by(AuditLog.id))]
    assert actions == ["BRACKET_GENERATE", "BRACKET_GENERATE", "TOURNAMENT_IMPORT"]
    row = db.session.scalars(select(AuditLog).filter_by(action="TOURNAMENT_IMPORT")).one()
    assert (row.user_id, row.tournament_id, row.meta["matches_created"]) == (
        organizer.id,
        written.tournament_id,
        104,
    )
    assert [event.type for event in db.session.scalars(select(Event).order_by(Event.seq))] == [
        "bracket.updated",
        "tournament.completed",
        "bracket.updated",
    ]


@pytest.mark.both_databases
def test_same_file_again_changes_nothing(import_file):
    first = import_file(document=world_cup())
    tables = (Tournament, Match, Participant, Station, MatchResult, AuditLog, Event)
    before = [count(table) for table in tables]
    versions = list(db.session.execute(select(Match.id, Match.version).order_by(Match.id)))
    again = import_file(document=world_cup(), now=LATER)
    assert (again.tournament_id, again.slug) == (first.tournament_id, first.slug)
    assert again.changed_nothing
    assert (again.unchanged, again.conflicts) == (104, [])
    assert [count(table) for table in tables] == before
    assert list(db.session.execute(select(Match.id, Match.version).order_by(Match.id))) == versions


def test_another_organizer_gets_a_tournament_of_their_own(import_file):
    first = import_file(*four_team_cup())
    second = import_file(*four_team_cup(), by=factories.user())
    assert second.is_new
    assert second.slug == f"{first.slug}-2"


def test_deleted_tournament_is_made_anew(import_file):
    first = import_file(*four_team_cup())
    factories.change(factories.fresh(db.session.get(Tournament, first.tournament_id)), is_deleted=True)
    assert import_file(*four_team_cup()).is_new


def test_private_import_and_its_settings(import_file):
    written = import_file(*four_team_cup(), is_public=False, settings={"game": "efootball"})
    tournament = db.session.get(Tournament, written.tournament_id)
    assert (tournament.is_public, tournament.game, tournament.enable_check_in) == (False, "efootball", False)


def test_nobody_cannot_import(app_context):
    source = read(as_bytes(entry()), ZoneInfo("UTC")).tournament
    with pytest.raises(InvalidInput):
        write(source, actor=ANONYMOUS, now=NOW)


def test_matches_to_come_are_ready_where_both_sides_are_known(import_file):
    written = import_file(
        knockout("Semi-final", "Ajax", "Bari", num=1),
        knockout("Semi-final", "Como", "Derby", [1, 0], num=2),
        knockout("Third place", "L1", "L2", num=3),
        knockout("Final", "W1", "W2", num=4),
    )
    semi, final = stored(written, match_number=1), stored(written, match_number=4)
    assert (semi.state, semi.winner_id) == ("READY", None)
    assert (final.state, final.participant1, final.participant2.name) == ("SCHEDULED", None, "Como")
    assert stored(written, section="third_place").participant2.name == "Derby"
    assert written_cup(written).status == "live"


def test_open_sides_of_groups_have_labels(import_file):
    written = import_file(entry(), knockout("Final", "1A", "2A"))
    final = stored(written, section="final")
    assert (final.slot1_label, final.slot2_label) == ("Winner of group A", "Runner-up of group A")
    assert db.session.get(Tournament, written.tournament_id).status == "upcoming"


def test_imported_matches_run_on_at_the_desk(import_file, organizer):
    written = import_file(
        knockout("Semi-final", "Ajax", "Bari", num=1),
        knockout("Semi-final", "Como", "Derby", [1, 0], num=2),
        knockout("Final", "W1", "W2", num=3),
    )
    actor, semi = factories.actor(organizer), stored(written, match_number=1)
    matches.start(actor=actor, match_id=semi.id, now=LATER)
    results.submit_result(actor=actor, match_id=semi.id, claim=results.result_claim(0, 3), now=LATER)
    final = stored(written, match_number=3)
    assert (final.participant1.name, final.state) == ("Bari", "READY")


def test_groups_played_at_the_desk_fill_the_knockout(import_file, organizer):
    written = import_file(
        entry(date="2027-01-01"),
        entry("Como", "Derby", group="Group B", date="2027-01-02"),
        knockout("Final", "1A", "2B", date="2027-01-03"),
    )
    actor = factories.actor(organizer)
    for teams, score in ((("Ajax", "Bari"), (0, 2)), (("Como", "Derby"), (3, 1))):
        match = match_of(written, *teams)
        claim = results.result_claim(*score)
        matches.start(actor=actor, match_id=match.id, now=LATER)
        results.submit_result(actor=actor, match_id=match.id, claim=claim, now=LATER)
    final = stored(written, section="final")
    assert (final.participant1.name, final.participant2.name, final.state) == ("Bari", "Derby", "READY")
