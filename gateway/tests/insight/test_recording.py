"""What a turn leaves for the statistics."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.conftest import StartGateway
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway
from uwallet_gateway.database import tables
from uwallet_gateway.engine.client import EngineEvent, Understood
from uwallet_gateway.insight.recording import misunderstanding_of
from uwallet_gateway.protocol.insight import MisunderstandingKind

SURE = Understood(intent="greet", confidence=0.9, answer_band="answer")
OUTSIDE = Understood(intent="out_of_scope", confidence=0.9, answer_band="answer")
UNSURE = Understood(intent=None, confidence=0.1, answer_band="not_understood")


@pytest.mark.parametrize(
    ("understood", "kinds", "kind"),
    [
        (SURE, [], None),
        (SURE, ["not_understood"], MisunderstandingKind.NOT_UNDERSTOOD),
        (SURE, ["step_problem"], MisunderstandingKind.STEP_PROBLEM),
        (SURE, ["step_problem", "not_understood"], MisunderstandingKind.NOT_UNDERSTOOD),
        # What the bot asked for is no intent of any kind, and yet taken well.
        (UNSURE, ["step_shown"], None),
        (UNSURE, [], None),
        (SURE, ["not_meant"], None),
        # What is understood, and nothing is known about.
        (OUTSIDE, ["out_of_scope"], MisunderstandingKind.OUT_OF_SCOPE),
        (OUTSIDE, ["not_understood"], MisunderstandingKind.OUT_OF_SCOPE),
        (OUTSIDE, ["step_shown"], None),
        (SURE, ["chosen", "topic_opened"], None),
        # An engine that tells nothing.
        (UNSURE, None, MisunderstandingKind.NOT_UNDERSTOOD),
        (SURE, None, None),
        (None, None, None),
    ],
)
def test_kind_of_misunderstanding(
    understood: Understood | None, kinds: list[str] | None, kind: MisunderstandingKind | None
) -> None:
    events = None if kinds is None else [EngineEvent(kind=kind) for kind in kinds]
    assert misunderstanding_of(understood, events) is kind


def answer(text: str, *events: dict[str, Any], band: str = "answer", **metadata: Any) -> dict[str, Any]:
    buttons = [{"title": "都不是", "payload": "/none_of_these"}, {"title": "密码", "payload": "/button"}]
    return {
        "messages": [{"text": text, "buttons": buttons, "metadata": {"response": "utter", **metadata}}],
        "understood": {"intent": "forgot_password", "confidence": 0.5, "answer_band": band},
        "events": list(events),
    }


CHOICE = answer("您是不是想问", band="choice", ask="choice")
NONE = answer("那您再说说", {"kind": "not_meant", "topic": None, "step": None, "value": None})


async def say(gateway: Gateway, token: str, **message: str) -> None:
    async with gateway.api(token) as api:
        response = await api.post("/api/v1/messages", json=message)
        assert response.status_code == 201, response.text


async def understandings(gateway: Gateway) -> list[tuple[int, str | None]]:
    async with gateway.services.database.read() as transaction:
        rows = await transaction.scalars(select(tables.Understanding).order_by(tables.Understanding.message_id))
        return [(row.message_id, row.trouble) for row in rows]


CHOSEN = answer("好的", {"kind": "chosen", "topic": None, "step": None, "value": None})
DOUBT = answer("您是不是想问", {"kind": "not_understood", "topic": None, "step": None}, band="choice", ask="choice")


@pytest.mark.parametrize("typed", [True, False])
@pytest.mark.parametrize(
    ("text", "payload", "answered", "trouble"),
    [("都不是", "/none_of_these", NONE, "not_meant"), ("第一个", "/button", CHOSEN, "chosen")],
)
async def test_the_answer_to_choices_marks_the_message_before_them(
    start_gateway: StartGateway, text: str, payload: str, answered: dict[str, Any], trouble: str, typed: bool
) -> None:
    engine = FakeEngine(answers={"密码的事": CHOICE, text: answered, payload: answered})
    async with start_gateway(engine) as gateway:
        token = await gateway.token()
        await say(gateway, token, text="密码的事")
        await say(gateway, token, **({"text": text} if typed else {"payload": payload}))
        found = await understandings(gateway)
    # The typed one was understood well; a button is nothing to understand.
    assert found == [(1, trouble), *([(3, None)] if typed else [])]


@pytest.mark.parametrize(("answered", "kept"), [(CHOSEN, "not_understood"), (NONE, "not_meant")])
async def test_a_choice_says_less_than_what_is_known(
    start_gateway: StartGateway, answered: dict[str, Any], kept: str
) -> None:
    async with start_gateway(FakeEngine(answers={"那个": DOUBT, "/button": answered})) as gateway:
        token = await gateway.token()
        await say(gateway, token, text="那个")
        assert await understandings(gateway) == [(1, "not_understood")]
        await say(gateway, token, payload="/button")
        assert await understandings(gateway) == [(1, kept)]


async def test_events_are_kept_and_what_is_not_known_does_no_harm(start_gateway: StartGateway) -> None:
    events: list[dict[str, Any]] = [
        {"kind": "topic_opened", "topic": "forgot_password", "step": None, "value": None},
        {"kind": "step_problem", "topic": "forgot_password", "step": "enter_bound_account", "step_number": 2},
        # An engine from before steps were known by id.
        {"kind": "step_shown", "topic": "forgot_password", "step": 3},
        {"kind": "k" * 100, "topic": "t" * 100},
    ]
    engine = FakeEngine(answers={"没有这个按钮": answer("换个办法", *events), "好": {"messages": [{"text": "好"}]}})
    async with start_gateway(engine) as gateway:
        token = await gateway.token()
        await say(gateway, token, text="没有这个按钮")
        # An engine that knows nothing of events.
        await say(gateway, token, text="好")
        async with gateway.services.database.read() as transaction:
            rows = list(await transaction.scalars(select(tables.BotEvent).order_by(tables.BotEvent.id)))
        assert await understandings(gateway) == [(1, "step_problem")]
    assert [(row.kind, row.topic, row.step, row.step_number) for row in rows] == [
        ("topic_opened", "forgot_password", None, None),
        ("step_problem", "forgot_password", "enter_bound_account", 2),
        ("step_shown", "forgot_password", "3", None),
        ("k" * 32, "t" * 64, None, None),
    ]


async def test_fallback_is_no_intent(start_gateway: StartGateway) -> None:
    nothing = answer("没听懂", {"kind": "not_understood"}, band="not_understood")
    nothing["understood"] |= {"intent": "nlu_fallback", "confidence": 0.7}
    async with start_gateway(FakeEngine(answers={"呜啦": nothing})) as gateway:
        await say(gateway, await gateway.token(), text="呜啦")
        async with gateway.services.database.read() as transaction:
            row = (await transaction.scalars(select(tables.Understanding))).one()
    assert (row.intent, row.confidence, row.trouble) == (None, None, "not_understood")


async def test_pressed_buttons_are_not_judged(start_gateway: StartGateway) -> None:
    trouble = answer("换个办法", {"kind": "step_problem", "topic": "t", "step": 1})
    engine = FakeEngine(answers={"你好": CHOICE, "/none_of_these": trouble})
    async with start_gateway(engine) as gateway:
        token = await gateway.token()
        await say(gateway, token, text="你好")
        await say(gateway, token, payload="/none_of_these")
        assert await understandings(gateway) == [(1, None)]


async def test_choices_after_a_button_mark_nothing(start_gateway: StartGateway) -> None:
    engine = FakeEngine(answers={"/session_start": CHOICE, "都不是": NONE})
    async with start_gateway(engine) as gateway:
        token = await gateway.token()
        await say(gateway, token, payload="/session_start")
        await say(gateway, token, text="都不是")
        assert await understandings(gateway) == [(3, None)]
