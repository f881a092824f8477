"""Results, disputes and rulings, and what they do to the bracket, on both databases."""

import pytest

from app.domain.errors import InvalidInput, NotAllowed, Refused
from app.models import Bracket, Dispute, Match, MatchResult
from app.services import brackets, matches, previews, results
from app.services.results import result_claim as claim
from tests import factories as make

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("app_context")]


def run(verb, scene, role="organizer", match_id=None, **arguments):
    return verb(
        actor=make.actor(scene.person(role)),
        match_id=match_id or scene.match.id,
        now=make.soon(0),
        **arguments,
    )


def submit(scene, role, a, b, **arguments):
    run(results.submit_result, scene, role, claim=claim(a, b), **arguments)


def actions(scene):
    return [row.action for row in make.audit_rows(match_id=scene.match.id)]


def events(scene):
    return [event.type for event in make.events(match_id=scene.match.id)]


def statuses(scene):
    return [result.status for result in make.rows(MatchResult, match_id=scene.match.id)]


def test_a_side_submits_and_the_other_confirms():
    scene = make.scene("LIVE")
    submit(scene, "player1", 13, 9)
    match = make.fresh(scene.match)
    assert (match.state, match.participant1_score, match.winner_id) == ("PENDING_RESULT", 13, None)
    run(results.confirm_result, scene, "player2")
    match = make.fresh(scene.match)
    assert (match.state, match.winner_id, match.loser_id) == ("COMPLETED", scene.team1.id, scene.team2.id)
    assert match.completed_at is not None
    assert actions(scene) == ["RESULT_SUBMIT", "RESULT_CONFIRM"]
    score, completed = make.events(match_id=match.id)
    assert score.payload.keys() == {
        "type", "match_id", "tournament_id", "state", "participant1_score", "participant2_score",
        "submitted_by", "requires_confirmation", "timestamp",
    }  # fmt: skip
    assert completed.payload.keys() == {
        "type", "match_id", "tournament_id", "state", "winner_id", "winner_name", "participant1_score",
        "participant2_score", "completed_at", "next_match_id", "timestamp",
    }  # fmt: skip
    assert completed.payload["winner_name"] == scene.team1.name


def test_the_submitter_cannot_confirm_their_own():
    scene = make.scene("LIVE")
    submit(scene, "player1", 13, 9)
    with pytest.raises(NotAllowed):
        run(results.confirm_result, scene, "player1")
    assert make.fresh(scene.match).state == "PENDING_RESULT"


def test_a_team_mate_of_the_submitter_cannot_confirm_either():
    scene = make.scene("LIVE")
    mate = make.user()
    make.save(make.ParticipantMember(participant_id=scene.team1.id, user_id=mate.id))
    submit(scene, "player1", 13, 9)
    with pytest.raises(NotAllowed):
        results.confirm_result(actor=make.actor(mate), match_id=scene.match.id, now=make.soon(0))


def test_submitting_again_replaces():
    scene = make.scene("LIVE")
    submit(scene, "player1", 13, 9)
    submit(scene, "player1", 9, 13)
    assert make.fresh(scene.match).participant1_score == 9
    assert statuses(scene) == ["superseded", "pending"]


def test_the_opponent_saying_the_same_confirms():
    scene = make.scene("LIVE")
    submit(scene, "player1", 13, 9)
    submit(scene, "player2", 13, 9)
    assert make.fresh(scene.match).state == "COMPLETED"
    assert actions(scene) == ["RESULT_SUBMIT", "RESULT_CONFIRM"] and statuses(scene) == ["final"]


def test_the_opponent_saying_something_else_opens_a_dispute():
    scene = make.scene("LIVE")
    submit(scene, "player1", 13, 9)
    submit(scene, "player2", 9, 13)
    match = make.fresh(scene.match)
    assert (match.state, match.participant1_score) == ("DISPUTED", 13)
    [dispute] = make.rows(Dispute, match_id=match.id)
    assert (dispute.reason, dispute.reported_by_id) == ("score_dispute", scene.team2.id)
    assert statuses(scene) == ["pending", "counter"]
    assert events(scene) == ["match.score_updated", "dispute.created"]


def test_an_organizers_result_is_final():
    scene = make.scene("LIVE")
    submit(scene, "organizer", 1, 13)
    match = make.fresh(scene.match)
    assert (match.state, match.winner_id) == ("COMPLETED", scene.team2.id)
    [result] = make.rows(MatchResult, match_id=match.id)
    assert (result.status, result.submitted_by_id) == ("final", None)


def test_an_organizers_result_replaces_a_pending_one():
    scene = make.scene("LIVE")
    submit(scene, "player1", 13, 9)
    submit(scene, "organizer", 9, 13)
    assert make.fresh(scene.match).winner_id == scene.team2.id
    assert statuses(scene) == ["superseded", "final"]


@pytest.mark.parametrize(
    "state", ["SCHEDULED", "CHECK_IN", "READY", "COMPLETED", "DISPUTED", "FORFEIT", "CANCELLED"]
)
def test_no_result_from_other_states(state):
    scene = make.scene(state)
    for role in ("player1", "organizer"):
        with pytest.raises(Refused, match=state):
            submit(scene, role, 13, 9)
    with pytest.raises(Refused, match=state):
        run(results.confirm_result, scene)
    assert make.fresh(scene.match).state == state


@pytest.mark.parametrize("scores", [(3, 3), (-1, 2), (2_000_000, 1)])
def test_impossible_scores_change_nothing(scores):
    scene = make.scene("LIVE")
    with pytest.raises(InvalidInput):
        submit(scene, "player1", *scores)
    assert make.fresh(scene.match).state == "LIVE" and make.rows(MatchResult) == []


def test_a_draw_where_the_bracket_allows_it():
    scene = make.scene("LIVE")
    bracket = make.bracket(scene.tournament, format="round_robin", options={"draws": True})
    make.change(scene.match, bracket_id=bracket.id)
    submit(scene, "organizer", 1, 1)
    match = make.fresh(scene.match)
    assert (match.state, match.winner_id, match.loser_id) == ("COMPLETED", None, None)


def test_a_bad_evidence_url_is_refused():
    scene = make.scene("LIVE")
    with pytest.raises(InvalidInput) as refusal:
        submit(scene, "player1", 13, 9, evidence_url="data:text/html,x")
    assert "evidence_url" in refusal.value.errors


def test_a_side_disputes_a_pending_result():
    scene = make.scene("PENDING_RESULT")
    run(results.report_dispute, scene, "player2", reason="cheating", description="Wallhack in round 3")
    assert make.fresh(scene.match).state == "DISPUTED"
    [event] = make.events(match_id=scene.match.id)
    assert event.type == "dispute.created" and "Wallhack" not in str(event.payload)
    [row] = make.audit_rows(match_id=scene.match.id)
    assert row.action == "DISPUTE_CREATE"


@pytest.mark.parametrize(("window", "is_late"), [(0, True), (10, False)])
def test_a_completed_match_is_disputed_within_the_window(window, is_late):
    scene = make.scene("COMPLETED", dispute_window_minutes=window)
    if is_late:
        with pytest.raises(Refused, match="is over"):
            run(results.report_dispute, scene, "player2", reason="other")
    else:
        run(results.report_dispute, scene, "player2", reason="other")
        assert make.fresh(scene.match).state == "DISPUTED"


@pytest.mark.parametrize("state", ["SCHEDULED", "READY", "LIVE", "DISPUTED", "FORFEIT", "CANCELLED"])
def test_no_dispute_from_other_states(state):
    scene = make.scene(state)
    with pytest.raises(Refused, match=state):
        run(results.report_dispute, scene, "player2", reason="other")


def test_an_unknown_reason_or_decision_is_refused():
    scene = make.scene("DISPUTED")
    with pytest.raises(InvalidInput):
        run(results.report_dispute, scene, "player2", reason="weather")
    with pytest.raises(InvalidInput):
        run(results.resolve_dispute, scene, decision="coin toss")


def resolve(scene, decision, **arguments):
    run(results.resolve_dispute, scene, decision=decision, notes="Seen the video", **arguments)
    [dispute] = make.rows(Dispute, match_id=scene.match.id)
    assert (dispute.decision, dispute.resolved_by_user_id) == (decision, scene.organizer.id)
    assert actions(scene)[-1] == "DISPUTE_RESOLVE"
    return make.fresh(scene.match)


def test_uphold():
    match = resolve(scene := make.scene("DISPUTED"), "uphold")
    assert (match.state, match.winner_id) == ("COMPLETED", scene.team1.id)
    assert statuses(scene) == ["final"]


def test_correct():
    match = resolve(scene := make.scene("DISPUTED"), "correct", claim=claim(0, 5))
    assert (match.state, match.winner_id, match.participant2_score) == ("COMPLETED", scene.team2.id, 5)
    assert statuses(scene) == ["superseded", "final"]


def test_replay():
    match = resolve(scene := make.scene("DISPUTED"), "replay")
    assert (match.state, match.participant1_score, match.winner_id) == ("LIVE", None, None)
    assert statuses(scene) == ["withdrawn"] and events(scene) == ["match.reopened"]


def test_void():
    match = resolve(scene := make.scene("DISPUTED"), "void")
    assert match.state == "CANCELLED" and events(scene) == ["match.cancelled"]


def test_forfeit():
    scene = make.scene("DISPUTED")
    match = resolve(scene, "forfeit", participant_id=scene.team1.id)
    assert (match.state, match.winner_id, match.loser_id) == ("FORFEIT", scene.team2.id, scene.team1.id)
    assert events(scene) == ["match.forfeited"]


def test_a_ruling_needs_what_it_rules():
    scene = make.scene("DISPUTED")
    with pytest.raises(InvalidInput):
        run(results.resolve_dispute, scene, decision="correct")
    with pytest.raises(InvalidInput):
        run(results.resolve_dispute, scene, decision="forfeit", participant_id=999_999)
    with pytest.raises(NotAllowed):
        run(results.resolve_dispute, scene, "player1", decision="uphold")
    with pytest.raises(Refused, match="LIVE"):
        run(results.resolve_dispute, make.scene("LIVE"), decision="uphold")


# ---- in a bracket


class Cup:
    """A bracket of four, check-in off: M1 and M2 feed M4 (and M3, for third place)."""

    def __init__(self, **columns):
        self.tournament = make.tournament(enable_check_in=False, dispute_window_minutes=60, **columns)
        self.organizer = make.actor(make.staff(self.tournament))
        self.players = [make.user() for _ in range(4)]
        self.teams = [
            make.participant(self.tournament, members=[player], seed=place + 1)
            for place, player in enumerate(self.players)
        ]
        self.bracket_id = brackets.generate_bracket(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            name="Play-offs",
            format="single_elimination",
            now=make.soon(0),
            options={"third_place": True},
        )

    def match(self, number):
        [match] = make.rows(Match, bracket_id=self.bracket_id, match_number=number)
        return match

    def play(self, number, a, b):
        arguments = {"actor": self.organizer, "match_id": self.match(number).id, "now": make.soon(0)}
        matches.start(**arguments)
        results.submit_result(claim=claim(a, b), **arguments)

    def dispute(self, number):
        match = self.match(number)
        loser = next(p for p, team in zip(self.players, self.teams, strict=True) if team.id == match.loser_id)
        results.report_dispute(
            actor=make.actor(loser), match_id=match.id, reason="wrong_winner", now=make.soon(0)
        )

    def resolve(self, number, decision, **arguments):
        return results.resolve_dispute(
            actor=self.organizer,
            match_id=self.match(number).id,
            decision=decision,
            now=make.soon(0),
            **arguments,
        )


def test_bracket_from_the_draw_to_its_champion():
    cup = Cup()
    assert [cup.match(n).state for n in (1, 2, 3, 4)] == ["READY", "READY", "SCHEDULED", "SCHEDULED"]
    assert (cup.match(1).participant1_id, cup.match(1).participant2_id) == (cup.teams[0].id, cup.teams[3].id)
    cup.play(1, 2, 0)
    assert cup.match(4).participant1_id == cup.teams[0].id and cup.match(4).state == "SCHEDULED"
    cup.play(2, 0, 2)
    assert (cup.match(4).state, cup.match(3).state) == ("READY", "READY")
    assert {cup.match(3).participant1_id, cup.match(3).participant2_id} == {cup.teams[3].id, cup.teams[1].id}
    cup.play(3, 1, 0)
    cup.play(4, 0, 1)
    [bracket] = make.rows(Bracket, id=cup.bracket_id)
    assert (bracket.status, bracket.champion_id) == ("completed", cup.teams[2].id)
    assert make.fresh(cup.tournament).status == "completed"
    kinds = [event.type for event in make.events(tournament_id=cup.tournament.id)]
    assert kinds[-1] == "tournament.completed" and "bracket.updated" in kinds
    sequence = [event.seq for event in make.events(tournament_id=cup.tournament.id)]
    assert sequence == list(range(1, len(sequence) + 1))


def test_completed_names_the_next_match():
    cup = Cup()
    cup.play(1, 2, 0)
    [completed] = make.events(match_id=cup.match(1).id, type="match.completed")
    assert completed.payload["next_match_id"] == cup.match(4).id


def test_correcting_the_winner_exchanges_the_side_that_moved_on():
    cup = Cup()
    cup.play(1, 2, 0)
    cup.dispute(1)
    preview = previews.preview(
        results.resolve_dispute,
        actor=cup.organizer,
        match_id=cup.match(1).id,
        now=make.soon(0),
        decision="correct",
        claim=claim(0, 2),
    )
    assert [entry["match"] for entry in preview["affected"]] == [cup.match(n).id for n in (1, 3, 4)]
    assert preview["blocked_by"] == []
    cup.resolve(1, "correct", claim=claim(0, 2))
    assert cup.match(4).participant1_id == cup.teams[3].id
    assert cup.match(3).participant1_id == cup.teams[0].id


def test_replay_takes_a_ready_match_back_to_scheduled():
    cup = Cup()
    cup.play(1, 2, 0)
    cup.play(2, 2, 0)
    assert cup.match(4).state == "READY"
    cup.dispute(1)
    cup.resolve(1, "replay")
    assert (cup.match(4).state, cup.match(4).participant1_id) == ("SCHEDULED", None)
    assert cup.match(4).participant2_id == cup.teams[1].id


def test_what_has_begun_is_never_changed():
    cup = Cup()
    cup.play(1, 2, 0)
    cup.play(2, 2, 0)
    final = cup.match(4)
    matches.start(actor=cup.organizer, match_id=final.id, now=make.soon(0))
    cup.dispute(1)
    for decision, arguments in (
        ("correct", {"claim": claim(0, 2)}),
        ("replay", {}),
        ("void", {}),
        ("forfeit", {"participant_id": cup.teams[0].id}),
    ):
        preview = previews.preview(
            results.resolve_dispute,
            actor=cup.organizer,
            match_id=cup.match(1).id,
            now=make.soon(0),
            decision=decision,
            **arguments,
        )
        assert [entry["match"] for entry in preview["blocked_by"]] == [final.id]
        with pytest.raises(Refused, match="M4"):
            cup.resolve(1, decision, **arguments)
    assert cup.match(1).state == "DISPUTED" and cup.match(4).participant1_id == cup.teams[0].id
    with pytest.raises(Refused, match="M4"):
        matches.cancel(actor=cup.organizer, match_id=cup.match(1).id, now=make.soon(0))
    cup.resolve(1, "uphold")
    assert cup.match(1).state == "COMPLETED"


def test_a_corrected_final_has_another_champion():
    cup = Cup()
    for number in (1, 2, 3, 4):
        cup.play(number, 2, 0)
    cup.dispute(4)
    cup.resolve(4, "correct", claim=claim(0, 1))
    [bracket] = make.rows(Bracket, id=cup.bracket_id)
    assert bracket.champion_id == cup.teams[1].id


def test_a_disputed_final_that_is_replayed_leaves_the_bracket_open():
    cup = Cup()
    for number in (1, 2, 3, 4):
        cup.play(number, 2, 0)
    cup.dispute(4)
    cup.resolve(4, "replay")
    [bracket] = make.rows(Bracket, id=cup.bracket_id)
    assert (bracket.status, bracket.champion_id) == ("live", None)
    assert make.fresh(cup.tournament).status == "live"
