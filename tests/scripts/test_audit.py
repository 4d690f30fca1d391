"""`make audit` tells findings, nothing found, and nothing looked up apart."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

_PIP_FOUND = "Found 2 known vulnerabilities in 1 package\nName Version ID\npillow 1.0 CVE-1\n"
_PIP_AWAY = "Name Skip Reason\npillow Dependency not found on PyPI and could not be audited: pillow (1.0)\n"
_NPM_FOUND = "vite 1.0\n1 high severity vulnerability\n"
_NPM_AWAY = "npm error audit endpoint returned an error\n"


@pytest.mark.parametrize(
    ("pip", "npm", "status", "told"),
    [
        (("No known vulnerabilities found", 0), ("found 0 vulnerabilities", 0), 0, "Nothing known."),
        ((_PIP_FOUND, 1), ("found 0 vulnerabilities", 0), 1, "CVE-1"),
        (("No known vulnerabilities found", 0), (_NPM_FOUND, 1), 1, "1 high severity"),
        # pip-audit calls that a success.
        ((_PIP_AWAY, 0), (_NPM_AWAY, 1), 2, "NOT AUDITED"),
        (("No known vulnerabilities found", 0), (_NPM_AWAY, 1), 2, "not everything could be looked up"),
        # A finding counts, whatever else was not looked up.
        ((_PIP_FOUND, 1), (_NPM_AWAY, 1), 1, "Findings"),
    ],
)
def test_status_says_whether_it_was_looked_up(
    tmp_path: Path, pip: tuple[str, int], npm: tuple[str, int], status: int, told: str
) -> None:
    scripts = tmp_path / "scripts"
    scripts.mkdir()
    shutil.copy(ROOT / "scripts" / "audit", scripts)
    for name, (output, code) in (("pip", pip), ("with-node", npm)):
        (scripts / name).write_text(f"#!/bin/sh\ncat <<'END'\n{output}\nEND\nexit {code}\n")
    (scripts / "uv").write_text(f"#!/bin/sh\necho {scripts}/pip\n")
    for script in scripts.iterdir():
        script.chmod(0o755)
    ended = subprocess.run([scripts / "audit"], capture_output=True, text=True, check=False)
    assert ended.returncode == status
    assert told in ended.stdout + ended.stderr
