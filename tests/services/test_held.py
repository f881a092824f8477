"""Matches that are changed by their columns, and statements that write, on both databases."""

import pytest
from sqlalchemy import bindparam, insert, update
from sqlalchemy.exc import IntegrityError

from app.domain.errors import StaleVersion
from app.domain.permissions import Permission
from app.models import AuditLog, Match, Tournament
from app.services import held, matches
from app.services.match_changes import touch
from app.services.prepared import Prepared
from app.services.unit_of_work import unit_of_work
from tests import factories as make
from tests.support.queries import counted

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


STREAM = "https://example.org/live"


def hold(uow, scene):
    return held.hold(uow, make.actor(scene.organizer), scene.match.id, Permission.MATCH_START)


def give_stream(scene, **behind_our_back):
    """Give the held match a stream, after somebody else has changed it."""
    with unit_of_work(make.soon(0)) as uow:
        found = hold(uow, scene)
        if behind_our_back:
            uow.session.execute(update(Match).where(Match.id == found.match.id).values(behind_our_back))
        found.match.stream_url = STREAM
        touch(found.match, uow.now)
        held.save(uow, found, "stream_url")


@pytest.mark.parametrize("behind_our_back", [{"state": "CANCELLED"}, {"version": 7}])
def test_what_is_not_as_it_was_held_is_not_changed(behind_our_back):
    scene = make.scene("READY")
    with pytest.raises(StaleVersion):
        give_stream(scene, **behind_our_back)
    match = make.fresh(scene.match)
    assert (match.state, match.version, match.stream_url) == ("READY", scene.match.version, "")


def test_what_is_saved_stands_with_its_version():
    scene = make.scene("READY")
    revision = make.fresh(scene.tournament).revision
    give_stream(scene)
    match = make.fresh(scene.match)
    assert (match.stream_url, match.version) == (STREAM, scene.match.version + 1)
    assert make.fresh(scene.tournament).revision == revision + 1


def test_what_was_not_read_cannot_be_looked_at():
    scene = make.scene("READY")
    with unit_of_work(make.soon(0)) as uow:
        match = hold(uow, scene).match
        assert match.participant1.name == scene.team1.name and match.bracket is None
        assert not hasattr(match, "winner_id")


def test_a_start_takes_few_statements(app):
    scene = make.scene("READY", status="live")
    actor = make.actor(scene.organizer)
    with counted(app) as statements:
        matches.start(actor=actor, match_id=scene.match.id, now=make.soon(0))
    asked = [each for each in statements if not each.startswith("BEGIN")]
    # The lock, what the rules need; the match, its log row, the tournament's counters, the event.
    assert [each.split()[0] for each in asked] == ["SELECT", "SELECT", "UPDATE", "INSERT", "UPDATE", "INSERT"]


def test_a_write_that_the_database_refuses_fails_as_any_other():
    scene = make.scene("READY")
    rename = Prepared(
        update(Tournament.__table__)
        .where(Tournament.__table__.c.id == bindparam("of"))
        .values(slug=bindparam("new_slug"))
    )
    other = make.tournament(scene.organizer)
    with pytest.raises(IntegrityError), unit_of_work(make.soon(0)) as uow:
        uow.run(rename, {"of": other.id, "new_slug": scene.tournament.slug})
    assert make.fresh(other).slug == other.slug


def test_an_insert_writes_times_and_documents():
    scene = make.scene("READY")
    names = ("user_id", "action", "tournament_id", "match_id", "meta", "created_at", "ip")
    row = Prepared(insert(AuditLog.__table__).inline(), names)
    with unit_of_work(make.soon(0)) as uow:
        values = (
            scene.organizer.id,
            "MATCH_START",
            scene.tournament.id,
            scene.match.id,
            {"é": [1]},
            uow.now,
            None,
        )
        assert uow.run(row, dict(zip(names, values, strict=True))) == []
    [written] = make.audit_rows(match_id=scene.match.id)
    assert (written.meta, written.created_at, written.ip) == ({"é": [1]}, uow.now, None)
