"""Makes the request that an endpoint understands, and reads from its answer whether it took it.

The group robots' formats are those of their documentation: WeCom 群机器人配置说明 (developer.work.weixin.qq.com),
DingTalk 自定义机器人接入 (open.dingtalk.com), Feishu 自定义机器人使用指南 (open.feishu.cn). All of them answer 200 to a
message that they refuse; the reason stands in the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from uwallet_gateway.hooks.cards import Card, Cards, card
from uwallet_gateway.hooks.endpoints import Endpoint, HookFormat

# Bytes: WeCom's limit of a Markdown message, the least of the three.
_LARGEST_MARKDOWN = 4096
_LONGEST_REASON = 200
# By urgency; colours that the platforms name.
_WECOM_COLOURS = {0: "warning", 1: "warning", 2: "info"}
_FEISHU_COLOURS = {0: "red", 1: "orange", 2: "blue"}
# The field with the outcome, 0 of which is good, and the one with the reason. Feishu's older robots have other names.
_OUTCOMES = {
    HookFormat.WECOM: (("errcode", "errmsg"),),
    HookFormat.DINGTALK: (("errcode", "errmsg"),),
    HookFormat.FEISHU: (("code", "msg"), ("StatusCode", "StatusMessage")),
}


@dataclass(frozen=True)
class HookRequest:
    """A POST.

    Attributes:
        url: Where to.
        body: JSON in UTF-8.
        headers: Besides those of any request.
    """

    url: str
    body: bytes
    headers: Mapping[str, str]


def request_for(endpoint: Endpoint, event: Mapping[str, Any], cards: Cards, moment: float) -> HookRequest:
    """The request that tells an endpoint of an event, signed.

    Args:
        endpoint: Who is told.
        event: As `events.described` makes it.
        cards: Texts of the group robots' messages.
        moment: Now, in seconds since 1970: part of the signatures, which hold for some minutes only.
    """
    url = endpoint.url.get_secret_value()
    secret = endpoint.secret.get_secret_value() if endpoint.secret else None
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "X-UWallet-Event": str(event["event"]),
        "X-UWallet-Event-Id": str(event["event_id"]),
    }
    if endpoint.format is HookFormat.JSON:
        body = _json(event)
        headers["X-UWallet-Signature"] = signature(secret or "", int(moment), body)
        return HookRequest(url, body, headers)
    view = card(cards, event)
    if endpoint.format is HookFormat.WECOM:
        return HookRequest(url, _json(_wecom(view)), headers)
    if endpoint.format is HookFormat.DINGTALK:
        if secret:
            url += ("&" if "?" in url else "?") + _dingtalk_signature(secret, round(moment * 1000))
        return HookRequest(url, _json(_dingtalk(view)), headers)
    signed = _feishu_signature(secret, int(moment)) if secret else {}
    return HookRequest(url, _json({**signed, **_feishu(view)}), headers)


def refusal(kind: HookFormat, status: int, body: bytes) -> str | None:
    """Why an endpoint did not take the message, or None if it did.

    Args:
        kind: Its format.
        status: Of the HTTP answer.
        body: The beginning of it.
    """
    if not 200 <= status < 300:
        return f"HTTP {status}"
    if kind is HookFormat.JSON:
        return None
    try:
        answer = json.loads(body)
    except ValueError:
        return "the answer is no JSON"
    for code, reason in _OUTCOMES[kind]:
        if isinstance(answer, dict) and code in answer:
            # False == 0 in Python.
            good = answer[code] == 0 and answer[code] is not False
            return None if good else f"{code} {answer[code]}: {answer.get(reason)}"[:_LONGEST_REASON]
    return "the answer says nothing of the outcome"


def signature(secret: str, moment: int, body: bytes) -> str:
    """The header X-UWallet-Signature: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`."""
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _dingtalk_signature(secret: str, milliseconds: int) -> str:
    digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256).digest()
    return f"timestamp={milliseconds}&sign={quote_plus(base64.b64encode(digest))}"


def _feishu_signature(secret: str, seconds: int) -> dict[str, str]:
    # The key holds it all; what is signed is empty.
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": str(seconds), "sign": base64.b64encode(digest).decode()}


def _wecom(view: Card) -> dict[str, Any]:
    colour = _WECOM_COLOURS.get(view.urgency if view.urgency is not None else -1, "comment")
    lines = [f'**<font color="{colour}">{view.title}</font>**', *(f"> {line}" for line in view.lines)]
    return {"msgtype": "markdown", "markdown": {"content": _cut("\n".join([*lines, *_link(view)]))}}


def _dingtalk(view: Card) -> dict[str, Any]:
    text = "\n\n".join([f"### {view.title}", *view.lines, *_link(view)])
    return {"msgtype": "markdown", "markdown": {"title": view.title, "text": _cut(text)}}


def _feishu(view: Card) -> dict[str, Any]:
    elements: list[dict[str, Any]] = [{"tag": "div", "text": {"tag": "lark_md", "content": "\n".join(view.lines)}}]
    if view.link:
        title, url = view.link
        button = {"tag": "button", "text": {"tag": "plain_text", "content": title}, "type": "primary", "url": url}
        elements.append({"tag": "action", "actions": [button]})
    colour = _FEISHU_COLOURS.get(view.urgency if view.urgency is not None else -1, "grey")
    return {
        "msg_type": "interactive",
        "card": {
            "config": {"wide_screen_mode": True},
            "header": {"title": {"tag": "plain_text", "content": view.title}, "template": colour},
            "elements": elements,
        },
    }


def _link(view: Card) -> list[str]:
    return [f"[{view.link[0]}]({view.link[1]})"] if view.link else []


def _cut(text: str) -> str:
    return text.encode()[:_LARGEST_MARKDOWN].decode(errors="ignore")


def _json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
