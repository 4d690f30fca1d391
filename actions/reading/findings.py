"""What a message finds out in a diagnosis, clause by clause: 「刚才余额没够 好了」, 「余额够 银行没问」."""

from __future__ import annotations

import re
from dataclasses import dataclass

from actions.dialogue.messages import Clause, UserMessage, folded
from actions.dialogue.state import DialogueState
from actions.knowledge import Topic
from actions.reading import causes
from actions.reading.questions import asks, has_changed
from language.text_normalization import normalize

_LABELS = ("ruled_out", "cause_confirmed", "not_checked", "solved", "tried_everything", "trouble")
_ABOUT_CAUSES = frozenset({"ruled_out", "cause_confirmed", "not_checked"})
_LIKELY = 0.4
# To end it takes more.
_SURE_SOLVED = 0.5
# What sounds less fine than this, without a word that says so, is asked about.
_SURE_FINE, _SURE_FOUND = 0.95, 0.6
_SURE_PAGE = 0.9
_SURE_TROUBLE = 0.9
_BALANCE = "balance"
_ENOUGH = re.compile(
    r"(?:肯定|当然|应该|绝对|都)?(?:够|有钱|钱够|仲?够)(?:的|呀|啊|㗎|嘅|了|着呢?|钱)?(?:$|[\s,，。!！])"
)
_VAIN = re.compile("不行|不成|不了|不通|失败|没用|没成|还是|照样|仍|试[了过]|[谁哪]")
# Changed, and tried as well.
_WORKS = re.compile("能[付扫用]|可以|成[了功]|过了|(?<![调设改充换弄])好了|付[了上出]|行了|通了|ok|搞定|解决|谢")
# 「信号 满格4g」: what is no longer than a name says nothing of it.
_BARE = 2
_SUPPOSES = re.compile("^(?:就|也|应该|大概|估计|可能|或许|也许|怕|怀疑|好像)(?:是|就是)?")
_STILL = re.compile(
    "(?:还是|仍然?是?|依旧|照样|依然|又)(?:在|老|给我)?(?:转(?!人工|账|钱)|失败|卡(?!里)|老样子|那样|这样|付不|不行|不成|没用|没反应)"
)
# What is not looked at yet is denied or put off: 「查银行」 asks for it.
_NOT_YET = re.compile("[没未不]|回头|等[会下]|[待一]会|晚点|稍后|改天")
# Still to be done: 「充值完再试」.
_PLANS = re.compile(
    "(?:完|好|了|后)?再(?:试|付|来|看|扫|刷)(?!了|过|也|都|还)|(?:先|这就|马上|现在)去(?:充|问|换|看)|(?:等|待)[会下].{0,3}(?:试|付)"
)


@dataclass(frozen=True)
class Findings:
    """What was found out.

    Attributes:
        ruled_out: Values of the checks whose causes it cannot be.
        confirmed: Of those that it is.
        unchecked: Of those that were not looked at.
        unclear: Of those of which something is told that may mean either.
        told_by_page: Of those that the page has named.
        solved: Whether the matter is settled.
        certainty: How sure the surest of it is.
    """

    ruled_out: tuple[str, ...] = ()
    confirmed: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()
    unclear: tuple[str, ...] = ()
    told_by_page: tuple[str, ...] = ()
    solved: bool = False
    certainty: float = 0.0


def findings(topic: Topic, state: DialogueState, message: UserMessage) -> Findings | None:
    """Returns what the message finds out about the causes of a trouble; None when it says nothing of them.

    Args:
        topic: The diagnosis under way.
        state: The state before the message.
        message: The message.
    """
    shown = topic.steps[state.step - 1].value if state.step else None
    clauses = message.clauses or (Clause(message.key, message.acts),)
    found: dict[str, str] = {}
    # What was said of these in so many words is not turned round by what is told further of them.
    plain: set[str] = set()
    by_page: list[str] = []
    solved, certainty = False, 0.0
    last = _asked_about(topic, state)
    compared = _compared(topic, state, message) or _enough(topic, state, message)
    if compared:
        certainty, last, found, plain = _SURE_PAGE, (_BALANCE,), {_BALANCE: compared}, {_BALANCE}
    for clause in clauses:
        told = causes.page_says(topic, clause.text)
        if told:
            certainty, last = max(certainty, _SURE_PAGE), told
            found.update((value, "cause_confirmed") for value in told if value not in found)
            by_page += told
            continue
        named, label, sure = _told_of(topic, message, clause, is_bare=not (last or shown))
        about = named or last or ((shown,) if shown else ())
        last = named or last
        has_happened = causes.happened(clause.text)
        if has_happened is not None and about and not plans(clause.text):
            # Words that say so count for more than what the clause sounds like.
            if label in ("ruled_out", "cause_confirmed") or named:
                certainty = max(certainty, sure, _SURE_SOLVED)
                found.update(dict.fromkeys(about, "cause_confirmed" if has_happened else "ruled_out"))
                continue
        elif named and _may_mean_either(label, sure, clause.text):
            certainty = max(certainty, sure)
            found.update(dict.fromkeys(named, "unclear"))
            continue
        # 「好了 可能是网卡了一下」 is settled, whatever it was.
        is_vain = solved and bool(_SUPPOSES.search(clause.text))
        if is_vain or label is None or (label in ("ruled_out", "solved", "tried_everything") and plans(clause.text)):
            continue
        certainty = max(certainty, sure)
        if label == "solved":
            # 「换wifi了」 is to be tried yet.
            solved = sure >= _SURE_SOLVED and not only_mended(clause.text)
        elif label == "trouble" or (label == "tried_everything" and not (named or last)):
            # 「充了 还是不行」: what was mended was not the cause. Trouble of no cause says nothing of any.
            solved = False
            if last:
                found.update(dict.fromkeys(last, "ruled_out"))
        else:
            solved = solved and label != "ruled_out"
            meant = "ruled_out" if label == "tried_everything" else label
            meant = "cause_confirmed" if meant == "ruled_out" and causes.is_poor(clause.text) else meant
            # 「钱够的，有一百来块」
            found.update((value, meant) for value in about if value and (named or value not in plain))
            is_plain = meant in ("ruled_out", "cause_confirmed") and sure >= _SURE_FOUND and _says_so(topic, clause)
            plain.update(named if is_plain else ())
    if not solved and not found:
        return None
    return _by_label(found, by_page, solved=solved, certainty=certainty)


def _told_of(
    topic: Topic, message: UserMessage, clause: Clause, *, is_bare: bool
) -> tuple[tuple[str, ...], str | None, float]:
    """Returns which causes a clause names, or speaks of without their names, what it tells of them, and how sure."""
    key = folded(clause.text)
    named = causes.named(topic, key)
    label, sure = _label(clause)
    if not named and label in _ABOUT_CAUSES:
        # 「于额有的」, and 「有 三百多」 where no check was spoken of yet
        named = causes.sounding(topic, key) or (causes.implied(topic, clause.text) if is_bare else ())
    is_plain = bool(named) and causes.ruled_out(topic, clause.text) == named and not causes.is_poor(clause.text)
    # 「刚看了 剩一千二」: the whole says better than a clause of it whether that is enough.
    is_fine = label == "cause_confirmed" and sure < _SURE_PAGE and message.acts.get("ruled_out", 0.0) > sure
    if sure < _SURE_FINE and (is_plain or (is_fine and not causes.is_little(clause.text))):
        # 「信号四格」, 「流量能上网」: plain words count for more than a guess.
        return named, "ruled_out", max(sure, _SURE_SOLVED)
    return named, label, sure


def _says_so(topic: Topic, clause: Clause) -> bool:
    """Whether a clause says more than a name, or is short and plain (「有钱」)."""
    return len(folded(clause.text)) > _BARE or bool(causes.ruled_out(topic, clause.text))


def _by_label(found: dict[str, str], by_page: list[str], *, solved: bool, certainty: float) -> Findings:
    by_label = {
        label: tuple(value for value, meant in found.items() if meant == label)
        for label in ("ruled_out", "cause_confirmed", "not_checked", "unclear")
    }
    return Findings(
        by_label["ruled_out"],
        by_label["cause_confirmed"],
        by_label["not_checked"],
        by_label["unclear"],
        tuple(by_page),
        solved,
        certainty,
    )


def _compared(topic: Topic, state: DialogueState, message: UserMessage) -> str | None:
    """Returns how the balance stands to somebody who tells what is there and what is to be paid (「有58 要付45」)."""
    if not any(step.value == _BALANCE for step in topic.steps):
        return None
    shown = topic.steps[state.step - 1].value if state.step else None
    named = causes.named(topic, message.key)
    affords = causes.affords(message.text)
    if affords is None or not (_BALANCE in named or (shown in (None, _BALANCE) and not named)):
        return None
    return "ruled_out" if affords else "cause_confirmed"


def _enough(topic: Topic, state: DialogueState, message: UserMessage) -> str | None:
    """Returns how the balance stands to somebody who says that it is enough, with no cause chosen (「够 有两千」)."""
    is_balance = not state.step and any(step.value == _BALANCE for step in topic.steps)
    if not is_balance or causes.named(topic, message.key) or not _ENOUGH.match(normalize(message.text).strip()):
        return None
    return None if asks(normalize(message.text)) else "ruled_out"


def _may_mean_either(label: str | None, sure: float, text: str) -> bool:
    """Whether something is told of a cause without a word that says how it stands (「银行那边来了条短信」)."""
    if not (causes.is_notice(text) and causes.doubts_itself(text)):
        return False
    least = {"ruled_out": _SURE_FINE, "cause_confirmed": _SURE_FOUND}
    return label in least and sure < least[label]


def only_mended(text: str) -> bool:
    """Whether something was changed, and nothing is said of how it went (「切流量了」)."""
    plain = normalize(text)
    return has_changed(folded(plain)) and not _WORKS.search(plain) and not _VAIN.search(plain)


def plans(text: str) -> bool:
    """Whether it is still to be done (「充值完再试」), so that nothing is found out by it yet."""
    return bool(_PLANS.search(text))


def _asked_about(topic: Topic, state: DialogueState) -> tuple[str, ...]:
    """Returns the check asked about since one was shown: 「额度咋调」, then 「改高了 照样付不了」."""
    name, _, place = (state.asked_about or "").partition("/")
    number = topic.step_number(place) if name == topic.id else None
    value = topic.steps[number - 1].value if number else None
    return (value,) if value else ()


def _label(clause: Clause) -> tuple[str | None, float]:
    if _STILL.search(clause.text):
        # 「换wifi了 还是转」: words say so.
        return "trouble", _SURE_TROUBLE
    label = max(clause.acts, key=lambda name: clause.acts[name], default=None)
    if label not in _LABELS or clause.acts[label] < _LIKELY:
        return None, 0.0
    if label == "not_checked" and not _NOT_YET.search(clause.text):
        return None, 0.0
    return label, clause.acts[label]
