"""Trains the model if what it is made of has changed since the last one."""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "uwallet.tar.gz"
FINGERPRINT = ROOT / "models" / "uwallet.fingerprint"

# Everything that goes into the model. Knowledge texts do not: actions read them when the bot starts. Its topics do,
# as each topic with an intent is given a rule; their names are hashed below.
_INPUTS = (
    "config.yml",
    "domain.yml",
    "requirements/bot.txt",
    "data/nlu",
    "actions/dialogue/acts.py",
    "actions/rules.py",
    "data/lexicon",
    "data/situated",
    "data/alarms",
    "data/after_alarm",
    "engine",
)


def fingerprint() -> str:
    """Returns a hash over the content of everything that the model is made of."""
    digest = hashlib.sha256()
    for name in _INPUTS:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in {".py", ".yml", ".txt"})
        for file in files:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    for file in sorted((ROOT / "data" / "knowledge").glob("*.yml")):
        digest.update(file.name.encode())
    return digest.hexdigest()


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains if needed; returns the exit status of `engine.training`."""
    parser = argparse.ArgumentParser(prog="python -m scripts.train", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    options = parser.parse_args(arguments)
    current = fingerprint()
    if not options.force and MODEL.exists() and FINGERPRINT.exists() and FINGERPRINT.read_text() == current:
        print(f"{MODEL.relative_to(ROOT)} is up to date.")
        return 0
    print("Training (less than a minute) ...", flush=True)
    FINGERPRINT.unlink(missing_ok=True)
    command = [sys.executable, "-m", "engine.training", str(MODEL)]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    if status == 0:
        FINGERPRINT.write_text(current)
    return status


if __name__ == "__main__":
    sys.exit(main())
