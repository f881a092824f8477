"""Files that are far too much of something: refused in words, and at once."""

import json
import time

import pytest

from app.importers.door import Wish, read_file, write_file
from app.importers.neutral import MAX_MATCHES
from app.models import Tournament
from tests import factories as make

# Much more than any of them takes; what grows with the square of the file takes minutes.
SECONDS = 30


def matchdesk(**lists):
    return {"format": "matchdesk", "version": 2, "tournament": {"name": "Cup"}, **lists}


def chain(count, is_circle=False):
    """Matches of Challonge, the last first, each fed by the one before."""
    matches = [
        {"id": n, "round": n, "state": "pending", "player1_prereq_match_id": n - 1 or (count if is_circle else None)}
        for n in range(1, count + 1)
    ]  # fmt: skip
    return [{"match": match} for match in reversed(matches)]


def manager(stages):
    numbers = range(stages)
    side = [{"id": 0}, {"id": 1}]
    return {
        "participant": [{"id": 0, "name": "Ajax"}, {"id": 1, "name": "Bari"}],
        "stage": [{"id": n, "name": f"Stage {n}", "type": "round_robin"} for n in numbers],
        "group": [{"id": n, "number": 1, "stage_id": n} for n in numbers],
        "round": [{"id": n, "number": 1, "group_id": n} for n in numbers],
        "match": [
            {"id": n, "number": 1, "round_id": n, "status": 2, "opponent1": side[0], "opponent2": side[1]} for n in numbers
        ],
    }  # fmt: skip


CSV_HEAD = "bracket,participant1,participant2\n"
LINES = "".join(f"Cup,A{n},B{n}\n" for n in range(50_000))
TOO_MANY = f"at most {MAX_MATCHES} can be read"


@pytest.mark.parametrize(
    ("name", "document", "why"),
    [
        ("csv", CSV_HEAD + LINES, f"more than {MAX_MATCHES} lines"),
        ("csv", "name" + ",x" * 1_000_000, "at most 100 can be read"),
        ("challonge", chain(MAX_MATCHES, is_circle=True), "feeds itself"),
        ("challonge", chain(MAX_MATCHES + 1), TOO_MANY),
        ("startgg", [{"id": n} for n in range(MAX_MATCHES + 1)], TOO_MANY),
        ("brackets-manager", manager(4000), "at most 256 can be read"),
        ("brackets-manager", manager(MAX_MATCHES + 1), TOO_MANY),
        ("matchdesk", matchdesk(participants=[{"id": n} for n in range(20_000)]), TOO_MANY),
        (
            "matchdesk",
            matchdesk(participants=[{"id": 1, "name": "Ajax", "members": [f"u{n}" for n in range(51)]}]),
            "Ajax: has 51 members; at most 50 can be read",
        ),
    ],
)
def test_too_much(name, document, why):
    data = document if isinstance(document, str) else json.dumps(document)
    begun = time.monotonic()
    reading = read_file(Wish(name), data.encode())
    assert time.monotonic() - begun < SECONDS
    assert any(why in str(problem) for problem in reading.problems), reading.problems[:3]
    assert reading.found is None


@pytest.mark.parametrize("name", ["a\x00b", "\ud800", "x" * 51, 5, "", "  "])
def test_user_names_that_can_be_none(name):
    document = matchdesk(participants=[{"id": 1, "name": "Ajax", "members": [name]}])
    reading = read_file(Wish("matchdesk"), json.dumps(document).encode())
    assert [str(problem) for problem in reading.problems] == [
        'participant 1: "members" is no list of user names'
    ]


@pytest.mark.parametrize("others", [5, {"a": 1}, "12", True])
def test_other_ids_of_a_player_that_are_no_list(others):
    people = [{"id": 1, "name": "Ajax", "group_player_ids": others}]
    data = json.dumps({"tournament": {"participants": people, "matches": []}}).encode()
    assert [str(problem) for problem in read_file(Wish("challonge"), data).problems] == [
        "The file has no matches."
    ]


@pytest.mark.both_databases
@pytest.mark.usefixtures("app_context")
def test_as_many_as_there_may_be():
    people = [
        {"id": n, "name": f"Team {n}", "seed": n, "members": [f"user{n}-{m}" for m in range(40)]}
        for n in range(1, 2049)
    ]
    wish = Wish("matchdesk")
    reading = read_file(wish, json.dumps(matchdesk(participants=people)).encode())
    imported = write_file(wish, reading.found, actor=make.actor(make.user()), now=make.soon(0))
    assert imported.participants == 2048
    assert len(imported.warnings) == 2048 * 40
    assert len(make.rows(Tournament)) == 1
