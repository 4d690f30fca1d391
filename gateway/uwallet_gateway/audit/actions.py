"""What is recorded in the audit log."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """Actions; the desk has a title for each (`web/desk/src/i18n`)."""

    SIGNED_IN = "signed_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_CHANGE_FAILED = "password_change_failed"
    PASSWORD_RESET = "password_reset"
    ACCOUNT_CREATED = "account_created"
    ACCOUNT_CHANGED = "account_changed"
    TICKET_CLAIMED = "ticket_claimed"
    TICKET_ASSIGNED = "ticket_assigned"
    TICKET_TRANSFERRED = "ticket_transferred"
    TICKET_REQUEUED = "ticket_requeued"
    TICKET_RETURNED_TO_BOT = "ticket_returned_to_bot"
    TICKET_CLOSED = "ticket_closed"
    CONVERSATION_READ = "conversation_read"
    CONTACT_SHOWN = "contact_shown"
    STATISTICS_EXPORTED = "statistics_exported"
    MESSAGES_EXPORTED = "messages_exported"
    AUDIT_EXPORTED = "audit_exported"
    LABELS_EXPORTED = "labels_exported"
    MESSAGE_LABELLED = "message_labelled"
    CANNED_REPLY_ADDED = "canned_reply_added"
    CANNED_REPLY_CHANGED = "canned_reply_changed"
    CANNED_REPLY_REMOVED = "canned_reply_removed"
    USER_EXPORTED = "user_exported"
    USER_ERASED = "user_erased"
    USER_REVOKED = "user_revoked"
    HOLD_PLACED = "hold_placed"
    HOLD_RELEASED = "hold_released"
    SITE_CREATED = "site_created"
    SITE_CHANGED = "site_changed"
    SITE_REMOVED = "site_removed"
    SETTINGS_CHANGED = "settings_changed"
