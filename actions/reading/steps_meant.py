"""Which step a report is about: people run ahead of what is shown, and fall back behind it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from actions.dialogue.acts import Act
from actions.dialogue.messages import UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import DialogueState
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.knowledge.answers import DONE
from actions.reading.clauses import asks_in, told_in
from actions.reading.questions import ends_talk
from language.text_normalization import normalize

# Likeness to what is said of a step from which it is meant: of the step shown and the next, of one near, of any.
_HERE, _NEAR, _ANYWHERE_ELSE = 0.62, 0.72, 0.78
_JOINS = 0.66
# With so little between them a trouble is of the step shown.
_AS_LIKE = 0.06
# What is shorter could be said of any step: 「进去了」.
_SHORTEST, _PLAIN = 4, 0.85
# Where the report is that much like something done, or like a page that is there, its own words say which.
_TELLING = 0.75
# Unless the message itself is that sure, and the words are not the same.
_SURE_THERE, _SAME = 0.7, 0.9
_SURE_DONE = 0.6
# A report that leads past several steps must surely be one.
_SURE_FAR = 0.7
# A page has come up, and no other than the next one.
_NEXT_PAGE = re.compile("跳|新|下一|出来|弹|蹦|后面|后头|变")
_REPORTS = ("done", "arrived", "trouble", "solved")
_LIKELY = 0.45
_EMPTY = frozenset("好了的完到一下就是在不要我您你它这那上里把给和或也会请看点")
# These are said of any page.
_ANYWHERE = frozenset({"进去", "进来", "打开", "点开", "点进"})
_AHEAD = 2
# The page has come up by itself: the step that it names is the one to do now.
_NOW_SHOWN = re.compile(
    r"让我|叫我|要我|问我|(?<!不)(?<!我)要(?:您|你)?(?:填|输|设|选(?!择?哪)|传|确认|重新登)(?!什么|啥|哪|几|多)|(?:让|叫|喊)(?:您|你)?(?:填|输|设|选|点|写|传|确认|验|登|重新|核对|等)|跳到|跳出|出来|弹出|到了|进到|现在是|显示|提示"
    r"|(?<![找看收])到.{1,8}(?:页|界面|[那这]一?步)"
)

_PAGE_WANTS = re.compile(
    r"(?:它|页面|上面|软件|然后|现在)(?:又|还|就|现在|这会)*(?:要|问)(?:我)?(?:的)?(?:手机|号|邮箱|密码|验证码|码|账号|原因)|(?<!不)(?:要|让|叫|喊)(?:我|您|你)?(?:填|输|设|选|传|确认|重新登)"
)
# Says no more than that it was heard, or goes on.
# What comes next is the next step, whatever steps are like it (「之后呢」 and 「注销之后」).
_ASKS_ON = re.compile("(?:那|再)*(?:之后|然后|接下来|接着|后面|完了)(?:呢|嘞|要|该|咋|怎么|干|做|弄|办|啥|什么|嘛|啊)*")
_ACKNOWLEDGES = re.compile(
    "(?:好+的?|嗯+|行|哦+|那|就|都|我|知道|明白|懂|清楚|了解|收到(?!了)|晓得|继续|下一步|下一个|然后|接着|ok|可以|没问题)+(?:了|啦|吧|呢|的|呀|啊)*"
)
# 「刚才那步点了」 is the step shown, whatever it is like.
_THAT_STEP = re.compile(
    "(?:刚才|刚刚|上面|你说)*(?:的)?[那这]?一?步(?:我)?(?:都|也|已经|就)*(?:点|做|弄|搞|整)(?:了|完了?|好了?)"
)
_GOES_ON = re.compile(
    "(?:哦|好的?|嗯|行|那|就)*(?:接着|继续|回到|返回)(?:刚才|刚刚|之前|上面|弄|办|来|说|讲|做|搞|的|那|步|个|吧|了|呗)*"
)
_SPEAK_OF_NONE = (_ACKNOWLEDGES, _ASKS_ON, _THAT_STEP, _GOES_ON)
_PLAINLY = 0.8
_FOUND = re.compile("(?:找|看|瞧|翻|瞅)(?:到|着|见)[^没不]{0,8}了$|(?:找|看|瞧|翻)(?:到|着|见)了")
_NOT_INSIDE = re.compile("里[面头边]?(?:也|都|压根)?(?:没|冇)")
_TO_BE_FOUND = re.compile("找|打开|进")
_DID = re.compile("(?:填|输|打|写|点|选|交)(?:了|好|完|进去|上去|进|上)")
_HAS_HELPED = re.compile("就(?:好|行|成|过|对|可以|能.{0,3}|收到|登.{0,2}|进.{0,2})(?:了|啦|咯)")
_NOT_RECEIVED = re.compile(
    "(?:码|短信|邮件|消息)(?:一直|老|也|都|就|还|半天)*(?:没|不|冇|未)(?:有)?(?:来|到|发|见)|[没不](?:有)?来(?:验证)?码"
    "|(?:没|未)(?:有)?(?:等到|发来|发过来|给我发)|等不到|收不到|[没冇未唔](?:有)?收到|收唔到|[没未]收着"
)


@dataclass(frozen=True)
class Place:
    """The step that a report speaks of.

    Attributes:
        number: Its number.
        is_done: Whether it is like what is said of a step that is done; otherwise of one that is there to be done.
        likeness: How like it is.
        said: What was said of it: a clause, or the whole.
        acts: What that does.
    """

    number: int
    is_done: bool
    likeness: float
    said: str = ""
    acts: Mapping[str, float] = field(default_factory=dict)


def place_spoken_of(topic: Topic, current: int, message: UserMessage) -> Place | None:
    """Returns the step of a procedure that a report speaks of by what is done or seen there; None without one.

    What is said last counts: 「号码已经填好 在等验证码」 is at the code.

    Args:
        topic: The procedure.
        current: The number of the step shown; 0 when none is, so that no step is nearer than another.
        message: The report.
    """
    # 「提交好了。多久有回音」 is told by what is reported, not by what is asked.
    told = [clause for clause in message.clauses if not asks_in(clause)]
    parts = [
        (clause.text, clause.steps, clause.acts)
        for clause in reversed(told)
        if current or max((clause.acts.get(name, 0.0) for name in _REPORTS), default=0.0) >= _LIKELY
    ]
    if not parts or len(told) == len(message.clauses):
        parts.append((message.key, message.steps, message.clauses[-1].acts if message.clauses else message.acts))
    last = message.clauses[-1].acts if message.clauses else {}
    # 「短信有了 六个数 填上去了」: what was named before is done.
    is_done_last = max(last.get("done", 0.0), last.get("solved", 0.0)) >= _SURE_DONE
    for position, (text, steps, acts) in enumerate(parts):
        if any(known.fullmatch(folded(text)) for known in _SPEAK_OF_NONE) or ends_talk(folded(text)):
            # 「没别的了 下一步」, 「知道了 继续」 speak of no step.
            continue
        place = _nearest(topic, steps, current, folded(text))
        if place is None or (len(folded(text)) < _SHORTEST and (not current or place.likeness < _PLAIN)):
            # 「要申诉」 is like what is said of some step, and says where nobody is.
            continue
        ahead = place.number - current
        # Trouble falls back a step; what is done there is not done again.
        near = 0 < ahead <= _AHEAD or (ahead == -1 and acts.get("trouble", 0.0) >= _LIKELY)
        if current and ahead > _AHEAD and acts and max(acts.get(name, 0.0) for name in _REPORTS) < _SURE_FAR:
            # 「是登录那个密码」 is like what is said of the last step, and hardly a report.
            continue
        least = _JOINS if not current else _HERE if ahead in (0, 1) else _NEAR if near else _ANYWHERE_ELSE
        if current and ahead == 1 and place.likeness < _PLAINLY and not names_of(topic, place.number, current, text):
            # 「打上去了」 is like what is said of the next step, and names nothing of it.
            continue
        if place.likeness >= least:
            place = replace(place, said=folded(text), acts=acts)
            return replace(place, is_done=True) if is_done_last and position > 0 else place
    return None


def names_of(topic: Topic, number: int, current: int, said: str) -> bool:
    """Whether what was said has words of a step that the current one has not."""
    own = _words_of(topic, number) - (_words_of(topic, current) if current else frozenset())
    return bool(_bigrams(folded(said)) & own)


@lru_cache(maxsize=256)
def _words(title: str, reports: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(_bigrams(folded(normalize(text))) for text in (title, *reports)))


def _words_of(topic: Topic, number: int) -> frozenset[str]:
    step = topic.steps[number - 1]
    return _words(step.title, (*step.done_reports, *step.arrivals))


def reported_place(topic: Topic | None, current: int, message: UserMessage) -> Place | None:
    """Returns the step that a message reports something of; None when it reports nothing of any."""
    if topic is None or topic.kind != "procedure":
        return None
    certainties = [message.acts, *(clause.acts for clause in message.clauses)]
    reports = any(acts.get(name, 0.0) >= _LIKELY for acts in certainties for name in _REPORTS)
    return place_spoken_of(topic, current, message) if reports else None


def _shown_ahead(topic: Topic, current: int, message: UserMessage) -> int | None:
    """Returns the step ahead whose page has come up: who names it is there, however far it is."""
    named = step_named(topic, message) if is_shown_now(message) else None
    return named if named and named > current else None


def step_after(place: Place, message: UserMessage) -> int:
    """Returns the number of the step to show to somebody who reports that place: it, or the next when it is done."""
    if _NOW_SHOWN.search(place.said):
        # 「现在让设新密码」 stands there, whatever it is like.
        return place.number
    if not place.is_done and _DID.search(place.said) and place.acts.get("done", 0.0) >= _SAME:
        # 「收到填了」
        return place.number + 1
    is_there = place.acts.get("arrived", 0.0) >= _SURE_THERE and place.likeness < _SAME
    arrived = place.acts.get("arrived", 0.0) > place.acts.get("done", 0.0)
    is_done = place.is_done and not is_there if place.likeness >= _TELLING else not arrived
    return place.number + is_done


def _nearest(topic: Topic, steps: Mapping[str, float], current: int, said: str) -> Place | None:
    places = list(_places(topic, steps))
    first = places[0] if places else None
    if first is None or not current:
        return first
    # 「跳到设密码了」 is a little more like the step after, and has the words of this one.
    ahead = [place for place in places if current < place.number < first.number]
    close = [place for place in ahead if first.likeness - place.likeness < _AS_LIKE]
    words = _bigrams(said)
    named = [
        place
        for place in close
        if len(words & _words_of(topic, place.number)) > len(words & _words_of(topic, first.number))
    ]
    return named[0] if named else first


def _places(topic: Topic, steps: Mapping[str, float]) -> Iterator[Place]:
    """Yields the steps of a topic, the likeliest first."""
    for address, likeness in sorted(steps.items(), key=lambda item: -item[1]):
        name, _, rest = address.partition("/")
        step_id, _, kind = rest.partition("/")
        number = topic.step_number(step_id) if name == topic.id else None
        if number:
            yield Place(number, kind == DONE, likeness)


def _likeness_of(topic: Topic, number: int, message: UserMessage) -> float:
    """Returns how like the message is to what is said of a step of the topic."""
    address = f"{topic.id}/{topic.steps[number - 1].id}/" if number else ""
    return max(
        (likeness for name, likeness in message.steps.items() if address and name.startswith(address)), default=0.0
    )


def step_meant(context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> int:
    """Returns the number of the step that the report is about: the one shown, or one or two ahead.

    For `Act.DONE` it is the step that comes next.
    """
    current = state.step
    if topic.kind != "procedure":
        return current + 1 if act is Act.DONE else current
    place = place_spoken_of(topic, current, message)
    shown = _shown_ahead(topic, current, message)
    is_named = place is None or (place.is_done and not _NOW_SHOWN.search(place.said))
    if act is Act.DONE and shown and is_named:
        return shown
    if place:
        return _by_place(topic, current, place, act, message)
    said = [folded(clause.text) for clause in message.clauses] or [message.key]
    if act is Act.DONE and all(_ACKNOWLEDGES.fullmatch(one) or _ASKS_ON.fullmatch(one) for one in said):
        # 「知道了 下一个」 names no step, though 「知道」 stands in the text of one.
        return current + 1
    # 「接着刚才的 点完了」 names nothing of a step in whose text 「接着」 stands.
    named = [one for one in said if not any(known.fullmatch(one) for known in _SPEAK_OF_NONE)]
    words = _bigrams(told_in(message)) if len(named) == len(said) else _bigrams(" ".join(named))
    scores = {}
    for number in range(current, min(current + _AHEAD, len(topic.steps)) + 1):
        step = topic.steps[number - 1]
        title = _bigrams(folded(normalize(step.title)))
        text = _bigrams(folded(normalize(step.text))) if act is Act.DONE else set()
        scores[number] = 2 * len(words & title) + len(words & text)
    best = max(scores, key=lambda number: (scores[number], -number)) if any(scores.values()) else current
    if act is not Act.DONE:
        return _missing_at(topic, current, message) if best == current else best
    if best > current and is_shown_now(message):
        return best
    if best == current and _is_first_done(message) and _PAGE_WANTS.search(message.key):
        # 「点了 要我填电话号码」 has come to the next page.
        return current + 1
    if best == current and arrives(message) and not _NEXT_PAGE.search(message.key) and _is_there(message):
        # 「现在页面写着受理中」 has come no further.
        return current
    return best + 1


def _by_place(topic: Topic, current: int, place: Place, act: Act, message: UserMessage) -> int:
    """Returns the number of the step that a report is about which speaks of a place; when done, the one after."""
    if act is not Act.DONE:
        # 「新密码提交不上去」 is like what is said of the step after, too; 「登录提示账号不存在」 names the one shown.
        is_close = place.likeness - _likeness_of(topic, current, message) < _AS_LIKE
        names_own = names_of(topic, current, place.number, place.said) if current else False
        is_here = is_close or (names_own and not names_of(topic, place.number, current, place.said))
        return current if is_here else place.number
    if place.number < current and _HAS_HELPED.search(message.key):
        # 「换手机号就好了」 has mended what was wrong here.
        return current + 1
    if not place.is_done and _is_found(topic, place):
        # 「帮助中心里找到了」 has found what that step looks for.
        return place.number + 1
    following = step_after(place, message)
    wants = _PAGE_WANTS.search(place.said)
    if wants and place.is_done and not _bigrams(place.said[wants.start() :]) & _words_of(topic, place.number):
        # 「点了忘记密码它让我填手机号」 has done the one and stands at the next.
        return place.number + 1
    if wants:
        return following
    # 「发过来了 是邮箱收的」: what only resembles a step behind goes on all the same.
    is_behind = place.likeness >= _PLAINLY and names_of(topic, place.number, current, place.said)
    return following if following != current or not place.is_done or is_behind else current + 1


def _is_found(topic: Topic, place: Place) -> bool:
    """Whether a report says that what a step looks for was found."""
    title = topic.steps[place.number - 1].title
    is_done = place.acts.get("done", 0.0) >= _SAME or place.acts.get("arrived", 0.0) >= _SURE_DONE
    return is_done and bool(_FOUND.search(place.said)) and bool(_TO_BE_FOUND.search(title))


def _is_first_done(message: UserMessage) -> bool:
    """Whether the first of several clauses says that something is done."""
    return len(message.clauses) > 1 and message.clauses[0].acts.get("done", 0.0) >= _SURE_DONE


def _missing_at(topic: Topic, current: int, message: UserMessage) -> int:
    """Returns the step at hand, or one ahead, that helps with what has not come or is not to be found inside."""
    step = topic.steps[current - 1] if current else None
    # What has a name of its own leads to no other step (「打开两步验证」).
    is_opened = step is not None and step.value is None and bool(_TO_BE_FOUND.search(step.title))
    if is_opened and current < len(topic.steps) and _NOT_INSIDE.search(message.key):
        # 「我的 里面没有啊」 has opened it, and looks for what comes next.
        return current + 1
    return _received(topic, current, message)


def _received(topic: Topic, current: int, message: UserMessage) -> int:
    """Returns the step at hand or one ahead that helps with what has not come (「收不到」)."""
    if not _NOT_RECEIVED.search(message.key):
        return current
    ahead = range(current, min(current + _AHEAD, len(topic.steps)) + 1)
    return next((number for number in ahead if _NOT_RECEIVED.search(topic.steps[number - 1].trouble or "")), current)


def arrives(message: UserMessage) -> bool:
    """Whether the message says that the user is at a step rather than that it is done; what is said last counts."""
    acts = message.clauses[-1].acts if message.clauses else message.acts
    return acts.get("arrived", 0.0) > acts.get("done", 0.0) or is_shown_now(message)


def _is_there(message: UserMessage) -> bool:
    acts = message.clauses[-1].acts if message.clauses else message.acts
    return acts.get("arrived", 0.0) >= _SURE_THERE


def is_shown_now(message: UserMessage) -> bool:
    """Whether the page of a step has come up by itself, so that it is the one to do now."""
    return bool(_NOW_SHOWN.search(message.key))


def step_named(topic: Topic, message: UserMessage) -> int | None:
    """Returns the number of the step after the first that a message names by its title; None when it names none."""
    words = _bigrams(message.key)
    scores = {
        number: len(words & _bigrams(folded(normalize(step.title)))) for number, step in enumerate(topic.steps, start=1)
    }
    best = max(scores, key=lambda number: scores[number])
    return best if scores[best] >= 2 and best > 1 else None


def _bigrams(text: str) -> set[str]:
    pairs = {text[i : i + 2] for i in range(len(text) - 1) if not _EMPTY & set(text[i : i + 2])}
    return pairs - _ANYWHERE
