"""The room in which brackets are made: every format with its options, places of groups, and Swiss rounds."""

from datetime import UTC, datetime

import pytest

from app.domain.brackets.qualifiers import slots_of_best
from app.domain.brackets.single_elimination import rounds_of, seed_fold
from app.models import Bracket, BracketEntrant, Match, User
from app.services import matches, results
from tests import factories

DATA = {
    "name": "Made",
    "format": "single_elimination",
    "entrants": "all",
    "seeding": "given",
    "best_of": "1",
    "best_of_rounds": "",
    "grand_final": "single",
    "groups": "1",
    "legs": "1",
    "rounds": "",
    "win": "3",
    "draw": "1",
    "loss": "0",
}


@pytest.fixture
def room(web_client):
    """An organizer in a tournament of eight: (client, tournament, participants, address)."""
    organizer = factories.user()
    tournament = factories.tournament(organizer, enable_check_in=False)
    entrants = factories.participants(tournament, 8)
    return web_client(organizer), tournament, entrants, f"/tournaments/{tournament.slug}/settings/brackets/"


def _made(tournament) -> Bracket:
    return factories.rows(Bracket, tournament_id=tournament.id)[-1]


@pytest.mark.parametrize(
    ("change", "options", "count"),
    [
        ({"third_place": "y"}, {"third_place": True}, 8),
        ({"format": "double_elimination", "grand_final": "double"}, {"grand_final": "double"}, 15),
        ({"format": "double_elimination", "grand_final": "none"}, {"grand_final": "none"}, 13),
        ({"format": "round_robin", "groups": "2", "legs": "2"}, {"groups": 2, "legs": 2}, 24),
        ({"format": "round_robin", "draws": "y", "win": "2"}, {"draws": True, "points": {"win": 2, "draw": 1, "loss": 0}}, 28),
        ({"format": "swiss", "rounds": "4", "win": "1", "draw": "0.5"}, {"rounds": 4, "points": {"win": 1, "draw": 0.5, "loss": 0}}, 4),
        ({"format": "swiss", "tiebreaks-0": "wins", "tiebreaks-1": "buchholz"}, {"rounds": 3, "tiebreaks": ["wins", "buchholz"]}, 4),
    ],
)  # fmt: skip
def test_each_format_is_made_with_its_options(room, change, options, count):
    client, tournament, _, path = room
    response = client.post(path, DATA | change)
    assert response.status_code == 303, response.text
    bracket = _made(tournament)
    assert {name: bracket.options.get(name) for name in options} == options
    assert len(factories.rows(Match, bracket_id=bracket.id)) == count


def test_options_of_other_formats_are_not_looked_at(room):
    client, tournament, _, path = room
    client.post(path, DATA | {"draws": "y", "groups": "3", "rounds": "9", "tiebreaks-0": "wins"})
    assert _made(tournament).options == {"best_of": 1, "seeding": "given"}


def test_some_play_in_the_order_that_was_typed(room):
    client, tournament, entrants, path = room
    chosen = [entrants[5], entrants[0], entrants[3]]
    names = "\n".join(f"  {entrant.name.upper()} " for entrant in chosen)
    assert client.post(path, DATA | {"entrants": "chosen", "participants": names}).status_code == 303
    rows = factories.rows(BracketEntrant, bracket_id=_made(tournament).id)
    assert {row.seed: row.participant_id for row in rows} == {
        place: entrant.id for place, entrant in enumerate(chosen, start=1)
    }


def test_single_rounds_can_be_longer(room):
    client, tournament, _, path = room
    assert client.post(path, DATA | {"best_of": "3", "best_of_rounds": "2: 5, 3:7"}).status_code == 303
    lengths = {
        match.round_number: match.best_of for match in factories.rows(Match, bracket_id=_made(tournament).id)
    }
    assert lengths == {1: 3, 2: 5, 3: 7}


def test_the_best_of_groups_go_on_to_a_knockout(room):
    client, tournament, _, path = room
    client.post(path, DATA | {"format": "round_robin", "groups": "2"})
    groups = _made(tournament)
    assert "The best of the groups of another bracket" in client.get(path).text
    places = {"name": "Playoffs", "entrants": "places", "source": str(groups.id), "best": "2", "extra": "0"}
    assert client.post(path, DATA | places).status_code == 303
    playoffs = _made(tournament)
    assert playoffs.options["from"] == groups.id
    first = factories.rows(Match, bracket_id=playoffs.id, round_number=1)
    labels = [{match.slot1_label, match.slot2_label} for match in first]
    assert {"1st of group A", "2nd of group B"} in labels
    assert {"1st of group B", "2nd of group A"} in labels


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"entrants": "chosen", "participants": "Nobody at all"}, "Not in this tournament"),
        ({"entrants": "chosen", "participants": "{0}\n{0}"}, "twice"),
        ({"entrants": "chosen", "participants": ""}, "Enter the names"),
        ({"entrants": "places"}, "Not a valid choice"),
        ({"best_of_rounds": "final: 5"}, "Write rounds and games"),
        ({"best_of_rounds": "2: 4"}, "Write rounds and games"),
        ({"format": "round_robin", "groups": "0"}, "A whole number from 1"),
        ({"format": "round_robin", "groups": "7"}, "Each group needs at least 2"),
        ({"format": "swiss", "rounds": "65"}, "A whole number from 1 to 64"),
        ({"format": "swiss", "win": "-1"}, "A number from 0"),
        ({"format": "swiss", "win": "NaN"}, "umber"),
        ({"format": "swiss", "tiebreaks-0": "wins", "tiebreaks-1": "wins"}, "each once"),
        ({"format": "swiss", "tiebreaks-0": "luck"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_what_was_typed(room, change, why):
    client, tournament, entrants, path = room
    if "participants" in change:
        change = change | {"participants": change["participants"].format(entrants[0].name)}
    response = client.post(path, DATA | change)
    assert response.status_code == 400
    assert why in response.text
    assert 'value="Made"' in response.text
    assert not factories.rows(Bracket, tournament_id=tournament.id)


def test_places_are_for_knockouts(room):
    client, tournament, _, path = room
    client.post(path, DATA | {"format": "round_robin"})
    places = {"entrants": "places", "source": str(_made(tournament).id), "best": "2", "format": "swiss"}
    response = client.post(path, DATA | places)
    assert response.status_code == 400
    assert "go on to an elimination bracket" in response.text
    response = client.post(path, DATA | places | {"format": "single_elimination", "source": "4711"})
    assert "Choose the bracket with the groups." in response.text


def test_the_next_swiss_round_is_paired_when_the_last_is_over(room, app):
    client, tournament, _, path = room
    client.post(path, DATA | {"format": "swiss", "rounds": "2"})
    bracket = _made(tournament)
    assert "Round 2 can be paired once all matches of round 1 are over." in client.get(path).text
    address = f"{path}{bracket.id}/next-round"
    early = client.post(address, {}, follow_redirects=True).text
    assert "The round is not over." in early
    with app.app_context():
        for match in factories.rows(Match, bracket_id=bracket.id):
            organizer = factories.rows(type(factories.user()), id=tournament.organizer_id)[0]
            verb = {"actor": factories.actor(organizer), "match_id": match.id, "now": datetime.now(UTC)}
            matches.start(**verb)
            results.submit_result(claim=results.result_claim(1, 0), **verb)
    assert "Round 2 is paired" in client.post(address, {}, follow_redirects=True).text
    assert len(factories.rows(Match, bracket_id=bracket.id, round_number=2)) == 4
    # No third round, and so no button any more.
    assert "Next round" not in client.get(path).text


def test_only_a_swiss_bracket_has_next_rounds(room):
    client, tournament, _, path = room
    client.post(path, DATA)
    text = client.post(f"{path}{_made(tournament).id}/next-round", {}, follow_redirects=True).text
    assert "Only a Swiss bracket is paired round by round." in text
    assert client.post(f"{path}4711/next-round", {}).status_code == 404


def test_a_stranger_makes_no_brackets(room, web_client):
    _, tournament, _, path = room
    stranger = web_client(factories.user())
    assert stranger.get(path).status_code == 403
    assert stranger.post(path, DATA).status_code == 403
    assert not factories.rows(Bracket, tournament_id=tournament.id)


# -- who meets whom -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "best", "earliest"),
    [(2, 2, 2), (4, 2, 3), (8, 2, 4), (2, 4, 2), (4, 4, 3), (6, 2, 3), (3, 2, 2), (12, 2, 3), (16, 2, 4)],
)
def test_sides_of_one_group_meet_late(groups, best, earliest):
    names = [chr(ord("A") + place) for place in range(groups)]
    slots = slots_of_best(names, best)
    assert [slot["group"] for slot in slots if slot["rank"] == 1] == names
    assert len({(slot["group"], slot["rank"]) for slot in slots}) == groups * best
    fold = seed_fold(1 << rounds_of(len(slots)))
    places = {(slot["group"], slot["rank"]): fold.index(seed) for seed, slot in enumerate(slots, start=1)}
    meetings = [
        (places[name, first] ^ places[name, second]).bit_length()
        for name in names
        for first in range(1, best + 1)
        for second in range(1, first)
    ]
    assert min(meetings) >= earliest


def test_the_best_of_those_placed_next_come_last():
    slots = slots_of_best(["A", "B", "C"], 2, 2)
    assert slots[-2:] == [{"rank": 3, "best": 1}, {"rank": 3, "best": 2}]


def test_a_bracket_that_has_not_begun_is_deleted_with_its_matches(room, app):
    client, tournament, _, path = room
    client.post(path, DATA)
    bracket = _made(tournament)
    assert "Delete bracket" in client.get(path).text
    text = client.post(f"{path}{bracket.id}/delete", {}, follow_redirects=True).text
    assert "The bracket and its matches are deleted." in text
    assert factories.fresh(bracket).is_deleted
    assert all(match.is_deleted for match in factories.rows(Match, bracket_id=bracket.id))
    assert client.post(f"{path}{bracket.id}/delete", {}).status_code == 404


def test_a_bracket_that_has_begun_stays(room, app):
    client, tournament, _, path = room
    client.post(path, DATA)
    bracket = _made(tournament)
    first = factories.rows(Match, bracket_id=bracket.id)[0]
    factories.change(first, state="LIVE")
    text = client.post(f"{path}{bracket.id}/delete", {}, follow_redirects=True).text
    assert "M1 is LIVE already." in text
    assert not factories.fresh(bracket).is_deleted


def test_a_name_and_a_format_are_enough(room):
    client, tournament, _, path = room
    assert client.post(path, {"name": "Main", "format": "single_elimination"}).status_code == 303
    assert _made(tournament).name == "Main"


def test_the_seed_of_a_random_draw_is_shown(room):
    client, tournament, _, path = room
    client.post(path, DATA | {"seeding": "random"})
    assert f"with the seed {_made(tournament).options['seed']}" in client.get(path).text


def test_a_bracket_that_has_begun_says_that_it_stays(room, app):
    client, tournament, _, path = room
    client.post(path, DATA)
    assert "Delete bracket" in client.get(path).text
    match = factories.rows(Match, bracket_id=_made(tournament).id, state="READY")[0]
    with app.app_context():
        organizer = factories.rows(User, id=tournament.organizer_id)[0]
        matches.start(actor=factories.actor(organizer), match_id=match.id, now=datetime.now(UTC))
    text = client.get(path).text
    assert "Delete bracket" not in text
    assert "It has begun" in text
    refused = client.post(f"{path}{_made(tournament).id}/delete", follow_redirects=True)
    assert "is LIVE already" in refused.text
