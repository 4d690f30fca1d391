"""The commands for outgoing hooks."""

from __future__ import annotations

import click

from uwallet_gateway.cli.running import with_services
from uwallet_gateway.hooks.events import sample_event
from uwallet_gateway.hooks.push import new_push_key
from uwallet_gateway.services import Services


@click.command("make-push-key")
def make_push_key() -> None:
    """Print a key for UWALLET_PUSH_KEY. Another one ends the notices of all devices until agents open the desk."""
    click.echo(new_push_key())


@click.command("send-test-hook")
@click.argument("names", nargs=-1)
def send_test_hook(names: tuple[str, ...]) -> None:
    """Tell endpoints, those of the file and of the desk, of a test event, and print what comes of it.

    NAMES says which; all without any.
    """

    async def run(services: Services) -> bool:
        await services.hook_endpoints.reload()
        endpoints = services.hook_endpoints.current
        endpoint_names = {endpoint.name for endpoint in endpoints}
        if not endpoints:
            raise click.ClickException("neither UWALLET_HOOKS_FILE nor the desk names endpoints")
        if unknown := sorted(set(names) - endpoint_names):
            raise click.ClickException(
                f"no such endpoint: {', '.join(unknown)}; known are {', '.join(sorted(endpoint_names))}"
            )
        well = True
        for endpoint in endpoints:
            if not names or endpoint.name in names:
                outcome = await services.hook_sender.attempt(endpoint, sample_event(services.outbox.desk_url))
                click.echo(f"{endpoint.name}: {outcome.error or 'taken'}")
                well = well and outcome.error is None
        await services.hook_sender.stop(0)
        return well

    if not with_services(run):
        raise SystemExit(1)
