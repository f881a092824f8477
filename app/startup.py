"""What must be true before a server answers: run once as a module by the server, and by create_app."""

import json
import sys

import click
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import create_engine, func, inspect, select
from sqlalchemy.engine import Engine
from sqlalchemy.pool import NullPool

from app.config import RefusedToStart, Settings

DEMO_PASSWORD = "pass123"
DEMO_USERNAMES = ("admin", "organizer", "coordinator", "participant1", "participant2")


def refuse_unsafe_start(settings: Settings) -> None:
    """Raise RefusedToStart where this server must not be run as it is configured.

    Commands of `flask` other than `run` pass: with them one puts things right.
    """
    context = click.get_current_context(silent=True)
    if context is None or context.info_name == "run":
        check(settings)


def check(settings: Settings) -> None:
    """Raise RefusedToStart where demo sign-ins that everyone knows would be open to strangers."""
    if settings.is_loopback and not settings.is_production:
        return
    names = _open_demo_accounts(settings)
    if names:
        raise RefusedToStart([_demo_problem(settings, names)])


def main() -> None:
    """Print as JSON what the server needs to know of the settings, or why it must not start."""
    settings = Settings.from_env()
    check(settings)
    told = {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "is_production": settings.is_production,
    }
    json.dump(told, sys.stdout)


def _demo_problem(settings: Settings, names: list[str]) -> str:
    where = "in production" if settings.is_production else f"on {settings.host}, which others can reach"
    return (
        f"Everyone knows the demo password {DEMO_PASSWORD!r}, and it works for {', '.join(names)}. "
        f"Before it runs {where}, give each a new one (flask --app wsgi set-password USER) "
        "or close the account (flask --app wsgi deactivate-user USER)."
    )


def _open_demo_accounts(settings: Settings) -> list[str]:
    # An engine of its own, closed at once: the server forks after this, and shares no connection.
    engine = create_engine(settings.database_url, poolclass=NullPool)
    try:
        return [name for name, password_hash in _demo_hashes(engine) if _is_demo_password(password_hash)]
    finally:
        engine.dispose()


def _demo_hashes(engine: Engine) -> list[tuple[str, str]]:
    # Most starts do not ask, and the models take longer to load than all the rest.
    from app.models import User

    users = User.__table__
    with engine.connect() as connection:
        if not inspect(connection).has_table(users.name):
            return []
        query = select(users.c.username, users.c.password_hash).where(
            func.lower(users.c.username).in_(DEMO_USERNAMES), users.c.is_active
        )
        return [tuple(row) for row in connection.execute(query.order_by(users.c.id))]


def _is_demo_password(password_hash: str) -> bool:
    try:
        return PasswordHasher().verify(password_hash, DEMO_PASSWORD)
    except (Argon2Error, InvalidHashError):
        return False


if __name__ == "__main__":
    main()
