"""The API's description: OpenAPI 3.1 as JSON, and a page that people can read, rendered from it here."""

from functools import cached_property
from http import HTTPStatus
from threading import Lock
from typing import Any

import orjson
from flask import Flask, Response, current_app, render_template
from flask_smorest import Api

from .blueprint import ApiBlueprint, IdConverter
from .problems import PROBLEM_TYPE
from .schemas.base import ProblemSchema

_METHODS = ("get", "post", "put", "patch", "delete")

DESCRIPTION = """\
Sign in at `POST /api/auth/login/` and send the access token as `Authorization: Bearer ...`; a personal
access token from the account page works the same way. What is public can be read without.

Times are ISO 8601 with an offset, and come back in UTC. Unknown fields are refused, unknown query
parameters are ignored. Every error is a problem document (RFC 9457) whose `detail` is one sentence and
whose `errors` has the reasons by field. The order of answers: 401 for an anonymous write, 404 for what
you may not see, 403 for what you may not do, then 400 and the rest.

Lists come in pages: `count`, `next`, `previous`, `results`. A document carries an `ETag`; send it as
`If-None-Match` to be told 304, or as `If-Match` (or the version, as `"7"`) to write only if nothing changed
meanwhile, which is answered with 412 otherwise. Neither is required.
"""


class MatchdeskApi(Api):
    """flask-smorest's, with our error documents, and described when the description is first asked for."""

    ERROR_SCHEMA = ProblemSchema

    def __init__(self, app: Flask, **options: Any):
        super().__init__(app, **options)
        self._undescribed: list[ApiBlueprint] = []
        self._describing = Lock()

    def _register_error_handlers(self) -> None:
        """The application answers all errors in one place."""

    def _register_responses(self) -> None:
        """Describe every error as the problem document that it is."""
        errors = [(status.name, status.phrase) for status in HTTPStatus if status >= 400]
        for name, phrase in (*errors, (self.DEFAULT_ERROR_RESPONSE_NAME, "Any error")):
            content = {PROBLEM_TYPE: {"schema": ProblemSchema}}
            self.spec.components.response(name, {"description": phrase, "content": content}, lazy=True)

    def register_blueprint(self, blueprint: ApiBlueprint) -> None:
        """Add the endpoints of a blueprint to the application."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The OpenAPI document."""
        with self._describing:
            while self._undescribed:
                blueprint = self._undescribed.pop(0)
                blueprint.register_views_in_doc(
                    self, self._app, self.spec, name=blueprint.name, parameters=None
                )
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
            return self.spec.to_dict()


def create_api(app: Flask) -> MatchdeskApi:
    """The API of this application, still without endpoints."""
    app.config.update(API_TITLE="Matchdesk", API_VERSION="1", OPENAPI_VERSION="3.1.0")
    app.url_map.converters["id"] = IdConverter
    # Everything public can be read without signing in.
    security = [{"bearer": []}, {}]
    api = MatchdeskApi(app, spec_kwargs={"info": {"description": DESCRIPTION}, "security": security})
    api.register_converter(IdConverter, lambda _: {"type": "integer", "minimum": 1})
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})
    # Its command would print a document that nobody has asked to be written yet.
    app.cli.commands.pop("openapi", None)
    app.add_url_rule("/api/openapi.json", "api_openapi", openapi_json, strict_slashes=False)
    app.add_url_rule("/api/docs", "api_docs", docs_page, strict_slashes=False)
    app.extensions["matchdesk_api"] = api
    return api


def openapi_json() -> Response:
    """The description, for programs."""
    return Response(orjson.dumps(_spec(), option=orjson.OPT_INDENT_2), mimetype="application/json")


def docs_page() -> str:
    """The description, for people."""
    spec = _spec()
    schemas = spec["components"].get("schemas", {})
    return render_template(
        "api/docs.html",
        info=spec["info"],
        groups=_groups(spec),
        schemas=schemas,
        type_of=type_of,
    )


def _spec() -> dict[str, Any]:
    return current_app.extensions["matchdesk_api"].document


def _groups(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations by tag, in the order in which they were registered."""
    groups = {tag["name"]: {**tag, "operations": []} for tag in spec.get("tags", [])}
    for path, item in spec["paths"].items():
        for method in _METHODS:
            operation = item.get(method)
            if operation is None:
                continue
            parameters = item.get("parameters", []) + operation.get("parameters", [])
            body = _content_schema(operation.get("requestBody", {}))
            answers = [
                (status, answer.get("description", ""), _content_schema(answer))
                for status, answer in operation.get("responses", {}).items()
                if status.isdigit() and int(status) < 400
            ]
            groups[operation["tags"][0]]["operations"].append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": operation.get("summary", ""),
                    "description": operation.get("description", ""),
                    "parameters": parameters,
                    "body": body,
                    "answers": answers,
                }
            )
    return list(groups.values())


def _content_schema(holder: dict[str, Any]) -> dict[str, Any] | None:
    for content in holder.get("content", {}).values():
        return content.get("schema")
    return None


def type_of(schema: dict[str, Any] | None) -> str:
    """A schema's type in a few words, such as `integer or null` or `list of Match`."""
    if not schema:
        return "anything"
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(type_of(option) for option in schema[key])
    kinds = schema.get("type", "anything")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = [f"list of {type_of(schema.get('items'))}" if kind == "array" else kind for kind in kinds]
    if schema.get("format") == "date-time":
        words = ["time" if word == "string" else word for word in words]
    return " or ".join(words)
