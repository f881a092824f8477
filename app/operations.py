"""For those who run the server: /healthz (the process), /readyz (what it needs), /metrics (figures)."""

import hmac
import platform
from collections.abc import Iterator
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, request
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.metrics import exposition
from app.proxies import CAME_THROUGH_UNKNOWN_PROXY
from app.schema import newest_revision
from app.services.queries import operations as queries

blueprint = Blueprint("operations", __name__)


def register_operations(app: Flask) -> None:
    """Add the three addresses."""
    app.register_blueprint(blueprint)


@blueprint.after_request
def _never_cached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/healthz")
def healthz() -> Response:
    """200 as long as the process answers; a supervisor restarts it otherwise."""
    return Response("ok\n", content_type="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """`ready` (200), `degraded` (200) or `not ready` (503), and a sentence for each thing looked at."""
    problem, said = _database_problem()
    live = current_app.extensions["matchdesk_live"]
    if live.clock.is_stuck():
        problem = True
        said += "No events have been sent to clients for half a minute.\n"
    # Without Redis everything works, only slower between processes: no reason to take the server out.
    redis = live.bus.is_reachable()
    said += {None: "", True: "Redis answers.\n", False: "Redis does not answer.\n"}[redis]
    word = "not ready" if problem else "degraded" if redis is False else "ready"
    return Response(f"{word}\n{said}", 503 if problem else 200, content_type="text/plain")


def _database_problem() -> tuple[bool, str]:
    try:
        found = queries.find_schema_revision()
    except SQLAlchemyError:
        current_app.logger.exception("not ready")
        return True, "The database does not answer.\n"
    wanted = newest_revision(current_app)
    if found == wanted:
        return False, f"The database answers, at migration {found}.\n"
    at = f"is at migration {found}" if found else "has no tables"
    return True, f"The database {at}, this program needs {wanted}: flask --app wsgi db upgrade\n"


@blueprint.get("/metrics")
def metrics() -> Response:
    """The figures in Prometheus' text format, for this machine itself or for who has the token."""
    if not (_is_own_machine() or _has_token(current_app.extensions["matchdesk_settings"])):
        return Response(
            "Ask from the server itself, or with METRICS_TOKEN as a Bearer token.\n",
            403,
            content_type="text/plain",
        )
    current_app.extensions["matchdesk_live"].gauges.read()
    return Response(exposition([Surroundings()]), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _is_own_machine() -> bool:
    if request.environ.get(CAME_THROUGH_UNKNOWN_PROXY):
        return False
    try:
        return ip_address(request.remote_addr or "").is_loopback
    except ValueError:
        return False


def _has_token(settings: Settings) -> bool:
    given = request.headers.get("Authorization", "")
    if settings.metrics_token is None:
        return False
    return hmac.compare_digest(given.encode(), f"Bearer {settings.metrics_token}".encode())


class Surroundings(Collector):
    """What all workers share: the database and what it holds, Redis, the program."""

    def collect(self) -> Iterator[Metric]:
        """The figures; of a database that is away, only that."""
        redis = current_app.extensions["matchdesk_live"].bus.is_reachable()
        if redis is not None:
            yield GaugeMetricFamily("matchdesk_redis_up", "1 where Redis answers.", float(redis))
        revision, figures = "", None
        try:
            revision = queries.find_schema_revision() or ""
            figures = queries.get_figures()
        except SQLAlchemyError:
            current_app.logger.warning("the database could not be counted")
        yield GaugeMetricFamily(
            "matchdesk_database_up", "1 where the database answers.", float(bool(figures))
        )
        yield _build(revision)
        if figures is not None:
            yield from _contents(figures)


def _build(revision: str) -> Metric:
    info = GaugeMetricFamily(
        "matchdesk_build_info",
        "The database's migration, the one that this program needs, and its Python.",
        labels=["revision", "wanted_revision", "python"],
    )
    info.add_metric([revision, newest_revision(current_app), platform.python_version()], 1)
    return info


def _contents(figures: queries.Figures) -> Iterator[Metric]:
    yield GaugeMetricFamily("matchdesk_tournaments", "Tournaments that are not deleted.", figures.tournaments)
    # A gauge, since it falls when a tournament is deleted.
    yield GaugeMetricFamily("matchdesk_events", "Events of all these so far.", figures.events)
    matches = GaugeMetricFamily(
        "matchdesk_matches", "Matches that wait for somebody, by state.", labels=["state"]
    )
    for state, number in figures.matches_by_state.items():
        matches.add_metric([state], number)
    yield matches
