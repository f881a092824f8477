"""Requests are served in the order in which they came, and sockets are heard in between."""

import socket

import gevent
from gevent.os import nb_read

from app.live.turns import Turns


def test_who_came_first_is_served_first_again_and_again():
    line, served = Turns(), []

    def ask(name):
        for _ in range(3):
            line.take()
            served.append(name)

    gevent.joinall([gevent.spawn(ask, name) for name in range(40)], timeout=60)
    assert served == [*range(40)] * 3


def test_between_two_requests_whoever_waits_at_a_socket_is_heard():
    line, happened = Turns(), []
    ours, theirs = socket.socketpair()
    ours.setblocking(False)

    def ask(name):
        line.take()
        happened.append(name)
        if name == 0:
            theirs.send(b"x")

    def listen():
        nb_read(ours.fileno(), 1)
        happened.append("heard")

    with ours, theirs:
        hearing = gevent.spawn(listen)
        gevent.sleep(0)
        gevent.joinall([hearing, *(gevent.spawn(ask, name) for name in range(3))], timeout=60)
    assert happened.index("heard") < happened.index(2)


def test_who_gives_up_waiting_holds_nobody_up():
    line, served = Turns(), []

    def ask(name):
        line.take()
        served.append(name)

    asking = [gevent.spawn(ask, name) for name in range(3)]
    gevent.sleep(0)
    asking[1].kill(block=False)
    gevent.joinall(asking, timeout=60)
    assert served == [0, 2]


def test_whoever_asks_waits_for_one_arrival_and_not_for_all():
    line, served = Turns(), []

    def take(wait, name):
        wait()
        served.append(name)

    arriving = [gevent.spawn(take, line.come_in, f"socket {number}") for number in range(4)]
    asking = [gevent.spawn(take, line.take, f"page {number}") for number in range(2)]
    gevent.joinall([*arriving, *asking], timeout=60)
    assert served == ["page 0", "socket 0", "page 1", "socket 1", "socket 2", "socket 3"]
