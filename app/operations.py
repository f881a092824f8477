"""For those who run the server: /healthz (the process), /readyz (its database), /metrics (figures)."""

import hmac
import resource
import time
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from app.config import Settings
from app.proxies import CAME_THROUGH_UNKNOWN_PROXY
from app.services.queries import operations as queries

METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STARTED_AT = time.time()

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
    """200 where requests can be served, 503 while the database is away or not migrated."""
    try:
        queries.check_database()
    except SQLAlchemyError:
        current_app.logger.exception("not ready")
        return Response("The database does not answer.\n", 503, content_type="text/plain")
    # Without Redis everything works, only slower between processes: it is told, and no reason to be unready.
    redis = current_app.extensions["matchdesk_live"].bus.is_reachable()
    words = {None: "", True: "Redis answers.\n", False: "Redis does not answer.\n"}
    return Response(f"ready\n{words[redis]}", content_type="text/plain")


@blueprint.get("/metrics")
def metrics() -> Response:
    """The figures in Prometheus' text format, for this machine itself or for who has the token."""
    if not (_is_own_machine() or _has_token(current_app.extensions["matchdesk_settings"])):
        return Response(
            "Ask from the server itself, or with METRICS_TOKEN as a Bearer token.\n",
            403,
            content_type="text/plain",
        )
    return Response(_prometheus(queries.get_figures()), content_type=METRICS_TYPE)


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


def _prometheus(figures: queries.Figures) -> str:
    live = current_app.extensions["matchdesk_live"]
    peak_memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    lines = [
        *_metric("matchdesk_tournaments", "gauge", "Tournaments that are not deleted.", figures.tournaments),
        *_metric("matchdesk_events_total", "counter", "Events of all tournaments.", figures.events),
        "# HELP matchdesk_matches Matches that wait for somebody, by state.",
        "# TYPE matchdesk_matches gauge",
        *(f'matchdesk_matches{{state="{state}"}} {n}' for state, n in figures.matches_by_state.items()),
        *_metric("matchdesk_clients", "gauge", "Socket.IO clients of this process.", live.client_count()),
        *_metric(
            "matchdesk_events_behind", "gauge", "Events it has yet to send to them.", live.events_behind()
        ),
        *_metric("process_start_time_seconds", "gauge", "When this process started.", f"{STARTED_AT:.0f}"),
        *_metric("matchdesk_peak_memory_bytes", "gauge", "The most memory it has had.", peak_memory),
    ]
    return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, words: str, value: object) -> list[str]:
    return [f"# HELP {name} {words}", f"# TYPE {name} {kind}", f"{name} {value}"]
