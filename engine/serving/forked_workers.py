"""How Sanic starts its workers, and ends them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from signal import Signals
from types import FrameType
from typing import Any

from sanic import Sanic
from sanic.exceptions import ServerKilled
from sanic.log import error_logger, logger
from sanic.mixins import startup
from sanic.worker.manager import WorkerManager

from engine.upstream import replaces

# What a worker says that cannot start; any other message is about those that run.
_TERMINATE_EARLY = "__TERMINATE_EARLY__"
# Seconds between two looks at workers that start.
_LOOK_EVERY = 0.1


def fork_workers() -> None:
    """Lets Sanic fork its workers of this process, which has the model and the app.

    Otherwise they are started anew and told by name which app to serve, and Rasa's apps cannot be found so.
    """
    Sanic.start_method = "fork"
    # Sanic refuses to start where a library has asked for a lock or a queue before, even if that chose fork as well.
    multiprocessing.set_start_method("fork", force=True)
    Sanic.START_METHOD_SET = True
    startup.WorkerManager = ForkedWorkers  # type: ignore[attr-defined]  # where Sanic takes it from


@replaces(WorkerManager, "ce8d25eb6ebf")
class ForkedWorkers(WorkerManager):
    """Ends when it is told to, also while workers start, and takes nobody along but its workers."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        """Takes what Sanic gives."""
        self._main = os.getpid()
        self._is_told = False
        super().__init__(*arguments, **named)

    @replaces(WorkerManager.shutdown_signal, "991228e28239")
    def shutdown_signal(self, signal: int, frame: FrameType | None) -> None:
        """Notes that it is to end, and does so where it next waits; told again, it kills the workers.

        Sanic asks the keeper of the workers' states from here. A signal may come while the same question is under
        way on the same connection, and then each reads the other's answer.

        In a worker that was just forked this is still what a signal calls: it has taken nothing, and ends at once.
        Sanic would let it go on, and wait for its end.
        """
        if os.getpid() != self._main:
            os._exit(1)
        if self._is_told:
            with contextlib.suppress(ServerKilled):
                self.kill()
            return
        logger.info("Received signal %s. Shutting down.", Signals(signal).name)
        self._is_told = True
        self.monitor_publisher.send(None)

    def join(self) -> None:
        """Waits for the end of the workers, which are told first if it is to end."""
        if self._is_told and not self._shutting_down:
            self.shutdown()  # type: ignore[no-untyped-call]  # Sanic's
        super().join()  # type: ignore[no-untyped-call]  # Sanic's

    @replaces(WorkerManager.wait_for_ack, "f08ad25923f5")
    def wait_for_ack(self) -> None:
        """Waits until all workers have started, or until it is told to end.

        Sanic puts what it hears meanwhile back and reads it again, for ever if that is the word to end; and it does
        not see that a worker has died without a word until half a minute is over.

        Raises:
            ServerKilled: A worker cannot start.
        """
        heard: list[Any] = []
        looks = 0
        while not self._all_workers_ack():  # type: ignore[no-untyped-call]  # Sanic's
            if self.monitor_subscriber.poll(_LOOK_EVERY):
                heard.append(self.monitor_subscriber.recv())
                if not heard[-1]:
                    break
            else:
                looks += 1
            if self._is_told:
                # The word for it is on its way.
                continue
            has_died = any(not process.is_alive() for process in self.processes)
            if has_died or _TERMINATE_EARLY in heard or looks > self.THRESHOLD:
                why = "it took too long" if looks > self.THRESHOLD else "one of them has ended"
                error_logger.error("The workers have not started: %s.", why)
                self.kill()
        # For those who read it where it belongs: when all have started.
        for message in heard:
            self.monitor_publisher.send(message)

    @replaces(WorkerManager.kill, "bbf79491b311")
    def kill(self) -> None:
        """Kills the workers. Sanic kills all of their process group, which has whoever started this one in it.

        Raises:
            ServerKilled: Always.
        """
        for process in self.processes:
            logger.info("Killing %s [%s]", process.name, process.pid)
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        raise ServerKilled
