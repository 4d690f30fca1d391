"""The `rasa` command without warnings that nobody here can act on. Usage: as `rasa`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    from engine.useful_warnings import show_only_useful

    show_only_useful()
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    sys.argv[0] = "rasa"

    from rasa.__main__ import main

    from actions.knowledge import KnowledgeError
    from engine.nlu.lexicon import LexiconError

    try:
        main()
    except (KnowledgeError, LexiconError) as error:
        # The content owner needs the file, the line and the reason, not the stack.
        sys.exit(str(error))
