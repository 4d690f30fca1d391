"""Logs of the served engine: one JSON object a line, as the gateway's, and without what users write."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

import structlog
from rasa.shared.exceptions import RasaException
from sanic.log import access_logger, error_logger
from sanic.log import logger as sanic_logger
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import EventDict, Processor, WrappedLogger

# Fields in which Rasa and this project tell what somebody wrote, or what was made of it.
_SPOKEN = frozenset(
    {
        "current_entity",
        "current_states",
        "entity",
        "json_message",
        "message",
        "next_entity",
        "old_states",
        "parse_data",
        "parse_data_entities",
        "parse_data_text",
        "prediction_events",
        "prefilled_slots",
        "rasa_event",
        "rasa_events",
        "response",
        "response_text",
        "slot_candidates",
        "slot_values",
        "slots",
        "states",
        "successes",
        "text",
        "token_text",
        "tracker_latest_message",
        "tracker_states",
        "user_message",
        "user_text",
    }
)
# Errors whose texts name files, settings and statements. Others quote what they choke on: ValueError("…", text).
_NAMING = (OSError, RasaException, SQLAlchemyError, ImportError)
_FRAMES = 30
_ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def without_speech(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Leaves out the fields that may quote somebody."""
    return {key: "…" if key in _SPOKEN else value for key, value in event.items()}


def without_quotes(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Tells of an exception which it was and where, not what it says; of some errors the first line."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info and exc_info[1] is not None:
        event["exception"] = _chain(exc_info)
    return event


def _chain(exc_info: _ExcInfo) -> list[Mapping[str, Any]]:
    """The exception and those that it came of, the newest first."""
    told: list[Mapping[str, Any]] = []
    error: BaseException | None = exc_info[1]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        told.append(
            {
                "type": type(error).__name__,
                **({"message": str(error).partition("\n")[0]} if isinstance(error, _NAMING) else {}),
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told


def _processors() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.UnicodeDecoder(),
        without_quotes,
        without_speech,
    ]


def configure_logs(stream: TextIO | None = None) -> None:
    """Sends all logs of the process through one formatter. The levels stay as Rasa has set them.

    Args:
        stream: Where they go; the standard error stream if absent.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *_processors()],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=_name),
            ],
        )
    )
    root = logging.getLogger()
    for former in root.handlers[:]:
        root.removeHandler(former)
    root.addHandler(handler)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Loggers are made when modules are imported, before this is called.
        cache_logger_on_first_use=False,
    )


def take_over_sanic() -> None:
    """Sends Sanic's logs the same way; it gives its loggers handlers of their own when an app is made."""
    for logger in (sanic_logger, error_logger, access_logger):
        for handler in logger.handlers[:]:
            # Files and syslog were asked for on the command line.
            if type(handler) is logging.StreamHandler:
                logger.removeHandler(handler)
        logger.propagate = True


def _name(value: object) -> str:
    # What has no JSON may be a tracker or an event, whose text quotes.
    return type(value).__name__
