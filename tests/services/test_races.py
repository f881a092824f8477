"""Many at once, with real threads on both databases: one wins, the others are told, nothing half done."""

import threading
from collections import Counter

import pytest

from app.domain.errors import DomainError
from app.models import MatchResult
from app.services import bulk, check_ins, lobby, matches, results, scheduling
from app.services.results import result_claim
from tests import factories as make

pytestmark = pytest.mark.both_databases


def race(app, *calls):
    """Run the calls at the same moment, each in a thread of its own; returns what each raised, or None."""
    barrier = threading.Barrier(len(calls))
    outcomes = [None] * len(calls)

    def run(place, call):
        with app.app_context():
            barrier.wait(timeout=30)
            try:
                call()
            except DomainError as error:
                outcomes[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return outcomes


def act(verb, scene, role="organizer", **arguments):
    actor = make.actor(scene.person(role))
    return lambda: verb(actor=actor, match_id=scene.match.id, now=make.soon(0), **arguments)


def assert_books_balance(tournament):
    """Each event has its number, without gap or double."""
    numbers = [event.seq for event in make.events(tournament_id=tournament.id)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert make.fresh(tournament).event_seq == len(numbers)


def test_many_start_the_same_match(app):
    scene = make.scene("READY")
    outcomes = race(app, *[act(matches.start, scene) for _ in range(8)])
    assert outcomes.count(None) == 1
    assert all("LIVE" in error.detail for error in outcomes if error)
    assert len(make.audit_rows(match_id=scene.match.id)) == 1
    assert len(make.events(match_id=scene.match.id)) == 1
    assert_books_balance(scene.tournament)


def test_one_starts_while_another_cancels(app):
    for _ in range(5):
        scene = make.scene("READY")
        start, cancel = race(app, act(matches.start, scene), act(matches.cancel, scene))
        assert cancel is None
        actions = [row.action for row in make.audit_rows(match_id=scene.match.id)]
        assert make.fresh(scene.match).state == "CANCELLED"
        assert actions == (["MATCH_CANCEL"] if start else ["MATCH_START", "MATCH_CANCEL"])


def test_two_decide_on_the_same_version(app):
    for _ in range(5):
        scene = make.scene("READY")
        version = scene.match.version
        outcomes = race(
            app,
            act(matches.start, scene, expected_version=version),
            act(matches.cancel, scene, expected_version=version),
        )
        assert outcomes.count(None) == 1
        assert len(make.audit_rows(match_id=scene.match.id)) == 1


def test_two_schedule_overlapping_bulks(app):
    tournament = make.tournament()
    organizer = make.actor(make.staff(tournament))
    rows = [make.match(tournament, "SCHEDULED") for _ in range(6)]
    times = [make.soon(300), make.soon(600)]
    ids = [[row.id for row in rows[:4]], [row.id for row in rows[:1:-1]]]
    outcomes = race(
        app,
        *[
            lambda ids=ids, time=time: bulk.bulk_schedule(
                actor=organizer, match_ids=ids, scheduled_time=time, now=make.soon(0)
            )
            for ids, time in zip(ids, times, strict=True)
        ],
    )
    assert outcomes == [None, None]
    final = [make.fresh(row).scheduled_time for row in rows]
    # Whoever came last has all of its matches; the other keeps only those that it alone had.
    assert final in ([times[0]] * 4 + [times[1]] * 2, [times[0]] * 2 + [times[1]] * 4)
    assert Counter(row.action for row in make.audit_rows()) == {"MATCH_BULK_SCHEDULE": 2}
    assert_books_balance(tournament)


def test_both_sides_check_in_at_once(app):
    for _ in range(5):
        scene = make.scene("SCHEDULED")
        outcomes = race(
            app, act(check_ins.check_in, scene, "player1"), act(check_ins.check_in, scene, "player2")
        )
        assert outcomes == [None, None]
        match = make.fresh(scene.match)
        assert (match.state, match.version) == ("READY", scene.match.version + 2)
        assert_books_balance(scene.tournament)


def test_both_sides_submit_at_once(app):
    for _ in range(5):
        scene = make.scene("LIVE")
        outcomes = race(
            app,
            act(results.submit_result, scene, "player1", claim=result_claim(2, 1)),
            act(results.submit_result, scene, "player2", claim=result_claim(2, 1)),
        )
        assert outcomes == [None, None] and make.fresh(scene.match).state == "COMPLETED"
        assert [row.n for row in make.rows(MatchResult, match_id=scene.match.id)] == [1]


def test_many_different_writers_on_one_tournament(app):
    scene = make.scene("READY")
    others = [make.match(scene.tournament, "SCHEDULED") for _ in range(3)]
    organizer = make.actor(scene.organizer)

    def schedule(match, minutes):
        return lambda: scheduling.update_match(
            actor=organizer,
            match_id=match.id,
            changes={"scheduled_time": make.soon(minutes)},
            now=make.soon(0),
        )

    calls = [schedule(others[n % 3], 100 + n) for n in range(12)]
    calls += [act(lobby.update_lobby, scene, changes={"room_code": f"R{n}"}) for n in range(4)]
    calls += [act(matches.start, scene), act(matches.start, scene)]
    outcomes = race(app, *calls)
    assert sum(error is not None for error in outcomes) == 1
    assert len(make.audit_rows()) == len(make.events()) == len(calls) - 1
    assert_books_balance(scene.tournament)
