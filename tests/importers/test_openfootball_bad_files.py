"""The reader of openfootball files: every bad line is named, and nothing is read by halves."""

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.importers.json_text import MAX_BYTES
from app.importers.openfootball import read

from .football_files import (
    STAND_INS,
    as_bytes,
    entry,
    four_team_cup,
    knockout,
    problems_of,
    read_matches,
    world_cup,
)

UTC = ZoneInfo("UTC")


def file_problem(data):
    """The one problem of a file that is none."""
    reading = read(data, UTC)
    assert reading.tournament is None
    assert len(reading.problems) == 1
    return str(reading.problems[0])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"<html></html>", "not JSON"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b'{"name": NaN}', "NaN is not a value"),
        (b'{"name": "x", "matches": [-Infinity]}', "-Infinity is not a value"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested too deeply"),
        (b"[" * 50 + b"]" * 50, "nested too deeply"),
        (b'{"name": ' + b"9" * 5_000 + b"}", "far too long"),
        (b'{"name": "a", "name": "b"}', '"name" twice'),
        (b" " * (MAX_BYTES + 1), "larger than 10 MB"),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b'{"name": "x"}', 'no list "matches"'),
        (b'{"name": "x", "matches": {}}', 'no list "matches"'),
        (b'{"name": "x", "matches": []}', "is empty"),
        (b'{"matches": [{}]}', 'no "name"'),
        (b'{"name": "  ", "matches": [{}]}', 'no "name"'),
        (b'{"name": 7, "matches": [{}]}', 'no "name"'),
        (b'{"name": "a\\u0000b", "matches": [{}]}', "control characters"),
        (b'{"name": "a\\ud800b", "matches": [{}]}', "no text"),
        (json.dumps({"name": "x" * 121, "matches": [{}]}).encode(), "longer than 120"),
        (json.dumps({"name": "x", "matches": [0] * 5001}).encode(), "at most 5000"),
    ],
)
def test_file_that_is_none_is_refused_in_one_sentence(data, why):
    assert why in file_problem(data)


def test_byte_order_mark_is_tolerated():
    assert read(b"\xef\xbb\xbf" + as_bytes(entry()), UTC).tournament.name == "Small Cup"


@pytest.mark.parametrize(
    ("match", "why"),
    [
        (7, "is not an object"),
        (None, "is not an object"),
        (entry(round=...), "has no round"),
        (entry(round=7), "round is 7, not a text"),
        (entry(round="Play-offs"), 'round "Play-offs" is neither'),
        (entry(team1=...), "has no team1"),
        (entry(team2=""), "has no team2"),
        (entry(team2=None), "has no team2"),
        (entry(team2=["Bari"]), 'team2 is ["Bari"], not a text'),
        (entry(team2="B\x00ri"), "team2 holds control characters"),
        (entry(team2="B\x1b[31m"), "team2 holds control characters"),
        (entry(team2="B" * 101), "team2 is longer than 100"),
        (entry("Ajax", "Ajax"), '"Ajax" plays against itself'),
        (entry("Ajax", " ajax "), '"Ajax" plays against itself'),
        (entry("Ajax", "1A"), "needs its teams by name"),
        (entry(ground=3), "ground is 3, not a text"),
        (entry(ground="g" * 81), "ground is longer than 80"),
        (entry(group=1), "group is 1, not a text"),
        (entry(group="g" * 41), "group is longer than 40"),
        (entry(round="Final"), "is a knockout round"),
        (entry(num="73"), 'num is "73", not a whole number'),
        (entry(num=0), "num is 0"),
        (entry(num=-1), "num is -1"),
        (entry(num=True), "num is true"),
        (entry(num=1.5), "num is 1.5"),
        (entry(num=10**30), "num is 1000"),
        (entry(date="11.06.2026"), 'date "11.06.2026" is no date'),
        (entry(date="2026-02-30"), 'date "2026-02-30" is no date'),
        (entry(date="0001-01-01"), "outside the years"),
        (entry(date=20260611), "date is 20260611, not a text"),
        (entry(date=...), "has a time, but no date"),
        (entry(time="noon"), 'time "noon" is no time'),
        (entry(time="25:00 UTC-6"), "is no time of day"),
        (entry(time="13:00 CET"), 'time "13:00 CET" is no time'),
        (entry(time="13:00 UTC+15"), "no place on earth"),
        (entry(time="13:00 UTC+5:75"), "no place on earth"),
        (entry(time=13), "time is 13, not a text"),
        (entry(score=[2, 0]), "score is not an object"),
        (entry(score={"ft": [2]}), "not two whole numbers"),
        (entry(score={"ft": "2-0"}), "not two whole numbers"),
        (entry(score={"ft": [2, "0"]}), "not two whole numbers"),
        (entry(score={"ft": [True, 0]}), "not two whole numbers"),
        (entry(score={"ft": [2, 0.5]}), "not two whole numbers"),
        (entry(score={"ft": [2, -1]}), "never negative"),
        (entry(score={"ft": [2, 10**12]}), "higher than 9999"),
        (entry(score={"ft": [1, 0], "ht": [2, 0]}), "score.ft is lower than score.ht"),
        (entry(score={"p": [5, 4]}), "score.p stands without"),
        (knockout("Final", "Ajax", "Bari", [1, 1]), "ended level, and neither"),
        (knockout("Final", "Ajax", "Bari", score={"ft": [1, 1], "et": [1, 1]}), "ended level, and neither"),
        (knockout("Final", "Ajax", "Bari", score={"ft": [1, 1], "p": [4, 4]}), "nobody won"),
        (knockout("Final", "Ajax", "Bari", score={"ft": [2, 1], "p": [5, 4]}), "was not level"),
        (knockout("Final", "Ajax", "Bari", score={"ft": [2, 2], "et": [1, 2]}), "score.et is lower than"),
        (knockout("Final", "1A", "Derby", [2, 0]), "one of its teams is not known"),
        (knockout("Final", "W9", "Derby"), "names no knockout match"),
    ],
)
def test_bad_line_is_named(match, why):
    sentences = problems_of(entry("Como", "Derby"), match)
    assert len(sentences) == 1
    assert sentences[0].startswith("Match 2 of the file")
    assert why in sentences[0]


def test_every_bad_line_is_named_with_its_teams():
    sentences = problems_of(
        entry("Ajax", "Bari", date="x"),
        entry("Como", "Derby"),
        entry("Elche", "Elche"),
        entry("Fulham", "Genk", time="y"),
    )
    assert [sentence.partition(": ")[0] for sentence in sentences] == [
        "Match 1 of the file (Ajax v Bari)",
        "Match 3 of the file (Elche v Elche)",
        "Match 4 of the file (Fulham v Genk)",
    ]


def test_one_line_may_have_several_problems():
    assert len(problems_of(entry(date="x", num="y", score="z"))) == 3


def test_messages_write_no_control_characters_to_the_terminal():
    assert all(
        sentence.isprintable() for sentence in problems_of(entry("A\x1b[2J\n", "B\x07", time="\x1b]0;"))
    )


@pytest.mark.parametrize(
    ("matches", "why"),
    [
        ([entry(num=5), entry("Como", "Derby", num=5)], "num 5 is taken by match 1"),
        ([entry(), entry()], "repeats match 1"),
        ([entry(), entry("ajax", "Como")], 'spells "Ajax" as "ajax"'),
        ([entry(), entry("Como", "Derby", ground="MEXICO CITY")], 'spells "Mexico City" as'),
        ([entry(), entry("Ajax", "Como", group="Group B")], '"Ajax" plays in "Group A" already'),
        ([entry(), entry("Como", "Derby", group=...)], "has no group"),
        ([entry(), knockout("Final", "Ajax", "Como")], '"Como" played in no group'),
        ([entry(), knockout("Final", "1A", "2C")], '"2C" names group C'),
        (
            [entry(), knockout("Semi-final", "1A", "Bari"), knockout("Semi-final", "2A", "1A")],
            '"1A" plays in match 2 already',
        ),
        ([knockout("Final", "A", "B"), knockout("Final", "C", "D")], "one match too many"),
        (
            [knockout("Third place", "A", "B"), knockout("Third place", "C", "D")],
            "second match for third place",
        ),
        (
            [knockout("Semi-final", "A", "B"), knockout("Semi-final", "C", "A")],
            '"A" plays in match 1 of the same round',
        ),
        ([knockout("Final", "W2", "B", num=1), knockout("Final", "C", "D", num=2)], "too many"),
        ([knockout("Final", "W1", "B", num=1)], "names no knockout match of an earlier round"),
        (
            [entry(num=1), knockout("Final", "W1", "Bari", num=2)],
            "names no knockout match of an earlier round",
        ),
        (
            [knockout("Semi-final", "A", "B", num=1), knockout("Final", "L1", "C", num=2)],
            "only the match for third",
        ),
        (
            [knockout("Semi-final", "A", "B", num=1), knockout("Third place", "W1", "C", num=2)],
            "only the match for third",
        ),
        (
            [knockout("Semi-final", "A", "B", num=1), knockout("Final", "W1", "W1", num=2)],
            "plays against itself",
        ),
        (
            [
                knockout("Quarter-final", "A", "B", num=1),
                knockout("Semi-final", "W1", "C", num=2),
                knockout("Semi-final", "D", "W1", num=3),
            ],
            "the winner of match 1 of the file goes elsewhere already",
        ),
    ],
)
def test_lines_that_contradict_each_other_are_named(matches, why):
    assert any(why in sentence for sentence in problems_of(*matches))


def test_loser_that_plays_on_is_named():
    matches = four_team_cup()
    matches[3]["team1"] = "Bari"
    matches[2]["team1"] = "Ajax"
    assert problems_of(*matches) == [
        'Match 3 of the file (Ajax v Como): "Ajax" plays, but it won match 1 of the file',
        'Match 4 of the file (Bari v Derby): "Bari" plays, but it lost match 1 of the file',
    ]


def test_changed_score_in_the_world_cup_names_the_match_that_disagrees():
    document = world_cup()
    document["matches"][72]["score"] = {"ft": [3, 0]}
    reading = read(json.dumps(document).encode(), UTC)
    assert [problem.where for problem in reading.problems] == ["Match 90 of the file (Canada v Morocco)"]


def test_team_from_nowhere_is_named():
    matches = [*four_team_cup()[:2], knockout("Final", "Ajaxx", "Derby")]
    assert '"Ajaxx" did not play in the Semi-final' in problems_of(*matches)[0]


def test_time_in_the_gap_or_the_fold_of_a_clock_change_is_not_guessed():
    gap = problems_of(entry(date="2026-03-29", time="02:30"), zone="Europe/Berlin")
    fold = problems_of(entry(date="2026-10-25", time="02:30"), zone="Europe/Berlin")
    assert "does not exist in Europe/Berlin" in gap[0]
    assert "Ajax v Bari" in gap[0]
    assert "happens twice in Europe/Berlin" in fold[0]
    assert read_matches(entry(date="2026-10-25", time="02:30 UTC+1"), zone="Europe/Berlin").problems == []


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3)
    ),
    max_leaves=6,
)
keys = st.sampled_from(["round", "num", "date", "time", "team1", "team2", "score", "group", "ground"])


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | values.map(lambda value: json.dumps(value).encode()))
def test_no_bytes_are_too_strange(data):
    reading = read(data, UTC)
    assert reading.tournament is None
    assert reading.problems


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 103), keys, values)
def test_any_value_in_any_field_is_read_or_named(index, key, value):
    document = world_cup()
    document["matches"][index][key] = value
    reading = read(json.dumps(document).encode(), UTC)
    assert (reading.tournament is None) == bool(reading.problems)
    if reading.tournament:
        assert len(reading.tournament.matches) == 104


@settings(max_examples=40, deadline=None)
@given(st.sets(st.integers(0, 103), max_size=60))
def test_any_part_of_the_world_cup_is_read_or_named(left_out):
    document = world_cup()
    document["matches"] = [match for at, match in enumerate(document["matches"]) if at not in left_out]
    reading = read(json.dumps(document).encode(), UTC)
    assert reading.problems or len(reading.tournament.matches) == 104 - len(left_out)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 104))
def test_world_cup_as_it_stood_after_any_match_is_read(played):
    document = world_cup()
    for match in document["matches"][played:]:
        match.pop("score", None)
    for at, match in enumerate(document["matches"]):
        if at >= 88 and at >= played:
            match["team1"], match["team2"] = STAND_INS[match["num"]]
    reading = read(json.dumps(document).encode(), UTC)
    assert reading.problems == []
    assert reading.warnings == []
    assert sum(match.outcome is not None for match in reading.tournament.matches) == played
