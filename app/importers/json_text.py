"""Bytes of a JSON file to Python values; everything that is not plain, small JSON is refused in words."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from app.domain.words import say
from app.importers.neutral import Unclear

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 20


class UnreadableText(Unclear):
    """The file as a whole is not what it should be."""


def load_json(data: bytes) -> Any:
    """The value of a UTF-8 JSON document. Raises UnreadableText where `data` is no such thing."""
    if len(data) > MAX_BYTES:
        raise UnreadableText(
            say("The file is larger than %(megabytes)s MB.", megabytes=MAX_BYTES // (1024 * 1024))
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableText(say("The file is not UTF-8 text (byte %(byte)s).", byte=error.start)) from None
    try:
        value = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique_keys)
    except UnreadableText:
        raise
    except json.JSONDecodeError as error:
        why = say(
            "The file is not JSON: %(error)s in line %(line)s, column %(column)s.",
            error=error.msg,
            line=error.lineno,
            column=error.colno,
        )
        raise UnreadableText(why) from None
    except RecursionError:
        raise UnreadableText(say("The file is nested too deeply.")) from None
    except ValueError:
        # Python refuses to turn more than some thousand digits into a number.
        raise UnreadableText(say("The file holds a number that is far too long.")) from None
    if _is_deeper(value, MAX_DEPTH):
        raise UnreadableText(say("The file is nested too deeply."))
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableText(say("The file is not JSON: %(name)s is not a value.", name=name))


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise UnreadableText(say("The file has %(name)s twice in one object.", name=shown(twice)))
    return found


def _is_deeper(value: Any, depth: int) -> bool:
    level = [value]
    for _ in range(depth):
        level = [
            child
            for item in level
            if isinstance(item, (dict, list))
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


def shown(value: Any, length: int = 60) -> str:
    """`value` quoted for a message: one line, printable, short, so that no file writes to a terminal."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    if len(text) > length:
        text = text[: length - 1] + "…"
    return f'"{text}"' if isinstance(value, str) else text
