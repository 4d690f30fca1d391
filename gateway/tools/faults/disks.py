"""Disks that are full: a small file system in memory for each process that keeps files. Needs root on Linux."""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 4096


def why_no_disks() -> str | None:
    """Why disks cannot be full here, in a sentence; None if they can."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "Disks do not become full: to mount one needs root on Linux."
    with tempfile.TemporaryDirectory() as name:
        try:
            with disk(Path(name), 1):
                return None
        except subprocess.CalledProcessError:
            return "Disks do not become full: this machine lets nobody mount one."


@dataclass(frozen=True, slots=True)
class Disk:
    """A file system of its own."""

    folder: Path

    def fill(self) -> None:
        """Leaves no room."""
        with self._filling.open("ab") as file:
            while True:
                found = os.statvfs(self.folder)
                try:
                    # All at once first, then whatever somebody else gives free at the same moment.
                    size = max(_BLOCK, found.f_bavail * found.f_frsize)
                    os.posix_fallocate(file.fileno(), self._filling.stat().st_size, size)
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise
                    return

    def free(self) -> None:
        """Gives it back."""
        self._filling.unlink(missing_ok=True)

    @property
    def _filling(self) -> Path:
        return self.folder / "filling"


@contextlib.contextmanager
def disk(folder: Path, megabytes: int) -> Iterator[Disk]:
    """Mounts one at a folder, which is made, within the block."""
    folder.mkdir(exist_ok=True)
    subprocess.run(
        ("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "uwallet-faults", str(folder)),
        check=True,
        capture_output=True,
    )
    try:
        yield Disk(folder)
    finally:
        # What is still open goes with its process.
        subprocess.run(("umount", "-l", str(folder)), check=False, capture_output=True)
