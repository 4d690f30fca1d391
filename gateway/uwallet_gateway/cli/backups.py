"""Commands that copy what is kept and put it back: `python -m uwallet_gateway backup --help`."""

from __future__ import annotations

from pathlib import Path

import click

from uwallet_gateway.clock import now
from uwallet_gateway.maintenance import backups
from uwallet_gateway.maintenance.move_pictures import move_pictures
from uwallet_gateway.observability.logs import configure_logs
from uwallet_gateway.settings import load_settings

_FOLDER = click.argument("folder", type=click.Path(path_type=Path, file_okay=False))


@click.command("backup")
@_FOLDER
def backup(folder: Path) -> None:
    """Copy the database (SQLite) and the pictures into a new FOLDER, also while the gateway runs."""
    configure_logs("WARNING")
    settings = load_settings()
    pictures = backups.back_up(settings, folder)
    rest = f". The bucket {settings.pictures_bucket} is not part of it" if settings.pictures_bucket else ""
    click.echo(f"{folder}: the database and {pictures} pictures{rest}")


@click.command("restore")
@_FOLDER
@click.confirmation_option(prompt="What was said since this backup will not be seen any more. Go on?")
def restore(folder: Path) -> None:
    """Put the backup in FOLDER in the place of what is there. The gateway must not run."""
    configure_logs("WARNING")
    aside = backups.restore(load_settings(), folder, now())
    click.echo(f"{folder} is back in place. What was there before: {aside}")


@click.command("move-pictures")
def move() -> None:
    """Move the pictures of the data directory into the bucket of UWALLET_PICTURES_BUCKET."""
    configure_logs("WARNING")
    try:
        moved = move_pictures(load_settings())
    except OSError as error:
        raise click.ClickException(f"{error}. What is moved stays moved: run it again") from error
    click.echo(f"Moved {moved} pictures")


COMMANDS = (backup, restore, move)
