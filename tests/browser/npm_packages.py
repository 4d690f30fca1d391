"""Built files of the npm packages in npm_packages.txt."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import tarfile
from pathlib import Path

from tests.paths import ROOT

_LIST = Path(__file__).with_name("npm_packages.txt")
_CACHE = ROOT / "build" / "npm"


def packaged_file(package: str, path: str) -> str:
    """Returns the text of a file of a package, which is fetched the first time.

    Args:
        package: Its name, one of those in the list; with its version, where the list has several.
        path: Where the file lies in the package.

    Raises:
        LookupError: The package is not listed.
        RuntimeError: It cannot be fetched, or is not what the list says.
    """
    name, version, integrity = _listed(package)
    archive = _CACHE / f"{name}-{version}.tgz"
    if not archive.exists():
        _fetch(f"{name}@{version}")
    algorithm, _, expected = integrity.partition("-")
    if hashlib.new(algorithm, archive.read_bytes()).digest() != base64.b64decode(expected):
        archive.unlink()
        raise RuntimeError(f"{name}@{version} is not what {_LIST.name} says; it was thrown away.")
    with tarfile.open(archive) as content:
        file = content.extractfile(f"package/{path}")
        assert file is not None
        return file.read().decode()


def _listed(package: str) -> tuple[str, str, str]:
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        specification, integrity = line.split()
        name, _, version = specification.rpartition("@")
        if package in {name, specification}:
            return name, version, integrity
    raise LookupError(f"{package} is not in {_LIST.name}.")


def _fetch(specification: str) -> None:
    _CACHE.mkdir(parents=True, exist_ok=True)
    command = [str(ROOT / "scripts" / "with-node"), "npm", "pack", "--silent", specification]
    result = subprocess.run(command, cwd=_CACHE, capture_output=True, text=True, check=False)
    if result.returncode:
        raise RuntimeError(f"{specification} could not be fetched from the npm registry:\n{result.stderr}")
