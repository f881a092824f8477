"""What the database itself refuses, whatever the code above it does, on both databases."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.domain.permissions import Actor
from app.extensions import db
from app.models import AuditLog, Dispute, Match
from app.services import audit
from app.services.audit import AuditAction
from app.services.unit_of_work import on_commit, unit_of_work
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


@pytest.mark.parametrize(
    ("state", "columns"),
    [
        ("READY", {"state": "PLAYING"}),
        ("READY", {"section": "middle"}),
        ("READY", {"best_of": 2}),
        ("READY", {"round_number": 0}),
        ("LIVE", {"participant1_score": -1}),
        ("COMPLETED", {"winner_id": None, "loser_id": None}),
        ("SCHEDULED", {"participant1_id": None, "state": "READY"}),
        ("READY", {"winner_to_slot": 3}),
    ],
)
def test_rows_that_cannot_be(state, columns):
    match = make.match(state=state)
    with pytest.raises(IntegrityError):
        make.change(match, **columns)


def test_the_winner_is_one_of_the_sides():
    match = make.match(state="COMPLETED")
    other = make.participant(make.tournament())
    with pytest.raises(IntegrityError):
        make.change(match, winner_id=other.id)
    with pytest.raises(IntegrityError):
        make.change(match, loser_id=match.winner_id)
    with pytest.raises(IntegrityError):
        make.change(match, participant2_id=match.participant1_id)


def counts(tournament):
    return make.fresh(tournament).match_count, len(
        make.rows(Match, tournament_id=tournament.id, is_deleted=False)
    )


def test_the_database_counts_a_tournaments_matches():
    tournament, other = make.tournament(), make.tournament()
    rows = make.matches(tournament, 7)
    make.match(other)
    assert counts(tournament) == (7, 7)
    for row in rows[:3]:
        make.change(row, is_deleted=True)
    make.change(rows[3], round_number=2)
    assert counts(tournament) == (4, 4)
    make.change(rows[0], is_deleted=False)
    assert counts(tournament) == (5, 5)
    with make.session(writes=True) as session:
        session.execute(
            text("DELETE FROM matches WHERE id IN (:first, :second)"),
            {"first": rows[1].id, "second": rows[4].id},
        )
    assert counts(tournament) == (4, 4)
    assert counts(other) == (1, 1)


def test_a_draw_and_a_bye_are_complete():
    drawn = make.match(state="COMPLETED")
    make.change(drawn, winner_id=None, loser_id=None, participant1_score=1, participant2_score=1)
    bye = make.match(state="SCHEDULED", participant2=None)
    make.change(bye, state="COMPLETED")


def test_match_numbers_are_unique_in_a_bracket_among_rows_not_deleted():
    tournament = make.tournament()
    bracket = make.bracket(tournament)
    first = make.match(tournament, bracket_id=bracket.id, match_number=1)
    with pytest.raises(IntegrityError):
        make.match(tournament, bracket_id=bracket.id, match_number=1)
    make.change(first, is_deleted=True)
    make.match(tournament, bracket_id=bracket.id, match_number=1)
    make.match(tournament, bracket_id=None, match_number=1)
    make.match(tournament, bracket_id=None, match_number=1)


def test_a_match_has_one_open_dispute():
    match = make.match(state="DISPUTED")
    first = make.dispute(match)
    with pytest.raises(IntegrityError):
        make.dispute(match)
    make.change(first, decision="uphold", resolved_at=make.soon(0))
    make.dispute(match)
    assert len(make.rows(Dispute)) == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET action = 'NOTHING'",
        "DELETE FROM audit_log",
        "REPLACE INTO audit_log (id, action, meta, created_at) VALUES (1, 'X', '{}', '2026-01-01')",
        "TRUNCATE audit_log CASCADE",
    ],
)
def test_audit_rows_are_never_changed(statement, database_kind):
    if statement.startswith("REPLACE") and database_kind != "sqlite":
        statement = "UPDATE audit_log SET meta = '{}'"
    if statement.startswith("TRUNCATE") and database_kind != "postgresql":
        statement = "DELETE FROM audit_log WHERE id = 1"
    with unit_of_work(make.soon(0)) as uow:
        audit.record(uow, actor=Actor(None, ""), action=AuditAction.USER_CREATE)
    with db.engine.connect() as connection:
        if database_kind == "sqlite":
            # As any other program opens the file, without the settings of our own connections.
            connection.execute(text("PRAGMA recursive_triggers=OFF"))
        with pytest.raises(DBAPIError, match="append-only"):
            connection.execute(text(statement))
    assert [row.action for row in make.rows(AuditLog)] == ["USER_CREATE"]


@pytest.fixture
def no_listeners(monkeypatch):
    """Listeners of the test alone."""
    monkeypatch.setattr("app.services.unit_of_work._listeners", [])


@pytest.mark.usefixtures("no_listeners")
def test_a_failed_change_leaves_nothing_and_tells_nobody():
    told = []
    on_commit(told.append)
    tournament = make.tournament()

    def change_and_fail():
        with unit_of_work(make.soon(0)) as uow:
            uow.lock_tournament(tournament.id).name = "Other"
            uow.emit(tournament_id=tournament.id, type="tournament.updated", payload={})
            audit.record(uow, actor=Actor(None, ""), action=AuditAction.TOURNAMENT_UPDATE)
            raise RuntimeError("midway")

    with pytest.raises(RuntimeError, match="midway"):
        change_and_fail()
    assert make.fresh(tournament).name == tournament.name
    assert make.audit_rows() == [] and make.events() == [] and told == []


@pytest.mark.usefixtures("no_listeners")
def test_a_listener_that_fails_does_not_fail_the_change():
    def listener(last):
        raise ValueError(last)

    on_commit(listener)
    tournament = make.tournament()
    with unit_of_work(make.soon(0)) as uow:
        uow.emit(tournament_id=tournament.id, type="tournament.updated", payload={})
    assert [event.seq for event in make.events()] == [1]


def test_what_was_changed_outside_is_not_swept_along():
    match = make.match()
    db.session.get(Match, match.id).stream_url = "https://outside.example"
    with pytest.raises(RuntimeError, match="outside"), unit_of_work(make.soon(0)):
        pass
    db.session.rollback()
