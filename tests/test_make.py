"""The commands of a newcomer, as far as they can be run without a network."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.processes import ROOT, clean_environment

COMMANDS = {"run", "test", "coverage", "check", "words", "bench", "pictures", "help"}


def run(*command, **environ):
    return subprocess.run(
        command,
        cwd=ROOT,
        env=clean_environment(**environ),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def machine(tmp_path):
    """A folder of programs that is all a machine has: `machine(name, script)` adds one."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def add(name: str, script: str) -> str:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return str(folder)

    return add


def test_make_alone_says_what_each_command_does():
    told = run("make", "--no-print-directory")
    assert told.returncode == 0
    lines = dict(line.split("\t") for line in told.stdout.splitlines())
    assert set(lines) == COMMANDS
    assert all(lines.values())


def test_a_port_given_to_make_reaches_the_server():
    told = run("make", "--dry-run", "--print-data-base", "run", "PORT=8123")
    assert "export HOST PORT" in (ROOT / "Makefile").read_text()
    assert re.search(r"^PORT = 8123$", told.stdout, re.MULTILINE)


def test_an_old_python_is_named_and_nothing_is_made(machine, tmp_path):
    path = machine("python3", '[ "$1" = --version ] && echo "Python 3.9.2" && exit 0; exit 1')
    told = run("deploy/make-venv", str(tmp_path / "venv"), "requirements.txt", PATH=path, PYTHON="")
    assert told.returncode == 1
    assert "needs Python 3.11 or newer; this machine has: Python 3.9.2." in told.stderr
    assert not (tmp_path / "venv").exists()


def test_a_machine_without_python_is_told_so(machine, tmp_path):
    path = machine("true", "exit 0")
    told = run("deploy/make-venv", str(tmp_path / "venv"), "requirements.txt", PATH=path, PYTHON="")
    assert told.returncode == 1
    assert "this machine has: no python3." in told.stderr


def test_a_python_without_venv_says_what_to_install(machine, tmp_path):
    path = machine("python3", '[ "$2" = venv ] && exit 1; exit 0')
    told = run("deploy/make-venv", str(tmp_path / "venv"), "requirements.txt", PATH=path, PYTHON="")
    assert told.returncode == 1
    assert "apt install python3-venv" in told.stderr


def test_production_gets_no_demo():
    told = run("deploy/load-demo", "no/such/folder", MATCHDESK_ENV="production")
    assert told.returncode == 0
    assert "create-user" in told.stdout


@pytest.mark.parametrize("script", [".ci/run", "deploy/make-venv", "deploy/load-demo"])
def test_scripts_can_be_run_and_parsed(script):
    path = ROOT / script
    assert os.access(path, os.X_OK)
    shell = path.read_text().splitlines()[0].rsplit("/", 1)[-1].removeprefix("env ")
    assert run(shutil.which(shell), "-n", script).returncode == 0


def test_every_range_has_an_end():
    for name in ("requirements.txt", "requirements-solver.txt", "requirements-dev.txt"):
        for line in Path(ROOT / name).read_text().splitlines():
            requirement = line.split("#")[0].split(";")[0].strip()
            if requirement and not requirement.startswith("-r"):
                assert ">=" in requirement, requirement
                if not requirement.startswith(("tzdata", "packaging")):
                    assert "<" in requirement, requirement
