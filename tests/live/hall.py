"""A tournament that is written to by many and watched by many, whatever happens to the servers."""

from collections import Counter

from tests import factories
from tests.live.listener import Listener, token, until
from tests.support.books import Books, assert_heard_all
from tests.support.processes import Server
from tests.support.writers import send


class Hall:
    """A tournament, its organizer, and clients that listen to it from before the first change."""

    def __init__(self, server: Server, number: int = 8, listeners: int = 4):
        self.server = server
        self.organizer = factories.user()
        self.tournament = factories.tournament(self.organizer)
        self.matches = factories.matches(self.tournament, number, "READY")
        self.books = Books(self.tournament)
        self.ids = [match.id for match in self.matches]
        self.channel = f"tournament_{self.tournament.id}"
        self.access = token(server, self.organizer)
        self.listeners = [self.listen() for _ in range(listeners)]

    def listen(self, **fields) -> Listener:
        listener = Listener(self.server)
        assert listener.subscribe(self.channel, **fields)["ok"]
        return listener

    def send(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        return send(self.server, self.access, method, path, body)

    def last_seq(self) -> int:
        """The last that everybody is told."""
        return factories.events(tournament_id=self.tournament.id, is_private=False)[-1].seq

    def assert_all_know_all(self) -> Counter:
        """Check the books, and that everybody has heard all that was told; returns the changes' numbers."""
        changes = self.books.assert_balanced()
        # Clients come back with the last seq that they have, as pages do.
        for place, listener in enumerate(self.listeners):
            if not listener.is_connected():
                heard, mark = listener.heard, max(listener.seqs(), default=0)
                self.listeners[place] = self.listen(after=mark)
                self.listeners[place].heard[:0] = heard
        self.listeners.append(self.listen(after=0))
        last = self.last_seq()
        for listener in self.listeners:
            until(lambda one=listener: max(one.seqs(), default=0) == last, why=listener.seqs)
            assert_heard_all(listener.heard, self.tournament)
        return changes

    def leave(self) -> None:
        for listener in self.listeners:
            listener.close()
