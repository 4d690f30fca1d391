"""Says what was measured where: commit, versions, machine."""

from __future__ import annotations

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from evaluation.paths import ROOT

_PACKAGES = ("rasa", "spacy", "jieba", "scikit-learn")


def commit() -> str:
    """Returns the short hash of the commit, with `+` when files differ from it; `unknown` outside a repository."""
    try:
        head = _git("rev-parse", "--short", "HEAD")
        return head + ("+" if _git("status", "--porcelain") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def versions() -> dict[str, str]:
    """Returns the versions of Python and of the packages that decide about results."""
    return {"python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


def machine() -> str:
    """Returns processor, cores and memory, without anything that identifies the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = round(psutil.virtual_memory().total / 2**30)
    return f"{_processor()}, {cores} cores, {memory} GiB, {platform.system()}"


def busy() -> bool:
    """Whether more processes want to run than there are cores, so that times measured now say little."""
    return psutil.getloadavg()[0] > (os.cpu_count() or 1)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()
