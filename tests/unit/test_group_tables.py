"""Group tables out of matches."""

from itertools import count

from app.services.tables import group_documents

_numbers = count(1)


def _row(side1: int, side2: int, score1: int | None, score2: int | None, group: str = "A", **fields) -> dict:
    is_over = score1 is not None
    winner = {True: side1, False: side2}[score1 > score2] if is_over and score1 != score2 else None
    return {
        "id": next(_numbers),
        "group_name": group,
        "state": "COMPLETED" if is_over else "READY",
        "participant1_id": side1,
        "participant1_name": f"Team {side1}",
        "participant2_id": side2,
        "participant2_name": f"Team {side2}",
        "participant1_score": score1,
        "participant2_score": score2,
        "winner_id": winner,
        **fields,
    }


def tables(rows: list[dict], options: dict) -> list[dict]:
    return group_documents({"format": "round_robin", "options": options}, rows, [])


def _ranks(table: dict) -> list[tuple[int, int, int]]:
    return [(line["rank"], line["participant_id"], line["points"]) for line in table["standings"]]


def test_points_decide_then_difference_then_scores_made():
    (table,) = tables([_row(1, 2, 2, 0), _row(3, 4, 3, 1), _row(5, 6, 1, 0)], {})
    assert _ranks(table) == [(1, 3, 3), (2, 1, 3), (3, 5, 3), (4, 6, 0), (5, 4, 0), (6, 2, 0)]


def test_who_is_level_shares_a_rank():
    (table,) = tables([_row(1, 2, 1, 1), _row(3, 4, 1, 1)], {})
    assert [rank for rank, _id, _points in _ranks(table)] == [1, 1, 1, 1]


def test_a_line_counts_everything():
    (table,) = tables([_row(1, 2, 2, 1), _row(2, 1, 0, 0), _row(1, 3, None, None)], {})
    line = next(line for line in table["standings"] if line["participant_id"] == 1)
    assert line == {
        "rank": 1,
        "participant_id": 1,
        "participant_name": "Team 1",
        "played": 2,
        "won": 1,
        "drawn": 1,
        "lost": 0,
        "score_for": 2,
        "score_against": 1,
        "points": 4,
        "tiebreaks": {"score_difference": 1, "score_for": 2, "head_to_head": 0, "wins": 1},
    }


def test_the_bracket_may_count_other_points():
    (table,) = tables([_row(1, 2, 2, 1)], {"points": {"win": 2, "draw": 1, "loss": 1}})
    assert _ranks(table) == [(1, 1, 2), (2, 2, 1)]


def test_groups_stand_by_name_and_open_matches_count_nothing():
    found = tables([_row(3, 4, None, None, "B"), _row(1, 2, None, None)], {})
    assert [table["name"] for table in found] == ["A", "B"]
    assert all(line["played"] == 0 for table in found for line in table["standings"])


def test_a_bye_counts_as_won():
    bye = _row(1, 2, 1, 0) | {"participant2_id": None, "participant2_name": "", "participant1_score": None}
    (table,) = tables([bye], {})
    assert _ranks(table) == [(1, 1, 3)]


def test_a_forfeit_counts_as_won_and_lost_without_scores():
    forfeit = _row(1, 2, None, None) | {"state": "FORFEIT", "winner_id": 2}
    (table,) = tables([forfeit], {})
    assert _ranks(table) == [(1, 2, 3), (2, 1, 0)]
