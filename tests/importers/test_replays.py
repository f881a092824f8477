"""Real tournaments, played again match by match through the services: everyone meets whom they met, and the
same side wins. Which of our matches is which of theirs is told by who plays in it, never by its number."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.brackets.single_elimination import seed_fold
from app.models import Bracket, Match, Participant, Tournament
from app.services import brackets, matches, results, scheduling
from app.services.results import result_claim
from app.services.slots import occupants
from app.services.tables import BracketTables
from tests import factories as make

from .football_files import world_cup

pytestmark = pytest.mark.usefixtures("app_context")
EVENTS = ("2023mijac", "2023njfla", "2025mndu")
START = datetime(2026, 11, 24, 8, tzinfo=UTC)


class Replay:
    """A tournament that is played in the order of another one's matches, a minute each."""

    def __init__(self, names):
        self.tournament = make.tournament(enable_check_in=False, status="upcoming")
        self.actor = make.actor(make.staff(self.tournament))
        self.teams = {
            name: make.participant(self.tournament, name, seed=seed).id for seed, name in enumerate(names, 1)
        }
        self.now = START

    def generate(self, format, **arguments):
        return brackets.generate_bracket(
            actor=self.actor,
            tournament_id=self.tournament.id,
            name=format,
            format=format,
            now=self.now,
            **arguments,
        )

    def match_between(self, *names):
        """Our match of these two that is ready: there must be exactly one."""
        ids = {self.teams[name] for name in names}
        [match] = [
            match
            for match in make.rows(Match, tournament_id=self.tournament.id, state="READY")
            if {match.participant1_id, match.participant2_id} == ids
        ]
        return match

    def play(self, names, score, games=(), tiebreak=None, best_of=1):
        """Start our match of the two and record the result; returns it as it then stands."""
        match = self.match_between(*names)
        is_turned = match.participant1_id != self.teams[names[0]]

        def facing(pair):
            return tuple(reversed(pair)) if is_turned else tuple(pair)

        def document(pair):
            return dict(zip(("participant1_score", "participant2_score"), facing(pair), strict=True))

        arguments = {"actor": self.actor, "match_id": match.id}
        if best_of > 1:
            scheduling.update_match(**arguments, changes={"best_of": best_of}, now=self.now)
        matches.start(**arguments, now=self.now)
        claim = result_claim(
            *facing(score), [document(game) for game in games], document(tiebreak) if tiebreak else None
        )
        self.now += timedelta(minutes=1)
        results.submit_result(**arguments, claim=claim, now=self.now)
        return make.fresh(match)

    def name(self, participant_id):
        return next((name for name, id_ in self.teams.items() if id_ == participant_id), None)

    def bracket(self, bracket_id):
        return make.rows(Bracket, id=bracket_id)[0]


def alliance_of(event, side):
    """The alliance whose robots these are; a substitute may be among them."""
    return max(event["alliances"], key=lambda alliance: len({*alliance["picks"]} & {*side["team_keys"]}))[
        "name"
    ]


@pytest.mark.parametrize("name", EVENTS)
def test_playoffs_of_an_frc_event(name):
    """Eight alliances, double elimination, the final the best of three."""
    path = Path(__file__).parent / "data" / f"frc-{name}.json"
    event = json.loads(path.read_text(encoding="utf-8"))
    replay = Replay([alliance["name"] for alliance in event["alliances"]])
    bracket_id = replay.generate("double_elimination", options={"grand_final": "single"})
    *semifinals, first, second = event["matches"]
    assert len(semifinals) == 13
    met = []
    for match in semifinals:
        names = [alliance_of(event, match[colour]) for colour in ("red", "blue")]
        played = replay.play(names, (match["red"]["score"], match["blue"]["score"]))
        winner = names[0] if match["winning_alliance"] == "red" else names[1]
        assert (played.state, replay.name(played.winner_id)) == ("COMPLETED", winner)
        met.append((frozenset(names), played.section))
    assert [section for _, section in met].count("upper") == 7
    names = [alliance_of(event, first[colour]) for colour in ("red", "blue")]
    games = [(match["red"]["score"], match["blue"]["score"]) for match in (first, second)]
    won = [
        sum(match["winning_alliance"] == colour for match in (first, second)) for colour in ("red", "blue")
    ]
    final = replay.play(names, won, games, best_of=3)
    champion = names[won.index(2)]
    assert (final.section, replay.name(final.winner_id)) == ("final", champion)
    bracket = replay.bracket(bracket_id)
    assert (bracket.status, replay.name(bracket.champion_id)) == ("completed", champion)
    assert make.fresh(replay.tournament).status == "completed"
    assert [alliance["status"] for alliance in event["alliances"] if alliance["name"] == champion] == ["won"]


@pytest.mark.parametrize("name", EVENTS)
def test_matches_of_an_frc_event_have_the_same_feeders(name):
    """Their published bracket: which match sends its winner and its loser where, by who came from where."""
    path = Path(__file__).parent / "data" / f"frc-{name}.json"
    event = json.loads(path.read_text(encoding="utf-8"))
    replay = Replay([alliance["name"] for alliance in event["alliances"]])
    replay.generate("double_elimination", options={"grand_final": "single"})
    last: dict[str, str] = {}
    ours_of = {}
    for match in event["matches"][:-1]:
        names = [alliance_of(event, match[colour]) for colour in ("red", "blue")]
        score = (match["red"]["score"], match["blue"]["score"])
        played = replay.play(names, score)
        ours_of[match["key"]] = played
        for who in names:
            if who in last:
                before = make.fresh(ours_of[last[who]])
                has_won = replay.name(before.winner_id) == who
                target = before.winner_to_match_id if has_won else before.loser_to_match_id
                assert target == played.id
            last[who] = match["key"]
    assert len(ours_of) == 14


# The federation's plan of the first knockout round, by the match numbers of the file; the third-placed teams
# are told apart by a table of its rules, and here taken from who really played.
ROUND_OF_32 = {
    73: ("2A", "2B"), 74: ("1E", "3"), 75: ("1F", "2C"), 76: ("1C", "2F"), 77: ("1I", "3"), 78: ("2E", "2I"),
    79: ("1A", "3"), 80: ("1L", "3"), 81: ("1D", "3"), 82: ("1G", "3"), 83: ("2K", "2L"), 84: ("1H", "2J"),
    85: ("1B", "3"), 86: ("1J", "2H"), 87: ("1K", "3"), 88: ("2D", "2G"),
}  # fmt: skip
GROUPS = "ABCDEFGHIJKL"


def kick_off(line):
    return line["date"], line["time"].partition(" ")[0]


def test_world_cup():
    """48 teams in 12 groups, the best 32 into the knockout through slots, as it was in reality."""
    lines = world_cup()["matches"]
    group_lines = [line for line in lines if "group" in line]
    knockout = {line["num"]: line for line in lines if "group" not in line}
    members = {letter: [] for letter in GROUPS}
    for line in group_lines:
        members[line["group"][-1]] += [
            t for t in (line["team1"], line["team2"]) if t not in members[line["group"][-1]]
        ]
    group_of = {team: letter for letter, teams in members.items() for team in teams}
    # The snake deals the first pot out from A to L, the second from L to A, and so on.
    order = [
        members[letter][pot] for pot in range(4) for letter in (GROUPS if pot % 2 == 0 else GROUPS[::-1])
    ]
    replay = Replay(order)
    groups_id = replay.generate(
        "round_robin",
        options={
            "groups": 12,
            "draws": True,
            "points": {"win": 3, "draw": 1, "loss": 0},
            "tiebreaks": ["head_to_head", "score_difference", "score_for"],
        },
    )
    leaves = leaves_of(knockout)
    sources = [source_of(team, knockout, group_of) for team in leaves]
    fold = seed_fold(32)
    slots = [sources[fold.index(seed)] for seed in range(1, 33)]
    cup_id = replay.generate(
        "single_elimination", options={"third_place": True, "from": groups_id, "slots": slots}
    )
    for line in sorted(group_lines, key=kick_off):
        played = replay.play((line["team1"], line["team2"]), line["score"]["ft"])
        ahead = line["score"]["ft"][0] - line["score"]["ft"][1]
        winner = line["team1"] if ahead > 0 else line["team2"] if ahead < 0 else None
        assert replay.name(played.winner_id) == winner
    assert_qualified(replay, groups_id, knockout)
    for line in sorted(knockout.values(), key=lambda line: line["num"]):
        score = line["score"].get("et") or line["score"]["ft"]
        penalties = line["score"].get("p")
        played = replay.play((line["team1"], line["team2"]), score, tiebreak=penalties)
        decider = penalties or score
        assert replay.name(played.winner_id) == (line["team1"] if decider[0] > decider[1] else line["team2"])
    assert replay.name(replay.bracket(cup_id).champion_id) == "Spain"
    assert make.rows(Tournament, id=replay.tournament.id)[0].status == "completed"
    assert len(make.rows(Match, tournament_id=replay.tournament.id, state="COMPLETED")) == 104
    assert len(make.rows(Participant, tournament_id=replay.tournament.id)) == 48


def leaves_of(knockout):
    """The 32 teams from the top of the drawn bracket to its bottom, by whom each one met next."""
    final = knockout[max(knockout)]

    def below(team, num):
        before = [n for n, line in knockout.items() if n < num and team in (line["team1"], line["team2"])]
        # The match for third place, before the final, is nobody's way there.
        if not before:
            return [team]
        line = knockout[max(before)]
        return below(line["team1"], max(before)) + below(line["team2"], max(before))

    return [*below(final["team1"], max(knockout)), *below(final["team2"], max(knockout))]


def source_of(team, knockout, group_of):
    """The place of a table from which the plan has the team come."""
    [num] = [n for n in ROUND_OF_32 if team in (knockout[n]["team1"], knockout[n]["team2"])]
    place = ROUND_OF_32[num][0 if knockout[num]["team1"] == team else 1]
    return {"group": place[1:] or group_of[team], "rank": int(place[0])}


def assert_qualified(replay, groups_id, knockout):
    """Who stands in which place, and which third-placed teams are the eight best."""
    tables = BracketTables(replay.bracket(groups_id))
    for num, places in ROUND_OF_32.items():
        for place, team in zip(places, (knockout[num]["team1"], knockout[num]["team2"]), strict=True):
            if place != "3":
                row = tables.table(place[1])[int(place[0]) - 1]
                assert (replay.name(row.entrant), row.rank) == (team, int(place[0]))
    thirds = {
        team
        for num, places in ROUND_OF_32.items()
        for place, team in zip(places, (knockout[num]["team1"], knockout[num]["team2"]), strict=True)
        if place == "3"
    }
    best = occupants(tables, [{"rank": 3, "best": n} for n in range(1, 9)])
    assert {replay.name(who) for who in best} == thirds
