"""Reads `endpoints.yml` and `credentials.yml` once each."""

from __future__ import annotations

from typing import Any

import rasa.shared.utils.io
from rasa.core.channels.channel import InputChannel
from rasa.core.run import _create_single_channel, create_http_input_channels
from rasa.core.utils import AvailableEndpoints
from rasa.utils.endpoints import EndpointConfig, read_endpoint_config

from engine.upstream import replaces

# The arguments of AvailableEndpoints and what they are called in endpoints.yml.
_ENDPOINTS = {
    "nlg": "nlg",
    "nlu": "nlu",
    "action": "action_endpoint",
    "model": "models",
    "tracker_store": "tracker_store",
    "lock_store": "lock_store",
    "event_broker": "event_broker",
}


def _read_mapping(path: str | None) -> dict[str, Any] | None:
    """What the file says; None if there is no such file or it is no mapping, which Rasa's own functions then say."""
    try:
        content = rasa.shared.utils.io.read_yaml_file(path) if path else None
    except rasa.shared.exceptions.FileNotFoundException:
        return None
    return content if isinstance(content, dict) else None


@replaces(AvailableEndpoints.read_endpoints, "9fa059bcb05c")
@replaces(read_endpoint_config, "1d14b23f8cc0")
def read_endpoints(path: str | None) -> AvailableEndpoints:
    """Returns what `endpoints.yml` says.

    Rasa reads the file seven times and each time compares it with a schema that says no more than that it is a mapping.

    Raises:
        RasaException: It is not YAML, or no mapping.
    """
    content = _read_mapping(path)
    if content is None:
        return AvailableEndpoints.read_endpoints(path)
    settings = {argument: content.get(key) for argument, key in _ENDPOINTS.items()}
    return AvailableEndpoints(
        **{argument: None if value is None else EndpointConfig.from_dict(value) for argument, value in settings.items()}
    )


@replaces(create_http_input_channels, "bf40c283e439")
def create_channels(connector: str | None, path: str | None) -> list[InputChannel]:
    """Returns the channels that `credentials.yml` names, or the one that `connector` names; REST if neither is given.

    Rasa compares this file with the same schema.

    Raises:
        RasaException: The file is not YAML or no mapping, or names a channel that there is not.
    """
    if not connector and not path:
        connector = "rest"
    content = None if connector else _read_mapping(path)
    if content is None:
        return list(create_http_input_channels(connector, path))
    return [_create_single_channel(channel, credentials) for channel, credentials in content.items()]
