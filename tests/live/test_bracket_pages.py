"""Bracket pages: a new bracket, a new round and a bracket that is gone come in the push, if they are not too large."""

import pytest
from socketio.exceptions import ConnectionError as Refused

from app.models import Bracket, Match
from app.services import brackets, matches, results, swiss
from tests import factories


@pytest.fixture
def hall():
    """An organizer, and a tournament of theirs without check-in."""
    organizer = factories.user()
    return organizer, factories.tournament(organizer, enable_check_in=False)


def _page(kind, of):
    return {"page": kind, "id": of.id, "seq": 0}


def _generate(desk, hall, number, format="single_elimination", **options):
    organizer, of = hall
    factories.participants(of, number)
    desk.do(
        brackets.generate_bracket,
        organizer,
        tournament_id=of.id,
        name="Main",
        format=format,
        options=options,
    )
    return factories.rows(Bracket, tournament_id=of.id)[-1]


def _play(desk, hall, bracket):
    for match in factories.rows(Match, bracket_id=bracket.id, state="READY"):
        desk.do(matches.start, hall[0], match_id=match.id)
        claim = results.result_claim(1, 0)
        desk.do(results.submit_result, hall[0], match_id=match.id, claim=claim)


def _told(listener, bracket, match_id=None):
    return [
        payload
        for name, payload in listener.heard
        if name == "bracket_updated" and payload["match_id"] == match_id
        if payload["bracket_id"] == bracket.id
    ]


def test_a_bracket_that_is_made_comes_whole_and_to_drawings_only(desk, listen, hall):
    drawing, overview = listen(_page("bracket", hall[1])), listen(_page("tournament", hall[1]))
    bracket = _generate(desk, hall, 4)
    payload = drawing.wait_for("bracket_updated")
    assert payload["html"].startswith('<section class="section bracket-section"')
    assert payload["html"].count('class="bracket-match"') == 3
    assert f'href="/tournaments/{hall[1].slug}/matches/?bracket={bracket.id}"' in payload["html"]
    assert "html" not in overview.wait_for("bracket_updated")


def test_a_page_that_comes_later_is_sent_the_bracket_as_it_is_now(desk, listen, hall):
    bracket = _generate(desk, hall, 4)
    _play(desk, hall, bracket)
    payload = listen(_page("bracket", hall[1])).wait_for("bracket_updated")
    assert payload["html"].count('data-state="COMPLETED" data-winner-to') == 2


def test_a_bracket_that_is_gone_leaves_nothing(desk, listen, hall):
    organizer, of = hall
    listener = listen(_page("bracket", of))
    bracket = _generate(desk, hall, 4)
    desk.do(brackets.delete_bracket, organizer, tournament_id=of.id, bracket_id=bracket.id)
    listener.wait(2)
    assert _told(listener, bracket)[-1]["html"] == ""


def test_of_a_swiss_bracket_the_latest_round_comes_with_the_table(desk, listen, hall):
    organizer, of = hall
    bracket = _generate(desk, hall, 4, "swiss", rounds=3)
    _play(desk, hall, bracket)
    listener = listen(_page("bracket", of) | {"seq": factories.fresh(of).event_seq})
    late = factories.participant(of)
    desk.do(swiss.next_round, organizer, tournament_id=of.id, bracket_id=bracket.id)
    html = listener.wait_for("bracket_updated")["html"]
    assert "data-latest-round" in html
    assert 'data-round="2"' in html
    assert 'data-round="1"' not in html
    assert f'data-side="{late.id}"' in html.split("</table>")[0]


def test_a_table_follows_in_the_push_to_drawings_only(desk, listen, hall):
    bracket = _generate(desk, hall, 4, "round_robin", groups=2)
    seq = factories.fresh(hall[1]).event_seq
    drawing, overview = (listen(_page(kind, hall[1]) | {"seq": seq}) for kind in ("bracket", "tournament"))
    _play(desk, hall, bracket)
    payload = drawing.wait_for("bracket_updated")
    assert [table["group"] for table in payload["tables"]] == ["A"]
    assert "html" not in payload
    assert "tables" not in overview.wait_for("bracket_updated")


@pytest.mark.parametrize(("number", "format"), [(200, "single_elimination"), (400, "swiss")])
def test_what_is_too_large_is_left_to_be_fetched(desk, listen, hall, number, format):
    listener = listen(_page("bracket", hall[1]))
    _generate(desk, hall, number, format)
    assert "html" not in listener.wait_for("bracket_updated")


def test_a_match_comes_to_a_drawing_as_to_other_pages(desk, listen, hall):
    bracket = _generate(desk, hall, 2)
    match = factories.rows(Match, bracket_id=bracket.id)[0]
    listener = listen(_page("bracket", hall[1]) | {"seq": factories.fresh(hall[1]).event_seq})
    desk.do(matches.start, hall[0], match_id=match.id)
    assert f'id="match-{match.id}"' in listener.wait_for("match_started")["html"]


def test_a_drawing_of_a_private_tournament_is_for_its_people_only(listen):
    with pytest.raises(Refused):
        listen(_page("bracket", factories.tournament(is_public=False)))


def test_a_page_that_missed_more_drawings_than_it_has_starts_anew(desk, listen, hall):
    there = listen(_page("bracket", hall[1]))
    for newcomers in (120, 0):
        _generate(desk, hall, newcomers)
    there.wait(2)
    late = listen(_page("bracket", hall[1]))
    late.wait_for("reset")
    assert late.names() == ["reset"]
    # From now on it hears what is new.
    _generate(desk, hall, 0)
    assert late.wait_for("bracket_updated")["html"].count('class="bracket-match"') == 119
