"""The options of a bracket: which there are, and what each may say."""

from collections.abc import Mapping

from app.domain.errors import InvalidInput
from app.domain.tournament_settings import BEST_OF
from app.domain.words import say

from .double_elimination import GRAND_FINALS
from .standings import TIEBREAKS

FORMATS = ("single_elimination", "double_elimination", "round_robin", "swiss")
SEEDINGS = ("given", "rank", "random")
MAX_ROUNDS = 64
MAX_POINTS = 1000


def check_options(format: str, options: Mapping) -> None:
    """Raise InvalidInput, with the reason, unless the options can be those of a bracket of this format."""
    if format not in FORMATS:
        raise InvalidInput.of("format", say("One of %(choices)s.", choices=", ".join(FORMATS)))
    _one_of(options, "seeding", SEEDINGS)
    _one_of(options, "grand_final", GRAND_FINALS)
    _whole(options, "groups", 1, 256)
    _whole(options, "legs", 1, 2)
    _whole(options, "rounds", 1, MAX_ROUNDS)
    for name in ("draws", "third_place"):
        if not isinstance(options.get(name, False), bool):
            raise _wrong(say("%(name)s is true or false.", name=name))
    if options.get("draws") and format in ("single_elimination", "double_elimination"):
        raise _wrong(say("draws is not for elimination, where somebody must move on."))
    _check_best_of(options.get("best_of", 1))
    _check_points(options.get("points") or {})
    tiebreaks = options.get("tiebreaks") or []
    if len(set(tiebreaks)) < len(tiebreaks) or any(name not in TIEBREAKS for name in tiebreaks):
        raise _wrong(say("tiebreaks lists some of %(choices)s, each once.", choices=", ".join(TIEBREAKS)))
    if bool(options.get("slots")) != ("from" in options):
        raise _wrong(say("from and slots go together."))
    if options.get("slots") and format not in ("single_elimination", "double_elimination"):
        raise _wrong(say("slots are for elimination."))


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput.of("options", sentence)


def _one_of(options: Mapping, name: str, values: tuple[str, ...]) -> None:
    if options.get(name, values[0]) not in values:
        raise _wrong(say("%(name)s is one of %(choices)s.", name=name, choices=", ".join(values)))


def _whole(options: Mapping, name: str, lowest: int, highest: int) -> None:
    value = options.get(name, lowest)
    if type(value) is not int or not lowest <= value <= highest:
        limits = {"lowest": lowest, "highest": highest}
        raise _wrong(say("%(name)s is a whole number from %(lowest)s to %(highest)s.", name=name, **limits))


def _check_best_of(best_of: object) -> None:
    lengths = list(best_of.values()) if isinstance(best_of, Mapping) else [best_of]
    if any(type(length) is not int or length not in BEST_OF for length in lengths):
        raise _wrong(say("best_of is 1, 3, 5 or 7, for all rounds or by round."))


def _check_points(points: Mapping) -> None:
    for name, value in points.items():
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if name not in ("win", "draw", "loss") or not is_number or not 0 <= value <= MAX_POINTS:
            raise _wrong(say("points has win, draw and loss, each from 0 to %(most)s.", most=MAX_POINTS))


def best_of_round(options: Mapping, round_number: int, default: int) -> int:
    """How many games decide a match of this round; `default` where the options do not say."""
    best_of = options.get("best_of", default)
    if isinstance(best_of, Mapping):
        return best_of.get(str(round_number), best_of.get(round_number, default))
    return best_of
