"""Starts one program again and again, for tests: a process that has imported it forks itself each time.

Importing the gateway takes two to three seconds of a core, forking a process that has done so next to nothing. What
runs then is the program itself, with arguments, environment and files of its own; only the imports are shared. Linux
only, where a process can be handed over to another parent.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scripts import template_process
from scripts.local import ROOT
from scripts.processes import Popen
from scripts.template_process import REQUEST_BYTES, control

# For imports and for a fork, on a machine under load.
_PATIENCE_SECONDS = 120.0
_PR_SET_CHILD_SUBREAPER = 36


class WarmProgram:
    """A program whose imports are done."""

    def __init__(self, python: Path, folder: Path, module: str, main: str, *modules: str) -> None:
        """Starts nothing yet.

        Args:
            python: Of the environment that it runs in.
            folder: Where it is imported from.
            module: What `python -m` is given to start it.
            main: The module whose `main()` that calls.
            modules: What it imports only once it runs.
        """
        self._command = [str(python), "-m", module]
        self._folder = folder
        self._modules = (main, *modules)
        self._template: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    def popen(self, command: Sequence[str], **options: Any) -> subprocess.Popen[Any]:
        """Does what `subprocess.Popen` does, for the command of this program and its options here.

        The process dies with its parent and hears all signals: `preexec_fn` is not called.
        """
        head = len(self._command)
        assert list(command[:head]) == self._command, command
        return _Forked(self, command[head:], **options)

    def close(self) -> None:
        """Ends what forks; what was forked goes on."""
        if self._channel and self._template:
            self._channel.close()
            self._template.wait()
        self._channel = self._template = None

    def fork(self, arguments: Sequence[str], folder: str, environment: Mapping[str, str], files: Sequence[int]) -> int:
        """Starts the program and returns its process id, a child of this process.

        Raises:
            OSError: It could not be started.
        """
        channel = self._channel or self._begin()
        request = {"arguments": list(arguments), "folder": folder, "environment": dict(environment)}
        # Only as long as it takes: other processes whose parent has died are none of this one's.
        control(_PR_SET_CHILD_SUBREAPER, 1)
        try:
            socket.send_fds(channel, [json.dumps(request).encode()], list(files))
            answer = channel.recv(REQUEST_BYTES)
        finally:
            control(_PR_SET_CHILD_SUBREAPER, 0)
        if not answer:
            raise OSError(f"What forks {self._command} has ended.")
        return int(answer)

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_PATIENCE_SECONDS)
        with theirs:
            self._template = subprocess.Popen(
                [self._command[0], template_process.__file__, str(theirs.fileno()), str(os.getpid()), *self._modules],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._channel = ours
        return ours


class _Forked(subprocess.Popen[Any]):
    """A process that was forked, not executed; all else is as of any other."""

    def __init__(self, program: WarmProgram, arguments: Sequence[str], **options: Any) -> None:
        self._program = program
        super().__init__(arguments, **options)

    def _execute_child(self, *values: Any) -> None:
        # As the standard library calls it.
        arguments, _executable, _prepare, _close, _pass, folder, environment = values[:7]
        pipes = values[10:16]
        read, _, _, written, _, errors = pipes
        files = [own if given == -1 else given for own, given in enumerate((read, written, errors))]
        try:
            self.pid = self._program.fork(arguments, os.fspath(folder or Path.cwd()), environment or os.environ, files)
            self._child_created = True
        finally:
            self._close_pipe_fds(*pipes)  # type: ignore[attr-defined] # of the standard library, without types


@contextlib.contextmanager
def warm_gateway(*modules: str) -> Iterator[Popen]:
    """Yields what starts the gateway and its commands as `subprocess.Popen` would, in less time where it can.

    Args:
        modules: Imported as well, where it can: they may make something else quicker.
    """
    if sys.platform != "linux":
        yield subprocess.Popen
        return
    folder = ROOT / "gateway"
    program = WarmProgram(
        folder / ".venv" / "bin" / "python",
        folder,
        "uwallet_gateway",
        "uwallet_gateway.cli.main",
        "uwallet_gateway.serving",
        "uwallet_gateway.transport.web_files",
        "pypinyin",
        *modules,
    )
    try:
        yield program.popen
    finally:
        program.close()
