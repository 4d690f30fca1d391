"""The matrix of role × endpoint, as data, against the routes that there are and what they answer."""

from __future__ import annotations

import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from fastapi.routing import iter_route_contexts
from sqlalchemy import Engine, event
from structlog.contextvars import get_contextvars

from tests.conftest import SettingsFactory
from tests.helpers.desk import DeskAgent, User, agent_at, ticket_of, user_who_waits
from tests.helpers.extent import LONG
from tests.helpers.fake_engine import FakeEngine
from tests.helpers.gateway import Gateway, running_gateway
from tests.helpers.pictures import png
from tests.helpers.servers import free_port, serving
from tests.helpers.tickets import add_conversation, add_ticket
from uwallet_gateway.agents.canned_replies import ReplyContent
from uwallet_gateway.agents.roles import KnowledgeRole, Role
from uwallet_gateway.audit.actions import Action
from uwallet_gateway.clock import now, to_text
from uwallet_gateway.services import build_services
from uwallet_gateway.settings import load_settings
from uwallet_gateway.transport.desk.app import create_desk_app

MATRIX: dict[str, dict[str, Any]] = yaml.safe_load(
    Path(__file__).with_name("authorisation.yml").read_text(encoding="utf-8")
)
ROLES = list(Role)
THOROUGHLY = "POST /tickets/{ticket_id}/messages"
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_matrix_has_a_row_for_each_route_and_no_other(make_settings: SettingsFactory) -> None:
    # As in production, where the document is not open either.
    app = create_desk_app(build_services(make_settings(development=False)))
    found = {
        f"{method} {route.path}"
        for route in iter_route_contexts(app.routes)
        for method in (route.methods or {"ANY METHOD"}) - {"HEAD"}
    }
    assert found == set(MATRIX)


class Case:
    """Sends the request of one row, as whoever asks."""

    def __init__(self, gateway: Gateway, owner: DeskAgent, route: str) -> None:
        """Takes the gateway, somebody who is online, and the row."""
        self.gateway = gateway
        self.owner = owner
        self.row = MATRIX[route]
        self.method, self.path = route.split(" ")

    async def ticket(self, owner: DeskAgent | None) -> int:
        """A ticket of this agent; one that waits if there is none."""
        conversation = await add_conversation(self.gateway.services.database, secrets.token_hex(16))
        # By rows: what a user does until one is there takes half a second.
        async with self.gateway.services.database.write() as transaction:
            ticket = add_ticket(transaction, conversation, contact=None, message=None)
            await transaction.flush()
            ticket_id = ticket.id
        if owner:
            await owner.ok("POST", f"/tickets/{ticket_id}/claim")
        return ticket_id

    async def ask(
        self, asking: DeskAgent, ticket_id: int | None = None, headers: Mapping[str, str | None] | None = None
    ) -> httpx.Response:
        """Sends it."""
        places: dict[str, Any] = {"ticket_id": ticket_id or 1}
        if "{agent_id}" in self.path:
            places["agent_id"] = (await agent_at(self.gateway)).id
        if "{reply_id}" in self.path:
            reply = await self.gateway.services.canned_replies.add(ReplyContent("旧的", "旧的"), asking.id or None)
            places["reply_id"] = reply.id
        places |= {"number": 2**31 - 1, "kind": "notice", "entry_id": "unwritten", "key": "0" * 16}
        places |= {
            "name": "hours",
            "year": 2026,
            "hook_name": "robot",
            "note_id": 1,
            "view_id": 99,
            "file_format": "xlsx",
        }
        names = {
            "$colleague": self.owner.id,
            "$fresh": f"fresh{secrets.token_hex(4)}",
            "$tomorrow": to_text(now() + timedelta(days=1)),
            "$later": to_text(now() + timedelta(days=2)),
        }
        body = self.row.get("json")
        if body:
            body = {key: names.get(value, value) if isinstance(value, str) else value for key, value in body.items()}
        files = {"file": ("picture.png", png(), "image/png")} if self.row.get("upload") else None
        async with asking.client(headers) as client:
            return await client.request(
                self.method,
                self.path.format(**places, conversation_id="0" * 32, message_id=1, group_id=99, leave_id=99),
                json=body,
                params=self.row.get("params"),
                files=files,
            )

    def is_as_promised(self, response: httpx.Response) -> bool:
        """Whether it is what those are answered who may."""
        code = self.row.get("code")
        return response.status_code == self.row["status"] and (code is None or response.json()["code"] == code)


@contextlib.asynccontextmanager
async def _running(folder: Path) -> AsyncIterator[tuple[Gateway, DeskAgent]]:
    """A gateway, as in production, and somebody who is online."""
    engine, port = FakeEngine(), free_port()
    configured = load_settings(
        development=False,
        secret_key="0123456789abcdef0123456789abcdef",
        port=free_port(),
        data_dir=folder / "data",
        web_dir=folder / "no web",
        engine_url=f"http://127.0.0.1:{port}",
        rate_desk_requests_per_agent="",
    )
    async with serving(engine, port), running_gateway(configured, engine) as gateway:
        owner = await agent_at(gateway)
        async with owner.online():
            yield gateway, owner


class Shared:
    """A gateway for some rows, and then another one: the agents and tickets of all rows slow it down."""

    ROWS = 15

    def __init__(self, folder: Path) -> None:
        """Starts nothing yet."""
        self._folder = folder
        self._stack = contextlib.AsyncExitStack()
        self._used = 0
        self._now: tuple[Gateway, DeskAgent] | None = None

    async def get(self) -> tuple[Gateway, DeskAgent]:
        """The one that runs."""
        if self._now is None or self._used % self.ROWS == 0:
            await self.close()
            self._now = await self._stack.enter_async_context(_running(self._folder / str(self._used)))
        self._used += 1
        return self._now

    async def close(self) -> None:
        """Ends it."""
        await self._stack.aclose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shared]:
    shared = Shared(tmp_path_factory.mktemp("authorisation"))
    yield shared
    await shared.close()


@pytest_asyncio.fixture(loop_scope="module")
async def running(shared: Shared) -> tuple[Gateway, DeskAgent]:
    return await shared.get()


def refused(response: httpx.Response, status: int, code: str) -> bool:
    return response.status_code == status and response.json()["code"] == code


def _some[T](route: str, *variants: T) -> tuple[T, ...]:
    """All variants for one route, the first for each other: one place of the gateway tells them apart for all."""
    return variants if LONG or route == THOROUGHLY else variants[:1]


@pytest.mark.parametrize("route", MATRIX)
async def test_who_may_do_it(running: tuple[Gateway, DeskAgent], route: str) -> None:
    case = Case(*running, route)
    row, gateway = case.row, case.gateway
    changes = case.method != "GET"
    if row["role"] == "none":
        anybody = await agent_at(gateway)
        assert case.is_as_promised(await case.ask(anybody, headers={"Cookie": None}))
        if row.get("from_elsewhere"):
            return
        assert refused(
            await case.ask(anybody, headers={"Origin": "https://www.example.com"}), 403, "origin_not_allowed"
        )
        assert refused(await case.ask(anybody, headers={"Sec-Fetch-Site": "cross-site"}), 403, "origin_not_allowed")
        return
    # The most powerful account does not help who is not signed in, or is made to send it by another page.
    admin = await agent_at(gateway, Role.ADMIN)
    gone, late = await agent_at(gateway, Role.ADMIN), await agent_at(gateway, Role.ADMIN, expired=True)
    await gateway.services.accounts.update(gone.id, enabled=False)
    ticket_id = await case.ticket(admin if row.get("ticket") == "own" else None) if row.get("ticket") else None
    for asking, cookie in _some(route, (admin, None), (admin, "__Host-uwallet_desk=x"), (gone, ""), (late, "")):
        headers = None if cookie == "" else {"Cookie": cookie}
        assert refused(await case.ask(asking, ticket_id, headers), 401, "signed_out")
    if changes:
        other_csrf = (await agent_at(gateway, Role.ADMIN)).csrf
        for csrf in _some(route, other_csrf, None, ""):
            assert refused(await case.ask(admin, ticket_id, {"X-CSRF-Token": csrf}), 403, "csrf")
        for origin in _some(route, "https://www.example.com", "null", gateway.url.replace("http", "https")):
            assert refused(await case.ask(admin, ticket_id, {"Origin": origin}), 403, "origin_not_allowed")
        for site in _some(route, "cross-site", "same-site"):
            response = await case.ask(admin, ticket_id, {"Origin": None, "Sec-Fetch-Site": site})
            assert refused(response, 403, "origin_not_allowed")
    wanted = KnowledgeRole(row["knowledge"]) if "knowledge" in row else None
    for role, knowledge in itertools.product(ROLES, [None, *KnowledgeRole] if wanted else [None]):
        asking = await agent_at(gateway, role, knowledge=knowledge)
        may_edit = wanted is None or role is Role.ADMIN or (knowledge is not None and knowledge.may(wanted))
        may = role.may(Role(row["role"])) and may_edit
        # Who is refused changes nothing: the ticket of before serves.
        if may and row.get("ticket"):
            ticket_id = await case.ticket(asking if row["ticket"] == "own" else None)
        response = await case.ask(asking, ticket_id)
        if may:
            assert case.is_as_promised(response), (role, knowledge, response.status_code, response.text)
        else:
            assert refused(response, 403, "forbidden"), (role, response.text)
            entry = await gateway.services.audit.last(Action.ACCESS_REFUSED)
            assert entry is not None
            assert (entry.actor_name, entry.details) == (
                f"agent{asking.name.removeprefix('小林')}",
                {"method": case.method, "path": case.path},
            )


async def test_reading_changes_nothing(running: tuple[Gateway, DeskAgent]) -> None:
    gateway, owner = running
    changed: set[str] = set()
    request_id = secrets.token_hex(16)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        words = statement.lower().split()
        # The gateway's own work goes on meanwhile.
        if get_contextvars().get("request_id") == request_id and words[0] in {"insert", "update", "delete"}:
            changed.add(words[1] if words[0] == "update" else words[2])

    admin = await agent_at(gateway, Role.ADMIN)
    routes = [route for route in MATRIX if route.startswith("GET ") and "/oidc/" not in route]
    cases = [Case(gateway, owner, route) for route in routes]
    tickets = [await case.ticket(admin) if case.row.get("ticket") else None for case in cases]
    event.listen(Engine, "before_cursor_execute", note)
    try:
        for case, ticket_id in zip(cases, tickets, strict=True):
            assert case.is_as_promised(await case.ask(admin, ticket_id, {"X-Request-ID": request_id})), case.path
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    # Who reads what is recorded; that is all.
    assert changed == {"audit_entries"}


@pytest.mark.parametrize("route", [route for route, row in MATRIX.items() if "on_others" in row])
async def test_on_a_chat_that_a_colleague_has(running: tuple[Gateway, DeskAgent], route: str) -> None:
    case = Case(*running, route)
    colleague = await agent_at(case.gateway)
    for role in (Role.AGENT, Role.SUPERVISOR):
        ticket_id = await case.ticket(colleague)
        response = await case.ask(await agent_at(case.gateway, role), ticket_id)
        expected = case.row["on_others"][role]
        found = response.status_code if response.is_success else response.json()["code"]
        assert found == expected, (role, response.text)
        if expected == "forbidden":
            entry = await case.gateway.services.audit.last(Action.ACCESS_REFUSED)
            assert entry is not None
            assert set(entry.details) <= {"ticket", "method", "path"}
            assert entry.actor_name != colleague.name
        if expected == "conflict":
            assert response.json()["details"]["agent"] == {"id": colleague.id, "name": colleague.name}
        unknown = await case.ask(await agent_at(case.gateway, role), 2**31 - 1)
        if role.may(Role(case.row["role"])):
            assert refused(unknown, 404, "not_found")


@pytest.mark.parametrize("route", [route for route in MATRIX if "{ticket_id}" in route])
async def test_token_of_a_user_opens_nothing(running: tuple[Gateway, DeskAgent], route: str) -> None:
    case = Case(*running, route)
    user: User = await user_who_waits(case.gateway)
    stranger = DeskAgent(case.gateway, 0, "", user.token, user.token)
    headers = {"Authorization": f"Bearer {user.token}"}
    response = await case.ask(stranger, await ticket_of(case.gateway, user), headers)
    assert refused(response, 401, "signed_out")
