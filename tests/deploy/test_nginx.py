"""A real nginx with the configuration in `deploy/`, in front of two real instances."""

import re
import time
from collections import Counter

import pytest
import requests
from requests.adapters import HTTPAdapter

from tests import factories
from tests.live.conftest import desk_on, writes_left
from tests.live.listener import call, cookies, csrf_of, sign_in, token, until

WAIT = {"timeout": 10}


def clients_of(instance) -> int:
    figures = requests.get(f"{instance.url}/metrics", **WAIT).text
    found = re.findall(r"^matchdesk_clients(?:{[^}]*})? (\d+)", figures, re.MULTILINE)
    assert found, figures
    return sum(map(int, found))


def counts(site) -> list[int]:
    return [clients_of(instance) for instance in site.instances]


def browser_of(address: str) -> requests.Session:
    """A browser that comes from this address of the loopback network."""

    class From(HTTPAdapter):
        def init_poolmanager(self, *args, **options):
            super().init_poolmanager(*args, **options, source_address=(address, 0))

    browser = requests.Session()
    browser.mount("https://", From())
    return browser


def kind_of(answer: requests.Response) -> str:
    # A script has two names, and a browser takes both.
    return answer.headers["Content-Type"].partition(";")[0].replace("application/j", "text/j")


def channel_of(scene) -> str:
    return f"tournament_{scene.tournament.id}"


def test_a_push_reaches_everybody_whatever_their_instance_and_transport(site, listen):
    scene = factories.scene()
    until(lambda: counts(site) == [0, 0])
    sockets = [listen() for _ in range(6)]
    # Whoever has fewer gets the next one.
    assert counts(site) == [3, 3]
    # Each address stays with its instance; another may have the other one.
    addresses = [f"127.0.0.{number}" for number in range(20, 28)]
    polling = [listen(browser=browser_of(address), transports=["polling"]) for address in addresses]
    assert min(counts(site)) > 3
    upgraded = [listen(transports=["polling", "websocket"]) for number in range(4)]
    assert [listener.transport() for listener in (*polling, *upgraded)] == ["polling"] * 8 + ["websocket"] * 4
    everybody = [*sockets, *polling, *upgraded]
    for listener in everybody:
        assert listener.subscribe(channel_of(scene))["ok"]

    access = token(site.nginx, scene.organizer)
    for verb in ("start", "undo-start", "start"):
        call(site.nginx, access, "POST", f"matches/{scene.match.id}/{verb}/")

    for listener in everybody:
        listener.wait(3)
        assert listener.names() == ["match.started", "match.ready", "match.started"]
        assert listener.seqs() == [1, 2, 3]


def test_a_session_made_on_one_instance_works_on_the_other(site, listen):
    scene = factories.scene()
    browser = sign_in(site.nginx, scene.organizer)
    assert all(cookie.secure for cookie in browser.cookies)
    desk = f"/tournaments/{scene.tournament.slug}/desk/"
    for instance in site.instances:
        answer = requests.get(
            f"{instance.url}{desk}", headers=cookies(browser), allow_redirects=False, **WAIT
        )
        assert answer.status_code == 200
    page = listen(
        headers=cookies(browser),
        auth={"page": "desk", "id": scene.tournament.id, "seq": 0},
    )
    # The form that one instance drew is taken by the other, whichever it is.
    for verb in ("start", "undo-start", "start"):
        form = browser.get(f"{site.nginx.url}/matches/{scene.match.id}/", **WAIT).text
        data = {"csrf_token": csrf_of(form), "version": factories.fresh(scene.match).version}
        sent = browser.post(
            f"{site.nginx.url}/matches/{scene.match.id}/{verb}",
            data=data,
            headers={"Referer": site.nginx.url},
            allow_redirects=False,
            **WAIT,
        )
        assert sent.status_code == 303, sent.text
    page.wait(3)


def test_a_limit_counts_for_all_instances_together(site, redis_server, tmp_path):
    scene = factories.scene()
    desk = desk_on(site.instances[0].database_url, tmp_path, REDIS_URL=redis_server.url)
    access = token(site.nginx, scene.organizer)

    def write(instance) -> requests.Response:
        address = f"{instance.url}/api/tournaments/matches/{scene.match.id}/start/"
        return requests.post(address, headers={"Authorization": f"Bearer {access}"}, **WAIT)

    with writes_left(desk, scene.organizer, 2):
        statuses = [write(instance).status_code for instance in (*site.instances, *site.instances)]
    assert statuses == [200, 400, 429, 429]
    assert len(factories.audit_rows(match_id=scene.match.id)) == 1


def test_failed_sign_ins_count_for_all_instances_and_by_the_clients_own_address(site):
    user = factories.user()

    def attempts(address: str, number: int) -> Counter:
        browser = browser_of(address)
        body = {"username": user.username, "password": "wrong horse 7"}
        url = f"{site.nginx.url}/api/auth/login/"
        # What a client claims of its address is not believed.
        claims = [
            {"X-Forwarded-For": f"10.9.8.{each}", "Forwarded": "for=10.1.1.1"} for each in range(number)
        ]
        return Counter(browser.post(url, json=body, headers=claim, **WAIT).status_code for claim in claims)

    assert attempts("127.0.0.7", 12) == {401: 10, 429: 2}
    assert attempts("127.0.0.8", 1) == {401: 1}


def test_the_audit_has_the_clients_address(site):
    scene = factories.scene()
    header = {"Authorization": f"Bearer {token(site.nginx, scene.organizer)}", "X-Real-IP": "10.1.2.3"}
    url = f"{site.nginx.url}/api/tournaments/matches/{scene.match.id}/start/"
    assert browser_of("127.0.0.9").post(url, headers=header, **WAIT).ok
    assert [row.ip for row in factories.audit_rows(match_id=scene.match.id)] == ["127.0.0.9"]


def test_each_answer_has_an_id_that_the_log_knows_and_no_secret_of_an_address(site):
    answers = [
        requests.get(f"{site.nginx.url}{path}", headers={"X-Request-ID": "mine"}, **WAIT)
        for path in (
            "/",
            "/join/very-secret?key=secret-too",
            "/calendar/very-secret.ics",
            "/static/css/base.css",
        )
    ]
    ids = [answer.headers["X-Request-ID"] for answer in answers]
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids) and len(set(ids)) == 4
    until(lambda: ids[2] in site.nginx.access_log.read_text())
    log = site.nginx.access_log.read_text()
    assert ids[0] in log and "secret" not in log and '"GET /join/... ' not in log.replace('..."', "")


def test_static_files_are_kept_and_packed(site):
    page = requests.get(f"{site.nginx.url}/", **WAIT).text
    for path in re.findall(r'(?:href|src)="(/(?:static|bundle)/[^"]+)"', page):
        direct = requests.get(f"{site.instances[0].url}{path}", **WAIT)
        answer = requests.get(f"{site.nginx.url}{path}", **WAIT)
        assert (answer.status_code, answer.content) == (200, direct.content)
        for name in ("Cache-Control", "X-Content-Type-Options"):
            assert answer.headers[name] == direct.headers[name]
        assert kind_of(answer) == kind_of(direct)
        if path.startswith("/bundle/"):
            assert answer.headers["Content-Encoding"] == "gzip"
    bare = requests.get(f"{site.nginx.url}/static/css/base.css", **WAIT)
    assert bare.headers["Cache-Control"] == "no-cache"
    assert bare.headers["Content-Encoding"] == "gzip"
    assert requests.get(f"{site.nginx.url}/static/../wsgi.py", **WAIT).status_code == 404


def test_what_does_not_pass(site):
    assert requests.get(f"{site.nginx.url}/metrics", **WAIT).status_code == 404
    large = requests.post(f"{site.nginx.url}/api/auth/login/", data=b"x" * 2_000_000, **WAIT)
    assert large.status_code == 413
    plain = requests.get(f"http://localhost:{site.nginx.plain_port}/a?b=c", allow_redirects=False, **WAIT)
    assert (plain.status_code, plain.headers["Location"]) == (308, "https://localhost/a?b=c")


def test_an_instance_may_go_and_come_back(site, listen):
    scene = factories.scene()
    access = token(site.nginx, scene.organizer)
    listeners = [listen() for _ in range(4)]
    other = site.instances[1]
    other.kill()
    until(lambda: sum(listener.is_connected() for listener in listeners) == 2)
    # Nobody notices but those who were connected to it.
    for number in range(10):
        verb = "undo-start" if number % 2 else "start"
        call(site.nginx, access, "POST", f"matches/{scene.match.id}/{verb}/")
    again = [listen() for _ in range(2)]
    polling = listen(transports=["polling"])
    for listener in (*again, polling):
        assert listener.subscribe(channel_of(scene), after=0)["ok"]
        listener.wait(10)
        assert listener.seqs() == list(range(1, 11))
    other.start()
    # Within a second it is asked again, and has fewest.
    time.sleep(1.2)
    before = clients_of(other)
    fresh = [listen() for _ in range(6)]
    assert clients_of(other) > before
    call(site.nginx, access, "POST", f"matches/{scene.match.id}/start/")
    for listener in fresh:
        assert listener.subscribe(channel_of(scene), after=10)["ok"]
        listener.wait(1)


@pytest.mark.parametrize("name", ["X-Forwarded-Proto", "X-Forwarded-Host"])
def test_instances_believe_nobody_but_the_proxy(site, name):
    answer = requests.get(
        f"{site.nginx.url}/desk", headers={name: "evil.example"}, allow_redirects=False, **WAIT
    )
    assert "evil" not in answer.headers.get("Location", "")
