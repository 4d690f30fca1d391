"""What the gateway is answered, over HTTP, by an agent that says what it was told."""

from __future__ import annotations

import asyncio
import json
import socket
import urllib.error
import urllib.request
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from sanic import Sanic
from sqlalchemy.exc import OperationalError

from engine.channel import SECRET_VARIABLE, GatewayInput, GatewayOutput

Result = tuple[int, Any]
OPENED = {"kind": "topic_opened", "topic": "forgot_password", "step": None, "value": None}


class Agent:
    """Answers each message with a step, understands everything as the hotline, and counts how often it was asked."""

    domain = SimpleNamespace(intents=["greet", "back", "forgot_password"])

    def __init__(self) -> None:
        self.lock_store = InMemoryLockStore()
        self.tracker_store = InMemoryTrackerStore(Domain.empty())
        self.texts: list[str] = []
        self.parsed: list[str] = []

    async def handle(self, message: UserMessage) -> None:
        self.texts.append(message.text)
        if message.text == "坏了":
            raise RuntimeError("broken")
        if message.text == "存不下":
            raise OperationalError("INSERT", {}, Exception("no connection"))
        if message.text == "慢":
            # Until another one has had its turn, which is within this moment.
            await asyncio.sleep(0.1)
        tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        intent = {"name": "forgot_password", "confidence": 0.9}
        parse = {"intent": intent, "entities": [], "text": message.text, "answer_band": "answer"}
        tracker.update(UserUttered(message.text, intent, [], parse, message_id=message.message_id))
        progress = {"topic": "forgot_password", "number": 1, "count": 2, "steps": ["一", "二"]}
        said = BotUttered(
            "第1步",
            {"buttons": [{"title": "下一步", "payload": "/next_step"}]},
            {"utter_action": "utter_step", "progress": progress, "events": [OPENED], "model_id": "drawn"},
        )
        tracker.update(said)
        tracker.update(BotUttered(None, {"custom": {"type": "handoff"}}))
        await self.tracker_store.save(tracker)
        for event in (said, BotUttered(None, {"custom": {"type": "handoff"}})):
            await message.output_channel.send_response(message.sender_id, event.message())

    async def parse_message(self, text: str) -> dict[str, Any]:
        self.parsed.append(text)
        hotline = {"entity": "contact_channel", "value": "hotline", "start": 0, "end": 2}
        return {"text": text, "intent": {"name": "contact_support", "confidence": 0.9}, "entities": [hotline]}


def talk(
    bodies: list[Any],
    secret: str | None = None,
    token: str | None = None,
    route: str = "webhook",
    *,
    at_once: bool = False,
    agent: Agent | None = None,
) -> tuple[list[Result], Agent]:
    """Posts the bodies to a server of this channel, None as a GET; returns status and content of each answer."""
    agent = agent or Agent()

    async def serve() -> list[Result]:
        Sanic.test_mode = True
        app = Sanic(f"channel_{len(Sanic._app_registry)}", configure_logging=False)
        app.ctx.agent = agent
        app.blueprint(GatewayInput(secret).blueprint(agent.handle), url_prefix="/webhooks/gateway")
        with socket.socket() as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            server = await app.create_server(sock=listening, return_asyncio_server=True)
            assert server is not None
            await server.startup()  # type: ignore[no-untyped-call]  # Sanic is typed in part
            url = f"http://127.0.0.1:{listening.getsockname()[1]}/webhooks/gateway/{route}"
            try:
                if at_once:
                    return await asyncio.gather(*(asyncio.to_thread(post, url, body, token) for body in bodies))
                return [await asyncio.to_thread(post, url, body, token) for body in bodies]
            finally:
                server.close()  # type: ignore[no-untyped-call]  # see above

    return asyncio.run(serve()), agent


def post(url: str, body: Any, token: str | None) -> Result:
    data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=60) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null")


def test_replies_carry_buttons_progress_and_handoff() -> None:
    [(status, answer)], _ = talk([{"sender": "me", "message": "忘记密码", "kind": "text"}])
    assert status == 200
    step, handoff = answer["messages"]
    assert step["text"] == "第1步"
    assert step["buttons"] == [{"title": "下一步", "payload": "/next_step"}]
    assert set(step["metadata"]) == {"response", "progress"}
    assert step["metadata"]["progress"]["number"] == 1
    assert handoff == {"custom": {"type": "handoff"}}
    assert answer["events"] == [OPENED]
    assert answer["understood"] == {"intent": "forgot_password", "confidence": 0.9, "answer_band": "answer"}


def test_typed_text_is_no_command() -> None:
    bodies = [
        {"sender": "me", "message": " /restart", "kind": "text"},
        {"sender": "me", "message": "/restart"},
        {"sender": "me", "message": "/next_step", "kind": "payload"},
    ]
    _, agent = talk(bodies)
    assert agent.texts == ["／restart", "／restart", "/next_step"]


def test_a_message_asked_again_is_not_executed_again() -> None:
    first = {"sender": "me", "message": "忘记密码", "message_id": "m1"}
    answers, agent = talk([first, first, {**first, "message_id": "m2"}, first])
    assert [status for status, _ in answers] == [200] * 4
    assert answers[0] == answers[1] == answers[2] == answers[3]
    # A gateway that stood still asks for m1 when another one has asked for m2.
    assert len(agent.texts) == 2


def test_a_message_of_long_ago_is_executed() -> None:
    bodies = [{"sender": "me", "message": "忘记密码", "message_id": f"m{number}"} for number in range(51)]
    _, agent = talk([*bodies, bodies[0]])
    assert len(agent.texts) == 52


def test_a_message_asked_again_while_its_turn_runs_is_one_turn() -> None:
    slow = {"sender": "me", "message": "慢", "message_id": "m1"}
    answers, agent = talk([slow, slow, {**slow, "sender": "you"}], at_once=True)
    assert [status for status, _ in answers] == [200] * 3
    assert answers[0] == answers[1]
    assert len(agent.texts) == 2


def test_a_store_that_is_away_is_told_apart_from_a_turn_that_fails() -> None:
    agent = Agent()
    again = {"sender": "me", "message": "存不下", "message_id": "m1"}
    answers, _ = talk([again, again, {"sender": "me", "message": "你好"}], agent=agent)
    assert [status for status, _ in answers] == [503, 503, 200]
    # What failed was not taken for done.
    assert agent.texts == ["存不下", "存不下", "你好"]


def test_a_turn_that_fails_is_an_error() -> None:
    [(status, answer)], _ = talk([{"sender": "me", "message": "坏了"}])
    assert status == 500
    assert "error" in answer


@pytest.mark.parametrize(
    "body",
    [[], {"message": "你好"}, {"sender": "me", "message": " "}, {"sender": "me", "message": "你好", "kind": "x"}, b"{"],
)
def test_a_bad_request_is_told(body: Any) -> None:
    [(status, _)], agent = talk([body])
    assert status == 400
    assert not agent.texts


@pytest.mark.parametrize(("token", "status"), [(None, 401), ("wrong", 401), ("s3cret", 200)])
def test_the_secret_is_asked_for(token: str | None, status: int) -> None:
    [(found, _)], agent = talk([{"sender": "me", "message": "你好"}], "s3cret", token)
    assert found == status
    assert len(agent.texts) == (status == 200)


def test_the_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SECRET_VARIABLE, "from the environment")
    assert GatewayInput.from_credentials(None)._secret == "from the environment"
    assert GatewayInput.from_credentials({"secret": "configured"})._secret == "configured"


def test_suggestions_beside_any_conversation() -> None:
    [(status, answer)], agent = talk([{"text": " /restart"}], route="suggestions")
    assert status == 200
    assert agent.parsed == ["／restart"]
    assert agent.texts == []
    first = answer["suggestions"][0]
    assert (first["topic"], first["title"]) == ("contact_support", "客服热线")
    assert set(first) == {"topic", "title", "text"}


@pytest.mark.parametrize("body", [[], {}, {"text": " "}, {"text": 1}, b"{"])
def test_a_bad_question_for_suggestions_is_told(body: Any) -> None:
    [(status, _)], agent = talk([body], route="suggestions")
    assert status == 400
    assert not agent.parsed


def test_intents_have_titles_and_those_of_rasa_are_none() -> None:
    [(status, answer)], _ = talk([None], route="intents")
    assert (status, [entry["name"] for entry in answer["intents"]]) == (200, ["forgot_password", "greet"])
    assert answer["intents"][0]["title"] == "找回登录密码"


@pytest.mark.parametrize(("route", "body"), [("suggestions", {"text": "你好"}), ("intents", None), ("intents/", None)])
@pytest.mark.parametrize(("token", "status"), [(None, 401), ("wrong", 401), ("s3cret", 200)])
def test_the_secret_is_asked_for_everywhere(route: str, body: Any, token: str | None, status: int) -> None:
    [(found, _)], agent = talk([body], "s3cret", token, route)
    assert found == status
    assert len(agent.parsed) == (status == 200 and route == "suggestions")


def test_conversations_are_told_and_forgotten() -> None:
    agent = Agent()

    async def ask() -> None:
        for sender in ("me", "you"):
            await agent.handle(UserMessage("忘记密码", GatewayOutput(), sender))

    asyncio.run(ask())
    [(_, told)], _ = talk([{"sender": "me"}], route="events", agent=agent)
    assert [event["text"] for event in told["events"] if event["event"] == "user"] == ["忘记密码"]
    assert talk([{"senders": ["me", "nobody"]}], route="forget", agent=agent)[0] == [(200, {"erased": 1})]
    [(_, told), (_, other)], _ = talk([{"sender": "me"}, {"sender": "you"}], route="events", agent=agent)
    assert told["events"] == []
    assert other["events"]


@pytest.mark.parametrize("body", [None, [], {"senders": "me"}, {"senders": [1]}, {"before": "now"}, {"keep": [""]}])
def test_what_is_no_request_to_forget_is_refused(body: Any) -> None:
    [(status, _)], _ = talk([json.dumps(body).encode()], route="forget")
    assert status == 400


@pytest.mark.parametrize("route", ["forget", "events"])
def test_forgetting_needs_the_secret(route: str) -> None:
    [(status, _)], _ = talk([{"sender": "me", "senders": ["me"]}], "right", "wrong", route)
    assert status == 401


def test_messages_of_one_meaning_come_into_one_group() -> None:
    texts = ["怎么开发票", "发票在哪里开", "明天北京天气怎么样", "北京今天的天气"]
    [(status, first)], _ = talk([{"texts": texts}], route="groups")
    assert status == 200
    a, b, c, d = first["groups"]
    assert (a == b, c == d, a == c) == (True, True, False)
    known = [{"mean": first["vectors"][2], "count": 1}]
    again, wrong, no_object = (
        {"texts": ["上海天气怎么样"], "vectors": first["vectors"][:1], "known": known},
        {"vectors": ["AAAA"]},
        [1],
    )
    answers, _ = talk([again, wrong, no_object, {"texts": ["好"] * 65}], route="groups")
    assert answers[0][1]["groups"] == [0, 1]
    assert [status for status, _ in answers[1:]] == [400] * 3


def test_nearest_answers_and_titles_are_told() -> None:
    [(status, answer), (refused, _)], agent = talk([{"text": "/客服电话是多少"}, {"text": ""}], route="nearest")
    assert (status, refused) == (200, 400)
    assert agent.parsed == ["／客服电话是多少"]
    assert 1 <= len(answer["answers"]) <= 3
    [(_, titles)], _ = talk([None], route="answers")
    assert {"id": "forgot_password", "title": "找回登录密码"} in titles["answers"]
    assert {it["id"] for it in answer["answers"]} <= {it["id"] for it in titles["answers"]}
    # Whoever has not the secret learns nothing.
    assert [talk([{}], "secret", route=route)[0][0][0] for route in ("groups", "nearest")] == [401, 401]
