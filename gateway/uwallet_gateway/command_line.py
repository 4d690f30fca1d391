"""The commands: `python -m uwallet_gateway --help`."""

from __future__ import annotations

import json

import click

from uwallet_gateway.agents.accounts import AccountError
from uwallet_gateway.agents.commands import COMMANDS
from uwallet_gateway.command_services import with_services
from uwallet_gateway.database.connection import DatabaseUnavailableError
from uwallet_gateway.hooks.cards import CardsError
from uwallet_gateway.hooks.commands import send_test_hook
from uwallet_gateway.hooks.endpoints import HooksFileError
from uwallet_gateway.identity.keys import SecretUnreadableError
from uwallet_gateway.identity.origins import OriginError
from uwallet_gateway.identity.sites import Site, SiteError
from uwallet_gateway.identity.vouching import user_hash
from uwallet_gateway.insight.commands import export_labels
from uwallet_gateway.insight.label_export import LabelExportError
from uwallet_gateway.observability.logs import configure_logs
from uwallet_gateway.services import Services
from uwallet_gateway.serving import serve
from uwallet_gateway.settings import SettingsError, load_settings
from uwallet_gateway.support.hours import OrganisationError
from uwallet_gateway.texts import TextsError
from uwallet_gateway.transport.web_files import WebFilesError

_EXPECTED = (
    AccountError,
    CardsError,
    DatabaseUnavailableError,
    HooksFileError,
    LabelExportError,
    OrganisationError,
    OriginError,
    SecretUnreadableError,
    SettingsError,
    SiteError,
    TextsError,
    WebFilesError,
)


class _Commands(click.Group):
    """Says what is wrong in a line, where a traceback would not help."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except _EXPECTED as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
def main() -> None:
    """The gateway of the u钱包 support bot. Settings are environment variables: docs/gateway.md."""


@main.command("serve")
def serve_command() -> None:
    """Serve until stopped; brings the tables up to date first."""
    settings = load_settings()
    configure_logs(settings.log_level)
    serve(settings)


@main.command("migrate")
def migrate_command() -> None:
    """Bring the tables up to date."""

    async def run(_services: Services) -> None:
        click.echo("The tables are up to date.")

    with_services(run)


@main.command("create-site")
@click.argument("name")
@click.option("--origin", "origins", multiple=True, help="Exact origin of its pages; may be given several times.")
@click.option("--key", help="The public key; a random one if absent.")
@click.option("--require-identity", is_flag=True, help="Refuse everybody that the site does not vouch for.")
@click.option("--if-missing", is_flag=True, help="With --key: only set the origins if there is such a site already.")
def create_site(name: str, origins: tuple[str, ...], key: str | None, require_identity: bool, if_missing: bool) -> None:
    """Make a site, and print its key and secret as JSON. NAME is for operators."""

    async def run(services: Services) -> None:
        site = await services.sites.find(key) if if_missing and key else None
        if site:
            await services.sites.set_origins(site.key, origins)
            site = await services.sites.find(site.key)
        else:
            site = await services.sites.create(name, origins, key=key, require_identity=require_identity)
        if site:
            click.echo(json.dumps(_shown(site) | {"secret": site.secret}, ensure_ascii=False, indent=2))

    with_services(run)


@main.command("list-sites")
def list_sites() -> None:
    """Print all sites as JSON, without their secrets."""

    async def run(services: Services) -> None:
        click.echo(json.dumps([_shown(site) for site in await services.sites.all()], ensure_ascii=False, indent=2))

    with_services(run)


@main.command("set-origins")
@click.argument("key")
@click.argument("origins", nargs=-1)
def set_origins(key: str, origins: tuple[str, ...]) -> None:
    """Replace the origins of the site KEY."""

    async def run(services: Services) -> None:
        await services.sites.set_origins(key, origins)

    with_services(run)


@main.command("renew-secret")
@click.argument("key")
def renew_secret(key: str) -> None:
    """Replace the secret of the site KEY, and print it."""

    async def run(services: Services) -> None:
        click.echo(await services.sites.renew_secret(key))

    with_services(run)


@main.command("remove-site")
@click.argument("key")
@click.confirmation_option(prompt="This removes all of its conversations, too. Go on?")
def remove_site(key: str) -> None:
    """Remove the site KEY with its conversations."""

    async def run(services: Services) -> None:
        await services.sites.remove(key)

    with_services(run)


@main.command("user-hash")
@click.argument("key")
@click.argument("user_id")
def user_hash_command(key: str, user_id: str) -> None:
    """Print the hash with which the site KEY vouches for USER_ID, to compare with what its backend computes."""

    async def run(services: Services) -> None:
        site = await services.sites.find(key)
        if site is None:
            raise SiteError(f"there is no site {key!r}")
        click.echo(user_hash(site.secret, user_id))

    with_services(run)


@main.command("purge")
def purge_command() -> None:
    """Remove what is older than UWALLET_RETENTION_DAYS, as the running gateway does by itself."""

    async def run(services: Services) -> None:
        purged = await services.purge.run()
        click.echo(
            f"Removed {purged.messages} messages, {purged.attachments} pictures, {purged.conversations} conversations."
        )

    with_services(run)


def _shown(site: Site) -> dict[str, object]:
    return {
        "key": site.key,
        "name": site.name,
        "origins": sorted(site.origins),
        "require_identity": site.require_identity,
    }


for _command in (*COMMANDS, send_test_hook, export_labels):
    main.add_command(_command)
