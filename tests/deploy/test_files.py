"""What is installed from `deploy/`: whole, hardened, and without a secret of its own."""

import configparser
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from app.config import RefusedToStart, Settings
from tests.support.processes import OUR_SETTINGS, ROOT

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
NEEDED = {"SECRET_KEY", "POSTGRES_PASSWORD"}


@pytest.fixture(scope="module")
def compose() -> dict:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def texts(value: object) -> Iterator[str]:
    """All texts in a document."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def test_compose_has_two_instances_that_are_the_same(compose):
    services = compose["services"]
    assert set(services) == {"app1", "app2", "migrate", "nginx", "postgres", "redis"}
    assert services["app1"] == services["app2"]
    assert not [name for name in services if name != "nginx" and "ports" in services[name]]
    instances = (DEPLOY / "instances.compose.conf").read_text()
    port = services["app1"]["environment"]["PORT"]
    assert re.findall(r"^server (\S+)", instances, re.MULTILINE) == [f"app1:{port}", f"app2:{port}"]


def test_each_service_is_waited_for_until_it_is_healthy(compose):
    image = (DEPLOY / "Dockerfile").read_text()
    assert "HEALTHCHECK" in image and "/healthz" in image
    for name, service in compose["services"].items():
        assert "build" in service or service["healthcheck"]["test"], name
        for condition in service.get("depends_on", {}).values():
            assert condition["condition"] in ("service_healthy", "service_completed_successfully")


def test_compose_has_no_secret_and_starts_with_none_missing(compose):
    required = {name for text in texts(compose) for name in re.findall(r"\$\{(\w+):\?", text)}
    optional = {name for text in texts(compose) for name in re.findall(r"\$\{(\w+):-\}", text)}
    assert required == NEEDED
    assert optional == {"ALLOWED_ORIGINS", "METRICS_TOKEN"}
    named = {name for text in texts(compose) for name in re.findall(r"\$\{(\w+)", text)}
    assert named == required | optional


def test_the_application_accepts_what_compose_gives_it(compose, tmp_path):
    given = {"SECRET_KEY": "x" * 32, "POSTGRES_PASSWORD": "abc123"}
    environ = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: given.get(found[1], ""), value)
        for name, value in compose["services"]["app1"]["environment"].items()
    }
    assert set(environ) <= set(OUR_SETTINGS)
    settings = Settings.from_env(environ, instance_path=tmp_path)
    assert settings.is_production and settings.redis_url and not settings.uses_sqlite
    proxy = compose["services"]["nginx"]["networks"]["inside"]["ipv4_address"]
    assert [str(network) for network in settings.trusted_proxies] == [f"{proxy}/32"]


def test_what_compose_and_the_image_take_from_the_project_is_there(compose):
    mounts = [mount.split(":")[0] for mount in compose["services"]["nginx"]["volumes"]]
    for path in mounts:
        assert not path.startswith(".") or path == "./tls" or (DEPLOY / path).exists(), path
    for line in re.findall(r"^COPY (.+)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE):
        for path in line.split()[:-1]:
            assert (ROOT / path).exists(), path
            assert f"!{path}" in (DEPLOY / "Dockerfile.dockerignore").read_text().split()


def read_env(path: Path) -> dict[str, str]:
    lines = (line for line in path.read_text().splitlines() if line and not line.startswith("#"))
    return dict(line.split("=", 1) for line in lines)


def test_the_example_of_an_environment_starts_only_once_it_is_filled_in(tmp_path):
    environ = read_env(DEPLOY / "matchdesk.env.example")
    assert {name for name, value in environ.items() if not value} == {*NEEDED, "DATABASE_URL"}
    assert set(environ) <= {*OUR_SETTINGS, "POSTGRES_PASSWORD"}
    with pytest.raises(RefusedToStart, match="SECRET_KEY"):
        Settings.from_env(environ, instance_path=tmp_path)
    filled = environ | {
        "SECRET_KEY": "x" * 32,
        "DATABASE_URL": "postgresql://matchdesk:abc@localhost/matchdesk",
    }
    assert Settings.from_env(filled, instance_path=tmp_path).is_production


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_units_are_hardened_and_have_room_for_sockets(path):
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str
    unit.read(path)
    service = unit["Service"]
    assert service["User"] == "matchdesk"
    assert (service["NoNewPrivileges"], service["ProtectSystem"]) == ("yes", "strict")
    program = Path(service["ExecStart"].split()[0]).relative_to("/srv/matchdesk/.venv/bin").name
    assert program in ("gunicorn", "flask")
    if program == "gunicorn":
        config = (DEPLOY / "gunicorn.conf.py").read_text()
        wanted = int(re.search(r"^OPEN_FILES = ([\d_]+)", config, re.MULTILINE)[1])
        assert int(service["LimitNOFILE"]) == wanted == 65_536


def test_units_and_compose_make_the_tables_by_the_same_command(compose):
    called = " ".join(compose["services"]["migrate"]["command"])
    assert called == "flask --app wsgi db upgrade"
    assert f"/{called}\n" in (DEPLOY / "systemd" / "matchdesk-migrate.service").read_text()
