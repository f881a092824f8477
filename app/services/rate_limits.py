"""How often somebody may try: one table, generous, since a whole hall sits behind one address.

Reading is not limited. A store of counters that is away (Redis) never stops a tournament.
"""

import logging
from time import time

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from redis.exceptions import RedisError

from app.domain.errors import TooManyRequests
from app.extensions import limiter

log = logging.getLogger(__name__)

LIMITS: dict[str, RateLimitItem] = {
    # Failed sign-ins: one account from one address, and one address for whatever accounts.
    "failed_sign_in": RateLimitItemPerMinute(10, namespace="failed_sign_in"),
    "failed_sign_in_address": RateLimitItemPerMinute(100, namespace="failed_sign_in_address"),
    # Writes of one user.
    "write": RateLimitItemPerMinute(1200, namespace="write"),
}


def require(name: str, *key: str) -> None:
    """Raise TooManyRequests where the limit is used up; counts nothing."""
    try:
        if limiter.limiter.test(LIMITS[name], *key):
            return
        reset_at = limiter.limiter.get_window_stats(LIMITS[name], *key).reset_time
    except (RedisError, StorageError):
        log.exception("the rate limit %s could not be checked", name)
        return
    raise TooManyRequests("Too many tries; wait a moment, then try again.", max(1, round(reset_at - time())))


def note(name: str, *key: str) -> bool:
    """Count one try; False where it is one too many."""
    try:
        return limiter.limiter.hit(LIMITS[name], *key)
    except (RedisError, StorageError):
        log.exception("the rate limit %s could not be counted", name)
        return True


def count(name: str, *key: str) -> None:
    """Count one try; raises TooManyRequests where it is one too many."""
    if not note(name, *key):
        require(name, *key)
