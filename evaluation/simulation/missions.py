"""What simulated users want: one mission for each part of the knowledge, so that each is reached by somebody."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from actions.knowledge import Knowledge, Topic
from actions.knowledge.answers import TOPIC
from actions.knowledge.questions import load_questions
from actions.knowledge.schema import StepAnswer
from evaluation.simulation.phrases import Phrases

# So many answers are asked for in one conversation.
_TOGETHER = 4
# These are told only where it is known whether somebody is there.
_AVAILABLE = {"crisis_handoff_present": True, "crisis_handoff_absent": False}


@dataclass(frozen=True)
class Mission:
    """What a user wants to reach.

    Attributes:
        name: For the report.
        topic: Id of the topic; empty for an alarm.
        opener: Which phrases open it (`Phrases.openers`, or those of `safety`).
        target: The path of the knowledge entry that must be told, such as `forgot_password.yml:steps[0].trouble`; or
            `outcome`, `handoff`.
        at_step: What is done at a step beside going on: number and acts, in order.
        asks: The answers to ask for, at the step of `cause` or the detail: the path of each, and ways to ask for it.
        cause: The check that finds the cause, of a diagnosis; 0 for none of them.
        detail: The detail that is treated in the way of `detail_act`.
        detail_act: `question`, `correct`, `skip_detail`, or `misfit` for a new value that is none.
        accepts: Whether the warning is accepted.
        wants_human: Whether an offered human is accepted.
        before: Acts before the opener.
        repeats: How often the opener is said, for answers with several variants.
        between: What is said between, where the next variant comes only then.
        human_available: Whether a human is there; None where the bot is not told.
    """

    name: str
    topic: str
    opener: str
    target: str
    at_step: dict[int, tuple[str, ...]] = field(default_factory=dict)
    asks: tuple[tuple[str, tuple[str, ...]], ...] = ()
    cause: int = 0
    detail: str = ""
    detail_act: str = ""
    accepts: bool = True
    wants_human: bool = False
    before: tuple[str, ...] = ()
    repeats: int = 1
    between: str = ""
    human_available: bool | None = None
    is_danger: bool = False


def missions(knowledge: Knowledge, phrases: Phrases) -> list[Mission]:
    """Returns a mission for every part of the knowledge."""
    found: list[Mission] = []
    asked = load_questions(knowledge.addresses).by_answer
    for topic in knowledge.topics.values():
        if topic.kind == "answer":
            found += _of_answer(topic)
            found += _questions(topic, asked)
        else:
            found += _of_walkthrough(topic)
            found += _questions(topic, asked)
            found += _details(topic, asked)
            found += [
                Mission(
                    f"{topic.id}.{detail.value}",
                    topic.id,
                    f"{topic.id}.{detail.value}",
                    f"{topic.id}.yml:details[{n}].text",
                )
                for n, detail in enumerate(topic.details)
            ]
    found += [
        # Told in a situation of its own rather than at the step that it belongs to.
        Mission(
            f"{address} by itself",
            address.split("/")[0],
            address,
            targets[address],
            before=tuple(phrases.ways["opened_by"].get(address, ())),
        )
        for targets in (_targets(knowledge),)
        for address in phrases.openers
        if address in targets
    ]
    found += _of_care(knowledge, phrases)
    found += [
        Mission(
            f"correct {detail.id}",
            "",
            "contact",
            f"wording.yml:contact_details[{n}].ask",
            detail=detail.id,
            detail_act="correct",
            before=("leave_contact",),
        )
        for n, detail in enumerate(knowledge.wording.contact_details)
    ]
    found += [
        Mission(
            f"new {detail.id} that is none",
            "",
            "contact",
            f"wording.yml:contact_details[{n}].hint",
            detail=detail.id,
            detail_act="misfit",
            before=("leave_contact",),
        )
        for n, detail in enumerate(knowledge.wording.contact_details)
    ]
    return found


def _targets(knowledge: Knowledge) -> dict[str, str]:
    """Returns the path of each answer by its address."""
    found: dict[str, str] = {}
    for topic in knowledge.topics.values():
        places = [(TOPIC, f"{topic.id}.yml:", topic.answers)]
        places += [(one.id, f"{topic.id}.yml:steps[{n}].", one.answers) for n, one in enumerate(topic.steps)]
        for place, prefix, answers in places:
            found |= {
                f"{topic.id}/{place}/{one.id}": f"{prefix}answers[{index}].text" for index, one in enumerate(answers)
            }
    return found


def _of_answer(topic: Topic) -> Iterator[Mission]:
    if not topic.urgent:
        # Whoever says so is in danger, and `safety.yml` answers.
        yield Mission(topic.id, topic.id, topic.id, f"{topic.id}.yml:text")
    if topic.short:
        yield Mission(f"{topic.id} in anger", topic.id, topic.id, f"{topic.id}.yml:short", before=("angry",))
    for number, item in enumerate(topic.items):
        yield Mission(
            f"{topic.id}.{item.value}", topic.id, f"{topic.id}.{item.value}", f"{topic.id}.yml:items[{number}].text"
        )


def _of_walkthrough(topic: Topic) -> Iterator[Mission]:
    count = len(topic.steps)
    if topic.kind == "diagnosis":
        for number, step in enumerate(topic.steps, start=1):
            place = f"{topic.id}.yml:steps[{number - 1}]"
            yield Mission(f"{topic.id} cause {step.value}", topic.id, topic.id, f"{place}.text", cause=number)
            yield Mission(
                f"{topic.id} named {step.value}", topic.id, f"{topic.id}.{step.value}", f"{place}.text", cause=number
            )
            yield Mission(
                f"{topic.id} not {step.value}", topic.id, topic.id, f"{place}.trouble", at_step={number: ("problem",)}
            )
            if step.contradicted:
                # The page names what the user finds not to be so.
                yield Mission(
                    f"{topic.id} disputed {step.value}",
                    topic.id,
                    topic.id,
                    f"{place}.contradicted",
                    at_step={number: ("page", "rule_out")},
                )
            if step.treatment:
                yield Mission(
                    f"{topic.id} found {step.value}",
                    topic.id,
                    topic.id,
                    f"{place}.treatment",
                    cause=number,
                    at_step={number: ("found",)},
                )
        yield Mission(f"{topic.id} none of all", topic.id, topic.id, "handoff", wants_human=True)
        yield Mission(
            f"{topic.id} tried all", topic.id, topic.id, "handoff", at_step={1: ("tried_all",)}, wants_human=True
        )
        return
    yield Mission(f"{topic.id} to the end", topic.id, topic.id, "outcome")
    yield Mission(f"{topic.id} human", topic.id, topic.id, "handoff", at_step={1: ("ask_human",)}, wants_human=True)
    if topic.warning:
        yield Mission(f"{topic.id} declined", topic.id, topic.id, f"{topic.id}.yml:cancelled", accepts=False)
    yield Mission(f"{topic.id} left", topic.id, topic.id, "left", at_step={min(2, count): ("cancel",)})
    for number, step in enumerate(topic.steps, start=1):
        yield Mission(
            f"{topic.id} trouble {step.id}",
            topic.id,
            topic.id,
            f"{topic.id}.yml:steps[{number - 1}].trouble",
            # Whoever typed it and heard something else presses the button.
            at_step={number: ("trouble", "problem")},
        )
        if step.value:
            yield Mission(
                f"{topic.id} named {step.value}",
                topic.id,
                f"{topic.id}.{step.value}",
                f"{topic.id}.yml:steps[{number - 1}].text",
            )
        if step.there:
            # Somebody ahead of the bot has come to the page by themselves.
            yield Mission(
                f"{topic.id} already at {step.id}",
                topic.id,
                topic.id,
                f"{topic.id}.yml:steps[{number - 1}].there",
                at_step={number - 1: ("arrived",)},
            )
    yield Mission(
        f"{topic.id} trouble twice",
        topic.id,
        topic.id,
        "handoff",
        at_step={1: ("trouble", "again_trouble", "again_trouble")},
        wants_human=True,
    )


def _questions(topic: Topic, asked: Mapping[str, Sequence[str]]) -> Iterator[Mission]:
    for number, step in enumerate(topic.steps, start=1):
        place = f"{topic.id}.yml:steps[{number - 1}]."
        for part, asks in _asking(f"{topic.id}/{step.id}", place, step.answers, asked):
            name = f"{topic.id} asks {step.id} {part}"
            yield Mission(name, topic.id, topic.id, asks[0][0], asks=asks, cause=number)
    for part, asks in _asking(f"{topic.id}/{TOPIC}", f"{topic.id}.yml:", topic.answers, asked):
        yield Mission(f"{topic.id} asks {part}", topic.id, topic.id, asks[0][0], asks=asks, cause=1)


def _asking(
    address: str, prefix: str, answers: Sequence[StepAnswer], asked: Mapping[str, Sequence[str]]
) -> Iterator[tuple[int, tuple[tuple[str, tuple[str, ...]], ...]]]:
    """Yields what is asked in one conversation: some answers of one place, which a run of few conversations meets."""
    told = [
        (f"{prefix}answers[{index}].text", tuple(asked[f"{address}/{answer.id}"]))
        for index, answer in enumerate(answers)
    ]
    yield from enumerate(itertools.batched(told, _TOGETHER))


def _details(topic: Topic, asked: Mapping[str, Sequence[str]]) -> Iterator[Mission]:
    for number, detail in enumerate(topic.collected_details):
        place = f"{topic.id}.yml:collected_details[{number}]"
        yield Mission(
            f"{topic.id} corrects {detail.id}", topic.id, topic.id, "corrected", detail=detail.id, detail_act="correct"
        )
        yield Mission(
            f"{topic.id} asks about {detail.id}", topic.id, topic.id, "outcome", detail=detail.id, detail_act="question"
        )
        yield Mission(
            f"{topic.id} skips {detail.id}", topic.id, topic.id, "outcome", detail=detail.id, detail_act="skip_detail"
        )
        for part, asks in _asking(f"{topic.id}/{detail.id}", f"{place}.", detail.answers, asked):
            name = f"{topic.id} asks about {detail.id} {part}"
            yield Mission(name, topic.id, topic.id, asks[0][0], asks=asks, detail=detail.id, detail_act="question")


def _of_care(knowledge: Knowledge, phrases: Phrases) -> Iterator[Mission]:
    openers = _care_openers(knowledge)
    for name, variants in knowledge.care.answers.items():
        if name not in phrases.safety:
            continue
        for number, bubbles in enumerate(variants):
            # What is said again needs a first time.
            first = openers.get(name, "")
            before = phrases.ways["before"].get(name) or ([first] if first else [])
            yield Mission(
                f"safety {name} {number}",
                "",
                name,
                f"safety.yml:{name}[{number}][{len(bubbles) - 1}]",
                before=tuple(before),
                repeats=number + 1,
                between=phrases.ways["between"].get(name, ""),
                human_available=_AVAILABLE.get(name),
                is_danger=True,
            )


def _care_openers(knowledge: Knowledge) -> dict[str, str]:
    """Returns what must have been answered before, for each answer that nobody gets at first."""
    care, found = knowledge.care, {"theft_unknown": "victim_first", "other_person_again": "crisis_other_person"}
    for kind, follow_ups in care.follow_ups.items():
        first = kind if kind in care.answers else f"{kind}_first"
        for follow_up in follow_ups.values():
            found.setdefault(follow_up.answer, first)
    at_first = {case.answer for cases in care.cases.values() for case in cases}
    found |= {name: _said_first(care.answers, name) for name in care.answers if name.endswith("_again")} | found
    return {name: first for name, first in found.items() if name not in at_first}


def _said_first(answers: Mapping[str, object], name: str) -> str:
    """Returns the answer that comes before `…_again`: it has the bare name, or ends in `_first`."""
    bare = name.removesuffix("_again")
    return bare if bare in answers else f"{bare}_first"
