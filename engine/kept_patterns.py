"""Keeps compiled regular expressions from one start to the next.

Python's compiler of them is written in Python: a thousand patterns of the bot and of libraries take a sixth of the
start. What it makes is a list of numbers, and `_sre` makes a pattern of these in some microseconds, after it has
checked them. Another version of Python has another file; where there is none, or where Python's own modules are not as
expected, patterns are compiled as ever.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import re
import sys
from array import array
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from common.whole_files import written_whole
from engine.paths import BUILD

_FOLDER = BUILD / "patterns"
# These print what they do, or depend on the moment.
_NOT_KEPT = re.DEBUG | re.LOCALE
# Fewer new ones are compiled again at the next start.
_WORTH_WRITING = 10

_Key = tuple[str | bytes, int]


class _Compiled(NamedTuple):
    """The arguments of `_sre.compile` behind the pattern."""

    flags: int
    code: bytes
    groups: int
    names: dict[str, int]
    numbers: tuple[str | None, ...]


class KeptPatterns:
    """Takes the place of Python's compiler of regular expressions, between `start` and `stop`."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        """Compiles as ever until `start`."""
        self._folder = folder
        self._known: dict[_Key, tuple[Any, ...]] = {}
        self._used: dict[_Key, tuple[Any, ...]] = {}
        self._new = 0
        self._compiler: ModuleType | None = None
        self._compile: Callable[..., Any] = re.compile
        self._make: Callable[..., Any] = re.compile

    def start(self) -> None:
        """Compiles what is kept from now on without Python's compiler."""
        with contextlib.suppress(ImportError, AttributeError):
            from re import _compiler  # type: ignore[attr-defined]  # noqa: PLC0415 - may not be there

            compiler: Any = _compiler
            self._compile, self._make = compiler.compile, compiler._sre.compile
            version = f"{sys.version} {compiler._sre.MAGIC} {compiler._sre.CODESIZE} {sys.byteorder}"
            self._path = self._folder / f"{hashlib.sha256(version.encode()).hexdigest()[:16]}.pickle"
            if array("I").itemsize == compiler._sre.CODESIZE:
                self._known = _read(self._path)
                self._compiler = compiler
                compiler.compile = self._compiled

    def stop(self) -> None:
        """Leaves it to Python's compiler again, and writes what it had to compile."""
        if self._compiler is None:
            return
        compiler: Any = self._compiler
        compiler.compile, self._compiler = self._compile, None
        used, new = self._used, self._new
        self._known, self._used = {}, {}
        if new >= _WORTH_WRITING:
            # Nobody needs the file; it only saves time.
            with contextlib.suppress(OSError):
                _write(self._path, used)

    def _compiled(self, pattern: Any, flags: int = 0) -> Any:
        if type(pattern) not in (str, bytes) or flags & _NOT_KEPT:
            return self._compile(pattern, flags)
        key = (pattern, int(flags))
        known = self._known.get(key)
        if known is None:
            return self._compiled_anew(key)
        self._used[key] = known
        compiled = _Compiled(*known)
        return self._make(pattern, compiled.flags, _numbers(compiled.code), *compiled[2:])

    def _compiled_anew(self, key: _Key) -> Any:
        compiler: Any = self._compiler
        if compiler is None:
            return self._compile(*key)
        parsed = compiler._parser.parse(*key)
        code = compiler._code(parsed, key[1])
        names = dict(parsed.state.groupdict)
        numbers: list[str | None] = [None] * parsed.state.groups
        for name, number in names.items():
            numbers[number] = name
        flags = key[1] | parsed.state.flags
        if not flags & _NOT_KEPT:
            self._new += 1
            kept = _Compiled(flags, array("I", code).tobytes(), parsed.state.groups - 1, names, tuple(numbers))
            # Of an own class nothing could be read again.
            self._used[key] = tuple(kept)
        return self._make(key[0], flags, code, parsed.state.groups - 1, names, tuple(numbers))


def _numbers(code: bytes) -> list[int]:
    found = array("I")
    found.frombytes(code)
    return found.tolist()


class _Unpickler(pickle.Unpickler):
    """Makes texts, numbers and what holds them, whatever a file names."""

    def find_class(self, module: str, name: str) -> Any:
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a pattern")


def _read(path: Path) -> dict[_Key, tuple[Any, ...]]:
    try:
        with path.open("rb") as file:
            found = _Unpickler(file).load()
    except Exception:
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, patterns: dict[_Key, tuple[Any, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as file:
        pickle.dump(patterns, file, pickle.HIGHEST_PROTOCOL)


KEPT = KeptPatterns()
