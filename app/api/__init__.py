"""The JSON API under /api/.

How an endpoint is added
------------------------
1.  A schema for each body, query string and answer in `schemas/`, out of the fields of `fields.py`
    (`Id`, `Whole`, `Text`, `Flag`, `Choice`, `HttpUrl`, `Instant`) and the bases of `schemas/base.py`:
    `ApiSchema` for bodies (unknown fields refused), `QuerySchema` for query strings (unknown ignored),
    `PageQuerySchema` for lists, `page_schema(Row)` to describe a page. Schemas read what comes in; what
    goes out is a ready dict of a query, and its schema only describes it.
2.  A view in a module of this package, on an `ApiBlueprint`:

        blueprint = ApiBlueprint("stations", __name__, url_prefix="/api/tournaments", description="...")

        @blueprint.route("/<id:tournament_id>/stations/", methods=["POST"])
        @blueprint.response(201, StationSchema)
        @needs(Permission.TOURNAMENT_EDIT, tournament="tournament_id")
        @blueprint.arguments(StationCreateSchema)
        def create_station(data, tournament_id):
            \"\"\"Add a station.\"\"\"
            station_id = tournaments.add_station(
                actor=current_actor(), tournament_id=tournament_id, now=now(), **data
            )
            return created(station_document(station_id), f"{request.path.rstrip('/')}/{station_id}/")

    The order of decorators is the order of answers: 404 and 403 by `needs` come before the body is read
    by `arguments` (400, 413, 415). 401 for anonymous writes, the CSRF guard and the rate limit ran before.
3.  The view answers with `json_response`, `created`, `no_content`, or `conditional_response` (ETag); lists
    with `json_response(page_document(rows, count, page, page_size))`. It raises domain errors, or lets
    those of the services pass: `app/errors.py` turns them into problem documents.
4.  The blueprint is named in `register_api` below, and the route in the access table of the tests.
"""

from flask import Flask


def register_api(app: Flask, allowed_origins: tuple[str, ...] = ()) -> None:
    """Add the API to the application: endpoints, description, guards.

    Pages of `allowed_origins` may call it from a browser, with a token.
    """
    from app.extensions import csrf

    from . import (
        auth,
        conflicts,
        coordination,
        cors,
        feeds,
        identity,
        lobbies,
        matches,
        me,
        outcomes,
        results,
        spec,
        tournaments,
    )

    identity.register_identity(app)
    cors.register_cors(app, allowed_origins)
    api = spec.create_api(app)
    for blueprint in (
        auth.blueprint,
        matches.blueprint,
        lobbies.blueprint,
        results.blueprint,
        outcomes.blueprint,
        coordination.blueprint,
        conflicts.blueprint,
        me.blueprint,
        feeds.blueprint,
        *tournaments.BLUEPRINTS,
    ):
        csrf.exempt(blueprint)
        api.register_blueprint(blueprint)
