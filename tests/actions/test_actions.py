"""Every action through rasa_sdk: the response names it sends and all the events it returns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from actions.base import DialogueAction
from actions.dialogue.acts import Act
from actions.dialogue.dialogue import READ
from tests.conftest import SENTENCE

VISITED = ["open_forgot_password", "enter_bound_account"]
STEP_2 = {
    "active_topic": "forgot_password",
    "procedure_step": "enter_bound_account",
    "last_topic": "forgot_password",
    "visited_steps": VISITED,
}
LEFT = {"active_topic": None, "procedure_step": None, "visited_steps": None}

RATING = {"offer": "rating", "rating_asked": True}

SCREEN = {"shown_buttons", "shown_lists", "list_is_fresh"}


def attempt(outcome: str) -> dict[str, Any]:
    return {"attempts": [{"topic": "forgot_password", "step": "enter_bound_account", "outcome": outcome}]}


@pytest.fixture(scope="module")
def executor() -> ActionExecutor:
    executor = ActionExecutor()
    executor.register_package("actions")
    return executor


CASES: list[tuple[str, str, dict[str, Any], list[str | None], dict[str, Any]]] = [
    (
        "action_open_topic",
        "forgot_password",
        {},
        ["utter_procedure_intro", "utter_first_step"],
        {
            "active_topic": "forgot_password",
            "procedure_step": "open_forgot_password",
            "visited_steps": ["open_forgot_password"],
            "last_topic": "forgot_password",
        },
    ),
    ("action_open_topic", "support_hours", {}, ["utter_answer"], {"last_topic": "support_hours"}),
    (
        "action_next_step",
        "next_step",
        STEP_2,
        ["utter_step"],
        {"procedure_step": "enter_verification_code", "visited_steps": [*VISITED, "enter_verification_code"]},
    ),
    ("action_previous_step", "previous_step", STEP_2, ["utter_first_step"], {"procedure_step": "open_forgot_password"}),
    ("action_repeat_step", "repeat_step", STEP_2, ["utter_step"], {}),
    (
        "action_report_step_problem",
        "step_problem",
        STEP_2,
        ["utter_step_trouble"],
        {"problem_steps": ["enter_bound_account"], "failures_in_row": 1.0},
    ),
    (
        "action_mark_solved",
        "problem_solved",
        STEP_2,
        ["utter_solved", "utter_ask_rating"],
        {**LEFT, **attempt("solved"), **RATING},
    ),
    (
        "action_cancel_procedure",
        "cancel",
        STEP_2,
        ["utter_cancelled", "utter_ask_rating"],
        {**LEFT, **attempt("abandoned"), **RATING},
    ),
    ("action_affirm", "affirm", {}, ["utter_acknowledge"], {}),
    ("action_deny", "deny", {}, ["utter_acknowledge"], {}),
    (
        "action_deny",
        "deny",
        {"offer": "human", "offer_reason": "not_understood"},
        ["utter_human_declined"],
        {"offer": None, "offer_reason": None},
    ),
    (
        "action_hand_off_to_human",
        "human_handoff",
        STEP_2,
        ["utter_handoff", None],
        {
            **LEFT,
            "suspended": [
                {
                    "topic": "forgot_password",
                    "step": "enter_bound_account",
                    "awaiting": None,
                    "interrupted": True,
                    "requested_detail": None,
                    "visited_steps": STEP_2["visited_steps"],
                    "problem_steps": [],
                    "unchecked_steps": [],
                    "page_says": [],
                }
            ],
            "handed_over": True,
        },
    ),
    ("action_leave_queue", "leave_queue", {"handed_over": True}, ["utter_queue_unknown", None], {"handed_over": None}),
    (
        "action_tell_ticket_status",
        "ask_ticket_status",
        STEP_2,
        ["utter_ticket_unknown", None, "utter_resume_hint"],
        {"interrupted": True},
    ),
    ("action_restart", "restart", {}, ["utter_greet"], {}),
    ("action_back", "back", STEP_2, ["utter_first_step"], {"procedure_step": "open_forgot_password"}),
    ("action_greet_user", "greet", {}, ["utter_greet"], {}),
    ("action_greet_user", "greet", STEP_2, ["utter_here"], {}),
    ("action_say_goodbye", "goodbye", STEP_2, ["utter_goodbye"], {}),
    ("action_accept_thanks", "thank", {}, ["utter_thank"], {}),
    ("action_explain_capabilities", "capabilities", {}, ["utter_capabilities"], {}),
    ("action_answer_bot_challenge", "bot_challenge", {}, ["utter_bot_challenge"], {}),
    ("action_decline_out_of_scope", "out_of_scope", {}, ["utter_chitchat"], {}),
    (
        "action_not_understood",
        "nlu_fallback",
        {},
        ["utter_not_understood"],
        {"failures_in_row": 1.0, "unanswered": ["说了这么长的一句话"]},
    ),
    (
        "action_not_understood",
        "nlu_fallback",
        {"failures_in_row": 1.0},
        ["utter_not_understood_again"],
        {
            "failures_in_row": 2.0,
            "offer": "human",
            "offer_reason": "not_understood",
            "unanswered": ["说了这么长的一句话"],
        },
    ),
]


@pytest.mark.parametrize(("action", "intent", "slots", "responses", "changes"), CASES)
async def test_action(
    executor: ActionExecutor,
    action: str,
    intent: str,
    slots: dict[str, Any],
    responses: list[str | None],
    changes: dict[str, Any],
) -> None:
    latest = {"text": SENTENCE, "intent": {"name": intent, "confidence": 0.9}, "entities": []}
    tracker = Tracker("me", slots, latest, [], False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    events = await executor.actions[action](dispatcher, tracker, {})
    assert [message.get("utter_action") for message in dispatcher.messages] == responses
    of_every_turn = {"script", "last_said", "last_message_time"}
    assert of_every_turn <= {event["name"] for event in events}
    # What is on the screen is what was sent.
    screen = {event["name"]: event["value"] for event in events if event["name"] in SCREEN}
    buttons = [[b["title"], b["payload"]] for message in dispatcher.messages for b in message.get("buttons") or ()]
    assert screen.get("shown_buttons") == (buttons or None)
    assert all(option in buttons for listed in screen.get("shown_lists") or () for option in listed)
    assert ("list_is_fresh" in screen) == ("shown_lists" in screen)
    of_this_turn = [event for event in events if event["name"] not in of_every_turn | SCREEN]
    assert sorted(of_this_turn, key=str) == sorted((SlotSet(name, value) for name, value in changes.items()), key=str)


@pytest.mark.parametrize("text", ["/nonexistent", "/next_step_typed", "/"])
async def test_text_that_only_looks_like_a_payload_is_not_understood(executor: ActionExecutor, text: str) -> None:
    latest = {"text": text, "intent": {"name": "next_step", "confidence": 0.9}, "entities": []}
    dispatcher = CollectingDispatcher()
    tracker = Tracker("me", dict(STEP_2), latest, [], False, None, {}, "action_listen")
    await executor.actions["action_next_step"](dispatcher, tracker, {})
    assert dispatcher.messages[0]["utter_action"] in {
        "utter_not_understood",
        "utter_not_understood_in_walk",
        "utter_tell_me_more_in_step",
    }


@pytest.mark.parametrize(
    ("slots", "text", "told"),
    [({}, "OK", "登錄"), ({}, "忘记密码了", "登录"), ({"script": "simplified"}, "OK", "登录")],
)
async def test_a_window_in_traditional_characters_is_answered_so_until_the_user_writes(
    executor: ActionExecutor, slots: dict[str, Any], text: str, told: str
) -> None:
    intent = {"name": "forgot_password", "confidence": 0.9}
    latest = {"text": text, "intent": intent, "entities": [], "metadata": {"script": "traditional"}}
    dispatcher = CollectingDispatcher()
    tracker = Tracker("me", slots, latest, [], False, None, {}, "action_listen")
    await executor.actions["action_open_topic"](dispatcher, tracker, {})
    assert any(told in (message.get("text") or "") for message in dispatcher.messages)


def test_every_act_is_that_of_an_action_or_found_by_the_reading() -> None:
    """No sentence says by itself what only the reading finds, so no rule and no action stands for it."""
    with_action = {action.act for action in DialogueAction.__subclasses__()}
    assert with_action | set(READ) == set(Act)
    assert not with_action & set(READ)


async def test_what_happened_goes_along_with_the_first_text_only(executor: ActionExecutor) -> None:
    latest = {"text": "…", "intent": {"name": "forgot_password", "confidence": 0.9}, "entities": []}
    dispatcher = CollectingDispatcher()
    tracker = Tracker("me", {}, latest, [], False, None, {}, "action_listen")
    await executor.actions["action_open_topic"](dispatcher, tracker, {})
    nothing = {"step": None, "step_number": None, "value": None}
    opened = {**nothing, "kind": "topic_opened", "topic": "forgot_password"}
    shown = {**opened, "kind": "step_shown", "step": "open_forgot_password", "step_number": 1}
    assert [message.get("events") for message in dispatcher.messages] == [[opened, shown], None]
    json.dumps(dispatcher.messages)


async def test_why_it_is_said_goes_along_with_the_first_text_only(executor: ActionExecutor) -> None:
    latest = {
        "text": "手机号填好了呀",
        "intent": {"name": "out_of_scope", "confidence": 0.4},
        "entities": [],
        "answer_band": "choice",
        "situated_acts": [{"name": "done", "confidence": 0.8}, {"name": "trouble", "confidence": 0.1}],
    }
    dispatcher = CollectingDispatcher()
    tracker = Tracker("me", dict(STEP_2), latest, [], False, None, {}, "action_listen")
    await executor.actions["action_decline_out_of_scope"](dispatcher, tracker, {})
    reading, *others = [message.get("reading") for message in dispatcher.messages]
    assert reading == {
        "source": "on_screen",
        "act": "done",
        "evidence": "done at forgot_password 2",
        "certainty": 0.8,
        "others": [
            {
                "source": "sentence",
                "act": "honest",
                "evidence": "a matter of the wallet that nothing is known about",
                "certainty": 1.0,
            },
            {"source": "sentence", "act": "out_of_scope", "evidence": "intent out_of_scope", "certainty": 0.4},
        ],
    }
    assert not any(others)
    json.dumps(dispatcher.messages)


async def session_start(executor: ActionExecutor, events: list[dict[str, Any]]) -> tuple[list[str], list[Any]]:
    latest = {"text": "/session_start", "intent": {"name": "session_start", "confidence": 1.0}, "entities": []}
    tracker = Tracker("me", dict(STEP_2), latest, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    returned = await executor.actions["action_session_start"](dispatcher, tracker, {})
    return [message["utter_action"] for message in dispatcher.messages], returned


async def test_a_session_that_was_asked_for_greets_and_keeps_the_state(executor: ActionExecutor) -> None:
    said, events = await session_start(executor, [{"event": "user", "text": "/session_start"}])
    assert said == ["utter_greet", "utter_resume_hint"]
    assert (events[0]["event"], events[-1]["name"]) == ("session_started", "action_listen")
    assert SlotSet("procedure_step", "enter_bound_account") in events


async def test_a_session_that_begins_by_itself_says_nothing(executor: ActionExecutor) -> None:
    before = [{"event": "user", "text": "/session_start"}, {"event": "action", "name": "action_listen"}]
    said, events = await session_start(executor, before)
    assert said == []
    assert SlotSet("active_topic", "forgot_password") in events
