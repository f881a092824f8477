"""What `flask --app wsgi` can do beside serving: the demo, accounts, imports."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import OperationalError, ProgrammingError

from app import demo
from app.domain.errors import DomainError, NotFound
from app.domain.permissions import Actor
from app.domain.tournament_settings import time_zones
from app.importers import READERS
from app.importers.json_text import MAX_BYTES
from app.importers.neutral import Problem, Reading, SourceTournament
from app.importers.writer import Written, write
from app.services import accounts
from app.services.passwords import require_good_password
from app.services.queries.export import tournament_export
from app.services.queries.operations import is_empty

LONGEST_LIST = 100
DEFAULT_ORGANIZER = "organizer"
# Whoever runs commands on the server may read all of it, whether or not they have an account.
OPERATOR = Actor(user_id=0, username="", is_admin=True, can_write=False)


def register_cli(app: Flask) -> None:
    """Add the commands to the application."""
    for command in (load_demo, create_user, set_password, deactivate_user, import_file, export_tournament):
        app.cli.add_command(command)


def _told(command: Callable) -> Callable:
    """Errors that a person can act on end the command with status 1 and a sentence, not with a traceback."""

    @with_appcontext
    @wraps(command)
    def wrapper(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except DomainError as error:
            raise click.ClickException(error.detail) from None
        except (OperationalError, ProgrammingError) as error:
            raise click.ClickException(_database_problem(error)) from None

    return wrapper


def _database_problem(error: Exception) -> str:
    text = str(error.orig).strip().splitlines()[0]
    if "no such table" in text or "does not exist" in text:
        return "The database has no tables of Matchdesk yet. Make them first: flask --app wsgi db upgrade"
    return f"The database does not answer as it should: {text}"


def _now() -> datetime:
    return datetime.now(UTC)


@click.command("demo")
@_told
def load_demo() -> None:
    """Load the demo tournaments into an empty database."""
    if current_app.extensions["matchdesk_settings"].is_production:
        raise click.ClickException("The demo's passwords are known to everyone, so production has no demo.")
    if not is_empty():
        click.echo("The database is not empty, so no demo was loaded.")
        known = [
            name for name in demo.USERNAMES if accounts.has_password(username=name, password=demo.PASSWORD)
        ]
        if known:
            _tell_sign_ins(known)
        return
    loaded = demo.load(_now())
    click.echo("The demo is loaded:")
    for slug in loaded.slugs:
        click.echo(f"  /tournaments/{slug}/")
    _tell_sign_ins(demo.USERNAMES)


def _tell_sign_ins(usernames) -> None:
    names = list(usernames)
    listed = names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
    click.echo(f"Sign in as {listed}. The password is: {demo.PASSWORD}")


@click.command("create-user")
@click.argument("username")
@click.option("--admin", is_flag=True, help="May do everything, in every tournament.")
@click.option("--password", help="Asked for where it is not given, or read from standard input.")
@_told
def create_user(username: str, admin: bool, password: str | None) -> None:
    """Create the account USERNAME."""
    password = _password(password)
    accounts.create_user(username=username, password=password, is_admin=admin, now=_now())
    click.echo(f"Created {'the admin' if admin else 'the user'} {username.strip()}.")


@click.command("set-password")
@click.argument("username")
@click.option("--password", help="Asked for where it is not given, or read from standard input.")
@_told
def set_password(username: str, password: str | None) -> None:
    """Give the user USERNAME another password, and end their sessions."""
    if accounts.find_user(username) is None:
        raise click.ClickException(f"There is no user {username}.")
    accounts.set_password(username=username, password=_password(password), now=_now())
    click.echo(f"The password of {username} is changed; all sessions of {username} are over.")


@click.command("deactivate-user")
@click.argument("username")
@_told
def deactivate_user(username: str) -> None:
    """Close the account of the user USERNAME; what they did stays."""
    if accounts.find_user(username) is None:
        raise click.ClickException(f"There is no user {username}.")
    accounts.deactivate_user(username=username, now=_now())
    click.echo(f"{username} can't sign in any more.")


def _password(given: str | None) -> str:
    """The password of the option, of the keyboard, or the first line of what is piped in."""
    if given is None and sys.stdin.isatty():
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    elif given is None:
        given = sys.stdin.readline().rstrip("\r\n")
    require_good_password(given)
    return given


@click.command("import")
@click.argument("format", metavar="FORMAT", type=click.Choice(sorted(READERS)))
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--organizer",
    metavar="USERNAME",
    default=DEFAULT_ORGANIZER,
    show_default=True,
    help="Whose tournament it becomes.",
)
@click.option("--private", is_flag=True, help="A new tournament is seen by its own people only.")
@click.option(
    "--time-zone", metavar="ZONE", default="UTC", show_default=True, help="Of kick-offs without a UTC offset."
)
@_told
def import_file(format: str, file: Path, organizer: str, private: bool, time_zone: str) -> None:
    """Import the tournament in FILE, or what is new in it since the last time.

    All or nothing: where a line cannot be read, it is named, and nothing is written.
    """
    if time_zone not in time_zones():
        raise click.ClickException(f"{time_zone} is no time zone; name one such as Europe/Berlin.")
    actor = _organizer(organizer)
    reading = READERS[format](_bytes_of(file), ZoneInfo(time_zone))
    _list_problems("Warning", reading.warnings)
    source = _readable(reading, file)
    written = write(source, actor=actor, now=_now(), is_public=not private)
    if private and not written.is_new:
        click.echo("Warning: --private is for a new tournament; this one keeps its setting.", err=True)
    _report(source, written)


def _organizer(username: str) -> Actor:
    user = accounts.find_user(username)
    if user is None or not user.is_active:
        raise click.ClickException(
            f"There is no active user {username}. Name the organizer with --organizer, "
            "or create one first: flask --app wsgi create-user USERNAME"
        )
    return accounts.actor_of_user(user)


def _bytes_of(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            # One byte more than the readers take, so that they see that it is too much.
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{file} cannot be read: {getattr(error, 'strerror', error)}.") from None


def _readable(reading: Reading, file: Path) -> SourceTournament:
    if reading.tournament is not None:
        return reading.tournament
    _list_problems("Error", reading.problems)
    raise click.ClickException(f"{file} was not imported, and nothing was changed.")


def _list_problems(kind: str, problems: list[Problem]) -> None:
    for problem in problems[:LONGEST_LIST]:
        click.echo(f"{kind}: {problem}", err=True)
    if len(problems) > LONGEST_LIST:
        click.echo(f"{kind}: and {len(problems) - LONGEST_LIST} more.", err=True)


def _report(source: SourceTournament, written: Written) -> None:
    _list_problems("Left as it is", written.conflicts)
    verb = "Created" if written.is_new else "Nothing changed in" if written.changed_nothing else "Updated"
    click.echo(f"{verb} tournament id={written.tournament_id} slug={written.slug}")
    if written.is_new:
        counts = f"{len(source.team_names)} teams, {len(source.station_names)} grounds, "
        click.echo(f"{source.name}: {counts}{len(written.created)} matches.")
    else:
        counts = f"{len(written.created)} matches created, {len(written.updated)} updated, "
        click.echo(f"{source.name}: {counts}{written.unchanged} unchanged.")


@click.command("export")
@click.argument("slug")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Instead of standard output.")
@_told
def export_tournament(slug: str, output: Path | None) -> None:
    """Write the tournament SLUG as JSON, without anything that is secret."""
    try:
        document = tournament_export(OPERATOR, slug)
    except NotFound:
        raise click.ClickException(f"There is no tournament {slug}.") from None
    text = json.dumps(document, ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {len(document['matches'])} matches of {slug} to {output}.")
