"""The `rasa` command, prepared for this Python and without warnings that nobody here can act on. Usage: as `rasa`.

`.venv/bin/rasa` runs this (scripts/setup).
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    # First of all: prepares what Rasa needs on this Python.
    from engine.commands import prepare_rasa

    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    sys.argv[0] = "rasa"

    prepare_rasa()
    from rasa.__main__ import main

    from actions.knowledge import KnowledgeError
    from engine.nlu.lexicon import LexiconError

    try:
        main()
    except (KnowledgeError, LexiconError) as error:
        # The content owner needs the file, the line and the reason, not the stack.
        sys.exit(str(error))
