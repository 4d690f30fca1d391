"""Logs: one JSON object a line, with the id of the request, and without personal data."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from uwallet_gateway.redaction import redact

# Made by the gateway itself and needed to the letter; times and random names can look like telephone numbers.
_SAFE_KEYS = frozenset({"timestamp", "level", "logger", "request_id", "conversation_id", "attachment_id"})
# Of one value so much is logged: enough for a traceback, not for somebody's whole message a hundred times.
_LONGEST = 20_000
_DEEPEST = 6
# Say more than a line for each request at INFO, which is what the gateway's own lines are for.
_TALKATIVE = (
    "httpx",
    "httpcore",
    "PIL",
    "multipart",
    "python_multipart",
    "aiosqlite",
    # Two lines for each WebSocket; with the query, which holds the site's key.
    "uvicorn.error",
    "asyncio",
    "engineio",
    "socketio",
)
# Configure themselves; theirs goes through ours.
_OTHERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy", "alembic")


def redact_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """A last line of defence: masks what redaction finds in any value, however deep.

    The gateway logs nothing that users write; libraries quote what they choke on.
    """
    return {key: value if key in _SAFE_KEYS else _redacted(value, _DEEPEST) for key, value in event.items()}


def _redacted(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        masked = redact(str(value))
        return masked.text if masked.kinds else value
    if isinstance(value, str):
        return redact(value[:_LONGEST]).text
    if depth == 0:
        return "…"
    if isinstance(value, Mapping):
        return {redact(str(key)).text: _redacted(item, depth - 1) for key, item in value.items()}
    if isinstance(value, Sequence | set | frozenset) and not isinstance(value, bytes | bytearray):
        return [_redacted(item, depth - 1) for item in value]
    return redact(repr(value)[:_LONGEST]).text


def _without_colours(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    # uvicorn's message once more, for terminals.
    event.pop("color_message", None)
    return event


def _processors() -> list[Processor]:
    """What every line passes, the gateway's own and those of libraries."""
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        structlog.processors.UnicodeDecoder(),
    ]


def configure_logs(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Sends all logs of the process, those of libraries included, as JSON to one stream. May be called again.

    Args:
        level: The least level that is logged: DEBUG, INFO, WARNING, ERROR.
        stream: Where they go; the standard error stream if absent.
    """
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder(), _without_colours, *_processors()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact_values,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=repr),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for former in root.handlers[:]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in _OTHERS:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_processors(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Loggers are made when modules are imported, before this is called.
        cache_logger_on_first_use=False,
    )
