"""The reader of openfootball files: what it makes of good ones."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from app.importers.football_terms import read_feeder, read_group_place, read_round, read_side
from app.importers.neutral import Side, Target
from app.importers.openfootball import read

from .football_files import WORLD_CUP, entry, four_team_cup, knockout, read_matches


@pytest.fixture(scope="module")
def world_cup_reading():
    return read(WORLD_CUP.read_bytes(), ZoneInfo("UTC"))


def test_reads_the_whole_world_cup_without_a_doubt(world_cup_reading):
    tournament = world_cup_reading.tournament
    groups, knockout_bracket = tournament.brackets
    assert world_cup_reading.problems == []
    assert world_cup_reading.warnings == []
    assert tournament.name == "World Cup 2026"
    assert len(tournament.matches) == 104
    assert len(tournament.team_names) == 48
    assert len(tournament.station_names) == 16
    assert (groups.format, knockout_bracket.format) == ("round_robin", "single_elimination")
    assert list(groups.groups) == [f"Group {letter}" for letter in "ABCDEFGHIJKL"]
    assert all(len(teams) == 4 for teams in groups.groups.values())
    assert [match.match_number for match in groups.matches] == list(range(1, 73))
    assert [match.match_number for match in knockout_bracket.matches] == list(range(1, 33))


def test_world_cup_groups_have_three_rounds_of_two_matches(world_cup_reading):
    groups = world_cup_reading.tournament.brackets[0]
    for name in groups.groups:
        rounds = sorted(match.round_number for match in groups.matches if match.group == name)
        assert rounds == [1, 1, 2, 2, 3, 3]


def test_world_cup_kick_off_is_in_utc(world_cup_reading):
    opening = world_cup_reading.tournament.brackets[0].matches[0]
    assert opening.sides == (Side("Mexico"), Side("South Africa"))
    assert opening.scheduled_time == datetime(2026, 6, 11, 19, 0, tzinfo=UTC)
    assert opening.station == "Mexico City"


def test_world_cup_links_come_from_who_really_went_on(world_cup_reading):
    by_key = {match.key: match for match in world_cup_reading.tournament.brackets[1].matches}
    fed = [match.winner_to for match in by_key.values() if match.winner_to]
    assert len(fed) == len(set(fed)) == 30
    assert [match.round_name for match in by_key.values() if match.loser_to] == ["Semi-finals"] * 2
    for match in by_key.values():
        for target, slot in (
            (match.winner_to, match.outcome.winner_slot),
            (match.loser_to, 3 - match.outcome.winner_slot),
        ):
            if target:
                assert by_key[target.key].sides[target.slot - 1] == match.sides[slot - 1]
    final = next(match for match in by_key.values() if match.section == "final")
    assert final.sides[final.outcome.winner_slot - 1].name == "Spain"


def test_drawn_knockouts_are_decided_by_extra_time_then_penalties(world_cup_reading):
    decided = {
        match.sides[0].name: match.outcome
        for match in world_cup_reading.tournament.brackets[1].matches
        if match.round_name == "Round of 32"
    }
    assert (decided["Belgium"].score, decided["Belgium"].winner_slot) == ((3, 2), 1)
    assert decided["Germany"].score == (1, 1)
    assert (decided["Germany"].tiebreak, decided["Germany"].winner_slot) == ((3, 4), 2)


def test_group_draw_stays_a_draw():
    reading = read_matches(entry(score={"ft": [1, 1]}))
    outcome = reading.tournament.matches[0].outcome
    assert (outcome.score, outcome.winner_slot, outcome.tiebreak) == ((1, 1), None, None)


def test_extra_time_and_penalties_do_not_count_in_a_group():
    reading = read_matches(entry(score={"ft": [1, 1], "et": [2, 1], "p": [5, 4]}))
    outcome = reading.tournament.matches[0].outcome
    assert (outcome.score, outcome.winner_slot) == ((1, 1), None)
    assert "do not count in a group" in str(reading.warnings[0])


def test_half_time_alone_is_no_result():
    reading = read_matches(entry(score={"ht": [1, 0]}))
    assert reading.tournament.matches[0].outcome is None
    assert "no full time" in str(reading.warnings[0])


@pytest.mark.parametrize("score", [..., None, {}, {"ft": None}])
def test_match_without_a_score_is_yet_to_come(score):
    reading = read_matches(entry(score=score))
    assert reading.tournament.matches[0].outcome is None
    assert reading.warnings == []


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Round of 32", 32),
        ("round of 16", 16),
        ("Round of the 16", 16),
        ("Last 16", 16),
        ("1/8 Finals", 16),
        ("Quarter-final", 8),
        ("Quarter-finals", 8),
        ("Quarterfinals", 8),
        ("Quarter Final", 8),
        ("QUARTER\N{NON-BREAKING HYPHEN}FINALS", 8),
        ("Semi-final", 4),
        ("Semifinals", 4),
        ("Final", 2),
        ("Finals", 2),
        ("Match for third place", 2),
        ("Third place", 2),
        ("Third-place play-off", 2),
        ("3rd place match", 2),
    ],
)
def test_round_names_singular_or_plural(text, size):
    round_ = read_round(text)
    is_third = "third" in text.lower() or "3rd" in text
    assert (round_.size, round_.kind) == (size, "third_place" if is_third else "knockout")


@pytest.mark.parametrize("text", ["Matchday 14", "Match day 14", "matchday 14", "Round 14"])
def test_matchdays_are_the_group_stage(text):
    assert (read_round(text).kind, read_round(text).matchday) == ("group", 14)


@pytest.mark.parametrize("text", ["Group A", "Group stage", "Regular season", "Pool 3"])
def test_group_matches_may_go_without_a_matchday(text):
    match = read_matches(entry(round=text)).tournament.matches[0]
    assert (match.section, match.group, match.round_number) == ("group", "Group A", 1)


@pytest.mark.parametrize(
    "text", ["Round of 12", "Round of 2048", "Play-offs", "Halftime", "Round of 0", "1/3 finals"]
)
def test_unknown_rounds_are_not_guessed(text):
    assert read_round(text) is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("1A", "Winner of group A"),
        ("2B", "Runner-up of group B"),
        ("3A/B/C/D/F", "Third of groups A/B/C/D/F"),
        ("Winner Group C", "Winner of group C"),
        ("Runner-up Group C", "Runner-up of group C"),
        ("3rd Group A/B", "Third of groups A/B"),
        ("W73", "Winner of match 73"),
        ("L101", "Loser of match 101"),
        ("Loser Match 101", "Loser of match 101"),
        ("TBD", "To be decided"),
    ],
)
def test_stand_ins_become_open_sides_with_labels(text, label):
    assert read_side(text) == Side(label=label)


@pytest.mark.parametrize(
    "text", ["Wales", "West Ham", "Los Angeles", "1. FC Köln", "W", "Lecce", "1860 München"]
)
def test_team_names_are_no_stand_ins(text):
    assert read_side(text) == Side(name=text)
    assert read_feeder(text) is None
    assert read_group_place(text) is None


def test_tournament_to_come_has_open_sides_and_links():
    reading = read_matches(
        entry("Ajax", "Bari"),
        entry("Como", "Derby", group="Group B"),
        knockout("Semi-finals", "1A", "2B", num=3),
        knockout("Semi-finals", "1B", "2A", num=4),
        knockout("Third place", "L3", "L4", num=5),
        knockout("Final", "W3", "W4", num=6),
    )
    first, second, third, final = reading.tournament.brackets[1].matches
    assert reading.warnings == []
    assert first.sides == (
        Side(label="Winner of group A", group="Group A", rank=1),
        Side(label="Runner-up of group B", group="Group B", rank=2),
    )
    assert final.sides == (Side(), Side())
    assert (first.winner_to, second.winner_to) == (Target(final.key, 1), Target(final.key, 2))
    assert (first.loser_to, second.loser_to) == (Target(third.key, 1), Target(third.key, 2))
    assert [first.round_number, third.round_number, final.round_number] == [1, 2, 2]
    assert [match.match_number for match in (first, second, third, final)] == [1, 2, 3, 4]


def test_stand_in_of_a_decided_match_is_the_team_that_went_on():
    reading = read_matches(
        knockout("Semi-final", "Ajax", "Bari", [0, 2], num=61),
        knockout("Semi-final", "Como", "Derby", num=62),
        knockout("Match for third place", "L61", "L62", num=63),
        knockout("Final", "W61", "W62", num=64),
    )
    by_section = {match.section: match for match in reading.tournament.matches}
    assert by_section["final"].sides == (Side("Bari"), Side())
    assert by_section["third_place"].sides == (Side("Ajax"), Side())


def test_numbers_may_be_left_out():
    reading = read_matches(*four_team_cup())
    semi1, semi2, third, final = reading.tournament.matches
    assert reading.warnings == []
    assert semi1.winner_to == Target(final.key, 1)
    assert semi2.winner_to == Target(final.key, 2)
    assert semi1.loser_to == Target(third.key, 1)
    assert semi2.loser_to == Target(third.key, 2)


def test_missing_numbers_are_counted_where_stand_ins_need_them():
    reading = read_matches(
        entry(),
        knockout("Semi-final", "Ajax", "Bari"),
        knockout("Semi-final", "2A", "1A"),
        knockout("Final", "W2", "W3"),
    )
    final = reading.tournament.matches[-1]
    assert [match.winner_to for match in reading.tournament.matches[1:3]] == [
        Target(final.key, 1),
        Target(final.key, 2),
    ]
    assert "3 knockout matches have no num" in str(reading.warnings[0])


def test_order_of_the_file_does_not_matter_where_matches_are_numbered():
    matches = [dict(match, num=number) for number, match in enumerate(four_team_cup(), 1)]
    straight, reversed_ = (read_matches(*order).tournament for order in (matches, matches[::-1]))
    assert {m.key: m.sides for m in straight.matches} == {m.key: m.sides for m in reversed_.matches}


def test_undecided_sides_are_open():
    reading = read_matches(
        knockout("Semi-final", "Ajax", "Bari"),
        knockout("Semi-final", "Como", "Derby"),
        knockout("Final", "TBD", "TBD"),
    )
    assert reading.tournament.matches[-1].sides == (Side(label="To be decided"),) * 2
    assert ["nothing in the file says" in str(warning) for warning in reading.warnings] == [True, True]


def test_team_in_the_next_round_before_its_result_is_doubted():
    reading = read_matches(
        knockout("Semi-final", "Ajax", "Bari", num=1),
        knockout("Semi-final", "Como", "Derby", [1, 0], num=2),
        knockout("Final", "Ajax", "Como", num=3),
    )
    assert reading.tournament.matches[-1].sides == (Side("Ajax"), Side("Como"))
    assert "match 1 of the file has no result" in str(reading.warnings[0])


def test_league_is_one_group_without_a_name():
    reading = read_matches(
        entry("Ajax", "Bari", group=..., round="Matchday 1"),
        entry("Bari", "Ajax", group=..., round="Matchday 2", date="2026-06-18"),
    )
    bracket = reading.tournament.brackets[0]
    assert (bracket.name, list(bracket.groups), bracket.options["legs"]) == ("League", [""], 2)
    assert [match.round_number for match in bracket.matches] == [1, 2]


def test_names_in_any_script_are_kept_in_one_form():
    decomposed, composed = "Cura\u0063\u0327ao", "Curaçao"
    reading = read_matches(
        entry(decomposed, "日本", ground="Zapópan  (Jalisco)"),
        entry(composed, "Türkiye 🇹🇷", date="2026-06-12"),
    )
    assert reading.tournament.team_names == [composed, "日本", "Türkiye 🇹🇷"]
    assert reading.tournament.station_names == ["Zapópan (Jalisco)", "Mexico City"]


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("13:00 UTC-6", 19, 0),
        ("13:00 UTC+5:30", 7, 30),
        ("13:00 UTC+05:30", 7, 30),
        ("13:00 UTC+0530", 7, 30),
        ("13:00 UTC\N{MINUS SIGN}6", 19, 0),
        ("13:00 UTC", 13, 0),
        ("13:00Z", 13, 0),
        ("13:00 GMT+1", 12, 0),
        ("13:00 (UTC-3)", 16, 0),
        ("13:00+02:00", 11, 0),
        ("9:05 UTC+0", 9, 5),
    ],
)
def test_kick_off_with_its_offset(text, hour, minute):
    reading = read_matches(entry(time=text), zone="Europe/Berlin")
    kick_off = reading.tournament.matches[0].scheduled_time
    assert (kick_off.hour, kick_off.minute, kick_off.utcoffset().total_seconds()) == (hour, minute, 0)
    assert reading.warnings == []


def test_kick_off_without_an_offset_is_the_zones_with_a_warning():
    reading = read_matches(entry(time="13:00"), zone="Europe/Berlin")
    assert reading.tournament.matches[0].scheduled_time == datetime(2026, 6, 11, 11, 0, tzinfo=UTC)
    assert "Without a UTC offset, and so read in Europe/Berlin" in str(reading.warnings[0])


@pytest.mark.parametrize("fields", [{"time": ...}, {"time": ""}, {"time": ..., "date": ...}])
def test_match_without_a_time_is_left_without_a_kick_off(fields):
    reading = read_matches(entry(**fields))
    assert reading.tournament.matches[0].scheduled_time is None
    assert "left without a kick-off" in str(reading.warnings[0])
