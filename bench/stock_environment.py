"""The environment of the stock stack: made on the first use, renewed when its requirements change."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / ".venv-bench"
REQUIREMENTS = ROOT / "requirements-bench.txt"
READY = FOLDER / ".ready"
# Without a network an installation fails soon, and not after minutes.
IMPATIENT = {"PIP_RETRIES": "1", "PIP_DEFAULT_TIMEOUT": "10"}


def python() -> Path | None:
    """The Python that has the stock stack; None, and why on standard error, where it cannot be installed."""
    if not READY.exists() or READY.stat().st_mtime < REQUIREMENTS.stat().st_mtime:
        command = [ROOT / "deploy" / "make-venv", FOLDER, REQUIREMENTS]
        environ = {**IMPATIENT, **os.environ, "PYTHON": sys.executable}
        made = subprocess.run(command, env=environ, stdout=sys.stderr, check=False)
        if made.returncode:
            print("The stock stack cannot be installed; measuring beside the limit alone.", file=sys.stderr)
            return None
        READY.touch()
    return FOLDER / "bin" / "python"
