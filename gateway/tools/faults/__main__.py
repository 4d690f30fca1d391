"""`make faults COUNT=100 SEED=1`: python -m tools.faults --help."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

import click

from tools.faults.checker import figures, violations
from tools.faults.history import History
from tools.faults.run import run
from tools.faults.schedule import KINDS, Kind, schedule
from uwallet_gateway.observability.logs import configure_logs
from uwallet_gateway.settings import REPOSITORY

_OUTPUT = REPOSITORY / "results" / "faults"


@click.command()
@click.option("--count", default=50, show_default=True, help="How many faults.")
@click.option("--seed", default=1, show_default=True, help="The same seed draws the same faults.")
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--engine", type=click.Choice(["counting", "real"]), default="counting", show_default=True)
@click.option("--users", default=6, show_default=True)
@click.option("--target", "targets", multiple=True, help="Processes that get faults; all but `postgresql` if absent.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Kinds of faults; all if absent.")
@click.option("--seconds", type=(float, float), default=(0.2, 4.0), show_default=True, help="Gone at least, at most.")
@click.option("--check", type=click.Path(path_type=Path, exists=True), help="Only check a history that was written.")
def main(
    count: int,
    seed: int,
    database: str,
    engine: str,
    users: int,
    targets: tuple[str, ...],
    kinds: tuple[Kind, ...],
    seconds: tuple[float, float],
    check: Path | None,
) -> None:
    """Kill and halt processes while users talk, then check what they were told. Ends with 1 if a promise is broken."""
    if check is not None:
        _tell(History.read(check))
        return
    configure_logs("WARNING")
    gateways = 1 if database == "sqlite" else 2
    names = [f"gateway{number}" for number in range(1, gateways + 1)] + ["engine"]
    names += ["redis"] if database == "postgresql" else []
    faults = schedule(seed, count, targets or names, kinds or KINDS, seconds)
    with tempfile.TemporaryDirectory(prefix="uwallet-faults-") as folder:
        history = asyncio.run(
            run(Path(folder), faults, kind=database, gateways=gateways, engine=engine, users=users, seed=seed)
        )
    written = _OUTPUT / f"{database}_{engine}_{count}_{seed}.jsonl"
    history.write(written)
    click.echo(f"{database}, engine {engine}, seed {seed}: {written.relative_to(REPOSITORY)}")
    _tell(history)


def _tell(history: History) -> None:
    for line in figures(history).lines():
        click.echo(line)
    found = violations(history)
    for violation in found:
        click.echo(f"BROKEN {violation}")
    click.echo(f"{len(found)} violations")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
