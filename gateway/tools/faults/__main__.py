"""`make faults COUNT=100 SEED=1`: python -m tools.faults --help."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from tools.faults.checker import figures, violations
from tools.faults.clocks import why_no_clocks
from tools.faults.disks import why_no_disks
from tools.faults.history import History
from tools.faults.hosts import why_no_hosts
from tools.faults.run import run
from tools.faults.schedule import EVERYTHING, KINDS, Kind, may_happen, schedule
from tools.faults.stack import Plan
from uwallet_gateway.observability.logs import configure_logs
from uwallet_gateway.settings import REPOSITORY

_OUTPUT = REPOSITORY / "results" / "faults"
# What a machine may not be able to do, and how to find out why.
_NEEDS: dict[Kind, Callable[[], str | None]] = {
    "cut": why_no_hosts,
    "slow": why_no_hosts,
    "clock": why_no_clocks,
    "disk": why_no_disks,
}


@click.command()
@click.option("--count", default=50, show_default=True, help="How many faults.")
@click.option("--seed", default=1, show_default=True, help="The same seed draws the same faults.")
@click.option("--database", type=click.Choice(["sqlite", "postgresql"]), default="sqlite", show_default=True)
@click.option("--engine", type=click.Choice(["counting", "real"]), default="counting", show_default=True)
@click.option("--users", default=6, show_default=True)
@click.option("--target", "targets", multiple=True, help="Processes that get faults, and `everything`; all if absent.")
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Kinds of faults; all if absent.")
@click.option("--seconds", type=(float, float), default=(0.2, 4.0), show_default=True, help="Gone at least, at most.")
@click.option("--pause", type=(float, float), default=(0.3, 1.5), show_default=True, help="Between two, likewise.")
@click.option("--keep", is_flag=True, help="Keep the folder with files and logs.")
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
    pause: tuple[float, float],
    keep: bool,
    check: Path | None,
) -> None:
    """Let processes, lines, clocks and disks fail while users talk, then check what users were told.

    Ends with 1 if a promise is broken.
    """
    if check is not None:
        _tell(History.read(check))
        return
    configure_logs("WARNING")
    able = possible(kinds or KINDS)
    each = 1 if database == "sqlite" else 2
    plan = Plan(database, each, each, engine, faults=able)
    pairs = [
        (target, kind)
        for target in targets or (*plan.names, EVERYTHING)
        for kind in able
        if may_happen(target, kind, has_file=database == "sqlite")
    ]
    if not pairs:
        raise click.UsageError("nothing of this can happen to these processes")
    faults = schedule(seed, count, pairs, seconds, pause)
    with tempfile.TemporaryDirectory(prefix="uwallet-faults-", delete=not keep) as folder:
        if keep:
            click.echo(f"files and logs: {folder}")
        history = asyncio.run(run(Path(folder), faults, plan, users=users, seed=seed))
    written = _OUTPUT / f"{database}_{engine}_{count}_{seed}.jsonl"
    history.write(written)
    click.echo(f"{database}, engine {engine}, seed {seed}: {written.relative_to(REPOSITORY)}")
    _tell(history)


def possible(kinds: Sequence[Kind]) -> list[Kind]:
    """Those that this machine can do; why it cannot do the others is told."""
    why = {needed: needed() for needed in dict.fromkeys(_NEEDS[kind] for kind in kinds if kind in _NEEDS)}
    for sentence in filter(None, why.values()):
        click.echo(sentence)
    return [kind for kind in kinds if kind not in _NEEDS or why[_NEEDS[kind]] is None]


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
