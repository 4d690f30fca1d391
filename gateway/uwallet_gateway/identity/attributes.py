"""What a site tells of its user beside the conversation: short texts by name, for agents to see."""

from __future__ import annotations

import re
from collections.abc import Mapping

from uwallet_gateway.errors import InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.redaction import redact

# Of one value; longer ones are left out.
_MOST_CHARACTERS = 200
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


def shown_fields(data: Mapping[object, object], most: int) -> dict[str, str]:
    """What can be shown of it, redacted, as text by name, in the site's order. The rest is left out.

    Args:
        data: Names begin with a letter; values are texts, numbers or truth values.
        most: How many fields there may be.
    """
    fields: dict[str, str] = {}
    for name, value in data.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name) or not isinstance(value, str | int | float):
            continue
        if len(fields) == most:
            break
        text = str(value).lower() if isinstance(value, bool) else str(value)
        try:
            fields[name] = redact(clean(text, _MOST_CHARACTERS)).text
        except InputError:
            continue
    return fields
