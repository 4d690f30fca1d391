"""Settings of a gateway that refuses nobody for coming too often: a benchmark comes from one address."""

from __future__ import annotations

_LIMITS = (
    "MESSAGES_PER_USER",
    "MESSAGES_PER_ADDRESS",
    "SESSIONS_PER_ADDRESS",
    "REQUESTS_PER_USER",
    "SIGN_INS_PER_ADDRESS",
    "DESK_REQUESTS_PER_AGENT",
)
UNLIMITED = {f"UWALLET_RATE_{name}": "10000000/minute" for name in _LIMITS}
