"""brackets-manager's JSON: the published sample, our own brackets out and in again, and broken files."""

import json
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.exporters import NotWritable
from app.exporters.brackets_manager import write
from app.importers.brackets_manager import read
from app.importers.snapshot_writer import write_snapshot
from app.models import Bracket, Match, Participant
from app.services import matches, outcomes, results
from app.services.results import result_claim
from tests import factories as make

from .test_whole_tournament import GENTLY, Played, export, given_up_walkover, mutated

SAMPLE = Path(__file__).parent / "data" / "brackets-manager-double-elimination-16.json"
UTC = ZoneInfo("UTC")


def sample():
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


def reading(document):
    return read(json.dumps(document).encode(), UTC)


def problems_of(document):
    snapping = reading(document)
    assert (snapping.snapshot is None) == bool(snapping.problems)
    return [str(problem) for problem in snapping.problems]


def stored(document):
    snapping = reading(document)
    assert [str(problem) for problem in snapping.problems] == []
    snapping.snapshot.settings = {"name": "Cup", "enable_check_in": False}
    return write_snapshot(
        snapping.snapshot, actor=make.actor(make.user()), now=make.soon(0), source="brackets-manager"
    )


def shape(matches_):
    """Matches by who feeds them, whatever their numbers and the order of their sides: nested pairs."""
    fed = {}
    for match in matches_:
        for outcome in ("winner", "loser"):
            target = match[f"{outcome}_to"]
            if target:
                fed[target["match"], target["slot"]] = (outcome, match["id"])
    by_id = {match["id"]: match for match in matches_}

    def describe(match_id):
        match = by_id[match_id]
        sides = []
        for slot in (1, 2):
            feeder = fed.get((match_id, slot))
            below = (feeder[0], describe(feeder[1])) if feeder else None
            own = f"participant{slot}_score"
            has_won = match["winner_id"] is not None and match["winner_id"] == match[f"participant{slot}_id"]
            games = tuple(game[own] for game in match["game_scores"])
            tiebreak = (match["tiebreak"] or {}).get(own)
            sides.append((match[f"participant{slot}_name"], match[own], has_won, games, tiebreak, below))
        return match["section"], match["round_number"], match["group"], tuple(sorted(sides, key=repr))

    return sorted((describe(match_id) for match_id in by_id), key=repr)


class TestSample:
    def test_fifteen_entrants(self):
        snapshot = reading(sample()).snapshot
        [stage] = snapshot.stages
        assert (stage.name, stage.format, stage.options) == (
            "Example", "double_elimination", {"grand_final": "double"},
        )  # fmt: skip
        assert len(snapshot.entrants) == 15
        # Position 16 is somebody not known yet, so that all but the one bye of 31 matches are played.
        assert len(snapshot.games) == 29
        assert [place.seed for place in stage.places] == [1, 2, 3, 4, 6, *range(7, 16)]
        by_key = {game.key: game for game in snapshot.games}
        assert 2 not in by_key and 16 not in by_key
        assert (by_key[0].state, by_key[0].score, by_key[0].winner) == ("COMPLETED", (16, 12), 0)
        assert (by_key[1].state, by_key[1].score) == ("LIVE", None)
        assert by_key[7].labels == ["", "Seed 16"]
        assert by_key[9].sides == [4, None]

    def test_feeders_are_those_of_the_positions(self):
        games = {game.key: game for game in reading(sample()).snapshot.games}
        assert (games[0].winner_to.match, games[0].winner_to.slot) == (8, 1)
        assert (games[0].loser_to.match, games[0].loser_to.slot) == (15, 1)
        # Over the bye of the lower bracket straight into its second round.
        assert (games[3].loser_to.match, games[3].loser_to.slot) == (20, 2)
        assert (games[8].loser_to.match, games[8].loser_to.slot) == (20, 1)
        assert (games[12].loser_to.match, games[13].loser_to.match) == (26, 25)
        assert (games[14].winner_to.match, games[14].loser_to.match) == (29, 28)
        assert (games[28].winner_to.match, games[28].winner_to.slot) == (29, 2)
        assert (games[29].winner_to.match, games[29].loser_to.match) == (30, 30)

    @pytest.mark.both_databases
    @pytest.mark.usefixtures("app_context")
    def test_it_is_stored_and_can_be_played_on(self):
        written = stored(sample())
        assert len(written.created) == 29
        assert len(make.rows(Participant, tournament_id=written.tournament_id)) == 15
        [bracket] = make.rows(Bracket, tournament_id=written.tournament_id)
        assert bracket.status == "live"
        [live] = make.rows(Match, tournament_id=written.tournament_id, state="LIVE")
        admin = make.actor(make.admin())
        results.submit_result(actor=admin, match_id=live.id, claim=result_claim(9, 4), now=make.soon(0))
        target = make.rows(Match, id=live.winner_to_match_id)[0]
        assert target.participant2_id == live.participant1_id and target.state == "READY"


BRACKETS = st.sampled_from(
    [
        ("single_elimination", {}),
        ("single_elimination", {"third_place": True}),
        ("double_elimination", {"grand_final": "single"}),
        ("double_elimination", {"grand_final": "double"}),
        ("double_elimination", {"grand_final": "none"}),
        ("round_robin", {"draws": True}),
        ("round_robin", {"draws": True, "groups": 2, "legs": 2}),
    ]
)


@pytest.mark.usefixtures("app_context")
class TestRoundTrip:
    @GENTLY
    @given(data=st.data())
    def test_our_own_brackets_come_back_with_the_same_feeders_and_results(self, data):
        kind, options = data.draw(BRACKETS)
        size = data.draw(st.integers(4, 17 if kind != "round_robin" else 6))
        played = Played(size, kind, **options)
        for _ in range(data.draw(st.integers(0, 40))):
            ready = played.matches("READY")
            if not ready:
                break
            match = data.draw(st.sampled_from(ready))
            if data.draw(st.integers(0, 5)) == 0:
                played.do(outcomes.forfeit, match, participant_id=match.participant2_id)
                continue
            played.do(matches.start, match)
            if data.draw(st.integers(0, 5)):
                played.do(results.submit_result, match, claim=a_claim(data, options))
        exported = export(played.tournament.id)
        text, left_out = write(exported)
        assert left_out == []
        written = stored(json.loads(text))
        again = export(written.tournament_id)
        assert shape(again["matches"]) == shape(exported["matches"])
        assert champions(again) == champions(exported)
        first, second = (
            [(m["match_number"], m["state"]) for m in document["matches"]] for document in (exported, again)
        )
        assert first == second

    def test_a_series_with_its_games(self):
        played = Played(2, "single_elimination", best_of=3)
        [final] = played.matches()
        played.do(matches.start, final)
        games = [{"participant1_score": a, "participant2_score": b} for a, b in ((13, 9), (7, 13), (13, 11))]
        played.do(results.submit_result, final, claim=result_claim(2, 1, games))
        text, _ = write(export(played.tournament.id))
        document = json.loads(text)
        assert [row["child_count"] for row in document["match"]] == [3]
        assert [row["opponent1"]["score"] for row in document["match_game"]] == [13, 7, 13]
        [game] = reading(document).snapshot.games
        assert (game.best_of, game.score, game.games) == (3, (2, 1), [(13, 9), (7, 13), (13, 11)])

    @pytest.mark.parametrize("final", [(1,), (2, 1), (2, 2)])
    def test_a_second_grand_final_is_played_only_where_the_lower_side_won(self, final):
        played = Played(4, "double_elimination", grand_final="double")
        while ready := played.matches("READY"):
            side = final[ready[0].round_number - 3] if ready[0].section == "final" else 1
            played.do(matches.start, ready[0])
            played.do(results.submit_result, ready[0], claim=result_claim(*((2, 0) if side == 1 else (0, 2))))
        exported = export(played.tournament.id)
        document = json.loads(write(exported)[0])
        again = export(stored(document).tournament_id)
        assert champions(again) == champions(exported) != [None]
        assert shape(again["matches"]) == shape(exported["matches"])
        assert again["brackets"][0]["status"] == "completed"
        last = document["match"][-1]
        if len(final) == 2:
            # Others write the upper side first in the second one too, and no words beside the score.
            last["opponent1"], last["opponent2"] = last["opponent2"], last["opponent1"]
            for match in document["match"]:
                for slot in (1, 2):
                    match[f"opponent{slot}"].pop("result", None)
            again = export(stored(document).tournament_id)
            assert champions(again) == champions(exported)

    def test_nobody_comes_from_a_double_forfeit(self):
        played = Played(4, "single_elimination")
        first, second = played.matches("READY")
        played.do(outcomes.forfeit, first, both=True)
        exported = export(played.tournament.id)
        again = export(stored(json.loads(write(exported)[0])).tournament_id)
        assert [match["state"] for match in again["matches"]] == ["FORFEIT", "READY", "SCHEDULED"]
        assert [match["slot1_bye"] for match in again["matches"]] == [False, False, True]
        played.do(matches.start, second)
        played.do(results.submit_result, second, claim=result_claim(2, 1))
        exported = export(played.tournament.id)
        again = export(stored(json.loads(write(exported)[0])).tournament_id)
        assert [match["state"] for match in again["matches"]] == ["FORFEIT", "COMPLETED", "COMPLETED"]
        assert champions(again) == champions(exported) != [None]

    def test_a_walkover_of_somebody_who_has_withdrawn_is_nobodys(self):
        played, lone = given_up_walkover()
        assert make.fresh(lone).winner_id is None
        exported = export(played.tournament.id)
        text, left_out = write(exported)
        assert left_out == []
        again = export(stored(json.loads(text)).tournament_id)
        assert shape(again["matches"]) == shape(exported["matches"])
        assert champions(again) == champions(exported)

    def test_a_result_that_is_disputed_after_the_winner_went_on(self):
        played = Played(4, "single_elimination")
        match = played.matches("READY")[0]
        played.do(matches.start, match)
        played.do(results.submit_result, match, claim=result_claim(2, 1))
        played.do(results.report_dispute, match, reason="other", description="Hush")
        text, left_out = write(export(played.tournament.id))
        assert left_out == ["M1 is DISPUTED, which brackets-manager can't tell: it has the result so far."]
        assert "Hush" not in text
        again = export(stored(json.loads(text)).tournament_id)
        assert [row["state"] for row in again["matches"]] == ["COMPLETED", "READY", "SCHEDULED"]
        assert again["matches"][2]["participant1_name"] == again["matches"][0]["participant1_name"]

    def test_a_draw_that_is_disputed_is_under_way(self):
        played = Played(4, "round_robin", draws=True)
        match = played.matches("READY")[0]
        played.do(matches.start, match)
        played.do(results.submit_result, match, claim=result_claim(1, 1))
        played.do(results.report_dispute, match, reason="other")
        text, left_out = write(export(played.tournament.id))
        assert left_out == ["M1 is DISPUTED, which brackets-manager can't tell: it is under way there."]
        assert "LIVE" in [row["state"] for row in export(stored(json.loads(text)).tournament_id)["matches"]]

    def test_a_knockout_that_waits_for_its_groups(self):
        played = Played(8, "round_robin", groups=2)
        places = [{"group": group, "rank": rank} for rank in (1, 2) for group in "AB"]
        played.bracket("Cup", "single_elimination", {"from": played.bracket_id, "slots": places})
        text, left_out = write(export(played.tournament.id))
        assert left_out == []
        again = export(stored(json.loads(text)).tournament_id)
        assert [bracket["name"] for bracket in again["brackets"]] == ["Main", "Cup"]
        cup = [match for match in again["matches"] if match["bracket"] == again["brackets"][1]["id"]]
        assert [match["slot1_label"] for match in cup] == ["Seed 1", "Seed 2", ""]

    def test_a_cancelled_match_is_named(self):
        played = Played(4, "round_robin")
        played.do(matches.cancel, played.matches()[0])
        assert write(export(played.tournament.id))[1] == [
            "M1 is CANCELLED, which brackets-manager can't tell."
        ]

    def test_what_the_format_cannot_tell_is_named(self):
        played = Played(4, "swiss", rounds=2)
        with pytest.raises(NotWritable, match="no Swiss system"):
            write(export(played.tournament.id))
        played.bracket("Cup", "single_elimination", {})
        make.match(played.tournament)
        _, left_out = write(export(played.tournament.id))
        assert left_out == [
            "Main was left out: brackets-manager knows no Swiss system.",
            "1 matches of no bracket were left out.",
        ]

    def test_a_bracket_of_another_structure_is_refused(self):
        played = Played(4, "single_elimination")
        document = export(played.tournament.id)
        document["matches"][0]["winner_to"], document["matches"][1]["winner_to"] = (
            document["matches"][1]["winner_to"],
            document["matches"][0]["winner_to"],
        )
        with pytest.raises(NotWritable, match="feed each other otherwise"):
            write(document)


def a_claim(data, options):
    score = data.draw(st.sampled_from([(2, 0), (0, 1), (1, 1)]))
    if score == (1, 1) and not options.get("draws"):
        return result_claim(1, 1, tiebreak={"participant1_score": 3, "participant2_score": 4})
    return result_claim(*score)


def champions(document):
    names = {row["id"]: row["name"] for row in document["participants"]}
    return [names.get(bracket["champion_id"]) for bracket in document["brackets"]]


class TestBadFiles:
    def test_a_winner_whom_the_scores_do_not_make(self):
        document = sample()
        document["match"][0]["opponent1"]["result"], document["match"][0]["opponent2"]["result"] = (
            "loss",
            "win",
        )
        document["match"][8]["opponent1"]["id"], document["match"][15]["opponent1"]["id"] = 1, 0
        assert problems_of(document) == [
            "match 1: is won by Team 2 in the file, but by Team 1 after its score 16-12"
        ]

    def test_a_side_whom_the_results_do_not_send(self):
        document = sample()
        document["match"][8]["opponent1"]["id"] = 1
        assert problems_of(document) == ["match 9: Team 2 plays, but after match 1 it is Team 1 who does"]

    def test_a_match_over_before_its_feeder(self):
        document = sample()
        document["match"][8]["opponent2"]["id"] = 3
        assert problems_of(document) == [
            "match 9: Team 4 plays, but match 2, which tells who does, is not over"
        ]

    def test_half_a_file(self):
        document = sample()
        document["match"] = document["match"][:20]
        [problem] = problems_of(document)
        assert problem.startswith("stage 1: its second group has rounds of [4, 1] matches")

    @pytest.mark.parametrize(
        ("kind", "change", "problem"),
        [
            ("match", {"round_id": 99}, 'match 1: "round_id" names the round 99, which the file lacks'),
            ("match", {"number": None}, 'match 1: has no "number"'),
            ("match", {"number": 2}, "match 2: stands in the place of match 1"),
            ("match", {"child_count": 2}, 'match 1: "child_count" is 2; a match is a best of 1, 3, 5 or 7'),
            ("match", {"opponent1": 5}, 'match 1, "opponent1": is no object'),
            ("match", {"opponent1": {"id": 77}}, "which the file lacks"),
            ("match", {"opponent1": {"id": [1]}}, "names nothing"),
            ("match", {"status": 9}, '"status" is 9'),
            ("stage", {"type": "ladder"}, '"type" is "ladder"'),
            ("participant", {"name": "Team 2"}, 'Two of the participants are called "Team 2".'),
            ("participant", {"id": 1}, 'has no "id" of its own'),
        ],
    )
    def test_named_by_entry(self, kind, change, problem):
        document = sample()
        document[kind][0] |= change
        found = problems_of(document)
        assert any(problem in each for each in found), found

    @pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"match": []}', b"\xff\xfe"])
    def test_no_such_file(self, data):
        assert read(data, UTC).problems

    @pytest.mark.usefixtures("app_context")
    @settings(GENTLY, max_examples=60)
    @given(data=st.data())
    def test_no_exchanged_value_ends_in_a_traceback(self, data):
        document = sample()
        for _ in range(data.draw(st.integers(1, 3))):
            mutated(document, data)
        snapping = reading(document)
        if snapping.snapshot is not None:
            snapping.snapshot.settings = {"name": "Cup"}
            with suppress(InvalidInput):
                write_snapshot(snapping.snapshot, actor=make.actor(make.user()), now=make.soon(0), source="x")
