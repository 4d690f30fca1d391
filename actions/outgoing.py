"""Puts replies into the words of `domain.yml`: never twice in a row the same, and in the user's script."""

from __future__ import annotations

import json
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import Any

import opencc
from opencc import OpenCC

from actions.dialogue.messages import Card, Reply, Role

# The standard characters of Taiwan and no other vocabulary, as the names of buttons in the app must stay. s2tw in two
# steps: the same result, but OpenCC's own loads its phrases twice, 16 MB more.
_TO_TRADITIONAL = ("s2t", "t2tw")


class Script(str, Enum):
    """The characters that the user writes."""

    SIMPLIFIED = "simplified"
    TRADITIONAL = "traditional"


@lru_cache(maxsize=4)
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


@lru_cache(maxsize=1)
def _converter_of_characters() -> OpenCC:
    # What s2t makes of a single character, without its table of phrases: 25 MB.
    table = Path(opencc.__file__).parent / "clib" / "share" / "opencc" / "STCharacters.ocd2"
    if not table.is_file():
        return _converter("s2t")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "characters.json"
        chain = [{"dict": {"type": "ocd2", "file": str(table)}}]
        config.write_text(json.dumps({"name": "characters", "conversion_chain": chain}), encoding="utf-8")
        return OpenCC(str(config))


@lru_cache(maxsize=65536)
def _script_of_character(character: str) -> Script | None:
    if _converter("t2s").convert(character) != character:
        return Script.TRADITIONAL
    return Script.SIMPLIFIED if _converter_of_characters().convert(character) != character else None


def script_of(text: str, known: Script) -> Script:
    """Returns the script of a text; the one already known when the text does not tell.

    A single simplified character does not tell: many are traditional as well (后, 里, 只).
    """
    scripts = [_script_of_character(character) for character in text]
    traditional, simplified = scripts.count(Script.TRADITIONAL), scripts.count(Script.SIMPLIFIED)
    if traditional and traditional >= simplified:
        return Script.TRADITIONAL
    if not traditional and simplified > 1:
        return Script.SIMPLIFIED
    return known


@dataclass(frozen=True)
class Utterance:
    """A reply in words.

    Attributes:
        text: What the user reads.
        buttons: `title` and `payload` of each quick reply, and its `role` if it is not a normal one.
        response: Name of the response in `domain.yml`.
        metadata: `progress` (fields of `Progress` and the `count` of steps), `ask`, `tone`, `card` and `details`,
            where the reply has them.
    """

    text: str
    buttons: tuple[dict[str, str], ...]
    response: str
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> int:
        """A number that stands for the text; short enough to be remembered in a slot."""
        return zlib.crc32(self.text.encode())


def put_into_words(
    reply: Reply, responses: Mapping[str, Sequence[Mapping[str, Any]]], said: Sequence[int], script: Script
) -> Utterance:
    """Returns a reply in the words of the first variant of its response that has not just been said.

    Args:
        reply: A reply with a response.
        responses: `responses` of the domain.
        said: Fingerprints of the texts of the bot's last turn and of this one so far.
        script: The characters to write.

    Raises:
        KeyError: The domain has no such response.
    """
    name = reply.response or ""
    variants = [_utterance(reply, variant, script) for variant in responses[name]]
    return next((variant for variant in variants if variant.fingerprint not in said), variants[0])


def _utterance(reply: Reply, variant: Mapping[str, Any], script: Script) -> Utterance:
    own = [
        _button(
            button["title"].format_map(reply.values),
            button["payload"].format_map(reply.values),
            Role(button.get("role", Role.NORMAL)),
            script,
        )
        for button in variant.get("buttons") or ()
    ]
    given = [_button(button.title, button.payload, button.role, script) for button in reply.buttons]
    # What can be picked comes before the ways around it.
    buttons = [*given, *own] if reply.is_list else [*own, *given]
    return Utterance(
        text=_in_script(variant["text"].format_map(reply.values).strip(), script),
        buttons=tuple(buttons),
        response=reply.response or "",
        metadata=_metadata(reply, script),
    )


def _button(title: str, payload: str, role: Role, script: Script) -> dict[str, str]:
    button = {"title": _in_script(title, script), "payload": payload}
    return button if role is Role.NORMAL else {**button, "role": role.value}


def _metadata(reply: Reply, script: Script) -> dict[str, Any]:
    found: dict[str, Any] = {"ask": reply.ask} if reply.ask else {}
    if reply.is_warning:
        found["tone"] = "warning"
    if reply.card:
        found["card"] = _card(reply.card, script)
    if reply.values.get("details"):
        found["details"] = _in_script(reply.values["details"], script)
    if reply.progress:
        steps = [_in_script(title, script) for title in reply.progress.steps]
        title = _in_script(reply.progress.title, script)
        progress = {name: value for name, value in asdict(reply.progress).items() if value is not None}
        found["progress"] = {**progress, "title": title, "count": len(steps), "steps": steps}
        for name, field_name in (("picture", "alt"), ("link", "title")):
            if name in progress:
                text = _in_script(progress[name][field_name], script)
                found["progress"][name] = {**progress[name], field_name: text}
    return found


def _card(card: Card, script: Script) -> dict[str, dict[str, str]]:
    parts = {"picture": (card.picture, "alt"), "link": (card.link, "title")}
    return {
        name: {**part, field_name: _in_script(part[field_name], script)}
        for name, (part, field_name) in parts.items()
        if part is not None
    }


def _in_script(text: str, script: Script) -> str:
    if script is Script.TRADITIONAL:
        for name in _TO_TRADITIONAL:
            text = _converter(name).convert(text)
    return text
