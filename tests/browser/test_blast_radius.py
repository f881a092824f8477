"""What a ruling would change, in a real browser: fetched as a choice is made, and with scripts off on a press."""

import pytest
from playwright.sync_api import expect

from tests import factories


@pytest.fixture
def scene(live_server):
    """A disputed match whose winner has a next one."""
    scene = factories.scene("DISPUTED")
    bracket = factories.bracket(scene.tournament)
    later = factories.match(
        scene.tournament,
        "SCHEDULED",
        participant1=None,
        participant2=None,
        bracket_id=bracket.id,
        match_number=9,
        round_number=2,
    )
    factories.change(scene.match, bracket_id=bracket.id, winner_to_match_id=later.id, winner_to_slot=1)
    return scene


def test_each_choice_shows_its_own_effects(scene, open_page):
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    effects = page.locator(f"#match-{scene.match.id}-resolve-dispute-effects")
    effects.scroll_into_view_if_needed()
    expect(effects).to_contain_text("This match would be COMPLETED")
    page.get_by_label("Decision").select_option("void")
    expect(effects).to_contain_text("This match would be CANCELLED")
    expect(effects).to_contain_text("M9 gives its other side a walkover")
    page.get_by_label("Decision").select_option("forfeit")
    expect(effects).to_contain_text("Name the side that forfeits.")
    page.get_by_label("Side that forfeits").select_option(str(scene.team1.id))
    expect(effects).to_contain_text(f"M9 gets {scene.team2.name}")
    assert factories.fresh(scene.match).state == "DISPUTED"
    page.get_by_role("button", name="Resolve dispute").click()
    expect(page.get_by_text("Dispute resolved.")).to_be_visible()
    assert factories.fresh(scene.match).winner_id == scene.team2.id


def test_a_folded_form_asks_once_it_is_opened(scene, open_page):
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    fold = page.locator(f"#match-{scene.match.id}-cancel")
    expect(fold.get_by_role("button", name="Cancel match")).to_be_hidden()
    fold.locator("summary").click()
    fold.get_by_role("button").last.scroll_into_view_if_needed()
    expect(fold).to_contain_text("This match would be CANCELLED")
    expect(fold).to_contain_text("M9 gives its other side a walkover")


def test_without_scripts_a_press_shows_the_effects(scene, open_page):
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer, java_script_enabled=False)
    page.get_by_label("Decision").select_option("void")
    form = page.locator('form[data-verb="resolve-dispute"]')
    form.get_by_role("button", name="What this changes").click()
    expect(form).to_contain_text("M9 gives its other side a walkover")
    expect(form.get_by_label("Decision")).to_have_value("void")
    form.get_by_role("button", name="Resolve dispute").click()
    expect(page.get_by_text("Dispute resolved.")).to_be_visible()
    assert factories.fresh(scene.match).state == "CANCELLED"


def test_a_match_is_deleted_and_brought_back(live_server, open_page):
    scene = factories.scene("READY")
    page = open_page(f"/matches/{scene.match.id}/", scene.organizer)
    fold = page.locator(f"#match-{scene.match.id}-delete")
    fold.locator("summary").click()
    fold.get_by_role("button").last.scroll_into_view_if_needed()
    expect(fold).to_contain_text("This match would be deleted")
    fold.get_by_role("button", name="Delete match").click()
    expect(page.get_by_text("Match deleted.")).to_be_visible()
    expect(page.locator(f"#match-{scene.match.id}")).to_contain_text("This match would be READY")
    page.get_by_role("button", name="Undelete match").click()
    expect(page.get_by_text("The match is back.")).to_be_visible()
    assert not factories.fresh(scene.match).is_deleted
