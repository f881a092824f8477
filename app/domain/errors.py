"""What may go wrong. Every error carries one sentence that a person can act on."""

from collections.abc import Mapping, Sequence

from .words import say, say_all


class DomainError(Exception):
    """Base of all errors that are told to the user.

    `detail` is one sentence; `errors` maps a field to the reasons why its value is refused.
    """

    def __init__(self, detail: str, errors: Mapping[str, Sequence[str]] | None = None):
        super().__init__(detail)
        self.detail = detail
        self.errors = {field: list(reasons) for field, reasons in (errors or {}).items()}


class InvalidInput(DomainError):
    """The input itself is wrong, whatever the state of things."""

    @classmethod
    def of(cls, field: str, reason: str) -> "InvalidInput":
        """An error about one field; the reason is the detail too."""
        return cls(reason, {field: [reason]})


class Refused(DomainError):
    """The input is fine, but the present state forbids it. `reasons` has every reason, in words."""

    def __init__(self, reasons: Sequence[str]):
        super().__init__(say_all(reasons))
        self.reasons = list(reasons)


class Blocked(Refused):
    """Later matches that have begun forbid it.

    `blocked_by` has `{"match", "state", "why"}` of each of them; `affected` what would change beside them.
    """

    def __init__(self, blocked_by: Sequence[dict], affected: Sequence[dict] = ()):
        super().__init__([blocker["why"] for blocker in blocked_by])
        self.blocked_by = list(blocked_by)
        self.affected = list(affected)


class NotSignedIn(DomainError):
    """Nobody is signed in, and the action needs somebody."""

    def __init__(self, detail: str = say("Sign in first.")):
        super().__init__(detail)


class NotAllowed(DomainError):
    """The actor sees the thing, but may not do this to it."""

    def __init__(self, detail: str = say("You may not do this.")):
        super().__init__(detail)


class NotFound(DomainError):
    """The thing does not exist, or the actor may not know that it does."""

    def __init__(self, detail: str = say("Not found.")):
        super().__init__(detail)


class Conflict(DomainError):
    """Somebody else was first. `changes` says what changed since, in words."""

    def __init__(self, detail: str, changes: Sequence[str] = ()):
        super().__init__(detail)
        self.changes = list(changes)


class StaleVersion(Conflict):
    """The actor decided on an older version of the thing than the present one."""

    def __init__(self, current_version: int, changed_by: str | None, changes: Sequence[str] = ()):
        if changed_by:
            detail = say("%(name)s changed this match in the meantime.", name=changed_by)
        else:
            detail = say("Someone else changed this match in the meantime.")
        super().__init__(detail, changes)
        self.current_version = current_version
        self.changed_by = changed_by


class TooManyRequests(DomainError):
    """The actor tried too often. `retry_after` is the number of seconds until the next try counts."""

    def __init__(self, detail: str, retry_after: int):
        super().__init__(detail)
        self.retry_after = retry_after
