"""Counters for limits in the memory of one process."""

import threading
from time import time

from limits.storage import Storage

_FEWEST_LOOKED_THROUGH = 1024


class Counters(Storage):
    """The store of limits where there is no Redis.

    The library's own one starts a thread with nearly every count, to forget counters whose time is over.
    """

    STORAGE_SCHEME = ["counters"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **_options: str):
        super().__init__(uri, wrap_exceptions=wrap_exceptions)
        self._counts: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._looked_through_at = _FEWEST_LOOKED_THROUGH

    @property
    def base_exceptions(self) -> type[Exception]:
        """What counting may raise: nothing."""
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count on, and return the count; a counter that is new ends after `expiry` seconds."""
        now = time()
        with self._lock:
            if len(self._counts) >= self._looked_through_at:
                self._counts = {key: kept for key, kept in self._counts.items() if kept[1] > now}
                self._looked_through_at = max(_FEWEST_LOOKED_THROUGH, 2 * len(self._counts))
            count, ends = self._counts.get(key, (0, 0.0))
            if ends <= now:
                count, ends = 0, now + expiry
            self._counts[key] = count + amount, ends
        return count + amount

    def get(self, key: str) -> int:
        """The present count."""
        count, ends = self._counts.get(key, (0, 0.0))
        return count if ends > time() else 0

    def get_expiry(self, key: str) -> float:
        """When the counter ends, as Unix time; now for one that has not begun."""
        return max(time(), self._counts.get(key, (0, 0.0))[1])

    def check(self) -> bool:
        """True: memory is always there."""
        return True

    def reset(self) -> int:
        """Forget all counters; returns how many there were."""
        with self._lock:
            forgotten, self._counts = len(self._counts), {}
        return forgotten

    def clear(self, key: str) -> None:
        """Forget one counter."""
        self._counts.pop(key, None)
