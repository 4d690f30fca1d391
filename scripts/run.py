"""Runs the engine and the gateway until stopped, and says which address to open.

UWALLET_PORT (default 5005) is where the gateway listens; the engine gets any port that is free. UWALLET_TRACKER_DB
(default conversations.db) is where the engine keeps conversations. docs/gateway.md lists the settings of the gateway.
Both listen on this machine only.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from scripts.local import MODEL, ROOT, StartError, port_setting
from scripts.processes import STOP_SIGNALS, ProcessError
from scripts.stack import Stack

_LOGS = ROOT / "run"
_WATCH_SECONDS = 0.5


class _Stopped(BaseException):
    """Somebody asked to stop. No exception that a general handler would keep to itself."""


def _stop(signum: int, frame: object) -> None:
    for number in STOP_SIGNALS:
        # A second one must not interrupt the orderly end, which has a limit of its own.
        signal.signal(number, signal.SIG_IGN)
    raise _Stopped


def _announce(stack: Stack) -> None:
    desk = f"Agents work at {stack.address}/desk"
    if stack.first_password:
        desk += (
            f" : sign in as {stack.first_admin} with the password {stack.first_password}"
            "\n(shown this once; `set-password` of docs/gateway.md makes a new one)"
        )
    print(
        f"\nReady. Open {stack.address}/ : a page of a wallet's site with the support bot on it."
        f"\n{desk}."
        f"\nLogs: {_LOGS.relative_to(ROOT)}/gateway.log, {_LOGS.relative_to(ROOT)}/engine.log. Stop it with Ctrl+C.\n",
        flush=True,
    )


def _watch(stack: Stack) -> None:
    while True:
        time.sleep(_WATCH_SECONDS)
        stack.check()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until stopped; returns the exit status, 1 when a process did not start or has ended by itself."""
    argparse.ArgumentParser(
        prog="python -m scripts.run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args(arguments)
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    stack = None
    status = 0
    # Databases and logs are for nobody else on the machine.
    os.umask(0o077)
    try:
        port = port_setting("UWALLET_PORT", 5005, "make run")
        if not MODEL.exists():
            raise StartError("There is no trained model. Run `make train` first.")
        data = Path(os.environ.get("UWALLET_DATA_DIR") or ROOT / "gateway" / "var").resolve()
        tracker_db = Path(os.environ.get("UWALLET_TRACKER_DB") or ROOT / "conversations.db").resolve()
        stack = Stack(data, _LOGS, port, tracker_db=tracker_db)
        print("Starting the bot and the gateway ...", flush=True)
        stack.start()
        _announce(stack)
        _watch(stack)
    except (StartError, ProcessError) as error:
        print(error, file=sys.stderr)
        status = 1
    except _Stopped:
        print("\nStopping, what was taken is finished first ...", flush=True)
    finally:
        if stack:
            stack.stop()
    return status


if __name__ == "__main__":
    sys.exit(main())
