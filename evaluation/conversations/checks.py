"""Judges a reply by the criteria of a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from actions.knowledge import Knowledge
from evaluation.conversations.said import Said
from evaluation.conversations.sets import ExpectedTurn


class Checker:
    """Checks replies; the buttons that answer nothing are those of the knowledge and the domain.

    The main topics, and what stands under every step, are offered with many replies. A reply that lists everything has
    not answered anything, so these buttons do not count as its words.
    """

    def __init__(self, knowledge: Knowledge, step_titles: Sequence[str], guide_title: str, human_title: str) -> None:
        """Keeps which buttons do not count.

        Args:
            knowledge: Gives the labels of the main topics.
            step_titles: One of these shows that the buttons are those under a step or check.
            guide_title: Shows that the buttons are the causes of a diagnosis, beside which `human_title` stands.
            human_title: What asks for a human.
        """
        self._menu = frozenset(topic.menu.label for topic in knowledge.main_topics if topic.menu)
        self._step_titles = frozenset(step_titles)
        self._guide_title, self._human_title = guide_title, human_title

    def faults(self, turn: ExpectedTurn, replies: Sequence[Said]) -> list[str]:
        """Returns what is wrong with the reply to a turn."""
        text = "\n".join(reply.text for reply in replies)
        everything = "\n".join([text, *(title for reply in replies for title in self._counted(reply))])
        found = [] if text.strip() else ["no reply"]
        if turn.must_any and not any(words in everything for words in turn.must_any):
            found.append("has none of " + "/".join(turn.must_any))
        found += [f"contains {words}" for words in turn.must_not if words in text]
        handed_over = any(reply.metadata.get("handoff") for reply in replies)
        if turn.handoff is not None and handed_over != turn.handoff:
            found.append("handed over" if handed_over else "not handed over")
        seen = step_shown(replies)
        if turn.step and seen != turn.step:
            found.append(f"step {seen} instead of {turn.step}")
        return found

    def _counted(self, reply: Said) -> list[str]:
        titles = [title for title, _ in reply.buttons]
        if self._menu <= set(titles):
            titles = [title for title in titles if title not in self._menu]
        if self._step_titles & set(titles):
            return []
        if self._guide_title in titles:
            titles = [title for title in titles if title != self._human_title]
        return titles


def checker(knowledge: Knowledge, responses: Mapping[str, Sequence[Mapping[str, Any]]]) -> Checker:
    """Returns the checker for the buttons that the bot has now.

    Args:
        knowledge: What the bot knows.
        responses: `responses` of the domain.
    """

    def title(response: str, payload: str) -> str:
        buttons = [button for variant in responses[response] for button in variant.get("buttons") or ()]
        return next(str(button["title"]) for button in buttons if button["payload"] == payload)

    return Checker(
        knowledge,
        (title("utter_step", "/step_problem"), title("utter_check", "/problem_solved")),
        title("utter_diagnosis_intro", "/next_step"),
        title("utter_diagnosis_intro", "/human_handoff"),
    )


def step_shown(replies: Sequence[Said]) -> str | None:
    """Returns the last step that the replies show, as `topic:number`."""
    progress = [reply.metadata["progress"] for reply in replies if reply.metadata.get("progress")]
    return f"{progress[-1]['topic']}:{progress[-1]['number']}" if progress else None
