"""Accounts, sessions, canned replies and suggestions at the desk (docs/support/desk-api.md)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from uwallet_gateway.agents.accounts import MOST_CHATS
from uwallet_gateway.agents.canned_replies import (
    MOST_HOURS,
    MOST_OF_FOLDER,
    MOST_OF_SHORTCUT,
    MOST_OF_TEXT,
    MOST_OF_TITLE,
    Ending,
    ReplyContent,
)
from uwallet_gateway.agents.passwords import MOST
from uwallet_gateway.agents.roles import KnowledgeRole, Role
from uwallet_gateway.agents.second_factors import SecondFactor
from uwallet_gateway.agents.sessions import SignInMethod
from uwallet_gateway.engine.assistant import Intent, Suggestion
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.input_text import clean
from uwallet_gateway.protocol.base import Moment, Request, View
from uwallet_gateway.protocol.tickets import AgentStatus, cleaned_labels

_Password = Annotated[str, Field(max_length=MOST)]
_Email = Annotated[str, Field(max_length=255, pattern=r"^[^@\s]+@[^@\s]+$")]
_Code = Annotated[str, Field(max_length=64)]
_Chats = Annotated[int, Field(ge=1, le=MOST_CHATS)]


class Credentials(Request):
    """What an agent signs in with."""

    username: str = Field(max_length=64)
    password: _Password


class SecondStepNeeded(View):
    """The first step is done. A cookie is set that is good for the second step, and for nothing else."""

    step: Literal["code", "enrolment"] = Field(
        description="`code`: send one of the authenticator app; `enrolment`: an app must be enrolled first"
    )
    expires_at: Moment


class ProviderView(View):
    """An identity provider; `GET /oidc/start` sends a browser there."""

    name: str


class SignInOptions(View):
    """What the page for signing in shows."""

    provider: ProviderView | None

    pending: SecondStepNeeded | None = Field(description="What is left to be done in this browser")


class CodeRequest(Request):
    """A code of the authenticator app; where a factor is used, a recovery code, too."""

    code: _Code


class EnrolmentView(View):
    """The secret for an authenticator app, shown this once."""

    secret: str = Field(description="Base 32, to type it")
    uri: str = Field(description="For the QR code: otpauth://totp/...")


class RecoveryCodes(View):
    """Codes that each stand in once for the authenticator app, shown this once."""

    recovery_codes: list[str]


class ReplyVariables(View):
    """What canned replies may have in braces, by what is filled in."""

    user: str
    number: str
    agent: str
    brand: str
    topic: str
    site: str


class DeskSettings(View):
    """Settings that the desk needs."""

    max_chats: int
    dispositions: list[str]
    max_length: int
    attachment_bytes: int
    attachment_types: list[str]
    queue_timeout: float = Field(description="Seconds of waiting after which the user is offered to leave a message")
    time_zone: str = Field(description="IANA name of the organisation's time zone, in which days are counted")
    brand: str = Field(description="What the product is called; empty if that is not filled in")
    reply_variables: ReplyVariables


class DeskSessionView(View):
    """The signed-in agent. `csrf` goes into the header X-CSRF-Token of every request that changes something."""

    agent: AgentStatus
    csrf: str
    method: SignInMethod
    second_factor: SecondFactor | None = Field(description="What was shown beside the password or at the provider")
    knowledge_role: KnowledgeRole | None = Field(description="What they may do with the knowledge; null: nothing")
    settings: DeskSettings


class Enrolled(RecoveryCodes):
    """The agent is signed in, with a second factor from now on."""

    session: DeskSessionView


class SecondFactorView(View):
    """The second factor of the agent who asks."""

    enrolled_at: Moment | None = Field(description="null: none")
    recovery_codes: int = Field(description="How many are left")
    is_required: bool
    asks_for_password: bool = Field(description="Whether changes ask for the password; false without one")


class FactorProof(Request):
    """That it is the agent who asks: the password, and a code if they have a second factor."""

    password: _Password | None = None
    code: _Code | None = None


class AgentSessionView(View):
    """A browser in which the agent is signed in."""

    method: SignInMethod
    second_factor: SecondFactor | None

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
    email: _Email | None = None
    role: Role = Role.AGENT
    knowledge_role: KnowledgeRole | None = Field(default=None, description="What they may do with the knowledge")
    max_chats: _Chats | None = None


class AgentChange(Request):
    """Changes to an account. A field that is null stays as it is; an empty address or knowledge role is removed."""

    email: _Email | Literal[""] | None = None

    name: str | None = Field(default=None, max_length=200)
    role: Role | None = None
    knowledge_role: KnowledgeRole | Literal[""] | None = None
    enabled: bool | None = None
    max_chats: _Chats | None = None


class NewAgent(AgentStatus):
    """A new account with its password, which is shown this once."""

    password: str


class NewPassword(View):
    """A generated password, which is shown this once."""

    password: str


class CannedReplyRequest(Request):
    """A canned reply. `shortcut` is what an agent types after `/`; one with labels or an ending is a macro."""

    title: str
    text: str
    shortcut: str | None = Field(default=None, pattern=r"^[^\s/]*$")
    folder: str | None = None
    is_personal: bool = Field(default=False, description="The agent's own, which nobody else sees")
    labels: list[str] = []
    ending: Ending | None = None
    follow_up_hours: int | None = Field(default=None, ge=1, le=MOST_HOURS)

    def cleaned(self) -> ReplyContent:
        """Returns it as it is stored.

        Raises:
            InputError: empty, too_long; malformed, if a follow-up has no time or something else has one.
        """
        if (self.ending == "follow_up") != (self.follow_up_hours is not None):
            raise InputError(ErrorCode.MALFORMED)
        return ReplyContent(
            title=clean(self.title, MOST_OF_TITLE),
            text=clean(self.text, MOST_OF_TEXT),
            shortcut=clean(self.shortcut, MOST_OF_SHORTCUT).lower() if self.shortcut else None,
            folder=clean(self.folder, MOST_OF_FOLDER) if self.folder else None,
            labels=cleaned_labels(self.labels),
            ending=self.ending,
            follow_up_hours=self.follow_up_hours,
        )


class ImportProblem(View):
    """Why a row of a file is refused."""

    row: int = Field(description="As a spreadsheet counts: the headings are row 1")
    message: str


class ReplyImport(View):
    """What came of a file: nothing is stored if one of its rows is refused."""

    added: int
    changed: int
    problems: list[ImportProblem]


class Suggestions(View):
    """Answers of the knowledge files to the user's last message, best first."""

    suggestions: list[Suggestion]


class Intents(View):
    """The intents that a message can be labelled with."""

    intents: list[Intent]
