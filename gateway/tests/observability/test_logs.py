"""Every line is JSON, bears the request, and holds nothing personal."""

from __future__ import annotations

import ast
import io
import json
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.contextvars import bound_contextvars

from tests.redaction.strategies import cards, mobiles, written
from uwallet_gateway.observability.logs import configure_logs, redact_values
from uwallet_gateway.settings import REPOSITORY

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def test_a_line_has_time_level_logger_event_and_request(lines: Lines) -> None:
    with bound_contextvars(request_id="abc"):
        structlog.get_logger("uwallet_gateway.test").info("dispatcher.recovered", conversations=3)
    [line] = lines()
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "dispatcher.recovered",
        "conversations": 3,
        "level": "info",
        "logger": "uwallet_gateway.test",
        "request_id": "abc",
    }


@pytest.mark.parametrize("name", ["uvicorn.error", "sqlalchemy.engine", "alembic.runtime.migration", "anything"])
def test_libraries_write_the_same_lines(lines: Lines, name: str) -> None:
    logger = logging.getLogger(name)
    logger.warning("Started on %s", "127.0.0.1", extra={"color_message": "\x1b[1mStarted", "site": "a"})
    with bound_contextvars(request_id="abc"):
        logger.error("late")
    first, second = lines()
    assert (first["event"], first["logger"], first["site"]) == ("Started on 127.0.0.1", name, "a")
    assert "color_message" not in first
    assert second["request_id"] == "abc"


def test_libraries_that_log_each_request_are_quiet(lines: Lines) -> None:
    for name in ("httpx", "engineio.server", "PIL.Image"):
        logging.getLogger(name).info("GET /")
    assert lines() == []


def test_what_is_below_the_level_is_not_written(lines: Lines) -> None:
    structlog.get_logger().debug("quiet")
    assert lines() == []


def test_a_second_call_does_not_write_twice(lines: Lines) -> None:
    stream = io.StringIO()
    configure_logs("WARNING", stream)
    structlog.get_logger().warning("once")
    assert lines() == []
    assert len(stream.getvalue().splitlines()) == 1


def test_tracebacks_and_warnings_are_one_line_each(lines: Lines) -> None:
    try:
        raise ValueError("password=hunter22 for 13800138000")
    except ValueError:
        structlog.get_logger().exception("database.failed")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn("careful", stacklevel=1)
    first, second, third = lines()
    for line in (first, second):
        assert "ValueError: password=****** for 138****8000" in line["exception"]
    assert "careful" in third["event"]


def test_nothing_personal_gets_through_however_deep(lines: Lines) -> None:
    structlog.get_logger().info(
        "said 我的密码是abc12345",
        text="卡号6222021234567890128",
        number=13800138000,
        nested={"list": [("身份证11010119900307109X",), {"13900139000": b"13700137000"}]},
        failure=RuntimeError("call 13600136000"),
        conversation_id="8613800138000",
        nothing=None,
        count=5,
        share=0.5,
        flag=True,
    )
    [line] = lines()
    assert line["event"] == "said 我的密码是******"
    assert line["text"] == "卡号****0128"
    assert line["number"] == "138****8000"
    assert line["nested"] == {"list": [["身份证1****************X"], {"139****9000": "b'137****7000'"}]}
    assert line["failure"] == "RuntimeError('call 136****6000')"
    assert line["conversation_id"] == "8613800138000"
    assert (line["nothing"], line["count"], line["share"], line["flag"]) == (None, 5, 0.5, True)


def test_what_contains_itself_has_an_end(lines: Lines) -> None:
    endless: list[Any] = []
    endless.append(endless)
    structlog.get_logger().info("deep", value=endless)
    assert "…" in str(lines()[0]["value"])


# How the document marks what the engine logs.
_OF_ENGINE = "(the engine's)"


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_card_or_phone_is_logged(data: st.DataObject) -> None:
    secret = data.draw(st.one_of(cards(), mobiles()).flatmap(written))
    place = data.draw(st.sampled_from(["event", "exception", "anything"]))
    event = redact_values(None, "info", {"event": "x", place: [f"前{secret}后"]})
    assert secret not in str(event)


def _events(call: ast.Call) -> Iterator[str]:
    """The event that a call logs, or has logged."""
    function, arguments = call.func, call.args
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "_log":
        yield from (str(it.value) for it in arguments[:1] if isinstance(it, ast.Constant))
    if isinstance(function, ast.Name) and function.id == "refusal":
        yield from (str(it.value) for it in arguments[1:] if isinstance(it, ast.Constant))


def test_document_has_each_event() -> None:
    document = (REPOSITORY / "docs" / "security" / "logs.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| \w+ \|", document, re.MULTILINE)
    told = {event for row in rows if _OF_ENGINE not in row for event in re.findall(r"`([\w.]+)`", row)}
    engine = "".join(file.read_text(encoding="utf-8") for file in (REPOSITORY / "engine").rglob("*.py"))
    for row in rows:
        if _OF_ENGINE in row:
            assert all(f'"{event}"' in engine for event in re.findall(r"`([\w.]+)`", row)), row
    logged = {
        event
        for file in (REPOSITORY / "gateway" / "uwallet_gateway").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for event in _events(node)
    }
    # Its level depends on the path, so it is called by another name.
    assert told == logged | {"http.request"}
