"""The tournament as files, for its organizers."""

from flask import Response

from app.domain.errors import NotFound
from app.exporters import WRITERS, FileFormat, NotWritable
from app.services.queries.export import tournament_export
from app.web.guards import current_actor, signed_in

from .blueprint import blueprint, open_room, show

# What tells a spreadsheet that the table is UTF-8, without which it spoils every umlaut.
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


@blueprint.get("/settings/export/")
@signed_in
def exports(slug: str) -> Response:
    """The files to choose from, each with what it cannot tell of this tournament."""
    tournament = open_room(slug)
    document = tournament_export(current_actor(), tournament.id)
    offers = [(name, writer, *_tried(writer, document)) for name, writer in WRITERS.items()]
    return show("rooms/exports.html", tournament, "settings", offers=offers)


@blueprint.get("/settings/export/<format>")
@signed_in
def export(slug: str, format: str) -> Response:
    """One file, to be saved."""
    tournament = open_room(slug)
    if format not in WRITERS:
        raise NotFound
    writer = WRITERS[format]
    document = tournament_export(current_actor(), tournament.id)
    try:
        text, _ = writer.write(document)
    except NotWritable:
        # The page says why.
        page = exports(slug)
        page.status_code = 400
        return page
    mark = BYTE_ORDER_MARK if writer.media_type == "text/csv" else ""
    response = Response(mark + text + "\n", content_type=f"{writer.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{tournament.slug}{writer.ending}"'
    return response


def _tried(writer: FileFormat, document: dict) -> tuple[str, list[str]]:
    """Why the file cannot be written, or "", and what it will lack."""
    try:
        return "", writer.write(document)[1]
    except NotWritable as error:
        return error.why, []
