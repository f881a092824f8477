"""What was done, as it is looked for, paged, exported and compared with an export."""

import json
from dataclasses import replace

import pytest

from app.domain.audit_chain import Chain
from app.domain.errors import NotAllowed, NotFound, NotSignedIn
from app.domain.permissions import ANONYMOUS
from app.extensions import db
from app.models import AuditLog
from app.services import lobby, matches
from app.services.queries.audit_export import BATCH, compare_audit, export_audit
from app.services.queries.audit_log import AuditFilters, audit_page, list_audit
from tests import factories

pytestmark = pytest.mark.both_databases


def entry(of, action="MATCH_START", minutes=0.0, **columns):
    row = AuditLog(tournament_id=of.id, action=action, created_at=factories.soon(minutes), **columns)
    factories.save(row)
    return row.id


@pytest.fixture
def scene(app_context):
    return factories.scene()


@pytest.fixture
def by(scene):
    return factories.actor(scene.organizer)


def test_filters_find_what_they_name(scene, by):
    of, other = scene.tournament, factories.match(scene.tournament)
    third = factories.participant(of, "Grüne 100%_Wölfe")
    started = entry(of, match_id=scene.match.id, user_id=scene.organizer.id, minutes=-30)
    cancelled = entry(of, "MATCH_CANCEL", match_id=other.id, meta={"reason": "Rain, 100% sure"}, minutes=-20)
    entered = entry(
        of, "PARTICIPANT_CREATE", meta={"participant_ids": [third.id, 7], "names": ["x"]}, minutes=-10
    )
    renamed = entry(of, "PARTICIPANT_UPDATE", meta={"participant_id": third.id, "old_name": "Füchse"})
    moved = entry(of, "SCHEDULE_CHANGE", meta={"changes": [{"match_id": 1, "note": "deep inside"}]})
    entry(factories.tournament(), match_id=None)

    def found(**wanted):
        return [row["id"] for row in list_audit(by, of.id, AuditFilters(**wanted)).rows()]

    assert found() == [started, cancelled, entered, renamed, moved]
    assert found(actions=frozenset(["MATCH_CANCEL", "MATCH_START"])) == [started, cancelled]
    assert found(actions=frozenset()) == []
    assert found(username=scene.organizer.username.upper()) == [started]
    assert found(match_id=other.id) == [cancelled]
    assert found(match_number=other.match_number) == [cancelled]
    assert found(participant_id=scene.team1.id) == [started]
    assert found(participant_id=third.id) == [entered, renamed]
    assert found(participant_id=7) == [entered]
    assert found(since=factories.soon(-20), until=factories.soon(-10)) == [cancelled, entered]
    assert found(text="RAIN sure") == [cancelled]
    assert found(text="100%") == [cancelled]
    assert found(text="rain start") == []
    assert found(text="deep") == [moved]
    assert found(text="note") == [], "names of keys are no words of the entry"
    assert found(text=scene.team2.name) == [started]
    assert found(text=scene.organizer.username) == [started]
    assert found(text="participant") == [entered, renamed], "the action's name counts"
    assert found(text="Füchse") == [renamed]
    assert found(text="called", named_actions={"called": frozenset(["SCHEDULE_CHANGE"])}) == [moved]
    assert found(text="'\"\\%_(") == []
    assert [row["id"] for row in list_audit(by, of.id, AuditFilters(), after=renamed).rows()] == [moved]


def test_pages_begin_where_the_last_one_ended(scene, by):
    ids = [entry(scene.tournament) for _ in range(7)]

    def page(**place):
        found = audit_page(by, scene.tournament.id, AuditFilters(), limit=3, **place)
        return [row["id"] for row in found.rows], found.older, found.newer

    assert page() == (ids[:3:-1], ids[4], None)
    assert page(before=ids[4]) == (ids[3:0:-1], ids[1], ids[3])
    assert page(before=ids[1]) == (ids[:1], None, ids[0])
    assert page(after=ids[0]) == (ids[3:0:-1], ids[1], ids[3])
    assert page(after=ids[3]) == (ids[:3:-1], ids[4], None)
    assert page(before=ids[0]) == page(after=ids[6]) == ([], None, None)
    # What comes meanwhile moves no page.
    entry(scene.tournament)
    assert page(before=ids[4]) == (ids[3:0:-1], ids[1], ids[3])


def test_only_who_runs_it_may_read_or_export_it(scene):
    for read in (
        lambda who: list_audit(who, scene.tournament.id, AuditFilters()),
        lambda who: audit_page(who, scene.tournament.id, AuditFilters()),
        # Refused before the first line is asked for.
        lambda who: export_audit(who, scene.tournament.id),
    ):
        with pytest.raises(NotAllowed):
            read(factories.actor(scene.player1))
        with pytest.raises((NotAllowed, NotSignedIn)):
            read(ANONYMOUS)
    hidden = factories.tournament(is_public=False)
    with pytest.raises(NotFound):
        export_audit(factories.actor(scene.stranger), hidden.id)


def test_an_export_of_many_batches_is_whole_and_stands_in_the_database(scene, by):
    of = scene.tournament
    factories.save(
        *(
            AuditLog(tournament_id=of.id, action="MATCH_START", meta={"n": n}, created_at=factories.soon(n))
            for n in range(2 * BATCH + 1)
        )
    )
    entry(factories.tournament())
    chain = Chain(export_audit(by, of.id))
    rows = list(chain.rows())
    assert chain.head["tournament"] == {"id": of.id, "slug": of.slug, "name": of.name}
    assert chain.count == 2 * BATCH + 1
    assert [row["meta"]["n"] for row in rows] == list(range(2 * BATCH + 1))
    listed = list_audit(by, of.id, AuditFilters()).rows(limit=5)
    assert rows[:5] == listed
    assert compare_audit(of.id, False, rows) == ([], 0)
    entry(of)
    db.session.rollback()
    assert compare_audit(of.id, False, rows) == ([], 1)


def test_an_export_holds_no_connection_while_it_is_saved(scene, by):
    for _ in range(2):
        entry(scene.tournament)
    lines = export_audit(by, scene.tournament.id)
    next(lines), next(lines)
    assert not db.session().in_transaction()
    assert len(list(lines)) == 2


def test_an_export_has_no_secret_and_addresses_for_admins_only(scene, by):
    now = factories.soon(0)
    with_ip = replace(by, ip="10.1.2.3")
    lobby.update_lobby(
        actor=with_ip,
        match_id=scene.match.id,
        changes={"room_code": "SECRET-77", "region": "EU"},
        now=now,
    )
    matches.start(actor=with_ip, match_id=scene.match.id, now=now)
    organizers = b"".join(export_audit(by, scene.tournament.id))
    admins = b"".join(export_audit(factories.actor(scene.admin), scene.tournament.id))
    for data in (organizers, admins):
        assert b"SECRET-77" not in data
        assert b"room_code" in data
    assert b"10.1.2.3" in admins and b'"has_ip":true' in admins
    assert b"10.1.2.3" not in organizers and b'"ip"' not in organizers
    chain = Chain(admins.splitlines(keepends=True))
    assert compare_audit(scene.tournament.id, True, chain.rows()) == ([], 0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda rows: rows.pop(1), "is missing in the file"),
        (lambda rows: rows.insert(0, {**rows[0], "id": 0}), "none that can stand there"),
        (lambda rows: rows.insert(1, dict(rows[0])), "none that can stand there"),
        (lambda rows: rows[1].update(id="x"), "none that can stand there"),
        (lambda rows: rows.append({**rows[0], "id": 2**40}), "is not in the database"),
        (lambda rows: rows[0].update(username="somebody else"), "has another username"),
        (lambda rows: rows[1].update(created_at="2001-01-01T00:00:00Z"), "has another created_at"),
        (lambda rows: rows[2]["meta"].update(n=True), "has another meta"),
        (lambda rows: rows[2].update(more=1), "has another more"),
        (lambda rows: rows[2].pop("action"), "has another action"),
    ],
)
def test_rows_that_are_not_those_of_the_database_are_named(scene, by, change, words):
    for _ in range(3):
        entry(scene.tournament, user_id=scene.organizer.id, meta={"n": 1})
    lines = list(export_audit(by, scene.tournament.id))
    rows = [json.loads(line)["row"] for line in lines[1:-1]]
    change(rows)
    differences, _ = compare_audit(scene.tournament.id, False, rows)
    assert any(words in difference for difference in differences), differences
