"""Keeps quiet the warnings of Rasa's frozen dependencies that nobody here can act on."""

from __future__ import annotations

import warnings
from typing import TextIO

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


def show_only_useful() -> None:
    """Lets `show_if_useful` decide from now on.

    Rasa 3.6 and what it pins warn some forty times at each start; Python's own filters do not help, because libraries
    reset them on import. Warnings of other kinds are shown as ever.
    """
    warnings.showwarning = show_if_useful
