"""Clocks that jump, each of one process: libfaketime tells it another time. Clocks that only count seconds go on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

# Seconds until a process sees that its clock has jumped. To look each time takes longer than all else that it does.
SEEN_AFTER = 1
_LIBRARY = "*/faketime/libfaketimeMT.so.1"


def why_no_clocks() -> str | None:
    """Why clocks cannot jump here, in a sentence; None if they can."""
    return None if _library() else "Clocks do not jump: libfaketime is not installed (Debian's libfaketime)."


@dataclass(frozen=True, slots=True)
class Clock:
    """The clock of a process.

    Attributes:
        file: Says by how much it is wrong.
    """

    file: Path

    def environment(self) -> dict[str, str]:
        """What the process needs to look at it."""
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_CACHE_DURATION": str(SEEN_AFTER),
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            # Else threads wait for each other by the wrong clock, a hundred times as long.
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",
        }

    def jump(self, seconds: float) -> None:
        """Makes it wrong by so many seconds; 0: right again."""
        written = self.file.with_suffix(".new")
        written.write_text(f"{seconds:+.1f}\n", encoding="utf-8")
        # Whatever user its process runs as.
        written.chmod(0o644)
        written.replace(self.file)


def _library() -> Path | None:
    return next(iter(sorted(Path("/usr/lib").glob(_LIBRARY))), None)
