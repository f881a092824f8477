"""The one table of standings, for groups and Swiss alike."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

TIEBREAKS = (
    "score_difference",
    "score_for",
    "head_to_head",
    "wins",
    "buchholz",
    "median_buchholz",
    "sonneborn_berger",
)
DEFAULT_TIEBREAKS = {
    "round_robin": ("score_difference", "score_for", "head_to_head", "wins"),
    "swiss": ("buchholz", "median_buchholz", "sonneborn_berger", "head_to_head", "wins"),
}


@dataclass(frozen=True)
class Points:
    """What a game is worth."""

    win: float = 3
    draw: float = 1
    loss: float = 0


@dataclass(frozen=True)
class Game:
    """A finished game between two entrants, by their ids.

    `side2` None is a bye, which counts as won. `winner` None is a draw, unless `is_double_loss`.
    Scores are None where a forfeit left none.
    """

    side1: int
    side2: int | None
    score1: int | None = None
    score2: int | None = None
    winner: int | None = None
    is_double_loss: bool = False


@dataclass
class Row:
    """An entrant's line in the table. Those who share a rank are level in everything."""

    entrant: int
    rank: int = 0
    won: int = 0
    drawn: int = 0
    lost: int = 0
    score_for: int = 0
    score_against: int = 0
    points: float = 0
    tiebreaks: dict[str, float] = field(default_factory=dict)

    @property
    def played(self) -> int:
        """Games won, drawn and lost, byes among them."""
        return self.won + self.drawn + self.lost

    @property
    def score_difference(self) -> int:
        """What was scored more than conceded."""
        return self.score_for - self.score_against


def standings(
    entrants: Sequence[int],
    games: Iterable[Game],
    points: Points | None = None,
    tiebreaks: Sequence[str] = DEFAULT_TIEBREAKS["round_robin"],
) -> list[Row]:
    """The table, best first: by points, then by the tie-breaks in their order, then by seed.

    `entrants` are ids in seed order; games with others are left out. `head_to_head` looks only at the
    games among those who are level so far (points, difference, score), and again at those still level.
    """
    points = points or Points()
    rows = {entrant: Row(entrant) for entrant in entrants}
    games = [game for game in games if game.side1 in rows and (game.side2 is None or game.side2 in rows)]
    for game in games:
        _count(rows, game, points)
    values = _values(rows, games)
    ordered = _ranked(list(rows.values()), ["points", *tiebreaks], values, games, points)
    place = 0
    for level in ordered:
        for row in level:
            row.rank = place + 1
            for name in tiebreaks:
                row.tiebreaks.setdefault(name, values[name](row) if name in values else 0)
        place += len(level)
    return [row for level in ordered for row in level]


def _count(rows: Mapping[int, Row], game: Game, points: Points) -> None:
    scores = ((game.side1, game.score1, game.score2), (game.side2, game.score2, game.score1))
    for entrant, scored, conceded in scores:
        if entrant is None:
            continue
        row = rows[entrant]
        row.score_for += scored or 0
        row.score_against += conceded or 0
        if game.side2 is None or game.winner == entrant:
            row.won, row.points = row.won + 1, row.points + points.win
        elif game.winner is not None or game.is_double_loss:
            row.lost, row.points = row.lost + 1, row.points + points.loss
        else:
            row.drawn, row.points = row.drawn + 1, row.points + points.draw


def _values(rows: Mapping[int, Row], games: Sequence[Game]) -> dict[str, Callable[[Row], float]]:
    """How each criterion is read, but for `head_to_head`, which depends on who is level."""
    met: dict[int, list[tuple[float, float]]] = {entrant: [] for entrant in rows}
    for game in games:
        if game.side2 is None:
            continue
        for entrant, opponent in ((game.side1, game.side2), (game.side2, game.side1)):
            if game.winner is None and not game.is_double_loss:
                share = 0.5
            else:
                share = 1.0 if game.winner == entrant else 0.0
            met[entrant].append((rows[opponent].points, share))

    def buchholz(row: Row) -> float:
        return sum(opponent for opponent, _ in met[row.entrant])

    def median_buchholz(row: Row) -> float:
        opponents = sorted(opponent for opponent, _ in met[row.entrant])
        return sum(opponents[1:-1]) if len(opponents) > 2 else sum(opponents)

    return {
        "points": lambda row: row.points,
        "score_difference": lambda row: row.score_difference,
        "score_for": lambda row: row.score_for,
        "wins": lambda row: row.won,
        "buchholz": buchholz,
        "median_buchholz": median_buchholz,
        "sonneborn_berger": lambda row: sum(opponent * share for opponent, share in met[row.entrant]),
    }


def _ranked(
    rows: list[Row],
    criteria: Sequence[str],
    values: Mapping[str, Callable[[Row], float]],
    games: Sequence[Game],
    points: Points,
) -> list[list[Row]]:
    """The rows in levels, best first; those in one level can't be told apart by the criteria."""
    if len(rows) < 2 or not criteria:
        return [rows] if rows else []
    name, *rest = criteria
    if name == "head_to_head":
        levels = _by_meetings(rows, games, points)
        # Whoever is still level among themselves is looked at alone once more.
        if len(levels) > 1:
            rest = criteria
    else:
        levels = _levels(rows, values[name])
    return [found for level in levels for found in _ranked(level, rest, values, games, points)]


def _levels(rows: list[Row], value: Callable[[Row], object]) -> list[list[Row]]:
    # Sorting keeps the order of those who are level, which is the order of seeds.
    ordered = sorted(rows, key=value, reverse=True)
    return [list(level) for _, level in groupby(ordered, key=value)]


def _by_meetings(rows: list[Row], games: Sequence[Game], points: Points) -> list[list[Row]]:
    mini = {row.entrant: Row(row.entrant) for row in rows}
    for game in games:
        if game.side1 in mini and game.side2 in mini:
            _count(mini, game, points)
    for row in rows:
        row.tiebreaks.setdefault("head_to_head", mini[row.entrant].points)

    def value(row: Row) -> tuple[float, int, int]:
        own = mini[row.entrant]
        return own.points, own.score_difference, own.score_for

    return _levels(rows, value)
