"""Logs of the engine: JSON lines that quote nobody."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from sanic.log import error_logger

from engine.serving.logs import configure_logs, take_over_sanic
from engine.serving.tracker_store import ServingSQLTrackerStore

SAID = "请打我电话"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, structlog_before = root.handlers[:], root.level, structlog.get_config()
    sanic_before = error_logger.handlers[:], error_logger.propagate
    # Whoever ran before may have silenced them.
    loggers = [logging.getLogger(name) for name in ("rasa", "rasa.core", "engine", "sanic.error", "sanic.root")]
    levels = [(logger.level, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.NOTSET)
        logger.disabled = False
    disabled = logging.root.manager.disable
    logging.disable(logging.NOTSET)
    stream = io.StringIO()
    configure_logs(stream)
    root.setLevel(logging.INFO)
    yield stream
    logging.disable(disabled)
    for logger, (level_before, disabled_before) in zip(loggers, levels, strict=True):
        logger.setLevel(level_before)
        logger.disabled = disabled_before
    root.handlers[:], root.level = handlers, level
    error_logger.handlers[:], error_logger.propagate = sanic_before
    logging.captureWarnings(False)
    structlog.configure(**structlog_before)


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


async def test_database_that_fails_is_told_without_the_message(log: io.StringIO, tmp_path: Path) -> None:
    store = ServingSQLTrackerStore(Domain.empty(), db=str(tmp_path / "c.db"))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE events")
    tracker = store.init_tracker("me")
    tracker.update(UserUttered(SAID, {"name": "ask"}))
    await FailSafeTrackerStore(store).save(tracker)
    told = lines(log)
    assert any("no such table" in str(line) for line in told)
    for quoted in (SAID, json.dumps(SAID)[1:-1]):
        assert quoted not in log.getvalue()


def test_every_library_writes_the_same_kind_of_line(log: io.StringIO) -> None:
    logging.getLogger("rasa.core").warning("%s is slow", "it")
    structlog.get_logger("engine").warning("turn.late", seconds=3)
    error_logger.propagate = False
    error_logger.addHandler(logging.StreamHandler(io.StringIO()))
    take_over_sanic()
    error_logger.error("closed")
    told = lines(log)
    assert [line["event"] for line in told] == ["it is slow", "turn.late", "closed"]
    assert [line["logger"] for line in told] == ["rasa.core", "engine", "sanic.error"]
    assert all(line["timestamp"] and line["level"] for line in told)


def test_fields_and_exceptions_quote_nobody(log: io.StringIO) -> None:
    structlog.get_logger("rasa").info("processor.message.parse", user_text=SAID, parse_data={"text": SAID}, n=1)
    try:
        try:
            raise ValueError(SAID)
        except ValueError as error:
            raise OSError(2, "No such file", "model.tar.gz") from error
    except OSError:
        logging.getLogger("rasa").exception("failed")
        structlog.get_logger("rasa").exception("failed")
    told = lines(log)
    assert told[0]["n"] == 1
    for line in told[1:]:
        assert [part["type"] for part in line["exception"]] == ["FileNotFoundError", "ValueError"]
        assert "model.tar.gz" in line["exception"][0]["message"]
        assert "test_fields_and_exceptions" in line["exception"][1]["frames"][-1]
    assert SAID not in log.getvalue()


def test_what_has_no_json_is_named_by_its_kind(log: io.StringIO) -> None:
    structlog.get_logger("rasa").info("x", event_seen=UserUttered(SAID))
    assert lines(log)[0]["event_seen"] == "UserUttered"
