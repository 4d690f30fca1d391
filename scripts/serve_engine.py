"""Serves the engine alone: `engine.serve` with the settings of this project.

All arguments are those of `rasa run`. Settings are environment variables:
UWALLET_ENGINE_PORT (default 5055), UWALLET_TRACKER_DB (default conversations.db), SANIC_WORKERS (default 1; more need a
Redis lock store). It listens on this machine only. `make run` starts it behind the gateway.
"""

from __future__ import annotations

import argparse
import functools
import json
import sys
from collections.abc import Sequence

from scripts.local import HOST, StartError, port_setting
from scripts.servers import serve_bot


def _announce(port: int, *, has_rest: bool) -> None:
    url = f"http://{HOST}:{port}/webhooks/rest/webhook"
    message = json.dumps({"sender": "me", "message": "我忘记密码了"}, ensure_ascii=False)
    hint = f" Try it:\n\n  curl {url} -d '{message}'\n" if has_rest else ""
    print(f"\nThe engine is ready at http://{HOST}:{port} (stop it with Ctrl+C).{hint}", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until stopped; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.serve_engine",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _, rasa_arguments = parser.parse_known_args(arguments)
    # Other credentials may have no REST.
    announce = functools.partial(_announce, has_rest="--credentials" not in rasa_arguments)
    try:
        port = port_setting("UWALLET_ENGINE_PORT", 5055, "make engine")
        print("Starting the engine ...", flush=True)
        return serve_bot(port, "--quiet", *rasa_arguments, on_ready=functools.partial(announce, port))
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        # Stopped before it could take messages.
        return 0


if __name__ == "__main__":
    sys.exit(main())
