"""The list of matches against a brute-force reading of the same rows, on both databases."""

from itertools import product

import pytest

from app.domain.permissions import ANONYMOUS
from app.domain.states import MatchState
from app.services.queries.match_list import ORDERINGS, MatchFilters, list_matches
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]
LIFECYCLE = [str(state) for state in MatchState]
KEYS = {
    "created_at": lambda row: row.created_at,
    "scheduled_time": lambda row: row.scheduled_time,
    "round_number": lambda row: row.round_number,
    "state": lambda row: LIFECYCLE.index(row.state),
}


def many():
    tournament = make.tournament()
    rows = []
    for place, state in enumerate(LIFECYCLE * 2):
        rows.append(make.match(tournament, state, round_number=place % 3 + 1))
    for row in rows[::4]:
        make.change(row, scheduled_time=None)
    make.change(rows[3], is_deleted=True)
    return tournament, [make.fresh(row) for row in rows if row.id != rows[3].id]


def by_brute_force(rows, ordering):
    rows = sorted(rows, key=lambda row: row.id, reverse=ordering[-1].startswith("-"))
    for name in reversed(ordering):
        key = KEYS[name.removeprefix("-")]
        known = sorted((row for row in rows if key(row) is not None), key=key, reverse=name.startswith("-"))
        rows = known + [row for row in rows if key(row) is None]
    return [row.id for row in rows]


def ids(page):
    return [row["id"] for row in page.rows]


def test_every_order_and_pair_of_orders():
    _, rows = many()
    names = [sign + name for name in ORDERINGS for sign in ("", "-")]
    for ordering in [(name,) for name in names] + list(product(names[::3], names[::2])):
        assert ids(
            list_matches(ANONYMOUS, MatchFilters(), ordering=ordering, page_size=100)
        ) == by_brute_force(rows, ordering), ordering


def test_filters_narrow_down():
    tournament, rows = many()
    other = make.match(make.tournament())
    bracket, station, coordinator = make.bracket(tournament), make.station(tournament), make.user()
    make.change(rows[0], bracket_id=bracket.id, station_id=station.id, coordinator_id=coordinator.id)
    named = make.participant(tournament, "50%_Off")
    make.change(rows[1], participant1_id=named.id, winner_id=None, loser_id=None)
    middle = sorted(row.scheduled_time for row in rows if row.scheduled_time)[5]
    expected = {
        MatchFilters(tournament=other.tournament_id): [other.id],
        MatchFilters(bracket=bracket.id): [rows[0].id],
        MatchFilters(station=station.id): [rows[0].id],
        MatchFilters(coordinator=coordinator.id): [rows[0].id],
        MatchFilters(participant=named.id): [rows[1].id],
        MatchFilters(search="50%_o"): [rows[1].id],
        MatchFilters(search="50%xo"): [],
        MatchFilters(tournament=999_999): [],
        MatchFilters(tournament=tournament.id, states=(MatchState.LIVE, MatchState.READY)): [
            row.id for row in rows if row.state in ("LIVE", "READY")
        ],
        MatchFilters(tournament=tournament.id, round_number=2): [
            row.id for row in rows if row.round_number == 2
        ],
        MatchFilters(tournament=tournament.id, scheduled_from=middle): [
            row.id for row in rows if row.scheduled_time and row.scheduled_time >= middle
        ],
        MatchFilters(tournament=tournament.id, scheduled_until=middle): [
            row.id for row in rows if row.scheduled_time and row.scheduled_time <= middle
        ],
    }
    for filters, wanted in expected.items():
        page = list_matches(ANONYMOUS, filters, page_size=100)
        assert sorted(ids(page)) == sorted(wanted), filters
        assert page.count == len(wanted)


def test_pages_are_disjoint_and_complete():
    _, rows = many()
    pages = [list_matches(ANONYMOUS, MatchFilters(), page=n, page_size=5) for n in (1, 2, 3, 4, 5)]
    assert [len(page.rows) for page in pages] == [5, 5, 5, 2, 0]
    assert sorted(id_ for page in pages for id_ in ids(page)) == sorted(row.id for row in rows)
    # A page past the end finds nothing, and so has nothing to count with.
    assert [page.count for page in pages] == [17, 17, 17, 17, 0]


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        ("anonymous", False),
        ("stranger", False),
        ("player1", True),
        ("coordinator", True),
        ("organizer", True),
        ("admin", True),
    ],
)
def test_matches_of_a_private_tournament_are_its_peoples(role, sees):
    scene = make.scene(is_public=False)
    person = scene.person(role)
    page = list_matches(make.actor(person) if person else ANONYMOUS, MatchFilters())
    assert ids(page) == ([scene.match.id] if sees else [])


def test_a_deleted_tournament_has_no_matches():
    scene = make.scene()
    make.change(scene.tournament, is_deleted=True)
    assert list_matches(make.actor(scene.admin), MatchFilters()).count == 0
