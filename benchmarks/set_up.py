"""Times `make run` in fresh clones of two commits, one after the other: from nothing to "Ready".

Usage: python -m benchmarks.set_up OLD NEW [--hide PROGRAM ...]. Writes a table; --hide takes a program such as `uv` off
PATH. What pip, uv and npm have in their caches is used by both: run it twice for warm ones.
"""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READY = "Ready."
LIMIT_SECONDS = 1800
# What set-up, training and building make, by the name that the table gives it.
MADE = {
    "bot": ".venv",
    "gateway": "gateway/.venv",
    "node": ".venv-node",
    "uv": ".venv-uv",
    "web": "web/node_modules",
    "built": "web/dist",
    "model": "models",
    "cache": "build",
}


@dataclass(frozen=True)
class SetUp:
    """What one clone took."""

    commit: str
    seconds: float
    megabytes: dict[str, float]

    @property
    def total(self) -> float:
        """Megabytes of everything that was made."""
        return sum(self.megabytes.values())


def _size(path: Path) -> float:
    """Returns the megabytes on disk of a folder; hard links count once."""
    seen: dict[tuple[int, int], int] = {}
    for folder, _, names in os.walk(path):
        for name in names:
            status = os.lstat(os.path.join(folder, name))  # noqa: PTH118 - hundreds of thousands of files
            seen[status.st_dev, status.st_ino] = status.st_blocks * 512
    return sum(seen.values()) / 1e6


def _path_without(programs: list[str]) -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(
        folder for folder in folders if not any((Path(folder) / program).exists() for program in programs)
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(commit: str, hidden: list[str]) -> SetUp:
    """Clones a commit into an empty folder and runs `make run` there until it is ready.

    Args:
        commit: Anything that git knows in this repository.
        hidden: Programs that are not to be found.

    Raises:
        RuntimeError: It ended, or was not ready in time.
    """
    with tempfile.TemporaryDirectory(prefix="uwallet-set-up-") as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", "--no-checkout", ROOT, clone], check=True)
        subprocess.run(["git", "-C", clone, "checkout", "--quiet", "--detach", _full(commit)], check=True)
        environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        environment |= {"PATH": _path_without(hidden), "UWALLET_PORT": str(_free_port())}
        begin = time.monotonic()
        process = subprocess.Popen(
            ["make", "run"],
            cwd=clone,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            assert process.stdout
            for line in process.stdout:
                seconds = time.monotonic() - begin
                print(f"  {seconds:6.1f} s  {line}", end="", flush=True)
                if line.startswith(READY):
                    return SetUp(commit, seconds, {name: _size(clone / made) for name, made in MADE.items()})
                if seconds > LIMIT_SECONDS:
                    break
            raise RuntimeError(f"`make run` of {commit} was not ready.")
        finally:
            os.killpg(process.pid, signal.SIGINT)
            process.wait()


def _full(commit: str) -> str:
    answer = subprocess.run(["git", "-C", ROOT, "rev-parse", commit], check=True, capture_output=True, text=True)
    return answer.stdout.strip()


def main() -> None:
    """Measures both and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commits", nargs="+", help="commits to clone, the older one first")
    parser.add_argument("--hide", nargs="*", default=[], help="programs to take off PATH")
    arguments = parser.parse_args()
    found = []
    for commit in arguments.commits:
        print(f"== {commit}", flush=True)
        found.append(measure(commit, arguments.hide))
    first = found[0]
    print(f"\n{'commit':<24}{'s':>8}{'':>7}{'MB':>8}  of which")
    for each in found:
        parts = ", ".join(f"{name} {size:.0f}" for name, size in each.megabytes.items() if size >= 1)
        print(f"{each.commit:<24}{each.seconds:8.1f}{each.seconds / first.seconds:7.2f}{each.total:8.0f}  {parts}")


if __name__ == "__main__":
    main()
