"""What the public pages read: one query per need, however long the lists are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, not_, or_, select, union_all

from app.domain.permissions import Actor
from app.domain.states import CLOSED, MatchState
from app.extensions import db
from app.models import (
    Bracket,
    Match,
    Participant,
    ParticipantInvite,
    Station,
    Tournament,
)
from app.services.access import listed_tournaments, organized_tournaments
from app.services.prepared import Prepared

from .rows import list_rows, select_rows

_S = MatchState
LIVE = (_S.LIVE, _S.PENDING_RESULT, _S.DISPUTED)
NEXT = (_S.READY, _S.CHECK_IN, _S.SCHEDULED)
FINISHED = (_S.COMPLETED, _S.FORFEIT)
# What was planned longer ago than this and has not begun is forgotten rather than next.
_STILL_EXPECTED = timedelta(hours=12)
_MOST_LIVE = 100
_UNTIMED_LAST = case((Match.scheduled_time.is_(None), 1), else_=0)
_SIDES_KNOWN = Match.participant1_id.is_not(None) & Match.participant2_id.is_not(None)
# With a side still open and no time, there is nothing to tell yet.
_TELLS_SOMETHING = Match.scheduled_time.is_not(None) | _SIDES_KNOWN
_IS_HELD = Tournament.status.not_in(("draft", "cancelled"))
ENDED = func.coalesce(Match.completed_at, Match.scheduled_time)
_AWAITED = case((Match.state == _S.LIVE, 0), else_=1)
# The order of an agenda: by time, what has none last.
AGENDA = (_UNTIMED_LAST, Match.scheduled_time, Match.id)


@dataclass(frozen=True)
class Now:
    """What goes on: live now, up next, just finished."""

    live: list[dict]
    next: list[dict]
    finished: list[dict]

    @property
    def rows(self) -> list[dict]:
        """All of them."""
        return [*self.live, *self.next, *self.finished]


def get_now_everywhere(now: datetime, *, coming: int = 12, finished: int = 8) -> Now:
    """What goes on in all public tournaments."""
    query = select_rows().where(Tournament.is_public, _IS_HELD)
    return _now(query, now, coming, finished, _SIDES_KNOWN)


def get_now_of(
    actor: Actor, participant_ids: Sequence[int], now: datetime, *, coming: int = 30, finished: int = 10
) -> Now:
    """What goes on with these participants, as far as the actor may see it."""
    if not participant_ids:
        return Now([], [], [])
    theirs = or_(Match.participant1_id.in_(participant_ids), Match.participant2_id.in_(participant_ids))
    query = select_rows().where(theirs, listed_tournaments(actor), _IS_HELD)
    return _now(query, now, coming, finished, _TELLS_SOMETHING)


def get_now(
    tournament_id: int,
    now: datetime,
    *,
    coming: int = 10,
    finished: int = 8,
    only: Iterable[ColumnElement[bool]] = (),
) -> Now:
    """What goes on in one tournament, or in those of its matches that fulfil further conditions."""
    query = select_rows().where(Match.tournament_id == tournament_id, *only)
    return _now(query, now, coming, finished, _TELLS_SOMETHING)


def _now(query: Select, now: datetime, coming: int, finished: int, is_next: ColumnElement[bool]) -> Now:
    """Three parts, a query each: the limits and orders differ, and each is served by an index."""
    expected = or_(Match.scheduled_time.is_(None), Match.scheduled_time > now - _STILL_EXPECTED)
    return Now(
        live=list_rows(query.where(_in(LIVE)).order_by(_AWAITED, *AGENDA).limit(_MOST_LIVE)),
        next=list_rows(query.where(_in(NEXT), expected, is_next).order_by(*AGENDA).limit(coming)),
        finished=list_rows(
            query.where(_in(FINISHED), ENDED.is_not(None), _SIDES_KNOWN)
            .order_by(ENDED.desc(), Match.id)
            .limit(finished)
        ),
    )


def _in(states: tuple[MatchState, ...]):
    return Match.state.in_([str(state) for state in states])


@dataclass(frozen=True)
class TournamentCards:
    """A page of the list of tournaments."""

    cards: list[dict]
    total: int
    page: int
    pages: int


def list_tournament_cards(
    actor: Actor, *, search: str = "", page: int = 1, size: int = 24
) -> TournamentCards:
    """The tournaments that the actor may see, those under way first, with counts of their matches."""
    seen = listed_tournaments(actor)
    if search:
        seen = seen & Tournament.name.icontains(search, autoescape=True)
    total = db.session.scalar(select(func.count()).select_from(Tournament).where(seen))
    pages = max(1, -(-total // size))
    page = min(page, pages)
    order = case({"live": 0, "upcoming": 1, "draft": 2, "completed": 3}, value=Tournament.status, else_=4)
    columns = (
        Tournament.id,
        Tournament.name,
        Tournament.slug,
        Tournament.game,
        Tournament.time_zone,
        Tournament.status,
        Tournament.is_public,
    )
    query = select(*columns).where(seen).order_by(order, Tournament.id.desc())
    cards = [dict(row._mapping) for row in db.session.execute(query.limit(size).offset((page - 1) * size))]
    counts = _count_matches([card["id"] for card in cards])
    for card in cards:
        card.update(counts.get(card["id"], {"live": 0, "open": 0, "closed": 0, "first": None, "last": None}))
    return TournamentCards(cards, total, page, pages)


def _count_matches(tournament_ids: list[int]) -> dict[int, dict]:
    """How many matches are live, open and closed, and when the first and the last is planned."""
    closed = Match.state.in_([str(state) for state in CLOSED])
    rows = db.session.execute(
        select(
            Match.tournament_id,
            func.sum(case((_in(LIVE), 1), else_=0)).label("live"),
            func.sum(case((closed, 0), else_=1)).label("open"),
            func.sum(case((closed, 1), else_=0)).label("closed"),
            func.min(Match.scheduled_time).label("first"),
            func.max(Match.scheduled_time).label("last"),
        )
        .where(Match.tournament_id.in_(tournament_ids), ~Match.is_deleted)
        .group_by(Match.tournament_id)
    )
    return {row.tournament_id: dict(row._mapping) for row in rows}


_STATIONS = Prepared(
    select(Station.id, Station.name)
    .where(Station.tournament_id == bindparam("tournament_id"))
    .order_by(Station.name, Station.id)
)


def list_stations(tournament_id: int) -> list[dict]:
    """The stations of a tournament, by name: id and name."""
    return _STATIONS.documents({"tournament_id": tournament_id})


def find_slug(tournament_id: int) -> str | None:
    """The word by which the tournament's pages are addressed; None where there is none."""
    return db.session.scalar(select(Tournament.slug).where(Tournament.id == tournament_id))


_BRACKETS = Prepared(
    select(
        *(Bracket.id, Bracket.name, Bracket.format, Bracket.options, Bracket.status, Bracket.champion_id),
        Participant.name.label("champion_name"),
    )
    .outerjoin(Participant, Participant.id == Bracket.champion_id)
    .where(Bracket.tournament_id == bindparam("tournament_id"), ~Bracket.is_deleted)
    .order_by(Bracket.id)
)


def list_brackets(tournament_id: int) -> list[dict]:
    """The brackets of a tournament, in the order in which they were made."""
    return _BRACKETS.documents({"tournament_id": tournament_id})


def list_brackets_with_progress(tournament_id: int) -> list[dict]:
    """The same, each with how many of its matches there are (`matches`) and are over (`closed`).

    `round` is the last round that has matches, `open_round` the first that is not over, or None.
    """
    none = {"matches": 0, "closed": 0, "round": 0, "open_round": None}
    closed = case((Match.state.in_([str(state) for state in CLOSED]), 1), else_=0)
    query = select(
        Match.bracket_id,
        func.count().label("matches"),
        func.sum(closed).label("closed"),
        func.max(Match.round_number).label("round"),
        func.min(case((closed == 0, Match.round_number))).label("open_round"),
    )
    query = query.where(Match.tournament_id == tournament_id, ~Match.is_deleted).group_by(Match.bracket_id)
    counts = {
        row.bracket_id: {name: getattr(row, name) for name in none} for row in db.session.execute(query)
    }
    return [bracket | counts.get(bracket["id"], none) for bracket in list_brackets(tournament_id)]


def count_rounds(tournament_id: int) -> dict[int, dict[tuple[str, int], int]]:
    """How many matches the rounds have, by bracket, section and number."""
    query = select(Match.bracket_id, Match.section, Match.round_number, func.count())
    query = query.where(
        Match.tournament_id == tournament_id, Match.bracket_id.is_not(None), ~Match.is_deleted
    )
    counts: dict[int, dict[tuple[str, int], int]] = {}
    for bracket_id, section, number, count in db.session.execute(
        query.group_by(Match.bracket_id, Match.section, Match.round_number)
    ):
        counts.setdefault(bracket_id, {})[section, number] = count
    return counts


def list_bracket_rows(tournament_id: int, without: Iterable[tuple[int, str, int]] = ()) -> list[dict]:
    """The matches of all brackets, with the match and slot that each feeds, and what fills their slots.

    Rounds may be left out: (bracket, section, number).
    """
    query = select_rows().add_columns(
        Match.winner_to_match_id, Match.winner_to_slot, Match.slot1_source, Match.slot2_source
    )
    query = query.where(Match.tournament_id == tournament_id, Match.bracket_id.is_not(None))
    for bracket_id, section, number in without:
        its = (Match.bracket_id == bracket_id, Match.section == section, Match.round_number == number)
        query = query.where(not_(and_(*its)))
    return list_rows(query.order_by(Match.bracket_id, Match.round_number, Match.match_number, Match.id))


def list_participants(tournament_id: int) -> list[dict]:
    """The entrants of a tournament by seed, each with how many matches it played and won."""
    over = (Match.tournament_id == tournament_id, _in(FINISHED), ~Match.is_deleted)
    sides = union_all(
        *(
            select(side.label("side"), Match.winner_id).where(*over)
            for side in (Match.participant1_id, Match.participant2_id)
        )
    ).subquery()
    tally = (
        select(
            sides.c.side,
            func.count().label("played"),
            func.sum(case((sides.c.winner_id == sides.c.side, 1), else_=0)).label("won"),
        )
        .group_by(sides.c.side)
        .subquery()
    )
    unseeded_last = case((Participant.seed.is_(None), 1), else_=0)
    query = (
        select(
            Participant.id,
            Participant.name,
            Participant.seed,
            Participant.withdrawn_at,
            func.coalesce(tally.c.played, 0).label("played"),
            func.coalesce(tally.c.won, 0).label("won"),
        )
        .outerjoin(tally, tally.c.side == Participant.id)
        .where(Participant.tournament_id == tournament_id)
        .order_by(unseeded_last, Participant.seed, Participant.id)
    )
    return [dict(row._mapping) for row in db.session.execute(query)]


def organizes_something(actor: Actor) -> bool:
    """True where the actor runs at least one tournament."""
    return bool(db.session.scalar(select(Tournament.id).where(organized_tournaments(actor)).limit(1)))


def find_invitation(token_hash: str) -> dict | None:
    """Into what an invite link leads: names of participant and tournament; None where it does not work."""
    row = db.session.execute(
        select(
            Participant.name.label("participant_name"),
            Tournament.name.label("tournament_name"),
            Tournament.slug.label("tournament_slug"),
        )
        .join(ParticipantInvite, ParticipantInvite.participant_id == Participant.id)
        .join(Tournament, Tournament.id == Participant.tournament_id)
        .where(
            ParticipantInvite.token_hash == token_hash,
            ParticipantInvite.revoked_at.is_(None),
            ~Tournament.is_deleted,
        )
    ).first()
    return dict(row._mapping) if row else None
