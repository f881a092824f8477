"""Who may meet whom in the next round of a Swiss bracket."""

from sqlalchemy import select

from app.domain.brackets.swiss import NEAR, Contender, can_be_paired_surely, edges, read_matching
from app.domain.states import MatchState
from app.extensions import db
from app.models import Bracket, BracketEntrant, Match, Participant

from .tables import BracketTables, list_entrants

Pairing = tuple[list[tuple[int, int]], int | None]


def contenders_of(bracket: Bracket) -> list[Contender]:
    """Who plays the next round, in the order of the standings: all who have not withdrawn.

    A game that was forfeited before its start is no meeting, so that the two may be paired again; whoever
    won it has had what a bye gives (FIDE handbook C.04.1, 2 to 4).
    """
    met: dict[int, set[int]] = {}
    won_unplayed: set[int] = set()
    rows = db.session.execute(
        select(
            Match.participant1_id, Match.participant2_id, Match.state, Match.winner_id, Match.started_at
        ).where(Match.bracket_id == bracket.id, ~Match.is_deleted, Match.state != MatchState.CANCELLED)
    )
    for row in rows:
        sides = (row.participant1_id, row.participant2_id)
        is_unplayed = row.state == MatchState.FORFEIT and row.started_at is None
        if None in sides or is_unplayed:
            won_unplayed |= {row.winner_id} - {None}
            continue
        for one, other in (sides, sides[::-1]):
            met.setdefault(one, set()).add(other)
    active = {entrant["id"] for entrant in list_entrants(bracket.id) if entrant["withdrawn_at"] is None}
    return [
        Contender(row.entrant, row.points, frozenset(met.get(row.entrant, ())), row.entrant in won_unplayed)
        for row in BracketTables(bracket).table("")
        if row.entrant in active
    ]


def late_entrants(bracket: Bracket) -> list[int]:
    """Who joined the tournament since, by seed; nobody where the bracket was not made of everyone."""
    if not bracket.is_open:
        return []
    present = select(BracketEntrant.participant_id).where(BracketEntrant.bracket_id == bracket.id)
    late = (
        select(Participant.id)
        .where(
            Participant.tournament_id == bracket.tournament_id,
            Participant.withdrawn_at.is_(None),
            Participant.id.not_in(present),
        )
        .order_by(Participant.seed.is_(None), Participant.seed, Participant.id)
    )
    return list(db.session.scalars(late))


def find_pairing(contenders: list[Contender]) -> Pairing | None:
    """The pairs in the order of the standings, and who has the bye; None where somebody is left alone."""
    # Loaded when it is needed: the program starts in a tenth less time without it.
    import networkx as nx

    # Near neighbours first: over all pairs the matching takes long, and is hardly ever needed.
    for reach in (NEAR, None):
        graph = nx.Graph()
        graph.add_weighted_edges_from(edges(contenders, reach))
        found = read_matching(contenders, nx.max_weight_matching(graph, maxcardinality=True))
        if found is not None:
            return found
    return None


def has_next_round(bracket: Bracket) -> bool:
    """True where the Swiss bracket has rounds left, and they can be paired."""
    last = select(Match.round_number).where(Match.bracket_id == bracket.id, ~Match.is_deleted)
    paired = db.session.scalar(last.order_by(Match.round_number.desc()).limit(1)) or 0
    if paired >= bracket.options.get("rounds", 0):
        return False
    contenders = contenders_of(bracket) + [Contender(one, 0) for one in late_entrants(bracket)]
    if len(contenders) < 2:
        return False
    return can_be_paired_surely(contenders) or find_pairing(contenders) is not None
