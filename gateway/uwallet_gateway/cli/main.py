"""The command line: `python -m uwallet_gateway --help`."""

from __future__ import annotations

import os

import click

from uwallet_gateway.agents.accounts import AccountError
from uwallet_gateway.cli import agents, backups, persons, sites
from uwallet_gateway.cli.audit import verify_audit
from uwallet_gateway.cli.demonstration import prepare_demonstration
from uwallet_gateway.cli.events import events_schema
from uwallet_gateway.cli.hooks import make_push_key, send_test_hook
from uwallet_gateway.cli.labels import export_labels
from uwallet_gateway.cli.running import with_services
from uwallet_gateway.database.connection import DatabaseUnavailableError
from uwallet_gateway.database.sole_use import DatabaseInUseError
from uwallet_gateway.hooks.cards import CardsError
from uwallet_gateway.hooks.endpoints import HooksFileError
from uwallet_gateway.identity.notice import NoticeError
from uwallet_gateway.identity.origins import OriginError
from uwallet_gateway.identity.sites import SiteError
from uwallet_gateway.insight.label_export import LabelExportError
from uwallet_gateway.maintenance.backups import BackupError
from uwallet_gateway.observability.logs import configure_logs
from uwallet_gateway.sealing import SecretUnreadableError
from uwallet_gateway.services import Services
from uwallet_gateway.settings import SettingsError, load_settings
from uwallet_gateway.support.hours import OrganisationError
from uwallet_gateway.texts import TextsError

_EXPECTED = (
    AccountError,
    BackupError,
    CardsError,
    DatabaseInUseError,
    DatabaseUnavailableError,
    HooksFileError,
    LabelExportError,
    OrganisationError,
    NoticeError,
    OriginError,
    SecretUnreadableError,
    SettingsError,
    SiteError,
    TextsError,
)


class _Commands(click.Group):
    """Reports expected errors in one line instead of a traceback."""

    def invoke(self, context: click.Context) -> object:
        try:
            return super().invoke(context)
        except _EXPECTED as error:
            raise click.ClickException(str(error)) from error


@click.group(cls=_Commands)
def main() -> None:
    """The gateway of the u钱包 support bot. Settings are environment variables: docs/gateway.md."""
    # What is made here is for nobody else on the machine, whatever it was started with.
    os.umask(0o077)


@main.command("serve")
def serve_command() -> None:
    """Serve until stopped; brings the tables up to date first."""
    # The commands need no HTTP, whose import takes a second.
    from uwallet_gateway.serving import serve  # noqa: PLC0415 - see above
    from uwallet_gateway.transport.web_files import WebFilesError  # noqa: PLC0415 - see above

    settings = load_settings()
    configure_logs(settings.log_level)
    try:
        serve(settings)
    except WebFilesError as error:
        raise click.ClickException(str(error)) from error


@main.command("migrate")
def migrate_command() -> None:
    """Bring the tables up to date."""

    async def run(_services: Services) -> None:
        click.echo("The tables are up to date.")

    with_services(run)


@main.command("purge")
def purge_command() -> None:
    """Remove what is older than UWALLET_RETENTION_DAYS, as the running gateway does by itself."""

    async def run(services: Services) -> None:
        purged = await services.purge.run()
        click.echo(
            f"Removed {purged.messages} messages, {purged.attachments + purged.orphans} pictures, "
            f"{purged.conversations} conversations."
        )

    with_services(run)


for _command in (
    *sites.COMMANDS,
    *agents.COMMANDS,
    *persons.COMMANDS,
    *backups.COMMANDS,
    prepare_demonstration,
    send_test_hook,
    make_push_key,
    export_labels,
    verify_audit,
    events_schema,
):
    main.add_command(_command)
