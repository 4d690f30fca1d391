"""What a site tells of its page reaches agents, short, redacted and harmless."""

from __future__ import annotations

import pytest

from tests.helpers.office import Office
from uwallet_gateway.support.page_context import checked_context


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ({"page": "/pay", "appVersion": 3, "beta": True}, {"page": "/pay", "appVersion": "3", "beta": "true"}),
        ({"page": "我的卡6222021234567890123"}, {"page": "我的卡****0123"}),
        ({"1st": "x", "<b>": "x", "page": {"deep": 1}, "order": "", "long": "x" * 201}, {}),
        ({f"f{number}": "x" for number in range(20)}, {f"f{number}": "x" for number in range(10)}),
        ("/pay", None),
    ],
)
def test_context_is_checked(told: object, kept: dict[str, str] | None) -> None:
    assert checked_context(told) == kept


async def test_agents_see_the_newest_context(office: Office) -> None:
    agent = await office.agent("小林")
    conversation_id, ticket = await office.chat(agent)
    assert (await office.tickets.ticket(ticket.id)).user.context == {}
    for page in ("/pay", "/orders"):
        await office.users.tell_context(conversation_id, {"page": page})
    assert (await office.tickets.ticket(ticket.id)).user.context == {"page": "/orders"}
