"""Finds requests that change something and forget to commit it."""

from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy import event

from app.extensions import db

_FLUSHED = "tests: written, not yet committed"


@event.listens_for(db.session, "after_flush")
def _after_flush(session: Any, _context: Any) -> None:
    session.info[_FLUSHED] = True


@event.listens_for(db.session, "do_orm_execute")
def _on_execute(state: Any) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        state.session.info[_FLUSHED] = True


@event.listens_for(db.session, "after_commit")
@event.listens_for(db.session, "after_rollback")
def _after_end(session: Any) -> None:
    session.info.pop(_FLUSHED, None)


def watch(app: Flask) -> list[str]:
    """The list in which every request of this application is named that leaves a change behind."""
    left_open: list[str] = []

    @app.teardown_appcontext
    def look(_error: BaseException | None) -> None:
        if not db.session.registry.has():
            return
        session = db.session()
        if session.info.pop(_FLUSHED, False) or session.new or session.dirty or session.deleted:
            left_open.append(
                f"{request.method} {request.path}" if has_request_context() else "a bare context"
            )

    return left_open
