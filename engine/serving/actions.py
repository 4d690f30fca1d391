"""Custom actions whose responses are checked by a validator that is compiled once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import fastjsonschema
from rasa.core.actions.action import Action, RemoteAction

from engine.serving.upstream import replaces


@lru_cache(maxsize=1)
def _is_valid_response() -> Any:
    return fastjsonschema.compile(RemoteAction.action_response_format_spec())


class CheckedAction(RemoteAction):
    """Rasa's RemoteAction with a faster check of the response.

    Rasa calls `jsonschema.validate`, which for each response first validates the schema itself against the metaschema
    and then interprets it: three quarters of a turn.
    """

    @replaces(RemoteAction._validate_action_result, "f8cdb4be6812")
    def _validate_action_result(self, result: dict[str, Any]) -> bool:
        try:
            _is_valid_response()(result)
        except fastjsonschema.JsonSchemaException:
            # Rasa's own check says what is wrong in the words that its documentation explains.
            return bool(super()._validate_action_result(result))
        return True


def with_fast_check(action: Action) -> Action:
    """Returns the action, a custom one as `CheckedAction`."""
    if type(action) is RemoteAction:
        return CheckedAction(action.name(), action.action_endpoint)
    return action
