"""Holds a snapshot against itself: who won is derived again, and every match that disagrees is named.

Pure. What the readers have seen to already (types, lengths, that keys lead somewhere) is taken as given.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.brackets.options import check_options
from app.domain.errors import InvalidInput
from app.domain.results import MAX_GAMES, ResultClaim, Score, winning_side
from app.domain.states import CLOSED, MatchState
from app.domain.words import say
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
        self._spellings(say("participants"), (entrant.name for entrant in self.snapshot.entrants))
        self._spellings(say("stations"), (venue.name for venue in self.snapshot.stations.values()))
        for stage in self.snapshot.stages:
            try:
                check_options(stage.format, stage.options)
            except (InvalidInput, TypeError, AttributeError) as error:
                why = say("its options are of a wrong kind")
                why = error.detail if isinstance(error, InvalidInput) else why
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
        return say("nobody") if key is None else self.names[key]

    def _sizes(self) -> None:
        for what, count, most in (
            (say("participants"), len(self.snapshot.entrants), MAX_ENTRANTS),
            (say("brackets"), len(self.snapshot.stages), MAX_BRACKETS),
            (say("matches"), len(self.snapshot.games), MAX_MATCHES),
        ):
            if count > most:
                why = say(
                    "The file has %(count)s %(what)s; at most %(most)s can be read.",
                    count=count,
                    what=what,
                    most=most,
                )
                self.problems.append(Problem("", why))
        for entrant in self.snapshot.entrants:
            if len(entrant.members) > MAX_MEMBERS:
                count = len(entrant.members)
                why = say(
                    "has %(count)s members; at most %(most)s can be read", count=count, most=MAX_MEMBERS
                )
                self.problems.append(Problem(entrant.name, why))

    def _spellings(self, what: str, names: Iterable[str]) -> None:
        seen: dict[str, str] = {}
        for name in names:
            first = seen.setdefault(name.lower(), name)
            if first is not name:
                why = say("Two of the %(what)s are called %(name)s.", what=what, name=shown(name))
                self.problems.append(Problem("", why))

    def _numbers(self) -> None:
        seen: dict[tuple, Game] = {}
        for game in self.snapshot.games:
            if game.bracket is None:
                continue
            first = seen.setdefault((game.bracket, game.match_number), game)
            if first is not game:
                why = say(
                    "has the number %(number)s of %(where)s", number=game.match_number, where=first.where
                )
                self._refuse(game, why)

    def _sides(self, game: Game) -> None:
        first, second = game.sides
        if first is not None and first == second:
            self._refuse(game, say("%(name)s plays against itself", name=self._name(first)))
        if game.state in _NEEDS_BOTH and None in game.sides:
            self._refuse(
                game, say("is %(state)s, but a side of it is open", state=MatchState(game.state).named)
            )
        for side, is_bye in zip(game.sides, game.byes, strict=True):
            if side is not None and is_bye:
                why = say("%(name)s plays where the file has a bye", name=self._name(side))
                self._refuse(game, why)
        if self._is_absent(game, game.winner):
            name = self._name(game.winner)
            self._refuse(game, say("is won by %(name)s, who does not play in it", name=name))
        if self._is_absent(game, game.loser):
            name = self._name(game.loser)
            self._refuse(game, say("is lost by %(name)s, who does not play in it", name=name))
        for version in game.versions:
            if self._is_absent(game, version.winner):
                name = self._name(version.winner)
                self._refuse(game, say("has a result won by %(name)s, who does not play in it", name=name))

    def _is_absent(self, game: Game, who: Key | None) -> bool:
        return who is not None and who not in game.sides

    def _result(self, game: Game) -> None:
        if game.score is not None and game.state not in _HAS_SCORE:
            self._refuse(game, say("has a score, but is %(state)s", state=MatchState(game.state).named))
        if game.score is not None and None in game.sides:
            self._refuse(game, say("has a score, but a side of it is open"))
        elif game.score is None and game.games:
            self._refuse(game, say("has scores of games, but none of its own"))
        elif game.score is not None:
            self._derive(game)
        elif game.state == MatchState.COMPLETED:
            self._walkover(game)
        elif game.winner is not None and game.state not in (MatchState.FORFEIT, MatchState.DISPUTED):
            self._refuse(game, say("has a winner, but is %(state)s", state=MatchState(game.state).named))
        if game.winner is not None and game.loser is None:
            game.loser = next((side for side in game.sides if side != game.winner), None)

    def _derive(self, game: Game) -> None:
        """The winner by the score; an open dispute or a result that waits may have none yet."""
        stage = self.stages.get(game.bracket)
        if len(game.games) > MAX_GAMES:
            count = len(game.games)
            self._refuse(
                game, say("has %(count)s games; at most %(most)s can be kept", count=count, most=MAX_GAMES)
            )
            return
        claim = ResultClaim(
            Score(*game.score),
            tuple(Score(*pair) for pair in game.games),
            Score(*game.tiebreak) if game.tiebreak else None,
        )
        try:
            side = winning_side(claim, best_of=game.best_of, draws=bool(stage and stage.options.get("draws")))
        except InvalidInput as error:
            why = say("%(score)s can't be its result: %(why)s", score=_written(game.score), why=error.detail)
            self._refuse(game, why)
            return
        winner = game.sides[side - 1] if side else None
        if game.state != MatchState.COMPLETED and game.winner is None:
            return
        if game.winner is not None and game.winner != winner:
            why = say(
                "is won by %(name)s in the file, but by %(winner)s after its score %(score)s",
                name=self._name(game.winner),
                winner=self._name(winner),
                score=_written(game.score),
            )
            self._refuse(game, why)
        game.winner = winner

    def _walkover(self, game: Game) -> None:
        known = [side for side in game.sides if side is not None]
        if len(known) == 2:
            if game.winner is None:
                self._refuse(game, say("is over, but has neither a score nor a winner"))
            return
        if not any(game.byes):
            self._refuse(game, say("is over, but one of its sides is not known"))
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
                    why = say(
                        "feeds the same side of %(where)s as %(other)s", where=target.where, other=first.where
                    )
                    self._refuse(game, why)
                if target.bracket != game.bracket or target is game:
                    self._refuse(game, say("can't feed %(where)s", where=target.where))
                self._arrival(game, target, link, is_over, who)

    def _arrival(self, game: Game, target: Game, link: Link, is_over: bool, who: Key | None) -> None:
        there = target.sides[link.slot - 1]
        if not is_over and there is not None:
            why = say(
                "%(name)s plays, but %(where)s, which tells who does, is not over",
                name=self._name(there),
                where=game.where,
            )
            self._refuse(target, why)
        elif is_over and there != who:
            why = say(
                "%(name)s plays, but after %(where)s it is %(other)s who does",
                name=self._name(there),
                where=game.where,
                other=self._name(who),
            )
            self._refuse(target, why)

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
                    self._refuse(self.games[key], say("feeds itself, over the matches that it feeds"))
                    return
                elif key not in done:
                    path.append(key)
                    on_path.add(key)
                    stack.append((key, True))
                    game = self.games[key]
                    stack += [(link.match, False) for link in (game.winner_to, game.loser_to) if link]


def _written(score: tuple[int, int]) -> str:
    return f"{score[0]}-{score[1]}"
