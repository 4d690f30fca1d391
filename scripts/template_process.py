"""A process that has imported a program and becomes it in a fork each time it is asked to; run by `warm_start`.

    python template_process.py DESCRIPTOR PARENT MODULE ...

Asked through a socket by PARENT, whose children the forks become. The first module has the `main()` to be called. Runs
in the environment of that program: standard library only.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Environments and arguments are some kilobytes.
REQUEST_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1
_STANDARD_FILES = 3
# For the handing over, on a machine under load; as long as who asked waits.
_HANDED_OVER_SECONDS = 120.0


def control(option: int, value: int) -> None:
    """Sets something about this process (`man 2 prctl`)."""
    ctypes.CDLL(None).prctl(option, value)


def _become(request: Mapping[str, Any], files: Sequence[int], channel: socket.socket, parent: int) -> None:
    """Makes a process that was forked what one that was executed would be, and tells its number."""
    deadline = time.monotonic() + _HANDED_OVER_SECONDS
    while os.getppid() != parent:
        if time.monotonic() > deadline:
            # Nobody wants it any more: who asked has ended, or has given up.
            os._exit(1)
        time.sleep(0.001)
    control(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setsid()
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["folder"])
    channel.send(str(os.getpid()).encode())
    channel.close()


def _serve(channel: socket.socket, parent: int) -> list[str] | None:
    """Forks whenever it is asked to.

    Returns:
        None once nobody can ask any more; in a process that was forked, the arguments of the program.
    """
    while True:
        message, files, _, _ = socket.recv_fds(channel, REQUEST_BYTES, _STANDARD_FILES)
        if not message:
            return None
        between = os.fork()
        if not between:
            # Whose parent ends is handed over to the one that asked.
            if os.fork():
                os._exit(0)
            request = json.loads(message)
            _become(request, files, channel, parent)
            return list(request["arguments"])
        os.waitpid(between, 0)
        for file in files:
            os.close(file)


def _template(descriptor: str, parent: str, *modules: str) -> None:
    # Whoever starts it may not want to be disturbed by signals just then; what is forked hears them.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    # As `python -m` has it.
    sys.path[0] = str(Path.cwd())
    main, *_ = [importlib.import_module(name) for name in modules]
    # A thread would be missing in what is forked.
    assert len(list(Path("/proc/self/task").iterdir())) == 1
    # What there is is shared as long as nobody writes to it, as the collector does.
    gc.collect()
    gc.freeze()
    arguments = _serve(socket.socket(fileno=int(descriptor)), int(parent))
    if arguments is not None:
        sys.argv[1:] = arguments
        sys.exit(main.main())


if __name__ == "__main__":
    _template(*sys.argv[1:])
