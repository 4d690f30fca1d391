"""Lets a training use several cores: fits and batches of sentence vectors run in processes that are forked for them.

A fork has everything that was read so far without a copy, and liblinear's random numbers to itself, so that the results
are those of one process, bit by bit. Nothing is forked unless `on_cores` says so: `rasa train`, the training that the
studio starts beside a server, and every server run in one process.
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass
class _Cores:
    """How many processes may run at once, and those that were begun and not waited for."""

    count: int = 1
    begun: list[_Forked] = field(default_factory=list)


_cores = _Cores()


@contextmanager
def on_cores(count: int) -> Iterator[None]:
    """Lets so many processes run at once; at the end waits for what was put off.

    Raises:
        Exception: What a process has raised.
    """
    before = _cores.count
    # Elsewhere libraries do not bear to be forked.
    _cores.count = count if sys.platform == "linux" else 1
    try:
        yield
        while _cores.begun:
            _cores.begun.pop(0).result()
    finally:
        _cores.count = before
        for left in _cores.begun:
            left.stop()
        _cores.begun.clear()


def later(task: Callable[[], None]) -> None:
    """Runs a task whose outcome is on the disk: now, or in a process of its own by the end of `on_cores`."""
    if _cores.count < 2:
        task()
        return
    while len(_cores.begun) >= _cores.count:
        ended = wait([begun.answers for begun in _cores.begun])
        done = next(begun for begun in _cores.begun if begun.answers in ended)
        _cores.begun.remove(done)
        done.result()
    _cores.begun.append(_Forked(task))


def for_each(function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Returns what a function makes of each item, in order."""
    count = min(_cores.count, len(items))
    if count < 2:
        return [function(item) for item in items]

    def share(number: int) -> list[Result]:
        return [function(item) for item in items[number::count]]

    others = [_Forked(partial(share, number)) for number in range(1, count)]
    try:
        shares = [share(0), *(other.result() for other in others)]
    finally:
        for other in others:
            other.stop()
    return [shares[place % count][place // count] for place in range(len(items))]


class _Forked:
    """A process that does one thing and tells what came of it."""

    def __init__(self, task: Callable[[], Any]) -> None:
        self.answers, answer = multiprocessing.Pipe(duplex=False)
        self._process = multiprocessing.get_context("fork").Process(target=_tell, args=(task, answer))
        self._process.start()
        # Otherwise nobody notices when the process dies.
        answer.close()

    def result(self) -> Any:
        """Waits; returns what the task has returned, or raises what it has raised."""
        try:
            result, error = self.answers.recv()
        except EOFError:
            self._process.join()
            raise ChildProcessError(f"A process of the training died ({self._process.exitcode}).") from None
        self._process.join()
        self.answers.close()
        if error is not None:
            raise error
        return result

    def stop(self) -> None:
        """Ends the process if it still runs."""
        if self._process.is_alive():
            self._process.terminate()
        self._process.join()


def _tell(task: Callable[[], Any], answer: Connection) -> None:
    # What others have begun is theirs.
    _cores.begun.clear()
    told: tuple[Any, Exception | None]
    try:
        told = task(), None
    except Exception as error:
        # Raised where the result is waited for.
        told = None, error
    answer.send(told)
