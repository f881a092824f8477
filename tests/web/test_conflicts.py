"""The conflict inbox as pages, with and without htmx, and what pages say of a change that makes conflicts."""

import re
from html import unescape

import pytest

from tests import factories
from tests.support.clashing import clash, clashes
from tests.support.queries import counted

PAGE = "/dashboard/conflicts/"


@pytest.fixture
def scene(app):
    return clash()


@pytest.fixture
def organizer(web_client, scene):
    return web_client(scene.organizer)


def rows(response):
    """The conflicts of a page, each as its HTML."""
    return re.findall(r'<li class="conflict" .*?</li>', response.text, re.DOTALL)


def words(html):
    """The text that is read, with blanks as a reader sees them."""
    return " ".join(unescape(re.sub(r"<[^>]*>", "", html)).split())


def buttons(html):
    """What each button sends, by what stands on it: address and fields."""
    found = {}
    for form in re.findall(r"<form .*?</form>", html, re.DOTALL):
        values = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        del values["csrf_token"]
        found[words(re.search(r"<button.*?</button>", form, re.DOTALL)[0])] = (
            re.search(r'action="([^"]+)"', form)[1],
            values,
        )
    return found


def offered(client, path=PAGE):
    """The buttons of all rows of a page."""
    return {name: sent for row in rows(client.get(path)) for name, sent in buttons(row).items()}


def undo_of(response):
    """What the button to undo sends."""
    (html,) = re.findall(r'<div class="notice[^"]* conflicts__done">.*?</div>', response.text, re.DOTALL)
    return buttons(html)["Undo"]


def test_a_row_says_what_clashes_when_and_what_to_do(scene, organizer):
    page = organizer.get(PAGE)
    (row,) = rows(page)
    assert "Court 1 has M1 (" in words(row)
    assert re.findall(r'<a href="(/matches/\d+/)">', row) == [f"/matches/{one.id}/" for one in scene.matches]
    assert f'datetime="{scene.after(0)}"' in row
    use, move, none = buttons(row)
    assert (use, none) == ("Use Court 2 for M2", "No station for M2")
    assert move.startswith("Move M2 to ")
    assert f'href="{PAGE}?tournament={scene.tournament.slug}"' in page.text


def test_an_empty_inbox_is_calm(web_client, app):
    page = web_client(factories.user()).get(PAGE)
    assert '<p class="empty__title">No conflicts.</p>' in page.text
    assert 'data-live-page="conflicts"' in page.text


def test_names_are_text(scene, organizer):
    factories.change(scene.stations[0], name="<b>{first}</b>")
    (row,) = rows(organizer.get(PAGE))
    assert "&lt;b&gt;{first}&lt;/b&gt; has <a" in row


def test_one_press_mends_and_another_takes_it_back(scene, organizer):
    answer = organizer.post(*offered(organizer)["Use Court 2 for M2"])
    assert answer.status_code == 303
    page = organizer.get(answer.location)
    assert "M2 has another station." in page.text
    assert factories.fresh(scene.matches[1]).station_id == scene.stations[1].id
    assert rows(page) == []
    answer = organizer.post(*undo_of(page))
    assert answer.status_code == 303
    page = organizer.get(answer.location)
    assert "Taken back" in page.text
    assert len(rows(page)) == 1
    assert factories.fresh(scene.matches[1]).station_id == scene.stations[0].id


@pytest.mark.parametrize("place", range(3))
def test_with_htmx_the_list_comes_back_with_what_was_done(scene, organizer, place):
    answer = organizer.post(*list(offered(organizer).values())[place], htmx=True)
    assert answer.status_code == 200
    assert 'data-total="0"' in answer.text
    assert '<hx-partial hx-target="#conflicts-outcome"' in answer.text
    assert "<html" not in answer.text
    assert organizer.post(*undo_of(answer), htmx=True).status_code == 200
    assert len(rows(organizer.get(PAGE))) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_who_comes_too_late_is_told(scene, organizer, htmx):
    mend = offered(organizer)["Use Court 2 for M2"]
    factories.change(scene.matches[1], version=5)
    answer = organizer.post(*mend, htmx=htmx)
    assert answer.status_code == 409
    assert "M2 (match" in answer.text and "was changed." in answer.text
    assert len(rows(answer)) == 1
    assert factories.fresh(scene.matches[1]).station_id == scene.stations[0].id


def test_an_undo_that_comes_too_late_is_told(scene, organizer):
    done = organizer.post(*offered(organizer)["Use Court 2 for M2"], htmx=True)
    factories.change(scene.matches[1], version=9)
    answer = organizer.post(*undo_of(done), htmx=True)
    assert answer.status_code == 409
    assert "Nothing was done." in answer.text
    assert factories.fresh(scene.matches[1]).station_id == scene.stations[1].id


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "move"},
        {"kind": "blow up", "change": "1,1,,"},
        {"kind": "move", "change": "1,1,,"},
        {"kind": "station", "change": "1,1,,"},
        {"kind": "station", "change": "x"},
        {"kind": "station", "change": "1,1,,77"},
        {"kind": "move", "change": "1,1,2020-01-01T00:00:00Z,"},
        {"kind": "move", "change": "1,1,2020-01-01T00:00:00,"},
    ],
)
def test_nonsense_is_refused_and_changes_nothing(scene, organizer, values):
    answer = organizer.post("/dashboard/conflicts/mend", values)
    assert answer.status_code == 400
    assert "Nothing was done." in answer.text
    assert factories.audit_rows(tournament_id=scene.tournament.id) == []


def test_only_who_runs_it_mends(scene, web_client, organizer):
    mend = offered(organizer)["Use Court 2 for M2"]
    assert web_client(factories.user()).post(*mend).status_code == 403
    assert web_client().post(*mend).location.startswith("/login")
    factories.change(scene.tournament, is_public=False)
    stranger = web_client(factories.user())
    assert stranger.post(*mend).status_code == 404
    assert stranger.get(f"{PAGE}?tournament={scene.tournament.slug}").status_code == 404


def test_pages_of_sixty(web_client, app):
    owner = factories.user()
    of = clashes(owner, 60)
    client = web_client(owner)
    page = client.get(PAGE)
    assert len(rows(page)) == 25
    assert "60 conflicts" in page.text
    one = f"{PAGE}?tournament={of.slug}"
    assert len(rows(client.get(f"{one}&page=3"))) == 10
    # A page that ran empty meanwhile is the last one that there is.
    assert len(rows(client.get(f"{one}&page=99", htmx=True))) == 10
    assert client.get(f"{PAGE}?page=nonsense").status_code == 200
    assert client.get(f"{PAGE}?tournament=nowhere").status_code == 404


def test_the_questions_asked_do_not_grow_with_the_list(app, web_client):
    spent = []
    for number in (1, 25):
        owner = factories.user()
        clashes(owner, number)
        client = web_client(owner)
        client.get(PAGE)
        with counted(app) as statements:
            assert len(rows(client.get(PAGE))) == number
        spent.append(len(statements))
    assert spent[0] == spent[1]


def test_the_groups_are_the_tournaments(scene, organizer):
    other = clash(scene.organizer, name="Night Cup")
    heads = re.findall(r'<h2 id="conflicts-of-\d+">(.*?)</h2>', organizer.get(PAGE).text)
    # Both clash at the same time: the one that was there first comes first.
    assert heads == [scene.tournament.name, "Night Cup"]
    only = organizer.get(f"{PAGE}?tournament={other.tournament.slug}")
    assert len(rows(only)) == 1
    assert scene.tournament.name not in only.text


def test_the_dashboard_and_the_desk_lead_there_with_the_count(scene, organizer):
    page = organizer.get("/dashboard/").text
    one = f"{PAGE}?tournament={scene.tournament.slug}"
    assert f'<a href="{PAGE}">1 conflict in your schedules</a>' in page
    assert f'<a href="{one}"><strong>1</strong> conflict<' in page
    desk = organizer.get(f"/tournaments/{scene.tournament.slug}/desk/").text
    assert f'href="{one}"' in desk
    (count,) = re.findall(r'hx-get="(/dashboard/conflicts/count[^"]*)"', desk)
    assert words(organizer.get(count, htmx=True).text) == "1"


# -- handovers -----------------------------------------------------------------------------------------------


def test_a_match_is_given_to_somebody_who_is_free(scene, organizer):
    erin, finn = factories.user("erin"), factories.user("finn")
    factories.change(scene.matches[1], station_id=None)
    asked = factories.change(
        scene.matches[0], coordinator_id=erin.id, coordinator_answer="hand_over", coordinator_note="Ill."
    )
    factories.match(scene.tournament, coordinator_id=finn.id, scheduled_time=factories.soon(900))
    (row,) = rows(organizer.get(PAGE))
    assert "erin asks to hand over M1 (" in words(row) and "Ill." in words(row)
    assign = buttons(row)["Assign finn"]
    answer = organizer.post(*assign, htmx=True)
    assert answer.status_code == 200
    assert "M1 has another coordinator." in answer.text
    assert factories.fresh(asked).coordinator_id == finn.id
    assert factories.fresh(asked).coordinator_answer == ""
    assert organizer.post(*assign, htmx=True).status_code == 409


# -- other pages ------------------------------------------------------------------------------------------------


@pytest.fixture
def quiet(scene):
    """The second match at a time of its own."""
    factories.change(scene.matches[1], scheduled_time=factories.soon(600))
    return scene


def _moved(scene, **more):
    return {
        "scheduled_time": f"{scene.at:%Y-%m-%dT%H:%M}", "stream_url": "https://e.org/typed",
        "station_id": scene.stations[0].id, "version": 1, **more,
    }  # fmt: skip


@pytest.mark.parametrize("view", ["match", "desk"])
def test_what_makes_a_conflict_is_saved_with_a_note(quiet, organizer, view):
    later = quiet.matches[1]
    answer = organizer.post(f"/matches/{later.id}/schedule", _moved(quiet, view=view), htmx=True)
    assert answer.status_code == 200
    assert "Schedule saved. Note: Court 1 has M1 (" in answer.text
    assert "notice--ask" in answer.text
    assert factories.fresh(later).scheduled_time == quiet.at


def test_without_htmx_the_note_is_a_flash(quiet, organizer):
    later = quiet.matches[1]
    answer = organizer.post(f"/matches/{later.id}/schedule", _moved(quiet, view="match"))
    assert answer.status_code == 303
    assert "Schedule saved. Note: Court 1 has" in organizer.get(answer.location).text


@pytest.mark.parametrize("view", ["match", "desk"])
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_refused_keeps_what_was_typed(quiet, organizer, view, htmx):
    factories.change(quiet.tournament, conflict_policy="refuse")
    later = quiet.matches[1]
    answer = organizer.post(f"/matches/{later.id}/schedule", _moved(quiet, view=view), htmx=htmx)
    assert answer.status_code == 400
    (form,) = re.findall(r'<form [^>]*data-verb="schedule".*?</form>', answer.text, re.DOTALL)
    assert "This was not saved. Court 1 has M1 (" in words(form)
    assert 'value="https://e.org/typed"' in form
    assert f'value="{quiet.at:%Y-%m-%dT%H:%M}"' in form
    assert factories.fresh(later).version == 1


def test_assigning_somebody_who_is_busy_is_noted_or_refused(scene, organizer):
    erin = factories.user("erin")
    factories.change(scene.matches[0], coordinator_id=erin.id)
    later = scene.matches[1]
    values = {"username": "erin", "coordinator_id": "", "version": 1, "view": "match"}
    factories.change(scene.tournament, conflict_policy="refuse")
    refused = organizer.post(f"/matches/{later.id}/assign-coordinator", values, htmx=True)
    assert refused.status_code == 400
    assert "erin coordinates M1 (" in refused.text
    factories.change(scene.tournament, conflict_policy="warn")
    saved = organizer.post(f"/matches/{later.id}/assign-coordinator", values, htmx=True)
    assert "Coordinator saved. Note: erin coordinates M1 (" in saved.text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("policy", ["warn", "refuse"])
def test_a_bulk_shows_its_conflicts_before_it_is_done(quiet, organizer, htmx, policy):
    factories.change(quiet.tournament, conflict_policy=policy)
    values = {
        "match_ids": [match.id for match in quiet.matches],
        "scheduled_time": f"{quiet.at:%Y-%m-%dT%H:%M}", "interval_minutes": 0, "preview": "1",
    }  # fmt: skip
    seen = organizer.post(f"/tournaments/{quiet.tournament.slug}/desk/bulk-schedule", values, htmx=htmx)
    assert seen.status_code == 200
    (notice,) = re.findall(r'<div class="notice[^>]*data-conflicts="1".*?</div>', seen.text, re.DOTALL)
    assert "Court 1 has M1 (" in words(notice)
    assert ("this tournament refuses those" in notice) is (policy == "refuse")
    del values["preview"]
    done = organizer.post(f"/tournaments/{quiet.tournament.slug}/desk/bulk-schedule", values, htmx=htmx)
    if policy == "refuse":
        assert done.status_code == 400
        assert 'data-conflicts="1"' in done.text
        assert factories.fresh(quiet.matches[1]).version == 1
    else:
        assert done.status_code in (204, 303)
