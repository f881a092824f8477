"""gunicorn's configuration as it is deployed, for tests in which a worker dies at a chosen moment.

The file that CRASH_ORDER names holds the moment: `committed`, or how a statement begins. The first worker that
comes to it takes the file away, and is killed.
"""

import logging
import os
import signal
from pathlib import Path

_deployed = Path(__file__).resolve().parents[2] / "deploy" / "gunicorn.conf.py"
__file__ = str(_deployed)
exec(compile(_deployed.read_text(), __file__, "exec"))

_start_as_deployed = globals()["post_worker_init"]
_order = Path(os.environ["CRASH_ORDER"])


def post_worker_init(worker):
    """Start as deployed, and listen for the moment."""
    from sqlalchemy import event

    from app.extensions import db
    from app.services.unit_of_work import on_commit

    _start_as_deployed(worker)
    with worker.wsgi.app_context():
        event.listen(db.engine, "before_cursor_execute", _before_statement)
    # Some statements are given to the driver itself, and told here alone.
    prepared = logging.Handler()
    prepared.emit = lambda record: _come_to(record.getMessage())
    log = logging.getLogger("app.services.prepared")
    log.addHandler(prepared)
    log.setLevel(logging.DEBUG)
    log.propagate = False
    on_commit(lambda _last: _come_to("committed"))


def _before_statement(_connection, _cursor, statement, *_rest):
    _come_to(statement)


def _come_to(moment):
    if _order.exists() and moment.startswith(_order.read_text()):
        _order.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
