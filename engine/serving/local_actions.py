"""Runs custom actions in this process, with the same results and errors as by the action server over HTTP."""

from __future__ import annotations

import json
import logging
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from common.tracing import span
from engine.upstream import replaces

logger = logging.getLogger(__name__)

MODULE_SETTING = "actions_module"


class LocalActionEndpoint(EndpointConfig):
    """An `action_endpoint` that is no server: `request` runs the action with rasa_sdk's executor.

    Answers as the server of `rasa_sdk.endpoint` does, status codes included, so that Rasa treats a rejected, unknown
    or failing action as ever.
    """

    def __init__(self, package: str, **settings: Any) -> None:
        """Imports the actions of a package.

        Args:
            package: Its name, such as `actions`.
            settings: Other settings of the endpoint, such as `enable_selective_domain`.
        """
        super().__init__(url=f"{package} (in this process)", **settings)
        self._executor = ActionExecutor()
        self._executor.register_package(package)

    async def execute(self, call: dict[str, Any]) -> Any:
        """Runs an action and returns what `request` does.

        Args:
            call: What Rasa sends to an action server.

        Raises:
            ActionExecutionRejection: The action rejected to run.
            ActionNotFoundException: There is no such action.
            Exception: Whatever else the action raises.
        """
        try:
            with span("action", action=call.get("next_action")):
                return as_json(await self._executor.run(call))
        except ActionExecutionRejection:
            raise
        except ActionNotFoundException as error:
            logger.error(error)
            raise
        except Exception:
            logger.exception("Action '%s' failed.", call.get("next_action"))
            raise

    @replaces(EndpointConfig.request, "ccdb778aed82")
    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Runs the action that the request body in `json` names.

        Returns:
            `events` and `responses`, as they would arrive as JSON.

        Raises:
            ClientResponseError: The action rejected to run (400), does not exist (404) or failed (500).
        """
        call = kwargs["json"]
        try:
            return await self.execute(call)
        except ActionExecutionRejection as error:
            raise _response_error(400, error.message, error.action_name) from error
        except ActionNotFoundException as error:
            raise _response_error(404, error.message, error.action_name) from error
        except Exception as error:
            raise _response_error(500, str(error), call.get("next_action")) from error


def as_json(value: Any) -> Any:
    """Returns the value as it would arrive over HTTP: tuples are lists, and what cannot be sent is an error."""
    return json.loads(json.dumps(value))


def _response_error(status: int, message: str, action: str | None) -> ClientResponseError:
    return ClientResponseError(status, message, json.dumps({"error": message, "action_name": action}))


def local_if_configured(endpoint: EndpointConfig | None) -> EndpointConfig | None:
    """Returns a local endpoint when the configuration names an `actions_module`, else the endpoint itself.

    The setting is that of Rasa Pro; as there, it goes before `url`.
    """
    if endpoint is None or not endpoint.kwargs.get(MODULE_SETTING):
        return endpoint
    settings = dict(endpoint.kwargs)
    return LocalActionEndpoint(settings.pop(MODULE_SETTING), **settings)
