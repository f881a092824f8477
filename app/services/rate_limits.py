"""How often somebody may try: one table, generous, since a whole hall sits behind one address.

Reading is not limited. A store of counters that is away (Redis) never stops a tournament.
"""

import logging
from time import monotonic, time
from weakref import WeakKeyDictionary

from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from redis.exceptions import RedisError

from app.domain.errors import TooManyRequests
from app.domain.words import say
from app.extensions import limiter

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
_away_until: WeakKeyDictionary[object, float] = WeakKeyDictionary()
LIMITS: dict[str, RateLimitItem] = {
    # Failed sign-ins: one account from one address, and one address for whatever accounts.
    "failed_sign_in": RateLimitItemPerMinute(10, namespace="failed_sign_in"),
    "failed_sign_in_address": RateLimitItemPerMinute(100, namespace="failed_sign_in_address"),
    # Writes of one user.
    "write": RateLimitItemPerMinute(1200, namespace="write"),
}


def require(name: str, *key: str) -> None:
    """Raise TooManyRequests where the limit is used up; counts nothing."""
    if _is_away():
        return
    try:
        if limiter.limiter.test(LIMITS[name], *key):
            return
        reset_at = limiter.limiter.get_window_stats(LIMITS[name], *key).reset_time
    except (RedisError, StorageError):
        log.exception("the rate limit %s could not be checked", name)
        _leave_alone()
        return
    raise TooManyRequests(
        say("Too many tries; wait a moment, then try again."), max(1, round(reset_at - time()))
    )


def note(name: str, *key: str) -> bool:
    """Count one try; False where it is one too many."""
    if _is_away():
        return True
    try:
        return limiter.limiter.hit(LIMITS[name], *key)
    except (RedisError, StorageError):
        log.exception("the rate limit %s could not be counted", name)
        _leave_alone()
        return True


def count(name: str, *key: str) -> None:
    """Count one try; raises TooManyRequests where it is one too many."""
    if not note(name, *key):
        require(name, *key)


def _is_away() -> bool:
    return monotonic() < _away_until.get(limiter.storage, 0.0)


def _leave_alone() -> None:
    """Ask the store again only after a while: one that hangs would hold up every write."""
    _away_until[limiter.storage] = monotonic() + PAUSE_SECONDS
