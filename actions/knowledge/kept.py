"""Keeps what was read of files: to read and check the knowledge takes twenty times as long as to take it from there."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import os
import pickle
import platform
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

import language
from common.whole_files import written_whole

logger = logging.getLogger(__name__)

Content = TypeVar("Content")

BUILD = Path(__file__).resolve().parents[2] / "build"
_FOLDER = BUILD / "knowledge"
_CODE = (Path(__file__).parent, Path(language.__file__).parent)
_VARIABLE = b"${"
# Beside classes of this package: days and moments of notices.
_KNOWN = frozenset({("datetime", "date"), ("datetime", "datetime"), ("datetime", "time"), ("datetime", "timezone")})


def files_digest(folder: Path) -> str:
    """Returns what changes when a file of a folder does, a variable that one names, or the code that reads it."""
    digest = hashlib.sha256(f"{platform.python_version()} {version('pydantic')}".encode())
    paths = sorted(folder.rglob("*.yml"))
    paths += [path for code in _CODE for path in sorted(code.glob("*.py"))]
    for path in paths:
        # A broken link is told by whoever reads the file.
        content = path.read_bytes() if path.is_file() else b""
        if _VARIABLE in content:
            content = os.path.expandvars(content)
        digest.update(f"\0{path.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def text_digest(text: str) -> str:
    """Returns what changes when the text of a file does, or a variable of the environment that it names."""
    return hashlib.sha256((os.path.expandvars(text) if "${" in text else text).encode()).hexdigest()


def kept(digest: str, kind: type[Content], read: Callable[[], Content], folder: Path | None = None) -> Content:
    """Returns what is kept under a digest; reads and keeps it if there is none.

    Args:
        digest: That of the files.
        kind: The class of what is kept.
        read: Reads the files.
        folder: Where it is kept; by default in `build/`.
    """
    path = (folder or _FOLDER) / f"{digest}.pickle"
    with contextlib.suppress(OSError, EOFError, AttributeError, pickle.UnpicklingError):
        found = _Unpickler(io.BytesIO(path.read_bytes())).load()
        if isinstance(found, kind):
            return found
    content = read()
    try:
        _write(path, content)
    except OSError as error:
        logger.info("%s cannot be written (%s): each start reads the knowledge anew.", path, error)
    return content


class _Unpickler(pickle.Unpickler):
    """Makes objects of this package, and nothing else that a file may name."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _KNOWN:
            return super().find_class(module, name)
        if module.startswith(f"{__package__}."):
            found = super().find_class(module, name)
            # Not what such a module imports.
            if isinstance(found, type) and found.__module__ == module:
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no knowledge")


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        pickle.dump(content, file, pickle.HIGHEST_PROTOCOL)
    for other in path.parent.glob("*.pickle"):
        if other != path:
            other.unlink(missing_ok=True)
