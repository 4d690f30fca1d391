"""What a first start on somebody's own machine makes, by one command, as each takes a second to load."""

from __future__ import annotations

import json

import click

from uwallet_gateway.agents.roles import Role
from uwallet_gateway.cli.agents import made_account
from uwallet_gateway.cli.running import with_services
from uwallet_gateway.cli.sites import site_with_origins
from uwallet_gateway.services import Services


@click.command("prepare-demonstration")
@click.argument("site")
@click.option("--origin", "origins", multiple=True, help="Exact origin of its pages; may be given several times.")
@click.option("--admin", "username", required=True, help="The user name of the first admin.")
@click.option("--admin-name", "name", required=True, help="What users would see.")
def prepare_demonstration(site: str, origins: tuple[str, ...], username: str, name: str) -> None:
    """Set the origins of the site with the key SITE, and make it and the first admin where there are none.

    Prints the new admin's password as JSON, null where there is an account already.
    """

    async def run(services: Services) -> None:
        await site_with_origins(services, "演示页面", site, origins)
        password = None
        if not await services.accounts.count():
            _, password = await made_account(services, username, name, Role.ADMIN)
        click.echo(json.dumps({"password": password}))

    with_services(run)
