"""Refusals and their codes (docs/protocol.md)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """What clients are told; the text for each stands in texts.yml."""

    MALFORMED = "malformed"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    PAYLOAD_NOT_OFFERED = "payload_not_offered"
    RATE_LIMITED = "rate_limited"
    BAD_TOKEN = "bad_token"
    SITE_UNKNOWN = "site_unknown"
    ORIGIN_NOT_ALLOWED = "origin_not_allowed"
    HOST_NOT_ALLOWED = "host_not_allowed"
    IDENTITY_REQUIRED = "identity_required"
    IDENTITY_WRONG = "identity_wrong"
    IDENTITY_EXPIRED = "identity_expired"
    CONSENT_REQUIRED = "consent_required"
    ATTACHMENT_TOO_LARGE = "attachment_too_large"
    ATTACHMENT_TYPE = "attachment_type"
    ATTACHMENT_UNKNOWN = "attachment_unknown"
    NOT_FOUND = "not_found"
    UNAVAILABLE = "unavailable"
    # At the desk (docs/support/desk-api.md).
    SIGNED_OUT = "signed_out"
    WRONG_PASSWORD = "wrong_password"
    WRONG_CODE = "wrong_code"
    SECOND_FACTOR_REQUIRED = "second_factor_required"
    SIGN_IN_TOO_OLD = "sign_in_too_old"
    LOCKED_OUT = "locked_out"
    FORBIDDEN = "forbidden"
    CSRF = "csrf"
    CONFLICT = "conflict"
    WEAK_PASSWORD = "weak_password"
    PASSWORD_UNCHANGED = "password_unchanged"
    USERNAME_TAKEN = "username_taken"
    EMAIL_TAKEN = "email_taken"
    SHORTCUT_TAKEN = "shortcut_taken"
    UNKNOWN_VARIABLE = "unknown_variable"
    FILE_UNREADABLE = "file_unreadable"
    NAME_TAKEN = "name_taken"
    TOO_MANY = "too_many"
    NO_TICKET = "no_ticket"
    USER_UNKNOWN = "user_unknown"
    HOOK_ADDRESS = "hook_address"
    LAST_ADMIN = "last_admin"
    CONTACT_INVALID = "contact_invalid"
    BLOCKED = "blocked"
    ALREADY_RATED = "already_rated"
    # Of the knowledge (docs/support/knowledge-api.md).
    ENTRY_INVALID = "entry_invalid"
    ENTRY_CHANGED = "entry_changed"
    KNOWLEDGE_BROKEN = "knowledge_broken"
    CHECKS_NEEDED = "checks_needed"
    TRAINING_NEEDED = "training_needed"
    OPERATOR_NEEDED = "operator_needed"
    PILOT_RUNNING = "pilot_running"
    PUBLICATION_SET = "publication_set"
    ENGINE_FULL = "engine_full"


class InputError(Exception):
    """A request is refused.

    Attributes:
        code: Why.
        retry_after: Seconds after which it is worth another try, or None if waiting does not help or is unknown.
        details: More for the client, as JSON.
    """

    def __init__(
        self, code: ErrorCode, *, retry_after: int | None = None, details: Mapping[str, Any] | None = None
    ) -> None:
        """Keeps the reason."""
        super().__init__(code.value)
        self.code = code
        self.retry_after = retry_after
        self.details = details
