"""What the bracket page shows: all brackets of a tournament, or one of them for pages that are open."""

from flask import render_template

from app.services.queries import pages
from app.services.tables import entrants_by_bracket

from . import drawing

# A box is 0.8 KB: a bracket of more is not drawn only to be found too large.
MOST_PUSHED = 160


def drawn_brackets(tournament_id: int) -> list[dict]:
    """The brackets of the tournament as they are drawn."""
    listed, sizes = pages.list_brackets(tournament_id), pages.count_rounds(tournament_id)
    left_out = drawing.left_out(listed, sizes)
    found = pages.list_bracket_rows(tournament_id, left_out)
    return drawing.draw(listed, found, entrants_by_bracket(tournament_id), sizes, left_out)


def bracket_section(tournament_id: int, bracket_id: int) -> str | None:
    """The bracket's part of the page, empty for a bracket that is gone; None where it has too many matches.

    Of a Swiss bracket it has the latest round only: open pages have the earlier ones, which are over.
    """
    listed = {bracket["id"]: bracket for bracket in pages.list_brackets(tournament_id)}
    if bracket_id not in listed:
        return ""
    is_swiss = listed[bracket_id]["format"] == "swiss"
    rounds = pages.count_rounds(tournament_id).get(bracket_id, {}).values()
    if max(rounds, default=0) > MOST_PUSHED or (sum(rounds) > MOST_PUSHED and not is_swiss):
        return None
    drawn = next(bracket for bracket in drawn_brackets(tournament_id) if bracket["id"] == bracket_id)
    if is_swiss:
        drawn["is_latest_round"] = True
        for group in drawn["groups"]:
            group["rounds"] = group["rounds"][-1:]
    slug = pages.find_slug(tournament_id)
    return render_template("public/_bracket_section.html", bracket=drawn, tournament={"slug": slug}).strip()
