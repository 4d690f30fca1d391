"""How much memory is left to this process: of the machine, and of its container."""

from __future__ import annotations

from pathlib import Path

_MACHINE = Path("/proc/meminfo")
_CONTAINER = Path("/sys/fs/cgroup")


def free_memory(machine: Path = _MACHINE, container: Path = _CONTAINER) -> int | None:
    """Returns bytes, the less of both; None where neither is told.

    Args:
        machine: What Linux tells of the machine.
        container: The folder of the control group that the process sees as its own (version 2).
    """
    left = [found for found in (_of_machine(machine), _of_container(container)) if found is not None]
    return min(left) if left else None


def _of_machine(path: Path) -> int | None:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), None)


def _of_container(folder: Path) -> int | None:
    try:
        limit, used = (folder / "memory.max").read_text().strip(), int((folder / "memory.current").read_text())
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None
    # Pages of files that nobody has used lately are given back when somebody needs them.
    return None if limit == "max" else int(limit) - used + int(stat.get("inactive_file", 0))
