"""Builds the bot's replies from knowledge: which response of the domain, with which values and buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from actions.dialogue.messages import Button, Progress, Reply, Role, payload, request_payload
from actions.dialogue.state import Choice, DialogueState, Request
from actions.knowledge import Item, Knowledge, Step, Topic
from actions.knowledge.faqs import Faq, faq_id, intent_of
from actions.knowledge.organisation import setting_line
from actions.knowledge.schema import CollectedDetail, Setting

# Of a menu that is told in a sentence.
_MOST_TITLES = 8


class ReplyBuilder:
    """Turns topics, steps and items into replies."""

    def __init__(self, knowledge: Knowledge, placeholder_values: Mapping[str, str]) -> None:
        """Keeps the knowledge and the values of its placeholders."""
        self._knowledge = knowledge
        self._values = dict(placeholder_values)

    def fill(self, text: str, topic: Topic | None = None) -> str:
        """Fills in the placeholders of a text from a knowledge file."""
        return text.format_map({**self._values, "step_count": len(topic.steps) if topic else 0})

    def with_settings(self, text: str, settings: Iterable[Setting]) -> str:
        """Returns the text followed by one line for each setting."""
        return "\n".join([self.fill(text), *(setting_line(setting, self._values) for setting in settings)])

    def topic_button(self, topic: Topic) -> Button:
        """Returns the button that opens a topic."""
        title = topic.menu.label if topic.menu else topic.title
        for opener in self._knowledge.topics.values():
            for item in opener.items:
                if item.opens == topic.id and opener.entity:
                    return Button(title, payload(opener.id, **{opener.entity: item.value}))
        return Button(title, payload(topic.id))

    def faq_button(self, faq: Faq) -> Button:
        """Returns the button that asks a question."""
        return Button(self.fill(faq.question), payload(intent_of(faq.id)))

    def has_label(self, intent: str) -> bool:
        """Whether an intent can be offered as a choice."""
        known = (self._knowledge.topics, self._knowledge.wording.choices.labels)
        return self._faq(intent) is not None or any(intent in names for names in known)

    def label(self, intent: str) -> str:
        """Returns how an intent is named on a button: a topic by its menu label or title."""
        topic, faq = self._knowledge.topics.get(intent), self._faq(intent)
        if faq:
            return self.fill(faq.question)
        if topic is None:
            return self._knowledge.wording.choices.labels[intent]
        return self.fill(topic.menu.label if topic.menu else topic.title, topic)

    def _faq(self, intent: str) -> Faq | None:
        return self._knowledge.faqs.get(faq_id(intent) or "")

    def listed(self, names: Iterable[str]) -> str:
        """Returns names as a list in one line."""
        return self._knowledge.wording.list_separator.join(names)

    def choice_buttons(self, choice: Choice) -> tuple[Button, ...]:
        """Returns a button for each option, which keeps the entities of what was typed, and 都不是."""
        options = tuple(
            Button(self.label(intent), request_payload(Request(intent, entities=choice.entities)))
            for intent in choice.options
        )
        return (*options, Button(self._knowledge.wording.choices.none_of_these, payload("deny")))

    def menu(self) -> tuple[Button, ...]:
        """Returns the buttons of the main topics."""
        return tuple(self.topic_button(topic) for topic in self._knowledge.main_topics)

    def menu_titles(self) -> str:
        """Returns the titles of the menu as they stand in a sentence, not more than one reads."""
        # Without a menu those that have steps.
        named = self._knowledge.main_topics or [it for it in self._knowledge.topics.values() if it.is_walkthrough]
        titles = [self.label(topic.id) for topic in named]
        more = self._knowledge.wording.list_more if len(titles) > _MOST_TITLES else ""
        return self.listed(titles[:_MOST_TITLES]) + more

    def related(self, topic: Topic, state: DialogueState, limit: int = 3) -> tuple[Button, ...]:
        """Returns buttons of up to `limit` related topics; the one in progress is none, its button would restart it."""
        names = [name for name in topic.related if name != state.topic]
        return tuple(self.topic_button(self._knowledge.topics[name]) for name in names[:limit])

    def intro(self, topic: Topic) -> Reply:
        """Returns the line that says what a walkthrough will do; of a diagnosis, with its causes to pick."""
        if topic.kind == "procedure":
            return Reply("utter_procedure_intro", {"intro": self.fill(topic.intro or "", topic)})
        causes = tuple(
            Button(step.title, payload(topic.id, **{topic.entity or "": step.value or ""})) for step in topic.steps
        )
        return Reply("utter_diagnosis_intro", {"intro": self.fill(topic.intro or "", topic)}, causes, is_list=True)

    def warning(self, topic: Topic, *, is_known: bool = False) -> Reply:
        """Returns the warning that must be accepted before the first step; shortly where it has just been read."""
        if topic.warning is None:
            raise ValueError(f"{topic.id} has no warning")
        buttons = (
            Button(topic.warning.accept_label, payload("affirm", explicit_consent="warning"), Role.DANGER),
            Button(topic.warning.decline_label, payload("deny"), Role.PRIMARY),
        )
        if is_known:
            return Reply("utter_warning_again", {"accept": topic.warning.accept_label}, buttons, is_warning=True)
        return Reply("utter_warning", {"warning": self.fill(topic.warning.text, topic)}, buttons, is_warning=True)

    def step(self, topic: Topic, state: DialogueState, *, asks_detail: bool = False) -> Reply:
        """Returns the step that the state stands at.

        Args:
            topic: The topic being walked through.
            state: Its `step` is at least 1.
            asks_detail: Whether a question follows, so that the step carries no buttons of its own.
        """
        step = topic.steps[state.step - 1]
        values = self._step_values(topic, state.step, step)
        titles = tuple(self.fill(step.title) for step in topic.steps)
        progress = Progress(
            topic.id,
            topic.title,
            topic.kind,
            state.step,
            titles,
            picture={"url": step.picture.url, "alt": self.fill(step.picture.alt)} if step.picture else None,
            link={"url": step.link.url, "title": self.fill(step.link.title)} if step.link else None,
        )
        if topic.kind == "diagnosis":
            return Reply("utter_check", values, progress=progress)
        if asks_detail:
            return Reply("utter_step_before_question", values, progress=progress)
        details = self.collected(topic, state)
        if step.show_collected and details:
            return Reply("utter_step_with_details", {**values, "details": details}, progress=progress)
        if state.step == len(topic.steps):
            return Reply("utter_last_step", values, progress=progress)
        return Reply("utter_first_step" if state.step == 1 else "utter_step", values, progress=progress)

    def _step_values(self, topic: Topic, number: int, step: Step) -> dict[str, str | int]:
        return {
            "step_number": number,
            "step_count": len(topic.steps),
            "step_title": self.fill(step.title),
            "step_text": self.fill(step.text, topic),
        }

    def trouble(self, topic: Topic, state: DialogueState) -> Reply:
        """Returns what to try when the current step does not work."""
        step = topic.steps[state.step - 1]
        response = "utter_check_trouble" if topic.kind == "diagnosis" else "utter_step_trouble"
        return Reply(response, {"trouble": self.fill(step.trouble, topic), "step_number": state.step})

    def all_steps(self, topic: Topic) -> Reply:
        """Returns all steps at once."""
        lines = [f"{number}. {self.fill(step.text, topic)}" for number, step in enumerate(topic.steps, start=1)]
        return Reply(
            "utter_all_steps", {"title": topic.title, "step_count": len(topic.steps), "steps": "\n".join(lines)}
        )

    def collected(self, topic: Topic, state: DialogueState) -> str:
        """Returns the details noted down, one line each, in the order in which they are asked."""
        return self.noted(topic.collected_details, state.collected_details)

    def everything_collected(self, state: DialogueState) -> str:
        """Returns all details noted down in any topic and the contact, one line each."""
        details = [detail for topic in self._knowledge.topics.values() for detail in topic.collected_details]
        return self.noted([*details, *self._knowledge.wording.contact_details], state.collected_details)

    @staticmethod
    def noted(details: Iterable[CollectedDetail], values: Mapping[str, str]) -> str:
        """Returns the details that have a value, one line each."""
        known = {detail.id: detail for detail in details if detail.id in values}
        return "\n".join(f"{d.label}{values[d.id]}{d.unit or ''}" for d in known.values())

    def ask_detail(self, topic: Topic, name: str) -> Reply:
        """Returns the question for a detail."""
        detail = next(detail for detail in topic.collected_details if detail.id == name)
        return Reply("utter_ask_detail", {"question": self.fill(detail.ask)})

    def answer(self, topic: Topic, buttons: tuple[Button, ...], *, short: bool = False) -> Reply:
        """Returns the whole answer of a topic without steps; or its short form, if there is one and it is wanted."""
        response = "utter_urgent_answer" if topic.urgent else "utter_answer"
        if topic.offer_human:
            response = "utter_answer_with_human"
        text = topic.short if short and topic.short else topic.text
        return Reply(response, {"answer": self.with_settings(text or "", topic.settings)}, buttons)

    def advice(self, topic: Topic) -> Reply:
        """Returns the whole answer of a topic without any button."""
        return Reply("utter_answer", {"answer": self.with_settings(topic.text or "", topic.settings)})

    def item(self, item: Item, buttons: tuple[Button, ...]) -> Reply:
        """Returns one part of an answer."""
        response = "utter_answer_with_human" if item.offer_human else "utter_answer"
        return Reply(response, {"answer": self.with_settings(item.text, item.settings)}, buttons)

    def ask_rating(self) -> Reply:
        """Returns the question for a rating. Its buttons thank, so that one pressed late does no harm."""
        buttons = (Button(str(number), payload("thank", rating=str(number))) for number in range(1, 6))
        return Reply("utter_ask_rating", buttons=tuple(buttons), ask="rating")

    def detail(self, text: str, buttons: tuple[Button, ...]) -> Reply:
        """Returns the answer to a question of detail."""
        return Reply("utter_answer", {"answer": self.fill(text)}, buttons)

    def on_secret(self, kind: str, *, is_here: bool = False) -> Reply:
        """Returns what is said to a secret in the chat; of a code that the step asks for, where it belongs."""
        secrets = self._knowledge.wording.secrets
        text = secrets.password if kind == "password" else secrets.code_here if is_here else secrets.code
        return Reply("utter_answer", {"answer": self.fill(text)})

    def care(self, name: str, state: DialogueState) -> tuple[Reply, ...]:
        """Returns the bubbles of an answer of `safety.yml`: the next variant, after the last one the first again."""
        variants = self._knowledge.care.answers[name]
        bubbles = variants[state.answered.get(name, 0) % len(variants)]
        return tuple(Reply("utter_care", {"answer": self.fill(bubble)}) for bubble in bubbles)
