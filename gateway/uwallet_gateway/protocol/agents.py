"""Accounts, sessions, canned replies and suggestions at the desk (docs/support/desk-api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from uwallet_gateway.agents.accounts import MOST_CHATS
from uwallet_gateway.agents.canned_replies import MOST_OF_SHORTCUT, MOST_OF_TEXT, MOST_OF_TITLE
from uwallet_gateway.agents.passwords import MOST
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.engine.assistant import Intent, Suggestion
from uwallet_gateway.input_text import clean
from uwallet_gateway.protocol.base import Moment, Request, View
from uwallet_gateway.protocol.tickets import AgentStatus

_Password = Annotated[str, Field(max_length=MOST)]
_Chats = Annotated[int, Field(ge=1, le=MOST_CHATS)]


class Credentials(Request):
    """What an agent signs in with."""

    username: str = Field(max_length=64)
    password: _Password


class DeskSettings(View):
    """Settings that the desk needs."""

    max_chats: int
    dispositions: list[str]
    max_length: int
    attachment_bytes: int
    attachment_types: list[str]
    queue_timeout: float = Field(description="Seconds of waiting after which the user is offered to leave a message")
    time_zone: str = Field(description="IANA name of the organisation's time zone, in which days are counted")


class DeskSessionView(View):
    """The signed-in agent. `csrf` goes into the header X-CSRF-Token of every request that changes something."""

    agent: AgentStatus
    csrf: str
    settings: DeskSettings


class AgentSessionView(View):
    """A browser in which the agent is signed in."""

    created_at: Moment
    expires_at: Moment
    address: str | None = Field(description="Where they signed in; null of sessions from before this was kept")
    browser: str | None = Field(description="What the browser says that it is")
    is_current: bool


class PasswordChange(Request):
    """A change of the own password."""

    old: _Password
    new: _Password


class PresenceRequest(Request):
    """Whether the agent takes chats."""

    status: Literal["online", "away"]


class AgentRequest(Request):
    """A new account. The gateway generates the password."""

    username: str = Field(max_length=64)
    name: str = Field(max_length=200, description="Shown to users")
    role: Role = Role.AGENT
    max_chats: _Chats | None = None


class AgentChange(Request):
    """Changes to an account. A field that is null stays as it is."""

    name: str | None = Field(default=None, max_length=200)
    role: Role | None = None
    enabled: bool | None = None
    max_chats: _Chats | None = None


class NewAgent(AgentStatus):
    """A new account with its password, which is shown this once."""

    password: str


class NewPassword(View):
    """A generated password, which is shown this once."""

    password: str


class CannedReplyRequest(Request):
    """A canned reply. `shortcut` is what an agent types after `/`."""

    title: str
    text: str
    shortcut: str | None = Field(default=None, pattern=r"^[^\s/]*$")

    def cleaned(self) -> tuple[str, str, str | None]:
        """Returns title, text and shortcut as they are stored.

        Raises:
            InputError: empty, too_long.
        """
        shortcut = clean(self.shortcut, MOST_OF_SHORTCUT).lower() if self.shortcut else None
        return clean(self.title, MOST_OF_TITLE), clean(self.text, MOST_OF_TEXT), shortcut


class Suggestions(View):
    """Answers of the knowledge files to the user's last message, best first."""

    suggestions: list[Suggestion]


class Intents(View):
    """The intents that a message can be labelled with."""

    intents: list[Intent]
