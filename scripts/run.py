"""Runs the bot: the action server and the Rasa server, started, watched and stopped together.

Usage: python scripts/run.py. Settings are environment variables:
UWALLET_PORT (default 5005), UWALLET_ACTIONS_PORT (default 5055), UWALLET_TRACKER_DB (default conversations.db).
Both servers listen on this machine only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

from servers import (
    HOST,
    StartError,
    endpoints_file,
    interrupt_on_termination,
    port_setting,
    start_action_server,
    start_rasa,
    stop,
    wait_until_ready,
)


def _announce(port: int) -> None:
    url = f"http://{HOST}:{port}/webhooks/rest/webhook"
    message = json.dumps({"sender": "me", "message": "我忘记密码了"}, ensure_ascii=False)
    print(f"\nThe bot is ready at {url} (stop it with Ctrl+C). Try it:\n\n  curl {url} -d '{message}'\n", flush=True)


def main() -> int:
    """Runs until interrupted or until one of the servers stops; returns the exit status."""
    interrupt_on_termination()
    processes: list[subprocess.Popen[bytes]] = []
    try:
        port, actions_port = port_setting("UWALLET_PORT", 5005), port_setting("UWALLET_ACTIONS_PORT", 5055)
        with endpoints_file(actions_port) as endpoints:
            actions = start_action_server(actions_port)
            processes.append(actions)
            print("Starting the Rasa server ...", flush=True)
            server = start_rasa(
                "run", "--interface", HOST, "--port", str(port), "--endpoints", str(endpoints), "--quiet"
            )
            processes.append(server)
            wait_until_ready("action server", actions, f"http://{HOST}:{actions_port}/health")
            wait_until_ready("Rasa server", server, f"http://{HOST}:{port}/webhooks/rest/")
            _announce(port)
            while all(process.poll() is None for process in processes):
                time.sleep(0.5)
        print("One of the servers has stopped; its reason is above. Stopping the other.", file=sys.stderr)
        return 1
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
