"""Serves the bot: `rasa run` with what a turn does not need left out, and the actions in the same process.

Usage: python -m engine.serve, with the arguments of `rasa run` (`--help` lists them). Two things differ: it listens on
127.0.0.1 unless told otherwise, and actions run in this process if `endpoints.yml` names an `actions_module`.
"""

from __future__ import annotations

import gc
import sys

# Until everything is loaded (engine.serving.server): there is next to no garbage in it to be found, again and again.
gc.disable()

from engine.kept_patterns import KEPT  # noqa: E402 - see above

# Until then, too.
KEPT.start()

from engine.serving.command_line import main  # noqa: E402 - see above

if __name__ == "__main__":
    sys.exit(main(__doc__))
