"""Rehearsals: what is copied, that they are never public, and that they play by their clock and seed alone."""

import itertools

import pytest

from app.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Refused
from app.domain.permissions import ANONYMOUS
from app.extensions import db
from app.importers.rehearsal import make_rehearsal, reset_rehearsal
from app.models import (
    Bracket,
    Match,
    Participant,
    ParticipantMember,
    Station,
    Tournament,
    TournamentStaff,
)
from app.services import brackets, calendars, matches, rehearsals, replay, results, tournaments
from app.services.deadlines import run_due as run_deadlines
from app.services.queries.dashboard import list_dashboard
from app.services.queries.pages import list_tournament_cards
from app.services.queries.tournaments import list_tournaments
from tests import factories

pytestmark = pytest.mark.usefixtures("app_context")


class Source:
    """A tournament with a bracket and a timetable, and its organizer."""

    def __init__(self, entrants=6, format="single_elimination", *, check_in=True, **options):
        self.tournament = factories.tournament(
            enable_check_in=check_in, match_minutes=30, check_in_window_minutes=15
        )
        self.organizer = factories.actor(db.session.get(Tournament, self.tournament.id).organizer)
        self.station = factories.station(self.tournament, "Court")
        self.entrants = factories.participants(self.tournament, entrants)
        self.bracket_id = brackets.generate_bracket(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            name="Main",
            format=format,
            options=options,
            now=factories.soon(0),
        )
        ids = [match.id for match in factories.rows(Match, tournament_id=self.tournament.id)]
        open_ids = [id_ for id_ in ids if factories.rows(Match, id=id_)[0].state != "COMPLETED"]
        for place, id_ in enumerate(open_ids):
            found = factories.rows(Match, id=id_)[0]
            factories.change(
                found, scheduled_time=factories.soon(600 + 40 * place), station_id=self.station.id
            )
        db.session.rollback()

    def rehearse(self, *, seed=1, speed=60, at=0.0):
        return make_rehearsal(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            seed=seed,
            speed=speed,
            now=factories.soon(at),
        )

    def pace(self, id_, at=0.0, **wanted):
        rehearsals.set_pace(actor=self.organizer, tournament_id=id_, now=factories.soon(at), **wanted)


def rows(model, tournament_id):
    return factories.rows(model, tournament_id=tournament_id)


def run(tournament_id, minutes=60, start=0.0, step=30):
    """Let the clock look every so many seconds, until all is over."""
    for second in range(0, int(minutes * 60), step):
        replay.run_due(factories.soon(start + second / 60))
        run_deadlines(factories.soon(start + second / 60))
        db.session.rollback()
        if all(row.status == "completed" for row in rows(Bracket, tournament_id)):
            return


def outcome(tournament_id):
    """What became of each match, and who won each bracket, by names and numbers that all copies share."""
    names = {row.id: row.name for row in rows(Participant, tournament_id)}
    ends = [
        (match.section, match.round_number, match.match_number, match.state, names.get(match.winner_id),
         match.participant1_score, match.participant2_score)
        for match in rows(Match, tournament_id)
    ]  # fmt: skip
    return ends, [names.get(bracket.champion_id) for bracket in rows(Bracket, tournament_id)]


FORMATS = [
    ("single_elimination", 6, {}),
    ("single_elimination", 5, {"third_place": True}),
    ("double_elimination", 5, {}),
    ("double_elimination", 4, {}),
    ("round_robin", 4, {}),
    ("swiss", 5, {"rounds": 3}),
]


@pytest.mark.parametrize(("format", "entrants", "options"), FORMATS)
def test_a_replay_ends_with_a_champion_the_same_under_the_same_seed(format, entrants, options):
    source = Source(entrants, format, **options)
    ends = []
    # However often the clock looks.
    for step in (30, 60):
        made = source.rehearse(seed=7)
        source.pace(made, is_playing=True)
        run(made, step=step)
        ends.append(outcome(made))
        assert None not in ends[-1][1], ends[-1]
        assert {match[3] for match in ends[-1][0]} <= {"COMPLETED", "FORFEIT", "CANCELLED"}
    assert ends[0] == ends[1]
    assert outcome(source.tournament.id)[1] == [None], "the tournament itself is as it was"


def test_seeds_make_no_shows_and_disputes_each_its_own():
    source = Source(16)
    ends, actions = [], set()
    for seed in (1, 2, 3):
        made = source.rehearse(seed=seed)
        source.pace(made, is_playing=True)
        run(made, step=60)
        ends.append(str(outcome(made)))
        actions |= {row.action for row in factories.audit_rows(tournament_id=made)}
    assert len(set(ends)) == 3
    assert {"MATCH_NO_SHOW_FLAG", "MATCH_FORFEIT", "DISPUTE_CREATE", "DISPUTE_RESOLVE"} <= actions


def test_a_tournament_that_is_over_is_copied_as_before_its_first_match():
    source = Source(5, check_in=False)

    def shape(tournament_id):
        names = {row.id: row.name for row in rows(Participant, tournament_id)}
        return [
            (match.round_number, match.match_number, match.state, names.get(match.participant1_id),
             names.get(match.participant2_id), match.slot1_bye, match.slot2_bye, names.get(match.winner_id))
            for match in rows(Match, tournament_id)
        ]  # fmt: skip

    drawn = shape(source.tournament.id)
    for _ in range(4):
        for match in rows(Match, source.tournament.id):
            if match.state == "READY":
                matches.start(actor=source.organizer, match_id=match.id, now=factories.soon(1))
                claim = results.result_claim(3, 1)
                results.submit_result(
                    actor=source.organizer, match_id=match.id, claim=claim, now=factories.soon(2)
                )
    assert rows(Bracket, source.tournament.id)[0].champion_id is not None
    copy = source.rehearse(at=3)
    assert shape(copy) == drawn
    assert rows(Bracket, copy)[0].champion_id is None


def test_what_is_copied_and_what_is_not():
    source = Source(4)
    member = factories.user()
    factories.save(ParticipantMember(participant_id=source.entrants[0].id, user_id=member.id))
    factories.staff(source.tournament)
    lobby = {"room_code": "SECRET-77", "region": "EU"}
    factories.change(rows(Match, source.tournament.id)[0], coordinator_id=member.id, lobby=lobby)
    db.session.rollback()
    made = source.rehearse(speed=10)
    (copy,) = factories.rows(Tournament, id=made)
    assert (copy.is_rehearsal, copy.is_public, copy.status) == (True, False, "live")
    assert copy.name == f"Rehearsal: {source.tournament.name}"
    assert (copy.match_minutes, copy.check_in_window_minutes) == (3, 1)
    assert [row.name for row in rows(Participant, made)] == [row.name for row in source.entrants]
    assert [row.name for row in rows(Station, made)] == ["Court"]
    ids = [row.id for row in rows(Participant, made)]
    assert not [row for row in factories.rows(ParticipantMember) if row.participant_id in ids]
    assert rows(TournamentStaff, made) == []
    assert all((match.coordinator_id, match.lobby) == (None, {}) for match in rows(Match, made))
    times = sorted(match.scheduled_time for match in rows(Match, made))
    gaps = [(after - before).total_seconds() for before, after in itertools.pairwise(times)]
    assert gaps == [240, 240]
    assert times[0] > factories.soon(0)


def test_a_rehearsal_is_never_public():
    source = Source(4)
    made = source.rehearse()
    change = {"tournament_id": made, "now": factories.soon(0)}
    for who in (source.organizer, factories.actor(factories.admin())):
        with pytest.raises(InvalidInput, match="never public"):
            tournaments.update_tournament(actor=who, changes={"is_public": True, "name": "X"}, **change)
    (copy,) = factories.rows(Tournament, id=made)
    assert not copy.is_public and copy.name != "X"
    tournaments.update_tournament(actor=source.organizer, changes={"name": "X"}, **change)


def test_it_stands_in_nobodys_lists():
    source = Source(4)
    made = source.rehearse()
    for who in (source.organizer, factories.actor(factories.admin()), ANONYMOUS):
        assert made not in [row["id"] for row in list_tournaments(who).rows()]
        assert made not in [card["id"] for card in list_tournament_cards(who).cards]
    shown = list_dashboard(source.organizer, factories.soon(0))
    assert [entry.tournament.id for entry in shown] == [source.tournament.id]
    db.session.rollback()
    with pytest.raises(NotFound):
        calendars.create_feed(
            actor=source.organizer, kind="tournament", subject_id=made, now=factories.soon(0)
        )
    listed = rehearsals.list_rehearsals(source.organizer, source.tournament.id).rows()
    assert [row["id"] for row in listed] == [made]


def test_nothing_happens_before_it_is_played_nor_while_it_is_paused_nor_elsewhere():
    source = Source(4)
    made = source.rehearse()
    assert replay.run_due(factories.soon(300)) == 0
    assert run_deadlines(factories.soon(300)) == 0
    assert {match.state for match in rows(Match, made)} == {"SCHEDULED"}
    before = [match.scheduled_time for match in rows(Match, made)]
    source.pace(made, at=300, is_playing=True)
    after = [match.scheduled_time for match in rows(Match, made)]
    assert {(new - old).total_seconds() for new, old in zip(after, before, strict=True)} == {18000}
    assert replay.run_due(factories.soon(301)) > 0
    source.pace(made, at=301, is_playing=False)
    assert replay.run_due(factories.soon(580)) == 0
    assert {match.state for match in rows(Match, source.tournament.id)} == {"SCHEDULED"}


def test_another_speed_brings_the_rest_nearer_or_further():
    source = Source(4)
    made = source.rehearse(speed=10)
    source.pace(made, is_playing=True)
    before = [match.scheduled_time for match in rows(Match, made)]
    source.pace(made, speed=20)
    near, start = [match.scheduled_time for match in rows(Match, made)], factories.soon(0)
    for old, new in zip(before, near, strict=True):
        assert abs(((new - start) * 2 - (old - start)).total_seconds()) <= 2
    (copy,) = factories.rows(Tournament, id=made)
    assert (copy.match_minutes, copy.check_in_window_minutes) == (1, 0)
    count = len(factories.audit_rows(tournament_id=made))
    source.pace(made, speed=20, is_playing=True)
    assert len(factories.audit_rows(tournament_id=made)) == count, "what stands already is no change"
    for speed in (0, 61, -1):
        with pytest.raises(InvalidInput):
            source.pace(made, speed=speed)


def test_what_somebody_did_first_is_left_to_them():
    source = Source(2, check_in=False)
    made = source.rehearse()
    source.pace(made, is_playing=True)
    (match,) = rows(Match, made)
    about = {"actor": source.organizer, "match_id": match.id, "now": factories.soon(0)}
    matches.start(**about)
    results.submit_result(**about, claim=results.result_claim(99, 0))
    assert replay.run_due(factories.soon(60)) == 0
    assert outcome(made)[1] == [source.entrants[0].name]


def test_reset_makes_the_same_anew_even_while_matches_are_under_way():
    source = Source(4)
    made = source.rehearse(seed=9, speed=30)
    source.pace(made, is_playing=True)
    run(made, minutes=4)
    assert {match.state for match in rows(Match, made)} != {"SCHEDULED"}
    anew = reset_rehearsal(actor=source.organizer, tournament_id=made, now=factories.soon(20))
    assert factories.rows(Tournament, id=made)[0].is_deleted
    assert {match.state for match in rows(Match, anew)} == {"SCHEDULED"}
    document = rehearsals.rehearsal_document(source.organizer, anew)
    assert (document["seed"], document["speed"], document["is_playing"]) == (9, 30, False)


def test_what_cannot_be_rehearsed():
    source = Source(4)
    made, id_ = source.rehearse(), source.tournament.id
    empty = factories.tournament()
    owner = factories.actor(factories.staff(empty))
    about = {"seed": 1, "speed": 1, "now": factories.soon(0)}
    with pytest.raises(Refused, match="rehearsal already"):
        make_rehearsal(actor=source.organizer, tournament_id=made, **about)
    with pytest.raises(Refused, match="no bracket"):
        make_rehearsal(actor=owner, tournament_id=empty.id, **about)
    with pytest.raises(NotAllowed):
        make_rehearsal(actor=owner, tournament_id=id_, **about)
    with pytest.raises(NotSignedIn):
        make_rehearsal(actor=ANONYMOUS, tournament_id=id_, **about)
    for seed, speed in ((-1, 1), (2**31, 1), (1, 0), (1, 61)):
        with pytest.raises(InvalidInput):
            source.rehearse(seed=seed, speed=speed)
    whole = {"actor": source.organizer, "now": factories.soon(0)}
    with pytest.raises(Refused):
        source.pace(id_, is_playing=True)
    with pytest.raises(Refused):
        rehearsals.remove(tournament_id=id_, **whole)
    with pytest.raises(NotFound):
        reset_rehearsal(tournament_id=id_, **whole)
    tournaments.delete_tournament(tournament_id=id_, **whole)
    with pytest.raises(Refused, match="is gone"):
        reset_rehearsal(tournament_id=made, **whole)
    assert not factories.rows(Tournament, id=made)[0].is_deleted
