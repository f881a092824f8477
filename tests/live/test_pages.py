"""Our own pages: rooms of their own, with the redrawn fragment in each event."""

import pytest
from socketio.exceptions import ConnectionError as Refused

from app.services import lobby, matches
from app.services.tournaments import links
from tests import factories
from tests.live.listener import Listener, Wiretap, cookies, sign_in, token, until
from tests.live.test_channels import STARTED


def page(kind, number=None, **fields):
    return {"page": kind, "id": number, **fields}


def start(desk, scene):
    desk.do(matches.start, scene.organizer, match_id=scene.match.id)


def undo(desk, scene):
    desk.do(matches.undo_start, scene.organizer, match_id=scene.match.id)


def test_a_page_gets_the_same_payload_with_the_redrawn_row(desk, listen):
    scene = factories.scene()
    listener, plain = listen(page("tournament", scene.tournament.id, seq=0)), listen()
    plain.subscribe(f"tournament_{scene.tournament.id}")

    start(desk, scene)

    payload = listener.wait_for("match_started")
    assert payload.keys() == STARTED | {"html"}
    assert {key: value for key, value in payload.items() if key != "html"} == plain.wait_for("match.started")
    assert payload["html"].startswith(f'<li class="match-row" id="match-{scene.match.id}"')
    assert 'data-state="LIVE"' in payload["html"]
    # Each hears it under one name only.
    assert (listener.names(), plain.names()) == (["match_started"], ["match.started"])


def test_a_match_page_gets_its_scoreboard(desk, listen):
    scene = factories.scene()
    other = factories.match(scene.tournament, "READY")
    listener = listen(page("match", scene.match.id, seq=0))

    desk.do(matches.start, scene.organizer, match_id=other.id)
    start(desk, scene)

    payload = listener.wait_for("match_started")
    assert listener.seqs() == [2]
    assert f'id="match-{scene.match.id}-scoreboard"' in payload["html"]


@pytest.mark.parametrize("number", ["7", 7])
def test_a_page_says_its_number_as_it_likes(listen, number):
    of = factories.tournament()
    listener = listen(page("tournament", str(of.id) if isinstance(number, str) else of.id, seq="0"))
    assert listener.is_connected()


def test_what_happened_between_drawing_and_joining_follows(desk, listen):
    scene = factories.scene()
    start(desk, scene)
    undo(desk, scene)
    start(desk, scene)

    listener = listen(page("tournament", scene.tournament.id, seq=1))

    listener.wait(2)
    assert listener.names() == ["match_ready", "match_started"]
    assert all("html" in payload for _, payload in listener.heard)


def test_a_page_without_a_seq_hears_what_is_new(desk, listen):
    scene = factories.scene()
    start(desk, scene)
    listener = listen(page("tournament", scene.tournament.id, seq=""))
    undo(desk, scene)
    listener.wait_for("match_ready")
    assert listener.seqs() == [2]


def test_a_page_that_missed_too_much_is_told_to_start_anew(desk, listen):
    scene = factories.scene()
    start(desk, scene)
    listener = listen(page("match", scene.match.id, seq=99))
    assert listener.wait_for("reset") == {"seq": 1}
    undo(desk, scene)
    listener.wait_for("match_ready")


def test_the_home_page_hears_of_all_public_tournaments(desk, listen):
    public, hidden, over = (
        factories.scene(),
        factories.scene(is_public=False),
        factories.scene(status="cancelled"),
    )
    listener = listen(page("home", age=0))

    for scene in (hidden, over, public):
        start(desk, scene)

    listener.wait_for("match_started")
    # What happens the moment that it comes in, it may be sent twice: once as new, once as missed.
    heard = {payload["tournament_id"] for _, payload in listener.heard}
    assert heard == {public.tournament.id}, (heard, hidden.tournament.id, over.tournament.id)


def test_the_home_page_hears_of_a_tournament_that_is_made_meanwhile(desk, listen):
    listener = listen(page("home", age=0))
    scene = factories.scene()
    start(desk, scene)
    assert listener.wait_for("match_started")["tournament_id"] == scene.tournament.id


def test_the_home_page_is_sent_what_it_may_have_missed(desk, listen):
    scene, hidden = factories.scene(), factories.scene(is_public=False)
    start(desk, scene)
    start(desk, hidden)
    listener = listen(page("home", age=30))
    until(lambda: scene.match.id in [payload["match_id"] for _, payload in listener.heard])
    assert hidden.match.id not in [payload["match_id"] for _, payload in listener.heard]


@pytest.mark.parametrize(
    "auth",
    [
        page("nowhere"),
        page("tournament"),
        page("tournament", 0),
        page("tournament", -1),
        page("tournament", "x"),
        page("tournament", 10**30),
        page("match", 999_999),
        page(["home"]),
        page("me"),
        page("conflicts"),
        page("desk", 999_999),
    ],
)
def test_a_page_that_there_cannot_be_is_refused(live_server, auth):
    with pytest.raises(Refused, match="no such page"):
        Listener(live_server, auth)


@pytest.mark.parametrize("kind", ["tournament", "match"])
def test_a_private_page_is_for_its_people(live_server, desk, listen, kind):
    scene = factories.scene(is_public=False)
    number = scene.tournament.id if kind == "tournament" else scene.match.id
    for person in (None, scene.stranger):
        auth = {"token": token(live_server, person)} if person else {}
        with pytest.raises(Refused, match="no such page"):
            Listener(live_server, page(kind, number, **auth))
    listener = listen(page(kind, number, seq=0, token=token(live_server, scene.player1)))
    start(desk, scene)
    assert "html" in listener.wait_for("match_started")


def test_the_board_of_a_private_tournament_opens_with_its_key(live_server, desk, listen):
    scene = factories.scene(is_public=False)
    key = desk.do(links.create_board_link, scene.organizer, tournament_id=scene.tournament.id)
    auth = page("tournament", scene.tournament.id, key=key)
    listener = listen(auth)
    with pytest.raises(Refused):
        Listener(live_server, {**auth, "key": "another"})

    desk.do(lobby.update_lobby, scene.organizer, match_id=scene.match.id, changes={"room_code": "SECRET"})
    start(desk, scene)
    assert "html" in listener.wait_for("match_started")
    assert "SECRET" not in str(listener.heard)

    desk.do(links.revoke_board_link, scene.organizer, tournament_id=scene.tournament.id)
    witness = listen(page("tournament", scene.tournament.id, token=token(live_server, scene.organizer)))
    undo(desk, scene)
    witness.wait_for("match_ready")
    listener.ask("unsubscribe", None)
    assert "match_ready" not in listener.names()


def test_the_desk_is_for_organizers_and_hears_of_lobbies(live_server, desk, listen):
    scene = factories.scene()
    for person in (scene.stranger, scene.player1, scene.coordinator):
        with pytest.raises(Refused, match="no such page"):
            Listener(live_server, page("desk", scene.tournament.id, token=token(live_server, person)))
    browser = sign_in(live_server, scene.organizer)
    listener = listen(page("desk", scene.tournament.id), headers=cookies(browser))

    desk.do(lobby.update_lobby, scene.organizer, match_id=scene.match.id, changes={"room_code": "X"})

    payload = listener.wait_for("match_lobby_updated")
    assert payload["lobby_info"]["room_code"] == "X"
    assert "html" not in payload


def test_a_match_page_of_a_side_hears_of_its_lobby_and_a_stranger_does_not(live_server, desk, listen):
    scene = factories.scene()
    side = listen(page("match", scene.match.id), headers=cookies(sign_in(live_server, scene.player1)))
    stranger = listen(page("match", scene.match.id), headers=cookies(sign_in(live_server, scene.stranger)))

    desk.do(lobby.update_lobby, scene.organizer, match_id=scene.match.id, changes={"room_code": "X"})
    start(desk, scene)

    side.wait_for("match_started")
    stranger.wait_for("match_started")
    assert side.names() == ["match_lobby_updated", "match_started"]
    assert stranger.names() == ["match_started"]


@pytest.mark.parametrize("role", ["player1", "coordinator"])
def test_the_page_of_ones_own_matches_hears_of_those(live_server, desk, listen, role):
    scene = factories.scene()
    other = factories.match(scene.tournament, "READY")
    # As pages do, which may come into their rooms a moment after they are connected; so they may hear it twice.
    listener = listen(page("me", age=10), headers=cookies(sign_in(live_server, scene.person(role))))

    desk.do(matches.start, scene.organizer, match_id=other.id)
    start(desk, scene)

    assert listener.wait_for("match_started")["match_id"] == scene.match.id
    assert set(listener.names()) == {"match_started"}


def test_the_page_of_conflicts_hears_of_what_one_runs_and_nothing_else(live_server, desk, listen):
    scene, other = factories.scene(is_public=False), factories.scene()

    def opened_by(user):
        return listen(page("conflicts", age=0), headers=cookies(sign_in(live_server, user)))

    runs, plays, elsewhere = [opened_by(user) for user in (scene.organizer, scene.player1, other.organizer)]
    start(desk, scene)
    start(desk, other)
    assert runs.wait_for("match_started")["match_id"] == scene.match.id
    assert "html" not in runs.heard[0][1]
    assert elsewhere.wait_for("match_started")["match_id"] == other.match.id
    assert (runs.names(), elsewhere.names(), plays.names()) == (["match_started"], ["match_started"], [])


def test_a_deleted_match_has_no_fragment(desk, listen):
    scene = factories.scene()
    listener = listen(page("tournament", scene.tournament.id))
    start(desk, scene)
    listener.wait(1)
    factories.change(scene.match, is_deleted=True)
    again = listen(page("tournament", scene.tournament.id, seq=0))
    assert "html" not in again.wait_for("match_started")


def test_a_page_may_subscribe_to_channels_as_well(desk, listen):
    scene = factories.scene()
    listener = listen(page("tournament", scene.tournament.id))
    listener.subscribe(f"match_{scene.match.id}")
    start(desk, scene)
    listener.wait(2)
    assert sorted(listener.names()) == ["match.started", "match_started"]
    assert listener.ask("unsubscribe", {"channel": f"match_{scene.match.id}"})["ok"]
    undo(desk, scene)
    listener.wait_for("match_ready")
    assert "match.ready" not in listener.names()


def test_pages_are_let_in_before_they_are_sent_anything(desk, live_server):
    scene = factories.scene()
    start(desk, scene)
    wire = Wiretap(live_server, page("tournament", scene.tournament.id, seq=0))
    assert wire.answer.startswith("40{")
    assert wire.receive().startswith('42["match_started"')
    wire.close()


def test_each_page_is_sent_its_own_language(desk, listen):
    scene = factories.scene()
    of = scene.tournament.id
    wanted = {"en": "Live", "de": "Live", "fr": "En direct", "es": "En juego", "bn": "লাইভ", "xx": "Live"}
    pages = {language: listen(page("tournament", of, seq=0, language=language)) for language in wanted}
    silent = listen(page("tournament", of, seq=0, language=["de"]))

    start(desk, scene)

    assert {
        language: each.wait_for("match_started")["html"].count(wanted[language]) > 0
        for language, each in pages.items()
    } == dict.fromkeys(wanted, True)
    assert silent.wait_for("match_started")["html"] == pages["en"].wait_for("match_started")["html"]

    late = listen(page("home", age=60, language="fr"))
    assert "En direct" in late.wait_for("match_started")["html"]
