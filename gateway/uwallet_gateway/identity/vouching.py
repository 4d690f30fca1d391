"""A site vouches for its user with HMAC-SHA256."""

from __future__ import annotations

import hashlib
import hmac


def user_hash(secret: str, user_id: str) -> str:
    """What a site's backend computes: hexadecimal HMAC-SHA256, key the site's secret, message the user id in UTF-8."""
    return hmac.new(secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def is_vouched_for(secret: str, user_id: str, given_hash: str) -> bool:
    """Compares in constant time, so that a hash cannot be guessed byte by byte."""
    return hmac.compare_digest(user_hash(secret, user_id).encode(), given_hash.lower().encode(errors="replace"))
