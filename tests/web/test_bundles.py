"""GET /bundle/<name>: the files that every page needs, in one answer."""

import gzip
import re
from pathlib import Path

import pytest

from app.web.bundles import BUNDLES, get_bundle
from app.web.security import CONTENT_POLICY

STATIC = Path(__file__).parents[2] / "static"


@pytest.mark.parametrize("name", BUNDLES)
def test_a_bundle_holds_its_files_in_order(client, name):
    response = client.get(f"/bundle/{name}?v=x")
    ends = [(STATIC / part).read_text().strip()[-40:] for part in BUNDLES[name]]
    places = [response.text.find(end) for end in ends]
    assert places == sorted(set(places) - {-1})
    assert response.mimetype == ("text/css" if name.endswith(".css") else "text/javascript")
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Security-Policy"] == CONTENT_POLICY
    assert "Accept-Encoding" in response.headers["Vary"]


@pytest.mark.parametrize("name", BUNDLES)
def test_it_is_compressed_for_who_takes_that(client, name):
    plain = client.get(f"/bundle/{name}")
    packed = client.get(f"/bundle/{name}", headers={"Accept-Encoding": "gzip, deflate"})
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 2


def test_comments_stay_at_home_and_licences_go_along(tmp_path):
    for part in (*BUNDLES["page.css"], *BUNDLES["page.js"]):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_text("/* why */\na { color: red; } /* two\nlines */\nb {}\n")
    for part in BUNDLES["page.js"]:
        (tmp_path / part).write_text('// why\nsay("// no comment");  // said\n')
    assert get_bundle(tmp_path, "page.css").body.startswith(b"a { color: red; } b {}\n\na {")
    theirs, ours = b'// why\nsay("// no comment");  // said\n', b'say("// no comment");  // said\n'
    assert get_bundle(tmp_path, "page.js").body == b"\n".join(
        [theirs, *[ours] * (len(BUNDLES["page.js"]) - 1)]
    )


def test_who_has_it_is_sent_nothing(client):
    etag = client.get("/bundle/page.css").headers["ETag"]
    again = client.get("/bundle/page.css", headers={"If-None-Match": etag})
    assert (again.status_code, again.data) == (304, b"")


def test_without_its_digest_it_is_asked_for_each_time(client):
    assert client.get("/bundle/page.css").headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("name", ["nothing.css", "..%2Fcss%2Ftokens.css", "tokens.css"])
def test_there_are_no_others(client, name):
    assert client.get(f"/bundle/{name}").status_code == 404


def test_pages_ask_for_them_by_their_content(client):
    text = client.get("/").text
    asked = dict(re.findall(r"/bundle/([\w.]+)\?v=(\w+)", text))
    assert asked == {name: get_bundle(STATIC, name).digest for name in BUNDLES}


def test_the_address_changes_with_a_file(tmp_path):
    for part in BUNDLES["page.css"]:
        (tmp_path / part).parent.mkdir(exist_ok=True)
        (tmp_path / part).write_text("a {}")
    before = get_bundle(tmp_path, "page.css").digest
    (tmp_path / "css/match.css").write_text("b {}")
    assert get_bundle(tmp_path, "page.css").digest != before
