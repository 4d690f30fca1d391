"""A deployment that has filled in everything: some texts are told only there."""

from __future__ import annotations

from functools import lru_cache

from actions.knowledge import Knowledge
from actions.knowledge.schema import Organisation
from common.opening_hours import WEEKDAYS

# None of these is anybody's: names of the kind that is kept for examples.
_FILLED = {
    "site_url": "https://wallet.example.com",
    "hotline": "000-000-0000",
    "social_accounts": [{"platform": "example", "name": "example"}],
    "opening_hours": {day: ["09:00-21:00"] for day in WEEKDAYS},
}
_NOTICE = {"policy_url": "https://wallet.example.com/privacy", "kept_for": "Chats are kept for an example of time."}


@lru_cache(maxsize=1)
def _organisation(known: str) -> Organisation:
    own = Organisation.model_validate_json(known).model_dump(mode="json")
    return Organisation.model_validate({**own, **_FILLED, "privacy_notice": {**own["privacy_notice"], **_NOTICE}})


def filled_in(knowledge: Knowledge) -> Knowledge:
    """Returns the knowledge of a deployment that has filled in everything."""
    return knowledge.filled_in(_organisation(knowledge.organisation.model_dump_json()))
