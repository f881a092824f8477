"""The least that could answer: no framework, no sessions, no rights, no Socket.IO; served by the same server.

`/list` is the API's list in hand-written SQL, `/constant` a fixed page, `/socket` a websocket, and a POST to
`/tell` sends its body to all of them.
"""

import os
import sqlite3
from base64 import b64encode
from contextlib import suppress
from functools import cache
from hashlib import sha1
from urllib.parse import parse_qs

import orjson

DATABASE = "BENCH_DATABASE"
CONSTANT = b"x" * 8192
NAMED = "(SELECT id FROM participants WHERE lower(name) LIKE ?)"
CONDITIONS = {
    "tournament": "m.tournament_id = ?",
    "state": "m.state = ?",
    "search": "m.id IN ("
    f"SELECT id FROM matches WHERE is_deleted = 0 AND participant1_id IN {NAMED} UNION ALL "
    f"SELECT id FROM matches WHERE is_deleted = 0 AND participant2_id IN {NAMED})",
}
COLUMNS = {
    "id": "m.id",
    "tournament": "m.tournament_id",
    "tournament_name": "t.name",
    "bracket": "m.bracket_id",
    "bracket_name": "b.name",
    "round_number": "m.round_number",
    "match_number": "m.match_number",
    "state": "m.state",
    "participant1_id": "m.participant1_id",
    "participant1_name": "p.name",
    "participant2_id": "m.participant2_id",
    "participant2_name": "q.name",
    "participant1_score": "m.participant1_score",
    "participant2_score": "m.participant2_score",
    "winner_id": "m.winner_id",
    "scheduled_time": "m.scheduled_time",
    "started_at": "m.started_at",
    "completed_at": "m.completed_at",
}
NAMES = tuple(COLUMNS)
JOINS = (
    " FROM matches m JOIN tournaments t ON t.id = m.tournament_id"
    " LEFT JOIN brackets b ON b.id = m.bracket_id"
    " LEFT JOIN participants p ON p.id = m.participant1_id"
    " LEFT JOIN participants q ON q.id = m.participant2_id"
)
HANDSHAKE_KEY = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

listening = set()


def application(environ, start_response):
    """Answer one request."""
    path = environ["PATH_INFO"]
    if path == "/socket":
        return _listen(environ)
    if path == "/list":
        body = _list(parse_qs(environ["QUERY_STRING"]))
    elif path == "/tell":
        body = _tell(environ["wsgi.input"].read())
    else:
        body = CONSTANT
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


@cache
def _database():
    return sqlite3.connect(os.environ[DATABASE], check_same_thread=False, isolation_level=None)


def _list(query):
    where, values = "m.is_deleted = 0", []
    for name, condition in CONDITIONS.items():
        if name in query:
            where += f" AND {condition}"
            value = f"%{query[name][0].lower()}%" if name == "search" else query[name][0]
            values += [value] * condition.count("?")
    run = _database().execute
    count = run(f"SELECT count(*) FROM matches m WHERE {where}", values).fetchone()[0]
    order = "ORDER BY m.created_at DESC, m.id DESC LIMIT 20"
    found = run(f"SELECT {', '.join(COLUMNS.values())}{JOINS} WHERE {where} {order}", values)
    rows = [dict(zip(NAMES, row, strict=True)) for row in found]
    for row in rows:
        for name in ("scheduled_time", "started_at", "completed_at"):
            if row[name]:
                row[name] = f"{row[name][:10]}T{row[name][11:19]}Z"
    return orjson.dumps({"count": count, "next": None, "previous": None, "results": rows})


def _listen(environ):
    client = environ["gunicorn.socket"]
    accept = b64encode(sha1(environ["HTTP_SEC_WEBSOCKET_KEY"].encode() + HANDSHAKE_KEY).digest())
    client.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    listening.add(client)
    with suppress(OSError):
        while client.recv(4096):
            pass
    listening.discard(client)
    # To the server this says that the connection is no longer one of HTTP.
    raise StopIteration


def _tell(body):
    head = b"\x81" + (bytes([len(body)]) if len(body) < 126 else b"\x7e" + len(body).to_bytes(2, "big"))
    for client in list(listening):
        client.send(head + body)
    return b"{}"
