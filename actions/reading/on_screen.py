"""What is on the screen: in a step, the message reports, waits, has trouble, asks, or rules a cause out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from actions.dialogue.acts import CONTROL, SOCIAL, UNCLEAR, Act
from actions.dialogue.answers import (
    CERTAIN,
    LIKELY,
    SURE,
    WHERE,
    WHY,
    Found,
    asking_in,
    find_answer,
    find_in_clause,
    find_instead,
    find_where,
    said_alone,
)
from actions.dialogue.messages import AnswerBand, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import Awaiting, DialogueState, with_walk
from actions.dialogue.steps import next_detail
from actions.dialogue.turn import Context
from actions.knowledge import Topic
from actions.knowledge.answers import TOPIC
from actions.reading import causes
from actions.reading.amounts import amounts_in
from actions.reading.clauses import asks_in
from actions.reading.findings import Findings, findings, only_mended, plans
from actions.reading.names import is_framed, name_in
from actions.reading.operators import wanted_instead
from actions.reading.questions import (
    asks,
    asks_how,
    demands_money,
    dismisses,
    ends_noting,
    hurries,
    is_it,
    kinds_of,
    reminds,
    wants,
    wants_human,
    withdraws,
)
from actions.reading.reading import Reading, Source
from actions.reading.reports import tells_progress
from actions.reading.steps_meant import (
    is_shown_now,
    names_of,
    place_spoken_of,
    reported_place,
    step_after,
    step_meant,
    step_named,
)
from actions.reading.stories import PROCEDURE, is_story, tells
from actions.reading.times import changed_time, times_in
from actions.reading.values import details_said
from language.text_normalization import normalize

_ACTS = {
    "done": Act.DONE,
    "waiting": Act.WAIT,
    "trouble": Act.TROUBLE,
    "question": Act.ASK_STEP,
    "ruled_out": Act.RULED_OUT,
    "cause_confirmed": Act.CAUSE_FOUND,
    "tried_everything": Act.TRIED_ALL,
    "arrived": Act.DONE,
    "not_checked": Act.NOT_CHECKED,
    "solved": Act.SOLVED,
}
_LIKELY = 0.45
# Enough where the sentence says nothing by itself, or names another topic without a word of it.
_POSSIBLE = 0.22
_LIKELY_DONE = 0.4
# Enough of a report that names its topic and its step.
_NAMED_AGAIN = 0.3
_ELSEWHERE, _MAYBE_ELSEWHERE = 0.4, 0.3
# 「密码啊」 names the topic under way and reports nothing.
_NAME_ONLY = 4
# What was filled in is the wrong number, or one that is not used any more; and it was not put right since.
_NUMBER_CHANGED = re.compile(
    "换(?:了|过)(?:个)?新?(?:手机)?号|(?:手机)?号码?(?:也|都|已经|早就)?换(?:了|过)"
    "|(?:老|旧|以前的?|原来的?|之前的?)(?:手机)?号码?.{0,4}(?:不用|停|注销|没用|用不了|丢|不在)"
)
_WRONG_ENTRY = re.compile(
    "(?:填|输|写|用|打)(?:的|成|了)?(?:是|成)?(?:的)?(?:我)?(?:老|旧|以前|原来|之前|别人)的?(?:手机)?(?:号|邮箱)"
    "|(?:号码?|邮箱)(?:好像|可能|是|都|给|我)?(?:填|输|写|打|搞|弄)错|(?:填|输|写|打)错(?:了)?(?:一位|个|手机)?(?:号|邮箱|数字)"
)
_PUT_RIGHT = re.compile(
    "(?:换|改|填|重新).{0,6}(?:就|后|之后|完)?(?:收到|来了|有了|好了|行了|可以了|过了|对了|成了)|改(?:好|过来|回来|对)|改了|(?:重新|又|再)(?:填|输|写)(?:好|了|对|过)|换.{0,4}(?:填|输|试)(?:了|好|对)|对了$"
)
_GOES_BACK = re.compile("返回|回去|退回|倒回|回到|上一步|重新(?:填|输|写)|改成")
_ACCOUNT = re.compile("号|邮箱")
_LONGEST_TAKING_BACK = 16
# A control intent that is this sure agrees with the button of the same meaning.
_SURE_INTENT, _SURE_ACT = 0.93, 0.8
# A topic with a word of its own that the walkthrough does not explain is a switch from this confidence on.
_SWITCH = 0.6
# The bare name of a cause picks it.
_RULES_OUT = re.compile("[够没不有好足满对行通未非绿稳全快勿冇唔剩格开百千万块]|正常|ok|没|多|充|试|换|查|看|是")
# 「进去了」 in the middle of a procedure has only come as far as that; 「登进去了」 is the end.
_ARRIVES = re.compile("(?<!登)(?:进去|进来|进到|点开|打开)[^不没]{0,4}了?[啦咯噻]?$")
# A mistake of the user's own, which they are mending.
_MISTAKE = re.compile("(?:填|输|写|点|打|选|按|看|记|抄|数)错|看(?:岔|漏|花)|把.{1,4}(?:看|写|输|填|打|记)成")
_TOLD_BY_PAGE = re.compile("提示|显示|它?说|报")
_ASKS_FOR = re.compile("先?(?:查|看|试)(?![了过到])")
# From these certainties on the last clause says what is meant, and the whole does whatever its clauses say.
_SURE_CLAUSE, _SURE_WHOLE = 0.5, 0.93
_SURE_TOLD = 0.6
_TWO = 2
# What is no longer says nothing of its own: 「没找着啊」.
_BARE = 6
_ALSO = re.compile("也(?:没|不|还)|还是(?:没|不)|照样(?:没|不)")
# Likeness to what is said of a step from which the user is taken to be there in spite of a warning.
_AT_WARNING = 0.74
_OTHER_AT_WARNING = 0.8
_DONE_OR_THERE = re.compile("(?:点|进|打|找|看|填|到|开|交|弄|翻).{0,4}(?:了|去|到|好|完)")
_FINDS_OUT = re.compile(
    "原来|找到|查到|发现|果然|看错|可能是.{1,6}(?:设|弄|改|搞)|确实|真是|还真|(?:改|调|充|换)(?:成|到|高|大|好)?了"
)
_BALANCE, _NETWORK = "balance", "network"
_REPORTS = ("done", "arrived", "solved")
_SURE_JOINED, _TROUBLE_JOINED = 0.5, 0.74
# A question that names another topic may be about the step all the same (「密码多久改一回」) from this certainty on.
_ASKS_HERE = 0.6
_SURE_TRIED = 0.6
_AGREES_FIRST = re.compile(r"^(?:对+的?|嗯+|是的?|没错|好的?)[\s,，。]+")
_AS_SAID = 0.8
_AT_LOGIN = re.compile("^(?!.*(?:新密码|新设|重设|改完|设完|验证码)).*(?:登|进)[录陆]?.{0,8}(?:不[上进去了]|密码)")
_IN = re.compile(
    "登.{0,2}成功|成功登|^(?:也|又|就|现在|这下|然后)*(?:能|可以)?(?:登|进)(?:进去|进来|去|来|上去?|录?)?(?:了|啦|咯|成功)|(?:能|可以)(?:登|用|进)(?:了|啦)"
)
_FORBIDS, _DID_IT = re.compile("不(.)"), re.compile("(?<![不没别未])([点扫填装给信])(?:开|进去|上)?(?:过|了)")
_THANKS = ("谢", "thx", "3q", "辛苦")
_SHORTEST_STORY = 5
# Beside a time that is all that is said: 「是0点52吧」.
_BESIDE_TIME = 2
_LONGEST_NAMED, _LONGEST_BESIDE_NAME = 12, 16
# About how something is called or written, and nothing that happened.
_SAYS_NAME = re.compile("[记写]错|不对|叫|名字|名称|个字|就是|[前后]面|那栏")
_HOW_NOW = re.compile(
    "(?:.{0,7}(?:直接|就|快|赶紧|你)(?:告诉|跟|说)我?(?:说)?)?(?:那|好|行|嗯|哦|吧|的)*(?:怎么|咋)(?:弄|办|整|搞|做)(?:啊|呢|嘛|呀)?"
)
_NOTHING_TO_CHANGE = re.compile("(?:没(?:有|啥|什么)?(?:别的)?(?:要|需要)?(?:改|补充|修改)|不用改|不改了)的?了?$")
# Said to what was read back: 「对的」 goes on.
_CONFIRMS = re.compile("(?:嗯+|啊|哦)?(?:对+|没错|是|都对|没问题|正确|记对|对着呢|可以)(?:的|啊|了|呀|哒)*")
_SEES = re.compile("(?:看|瞧|瞅|找|翻)(?:见|到|着)|有个|写着")
_BACK = re.compile("上一步|前一步|倒回去|退回去")
_NOT_DONE = re.compile("(?:我|都|根本)?还没(?:有)?(?:填|弄|点|做|交|设|输|写|选|改|看|找)")
_DONE_SINCE = re.compile("(?:填|弄|点|做|交|设|输|写|选|改)(?:好|完|上)?了")
_EMPTIED = re.compile(
    r"(?<![没未不])(?:花|用|转|提|取|清)(?:光|完|走|空|干净|出来|掉)了?|没(?:有)?(?:钱|余额)了?$|[\d一二两三四五六七八九十几]+[块元毛]?钱?(?:就)?不要了|(?:余额|钱).{0,4}(?:不要了|没了|是0|是零|清零)"
)
# 「那我先提出来」 has still to do it.
_TO_EMPTY = re.compile("(?:先|打算|准备|等我|回头).{0,6}(?:花|用|转|提|取|清)(?!.{0,6}了)")
_MONEY = re.compile(
    r"余额|还有.{0,6}(?:钱|块|元)|剩.{0,6}(?:钱|块|元)|里[面头边].{0,6}(?:钱|块|元)|钱(?:呢|咋|怎么)|[\d一二两三四五六七八九十百几][块元]"
)
_TAKES_OUT = re.compile("[提取转拿退弄倒]不(?:出|走|了|掉)")
_EMPTIES = re.compile("花|用完|用掉|用光|转|提|取|处理|钱|余额")
# What is done before the closure: the money is taken out, the records are kept.
_KEEPS = "截|存|保存|导|备份|打印|抄|拍"
_TAKES = re.compile("提|转|取|花|用掉|清")
_PREPARES = re.compile(
    f"(?:那|我|就|等|让|得|要|还是)*先(?:把|去|给|让|将)?.{{0,8}}?(?:提|转|取|花|用掉|清|{_KEEPS})(?!现不|不)(?!.*(?:注销|销户|销号)$)"
    f"|^(?:那)?(?:等)?我(?:去|这就|马上|来)(?:把)?.{{0,6}}(?:提|转|取|花|清|{_KEEPS})"
)
_PREPARED = re.compile(f"(?<![没未不])(?:{_KEEPS})(?:图|下来|档)?(?:好|完|下来|过|了)+")
# Why somebody wants to leave: 「不怎么用了 现在都用别的」.
_REASON = re.compile(
    "不(?:怎么|常|太|大|再|想|需要)?用|用(?:不(?:着|上|到)|别的)|换(?:了|成|别的)|太麻烦|不需要|没(?:啥|什么)?用|闲置|嫌"
)
_LETS_BE = re.compile("(?<!说)(?:先|就|那|还是)(?:不|别)(?:注销|销)(?:了|户|号)?|^(?:我)?不(?:注销|销)(?:了|户了|号了)")
_WHICH = re.compile("哪|谁|啥|什么|怎|咋|几|多少")
_GIVES_UP = re.compile("[不别没甭莫未唔算停退撤]|取消|放[一着弃]|等|再说|改天|以后|回头|考虑|留")
# The plain wish to do it, said to the warning: 「嗯，弄吧」.
_DO_IT = re.compile(
    "(?:嗯+|好+的?|行|对|是的?|可以|那|就|咱|你|帮我|给我)*(?:弄|整|办|销|注销|搞)(?:了|掉|它)*(?:吧|呗|嘛|噻|撒|哈)+"
)
_GO_ON = re.compile(
    "(?:好的?|行|嗯|那|就|可以|确定|我要?|帮我)*(?:继续|接着|开始)(?:来|办|弄|注销|销|往下)*(?:吧|呗|啊|了)*"
)
_TURNS = re.compile("^(?:那|然后|接下来|接着|现在|下面|还有|再|该|轮到|另一|另外)|呢$|那个|的事$|怎么|咋")
_EMPTY = frozenset("的了是我您你它这那个怎么咋呢吗啊想要有没不一还")
_SUPPOSES = re.compile("可能|也许|大概|估计|会不会|不会是|该不会|莫非|难道|怕是")
_LOOKS = re.compile("^(?:那|我|先|去|再)*(?:看看?|查查?|瞅瞅|瞧瞧|试试)(?:一下|先|吧|啊|哈|再说)*$")
_CANNOT_FIND = re.compile("(?:找|看|翻)不[到着见]|[没冇未](?:有)?(?:找|看|翻)[到着见]")
_UNSEEN = re.compile("没.{0,2}[见到着]")
# Of a check, not of the payment: 「这个过了」, 「这条也没事」.
_CHECK_PASSED = re.compile(
    "(?:这|那|上面|上)(?:一|个|项|条|步|关|样)+(?:我)?(?:也|都|已经|看|查|试)*"
    "(?:过|没事|没毛?病|没问题|正常|好|ok|可以|行|排除)(?:的|着|过|掉|了|啦|呢)*"
)
# The whole matter is settled, not one step of it.
_ALL = re.compile(
    "不用(?:再)?(?:弄|改|找|查|申诉|管|麻烦)|解决|没事了|没问题了|想起|搞定|登[上进录]|不需要|全弄|都弄|都好了|对上话|聊上"
)
# The one cause is wanted, and no list: 「别给我列一二三四 就说到底什么原因」.
_WHICH_CAUSE = re.compile(
    "(?:到底|究竟|直接|就)(?:说|告诉我?)?(?:我)?(?:这个|这笔|这单|是|因为)*(?:到底|究竟)?(?:是)?(?:什么|啥|哪个|哪种)(?:原因|问题|毛病)"
    "|(?:别|不要|少|甭)(?:再)?(?:给我|跟我)?(?:列|一二三|一条条|一条一条|一项项|一项一项|念)"
)
# What was to be found or pressed is not there, or does nothing: it is about the page, not about why they came.
_OF_PAGE = re.compile("找|[没不]有|没看|没见|没反应|不见|不出|不了|不动|点|按|灰|闪退|白屏|卡|哪|打不开|加载|更新|退")
_NOT_THE_MATTER = re.compile("不(?:是|关)(?!.{0,3}不).{0,7}(?:的事|的问题|的原因|事儿|问题)")
# Said of what was tried before they came (「试了好几次了」).
_TRIED_BEFORE = re.compile(
    "(?:我|都|已经|也)*(?:试|输|登|弄|搞|点)(?:了|过)?(?:好)?(?:几|多|[两三四五六七八九十0-9]+)(?:次|遍|回)(?:了|都不行|都不对|都没用|啊)*"
)
_SAYS_WAIT = re.compile("等|稍|一会|马上|这就|我去|去[找看查翻拿]|找找|看看|查查|翻翻|先|慢")
# Still to be done before the closure: 「先把钱花掉再注销」.
_FIRST = re.compile("(?:先|等).{1,14}(?:再|了再|之后|以后|完)|(?:再|然后)(?:来)?(?:注销|销)")
# Of a report that is no more than a guess nothing is concluded.
_SURE_TROUBLE = 0.45
_NO_TROUBLE = 0.1
_NEGATIVE = re.compile("[不没无未错别]|失败|过期|卡住|空白|灰")
# Said of the payment that does not work, and of no cause: 「就是买菜 38块6」.
_NOT_CLEAR = re.compile("(?:听|看|搞|弄)不(?:太)?(?:懂|明白)|不懂|不明白|不知道(?:是)?(?:什么|啥)意思")
_TRIED = re.compile("(?:换|重启|更新|重试|试|切|连|关|开)(?:过|了(?:好?几|两|三|一)?[次遍回])")
_WORKED = re.compile("就(?:好|行|成|可以)|(?:好|成|行|可以|能付|付上|付成|解决)了")
_OF_PAYMENT = re.compile("买|付|吃|打车|充|交|点了?外卖|店|超市")
# Without a report of its own the whole does not bear out what its last clause sounds like.
_BORNE_OUT = 0.12
# Without such a word both models have to be sure.
_SURE_SWITCH, _OTHER = 0.97, 0.75


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as said of the step or check that is on the screen."""
    topic = context.topic(state)
    joined = _joined(context, state, act, message)
    if joined:
        return joined
    if topic is None or state.walk is None:
        begun = _follows_answer(context, state, act, message)
        return begun or _of_suspended(context, state, act, message) or _after_answer(context, state, act, message)
    if not message.acts:
        return None
    if state.awaiting is Awaiting.WARNING:
        return _asked_at_warning(context, topic, state, act, message)
    if state.awaiting is Awaiting.DETAIL:
        return None
    if message.key in context.knowledge.wording.done_phrases:
        return None
    return _mended(topic, state, act, message) or _at_shown(context, topic, state, act, message)


def _mended(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what was changed at a check, with nothing said of how it went (「切流量了」): it is to be tried."""
    if topic.kind != "diagnosis" or not state.step or act in (Act.HUMAN, Act.CANCEL) or message.further_requests:
        return None
    if not only_mended(message.text) or asks(normalize(message.text)):
        return None
    return Reading(Source.ON_SCREEN, Act.LET_BE, message, "has changed something", arguments=_says("utter_try_now"))


def _at_shown(context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the message as said of the step or check that is shown, with no other question open."""
    if find_instead(context, state, topic, message) and not asks_for_human(message):
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, f"no matter of {topic.id}", _LIKELY)
    aside = state.walk is not None and state.walk.interrupted and state.last_topic not in (None, topic.id)
    told = _after_answer(context, state, act, message) if aside and topic.id not in message.matters() else None
    told = told or _heard(state, act, message) or _what_now(context, state, message)
    told = (
        told
        or _agrees_with_cause(topic, state, message)
        or _wants_the_cause(topic, state, act, message)
        or _tells_why(topic, state, act, message)
    )
    told = (
        told
        or _did_forbidden(topic, state, act, message)
        or _wrong_entry(topic, state, act, message)
        or _own_mistake(topic, state, act, message)
    )
    if told:
        return told
    found = findings(topic, state, message) if topic.kind == "diagnosis" else None
    explained = _not_understood_cause(topic, act, message) or _has_tried(topic, state, act, message)
    if topic.kind == "diagnosis" and explained:
        return explained
    if topic.kind == "diagnosis" and found is None and _tells_of_payment(act, message):
        arguments = {"response": "utter_payment_heard", "stays": True}
        return Reading(Source.ON_SCREEN, Act.LET_BE, message, "tells which payment it is", arguments=arguments)
    if found and found.told_by_page and not asking_in(message):
        # 「它说有风险啊 你没看吗」 asks nothing.
        by_page = _found(context, topic, state, act, message, found)
        if by_page:
            return by_page
    both = _told_and_asked_of_check(context, topic, state, act, message, found)
    if both:
        return both
    asked_here = _asked_here(context, topic, state, act, message)
    if asked_here:
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, asked_here, _LIKELY)
    if topic.kind == "diagnosis" and _asks_of_check(context, topic, state, message):
        asked = said_alone(message, message.clauses[-1]) if message.clauses else message
        arguments = {"where": True} if _CANNOT_FIND.search(message.key) else {}
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, asked, f"asks about a check of {topic.id}", _LIKELY, arguments)
    taken_back = _taken_back(topic, state, act, message, found)
    if taken_back:
        return taken_back
    if found and not (found.solved and asks(normalize(message.text))):
        # 「是现在就能用了吗」 is not settled yet.
        return _found(context, topic, state, act, message, found)
    return _reported(context, topic, state, act, message)


def _not_understood_cause(topic: Topic, act: Act, message: UserMessage) -> Reading | None:
    """Reads that a check is not understood (「什么限额不限额的 我听不懂」): it is shown, and not crossed out."""
    named = causes.named(topic, message.key)
    if act is Act.HUMAN or len(named) != 1 or not _NOT_CLEAR.search(message.key):
        return None
    arguments = {"causes": named, "is_asked": True}
    return Reading(Source.ON_SCREEN, Act.CAUSE_FOUND, message, "does not understand the check", arguments=arguments)


def _has_tried(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what was tried in vain before they came (「我已经换过网了 也重启过了」), which has solved nothing."""
    if act is not Act.SOLVED or state.step > 1 or not _TRIED.search(message.key) or _WORKED.search(message.key):
        return None
    named = causes.named(topic, message.key)
    if not named and "网" in message.key:
        named = tuple(step.value for step in topic.steps if step.value == _NETWORK)
    if not named:
        return None
    return Reading(Source.ON_SCREEN, Act.RULED_OUT, message, "has tried it before", arguments={"causes": named})


def _tells_of_payment(act: Act, message: UserMessage) -> bool:
    """Whether the message only tells which payment does not work."""
    if act not in UNCLEAR or asks(normalize(message.text)) or max(map(asks_in, message.clauses), default=False):
        return False
    reports = max(message.acts.get(name, 0.0) for name in (*_REPORTS, "ruled_out", "trouble", "question", "waiting"))
    return reports < _LIKELY and bool(amounts_in(message.text)) and bool(_OF_PAYMENT.search(message.key))


def _told_and_asked_of_check(
    context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage, found: Findings | None
) -> Reading | None:
    """Reads what a clause finds out of a cause beside a question (「限额是啥 我没设过」): both are heard."""
    if found is None or not (found.ruled_out or found.confirmed) or not asking_in(message):
        return None
    told = [clause for clause in message.clauses if not asks_in(clause)]
    labels = ("ruled_out",) if found.ruled_out else ("cause_confirmed",)
    if not any(clause.acts.get(label, 0.0) >= _SURE_TOLD for clause in told for label in labels):
        return None
    if find_answer(context, state, message) is None:
        return None
    return _found(context, topic, state, act, message, found)


def _heard(state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads 「哦好的」 to an answer: it was heard, and the step is still to be done."""
    is_yes = act is Act.AFFIRM and message.band is AnswerBand.ANSWER and len(message.key) <= _NAME_ONLY
    if not is_yes or state.last_answer is None or state.offer is not None or not state.step or message.is_payload:
        return None
    if state.awaiting is not None or any(message.acts.get(name, 0.0) >= _SURE_ACT for name in _REPORTS):
        return None
    arguments = {"response": "utter_take_your_time", "stays": True}
    return Reading(Source.ON_SCREEN, Act.LET_BE, message, "has heard the answer", arguments=arguments)


def _what_now(context: Context, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads the question what to do now."""
    is_asked = message.key in context.knowledge.wording.what_now or _HOW_NOW.fullmatch(message.key)
    if not is_asked or not state.step:
        return None
    return Reading(Source.ON_SCREEN, Act.WHAT_NOW, message, "asks what to do then")


def _agrees_with_cause(topic: Topic, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads 「对，就是这个原因」 to the cause that was just treated: it goes on to no other."""
    if topic.kind != "diagnosis" or not state.step or message.further_requests:
        return None
    shown = topic.steps[state.step - 1]
    is_treated = state.asked_about == f"{topic.id}/{shown.id}" and shown.value is not None
    if not is_treated or not is_it(message.key) or asks(normalize(message.text)) or causes.named(topic, message.key):
        return None
    if max(message.acts.get(name, 0.0) for name in ("trouble", "ruled_out")) >= _SURE_TROUBLE:
        return None
    return Reading(
        Source.ON_SCREEN, Act.CAUSE_FOUND, message, "agrees with the cause", arguments={"causes": (shown.value,)}
    )


def _wants_the_cause(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that the one cause is wanted rather than the list of checks, which nobody here can tell."""
    if topic.kind != "diagnosis" or act is Act.HUMAN or not _WHICH_CAUSE.search(message.key):
        return None
    if causes.named(topic, message.key) or message.further_requests:
        return None
    known = [message.acts, *(clause.acts for clause in message.clauses)]
    if any(acts.get(name, 0.0) >= _SURE_CLAUSE for acts in known for name in ("ruled_out", "cause_confirmed")):
        # 「网我早说了没事 到底啥毛病」 tells something first.
        return None
    arguments = {"response": "utter_cause_unseen", "stays": True}
    return Reading(Source.ON_SCREEN, Act.LET_BE, message, "wants the cause and no list", arguments=arguments)


def _tells_why(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads why somebody came, told again at the first step (「好像是密码不对」): it is no trouble with that step."""
    if topic.kind != "procedure" or state.step != 1 or state.awaiting is not None or message.further_requests:
        return None
    if _restates(topic, state, act, message):
        arguments = {"response": "utter_steps_are_for_it", "stays": True}
        return Reading(Source.ON_SCREEN, Act.LET_BE, message, f"says again why {topic.id} is needed", 1.0, arguments)
    is_named = act is Act.OPEN_TOPIC and message.intent == topic.id and message.intent in message.matters()
    is_vain = act in (*UNCLEAR, Act.SOLVED) and bool(_TRIED_BEFORE.fullmatch(message.key))
    if (
        not (is_named or is_vain)
        or topic.steps[0].collect
        or topic.steps[0].id in (state.walk.problem_steps if state.walk else ())
    ):
        return None
    is_trouble = message.acts.get("trouble", 0.0) >= _SURE_CLAUSE and message.confidence >= _SURE_INTENT
    place = reported_place(topic, state.step, message)
    if place is not None and place.number not in (state.step, len(topic.steps)):
        # 「它说我设的密码太简单」 is further on.
        return None
    if not (is_trouble or is_vain) or asks(normalize(message.text)) or _OF_PAGE.search(message.key):
        return None
    arguments = {"response": "utter_steps_are_for_it", "stays": True}
    return Reading(Source.ON_SCREEN, Act.LET_BE, message, f"tells why {topic.id} is needed", arguments=arguments)


def _restates(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether a message only says again what the procedure is for (「密码搞忘球了」): nothing of it is done yet."""
    if act is not Act.OPEN_TOPIC or message.intent != topic.id or message.confidence < _SURE_INTENT:
        return False
    if asks(normalize(message.text)) or wants(message.key) or _DONE_OR_THERE.search(message.key):
        return False
    if _OF_PAGE.search(message.key) or topic.steps[0].collect or state.walk is None or state.walk.problem_steps:
        return False
    place = place_spoken_of(topic, state.step, message)
    is_done = max(message.acts.get(name, 0.0) for name in _REPORTS) >= _SURE_ACT
    return not is_done and (place is None or place.number in (1, len(topic.steps)))


def _asked_here(context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> str | None:
    """Returns why the message asks what the topic at hand answers; None when it does not."""
    if _is_answered_here(context, topic, state, act, message):
        return f"what is shown of {topic.id} answers it"
    if _asks_of_topic(context, topic, state, act, message):
        return f"asks about {topic.id}"
    return "wants the money back" if _demands_money(context, state, message) else None


def _reported(context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what the message reports of a step."""
    if _ends_one_of_several(topic, state, message):
        goes_on = bool(state.requests) and _names_request(state, folded(message.clauses[-1].text))
        return replace(_settled(message, 1.0), arguments={"goes_on": goes_on})
    if topic.kind == "procedure":
        clauses = tuple(replace(one, acts=_in_procedure(one.acts, folded(one.text))) for one in message.clauses)
        message = replace(message, acts=_in_procedure(message.acts, message.key), clauses=clauses)
    more = _more_of_story(context, topic, state, act, message) or _details_told(context, topic, state, message)
    if more:
        return more
    label, certainty = _label(message)
    if label == "waiting" and topic.kind == "procedure":
        if hurries(message.key):
            return None
        # 「号填了 等一下」 is a step further all the same.
        label, certainty = ("done", _SURE_ACT) if tells_progress(state, message) else (label, certainty)
    if label in _REPORTS and not _is_reported(act, certainty, message):
        return None
    is_other = certainty < _least(context, state, act, message) or switches(context, topic, act, message)
    if is_other or _says_by_itself(state, topic, act, message, label):
        return None
    meant = _meant(context, topic, state, label, message)
    if state.step == 0 and meant in (Act.DONE, Act.TROUBLE, Act.WAIT):
        return None
    if meant is Act.SOLVED:
        return _settled(message, certainty)
    arguments = _about(context, topic, state, meant, label, message)
    is_fine = label == "cause_confirmed" and topic.kind == "procedure" and _tells_nothing_wrong(message)
    if meant is Act.TROUBLE and is_fine and not _has_trouble(context, topic, state):
        # 「就是这个卡的号」 agrees with what was told, and reports no trouble.
        heard = {"response": "utter_take_your_time", "stays": True}
        return Reading(Source.ON_SCREEN, Act.LET_BE, message, f"{label} at {topic.id}, no trouble", arguments=heard)
    if meant is Act.TROUBLE and topic.kind == "procedure":
        complement = _told_at_step(context, topic, state, label, certainty, message)
        if complement:
            return complement
        # 「信号有两格」 tells a fact, and is no second report of trouble.
        certainty = certainty if label == "trouble" else message.acts.get("trouble", 0.0)
    return Reading(Source.ON_SCREEN, meant, message, f"{label} at {topic.id} {state.step}", certainty, arguments)


def _is_reported(act: Act, certainty: float, message: UserMessage) -> bool:
    """Whether a report is sure enough: nothing goes on by mistake (「绑的手机号他都给我换了」)."""
    is_said = act is Act.OPEN_TOPIC and message.band is AnswerBand.ANSWER
    # What is done and what has come are both reports: 「好 找到交易申诉了」 is half of each.
    reported = sum(message.acts.get(name, 0.0) for name in _REPORTS)
    return max(certainty, reported) >= _LIKELY_DONE or (_reports_change(message) and not is_said)


def _tells_nothing_wrong(message: UserMessage) -> bool:
    """Whether nothing in a message sounds like trouble."""
    known = [message.acts, *(clause.acts for clause in message.clauses)]
    return max(acts.get("trouble", 0.0) for acts in known) < _NO_TROUBLE and not _NEGATIVE.search(message.key)


def _told_at_step(
    context: Context, topic: Topic, state: DialogueState, label: str, certainty: float, message: UserMessage
) -> Reading | None:
    """Reads what is told at a step and is known, rather than as one more trouble with it (「手机号换过了」)."""
    if label == "ruled_out" and state.step == 1 and _NOT_THE_MATTER.search(message.key):
        return Reading(Source.ON_SCREEN, Act.NOT_THAT, message, f"denies {topic.id}", certainty, {"matter": topic.id})
    is_sure = label == "trouble" and certainty >= _SURE_TROUBLE
    tried = state.walk.problem_steps if state.walk else ()
    if is_sure and topic.steps[state.step - 1].id not in tried:
        return None
    found = find_answer(context, state, message, SURE, of=topic.id, without=state.last_answer)
    if found and found.answer.id not in (WHERE, WHY) and (asking_in(message) or _NUMBER_CHANGED.search(message.key)):
        return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, f"told, and known of {found.place}", found.certainty)
    return None


def _about(
    context: Context, topic: Topic, state: DialogueState, meant: Act, label: str, message: UserMessage
) -> dict[str, object]:
    """Returns what a report is about: the causes, or the step and how it stands."""
    arguments: dict[str, object] = {}
    if meant in (Act.RULED_OUT, Act.CAUSE_FOUND):
        arguments["causes"] = causes_named(topic, state, message)
        if label == "question" and len(message.clauses) < _TWO:
            # 「是不是余额不足」 asks for the check.
            arguments["is_asked"] = True
    if meant in (Act.DONE, Act.TROUBLE):
        arguments["step"] = step_meant(context, topic, state, meant, message)
    if meant is Act.TROUBLE and arguments["step"] == state.step and topic.kind == "procedure":
        # 「没找着」 after an answer about another step is about that.
        name, _, asked = (state.asked_about or "").partition("/")
        number = topic.step_number(asked) if name == topic.id and len(message.key) <= _BARE else None
        arguments["step"] = number or state.step
    if meant is Act.TROUBLE and state.walk and _ALSO.search(message.key):
        # 「更新了也没有」 is still about what help was given with.
        is_helped = topic.steps[state.step - 1].id in state.walk.problem_steps
        arguments["step"] = state.step if is_helped else arguments["step"]
    if meant is Act.DONE:
        last = max(number for number, step in enumerate(topic.steps, 1) if not step.is_fallback)
        place = place_spoken_of(topic, state.step, message) if topic.kind == "procedure" else None
        arguments["is_last"] = place is not None and place.number == last and place.is_done
        arguments["is_there"] = place is not None and place.number == arguments["step"] and not place.is_done
        arguments["is_through"] = topic.kind == "procedure" and _is_through(message)
    return arguments


def _is_through(message: UserMessage) -> bool:
    """Whether two things are reported as done, the second of which ends it (「设好了 进去了 谢啦」)."""
    told = [clause for clause in message.clauses if not asks_in(clause)]
    reports = [c for c in told if max((c.acts.get(name, 0.0) for name in _REPORTS), default=0.0) >= _LIKELY]
    thanks = [clause for clause in told if any(sign in clause.text for sign in _THANKS)]
    ends = [clause for clause in told[1:] if _IN.search(folded(clause.text))]
    return len(reports) > 1 and bool(ends) and reports[0] not in (*thanks, *ends)


def _wrong_entry(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that what was filled in is wrong (「填的是老号码 我换新号了」): it is trouble where it was filled in."""
    is_wrong = bool(_WRONG_ENTRY.search(message.key)) and not _PUT_RIGHT.search(message.key)
    if topic.kind != "procedure" or not state.step or not is_wrong or act is Act.HUMAN:
        return None
    titles = ((number, step.title) for number, step in enumerate(topic.steps[: state.step], start=1))
    number = next((number for number, title in titles if _ACCOUNT.search(title)), None)
    if number is None or _mends(topic, state, message):
        return None
    if _GOES_BACK.search(message.key):
        return Reading(Source.ON_SCREEN, Act.DONE, message, "goes back to fill it in", 1.0, {"step": number})
    return Reading(Source.ON_SCREEN, Act.TROUBLE, message, "the wrong number was filled in", 1.0, {"step": number})


def _did_forbidden(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that what the step warns of was done before (「可我已经扫过一个了」): it is trouble, and no step done."""
    if topic.kind != "procedure" or not state.step or act is Act.HUMAN or asks(normalize(message.text)):
        return None
    forbidden = _FORBIDS.findall(topic.steps[state.step - 1].title)
    did = _DID_IT.search(message.key)
    if not did or did[1] not in forbidden:
        return None
    return Reading(Source.ON_SCREEN, Act.TROUBLE, message, "did what is warned of", 1.0, {"step": state.step})


def _own_mistake(topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that the user has seen a mistake of their own, which they are mending (「我看错了 把6看成8了」)."""
    reports = max(message.acts.get(name, 0.0) for name in (*_REPORTS, "trouble", "question"))
    is_plain = act in UNCLEAR and reports < _LIKELY and not asks(normalize(message.text))
    if not is_plain or not _mends(topic, state, message):
        return None
    return Reading(Source.ON_SCREEN, Act.WAIT, message, "mends a mistake of their own", 1.0)


def _of_suspended(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what is found out of a diagnosis that waits to be taken up again (「卡里钱是够的」)."""
    walk = state.suspended[-1] if state.suspended and not state.handed_over else None
    topic = context.knowledge.topics.get(walk.topic) if walk else None
    if walk is None or topic is None or topic.kind != "diagnosis" or act is Act.HUMAN:
        return None
    taken_up = replace(state, walk=walk)
    found = findings(topic, replace(taken_up, walk=replace(walk, step=0)), message)
    if found is None or found.certainty < _LIKELY or not (found.ruled_out or found.confirmed):
        return None
    return _found(context, topic, taken_up, act, message, found)


def _after_answer(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads that what the last answer suggested has not helped (「全核对过了 一样没来」)."""
    last = context.knowledge.topics.get(state.last_topic or "")
    # 「都核对过了 信号满格」 is half of each.
    certainty = sum(message.acts.get(name, 0.0) for name in ("tried_everything", "ruled_out"))
    is_step = last is not None and (state.asked_about or "").partition("/")[0] == last.id and last.is_walkthrough
    if is_step:
        # 「换了邮箱还是没有」 after an answer about a step that does not work.
        certainty = max(certainty, message.acts.get("trouble", 0.0))
    is_plain = act in (CONTROL - {Act.PROBLEM}) | SOCIAL and message.band is AnswerBand.ANSWER
    if is_plain and message.confidence >= _SURE_INTENT:
        return None
    if last is None or not (last.offer_human or is_step) or certainty < _SURE_TRIED or message.is_queued:
        return None
    if message.intent in message.matters() and message.intent not in (last.id, *last.related):
        return None
    return Reading(Source.ON_SCREEN, Act.TRIED_ALL, message, f"the answer of {last.id} has not helped", certainty)


def _in_procedure(acts: Mapping[str, float], key: str) -> Mapping[str, float]:
    """Returns the acts where there is nothing to check: what was not seen is trouble, what was not done yet waits."""
    missing = acts.get("not_checked", 0.0)
    label = "trouble" if _UNSEEN.search(key) else "waiting"
    return {**acts, "not_checked": 0.0, label: acts.get(label, 0.0) + missing}


def _ends_one_of_several(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether the user has done with this matter and wants the next of those they named (「密码搞定了 下一个」)."""
    if topic.kind != "procedure" or not (state.requests or state.suspended) or len(message.clauses) < 2:
        return False
    first, last = message.clauses[0].acts, message.clauses[-1].acts
    if _names_request(state, folded(message.clauses[-1].text)):
        before = message.clauses[:-1]
        return any(max(clause.acts.get(name, 0.0) for name in _REPORTS) >= _LIKELY for clause in before)
    return first.get("solved", 0.0) >= _SURE_CLAUSE and max(last.get("done", 0.0), last.get("other", 0.0)) >= _LIKELY


def asks_for_human(message: UserMessage) -> bool:
    """Whether a human is asked for."""
    return message.intent == "human_handoff" and message.band is AnswerBand.ANSWER


def _more_of_story(
    context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage
) -> Reading | None:
    """Reads what is added to a story that has just been noted (「就是一开机就冒烟」)."""
    detail = next(
        (d for d in topic.collected_details if d.accepts == "story" and d.id in state.collected_details), None
    )
    if detail is None or state.step == 0 or detail.id not in topic.steps[state.step - 1].collect:
        return None
    if (reminds(message.text) or _repeats(state, message)) and act is not Act.HUMAN:
        # What is noted already is read back, not noted twice.
        return Reading(Source.ON_SCREEN, Act.READ_BACK, message, "says again what is noted")
    said = ("done", "arrived", "question", "read_back", *(("waiting",) if _SAYS_WAIT.search(message.key) else ()))
    reports = max(message.acts.get(name, 0.0) for name in said)
    is_clear = act in CONTROL | SOCIAL or (act is Act.OPEN_TOPIC and message.intent != topic.id and message.matters())
    if is_clear or reports >= _LIKELY or asks(normalize(message.text)) or act is Act.HUMAN:
        return None
    if any(map(asks_in, message.clauses)) and find_answer(context, state, message, SURE):
        # 「我不记得了 从哪查」 is no part of it.
        return None
    named = next((d.id for d in topic.collected_details if d.accepts == "name"), None)
    called = name_in(message.text) if named and is_framed(message.text) and not tells(message.text) else None
    if named and called:
        # 「店名叫老陈家麻辣烫」 says who it was.
        changes = {named: called}
        return Reading(Source.ON_SCREEN, Act.CORRECT, message, f"names {named}", arguments={"changes": changes})
    text = _AGREES_FIRST.sub("", message.text.strip())
    if PROCEDURE.search(message.key) or not is_story(text) or len(message.key) < _SHORTEST_STORY:
        return None
    if demands_money(message.key) or dismisses(message.key) or "frustration" in message.entities:
        # Impatience with the form is no part of the story.
        return None
    told = f"{state.collected_details[detail.id]}；{text}"
    return Reading(
        Source.ON_SCREEN, Act.CORRECT, message, f"adds to {detail.id}", arguments={"changes": {detail.id: told}}
    )


def _repeats(state: DialogueState, message: UserMessage) -> bool:
    """Whether it only says again what was noted (「就是叫“阿芳小吃”」)."""
    known = [value.split("（")[0] for value in state.collected_details.values()]
    named = [value for value in known if 2 <= len(value) <= _LONGEST_NAMED and value in message.text]
    if not named:
        return False
    rest = message.key.replace(folded(normalize(max(named, key=len))), "")
    return len(rest) <= _NAME_ONLY or (bool(_SAYS_NAME.search(rest)) and len(rest) <= _LONGEST_BESIDE_NAME)


def _details_told(context: Context, topic: Topic, state: DialogueState, message: UserMessage) -> Reading | None:
    """Reads details that are told though nothing asks for them any more, at the step that collects them."""
    if not state.step or not topic.steps[state.step - 1].collect or asks(normalize(message.text)):
        return None
    is_complete = bool(state.collected_details) and next_detail(topic, state) is None
    is_enough = is_complete and (_CONFIRMS.fullmatch(message.key) or ends_noting(message.key))
    if _NOTHING_TO_CHANGE.search(message.key) or is_enough:
        return Reading(Source.ON_SCREEN, Act.DONE, message, "nothing to change", arguments={"step": state.step + 1})
    kinds = {detail.id: detail.accepts for detail in topic.collected_details}
    bare = _bare_value(topic, state, message)
    if bare:
        # 「0点52」 is the hour of what is noted.
        return Reading(Source.ON_SCREEN, Act.CORRECT, message, f"tells {', '.join(bare)}", arguments={"changes": bare})
    told = details_said(context, topic, message)
    new = {name: value for name, value in told.items() if name not in state.collected_details}
    if not {"time", "amount"} & {kinds[name] for name in new}:
        return None
    return Reading(Source.ON_SCREEN, Act.NOTE, message, f"tells {', '.join(new)}", arguments={"values": new})


def _bare_value(topic: Topic, state: DialogueState, message: UserMessage) -> dict[str, str]:
    """Returns the hour, or the time, that a message is nothing but, where another is noted."""
    times = [detail.id for detail in topic.collected_details if detail.accepts == "time"]
    known = next((name for name in times if name in state.collected_details), None)
    said = times_in(message.text, message.said_at)
    if known is None or len(said) != 1 or len(message.text.strip()) - (said[0].end - said[0].start) > _BESIDE_TIME:
        return {}
    current = state.collected_details[known]
    words = f"{said[0].words}（{said[0].date}）" if said[0].date else said[0].words
    new = changed_time(current, words, [], message.said_at)
    return {known: new} if new != current else {}


def _demands_money(context: Context, state: DialogueState, message: UserMessage) -> bool:
    """Whether the money is wanted back (「别整那些 我要退钱」), of which the topic at hand knows something."""
    if not demands_money(message.key):
        return False
    return find_answer(context, state, message, SURE) is not None


def _names_request(state: DialogueState, key: str) -> bool:
    """Whether a clause turns to what the user asked for beside this (「那扣错那个呢」)."""
    asked_for = _bigrams(folded(normalize(state.requests[0].text))) if state.requests else set()
    return bool(asked_for & _bigrams(key)) and bool(_TURNS.search(key))


def _bigrams(text: str) -> set[str]:
    return {text[i : i + 2] for i in range(len(text) - 1) if not _EMPTY & set(text[i : i + 2])}


def _label(message: UserMessage) -> tuple[str, float]:
    """Returns what the message does; of several clauses what the last says, unless the whole is far surer."""
    label = max(_ACTS, key=lambda name: message.acts.get(name, 0.0))
    certainty = message.acts.get(label, 0.0)
    if message.clauses:
        acts = message.clauses[-1].acts
        last = max(acts, key=lambda name: acts[name], default="")
        whole = sum(message.acts.get(name, 0.0) for name in _REPORTS)
        is_borne_out = last not in _REPORTS or whole >= _BORNE_OUT or not message.acts
        if last in _ACTS and acts[last] >= _SURE_CLAUSE and certainty < _SURE_WHOLE and is_borne_out:
            return last, acts[last]
    return label, certainty


def _found(
    context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage, found: Findings
) -> Reading | None:
    """Reads what a message finds out in a diagnosis: it is settled, or what the causes turn out to be."""
    if found.certainty < min(_LIKELY, _least(context, state, act, message)) or switches(context, topic, act, message):
        return None
    if found.solved:
        return None if act is Act.HUMAN else _settled(message, found.certainty)
    is_human = act is Act.HUMAN or wants_human([folded(clause.text) for clause in message.clauses])
    disputed = () if is_human else _disputed(topic, state, message, found)
    if disputed:
        # 「提示余额不足，可我明明有钱」 rules nothing out: what the page says and what the user sees differ.
        others = tuple(value for value in found.ruled_out if value not in disputed)
        arguments = {"causes": disputed, "ruled_out": others, "is_disputed": True}
        return Reading(Source.ON_SCREEN, Act.CAUSE_FOUND, message, "the page says otherwise", 1.0, arguments)
    if found.confirmed and message.clauses and len(message.clauses) > 1 and _goes_and_looks(message):
        # 「是不是余额不够 我看看」 goes and looks.
        arguments = {"causes": found.confirmed, "is_asked": True}
        return Reading(Source.ON_SCREEN, Act.CAUSE_FOUND, message, "asks for a check", found.certainty, arguments)
    label = "cause_confirmed" if found.confirmed else "ruled_out" if found.ruled_out else "not_checked"
    is_told_of_asked = bool(state.asked_about) and not state.step and len(message.clauses) > 1
    if not is_told_of_asked and _says_by_itself(state, topic, act, message, label):
        return None
    meant = _ACTS[label]
    told = {"causes": found.confirmed or found.ruled_out, "unchecked": found.unchecked}
    if found.confirmed:
        told["ruled_out"] = found.ruled_out
        told["told_by_page"] = found.told_by_page
    arguments = {name: causes for name, causes in told.items() if causes}
    evidence = f"{label} at {topic.id} {state.step}"
    return Reading(Source.ON_SCREEN, meant, message, evidence, found.certainty, arguments)


def _disputed(topic: Topic, state: DialogueState, message: UserMessage, found: Findings) -> tuple[str, ...]:
    """Returns the causes that the page has named, now or before, and that the user rules out, now or before."""
    known = state.walk.page_says if state.walk else ()
    tried = state.walk.problem_steps if state.walk else ()
    if len(tried) >= len(topic.steps):
        # Whoever has tried everything has denied nothing in particular.
        tried = ()
    said = {*found.told_by_page, *known}
    denied = {step.value for step in topic.steps if step.id in tried and step.value in known}
    if _FINDS_OUT.search(message.key) and not found.told_by_page:
        # 「原来是我老公设的」 disputes nothing any more.
        denied = set()
    return tuple(
        value
        for value in (*found.ruled_out, *found.confirmed)
        if value in said and (value in found.ruled_out or value in denied)
    )


def _goes_and_looks(message: UserMessage) -> bool:
    """Whether a cause is only supposed, and looked at next (「可能是余额不够？我看看」)."""
    first, *rest = message.clauses
    return asks_in(first) or (
        bool(_SUPPOSES.search(first.text)) and any(_LOOKS.search(folded(clause.text)) for clause in rest)
    )


def _taken_back(
    topic: Topic, state: DialogueState, act: Act, message: UserMessage, found: Findings | None
) -> Reading | None:
    """Reads that the cause crossed out last was crossed out by mistake, or that what is told is unclear."""
    if topic.kind != "diagnosis" or state.walk is None or act is Act.HUMAN:
        return None
    if act is Act.OPEN_TOPIC and message.intent != topic.id and message.intent in message.matters():
        # 「反了！算了 客服咋找」 wants something else by now.
        return None
    unclear = found.unclear if found and not (found.confirmed or found.ruled_out or found.solved) else ()
    last = state.walk.problem_steps[-1] if state.walk.problem_steps else None
    if not unclear and last and causes.takes_back(message.text) and not (found and (found.confirmed or found.solved)):
        if len(message.key) > _LONGEST_TAKING_BACK or message.further_requests:
            return None
        named = causes.named(topic, message.key)
        last = next((s.id for s in topic.steps if s.value in named and s.id in state.walk.problem_steps), last)
        is_back = not named and state.step and (topic.step_number(last) or 0) > state.step
        # Whoever was led back to a cause speaks of that one.
        last = topic.steps[state.step - 1].id if is_back else last
        unclear = tuple(step.value for step in topic.steps if step.id == last and step.value)
    if not unclear:
        return None
    arguments: dict[str, object] = {"unchecked": unclear, "is_unclear": True}
    return Reading(Source.ON_SCREEN, Act.NOT_CHECKED, message, f"unclear about {', '.join(unclear)}", 1.0, arguments)


def _settled(message: UserMessage, certainty: float) -> Reading:
    plain = replace(message, intent="problem_solved", band=AnswerBand.ANSWER, choices=(), further_requests=())
    return Reading(Source.ON_SCREEN, Act.SOLVED, plain, "it is settled", certainty)


def _is_answered_here(context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether it sounds like another topic without a word of it, while the step on the screen has an answer to it."""
    if act is not Act.OPEN_TOPIC or message.intent == topic.id or topic.kind == "diagnosis":
        return False
    asked = max(message.acts.get("question", 0.0), _ASKS_HERE if asks(normalize(message.text)) else 0.0)
    if asked < _ASKS_HERE:
        return False
    if message.intent in message.matters("named") and message.confidence >= _SURE_INTENT:
        # 「先问个别的 注销号要多久」 names its matter.
        return False
    if message.acts.get("trouble", 0.0) >= _LIKELY or _reports_and_asks(topic, state, message):
        return False
    found = find_answer(context, state, message) if state.step else None
    return found is not None and found.topic == topic.id and found.place == topic.steps[state.step - 1].id


def _asks_of_topic(context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage) -> bool:
    """Whether the intent only names the topic under way while the message asks something that it answers."""
    if act is not Act.OPEN_TOPIC or message.intent not in (topic.id, *topic.related) or not state.step:
        return False
    if "step_number" in message.entities or reported_place(topic, state.step, message):
        return False
    if _reports_and_asks(topic, state, message):
        return False
    if message.intent != topic.id and message.intent in message.matters("anchor", "named"):
        return False
    picked = message.single_value(topic.entity, {step.value for step in topic.steps if step.value})
    visited = {step.value for step in topic.steps[: state.step]}
    if picked and picked not in visited:
        # Another part is named: it is shown, with the answer; one that was shown before is only answered.
        return False
    if _asks_plainly(message):
        return find_answer(context, state, message) is not None
    # 「那个在屏幕哪块儿啊」 is heard as a question by its answer alone, unless it tells something.
    tells = max(message.acts.get(name, 0.0) for name in _ACTS if name != "question")
    return tells < _LIKELY and find_answer(context, state, message, CERTAIN) is not None


def _asks_plainly(message: UserMessage) -> bool:
    return message.acts.get("question", 0.0) >= _LIKELY or asks(normalize(message.text)) or message.key.endswith("不")


def _asks_of_check(context: Context, topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether a check is asked about: 「这个在哪看」, 「没找到那个设置」; what is found out beside it counts first."""
    if _CANNOT_FIND.search(message.key) and state.step and message.acts.get("ruled_out", 0.0) < _SURE_ACT:
        return find_where(context, state) is not None
    if not message.clauses or not asks_in(message.clauses[-1]):
        return False
    if causes.happened(message.clauses[-1].text) is not None:
        # 「我说银行拦了 不是没拦」 tells it.
        return False
    told = [clause for clause in message.clauses if not asks_in(clause)]
    findings_told = ("ruled_out", "cause_confirmed", "solved", "not_checked")
    for clause in told:
        if plans(clause.text):
            continue
        # 「银行也没拦 这样还能是啥」 names its cause.
        least = _SURE_CLAUSE if causes.named(topic, folded(clause.text)) else _SURE_ACT
        if any(clause.acts.get(name, 0.0) >= least for name in findings_told):
            return False
    return find_in_clause(context, state, message, message.clauses[-1]) is not None


def _meant(context: Context, topic: Topic, state: DialogueState, label: str, message: UserMessage) -> Act:
    """Returns what a label stands for in this walkthrough."""
    meant = _ACTS[label]
    place = place_spoken_of(topic, state.step, message) if topic.kind == "procedure" else None
    if meant is Act.RULED_OUT and place and place.is_done and not _has_trouble(context, topic, state):
        # 「版本是新的」 is nothing to be mended.
        return Act.DONE
    if meant in (Act.RULED_OUT, Act.CAUSE_FOUND) and topic.kind != "diagnosis":
        # There are no causes to rule out: what was suggested against the trouble has not helped.
        meant = Act.TRIED_ALL if meant is Act.RULED_OUT and _has_trouble(context, topic, state) else Act.TROUBLE
    if meant is Act.NOT_CHECKED and topic.kind != "diagnosis":
        meant = Act.WAIT
    if meant is Act.WAIT and hurries(message.key) and state.step:
        # 「下一个 赶紧」 needs no time.
        meant = Act.DONE
    if meant is Act.ASK_STEP and topic.kind == "procedure" and _reports_and_asks(topic, state, message):
        meant = Act.ASK_STEP if _is_still_here(topic, state, message) else Act.DONE
    if meant is Act.SOLVED and (_is_midway(topic, state, message) or not _is_all(topic, state, message)):
        meant = Act.DONE
    if meant is Act.DONE and topic.kind == "diagnosis" and state.step and _CHECK_PASSED.fullmatch(message.key):
        return Act.RULED_OUT
    if meant is Act.DONE and _NOT_DONE.search(message.key) and not _DONE_SINCE.search(message.key):
        return Act.WAIT
    if meant is Act.TROUBLE and _has_fallen_back(topic, state, message):
        meant = Act.DONE
    if meant is Act.TROUBLE and _mends(topic, state, message):
        return Act.WAIT
    if meant is not Act.ASK_STEP or topic.kind != "diagnosis":
        return meant
    named = causes_named(topic, with_walk(state, step=0), message)
    is_check = find_answer(context, state, message) is None or (asks_how(message.key) and not state.step)
    # 「网络不好的话要怎么弄」 asks for the check that it names.
    return Act.CAUSE_FOUND if named and is_check else meant


def _says_by_itself(state: DialogueState, topic: Topic, act: Act, message: UserMessage, label: str) -> bool:
    """Whether the sentence is clear by itself: a name, a human, a plain command, the wish to see a check."""
    is_name = act is Act.OPEN_TOPIC and message.intent == topic.id and len(message.key) <= _NAME_ONLY
    if is_name and not (topic.kind == "diagnosis" and label in ("ruled_out", "cause_confirmed")):
        return True
    is_midway = _arrives(topic, state, message) or reported_place(topic, state.step, message) is not None
    rules_out = label in ("ruled_out", "cause_confirmed") and message.acts.get(label, 0.0) >= _SURE_WHOLE
    is_ended = not rules_out and (topic.kind == "diagnosis" or _is_all(topic, state, message))
    is_solved = act is Act.SOLVED and message.confidence >= _SURE_INTENT and not is_midway and is_ended
    # 「客服那一栏看到了」 asks for nobody.
    is_seen = topic.kind == "procedure" and message.band is not AnswerBand.ANSWER and bool(_SEES.search(message.key))
    is_human = act is Act.HUMAN and not is_midway and not is_seen
    if is_human or is_solved or "step_number" in message.entities:
        return True
    is_pick = len(message.key) <= _NAME_ONLY and not _RULES_OUT.search(message.key)
    if label in ("ruled_out", "cause_confirmed") and (is_pick or _ASKS_FOR.match(message.key)):
        # 「查银行」, or a bare 「网络」 before the first check, asks for the check and tells nothing of it.
        return True
    if act is Act.PREVIOUS and _BACK.search(message.key):
        return True
    if act is Act.SOLVED and not is_ended and label in _REPORTS:
        # 「好了收到了」 in the middle of a procedure is no more than what has come.
        return False
    if act not in CONTROL or message.confidence < _SURE_INTENT:
        return False
    # A plain yes or no answers what is offered, and a yes is no trouble.
    is_answer = act is Act.AFFIRM or (act is Act.DENY and state.offer is not None)
    return is_answer or message.acts.get(label, 0.0) < _SURE_ACT


def _arrives(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether the message has come to a page in the middle of a procedure."""
    is_midway = topic.kind == "procedure" and state.awaiting is None and 0 < state.step < len(topic.steps)
    return is_midway and bool(_ARRIVES.search(message.key))


def _is_midway(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether what sounds settled is a step that is done: it speaks of one before the last."""
    place = place_spoken_of(topic, state.step, message)
    return place is not None and place.number < len(topic.steps)


def _reports_and_asks(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether a step is reported before something is asked (「帮助中心进了 往哪点」)."""
    told = [clause for clause in message.clauses if not asks_in(clause)]
    # 「是几个数字 填进去了」 asks first.
    before = told if len(told) < len(message.clauses) else told[:-1]
    reports = any(
        max(clause.acts.get("done", 0.0), clause.acts.get("arrived", 0.0)) >= _SURE_CLAUSE for clause in before
    )
    return reports and topic.kind == "procedure"


def _is_still_here(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether a page that is told of is the one shown, and nothing is done there (「要上传截图 我没截 去哪截」)."""
    told = [clause for clause in message.clauses if not asks_in(clause)]
    if any(clause.acts.get("done", 0.0) >= _SURE_CLAUSE for clause in told):
        return False
    place = place_spoken_of(topic, state.step, message)
    named = step_named(topic, message)
    return (place is None or place.number == state.step) and named in (None, state.step)


def _is_all(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether what is settled is the whole matter rather than a step of it: nothing ends by mistake."""
    if topic.kind == "diagnosis" or state.step >= len(topic.steps) or state.awaiting is Awaiting.OUTCOME:
        return True
    if message.acts.get("solved", 0.0) >= _SURE_ACT and any(word in message.key for word in _THANKS):
        return True
    return bool(_ALL.search(message.key)) or any(word in message.key for word in (topic.title, topic.title[-2:]))


def _has_fallen_back(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether the user is back at an earlier step (「不小心关掉了 又得从登录那里点起」), which is no trouble of it."""
    place = place_spoken_of(topic, state.step, message)
    if place is None or place.number >= state.step or place.is_done:
        return False
    # 「登录提示账号不存在」 is at the login, though it is like what is said of the account.
    names_here = names_of(topic, state.step, place.number, message.key)
    return names_of(topic, place.number, state.step, message.key) or not names_here


def _mends(topic: Topic, state: DialogueState, message: UserMessage) -> bool:
    """Whether the user has found a mistake of their own after help with this step was given."""
    if topic.kind != "procedure" or state.walk is None or not state.step:
        return False
    is_helped = topic.steps[state.step - 1].id in state.walk.problem_steps
    return is_helped and bool(_MISTAKE.search(message.key)) and not _TOLD_BY_PAGE.search(message.key)


def _least(context: Context, state: DialogueState, act: Act, message: UserMessage) -> float:
    """Returns the certainty from which a situated act is believed."""
    is_unclear = act in UNCLEAR or message.band is not AnswerBand.ANSWER
    without_word = act is Act.OPEN_TOPIC and message.intent not in (state.topic, *message.matters())
    own = context.topic(state)
    if own and own.kind == "procedure" and state.step and act is Act.OPEN_TOPIC and message.intent == own.id:
        # 「申诉表点提交没动静」 has a word of the topic because it is about its step.
        reports = max(message.acts.get(name, 0.0) for name in (*_REPORTS, "trouble"))
        if reports >= _NAMED_AGAIN and names_of(own, state.step, 0, message.key):
            return _POSSIBLE
    if state.step and without_word and message.confidence < _SURE_SWITCH:
        return _POSSIBLE
    if state.step and (is_unclear or without_word) and message.acts.get("other", 0.0) < _ELSEWHERE:
        return _POSSIBLE
    return _LIKELY


def _reports_change(message: UserMessage) -> bool:
    """Whether the message says that something has come about (「退了 有了」), and nothing else."""
    is_elsewhere = message.acts.get("other", 0.0) >= _MAYBE_ELSEWHERE
    is_told = message.key.endswith("了") and not asks(normalize(message.text)) and not _WHICH.search(message.key)
    return is_told and not is_elsewhere and not any(sign in message.key for sign in "不没")


def _has_trouble(context: Context, topic: Topic, state: DialogueState) -> bool:
    """Whether help against trouble was given: at this step, or by the answer given last."""
    last = context.knowledge.topics.get(state.last_topic or "")
    is_at_step = bool(state.walk and state.step and topic.steps[state.step - 1].id in state.walk.problem_steps)
    return is_at_step or (last is not None and last.id != topic.id and last.offer_human)


def _asked_at_warning(
    context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage
) -> Reading | None:
    """Reads a question before the first step: it is answered, not met with the warning again."""
    certainty = message.acts.get("question", 0.0)
    place = reported_place(topic, 0, message)
    if place and place.likeness >= _AT_WARNING and message.acts.get("trouble", 0.0) >= _SURE_ACT:
        return Reading(
            Source.ON_SCREEN, Act.TROUBLE, message, f"stuck at {topic.id}", place.likeness, {"step": place.number}
        )
    is_asked = asks(normalize(message.text))
    other = _other_at_warning(context, topic, state, act, message)
    if other:
        return other
    if _LETS_BE.search(message.key) and not asks(normalize(message.text)) and act is not Act.HUMAN:
        plain = replace(message, intent=Act.CANCEL.value, band=AnswerBand.ANSWER, choices=())
        let_be = Reading(Source.ON_SCREEN, Act.CANCEL, plain, f"lets {topic.id} be")
        return wanted_instead(context, topic.id, message) or let_be
    if _DO_IT.fullmatch(message.key) and _has_just_read(state):
        plain = replace(message, intent=Act.AFFIRM.value, band=AnswerBand.ANSWER, choices=(), confidence=1.0)
        return Reading(Source.ON_SCREEN, Act.AFFIRM, plain, "wants it done")
    if _goes_on_emptied(state, message):
        plain = replace(
            message, intent=Act.AFFIRM.value, band=AnswerBand.ANSWER, choices=(), confidence=1.0, further_requests=()
        )
        return Reading(Source.ON_SCREEN, Act.AFFIRM, plain, "the balance is dealt with, and goes on")
    if (
        _EMPTIED.search(message.key)
        and not _TO_EMPTY.search(message.key)
        and certainty < _LIKELY
        and not is_asked
        and "explicit_consent" not in message.entities
    ):
        # What the warning asks for is done; the yes is still to come.
        arguments = _says("utter_balance_done")
        return Reading(Source.ON_SCREEN, Act.LET_BE, message, "the balance is dealt with", arguments=arguments)
    if (
        act is Act.CANCEL
        and message.confidence < _SURE_INTENT
        and not withdraws(message.key)
        and not _GIVES_UP.search(message.key)
    ):
        # 「嗯 弄吧」 sounds like 「算了吧」: asked once more, and nothing is given up.
        plain = replace(message, intent="repeat_step", band=AnswerBand.ANSWER, choices=(), further_requests=())
        return Reading(Source.ON_SCREEN, Act.REPEAT, plain, "may agree")
    if place and place.likeness >= _AT_WARNING and certainty < _LIKELY and not withdraws(message.key):
        # Who reports a step after the warning has gone on knowing it.
        arguments = {"step": step_after(place, message)}
        return Reading(Source.ON_SCREEN, Act.DONE, message, f"already at {topic.id}", place.likeness, arguments)
    is_topic = act is Act.OPEN_TOPIC and message.intent != topic.id and message.band is AnswerBand.ANSWER
    # 「里面好像还有3块钱」 is about what the warning says, whatever it sounds like.
    is_topic = is_topic and (message.intent in message.matters() or message.confidence >= _OTHER_AT_WARNING)
    if is_topic or "explicit_consent" in message.entities:
        return None
    asks_it = certainty >= _LIKELY or is_asked
    is_foreign = "unsupported_topic" in message.entities
    is_known = find_answer(context, state, message, SURE if is_foreign else LIKELY) is not None
    if is_foreign and asks_it and not is_known and not _MONEY.search(message.key):
        # 「手机号能换绑不」 is about something that nothing is known of.
        return Reading(Source.ON_SCREEN, Act.HONEST, message, "asks of what nothing is known about", certainty)
    of_balance = context.knowledge.answers.get(f"{topic.id}/{TOPIC}/{_BALANCE}")
    if of_balance and not is_known and not asks_for_human(message) and _MONEY.search(message.key):
        # 「里面好像还有3块钱」
        return Reading(
            Source.ON_SCREEN, Act.MEANT, message, "has a balance left", arguments={"found": Found(of_balance)}
        )
    is_unclear = act in UNCLEAR or message.band is not AnswerBand.ANSWER
    # 「里头还有钱没用完」 asks nothing and is answered all the same; what is asked is never met with the warning again.
    if not (is_known and (asks_it or is_unclear)) and not (asks_it and (is_unclear or message.intent == topic.id)):
        return None
    return Reading(Source.ON_SCREEN, Act.ASK_STEP, message, f"question before {topic.id}", certainty)


def _other_at_warning(
    context: Context, topic: Topic, state: DialogueState, act: Act, message: UserMessage
) -> Reading | None:
    """Reads what is neither a yes nor a no to the warning: trouble, a plan, a reason, where it is done."""
    if act is Act.HUMAN or "explicit_consent" in message.entities or message.further_requests:
        return None
    is_asked = asks(normalize(message.text)) or message.acts.get("question", 0.0) >= _LIKELY
    takes_out = bool(_TAKES_OUT.search(message.key))
    if not is_asked and (act is Act.PROBLEM or takes_out) and message.acts.get("trouble", 0.0) >= _SURE_ACT:
        of_balance = context.knowledge.answers.get(f"{topic.id}/{TOPIC}/{_BALANCE}")
        if of_balance and of_balance.fingerprint != state.last_answer and takes_out:
            found = {"found": Found(of_balance)}
            return Reading(Source.ON_SCREEN, Act.MEANT, message, "cannot take out the balance", arguments=found)
        return Reading(
            Source.ON_SCREEN, Act.LET_BE, message, "stuck before it begins", arguments=_says("utter_stuck_before_start")
        )
    is_to_come = _FIRST.search(message.key) or "先" in message.key
    if _PREPARED.search(message.key) and not _EMPTIED.search(message.key) and not is_to_come:
        return Reading(Source.ON_SCREEN, Act.LET_BE, message, "has prepared", arguments=_says("utter_prepared"))
    if not is_asked and _PREPARES.search(message.key) and not _LETS_BE.search(message.key):
        name = "utter_balance_first" if _TAKES.search(message.key) else "utter_prepares_first"
        return Reading(Source.ON_SCREEN, Act.LET_BE, message, "prepares first", arguments=_says(name))
    if not is_asked and _FIRST.search(message.key) and _EMPTIES.search(message.key):
        return Reading(
            Source.ON_SCREEN, Act.LET_BE, message, "empties it first", arguments=_says("utter_balance_first")
        )
    is_where = "where" in kinds_of(message.key) and (message.intent == topic.id or act in UNCLEAR)
    if is_where and find_answer(context, state, message) is None:
        numbers = tuple(range(1, len(topic.steps) + 1))
        return Reading(
            Source.ON_SCREEN, Act.SHOW_STEPS, message, "asks where it is done", arguments={"numbers": numbers}
        )
    is_told = not is_asked and (act in UNCLEAR or act is Act.CAPABILITIES) and _REASON.search(message.key)
    if is_told:
        return Reading(Source.ON_SCREEN, Act.LET_BE, message, "tells the reason", arguments=_says("utter_reason_heard"))
    return None


def _says(response: str) -> dict[str, object]:
    return {"response": response, "stays": True}


def _goes_on_emptied(state: DialogueState, message: UserMessage) -> bool:
    """Whether somebody who has just read the warning says that the balance is dealt with, and to go on."""
    if not _has_just_read(state) or len(message.clauses) < 2:
        return False
    if any(map(asks_in, message.clauses)):
        return False
    *told, last = (folded(clause.text) for clause in message.clauses)
    return bool(_GO_ON.fullmatch(last)) and all(_EMPTIED.search(clause) for clause in told) and not denies_it(message)


def _has_just_read(state: DialogueState) -> bool:
    """Whether nothing stands between the warning and the message."""
    return state.walk is not None and not state.walk.interrupted and state.offer is None


def denies_it(message: UserMessage) -> bool:
    """Whether anything of the message asks, denies, supposes, or speaks of somebody else."""
    operated = message.matters("negated", "hypothetical", "other_person", "past")
    return asks(normalize(message.text)) or withdraws(message.key) or bool(operated)


def _follows_answer(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the report of a step by somebody who was only told where it is (「那我现在点进去了」): they have begun."""
    name, _, part = (state.asked_about or "").partition("/")
    topic = context.knowledge.topics.get(name)
    if state.walk or state.offer or topic is None or topic.kind != "procedure" or topic.warning or state.handed_over:
        return None
    number = topic.step_number(part)
    is_report = max(message.acts.get(one, 0.0) for one in ("done", "arrived")) >= _SURE_ACT
    if number is None or not is_report or act not in (*UNCLEAR, Act.SOLVED, Act.NEXT, Act.AFFIRM):
        return None
    if asks(normalize(message.text)) or not _DONE_OR_THERE.search(message.key) or message.further_requests:
        return None
    place = reported_place(topic, number, message)
    step = step_after(place, message) if place else number + 1
    opened = replace(message, intent=topic.id, band=AnswerBand.ANSWER, choices=())
    arguments = {"step": min(step, len(topic.steps)), "is_trouble": False}
    return Reading(Source.ON_SCREEN, Act.JOIN, opened, f"has begun {topic.id} after an answer", arguments=arguments)


def _joined(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads the first message of a procedure that the user is in the middle of (「在找回密码，验证码填了说不对」)."""
    topic = context.knowledge.topics.get(message.intent)
    if (
        act is not Act.OPEN_TOPIC
        or topic is None
        or topic.kind != "procedure"
        or topic.warning
        or topic.id == state.topic
        or any(request.intent == topic.id for request in state.requests)
    ):
        return None
    place = reported_place(topic, 0, message)
    here = reported_place(context.topic(state), state.step, message)
    if here and topic.id not in message.matters("named"):
        # 「密码换过了」 reports the step on the screen, too.
        return None
    acts = [message.acts, *(clause.acts for clause in message.clauses)]
    trouble = max(known.get("trouble", 0.0) for known in acts)
    done = max(known.get(name, 0.0) for known in acts for name in _REPORTS)
    last = message.clauses[-1].acts if message.clauses else message.acts
    is_trouble = last.get("trouble", 0.0) > max(last.get(name, 0.0) for name in _REPORTS)
    if "step_number" in message.entities or place is None or max(trouble, done) < _SURE_JOINED:
        return None
    reported = max(place.acts.get(name, 0.0) for name in _REPORTS)
    if reported < _SURE_JOINED and place.number == len(topic.steps):
        # 「登不进去 提示密码错」 has done nothing yet.
        return None
    if _NUMBER_CHANGED.search(message.key) and reported < _SURE_JOINED:
        # 「她换过手机号」 is no report of a step.
        return None
    if is_trouble and done < _SURE_JOINED and _AT_LOGIN.search(message.key):
        # 「登不上去，说密码不对」 has not begun.
        return None
    if is_trouble and place.likeness < _TROUBLE_JOINED and done < _SURE_JOINED:
        # 「有笔账不对劲」 is why somebody comes, and at no step.
        return None
    last_step = max(number for number, step in enumerate(topic.steps, 1) if not step.is_fallback)
    if is_trouble and place.number == last_step and done < _SURE_JOINED:
        # What is wrong at the end is why people come: 「密码忘了登不上去」.
        return None
    if place.number <= 1 or (place.number == 2 and not place.is_done and topic.steps[0].collect):
        return None
    number = place.number if is_trouble else step_after(place, message)
    arguments = {"step": number, "is_trouble": is_trouble}
    return Reading(Source.ON_SCREEN, Act.JOIN, message, f"already at step {number}", place.likeness, arguments)


def switches(context: Context, topic: Topic, act: Act, message: UserMessage) -> bool:
    """Whether the message turns to another topic: it names one with a word that this walkthrough does not explain."""
    if act is not Act.OPEN_TOPIC or message.intent == topic.id or message.band is not AnswerBand.ANSWER:
        return False
    if topic.kind == "procedure" and len(message.clauses) > 1 and is_shown_now(message):
        # 「点了 要我填电话号码」 tells what the page wants.
        first = message.clauses[0].acts
        return first.get("done", 0.0) + first.get("arrived", 0.0) < _SURE_ACT
    own = [likeness for address, likeness in message.steps.items() if address.startswith(f"{topic.id}/")]
    if topic.kind == "procedure" and is_shown_now(message) and max(own, default=0.0) >= _AS_SAID:
        # 「然后它让输验证码」, while an account is closed.
        return False
    if message.intent in message.matters() and message.intent not in topic.related:
        return message.confidence >= _SWITCH
    return message.confidence >= _SURE_SWITCH and message.acts.get("other", 0) >= _OTHER


def causes_named(topic: Topic, state: DialogueState, message: UserMessage) -> tuple[str, ...]:
    """Returns the values of the checks that the message names; without any, the one on the screen."""
    known = [step.value for step in topic.steps if step.value]
    named = tuple(value for value in message.entities.get(topic.entity or "", ()) if value in known)
    named = named or causes.named(topic, message.key)
    if named or not state.step:
        return named
    return (topic.steps[state.step - 1].value or "",)
