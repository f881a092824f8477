"""Results: which scores can be, and whom they make the winner."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from .errors import InvalidInput
from .words import Words, say

# More than any game counts to; a larger number is a typing error, and would not fit the database.
MAX_SCORE = 1_000_000
MAX_GAMES = 7
# What a side may object to.
DISPUTES = {
    "score_dispute": say("score dispute"),
    "wrong_winner": say("wrong winner"),
    "cheating": say("cheating"),
    "no_show": say("no show"),
    "technical": say("technical"),
    "other": say("other"),
}
SCORE_RANGE = say("A score is a whole number from 0 to %(most)s.", most=MAX_SCORE)


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

    @property
    def is_possible(self) -> bool:
        """True where both are scores at all."""
        return 0 <= self.side1 <= MAX_SCORE and 0 <= self.side2 <= MAX_SCORE

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
    _check_ranges(claim)
    if best_of >= 3:
        _check_series(claim.score, best_of)
    if claim.games:
        _check_games(claim.score, claim.games, best_of)
    return _leader(claim, draws)


def _check_ranges(claim: ResultClaim) -> None:
    if not claim.score.is_possible:
        side = 2 if 0 <= claim.score.side1 <= MAX_SCORE else 1
        raise InvalidInput.of(f"participant{side}_score", SCORE_RANGE)
    for place, game in enumerate(claim.games, start=1):
        if not game.is_possible:
            sentence = say("game %(number)s: %(reason)s", number=place, reason=SCORE_RANGE)
            raise InvalidInput.of(f"game {place}", sentence)
    if claim.tiebreak is not None and not claim.tiebreak.is_possible:
        raise InvalidInput.of("tie-break", say("tie-break: %(reason)s", reason=SCORE_RANGE))


def _check_series(score: Score, best_of: int) -> None:
    needed = (best_of + 1) // 2
    if max(score.side1, score.side2) != needed or min(score.side1, score.side2) >= needed:
        sentence = say(
            "In a best of %(length)s the winner has %(needed)s games, the other side fewer.",
            length=best_of,
            needed=needed,
        )
        raise _score_error(sentence)


def _check_games(score: Score, games: Sequence[Score], best_of: int) -> None:
    if len(games) > max(best_of, 1):
        sentence = say("A best of %(length)s has at most %(length)s games.", length=best_of)
        raise InvalidInput.of("game_scores", sentence)
    if best_of == 1:
        if games[0].leader != score.leader:
            sentence = say("The game's score names another winner than the match's.")
            raise InvalidInput.of("game_scores", sentence)
        return
    won = [sum(game.leader == side for game in games) for side in (1, 2)]
    if won != [score.side1, score.side2] or len(games) != sum(won):
        sentence = say(
            "The games say %(won)s, the result says %(score)s.",
            won=f"{won[0]}-{won[1]}",
            score=f"{score.side1}-{score.side2}",
        )
        raise InvalidInput.of("game_scores", sentence)
    # A series ends with the game that decides it.
    if games[-1].leader != score.leader:
        sentence = say("The winner has the last game of a series; nothing follows it.")
        raise InvalidInput.of("game_scores", sentence)


def _leader(claim: ResultClaim, draws: bool) -> int | None:
    leader = claim.score.leader
    if leader is not None:
        if claim.tiebreak is not None:
            raise InvalidInput.of("tiebreak", say("A tie-break is only for a level score."))
        return leader
    if claim.tiebreak is not None:
        if claim.tiebreak.leader is None:
            raise InvalidInput.of("tiebreak", say("A tie-break has a winner."))
        return claim.tiebreak.leader
    if draws:
        return None
    raise _score_error(say("This match can't end level; give the tie-break's score."))


def _score_error(sentence: Words) -> InvalidInput:
    return InvalidInput(sentence, {"participant1_score": [sentence], "participant2_score": [sentence]})
