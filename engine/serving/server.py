"""Rasa's server around a `ServingAgent`: the same routes, channels, arguments and number of workers."""

from __future__ import annotations

import argparse
import asyncio
import functools
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import rasa.utils.common
import sanic.log
from rasa.constants import ENV_SANIC_BACKLOG, ENV_SANIC_WORKERS
from rasa.core.run import close_resources, configure_app, serve_application
from rasa.core.utils import AvailableEndpoints, number_of_sanic_workers
from rasa.server import create_ssl_context
from rasa.shared.exceptions import RasaException
from sanic import Sanic

from common.tracing import start_tracing, stop_tracing
from engine.kept_patterns import KEPT
from engine.serving.agent import ServingAgent, load_serving_agent, open_stores
from engine.serving.bundles import Bundles
from engine.serving.configuration import create_channels
from engine.serving.forked_workers import fork_workers
from engine.serving.knowledge_store import knowledge_store
from engine.serving.local_actions import local_if_configured
from engine.serving.logs import take_over_sanic
from engine.upstream import replaces

logger = logging.getLogger(__name__)

_BACKLOG = 100


@replaces(serve_application, "fa80588d9e00")
def serve(
    arguments: argparse.Namespace, endpoints: AvailableEndpoints, on_ready: Callable[[], None] | None = None
) -> None:
    """Serves until stopped by SIGTERM, SIGINT or SIGHUP; what was taken by then is finished.

    Differs from Rasa's function in that the model is loaded and warmed up once, before the port opens and before
    workers are forked, which share its memory; and in that no telemetry is sent.

    Args:
        arguments: As parsed by `engine.serve.parser`.
        endpoints: What `endpoints.yml` says.
        on_ready: Called in each worker that has begun to take requests.

    Raises:
        RasaException: The model, the configuration or a store is not usable.
    """
    agent = loaded_agent(arguments, endpoints)
    # What is loaded now stays: collecting garbage need not look at it again, and forked workers keep sharing it.
    gc.freeze()
    gc.enable()

    app = _create_app(arguments, endpoints)
    KEPT.stop()
    app.register_listener(functools.partial(_start, agent, endpoints), "before_server_start")
    app.register_listener(_stop_training, "before_server_stop")
    app.register_listener(close_resources, "after_server_stop")
    app.register_listener(_end_tracing, "after_server_stop")
    if on_ready:
        app.register_listener(functools.partial(_call, on_ready), "after_server_start")
    rasa.utils.common.update_sanic_log_level(
        arguments.log_file,
        arguments.use_syslog,
        arguments.syslog_address,
        arguments.syslog_port,
        arguments.syslog_protocol,
    )
    if not arguments.logging_config_file:
        take_over_sanic()
    # A closed terminal stops the server as gently as SIGTERM does.
    signal.signal(signal.SIGHUP, _terminate)
    workers = _number_of_workers(endpoints)
    fork_workers()
    app.run(
        host=arguments.interface,
        port=arguments.port,
        ssl=create_ssl_context(
            arguments.ssl_certificate, arguments.ssl_keyfile, arguments.ssl_ca_file, arguments.ssl_password
        ),
        backlog=int(os.environ.get(ENV_SANIC_BACKLOG, _BACKLOG)),
        workers=workers,
        single_process=workers == 1,
        access_log=False,
        motd=False,
    )


def loaded_agent(arguments: argparse.Namespace, endpoints: AvailableEndpoints) -> ServingAgent:
    """Returns an agent that has played a turn; what it has made for that is kept for other starts.

    Raises:
        RasaException: The model or the configuration is not usable.
    """
    endpoints.action = local_if_configured(endpoints.action)
    agent = load_serving_agent(arguments.model, endpoints, arguments.remote_storage)
    asyncio.run(agent.warm_up())
    return agent


def _create_app(arguments: argparse.Namespace, endpoints: AvailableEndpoints) -> Sanic[Any, Any]:
    app: Sanic[Any, Any] = configure_app(
        create_channels(arguments.connector, arguments.credentials),
        arguments.cors,
        arguments.auth_token,
        arguments.enable_api,
        arguments.response_timeout,
        arguments.jwt_secret,
        arguments.jwt_private_key,
        arguments.jwt_method,
        port=arguments.port,
        endpoints=endpoints,
        log_file=arguments.log_file,
        use_syslog=arguments.use_syslog,
        syslog_address=arguments.syslog_address,
        syslog_port=arguments.syslog_port,
        syslog_protocol=arguments.syslog_protocol,
        request_timeout=arguments.request_timeout,
    )
    return app


async def _start(
    agent: ServingAgent, endpoints: AvailableEndpoints, app: Sanic[Any, Any], loop: asyncio.AbstractEventLoop
) -> None:
    try:
        await open_stores(agent, endpoints)
    except RasaException as error:
        logger.critical("The server cannot start: %s", error)
        # Sanic would print the stack.
        sanic.log.error_logger.disabled = True
        sys.exit(1)
    app.ctx.agent = agent
    app.ctx.bundles = Bundles(agent, knowledge_store(agent.tracker_store))
    await app.ctx.bundles.start()
    app.add_task(app.ctx.bundles.follow_for_ever())
    # In each worker: what sends spans is a thread, which a fork does not take along.
    start_tracing("uwallet-engine")
    logger.info("Rasa server is up and running.")


async def _stop_training(app: Sanic[Any, Any], loop: asyncio.AbstractEventLoop) -> None:
    if hasattr(app.ctx, "bundles"):
        await app.ctx.bundles.stop()


async def _end_tracing(app: Sanic[Any, Any], loop: asyncio.AbstractEventLoop) -> None:
    await asyncio.to_thread(stop_tracing)


async def _call(function: Callable[[], None], app: Sanic[Any, Any], loop: asyncio.AbstractEventLoop) -> None:
    function()


def _terminate(signum: int, frame: object) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _number_of_workers(endpoints: AvailableEndpoints) -> int:
    number = number_of_sanic_workers(endpoints.lock_store)
    wanted = os.environ.get(ENV_SANIC_WORKERS, "1")
    if wanted != str(number):
        # Rasa says this at debug level only.
        logger.warning(
            "%s=%s needs `lock_store: {type: redis}` in endpoints.yml; one worker runs.", ENV_SANIC_WORKERS, wanted
        )
    return int(number)
