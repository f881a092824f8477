"""Swiss pairings against published ones: tournaments paired by FIDE's Dutch and Burstein systems.

Those also balance colours, and order score groups by rules of their own, so the pairs themselves may
differ. What every Swiss system promises must not.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app.domain.brackets.swiss import BYE, Contender
from app.services.pairing import find_pairing as pair

DATA = Path(__file__).parent / "data" / "bbp_pairings"
POINTS = {"1": 1.0, "+": 1.0, "U": 1.0, "=": 0.5, "0": 0.0, "-": 0.0, "Z": 0.0}
# Whoever won without playing may not have the bye on top of it; a forfeited game may still be played.
UNPLAYED_WIN = {"+", "U"}
PLAYED = {"1", "=", "0"}
# The rounds to pair: those with a pairing to compare with.
ROUNDS = [
    ("dutch-c5", 3),
    ("dutch-c9", 2),
    *(("players-60", number) for number in range(2, 16)),
    *(("players-180", number) for number in range(2, 12)),
]


@dataclass(frozen=True)
class Player:
    """A line of a report: a game (opponent, result) per round, and the points as printed."""

    total: float
    games: list[tuple[int, str]]


@cache
def read_report(name):
    players = {}
    for line in (DATA / f"{name}.trf").read_text(encoding="ascii").splitlines():
        if line.startswith("001"):
            cells = [line[at : at + 8] for at in range(91, len(line.rstrip()), 10)]
            games = [(int(cell[:4]), cell[7]) for cell in cells]
            players[int(line[4:8])] = Player(float(line[80:84]), games)
    return players


def published_pairing(name, number):
    """The pairs of the round as sets; BYE is in the one of whoever has it."""
    players = read_report(name)
    following = DATA / f"{name}.next"
    if following.exists() and not any(
        opponent for player in players.values() for opponent, _ in player.games[number - 1 : number]
    ):
        count, *numbers = map(int, following.read_text(encoding="ascii").split())
        assert len(numbers) == 2 * count
        return {frozenset(pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)}
    return {
        frozenset((one, opponent))
        for one, player in players.items()
        for opponent, result in player.games[number - 1 : number]
        if opponent != BYE or result == "U"
    }


def contenders_of(name, number):
    """Who plays the round, as the rounds before left them."""
    found = []
    for one, player in read_report(name).items():
        if player.games[number - 1 : number] == [(0, "Z")]:
            continue
        before = player.games[: number - 1]
        found.append(
            Contender(
                one,
                sum(POINTS[result] for _, result in before),
                frozenset(opponent for opponent, result in before if result in PLAYED),
                any(result in UNPLAYED_WIN for _, result in before),
            )
        )
    return sorted(found, key=lambda contender: (-contender.points, contender.entrant))


def crossings(pairs, points):
    """How many pairs leave their score group, and the sum of the squares of how far."""
    apart = [abs(points[a] - points[b]) for a, b in pairs]
    return sum(steps > 0 for steps in apart), sum(steps * steps for steps in apart)


@pytest.mark.parametrize("name", ["dutch-c5", "dutch-c9", "players-60", "players-180"])
def test_the_games_of_a_report_add_up_to_its_points(name):
    for player in read_report(name).values():
        assert sum(POINTS[result] for _, result in player.games) == player.total


@pytest.mark.parametrize(("name", "number"), ROUNDS)
def test_a_published_round_is_paired_no_worse(name, number):
    contenders = contenders_of(name, number)
    published = published_pairing(name, number)
    points = {one.entrant: one.points for one in contenders}
    by_number = {one.entrant: one for one in contenders}
    assert {one for both in published for one in both} - {BYE} == set(by_number)

    pairs, bye = pair(contenders)

    playing = [one for both in pairs for one in both] + ([] if bye is None else [bye])
    assert sorted(playing) == sorted(by_number)
    assert all(b not in by_number[a].met for a, b in pairs), "rematch"
    assert (bye is not None) == (len(contenders) % 2 == 1)
    published_pairs = [tuple(both) for both in published if BYE not in both]
    ours, theirs = crossings(pairs, points), crossings(published_pairs, points)
    assert ours[0] <= theirs[0] and ours[1] <= theirs[1]
    if bye is not None:
        (their_bye,) = (max(both) for both in published if BYE in both)
        assert not by_number[bye].had_bye
        assert points[bye] == points[their_bye] == min(one.points for one in contenders if not one.had_bye)
