"""Serves the bot: `rasa run` with what a turn does not need left out, and the actions in the same process.

Usage: python -m engine.serve, with the arguments of `rasa run` (`--help` lists them). Two things differ: it listens on
127.0.0.1 unless told otherwise, and actions run in this process if `endpoints.yml` names an `actions_module`.
"""

from __future__ import annotations

import sys

from engine.serving.command_line import main

if __name__ == "__main__":
    sys.exit(main(__doc__))
