"""The notice on stored chats that users read before their first message, and their answers to it (docs/privacy.md)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from uwallet_gateway.clock import now
from uwallet_gateway.database import tables
from uwallet_gateway.database.connection import Database
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.yaml_files import load_yaml

# none: the site shows one of its own. shown: nothing waits for it. consent: no message is taken without.
NoticeMode = Literal["none", "shown", "consent"]
# YAML reads an unquoted 1 or 2026-11-28 as something else than text.
_Version = Annotated[str, BeforeValidator(str), Field(min_length=1, max_length=32)]

# What the site of a conversation asks for; each message asks it.
_site, _conversation = tables.Site.__table__, tables.Conversation.__table__
_MODE = (
    select(_site.c.notice)
    .join(_conversation, _conversation.c.site_key == _site.c.key)
    .where(_conversation.c.id == bindparam("conversation"))
)


class NoticeError(Exception):
    """What organisation.yml says of the notice is wrong; the text says which key and why, one line each."""


class NoticeAnswer(StrEnum):
    """What a user did with the notice."""

    SHOWN = "shown"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_ANSWERS: dict[str, frozenset[NoticeAnswer]] = {
    "none": frozenset(),
    "shown": frozenset({NoticeAnswer.SHOWN}),
    "consent": frozenset({NoticeAnswer.AGREED, NoticeAnswer.REFUSED, NoticeAnswer.WITHDRAWN}),
}


class Notice(BaseModel):
    """The notice of a deployment."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    version: _Version
    text: str = Field(min_length=1, max_length=2000)
    # Words in place of the link while the deployment has named no policy.
    policy_unknown: str = Field(min_length=1, max_length=200)
    policy_url: str | None = Field(pattern=r"^https?://\S+$", max_length=500)
    # Said by the bot to whoever asks; not shown before the first message.
    kept_for: str | None = Field(default=None, min_length=1, max_length=200)

    @property
    def digest(self) -> str:
        """SHA-256 of what is shown: proves the wording that a version had."""
        return hashlib.sha256(f"{self.text}\n{self.policy_url or ''}".encode()).hexdigest()

    @property
    def words(self) -> str:
        """The notice for clients that show plain text."""
        return f"{self.text}\n{self.policy_url or self.policy_unknown}"


class _Organisation(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    privacy_notice: Notice


def load_notice(path: Path) -> Notice:
    """Reads organisation.yml.

    Raises:
        NoticeError: It cannot be read, or what it says of the notice is wrong.
    """
    return load_yaml(path, _Organisation, NoticeError)[0].privacy_notice


@dataclass(frozen=True, slots=True)
class NoticeState:
    """The notice as one user meets it.

    Attributes:
        notice: What is shown.
        mode: What the site asks for.
        answer: The user's last one to this version; None if there is none.
    """

    notice: Notice
    mode: NoticeMode
    answer: NoticeAnswer | None

    @property
    def blocks(self) -> bool:
        """Whether messages are refused."""
        return self.mode == "consent" and self.answer is not NoticeAnswer.AGREED


class Notices:
    """Who was shown which version, and who has agreed to it."""

    def __init__(self, database: Database, notice: Notice) -> None:
        """Reads nothing yet."""
        self._database = database
        self.notice = notice

    async def state(self, conversation_id: str) -> NoticeState | None:
        """The notice as the user of a conversation meets it; None where the site wants none."""
        async with self._database.read() as transaction:
            return await self._state(transaction, conversation_id)

    async def require(self, conversation_id: str) -> None:
        """As `check`, in a transaction of its own.

        Raises:
            InputError: consent_required.
        """
        async with self._database.read() as transaction:
            await self.check(transaction, conversation_id)

    async def answer(self, conversation_id: str, version: object, answer: object) -> NoticeState:
        """Records an answer: one row for each that differs from the one before, none is ever changed.

        Raises:
            InputError: malformed; not_found where the site has no notice; conflict, when another version is shown by
                now.
        """
        async with self._database.write() as transaction:
            state = await self._state(transaction, conversation_id)
            if state is None:
                raise InputError(ErrorCode.NOT_FOUND)
            if not isinstance(version, str) or answer not in _ANSWERS[state.mode]:
                raise InputError(ErrorCode.MALFORMED)
            if version != self.notice.version:
                raise InputError(ErrorCode.CONFLICT)
            given = NoticeAnswer(str(answer))
            if given is not state.answer:
                transaction.add(
                    tables.NoticeAnswer(
                        conversation_id=conversation_id,
                        version=version,
                        digest=self.notice.digest,
                        answer=given.value,
                        created_at=now(),
                    )
                )
        return NoticeState(self.notice, state.mode, given)

    async def check(self, transaction: AsyncSession, conversation_id: str) -> None:
        """Refuses what would store something of a user who has not agreed where the site asks for it.

        Raises:
            InputError: consent_required, with the notice as details.
        """
        state = await self._state(transaction, conversation_id)
        if state and state.blocks:
            notice = self.notice
            details = {"version": notice.version, "text": notice.text, "policy_url": notice.policy_url}
            raise InputError(ErrorCode.CONSENT_REQUIRED, details=details)

    async def _state(self, transaction: AsyncSession, conversation_id: str) -> NoticeState | None:
        mode = await transaction.scalar(_MODE, {"conversation": conversation_id})
        if mode is None or mode == "none":
            return None
        row = tables.NoticeAnswer
        answer = await transaction.scalar(
            select(row.answer)
            .where(row.conversation_id == conversation_id, row.version == self.notice.version)
            .order_by(row.id.desc())
            .limit(1)
        )
        return self.state_of(cast("NoticeMode", mode), answer)

    def state_of(self, mode: NoticeMode, answer: str | None) -> NoticeState | None:
        """As `state`, for what a site asks for and what its user has answered to this version."""
        return None if mode == "none" else NoticeState(self.notice, mode, NoticeAnswer(answer) if answer else None)
