"""Filters of lists under a name: the team's, and each agent's own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from tests.helpers.office import Office
from uwallet_gateway.errors import InputError
from uwallet_gateway.hooks.endpoints import HookFormat
from uwallet_gateway.hooks.events import HookEvent
from uwallet_gateway.hooks.registry import EndpointValues
from uwallet_gateway.protocol.routing import SkillGroupRequest
from uwallet_gateway.protocol.views import Place, SavedViewRequest

TICKETS: list[Place] = ["tickets"]


def view(name: str, *, is_shared: bool = False, **filters: str) -> SavedViewRequest:
    return SavedViewRequest(
        place="tickets", name=name, is_shared=is_shared, filters=filters or {"status": "closed"}
    ).cleaned()


@pytest.mark.both_databases
async def test_of_those_that_take_a_name_at_one_moment_one_gets_it(office: Office) -> None:
    services, lin = office.services, await office.agent("小林")
    group = SkillGroupRequest(name="支付")
    hook = EndpointValues(events=[HookEvent.CREATED], url="https://hooks.example.com/x")
    adding: tuple[list[Awaitable[object]], ...] = (
        [services.saved_views.add(lin, view("退款", is_shared=True)) for _ in range(5)],
        [services.skill_groups.add(group) for _ in range(5)],
        [services.hook_endpoints.add("crm", HookFormat.JSON, hook) for _ in range(5)],
    )
    for each in adding:
        found = await asyncio.gather(*each, return_exceptions=True)
        assert [str(it.code) for it in found if isinstance(it, InputError)] == ["name_taken"] * 4


async def test_own_views_are_nobody_elses_and_those_of_the_team_are_everybodys(office: Office) -> None:
    views = office.services.saved_views
    lin, wang = await office.agent("小林"), await office.agent("小王")
    own = await views.add(lin, view(" 我的待办 ", status="pending", last_days="7"))
    team = await views.add(wang, view("退款", is_shared=True, query="退款"))
    assert (own.name, own.filters) == ("我的待办", {"status": "pending", "last_days": "7"})
    assert [found.name for found in await views.all(lin, TICKETS)] == ["我的待办", "退款"]
    assert [found.name for found in await views.all(wang, TICKETS)] == ["退款"]
    assert await views.all(lin, ["conversations"]) == []
    # The same name is somebody else's, too, but not twice one's own.
    await views.add(wang, view("我的待办"))
    with pytest.raises(InputError, match="name_taken"):
        await views.add(lin, view("我的待办"))
    for view_id, may_share in ((team.id, False), (own.id, True)):
        with pytest.raises(InputError, match="not_found"):
            await views.change(view_id, wang if may_share else lin, view("别的"), may_share=may_share)
        await views.remove(view_id, wang if may_share else lin, may_share=may_share)
    assert (await views.change(team.id, lin, view("退款", is_shared=True, label="退款"), may_share=True)).filters == {
        "label": "退款"
    }
    await views.remove(team.id, lin, may_share=True)
    await views.remove(own.id, lin, may_share=False)
    assert await views.all(lin, TICKETS) == []


async def test_there_are_not_too_many(office: Office) -> None:
    lin = await office.agent("小林")
    for number in range(100):
        await office.services.saved_views.add(lin, view(f"视图{number}"))
    with pytest.raises(InputError, match="too_many"):
        await office.services.saved_views.add(lin, view("又一个"))


@pytest.mark.parametrize(
    ("name", "filters", "code"),
    [
        (" ", {"status": "closed"}, "empty"),
        ("长" * 41, {"status": "closed"}, "too_long"),
        ("x", {"outcome": "solved"}, "malformed"),
        ("x", {"query": "长" * 101}, "too_long"),
    ],
)
def test_what_no_list_is_filtered_by_is_no_view(name: str, filters: dict[str, str], code: str) -> None:
    with pytest.raises(InputError, match=code):
        SavedViewRequest(place="tickets", name=name, filters=filters).cleaned()
