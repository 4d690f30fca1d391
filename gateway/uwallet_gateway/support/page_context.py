"""What a site tells of the page that its user is on, for agents to see."""

from __future__ import annotations

from collections.abc import Mapping

from uwallet_gateway.identity.attributes import shown_fields

# As many as an agent can take in at a glance.
_MOST_FIELDS = 10


def checked_context(data: object) -> dict[str, str] | None:
    """Returns the context redacted, as text by name; None if it is none. What cannot be shown is left out.

    Args:
        data: As the client sent it.
    """
    return shown_fields(data, _MOST_FIELDS) if isinstance(data, Mapping) else None
