"""Blueprints of the API: flask-smorest's, with our own reading of what comes in."""

from collections.abc import Callable
from copy import deepcopy
from functools import lru_cache, wraps
from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError
from werkzeug.routing import BaseConverter

from app.domain.errors import InvalidInput
from app.domain.permissions import Permission
from app.services import access

from .fields import MAX_NUMBER, QueryChoices
from .identity import current_actor
from .jsonio import load_json_body

# Under which name `errors` has what is wrong with a body as a whole; clients of the original know it.
WHOLE_BODY = "non_field_errors"


class IdConverter(BaseConverter):
    """An id in an address. One that no column could hold is taken as 0, which no row has."""

    regex = r"[0-9]+"

    def to_python(self, value: str) -> int:
        """The id as a number."""
        # Refusing it here would make Werkzeug answer 405 where the address has another method too.
        return int(value) if len(value) <= len(str(MAX_NUMBER)) and int(value) <= MAX_NUMBER else 0


class ApiBlueprint(Blueprint):
    """A group of endpoints. Addresses work with and without their trailing slash."""

    def add_url_rule(self, rule: str, *args: Any, **options: Any) -> None:
        """Like Flask's; neither spelling of an address redirects, as that would lose a body."""
        options.setdefault("strict_slashes", False)
        super().add_url_rule(rule, *args, **options)

    def arguments(self, schema: type[Schema] | Schema, *, location: str = "json", **documented: Any):
        """Hand the loaded body (`location` "json") or query string ("query") to the view, before its
        address's own arguments. Raises InvalidInput with the reasons by field.

        What stands above this decorator runs before the body is read: put permissions there.
        """
        instance = schema() if isinstance(schema, type) else schema
        parameter = {"in": location, "required": True, "schema": schema, **documented}

        def decorator(view: Callable) -> Callable:
            @wraps(view)
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                return view(
                    *args, load_query(instance) if location == "query" else load_body(instance), **kwargs
                )

            wrapper._apidoc = deepcopy(getattr(view, "_apidoc", {}))
            described = wrapper._apidoc.setdefault("arguments", {})
            described.setdefault("parameters", []).append(parameter)
            described.setdefault("responses", {})[400] = "BAD_REQUEST"
            return wrapper

        return decorator

    @staticmethod
    def describes_query(schema: type[Schema]):
        """Document a query string that the view reads by itself."""

        def decorator(view: Callable) -> Callable:
            view._apidoc = deepcopy(getattr(view, "_apidoc", {}))
            described = view._apidoc.setdefault("arguments", {})
            described.setdefault("parameters", []).append({"in": "query", "schema": schema})
            described.setdefault("responses", {})[400] = "BAD_REQUEST"
            return view

        return decorator


def load_body(schema: Schema) -> Any:
    """The JSON body as the schema reads it; raises InvalidInput with the reasons by field."""
    return _load(schema, load_json_body())


def load_query(schema: Schema) -> Any:
    """The query string as the schema reads it. Of a repeated parameter the first counts, unless the field
    takes several.
    """
    data = []
    for name in request.args:
        if name in schema.fields:
            values = request.args.getlist(name)
            is_several = isinstance(schema.fields[name], QueryChoices)
            data.append((name, ",".join(values) if is_several else values[0]))
    return dict(_loaded_query(schema, tuple(data)))


@lru_cache(maxsize=256)
def _loaded_query(schema: Schema, data: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    """Everybody asks the same few questions, and reading one takes longer than finding it again."""
    return _load(schema, dict(data))


def _load(schema: Schema, data: Any) -> Any:
    try:
        return schema.load(data)
    except ValidationError as error:
        errors = flat_errors(error.messages)
        field, reasons = next(iter(errors.items()))
        detail = reasons[0] if field == WHOLE_BODY else f"{field}: {reasons[0]}"
        raise InvalidInput(detail, errors) from None


def flat_errors(messages: Any, path: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages as one level: `{"match_ids.0": ["..."]}`."""
    if isinstance(messages, dict):
        flat: dict[str, list[str]] = {}
        for key, inner in messages.items():
            name = WHOLE_BODY if key == "_schema" else str(key)
            flat.update(flat_errors(inner, f"{path}.{name}" if path else name))
        return flat
    reasons = messages if isinstance(messages, list) else [messages]
    return {path or WHOLE_BODY: [str(reason) for reason in reasons]}


def needs(
    permission: Permission, match: str | None = None, tournament: str | None = None, *, deleted: bool = False
):
    """Let a view run only for those who have the permission for the thing in its address.

    `match` or `tournament` names the address's argument; with `deleted` the match may be a deleted one.
    Raises NotFound or NotAllowed, and does so before the body is read when it stands above `arguments`.
    """

    def decorator(view: Callable) -> Callable:
        @wraps(view)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            if match:
                access.check_match(current_actor(), kwargs[match], permission, deleted=deleted)
            elif tournament:
                access.get_tournament(current_actor(), kwargs[tournament], permission)
            return view(*args, **kwargs)

        return wrapper

    return decorator
