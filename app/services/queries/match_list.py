"""The list of matches: filters, orders and pages, as rows that are ready to be sent.

Every open page and many programs ask for it. So its statements are built once for each set of filters and
orders, read columns and no objects, and each of their conditions is served by an index.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Integer, Select, bindparam, exists, func, select, union_all
from sqlalchemy.orm import aliased

from app.domain.permissions import ANONYMOUS, Actor
from app.domain.states import MatchState
from app.models import Bracket, Match, Participant, Station, Tournament
from app.models.match import SHOWN_STREAM, STATE_ORDER
from app.services import access
from app.services.match_changes import iso
from app.services.prepared import Prepared

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
    states: tuple[MatchState, ...] = ()
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
    count: int  # 0 for a page past the end


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
    SHOWN_STREAM,
    Match.station_id,
    func.coalesce(Station.name, "").label("station_name"),
    Station.time_zone.label("station_time_zone"),
    Match.participant1_checked_in,
    Match.participant2_checked_in,
    Match.check_in_deadline,
    Match.called_at,
    Match.original_time,
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


def page_row_select(*extra) -> Select:
    """The same with what pages show beside it."""
    return row_select(*PAGE_COLUMNS, *extra).outerjoin(Station, Station.id == Match.station_id)


def with_state_display(row: dict) -> dict:
    """The row with the state in words."""
    row["state_display"] = _LABELS[row["state"]]
    return row


def row_document(row: Mapping) -> dict:
    """The row as the API writes it (a page's row has its further columns too)."""
    document = with_state_display(dict(row))
    for name in ("scheduled_time", "started_at", "completed_at"):
        document[name] = iso(document[name])
    for name in ("check_in_deadline", "called_at", "original_time"):
        if name in document:
            document[name] = iso(document[name])
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
    """The page (from 1) of the matches that the actor may see; one query, whatever its size.

    `ordering` has names of ORDERINGS, with `-` for descending; null times come last, ties go by id.
    """
    values = {name: value for name, value in vars(filters).items() if value not in (None, (), "")}
    states = values.pop("states", ())
    kind = ANONYMOUS if actor.is_anonymous else Actor(0, "", is_admin=actor.is_admin)
    wanted = _prepared(kind, tuple(values), len(states), tuple(ordering), for_page)
    if filters.search:
        values["search"] = _escaped(filters.search.lower())
    values |= {f"state{place}": state for place, state in enumerate(states)}
    values |= {"user_id": actor.user_id, "limit": page_size, "offset": (page - 1) * page_size}
    rows = wanted.documents(values)
    count = rows[0]["count"] if rows else 0
    for row in rows:
        del row["count"]
        with_state_display(row)
    return MatchPage(rows, count)


@lru_cache(maxsize=512)
def _prepared(
    kind: Actor, filters: tuple[str, ...], states: int, ordering: tuple[str, ...], for_page: bool
) -> Prepared:
    """The rows of such a list, each with the count of all; the values of the filters (`state0`, `state1`, ...
    for the states), `user_id`, `limit` and `offset` are bound.
    """
    is_visible = access.visible_tournaments(kind, bindparam("user_id", type_=Integer))
    conditions = [~Match.is_deleted, *(_CONDITIONS[name] for name in filters)]
    if states:
        conditions.append(Match.state.in_([bindparam(f"state{place}") for place in range(states)]))
    # Not joined: the tournaments are few, and their matches are counted in an index alone.
    visible = select(Tournament.id).where(is_visible)
    if "tournament" in filters:
        visible = visible.where(Tournament.id == bindparam("tournament"))
    if set(filters) <= {"tournament"} and not states:
        count = visible.with_only_columns(func.coalesce(func.sum(Tournament.match_count), 0))
    else:
        count = select(func.count()).select_from(Match).where(*conditions, Match.tournament_id.in_(visible))
    # Found and sorted by their ids alone: names are looked up for the rows of the page only. Whether a
    # match is visible is asked for each, so that the index of the order can be followed.
    order = _order(ordering)
    is_of_visible = exists().where(Tournament.id == Match.tournament_id, is_visible)
    page = select(Match.id).where(*conditions, is_of_visible).order_by(*order)
    page = page.limit(bindparam("limit", type_=Integer)).offset(bindparam("offset", type_=Integer))
    # In one statement, so that the count is of the same moment.
    rows = (page_row_select if for_page else row_select)(count.scalar_subquery().label("count"))
    return Prepared(rows.where(Match.id.in_(page)).order_by(*order))


def _order(ordering: Sequence[str]) -> list:
    clauses = []
    for name in ordering:
        column = ORDERINGS[name.removeprefix("-")]
        clauses.append((column.desc() if name.startswith("-") else column.asc()).nulls_last())
    descending = bool(ordering) and ordering[-1].startswith("-")
    return [*clauses, Match.id.desc() if descending else Match.id.asc()]


def _plays(is_wanted: Callable[[ColumnElement], ColumnElement[bool]]) -> ColumnElement[bool]:
    """The condition that one side is wanted: a query for each side, since each has its index."""
    own = aliased(Match)
    sides = (own.participant1_id, own.participant2_id)
    return Match.id.in_(
        union_all(*(select(own.id).where(~own.is_deleted, is_wanted(side)) for side in sides))
    )


_NAMED = select(Participant.id).where(func.lower(Participant.name).contains(bindparam("search"), escape="/"))
# For each filter the condition, on a value that is bound under the filter's name.
_CONDITIONS: dict[str, ColumnElement[bool]] = {
    "tournament": Match.tournament_id == bindparam("tournament"),
    "bracket": Match.bracket_id == bindparam("bracket"),
    "scheduled_from": Match.scheduled_time >= bindparam("scheduled_from"),
    "scheduled_until": Match.scheduled_time <= bindparam("scheduled_until"),
    "participant": _plays(lambda side: side == bindparam("participant")),
    "coordinator": Match.coordinator_id == bindparam("coordinator"),
    "station": Match.station_id == bindparam("station"),
    "round_number": Match.round_number == bindparam("round_number"),
    "search": _plays(lambda side: side.in_(_NAMED)),
}


def _escaped(text: str) -> str:
    """The text as LIKE takes it for itself, `/` being the escape."""
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")
