"""Which language a page speaks: that of the account, else what the browser asks for, else English."""

import pytest

from app.models import User
from tests import factories as make


def lang(response):
    return response.text.split('<html lang="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (None, "en"),
        ("", "en"),
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("FR-ca", "fr"),
        ("bn-BD", "bn"),
        ("pt-BR,es;q=0.5", "es"),
        ("en-US,en;q=0.9,de;q=0.8", "en"),
        ("de;q=0.2,fr;q=0.8", "fr"),
        ("xx", "en"),
        ("*", "en"),
        ("de;q=0", "en"),
        (";;;,,,q=", "en"),
        ("de;q=viel", "en"),
        ("d" * 4000, "en"),
    ],
)
def test_the_browser_is_asked(client, asked, spoken):
    response = client.get("/", headers={} if asked is None else {"Accept-Language": asked})
    assert response.status_code == 200
    assert lang(response) == spoken
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.own_application
def test_what_is_kept_for_strangers_is_kept_for_each_language(app):
    stranger = app.test_client(use_cookies=False)
    spoken = [
        lang(stranger.get("/", headers={"Accept-Language": asked}))
        for asked in ("de", "en", "fr", "de", "en", "de-CH")
    ]
    assert spoken == ["de", "en", "fr", "de", "en", "de"]


def test_the_account_says_more_than_the_browser(web_client, app_context):
    user = make.user()
    make.save(user)
    with make.session() as rows:
        rows.get(User, user.id).language = "fr"
        rows.commit()
    reader = web_client(user)
    assert lang(reader.get("/me/", headers={"Accept-Language": "de"})) == "fr"
    assert lang(reader.get("/", headers={"Accept-Language": "de"})) == "fr"


def test_a_row_is_drawn_and_dated_in_the_language_of_who_reads_it(client):
    match = make.scene("SCHEDULED").match
    shown = {
        language: client.get("/", headers={"Accept-Language": language}).text
        for language in ("en", "de", "fr")
    }
    assert f'id="match-{match.id}"' in shown["de"]
    assert "Geplant" in shown["de"]
    assert "Programmé" in shown["fr"]
    assert "Scheduled" in shown["en"]
    assert "Geplant" not in shown["en"]


def test_an_error_is_said_in_the_language_too(client):
    page = client.get("/tournaments/nothing-here/", headers={"Accept-Language": "de"})
    assert page.status_code == 404
    assert lang(page) == "de"
    assert "The address may be mistyped" not in page.text


def test_the_api_is_english(client):
    asked = {"Accept-Language": "de"}
    assert client.get("/api/tournaments/matches/999999/", headers=asked).json["detail"] == "Not found."
    match = make.scene("SCHEDULED").match
    assert (
        client.get(f"/api/tournaments/matches/{match.id}/", headers=asked).json["state_display"]
        == "Scheduled"
    )


@pytest.mark.parametrize("language", ["de", "es", "fr", "bn"])
def test_scripts_are_given_their_words(client, language):
    page = client.get("/", headers={"Accept-Language": language}).text
    assert f"/bundle/words-{language}.js?v=" in page
    words = client.get(f"/bundle/words-{language}.js").text
    assert '"%(one)s against %(two)s has started.":"' in words
    # What only an organizer's scripts say stands in a file of its own.
    assert "desk-words-" not in page
    assert "Choose a match first" not in words
    assert "Choose a match first" in client.get(f"/bundle/desk-words-{language}.js").text


def test_english_pages_need_no_catalog(client):
    assert "words-" not in client.get("/").text
    assert client.get("/bundle/words-en.js").status_code == 404
    assert client.get("/bundle/words-xx.js").status_code == 404


def test_a_board_speaks_what_its_address_says(client):
    tournament = make.scene().tournament
    board = f"/tournaments/{tournament.slug}/board/"
    assert lang(client.get(f"{board}?lang=bn", headers={"Accept-Language": "de"})) == "bn"
    assert lang(client.get(f"{board}?lang=xx", headers={"Accept-Language": "de"})) == "de"
    assert lang(client.get("/?lang=bn")) == "en"


def test_what_is_told_once_is_not_used_up_by_a_page_that_draws_itself_anew(web_client, app_context):
    reader = web_client(make.user())
    assert reader.post("/account/language", data={"language": "de"}).status_code == 303
    redrawn = reader.get("/account/", headers={"X-Redraw": "1"})
    assert "notice--good" not in redrawn.text
    told = reader.get("/account/").text
    assert "notice--good" in told
    # In the language that was chosen, not the one before.
    assert "Language saved." not in told
    assert "notice--good" not in reader.get("/account/").text
