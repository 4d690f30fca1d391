"""The notice on stored chats in widgets made for Rasa, which have no place for it: said as the bot's messages."""

from __future__ import annotations

import socketio

from uwallet_gateway.identity.notice import NoticeAnswer, NoticeState
from uwallet_gateway.services import Services

AGREE, DISAGREE = "/notice_agree", "/notice_disagree"


class PlainNotices:
    """Tells the notice, and takes the answer to it. None of it is part of the transcript."""

    def __init__(self, services: Services, server: socketio.AsyncServer) -> None:
        """Keeps what it works with."""
        self._services = services
        self._server = server
        button = services.texts.button
        self._answers = {
            AGREE: NoticeAnswer.AGREED,
            button("agree"): NoticeAnswer.AGREED,
            DISAGREE: NoticeAnswer.REFUSED,
            button("disagree"): NoticeAnswer.REFUSED,
        }

    async def meet(self, sid: str, conversation_id: str, message: object) -> bool:
        """Does what the notice asks for before a message is taken; returns whether the message was an answer to it."""
        notices = self._services.notices
        state = await notices.state(conversation_id)
        if state is None or (state.mode == "shown" and state.answer) or not (state.blocks or state.mode == "shown"):
            return False
        if state.mode == "shown":
            await notices.answer(conversation_id, state.notice.version, NoticeAnswer.SHOWN)
            await self._say(sid, state.notice.words)
            return False
        answer = self._answers.get(message.strip()) if isinstance(message, str) else None
        if answer is None:
            await self._ask(sid, state)
            return False
        await notices.answer(conversation_id, state.notice.version, answer)
        if answer is NoticeAnswer.AGREED:
            await self._say(sid, self._services.texts.notice("consent_given"))
        else:
            await self._say(sid, self._services.texts.notice("consent_refused"), self._buttons())
        return True

    async def _ask(self, sid: str, state: NoticeState) -> None:
        await self._say(sid, state.notice.words, self._buttons())

    def _buttons(self) -> list[dict[str, str]]:
        button = self._services.texts.button
        return [
            {"title": button(name), "payload": payload, "content_type": "text"}
            for name, payload in (("agree", AGREE), ("disagree", DISAGREE))
        ]

    async def _say(self, sid: str, text: str, buttons: list[dict[str, str]] | None = None) -> None:
        body: dict[str, object] = {"text": text, "metadata": {"author": "system", "notice": "privacy"}}
        if buttons:
            body["quick_replies"] = buttons
        await self._server.emit("bot_uttered", body, to=sid)
