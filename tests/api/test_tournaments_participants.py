"""/api/tournaments/{id}/participants/: entrants."""

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.models import BracketEntrant, Participant, ParticipantMember
from app.services.tournaments import participants as rules
from tests import factories
from tests.api.around import address, assert_constant_queries, assert_untouched, only_audit
from tests.api.support import assert_problem, url


@pytest.fixture
def of(app):
    return factories.tournament()


@pytest.fixture
def organizer(api_client, of):
    return api_client(factories.staff(of))


def names(of):
    return [row.name for row in factories.rows(Participant, tournament_id=of.id)]


def members_of(participant):
    return [row.user_id for row in factories.rows(ParticipantMember, participant_id=participant["id"])]


def at(of, participant, verb=""):
    key = participant["id"] if isinstance(participant, dict) else participant.id
    return address(of, f"participants/{key}/{verb}")


def test_create_one_answers_with_it(of, organizer):
    ann = factories.user("Ann")
    response = organizer.post(
        address(of, "participants/"), {"name": " Red Team ", "seed": 3, "members": ["ann", "ANN"]}
    )
    assert response.status_code == 201
    made = response.json
    assert response.headers["Location"] == at(of, made)
    assert (made["name"], made["seed"], made["members"]) == ("Red Team", 3, ["Ann"])
    assert (made["tournament"], made["withdrawn_at"]) == (of.id, None)
    assert members_of(made) == [ann.id]
    assert organizer.get(at(of, made)).json == made
    audit = only_audit(of, "PARTICIPANT_CREATE")
    assert audit.meta["participant_ids"] == [made["id"]]
    (event,) = factories.events(tournament_id=of.id)
    assert (event.type, event.payload["changed"]) == ("tournament.updated", ["participants"])


def test_create_many_answers_with_a_list_in_the_same_order(of, organizer):
    wanted = [{"name": f"Team {letter}"} for letter in "DCBA"]
    response = organizer.post(address(of, "participants/"), wanted)
    assert response.status_code == 201
    assert [row["name"] for row in response.json] == [row["name"] for row in wanted]
    assert response.headers["Location"] == address(of, "participants/")
    ids = [row["id"] for row in response.json]
    assert ids == sorted(ids)
    assert only_audit(of, "PARTICIPANT_CREATE").meta["participant_ids"] == ids


def test_create_many_is_all_or_nothing_and_says_which_are_wrong(of, organizer):
    factories.participant(of, "Taken")
    response = organizer.post(
        address(of, "participants/"),
        [
            {"name": "Fine"},
            {"name": "taken"},
            {"name": "Twice"},
            {"name": "TWICE"},
            {"name": "Ghosts", "members": ["nobody", "nowhere"]},
        ],
    )
    problem = assert_problem(response, 400, "1.name", "3.name", "4.members")
    assert len(problem["errors"]["4.members"]) == 2
    assert names(of) == ["Taken"]
    assert_untouched(of)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (None, "name"),
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "  "}, "name"),
        ({"name": None}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x01b"}, "name"),
        ({"name": "A", "seed": 0}, "seed"),
        ({"name": "A", "seed": -1}, "seed"),
        ({"name": "A", "seed": "1"}, "seed"),
        ({"name": "A", "seed": 2**40}, "seed"),
        ({"name": "A", "members": "ann"}, "members"),
        ({"name": "A", "members": ["nobody"]}, "members"),
        ({"name": "A", "members": None}, "members"),
        ({"name": "A", "members": [1]}, "members.0"),
        ({"name": "A", "members": [""]}, "members.0"),
        ({"name": "A", "captain": "ann"}, "captain"),
        ([{"name": ""}], "0.name"),
        ([{"name": "A"}, {"name": "B", "seed": 0}], "1.seed"),
        ([{"name": "A"}, "B"], "1.non_field_errors"),
    ],
)
def test_create_refuses_bad_input_by_field(of, organizer, body, field):
    assert_problem(organizer.post(address(of, "participants/"), body), 400, field)
    assert names(of) == []
    assert_untouched(of)


@pytest.mark.parametrize("body", [[], "A", 3, [[]], [None]])
def test_create_refuses_other_shapes(of, organizer, body):
    problem = assert_problem(organizer.post(address(of, "participants/"), body), 400)
    assert "" not in problem["errors"]


def test_create_refuses_more_than_a_request_and_a_tournament_hold(of, organizer, api_client):
    many = [{"name": f"T{number}"} for number in range(1025)]
    assert_problem(organizer.post(address(of, "participants/"), many), 400)
    assert organizer.post(address(of, "participants/"), many[:1024]).status_code == 201
    more = [{"name": f"U{number}"} for number in range(1024)]
    assert organizer.post(address(of, "participants/"), more).status_code == 201
    problem = assert_problem(organizer.post(address(of, "participants/"), {"name": "Last"}), 400)
    assert str(rules.MAX_PARTICIPANTS) in problem["detail"]


def test_create_refuses_deactivated_members_and_too_many(of, organizer):
    gone = factories.user(is_active=False)
    where = address(of, "participants/")
    assert_problem(organizer.post(where, {"name": "A", "members": [gone.username]}), 400, "members")
    crowd = [f"user-{number}" for number in range(rules.MAX_MEMBERS + 1)]
    assert_problem(organizer.post(where, {"name": "A", "members": crowd}), 400, "members", says="at most")


@pytest.mark.parametrize(("first", "second"), [("Ünal", "ünal"), ("ÜNAL", "Ünal"), ("Straße", "STRAßE")])
def test_names_are_compared_without_case_in_every_script(of, organizer, first, second):
    factories.participant(of, first)
    assert_problem(organizer.post(address(of, "participants/"), {"name": second}), 400, "name")


def test_the_same_name_may_stand_in_another_tournament(of, organizer):
    factories.participant(factories.tournament(), "Twins")
    assert organizer.post(address(of, "participants/"), {"name": "Twins"}).status_code == 201


def test_list_goes_by_seed_then_id_with_the_unseeded_last(of, api_client):
    ann = factories.user("ann")
    factories.participant(of, "None first")
    factories.participant(of, "Second", seed=2)
    factories.participant(of, "First", seed=1, members=[ann])
    factories.participant(of, "Second too", seed=2)
    factories.participant(factories.tournament(), "Elsewhere", seed=1)
    page = api_client().get(address(of, "participants/")).json
    assert [row["name"] for row in page["results"]] == ["First", "Second", "Second too", "None first"]
    assert page["results"][0]["members"] == ["ann"]
    assert (page["count"], page["next"], page["previous"]) == (4, None, None)


def test_list_is_paged(of, api_client):
    factories.participants(of, 3)
    first = api_client().get(address(of, "participants/"), query_string={"page_size": 2}).json
    assert first["count"] == 3
    assert len(api_client().get(first["next"]).json["results"]) == 1
    assert_problem(api_client().get(address(of, "participants/"), query_string={"page": 3}), 404)
    for value in ("0", "x"):
        response = api_client().get(address(of, "participants/"), query_string={"page_size": value})
        assert_problem(response, 400, "page_size")


def test_list_takes_as_many_queries_for_30_rows_as_for_1(app, of, api_client):
    def fill(count):
        for _ in range(count):
            factories.participant(of, members=[factories.user()])

    assert_constant_queries(app, api_client(), address(of, "participants/"), fill)


def test_update_changes_what_is_named_and_nothing_else(of, organizer):
    ann, ben = factories.user("ann"), factories.user("ben")
    team = factories.participant(of, "Old", seed=1, members=[ann])
    response = organizer.patch(at(of, team), {"name": "New", "members": ["ben"]})
    assert response.status_code == 200
    assert (response.json["name"], response.json["seed"], response.json["members"]) == ("New", 1, ["ben"])
    meta = only_audit(of, "PARTICIPANT_UPDATE").meta
    assert (meta["old_name"], meta["new_name"]) == ("Old", "New")
    assert (meta["members_added"], meta["members_removed"]) == ([ben.id], [ann.id])
    assert "new_seed" not in meta


def test_update_clears_seed_and_members(of, organizer):
    team = factories.participant(of, seed=4, members=[factories.user()])
    response = organizer.patch(at(of, team), {"seed": None, "members": []})
    assert (response.json["seed"], response.json["members"]) == (None, [])


def test_update_to_what_stands_already_writes_nothing(of, organizer):
    ann = factories.user("ann")
    team = factories.participant(of, "Same", seed=1, members=[ann])
    for changes in ({}, {"name": "Same", "seed": 1, "members": ["ANN"]}):
        assert organizer.patch(at(of, team), changes).status_code == 200
    assert_untouched(of)


def test_update_may_change_the_case_of_its_own_name(of, organizer):
    team = factories.participant(of, "reds")
    assert organizer.patch(at(of, team), {"name": "REDS"}).json["name"] == "REDS"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Taken"}, "name"),
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"seed": 0}, "seed"),
        ({"members": ["nobody"]}, "members"),
        ({"withdrawn_at": None}, "withdrawn_at"),
        ({"tournament": 2}, "tournament"),
    ],
)
def test_update_refuses_bad_input_by_field(of, organizer, changes, field):
    factories.participant(of, "taken")
    team = factories.participant(of, "Mine")
    assert_problem(organizer.patch(at(of, team), changes), 400, field)
    assert_untouched(of)


def test_a_new_name_is_told_to_the_pages_that_show_its_matches(app, api_client):
    scene = factories.scene("LIVE")
    other = factories.match(scene.tournament)
    api_client(scene.organizer).patch(at(scene.tournament, scene.team1), {"name": "Renamed"})
    told = {event.match_id: event for event in factories.events(type="match.updated")}
    assert set(told) == {scene.match.id}
    assert told[scene.match.id].payload["participant1_name"] == "Renamed"
    assert other.id not in told
    assert api_client().get(url(scene.match)).json["participant1_name"] == "Renamed"


def test_a_removed_member_loses_what_members_see(app, api_client):
    scene = factories.scene(match_columns={"lobby": {"room_code": "SECRET"}})
    player = api_client(scene.player1)
    assert (
        player.get(url(scene.match)).json["lobby_info"]
        == {"room_code": "SECRET"} | player.get(url(scene.match)).json["lobby_info"]
    )
    api_client(scene.organizer).patch(at(scene.tournament, scene.team1), {"members": []})
    assert "SECRET" not in player.get(url(scene.match)).text


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=120),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
ENTRANT = st.dictionaries(st.sampled_from(["name", "seed", "members", "x"]), JSON, max_size=4)


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ENTRANT | st.lists(ENTRANT, max_size=3) | JSON)
def test_no_entrants_break_anything(app, api_client, body):
    of = factories.tournament()
    response = api_client(factories.staff(of)).post(address(of, "participants/"), body)
    assert response.status_code in (201, 400)
    assert bool(names(of)) == (response.status_code == 201)


def test_withdraw_marks_the_entrant_once(of, organizer):
    team = factories.participant(of, "Reds")
    response = organizer.post(at(of, team, "withdraw/"))
    assert response.status_code == 200
    assert response.json["withdrawn_at"].endswith("Z")
    only_audit(of, "PARTICIPANT_WITHDRAW")
    again = organizer.post(at(of, team, "withdraw/"), {})
    assert again.json == response.json
    only_audit(of, "PARTICIPANT_WITHDRAW")
    assert_problem(organizer.post(at(of, team, "withdraw/"), {"why": "ill"}), 400, "why")


def test_withdraw_keeps_the_entrant_out_of_new_matches_until_it_is_taken_back(of, organizer):
    team, other = factories.participants(of, 2)
    organizer.post(at(of, team, "withdraw/"))
    match = {"participant1_id": team.id, "participant2_id": other.id}
    assert_problem(organizer.post(address(of, "matches/"), match), 400, "participant1_id")
    response = organizer.delete(at(of, team, "withdraw/"))
    assert (response.status_code, response.json["withdrawn_at"]) == (200, None)
    assert organizer.post(address(of, "matches/"), match).status_code == 201
    actions = [row.action for row in factories.audit_rows(tournament_id=of.id)]
    assert actions == ["PARTICIPANT_WITHDRAW", "PARTICIPANT_REINSTATE", "MATCH_CREATE"]


def test_withdrawing_forfeits_open_matches_and_leaves_finished_ones(app, api_client):
    scene = factories.scene("READY")
    done = factories.match(scene.tournament, "COMPLETED", participant1=scene.team1, participant2=scene.team2)
    response = api_client(scene.organizer).post(at(scene.tournament, scene.team1, "withdraw/"))
    assert response.status_code == 200
    match = factories.fresh(scene.match)
    assert (match.state, match.winner_id) == ("FORFEIT", scene.team2.id)
    assert factories.fresh(done).state == "COMPLETED"
    (row,) = factories.audit_rows(action="PARTICIPANT_WITHDRAW")
    assert row.meta["forfeited_match_ids"] == [match.id]


def test_reinstating_whoever_did_not_withdraw_writes_nothing(of, organizer):
    team = factories.participant(of)
    assert organizer.delete(at(of, team, "withdraw/")).status_code == 200
    assert_untouched(of)


def test_delete_removes_an_entrant_that_nothing_refers_to(of, organizer):
    team = factories.participant(of, "Typo", members=[factories.user()])
    organizer.post(at(of, team, "invite/"))
    response = organizer.delete(at(of, team))
    assert (response.status_code, response.data) == (204, b"")
    assert names(of) == []
    assert factories.audit_rows(action="PARTICIPANT_DELETE")[0].meta["name"] == "Typo"
    assert_problem(organizer.get(at(of, team)), 404)


@pytest.mark.parametrize("is_deleted", [False, True])
def test_delete_is_refused_for_an_entrant_with_matches(of, organizer, is_deleted):
    match = factories.match(of, is_deleted=is_deleted)
    team = factories.rows(Participant, id=match.participant1_id)[0]
    assert_problem(organizer.delete(at(of, team)), 400, says="withdraw it instead")
    assert team.name in names(of)
    assert_untouched(of)


def test_delete_is_refused_for_an_entrant_of_a_bracket_without_matches(of, organizer):
    team, bracket = factories.participant(of), factories.bracket(of)
    factories.save(BracketEntrant(bracket_id=bracket.id, participant_id=team.id, seed=1))
    assert_problem(organizer.delete(at(of, team)), 400, says="withdraw it instead")
    assert_untouched(of)
