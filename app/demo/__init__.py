"""The demo: two tournaments in the middle of a match day, so that a newcomer sees every state at once.

Everything goes through the services, with a clock that is set back, so that history and audit read as if
people had run the day so far.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from app.demo import esports, world_cup
from app.domain.permissions import Actor
from app.services import accounts
from app.startup import DEMO_PASSWORD, DEMO_USERNAMES

PASSWORD = DEMO_PASSWORD
USERNAMES = DEMO_USERNAMES


@dataclass(frozen=True)
class Demo:
    """What was loaded: the slugs of the tournaments."""

    slugs: tuple[str, ...]


def load(now: datetime) -> Demo:
    """Fill an empty database with users and tournaments as they stand at `now` (aware, UTC)."""
    now = now.replace(second=0, microsecond=0)
    begun = now - esports.RUN_UP
    for username in USERNAMES:
        accounts.create_user(username=username, password=PASSWORD, is_admin=username == "admin", now=begun)
    # The other captains only lend the teams a face: nobody signs in as one of them.
    for username in esports.CAPTAINS.values():
        if username not in USERNAMES:
            accounts.create_user(username=username, password=secrets.token_urlsafe(24), now=begun)
    people = {name: _actor(name) for name in (*USERNAMES, *esports.CAPTAINS.values())}
    return Demo((world_cup.load(people, now), esports.load(people, now)))


def _actor(username: str) -> Actor:
    return accounts.actor_of_user(accounts.find_user(username))
