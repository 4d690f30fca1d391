"""Serves the engine alone: `engine.serve` with the settings of this project.

Usage: python scripts/serve_engine.py [arguments of `rasa run`]. Settings are environment variables:
UWALLET_ENGINE_PORT (default 5055), UWALLET_TRACKER_DB (default conversations.db), SANIC_WORKERS (default 1; more need a
Redis lock store). It listens on this machine only. `make run` starts it behind the gateway.
"""

from __future__ import annotations

import functools
import json
import sys

from local import HOST, StartError, port_setting
from servers import serve_bot


def _announce(port: int) -> None:
    url = f"http://{HOST}:{port}/webhooks/rest/webhook"
    message = json.dumps({"sender": "me", "message": "我忘记密码了"}, ensure_ascii=False)
    # Other credentials may have no REST.
    hint = f" Try it:\n\n  curl {url} -d '{message}'\n" if "--credentials" not in sys.argv else ""
    print(f"\nThe engine is ready at http://{HOST}:{port} (stop it with Ctrl+C).{hint}", flush=True)


def main() -> int:
    """Runs until stopped; returns the exit status."""
    try:
        port = port_setting("UWALLET_ENGINE_PORT", 5055, "make engine")
        print("Starting the engine ...", flush=True)
        return serve_bot(port, "--quiet", *sys.argv[1:], on_ready=functools.partial(_announce, port))
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # Stopped before it could take messages.
        return 0


if __name__ == "__main__":
    sys.exit(main())
