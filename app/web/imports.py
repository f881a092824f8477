"""A tournament out of a file: anybody who is signed in imports it, and is its organizer."""

from dataclasses import dataclass, field

from flask import Blueprint, Flask, Response, flash, make_response, render_template, request
from flask_login import current_user

from app.domain.errors import InvalidInput, Refused
from app.domain.words import Words, say
from app.importers.door import Imported, read_file, write_file
from app.importers.json_text import MAX_BYTES, UnreadableText
from app.importers.neutral import Problem
from app.languages import said

from .forms.imports import ImportForm
from .guards import current_actor, now, signed_in
from .htmx import go_to

# So many problems are enough to see what is wrong with a file.
LONGEST_LIST = 100
# Two files, and the fields around them.
_LARGEST_FORM = 2 * MAX_BYTES + 64 * 1024
blueprint = Blueprint("imports", __name__, url_prefix="/dashboard/import")


@dataclass
class Shown:
    """What is listed under one heading: as many as are enough, and how many more there are."""

    problems: list[Problem] = field(default_factory=list)

    @property
    def first(self) -> list[Problem]:
        """Those that are listed."""
        return self.problems[:LONGEST_LIST]

    @property
    def more(self) -> int:
        """How many are not."""
        return max(0, len(self.problems) - LONGEST_LIST)


def register_imports(app: Flask) -> None:
    """Let this one form be as large as a file may be, before anything reads what is sent."""
    app.before_request_funcs.setdefault(None, []).insert(0, _take_larger_files)


def _take_larger_files() -> None:
    if request.endpoint == "imports.import_tournament" and current_user.is_authenticated:
        request.max_content_length = _LARGEST_FORM


@blueprint.get("/")
@signed_in
def upload() -> Response:
    """The form that takes the file."""
    return _page(ImportForm(formdata=None))


@blueprint.post("/")
@signed_in
def import_tournament() -> Response:
    """Make the tournament, or name everything that speaks against the file and change nothing."""
    form = ImportForm()
    if not form.validate():
        return _page(form, status=400)
    actor = current_actor()
    try:
        wish, data, second = form.read()
        reading = read_file(wish, data, second)
        if reading.found is None:
            return _page(form, status=400, problems=reading.problems, warnings=reading.warnings)
        imported = write_file(wish, reading.found, actor=actor, now=now())
    except UnreadableText as error:
        return _page(form, status=400, problems=[Problem("", error.why)])
    except (InvalidInput, Refused) as error:
        form.take(error)
        return _page(form, status=400)
    warnings = [*reading.warnings, *imported.warnings]
    if warnings or imported.kept:
        # They are shown once, so that they stand on the answer itself.
        return _page(ImportForm(formdata=None), imported=imported, warnings=warnings, kept=imported.kept)
    flash(said(_told(imported)), "good")
    return go_to(f"/tournaments/{imported.written.slug}/")


def _told(imported: Imported) -> Words:
    written, name = imported.written, imported.name
    if written.is_new:
        return say(
            "%(name)s is imported: %(participants)s participants, %(matches)s matches.",
            name=name,
            participants=imported.participants,
            matches=len(written.created),
        )
    if written.changed_nothing:
        return say("%(name)s is here already, and the file has nothing new.", name=name)
    return say(
        "%(name)s: %(new)s matches are new, %(updated)s were updated.",
        name=name,
        new=len(written.created),
        updated=len(written.updated),
    )


def _page(
    form: ImportForm,
    *,
    status: int = 200,
    imported: Imported | None = None,
    problems: list[Problem] | None = None,
    warnings: list[Problem] | None = None,
    kept: list[Problem] | None = None,
) -> Response:
    return make_response(
        render_template(
            "dashboard/import.html",
            form=form,
            imported=imported,
            told=_told(imported) if imported else "",
            problems=Shown(problems or []),
            warnings=Shown(warnings or []),
            kept=Shown(kept or []),
        ),
        status,
    )
