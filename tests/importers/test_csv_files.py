"""Participants and matches as CSV: out, in, and out again as the same."""

import csv
import io
from contextlib import suppress
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import InvalidInput
from app.exporters.csv_files import MATCH_COLUMNS, escaped, write_matches, write_participants
from app.importers.csv_files import read, unescaped
from app.importers.snapshot_writer import write_snapshot
from app.models import Match, Participant, ParticipantMember
from app.services import matches, outcomes, results
from app.services.results import result_claim
from tests import factories as make

from .test_whole_tournament import FORMATS, GENTLY, Played, export

UTC = ZoneInfo("UTC")
BERLIN = ZoneInfo("Europe/Berlin")
HEAD = ",".join(MATCH_COLUMNS)


def stored(snapping, **settings_):
    assert [str(problem) for problem in snapping.problems] == []
    snapping.snapshot.settings = {"name": "Cup", **snapping.snapshot.settings, **settings_}
    return write_snapshot(snapping.snapshot, actor=make.actor(make.user()), now=make.soon(0), source="csv")


def problems_of(text, zone=UTC, participants=None):
    data = text if isinstance(text, bytes) else text.encode()
    snapping = read(data, zone, participants)
    assert (snapping.snapshot is None) == bool(snapping.problems)
    return [str(problem) for problem in snapping.problems]


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


class TestParticipants:
    @pytest.mark.both_databases
    @pytest.mark.usefixtures("app_context")
    def test_there_and_back(self):
        of = make.tournament()
        ann, ben = make.user("ann"), make.user("ben")
        make.participant(of, '=cmd|"/C calc"!A0', members=[ann, ben], seed=2)
        make.participant(of, "Ajax, Amsterdam", seed=1)
        make.participant(of, "'Quoted")
        make.participant(of, "Curaçao")
        text, left_out = write_participants(export(of.id))
        assert left_out == []
        assert rows_of(text)[0] == {"seed": "2", "name": '\'=cmd|"/C calc"!A0', "members": "ann;ben"}
        written = stored(read(b"\xef\xbb\xbf" + text.encode(), UTC))
        again, _ = write_participants(export(written.tournament_id))
        assert again == text
        assert len(make.rows(ParticipantMember)) == 4

    @pytest.mark.parametrize("between", [",", ";", "\t"])
    def test_the_tables_of_other_spreadsheets(self, between):
        text = f"\ufeffName{between}Seed\r\nAjax{between}1\r\n\r\nBari{between}\r\n"
        entrants = read(text.encode(), UTC).snapshot.entrants
        assert [(entrant.name, entrant.seed) for entrant in entrants] == [("Ajax", 1), ("Bari", None)]

    @given(st.text(max_size=20).map(str.strip))
    def test_no_cell_is_a_formula_and_each_comes_back(self, text):
        assert not escaped(text).startswith(("=", "+", "-", "@", "\t", "\r"))
        assert unescaped(escaped(text)) == text


@pytest.mark.usefixtures("app_context")
class TestMatches:
    @GENTLY
    @given(data=st.data())
    def test_there_and_back(self, data):
        kind, options = data.draw(FORMATS)
        played = Played(data.draw(st.integers(4, 7)), kind, **dict(options))
        make.match(played.tournament, station_id=make.station(played.tournament).id, best_of=5)
        for _ in range(data.draw(st.integers(0, 15))):
            played.step(lambda values: data.draw(st.sampled_from(values)))
        document = export(played.tournament.id)
        text, _ = write_matches(document)
        people, _ = write_participants(document)
        written = stored(read(text.encode(), UTC, people.encode()))
        again, _ = write_matches(export(written.tournament_id))
        assert without_ids(again) == without_ids(text)
        assert write_participants(export(written.tournament_id))[0] == people

    def test_winners_whom_no_score_tells_have_a_column(self):
        played = Played(4, "single_elimination")
        first, second = played.matches("READY")
        played.do(outcomes.forfeit, first, participant_id=first.participant1_id)
        played.do(matches.start, second)
        claim = result_claim(1, 1, tiebreak={"participant1_score": 3, "participant2_score": 4})
        played.do(results.submit_result, second, claim=claim)
        text, _ = write_matches(export(played.tournament.id))
        rows = rows_of(text)
        assert rows[0]["winner"] == rows[0]["participant2"]
        assert (rows[1]["tiebreak1"], rows[1]["tiebreak2"], rows[1]["winner"]) == ("3", "4", "")

    def test_without_such_winners_the_columns_are_the_usual_ones(self):
        text, _ = write_matches(export(Played(2, "single_elimination").tournament.id))
        assert text.splitlines()[0] == HEAD

    @pytest.mark.both_databases
    def test_a_table_by_hand(self):
        make.user("ann")
        text = (
            "bracket,round,participant1,participant2,scheduled_time,station,coordinator,score1,score2\n"
            "League,1,Ajax,Bari,2026-07-01 18:00,Court 1,ann,2,1\n"
            "League,1,Celta,Derby,2026-07-01T18:00+02:00,court 1,,1,1\n"
            "League,2,Ajax,Celta,,,,,\n"
            ",,Ajax,,,,,,\n"
        )
        snapping = read(text.encode(), BERLIN)
        assert [str(warning) for warning in snapping.warnings] == [
            'line 2: "2026-07-01 18:00" has no UTC offset, and was read in Europe/Berlin'
        ]
        written = stored(snapping)
        rows = make.rows(Match, tournament_id=written.tournament_id)
        assert [row.state for row in rows] == ["COMPLETED", "COMPLETED", "READY", "SCHEDULED"]
        assert rows[0].scheduled_time == rows[1].scheduled_time
        assert rows[0].station_id == rows[1].station_id
        assert [row.match_number for row in rows] == [1, 2, 3, 1]
        assert len(make.rows(Participant, tournament_id=written.tournament_id)) == 4


def without_ids(text):
    return [{key: value for key, value in row.items() if key != "id"} for row in rows_of(text)]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The file is empty."),
        ("seed,members\n1,ann\n", "line 1: the head of the table lacks the column name"),
        ("name,name\nA,B\n", "line 1: the head of the table names a column twice"),
        ("name\n", "The file has a head, and nothing below it."),
        ("name,seed\nAjax\n", "line 2: has 1 cells, the head of the table 2"),
        ("name,seed\nAjax,first\n", 'line 2: seed is "first", which is no whole number from 1 to 100000'),
        ("name,seed\nAjax,0\n", 'line 2: seed is "0"'),
        ("name\nAjax\najax\n", 'line 3: repeats "ajax"'),
        ("name,seed\n,1\n", "line 2: has no name"),
        (f"name\n{'x' * 101}\n", "line 2: name is longer than 100 characters"),
        ('name\n"Ajax\n', "line 2: is no CSV"),
        (b"name\n\xff\n", "The file is not UTF-8 text (byte 5)."),
        ("participant1,participant2\nAjax,Ajax\n", "line 2: Ajax plays against itself"),
        ("participant1,participant2,score1\nAjax,Bari,1\n", "line 2: has a score of one side only"),
        ("participant1,participant2,score1,score2\nAjax,Bari,-1,0\n", 'line 2: score1 is "-1"'),
        ("participant1,participant2,score1,score2\nAjax,Bari,1,99999999999\n", 'line 2: score2 is "99999999999"'),
        ("participant1,participant2,score1,score2\nAjax,,1,0\n", "line 2: has a score, but a side of it is open"),
        ("participant1,participant2,score1,score2\nAjax,Bari,1,1\n", "line 2: 1-1 can't be its result"),
        ("participant1,participant2,state\nAjax,Bari,DONE\n", 'line 2: state is "DONE"'),
        ("participant1,participant2,state\nAjax,Bari,completed\n", "neither a score nor a winner"),
        ("participant1,participant2,state\nAjax,,live\n", "line 2: is LIVE, but a side of it is open"),
        ("participant1,participant2,best_of\nAjax,Bari,2\n", "line 2: best_of is 2"),
        ("participant1,participant2,scheduled_time\nAjax,Bari,soon\n", 'line 2: scheduled_time is "soon"'),
        ("participant1,participant2,scheduled_time\nAjax,Bari,2026-03-29T02:30:00\n", "does not exist in Europe/Berlin"),
        ("bracket,number,participant1,participant2\nL,1,Ajax,Bari\nL,1,Celta,Ajax\n", "line 3: has the number 1 of line 2"),
        ("id,participant1,participant2\n7,Ajax,Bari\n7,Bari,Celta\n", 'line 3: has the id "7" of another match'),
        ("participant1,participant2,score1,score2,winner\nAjax,Bari,2,1,Bari\n", "line 2: is won by Bari in the file, but by Ajax after"),
        ("participant1,participant2,state,winner\nAjax,Bari,forfeit,Celta\n", "is won by Celta, who does not play in it"),
    ],
)  # fmt: skip
def test_named_by_line(text, problem):
    found = problems_of(text, BERLIN)
    assert any(problem in each for each in found), found


def test_all_problems_at_once_and_other_columns_only_warned_of():
    text = "participant1,participant2,best_of,shoe_size\nAjax,Bari,2,44\nBari,Celta,4,39\n"
    assert problems_of(text) == [
        "line 2: best_of is 2, neither 1, 3, 5 nor 7",
        "line 3: best_of is 4, neither 1, 3, 5 nor 7",
    ]
    snapping = read(b"name,shoe_size\nAjax,44\n", UTC)
    assert [str(warning) for warning in snapping.warnings] == ['line 1: the columns "shoe_size" are not read']


def test_who_is_not_among_the_participants_beside():
    text = "participant1,participant2\nAjax,Bari\n"
    assert problems_of(text, participants=b"name\nAjax\n") == [
        'line 2: participant2 is "Bari", who is not among the participants'
    ]
    assert problems_of(text, participants=b"name,seed\nAjax,x\nBari,\n")[0].startswith(
        "participants, line 2: seed"
    )


@pytest.mark.usefixtures("app_context")
@settings(GENTLY, max_examples=50)
@given(
    st.lists(
        st.lists(st.sampled_from(["", "Ajax", "Bari", "1", "-1", "COMPLETED", "LIVE", "'", "\x00", "2026-01-01T00:00Z", '"', "9" * 30]), min_size=13, max_size=13),
        max_size=3,
    )
)  # fmt: skip
def test_no_table_ends_in_a_traceback(table):
    text = "\n".join([HEAD, *(",".join(cells) for cells in table)])
    snapping = read(text.encode(), UTC)
    if snapping.snapshot is not None:
        with suppress(InvalidInput):
            stored(snapping)
