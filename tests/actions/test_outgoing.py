"""Replies in words: not the same twice in a row, in the user's script, buttons filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from opencc import OpenCC

from actions.base import domain_settings
from actions.dialogue.messages import Button, Progress, Reply, Role
from actions.outgoing import Script, _converter_of_characters, _in_script, put_into_words, script_of

RESPONSES: dict[str, list[dict[str, Any]]] = {
    "utter_step": [
        {"text": "第{number}步：{text}", "buttons": [{"title": "去{number}", "payload": '/x{{"a": "{number}"}}'}]},
        {"text": "再说一遍第{number}步：{text}"},
    ]
}
REPLY = Reply("utter_step", {"number": 2, "text": "填验证码{0}"}, (Button("转人工", "/human_handoff"),))


def test_placeholders_are_filled_in_and_buttons_put_together() -> None:
    said = put_into_words(REPLY, RESPONSES, [], Script.SIMPLIFIED)
    assert said.text == "第2步：填验证码{0}"
    assert said.buttons == (
        {"title": "去2", "payload": '/x{"a": "2"}'},
        {"title": "转人工", "payload": "/human_handoff"},
    )


def test_a_list_comes_first_and_buttons_say_what_they_weigh() -> None:
    responses = {"utter_step": [{"text": "选", "buttons": [{"title": "继续", "payload": "/go", "role": "primary"}]}]}
    picked = Reply("utter_step", {"details": "金额：20元"}, (Button("注销", "/close", Role.DANGER),), is_list=True)
    said = put_into_words(replace(picked, is_warning=True), responses, [], Script.SIMPLIFIED)
    assert said.buttons == (
        {"title": "注销", "payload": "/close", "role": "danger"},
        {"title": "继续", "payload": "/go", "role": "primary"},
    )
    assert said.metadata == {"tone": "warning", "details": "金额：20元"}


def test_what_has_just_been_said_is_said_otherwise() -> None:
    first = put_into_words(REPLY, RESPONSES, [], Script.SIMPLIFIED)
    second = put_into_words(REPLY, RESPONSES, [first.fingerprint], Script.SIMPLIFIED)
    assert second.text == "再说一遍第2步：填验证码{0}"
    assert put_into_words(REPLY, RESPONSES, [second.fingerprint], Script.SIMPLIFIED) == first


def test_traditional_text_and_titles_but_the_same_payloads() -> None:
    said = put_into_words(REPLY, RESPONSES, [], Script.TRADITIONAL)
    assert said.text == "第2步：填驗證碼{0}"
    assert said.buttons[1] == {"title": "轉人工", "payload": "/human_handoff"}


@pytest.mark.parametrize(
    ("text", "known", "script"),
    [
        ("我忘記密碼了", Script.SIMPLIFIED, Script.TRADITIONAL),
        ("我忘记密码了", Script.TRADITIONAL, Script.SIMPLIFIED),
        ("下一步", Script.TRADITIONAL, Script.TRADITIONAL),
        ("好了", Script.TRADITIONAL, Script.TRADITIONAL),
        ("然后呢", Script.TRADITIONAL, Script.TRADITIONAL),
        ("xiayibu", Script.SIMPLIFIED, Script.SIMPLIFIED),
        ("帐号登录不了", Script.SIMPLIFIED, Script.SIMPLIFIED),
        ("", Script.TRADITIONAL, Script.TRADITIONAL),
    ],
)
def test_script_of(text: str, known: Script, script: Script) -> None:
    assert script_of(text, known) is script


def test_the_domain_says_how_long_a_session_lasts() -> None:
    assert domain_settings().session_seconds == 3600


def test_a_client_is_told_what_it_can_draw() -> None:
    progress = Progress("forgot_password", "找回登录密码", "procedure", 1, ("点忘记密码", "填验证码"))
    said = put_into_words(replace(REPLY, progress=progress, ask="rating"), RESPONSES, [], Script.TRADITIONAL)
    assert said.metadata == {
        "ask": "rating",
        "progress": {
            "topic": "forgot_password",
            "title": "找回登錄密碼",
            "kind": "procedure",
            "number": 1,
            "count": 2,
            "steps": ["點忘記密碼", "填驗證碼"],
        },
    }
    assert put_into_words(REPLY, RESPONSES, [], Script.SIMPLIFIED).metadata == {}


def test_a_step_may_carry_a_picture_and_a_link() -> None:
    picture = {"url": "https://example.com/1.png", "alt": "登录界面"}
    link = {"url": "app://login", "title": "打开登录界面"}
    progress = Progress("forgot_password", "找回登录密码", "procedure", 1, ("填",), picture=picture, link=link)
    told = put_into_words(replace(REPLY, progress=progress), RESPONSES, [], Script.TRADITIONAL).metadata["progress"]
    assert told["picture"] == {"url": "https://example.com/1.png", "alt": "登錄界面"}
    assert told["link"] == {"url": "app://login", "title": "打開登錄界面"}


def test_single_characters_are_converted_as_with_the_table_of_phrases() -> None:
    whole, characters = OpenCC("s2t"), _converter_of_characters()
    for number in range(0x3400, 0xA000):
        assert characters.convert(chr(number)) == whole.convert(chr(number))


def test_replies_are_converted_as_by_the_standard_of_taiwan() -> None:
    standard = OpenCC("s2tw")
    texts = [variant["text"] for variants in domain_settings().responses.values() for variant in variants]
    for text in [*texts, "头发发了，里程在里面，后面的皇后", "账户被盗，支付宝转账"]:
        assert _in_script(text, Script.TRADITIONAL) == standard.convert(text)
