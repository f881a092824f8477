"""Holds a snapshot against itself: who won is derived again, and every match that disagrees is named.

Pure. What the readers have seen to already (types, lengths, that keys lead somewhere) is taken as given.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.brackets.options import check_options
from app.domain.errors import InvalidInput
from app.domain.results import MAX_GAMES, ResultClaim, Score, winning_side
from app.domain.states import CLOSED, MatchState
from app.importers.json_text import shown
from app.importers.neutral import MAX_MATCHES, Problem
from app.importers.snapshot import Game, Key, Link, Snapping, Snapshot

MAX_ENTRANTS = 2048
MAX_BRACKETS = 256
MAX_MEMBERS = 50
_NEEDS_BOTH = (MatchState.READY, MatchState.LIVE, MatchState.PENDING_RESULT, MatchState.DISPUTED)
_HAS_SCORE = (MatchState.PENDING_RESULT, MatchState.COMPLETED, MatchState.DISPUTED)


def checked(snapshot: Snapshot, problems: list[Problem], warnings: list[Problem]) -> Snapping:
    """The reader's answer: the snapshot with all winners filled in, or everything that speaks against it."""
    if not problems:
        _Check(snapshot, problems).run()
    return Snapping(None if problems else snapshot, problems, warnings)


class _Check:
    def __init__(self, snapshot: Snapshot, problems: list[Problem]):
        self.snapshot = snapshot
        self.problems = problems
        self.names = {entrant.key: entrant.name for entrant in snapshot.entrants}
        self.stages = {stage.key: stage for stage in snapshot.stages}
        self.games = {game.key: game for game in snapshot.games}

    def run(self) -> None:
        """Note every problem."""
        self._sizes()
        self._spellings("participant", (entrant.name for entrant in self.snapshot.entrants))
        self._spellings("station", (venue.name for venue in self.snapshot.stations.values()))
        for stage in self.snapshot.stages:
            try:
                check_options(stage.format, stage.options)
            except (InvalidInput, TypeError, AttributeError) as error:
                why = error.detail if isinstance(error, InvalidInput) else "its options are of a wrong kind"
                self.problems.append(Problem(stage.where, why))
        self._numbers()
        for game in self.snapshot.games:
            self._sides(game)
            self._result(game)
        if not self.problems:
            self._links()
            self._cycles()

    def _refuse(self, game: Game, why: str) -> None:
        self.problems.append(Problem(game.where, why))

    def _name(self, key: Key | None) -> str:
        return "nobody" if key is None else self.names[key]

    def _sizes(self) -> None:
        for what, count, most in (
            ("participants", len(self.snapshot.entrants), MAX_ENTRANTS),
            ("brackets", len(self.snapshot.stages), MAX_BRACKETS),
            ("matches", len(self.snapshot.games), MAX_MATCHES),
        ):
            if count > most:
                self.problems.append(Problem("", f"The file has {count} {what}; at most {most} can be read."))
        for entrant in self.snapshot.entrants:
            if len(entrant.members) > MAX_MEMBERS:
                why = f"has {len(entrant.members)} members; at most {MAX_MEMBERS} can be read"
                self.problems.append(Problem(entrant.name, why))

    def _spellings(self, what: str, names: Iterable[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            first = seen.setdefault(name.lower(), name)
            if first is not name:
                self.problems.append(Problem("", f"Two of the {what}s are called {shown(name)}."))

    def _numbers(self) -> None:
        seen: dict[tuple, Game] = {}
        for game in self.snapshot.games:
            if game.bracket is None:
                continue
            first = seen.setdefault((game.bracket, game.match_number), game)
            if first is not game:
                self._refuse(game, f"has the number {game.match_number} of {first.where}")

    def _sides(self, game: Game) -> None:
        first, second = game.sides
        if first is not None and first == second:
            self._refuse(game, f"{self._name(first)} plays against itself")
        if game.state in _NEEDS_BOTH and None in game.sides:
            self._refuse(game, f"is {game.state}, but a side of it is open")
        for side, is_bye in zip(game.sides, game.byes, strict=True):
            if side is not None and is_bye:
                self._refuse(game, f"{self._name(side)} plays where the file has a bye")
        for what, who in (("won", game.winner), ("lost", game.loser)):
            if who is not None and who not in game.sides:
                self._refuse(game, f"is {what} by {self._name(who)}, who does not play in it")
        for version in game.versions:
            if version.winner is not None and version.winner not in game.sides:
                self._refuse(
                    game, f"has a result won by {self._name(version.winner)}, who does not play in it"
                )

    def _result(self, game: Game) -> None:
        if game.score is not None and game.state not in _HAS_SCORE:
            self._refuse(game, f"has a score, but is {game.state}")
        if game.score is not None and None in game.sides:
            self._refuse(game, "has a score, but a side of it is open")
        elif game.score is None and game.games:
            self._refuse(game, "has scores of games, but none of its own")
        elif game.score is not None:
            self._derive(game)
        elif game.state == MatchState.COMPLETED:
            self._walkover(game)
        elif game.winner is not None and game.state not in (MatchState.FORFEIT, MatchState.DISPUTED):
            self._refuse(game, f"has a winner, but is {game.state}")
        if game.winner is not None and game.loser is None:
            game.loser = next((side for side in game.sides if side != game.winner), None)

    def _derive(self, game: Game) -> None:
        """The winner by the score; an open dispute or a result that waits may have none yet."""
        stage = self.stages.get(game.bracket)
        if len(game.games) > MAX_GAMES:
            self._refuse(game, f"has {len(game.games)} games; at most {MAX_GAMES} can be kept")
            return
        claim = ResultClaim(
            Score(*game.score),
            tuple(Score(*pair) for pair in game.games),
            Score(*game.tiebreak) if game.tiebreak else None,
        )
        try:
            side = winning_side(claim, best_of=game.best_of, draws=bool(stage and stage.options.get("draws")))
        except InvalidInput as error:
            self._refuse(game, f"{game.score[0]}-{game.score[1]} can't be its result: {error.detail}")
            return
        winner = game.sides[side - 1] if side else None
        if game.state != MatchState.COMPLETED and game.winner is None:
            return
        if game.winner is not None and game.winner != winner:
            score = f"{game.score[0]}-{game.score[1]}"
            by_score = f"by {self._name(winner)} after its score {score}"
            self._refuse(game, f"is won by {self._name(game.winner)} in the file, but {by_score}")
        game.winner = winner

    def _walkover(self, game: Game) -> None:
        known = [side for side in game.sides if side is not None]
        if len(known) == 2:
            if game.winner is None:
                self._refuse(game, "is over, but has neither a score nor a winner")
            return
        if not any(game.byes):
            self._refuse(game, "is over, but one of its sides is not known")
        game.winner = known[0] if known and game.walks_over else None

    def _links(self) -> None:
        fed: dict[tuple, Game] = {}
        for game in self.snapshot.games:
            links = [(game.winner_to, game.winner), (game.loser_to, game.loser)]
            is_over = game.state in CLOSED or game.winner is not None
            # The upper side won the grand final, so that there is no second one; or nothing was decided.
            is_spared = (
                all(link is not None for link, _ in links) and game.winner_to.match == game.loser_to.match
            )
            if game.state == MatchState.CANCELLED or (is_spared and game.winner == game.sides[0]):
                links = [(link, None) for link, _ in links]
            for link, who in links:
                if link is None:
                    continue
                target = self.games[link.match]
                first = fed.setdefault((link.match, link.slot), game)
                if first is not game:
                    self._refuse(game, f"feeds the same side of {target.where} as {first.where}")
                if target.bracket != game.bracket or target is game:
                    self._refuse(game, f"can't feed {target.where}")
                self._arrival(game, target, link, is_over, who)

    def _arrival(self, game: Game, target: Game, link: Link, is_over: bool, who: Key | None) -> None:
        there = target.sides[link.slot - 1]
        if not is_over and there is not None:
            self._refuse(
                target, f"{self._name(there)} plays, but {game.where}, which tells who does, is not over"
            )
        elif is_over and there != who:
            self._refuse(
                target, f"{self._name(there)} plays, but after {game.where} it is {self._name(who)} who does"
            )

    def _cycles(self) -> None:
        """A match that feeds itself over others would never be played."""
        done: set[Key] = set()
        for start in self.snapshot.games:
            path, on_path, stack = [], set(), [(start.key, False)]
            while stack:
                key, is_leaving = stack.pop()
                if is_leaving:
                    on_path.discard(path.pop())
                    done.add(key)
                elif key in on_path:
                    self._refuse(self.games[key], "feeds itself, over the matches that it feeds")
                    return
                elif key not in done:
                    path.append(key)
                    on_path.add(key)
                    stack.append((key, True))
                    game = self.games[key]
                    stack += [(link.match, False) for link in (game.winner_to, game.loser_to) if link]
