"""What is lent to Rasa is needed: without it, Rasa cannot be imported or cannot do its work."""

from __future__ import annotations

import subprocess
import sys

import pytest

from engine.compatibility import LENT, LentAttribute
from tests.paths import ROOT


def run(*lines: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "\n".join(lines)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def prepared_without(name: str) -> list[str]:
    """Returns lines that prepare everything but one attribute."""
    return [
        "from engine import compatibility",
        f"compatibility.LENT = tuple(lent for lent in compatibility.LENT if lent.name != {name!r})",
        "import engine.serving",
    ]


@pytest.mark.parametrize("lent", LENT, ids=lambda lent: lent.name)
def test_each_attribute_is_still_needed(lent: LentAttribute) -> None:
    result = run(*prepared_without(lent.name), f"import {lent.needed_by}")
    assert result.returncode != 0, f"Rasa no longer needs {lent.name}: lend it no more."
    assert lent.name in result.stderr
    assert run(*prepared_without(""), f"import {lent.needed_by}").returncode == 0


def test_package_resources_are_still_needed() -> None:
    imported = "import rasa.engine.training.fingerprinting"
    without = run("import engine.serving, sys", "del sys.modules['pkg_resources']", imported)
    assert "No module named 'pkg_resources'" in without.stderr
    assert run("import engine.serving", imported).returncode == 0


def test_package_resources_find_files_and_versions() -> None:
    result = run(
        "import engine.serving, pkg_resources, rasa",
        "path = pkg_resources.resource_filename('rasa.shared.utils.validation', 'schemas/events.py')",
        "print(path.endswith('rasa/shared/utils/schemas/events.py'))",
        "print(pkg_resources.get_distribution('rasa').version == rasa.__version__)",
        "import jieba",
        "print(len(jieba.get_module_res('dict.txt').read()) > 1_000_000)",
    )
    assert result.stdout.split() == ["True"] * 3, result.stderr
