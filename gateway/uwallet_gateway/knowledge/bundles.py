"""A bundle: the files of the knowledge by path, with a hash of all (docs/adr/0016-a-bundle-is-the-files.md)."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

FORMAT = 1
MANIFEST = "bundle.json"
FOLDERS = ("data/knowledge", "data/lexicon", "data/nlu", "data/questions")
_SUFFIXES = (".txt", ".yml")
# The earliest that a zip can say.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16

Files = Mapping[str, str]


def digest(content: str) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(content.encode()).hexdigest()


def whole_digest(digests: Mapping[str, str]) -> str:
    """SHA-256 of all files, by their own hashes; the same as `make knowledge-export` computes."""
    lines = "".join(f"{name}\0{value}\n" for name, value in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def read_folder(knowledge: Path) -> dict[str, str]:
    """The files of a checkout, or of an image in which the folders stand beside `knowledge`."""
    found: dict[str, str] = {}
    for name in FOLDERS:
        folder = knowledge if name == FOLDERS[0] else knowledge.parent / Path(name).name
        for path in sorted(folder.rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                found[f"{name}/{path.relative_to(folder).as_posix()}"] = path.read_text(encoding="utf-8")
    return dict(sorted(found.items()))


@contextlib.contextmanager
def written_folder(files: Files) -> Iterator[Path]:
    """A folder for a moment, with the files of `data/knowledge/` as they stand there."""
    with tempfile.TemporaryDirectory() as name:
        for path, content in files.items():
            if path.startswith(f"{FOLDERS[0]}/"):
                target = Path(name) / Path(path).relative_to(FOLDERS[0])
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content, encoding="utf-8")
        yield Path(name)


def packed(files: Files, version: str) -> bytes:
    """The zip that `make knowledge-import` takes. The same files give the same bytes."""
    digests = {name: digest(content) for name, content in sorted(files.items())}
    manifest = {"format": FORMAT, "version": version, "files": digests, "sha256": whole_digest(digests)}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as bundle:
        _add(bundle, MANIFEST, json.dumps(manifest, indent=2, sort_keys=True) + "\n")
        for name in digests:
            _add(bundle, name, files[name])
    return target.getvalue()


def _add(bundle: zipfile.ZipFile, name: str, content: str) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.external_attr = _MODE
    entry.create_system = 3
    bundle.writestr(entry, content.encode(), zipfile.ZIP_STORED)
