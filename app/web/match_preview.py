"""What a verb on a match would change, as the pages show it."""

from collections.abc import Callable

from app.domain.errors import InvalidInput, Refused
from app.services import previews

from .guards import current_actor, now


def see(verb: Callable[..., None], match_id: int, arguments: Callable[[], dict]) -> dict:
    """The verb's preview, or `refused`: the reasons why it can't be done like this.

    `match_id` is the match itself, and `is_alone` says that no other one changes.
    """
    try:
        found = previews.preview(verb, actor=current_actor(), match_id=match_id, now=now(), **arguments())
    except (InvalidInput, Refused) as error:
        reasons = [reason for reasons in error.errors.values() for reason in reasons]
        return {"refused": reasons or getattr(error, "reasons", [error.detail])}
    is_alone = all(entry["match"] == match_id for entry in found["affected"])
    return {**found, "match_id": match_id, "is_alone": is_alone}
