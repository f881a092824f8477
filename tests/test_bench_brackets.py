"""The measurements of a large bracket run to their end, on a small one."""

import subprocess
import sys

from tests.support.processes import ROOT, clean_environment


def test_what_a_bracket_costs_is_told(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.brackets", "--entrants", "16"],
        cwd=ROOT,
        env=clean_environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
    machine, made, drawn, confirmed = done.stdout.splitlines()
    assert machine.endswith("double elimination of 16.")
    assert made.startswith("made")
    assert drawn.startswith("drawn")
    assert "statements" in confirmed
