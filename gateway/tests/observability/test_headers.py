"""Every answer bears an id and headers that keep browsers careful."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import structlog
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import get_contextvars
from structlog.testing import capture_logs

from uwallet_gateway.observability.headers import NO_PAGE, SecurityHeaders

PAGE = "default-src 'self'; frame-ancestors https://shop.example"


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    path = scope["path"]
    if path == "/fails":
        raise RuntimeError("broken")
    answers: dict[str, Response] = {
        "/page": HTMLResponse("<p>", headers={"Content-Security-Policy": PAGE, "Cache-Control": "no-cache"}),
        "/picture": Response(b"", media_type="image/png"),
    }
    await answers.get(path, JSONResponse(get_contextvars()))(scope, receive, send)


async def get(
    path: str, app: ASGIApp | None = None, *, request_id: str | None = None, base: str = "http://gateway"
) -> httpx.Response:
    transport = httpx.ASGITransport(app or SecurityHeaders(application))
    headers = {} if request_id is None else {"X-Request-ID": request_id}
    async with httpx.AsyncClient(transport=transport, base_url=base) as client:
        return await client.get(path, headers=headers)


async def test_each_request_has_an_id_that_its_logs_bear() -> None:
    first, second = await get("/api"), await get("/api")
    assert re.fullmatch("[0-9a-f]{32}", first.headers["X-Request-ID"])
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert first.json() == {"request_id": first.headers["X-Request-ID"]}
    assert get_contextvars() == {}


@pytest.mark.parametrize("given", ["0123456789abcdef0123456789abcdef", "01234567-89ab-4def-8123-456789abcdef"])
async def test_the_id_of_a_proxy_is_kept(given: str) -> None:
    assert (await get("/api", request_id=given)).headers["X-Request-ID"] == given


@pytest.mark.parametrize(
    "given", ["", "1", "13800138000", "a" * 33, '{"level": "error"}', "0123456789ABCDEF0123456789ABCDEF"]
)
async def test_what_looks_like_no_id_is_not_kept(given: str) -> None:
    assert (await get("/api", request_id=given)).headers["X-Request-ID"] != given


async def test_an_answer_may_load_nothing_and_stand_in_no_frame() -> None:
    headers = (await get("/api")).headers
    assert headers["Content-Security-Policy"] == NO_PAGE
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert "geolocation=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers


async def test_what_an_answer_says_itself_stays() -> None:
    headers = (await get("/page")).headers
    assert headers["Content-Security-Policy"] == PAGE
    assert headers["Cache-Control"] == "no-cache"
    assert "X-Frame-Options" not in headers
    assert len(headers.get_list("Content-Security-Policy")) == 1


async def test_pictures_can_be_shown_on_other_sites() -> None:
    assert (await get("/picture")).headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_browsers_come_back_by_https_where_they_came_by_it() -> None:
    told = (await get("/api", base="https://gateway")).headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"
    own = SecurityHeaders(application, hsts_subdomains=False)
    assert (await get("/api", own, base="https://gateway")).headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/chat", "one"),
        ("/chat/", NO_PAGE),
        ("/demo/", "two"),
        ("/demo/a/b", "two"),
        ("/demo/own", "three"),
        ("/", NO_PAGE),
    ],
)
async def test_policies_are_given_by_path(path: str, policy: str) -> None:
    app = SecurityHeaders(application, {"/chat": "one", "/demo/": "two", "/demo/own": "three"})
    assert (await get(path, app)).headers["Content-Security-Policy"] == policy


async def test_each_request_is_logged_without_its_query() -> None:
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        answer = await get("/api/v1/messages?signature=geheim")
        await get("/healthz")
    loud = [line for line in logs if line["log_level"] == "info"]
    assert len(loud) == 1
    assert loud[0]["event"] == "http.request"
    assert (loud[0]["method"], loud[0]["path"], loud[0]["status"]) == ("GET", "/api/v1/messages", 200)
    assert loud[0]["request_id"] == answer.headers["X-Request-ID"]
    assert "geheim" not in str(logs)


async def test_a_request_that_fails_is_logged_and_fails() -> None:
    with capture_logs() as logs, pytest.raises(RuntimeError):
        await get("/fails")
    assert [line["event"] for line in logs] == ["http.request"]


async def test_websockets_have_an_id_and_keep_their_messages() -> None:
    sent: list[Message] = []

    async def socket(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": str(get_contextvars()["request_id"])})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        raise AssertionError

    scope: dict[str, Any] = {"type": "websocket", "path": "/socket.io/", "headers": []}
    with capture_logs() as logs:
        await SecurityHeaders(socket)(scope, receive, send)
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.send"]
    assert re.fullmatch("[0-9a-f]{32}", sent[1]["text"])
    assert logs[0]["status"] == 101


async def test_the_lifespan_is_left_alone() -> None:
    seen: list[str] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_arguments: object) -> Any:
        raise AssertionError

    await SecurityHeaders(app)({"type": "lifespan"}, nothing, nothing)
    assert seen == ["lifespan"]
