"""Each requirement of Rasa that is not met as upstream asks has a reason, and no reason has outlived its own."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, requires, version

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

from tests.paths import ROOT

# Where upstream's markers hold: the one Python that Rasa 3.6.21 and its TensorFlow are made for, on Linux.
UPSTREAM = {
    "python_version": "3.10",
    "python_full_version": "3.10.13",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "extra": "",
}
BOUNDS = tomllib.loads((ROOT / "requirements" / "rasa_bounds.toml").read_text(encoding="utf-8"))


def normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str = "bot.txt") -> dict[str, str]:
    """Returns what a lock installs, by default that of `make run`."""
    lines = (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([\w.-]+)==([^ ;]+)", line) for line in lines)
    return {normalised(match[1]): match[2] for match in found if match}


def asked(package: str) -> dict[str, Requirement]:
    """Returns what a package asks for, by name."""
    found = (Requirement(line) for line in requires(package) or ())
    return {normalised(each.name): each for each in found if each.marker is None or each.marker.evaluate(UPSTREAM)}


def unmet(package: str) -> tuple[set[str], set[str]]:
    """Returns which requirements are met by another version than upstream allows, and which by none."""
    have = locked()
    wanted = asked(package)
    missing = set(wanted) - set(have)
    other = {name for name in set(wanted) - missing if not wanted[name].specifier.contains(Version(have[name]))}
    return other, missing


@pytest.mark.parametrize("package", ["rasa", "rasa-sdk"])
def test_the_release_is_the_one_that_the_reasons_are_about(package: str) -> None:
    assert version(package) == BOUNDS[package]["version"]


@pytest.mark.parametrize("package", ["rasa", "rasa-sdk"])
def test_each_unmet_requirement_has_a_reason(package: str) -> None:
    other, missing = unmet(package)
    assert set(BOUNDS[package]["lifted"]) == other
    assert set(BOUNDS[package].get("left_out", {})) == missing
    assert all({**BOUNDS[package]["lifted"], **BOUNDS[package].get("left_out", {})}.values())


def test_what_is_left_out_is_not_there() -> None:
    for name in set(BOUNDS["rasa"]["left_out"]) - set(locked("dev.txt")):
        with pytest.raises(PackageNotFoundError):
            version(name)


def test_a_requirement_without_a_reason_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(BOUNDS["rasa"]["lifted"], "numpy")
    with pytest.raises(AssertionError):
        test_each_unmet_requirement_has_a_reason("rasa")
