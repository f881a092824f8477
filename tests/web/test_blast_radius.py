"""What a verb would change stands on the page before it is done: of each choice its own."""

import re

import pytest

from app.models import Match
from app.services import brackets, matches, results
from app.services.results import result_claim
from tests import factories as make
from tests.web.verbs import BY_NAME

PREVIEWED = (
    "undo-start",
    "resolve-dispute",
    "forfeit",
    "cancel",
    "reopen",
    "restore-result",
    "restore",
    "delete",
)


class Cup:
    """Four in single elimination, with a match for the third place; check-in is off."""

    def __init__(self, app, web_client, format="single_elimination", **options):
        self.tournament = make.tournament(enable_check_in=False, dispute_window_minutes=600)
        self.user = make.staff(self.tournament)
        self.organizer = make.actor(self.user)
        self.teams = make.participants(self.tournament, 4)
        self.app = app
        with app.app_context():
            self.bracket_id = brackets.generate_bracket(
                actor=self.organizer,
                tournament_id=self.tournament.id,
                name="Main",
                format=format,
                now=make.soon(0),
                options=options,
            )
        self.client = web_client(self.user)

    def match(self, number):
        rows = make.rows(Match, bracket_id=self.bracket_id)
        return next(match for match in rows if match.match_number == number)

    def do(self, verb, number, **arguments):
        with self.app.app_context():
            verb(actor=self.organizer, match_id=self.match(number).id, now=make.soon(0), **arguments)

    def play(self, number, a=2, b=0):
        self.do(matches.start, number)
        self.do(results.submit_result, number, claim=result_claim(a, b))

    def dispute(self, number):
        self.do(results.report_dispute, number, reason="wrong_winner")

    def asks(self, number, verb, **data):
        """The text that the page shows for this choice."""
        match = self.match(number)
        response = self.client.post(f"/matches/{match.id}/{verb}?preview=true", data, htmx=True)
        assert response.status_code == 200
        assert make.fresh(match).version == match.version
        return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def _scene(verb):
    """A match whose page shows the verb."""
    scene = BY_NAME[verb].scene()
    if verb == "restore-result":
        make.result(scene.match, status="superseded", n=2)
    return scene


@pytest.mark.parametrize("verb", PREVIEWED)
def test_a_preview_changes_nothing_and_names_the_match(web_client, verb):
    case = BY_NAME[verb]
    scene = _scene(verb)
    for htmx in (True, False):
        response = web_client(scene.organizer).post(
            f"/matches/{scene.match.id}/{verb}?preview=true", case.data(scene), htmx=htmx
        )
        assert response.status_code == 200
        assert "This match would be" in response.text
        assert ("<html" in response.text) != htmx
    assert make.fresh(scene.match).version == scene.match.version
    assert not make.audit_rows(match_id=scene.match.id) and not make.events(match_id=scene.match.id)


@pytest.mark.parametrize("verb", PREVIEWED)
def test_the_form_asks_for_its_preview_with_and_without_scripts(web_client, verb):
    scene = _scene(verb)
    page = web_client(scene.organizer).get(f"/matches/{scene.match.id}/").text
    address = f"/matches/{scene.match.id}/{verb}?preview=true"
    assert f'hx-post="{address}"' in page
    assert f'formaction="{address}#match-{scene.match.id}-{verb}-effects"' in page


@pytest.mark.parametrize("role", ["player1", "coordinator", "stranger"])
def test_a_preview_is_for_those_who_may(web_client, role):
    for verb in PREVIEWED:
        scene = BY_NAME[verb].scene()
        response = web_client(scene.person(role)).post(f"/matches/{scene.match.id}/{verb}?preview=true")
        assert response.status_code == 403


def test_each_ruling_has_its_own(app, web_client):
    cup = Cup(app, web_client, third_place=True)
    cup.play(1)
    cup.dispute(1)
    first, fourth = cup.teams[0].name, cup.teams[3].name
    assert "No other match changes" in cup.asks(1, "resolve-dispute", decision="uphold")
    scores = {"participant1_score": "0", "participant2_score": "2"}
    told = cup.asks(1, "resolve-dispute", decision="correct", **scores)
    assert f"M4 gets {fourth} instead of {first}" in told and f"M3 gets {first} instead of {fourth}" in told
    told = cup.asks(1, "resolve-dispute", decision="replay")
    assert "would be LIVE" in told and f"M4 loses {first}, and waits for a side again" in told
    assert "M4 gives its other side a walkover" in cup.asks(1, "resolve-dispute", decision="void")
    told = cup.asks(1, "resolve-dispute", decision="forfeit", participant_id=str(cup.teams[0].id))
    assert f"would be FORFEIT, won by {fourth}" in told
    assert "Name the side" in cup.asks(1, "resolve-dispute", decision="forfeit")
    level = {"participant1_score": "1", "participant2_score": "1"}
    assert "cannot be done" in cup.asks(1, "resolve-dispute", decision="correct", **level)


def test_what_has_begun_blocks_and_is_named(app, web_client):
    cup = Cup(app, web_client)
    cup.play(1)
    cup.play(2)
    cup.dispute(1)
    assert "READY M3 loses" in cup.asks(1, "resolve-dispute", decision="replay").replace("Ready", "READY")
    cup.do(matches.start, 3)
    assert "M3, which this match feeds, is LIVE already" in cup.asks(1, "resolve-dispute", decision="replay")
    assert "No other match changes" in cup.asks(1, "resolve-dispute", decision="uphold")


def test_a_double_forfeit_is_followed_to_its_end(app, web_client):
    cup = Cup(app, web_client)
    cup.play(2)
    second = cup.teams[1].name
    told = cup.asks(1, "forfeit", participant_id="both")
    assert f"goes to {second} without being played" in told
    assert f"{second} is the champion of Main" in told
    one = cup.asks(1, "forfeit", participant_id=str(cup.teams[0].id))
    assert f"M3 gets {cup.teams[3].name}, and is READY" in one and "walkover" not in one


def test_standings_that_change_are_named(app, web_client):
    cup = Cup(app, web_client, "round_robin")
    cup.play(1)
    loser = make.fresh(cup.match(1)).loser_id
    name = next(team.name for team in cup.teams if team.id == loser)
    told = cup.asks(1, "reopen")
    assert "The standings of Main change: " in told and f"{name} from 4 to 1" in told
    assert "standings" in cup.asks(2, "forfeit", participant_id="both")


def test_an_older_result_tells_what_it_would_change(app, web_client):
    cup = Cup(app, web_client)
    cup.play(1)
    cup.client.post(f"/matches/{cup.match(1).id}/reopen")
    cup.do(results.submit_result, 1, claim=result_claim(0, 2))
    told = cup.asks(1, "restore-result", n="1")
    assert f"won by {cup.teams[0].name}" in told
    assert f"M3 gets {cup.teams[0].name} instead of {cup.teams[3].name}" in told
    assert "No other match changes" in cup.asks(1, "restore-result", n="2")


def test_without_scripts_the_form_keeps_what_was_filled_in(app, web_client):
    cup = Cup(app, web_client)
    data = {"participant_id": "both", "reason": "Nobody came."}
    page = cup.client.post(f"/matches/{cup.match(1).id}/forfeit?preview=true", data).text
    assert 'value="Nobody came."' in page and '<option selected value="both">' in page
    assert "M3 gives its other side a walkover" in page
    assert "This was not" not in page


def test_a_correction_takes_games_and_a_tie_break(app, web_client):
    cup = Cup(app, web_client)
    cup.play(1)
    cup.dispute(1)
    level = {"decision": "correct", "participant1_score": "1", "participant2_score": "1"}
    told = cup.asks(1, "resolve-dispute", **level, tiebreak1="3", tiebreak2="4")
    assert f"won by {cup.teams[3].name}" in told
    assert "Enter both scores" in cup.asks(1, "resolve-dispute", **level, tiebreak1="3")
    match = cup.match(1)
    cup.client.post(f"/matches/{match.id}/resolve-dispute", {**level, "tiebreak1": "3", "tiebreak2": "4"})
    match = make.fresh(match)
    assert (match.state, match.winner_id) == ("COMPLETED", cup.teams[3].id)
    assert match.tiebreak == {"participant1_score": 3, "participant2_score": 4}
