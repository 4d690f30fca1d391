"""Those who work at the desk: accounts of one stack that are signed in already, and a desk that is tidy again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import APIRequestContext, BrowserContext, Playwright, StorageState, expect

from scripts.stack import FIRST_ADMIN_NAME, Stack
from tests.browser.desk import Desk

# Username, name, role.
TEAM = (("lin", "小林", "agent"), ("chen", "小陈", "agent"), ("wang", "王主管", "supervisor"))
_OPEN = ("queued", "active", "message")


@dataclass(frozen=True)
class Account:
    """Somebody who works at the desk.

    Attributes:
        state: What a browser has in which they are signed in.
    """

    id: int
    username: str
    name: str
    password: str
    state: StorageState
    _requests: APIRequestContext
    _csrf: str

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Sends a request to the desk's API (docs/support.md) and returns the answer, None if it is empty."""
        response = self._requests.fetch(
            f"/desk/api{path}", method=method, data=body, headers={"X-CSRF-Token": self._csrf}, fail_on_status_code=True
        )
        return response.json() if response.body() else None

    def open_desk(self, address: str, new_context: Callable[..., BrowserContext], **options: object) -> Desk:
        """Opens the desk of a gateway in a browser of their own; they are online."""
        self.ask("PUT", "/presence", {"status": "online"})
        page = new_context(storage_state=self.state, **options).new_page()
        page.goto(f"{address}/desk")
        desk = Desk(page)
        expect(desk.queue.get_by_role("heading").first).to_be_visible()
        return desk

    def close(self) -> None:
        """Lets go of the connection."""
        self._requests.dispose()


# Under which the first admin is found, whatever their user name.
ADMIN = "admin"


class Staff:
    """The team of a stack, and its first admin."""

    def __init__(self, playwright: Playwright, stack: Stack) -> None:
        """Makes the accounts and signs them in. The stack must be running."""
        self._playwright = playwright
        self._stack = stack
        self._accounts: dict[str, Account] = {}
        assert stack.first_admin is not None
        assert stack.first_password is not None
        admin = self._sign_in(stack.first_admin, FIRST_ADMIN_NAME, stack.first_password)
        # The user name is drawn at the first start.
        self._accounts = {ADMIN: admin}
        for username, name, role in TEAM:
            self.add(username, name, role)

    def __getitem__(self, username: str) -> Account:
        """Returns an account by its username."""
        return self._accounts[username]

    @property
    def admin(self) -> Account:
        """The one who may do everything."""
        return self[ADMIN]

    def add(self, username: str, name: str, role: str, email: str | None = None) -> Account:
        """Makes another account at the desk, which is quicker than by the gateway's command."""
        made = self.admin.ask("POST", "/agents", {"username": username, "name": name, "role": role, "email": email})
        return self._sign_in(username, name, str(made["password"]))

    def remove(self, username: str) -> None:
        """Disables an account and forgets it."""
        account = self._accounts.pop(username)
        self.admin.ask("PATCH", f"/agents/{account.id}", {"enabled": False})
        account.close()

    def tidy(self) -> None:
        """Sends everybody away and closes what is open, so that the next test finds an empty desk."""
        for account in self._accounts.values():
            account.ask("PUT", "/presence", {"status": "away"})
        for status in _OPEN:
            for ticket in self.admin.ask("GET", f"/tickets?status={status}&limit=100")["tickets"]:
                path = f"/tickets/{ticket['id']}"
                if status != "message":
                    self.admin.ask("POST", f"{path}/assign", {"agent_id": self.admin.id})
                self.admin.ask("POST", f"{path}/close", {"disposition": "solved", "note": ""})

    def close(self) -> None:
        """Lets go of the connections."""
        for account in self._accounts.values():
            account.close()

    def _sign_in(self, username: str, name: str, password: str) -> Account:
        requests = self._playwright.request.new_context(base_url=self._stack.address)
        credentials = {"username": username, "password": password}
        response = requests.post("/desk/api/session", data=credentials, fail_on_status_code=True)
        session = response.json()
        account = Account(
            session["agent"]["id"], username, name, password, requests.storage_state(), requests, session["csrf"]
        )
        self._accounts[username] = account
        return account
