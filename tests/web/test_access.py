"""Who gets in at which page and form: every route of the pages stands here, and a new one must be added."""

import pytest
from flask import Flask

from tests import factories
from tests.factories import Scene
from tests.web.verbs import CASES

ROLES = ("anonymous", "stranger", "player1", "player2", "coordinator", "organizer", "admin")
EVERYONE = frozenset(ROLES)
SIGNED_IN = EVERYONE - {"anonymous"}
STAFF = frozenset({"organizer", "admin"})
SIDES = frozenset({"player1", "player2"})

# endpoint -> who gets in. Whoever does not is sent to the login page where nobody is signed in, else 403.
ACCESS: dict[str, frozenset[str]] = {
    **{f"match_verbs.{case.verb.replace('-', '_')}": case.may for case in CASES},
    **dict.fromkeys(
        (
            "static",
            "bundles.read",
            "styleguide.page",
            "public.home",
            "public.following",
            "public.following_rows",
            "public.tournaments",
            "public.match",
            "tournament.overview",
            "tournament.matches",
            "tournament.bracket",
            "timetable.schedule",
            "tournament.participants",
            "screens.board",
            "screens.overlay",
            "codes.qr",
            "accounts.login",
            "accounts.register",
            "accounts.sign_in_by_link",
            # Whoever knows the address: no cookie is asked for.
            "calendars.read",
            "operations.healthz",
            "operations.readyz",
            # The tests come from loopback; others need the token.
            "operations.metrics",
        ),
        EVERYONE,
    ),
    **dict.fromkeys(
        (
            "me.mine",
            "me.mark_seen",
            "me.coordinating",
            "accounts.account",
            "accounts.change_password",
            "accounts.set_language",
            "accounts.create_token",
            "accounts.revoke_token",
            "accounts.end_sessions",
            "accounts.join",
            "calendars.create",
            "calendars.revoke",
            "accounts.logout",
            "dashboard.dashboard",
            "dashboard.create_tournament",
            "conflict_inbox.inbox",
            "conflict_inbox.count",
            "conflict_inbox.mend",
            "conflict_inbox.assign",
            "conflict_inbox.undo",
            "imports.upload",
            "imports.import_tournament",
            "match_verbs.panel",
            "codes.check_in",
        ),
        SIGNED_IN,
    ),
    **dict.fromkeys(
        (
            "desk.desk",
            "match_deleted.deleted",
            "match_deleted.undelete",
            "desk.row",
            "desk.bulk_schedule",
            "desk.undo_bulk_schedule",
            "jump.jump",
            "timetable.blocks",
            "timetable.preview",
            "timetable.change",
            "timetable.undo",
            "schedule_changes.delay",
            "schedule_changes.preview_delay",
            "schedule_changes.make_delay",
            "schedule_changes.auto_schedule",
            "schedule_changes.propose",
            "schedule_changes.apply_proposal",
            "schedule_changes.list_versions",
            "rooms.settings",
            "rooms.save_settings",
            "rooms.create_board_link",
            "rooms.revoke_board_link",
            "rooms.delete",
            "rooms.participants",
            "rooms.add_participants",
            "rooms.edit_participant",
            "rooms.withdraw_participant",
            "rooms.reinstate_participant",
            "rooms.delete_participant",
            "rooms.invite",
            "rooms.revoke_invite",
            "rooms.sign_in_link",
            "rooms.stations",
            "rooms.add_station",
            "rooms.edit_station",
            "rooms.delete_station",
            "rooms.add_break",
            "rooms.edit_break",
            "rooms.delete_break",
            "station_queue.stations",
            "station_queue.call_next",
            "rooms.brackets",
            "rooms.next_round",
            "rooms.delete_bracket",
            "rooms.generate_bracket",
            "rooms.exports",
            "rooms.export",
            "rooms.staff",
            "rooms.add_staff",
            "rooms.remove_staff",
            "rooms.audit",
            "rooms.export_audit_lines",
            "rooms.screens",
            "rooms.announce",
            "rooms.message_screens",
            "rooms.name_screen",
            "rooms.slips",
            "rooms.rehearsal",
            "rooms.make_rehearsal",
            "rooms.set_pace",
            "rooms.reset_rehearsal",
        ),
        STAFF,
    ),
    **dict.fromkeys(
        (
            "match_verbs.check_in",
            "match_verbs.submit_result",
            "match_verbs.confirm_result",
            "match_verbs.report_dispute",
        ),
        STAFF | SIDES,
    ),
    "match_verbs.mark_lobby_seen": SIDES,
    "match_verbs.lobby_views": STAFF,
    "match_verbs.undo_schedule": STAFF,
}

# An invitation can be read before signing in; it is accepted afterwards.
OPEN_READS = frozenset({"accounts.join"})


def _may(role: str, endpoint: str, method: str) -> bool:
    return role in ACCESS[endpoint] or (method == "GET" and endpoint in OPEN_READS)


def _page_rules(app: Flask) -> list:
    return [rule for rule in app.url_map.iter_rules() if not rule.rule.startswith("/api/")]


def _address(app: Flask, rule, scene: Scene) -> str:
    """The rule's address for this scene; what the scene does not have, has the id of nothing."""
    values = {
        "slug": scene.tournament.slug,
        "match_id": scene.match.id,
        "participant_id": scene.team1.id,
        "filename": "css/base.css",
        "token": "no-such-token",
        "kind": "scoreboard",
    }
    nothing = 999_999
    with app.test_request_context():
        return rule.build({name: values.get(name, nothing) for name in rule.arguments})[1]


def test_every_route_stands_in_the_table(app):
    assert {rule.endpoint for rule in _page_rules(app)} == set(ACCESS)


@pytest.mark.parametrize("role", ROLES)
def test_who_gets_in(app, web_client, role):
    scene = factories.scene("READY")
    # What takes the match away comes last.
    for rule in sorted(_page_rules(app), key=lambda rule: rule.endpoint.endswith(".delete")):
        client = web_client(scene.person(role))
        for method in sorted(rule.methods & {"GET", "POST"}):
            response = getattr(client, method.lower())(_address(app, rule, scene))
            where = f"{method} {rule.endpoint} as {role}: {response.status}"
            to_login = response.status_code == 303 and response.location.startswith("/login")
            if _may(role, rule.endpoint, method):
                # An empty form is refused as a form, and what the scene lacks is not there.
                assert response.status_code in (200, 303, 400, 404, 409), where
                # Whoever ends all sessions, ends this one.
                assert not to_login or rule.endpoint == "accounts.end_sessions", where
            elif role == "anonymous":
                assert to_login, where
            else:
                assert response.status_code == 403, where


@pytest.mark.parametrize("role", ["anonymous", "stranger"])
def test_a_private_tournament_is_not_there(app, web_client, role):
    scene = factories.scene("READY", is_public=False)
    client = web_client(scene.person(role))
    for rule in _page_rules(app):
        if not rule.arguments & {"slug", "match_id"}:
            continue
        for method in sorted(rule.methods & {"GET", "POST"}):
            response = getattr(client, method.lower())(_address(app, rule, scene))
            where = f"{method} {rule.endpoint} as {role}: {response.status}"
            needs_sign_in = role == "anonymous" and "anonymous" not in ACCESS[rule.endpoint]
            if needs_sign_in:
                assert response.status_code == 303, where
                assert response.location.startswith("/login"), where
            else:
                assert response.status_code == 404, where
            assert scene.tournament.name not in response.text, where
