"""Clients as the tests use them: one for the JSON API, one for the pages."""

import hashlib
import os
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.test import TestResponse

from app.models import User
from tests import factories


class ApiClient:
    """Calls the JSON API, as somebody with an access token, or as nobody. Keeps no cookies."""

    def __init__(self, app: Flask, user: User | None = None, token: str | None = None):
        self.user = user
        self.token = token
        self._client = app.test_client(use_cookies=False)
        if user is not None and token is None:
            self.token = self.sign_in(user.username)["access"]

    def sign_in(self, username: str, password: str = factories.PASSWORD) -> dict[str, str]:
        """The tokens of a new sign-in; the client goes on with those it had."""
        credentials = {"username": username, "password": password}
        response = self._client.post("/api/auth/login/", json=credentials)
        assert response.status_code == 200, response.text
        return response.json

    def request(self, method: str, path: str, **options: Any) -> TestResponse:
        """The answer to any call; options as of Werkzeug's test client."""
        headers = dict(options.pop("headers", None) or {})
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self._client.open(path, method=method, headers=headers, **options)

    def get(self, path: str, **options: Any) -> TestResponse:
        """The answer to a GET."""
        return self.request("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """The answer to a POST; without a body where `json` is None."""
        return self.request("POST", path, **_with_body(json, options))

    def patch(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        """The answer to a PATCH."""
        return self.request("PATCH", path, **_with_body(json, options))

    def delete(self, path: str, **options: Any) -> TestResponse:
        """The answer to a DELETE."""
        return self.request("DELETE", path, **options)


class WebClient:
    """Opens pages and sends forms with their CSRF token, signed in or not."""

    def __init__(self, app: Flask, user: User | None = None):
        self.user = user
        self.flask_client: FlaskClient = app.test_client()
        self._app = app
        if user is not None:
            self.sign_in(user.username)

    def sign_in(self, username: str, password: str = factories.PASSWORD) -> None:
        """Sign in over the login page."""
        response = self.post("/login", {"username": username, "password": password})
        assert response.status_code in (302, 303), response.text

    def get(self, path: str, *, htmx: bool = False, **options: Any) -> TestResponse:
        """The page, or with `htmx` the part that htmx would ask for."""
        return self.flask_client.get(path, headers=_headers(htmx, options), **options)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        *,
        htmx: bool = False,
        csrf: bool = True,
        **options: Any,
    ) -> TestResponse:
        """The answer to a sent form. Redirects are followed only with `follow_redirects=True`."""
        fields = dict(data or {})
        if csrf:
            fields.setdefault("csrf_token", self.csrf_token())
        return self.flask_client.post(path, data=fields, headers=_headers(htmx, options), **options)

    def csrf_token(self) -> str:
        """A token that fits this client's session, as the pages would carry it."""
        with self.flask_client.session_transaction() as session:
            raw = session.setdefault("csrf_token", hashlib.sha1(os.urandom(64)).hexdigest())
        secret = self._app.config.get("WTF_CSRF_SECRET_KEY") or self._app.secret_key
        return URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(raw)


def _headers(htmx: bool, options: dict[str, Any]) -> dict[str, str]:
    headers = dict(options.pop("headers", None) or {})
    if htmx:
        headers.setdefault("HX-Request", "true")
    return headers


def _with_body(json: Any, options: dict[str, Any]) -> dict[str, Any]:
    return options if json is None else {**options, "json": json}
