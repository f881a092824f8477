"""The forms of the verbs on one match."""

from wtforms import FieldList, Form, FormField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.domain.lobby import KEY_LENGTHS, LABELS, SCHEMAS
from app.domain.results import MAX_SCORE, SCORE_RANGE
from app.domain.words import Words, say

from .base import LARGEST_ID, ActionForm, optional_id, stripped
from .times import WallTimeField

URL_KEYBOARD = {"type": "url", "inputmode": "url", "maxlength": 200, "placeholder": "https://"}
_SCORE_KEYBOARD = {"inputmode": "numeric", "min": 0, "max": MAX_SCORE, "autocomplete": "off"}
_IN_RANGE = NumberRange(0, MAX_SCORE, message=SCORE_RANGE)

DISPUTE_REASONS = (
    ("score_dispute", say("The score is wrong")),
    ("wrong_winner", say("The wrong side is named as winner")),
    ("cheating", say("Cheating")),
    ("no_show", say("The other side did not show up")),
    ("technical", say("A technical problem")),
    ("other", say("Something else")),
)
DECISIONS = (
    ("uphold", say("Uphold: the result stands")),
    ("correct", say("Correct: enter the right score")),
    ("replay", say("Replay: the match is played again")),
    ("void", say("Void: the match is cancelled")),
    ("forfeit", say("Forfeit: one side loses the match")),
)


def _score_field(label: Words, *, required: bool) -> IntegerField:
    first = InputRequired(say("Enter a score.")) if required else Optional()
    return IntegerField(label, validators=[first, _IN_RANGE], render_kw=_SCORE_KEYBOARD)


class CallForm(ActionForm):
    """Calling has nothing to fill in."""


class RotateCodeForm(ActionForm):
    """Taking a code away has nothing to fill in."""


class StartForm(ActionForm):
    """Starting has nothing to fill in."""


class UndoStartForm(ActionForm):
    """Taking a start back has nothing to fill in."""


class ConfirmResultForm(ActionForm):
    """Confirming a result has nothing to fill in."""


class _ChoiceIfSent(SelectField):
    """A choice that may be left out of what is sent."""

    def pre_validate(self, form):
        """Check the choice, where there is one."""
        if self.raw_data:
            super().pre_validate(form)


class ScheduleForm(ActionForm):
    """When and where a match is played, how long, and where it can be watched."""

    scheduled_time = WallTimeField(say("Scheduled time"))
    stream_url = StringField(
        say("Stream URL"), filters=[stripped], validators=[Length(max=200)], render_kw=URL_KEYBOARD
    )
    station_id = SelectField(say("Station"), coerce=optional_id, validate_choice=False)
    best_of = _ChoiceIfSent(say("Best of"), coerce=int, choices=[(n, str(n)) for n in (1, 3, 5, 7)])


class UndoScheduleForm(ActionForm):
    """Putting a schedule back has nothing to fill in."""


class CheckInForm(ActionForm):
    """Which side checks in; a member of one side need not say it."""

    participant_id = IntegerField(widget=HiddenInput(), validators=[Optional(), NumberRange(1, LARGEST_ID)])


class CancelForm(ActionForm):
    """Why a match is cancelled."""

    reason = StringField(say("Reason"), filters=[stripped], validators=[Length(max=500)])


class ForfeitForm(ActionForm):
    """Who gives the match up, one side or `both`, and why."""

    participant_id = SelectField(say("Who forfeits"))
    reason = StringField(say("Reason"), filters=[stripped], validators=[Length(max=500)])


class ReopenForm(ActionForm):
    """Why a closed match is opened again."""

    reason = StringField(say("Reason"), filters=[stripped], validators=[Length(max=500)])


class RestoreResultForm(ActionForm):
    """Which version of the result becomes the result again."""

    n = SelectField(say("Version"), coerce=int, choices=[])


class RestoreForm(ActionForm):
    """Restoring a cancelled match has nothing to fill in."""


class DeleteForm(ActionForm):
    """Deleting has nothing to fill in."""


class CoordinatorForm(ActionForm):
    """Who looks after a match: somebody known to the tournament, or any user by name."""

    coordinator_id = SelectField(say("Coordinator"), coerce=optional_id, validate_choice=False)
    username = StringField(
        say("Or someone else, by user name"),
        filters=[stripped],
        validators=[Length(max=50)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class AcceptForm(ActionForm):
    """Taking a match on has nothing to fill in."""


class HandOverForm(ActionForm):
    """Why somebody else should coordinate the match."""

    note = StringField(
        say("Note to the organizers"),
        filters=[stripped],
        validators=[Length(max=200)],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )


class GameScoreForm(Form):
    """The score of one game of a series."""

    participant1_score = _score_field(say("First side"), required=False)
    participant2_score = _score_field(say("Second side"), required=False)


class _DetailedScoreForm(ActionForm):
    """The games of a series and a tie-break, beside the score of a match."""

    game_scores = FieldList(FormField(GameScoreForm), max_entries=7)
    tiebreak1 = _score_field(say("First side"), required=False)
    tiebreak2 = _score_field(say("Second side"), required=False)

    def games(self) -> list[dict[str, int]] | None:
        """The games that were filled in, in order; None where there are none."""
        filled = [
            {
                "participant1_score": game.participant1_score.data,
                "participant2_score": game.participant2_score.data,
            }
            for game in self.game_scores
            if game.participant1_score.data is not None or game.participant2_score.data is not None
        ]
        return filled or None

    def tiebreak(self) -> dict[str, int] | None:
        """The tie-break's score; None where it is not filled in."""
        if self.tiebreak1.data is None and self.tiebreak2.data is None:
            return None
        return {"participant1_score": self.tiebreak1.data, "participant2_score": self.tiebreak2.data}

    def validate(self, extra_validators=None) -> bool:
        """Half of a pair is no score."""
        valid = super().validate(extra_validators)
        pairs = [(game.participant1_score, game.participant2_score) for game in self.game_scores]
        for first, second in [*pairs, (self.tiebreak1, self.tiebreak2)]:
            for one, other in ((first, second), (second, first)):
                if one.data is None and other.data is not None and not one.errors:
                    one.errors = [say("Enter both scores, or neither.")]
                    valid = False
        return valid


class ResultForm(_DetailedScoreForm):
    """How a match ended."""

    participant1_score = _score_field(say("First side"), required=True)
    participant2_score = _score_field(say("Second side"), required=True)
    notes = TextAreaField(
        say("Notes"), filters=[stripped], validators=[Length(max=1000)], render_kw={"rows": 2}
    )
    evidence_url = StringField(
        say("Evidence URL"), filters=[stripped], validators=[Length(max=200)], render_kw=URL_KEYBOARD
    )

    def has_details(self) -> bool:
        """True where something beside the score is filled in."""
        return bool(self.games() or self.tiebreak() or self.notes.data or self.evidence_url.data)


class DisputeForm(ActionForm):
    """What a side objects to."""

    reason = SelectField(say("What is wrong"), choices=DISPUTE_REASONS)
    description = TextAreaField(
        say("What happened"), filters=[stripped], validators=[Length(max=2000)], render_kw={"rows": 3}
    )
    evidence_url = StringField(
        say("Evidence URL"), filters=[stripped], validators=[Length(max=200)], render_kw=URL_KEYBOARD
    )


class ResolveForm(_DetailedScoreForm):
    """How a dispute ends. The scores belong to a correction, the side to a forfeit."""

    decision = SelectField(say("Decision"), choices=DECISIONS)
    participant1_score = _score_field(say("First side"), required=False)
    participant2_score = _score_field(say("Second side"), required=False)
    participant_id = SelectField(say("Side that forfeits"), coerce=optional_id, validate_choice=False)
    notes = TextAreaField(
        say("Notes"), filters=[stripped], validators=[Length(max=2000)], render_kw={"rows": 2}
    )

    def scores(self) -> dict | None:
        """The corrected score, in the words of `result_claim`; None where it is not filled in."""
        pair = (self.participant1_score.data, self.participant2_score.data)
        if None in pair:
            return None
        return {
            "participant1_score": pair[0],
            "participant2_score": pair[1],
            "game_scores": self.games(),
            "tiebreak": self.tiebreak(),
        }


def lobby_form_class(game: str, present: dict[str, str]) -> type[ActionForm]:
    """The form of a game's lobby: the keys of its schema, and those that this lobby has besides."""
    keys = [*SCHEMAS[game].keys, *(key for key in KEY_LENGTHS if key in present)]
    fields = {}
    for key in dict.fromkeys(keys):
        length = KEY_LENGTHS[key]
        kind = TextAreaField if length > 100 else StringField
        fields[key] = kind(
            LABELS[key],
            filters=[stripped],
            validators=[Length(max=length)],
            render_kw={"maxlength": length, "autocomplete": "off", "spellcheck": "false"},
        )
    return type("LobbyForm", (ActionForm,), fields)
