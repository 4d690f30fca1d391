"""What a message tells and asks after an alarm: by what the model hears, and the expressions of `danger.yml`."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from actions.dialogue.messages import Clause, UserMessage, folded
from actions.dialogue.replacing import replace
from actions.dialogue.state import AttemptOutcome, DialogueState
from actions.knowledge.danger import Danger, Fact
from actions.reading.deeds import acts_asked, deeds_in, latest
from actions.reading.likely_questions import question_titled
from actions.reading.questions import asks
from actions.reading.sureness import (
    RIVAL,
    RIVAL_OF_CERTAIN,
    has_rival,
    sifted,
    subject_named,
    subject_of,
    words_of,
)
from language.text_normalization import normalize

_ONE_QUESTION = 14
# What is less likely is only offered (`likely_questions`).
_LEAST = 0.1
# The classifier of one label tells a fact from here on.
_TELLS = 0.55
# The model of all labels hears it from here on.
_HEARS_QUESTION, _HEARS_LOSS = 0.55, 0.6
# An inkling, without which no expression counts.
_BACKS = 0.1
# Of what is a question by its form, the likeliest is taken from here on.
_LIKELY_QUESTION = 0.12
# Beside another question one must be surer.
_FURTHER_QUESTION, _MOST_QUESTIONS = 0.25, 3
# An expression counts as sure as this beside what the model hears: in doubt the model is right more often.
_BY_WORDS = 0.6
# What is only named counts as done if the model hears it so surely.
_SURELY_DONE = 0.8
_ASKS = "asks"
_CALLED = "person:"
_OR_NOT = re.compile(r"([\u4e00-\u9fff])[不没冇唔]\1")
_ENDS_ASKING = re.compile(
    "(?:行|可以|对|是|没事|够|能|安全|成)了?吧$|[不没吗么]$|^.{1,6}呢$|(?:啥|什么|谁|哪|咋|怎么)(?!都|也).{0,4}$"
)
_PASSWORD = "forgot_password"
# The answer of `safety.yml` to a cry for help of somebody else, and what is known by it.
_OTHER_PERSON, _OF_OTHER = "crisis_other_person", "of_other"
# Chosen on conversations of which the model had not learnt: a message in itself says little of whose misfortune it is.
_MOSTLY_OTHERS, _MOST_EVIDENCE, _LEAST_SHARE = 0.4, 1.0, 0.02
_SOMEBODY = re.compile(
    "[妈爸爷奶姥娘爹弟妹姐哥叔伯姑姨舅婶孙甥侄她佢]|外[公婆]|老(?:公|婆|伴|人|头|太|爷|两口)|媳妇|爱人|对象|儿子|女儿|闺女|孩子|娃"
    "|朋友|闺蜜|同[学事]|室友|舍友|邻居|亲戚|徒弟|学生|员工|客户|大爷|家里人|家人|父母|女友|男友|婆婆|公公|岳[父母]"
)
_BEGINS_WITH_SOMEBODY = re.compile(
    "^(?:我|俺|咱)?(?:们)?(?:家)?(?:里)?(?:的)?(?:老)?(?:爹|爸|妈|娘|爷爷|奶奶|外公|外婆|姥姥|姥爷|公公|婆婆|岳父|岳母|老公|老婆|老伴|儿子|女儿|闺女"
    "|孩子|哥|弟|姐|妹|叔|舅|姨|姑|室友|舍友|同学|同事|朋友|闺蜜|邻居)(?!的(?!钱|卡|手机|钱包|账)|给我|让我|叫我|骂|说我|打我|知道|不知|嫌|也?不信|[都还]?不晓)"
)
_CALLED_SO = (
    "(?:小|大)?(?:闺女|姑娘|丫头|孩子|妹子|妹儿|妹妹|弟弟|哥|姐|姐姐|大哥|大姐|兄弟|小伙子|同志|师傅|老师|美女|帅哥)"
    "(?:啊|呀|哎|诶|哦|你好|您好)"
)
_VOCATIVE, _VOCATIVE_TEXT = re.compile(f"^{_CALLED_SO}(?=.)"), re.compile(rf"^\s*{_CALLED_SO}[\s,，!！]*")
_OF_ME = re.compile(
    "(?:让|叫|要|催|喊|逼|骗|教|说|打给|加|找|拉|带|哄|介绍)(?:了|过)?我(?!们?家|[妈爸爷奶姥娘爹弟妹姐哥叔伯姑姨舅婶孙]|老|媳|外|女|儿|闺|孩|朋|室|同)"
)
_DONE = "了"
_SEVERAL = 2
# A shorter clause asks nothing of its own (「对吗」).
_LONG_ENOUGH = 5
_OTHERS = "others"
# Words of form that Cantonese writes otherwise: an expression knows one of them.
_SPELT = str.maketrans("咗冇唔佢喺嘅係睇揾畀俾嚟喇乜", "了没不他在的是看找给给来了什")
_LOST, _PAST = "lost", ("了", "过", "完", "被", "掉", "出去")
_CULPRITS = re.compile("对方|骗子|那边|那个人|那人|客服|公安|警察|导师|对面")
# 「有人往我钱包转了三百」 is no loss.
_TO_ME = re.compile(r"(往|给|到)我\S{0,4}$")
_BETWEEN_CLAUSES = re.compile(r"[\W_]+")
# What is demanded, and what was done.
_DEMANDED = re.compile(
    "(?:让|叫|要|喊|催|教|逼|非要|说得)(?:我|俺|咱|她|他)"
    "|(?:他|她|对方|人家|骗子|那边)(?:们|都|还|也|连|竟然)*(?:知道|晓得|有|报得?出|说得?出)了?我"
)
_DONE_SO = re.compile(r"(?:开|下|装|给|报|填|念|说|点|发|输|弄|照做|加|扫|拍|共享|登)(?:了|过|完|好|上|着|给\S{1,2}了)")
_JUST_DENIED = re.compile("(?:没有?|未|不曾|从没|还没)(?:跟|给|把|告诉|去|再)?.{0,2}$")
_NOT_SENT = re.compile(
    "(?<!有)(?:没有?|未)(?:敢|去|来得及|真的?|给(?:他|她))*(?:转|汇|付|交|打款|打钱|充|投|给(?:他|她|钱))(?!.{0,3}(?:成功|吗|么|没))"
)
_SENT = re.compile(
    "(?<!没)(?<!没有)(?:转|汇|付|交|充|投|垫|扣|刷|骗|少|划|打款)(?:走|掉|光|出去|过去|进去|给.{0,3})*(?:了|完)|(?:钱|余额).{0,4}(?:没了|不见|空了)"
)
# Whether it is so, and what is told before that or beside a question of something else (「转了三千能追回吗」).
_WHETHER_SO = re.compile("会不会|是不是|有没有|是否|该不会|不会是")
_ENDS_WHETHER = re.compile("(?:吗|(?<![什怎那这])么|[了过]没有?)(?:啊|呀)?$")
_TOLD_BEFORE = re.compile(r"[了过完掉]|\d")
_TOLD_AND_ASKED = re.compile("[了过完掉].*(?:能|可以|会|要|用|该|行|有|没|怎|算|还|安全|危险)")
# Where a fact is heard so surely in a clause, it is that clause which tells it.
_HEARD_THERE = 0.3
# Somebody near who was named, and who 「跟他」 is afterwards.
_NEAR_NAMED = re.compile(
    "我(?:们)?(?:家)?(?:里)?(?:的)?(老公|老婆|媳妇|爱人|老伴|爸爸?|妈妈?|爸妈|父母|儿子|女儿|闺女|孩子|哥哥?|姐姐?|弟弟?|妹妹?)"
)
_PRONOUN = re.compile("(?<=[跟和给对同让叫瞒])(?:他|她|佢)们?|(?<=告诉)(?:他|她|佢)们?")
# Money that may have gone in any way.
_WANTED = "demanded"
# Who got through to nobody has called.
_BUSY = "line_busy"
_GIVEN = re.compile(
    "(?:转|汇|付|交|充|投|垫|打款|打钱|取|买|给|打)(?:走|掉|光|出去|过去|进去|上去|出来|给)*\\S{0,4}(?:了|完|过去|[\\d一二两三四五六七八九十几](?:笔|次|单|回))"
    "|骗|盗|偷|扣|刷|扫|没了|不见|空了|少了|亏|卷|划走"
)
# What is to be charged some day (「不取消每月自动扣800」).
_FEE = re.compile(
    "(?:不|没)(?:取消|关|处理|退|注销).{0,8}[扣收]\\S{0,6}|(?:每个?月|一个月|每年|自动|就会|会|要)(?:自动)?[扣收]\\S{0,6}"
)
# Of two things that exclude each other, one counts that is not less sure than this share of the other.
_AS_SURE = 0.8
# What was done is told with the thing itself, or at the end (「我开了」, but not 「说我开了会员」).
_AT_END = re.compile("(?:他|她|对方|人家)?(?:听|看)?(?:了|啦)?")
_DENIES = re.compile("没|(?<!知)不(?!知|晓)|(?<!特)别(?!人|的|个)|未(?!来)")
# Facts of a danger that nobody takes back by calling it nothing: a culprit may have the user say so.
GRAVE_FACTS = frozenset(
    {
        "claims_official",
        "exposure",
        "id_told",
        "installed",
        "isolated",
        "mule",
        "phone_lost",
        "secrecy",
        "threatened",
        "watched",
    }
)


@dataclass(frozen=True)
class Heard:
    """What was heard.

    Attributes:
        facts: What is told, the gravest first.
        questions: Labels of what is asked, the most pressing first.
        names_culprit: Whether the culprit is named by what they are.
        is_question: Whether something is asked at all, known or not.
        learnt: Those of the facts that the model hears.
        moods: What else the model hears somebody say that has an answer, the likeliest first.
        person: How the user calls whoever it has happened to.
        insists: Whether they say that they were not listened to.
        shares: How sure each of the facts and moods is.
        has_form: Whether it has the form of a question.
        whose: How much it speaks for it that it has happened to somebody else; below zero, to the user.
        names_somebody: Whether somebody is named to whom it may have happened.
        asks_more: Whether a clause asks something that is not known beside what is.
        undone: What is said not to be done; it is known no longer.
        takes_back: Whether that is said of what was told last, without naming it.
        act: The word of the act that is asked about.
        subject: What it is about, where nothing of it is sure.
        words: Their own words, to be taken up where no answer is known.
        is_listened: Whether a model has listened.
    """

    facts: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    names_culprit: bool = False
    is_question: bool = False
    learnt: frozenset[str] = frozenset()
    moods: tuple[str, ...] = ()
    person: str | None = None
    insists: bool = False
    shares: Mapping[str, float] = field(default_factory=dict)
    has_form: bool = False
    asks_more: bool = False
    whose: float = 0.0
    names_somebody: bool = False
    undone: tuple[str, ...] = ()
    takes_back: bool = False
    act: str = ""
    subject: str | None = None
    words: str = ""
    is_listened: bool = False

    @property
    def question(self) -> str | None:
        """What is surely asked first."""
        return next((name for name in self.questions if name.startswith(_ASKS)), None)


# What was heard in the latest messages, with what it was heard by: half a dozen readers of a turn ask for the same.
_Known = tuple[tuple[object, ...], Heard]
_latest: tuple[_Known, ...] = ()
_MOST_KNOWN = 8


def hear(danger: Danger, message: UserMessage) -> Heard:
    """Returns what a message tells and asks."""
    global _latest  # noqa: PLW0603 - replaced as a whole, so that threads may read it
    # All that is looked at. Told apart by identity: what a message is made of is not changed.
    heard_by = (danger, message.said, message.clauses, message.after_alarm, message.text, message.key)
    asked = (*heard_by, message.is_listened)
    for known, heard in _latest:
        if all(map(operator.is_, known, asked)):
            return heard
    heard = _hear(danger, message)
    _latest = ((asked, heard), *_latest[: _MOST_KNOWN - 1])
    return heard


def _hear(danger: Danger, message: UserMessage) -> Heard:
    named = question_titled(danger, message.text)
    if named:
        # It was picked from what was offered.
        return Heard(questions=(named,), is_question=True, has_form=True, is_listened=message.is_listened)
    spoken, message = message, _in_its_terms(danger, message)
    person = next((person for person, words in danger.persons.items() if re.search(words, message.key)), None)
    learnt = frozenset(
        name
        for name, share in message.said.items()
        if name in danger.facts
        and _is_heard(danger, name, share, message.key)
        and re.search(danger.about.get(name, ""), message.key)
        and not _is_undone(danger.facts[name], message)
    )
    clauses = clauses_of(message)
    deeds = deeds_in(danger, clauses)
    learnt -= deeds.untold
    # 「不交的话账户冻结」 only names it.
    learnt -= {name for name in deeds.named if message.said.get(name, 0.0) < _SURELY_DONE}
    learnt -= _outweighed(danger, message.said, learnt)
    learnt -= {name for name in learnt if name not in danger.deeds and _is_only_asked(name, message)}
    by_words, asked = _by_words(danger, message)
    told = tuple(
        name
        for name in danger.facts
        if name in learnt
        or (name in by_words - deeds.untold and (name in deeds.done or _is_backed(danger, name, message)))
    )
    if _LOST in told and (_is_not_gone(clauses) or _is_only_wanted(message, clauses)):
        told = tuple(name for name in told if name != _LOST)
    undone = tuple(name for name in deeds.denied if name not in told)
    has_form = _has_form(message.text, message.key)
    questions, asks_more = _questions(danger, message, asked, has_form=has_form)
    acts = _acts_asked(danger, message, clauses)
    moods = _moods_heard(danger, message)
    due = [] if _BUSY in moods else _due(danger, undone, told)
    questions = _with_acts(danger, message, questions, acts, due)
    certain = {*(name for name, _ in acts.values()), *due, *_certain(danger, message)}
    plain = sifted(danger, message, questions, certain)
    questions, asks_more = plain.questions, asks_more or bool(plain.unsure and plain.questions)
    shares = {name: message.said[name] if name in learnt else _BY_WORDS for name in told}
    doubted = (name for name in questions if name not in certain and name in message.said)
    shares |= {name: message.said[name] for name in doubted}
    return Heard(
        told,
        questions,
        bool(_CULPRITS.search(message.key)),
        bool(questions) or has_form,
        learnt,
        moods,
        person,
        bool(re.search(danger.insists, message.key)),
        {**shares, **{name: message.said[name] for name in moods}},
        has_form,
        asks_more,
        _whose(message),
        bool(_SOMEBODY.search(message.key)) and not _OF_ME.search(message.key),
        undone,
        deeds.takes_back,
        next((word for name, word in acts.values() if name == next(iter(questions), None)), ""),
        _subject(danger, message, deeds.untold | _not_believed(danger, message, told)),
        words_of(danger, spoken, plain.unsure),
        message.is_listened,
    )


def asks_whether(key: str) -> bool:
    """Whether a clause asks whether something is so, and tells nothing before that (「会不会已经没了」)."""
    asking = _WHETHER_SO.search(key)
    if asking:
        return not _TOLD_BEFORE.search(key[: asking.start()])
    ending = _ENDS_WHETHER.search(key)
    return ending is not None and not _TOLD_AND_ASKED.search(key[: ending.start()])


def _is_only_asked(name: str, message: UserMessage) -> bool:
    """Whether a fact is heard in nothing but clauses that ask whether it is so."""
    spoken = [folded(clause.text) for clause in message.clauses if clause.said.get(name, 0.0) >= _HEARD_THERE]
    if len(message.clauses) < _SEVERAL:
        spoken = [message.key]
    return bool(spoken) and all(asks_whether(key) for key in spoken)


def _not_believed(danger: Danger, message: UserMessage, told: tuple[str, ...]) -> frozenset[str]:
    """Returns the facts that the model hears and that are not so, by what is said of them."""
    return frozenset(
        name
        for name, share in message.said.items()
        if name in danger.facts and share >= danger.sure and name not in told
    ) - {_OTHERS, _LOST}


def _subject(danger: Danger, message: UserMessage, untold: frozenset[str]) -> str | None:
    """Returns what the message is about: by the clause that asks, or else by all of it."""
    for clause in reversed(message.clauses):
        key = folded(clause.text)
        if _is_question(danger, clause, key):
            found = subject_of(danger, clause.said, untold) or subject_named(danger, [key])
            if found:
                return found
    return subject_of(danger, message.said, untold) or subject_named(danger, clauses_of(message))


def _in_its_terms(danger: Danger, message: UserMessage) -> UserMessage:
    """Returns the message with what is heard called as it is called here: each file has names of its own."""
    text = message.text.translate(_SPELT)
    message = replace(message, text=text, key=message.key.translate(_SPELT))
    called = _VOCATIVE.match(message.key)
    if called:
        # 「闺女啊 我钱包里少了钱」 calls whoever answers: nothing has happened to a daughter.
        plain = {name: share for name, share in message.said.items() if name != _OF_OTHER}
        text = _VOCATIVE_TEXT.sub("", text)
        message = replace(message, text=text, key=message.key[called.end() :], said=plain)

    def named(said: Mapping[str, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, share in said.items():
            if share < _LEAST:
                continue
            own = danger.labels.get(name, name) if name not in danger.reactions else name
            found[own] = max(share, found.get(own, 0.0))
        return found

    clauses = tuple(replace(clause, said=named(clause.said)) for clause in message.clauses)
    return replace(message, said=named(message.said), clauses=clauses)


def _acts_asked(danger: Danger, message: UserMessage, clauses: list[str]) -> dict[str, tuple[str, str]]:
    """Returns by clause the question that asks for a plain yes or no to a next act, with the word of the act."""
    own = {act.asks for act in danger.acts}
    spoken = dict(zip(_with_persons(message, clauses), clauses, strict=True))
    asked = {spoken[clause]: found for clause, found in acts_asked(danger, list(spoken)).items()}
    return {
        clause: found
        for clause, found in asked.items()
        if ((worded := question_asked(danger, [clause])) not in danger.certain or worded in own)
        and not has_rival(danger, _said_in(message, clause), found[0], RIVAL)
    }


def _with_persons(message: UserMessage, clauses: list[str]) -> list[str]:
    """Returns the clauses with who was named for who is meant: 「我儿子在深圳 要不要跟他讲」."""
    if _CULPRITS.search(message.key):
        return clauses
    named, found = "", []
    for clause in clauses:
        found.append(
            _PRONOUN.sub(named, clause) if named and not _SOMEBODY.search(_PRONOUN.sub("", clause)) else clause
        )
        near = _NEAR_NAMED.search(clause)
        named = near.group(1) if near else named
    return found


def _said_in(message: UserMessage, key: str) -> Mapping[str, float]:
    """Returns what the model hears in a clause, or in the whole message where it has not heard it apart."""
    return next((clause.said for clause in message.clauses if folded(clause.text) == key), message.said)


def _certain(danger: Danger, message: UserMessage) -> set[str]:
    """Returns what is asked in words that leave no doubt, unless the model surely hears another question there."""
    found = set()
    for key in dict.fromkeys((message.key, *clauses_of(message))):
        asked = question_asked(danger, [key])
        if asked in danger.certain and not has_rival(danger, _said_in(message, key), asked, RIVAL_OF_CERTAIN):
            found.add(asked)
    return found


def _with_acts(
    danger: Danger,
    message: UserMessage,
    questions: tuple[str, ...],
    acts: Mapping[str, tuple[str, str]],
    due: list[str],
) -> tuple[str, ...]:
    """Returns what is asked with the acts that a yes or no is wanted to first, and what is still to be done last."""
    asked = list(dict.fromkeys(name for name, _ in acts.values()))
    rest = [name for name in questions if name not in asked]
    if asked:
        # Beside them counts what another clause asks.
        worded = {question_asked(danger, [clause]) for clause in clauses_of(message) if clause not in acts}
        heard = {
            _question_heard(danger, clause.said, folded(clause.text), _HEARS_QUESTION)
            for clause in message.clauses
            if folded(clause.text) not in acts
        }
        rest = [
            name for name in rest if name in worded | heard and not any(_is_alike(danger, name, act) for act in asked)
        ]
        asked.sort(key=lambda name: name not in danger.urgent)
    return tuple(dict.fromkeys((*asked, *rest, *due)))[:_MOST_QUESTIONS]


def _due(danger: Danger, undone: tuple[str, ...], told: tuple[str, ...]) -> list[str]:
    """Returns the questions that what is not done yet answers, unless it is not wanted."""
    if any(_is_refused(danger, name, told) for name in undone):
        return []
    return [asks for name in undone if (asks := danger.deeds[name].asks)]


def _is_refused(danger: Danger, name: str, told: tuple[str, ...]) -> bool:
    """Whether it is not done because it is not wanted (「不敢报警」), which has an answer of its own."""
    return any(name in danger.facts[fact].refuses for fact in told)


def _whose(message: UserMessage) -> float:
    """Returns how much the model hears it as said of somebody else than the user: a log of odds, of bounded weight."""
    if not message.is_listened:
        return 0.0
    share = min(max(message.said.get(_OF_OTHER, 0.0), _LEAST_SHARE), 1 - _LEAST_SHARE)
    evidence = _log_odds(share) - _log_odds(_MOSTLY_OTHERS)
    if _BEGINS_WITH_SOMEBODY.search(message.key) and not _OF_ME.search(message.key):
        # 「我爹昨天被人喊去刷了脸」
        evidence = _MOST_EVIDENCE
    return max(-_MOST_EVIDENCE, min(_MOST_EVIDENCE, evidence))


def _log_odds(share: float) -> float:
    return math.log(share / (1 - share))


def _has_form(text: str, key: str) -> bool:
    return asks(normalize(text)) or bool(_ENDS_ASKING.search(key) or _OR_NOT.search(key))


def _questions(
    danger: Danger, message: UserMessage, by_words: str | None, *, has_form: bool
) -> tuple[tuple[str, ...], bool]:
    """Returns what is asked, the most pressing first, and whether a clause asks something else that is not known."""
    is_heard = by_words is not None and _is_backed(danger, by_words, message)
    asked = by_words if is_heard and re.search(danger.about.get(by_words or "", ""), message.key) else None
    likeliest = _question_heard(danger, message.said, message.key, _LIKELY_QUESTION if has_form else _HEARS_QUESTION)
    is_certain = asked in danger.certain
    if likeliest and not is_certain and (asked is None or message.said[likeliest] >= _HEARS_QUESTION):
        asked = likeliest
    if len(message.clauses) < _SEVERAL:
        return ((asked,) if asked else ()), False
    places, asks_more = ({asked: len(message.clauses)} if asked else {}), False
    for place, clause in enumerate(message.clauses):
        key = folded(clause.text)
        if not _has_form(clause.text, key):
            continue
        further = _question_heard(danger, clause.said, key, _FURTHER_QUESTION)
        worded = question_asked(danger, [key])
        if worded and (worded in danger.certain or clause.said.get(worded, 0.0) >= _BACKS):
            is_surer = further is not None and clause.said[further] >= _HEARS_QUESTION
            further = further if is_surer and worded not in danger.certain else worded
        if further is None:
            # What is likeliest in it is what the whole message asks, or nothing is known about it.
            own = _question_heard(danger, clause.said, key, 0.0)
            is_own = own is None or own != asked
            asks_more = asks_more or (is_own and _is_question(danger, clause, key))
        elif further in places or not any(_is_alike(danger, further, other) for other in places):
            places[further] = min(place, places.get(further, place))
    named = [name for name in places if name not in danger.generic] or list(places)
    ranked = sorted(named, key=lambda name: (name not in danger.urgent, places[name]))
    return tuple(ranked[:_MOST_QUESTIONS]), asks_more and len(ranked) < _MOST_QUESTIONS


def _is_question(danger: Danger, clause: Clause, key: str) -> bool:
    """Whether a clause asks in earnest: what the model hears told in it is rather said than asked."""
    is_told = any(share >= danger.sure for name, share in clause.said.items() if name in danger.reactions)
    is_rhetorical = re.search(danger.insists, key) or re.search(danger.not_asked, key)
    return len(key) >= _LONG_ENOUGH and asks(clause.text) and not is_told and not is_rhetorical


def _is_alike(danger: Danger, one: str, other: str) -> bool:
    """Whether two questions are about the same, so that one answer is enough."""
    return any(one in alike and other in alike for alike in danger.alike)


def _is_heard(danger: Danger, name: str, share: float, key: str) -> bool:
    """Whether the model hears a fact.

    A loss must lie behind: 「他要我转两千」 is none yet.
    """
    if name == _LOST:
        return share >= _HEARS_LOSS and any(word in key for word in _PAST)
    if name == _OTHERS:
        # It is known by all that was said so far.
        return False
    return share >= danger.sure


def _is_not_gone(clauses: list[str]) -> bool:
    """Whether it is said that no money was sent, and of none that it was (「借了一万二 还没转」)."""
    is_denied = any(_NOT_SENT.search(clause) for clause in clauses)
    return is_denied and not any(_SENT.search(clause) for clause in clauses)


def _is_only_wanted(message: UserMessage, clauses: list[str]) -> bool:
    """Whether money is rather demanded than gone, by what the model hears and all that is said of it."""
    is_wanted = message.said.get(_WANTED, 0.0) >= max(_HEARS_LOSS, message.said.get(_LOST, 0.0))
    is_fee = any(_FEE.search(clause) for clause in clauses)
    return (is_wanted or is_fee) and not any(_GIVEN.search(_FEE.sub("", clause)) for clause in clauses)


def _outweighed(danger: Danger, said: Mapping[str, float], learnt: frozenset[str]) -> set[str]:
    """Returns the facts that something surer in the same message speaks against (「码来了 我还没告诉他」)."""
    return {
        name
        for surer in learnt
        for name in danger.facts[surer].unless
        if name in learnt and said[name] < said[surer] * _AS_SURE
    }


def _is_undone(fact: Fact, message: UserMessage) -> bool:
    """Whether a message only demands or denies what the model takes for done (「让我下个软件」, 「卡号我记不住」)."""
    if fact.about is None:
        return False
    clauses = clauses_of(message)
    naming = [clause for clause in clauses if re.search(fact.about, clause)]
    # 「没输过」 is not done.
    done = [
        (clause, found)
        for clause in clauses
        for found in _DONE_SO.finditer(clause)
        if not _JUST_DENIED.search(clause[: found.start()])
    ]
    if any(clause in naming or _AT_END.fullmatch(clause, found.end()) for clause, found in done):
        return False
    return bool(naming) and all(_DEMANDED.search(clause) or _DENIES.search(clause) for clause in naming)


def clauses_of(message: UserMessage) -> list[str]:
    """Returns the clauses of a message, without spaces and punctuation."""
    return [clause for clause in _BETWEEN_CLAUSES.split(normalize(message.text).strip()) if clause]


def _is_backed(danger: Danger, name: str, message: UserMessage) -> bool:
    """Whether what an expression hears may count: of what the model knows, it must have an inkling, too.

    Of a hundred strangers' messages in which only an expression heard something, twelve said it.
    """
    is_alone = name in danger.by_words or name in danger.certain
    return is_alone or not message.is_listened or message.said.get(name, 0.0) >= _BACKS


def _question_heard(danger: Danger, said: Mapping[str, float], key: str, least: float) -> str | None:
    """Returns the likeliest question that the model hears, if it is likely enough."""
    shares = {
        name: share
        for name, share in said.items()
        if name.startswith(_ASKS)
        and share >= least
        and name in danger.reactions
        and re.search(danger.about.get(name, ""), key)
    }
    return max(shares, key=lambda name: shares[name], default=None)


def _moods_heard(danger: Danger, message: UserMessage) -> tuple[str, ...]:
    """Returns what the model hears that is neither fact nor question, likeliest first."""
    shares = {
        name: share
        for name, share in message.said.items()
        if share >= danger.sure
        and name in danger.reactions
        and name not in danger.facts
        and not name.startswith(_ASKS)
        and re.search(danger.about.get(name, ""), message.key)
    }
    return tuple(sorted(shares, key=lambda name: -shares[name]))


def _by_words(danger: Danger, message: UserMessage) -> tuple[frozenset[str], str | None]:
    """Returns the facts that expressions tell, and the question that they ask."""
    clauses = clauses_of(message)
    # What is asked over a break (「报警 要不要」) only counts where no clause asks anything.
    asked = question_asked(danger, clauses)
    if asked is None and len(message.key) <= _ONE_QUESTION:
        asked = question_asked(danger, [message.key])
    # Where the model of all labels has spoken, that of one label is not asked.
    told = facts_told(danger, clauses, message.key, {} if message.is_listened else message.after_alarm)
    return frozenset(told), asked


def facts_told(danger: Danger, clauses: list[str], key: str, labels: Mapping[str, float]) -> tuple[str, ...]:
    """Returns the facts that clauses tell by their words, or the whole message by its likeliest label.

    Args:
        danger: Knows how facts are told.
        clauses: The clauses of the message.
        key: The whole message without spaces and punctuation.
        labels: What the classifier hears, with its certainty.
    """
    unreal = re.compile(danger.unreal)
    real = [clause for clause in clauses if not unreal.search(clause)]
    if len(real) == len(clauses) > 1:
        # What is told over a break: 「手机 被偷了」.
        real.append(key)
    # What somebody else says, and what is not so, may be told in a clause that supposes.
    spoken = [clause for clause in clauses if not asks_whether(clause)]
    of_spoken = _said_in_any(danger, [*spoken, key] if len(spoken) == len(clauses) else spoken)
    of_real = _said_in_any(danger, real)
    told = [
        name
        for name, fact in danger.facts.items()
        if name in (of_spoken if fact.is_denial else of_real) or (real and _sounds_told(name, fact, key, labels))
    ]
    return tuple(told)


def _said_in_any(danger: Danger, clauses: Iterable[str]) -> frozenset[str]:
    """Returns the facts that some of the clauses tell by their words."""
    return frozenset().union(*(danger.facts_in_clause.of(clause, _facts_in) for clause in clauses))


def _facts_in(danger: Danger, clause: str) -> frozenset[str]:
    refused = re.compile(danger.refused)
    found: set[str] = set()
    for place in danger.telling.possible(clause):
        name = danger.told[place]
        if name not in found and _says(danger.facts[name], danger.telling[place], clause, refused):
            found.add(name)
    return frozenset(found)


def question_asked(danger: Danger, clauses: Iterable[str]) -> str | None:
    """Returns the label of what clauses ask; None when they ask nothing that is known."""
    none = len(danger.asked)
    first = min((danger.question_in_clause.of(clause, _place_asked) for clause in clauses), default=none)
    return danger.asked[first] if first < none else None


def _place_asked(danger: Danger, clause: str) -> int:
    """Returns the place of the first expression of a question that finds something, or how many there are."""
    found = (place for place in danger.asking.possible(clause) if danger.asking[place].search(clause))
    return next(found, len(danger.asked))


def known_after(danger: Danger, facts: Iterable[str], told: tuple[str, ...]) -> tuple[str, ...]:
    """Returns what is known after more was told: what a fact takes back is known no longer."""
    known = dict.fromkeys(facts)
    for name in told:
        for ended in (*danger.facts[name].ends, *danger.facts[name].corrects):
            known.pop(ended, None)
    lasting = [name for name in told if not _is_ended(danger, name, told)]
    known.update(dict.fromkeys(fact for name in lasting for fact in (name, *danger.facts[name].implies)))
    return tuple(known)


def known_without(danger: Danger, facts: Iterable[str], heard: Heard) -> tuple[str, ...]:
    """Returns what is known without what is said not to be done after all."""
    facts = tuple(facts)
    taken = set(heard.undone)
    if heard.takes_back:
        taken.add(latest(danger, facts) or "")
    return tuple(fact for fact in facts if fact not in taken)


def person_noted(facts: tuple[str, ...], person: str | None) -> tuple[str, ...]:
    """Returns what is known with how the user calls whoever it has happened to: their first word for them stays."""
    return facts if person is None or any(fact.startswith(_CALLED) for fact in facts) else (*facts, _CALLED + person)


def person_known(danger: Danger, facts: Iterable[str]) -> str:
    """Returns how whoever it has happened to is called."""
    return next((fact.removeprefix(_CALLED) for fact in facts if fact.startswith(_CALLED)), danger.person)


def _is_ended(danger: Danger, name: str, told: tuple[str, ...]) -> bool:
    """Whether something else in the same breath takes it back; of two that exclude each other the graver counts."""
    ending = [other for other in told if name in danger.facts[other].ends]
    return any(other not in danger.facts[name].ends or told.index(other) < told.index(name) for other in ending)


def known_now(state: DialogueState) -> set[str]:
    """Returns all that is known: what was told, the kinds of alarm, and whether a human comes."""
    kinds = {told.alarm.value for told in state.alarms if told.alarm not in state.denied_alarms}
    given = {*state.danger_facts, *kinds, *(("handed_over",) if state.handed_over else ())}
    if state.answered.get(_OTHER_PERSON):
        given.add(_OF_OTHER)
    has_changed = any(one.topic == _PASSWORD and one.outcome is AttemptOutcome.SOLVED for one in state.attempts)
    return given | {"password_changed"} if has_changed else given


def _sounds_told(name: str, fact: Fact, key: str, labels: Mapping[str, float]) -> bool:
    """Whether the classifier hears it; a loss must lie behind: 「他要我转两千」 is none yet."""
    has_happened = name != _LOST or any(word in key for word in _PAST)
    return has_happened and any(labels.get(label, 0.0) >= _TELLS for label in fact.labels)


def _says(fact: Fact, pattern: re.Pattern[str], clause: str, refused: re.Pattern[str]) -> bool:
    for found in pattern.finditer(clause):
        if fact.is_denial:
            return True
        if _TO_ME.search(clause[: found.start()]):
            continue
        is_refused = refused.search(clause[: found.start()])
        if is_refused and _DONE in found.group() and not _DENIES.search(is_refused.group()):
            # 「老板让我转了28万」 is done, whoever wanted it.
            is_refused = None
        if not _DENIES.search(found.group()) and not is_refused:
            return True
    return False
