"""Makes the files of a new procedure: knowledge, NLU examples, a test conversation, and its line in the domain.

`make check-knowledge` then accepts them, and tells what is still to be written.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template

from scripts.check_knowledge import TO_WRITE
from scripts.local import ROOT

_TEMPLATES = Path(__file__).parent / "templates" / "procedure"
_TARGETS: Mapping[str, str] = {
    "knowledge.yml": "data/knowledge/{name}.yml",
    "nlu.yml": "data/nlu/{name}.yml",
    "conversation.yml": "tests/conversations/scripts/{name}.yml",
}
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
# Where the domain lists the intents of procedures: a comment, the lines below it.
_PROCEDURES = re.compile(r"(?<=\nintents:\n)# Procedures\n(?:- \w+\n)+")
# What would have to be quoted in YAML.
_UNFIT_TITLE = re.compile(r"[^\w一-鿿]")


class ScaffoldError(Exception):
    """The files cannot be made; the message says why."""


def make_procedure(root: Path, name: str, title: str) -> list[Path]:
    """Writes the files; overwrites none.

    Args:
        root: The checkout.
        name: Id of the topic and name of its intent, in snake_case.
        title: What users call it, in Chinese, such as 查退款进度.

    Returns:
        The files, the domain last.

    Raises:
        ScaffoldError: A name does not fit or is taken.
    """
    if not _NAME.fullmatch(name):
        raise ScaffoldError(f"NAME={name}: expected snake_case, such as refund_progress")
    if not title or _UNFIT_TITLE.search(title):
        raise ScaffoldError(f"TITLE={title}: expected a few words without punctuation, such as 查退款进度")
    targets = {root / target.format(name=name): template for template, target in _TARGETS.items()}
    taken = [str(path.relative_to(root)) for path in targets if path.exists()]
    domain_path = root / "domain.yml"
    domain = domain_path.read_text(encoding="utf-8")
    if re.search(rf"^- {name}$", domain, re.MULTILINE):
        taken.append(f"domain.yml: {name}")
    if taken:
        raise ScaffoldError(f"There is already: {', '.join(taken)}")
    section = _PROCEDURES.search(domain)
    if section is None:
        raise ScaffoldError("domain.yml: expected `intents:` to begin with `# Procedures` and a list of intents")
    for path, template in targets.items():
        text = Template((_TEMPLATES / template).read_text(encoding="utf-8")).substitute(name=name, title=title)
        path.write_text(text, encoding="utf-8")
    domain_path.write_text(f"{domain[: section.end()]}- {name}\n{domain[section.end() :]}", encoding="utf-8")
    return [*targets, domain_path]


def main(arguments: Sequence[str] | None = None) -> int:
    """Makes the files and says what comes next; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.new_procedure",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", help="id of the topic and name of its intent, such as refund_progress")
    parser.add_argument("title", nargs="?", default="", help="what users call it, such as 查退款进度")
    parser.add_argument("--root", type=Path, default=ROOT, help="the checkout, by default this one")
    options = parser.parse_args(arguments)
    try:
        paths = make_procedure(options.root, options.name, options.title or f"{TO_WRITE}{options.name}")
    except ScaffoldError as error:
        print(error, file=sys.stderr)
        return 1
    for path in paths:
        print(path.relative_to(options.root))
    print("Write the texts and examples next. `make check-knowledge` tells what is left; see CONTRIBUTING.md.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
