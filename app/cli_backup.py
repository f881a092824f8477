"""The commands `backup` and `restore`."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path

import click
from flask import current_app

from app import backups
from app.cli_told import told
from app.extensions import db
from app.schema import knows_revision, newest_revision
from app.services.queries.operations import count_event_gaps, get_figures

_FILE = click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))


def _told(command: Callable) -> Callable:
    @wraps(command)
    def wrapper(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except backups.BackupFailed as error:
            raise click.ClickException(str(error)) from None

    return told(wrapper)


@click.command("backup")
@_FILE
@_told
def back_up(file: Path) -> None:
    """Write the whole database into the new FILE, while the server runs, and check what was written."""
    backups.back_up(db.engine, file)
    click.echo(f"Wrote {file}: {file.stat().st_size / 1e6:.1f} MB, read back without an error.")
    click.echo("It holds everything but SECRET_KEY: keep that beside it, and both where others cannot read.")


@click.command("restore")
@_FILE
@click.option("--replace", is_flag=True, help="Also where the database has accounts, which are then gone.")
@_told
def restore(file: Path, replace: bool) -> None:
    """Put the backup in FILE in the place of the database, all or nothing. The server must not run."""
    revision = backups.read_revision(db.engine, file)
    if not knows_revision(current_app, revision):
        raise click.ClickException(
            f"{file} is at migration {revision}, which this program does not know. Use the one that it is of."
        )
    backups.restore(db.engine, file, replace=replace)
    click.echo(f"Restored {file}, at migration {revision}.")
    if revision != newest_revision(current_app):
        click.echo("This program needs a newer one. Go on with: flask --app wsgi db upgrade")
        return
    figures, gaps = get_figures(), count_event_gaps()
    click.echo(f"{figures.tournaments} tournaments with {figures.events} events.")
    if gaps:
        raise click.ClickException(
            f"The events of {gaps} tournaments have gaps; the backup was not a whole one."
        )
