"""Commands for sites: `python -m uwallet_gateway create-site --help`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import get_args

import click

from uwallet_gateway.cli.running import with_services
from uwallet_gateway.errors import ErrorCode, InputError
from uwallet_gateway.identity.notice import NoticeMode
from uwallet_gateway.identity.sites import Site, SiteError
from uwallet_gateway.identity.vouching import signed_attributes, user_hash
from uwallet_gateway.maintenance.persons import Person
from uwallet_gateway.maintenance.retention import LONGEST, DataClass, set_retention
from uwallet_gateway.services import Services

_DAYS = click.IntRange(0, LONGEST)
_NOTICE = click.Choice(get_args(NoticeMode))
_REASONS = {
    ErrorCode.NOT_FOUND: "there is no site {key!r}",
    ErrorCode.CONFLICT: "a conversation of the site {key!r} is under legal hold",
}


@click.command("create-site")
@click.argument("name")
@click.option("--origin", "origins", multiple=True, help="Exact origin of its pages; may be given several times.")
@click.option("--key", help="The public key; a random one if absent.")
@click.option("--require-identity", is_flag=True, help="Refuse everybody that the site does not vouch for.")
@click.option(
    "--notice",
    type=_NOTICE,
    default="shown",
    show_default=True,
    help="What users meet before their first message: nothing, the notice on stored chats, or a question for consent.",
)
@click.option("--if-missing", is_flag=True, help="With --key: only set the origins if there is such a site already.")
def create_site(
    name: str, origins: tuple[str, ...], key: str | None, require_identity: bool, notice: NoticeMode, if_missing: bool
) -> None:
    """Make a site, and print its key and secret as JSON. NAME is for operators."""

    async def run(services: Services) -> None:
        if if_missing and key:
            site = await site_with_origins(
                services, name, key, origins, require_identity=require_identity, notice=notice
            )
        else:
            site = await services.sites.create(name, origins, key=key, require_identity=require_identity, notice=notice)
        if site:
            click.echo(json.dumps(_printable(site) | {"secret": site.secret}, ensure_ascii=False, indent=2))

    with_services(run)


async def site_with_origins(
    services: Services,
    name: str,
    key: str,
    origins: Sequence[str],
    *,
    require_identity: bool = False,
    notice: NoticeMode = "shown",
) -> Site | None:
    """Returns the site KEY with these origins; makes it if there is none."""
    if await services.sites.find(key) is None:
        return await services.sites.create(name, origins, key=key, require_identity=require_identity, notice=notice)
    await services.sites.set_origins(key, origins)
    return await services.sites.find(key)


@click.command("list-sites")
def list_sites() -> None:
    """Print all sites as JSON, without their secrets."""

    async def run(services: Services) -> None:
        click.echo(json.dumps([_printable(site) for site in await services.sites.all()], ensure_ascii=False, indent=2))

    with_services(run)


@click.command("set-origins")
@click.argument("key")
@click.argument("origins", nargs=-1)
def set_origins(key: str, origins: tuple[str, ...]) -> None:
    """Replace the origins of the site KEY."""

    async def run(services: Services) -> None:
        await services.sites.set_origins(key, origins)

    with_services(run)


@click.command("set-notice")
@click.argument("key")
@click.argument("notice", type=_NOTICE)
def set_notice(key: str, notice: NoticeMode) -> None:
    """Set what users of the site KEY meet before their first message."""

    async def run(services: Services) -> None:
        await services.sites.set_notice(key, notice)

    with_services(run)


@click.command("renew-secret")
@click.argument("key")
def renew_secret(key: str) -> None:
    """Replace the secret of the site KEY, and print it."""

    async def run(services: Services) -> None:
        click.echo(await services.sites.renew_secret(key))

    with_services(run)


@click.command("set-retention")
@click.argument("key")
@click.option("--messages", type=_DAYS, help="Days; 0: for ever.")
@click.option("--pictures", type=_DAYS)
@click.option("--tickets", type=_DAYS, help="From closing; with the contact.")
@click.option("--engine", type=_DAYS, help="What the engine remembers.")
def set_retention_command(key: str, **days: int | None) -> None:
    """Set how long the data of the site KEY is kept; classes that are not named follow the settings again."""
    own = {DataClass(name): value for name, value in days.items() if value is not None}

    async def run(services: Services) -> None:
        await set_retention(services.database, key, own)

    with_services(run)


@click.command("remove-site")
@click.argument("key")
@click.confirmation_option(prompt="This removes all of its conversations, too. Go on?")
def remove_site(key: str) -> None:
    """Erase the site KEY with its conversations, pictures and the engine's memory, and print the proof as JSON."""

    async def run(services: Services) -> None:
        try:
            erased = await services.persons.erase_site(key)
        except InputError as error:
            raise SiteError(_REASONS.get(error.code, str(error.code)).format(key=key)) from error
        click.echo(json.dumps(asdict(erased), ensure_ascii=False, indent=2))

    with_services(run)


@click.command("user-hash")
@click.argument("key")
@click.argument("user_id")
@click.option("--attributes", metavar="JSON", help="Print the token that tells this of the user, too.")
def user_hash_command(key: str, user_id: str, attributes: str | None) -> None:
    """Print a hash with which the site KEY vouches for USER_ID now, to compare with what its backend computes."""

    async def run(services: Services) -> None:
        site = await services.sites.find(key)
        if site is None:
            raise SiteError(f"there is no site {key!r}")
        click.echo(user_hash(site.secret, user_id))
        if attributes is not None:
            click.echo(signed_attributes(site.secret, user_id, attributes))

    with_services(run)


@click.command("revoke-user")
@click.argument("key")
@click.argument("user_id")
def revoke_user(key: str, user_id: str) -> None:
    """Sign USER_ID of the site KEY out everywhere, and refuse the hashes that the site has made for them until now."""

    async def run(services: Services) -> None:
        site = await services.sites.find(key)
        if site is None:
            raise SiteError(f"there is no site {key!r}")
        try:
            person = services.persons.pseudonym(Person(site=key, user_id=user_id))
            count = await services.sessions.revoke(site, user_id, recorded_as=person)
        except InputError as error:
            raise SiteError(f"{user_id!r} is no user id") from error
        click.echo(f"Ended {count} sessions.")

    with_services(run)


COMMANDS = (
    create_site,
    list_sites,
    set_origins,
    set_notice,
    renew_secret,
    set_retention_command,
    remove_site,
    user_hash_command,
    revoke_user,
)


def _printable(site: Site) -> dict[str, object]:
    return {
        "key": site.key,
        "name": site.name,
        "origins": sorted(site.origins),
        "require_identity": site.require_identity,
        "notice": site.notice,
    }
