"""The writer on a newer file: what changed is applied, what people changed meanwhile is named."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.extensions import db
from app.models import AuditLog, Event, Match, MatchResult, Participant
from app.services import matches, results, scheduling
from app.services.tables import list_entrants
from tests import factories

from .football_files import STAND_INS, entry, four_team_cup, knockout, world_cup
from .stored import LATER, match_of, stored

UPCOMING = datetime(2027, 1, 10, 18, 0, tzinfo=UTC)


def cup_to_come(**first):
    """Two semi-finals and a final, nothing played."""
    return [
        knockout("Semi-final", "Ajax", "Bari", num=1, **{"date": "2027-01-10", "time": "18:00 UTC", **first}),
        knockout("Semi-final", "Como", "Derby", num=2, date="2027-01-10", time="20:00 UTC"),
        knockout("Final", "W1", "W2", num=3, date="2027-01-12", time="20:00 UTC"),
    ]


@pytest.fixture
def cup(import_file):
    return import_file(*cup_to_come())


def actions(match):
    """The actions of the match's audit rows, oldest first."""
    query = select(AuditLog.action).where(AuditLog.match_id == match.id).order_by(AuditLog.id)
    return list(db.session.scalars(query))


def test_new_time_and_ground_are_applied(import_file, cup):
    again = import_file(*cup_to_come(time="19:30 UTC", ground="Dallas"), now=LATER)
    match = stored(cup, match_number=1)
    assert (again.updated, again.unchanged, again.conflicts) == ([match.id], 2, [])
    assert match.scheduled_time == datetime(2027, 1, 10, 19, 30, tzinfo=UTC)
    assert match.check_in_deadline == datetime(2027, 1, 10, 19, 0, tzinfo=UTC)
    assert match.station.name == "Dallas"
    assert actions(match) == ["MATCH_SCHEDULE", "MATCH_UPDATE"]
    types = list(db.session.scalars(select(Event.type).where(Event.match_id == match.id).order_by(Event.seq)))
    assert types == ["match.scheduled", "match.updated"]


def test_ground_taken_away_is_applied(import_file, cup):
    import_file(*cup_to_come(ground=...), now=LATER)
    assert stored(cup, match_number=1).station is None


def test_time_set_by_hand_stays_and_is_named(import_file, organizer, cup):
    by_hand = UPCOMING + timedelta(hours=5)
    scheduling.update_match(
        actor=factories.actor(organizer),
        match_id=stored(cup, match_number=1).id,
        changes={"scheduled_time": by_hand},
        now=LATER,
    )
    same = import_file(*cup_to_come(), now=LATER)
    newer = import_file(*cup_to_come(time="19:30 UTC"), now=LATER)
    assert same.changed_nothing
    assert same.conflicts == []
    assert stored(cup, match_number=1).scheduled_time == by_hand
    assert "kick-off 2027-01-10 19:30 UTC, but it was set to 2027-01-10 23:00 UTC by hand" in str(
        newer.conflicts[0]
    )
    assert "Ajax v Bari" in str(newer.conflicts[0])


def test_same_time_in_file_and_by_hand_is_no_conflict(import_file, organizer, cup):
    scheduling.update_match(
        actor=factories.actor(organizer),
        match_id=stored(cup, match_number=1).id,
        changes={"scheduled_time": UPCOMING + timedelta(minutes=90)},
        now=LATER,
    )
    assert import_file(*cup_to_come(time="19:30 UTC"), now=LATER).conflicts == []


def test_ground_set_by_hand_stays_and_is_named(import_file, organizer, cup):
    match = stored(cup, match_number=1)
    scheduling.update_match(
        actor=factories.actor(organizer), match_id=match.id, changes={"station_id": None}, now=LATER
    )
    newer = import_file(*cup_to_come(ground="Dallas"), now=LATER)
    assert stored(cup, match_number=1).station is None
    assert "the ground Dallas, but none was set by hand" in str(newer.conflicts[0])


@pytest.mark.both_databases
def test_results_of_a_newer_file_move_the_winners_on(import_file, cup):
    entries = cup_to_come(score={"ft": [1, 1], "et": [1, 1], "p": [2, 4]})
    again = import_file(*entries, now=LATER)
    semi, final = stored(cup, match_number=1), stored(cup, match_number=3)
    assert again.conflicts == []
    assert (semi.state, semi.participant1_score, semi.participant2_score) == ("COMPLETED", 1, 1)
    assert semi.tiebreak == {"participant1_score": 2, "participant2_score": 4}
    assert semi.winner_id == semi.participant2_id
    assert (final.participant1.name, final.state) == ("Bari", "SCHEDULED")
    assert actions(semi) == ["RESULT_SUBMIT"]
    assert import_file(*entries, now=LATER).changed_nothing


def test_world_cup_imported_day_by_day_ends_like_the_whole_file(import_file):
    document = world_cup()
    lines = document["matches"]
    results_of = [line.pop("score") for line in lines]
    teams = [(line["team1"], line["team2"]) for line in lines]
    for line in lines[88:]:
        line["team1"], line["team2"] = STAND_INS[line["num"]]
    written = import_file(document=document)
    for played in (40, 72, 90, 97, 104):
        for at in range(played):
            lines[at]["score"] = results_of[at]
            lines[at]["team1"], lines[at]["team2"] = teams[at]
        again = import_file(document=document, now=LATER)
        assert (again.tournament_id, again.conflicts, again.created) == (written.tournament_id, [], [])
    final = stored(written, section="final")
    assert db.session.get(Participant, final.winner_id).name == "Spain"
    assert db.session.get(Participant, final.bracket.champion_id).name == "Spain"
    assert {match.state for match in db.session.scalars(select(Match))} == {"COMPLETED"}
    assert final.tournament.status == "completed"


def test_started_match_is_completed_by_the_file(import_file, organizer, cup):
    match = stored(cup, match_number=1)
    matches.start(actor=factories.actor(organizer), match_id=match.id, now=LATER)
    import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    match = stored(cup, match_number=1)
    assert (match.state, match.started_at) == ("COMPLETED", LATER)


def test_result_entered_by_hand_stays_and_is_named(import_file, organizer, cup):
    actor, match = factories.actor(organizer), stored(cup, match_number=1)
    matches.start(actor=actor, match_id=match.id, now=LATER)
    results.submit_result(actor=actor, match_id=match.id, claim=results.result_claim(3, 0), now=LATER)
    newer = import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    assert stored(cup, match_number=1).participant1_score == 3
    assert "the file says 2-0, but 3-0 was entered by hand" in str(newer.conflicts[0])
    assert import_file(*cup_to_come(score={"ft": [3, 0]}), now=LATER).conflicts == []


def test_cancelled_match_gets_no_result(import_file, organizer, cup):
    match = stored(cup, match_number=1)
    matches.cancel(actor=factories.actor(organizer), match_id=match.id, reason="rain", now=LATER)
    newer = import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    assert stored(cup, match_number=1).state == "CANCELLED"
    assert "but the match is CANCELLED" in str(newer.conflicts[0])


def test_corrected_score_is_a_new_version_of_the_result(import_file, cup):
    import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    import_file(*cup_to_come(score={"ft": [2, 1]}), now=LATER)
    match = stored(cup, match_number=1)
    versions = db.session.scalars(select(MatchResult).filter_by(match_id=match.id).order_by(MatchResult.n))
    assert [(row.n, row.status, row.participant2_score) for row in versions] == [
        (1, "superseded", 0),
        (2, "final", 1),
    ]
    assert (match.state, match.participant2_score) == ("COMPLETED", 1)
    assert stored(cup, match_number=3).participant1.name == "Ajax"


def test_corrected_winner_replaces_the_one_who_had_moved_on(import_file, cup):
    import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    again = import_file(*cup_to_come(score={"ft": [2, 3]}), now=LATER)
    assert again.conflicts == []
    assert stored(cup, match_number=1).state == "COMPLETED"
    assert stored(cup, match_number=3).participant1.name == "Bari"


def test_corrected_winner_is_refused_once_the_next_match_has_begun(import_file, organizer, cup):
    entries = cup_to_come(score={"ft": [2, 0]})
    entries[1]["score"] = {"ft": [2, 0]}
    import_file(*entries, now=LATER)
    final = stored(cup, match_number=3)
    matches.start(actor=factories.actor(organizer), match_id=final.id, now=LATER)
    entries[0]["score"] = {"ft": [2, 3]}
    newer = import_file(*entries, now=LATER)
    assert "M3, which this match feeds, is LIVE already" in str(newer.conflicts[0])
    assert stored(cup, match_number=1).participant2_score == 0


def test_result_that_vanished_from_the_file_stays_and_is_named(import_file, cup):
    import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    newer = import_file(*cup_to_come(), now=LATER)
    assert stored(cup, match_number=1).state == "COMPLETED"
    assert "no result any more" in str(newer.conflicts[0])


def test_teams_that_became_known_take_their_sides(import_file):
    first = import_file(entry(), knockout("Final", "1A", "2A"))
    again = import_file(entry(), knockout("Final", "Bari", "Ajax"), now=LATER)
    final = stored(first, section="final")
    assert again.updated == [final.id]
    assert (final.participant1.name, final.participant2.name, final.state) == ("Bari", "Ajax", "READY")


def test_other_team_for_one_put_there_by_hand_is_named(import_file):
    groups = [entry(), entry("Como", "Derby", group="Group B")]
    first = import_file(*groups, knockout("Final", "3A/B", "Ajax", date="2026-07-01"))
    final = stored(first, section="final")
    derby = db.session.scalars(select(Participant).filter_by(name="Derby")).one()
    factories.change(final, participant1_id=derby.id)
    again = import_file(*groups, knockout("Final", "Bari", "Ajax", date="2026-07-01"), now=LATER)
    assert stored(first, section="final").participant1.name == "Derby"
    assert "the file has Bari, but Derby was put there by hand" in str(again.conflicts[0])


def test_newer_file_overrules_our_table(import_file, organizer):
    """Federations break ties by other rules than ours, so the file's word on who goes on is the last."""
    groups = [
        entry(score={"ft": [1, 1]}),
        entry("Como", "Derby", group="Group B", score={"ft": [2, 0]}),
    ]
    first = import_file(*groups, knockout("Final", "1A", "1B", date="2027-07-01"))
    final = stored(first, section="final")
    assert (final.participant1.name, final.participant2.name, final.state) == ("Ajax", "Como", "READY")
    again = import_file(*groups, knockout("Final", "Bari", "Como", date="2027-07-01"), now=LATER)
    final = stored(first, section="final")
    assert again.conflicts == []
    assert (final.participant1.name, final.participant2.name, final.state) == ("Bari", "Como", "READY")
    assert (final.slot1_source, final.slot2_source["group"]) == (None, "Group B")


def test_replaced_team_is_taken_over_until_the_match_begins(import_file, organizer):
    def lines(team, **fields):
        return [
            entry(),
            entry("Como", "Derby", date="2026-06-12"),
            knockout("Semi-final", team, "Ajax", **fields),
            knockout("Semi-final", "Derby", "2A", **fields),
        ]

    first = import_file(*lines("Bari", date="2027-01-10"))
    import_file(*lines("Como", date="2027-01-10"), now=LATER)
    match = stored(first, bracket_id=2, match_number=1)
    assert match.participant1.name == "Como"
    matches.start(actor=factories.actor(organizer), match_id=match.id, now=LATER)
    again = import_file(*lines("Bari", date="2027-01-10"), now=LATER)
    assert "the file has Bari for Como, but the match has begun" in str(again.conflicts[0])


def test_renamed_team_stays_the_same_participant(import_file):
    first = import_file(entry("Ajax", "Winner of the play-off"), entry("Como", "Derby", date="2026-06-12"))
    before = db.session.scalars(select(Participant.id).filter_by(name="Winner of the play-off")).one()
    again = import_file(entry("Ajax", "Bari"), entry("Como", "Derby", date="2026-06-12"), now=LATER)
    assert again.created == []
    assert db.session.scalars(select(Participant.id).filter_by(name="Bari")).one() == before
    assert match_of(first, "Ajax", "Bari").participant2_id == before
    assert len(list(db.session.scalars(select(Participant)))) == 4


def test_team_renamed_by_hand_is_known_again(import_file, cup):
    ajax = db.session.scalars(select(Participant).filter_by(name="Ajax")).one()
    factories.change(ajax, name="AFC Ajax")
    again = import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    assert (again.created, again.conflicts) == ([], [])
    assert stored(cup, match_number=3).participant1_id == ajax.id
    assert db.session.get(Participant, ajax.id).name == "AFC Ajax"
    assert len(list(db.session.scalars(select(Participant)))) == 4


def test_team_renamed_by_hand_and_in_the_file_keeps_the_name_given_here(import_file, cup):
    ajax = db.session.scalars(select(Participant).filter_by(name="Ajax")).one()
    factories.change(ajax, name="AFC Ajax")
    entries = cup_to_come(score={"ft": [2, 0]})
    entries[0]["team1"] = "Ajax Amsterdam"
    again = import_file(*entries, now=LATER)
    assert (again.created, again.conflicts) == ([], [])
    assert stored(cup, match_number=1).winner_id == ajax.id
    assert db.session.get(Participant, ajax.id).name == "AFC Ajax"


def test_result_of_a_match_whose_sides_were_changed_by_hand_is_named(import_file, cup):
    derby = db.session.scalars(select(Participant).filter_by(name="Derby")).one()
    factories.change(stored(cup, match_number=1), participant2_id=derby.id)
    again = import_file(*cup_to_come(score={"ft": [2, 0]}), now=LATER)
    assert "the file says 2-0, but here Ajax and Derby would play" in str(again.conflicts[0])


def test_ground_that_was_set_here_already_is_no_conflict(import_file, organizer, cup):
    match = stored(cup, match_number=1)
    station = factories.station(match.tournament, "Dallas")
    scheduling.update_match(
        actor=factories.actor(organizer), match_id=match.id, changes={"station_id": station.id}, now=LATER
    )
    again = import_file(*cup_to_come(ground="Dallas"), now=LATER)
    assert again.changed_nothing
    assert again.conflicts == []


def test_matches_that_are_new_reopen_a_bracket_that_was_over(import_file):
    line = entry(score={"ft": [1, 0]})
    first = import_file(line)
    import_file(line, entry("Como", "Derby", date="2027-01-10"), now=LATER)
    bracket = match_of(first, "Como", "Derby").bracket
    assert [row["name"] for row in list_entrants(bracket.id)] == ["Ajax", "Bari", "Como", "Derby"]
    assert (bracket.status, bracket.champion_id) == ("live", None)


def test_order_of_the_lines_does_not_matter(import_file):
    lines = [
        entry("Ajax", "Bari", score={"ft": [1, 0]}),
        entry("Como", "Derby", date="2026-06-12", score={"ft": [2, 2]}),
    ]
    import_file(*lines)
    again = import_file(*lines[::-1], now=LATER)
    assert (again.unchanged, again.created, again.conflicts) == (2, [], [])


def test_swapped_sides_are_the_same_match(import_file):
    first = import_file(entry("Ajax", "Bari"), entry("Como", "Derby", date="2026-06-12"))
    again = import_file(
        entry("Bari", "Ajax", score={"ft": [0, 4]}), entry("Como", "Derby", date="2026-06-12"), now=LATER
    )
    match = match_of(first, "Ajax", "Bari")
    assert (again.created, again.conflicts) == ([], [])
    assert (match.participant1_score, match.participant2_score) == (4, 0)
    assert match.winner_id == match.participant1_id


def test_matches_that_are_new_in_the_file_are_added(import_file):
    first = import_file(*four_team_cup()[:2])
    again = import_file(*four_team_cup(), now=LATER)
    final = stored(first, section="final")
    assert (len(again.created), again.unchanged) == (2, 2)
    assert (final.match_number, final.participant1.name, final.state) == (4, "Ajax", "COMPLETED")
    assert stored(first, match_number=1).winner_to_match_id == final.id
    assert db.session.get(Participant, final.bracket.champion_id).name == "Derby"


def test_knockout_added_to_a_finished_group_stage_opens_the_tournament_again(import_file):
    group = entry(score={"ft": [1, 0]})
    first = import_file(group)
    assert stored(first, section="group").tournament.status == "completed"
    again = import_file(group, knockout("Final", "Ajax", "Bari"), now=LATER)
    final = stored(first, section="final")
    assert (len(again.created), final.state, final.tournament.status) == (1, "READY", "live")


def test_knockout_added_later_gets_those_whom_the_tables_send(import_file):
    group = entry(score={"ft": [1, 0]})
    first = import_file(group)
    import_file(group, knockout("Final", "1A", "2A", date="2027-07-01"), now=LATER)
    final = stored(first, section="final")
    assert (final.participant1.name, final.participant2.name, final.state) == ("Ajax", "Bari", "READY")


def test_match_that_left_the_file_stays_and_is_named(import_file):
    lines = [entry(), entry("Como", "Derby", date="2026-06-12")]
    first = import_file(*lines)
    again = import_file(lines[0], now=LATER)
    assert [str(each) for each in again.conflicts] == [
        "M2 of Group stage (Como v Derby): is no longer in the file; it was left as it is"
    ]
    assert not match_of(first, "Como", "Derby").is_deleted


def test_match_deleted_by_hand_is_not_made_again(import_file):
    lines = [entry(), entry("Como", "Derby", date="2026-06-12")]
    first = import_file(*lines)
    factories.change(match_of(first, "Como", "Derby"), is_deleted=True)
    again = import_file(lines[0], {**lines[1], "time": "20:00 UTC"}, now=LATER)
    assert again.changed_nothing
    assert again.conflicts == []
