"""What processes tell each other over Redis: the numbers of tournaments to look at, and who is where.

Nothing that is stored depends on it: each process also looks for itself, so Redis may be away.
"""

import json
import logging
import random
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import redis

log = logging.getLogger(__name__)

CHANNEL = "matchdesk:events"
# How long an unreachable Redis is left alone: a commit must not wait for it each time.
PAUSE_SECONDS = 5.0


class Bus:
    """The channel between the processes; silent where there is no Redis."""

    def __init__(self, url: str | None):
        self._url = url
        self._paused_until = 0.0
        self._others: dict[str, Callable[[Any], None]] = {}
        self._publisher = (
            redis.Redis.from_url(url, socket_timeout=1.0, socket_connect_timeout=1.0) if url else None
        )

    @property
    def is_used(self) -> bool:
        """True where there is a Redis to tell others over."""
        return self._publisher is not None

    def tell(self, tournament_ids: Iterable[int]) -> None:
        """Let the other processes know that these tournaments have new events."""
        self._publish(CHANNEL, list(tournament_ids))

    def publish(self, name: str, message: Any) -> None:
        """Tell the other processes, and this one, something else: what `hear` of that name is for."""
        self._publish(_channel(name), message)

    def _publish(self, channel: str, message: Any) -> None:
        if self._publisher is None or time.monotonic() < self._paused_until:
            return
        try:
            self._publisher.publish(channel, json.dumps(message))
        except redis.RedisError as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            log.warning("Redis cannot be reached; other processes will notice by themselves: %s", error)

    def is_reachable(self) -> bool | None:
        """True or False for whether Redis answers; None where there is none."""
        if self._publisher is None:
            return None
        try:
            return bool(self._publisher.ping())
        except redis.RedisError:
            return False

    def hear(self, name: str, heard: Callable[[Any], None]) -> None:
        """Once it listens, have `heard` called with what is published under the name.

        A ValueError, TypeError or KeyError of it says that this was rubbish.
        """
        self._others[_channel(name)] = heard

    def listen(self, start_task: Callable[..., object], heard: Callable[[list[int]], None]) -> None:
        """Call `heard` from a background task for whatever other processes tell."""
        if self._url:
            start_task(self._listen, heard)

    def _listen(self, heard: Callable[[list[int]], None]) -> None:
        client = redis.Redis.from_url(
            self._url, socket_timeout=None, socket_connect_timeout=2.0, health_check_interval=30
        )
        while True:
            try:
                with client.pubsub(ignore_subscribe_messages=True) as subscription:
                    subscription.subscribe(CHANNEL, *self._others)
                    for message in subscription.listen():
                        with suppress(ValueError, TypeError, KeyError):
                            self._pass_on(message["channel"].decode(), json.loads(message["data"]), heard)
            except (redis.RedisError, OSError) as error:
                log.warning("the wake-ups of other processes are not heard for now: %s", error)
            time.sleep(random.uniform(0.5, 2.0))

    def _pass_on(self, channel: str, message: Any, heard: Callable[[list[int]], None]) -> None:
        if channel == CHANNEL:
            heard([int(number) for number in message])
        else:
            self._others[channel](message)


def _channel(name: str) -> str:
    return f"matchdesk:{name}"
