"""Reads for the match desk: a tournament's matches in their sections; one row."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil

from sqlalchemy import Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.brackets.place_labels import read_label
from app.domain.desk import DeskFacts, Section, Step, place
from app.domain.lobby import LABELS, SCHEMAS
from app.domain.states import CLOSED, MatchFacts, MatchState
from app.domain.words import say
from app.extensions import db
from app.models import (
    Bracket,
    Dispute,
    Match,
    MatchResult,
    Participant,
    Station,
    Tournament,
    User,
)
from app.models.match import SHOWN_STREAM
from app.services.coordination import HANDS_OVER

from .estimates import tell

# So many rows of a section stand on the desk; the rest is one click away.
ROWS_PER_SECTION = 25
# A section by itself shows as many as one bulk may take.
ROWS_PER_PAGE = 100
_SIDE1, _SIDE2, _COORDINATOR = aliased(Participant), aliased(Participant), aliased(User)
_ANY_STATION = aliased(Station)


@dataclass(frozen=True)
class DeskFilters:
    """What the desk is narrowed to. `section` shows one section by itself, in pages."""

    search: str = ""
    bracket_id: int | None = None
    round_number: int | None = None
    section: Section | None = None
    page: int = 1

    @property
    def narrows(self) -> bool:
        """True where some matches are left out."""
        return bool(self.search or self.bracket_id or self.round_number)


@dataclass(frozen=True)
class DeskSection:
    """A section with the rows that are shown of it, of `total`."""

    section: Section
    rows: list[dict]
    total: int
    page: int = 1
    pages: int = 1

    @property
    def hidden(self) -> int:
        """How many rows of the section are not shown here."""
        return self.total - len(self.rows)


@dataclass(frozen=True)
class Desk:
    """The whole desk of a tournament."""

    sections: list[DeskSection]
    filters: DeskFilters = field(default_factory=DeskFilters)

    def of(self, section: Section) -> DeskSection | None:
        """The section, where it is shown."""
        return next((found for found in self.sections if found.section == section), None)

    @property
    def total(self) -> int:
        """How many matches stand on the desk, shown or not."""
        return sum(section.total for section in self.sections)


def get_desk(tournament: Tournament, filters: DeskFilters, now: datetime) -> Desk:
    """The tournament's desk at this moment: six queries at most, however many matches there are."""
    rows = [
        _row(found, tournament, now)
        for found in db.session.execute(_narrowed(_select_rows(tournament.id), filters).where(_is_open()))
    ]
    by_section: dict[Section, list[dict]] = {section: [] for section in Section}
    for row in rows:
        by_section[row["section"]].append(row)
    shown = [filters.section] if filters.section else list(Section)
    sections = [
        _finished(tournament, filters, now)
        if section == Section.FINISHED
        else _section(section, by_section[section], filters)
        for section in shown
    ]
    desk = Desk(sections, filters)
    shown_rows = [row for section in desk.sections for row in section.rows]
    label_open_sides(shown_rows)
    tell(shown_rows, now, tournament="tournament_id")
    return desk


def find_desk_row(tournament: Tournament, match_id: int, now: datetime) -> dict | None:
    """One match as the desk shows it, or None where the tournament has no such match."""
    found = db.session.execute(_select_rows(tournament.id).where(Match.id == match_id)).first()
    if found is None:
        return None
    row = _row(found, tournament, now)
    label_open_sides([row])
    # Each desk asks for the row after each change of its match.
    tell([row], now, tournament="tournament_id", anew=False)
    return row


def list_desk_rows(tournament: Tournament, match_ids: list[int], now: datetime) -> list[dict]:
    """These matches as the desk shows them, in this order; those of other tournaments are left out."""
    found = db.session.execute(_select_rows(tournament.id).where(Match.id.in_(match_ids)))
    rows = {row.id: _row(row, tournament, now) for row in found}
    label_open_sides(rows.values())
    return [rows[match_id] for match_id in match_ids if match_id in rows]


def list_rounds(tournament_id: int) -> list[dict]:
    """The tournament's brackets with their round numbers, for the desk's filter."""
    rows = db.session.execute(
        select(Match.bracket_id, Bracket.name, func.max(Match.round_number).label("rounds"))
        .outerjoin(Bracket, Bracket.id == Match.bracket_id)
        .where(Match.tournament_id == tournament_id, ~Match.is_deleted)
        .group_by(Match.bracket_id, Bracket.name)
        .order_by(Match.bracket_id)
    )
    return [{"id": row.bracket_id, "name": row.name or "", "rounds": row.rounds} for row in rows]


def label_open_sides(rows: Iterable[dict]) -> None:
    """Say in each row what its open sides wait for ("Winner of M3"); one query for all of them.

    Where the match is over without them there is nothing to wait for, and that is said instead.
    """
    waiting = {
        row["id"]: row for row in rows if row["participant1_id"] is None or row["participant2_id"] is None
    }
    if not waiting:
        return
    for row in waiting.values():
        for name in ("slot1_label", "slot2_label"):
            row[name] = read_label(row[name])
    feeders = db.session.execute(
        select(
            Match.match_number,
            Match.winner_to_match_id,
            Match.winner_to_slot,
            Match.loser_to_match_id,
            Match.loser_to_slot,
        ).where(
            or_(Match.winner_to_match_id.in_(waiting), Match.loser_to_match_id.in_(waiting)),
            ~Match.is_deleted,
        )
    )
    for feeder in feeders:
        number = feeder.match_number
        for words, target, slot in (
            (say("Winner of M%(number)s", number=number), feeder.winner_to_match_id, feeder.winner_to_slot),
            (say("Loser of M%(number)s", number=number), feeder.loser_to_match_id, feeder.loser_to_slot),
        ):
            row = waiting.get(target)
            if row is not None and row[f"participant{slot}_id"] is None:
                row[f"slot{slot}_label"] = row[f"slot{slot}_label"] or words
    for row in waiting.values():
        if row["state"] == MatchState.COMPLETED:
            _label_walkover(row)


def _label_walkover(row: dict) -> None:
    absent = [side for side in (1, 2) if row[f"participant{side}_id"] is None]
    for side in absent:
        if len(absent) == 2 or row[f"slot{side}_label"]:
            row[f"slot{side}_label"] = say("Not played") if len(absent) == 2 else say("Walkover")


def _select_rows(tournament_id: int) -> Select:
    return (
        select(
            Match.id,
            Match.tournament_id,
            Match.bracket_id,
            Bracket.name.label("bracket_name"),
            Match.section.label("part"),
            Match.group_name,
            Match.round_number,
            Match.match_number,
            Match.state,
            Match.participant1_id,
            Match.participant2_id,
            _SIDE1.name.label("participant1_name"),
            _SIDE2.name.label("participant2_name"),
            Match.slot1_label,
            Match.slot2_label,
            Match.participant1_checked_in,
            Match.participant2_checked_in,
            Match.participant1_score,
            Match.participant2_score,
            Match.winner_id,
            Match.best_of,
            Match.scheduled_time,
            Match.original_time,
            Match.check_in_deadline,
            Match.started_at,
            Match.completed_at,
            Match.called_at,
            Match.station_id,
            Station.name.label("station_name"),
            SHOWN_STREAM,
            Match.coordinator_id,
            _COORDINATOR.username.label("coordinator_name"),
            Match.coordinator_answer,
            Match.coordinator_note,
            Match.lobby,
            Match.version,
            select(_ANY_STATION.id)
            .where(_ANY_STATION.tournament_id == tournament_id)
            .exists()
            .label("has_stations"),
            Dispute.reason.label("dispute_reason"),
            MatchResult.submitted_at,
            MatchResult.submitted_by_id,
        )
        .outerjoin(Bracket, Bracket.id == Match.bracket_id)
        .outerjoin(_SIDE1, _SIDE1.id == Match.participant1_id)
        .outerjoin(_SIDE2, _SIDE2.id == Match.participant2_id)
        .outerjoin(Station, Station.id == Match.station_id)
        .outerjoin(_COORDINATOR, _COORDINATOR.id == Match.coordinator_id)
        .outerjoin(Dispute, and_(Dispute.match_id == Match.id, Dispute.resolved_at.is_(None)))
        .outerjoin(MatchResult, and_(MatchResult.match_id == Match.id, MatchResult.status == "pending"))
        .where(Match.tournament_id == tournament_id, ~Match.is_deleted)
        .order_by(case((Match.scheduled_time.is_(None), 1), else_=0), Match.scheduled_time, Match.id)
    )


def _is_open():
    return Match.state.not_in([str(state) for state in CLOSED])


def _narrowed(query: Select, filters: DeskFilters) -> Select:
    if filters.bracket_id:
        query = query.where(Match.bracket_id == filters.bracket_id)
    if filters.round_number:
        query = query.where(Match.round_number == filters.round_number)
    if filters.search:
        number = filters.search.lstrip("Mm#")
        named = or_(
            _SIDE1.name.icontains(filters.search, autoescape=True),
            _SIDE2.name.icontains(filters.search, autoescape=True),
        )
        if number.isascii() and number.isdigit() and len(number) < 7:
            named = or_(named, Match.match_number == int(number))
        query = query.where(named)
    return query


def _section(section: Section, rows: list[dict], filters: DeskFilters) -> DeskSection:
    rows.sort(key=lambda row: row["sort"])
    if filters.section is None:
        return DeskSection(section, rows[:ROWS_PER_SECTION], len(rows))
    pages = max(1, ceil(len(rows) / ROWS_PER_PAGE))
    page = min(max(filters.page, 1), pages)
    return DeskSection(
        section, rows[(page - 1) * ROWS_PER_PAGE : page * ROWS_PER_PAGE], len(rows), page, pages
    )


def _finished(tournament: Tournament, filters: DeskFilters, now: datetime) -> DeskSection:
    """The closed matches, the latest first; counted in the database, since there may be many."""
    query = _narrowed(_select_rows(tournament.id), filters).where(~_is_open())
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
    size = ROWS_PER_PAGE if filters.section else ROWS_PER_SECTION
    pages = max(1, ceil(total / ROWS_PER_PAGE)) if filters.section else 1
    page = min(max(filters.page, 1), pages)
    ended = case((Match.completed_at.is_(None), 1), else_=0)
    query = query.order_by(None).order_by(ended, Match.completed_at.desc(), Match.id.desc())
    found = db.session.execute(query.limit(size).offset((page - 1) * size))
    return DeskSection(Section.FINISHED, [_row(row, tournament, now) for row in found], total, page, pages)


def _row(found: Row, tournament: Tournament, now: datetime) -> dict:
    """The row as a plain dict, with its place on the desk; the lobby's values stay out of it."""
    row = dict(found._mapping)
    lobby = row.pop("lobby")
    schema = SCHEMAS[tournament.game]
    row["lobby_missing"] = [LABELS[key] for key in schema.missing(lobby)]
    row["has_lobby"] = bool(lobby)
    facts = MatchFacts(
        state=MatchState(row["state"]),
        side1=row["participant1_name"],
        side2=row["participant2_name"],
        checked_in1=row["participant1_checked_in"],
        checked_in2=row["participant2_checked_in"],
        check_in_enabled=tournament.enable_check_in,
        require_lobby=tournament.require_lobby,
        lobby_missing=tuple(row["lobby_missing"]),
    )
    placement = place(
        DeskFacts(
            match=facts,
            scheduled_time=row["scheduled_time"],
            check_in_deadline=row["check_in_deadline"],
            submitted_at=row["submitted_at"],
            dispute_reason=row["dispute_reason"],
            hands_over=row["coordinator_name"] if row["coordinator_answer"] == HANDS_OVER else None,
            hand_over_note=row["coordinator_note"],
        ),
        now,
    )
    row.update(
        state_display=facts.state.label,
        tournament_slug=tournament.slug,
        time_zone=tournament.time_zone,
        check_in_enabled=tournament.enable_check_in,
        section=placement.section,
        step=placement.step,
        reasons=list(placement.reasons),
        is_closed=facts.state in CLOSED,
        absent_sides=[n for n in (1, 2) if not row[f"participant{n}_checked_in"]],
        sort=_sort_key(row, placement.section, placement.step),
    )
    return row


def _sort_key(row: dict, section: Section, step: Step) -> str:
    """What the section is ordered by, as a text that a script can compare too."""
    if section == Section.LIVE:
        moment = row["started_at"]
    elif section == Section.RESULT:
        moment = row["submitted_at"]
    else:
        moment = row["scheduled_time"]
    urgency = "0" if section == Section.ATTENTION and step == Step.RESOLVE_DISPUTE else "1"
    when = f"{int(moment.timestamp()):011d}" if moment else "99999999999"
    return f"{urgency}-{when}-{row['id']:010d}"
