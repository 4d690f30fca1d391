"""What endpoints are sent, and how their answers are read."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.hooks.samples import EVENT, endpoint
from uwallet_gateway.hooks.cards import load_cards
from uwallet_gateway.hooks.endpoints import HookFormat
from uwallet_gateway.hooks.formats import refusal, request_for

MOMENT = 1_795_413_600.25
SECRET = b"0123456789abcdef"
CARDS = load_cards()


def test_json_is_the_event_signed_with_its_time() -> None:
    request = request_for(endpoint(), EVENT, CARDS, MOMENT)
    assert json.loads(request.body) == EVENT
    digest = hmac.new(SECRET, b"1795413600." + request.body, hashlib.sha256).hexdigest()
    assert request.headers["X-UWallet-Signature"] == f"t=1795413600,v1={digest}"
    assert request.headers["X-UWallet-Event-Id"] == EVENT["event_id"]
    assert request.url == "https://hooks.example.com/x"


def test_wecom_is_sent_markdown() -> None:
    request = request_for(endpoint("wecom"), EVENT, CARDS, MOMENT)
    body = json.loads(request.body)
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["content"].split("\n") == [
        '**<font color="warning">有用户在排队等人工客服</font>**',
        "> 工单号：T261123000012",
        "> 来自网站：商城",
        "> 事项：账号被盗",
        "> 转接原因：账号被盗",
        "> 优先级：紧急",
        "[打开客服工作台](https://chat.example.com/desk)",
    ]
    assert "X-UWallet-Signature" not in request.headers


@pytest.mark.parametrize("url", ["https://oapi.dingtalk.com/robot/send?access_token=a", "https://ding.example.com/"])
def test_dingtalk_is_signed_in_its_address(url: str) -> None:
    request = request_for(endpoint("dingtalk", url), EVENT, CARDS, MOMENT)
    query = parse_qs(urlsplit(request.url).query)
    digest = hmac.new(SECRET, b"1795413600250\n" + SECRET, hashlib.sha256).digest()
    assert query["timestamp"] == ["1795413600250"]
    assert query["sign"] == [base64.b64encode(digest).decode()]
    assert request.url.startswith(url)
    body = json.loads(request.body)
    assert body["msgtype"] == "markdown"
    assert body["markdown"]["title"] == "有用户在排队等人工客服"
    assert "\n\n事项：账号被盗\n\n" in body["markdown"]["text"]


def test_feishu_is_signed_in_its_body() -> None:
    body = json.loads(request_for(endpoint("feishu"), EVENT, CARDS, MOMENT).body)
    digest = hmac.new(b"1795413600\n" + SECRET, b"", hashlib.sha256).digest()
    assert body["timestamp"] == "1795413600"
    assert body["sign"] == base64.b64encode(digest).decode()
    assert body["msg_type"] == "interactive"
    assert body["card"]["header"] == {
        "title": {"tag": "plain_text", "content": "有用户在排队等人工客服"},
        "template": "red",
    }
    assert "优先级：紧急" in body["card"]["elements"][0]["text"]["content"]
    assert body["card"]["elements"][1]["actions"][0]["url"] == "https://chat.example.com/desk"


@pytest.mark.parametrize("kind", ["dingtalk", "feishu"])
def test_robots_without_signatures_get_none(kind: str) -> None:
    request = request_for(endpoint(kind, secret=None), EVENT, CARDS, MOMENT)
    assert "sign" not in request.url
    assert "sign" not in json.loads(request.body)


@pytest.mark.parametrize("kind", list(HookFormat))
def test_nothing_can_pass_for_markup_or_grow_without_bounds(kind: HookFormat) -> None:
    ticket = {**EVENT["ticket"], "site": "<at id=all></at>\n# [x](http://evil.example)" + "长" * 5000}
    body = request_for(endpoint(kind.value), {**EVENT, "ticket": ticket}, CARDS, MOMENT).body
    if kind is not HookFormat.JSON:
        assert b"<at" not in body
        assert b"](http://evil" not in body
        assert len(body) < 4096


@pytest.mark.parametrize(
    ("kind", "status", "body", "told"),
    [
        ("json", 204, b"", None),
        ("json", 200, b"<html>", None),
        ("json", 500, b"", "HTTP 500"),
        ("json", 302, b"", "HTTP 302"),
        ("wecom", 200, b'{"errcode": 0, "errmsg": "ok"}', None),
        (
            "wecom",
            200,
            b'{"errcode": 45009, "errmsg": "api freq out of limit"}',
            "errcode 45009: api freq out of limit",
        ),
        ("dingtalk", 200, b'{"errcode": 310000, "errmsg": "sign not match"}', "errcode 310000: sign not match"),
        ("feishu", 200, b'{"code": 0, "msg": "success"}', None),
        ("feishu", 200, b'{"StatusCode": 0, "StatusMessage": "success"}', None),
        ("feishu", 200, b'{"code": 19021, "msg": "sign match fail"}', "code 19021: sign match fail"),
        ("feishu", 200, b'{"code": false}', "code False: None"),
        ("feishu", 200, b"<html>login</html>", "the answer is no JSON"),
        ("wecom", 200, b"[]", "the answer says nothing of the outcome"),
        ("wecom", 502, b'{"errcode": 0}', "HTTP 502"),
    ],
)
def test_outcomes(kind: str, status: int, body: bytes, told: str | None) -> None:
    assert refusal(HookFormat(kind), status, body) == told
