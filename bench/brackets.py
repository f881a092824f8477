"""`python -m bench.brackets`: how long a large bracket takes to be made, drawn, and moved on by a result."""

import argparse
import secrets
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from sqlalchemy import create_engine, event, insert, select
from sqlalchemy.orm import Session

from app.database import prepare_engine
from app.models import Match, Participant, Tournament, User
from bench.statements import NOT_COUNTED
from bench.table import machine

ENTRANTS = 1024
REPEATS = 5
SLUG = "large"


def main(arguments: list[str] | None = None) -> None:
    """Measure as the arguments say, and print a line for each thing."""
    parser = argparse.ArgumentParser(prog="python -m bench.brackets", description=__doc__)
    parser.add_argument("--entrants", type=int, default=ENTRANTS, help="how many play")
    entrants = parser.parse_args(arguments).entrants
    print(f"{machine()}; double elimination of {entrants}.", flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for what, value in _measured(Path(name) / "brackets.db", entrants):
            print(f"{what:<44}{value}", flush=True)


def _measured(path: Path, entrants: int):
    from app import create_app
    from app.config import Settings
    from app.extensions import db
    from app.services.brackets import generate_bracket

    url = f"sqlite:///{path}"
    actor = _seeded(url, entrants)
    application = create_app(Settings.from_env({"SECRET_KEY": secrets.token_hex(32), "DATABASE_URL": url}))
    with application.app_context():
        verb = {"actor": actor, "now": datetime.now(UTC)}
        options = {"tournament_id": 1, "name": "Main", "format": "double_elimination"}
        yield "made", f"{_took(generate_bracket, **options, **verb):.0f} ms"
        client = application.test_client(use_cookies=False)
        # Whoever brings a cookie is not answered with what is kept of an earlier answer.
        headers = {"Cookie": "seen=1"}
        page = {"path": f"/tournaments/{SLUG}/bracket/", "headers": headers}
        first, *times = (_took(client.get, **page) for _ in range(REPEATS))
        yield "drawn, at first and then", f"{first:.0f} ms, {median(times):.0f} ms"
        yield "confirmed, median and statements", _confirmed(db, verb)
        db.session.remove()
        db.engine.dispose()


def _confirmed(db, verb: dict) -> str:
    from app.services import matches, results

    counts: list[int] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        counts[-1] += not statement.startswith(NOT_COUNTED)

    ready = list(
        db.session.scalars(select(Match.id).where(Match.state == "READY").order_by(Match.id).limit(20))
    )
    db.session.rollback()
    times = []
    for match_id in ready:
        matches.start(match_id=match_id, **verb)
        counts.append(0)
        event.listen(db.engine, "before_cursor_execute", note)
        claim = results.result_claim(1, 0)
        times.append(_took(results.submit_result, match_id=match_id, claim=claim, **verb))
        event.remove(db.engine, "before_cursor_execute", note)
    return f"{median(times):.1f} ms, at most {max(counts)} statements"


def _took(work: Callable[..., object], **arguments) -> float:
    """How many milliseconds of this process it takes, whatever else the machine does meanwhile."""
    start = time.process_time()
    work(**arguments)
    return (time.process_time() - start) * 1000


def _seeded(url: str, entrants: int):
    """A tournament with its participants and nothing else; returns its organizer as one who acts."""
    from app.domain.permissions import Actor
    from app.extensions import db

    engine = create_engine(url)
    prepare_engine(engine)
    db.metadata.create_all(engine)
    connection = engine.connect().execution_options(writes=True)
    with connection, Session(connection) as session:
        session.add(User(username="organizer", password_hash=""))
        session.flush()
        session.add(Tournament(organizer_id=1, name="Large", slug=SLUG, status="live", enable_check_in=False))
        session.flush()
        numbers = range(1, entrants + 1)
        session.execute(
            insert(Participant),
            [{"tournament_id": 1, "name": f"Team {number}", "seed": number} for number in numbers],
        )
        session.commit()
    engine.dispose()
    return Actor(user_id=1, username="organizer")


if __name__ == "__main__":
    main()
