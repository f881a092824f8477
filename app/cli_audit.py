"""The command `verify-audit`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from app.cli_told import told
from app.domain.audit_chain import BrokenChain, Chain
from app.services.queries.audit_export import compare_audit

LONGEST_LIST = 100
# Far more than any entry has: a file without line breaks is not read whole.
LONGEST_LINE = 64 * 1024 * 1024


@click.command("verify-audit")
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--database", is_flag=True, help="Also compare it with the entries that are there now.")
@told
def verify_audit(file: Path, database: bool) -> None:
    """Say whether the exported audit in FILE is whole, or where it was changed."""
    try:
        with file.open("rb") as stream:
            _verify(file, Chain(_lines(stream)), database)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read: {error.strerror}.") from None
    except BrokenChain as error:
        raise click.ClickException(f"{file} is not whole: line {error.line} {error.reason}.") from None


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    while line := stream.readline(LONGEST_LINE):
        yield line


def _verify(file: Path, chain: Chain, database: bool) -> None:
    tournament = chain.head.get("tournament")
    if not isinstance(tournament, dict) or type(tournament.get("id")) is not int:
        raise BrokenChain(1, "does not name a tournament")
    differences, since = [], 0
    if database:
        has_ip = chain.head.get("has_ip") is True
        differences, since = compare_audit(tournament["id"], has_ip, chain.rows())
    else:
        for _ in chain.rows():
            pass
    click.echo(f"{file} is whole: {chain.count} entries of {tournament.get('name')}.")
    click.echo(f"The chain ends with {chain.end}.")
    if not database:
        return
    for difference in differences[:LONGEST_LIST]:
        click.echo(difference, err=True)
    if differences:
        raise click.ClickException(f"{len(differences)} entries are not as they are in the database.")
    click.echo(f"All of it stands in the database; {since} entries came since.")
