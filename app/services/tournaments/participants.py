"""Entrants: teams and single players, with the users who are their members."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import selectinload

from app.domain.errors import InvalidInput, NotFound, Refused
from app.domain.permissions import Actor
from app.domain.words import say
from app.models import (
    Bracket,
    BracketEntrant,
    Dispute,
    Match,
    MatchResult,
    Participant,
    ParticipantInvite,
    ParticipantMember,
    Tournament,
    User,
)
from app.services import audit, progression
from app.services.audit import AuditAction
from app.services.unit_of_work import UnitOfWork, unit_of_work

from .common import load, matches_of, plays, required_text, tell, tell_renamed, unique
from .staff import find_active_users

PARTICIPANT_NAME_LENGTH = 100
MAX_SEED = 100_000
MAX_MEMBERS = 50
MAX_PARTICIPANTS = 2048
_NAME_TAKEN = say("Another participant of this tournament has this name.")


def add_participant(*, actor: Actor, tournament_id: int, values: Mapping, now: datetime) -> int:
    """Add an entrant; returns its id. It has a `name`, and may have a `seed` and `members` (usernames)."""
    with unit_of_work(now) as uow:
        return _add(uow, actor, tournament_id, [values], paths=[""])[0]


def add_participants(
    *, actor: Actor, tournament_id: int, participants: Sequence[Mapping], now: datetime
) -> list[int]:
    """Add entrants, all or none; returns their ids in the order given.

    Raises InvalidInput whose fields have the place in the list in front, such as `0.name`.
    """
    with unit_of_work(now) as uow:
        paths = [f"{place}." for place in range(len(participants))]
        return _add(uow, actor, tournament_id, participants, paths)


def _add(
    uow: UnitOfWork, actor: Actor, tournament_id: int, participants: Sequence[Mapping], paths: Sequence[str]
) -> list[int]:
    tournament = load(uow, actor, tournament_id)
    cleaned = _clean_all(uow, tournament, participants, paths)
    users = _find_members(uow, cleaned)
    rows = [
        Participant(
            tournament_id=tournament.id,
            name=values["name"],
            seed=values["seed"],
            created_at=uow.now,
            members=[ParticipantMember(user_id=users[name.lower()].id) for name in values["members"]],
        )
        for values in cleaned
    ]
    with unique(uow, f"{paths[0]}name" if paths else "name", _NAME_TAKEN):
        uow.session.add_all(rows)
    if rows:
        tell(uow, tournament, ["participants"])
        _record(
            uow,
            actor,
            AuditAction.PARTICIPANT_CREATE,
            tournament_id,
            participant_ids=[row.id for row in rows],
            names=[row.name for row in rows],
        )
    return [row.id for row in rows]


def _clean_all(
    uow: UnitOfWork, tournament: Tournament, participants: Sequence[Mapping], paths: Sequence[str]
) -> list[dict]:
    standing = uow.session.scalar(
        select(func.count()).select_from(Participant).where(Participant.tournament_id == tournament.id)
    )
    if standing + len(participants) > MAX_PARTICIPANTS:
        raise InvalidInput(
            say(
                "A tournament has at most %(highest)s participants; this one has %(number)s already.",
                highest=MAX_PARTICIPANTS,
                number=standing,
            )
        )
    errors: dict[str, list[str]] = {}
    cleaned = []
    for path, values in zip(paths, participants, strict=True):
        try:
            cleaned.append(_clean(values))
        except InvalidInput as error:
            errors |= {f"{path}{field}": reasons for field, reasons in error.errors.items()}
            cleaned.append({"name": "", "seed": None, "members": []})
    clashes = _clashes(uow, tournament.id, [values["name"] for values in cleaned])
    errors |= {f"{paths[place]}name": [reason] for place, reason in clashes.items()}
    unknown = _unknown_members(uow, cleaned)
    errors |= {f"{paths[place]}members": reasons for place, reasons in unknown.items()}
    if errors:
        field, reasons = next(iter(errors.items()))
        raise InvalidInput(f"{field}: {reasons[0]}", errors)
    return cleaned


def _clean(values: Mapping) -> dict:
    return {
        "name": required_text("name", values.get("name"), PARTICIPANT_NAME_LENGTH),
        "seed": _clean_seed(values.get("seed")),
        "members": _clean_members(values.get("members") or []),
    }


def _clean_seed(seed: object) -> int | None:
    if seed is not None and (type(seed) is not int or not 1 <= seed <= MAX_SEED):
        raise InvalidInput.of(
            "seed", say("Must be a whole number from %(lowest)s to %(highest)s.", lowest=1, highest=MAX_SEED)
        )
    return seed


def _clean_members(members: Iterable[str]) -> list[str]:
    """The usernames, each once."""
    names = {name.strip().lower(): name.strip() for name in members}
    if len(names) > MAX_MEMBERS:
        raise InvalidInput.of(
            "members", say("A participant has at most %(number)s members.", number=MAX_MEMBERS)
        )
    return list(names.values())


def _clashes(
    uow: UnitOfWork, tournament_id: int, names: Sequence[str], but_for: int | None = None
) -> dict[int, str]:
    """By place, why a name cannot stand: another entrant has it, in the tournament or in the same list."""
    standing = uow.session.scalars(
        select(Participant.name).where(
            Participant.tournament_id == tournament_id, Participant.id.is_distinct_from(but_for)
        )
    )
    taken = {name.lower() for name in standing}
    clashes, seen = {}, set()
    for place, name in enumerate(names):
        key = name.lower()
        if key in taken:
            clashes[place] = say("Another participant of this tournament is called %(name)s.", name=name)
        elif key and key in seen:
            clashes[place] = say("%(name)s stands in this list twice.", name=name)
        seen.add(key)
    return clashes


def _unknown_members(uow: UnitOfWork, cleaned: Sequence[Mapping]) -> dict[int, list[str]]:
    known = _find_members(uow, cleaned)
    unknown = {
        place: [
            say("There is no active user called %(name)s.", name=name)
            for name in values["members"]
            if name.lower() not in known
        ]
        for place, values in enumerate(cleaned)
    }
    return {place: reasons for place, reasons in unknown.items() if reasons}


def _find_members(uow: UnitOfWork, cleaned: Sequence[Mapping]) -> dict[str, User]:
    return find_active_users(uow, [name for values in cleaned for name in values["members"]])


def update_participant(
    *, actor: Actor, tournament_id: int, participant_id: int, changes: Mapping, now: datetime
) -> None:
    """Change `name`, `seed` (None for none) or `members` (the whole list of usernames)."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        participant = get(uow, tournament_id, participant_id)
        values = {"name": participant.name, "seed": participant.seed, "members": []} | dict(changes)
        cleaned = _clean(values)
        if clash := _clashes(uow, tournament_id, [cleaned["name"]], but_for=participant_id):
            raise InvalidInput(clash[0], {"name": [clash[0]]})
        if unknown := _unknown_members(uow, [cleaned]):
            raise InvalidInput(unknown[0][0], {"members": unknown[0]})
        meta = _set_name_and_seed(uow, participant, cleaned)
        if "members" in changes:
            meta |= _set_members(uow, participant, cleaned["members"])
        if not meta:
            return
        tell(uow, tournament, ["participants"])
        if "new_name" in meta:
            tell_renamed(uow, matches_of(uow, plays(participant_id)), "participant_name")
        _record(
            uow, actor, AuditAction.PARTICIPANT_UPDATE, tournament_id, participant_id=participant_id, **meta
        )


def _set_name_and_seed(uow: UnitOfWork, participant: Participant, cleaned: Mapping) -> dict:
    """Set both; returns what that changed, for the audit."""
    meta = {}
    with unique(uow, "name", _NAME_TAKEN):
        for field in ("name", "seed"):
            old = getattr(participant, field)
            if old != cleaned[field]:
                meta |= {f"old_{field}": old, f"new_{field}": cleaned[field]}
                setattr(participant, field, cleaned[field])
    return meta


def _set_members(uow: UnitOfWork, participant: Participant, usernames: list[str]) -> dict:
    """Make these users the members; returns what that changed, for the audit."""
    users = find_active_users(uow, usernames)
    wanted = {users[name.lower()].id: users[name.lower()] for name in usernames}
    gone = [member for member in participant.members if member.user_id not in wanted]
    present = {member.user_id for member in participant.members}
    new = [user_id for user_id in wanted if user_id not in present]
    removed = [member.user_id for member in gone]
    for member in gone:
        participant.members.remove(member)
        uow.session.delete(member)
    participant.members.extend(ParticipantMember(user_id=user_id) for user_id in new)
    return {"members_added": new, "members_removed": removed} if new or removed else {}


def withdraw_participant(*, actor: Actor, tournament_id: int, participant_id: int, now: datetime) -> None:
    """Mark the entrant as withdrawn: it forfeits its open matches; withdrawn already is no change."""
    _mark_withdrawn(actor, tournament_id, participant_id, now, AuditAction.PARTICIPANT_WITHDRAW)


def reinstate_participant(*, actor: Actor, tournament_id: int, participant_id: int, now: datetime) -> None:
    """Take a withdrawal back; an entrant that has not withdrawn is no change."""
    _mark_withdrawn(actor, tournament_id, participant_id, now, AuditAction.PARTICIPANT_REINSTATE)


def _mark_withdrawn(
    actor: Actor, tournament_id: int, participant_id: int, now: datetime, action: AuditAction
) -> None:
    withdraws = action == AuditAction.PARTICIPANT_WITHDRAW
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        participant = get(uow, tournament_id, participant_id)
        if (participant.withdrawn_at is not None) == withdraws:
            return
        participant.withdrawn_at = now if withdraws else None
        tell(uow, tournament, ["participants"])
        ended = progression.withdraw(uow, participant, tournament) if withdraws else []
        _record(
            uow,
            actor,
            action,
            tournament_id,
            participant_id=participant_id,
            name=participant.name,
            forfeited_match_ids=ended,
        )


def delete_participant(*, actor: Actor, tournament_id: int, participant_id: int, now: datetime) -> None:
    """Delete an entrant entered by mistake; raises Refused once anything of the tournament refers to it."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        participant = get(uow, tournament_id, participant_id)
        if _is_referred_to(uow, participant_id):
            name = participant.name
            raise Refused(
                [say("%(name)s stands in a bracket or in matches; withdraw it instead.", name=name)]
            )
        tell(uow, tournament, ["participants"])
        _record(
            uow,
            actor,
            AuditAction.PARTICIPANT_DELETE,
            tournament_id,
            participant_id=participant_id,
            name=participant.name,
        )
        for invite in uow.session.scalars(
            select(ParticipantInvite).where(ParticipantInvite.participant_id == participant_id)
        ):
            uow.session.delete(invite)
        for member in list(participant.members):
            uow.session.delete(member)
        uow.session.flush()
        uow.session.delete(participant)


def _is_referred_to(uow: UnitOfWork, participant_id: int) -> bool:
    references = (
        select(Match.id).where(
            or_(plays(participant_id), Match.winner_id == participant_id, Match.loser_id == participant_id)
        ),
        select(Bracket.id).where(Bracket.champion_id == participant_id),
        select(BracketEntrant.id).where(BracketEntrant.participant_id == participant_id),
        select(MatchResult.id).where(
            or_(MatchResult.submitted_by_id == participant_id, MatchResult.winner_id == participant_id)
        ),
        select(Dispute.id).where(Dispute.reported_by_id == participant_id),
    )
    return any(uow.session.scalar(reference.limit(1)) is not None for reference in references)


def get(uow: UnitOfWork, tournament_id: int, participant_id: int) -> Participant:
    """The participant of this tournament; raises NotFound where it has no such."""
    participant = uow.session.scalar(
        select(Participant)
        .where(Participant.id == participant_id, Participant.tournament_id == tournament_id)
        .options(selectinload(Participant.members).selectinload(ParticipantMember.user))
    )
    if participant is None:
        raise NotFound
    return participant


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, tournament_id: int, **meta) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=tournament_id,
        meta={"tournament_id": tournament_id, **meta},
    )
