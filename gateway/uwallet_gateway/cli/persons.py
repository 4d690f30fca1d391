"""Commands for one person's data: `python -m uwallet_gateway erase-user --help`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

import click

from uwallet_gateway.cli.running import with_services
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.maintenance.persons import Erased, Person
from uwallet_gateway.services import Services

_REASONS = {
    ErrorCode.NOT_FOUND: "nothing is kept of this person",
    ErrorCode.CONFLICT: "a conversation of this person is under legal hold: release-hold first",
    ErrorCode.UNAVAILABLE: "the engine does not answer, and its store has a part of the data",
}


def _of_person[**Arguments](command: Callable[Arguments, None]) -> Callable[Arguments, None]:
    command = click.option("--conversation", help="Instead: the conversation of a visitor, who has no name.")(command)
    command = click.argument("user_id", required=False)(command)
    return click.argument("site", required=False)(command)


@click.command("export-user")
@_of_person
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The ZIP file to write.")
def export_user(site: str | None, user_id: str | None, conversation: str | None, output: Path) -> None:
    """Write all that is kept of USER_ID of the site SITE: rows, pictures, the engine's events."""
    person = _person(site, user_id, conversation)

    async def run(services: Services) -> bytes:
        return await _explained(services.persons.export, person)

    data = with_services(run)
    output.touch(mode=0o600)
    output.write_bytes(data)
    click.echo(f"{output}: {len(data)} bytes")


@click.command("erase-user")
@_of_person
@click.confirmation_option(prompt="This cannot be undone. Go on?")
def erase_user(site: str | None, user_id: str | None, conversation: str | None) -> None:
    """Erase all that is kept of USER_ID of the site SITE, and print the proof as JSON."""
    person = _person(site, user_id, conversation)

    async def run(services: Services) -> Erased:
        return await _explained(services.persons.erase, person)

    erased = with_services(run)
    click.echo(json.dumps(asdict(erased), ensure_ascii=False, indent=2))
    if erased.engine_events is None:
        click.echo("The engine did not answer: the running gateway tries again by itself.", err=True)
    if erased.backups_until is None:
        click.echo("When backups expire is not known: set UWALLET_BACKUP_DAYS.", err=True)


@click.command("hold-user")
@_of_person
@click.option("--reason", required=True, help="A file number or the like, without personal data.")
def hold_user(site: str | None, user_id: str | None, conversation: str | None, reason: str) -> None:
    """Protect the conversations of USER_ID of the site SITE from erasure and retention, while a dispute goes on."""
    person = _person(site, user_id, conversation)

    async def run(services: Services) -> int:
        return await _explained(lambda asked: services.persons.hold(asked, reason[:200]), person)

    click.echo(f"{with_services(run)} conversations are held now.")


@click.command("release-hold")
@_of_person
def release_hold(site: str | None, user_id: str | None, conversation: str | None) -> None:
    """Let the conversations of USER_ID of the site SITE be erased and purged again."""
    person = _person(site, user_id, conversation)

    async def run(services: Services) -> int:
        return await _explained(services.persons.release, person)

    click.echo(f"{with_services(run)} conversations are not held any more.")


async def _explained[Result](do: Callable[[Person], Awaitable[Result]], person: Person) -> Result:
    try:
        return await do(person)
    except InputError as error:
        raise click.ClickException(_REASONS.get(error.code, error.code.value)) from error


def _person(site: str | None, user_id: str | None, conversation: str | None) -> Person:
    if conversation and not site:
        return Person(conversation_id=conversation)
    if site and user_id and not conversation:
        return Person(site=site, user_id=user_id)
    raise click.UsageError("give SITE and USER_ID, or --conversation")


COMMANDS = (export_user, erase_user, hold_user, release_hold)
