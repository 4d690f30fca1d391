"""Talks to the bot in the terminal, as `rasa shell` does. Usage: python scripts/chat.py."""

from __future__ import annotations

import sys

from local import StartError, free_port
from servers import serve_bot


def main() -> int:
    """Runs until the user leaves; returns the exit status."""
    try:
        return serve_bot(free_port(), "--connector", "cmdline", "--quiet")
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
