"""Writes all knowledge into one file, and reads such a file back: `make knowledge-export`, `make knowledge-import`.

A bundle is a zip of `data/knowledge/`, the examples (`data/nlu/`, `data/questions/`, `data/lexicon/`) and `bundle.json`
with format, version and the SHA-256 of every file and of all together. The same files give the same bytes: entries are
sorted, have one date and one mode, and are stored as they are, since compressors differ.

An import is checked before anything is written: its hashes, and its files beside the others of this checkout as
`make check-knowledge` does. Files that the bundle does not have are removed from the folders that it covers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from scripts.check_knowledge import check
from scripts.local import ROOT

FORMAT = 1
MANIFEST = "bundle.json"
FOLDERS = ("data/knowledge", "data/lexicon", "data/nlu", "data/questions")
_SUFFIXES = (".txt", ".yml")
# The earliest that a zip can say.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16
_LARGEST_FILE, _MOST_FILES = 16 * 2**20, 2000


class BundleError(ValueError):
    """A bundle cannot be used; the message has one line for each reason."""


def export(root: Path, target: Path, version: str) -> str:
    """Writes the bundle of a checkout and returns its hash.

    Raises:
        BundleError: A knowledge file is broken: what is exported can be imported.
    """
    problems = check(root).problems
    if problems:
        raise BundleError("\n".join(problems))
    files = _files_of(root)
    manifest = _manifest(files, version)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        # Written beside and then renamed, so that no half of it is ever there.
        written = Path(folder) / target.name
        with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as bundle:
            _add(bundle, MANIFEST, (json.dumps(manifest, indent=2, sort_keys=True) + "\n").encode())
            for name, content in files.items():
                _add(bundle, name, content)
        written.replace(target)
    return str(manifest["sha256"])


def import_(root: Path, source: Path) -> Mapping[str, Any]:
    """Replaces the knowledge of a checkout by that of a bundle and returns its manifest.

    Raises:
        BundleError: It is none, was changed, or what it holds does not pass the checks. Nothing is written then.
    """
    manifest, files = read(source)
    with tempfile.TemporaryDirectory() as name:
        trial = Path(name)
        shutil.copytree(root / "data", trial / "data")
        shutil.copy(root / "domain.yml", trial / "domain.yml")
        _write(trial, files)
        problems = [line.replace(f"{trial}/", "") for line in check(trial).problems]
    if problems:
        raise BundleError("\n".join(problems))
    _write(root, files)
    return manifest


def read(source: Path) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
    """Returns the manifest of a bundle and its files by path.

    Raises:
        BundleError: It is no bundle, or was changed.
    """
    try:
        with zipfile.ZipFile(source) as bundle:
            entries = bundle.infolist()
            if len(entries) > _MOST_FILES or any(entry.file_size > _LARGEST_FILE for entry in entries):
                raise BundleError(f"{source}: larger than a bundle can be")
            names = [entry.filename for entry in entries]
            if len(set(names)) < len(names):
                raise BundleError(f"{source}: holds a file twice")
            contents = {name: bundle.read(name) for name in names}
    except (OSError, zipfile.BadZipFile) as error:
        raise BundleError(f"{source}: no bundle: {error}") from error
    try:
        manifest = json.loads(contents.pop(MANIFEST))
        told = (manifest["format"], manifest["version"], manifest["files"], manifest["sha256"])
    except (KeyError, TypeError, ValueError) as error:
        raise BundleError(f"{source}: no bundle: {MANIFEST} is missing or broken") from error
    if told[0] != FORMAT:
        raise BundleError(f"{source}: format {told[0]!r}, expected {FORMAT}")
    misplaced = [name for name in contents if not _is_covered(name)]
    if misplaced:
        raise BundleError(f"{source}: {misplaced[0]!r} does not belong into a bundle")
    if manifest != _manifest(contents, str(told[1])):
        raise BundleError(f"{source}: the hashes do not fit, it was changed after it was exported")
    return manifest, contents


def _is_covered(name: str) -> bool:
    path = PurePosixPath(name)
    is_plain = not path.is_absolute() and ".." not in path.parts and "\\" not in name and str(path) == name
    return is_plain and path.suffix in _SUFFIXES and any(name.startswith(f"{folder}/") for folder in FOLDERS)


def _files_of(root: Path) -> dict[str, bytes]:
    paths = [path for folder in FOLDERS for path in (root / folder).rglob("*") if path.suffix in _SUFFIXES]
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(paths) if path.is_file()}


def _manifest(files: Mapping[str, bytes], version: str) -> dict[str, Any]:
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    whole = hashlib.sha256("".join(f"{name}\0{digest}\n" for name, digest in digests.items()).encode())
    return {"format": FORMAT, "version": version, "files": digests, "sha256": whole.hexdigest()}


def _add(bundle: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = _MODE
    entry.create_system = 3
    bundle.writestr(entry, content, zipfile.ZIP_STORED)


def _write(root: Path, files: Mapping[str, bytes]) -> None:
    for name in _files_of(root).keys() - files.keys():
        (root / name).unlink()
    for name, content in files.items():
        path = root / name
        if path.is_file() and path.read_bytes() == content:
            # Its time stays, so that nothing is made anew.
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exports or imports; returns 1 with the reasons when that is not possible."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.knowledge_bundle",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=("export", "import"))
    parser.add_argument("file", type=Path)
    parser.add_argument("--version", help="what the owner calls it; by default that of the bundle imported last, or 1")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout, by default this one")
    options = parser.parse_args(arguments)
    note = options.root / "build" / "knowledge_version"
    try:
        if options.command == "export":
            version = options.version or (note.read_text(encoding="utf-8") if note.exists() else "1")
            digest = export(options.root, options.file, version)
            print(f"{options.file}: version {version}, sha256 {digest}")
        else:
            manifest = import_(options.root, options.file)
            note.parent.mkdir(exist_ok=True)
            note.write_text(str(manifest["version"]), encoding="utf-8")
            print(f"Version {manifest['version']} is in place, sha256 {manifest['sha256']}. Next: make train, restart.")
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
