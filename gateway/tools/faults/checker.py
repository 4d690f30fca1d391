"""Finds in a history what must never happen, whatever died meanwhile."""

from __future__ import annotations

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tools.faults.history import History, Record, Stored

_TAKEN, _GIVEN_BACK = {"claimed", "transferred"}, {"requeued", "returned_to_bot", "closed", "user_left"}
# The engine of the faults counts a conversation's turns in its answers.
_TURN = re.compile(r"回(\d+)：")


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that must never happen: which promise is broken, and where."""

    promise: str
    conversation: str
    detail: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.promise}: {self.conversation[:8]}: {self.detail}"


def violations(history: History) -> list[Violation]:
    """All that is wrong: none lost, none doubled, in order, answered once, one voice, one owner."""
    found: list[Violation] = []
    records: dict[str, list[Record]] = defaultdict(list)
    for record in history.records:
        if record.conversation is not None:
            records[record.conversation].append(record)
    stored: dict[str, list[Stored]] = defaultdict(list)
    for message in sorted(history.stored, key=lambda one: one.id):
        stored[message.conversation].append(message)
    for conversation in records.keys() | stored.keys():
        said, told = stored[conversation], records[conversation]
        for check in (_kept, _order, _seen, _answers, _turns, _owners):
            found += [Violation(promise, conversation, detail) for promise, detail in check(told, said)]
    return found


def _kept(told: Sequence[Record], said: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    if [message.id for message in said] != list(range(1, len(said) + 1)):
        yield "none lost", "the transcript has gaps"
    by_id = {message.id: message for message in said}
    for client_id, count in Counter(message.client_id for message in said if message.client_id).items():
        if count > 1:
            yield "none doubled", f"{client_id} is stored {count} times"
    for record in told:
        if record.what not in {"acknowledged", "said"}:
            continue
        message = by_id.get(record.message_id or 0)
        if message is None:
            yield "none lost", f"{record.client_id} was acknowledged as {record.message_id}, which is not there"
        elif (message.client_id, message.text) != (record.client_id, record.text):
            yield "none lost", f"{record.client_id} was acknowledged as {message.id}, which is another message"


def _order(told: Sequence[Record], said: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    ids = {message.client_id: message.id for message in said if message.client_id}
    for what in ("sent", "said"):
        # A client sends the next one when this one is acknowledged; tries of one message count once.
        sent = dict.fromkeys(record.client_id for record in told if record.what == what)
        stored = [ids[client_id] for client_id in sent if client_id in ids]
        if stored != sorted(stored):
            yield "order", f"{what}: {stored}"
    answered = [message.in_reply_to for message in said if message.author == "bot" and message.in_reply_to]
    if answered != sorted(answered):
        yield "order", f"answers to {answered}"


def _seen(told: Sequence[Record], said: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    texts = {message.id: message.text for message in said}
    seen: dict[str, set[int]] = {}
    for record in told:
        if record.what in {"seen", "acknowledged"} and record.message_id is not None:
            if texts.get(record.message_id) != record.text:
                yield "none lost", f"{record.who} saw {record.message_id} as it is not stored"
            seen.setdefault(record.who, set()).add(record.message_id)
    for who, ids in seen.items():
        if missing := texts.keys() - ids:
            yield "none lost", f"{who} never saw {sorted(missing)}"


def _answers(_told: Sequence[Record], said: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    answers = Counter((message.in_reply_to, message.text) for message in said if message.author == "bot")
    for (message_id, _), count in answers.items():
        if count > 1:
            yield "answered once", f"{message_id} was answered {count} times with the same words"
    answered = {message_id for message_id, _ in answers}
    # The gateway itself answers who asks for a human.
    states = {message.id: message.state for message in said}
    answered |= {
        message.in_reply_to
        for message in said
        if message.author == "system" and message.in_reply_to and states[message.in_reply_to] == "answered"
    }
    is_agents = False
    for index, message in enumerate(said):
        is_agents = _owner_after(message, is_agents)
        if message.author != "user" or message.id in answered or is_agents:
            continue
        # What waits when an agent takes the conversation is the agent's.
        if not any(later.support in _TAKEN for later in said[index:]):
            yield "answered once", f"{message.id} was never answered ({message.state})"


def _owner_after(message: Stored, is_agents: bool) -> bool:
    if message.support in _TAKEN:
        return True
    return False if message.support in _GIVEN_BACK else is_agents


def _turns(_told: Sequence[Record], said: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    last, may_skip = 0, False
    shown = {message.in_reply_to for message in said if message.author == "bot"}
    for message in said:
        # An agent who takes the conversation while the engine works makes it work for nothing; and who asks for a human
        # is answered by the gateway in the engine's place.
        is_gateways = message.author == "system" and message.in_reply_to and message.in_reply_to not in shown
        may_skip = may_skip or bool(is_gateways) or message.support in _TAKEN
        if message.author != "bot" or not (match := _TURN.match(message.text)):
            continue
        turn = int(match[1])
        if turn <= last:
            yield "executed once", f"turn {turn} after turn {last}"
        elif turn > last + 1 and not may_skip:
            yield "executed once", f"turn {turn} after turn {last}: one was executed and not shown"
        last, may_skip = turn, False


def _owners(told: Sequence[Record], said: Sequence[Stored]) -> Iterator[tuple[str, str]]:
    owner: str | None = None
    for message in said:
        if message.support == "claimed" and owner is not None:
            yield "one owner", f"{message.agent} claimed what {owner} had"
        if message.support in _TAKEN:
            owner = message.agent
        elif message.support in _GIVEN_BACK:
            owner = None
        elif message.author == "bot" and owner is not None:
            yield "one voice", f"the bot said {message.id} while {owner} had the conversation"
        elif message.author == "agent" and message.agent != owner:
            yield "one voice", f"{message.agent} said {message.id} while {owner or 'the bot'} had the conversation"
    claims = Counter(message.agent for message in said if message.support == "claimed")
    believed = Counter(record.who for record in told if record.what == "claimed")
    for who, count in believed.items():
        if count > claims[who]:
            yield "one owner", f"{who} was told {count} times that a claim was theirs, and had {claims[who]}"


@dataclass(frozen=True, slots=True)
class Gap:
    """How long a user waited for an answer.

    Attributes:
        begun: When the message was first sent.
        seen: When the answer was seen.
        fault: In which most of the time was spent: target and kind; `none`: in no fault.
        nobody: Seconds of it in which nobody could have answered, as something was gone of which there is only one.
    """

    begun: float
    seen: float
    fault: str
    nobody: float

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.seen - self.begun


@dataclass(frozen=True, slots=True)
class Figures:
    """How long users waited, and how much there was.

    Attributes:
        messages: Of users, acknowledged.
        faults: That were injected.
        gaps: From a message's first try until its answer was seen, the shortest first.
        takeovers: Of each killed gateway that owed answers while others lived: seconds until the last one was stored.
    """

    messages: int
    faults: int
    gaps: list[Gap]
    takeovers: list[float]

    def gap(self, share: float) -> float:
        """The gap below which this share of messages stays."""
        return _share([gap.seconds for gap in self.gaps], share)

    def own(self, share: float) -> float:
        """The same without the time in which nobody could have answered."""
        return _share([gap.seconds - gap.nobody for gap in self.gaps], share)

    def lines(self) -> list[str]:
        """For people."""
        lines = [
            f"{self.faults} faults, {self.messages} messages",
            f"message sent → answer seen: p50 {self.gap(0.5):.2f} s, p99 {self.gap(0.99):.2f} s, "
            f"most {self.gap(1):.2f} s",
            f"without the time in which nobody could have answered: p99 {self.own(0.99):.2f} s, "
            f"most {self.own(1):.2f} s",
        ]
        by_fault: dict[str, list[Gap]] = defaultdict(list)
        for gap in self.gaps:
            by_fault[gap.fault].append(gap)
        for fault, gaps in sorted(by_fault.items(), key=lambda item: -item[1][-1].seconds):
            most = max(gap.seconds - gap.nobody for gap in gaps)
            lines.append(
                f"  {fault}: {len(gaps)} messages, p50 {_share([gap.seconds for gap in gaps], 0.5):.2f} s, "
                f"most {gaps[-1].seconds:.2f} s, without that time {most:.2f} s"
            )
        if self.takeovers:
            lines.append(
                f"takeover after {len(self.takeovers)} kills of a gateway that owed answers: median "
                f"{statistics.median(self.takeovers):.2f} s, most {max(self.takeovers):.2f} s"
            )
        return lines


def _share(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class _Outage:
    """A fault, until what it had ended is ready again."""

    name: str
    begun: float
    ended: float
    is_only_one: bool

    def within(self, begun: float, ended: float) -> float:
        return max(0.0, min(self.ended, ended) - max(self.begun, begun))


def _outages(history: History) -> list[_Outage]:
    records = history.records
    names = {record.who for record in records if record.what in {"fault", "ready"}} | {record.via for record in records}
    count = Counter(_stem(name) for name in names)
    found = []
    for index, fault in enumerate(records):
        if fault.what != "fault":
            continue
        ended = fault.at
        for later in records[index + 1 :]:
            if later.what == "fault":
                break
            # `everything` gets ready one by one.
            if later.what == "ready" or (later.what == "restored" and later.who == fault.who):
                ended = later.at
        stem = _stem(fault.who)
        # Redis is done without, and who is slow or has a wrong clock answers.
        is_only_one = count[stem] == 1 and stem != "redis" and fault.text not in {"slow", "clock"}
        found.append(_Outage(f"{stem} {fault.text}", fault.at, ended, is_only_one))
    return found


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def _gap(begun: float, seen: float, outages: Sequence[_Outage]) -> Gap:
    most = max(outages, key=lambda outage: outage.within(begun, seen), default=None)
    return Gap(
        begun,
        seen,
        most.name if most is not None and most.within(begun, seen) > 0 else "none",
        sum(outage.within(begun, seen) for outage in outages if outage.is_only_one),
    )


def figures(history: History) -> Figures:
    """Measures a history."""
    outages = _outages(history)
    begun: dict[tuple[str | None, str | None], float] = {}
    acknowledged: dict[tuple[str | None, int | None], Record] = {}
    seen: dict[tuple[str | None, int | None], float] = {}
    for record in history.records:
        if record.what == "sent":
            begun.setdefault((record.conversation, record.client_id), record.at)
        elif record.what == "acknowledged":
            acknowledged.setdefault((record.conversation, record.message_id), record)
        elif record.what == "seen":
            seen.setdefault((record.conversation, record.message_id), record.at)
    gaps = []
    for answer in history.stored:
        question = acknowledged.get((answer.conversation, answer.in_reply_to))
        at = seen.get((answer.conversation, answer.id))
        if answer.author == "bot" and question is not None and at is not None:
            gaps.append(_gap(begun[question.conversation, question.client_id], at, outages))
    return Figures(
        messages=len(acknowledged),
        faults=sum(record.what == "fault" for record in history.records),
        gaps=sorted(gaps, key=lambda gap: gap.seconds),
        takeovers=list(_takeovers(history, acknowledged)),
    )


def _takeovers(history: History, acknowledged: dict[tuple[str | None, int | None], Record]) -> Iterator[float]:
    gateways = {record.via for record in acknowledged.values()}
    if len(gateways) < 2 or any(record.what == "fault" and record.text == "clock" for record in history.records):
        # What is stored has the time of a gateway's clock.
        return
    asked_at = {(message.conversation, message.id): message.at for message in history.stored}
    answers = [message for message in history.stored if message.author == "bot" and message.in_reply_to]
    for index, fault in enumerate(history.records):
        if fault.what != "fault" or fault.text != "kill" or fault.who not in gateways:
            continue
        back = next(
            (later.at for later in history.records[index:] if later.what == "restored" and later.who == fault.who),
            float("inf"),
        )
        owed = [
            answer.at - fault.at
            for answer in answers
            if (question := acknowledged.get((answer.conversation, answer.in_reply_to))) is not None
            and question.via == fault.who
            and asked_at[answer.conversation, answer.in_reply_to or 0] < fault.at < answer.at < back
        ]
        if owed:
            yield max(owed)
