"""The command that checks the audit log."""

from __future__ import annotations

import re

import click

from uwallet_gateway.audit.log import Head, Verification
from uwallet_gateway.cli.running import with_services
from uwallet_gateway.services import Services

_HEAD = re.compile(r"(\d{1,9}):([0-9a-f]{64})")


@click.command("verify-audit")
@click.option("--expect", metavar="NUMBER:DIGEST", help="An earlier head, to prove that nothing before it is another.")
def verify_audit(expect: str | None) -> None:
    """Check that no entry of the audit log was changed or removed, and print its head.

    What is cut off the end leaves no gap: keep the printed head elsewhere and give it to --expect next time.
    """
    match = _HEAD.fullmatch(expect) if expect else None
    if expect and match is None:
        raise click.BadParameter("is not like 42:0123…, as this command prints it", param_hint="--expect")
    expected = Head(int(match[1]), match[2]) if match else None

    async def run(services: Services) -> Verification:
        return await services.audit.verify(expected)

    result = with_services(run)
    if result.problem:
        raise click.ClickException(f"{result.problem}; {result.count} entries before it are as they were written")
    click.echo(f"{result.count} entries, none changed. Head: {result.head.id}:{result.head.digest}")
