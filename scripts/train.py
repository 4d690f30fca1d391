"""Trains the model if what it is made of has changed since the last one."""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / "models" / "uwallet.tar.gz"
FINGERPRINT = ROOT / "models" / "uwallet.fingerprint"

# What the model is made of: what it is trained on, and the code that trains and reads it. Neither the server nor the
# channel, and of the actions only which intent leads to which. Knowledge texts are read when the bot starts; the names
# of topics go into the model, as each topic with an intent is given a rule.
INPUTS = (
    "config.yml",
    "domain.yml",
    "requirements/bot.txt",
    "data/nlu",
    "data/lexicon",
    "data/situated",
    "data/alarms",
    "data/after_alarm",
    "data/said",
    "data/questions",
    "engine/importer.py",
    "engine/training.py",
    "engine/nlu",
    "language",
)
# Lines of actions/dialogue/acts.py, and of the classes of actions. Importing these takes a second.
_INTENT = re.compile(r'^ +"(\w+)": Act\.(\w+),$', re.MULTILINE)
_ACTION = re.compile(r'^class \w+\(DialogueAction, action="(\w+)", act=Act\.(\w+)\):$', re.MULTILINE)


def fingerprint() -> str:
    """Returns a hash over the content of everything that the model is made of."""
    digest = hashlib.sha256()
    for name in INPUTS:
        path = ROOT / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix in {".py", ".yml", ".txt"})
        for file in files:
            digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes() + b"\0")
    for file in sorted((ROOT / "data" / "knowledge").glob("*.yml")):
        digest.update(file.name.encode())
    digest.update(repr(acts()).encode())
    return digest.hexdigest()


def acts() -> tuple[dict[str, str], dict[str, str]]:
    """Returns the act of each intent that is no topic, and of each action: Rasa's rules are made of these."""
    intents = _INTENT.findall((ROOT / "actions" / "dialogue" / "acts.py").read_text(encoding="utf-8"))
    sources = [file.read_text(encoding="utf-8") for file in sorted((ROOT / "actions").glob("*.py"))]
    actions = [action for source in sources for action in _ACTION.findall(source)]
    return dict(intents), dict(actions)


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains if needed; returns the exit status of `engine.training`."""
    parser = argparse.ArgumentParser(prog="python -m scripts.train", description=__doc__)
    parser.add_argument("--force", action="store_true", help="train even if nothing has changed")
    options = parser.parse_args(arguments)
    current = fingerprint()
    if not options.force and MODEL.exists() and FINGERPRINT.exists() and FINGERPRINT.read_text() == current:
        print(f"{MODEL.relative_to(ROOT)} is up to date.")
        return 0
    print("Training (some two minutes) ...", flush=True)
    FINGERPRINT.unlink(missing_ok=True)
    command = [sys.executable, "-m", "engine.training", str(MODEL)]
    status = subprocess.run(command, cwd=ROOT, check=False).returncode
    if status == 0:
        FINGERPRINT.write_text(current)
    return status


if __name__ == "__main__":
    sys.exit(main())
