"""Asking the engine what helps agents."""

from __future__ import annotations

import json

import httpx
import pytest

from uwallet_gateway.engine.assistant import EngineAssistant
from uwallet_gateway.errors import InputError


def assistant(answer: httpx.Response | Exception, requests: list[httpx.Request] | None = None) -> EngineAssistant:
    def handle(request: httpx.Request) -> httpx.Response:
        if requests is not None:
            requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return EngineAssistant("http://engine", "secret", transport=httpx.MockTransport(handle))


async def test_what_is_asked_and_answered() -> None:
    requests: list[httpx.Request] = []
    found = {"suggestions": [{"topic": "a", "title": "甲", "text": "乙", "later": "ignored"}]}
    asking = assistant(httpx.Response(200, json=found), requests)
    [suggestion] = await asking.suggestions("收不到验证码")
    assert (suggestion.topic, suggestion.title, suggestion.text) == ("a", "甲", "乙")
    [request] = requests
    assert (request.method, request.url.path) == ("POST", "/webhooks/gateway/suggestions")
    assert json.loads(request.content) == {"text": "收不到验证码"}
    assert request.headers["Authorization"] == "Bearer secret"
    asking = assistant(httpx.Response(200, json={"intents": [{"name": "greet", "title": "问好"}]}))
    assert [intent.title for intent in await asking.intents()] == ["问好"]
    await asking.close()


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(302, headers={"Location": "http://elsewhere/"}),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={}),
        httpx.Response(200, json={"suggestions": [{"topic": "a"}]}),
        httpx.Response(200, json={"suggestions": [{"topic": "a", "title": "b", "text": "c"}] * 6}),
        httpx.Response(200, json={"suggestions": [{"topic": "a", "title": "b", "text": "c" * 20_001}]}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
    ],
)
async def test_whatever_goes_wrong_is_one_answer(answer: httpx.Response | Exception) -> None:
    with pytest.raises(InputError, match="unavailable"):
        await assistant(answer).suggestions("你好")
