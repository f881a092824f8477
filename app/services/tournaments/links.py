"""Secret links: into a participant, onto the board of a private tournament, and a one-time sign-in.

Each is a random token of which only the hash is kept; whoever lost one makes another. The pages that they
lead to: `/join/TOKEN`, `/sign-in/TOKEN` (both act on POST only, as previews of links would use them up), and
`/tournaments/SLUG/board/?key=KEY`.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import exists, select, update

from app.domain.errors import InvalidInput, NotAllowed, NotFound, NotSignedIn, Refused
from app.domain.permissions import Actor
from app.domain.words import say
from app.models import (
    Match,
    Participant,
    ParticipantInvite,
    ParticipantMember,
    SignInLink,
    Tournament,
    TournamentStaff,
    User,
)
from app.services import audit
from app.services.audit import AuditAction
from app.services.unit_of_work import UnitOfWork, unit_of_work

from .common import load, tell
from .participants import MAX_MEMBERS, get

# Long enough for a team to find it on the morning of the match day.
SIGN_IN_LINK_LIFETIME = timedelta(hours=24)
_NO_SUCH_LINK = say("This link does not work, or no longer. Ask an organizer for a new one.")


def hash_of(token: str) -> str:
    """What is kept of a token: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def create_invite(*, actor: Actor, tournament_id: int, participant_id: int, now: datetime) -> str:
    """Make the link by which signed-in users join the participant; returns its token. Older ones end."""
    token = secrets.token_urlsafe(32)
    with unit_of_work(now) as uow:
        load(uow, actor, tournament_id)
        get(uow, tournament_id, participant_id)
        _end_invites(uow, participant_id)
        uow.session.add(
            ParticipantInvite(
                participant_id=participant_id,
                token_hash=hash_of(token),
                created_by_id=actor.user_id,
                created_at=now,
            )
        )
        _record(uow, actor, AuditAction.PARTICIPANT_INVITE, tournament_id, participant_id=participant_id)
    return token


def revoke_invite(*, actor: Actor, tournament_id: int, participant_id: int, now: datetime) -> None:
    """End the participant's link; where there is none it is no change."""
    with unit_of_work(now) as uow:
        load(uow, actor, tournament_id)
        get(uow, tournament_id, participant_id)
        if _end_invites(uow, participant_id):
            _record(
                uow,
                actor,
                AuditAction.PARTICIPANT_INVITE_REVOKE,
                tournament_id,
                participant_id=participant_id,
            )


def _end_invites(uow: UnitOfWork, participant_id: int) -> int:
    return uow.session.execute(
        update(ParticipantInvite)
        .where(ParticipantInvite.participant_id == participant_id, ParticipantInvite.revoked_at.is_(None))
        .values(revoked_at=uow.now)
        .execution_options(synchronize_session=False)
    ).rowcount


def accept_invite(*, actor: Actor, token: str, now: datetime) -> int:
    """Make the actor a member of the participant whose link this is; returns the participant's id.

    A member already is no change. Raises NotSignedIn, NotFound for a link that does not work, and Refused
    where the participant is full.
    """
    if actor.is_anonymous:
        raise NotSignedIn
    if not actor.can_write:
        raise NotAllowed(say("This token may only read."))
    with unit_of_work(now) as uow:
        participant = find_invited(uow, token)
        if participant is None:
            raise NotFound(_NO_SUCH_LINK)
        tournament = uow.lock_tournament(participant.tournament_id)
        # The link may have been revoked while this waited for the lock.
        if find_invited(uow, token) is None:
            raise NotFound(_NO_SUCH_LINK)
        members = [member.user_id for member in participant.members]
        if actor.user_id in members:
            return participant.id
        if len(members) >= MAX_MEMBERS:
            full = say("%(name)s has %(number)s members already.", name=participant.name, number=MAX_MEMBERS)
            raise Refused([full])
        participant.members.append(ParticipantMember(user_id=actor.user_id))
        tell(uow, tournament, ["participants"])
        _record(
            uow,
            actor,
            AuditAction.PARTICIPANT_JOIN,
            tournament.id,
            participant_id=participant.id,
            user_id=actor.user_id,
        )
        return participant.id


def find_invited(uow: UnitOfWork, token: str) -> Participant | None:
    """The participant into which this token leads; None where it leads nowhere."""
    return uow.session.scalar(
        select(Participant)
        .join(ParticipantInvite, ParticipantInvite.participant_id == Participant.id)
        .join(Tournament, Tournament.id == Participant.tournament_id)
        .where(
            ParticipantInvite.token_hash == hash_of(token),
            ParticipantInvite.revoked_at.is_(None),
            ~Tournament.is_deleted,
        )
    )


def create_board_link(*, actor: Actor, tournament_id: int, now: datetime) -> str:
    """Make the key that opens the tournament's board to whoever has it; returns it. An older one ends."""
    key = secrets.token_urlsafe(32)
    with unit_of_work(now) as uow:
        load(uow, actor, tournament_id).board_key_hash = hash_of(key)
        _record(uow, actor, AuditAction.BOARD_LINK_CREATE, tournament_id)
    return key


def revoke_board_link(*, actor: Actor, tournament_id: int, now: datetime) -> None:
    """End the board's key; where there is none it is no change."""
    with unit_of_work(now) as uow:
        tournament = load(uow, actor, tournament_id)
        if tournament.board_key_hash is None:
            return
        tournament.board_key_hash = None
        _record(uow, actor, AuditAction.BOARD_LINK_REVOKE, tournament_id)


def opens_board(tournament: Tournament, key: str | None) -> bool:
    """True where this is the key of the tournament's board."""
    if not key or tournament.board_key_hash is None:
        return False
    return hmac.compare_digest(hash_of(key), tournament.board_key_hash)


def create_sign_in_link(
    *, actor: Actor, tournament_id: int, participant_id: int, username: str, now: datetime
) -> str:
    """Make a link with which a member of the participant signs in once; returns its token.

    Only for members who are nothing else anywhere: whoever gives the link out could use it.
    """
    token = secrets.token_urlsafe(32)
    with unit_of_work(now) as uow:
        load(uow, actor, tournament_id)
        participant = get(uow, tournament_id, participant_id)
        wanted = username.strip().lower()
        user = next((m.user for m in participant.members if m.user.username.lower() == wanted), None)
        if user is None or not user.is_active:
            raise InvalidInput.of(
                "username", say("%(name)s has no active member of this name.", name=participant.name)
            )
        if reasons := _other_roles(uow, user, tournament_id):
            raise Refused(reasons)
        _end_sign_in_links(uow, user.id)
        uow.session.add(
            SignInLink(
                user_id=user.id,
                tournament_id=tournament_id,
                token_hash=hash_of(token),
                created_by_id=actor.user_id,
                created_at=now,
                expires_at=now + SIGN_IN_LINK_LIFETIME,
            )
        )
        _record(uow, actor, AuditAction.SIGN_IN_LINK_CREATE, tournament_id, user_id=user.id)
    return token


def use_sign_in_link(*, token: str, now: datetime, ip: str | None = None) -> int:
    """Use the link up; returns the id of the user who may be signed in. It works once, and for a day.

    Raises NotFound for a link that is unknown, used or past, or whose user has got another role since.
    """
    with unit_of_work(now) as uow:
        link = uow.session.scalar(
            select(SignInLink).where(SignInLink.token_hash == hash_of(token)).with_for_update()
        )
        if link is None or not _still_works(uow, link):
            raise NotFound(_NO_SUCH_LINK)
        link.used_at = now
        user = Actor(user_id=link.user_id, username=link.user.username, ip=ip)
        _record(uow, user, AuditAction.SIGN_IN_LINK_USE, link.tournament_id, user_id=link.user_id)
        return link.user_id


def _still_works(uow: UnitOfWork, link: SignInLink) -> bool:
    if link.used_at is not None or link.expires_at <= uow.now or not link.user.is_active:
        return False
    is_member = uow.session.scalar(
        select(
            exists().where(
                ParticipantMember.user_id == link.user_id,
                ParticipantMember.participant_id == Participant.id,
                Participant.tournament_id == link.tournament_id,
                Tournament.id == Participant.tournament_id,
                ~Tournament.is_deleted,
            )
        )
    )
    return is_member and not _other_roles(uow, link.user, link.tournament_id)


def _other_roles(uow: UnitOfWork, user: User, tournament_id: int) -> list[str]:
    """What the user is beside a member in this tournament, in words; empty for nothing."""
    elsewhere = (ParticipantMember.user_id == user.id) & (Participant.tournament_id != tournament_id)
    organizes, assists, coordinates, plays_elsewhere = uow.session.execute(
        select(
            exists().where(Tournament.organizer_id == user.id),
            exists().where(TournamentStaff.user_id == user.id),
            exists().where(Match.coordinator_id == user.id),
            exists().where(ParticipantMember.participant_id == Participant.id, elsewhere),
        )
    ).one()
    roles = {
        say("%(name)s is an administrator too, and so has to sign in with a password."): user.is_admin,
        say("%(name)s is an organizer too, and so has to sign in with a password."): organizes or assists,
        say("%(name)s is a coordinator of a match too, and so has to sign in with a password."): coordinates,
        say(
            "%(name)s is a member of a participant in another tournament too, and so has to sign in with a"
            " password."
        ): plays_elsewhere,
    }
    return [say(role, name=user.username) for role, holds in roles.items() if holds]


def _end_sign_in_links(uow: UnitOfWork, user_id: int) -> None:
    """Let earlier links that were not used expire now."""
    uow.session.execute(
        update(SignInLink)
        .where(SignInLink.user_id == user_id, SignInLink.used_at.is_(None), SignInLink.expires_at > uow.now)
        .values(expires_at=uow.now)
        .execution_options(synchronize_session=False)
    )


def _record(uow: UnitOfWork, actor: Actor, action: AuditAction, tournament_id: int, **meta) -> None:
    audit.record(
        uow,
        actor=actor,
        action=action,
        tournament_id=tournament_id,
        meta={"tournament_id": tournament_id, **meta},
    )
