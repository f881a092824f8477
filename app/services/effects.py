"""What taking back the outcome of a match means for later ones, and what forbids it."""

from dataclasses import dataclass, field

from app.domain.brackets.place_labels import label
from app.domain.states import BEGUN, MatchState
from app.domain.words import say
from app.extensions import db
from app.models import Match, Participant

from . import slots
from .match_changes import lock
from .paths import holds, is_decided, is_walkover, outcomes_of, slot_of
from .tables import TABLE_FORMATS
from .unit_of_work import UnitOfWork


@dataclass
class Effects:
    """What a change of a match's outcome does to others, or what forbids it."""

    affected: list[dict] = field(default_factory=list)
    blocked_by: list[dict] = field(default_factory=list)

    @property
    def reasons(self) -> list[str]:
        """Why the change is refused, one sentence for each match that forbids it."""
        return [blocker["why"] for blocker in self.blocked_by]


def effects_of_taking_back(uow: UnitOfWork | None, match: Match) -> Effects:
    """What it would mean for later matches that this one's sides did not move on after all."""
    effects = Effects()
    _collect_effects(uow, match, effects)
    if match.bracket is not None and match.state in (MatchState.COMPLETED, MatchState.FORFEIT):
        _collect_slots(match, effects)
    return effects


def begun_blocker(match: Match) -> dict:
    """Why places of a table that fill this match can't change: one of `blocked_by`."""
    told = {"number": match.match_number, "state": MatchState(match.state).named}
    why = say("M%(number)s, which these places fill, is %(state)s already.", **told)
    return {"match": match.id, "state": str(match.state), "why": why}


def _collect_slots(match: Match, effects: Effects) -> None:
    """The table that the match counts in, and the matches whose slots places of that table fill."""
    bracket = match.bracket
    if bracket.format not in TABLE_FORMATS:
        return
    where = say("group %(name)s", name=match.group_name) if match.group_name else bracket.name
    change = say("the standings of %(where)s change", where=where)
    effects.affected.append({"match": match.id, "state": str(match.state), "change": change})
    for target, slot, source in slots.fed_matches(bracket):
        if slot_of(target, slot)[0] is None or source["group"] not in ("", match.group_name):
            continue
        entry = {"match": target.id, "state": str(target.state)}
        told = {
            "number": target.match_number,
            "place": label(source),
            "state": MatchState(target.state).named,
        }
        if slots.is_open_to_change(target):
            waits = say("M%(number)s waits for the %(place)s again", **told)
            effects.affected.append({**entry, "change": waits})
        elif target.state != MatchState.CANCELLED:
            why = say("M%(number)s, which the %(place)s plays, is %(state)s already.", **told)
            effects.blocked_by.append({**entry, "why": why})


def _collect_effects(uow: UnitOfWork | None, match: Match, effects: Effects) -> None:
    if not is_decided(match):
        return
    for outcome in outcomes_of(match):
        target = lock(uow, outcome.target_id) if uow else db.session.get(Match, outcome.target_id)
        if target is None or target.is_deleted or not holds(target, outcome):
            continue
        entry = {"match": target.id, "state": str(target.state)}
        told = {"number": target.match_number, "state": MatchState(target.state).named}
        if is_walkover(target):
            effects.affected.append({**entry, "change": say("M%(number)s is no walkover any more", **told)})
            _collect_effects(uow, target, effects)
        elif target.state in BEGUN:
            why = say("M%(number)s, which this match feeds, is %(state)s already.", **told)
            effects.blocked_by.append({**entry, "why": why})
        elif outcome.participant_id is not None:
            name = db.session.get(Participant, outcome.participant_id).name
            loses = say("M%(number)s loses %(name)s, and waits for a side again", name=name, **told)
            effects.affected.append({**entry, "change": loses})
        else:
            effects.affected.append({**entry, "change": say("M%(number)s waits for a side again", **told)})
