"""Passwords: hashed with argon2, and never kept, logged or compared in any other way."""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from app.domain.errors import InvalidInput
from app.domain.words import say

SHORTEST_PASSWORD = 8
# Hashing takes longer the longer the text is; nobody types this much.
LONGEST_PASSWORD = 256


def require_good_password(password: str, field: str = "password") -> None:
    """Raise InvalidInput for a password that is too short or too long to be chosen."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        length = {"shortest": SHORTEST_PASSWORD, "longest": LONGEST_PASSWORD}
        raise InvalidInput.of(field, say("A password has %(shortest)s to %(longest)s characters.", **length))


def hash_password(password: str) -> str:
    """The password's hash, with its own salt and parameters."""
    return _hasher(current_app.testing).hash(password)


def is_password_of(password_hash: str | None, password: str) -> bool:
    """True where the password belongs to the hash. Without a hash it takes as long, and is False."""
    hasher = _hasher(current_app.testing)
    unmatched = _unmatched_hash(current_app.testing)
    if len(password) > LONGEST_PASSWORD:
        password, password_hash = "", None
    try:
        return hasher.verify(password_hash or unmatched, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher(cheap: bool) -> PasswordHasher:
    """argon2-cffi's defaults (RFC 9106, low memory); cheap ones where a thousand tests sign in."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1) if cheap else PasswordHasher()


@cache
def _unmatched_hash(cheap: bool) -> str:
    return _hasher(cheap).hash("the password of nobody")
