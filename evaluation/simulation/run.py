"""Lets simulated users talk to the bot and looks for what goes wrong."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from actions.knowledge import Knowledge
from evaluation.conversations.said import Said
from evaluation.simulation.coverage import Coverage
from evaluation.simulation.missions import Mission
from evaluation.simulation.phrases import Phrases
from evaluation.simulation.users import PROFILES, WARNINGS, Profile, User, Utterance, hands_over, responses

Say = Callable[[str, str, bool | None], Sequence[Said]]

_LONGEST = 30
_HELPS = frozenset({"utter_step_trouble", "utter_check_trouble"})
# Sentences that promise something to choose from.
_ANNOUNCES = re.compile(
    r"下面(?:的|这|哪|几|选)|选一个|点一个|哪一个(?!都)|哪一件|从下面|能帮上忙：|我能帮的有这些：|是我能办的："
)
_NEXT_CHECK = re.compile(r"查下一项|看下一项")


@dataclass(frozen=True)
class Conversation:
    """How one conversation went.

    Attributes:
        name: Its seed; the same name gives the same conversation.
        mission: What was wanted.
        profile: How the user talked.
        lines: What was said, for people.
        is_reached: Whether the mission was reached.
        problems: Kind and description of what went wrong beside that.
        meant: For each utterance, what it was meant as and whether the bot did it; None where nothing was expected.
    """

    name: str
    mission: Mission
    profile: Profile
    lines: tuple[str, ...]
    is_reached: bool
    problems: tuple[tuple[str, str], ...]
    meant: tuple[tuple[str, bool | None, str], ...]


@dataclass
class Report:
    """All conversations of a run, and what they have covered."""

    coverage: Coverage
    conversations: list[Conversation] = field(default_factory=list)

    @property
    def problems(self) -> Counter[str]:
        """How often each kind of problem occurred."""
        return Counter(kind for conversation in self.conversations for kind, _ in conversation.problems)


def talk(
    say: Say, mission: Mission, profile: Profile, phrases: Phrases, knowledge: Knowledge, coverage: Coverage, seed: str
) -> Conversation:
    """Lets one user talk until the mission is reached, the user gives up, or it takes too long."""
    name = f"{seed} {profile.name} {mission.name}"
    user = User(mission, profile, phrases, knowledge, random.Random(name))
    replies: Sequence[Said] = ()
    said_before: list[str] = []
    lines: list[str] = []
    problems: list[tuple[str, str]] = []
    meant: list[tuple[str, bool | None, str]] = []
    target_reached = False
    for _ in range(_LONGEST):
        utterance = user.next(replies)
        if utterance is None:
            break
        lines.append(f"user ({utterance.means})：{utterance.text}")
        try:
            replies = say(name, utterance.text, mission.human_available)
        except Exception as error:  # Whatever the bot does wrong is what is looked for
            problems.append(("crash", f"{type(error).__name__}: {error} at {utterance.text}"))
            break
        texts = [reply.text for reply in replies if not reply.custom]
        lines += [
            f"   bot [{reply.response}]：{reply.text} {[title for title, _ in reply.buttons] or ''}"
            for reply in replies
        ]
        told = coverage.told_by(texts, [title for reply in replies for title, _ in reply.buttons])
        problems += _problems(replies, texts, said_before, utterance)
        done = utterance.is_done_by(replies) if utterance.is_done_by else None
        meant.append((utterance.means, done, utterance.text))
        said_before = texts
        # A deployment that has filled it in says the same with what it knows.
        user.told |= {f"{entry.file}:{entry.path.replace('.known.text', '.text')}" for entry in told}
        target_reached = target_reached or _reached(mission, user.told, replies)
        user.is_satisfied = target_reached
    if not target_reached:
        problems.append(("dead end", user.gave_up or "too long"))
    return Conversation(name, mission, profile, tuple(lines), target_reached, tuple(problems), tuple(meant))


def _reached(mission: Mission, told: set[str], replies: Sequence[Said]) -> bool:
    names = responses(replies)
    marks = {
        "outcome": {"utter_ask_outcome", "utter_solved", "utter_finished"},
        "corrected": {"utter_corrected"},
        "left": {"utter_cancelled"},
    }
    if mission.target == "handoff":
        return hands_over(replies)
    if mission.target in marks:
        return bool(names & marks[mission.target]) or (
            mission.target == "left" and any("cancelled" in entry for entry in told)
        )
    if mission.target.endswith(".trouble") and names & (_HELPS | WARNINGS):
        # Another text than that of the step may help as well, or a danger was given away.
        return True
    if mission.asks:
        return all(target in told for target, _ in mission.asks)
    return mission.target in told


def _problems(
    replies: Sequence[Said], texts: list[str], before: list[str], utterance: Utterance
) -> list[tuple[str, str]]:
    found = []
    if not replies or not all(text.strip() for text in texts):
        found.append(("empty turn", utterance.text))
    repeated = sorted(set(texts) & set(before)) or [text for text, count in Counter(texts).items() if count > 1]
    found += [("repetition", text) for text in repeated[:1]]
    has_buttons = any(reply.buttons for reply in replies)
    if not has_buttons and any(
        # The answer to a question about a step may speak of what to pick in the app.
        _ANNOUNCES.search(reply.text)
        for reply in replies
        if not reply.metadata.get("progress") and reply.response != "utter_step_answer"
    ):
        found.append(("announced choices missing", texts[0]))
    if "utter_all_checked" in responses(replies) and any(_NEXT_CHECK.search(text) for text in texts):
        found.append(("announced check missing", texts[0]))
    return found


def simulate(
    say: Say,
    missions: Sequence[Mission],
    phrases: Phrases,
    knowledge: Knowledge,
    coverage: Coverage,
    count: int,
    seed: int,
    on_conversation: Callable[[], None] = lambda: None,
) -> Report:
    """Holds `count` conversations: each mission once, then each with another profile, then again with other choices."""
    # A short run meets as many missions as it can.
    drawn = list(enumerate(missions))
    random.Random(seed).shuffle(drawn)
    turns = range(len(PROFILES))
    pairs = [(mission, PROFILES[(number + turn) % len(PROFILES)]) for turn in turns for number, mission in drawn]
    report = Report(coverage)
    for number in range(count):
        mission, profile = pairs[number % len(pairs)]
        round_ = number // len(pairs)
        report.conversations.append(talk(say, mission, profile, phrases, knowledge, coverage, f"{seed}.{round_}"))
        on_conversation()
    return report
