"""What `serve_engine` and `chat` share: the engine with settings from the environment."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from scripts.local import HOST, MODEL, ROOT, StartError

if TYPE_CHECKING:
    from rasa.core.utils import AvailableEndpoints


def _use_tracker_db(endpoints: AvailableEndpoints) -> None:
    database = os.environ.get("UWALLET_TRACKER_DB")
    if not database:
        return
    if endpoints.tracker_store is None or (endpoints.tracker_store.type or "").lower() != "sql":
        raise StartError("UWALLET_TRACKER_DB is set, but the tracker_store in endpoints.yml is not of type SQL.")
    endpoints.tracker_store.kwargs["db"] = database


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def serve_bot(port: int, *arguments: str, on_ready: Callable[[], None] | None = None) -> int:
    """Serves the trained bot in this process until it is stopped.

    Args:
        port: Where it listens, on this machine only.
        arguments: More arguments of `rasa run`.
        on_ready: Called when the bot takes messages.

    Returns:
        The exit status.

    Raises:
        StartError: There is no trained model, or a setting does not fit.
    """
    if not MODEL.exists():
        raise StartError("There is no trained model. Run `make train` first.")
    for number in (signal.SIGTERM, signal.SIGHUP):
        # Until the server takes over, as Ctrl+C does.
        signal.signal(number, _interrupt)
    os.chdir(ROOT)
    # Next to nothing that is made while everything is loaded is garbage; the server turns it on again.
    gc.disable()
    from engine.serving import command_line  # noqa: PLC0415 - takes seconds: only when the settings are right

    options = command_line.parser().parse_args(
        ["--interface", HOST, "--port", str(port), "--model", str(MODEL), *arguments]
    )
    return command_line.serve(options, _use_tracker_db, on_ready)
