"""Talks to the bot in the terminal, as `rasa shell` does."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from scripts.local import StartError, free_port
from scripts.servers import serve_bot


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until the user leaves; returns the exit status."""
    argparse.ArgumentParser(prog="python -m scripts.chat", description=__doc__).parse_args(arguments)
    try:
        return serve_bot(free_port(), "--connector", "cmdline", "--quiet")
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
