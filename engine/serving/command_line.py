"""The command line of `engine.serve`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path

from rasa.cli.arguments.default_arguments import add_logging_options
from rasa.cli.arguments.run import set_run_arguments
from rasa.core.utils import AvailableEndpoints
from rasa.shared.constants import ENV_LOG_LEVEL
from rasa.shared.exceptions import RasaException
from rasa.utils.common import configure_logging_and_warnings
from rasa.utils.log_utils import configure_structlog

from actions.knowledge import KnowledgeError
from engine.nlu.lexicon import LexiconError
from engine.serving import server
from engine.serving.configuration import read_endpoints
from engine.serving.logs import configure_logs


def parser(description: str | None = None) -> argparse.ArgumentParser:
    """Returns the parser of the arguments, which are those of `rasa run`."""
    result = argparse.ArgumentParser(prog="python -m engine.serve", description=description)
    set_run_arguments(result)
    add_logging_options(result)
    result.set_defaults(interface="127.0.0.1", credentials="credentials.yml")
    return result


def serve(
    arguments: argparse.Namespace,
    change_endpoints: Callable[[AvailableEndpoints], None] | None = None,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Serves until stopped.

    Args:
        arguments: As `parser()` returns them.
        change_endpoints: May change what `endpoints.yml` says before it is used.
        on_ready: Called when requests are taken.

    Returns:
        The exit status: 1 when the server could not start, the reason on stderr.
    """
    # Conversations and logs are for nobody else on the machine, whatever this was started with.
    os.umask(0o077)
    endpoints = set_up(arguments)
    if change_endpoints:
        change_endpoints(endpoints)
    try:
        server.serve(arguments, endpoints, on_ready)
    except (KnowledgeError, LexiconError, RasaException) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def set_up(arguments: argparse.Namespace) -> AvailableEndpoints:
    """Prepares logs and the place of actions; returns what `endpoints.yml` says."""
    configure_logging_and_warnings(arguments.loglevel, arguments.logging_config_file)
    if arguments.logging_config_file:
        configure_structlog(arguments.loglevel)
    else:
        logging.getLogger().setLevel(os.environ[ENV_LOG_LEVEL])
        configure_logs()
    # Actions and components are named by their modules in this folder.
    sys.path.insert(0, str(Path.cwd()))
    return read_endpoints(arguments.endpoints)


def main(description: str | None = None) -> int:
    """Serves as the command line says; returns the exit status."""
    return serve(parser(description).parse_args())
