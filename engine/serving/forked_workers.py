"""How Sanic starts its workers."""

from __future__ import annotations

import multiprocessing

from sanic import Sanic


def fork_workers() -> None:
    """Lets Sanic fork its workers of this process, which has the model and the app.

    Otherwise they are started anew and told by name which app to serve, and Rasa's apps cannot be found so.
    """
    Sanic.start_method = "fork"
    # Sanic refuses to start where a library has asked for a lock or a queue before, even if that chose fork as well.
    multiprocessing.set_start_method("fork", force=True)
    Sanic.START_METHOD_SET = True
