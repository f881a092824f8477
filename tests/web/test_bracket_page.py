"""The bracket page: trees of any size, tables with their rounds, what is live in them, and who sees it."""

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from app.domain.brackets.double_elimination import plan_double_elimination
from app.domain.brackets.single_elimination import plan_single_elimination
from app.models import Match, Participant, User
from app.services import brackets, matches, outcomes, results, swiss, tournaments
from app.web.bracket_tree import columns_of
from app.web.drawing import draw, left_out
from tests import factories
from tests.support.queries import counted

FORMATS = ("single_elimination", "double_elimination", "round_robin", "swiss")


def _now():
    return datetime.now(UTC)


@pytest.fixture
def made(app):
    """Makes a bracket of so many entrants: `made(number, format, **options)` is (tournament, bracket id)."""

    def make(number, format="single_elimination", of=None, **options):
        of = of or factories.tournament(factories.user(), enable_check_in=False)
        factories.participants(of, number) if number else None
        with app.app_context():
            bracket_id = brackets.generate_bracket(
                actor=_organizer(of),
                tournament_id=of.id,
                name=f"The {format}",
                format=format,
                options=options,
                now=_now(),
            )
        return of, bracket_id

    return make


def _organizer(of):
    return factories.actor(factories.rows(User, id=of.organizer_id)[0])


@pytest.fixture
def play(app):
    """Plays a match to a result: `play(tournament, match, 2, 0)`."""

    def one(of, match, score1=1, score2=0):
        with app.app_context():
            verb = {"actor": _organizer(of), "match_id": match.id, "now": _now()}
            matches.start(**verb)
            results.submit_result(claim=results.result_claim(score1, score2), **verb)

    return one


def _page(client, tournament) -> str:
    response = client.get(f"/tournaments/{tournament.slug}/bracket/")
    assert response.status_code == 200
    return response.text


def _boxes(text: str) -> list[int]:
    return [int(found) for found in re.findall(r'class="bracket-match"[^>]*data-match-id="(\d+)"', text)]


# -- the tree ---------------------------------------------------------------------------------------------


def _rows(number: int, format: str = "single_elimination") -> list[dict]:
    """The plan of a bracket as the page reads it, the seeds as names."""
    is_single = format == "single_elimination"
    plan = plan_single_elimination(number) if is_single else plan_double_elimination(number)
    return [
        {
            "id": match.match_number,
            "round_number": match.round_number,
            "section": match.section,
            "match_number": match.match_number,
            "winner_to_match_id": match.winner_to.match_number if match.winner_to else None,
            "winner_to_slot": match.winner_to.slot if match.winner_to else None,
            **{
                f"participant{side}_{what}": seed if what == "id" else f"Seed {seed}" if seed else ""
                for side, seed in ((1, match.seed1), (2, match.seed2))
                for what in ("id", "name")
            },
            "slot1_label": "",
            "slot2_label": "",
            "slot1_source": None,
            "slot2_source": None,
        }
        for match in plan
    ]


@pytest.mark.parametrize("number", [2, 3, 5, 8, 13, 27, 50, 64, 100, 128])
def test_every_match_of_a_single_elimination_stands_between_those_that_feed_it(number):
    columns = columns_of(_rows(number), names_rounds=True, shows_byes=True)
    assert sum(len(column.rows) for column in columns) == number - 1
    assert [len(column.slots) for column in columns] == [
        1 << place for place in reversed(range(len(columns)))
    ]
    for column, following in pairwise(columns):
        for place, slot in enumerate(column.slots):
            if slot.row is not None:
                assert following.slots[place // 2].row["id"] == slot.row["winner_to_match_id"]
                assert slot.line == ("down", "up")[place % 2]
    byes = [slot.bye for slot in columns[0].slots if slot.bye]
    expected = (1 << (number - 1).bit_length()) - number if number > 2 else 0
    assert len(byes) == expected
    assert set(byes) == {f"Seed {seed}" for seed in range(1, expected + 1)}


@pytest.mark.parametrize("number", [2, 3, 5, 6, 8, 13, 16, 33, 64, 128])
@pytest.mark.parametrize("section", ["upper", "lower"])
def test_both_halves_of_a_double_elimination_are_trees(number, section):
    rows = [row for row in _rows(number, "double_elimination") if row["section"] == section]
    if not rows:
        assert number == 2
        return
    columns = columns_of(rows, names_rounds=False, shows_byes=False)
    assert sorted(row["id"] for column in columns for row in column.rows) == [row["id"] for row in rows]
    # Lines do not cross: what feeds is as far down as what it feeds.
    for column, following in pairwise(columns):
        fan = len(column.slots) // len(following.slots)
        for place, slot in enumerate(column.slots):
            if slot.row is not None:
                target = following.slots[place // fan].holds
                assert target["id"] in (slot.row["winner_to_match_id"], slot.row["id"])
                assert slot.line == ("level" if fan == 1 else ("down", "up")[place % 2])


def test_a_first_round_of_hardly_anybody_takes_no_room():
    columns = columns_of(_rows(257), names_rounds=True, shows_byes=True)
    assert [len(column.slots) for column in columns[:3]] == [128, 128, 64]
    assert len(columns[0].rows) == 1
    assert columns[0].title == "Round 1"


def test_rounds_have_names_as_far_as_they_are_full():
    titles = [column.title for column in columns_of(_rows(13), names_rounds=True, shows_byes=True)]
    assert titles == ["Round of 16", "Quarter-finals", "Semi-finals", "Final"]


def test_what_is_no_tree_stands_in_the_order_of_numbers():
    rows = _rows(8)
    for row in rows[:4]:
        row["winner_to_match_id"] = None
    columns = columns_of(rows, names_rounds=True, shows_byes=True)
    assert [[row["id"] for row in column.rows] for column in columns] == [[1, 2, 3, 4], [5, 6], [7]]
    assert not any(slot.line or slot.fed for column in columns for slot in column.slots)


def test_of_a_bracket_too_large_the_late_rounds_are_drawn():
    rows = [{**row, "bracket": 1} for row in _rows(1024, "double_elimination")]
    bracket = {"id": 1, "format": "double_elimination", "options": {}}
    sizes: dict = {}
    for row in rows:
        place = (row["section"], row["round_number"])
        sizes[place] = sizes.get(place, 0) + 1
    out = left_out([bracket], {1: sizes})
    kept = [row for row in rows if (1, row["section"], row["round_number"]) not in out]
    drawn = draw([bracket], kept, {}, {1: sizes}, out)[0]
    assert drawn["count"] == len(rows)
    upper = drawn["parts"][0]["columns"]
    assert len(upper[0].rows) == 32
    assert drawn["left_out"][0]["title"] == "Upper round 1 (512 matches)"
    missing = sum(part["count"] for part in drawn["left_out"])
    assert missing + sum(len(c.rows) for part in drawn["parts"] for c in part["columns"]) == len(rows)


# -- the page ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("number", [2, 5, 8])
def test_every_match_of_every_format_is_on_the_page_once(client, made, format, number):
    tournament, bracket_id = made(number, format)
    expected = {match.id for match in factories.rows(Match, bracket_id=bracket_id)}
    shown = _boxes(_page(client, tournament))
    assert len(shown) == len(set(shown))
    assert set(shown) == expected


def test_byes_have_names(client, made):
    tournament, _ = made(5)
    assert _page(client, tournament).count("bracket-bye__word") == 3


def test_a_double_elimination_has_its_parts_and_its_second_final(client, made):
    tournament, _ = made(8, "double_elimination", grand_final="double")
    text = _page(client, tournament)
    for title in ("Upper bracket", "Lower bracket", "Upper final", "Lower final", "Second grand final"):
        assert title in text


def test_a_result_is_shown_and_the_winner_stands_in_the_next_box(client, made, play):
    tournament, bracket_id = made(4)
    first, second, final = factories.rows(Match, bracket_id=bracket_id)
    play(tournament, first, 3, 1)
    text = _page(client, tournament)
    box = text.split(f'data-match-id="{final.id}"')[1].split("</a>")[0]
    assert f'data-side="{first.participant1_id}"' in box
    assert f"Winner of M{second.match_number}" in box
    assert f'data-match-id="{first.id}" data-state="COMPLETED" data-winner-to="{final.id}"' in text


def test_the_page_needs_no_style_attribute(client, made):
    tournament, _ = made(8, "double_elimination")
    assert "style=" not in _page(client, tournament)


def test_a_swiss_shows_its_rounds_latest_first_and_the_bye(client, made, play, app):
    tournament, bracket_id = made(5, "swiss", rounds=3)
    for match in factories.rows(Match, bracket_id=bracket_id, state="READY"):
        play(tournament, match)
    with app.app_context():
        swiss.next_round(
            actor=_organizer(tournament), tournament_id=tournament.id, bracket_id=bracket_id, now=_now()
        )
    text = _page(client, tournament)
    assert text.index("Round 2 <span") < text.index("Round 1 <span")
    assert ">Bye<" in text
    assert "Buchholz" in text
    assert re.findall(r'<details class="fold round" data-round="(\d)" open>', text) == ["2"]


def test_a_side_that_withdrew_is_marked(client, made, app):
    tournament, _ = made(4, "round_robin")
    gone = factories.rows(Participant, tournament_id=tournament.id)[0]
    with app.app_context():
        tournaments.withdraw_participant(
            actor=_organizer(tournament), tournament_id=tournament.id, participant_id=gone.id, now=_now()
        )
    table = _page(client, tournament).split("</table>")[0]
    assert table.count("withdrew") == 1
    assert gone.name in table.split("withdrew")[0].rsplit("<tr", 1)[1]


def test_places_that_go_on_are_marked(client, made):
    tournament, groups = made(8, "round_robin", groups=2)
    slots = [{"group": group, "rank": 1} for group in "AB"] + [
        {"rank": 2, "best": 1},
        {"rank": 2, "best": 2},
    ]
    made(0, "single_elimination", of=tournament, slots=slots, **{"from": groups})
    text = _page(client, tournament)
    assert text.count('class="standings__through"') == 2
    assert text.count('class="standings__maybe"') == 2
    assert "moves on" in text
    assert "1st of group A" in text


def test_who_arrived_in_a_later_bracket_is_marked_however_it_was_made(client, made):
    tournament, groups = made(4, "round_robin")
    entrants = factories.rows(Participant, tournament_id=tournament.id)
    knockout = factories.bracket(tournament)
    # As an import leaves it: one side has arrived, the other waits for a place.
    factories.match(
        tournament,
        "SCHEDULED",
        participant1=entrants[3],
        participant2=None,
        bracket_id=knockout.id,
        slot2_source={"bracket": groups, "rank": 1, "group": ""},
    )
    table = _page(client, tournament).split("</table>")[0]
    marked = [row for row in table.split("<tr")[2:] if "standings__through" in row]
    assert len(marked) == 2
    assert entrants[3].name in marked[1]


def test_a_champion_is_named(client, made, play):
    tournament, bracket_id = made(2)
    match = factories.rows(Match, bracket_id=bracket_id)[0]
    assert "data-champion hidden" in _page(client, tournament)
    play(tournament, match)
    assert "data-champion hidden" not in _page(client, tournament)


def test_a_forfeited_match_says_so(client, made, app):
    tournament, bracket_id = made(4)
    match = factories.rows(Match, bracket_id=bracket_id)[0]
    with app.app_context():
        outcomes.forfeit(
            actor=_organizer(tournament),
            match_id=match.id,
            participant_id=match.participant2_id,
            reason="",
            now=_now(),
        )
    assert f'data-match-id="{match.id}" data-state="FORFEIT"' in _page(client, tournament)


@pytest.mark.parametrize("format", FORMATS)
def test_a_larger_bracket_takes_no_more_queries(app, web_client, made, format):
    counts, client = [], web_client(factories.user())
    for number in (4, 24):
        tournament, _ = made(number, format)
        _page(client, tournament)
        with counted(app) as statements:
            _page(client, tournament)
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("role", "status"), [("anonymous", 404), ("stranger", 404), ("player1", 200), ("organizer", 200)]
)
def test_a_private_bracket_is_for_its_own_people(web_client, made, role, status):
    scene = factories.scene(is_public=False)
    made(0, of=scene.tournament)
    path = f"/tournaments/{scene.tournament.slug}/bracket/"
    assert web_client(scene.person(role)).get(path).status_code == status


@pytest.mark.parametrize("format", FORMATS)
def test_the_overview_tells_how_far_each_format_is(client, made, play, format):
    tournament, bracket_id = made(4, format)
    play(tournament, factories.rows(Match, bracket_id=bracket_id, state="READY")[0])
    text = client.get(f"/tournaments/{tournament.slug}/").text
    assert f"The {format}" in text
    assert re.search(r"1 of \d+ matches over", text)
    assert ('class="leaders"' in text) is (format in ("round_robin", "swiss"))


def test_the_overview_names_the_first_of_each_group(client, made, play):
    tournament, bracket_id = made(8, "round_robin", groups=2)
    match = factories.rows(Match, bracket_id=bracket_id)[0]
    play(tournament, match, 4, 0)
    leaders = client.get(f"/tournaments/{tournament.slug}/").text.split('class="leaders"')[1]
    winner = factories.rows(Participant, id=match.participant1_id)[0]
    assert leaders.index(">A</td>") < leaders.index(winner.name) < leaders.index(">B</td>")
