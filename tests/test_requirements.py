"""requirements/bot.txt is enough to serve, and the other locks are of one piece with it."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest

from tests.paths import ROOT

# Serves one turn where only the modules of bot.txt can be imported, as in an environment made from it.
SERVE = """
import sys
from importlib.abc import MetaPathFinder
hidden = set(sys.argv[1].split(","))
class Hide(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in hidden:
            raise ModuleNotFoundError(f"bot.txt does not hold what {name} belongs to", name=name)
sys.meta_path.insert(0, Hide())
import engine.serving
import asyncio
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig
from engine.serving import command_line
from engine.serving.agent import load_serving_agent, open_stores
from engine.serving.local_actions import LocalActionEndpoint
store = EndpointConfig(type="SQL", dialect="sqlite", db=sys.argv[2])
endpoints = AvailableEndpoints(action=LocalActionEndpoint("actions"), tracker_store=store)
agent = load_serving_agent("models/uwallet.tar.gz", endpoints)
asyncio.run(open_stores(agent, endpoints))
print(len(asyncio.run(agent.handle_text("/forgot_password"))), "answers")
"""


def locked(name: str) -> dict[str, str]:
    """Returns the versions of the packages in a lock file."""
    lines = (ROOT / "requirements" / name).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([\w.-]+)==([^ ;]+)", line) for line in lines)
    return {re.sub(r"[-_.]+", "-", match[1]).lower(): match[2] for match in found if match}


def normalised(names: list[str]) -> set[str]:
    return {re.sub(r"[-_.]+", "-", name).lower() for name in names}


def test_serving_imports_nothing_that_the_lock_leaves_out(tmp_path: object) -> None:
    kept = set(locked("bot.txt"))
    left_out = set(locked("dev.txt")) - kept
    assert {"matplotlib", "dask", "pytest"} <= left_out
    hidden = [name for name, owners in packages_distributions().items() if not normalised(owners) & kept]
    assert {"matplotlib", "dask", "pytest"} <= set(hidden)
    result = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SERVE, ",".join(hidden), f"{tmp_path}/conversations.db"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "2 answers"


@pytest.mark.parametrize("name", ["dev.txt", "integrations.txt"])
def test_the_locks_agree(name: str) -> None:
    full = locked("bot.txt")
    other = locked(name)
    assert {package: other[package] for package in set(other) & set(full)} == {
        package: full[package] for package in set(other) & set(full)
    }
