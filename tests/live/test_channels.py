"""Subscribing to channels: answers, payloads, order, and going on after an absence."""

import json

import pytest

from app.services import matches, results
from tests import factories
from tests.live.listener import Wiretap, call, token, until

STARTED = {
    "type", "match_id", "tournament_id", "bracket_id", "round_number", "match_number", "state",
    "participant1_id", "participant1_name", "participant2_id", "participant2_name", "started_at", "stream_url",
    "timestamp", "seq",
}  # fmt: skip
SCORE_UPDATED = {
    "type", "match_id", "tournament_id", "state", "participant1_score", "participant2_score", "submitted_by",
    "requires_confirmation", "timestamp", "seq",
}  # fmt: skip
COMPLETED = {
    "type", "match_id", "tournament_id", "state", "winner_id", "winner_name", "participant1_score",
    "participant2_score", "completed_at", "next_match_id", "timestamp", "seq",
}  # fmt: skip
DISPUTED = {
    "type", "dispute_id", "match_id", "tournament_id", "reported_by", "reason", "description", "state", "timestamp",
    "seq",
}  # fmt: skip


def channel_of(scene):
    return f"tournament_{scene.tournament.id}"


def test_a_subscriber_is_told_of_a_start_with_the_published_fields(live_server, listen):
    scene = factories.scene()
    listener = listen()
    assert listener.subscribe(channel_of(scene)) == {"ok": True, "channel": channel_of(scene), "seq": 0}

    call(live_server, token(live_server, scene.organizer), "POST", f"matches/{scene.match.id}/start/")

    payload = listener.wait_for("match.started")
    assert payload.keys() == STARTED
    assert payload["seq"] == 1
    assert (payload["type"], payload["state"], payload["match_id"]) == (
        "match.started",
        "LIVE",
        scene.match.id,
    )
    assert payload["participant1_name"] == scene.team1.name
    assert payload["stream_url"] == ""
    assert payload["timestamp"].endswith("Z")


def test_scores_results_and_disputes_have_the_published_fields(desk, listen):
    scene = factories.scene("LIVE", dispute_window_minutes=60)
    listener = listen()
    listener.subscribe(f"match_{scene.match.id}")

    claim = results.result_claim(2, 1)
    desk.do(results.submit_result, scene.player1, match_id=scene.match.id, claim=claim)
    desk.do(results.confirm_result, scene.player2, match_id=scene.match.id)
    desk.do(
        results.report_dispute,
        scene.player2,
        match_id=scene.match.id,
        reason="technical",
        description="A cable.",
    )

    updated = listener.wait_for("match.score_updated")
    assert updated.keys() == SCORE_UPDATED
    assert (updated["submitted_by"], updated["requires_confirmation"]) == (scene.team1.id, True)
    completed = listener.wait_for("match.completed")
    assert completed.keys() == COMPLETED
    assert completed["winner_name"] == scene.team1.name
    disputed = listener.wait_for("dispute.created")
    assert disputed.keys() == DISPUTED
    # Why they quarrel is not everybody's business.
    assert (disputed["reported_by"], disputed["reason"], disputed["description"]) == (None, "", "")


def test_whoever_hears_tournament_and_match_is_told_once(desk, listen):
    scene = factories.scene()
    other = factories.match(scene.tournament, "READY")
    listener = listen()
    listener.subscribe(channel_of(scene))
    listener.subscribe(f"match_{scene.match.id}")

    desk.do(matches.start, scene.organizer, match_id=scene.match.id)
    desk.do(matches.undo_start, scene.organizer, match_id=scene.match.id)
    desk.do(matches.start, scene.organizer, match_id=other.id)

    until(lambda: listener.names().count("match.started") == 2)
    assert listener.seqs() == sorted(set(listener.seqs()))


def test_a_match_channel_has_its_own_match_only(desk, listen):
    scene = factories.scene()
    other = factories.match(scene.tournament, "READY")
    listener = listen()
    listener.subscribe(f"match_{scene.match.id}")

    desk.do(matches.start, scene.organizer, match_id=other.id)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    assert listener.wait_for("match.started")["match_id"] == scene.match.id
    assert listener.names() == ["match.started"]


def test_after_unsubscribing_nothing_comes_any_more(desk, listen):
    scene = factories.scene()
    gone, still = listen(), listen()
    gone.subscribe(channel_of(scene))
    still.subscribe(channel_of(scene))

    assert gone.ask("unsubscribe", {"channel": channel_of(scene)}) == {
        "ok": True,
        "channel": channel_of(scene),
        "seq": 0,
    }
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    still.wait_for("match.started")
    assert gone.heard == []
    assert gone.ask("unsubscribe", {"channel": channel_of(scene)}) == {"ok": False, "error": "not subscribed"}


@pytest.mark.parametrize("event", ["subscribe", "unsubscribe"])
@pytest.mark.parametrize(
    "message",
    [
        None,
        [],
        "tournament_1",
        17,
        {},
        {"channel": None},
        {"channel": 5},
        {"channel": ["tournament_1"]},
        {"channel": ""},
        {"channel": "tournament_"},
        {"channel": "tournament_0"},
        {"channel": "tournament_01"},
        {"channel": "tournament_-1"},
        {"channel": "tournament_1 "},
        {"channel": "tournament_1\n"},
        {"channel": "tournament_²"},
        {"channel": "tournament_" + "9" * 30},
        {"channel": "match_2147483648"},
        {"channel": "private_match_1"},
        {"channel": "page:home"},
        {"channel": "x" * 100_000},
        {"channel": "tournament_1\x00"},
    ],
)
def test_what_cannot_be_understood_is_answered_and_does_no_harm(listen, event, message):
    listener = listen()
    answer = listener.ask(event, message)
    assert answer["ok"] is False
    assert answer["error"]
    assert listener.is_connected()


@pytest.mark.parametrize("after", ["1", -1, 1.5, True, [], {}])
def test_a_place_to_go_on_from_must_be_a_number(listen, after):
    scene = factories.scene()
    assert listen().subscribe(channel_of(scene), after=after)["ok"] is False


def test_messages_without_or_with_too_much_content_are_answered(listen):
    listener = listen()
    assert listener.ask("subscribe")["ok"] is False
    assert listener.ask("subscribe", "a", "b", "c")["ok"] is False


def test_what_one_may_not_see_is_as_if_it_were_not(listen):
    hidden = factories.scene(is_public=False)
    deleted = factories.tournament(is_deleted=True)
    listener = listen()
    answers = [
        listener.subscribe(name)
        for name in (
            channel_of(hidden),
            f"match_{hidden.match.id}",
            f"tournament_{deleted.id}",
            "tournament_999999",
            "match_999999",
        )
    ]
    assert answers == [{"ok": False, "error": "no such channel"}] * 5


def started_several_times(desk, scene, number):
    """So many events of the match, each a start or its undoing."""
    for place in range(number):
        verb = matches.undo_start if place % 2 else matches.start
        desk.do(verb, scene.organizer, match_id=scene.match.id)


def test_whoever_was_away_is_sent_what_was_missed_in_order(desk, listen):
    scene = factories.scene()
    started_several_times(desk, scene, 6)
    listener = listen()

    answer = listener.subscribe(channel_of(scene), after=2)

    assert answer == {"ok": True, "channel": channel_of(scene), "seq": 6}
    listener.wait(4)
    started_several_times(desk, scene, 1)
    listener.wait(5)
    assert listener.seqs() == [3, 4, 5, 6, 7]


def test_the_answer_comes_before_what_was_missed(desk, live_server):
    scene = factories.scene()
    started_several_times(desk, scene, 3)
    wire = Wiretap(live_server)

    wire.send("421" + json.dumps(["subscribe", {"channel": channel_of(scene), "after": 0}]))

    packets = [wire.receive() for _ in range(4)]
    wire.close()
    assert packets[0].startswith("431[")
    assert [json.loads(packet[2:])[1]["seq"] for packet in packets[1:]] == [1, 2, 3]


def test_a_subscription_without_acknowledgement_works_too(desk, live_server):
    scene = factories.scene()
    started_several_times(desk, scene, 1)
    wire = Wiretap(live_server)

    wire.send("42" + json.dumps(["subscribe", {"channel": channel_of(scene), "after": 0}]))

    assert json.loads(wire.receive()[2:])[0] == "match.started"
    wire.close()


def test_going_on_at_the_last_event_replays_nothing(desk, listen):
    scene = factories.scene()
    started_several_times(desk, scene, 2)
    listener = listen()
    answer = listener.subscribe(channel_of(scene), after=2)
    assert answer == {"ok": True, "channel": channel_of(scene), "seq": 2}
    started_several_times(desk, scene, 1)
    listener.wait(1)
    assert listener.seqs() == [3]


def test_too_long_an_absence_is_a_reset(desk, listen):
    scene = factories.scene()
    started_several_times(desk, scene, 4)
    pruned = factories.events(tournament_id=scene.tournament.id)[:2]
    with factories.session(writes=True) as session:
        for event in pruned:
            session.delete(session.merge(event))
    listener = listen()

    answer = listener.subscribe(channel_of(scene), after=1)

    assert answer == {"ok": True, "channel": channel_of(scene), "seq": 4, "reset": True}
    started_several_times(desk, scene, 1)
    listener.wait(1)
    assert listener.seqs() == [5]
    assert "reset" not in listen().subscribe(channel_of(scene), after=2)


@pytest.mark.parametrize("after", [5, 10**30])
def test_a_place_that_never_was_is_a_reset(desk, listen, after):
    scene = factories.scene()
    started_several_times(desk, scene, 1)
    listener = listen()
    assert listener.subscribe(channel_of(scene), after=after)["reset"] is True
    assert listener.heard == []


def test_a_second_channel_does_not_repeat_what_the_first_brought(desk, listen):
    scene = factories.scene()
    other = factories.match(scene.tournament, "READY")
    started_several_times(desk, scene, 2)
    desk.do(matches.start, scene.organizer, match_id=other.id)
    listener = listen()

    listener.subscribe(f"match_{scene.match.id}", after=0)
    listener.wait(2)
    listener.subscribe(channel_of(scene), after=0)
    listener.wait(3)
    listener.subscribe(channel_of(scene), after=1)
    started_several_times(desk, scene, 1)
    listener.wait(4)

    assert listener.seqs() == [1, 2, 3, 4]


def test_a_long_absence_is_sent_in_portions(desk, listen):
    scene = factories.scene()
    started_several_times(desk, scene, 260)
    listener = listen()
    listener.subscribe(f"match_{scene.match.id}", after=0)
    listener.wait(260, patience=20)
    assert listener.seqs() == list(range(1, 261))


def test_what_was_rolled_back_is_never_told(desk, listen):
    scene = factories.scene()
    listener = listen()
    listener.subscribe(channel_of(scene))

    with desk.app.app_context(), pytest.raises(RuntimeError):
        _start_and_fail(scene)
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)

    listener.wait_for("match.started")
    assert listener.seqs() == [1]


def _start_and_fail(scene):
    from app.services.unit_of_work import unit_of_work

    with unit_of_work() as uow:
        uow.emit(tournament_id=scene.tournament.id, type="match.started", payload={}, match_id=scene.match.id)
        uow.write_events()
        raise RuntimeError("the change failed")


def test_a_client_may_hear_many_channels_but_not_any_number(listen):
    of = factories.tournament()
    rows = factories.matches(of, 501)
    listener = listen()
    answers = [listener.subscribe(f"match_{row.id}") for row in rows]
    assert [answer["ok"] for answer in answers] == [True] * 500 + [False]
    assert listener.subscribe(f"match_{rows[0].id}")["ok"] is True


def test_nobody_outside_hears_of_a_rehearsal(live_server, listen):
    scene = factories.scene(is_rehearsal=True, is_public=False)
    listener = listen()
    for channel in (channel_of(scene), f"match_{scene.match.id}"):
        assert listener.subscribe(channel)["ok"] is False
