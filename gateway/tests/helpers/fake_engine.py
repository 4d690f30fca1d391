"""An engine that speaks the engine's protocol and can be made slow, broken or silly."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.types import Receive, Scope, Send

from uwallet_gateway.knowledge.bundles import whole_digest

Mode = Literal["ok", "hold", "error", "unready", "nonsense", "silent"]

SUGGESTIONS_PATH = "/webhooks/gateway/suggestions"
INTENTS_PATH = "/webhooks/gateway/intents"
FORGET_PATH = "/webhooks/gateway/forget"
EVENTS_PATH = "/webhooks/gateway/events"
ANSWERS_PATH = "/webhooks/gateway/answers"
GROUPS_PATH = "/webhooks/gateway/groups"
NEAREST_PATH = "/webhooks/gateway/nearest"
ASSISTANCE = (
    SUGGESTIONS_PATH,
    INTENTS_PATH,
    FORGET_PATH,
    EVENTS_PATH,
    ANSWERS_PATH,
    GROUPS_PATH,
    NEAREST_PATH,
)
KNOWLEDGE_PATH = "/webhooks/gateway/knowledge"

GREETING: dict[str, Any] = {
    "text": "您好呀",
    "buttons": [{"title": "忘记密码", "payload": "/forgot_password"}, {"title": "转人工", "payload": "/human_handoff"}],
    "metadata": {"response": "utter_greet"},
}
HANDOFF: dict[str, Any] = {
    "type": "handoff",
    "version": 4,
    "reason": "user_request",
    "summary": "用户：没留联系方式",
    "topic": {"id": "forgot_password", "title": "找回登录密码"},
    "collected": {"phone_number": "13800138000"},
}


# What is said of support, and what the bot then asks of the gateway.
REQUESTS = {"不等了": "leave_queue", "我的工单怎么样了": "ticket_status"}


@dataclass
class FakeKnowledge:
    """Takes bundles, and answers on them with the question that has the words of a message.

    Attributes:
        texts: Contents of files by SHA-256.
        bundles: The files of each bundle by path, by the hash of the bundle.
        served: What is to be served, in order.
        pilot: What is to be served beside it.
        is_full: Whether there is no memory for that.
        problems: Why the next bundle is refused.
        alike: What wordings are too near.
        trainings: What is said of the training of the next bundle, time after time; then it is trained.
        is_down: Whether it fails.
        replays: What is played, by key.
        played: The bundles on which something was played, in order.
        begun: The keys of each request to play, in order.
        stopped: What was stopped.
        is_slow: Whether what is played goes on until it is stopped.
        states: How far it is said to be first.
    """

    texts: dict[str, str] = field(default_factory=dict)
    bundles: dict[str, dict[str, str]] = field(default_factory=dict)
    served: list[str | None] = field(default_factory=lambda: [None])
    pilot: str | None = None
    is_full: bool = False
    problems: list[str] = field(default_factory=list)
    alike: list[dict[str, Any]] = field(default_factory=list)
    trainings: list[dict[str, Any]] = field(default_factory=list)
    is_down: bool = False
    replays: dict[str, tuple[str, list[Any]]] = field(default_factory=dict)
    played: list[str] = field(default_factory=list)
    begun: list[list[str]] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    is_slow: bool = False
    states: list[str] = field(default_factory=list)

    async def answer(self, path: str, body: bytes, send: Send) -> None:
        """One request."""
        if self.is_down:
            await _answer(send, 500, b"{}")
            return
        request = json.loads(body) if body else {}
        status, content = getattr(self, "_" + (path.strip("/").replace("/", "_") or "status"))(request)
        await _answer(send, status, json.dumps(content).encode())

    def _status(self, _: Any) -> tuple[int, Any]:
        process = {"id": "fake", "sha256": self.served[-1], "seen_at": 1_700_000_000.0}
        return 200, {"own": "0" * 64, "served": self.served[-1], "pilot": self.pilot, "engines": [process]}

    def _bundles(self, request: Any) -> tuple[int, Any]:
        self.texts |= request["texts"]
        if missing := sorted(set(request["files"].values()) - self.texts.keys()):
            return 409, {"missing": missing}
        if self.problems:
            return 422, {"problems": self.problems}
        self.bundles[whole_digest(request["files"])] = request["files"]
        return (409, {"untrained": True}) if self.trainings else (200, {})

    def _trainings(self, request: Any) -> tuple[int, Any]:
        assert request["sha256"] in self.bundles
        told = self.trainings[0]
        if request["start"]:
            self.trainings.pop(0)
        return 200, {"state": "running", "progress": 0.5, "problems": [], "seconds": 1.0} | told

    def _served(self, request: Any) -> tuple[int, Any]:
        assert request["sha256"] in {None, *self.bundles}
        pilot = request["pilot"]
        assert pilot in {None, *self.bundles}
        if pilot and self.is_full:
            return 409, {"full": True}
        self.served.append(request["sha256"])
        self.pilot = pilot
        return 200, {"sha256": request["sha256"], "pilot": pilot}

    def of_turn(self, wanted: str | None) -> str | None:
        """The bundle that answers a turn that asks for one."""
        return wanted if wanted is not None and wanted == self.pilot else self.served[-1]

    def _trial(self, request: Any) -> tuple[int, Any]:
        assert request["sha256"] in self.bundles
        return 200, {"turns": self._turns(request["sha256"], request["messages"])}

    def _turns(self, sha256: str, messages: list[dict[str, str]]) -> list[dict[str, Any]]:
        texts = "".join(self.texts[digest] for digest in self.bundles[sha256].values())
        return [_played(message["message"], texts) for message in messages]

    def _replays(self, request: Any) -> tuple[int, Any]:
        keys = []
        for play in request["plays"]:
            said = request["sets"][play["set"]]
            key = hashlib.sha256(json.dumps([play["sha256"], said, request["moment"]]).encode()).hexdigest()
            if key not in self.replays:
                self.played.append(play["sha256"])
            self.replays[key] = play["sha256"], said
            keys.append(key)
        self.begun.append(keys)
        return 200, {"keys": keys}

    def _replays_state(self, _: Any) -> tuple[int, Any]:
        state = self.states.pop(0) if self.states else "running" if self.is_slow else "done"
        return 200, {"state": state, "progress": 0.5, "problems": []}

    def _replays_plays(self, request: Any) -> tuple[int, Any]:
        sha256, said = self.replays[request["key"]]
        # Part by part, as the engine does.
        part = said[request["first"] : request["first"] + 7]
        return 200, {"plays": [self._turns(sha256, messages) for messages in part], "count": len(said)}

    def _replays_stop(self, request: Any) -> tuple[int, Any]:
        self.stopped += request["keys"]
        return 200, {}

    def _alike(self, _: Any) -> tuple[int, Any]:
        return 200, {"alike": self.alike}


def _played(message: str, texts: str) -> dict[str, Any]:
    before, found, _ = texts.partition(message)
    name = before.rpartition("- id: ")[2].partition("\n")[0] if found and "- id: " in before else None
    events = [{"kind": "topic_opened", "topic": f"faq/{name}", "step": None}] if name else []
    said = [{"text": f"收到：{message}", "metadata": {"response": "utter_answer" if name else "utter_echo"}}]
    return {"messages": said, "understood": {"intent": "echo", "confidence": 0.9}, "reading": None, "events": events}


@dataclass
class FakeEngine:
    """Echoes texts; `/session_start` greets, `/human_handoff` hands over, 「找人工」 too, with a reason after a colon.

    Attributes:
        mode: How it behaves. `hold` waits for `release`.
        received: The bodies that came, in order.
        forgotten: The bodies of requests to erase.
        finished: Those that were answered.
        answers: What is answered to a message instead.
        knowledge: What comes of bundles.
    """

    mode: Mode = "ok"
    received: list[dict[str, Any]] = field(default_factory=list)
    forgotten: list[dict[str, Any]] = field(default_factory=list)
    finished: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    release: asyncio.Event = field(default_factory=asyncio.Event)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)
    knowledge: FakeKnowledge = field(default_factory=FakeKnowledge)

    async def wait_for(self, count: int) -> None:
        """Waits until so many messages have come."""
        async with self.came:
            await self.came.wait_for(lambda: len(self.received) >= count)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One turn."""
        if scope["type"] != "http":
            return
        chunks = bytearray()
        while True:
            event = await receive()
            chunks += event.get("body", b"")
            if not event.get("more_body"):
                break
        if scope["path"] in ASSISTANCE:
            await self._assist(scope["path"], bytes(chunks), send)
            return
        if scope["path"].startswith(KNOWLEDGE_PATH):
            await self.knowledge.answer(scope["path"].removeprefix(KNOWLEDGE_PATH), bytes(chunks), send)
            return
        if scope["method"] != "POST":
            await _answer(send, 200, b'{"status": "ok"}')
            return
        body = json.loads(bytes(chunks))
        async with self.came:
            self.received.append(body)
            self.came.notify_all()
        if self.mode == "hold":
            await self.release.wait()
        if self.mode in {"error", "unready"}:
            await _answer(send, 500 if self.mode == "error" else 503, b"{}")
        elif self.mode == "nonsense":
            await _answer(send, 200, b"<html>maintenance</html>")
        else:
            self.finished.append(body)
            answer = (
                {"messages": [], "understood": None}
                if self.mode == "silent"
                else self.answers.get(body["message"], _turn(body))
            )
            answer = {"knowledge": self.knowledge.of_turn(body["metadata"].get("knowledge"))} | answer
            await _answer(send, 200, json.dumps(answer).encode())

    async def _assist(self, path: str, body: bytes, send: Send) -> None:
        if self.mode == "error":
            await _answer(send, 500, b"{}")
        elif self.mode == "nonsense":
            await _answer(send, 200, b"<html>maintenance</html>")
        elif path == INTENTS_PATH:
            await _answer(send, 200, json.dumps({"intents": [{"name": "greet", "title": "问好"}]}).encode())
        elif path == ANSWERS_PATH:
            answers = [{"id": "faq/invoice", "title": "能开发票吗"}]
            await _answer(send, 200, json.dumps({"answers": answers}).encode())
        elif path == NEAREST_PATH:
            near = [{"id": "faq/invoice", "title": "能开发票吗", "likeness": 0.4}]
            await _answer(send, 200, json.dumps({"answers": near}).encode())
        elif path == GROUPS_PATH:
            await _answer(send, 200, json.dumps(_grouped(json.loads(body))).encode())
        elif path == EVENTS_PATH:
            sender = json.loads(body)["sender"]
            events = [{"event": "user", "text": turn["message"]} for turn in self.finished if turn["sender"] == sender]
            await _answer(send, 200, json.dumps({"events": events}).encode())
        elif path == FORGET_PATH:
            self.forgotten.append(json.loads(body))
            await _answer(send, 200, json.dumps({"erased": len(self.forgotten[-1]["senders"])}).encode())
        else:
            text = json.loads(body)["text"]
            found = [{"topic": "forgot_password", "title": "找回登录密码", "text": f"关于「{text}」，您可以这样做"}]
            await _answer(send, 200, json.dumps({"suggestions": found}).encode())


def _grouped(body: dict[str, Any]) -> dict[str, Any]:
    """Groups texts by their first character, which is all that a vector has."""
    vectors = [base64.b64encode(struct.pack("<2e", ord(text[0]) % 1000, 0)).decode() for text in body["texts"]]
    groups = [known["mean"] for known in body["known"]]
    for vector in [*vectors, *body["vectors"]]:
        if vector not in groups:
            groups.append(vector)
    return {"vectors": vectors, "groups": [groups.index(vector) for vector in [*vectors, *body["vectors"]]]}


def _turn(body: dict[str, Any]) -> dict[str, Any]:
    message = body["message"]
    if message.startswith("找人工"):
        return _handed_over({**HANDOFF, "reason": message.partition("：")[2] or "user_request"})
    messages: list[dict[str, Any]]
    if message == "/session_start" and body["kind"] == "payload":
        messages = [GREETING]
    elif message == "/human_handoff" and body["kind"] == "payload":
        messages = [{"text": "这就为您转人工", "buttons": [], "metadata": {}}, {"custom": HANDOFF}]
    elif message in REQUESTS and body["kind"] == "text":
        request = {"type": "support_request", "request": REQUESTS[message]}
        messages = [{"text": "我这里看不到", "buttons": [], "metadata": {}}, {"custom": request}]
    else:
        messages = [{"text": f"收到：{message}", "buttons": [], "metadata": {"response": "utter_echo"}}]
    understood = {"intent": "echo", "confidence": 0.9, "answer_band": "answer"}
    return {"messages": messages, "understood": understood}


def _handed_over(payload: dict[str, Any]) -> dict[str, Any]:
    messages = [{"text": "这就为您转人工", "buttons": [], "metadata": {}}, {"custom": payload}]
    return {"messages": messages, "understood": None}


async def _answer(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
