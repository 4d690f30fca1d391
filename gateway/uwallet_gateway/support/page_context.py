"""What a site tells of the page that its user is on, for agents to see."""

from __future__ import annotations

import re
from collections.abc import Mapping

from uwallet_gateway.errors import InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.redaction import redact

# As many as an agent can take in at a glance, and as long.
_MOST_FIELDS, _MOST_CHARACTERS = 10, 200
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


def checked_context(data: object) -> dict[str, str] | None:
    """Returns the context redacted, as text by name; None if it is none. What cannot be shown is left out.

    Args:
        data: As the client sent it. Names begin with a letter; values are texts, numbers or truth values.
    """
    if not isinstance(data, Mapping):
        return None
    context: dict[str, str] = {}
    for name, value in data.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(value, str | int | float):
            continue
        if len(context) == _MOST_FIELDS:
            break
        text = str(value).lower() if isinstance(value, bool) else str(value)
        try:
            context[name] = redact(clean(text, _MOST_CHARACTERS)).text
        except InputError:
            continue
    return context
