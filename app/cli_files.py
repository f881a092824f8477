"""The commands `import` and `export`."""

from __future__ import annotations

from pathlib import Path

import click

from app.cli_told import now, told
from app.domain.errors import InvalidInput, NotFound
from app.domain.permissions import Actor
from app.domain.tournament_settings import time_zones
from app.exporters import WRITERS, FileFormat, NotWritable
from app.importers.door import TITLES, Imported, Wish, read_file, write_file
from app.importers.json_text import MAX_BYTES
from app.importers.neutral import Problem
from app.services import accounts
from app.services.queries.export import tournament_export

LONGEST_LIST = 100
DEFAULT_ORGANIZER = "organizer"
# Whoever runs commands on the server may read all of it, whether or not they have an account.
OPERATOR = Actor(user_id=0, username="", is_admin=True, can_write=False)


@click.command("import")
@click.argument("format", metavar="FORMAT", type=click.Choice(sorted(TITLES)))
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
    "--time-zone", metavar="ZONE", default="UTC", show_default=True, help="Of times without a UTC offset."
)
@click.option("--name", help="Of the tournament, where the file does not say it; else it is the file's name.")
@click.option(
    "--participants",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="csv: the participants with seeds and members, beside the matches in FILE.",
)
@told
def import_file(
    format: str,
    file: Path,
    organizer: str,
    private: bool,
    time_zone: str,
    name: str | None,
    participants: Path | None,
) -> None:
    """Import the tournament in FILE, or of a football file what is new in it since the last time.

    All or nothing: where an entry cannot be read, it is named, and nothing is written.
    """
    if time_zone not in time_zones():
        raise click.ClickException(f"{time_zone} is no time zone; name one such as Europe/Berlin.")
    if participants is not None and format != "csv":
        raise click.ClickException("--participants is for csv.")
    actor = _organizer(organizer)
    wish = Wish(format, time_zone, private, name or "", file.stem)
    reading = read_file(wish, _bytes_of(file), _bytes_of(participants) if participants else None)
    _list_problems("Warning", reading.warnings)
    if reading.found is None:
        _list_problems("Error", reading.problems)
        raise click.ClickException(_not_imported(file))
    try:
        imported = write_file(wish, reading.found, actor=actor, now=now())
    except InvalidInput as error:
        raise click.ClickException(f"{error.detail} {_not_imported(file)}") from None
    _list_problems("Warning", imported.warnings)
    _list_problems("Left as it is", imported.kept)
    _report(imported, *(("teams", "grounds") if format == "openfootball" else ("participants", "stations")))


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


def _not_imported(file: Path) -> str:
    return f"{file} was not imported, and nothing was changed."


def _list_problems(kind: str, problems: list[Problem]) -> None:
    for problem in problems[:LONGEST_LIST]:
        click.echo(f"{kind}: {problem}", err=True)
    if len(problems) > LONGEST_LIST:
        click.echo(f"{kind}: and {len(problems) - LONGEST_LIST} more.", err=True)


def _report(imported: Imported, who: str, places: str) -> None:
    written = imported.written
    verb = "Created" if written.is_new else "Nothing changed in" if written.changed_nothing else "Updated"
    click.echo(f"{verb} tournament id={written.tournament_id} slug={written.slug}")
    if written.is_new:
        counts = f"{imported.participants} {who}, {imported.stations} {places}, "
        click.echo(f"{imported.name}: {counts}{len(written.created)} matches.")
    else:
        counts = f"{len(written.created)} matches created, {len(written.updated)} updated, "
        click.echo(f"{imported.name}: {counts}{written.unchanged} unchanged.")


@click.command("export")
@click.argument("slug")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Instead of standard output.")
@click.option(
    "--format",
    metavar="FORMAT",
    type=click.Choice(list(WRITERS)),
    default="matchdesk",
    show_default=True,
    help="One of " + ", ".join(WRITERS) + ".",
)
@told
def export_tournament(slug: str, output: Path | None, format: str) -> None:
    """Write the tournament SLUG to a file, without anything that is secret."""
    try:
        document = tournament_export(OPERATOR, slug)
    except NotFound:
        raise click.ClickException(f"There is no tournament {slug}.") from None
    text = _text(WRITERS[format], document)
    if output is None:
        click.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8", newline="")
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from None
    click.echo(f"Wrote {len(document['matches'])} matches of {slug} to {output}.")


def _text(format: FileFormat, document: dict) -> str:
    try:
        text, left_out = format.write(document)
    except NotWritable as error:
        raise click.ClickException(str(error)) from None
    for sentence in left_out:
        click.echo(f"Warning: {sentence}", err=True)
    return text
