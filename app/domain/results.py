"""Results: which scores can be, and whom they make the winner."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import InvalidInput

# More than any game counts to; a larger number is a typing error, and would not fit the database.
MAX_SCORE = 1_000_000
MAX_GAMES = 7


@dataclass(frozen=True)
class Score:
    """A pair of scores, of a match, a game or a tie-break."""

    side1: int
    side2: int

    @property
    def leader(self) -> int | None:
        """The side (1 or 2) that has more; None where they are level."""
        if self.side1 == self.side2:
            return None
        return 1 if self.side1 > self.side2 else 2

    def to_json(self) -> dict[str, int]:
        """The score as the API writes it."""
        return {"participant1_score": self.side1, "participant2_score": self.side2}


@dataclass(frozen=True)
class ResultClaim:
    """What somebody says how a match ended."""

    score: Score
    games: tuple[Score, ...] = field(default=())
    tiebreak: Score | None = None

    def agrees_with(self, other: "ResultClaim") -> bool:
        """True where both say the same score, and no tie-break or game of one contradicts the other's."""
        games_agree = not self.games or not other.games or self.games == other.games
        return self.score == other.score and self.tiebreak == other.tiebreak and games_agree


def winning_side(claim: ResultClaim, *, best_of: int, draws: bool) -> int | None:
    """The side (1 or 2) that won; None for a draw. Raises InvalidInput where the scores cannot be."""
    for name, score in _named_scores(claim):
        _check_range(name, score)
    if best_of >= 3:
        _check_series(claim.score, best_of)
    if claim.games:
        _check_games(claim.score, claim.games, best_of)
    return _leader(claim, draws)


def _named_scores(claim: ResultClaim):
    yield "", claim.score
    for place, game in enumerate(claim.games, start=1):
        yield f"game {place}: ", game
    if claim.tiebreak is not None:
        yield "tie-break: ", claim.tiebreak


def _check_range(name: str, score: Score) -> None:
    for side, value in ((1, score.side1), (2, score.side2)):
        if not 0 <= value <= MAX_SCORE:
            field_name = f"participant{side}_score" if not name else name.rstrip(": ")
            raise InvalidInput.of(field_name, f"{name}A score is a whole number from 0 to {MAX_SCORE}.")


def _check_series(score: Score, best_of: int) -> None:
    needed = (best_of + 1) // 2
    if max(score.side1, score.side2) != needed or min(score.side1, score.side2) >= needed:
        raise _score_error(f"In a best of {best_of} the winner has {needed} games, the other side fewer.")


def _check_games(score: Score, games: Sequence[Score], best_of: int) -> None:
    if len(games) > max(best_of, 1):
        raise InvalidInput.of("game_scores", f"A best of {best_of} has at most {best_of} games.")
    if best_of == 1:
        if games[0].leader != score.leader:
            raise InvalidInput.of("game_scores", "The game's score names another winner than the match's.")
        return
    won = [sum(game.leader == side for game in games) for side in (1, 2)]
    if won != [score.side1, score.side2] or len(games) != sum(won):
        raise InvalidInput.of(
            "game_scores", f"The games say {won[0]}-{won[1]}, the result says {score.side1}-{score.side2}."
        )
    # A series ends with the game that decides it.
    if games[-1].leader != score.leader:
        raise InvalidInput.of("game_scores", "The winner has the last game of a series; nothing follows it.")


def _leader(claim: ResultClaim, draws: bool) -> int | None:
    leader = claim.score.leader
    if leader is not None:
        if claim.tiebreak is not None:
            raise InvalidInput.of("tiebreak", "A tie-break is only for a level score.")
        return leader
    if claim.tiebreak is not None:
        if claim.tiebreak.leader is None:
            raise InvalidInput.of("tiebreak", "A tie-break has a winner.")
        return claim.tiebreak.leader
    if draws:
        return None
    raise _score_error("This match can't end level; give the tie-break's score.")


def _score_error(sentence: str) -> InvalidInput:
    return InvalidInput(sentence, {"participant1_score": [sentence], "participant2_score": [sentence]})
