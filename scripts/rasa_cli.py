"""The `rasa` command without warnings that nobody here can act on. Usage: as `rasa`.

Rasa 3.6 and what it pins warn some forty times at each start; Python's own filters do not help, because libraries
reset them on import. Warnings of other kinds are shown as ever.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parent.parent
_show_warning = warnings.showwarning


def show_if_useful(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Shows a warning as Python would, unless it is about deprecation or a response that only actions send."""
    # Responses are sent by custom actions, which Rasa's validation cannot see; tests/test_domain.py checks their use.
    is_about_response = str(message).endswith("is not used in any story or rule.")
    if not is_about_response and not issubclass(
        category, DeprecationWarning | PendingDeprecationWarning | FutureWarning
    ):
        _show_warning(message, category, filename, lineno, file, line)


if __name__ == "__main__":
    warnings.showwarning = show_if_useful
    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    sys.path.insert(0, str(ROOT))
    sys.argv[0] = "rasa"

    from rasa.__main__ import main

    from actions.knowledge import KnowledgeError
    from engine.nlu.lexicon import LexiconError

    try:
        main()
    except (KnowledgeError, LexiconError) as error:
        # The content owner needs the file, the line and the reason, not the stack.
        sys.exit(str(error))
