"""What `flask --app wsgi` can do beside serving: the demo, accounts, files in and out, the audit, backups."""

from __future__ import annotations

import sys

import click
from flask import Flask, current_app

from app import demo
from app.cli_audit import verify_audit
from app.cli_backup import back_up, restore
from app.cli_files import export_tournament, import_file
from app.cli_told import now, told
from app.services import accounts
from app.services.passwords import require_good_password
from app.services.queries.operations import is_empty


def register_cli(app: Flask) -> None:
    """Add the commands to the application."""
    for_accounts = (create_user, set_password, deactivate_user)
    for_files = (import_file, export_tournament, verify_audit, back_up, restore)
    for command in (load_demo, *for_accounts, *for_files):
        app.cli.add_command(command)


@click.command("demo")
@told
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
    loaded = demo.load(now())
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
@told
def create_user(username: str, admin: bool, password: str | None) -> None:
    """Create the account USERNAME."""
    password = _password(password)
    accounts.create_user(username=username, password=password, is_admin=admin, now=now())
    click.echo(f"Created {'the admin' if admin else 'the user'} {username.strip()}.")


@click.command("set-password")
@click.argument("username")
@click.option("--password", help="Asked for where it is not given, or read from standard input.")
@told
def set_password(username: str, password: str | None) -> None:
    """Give the user USERNAME another password, and end their sessions."""
    if accounts.find_user(username) is None:
        raise click.ClickException(f"There is no user {username}.")
    accounts.set_password(username=username, password=_password(password), now=now())
    click.echo(f"The password of {username} is changed; all sessions of {username} are over.")


@click.command("deactivate-user")
@click.argument("username")
@told
def deactivate_user(username: str) -> None:
    """Close the account of the user USERNAME; what they did stays."""
    if accounts.find_user(username) is None:
        raise click.ClickException(f"There is no user {username}.")
    accounts.deactivate_user(username=username, now=now())
    click.echo(f"{username} can't sign in any more.")


def _password(given: str | None) -> str:
    """The password of the option, of the keyboard, or the first line of what is piped in."""
    if given is None and sys.stdin.isatty():
        given = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    elif given is None:
        given = sys.stdin.readline().rstrip("\r\n")
    require_good_password(given)
    return given
