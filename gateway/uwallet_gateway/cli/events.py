"""The command that prints what events look like."""

from __future__ import annotations

import json

import click

from uwallet_gateway.hooks.stream_events import schema


@click.command("events-schema")
def events_schema() -> None:
    """Print the JSON schema of the events for a warehouse (docs/events.schema.json)."""
    click.echo(json.dumps(schema(), ensure_ascii=False, indent=2))
