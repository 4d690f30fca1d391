"""Measures whether all requests of a message are found, and no request that nobody made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.progress import Progress

from evaluation.metrics import FALLBACK, OUT_OF_SCOPE, Share, share
from evaluation.paths import ROOT
from evaluation.predict import Parser
from evaluation.sets import SETS_FILE, SetError, read_settings

# Served first wherever they stand; the rules are those of docs/labelling.md.
URGENT = ("account_compromised", "human_handoff")

DEFINITIONS = {
    "served_first": (
        "Share of the messages whose first served request is right: an urgent one wherever it stands, else the first "
        "in the text that is in scope."
    ),
    "all_found": "Share of the messages with several requests of which all were found.",
    "invented": "Share of the messages with one request in which a further one was found.",
}


@dataclass(frozen=True)
class RequestMessage:
    """A message and the intents of its requests in the order of the text; there may be a single one."""

    text: str
    requests: tuple[str, ...]

    @property
    def first_served(self) -> str:
        """The intent that is to be served first."""
        urgent = [intent for intent in URGENT if intent in self.requests]
        in_scope = [intent for intent in self.requests if intent != OUT_OF_SCOPE]
        return [*urgent, *in_scope, *self.requests][0]


@dataclass(frozen=True)
class RequestFigures:
    """The figures of a set; see `DEFINITIONS`."""

    name: str
    served_first: Share
    all_found: Share
    invented: Share


def read_request_set(path: Path) -> list[RequestMessage]:
    """Reads a TSV with a header: utterance, intents of the requests separated by a comma, and a style.

    Raises:
        SetError: A line is broken.
    """
    messages = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines()[1:], start=2):
        text, *rest = line.split("\t")
        requests = tuple(intent.strip() for intent in rest[0].split(",")) if rest else ()
        if not text.strip() or not all(requests) or not requests:
            raise SetError(f"{path}:{number}: expected utterance, tab, intents separated by a comma; found {line!r}")
        messages.append(RequestMessage(text, requests))
    return messages


def read_request_sets(settings: Path = SETS_FILE) -> dict[str, list[RequestMessage]]:
    """Returns the sets that `sets.yml` lists under `several_requests`, by name."""
    return {
        entry["name"]: read_request_set(ROOT / entry["path"]) for entry in read_settings(settings)["several_requests"]
    }


def found_requests(parse: Mapping[str, Any]) -> list[str]:
    """Returns the intents that a parse found, the one to serve first before the others."""
    names = [parse["intent"]["name"], *(request["name"] for request in parse.get("further_requests") or ())]
    return [OUT_OF_SCOPE if name == FALLBACK else name for name in names]


def measure_requests(name: str, messages: Sequence[RequestMessage], found: Sequence[Sequence[str]]) -> RequestFigures:
    """Computes the figures of a set from what was found in each of its messages."""
    pairs = list(zip(messages, found, strict=True))
    return RequestFigures(
        name=name,
        served_first=share(intents[0] == message.first_served for message, intents in pairs),
        all_found=share(
            set(intents) >= set(message.requests) for message, intents in pairs if len(message.requests) > 1
        ),
        invented=share(len(intents) > 1 for message, intents in pairs if len(message.requests) == 1),
    )


def score_requests(parser: Parser, progress: Progress) -> list[RequestFigures]:
    """Parses and measures all sets."""
    return [
        measure_requests(
            name,
            messages,
            [
                found_requests(parser.parse(message.text)[0])
                for message in progress.track(messages, description=f"parsing {name}")
            ],
        )
        for name, messages in read_request_sets().items()
    ]
