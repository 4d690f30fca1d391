"""One person's data at the desk (docs/privacy.md)."""

from __future__ import annotations

from pydantic import Field, model_validator

from uwallet_gateway.protocol.base import Request, View


class PersonRequest(Request):
    """A user by the site's id, or a visitor by the conversation, which a ticket names."""

    site: str | None = Field(default=None, max_length=64)
    user_id: str | None = Field(default=None, max_length=255)
    conversation_id: str | None = Field(default=None, max_length=32)

    @model_validator(mode="after")
    def _one_way(self) -> PersonRequest:
        by_name = self.site is not None and self.user_id is not None
        if by_name == (self.conversation_id is not None) or (self.site is None) != (self.user_id is None):
            msg = "site and user_id, or conversation_id"
            raise ValueError(msg)
        if any("\0" in (value or "") for value in (self.site, self.user_id, self.conversation_id)):
            msg = "no NUL"
            raise ValueError(msg)
        return self


class ErasedView(View):
    """Proof of an erasure; it names nobody."""

    person: str = Field(description="A keyed digest of whom it was about")
    at: str
    rows: dict[str, int] = Field(description="Deleted rows by table")
    files: int
    digest: str = Field(description="SHA-256 over tables and keys of the deleted rows")
    engine_events: int | None = Field(description="Null: the engine did not answer, and is asked again")
    log_emptied: bool
    exports: list[str] = Field(description="Files of exported labels that still quote this person")
    backups_until: str | None = Field(description="Null: not known, UWALLET_BACKUP_DAYS is not set")
