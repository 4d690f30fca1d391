"""Users made by rule: they look at the screen and decide what to say next."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from actions.knowledge import Knowledge
from evaluation.conversations.said import Said
from evaluation.simulation.missions import Mission
from evaluation.simulation.noise import in_pieces, noisy
from evaluation.simulation.phrases import Phrases

_NO = "/deny"
_OFFERS_OF_HUMAN = frozenset(
    {
        "utter_offer_human",
        "utter_offer_human_after_trouble",
        "utter_all_checked",
        "utter_tried_all",
        "utter_apologise_and_offer_human",
        "utter_no_information",
        "utter_no_information_of",
        "utter_nothing_more_known",
        "utter_cause_disputed",
    }
)
# After these the step is still what is talked about.
_OF_STEPS = frozenset(
    {
        "utter_step_trouble",
        "utter_check_trouble",
        "utter_take_your_time",
        "utter_step_answer",
        "utter_step_unknown",
        "utter_step_unknown_of",
        "utter_details_recap",
        "utter_human_declined_in_procedure",
        "utter_all_steps",
    }
)
# With these a walkthrough has ended.
_ENDS = frozenset(
    {
        "utter_human_declined",
        "utter_solved",
        "utter_finished",
        "utter_rated",
        "utter_rated_low",
        "utter_glad",
        "utter_offer_declined",
    }
)
# What is said first to somebody in danger.
WARNINGS = frozenset({"utter_care", "utter_care_with_human"})
_MOST_OPENERS = 3
# Whoever has gone past the step that they have a question about goes back to it so often.
_MOST_BACK = 3
# Whoever does not get their answer asks in other words.
_MOST_TRIES = 3
# What is said to a question about a step.
_ANSWERS = ("utter_step_answer", "utter_step_unknown", "utter_step_unknown_of")


@dataclass(frozen=True)
class Profile:
    """How somebody talks. All but the name are probabilities.

    Attributes:
        name: For the report.
        presses: A button is pressed where one does what is meant.
        digresses: Something else is put in.
        doubts: The bot is doubted, or asked to wait.
        asks: A question about the step is asked first.
        corrects: A detail is corrected after it was given.
        types_badly: The message has a typo, is typed in pinyin or in traditional characters.
        in_pieces: The message comes in two.
        is_terse: The shortest phrase is taken.
    """

    name: str
    presses: float = 0.0
    digresses: float = 0.0
    doubts: float = 0.0
    asks: float = 0.0
    corrects: float = 0.0
    types_badly: float = 0.0
    in_pieces: float = 0.0
    is_terse: bool = False


PROFILES = (
    Profile("cooperative", presses=0.5),
    Profile("terse", is_terse=True),
    Profile("digressing", presses=0.2, digresses=0.3),
    Profile("correcting", corrects=0.6),
    Profile("doubting", doubts=0.35),
    Profile("asking", asks=0.5),
    Profile("in fragments", in_pieces=0.6),
    Profile("typing badly", types_badly=0.5),
)


@dataclass(frozen=True)
class Utterance:
    """What the user does next.

    Attributes:
        text: What is typed, or the payload of the button pressed.
        means: What it is meant as, for the report.
        is_done_by: Whether the replies do what was meant; None when nothing in particular is expected.
    """

    text: str
    means: str
    is_done_by: Callable[[Sequence[Said]], bool] | None = None


def responses(replies: Sequence[Said]) -> set[str]:
    """Returns the names of the responses."""
    return {reply.response for reply in replies if reply.response}


def step_of(replies: Sequence[Said]) -> Mapping[str, Any] | None:
    """Returns the progress shown last in a turn."""
    return next((dict(r.metadata["progress"]) for r in reversed(replies) if r.metadata.get("progress")), None)


def says(*names: str) -> Callable[[Sequence[Said]], bool]:
    """Returns whether replies have one of the responses."""
    return lambda replies: bool(responses(replies) & set(names))


def hands_over(replies: Sequence[Said]) -> bool:
    """Whether the replies hand the conversation to a human."""
    return any(reply.metadata.get("handoff") for reply in replies)


@dataclass
class User:
    """Somebody with a mission and a way to talk; what was said before decides what comes next.

    Attributes:
        mission: What is wanted.
        profile: How they talk.
        phrases: What they can say.
        knowledge: Which topics and steps there are.
        chance: Where their choices come from.
        told: Paths of the knowledge that they have been told.
    """

    mission: Mission
    profile: Profile
    phrases: Phrases
    knowledge: Knowledge
    chance: random.Random
    told: set[str] = field(default_factory=set)
    is_satisfied: bool = False
    gave_up: str = ""
    _queue: list[Utterance] = field(default_factory=list)
    _openers: int = 0
    _repeats: int = 0
    _step: int = 0
    _acts_done: dict[int, int] = field(default_factory=dict)
    _answered: set[str] = field(default_factory=set)
    _treated: bool = False
    _left: bool = False
    _detours: int = 0
    _started: bool = False
    _declined: int = 0
    _tries: dict[str, int] = field(default_factory=dict)
    _led_away: int = 0
    _gone_back: int = 0
    _ended: bool = False
    _menu_asked: bool = False
    _menu_pressed: bool = False
    _between: bool = False
    _asked: str = ""
    _is_warned: bool = False

    def next(self, replies: Sequence[Said]) -> Utterance | None:
        """Returns what the user says to the bot's last turn; None when there is nothing more to say."""
        if not self._started:
            self._started = True
            self._queue += self._introduction()
        self._hear_warning(replies)
        if self._queue:
            return self._queue.pop(0)
        left = [target for target, _ in self.mission.asks if target not in self.told]
        if left and all(self._tries.get(target, 0) >= _MOST_TRIES for target in left):
            self.gave_up = "asked in vain"
        if self.is_satisfied or self.gave_up:
            return None
        detour = self._detour(replies)
        if detour:
            return detour
        meant = self._meant(replies)
        if meant is None:
            return None
        first, *rest = self._in_their_way(meant, replies)
        self._queue += rest
        return first

    def _hear_warning(self, replies: Sequence[Said]) -> None:
        """Counts a question as answered that gave away a danger, and was answered by what helps against that."""
        is_warned = bool(responses(replies) & WARNINGS)
        if is_warned and self._asked and not self._is_warned:
            self.told.add(self._asked)
        self._is_warned = self._is_warned or is_warned
        self._asked = ""

    # What is meant

    def _introduction(self) -> list[Utterance]:
        found = []
        for act in self.mission.before:
            if act == "leave_contact":
                detail = self.phrases.details[self.mission.detail]
                found.append(Utterance(self._one_of(detail["answers"]), "leave contact"))
                found.append(
                    Utterance(self._one_of(detail["corrections"]), "correct contact", says("utter_ask_correction"))
                )
            elif act in self.phrases.safety:
                found.append(Utterance(self._one_of(self.phrases.safety[act]), "first alarm"))
            else:
                found.append(Utterance(self._one_of(self.phrases.acts[act]), act))
        return found

    def _meant(self, replies: Sequence[Said]) -> Utterance | None:
        names, step = responses(replies), step_of(replies)
        mission = self.mission
        if mission.is_danger:
            return self._repeat_alarm()
        if mission.detail_act == "misfit" and "utter_ask_correction" in names and not self._treated:
            self._treated = True
            line = self._one_of(self.phrases.details[mission.detail]["misfits"])
            return Utterance(line, "misfit", says("utter_ask_correction"))
        if mission.opener == "contact":
            self.gave_up = "not asked for the new contact"
            return None
        if not self._openers:
            return self._open(replies)
        if step and step["topic"] == mission.topic:
            self._step = int(step["number"])
        answer = self._to_question(names, replies)
        if answer:
            return answer
        topic = self.knowledge.topics[mission.topic]
        self._ended = (self._ended or bool(names & _ENDS)) and not (step and step["topic"] == topic.id)
        if self._ended and topic.is_walkthrough and not self._left:
            return self._after_end(replies)
        if step and step["topic"] == topic.id:
            return self._at_step(replies)
        if "utter_diagnosis_intro" in names:
            return self._pick_cause(replies)
        question = self._question() if topic.kind == "answer" else None
        if question:
            return question
        if self._step and topic.is_walkthrough and not self._left and (names & _OF_STEPS or self._led_away > 2):
            return self._at_step(replies)
        if self._step and topic.is_walkthrough and not self._left:
            self._led_away += 1
            return self._act("continue", _shows_step)
        return self._open(replies)

    def _to_question(self, names: set[str], replies: Sequence[Said]) -> Utterance | None:
        """Answers the question that the bot has asked; None without one."""
        mission = self.mission
        if "utter_ask_choice" in names:
            return self._choose(replies)
        if "utter_warning" in names:
            act = "accept_warning" if mission.accepts else "decline_warning"
            expects = says("utter_first_step") if mission.accepts else says("utter_answer")
            return self._act(act, expects)
        if "utter_ask_correction" in names:
            return Utterance(
                self._one_of(self.phrases.details[mission.detail or "amount"]["answers"]),
                "new value",
                says("utter_corrected"),
            )
        if "utter_ask_detail" in names:
            return self._about_detail(replies)
        if names & _OFFERS_OF_HUMAN:
            return self._offered_human()
        if "utter_ask_outcome" in names:
            return self._act("solved", says("utter_solved", "utter_finished"))
        if "utter_ask_rating" in names:
            return self._act("rate", says("utter_rated", "utter_rated_low"))
        undone = self._acts_done.get(self._step, 0) < len(self.mission.at_step.get(self._step, ()))
        if "utter_treatment" in names and undone:
            # Whoever has more to say of it is not done.
            return self._at_step(replies)
        if "utter_offer_request" in names or "utter_treatment" in names:
            return self._act("solved") if "utter_treatment" in names else Utterance(_NO, "declines the rest")
        return None

    def _open(self, replies: Sequence[Said]) -> Utterance | None:
        lines = self.phrases.openers.get(self.mission.opener, [])
        if self._openers < min(_MOST_OPENERS, len(lines)):
            self._openers += 1
            line = lines[(self.chance.randrange(len(lines)) + self._openers) % len(lines)]
            return Utterance(line, "open", self._opens)
        if not self._menu_asked:
            self._menu_asked = True
            return self._act("menu", says("utter_menu"))
        wanted = f"/{self.mission.topic}"
        for payload in (payload for reply in replies for _, payload in reply.buttons):
            if not self._menu_pressed and payload.split("{")[0] == wanted:
                self._menu_pressed = True
                return Utterance(payload, "press topic", self._opens)
        self.gave_up = "the topic was not opened, or the mission not reached in it"
        return None

    def _opens(self, replies: Sequence[Said]) -> bool:
        events = [event for reply in replies for event in reply.metadata.get("events") or ()]
        step = step_of(replies)
        opened = {event.get("topic") for event in events if event.get("kind") in ("topic_opened", "step_shown")}
        item = next(
            (
                item
                for topic in self.knowledge.topics.values()
                for item in topic.items
                if item.opens == self.mission.topic
            ),
            None,
        )
        return (
            self.mission.topic in opened
            or (step is not None and step["topic"] == self.mission.topic)
            or (item is not None and "contact_support" in opened)
        )

    def _repeat_alarm(self) -> Utterance | None:
        if self._repeats >= self.mission.repeats:
            self.gave_up = "the answer did not come"
            return None
        if self._repeats and self.mission.between and not self._between:
            self._between = True
            return Utterance(self._one_of(self.phrases.safety[self.mission.between]), "takes it back")
        self._between = False
        self._repeats += 1
        cares = says("utter_care", "utter_care_with_human", "utter_calm", "utter_apologise_and_offer_human")
        return Utterance(self._one_of(self.phrases.safety[self.mission.opener]), "alarm", cares)

    def _choose(self, replies: Sequence[Said]) -> Utterance:
        wanted = f"/{self.mission.topic}"
        for reply in replies:
            for _, payload in reply.buttons:
                if payload.split("{")[0] == wanted:
                    return Utterance(payload, "press choice", self._opens)
        return self._act("none", says("utter_none_of_these"))

    def _about_detail(self, replies: Sequence[Said]) -> Utterance:
        text = next(reply.text for reply in reversed(replies) if reply.response == "utter_ask_detail")
        topic = self.knowledge.topics[self.mission.topic]
        # The form of another topic may have been opened by what was misheard.
        details = topic.collected_details or tuple(
            detail for other in self.knowledge.topics.values() for detail in other.collected_details
        )
        asked = next((detail for detail in details if detail.ask in text), details[0])
        wanted = self.phrases.details[asked.id]
        question = self._question() if self.mission.detail == asked.id else None
        if question:
            return question
        if self.mission.detail == asked.id and not self._treated:
            self._treated = True
            if self.mission.detail_act == "question":
                answers = says(*_ANSWERS)
                return Utterance(self._one_of(wanted["questions"]), "question about detail", answers)
            if self.mission.detail_act == "skip_detail":
                return self._act("skip_detail", lambda said: asked.ask not in "".join(reply.text for reply in said))
            self._queue.append(
                Utterance(
                    self._one_of(wanted["corrections"]), "correct", says("utter_corrected", "utter_ask_correction")
                )
            )
        elif self.chance.random() < self.profile.corrects and asked.id not in self._answered:
            self._queue.append(
                Utterance(
                    self._one_of(wanted["corrections"]), "correct", says("utter_corrected", "utter_ask_correction")
                )
            )
        self._answered.add(asked.id)
        return Utterance(
            self._one_of(wanted["answers"]),
            "answer detail",
            lambda said: asked.ask not in "".join(r.text for r in said),
        )

    def _offered_human(self) -> Utterance | None:
        if self.mission.wants_human:
            return self._act("consent_human", hands_over)
        self._declined += 1
        if self._declined > 2:
            self.gave_up = "offered a human again and again"
            return None
        return self._act("decline_human", lambda said: not hands_over(said))

    def _pick_cause(self, replies: Sequence[Said]) -> Utterance:
        cause = self.mission.cause or (min(self.mission.at_step, default=0))
        payloads = [payload for reply in replies for _, payload in reply.buttons]
        topic = self.knowledge.topics[self.mission.topic]
        if cause and self.chance.random() < 0.5:
            value = topic.steps[cause - 1].value or ""
            wanted = [payload for payload in payloads if f'"{value}"' in payload]
            if wanted:
                return Utterance(wanted[0], "press cause", _shows_step)
            return Utterance(topic.steps[cause - 1].title, "type cause", _shows_step)
        return Utterance("/next_step", "press one by one", _shows_step)

    def _at_step(self, replies: Sequence[Said]) -> Utterance | None:
        topic = self.knowledge.topics[self.mission.topic]
        number = max(self._step, 1)
        question = self._question() if self.mission.cause == number else None
        if question:
            return question
        passed = self._passed(number)
        if passed and self._gone_back < _MOST_BACK:
            self._gone_back += 1
            line = self._one_of(self.phrases.acts["back"]).format(number=passed)
            return Utterance(line, "go back", _shows_step)
        acts, done = self.mission.at_step.get(number, ()), self._acts_done.get(number, 0)
        if done < len(acts):
            self._acts_done[number] = done + 1
            return self._special(acts[done], number, replies)
        if topic.kind == "diagnosis":
            cause = topic.steps[number - 1].value or ""
            if self.mission.cause == number:
                return self._act("solved", says("utter_solved", "utter_finished", "utter_glad"))
            if self._pressed("/next_step", replies):
                return Utterance("/next_step", "press next", says("utter_check", "utter_all_checked"))
            line = self._one_of(self.phrases.causes[cause]["ruled_out"])
            return Utterance(line, "rule out", says("utter_check", "utter_all_checked"))
        if self._pressed("/next_step", replies):
            return Utterance("/next_step", "press next", self._goes_on(number))
        step = topic.steps[number - 1]
        own = self.phrases.of_step(topic.id, step.id, "done")
        lines = own if self.chance.random() < 0.5 else self.phrases.acts["done"]
        return Utterance(self._one_of(lines), "done", self._goes_on(number))

    def _after_end(self, replies: Sequence[Said]) -> Utterance | None:
        """Asks what is left to be asked once it has ended, then opens the topic again; nobody goes on with nothing."""
        question = self._question()
        if question:
            return question
        self._ended = False
        return self._open(replies)

    def _special(self, act: str, number: int, replies: Sequence[Said]) -> Utterance:
        topic = self.knowledge.topics[self.mission.topic]
        step = topic.steps[number - 1]
        if act == "problem":
            helps = says("utter_check_trouble", "utter_step_trouble")
            return Utterance("/step_problem", "press trouble", helps)
        if act == "found":
            line = self._one_of(self.phrases.causes[step.value or ""]["found"])
            return Utterance(line, "cause found", says("utter_treatment"))
        if act in ("page", "rule_out"):
            lines = self.phrases.causes[step.value or ""]["page" if act == "page" else "ruled_out"]
            expects = says("utter_treatment") if act == "page" else says("utter_cause_disputed")
            return Utterance(self._one_of(lines), act.replace("_", " "), expects)
        if act == "arrived":
            following = topic.steps[number].id if number < len(topic.steps) else step.id
            return Utterance(self._one_of(self.phrases.of_step(topic.id, following, "arrived")), act, _shows_step)
        if act in ("trouble", "again_trouble") and self._pressed("/step_problem", replies):
            return Utterance("/step_problem", "press trouble")
        if act == "trouble":
            lines = self.phrases.of_step(topic.id, step.id, "trouble")
            return Utterance(self._one_of(lines), "trouble", says("utter_step_trouble"))
        if act == "cancel":
            self._left = True
            return self._act("cancel", says("utter_cancelled", "utter_answer"))
        wanted = {"again_trouble": says("utter_offer_human_after_trouble"), "ask_human": hands_over}
        return self._act(act, wanted.get(act, says("utter_tried_all", "utter_offer_human")))

    def _passed(self, number: int) -> int:
        """Returns the step that was passed, as happens to whoever is misheard, before what was wanted there; else 0."""
        undone = (at for at, acts in self.mission.at_step.items() if self._acts_done.get(at, 0) < len(acts))
        at = min(undone, default=0)
        if 0 < at < number:
            return at
        left = any(
            target not in self.told and self._tries.get(target, 0) < _MOST_TRIES for target, _ in self.mission.asks
        )
        return self.mission.cause if left and self.mission.cause < number else 0

    def _question(self) -> Utterance | None:
        """Asks for the next answer that was not told yet, a few times in other words."""
        for target, texts in self.mission.asks:
            tries = self._tries.get(target, 0)
            if target not in self.told and tries < _MOST_TRIES:
                self._tries[target] = tries + 1
                self._asked = target
                return Utterance(self.chance.choice(texts), "question", says("utter_step_answer"))
        return None

    def _goes_on(self, number: int) -> Callable[[Sequence[Said]], bool]:
        def goes_on(replies: Sequence[Said]) -> bool:
            step = step_of(replies)
            return bool(responses(replies) & {"utter_ask_outcome"}) or (
                step is not None and int(step["number"]) > number
            )

        return goes_on

    def _act(self, act: str, expects: Callable[[Sequence[Said]], bool] | None = None) -> Utterance:
        return Utterance(self._one_of(self.phrases.acts[act]), act, expects)

    # How they say it

    def _detour(self, replies: Sequence[Said]) -> Utterance | None:
        """Something beside the mission, now and then; never twice in a row, and not while a question is open."""
        if not self._step or self._detours >= 4 or responses(replies) & _OFFERS_OF_HUMAN or self.mission.is_danger:
            return None
        draw = self.chance.random()
        if draw < self.profile.digresses:
            self._detours += 1
            return Utterance(self._one_of(self.phrases.digressions["any"]), "digress")
        if draw < self.profile.doubts:
            self._detours += 1
            act = self.chance.choice(("doubt", "wait"))
            return self._act(act, says("utter_take_your_time") if act == "wait" else None)
        topic = self.knowledge.topics.get(self.mission.topic)
        if (
            draw < self.profile.asks
            and topic
            and topic.kind == "procedure"
            and responses(replies) & {"utter_step", "utter_first_step"}
        ):
            self._detours += 1
            lines = self.phrases.of_step(topic.id, topic.steps[max(self._step, 1) - 1].id, "question")
            return Utterance(
                self._one_of(lines),
                "question",
                says(*_ANSWERS),
            )
        return None

    def _in_their_way(self, meant: Utterance, replies: Sequence[Said]) -> list[Utterance]:
        if meant.text.startswith("/"):
            return [meant]
        if self.chance.random() < self.profile.types_badly and meant.means not in ("answer detail", "new value"):
            return [Utterance(noisy(meant.text, self.chance), meant.means, meant.is_done_by)]
        if self.chance.random() < self.profile.in_pieces:
            *before, last = in_pieces(meant.text, self.chance)
            return [
                *(Utterance(piece, "piece") for piece in before),
                Utterance(last, f"{meant.means}, in pieces", meant.is_done_by),
            ]
        return [meant]

    def _pressed(self, payload: str, replies: Sequence[Said]) -> bool:
        shown = any(payload == there for reply in replies for _, there in reply.buttons)
        return shown and self.chance.random() < self.profile.presses

    def _one_of(self, lines: Sequence[str]) -> str:
        return min(lines, key=len) if self.profile.is_terse else self.chance.choice(lines)


def _shows_step(replies: Sequence[Said]) -> bool:
    return step_of(replies) is not None
