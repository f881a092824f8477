"""/api/openapi.json and /api/docs: everything is described, from what the code reads and answers."""

import re

from tests import factories
from tests.api.support import MATCHES, url

METHODS = {"get", "post", "put", "patch", "delete"}
EIGHT = [
    "MatchList", "Match", "MatchUpdate", "LobbyInfo", "BulkSchedule", "CoordinatorAssignment", "MatchStart",
    "ResultSubmission",
]  # fmt: skip


def described(api_client):
    response = api_client().get("/api/openapi.json")
    assert response.status_code == 200
    return response.json


def operations(spec):
    return {
        (method, path): operation
        for path, item in spec["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }


def test_every_address_is_described(app, api_client):
    spec = described(api_client)
    assert spec["openapi"].startswith("3.1")
    known = operations(spec)
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/api/") or rule.endpoint in ("api_openapi", "api_docs"):
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods - {"HEAD", "OPTIONS"}:
            operation = known[(method.lower(), path)]
            assert operation["summary"], path
            assert operation["tags"], path


def test_every_path_parameter_is_described_as_what_it_is(app, api_client):
    spec = described(api_client)
    for path, item in spec["paths"].items():
        names = set(re.findall(r"{(\w+)}", path))
        declared = {
            parameter["name"]: parameter
            for holder in (item, *(item.get(method, {}) for method in METHODS))
            for parameter in holder.get("parameters", [])
            if parameter["in"] == "path"
        }
        assert declared.keys() == names, path
        assert all(parameter["schema"]["type"] for parameter in declared.values())


def test_the_eight_shapes_of_the_original_are_there(app, api_client):
    schemas = described(api_client)["components"]["schemas"]
    assert set(EIGHT) <= schemas.keys()
    assert schemas["BulkSchedule"]["required"] == ["match_ids", "scheduled_time"]
    assert schemas["LobbyInfo"]["properties"]["region"]["maxLength"] == 20
    assert {"type", "title", "status", "detail", "errors"} == schemas["Problem"]["properties"].keys()


def test_every_operation_describes_its_errors_as_problem_documents(app, api_client):
    spec = described(api_client)
    for operation in operations(spec).values():
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
    content = spec["components"]["responses"]["DEFAULT_ERROR"]["content"]
    assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    assert {"bearer": []} in spec["security"]


def test_every_reference_leads_somewhere(app, api_client):
    spec = described(api_client)
    for reference in set(re.findall(r'"\$ref":\s*"#/([^"]+)"', api_client().get("/api/openapi.json").text)):
        found = spec
        for part in reference.split("/"):
            found = found[part]


def test_answers_have_the_fields_that_are_described(app, api_client):
    scene = factories.scene("DISPUTED")
    schemas = described(api_client)["components"]["schemas"]
    client = api_client(scene.organizer)
    document = client.get(url(scene.match)).json
    # What hides the lobby is told only to those from whom it is hidden.
    assert document.keys() == schemas["Match"]["properties"].keys() - {"lobby_reveal"}
    assert document["dispute"].keys() == schemas["Dispute"]["properties"].keys()
    assert document["result"].keys() == schemas["PendingResult"]["properties"].keys()
    row = client.get(MATCHES).json["results"][0]
    assert row.keys() == schemas["MatchList"]["properties"].keys()
    version = client.get(url(scene.match, "results")).json["results"][0]
    assert version.keys() == schemas["ResultVersion"]["properties"].keys()


def test_the_page_names_every_operation_and_shape(app, client, api_client):
    page = client.get("/api/docs")
    assert page.status_code == 200
    assert page.mimetype == "text/html"
    spec = described(api_client)
    for _, path in operations(spec):
        assert f"<code>{path}</code>" in page.text
    for name in spec["components"]["schemas"]:
        assert f'id="schema-{name}"' in page.text
    for link in re.findall(r'href="#([^"]+)"', page.text):
        assert f'id="{link}"' in page.text, link


def test_the_page_fetches_nothing_from_elsewhere(app, client):
    page = client.get("/api/docs").text
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "<script>" not in page


def test_the_openapi_command_is_not_offered(app):
    assert "openapi" not in app.cli.commands
