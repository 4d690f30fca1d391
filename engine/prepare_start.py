"""Makes what starts keep before the first one, as the engine's image does; otherwise the first start makes it.

Usage: python -m engine.prepare_start, with the arguments of `engine.serve`. Nothing is served, no store is opened.
"""

from __future__ import annotations

import sys

from engine.kept_patterns import KEPT

KEPT.start()

from engine.serving import command_line, configuration, server  # noqa: E402 - see above


def main() -> int:
    """Loads what the command line says; returns the exit status."""
    arguments = command_line.parser(__doc__).parse_args()
    server.loaded_agent(arguments, command_line.set_up(arguments))
    configuration.create_channels(arguments.connector, arguments.credentials)
    KEPT.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
