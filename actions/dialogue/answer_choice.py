"""Which answer of the knowledge a message asks for at this point of the conversation, or none.

The index of the NLU says which answers lie near (`engine/nlu/asked_answers.py`); what stands on the screen, what was
asked about last and what the message does besides say which of them is meant, and whether anything is asked at all.
How much each of this weighs is learnt from questions in their context (`evaluation/answers.py`), not set by hand: each
candidate has a score, a sum of weighted features, and so has silence; a softmax makes probabilities of the scores.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

from actions.dialogue.acts import CONTROL, SOCIAL, Act, act_of
from actions.dialogue.messages import UserMessage
from actions.dialogue.state import Awaiting, DialogueState
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.knowledge.answers import TOPIC, KnownAnswer
from actions.reading.questions import asks, asks_how, is_bare_question, is_ellipsis, kinds_of
from language.text_normalization import normalize

WEIGHTS = Path(__file__).with_name("answer_weights.json")
# Ids that say which kind of question an answer is for; the vectors hear what is spoken of better than how it is asked.
KINDS = {
    "how_long": "how long",
    "when": "how long",
    "deadline": "how long",
    "validity": "how long",
    "why": "why",
    "cost": "cost",
    "length": "how many",
    "limits": "how many",
    "how_often": "how often",
    "where": "where",
    "where_to_enter": "where",
    "where_records": "where",
    "what_is": "what",
    "what": "what",
    "required": "required",
    "skip": "required",
}
_FINDINGS = ("ruled_out", "cause_confirmed", "not_checked")
_SHORT = 5
_ASKS = 0.3

Features = Mapping[str, float]


@dataclass(frozen=True)
class Scene:
    """Where the conversation stands, as far as it bears on what a question is about.

    Attributes:
        home: The topic at hand: the walkthrough under way, else what was talked of last.
        shown: The place on the screen: the step shown, or the detail asked for.
        following: Id of the step after it.
        asked: Address of the answer given last, or of its place, with a slash at the end; empty without one.
        is_walk: Whether a walkthrough is under way.
        is_detail: Whether a detail is asked for.
    """

    home: Topic | None
    shown: str | None
    following: str | None
    asked: str
    is_walk: bool
    is_detail: bool


@dataclass(frozen=True)
class Chances:
    """How likely each answer is meant.

    Attributes:
        of_answers: Probability of each answer that may be meant, by address.
        silence: Probability that none is.
    """

    of_answers: Mapping[str, float]
    silence: float


def weigh(context: Context, state: DialogueState, message: UserMessage) -> Chances:
    """Returns how likely each answer, and none, is meant by a message.

    Args:
        context: The knowledge.
        state: The state before the message.
        message: The message, with the answers near to it.
    """
    scene = scene_of(context, state)
    known = context.knowledge.answers
    near = candidates(context, scene, message)
    if not near:
        return Chances({}, 1.0)
    weights = _weights()
    scores = {
        name: _score(weights["answer"], candidate(context, scene, message, known[name], likeness))
        for name, likeness in near.items()
    }
    silent = _score(weights["silence"], silence(context, scene, message))
    top = max(silent, *scores.values())
    total = math.exp(silent - top) + sum(math.exp(score - top) for score in scores.values())
    of_answers = {name: math.exp(score - top) / total for name, score in scores.items()}
    return Chances(of_answers, math.exp(silent - top) / total)


def candidates(context: Context, scene: Scene, message: UserMessage) -> Mapping[str, float]:
    """Returns the likeness of the answers that may be meant.

    「在哪点」 is as near to every place: what the screen says of that kind of question is always among them.
    """
    known = context.knowledge.answers
    near = {name: likeness for name, likeness in message.asked_answers.items() if name in known}
    asked = kinds_of(message.key)
    if near and asked and scene.home and scene.shown:
        # A bare question is asked in the same words everywhere, so this is as near as the nearest of its kind.
        bare = is_bare_question(message.key)
        places = [f"{scene.home.id}/{scene.shown}"]
        if bare and scene.asked:
            # 「要多久」 right after an answer goes on about that.
            places.append("/".join(scene.asked.split("/")[:2]))
        for place, (name, kind) in product(places, KINDS.items()):
            address = f"{place}/{name}"
            if kind in asked and address in known and (bare or address not in near):
                alike = [likeness for other, likeness in near.items() if bare and known[other].id == name]
                near[address] = max(alike, default=min(near.values()))
    return near


def scene_of(context: Context, state: DialogueState) -> Scene:
    """Returns where the conversation stands."""
    home = context.topic(state) or context.knowledge.topics.get(state.last_topic or "")
    is_detail = state.walk is not None and state.awaiting is Awaiting.DETAIL
    shown = home.step_id(state.step) if home and state.walk else None
    if is_detail and state.walk and state.walk.requested_detail:
        shown = state.walk.requested_detail
    following = home.step_id(state.step + 1) if home and state.walk and state.step < len(home.steps) else None
    return Scene(home, shown, following, _asked(context, state), state.walk is not None, is_detail)


def _asked(context: Context, state: DialogueState) -> str:
    if not state.asked_about:
        return ""
    place = f"{state.asked_about}/"
    for address, answer in context.knowledge.answers.items():
        if address.startswith(place) and answer.fingerprint == state.last_answer:
            return address
    return place


def candidate(context: Context, scene: Scene, message: UserMessage, answer: KnownAnswer, likeness: float) -> Features:
    """Returns what speaks for an answer."""
    home = scene.home
    is_home = home is not None and answer.topic == home.id
    is_shown = is_home and answer.place == scene.shown
    is_asked = scene.asked.startswith(f"{answer.topic}/{answer.place}/")
    is_related = home is not None and not is_home and answer.topic in home.related
    matters = message.matters() if message.operators else ()
    is_named = answer.topic in matters
    # 「等下 注销一般要多久」 in the middle of another matter is about the one that it names.
    named = [name for name in message.matters("named") if name in context.knowledge.topics] if matters else []
    is_passed_over = is_home and bool(named) and answer.topic not in named
    meant = context.knowledge.topics.get(message.intent)
    is_kin = meant is not None and meant.id != answer.topic and answer.topic in meant.related
    kind, asked = KINDS.get(answer.id), kinds_of(message.key)
    _, _, last_id = scene.asked.rpartition("/")
    is_other = bool(scene.asked) and not is_home and (is_named or message.intent == answer.topic)
    return {
        "likeness": likeness,
        "likeness_shown": likeness if is_shown else 0.0,
        "shown": float(is_shown),
        "asked_last": float(is_asked and not is_shown and answer.place != TOPIC),
        "home": float(is_home and not is_shown),
        "next": float(is_home and answer.place == scene.following),
        "passed_over": float(is_passed_over),
        "passed_over_shown": float(is_passed_over and is_shown),
        "whole": float(is_home and answer.place == TOPIC),
        "related": float(is_related),
        "named": float(is_named and not is_home),
        "intent": message.confidence if message.intent == answer.topic else 0.0,
        "kin_of_intent": message.confidence if is_kin else 0.0,
        "far": float(home is not None and not is_home and not is_related and not is_named),
        "same_kind": float(is_other and answer.id == last_id and is_ellipsis(message.key)),
        "again": float(answer.address == scene.asked),
        "kind_agrees": float(kind in asked),
        "kind_agrees_shown": float(is_shown and kind in asked),
        "kind_agrees_named": float(kind in asked and not is_home and answer.topic in named),
        "kind_differs": float(bool(asked) and kind is not None and kind not in asked),
        "instead": float(answer.instead),
    }


def silence(context: Context, scene: Scene, message: UserMessage) -> Features:
    """Returns what speaks for no answer."""
    acts = message.acts
    act = act_of(message.intent, context.knowledge)
    meant = context.knowledge.topics.get(message.intent) if act is Act.OPEN_TOPIC else None
    opens = message.confidence if meant and meant.is_walkthrough and meant is not scene.home else 0.0
    asked = asks(normalize(message.text))
    how = asks_how(message.key)

    last = message.clauses[-1].acts if message.clauses else acts
    questions = [acts.get("question", 0.0), *(clause.acts.get("question", 0.0) for clause in message.clauses)]
    is_plain = not asked and max(questions) < _ASKS
    # 「里面还有钱」 rules nothing out where no cause is looked for.
    is_diagnosis = scene.home is not None and scene.home.kind == "diagnosis"

    def most(*names: str) -> float:
        return max(acts.get(name, 0.0) for name in names)

    return {
        "always": 1.0,
        "question": acts.get("question", 0.0),
        "asks": float(asked),
        "asks_last": last.get("question", 0.0),
        "report": most("done", "arrived", "solved"),
        "report_last": max(last.get(name, 0.0) for name in ("done", "arrived", "solved")),
        "plain_report": most("done", "arrived", "solved") if is_plain else 0.0,
        "plain_finding": most(*_FINDINGS) if is_plain and is_diagnosis else 0.0,
        "plain": float(is_plain),
        "finding": most(*_FINDINGS, "tried_everything") if is_diagnosis else 0.0,
        "finding_elsewhere": most(*_FINDINGS, "tried_everything") if not is_diagnosis else 0.0,
        "trouble": acts.get("trouble", 0.0),
        "waiting": most("waiting", "waiting_complaint"),
        "about_detail": most("correction", "unknown_detail", "read_back"),
        "other": acts.get("other", 0.0),
        "opens": opens if scene.is_walk else 0.0,
        "opens_at_idle": opens if not scene.is_walk else 0.0,
        "opens_asking": opens if asked and not how else 0.0,
        "opens_answer": message.confidence if meant and not meant.is_walkthrough else 0.0,
        "how": float(how),
        "control": message.confidence if act in CONTROL else 0.0,
        "social": message.confidence if act in SOCIAL else 0.0,
        "human": message.confidence if act is Act.HUMAN else 0.0,
        "out_of_scope": message.confidence if act is Act.OUT_OF_SCOPE else 0.0,
        "unsupported": float("unsupported_topic" in message.entities),
        "idle": float(not scene.is_walk),
        "detail": float(scene.is_detail),
        "short": float(len(message.key) < _SHORT),
    }


def _score(weights: Mapping[str, float], features: Features) -> float:
    return sum(weights.get(name, 0.0) * value for name, value in features.items())


@cache
def _weights() -> Mapping[str, Mapping[str, float]]:
    weights: Mapping[str, Mapping[str, float]] = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return weights
