"""The commands for what supervisors have found out."""

from __future__ import annotations

from pathlib import Path

import click

from uwallet_gateway.audit.actions import Action
from uwallet_gateway.cli.running import with_services
from uwallet_gateway.insight.label_export import read_known, review, write_examples
from uwallet_gateway.insight.misunderstood import Labelled
from uwallet_gateway.services import Services
from uwallet_gateway.settings import REPOSITORY

_FILE = click.Path(path_type=Path)


@click.command("export-labels")
@click.option("--output", type=_FILE, default=REPOSITORY / "build" / "labels", help="Folder to write to.")
@click.option("--domain", type=_FILE, default=REPOSITORY / "domain.yml", help="Rasa's domain file.")
@click.option("--nlu", type=_FILE, default=REPOSITORY / "data" / "nlu", help="Folder of the examples trained on.")
@click.option(
    "--held-out", type=_FILE, default=REPOSITORY / "tests" / "nlu", help="Folder of what it is measured with."
)
def export_labels(output: Path, domain: Path, nlu: Path, held_out: Path) -> None:
    """Write the messages that supervisors have labelled as NLU examples for review."""
    training_data = read_known(domain, nlu, held_out)

    async def run(services: Services) -> list[Labelled]:
        await services.audit.write(Action.LABELS_EXPORTED)
        return await services.misunderstood.labelled()

    result = review(with_services(run), training_data)
    for path in write_examples(output, result.examples):
        click.echo(f"{path}: {len(result.examples[path.stem])}")
    left_out = (
        f"{result.known} known already, {result.held_out} used for measuring, {result.masked} with something masked, "
        f"{result.unfit} unfit, {len(result.contradictions)} with more than one intent"
    )
    click.echo(f"{result.count} new examples; left out: {left_out}")
    for text, intents in result.contradictions.items():
        click.echo(f"  {text}: {', '.join(intents)}")
