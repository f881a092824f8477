"""A tournament with brackets that tests play, as its organizer would."""

from app.models import Bracket, Match, Participant
from app.services import brackets, matches, results, swiss, tournaments
from app.services.results import result_claim
from tests import factories as make


class Played:
    """A bracket of so many teams and its organizer, check-in off; more brackets can be made beside it."""

    def __init__(self, size: int, format: str = "single_elimination", **options):
        self.tournament = make.tournament(enable_check_in=False)
        self.organizer = make.actor(make.staff(self.tournament))
        self.teams = make.participants(self.tournament, size)
        self.bracket_id = self.generate(format, **options)

    def generate(self, format: str, **options) -> int:
        """Make a bracket; returns its id."""
        return brackets.generate_bracket(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            name="Main",
            format=format,
            now=make.soon(0),
            options=options,
        )

    def knockout(self, *slots: dict, **options) -> int:
        """Make a knockout that the tables of the bracket fill; returns its id."""
        return self.generate("single_elimination", slots=list(slots), **{"from": self.bracket_id}, **options)

    @property
    def bracket(self) -> Bracket:
        """The first bracket as it now stands."""
        return make.rows(Bracket, id=self.bracket_id)[0]

    @property
    def gone(self) -> set[int]:
        """The ids of those who withdrew."""
        return {p.id for p in make.rows(Participant, tournament_id=self.tournament.id) if p.withdrawn_at}

    def matches(self, bracket_id: int | None = None) -> list[Match]:
        """The matches of the first bracket, or of another one, by number."""
        found = make.rows(Match, bracket_id=bracket_id or self.bracket_id)
        return sorted((m for m in found if not m.is_deleted), key=lambda match: match.match_number)

    def match(self, number: int, bracket_id: int | None = None) -> Match:
        """The match with this number."""
        return next(match for match in self.matches(bracket_id) if match.match_number == number)

    def in_state(self, *states: str) -> list[Match]:
        """The matches of the first bracket in these states."""
        return [match for match in self.matches() if match.state in states]

    def do(self, verb, match: Match, **arguments) -> None:
        """The verb on the match, by the organizer, now."""
        verb(actor=self.organizer, match_id=match.id, now=make.soon(0), **arguments)

    def start(self, match: Match) -> None:
        """Start the match."""
        self.do(matches.start, match)

    def play(self, match: Match, side: int | None = 1, score: tuple[int, int] | None = None) -> None:
        """Start the match where it is READY, and record that this side won; None is a draw."""
        if make.fresh(match).state == "READY":
            self.start(match)
        score = score or {1: (2, 0), 2: (0, 2), None: (1, 1)}[side]
        self.do(results.submit_result, match, claim=result_claim(*score))

    def play_all(self, choose=lambda sides: sides[0]) -> None:
        """Play the first bracket until nothing is READY or LIVE; `choose` names the winning side of [1, 2]."""
        while ready := self.in_state("READY", "LIVE"):
            self.play(ready[0], choose([1, 2]))

    def next_round(self) -> int:
        """Pair the next Swiss round; returns its number."""
        return swiss.next_round(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            bracket_id=self.bracket_id,
            now=make.soon(0),
        )

    def withdraw(self, team: Participant) -> None:
        """The team withdraws."""
        tournaments.withdraw_participant(
            actor=self.organizer,
            tournament_id=self.tournament.id,
            participant_id=team.id,
            now=make.soon(0),
        )
