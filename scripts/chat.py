"""Talks to the bot in the terminal: `rasa shell` with an action server beside it. Usage: python scripts/chat.py."""

from __future__ import annotations

import sys

from servers import (
    HOST,
    StartError,
    endpoints_file,
    free_port,
    interrupt_on_termination,
    start_action_server,
    start_rasa,
    stop,
    wait_until_ready,
)


def main() -> int:
    """Runs until the user leaves; returns the exit status of `rasa shell`."""
    interrupt_on_termination()
    port = free_port()
    actions = start_action_server(port)
    processes = [actions]
    try:
        wait_until_ready("action server", actions, f"http://{HOST}:{port}/health")
        with endpoints_file(port) as endpoints:
            shell = start_rasa("shell", "--endpoints", str(endpoints), "--port", str(free_port()), "--quiet")
            processes.append(shell)
            return shell.wait()
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    finally:
        stop(processes)


if __name__ == "__main__":
    sys.exit(main())
