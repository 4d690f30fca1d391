"""Commands for accounts of agents: `python -m uwallet_gateway create-agent --help`."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable

import click

from uwallet_gateway.agents.accounts import Account, AccountError
from uwallet_gateway.agents.roles import Role
from uwallet_gateway.cli.running import with_services
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.services import Services

_REASONS = {
    ErrorCode.WEAK_PASSWORD: "the password is too short or guessed easily: take at least 10 characters, no usual words",
    ErrorCode.LAST_ADMIN: "this is the last admin who can sign in; make another one first",
}
_ask_password = click.option(
    "--ask-password", is_flag=True, help="Ask for the password (or read it from a pipe) instead of generating one."
)


@click.command("create-agent")
@click.argument("username")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AGENT.value, show_default=True)
@click.option("--max-chats", type=click.IntRange(1, 50), help="Chats at once; UWALLET_AGENT_MAX_CHATS if absent.")
@click.option("--email", help="Finds the account when its owner first signs in by the identity provider.")
@click.option("--if-none", is_flag=True, help="Only if there is no agent at all; prints nothing otherwise.")
@_ask_password
def create_agent(
    username: str,
    name: str,
    role: str,
    max_chats: int | None,
    email: str | None,
    if_none: bool,
    ask_password: bool,
) -> None:
    """Make an account for the desk, and print it as JSON with its password. NAME is shown to users."""
    password = _asked() if ask_password else None

    async def run(services: Services) -> None:
        if if_none and await services.accounts.count():
            return
        account, new_password = await made_account(
            services, username, name, Role(role), password, max_chats, email=email
        )
        secret = {} if ask_password else {"password": new_password}
        click.echo(json.dumps(_shown(account) | secret, ensure_ascii=False, indent=2))

    _run(run)


async def made_account(
    services: Services,
    username: str,
    name: str,
    role: Role,
    password: str | None = None,
    max_chats: int | None = None,
    *,
    email: str | None = None,
) -> tuple[Account, str]:
    """Makes an account, and what the first ones find at the desk; returns it with its password."""
    await services.canned_replies.add_first_ones()
    return await services.accounts.create(username, name, role, password, max_chats, email=email)


@click.command("set-email")
@click.argument("username")
@click.argument("email")
def set_email(username: str, email: str) -> None:
    """Set the address of the agent USERNAME, by which the identity provider finds the account; '' removes it."""

    async def run(services: Services) -> None:
        account = await services.accounts.find(username)
        await services.accounts.update(account.id, email=email)

    _run(run)


@click.command("list-agents")
def list_agents() -> None:
    """Print all accounts as JSON, without passwords."""

    async def run(services: Services) -> None:
        enrolled = await services.second_factors.enrolled()
        shown = [
            _shown(account) | {"second_factor": account.id in enrolled} for account in await services.accounts.all()
        ]
        click.echo(json.dumps(shown, ensure_ascii=False, indent=2))

    _run(run)


@click.command("set-password")
@click.argument("username")
@_ask_password
def set_password(username: str, ask_password: bool) -> None:
    """Replace the password of the agent USERNAME, sign them out everywhere and end a lockout."""
    password = _asked() if ask_password else None

    async def run(services: Services) -> None:
        account = await services.accounts.find(username)
        new_password = await services.accounts.set_password(account.id, password)
        if not ask_password:
            click.echo(new_password)

    _run(run)


@click.command("reset-second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Take the second factor of the agent USERNAME, who has lost it, and sign them out everywhere."""

    async def run(services: Services) -> None:
        account = await services.accounts.find(username)
        await services.second_factors.reset(account.id)

    _run(run)


@click.command("sign-out-agent")
@click.argument("username")
def sign_out_agent(username: str) -> None:
    """Sign the agent USERNAME out everywhere."""

    async def run(services: Services) -> None:
        account = await services.accounts.find(username)
        await services.desk_sessions.end_all(account.id)

    _run(run)


@click.command("disable-agent")
@click.argument("username")
def disable_agent(username: str) -> None:
    """Sign the agent USERNAME out everywhere and for good; what they did stays."""
    _set_enabled(username, enabled=False)


@click.command("enable-agent")
@click.argument("username")
def enable_agent(username: str) -> None:
    """Let the agent USERNAME sign in again."""
    _set_enabled(username, enabled=True)


COMMANDS = (
    create_agent,
    list_agents,
    set_email,
    set_password,
    reset_second_factor,
    sign_out_agent,
    disable_agent,
    enable_agent,
)


def _set_enabled(username: str, *, enabled: bool) -> None:
    async def run(services: Services) -> None:
        account = await services.accounts.find(username)
        await services.accounts.update(account.id, enabled=enabled)

    _run(run)


def _run(run: Callable[[Services], Awaitable[None]]) -> None:
    try:
        with_services(run)
    except InputError as error:
        raise AccountError(_REASONS.get(error.code, f"the name is refused: {error.code}")) from error


def _asked() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _shown(account: Account) -> dict[str, object]:
    return {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "role": account.role.value,
        "enabled": account.enabled,
        "max_chats": account.max_chats,
        "email": account.email,
    }
