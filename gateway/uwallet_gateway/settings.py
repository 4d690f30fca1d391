"""The settings of the gateway: environment variables that begin with UWALLET_, listed in docs/gateway.md."""

from __future__ import annotations

import ipaddress
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from limits import parse_many
from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "UWALLET_"
REPOSITORY = Path(__file__).resolve().parents[2]


class SettingsError(Exception):
    """A setting is missing or wrong; the text names each with the reason, one per line."""


def _rate(value: str) -> str:
    if value:
        parse_many(value)
    return value


def _network(value: str) -> str:
    ipaddress.ip_network(value)
    return value


Rate = Annotated[str, AfterValidator(_rate)]
Network = Annotated[str, AfterValidator(_network)]


class Settings(BaseSettings):
    """What an operator can set. Every field is UWALLET_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True, env_ignore_empty=True)

    development: bool = Field(
        default=False, description="Generates missing secrets, serves the demonstration page at `/`"
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on")
    port: int = Field(default=5005, ge=0, le=65535, description="Port to listen on")
    public_url: str = Field(
        default="",
        description="Address under which users reach the gateway, e.g. `https://chat.example.com`; its pages may use "
        "every site. Empty: whatever the request was sent to",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Names, comma separated, under which the gateway is reached beside that of the public URL, by "
        "backends inside for example; IP addresses and localhost always are",
    )
    sockets_per_address: int = Field(
        default=1000, ge=1, description="Socket.IO connections of one address to one process"
    )
    hsts_subdomains: bool = Field(
        default=True,
        description="Browsers that come by HTTPS use it for names below this host, too",
    )
    trusted_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=(), description="Networks of the proxies whose X-Forwarded-For and -Proto are believed, comma separated"
    )
    metrics_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        default=("127.0.0.0/8", "::1/128"), description="Networks that may read `/metrics`, comma separated"
    )
    web_dir: Path = Field(default=REPOSITORY / "web" / "dist", description="The built web, with its `files.json`")
    data_dir: Path = Field(
        default=REPOSITORY / "gateway" / "var", description="Where SQLite, pictures and development secrets are kept"
    )
    database_url: str = Field(
        default="", description="`sqlite:///…` or `postgresql://…`; empty: `gateway.db` in the data directory"
    )
    redis_url: SecretStr = Field(
        default=SecretStr(""),
        description="`redis://…`: rate limits, order and delivery across several processes; empty: one process",
    )
    events_stream: str = Field(
        default="",
        max_length=200,
        description="Key of a Redis Stream to which events for a warehouse go (docs/events.md); empty: none",
    )
    events_redis_url: SecretStr = Field(
        default=SecretStr(""), description="`redis://…` of that stream; empty: `UWALLET_REDIS_URL`"
    )
    events_max: int = Field(default=1_000_000, ge=1000, description="Events that the stream keeps, roughly")
    events_texts: bool = Field(
        default=False, description="Events have the texts of messages, masked as they are stored"
    )
    secret_key: SecretStr = Field(
        default=SecretStr(""),
        description="At least 32 characters. Signs tokens and encrypts the sites' secrets. In development generated "
        "into the data directory",
    )
    old_secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = Field(
        default=(), description="Former secret keys that are still accepted, comma separated"
    )

    push_key: SecretStr = Field(
        default=SecretStr(""),
        description="Private key by which push services know the gateway, from `make-push-key`. Empty: agents get no "
        "notices on their devices. In development generated into the data directory",
    )
    push_contact: str = Field(
        default="",
        pattern=r"^((mailto:|https://)\S+)?$",
        description="Where push services write if something goes wrong: `mailto:…` or `https://…`. Empty: "
        "UWALLET_PUBLIC_URL",
    )

    engine_url: str = Field(
        default="http://127.0.0.1:5055",
        pattern=r"^\s*https?://[^,\s]+(\s*,\s*https?://[^,\s]+)*\s*$",
        description="Private address of the engine; of several that share their stores, comma separated: each "
        "conversation has one of them, and another while that does not answer. A name without TLS stands for all "
        "addresses that it has, looked up every few seconds",
    )
    engine_secret: SecretStr = Field(default=SecretStr(""), description="Sent to the engine, the same setting there")
    engine_timeout: float = Field(default=20.0, gt=0, description="Seconds to wait for an answer of the engine")
    engine_concurrency: int = Field(default=16, ge=1, description="Turns that the engine is given at the same time")
    engine_patience: float = Field(
        default=600.0, ge=0, description="Seconds for which a message waits for an engine that is down"
    )
    takeover_seconds: float = Field(
        default=1.5,
        ge=0.5,
        le=60,
        description="Seconds after which the conversations of a gateway that died or stands still are another's, "
        "which looks for them four times as often; with Redis only",
    )
    notice_after: float = Field(
        default=7.0, gt=0, lt=8, description="Seconds after which a user who waits is told so and offered a human"
    )

    visitor_session_days: float = Field(
        default=30.0, gt=0, description="Days after which a visitor who did not come back begins a new conversation"
    )
    user_session_hours: float = Field(
        default=24.0, gt=0, description="Hours after which the session of a user must be opened again with a hash"
    )
    user_hash_hours: float = Field(
        default=24.0, gt=0, description="Hours for which a hash that vouches for a user is good"
    )
    undated_hashes_until: date | None = Field(
        default=None,
        description="Date until which hashes in the former format, without a time, are accepted; empty: not at all",
    )

    max_length: int = Field(default=1000, ge=1, description="Characters that a message may have")
    attachment_bytes: int = Field(default=8 * 1024 * 1024, ge=1, description="Bytes that a picture may have")
    attachment_url_seconds: int = Field(
        default=600, ge=1, description="Seconds for which the address of a picture in a message is valid"
    )
    rate_messages_per_user: Rate = Field(default="20/10seconds;60/minute", description="Messages of one conversation")
    rate_messages_per_address: Rate = Field(
        default="1200/minute", description="Messages of one address, behind which a carrier may have thousands of users"
    )
    rate_messages_per_site: Rate = Field(
        default="",
        description="Messages of all users of one site together, so that one leaves room for others; empty: any",
    )
    rate_sessions_per_address: Rate = Field(default="600/minute", description="Sessions of one address")
    rate_suggestions_per_address: Rate = Field(
        default="3000/minute", description="Suggestions while typing, to one address"
    )
    rate_attachments_per_user: Rate = Field(default="10/minute;60/hour", description="Pictures of one conversation")
    rate_attachments_per_address: Rate = Field(
        default="30/minute;300/hour", description="Pictures of one address; far fewer than messages, as each costs more"
    )
    attachments_quota_bytes: int = Field(
        default=20 * 1024**3, ge=1, description="Bytes that all pictures together may have; more are refused"
    )
    pictures_bucket: str = Field(
        default="", description="Bucket of an S3-compatible store for pictures; empty: files in the data directory"
    )
    pictures_endpoint: str = Field(
        default="", description="Its address, such as `https://minio.internal:9000`; empty: AWS, by the region"
    )
    pictures_region: str = Field(default="us-east-1", description="Its region")
    pictures_prefix: str = Field(default="", description="What the names of pictures begin with in the bucket")
    pictures_access_key: SecretStr = Field(
        default=SecretStr(""), description="Key for it; empty: what the machine or its role has"
    )
    pictures_secret_key: SecretStr = Field(default=SecretStr(""), description="Secret of that key")
    rate_requests_per_user: Rate = Field(default="240/minute", description="Requests for history and pictures")
    rate_sign_ins_per_address: Rate = Field(
        default="60/minute",
        description="Attempts to sign in at the desk from one address, behind which a whole team may be",
    )
    rate_failed_sign_ins_per_address: Rate = Field(
        default="30/10minutes", description="Wrong passwords at the desk from one address"
    )
    rate_desk_requests_per_agent: Rate = Field(
        default="60/10seconds;1200/10minutes", description="Requests of one agent at the desk"
    )

    desk_session_hours: float = Field(
        default=12.0, gt=0, le=24 * 30, description="Hours after which an agent must sign in at the desk again"
    )
    desk_idle_minutes: float = Field(
        default=60.0, ge=2, description="Minutes without a sign of the agent after which they must sign in again"
    )
    desk_recent_minutes: float = Field(
        default=30.0, ge=1, description="Minutes after signing in for which an admin may export, erase and reset others"
    )
    desk_two_factor_roles: Annotated[tuple[Literal["agent", "supervisor", "admin"], ...], NoDecode] = Field(
        default=(),
        description="Roles, comma separated, whose agents must sign in at the desk with a second factor: "
        "`agent`, `supervisor`, `admin`",
    )
    desk_oidc_issuer: str = Field(
        default="",
        description="OpenID Connect provider at which agents may sign in, as its discovery document names it, e.g. "
        "`https://login.example.com/realms/staff`; empty: none",
    )
    desk_oidc_client_id: str = Field(default="", description="Client that the provider knows the desk as")
    desk_oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="Secret of the client; empty: a public client, PKCE alone"
    )
    desk_oidc_client_secret_file: str = Field(default="", description="File with that secret, instead")
    desk_oidc_name: str = Field(default="企业账号", description="How the button for it calls the provider")
    desk_oidc_scopes: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("openid", "email", "profile"), description="Scopes that are asked for, comma separated"
    )
    desk_oidc_link_by: Literal["email", "username", "nothing"] = Field(
        default="email",
        description="How an account is found when its owner first comes by the provider: `email`, verified there; "
        "`username`, where nobody can choose their own; `nothing`: not at all",
    )
    desk_oidc_provision: bool = Field(default=False, description="Make an account for who is allowed and has none")
    desk_oidc_email_domains: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Domains, comma separated, in which the verified address must be; empty: any"
    )
    desk_oidc_groups_claim: str = Field(
        default="groups", description="Claim with the groups of somebody; dots lead into objects: `realm_access.roles`"
    )
    desk_oidc_groups: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Groups, comma separated, of which somebody must be in one; empty: all may sign in"
    )
    desk_oidc_roles: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Role of each group, like `desk-leads=supervisor,desk-admins=admin`, set at each sign-in; who is "
        "in none of them may not sign in. Empty: roles are set at the desk",
    )
    desk_oidc_two_factor: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Values, comma separated, of the claims `amr` or `acr` by which the provider says that it has "
        "asked for two factors, like `mfa`; then the desk does not. Empty: the desk asks by its own rules",
    )
    agent_max_chats: int = Field(
        default=5, ge=1, le=50, description="Chats at once of an agent whose account names no number"
    )

    hooks_file: str = Field(
        default="", description="Who is told of tickets (YAML, example in `deploy/hooks.example.yml`); empty: nobody"
    )

    knowledge_dir: Path = Field(
        default=REPOSITORY / "data" / "knowledge",
        description="The bot's knowledge files, whose `questions` are suggested while users type",
    )
    conversations_dir: Path = Field(
        default=REPOSITORY / "tests" / "conversations" / "evaluation",
        description="Stored conversations that are played before knowledge is published; without the folder, those of "
        "users who gave the bot 4 or 5",
    )
    sets_file: Path = Field(
        default=REPOSITORY / "evaluation" / "sets.yml",
        description="Names the labelled sets that are asked before knowledge is published (TSV: message, intent); "
        "none without the file",
    )
    sites_without_suggestions: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Public keys, comma separated, of sites that suggest nothing while users type",
    )
    organisation_file: Path = Field(
        default=REPOSITORY / "data" / "knowledge" / "organisation.yml",
        description="Opening hours, holidays and time zone of human support; the file that the bot reads, too",
    )
    assignment: Literal["manual", "automatic", "in_turn"] = Field(
        default="manual",
        description="`manual`: agents claim who waits; `automatic`: the agent online with the fewest chats gets them; "
        "`in_turn`: the one who has got none for the longest time. Admins can change it at the desk",
    )
    agent_gone_after: int = Field(
        default=180,
        ge=0,
        description="Seconds after which chats of an agent whose desk is closed are queued again, 30 at least; 0: not "
        "for that. Admins can change it at the desk",
    )
    queue_timeout: float = Field(
        default=600.0, gt=0, description="Seconds after which somebody who waits is offered to leave a message"
    )
    queue_abandoned_after: float = Field(
        default=120.0, ge=0, description="Seconds without any agent online after which those who wait are asked for one"
    )
    agent_silent_after: float = Field(
        default=300.0, gt=0, description="Seconds after which a chat that its agent does not answer is queued again"
    )
    user_remind_after: float = Field(
        default=120.0, gt=0, description="Seconds after which a user who does not answer the agent is reminded"
    )
    user_left_after: float = Field(
        default=300.0, gt=0, description="Seconds after which a chat that its user does not answer is closed"
    )
    merge_visitors_hours: int = Field(
        default=24,
        ge=0,
        description="Hours after which what a visitor has said no longer becomes that of the user who signs in in the "
        "same browser; 0: never, as browsers are shared",
    )
    urgent_patience: float = Field(
        default=3.0,
        ge=1,
        description="How many times as long an urgent user is waited for before both: they were told to do something",
    )
    target_first_reply: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(),
        description="Seconds from queueing to the agent's first message that are the target for urgent, high and "
        "normal tickets, like `60,180,300`; 0: none. Empty: no targets. Admins can change them at the desk",
    )
    target_resolution: Annotated[tuple[int, ...], NoDecode] = Field(
        default=(),
        description="The same for the time until a ticket is closed. Admins can change it at the desk",
    )
    target_opening_hours: bool = Field(
        default=True,
        description="For both only the time within opening hours counts, if they are filled in. Admins can change it "
        "at the desk",
    )
    clock: str = Field(
        default="", description="Time at which the clock starts, like `2026-11-23T03:00:00+08:00`; in development only"
    )

    retention_days: int = Field(
        default=180, ge=0, le=36_500, description="Days for which messages are kept; 0: for ever"
    )
    retention_pictures_days: int | None = Field(
        default=None, ge=0, le=36_500, description="Days for which pictures are kept; empty: as messages"
    )
    retention_tickets_days: int | None = Field(
        default=None,
        ge=0,
        le=36_500,
        description="Days for which closed tickets are kept, with the contact; empty: as messages",
    )
    retention_engine_days: int | None = Field(
        default=None, ge=0, le=36_500, description="Days for which the engine keeps its events; empty: as messages"
    )
    backup_days: int = Field(
        default=0, ge=0, description="Days after which backups are deleted, told to who asks for erasure; 0: not known"
    )
    purge_hours: float = Field(default=6.0, gt=0, description="Hours between two purges by the running gateway")
    shutdown_seconds: float = Field(default=10.0, ge=0, description="Seconds to finish what was taken when stopping")
    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="Least level logged")

    @field_validator(
        "allowed_hosts",
        "trusted_proxies",
        "metrics_networks",
        "sites_without_suggestions",
        "old_secret_keys",
        "desk_two_factor_roles",
        "desk_oidc_scopes",
        "desk_oidc_email_domains",
        "desk_oidc_groups",
        "desk_oidc_roles",
        "desk_oidc_two_factor",
        "target_first_reply",
        "target_resolution",
        mode="before",
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/") or parts.query:
            msg = "must be like https://chat.example.com, without a path"
            raise ValueError(msg)
        return f"{parts.scheme}://{parts.netloc}".lower()

    @field_validator("desk_oidc_roles")
    @classmethod
    def _roles_of_groups(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pair in value:
            group, _, role = pair.rpartition("=")
            if not group or role not in {"agent", "supervisor", "admin"}:
                msg = f"{pair!r} must be like desk-leads=supervisor"
                raise ValueError(msg)
        return value

    @field_validator("target_first_reply", "target_resolution")
    @classmethod
    def _for_each_priority(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if value and (len(value) != 3 or any(seconds and not 10 <= seconds <= 30 * 24 * 3600 for seconds in value)):
            msg = "must be three numbers, for urgent, high and normal tickets, each 0 or 10 to 2592000 seconds"
            raise ValueError(msg)
        return value

    @field_validator("clock")
    @classmethod
    def _moment(cls, value: str) -> str:
        if value and datetime.fromisoformat(value).tzinfo is None:
            msg = "must have a time zone, like 2026-11-23T03:00:00+08:00"
            raise ValueError(msg)
        return value

    @property
    def engine_urls(self) -> list[str]:
        """The addresses of all engines."""
        return [url.strip() for url in self.engine_url.split(",")]

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        if self.clock and not self.development:
            msg = f"{PREFIX}CLOCK is for tests, with {PREFIX}DEVELOPMENT=true"
            raise ValueError(msg)
        if 0 < self.agent_gone_after < 30:
            msg = f"{PREFIX}AGENT_GONE_AFTER must be 0 or at least 30: to load a page anew is no absence"
            raise ValueError(msg)
        if self.user_left_after <= self.user_remind_after:
            msg = f"{PREFIX}USER_LEFT_AFTER must be more than {PREFIX}USER_REMIND_AFTER"
            raise ValueError(msg)
        self._check_oidc()
        if bool(self.pictures_access_key.get_secret_value()) != bool(self.pictures_secret_key.get_secret_value()):
            msg = f"{PREFIX}PICTURES_ACCESS_KEY and {PREFIX}PICTURES_SECRET_KEY go together"
            raise ValueError(msg)
        if self.pictures_endpoint and not self.pictures_endpoint.startswith(("https://", "http://")):
            msg = f"{PREFIX}PICTURES_ENDPOINT must begin with https:// or http://"
            raise ValueError(msg)
        key = self.secret_key.get_secret_value()
        if key and len(key) < 32:
            msg = f"{PREFIX}SECRET_KEY must have at least 32 characters"
            raise ValueError(msg)
        if not key and not self.development:
            msg = (
                f"{PREFIX}SECRET_KEY is not set. Generate one with `openssl rand -hex 32` and keep it, or set "
                f"{PREFIX}DEVELOPMENT=true on your own machine"
            )
            raise ValueError(msg)
        return self

    def oidc_client_secret(self) -> str:
        """The client's secret, from its file if there is one.

        Raises:
            SettingsError: The file cannot be read.
        """
        if not self.desk_oidc_client_secret_file:
            return self.desk_oidc_client_secret.get_secret_value()
        try:
            return Path(self.desk_oidc_client_secret_file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise SettingsError(f"{PREFIX}DESK_OIDC_CLIENT_SECRET_FILE: {error.strerror}") from error

    def _check_oidc(self) -> None:
        if not self.desk_oidc_issuer:
            return
        parts = urlsplit(self.desk_oidc_issuer)
        if parts.scheme != "https" and not self.development:
            msg = f"{PREFIX}DESK_OIDC_ISSUER must begin with https://"
            raise ValueError(msg)
        if not self.desk_oidc_client_id:
            msg = f"{PREFIX}DESK_OIDC_CLIENT_ID is not set"
            raise ValueError(msg)
        if not self.public_url and not self.development:
            msg = (
                f"{PREFIX}PUBLIC_URL must be set with {PREFIX}DESK_OIDC_ISSUER: the provider sends browsers back there"
            )
            raise ValueError(msg)
        if "openid" not in self.desk_oidc_scopes:
            msg = f"{PREFIX}DESK_OIDC_SCOPES must have openid"
            raise ValueError(msg)


def load_settings(**overrides: Any) -> Settings:
    """Reads the environment.

    Args:
        overrides: Fields that are taken as given instead.

    Raises:
        SettingsError: A variable is missing or wrong.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        lines = []
        for problem in error.errors(include_url=False, include_input=False):
            name = "".join(f"{PREFIX}{part}".upper() for part in problem["loc"][:1])
            lines.append(f"{name}: {problem['msg']}" if name else problem["msg"].removeprefix("Value error, "))
        raise SettingsError("\n".join(lines)) from error
