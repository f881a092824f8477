"""GET /tournaments/<slug>/matches/: the list with its filters, in the address."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests import factories
from tests.support.queries import counted


def _get(client, tournament, query=(), *, htmx: bool = False):
    text = urlencode(list(query.items()) if isinstance(query, dict) else list(query), doseq=True)
    return client.get(f"/tournaments/{tournament.slug}/matches/?{text}", htmx=htmx)


def _ids(response) -> list[int]:
    """The matches of the page, in its order."""
    assert response.status_code == 200, response.text
    return [int(part.split('"')[0]) for part in response.text.split('<li class="match-row" id="match-')[1:]]


def test_list_shows_all_matches_by_time(client):
    tournament = factories.tournament()
    later, sooner = (
        factories.match(tournament, "SCHEDULED", scheduled_time=factories.soon(minutes))
        for minutes in (90, 30)
    )
    untimed = factories.match(tournament, "SCHEDULED", scheduled_time=None, check_in_deadline=None)
    factories.match(factories.tournament(), "READY")
    assert _ids(_get(client, tournament)) == [sooner.id, later.id, untimed.id]


def test_list_filters_by_states_in_either_case_repeated_or_with_commas(client):
    tournament = factories.tournament()
    live, ready, _done = (factories.match(tournament, state) for state in ("LIVE", "READY", "COMPLETED"))
    for query in ({"state": "live,READY"}, {"state": ["LIVE", "ready"]}):
        assert _ids(_get(client, tournament, query)) == [live.id, ready.id]


def test_list_filters_by_everything_else(client):
    tournament = factories.tournament()
    bracket, station = factories.bracket(tournament), factories.station(tournament)
    team = factories.participant(tournament, "Kestrel")
    coordinator = factories.user()
    wanted = factories.match(
        tournament,
        "READY",
        participant1=team,
        bracket_id=bracket.id,
        station_id=station.id,
        coordinator_id=coordinator.id,
        round_number=3,
    )
    factories.match(tournament, "READY")
    for query in (
        {"bracket": bracket.id},
        {"station": station.id},
        {"participant": team.id},
        {"coordinator": coordinator.id},
        {"round_number": 3},
        {"search": "kestr"},
    ):
        assert _ids(_get(client, tournament, query)) == [wanted.id], query


def test_list_reads_times_by_the_tournaments_clock(client):
    tournament = factories.tournament(time_zone="Asia/Tokyo")
    noon = datetime(2027, 5, 5, 3, 0, tzinfo=UTC)
    match = factories.match(tournament, "READY", scheduled_time=noon)
    assert _ids(_get(client, tournament, {"scheduled_time__gte": "2027-05-05T12:00"})) == [match.id]
    assert _ids(_get(client, tournament, {"scheduled_time__gte": "2027-05-05T12:01"})) == []
    assert _ids(_get(client, tournament, {"scheduled_time__lte": "2027-05-05T11:59"})) == []
    assert _ids(_get(client, tournament, {"scheduled_time__lte": "2027-05-05T03:00Z"})) == [match.id]


def test_list_orders_as_asked(client):
    tournament = factories.tournament()
    first, second = factories.matches(tournament, 2)
    assert _ids(_get(client, tournament, {"ordering": "-scheduled_time"})) == [second.id, first.id]
    live = factories.match(tournament, "LIVE", round_number=2)
    assert _ids(_get(client, tournament, {"ordering": "-state,scheduled_time"}))[0] == live.id


@pytest.mark.parametrize(
    ("query", "label"),
    [
        ({"state": "PLAYING"}, "State"),
        ({"bracket": "x"}, "Bracket"),
        ({"bracket": "99999999999999999999"}, "Bracket"),
        ({"station": "-1"}, "Station"),
        ({"participant": "one"}, "Participant id"),
        ({"coordinator": "0"}, "Coordinator id"),
        ({"round_number": "final"}, "Round"),
        ({"scheduled_time__gte": "tomorrow"}, "From"),
        ({"scheduled_time__lte": "2027-02-30T10:00"}, "Until"),
        ({"ordering": "name"}, "Order"),
        ({"page_size": "0"}, "Page size"),
        ({"search": "a\0b"}, "Participant"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_filter_that_makes_no_sense_is_named(client, query, label, htmx):
    response = _get(client, factories.tournament(), query, htmx=htmx)
    assert response.status_code == 400
    summary = response.text.split('class="error-summary"')[1]
    assert f"<li>{label}: " in summary


def test_what_was_typed_stays_in_the_form(client):
    response = _get(client, factories.tournament(), {"round_number": "final", "search": "Kestrel"})
    assert 'value="Kestrel"' in response.text
    assert 'value="final"' in response.text
    assert 'aria-invalid="true"' in response.text


def test_empty_fields_of_the_form_filter_nothing(client):
    tournament = factories.tournament()
    match = factories.match(tournament, "READY")
    blank = dict.fromkeys(
        ("search", "bracket", "station", "round_number", "scheduled_time__gte", "scheduled_time__lte"), ""
    )
    assert _ids(_get(client, tournament, blank)) == [match.id]


def test_a_filter_that_finds_nothing_offers_the_whole_list(client):
    tournament = factories.tournament()
    factories.match(tournament, "READY")
    response = _get(client, tournament, {"bracket": 12345})
    assert _ids(response) == []
    assert "No match fits these filters." in response.text
    assert "Show all matches" in response.text


def test_list_is_paged_and_keeps_the_filters_in_its_links(client):
    tournament = factories.tournament()
    made = factories.matches(tournament, 25)
    first = _get(client, tournament, [("state", "SCHEDULED"), ("state", "LIVE")])
    assert len(_ids(first)) == 20
    assert "Page 1 of 2" in first.text
    link = first.text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert link.endswith("state=SCHEDULED&state=LIVE&page=2")
    assert _ids(client.get(link)) == [match.id for match in made[20:]]
    assert len(_ids(_get(client, tournament, {"page_size": 500}))) == 25


@pytest.mark.parametrize("page", ["0", "3", "x", "", "99999999999999999999"])
def test_a_page_that_is_none_is_not_found(client, page):
    tournament = factories.tournament()
    factories.matches(tournament, 25)
    assert _get(client, tournament, {"page": page}).status_code == 404


def test_htmx_gets_the_results_alone(client):
    tournament = factories.tournament()
    match = factories.match(tournament, "READY")
    response = _get(client, tournament, htmx=True)
    assert _ids(response) == [match.id]
    assert response.text.lstrip().startswith("<section")
    assert "<html" not in response.text
    assert "HX-Request" in response.headers["Vary"]


def test_going_back_in_the_history_gets_the_whole_page(client):
    tournament = factories.tournament()
    headers = {"HX-History-Restore-Request": "true"}
    response = client.get(f"/tournaments/{tournament.slug}/matches/", htmx=True, headers=headers)
    assert "<html" in response.text


def test_list_asks_as_often_for_thirty_rows_as_for_one(app, client):
    tournament = factories.tournament()
    factories.matches(tournament, 1)
    _get(client, tournament)
    with counted(app) as one:
        assert len(_ids(_get(client, tournament, {"page_size": 30}))) == 1
    factories.matches(tournament, 29, scheduled_time=factories.soon(5) + timedelta(days=1))
    # What is expected of the matches is estimated anew, once.
    _get(client, tournament)
    with counted(app) as thirty:
        assert len(_ids(_get(client, tournament, {"page_size": 30}))) == 30
    assert len(thirty) == len(one) <= 6
