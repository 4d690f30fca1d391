"""Translates between Rasa's tracker and the dialogue: slots to state, parse to message, replies to utterances."""

from __future__ import annotations

import datetime
import time
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from ruamel.yaml import YAML

from actions.dialogue.acts import Act
from actions.dialogue.dialogue import Dialogue
from actions.dialogue.messages import Event
from actions.dialogue.replacing import replace
from actions.dialogue.state import ListedOption
from actions.dialogue.turn import Turn
from actions.incoming import message_from_parse
from actions.knowledge import Knowledge
from actions.knowledge.bundle import current_bundle
from actions.knowledge.kept import BUILD, kept, text_digest
from actions.knowledge.organisation import placeholder_values, with_told_hours
from actions.outgoing import Script, put_into_words, script_of
from actions.reading.reading import Reading
from actions.slots import slots_from_state, state_from_slots, step_id

DOMAIN_FILE = Path(__file__).resolve().parents[1] / "domain.yml"


@dataclass(frozen=True)
class DomainSettings:
    """What the actions need of `domain.yml`.

    Attributes:
        responses: The variants of each response by its name.
        session_seconds: How long a session lasts after the last message; 0 means for ever.
    """

    responses: dict[str, list[dict[str, Any]]]
    session_seconds: float


def knowledge() -> Knowledge:
    """Returns the knowledge that this turn goes by.

    Raises:
        KnowledgeError: A knowledge file is broken.
    """
    return current_bundle().knowledge


@lru_cache(maxsize=1)
def domain_settings() -> DomainSettings:
    """Returns the settings of the domain, read once per process."""
    text = DOMAIN_FILE.read_text(encoding="utf-8")
    domain: dict[str, Any] = kept(text_digest(text), dict, lambda: YAML(typ="safe").load(text), BUILD / "domain")
    return DomainSettings(domain["responses"], domain["session_config"]["session_expiration_time"] * 60)


# Read when the action server starts, so that a broken file stops the start and not a conversation.
knowledge()
domain_settings()


class DialogueAction(Action, ABC):
    """An action that is one act of the user in the dialogue.

    Attributes:
        action_name: Its name in `domain.yml`.
        act: What the user does when a rule predicts it.
    """

    action_name: ClassVar[str]
    act: ClassVar[Act]

    def __init_subclass__(cls, *, action: str, act: Act) -> None:
        """Takes name and act from the line of the class: `class ActionAffirm(DialogueAction, action=…, act=…)`."""
        # Called `action`: up to Python 3.11 `name` is the metaclass's own.
        super().__init_subclass__()
        cls.action_name, cls.act = action, act
        # Not a method here: rasa_sdk registers every action that is not abstract, so this class must stay so.
        cls.name = lambda _: action  # type: ignore[method-assign,assignment] # the same in 22 classes

    @abstractmethod
    def name(self) -> str:
        """Returns the name in `domain.yml`."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]) -> list[EventType]:
        """Sends the replies and returns a SlotSet for each slot that changes."""
        now = time.time()
        last = tracker.slots.get("last_message_time") or now
        session_seconds = domain_settings().session_seconds
        told = ((tracker.latest_message or {}).get("metadata") or {}).get("hours")
        known = _filled_in(knowledge(), told)
        before = state_from_slots(tracker.slots, known)
        message = message_from_parse(
            tracker.latest_message or {},
            knowledge().wording.rejections,
            pause=now - last,
            is_new_session=0 < session_seconds <= now - last,
            said_at=datetime.datetime.fromtimestamp(now, ZoneInfo(knowledge().organisation.time_zone)),
        )
        values = placeholder_values(
            known.organisation,
            datetime.datetime.fromtimestamp(now, datetime.timezone.utc),
            message.text,
        )
        # Text that looks like a payload but is none must not be read as an answer to whatever was asked.
        act = Act.NOT_UNDERSTOOD if message.text.startswith("/") and not message.is_payload else self.act
        turn = Dialogue(known, values).respond(before, act, message)
        script = script_of(message.text, _known_script(tracker))
        said, shown = utter(dispatcher, turn, tracker.slots.get("last_said") or [], script)
        after = {
            **slots_from_state(replace(turn.state, shown=shown), knowledge()),
            "script": script.value,
            "last_said": said,
            "last_message_time": now,
        }
        return [SlotSet(name, value) for name, value in after.items() if value != tracker.slots.get(name)]


# What was made last of the knowledge by the hours that a gateway told: mostly it tells the same with each message.
_latest_hours: tuple[Knowledge, object, Knowledge] | None = None


def _filled_in(own: Knowledge, told: object) -> Knowledge:
    """Returns the knowledge with the opening hours that the gateway tells with a message."""
    global _latest_hours  # noqa: PLW0603 - replaced as a whole
    latest = _latest_hours
    if latest and latest[0] is own and latest[1] == told:
        return latest[2]
    known = own.filled_in(with_told_hours(own.organisation, told))
    _latest_hours = (own, told, known)
    return known


def _known_script(tracker: Tracker) -> Script:
    """The script that the user has written so far, else that of their window, which the channel may tell."""
    told = ((tracker.latest_message or {}).get("metadata") or {}).get("script")
    known = tracker.slots.get("script") or told
    return Script.TRADITIONAL if known == Script.TRADITIONAL.value else Script.SIMPLIFIED


def utter(
    dispatcher: CollectingDispatcher, turn: Turn, said_before: list[int], script: Script
) -> tuple[list[int], tuple[ListedOption, ...]]:
    """Sends the replies of a turn through the dispatcher.

    What happened in it goes along as metadata of the first text, where channels find it and users do not see it.

    Returns:
        The fingerprints of their texts, and all buttons that the user now sees.
    """
    said: list[int] = []
    shown: list[ListedOption] = []
    events = [_with_step_id(event) for event in turn.events]
    for reply in turn.replies:
        if reply.custom is not None:
            dispatcher.utter_message(json_message=dict(reply.custom))
            continue
        utterance = put_into_words(reply, domain_settings().responses, [*said_before, *said], script)
        said.append(utterance.fingerprint)
        shown += [ListedOption(button["title"], button["payload"]) for button in utterance.buttons]
        # As Rasa would name it, had it chosen the variant itself.
        dispatcher.utter_message(
            text=utterance.text,
            buttons=list(utterance.buttons),
            utter_action=utterance.response,
            **utterance.metadata,
            **({"events": events} if events and len(said) == 1 else {}),
            **({"reading": explained(turn)} if turn.interpretation and len(said) == 1 else {}),
        )
    return said, tuple(shown)


def explained(turn: Turn) -> dict[str, Any]:
    """Returns why the turn says what it says: the reading, its evidence, and the runners-up."""
    interpretation = turn.interpretation
    if interpretation is None:
        return {}
    return {**_described(interpretation.chosen), "others": [_described(other) for other in interpretation.others]}


def _described(reading: Reading) -> dict[str, Any]:
    return {
        "source": reading.source.value,
        "act": reading.act.value,
        "evidence": reading.evidence,
        "certainty": round(reading.certainty, 3),
    }


def _with_step_id(event: Event) -> dict[str, Any]:
    """Returns an event as the statistics keep it: the step or answer by id, and the number that the user saw."""
    fields = asdict(event)
    answer = fields.pop("answer")
    return {**fields, "step": answer or step_id(event.topic, event.step, knowledge()), "step_number": event.step}
