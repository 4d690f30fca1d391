"""The language of a user's window: which characters their conversation begins with."""

from __future__ import annotations

import re

from uwallet_gateway.services import Services
from uwallet_gateway.transcript.messages import Script

_CHINESE = re.compile(r"zh(?:[-_](?P<region>\w+))?", re.IGNORECASE)
_TRADITIONAL = ("tw", "hk", "mo", "hant")


def script_of(lang: object) -> Script | None:
    """The characters of a window; None if it is in another language than Chinese."""
    match = _CHINESE.match(lang) if isinstance(lang, str) else None
    if match is None:
        return None
    return "traditional" if (match["region"] or "").lower() in _TRADITIONAL else "simplified"


async def note_language(services: Services, conversation_id: str, lang: object) -> None:
    """Notes the characters of a window in Chinese. What the user writes counts more once they have written."""
    script = script_of(lang)
    if script is not None:
        await services.transcript.begin_script(conversation_id, script)
