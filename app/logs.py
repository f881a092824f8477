"""How log lines look: one JSON object each in production, text that people read elsewhere.

Both carry the id of the request that they belong to. What a database says of the values that it refused
(PostgreSQL's DETAIL) is left out: it may hold what is secret.

Imports nothing that a process must not have before it forks workers.
"""

import json
import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

import orjson

_DETAIL = re.compile(r"^(DETAIL|CONTEXT):.*$", re.MULTILINE)
_ANSWERED = "app.answered"

_answered = logging.getLogger(_ANSWERED)


@dataclass(slots=True)
class Asked:
    """One request, as far as it may be told."""

    request_id: str
    method: str
    path: str
    status: str = "500"
    milliseconds: float = 0.0
    endpoint: str | None = None
    user_id: int | None = None
    tournament: int | str | None = None
    match: int | None = None


asked_now: ContextVar[Asked | None] = ContextVar("asked_now", default=None)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": _DETAIL.sub("", record.getMessage()),
        }
        asked = asked_now.get()
        if asked is not None:
            line |= _fields(asked, is_answered=record.name == _ANSWERED)
        if record.exc_info:
            line["traceback"] = _DETAIL.sub("", self.formatException(record.exc_info))
        try:
            return orjson.dumps(line).decode()
        except TypeError:
            # Half of a letter, as broken input may have it: the standard library writes it as a number.
            return json.dumps(line)


class TextLines(logging.Formatter):
    """A line of text, and tracebacks as Python writes them."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as text."""
        time = _clock(int(record.created))
        asked = asked_now.get()
        if asked is not None and record.name == _ANSWERED:
            user = f" user {asked.user_id}" if asked.user_id is not None else ""
            said = f"{asked.status} {asked.method} {_one_line(asked.path)} {asked.milliseconds} ms{user}"
        else:
            said = f"{record.levelname} {record.name}: {_DETAIL.sub('', record.getMessage())}"
        if asked is not None:
            said += f" [{asked.request_id}]"
        if record.exc_info:
            said += "\n" + _DETAIL.sub("", self.formatException(record.exc_info))
        return f"{time} {said}"


def configure_logs(*, is_production: bool) -> None:
    """Write log lines to standard error, in place of what was set up before."""
    # Looked up for each line otherwise, and in none of ours.
    logging.logThreads = logging.logMultiprocessing = False
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines() if is_production else TextLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("app").setLevel(logging.INFO)


def tell(asked: Asked) -> None:
    """Write the line of a request that was answered."""
    if _answered.isEnabledFor(logging.INFO):
        # By hand: the usual way looks through the stack for a file and a line, which nobody wants of these.
        _answered.handle(logging.LogRecord(_ANSWERED, logging.INFO, __file__, 0, "answered", (), None))


def _fields(asked: Asked, *, is_answered: bool) -> dict[str, object]:
    fields = {
        "request_id": asked.request_id,
        "method": asked.method,
        "path": asked.path,
        "user_id": asked.user_id,
        "tournament": asked.tournament,
        "match": asked.match,
    }
    if is_answered:
        fields |= {"status": int(asked.status), "ms": asked.milliseconds}
    return {name: value for name, value in fields.items() if value is not None}


@lru_cache(maxsize=2)
def _clock(second: int) -> str:
    return datetime.fromtimestamp(second).astimezone().strftime("%H:%M:%S")


def _one_line(path: str) -> str:
    return path if path.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in path)
