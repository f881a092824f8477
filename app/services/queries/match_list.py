"""The list of matches: filters, orders and pages, as rows that are ready to be sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.permissions import Actor
from app.domain.states import MatchState
from app.extensions import db
from app.models import Bracket, Match, Participant, Station, Tournament
from app.models.match import STATE_ORDER
from app.services import access
from app.services.match_changes import iso

Side1, Side2 = aliased(Participant), aliased(Participant)
ORDERINGS: dict[str, ColumnElement] = {
    "created_at": Match.created_at,
    "scheduled_time": Match.scheduled_time,
    "round_number": Match.round_number,
    "state": STATE_ORDER,
}
DEFAULT_ORDERING = ("-created_at",)
_LABELS = {str(state): state.label for state in MatchState}


@dataclass(frozen=True)
class MatchFilters:
    """Which matches are wanted; an empty filter wants all that the actor may see."""

    tournament: int | None = None
    bracket: int | None = None
    states: Sequence[MatchState] = field(default=())
    scheduled_from: datetime | None = None
    scheduled_until: datetime | None = None
    participant: int | None = None
    coordinator: int | None = None
    station: int | None = None
    round_number: int | None = None
    search: str = ""


@dataclass(frozen=True)
class MatchPage:
    """One page of the list, and the count over all pages."""

    rows: list[dict]
    count: int


ROW_COLUMNS = (
    Match.id,
    Match.tournament_id.label("tournament"),
    Tournament.name.label("tournament_name"),
    Match.bracket_id.label("bracket"),
    func.coalesce(Bracket.name, "").label("bracket_name"),
    Match.round_number,
    Match.match_number,
    Match.state,
    Match.participant1_id,
    func.coalesce(Side1.name, "").label("participant1_name"),
    Match.participant2_id,
    func.coalesce(Side2.name, "").label("participant2_name"),
    Match.participant1_score,
    Match.participant2_score,
    Match.winner_id,
    Match.scheduled_time,
    Match.started_at,
    Match.completed_at,
)
# What a page shows beside the API's row; all of it is public.
PAGE_COLUMNS = (
    Tournament.slug.label("tournament_slug"),
    Tournament.time_zone,
    Tournament.game,
    Match.section,
    Match.group_name,
    Match.best_of,
    Match.game_scores,
    Match.tiebreak,
    Match.slot1_label,
    Match.slot2_label,
    Match.stream_url,
    Match.station_id,
    func.coalesce(Station.name, "").label("station_name"),
    Match.participant1_checked_in,
    Match.participant2_checked_in,
    Match.check_in_deadline,
    Match.version,
)


def row_select(*extra) -> Select:
    """The select of match rows, joined with the names they show, without conditions."""
    return (
        select(*ROW_COLUMNS, *extra)
        .select_from(Match)
        .join(Tournament, Tournament.id == Match.tournament_id)
        .outerjoin(Bracket, Bracket.id == Match.bracket_id)
        .outerjoin(Side1, Side1.id == Match.participant1_id)
        .outerjoin(Side2, Side2.id == Match.participant2_id)
    )


def page_row_select() -> Select:
    """The same with what pages show beside it."""
    return row_select(*PAGE_COLUMNS).outerjoin(Station, Station.id == Match.station_id)


def row_document(row: Mapping) -> dict:
    """The row as the API writes it (a page's row has its further columns too)."""
    document = dict(row)
    document["state_display"] = _LABELS[document["state"]]
    for name in ("scheduled_time", "started_at", "completed_at"):
        document[name] = iso(document[name])
    if "check_in_deadline" in document:
        document["check_in_deadline"] = iso(document["check_in_deadline"])
    return document


def list_matches(
    actor: Actor,
    filters: MatchFilters,
    *,
    ordering: Sequence[str] = DEFAULT_ORDERING,
    page: int = 1,
    page_size: int = 20,
    for_page: bool = False,
) -> MatchPage:
    """The page (from 1) of the matches that the actor may see; two queries, whatever its size.

    `ordering` has names of ORDERINGS, with `-` for descending; null times come last, ties go by id.
    """
    conditions = [~Match.is_deleted, *_conditions(filters)]
    conditions.append(access.visible_tournaments(actor))
    count = db.session.scalar(
        select(func.count())
        .select_from(Match)
        .join(Tournament, Tournament.id == Match.tournament_id)
        .where(*conditions)
    )
    statement = (page_row_select() if for_page else row_select()).where(*conditions)
    statement = statement.order_by(*_order(ordering)).limit(page_size).offset((page - 1) * page_size)
    rows = db.session.execute(statement).mappings()
    return MatchPage([row_document(row) for row in rows], count or 0)


def _order(ordering: Sequence[str]) -> list:
    clauses = []
    for name in ordering:
        column = ORDERINGS[name.removeprefix("-")]
        clauses.append((column.desc() if name.startswith("-") else column.asc()).nulls_last())
    descending = bool(ordering) and ordering[-1].startswith("-")
    return [*clauses, Match.id.desc() if descending else Match.id.asc()]


def _conditions(filters: MatchFilters) -> list[ColumnElement[bool]]:
    conditions = [
        column == value
        for column, value in (
            (Match.tournament_id, filters.tournament),
            (Match.bracket_id, filters.bracket),
            (Match.coordinator_id, filters.coordinator),
            (Match.station_id, filters.station),
            (Match.round_number, filters.round_number),
        )
        if value is not None
    ]
    if filters.states:
        conditions.append(Match.state.in_([str(state) for state in filters.states]))
    if filters.scheduled_from is not None:
        conditions.append(Match.scheduled_time >= filters.scheduled_from)
    if filters.scheduled_until is not None:
        conditions.append(Match.scheduled_time <= filters.scheduled_until)
    if filters.participant is not None:
        conditions.append(
            or_(Match.participant1_id == filters.participant, Match.participant2_id == filters.participant)
        )
    if filters.search:
        named = select(Participant.id).where(
            func.lower(Participant.name).contains(filters.search.lower(), autoescape=True)
        )
        conditions.append(or_(Match.participant1_id.in_(named), Match.participant2_id.in_(named)))
    return conditions
