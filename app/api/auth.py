"""/api/auth/: signing in and out with tokens. No cookie is set here."""

from typing import Any

from flask import Response, request

from app.domain.errors import NotSignedIn
from app.services import accounts, tokens

from .blueprint import ApiBlueprint
from .identity import current_actor, now
from .jsonio import json_response, no_content
from .schemas.auth import LoginSchema, MeSchema, RefreshSchema, TokenPairSchema

blueprint = ApiBlueprint("auth", __name__, url_prefix="/api/auth", description="Signing in and out.")

# Tokens must not stay behind in any cache.
_NO_STORE = {"Cache-Control": "no-store"}


@blueprint.route("/login/", methods=["POST"])
@blueprint.response(200, TokenPairSchema)
@blueprint.arguments(LoginSchema)
def login(data: dict[str, Any]) -> Response:
    """Sign in with a username and a password.

    Too many failures, and only failures, are answered with 429 for a minute.
    """
    user = accounts.authenticate(now=now(), ip=request.remote_addr, **data)
    return json_response(tokens.issue_tokens(user=user, now=now()), headers=_NO_STORE)


@blueprint.route("/refresh/", methods=["POST"])
@blueprint.response(200, TokenPairSchema)
@blueprint.arguments(RefreshSchema)
def refresh(data: dict[str, Any]) -> Response:
    """Exchange a refresh token for a new pair.

    It works once. A second use is refused, and, later than ten seconds after the first, taken for theft:
    every token that descends from the same sign-in stops working.
    """
    return json_response(tokens.refresh_tokens(token=data["refresh"], now=now()), headers=_NO_STORE)


@blueprint.route("/logout/", methods=["POST"])
@blueprint.response(204)
@blueprint.arguments(RefreshSchema)
def logout(data: dict[str, Any]) -> Response:
    """Sign out: the tokens that descend from this sign-in stop working."""
    tokens.revoke_refresh(token=data["refresh"], now=now())
    return no_content()


@blueprint.route("/me/", methods=["GET"])
@blueprint.response(200, MeSchema)
def me() -> Response:
    """Who you are."""
    actor = current_actor()
    if actor.is_anonymous:
        raise NotSignedIn
    return json_response({"id": actor.user_id, "username": actor.username, "is_admin": actor.is_admin})
