"""Which causes of a trouble a message rules out before they are looked at (「网是满格的，余额也有三千多」)."""

from __future__ import annotations

import re
from functools import lru_cache

from actions.dialogue.messages import folded
from actions.knowledge import Topic
from actions.reading.amounts import amounts_in
from language.pinyin import to_syllables
from language.text_normalization import normalize

_CLAUSE = re.compile(r"[\s,，。;；!！]+|但是?|可是?|不过|而且")
# Money that is there, told without a word for where: 「有 三百多」, 「够买了」, 「不缺钱」.
_TELLS_MONEY = re.compile(
    r"^(?:我|里[面头边]|现在|目前|看了|刚|还|都|是|也|大概|差不多|应该|查了|就|才|只|明明|当然|肯定)*(?:有|剩|够|不够|没有?)(?:的|着|呢|啊|呀|了|吧|嘛)*$"
    r"|钱|(?:够|足够|不够)(?:买|付|花|用|的|了|着|呢|啊|呀)|[有剩](?:着|下|个|大概|差不多|了)*[一二两三四五六七八九十几好\d]+[百千万多块元毛\d]"
    r"|^[一二两三四五六七八九十几好\d]+[百千万][一二两三四五六七八九\d多来几块元]*(?:呢|啊|呀|的|吧|左右)*$|^[\d一二两三四五六七八九十百千几]+(?:多|来)?[块元](?:多|钱)?(?:呢|啊|呀|吧|左右)*$"
)
_BALANCE = "balance"
# One syllable sounds like too much.
_SHORTEST_SOUND = 2
_FINE = re.compile(
    r"够|[网络号]也?(?:好|行|还行|可以|快)$|[三四五345]格|能(?:上网|看视频|刷|聊|打开网页|开网页)|刷得动|杠杠|好得很|不缺|不少|多得很|挺快|很快|满格|满的|全满|正常|没有?问题|没毛病|没事|没坏|好的|好着|好得|挺好|很好|蛮好|充足|足足|多着|里有钱|还有钱"
    r"|[有剩][一二两三四五六七八九十几好\d]+[百千万多块元\d]|没有?(?:设|限|超|拦)|不是|^有钱|明明有|除了|除开|除去"
)
# 「前头四个都不是」.
_FIRST = re.compile("[前头][面头边]?([一二两三四五])[个项样条]")
_NOT_FINE = re.compile(
    r"不够|不足|不好|不太|没网|没信号|断|差(?!不多|点)|慢|卡顿|弱|只[有剩]|[吗呢么?？]|是不是|会不会|够不够|正不正常"
)


_STOPPED = (
    "拦|拒付|拒绝|拒了|拒收|驳回|风控|冻结|冻了|锁定|锁住|锁了|封号|封了|被封|超限|超额|超了|超出|超过|止付"
    "|余额不足|余额不够"
)
_EVENT = re.compile(_STOPPED)
# 「余额有三千多呢」 asks nothing.
_STATED = re.compile("(?<=[多着够好的块元了])呢")
_BETWEEN = (
    "(?:有|被|给|让|在|看到|看见|收到|弹出?|发|说|显示|提示|银行|什么|任何|过|我|出现|人|哪|因为|是|他们|啥|来|设){0,5}"
)
_DENIED = re.compile(f"(?:没|未|冇|并非|不(?:是|会|存在)|无){_BETWEEN}(?:{_STOPPED})")
_NO_NOTICE = re.compile(
    f"(?:没|未|冇|无){_BETWEEN}(?:一?[条个点]|啥|什么|任何)?(?:拦截|风险|异常|银行)?(?:的)?(?:通知|短信|消息|提示|提醒)"
)
_DENIES_DENIAL = re.compile(
    f"(?:不是|并非|哪(?:里|儿)?是?|又不是|可不是)(?:说)?(?:没|未)(?:有)?{_BETWEEN}(?:{_STOPPED})|没(?:有)?说(?:过)?(?:银行|他们?|它)?(?:没|未|不)"
)
_MAYBE = re.compile(
    "[吗?？么]|是不是|有没有|会不会|不知道|不清楚|不晓得|不确定|难道|怕|可能|也许|会被|要是|如果|万一|没问|不(?:是)?.{0,2}(?:会|该).{0,2}拦|拦没|没拦"
    "(?:啊|呢)?[?？]"
)
_SAYS_WHICH = re.compile(
    "[没不无未够好对通非绿稳满多足快勿冇唔问打查试换看充]|(?<!银)行|正常|ok|可以|就是|确实|果然|是的?[银网余限账]|也是|因为|所以"
)
_NOTICE = re.compile("通知|短信|消息|信息|电话|提示|提醒|弹|来信")
_SUM = "(?P<sum>[0-9一二两三四五六七八九十百千万.]+[多来]?(?:元|块)?钱?)(?![0-9个天次年月号点项步位])"
_THERE = re.compile("(?:有|剩)(?:着|下|个|大概|差不多|了)*" + _SUM)
_WANTED = re.compile(
    "(?:(?:要|得|想|只|就|才|来|共|单|笔)(?:付|买|花|扣|给|转|充|交)|(?:付|买|花)个?|这单|这笔|东西|菜|货)"
    "(?:要|才|就|只|是|个|了)*" + _SUM
)


_POOR = re.compile(
    "(?<![不没])(?:挺|很|有点|比较|太|好|特别|超级?|贼)(?:慢|差|卡|弱|烂)(?!吗|不)|断断续续|时有时无|[一1两2]格(?:信号)?$"
)
_LITTLE = re.compile("[就只才][有剩]|仅|没|不|光了|[慢差断弱卡]")
_TAKES_BACK = re.compile(
    "(?:搞|弄|说|理解|听|看|记|划|读|意思)?反了|(?<!我)(?:划|排除|勾|搞|弄|理解|听|看)错|(?:别|不要|不能|谁让你|怎么就?|咋)(?:给我)?(?:把.{1,6})?(?:划|排除)"
    "|(?:不该|没让你|没叫你)(?:划|排除)|(?:划|排除)(?:早|快)了|没(?:有)?排除|加回[来去]|划回[来去]"
)


# What the page says, whatever the user sees: 「它提示余额不足」; 「银行说没问题」 is somebody else's word.
_PAGE = re.compile(
    r"(?:(?:它|页面|系统|屏幕|上面|弹窗|软件|手机|钱包|app)(?:上|里|那边)?(?:就|还|老|一直|总是?|都|又|只|给我|也|现在)*(?:写|说|讲|报)"
    r"|(?<!没)(?<!没有)(?<!不)(?:提示|显示|弹|跳|报错|报)|^(?:上面)?写(?=的是|着))(?:出来?|了|着|的|我|说|就?是|个|错|窗|一直|都|还是)*(?P<told>[^,，。;；]{2,20})"
)
_SAID_BY_OTHERS = re.compile("(?:银行|客服|人家|他们|商家|店家|老板).{0,3}(?:说|讲|告诉|提示)")


def page_says(topic: Topic, text: str) -> tuple[str, ...]:
    """Returns the value of the cause that the page has named in a clause, the first if it names several."""
    clause = normalize(text)
    match = None if _SAID_BY_OTHERS.search(clause) else _PAGE.search(clause)
    if match is None or re.match("没|不是|不出", match["told"]):
        return ()
    told = folded(match["told"])
    first = sorted(
        (told.find(folded(normalize(word))), -len(word), step.value)
        for step in topic.steps
        for word in step.words
        if step.value and folded(normalize(word)) in told
    )
    return (first[0][2],) if first else ()


def said_by_page(topic: Topic, text: str) -> tuple[str, ...]:
    """Returns the values of the causes that the page has named, in any clause of a text."""
    clauses = _CLAUSE.split(normalize(text))
    return tuple(dict.fromkeys(value for clause in clauses for value in page_says(topic, clause)))


def ruled_out(topic: Topic, text: str) -> tuple[str, ...]:
    """Returns the values of the checks whose causes the text says are fine, each clause by itself."""
    found: list[str] = []
    for clause in _CLAUSE.split(_STATED.sub("", normalize(text))):
        if page_says(topic, clause):
            continue
        if _FINE.search(clause) and not _NOT_FINE.search(clause) and not happened(clause):
            found += named(topic, folded(clause))
    return tuple(dict.fromkeys(found))


def happened(text: str) -> bool | None:
    """Returns whether a clause says that something stopped the payment, or that nothing did; None when it says neither.

    A notice of it tells of it (「弹了个拦截的通知」), and who denies its denial says it (「不是没拦」).
    """
    plain = normalize(text)
    if _DENIES_DENIAL.search(plain):
        return True
    if _MAYBE.search(plain) or not _EVENT.search(plain):
        return None if _MAYBE.search(plain) or not _NO_NOTICE.search(plain) else False
    return not (_DENIED.search(plain) or _NO_NOTICE.search(plain))


def doubts_itself(text: str) -> bool:
    """Whether a clause has no word by which what it tells is fine, or is not (「银行那边来了条短信」)."""
    return not _SAYS_WHICH.search(normalize(text))


def is_notice(text: str) -> bool:
    """Whether a clause tells of a message, a call or a pop-up."""
    return bool(_NOTICE.search(normalize(text)))


def affords(text: str) -> bool | None:
    """Returns whether a text says that there is as much as is to be paid (「有58块 我要付45」); None without both."""
    plain = normalize(text)
    there = next(filter(None, map(_amount, (match["sum"] for match in _THERE.finditer(plain)))), None)
    wanted = next(filter(None, map(_amount, (match["sum"] for match in _WANTED.finditer(plain)))), None)
    return there >= wanted if there and wanted else None


def _amount(text: str) -> float | None:
    found = amounts_in(text, is_asked=True)
    number = re.sub("[^0-9.]", "", found[0].value) if found else ""
    return float(number) if re.fullmatch(r"[0-9]+(?:[.][0-9]+)?", number) else None


def is_poor(text: str) -> bool:
    """Whether a clause says that a network is there and is bad (「校园网 挺慢的」)."""
    return bool(_POOR.search(normalize(text)))


def is_little(text: str) -> bool:
    """Whether a clause says that there is only so much (「就剩三块钱」), or none."""
    return bool(_LITTLE.search(normalize(text)))


def takes_back(text: str) -> bool:
    """Whether the text says that a cause was crossed out by mistake (「反了」, 「别划掉」)."""
    return bool(_TAKES_BACK.search(normalize(text)))


def implied(topic: Topic, text: str) -> tuple[str, ...]:
    """Returns the value of the check that a clause speaks of without its name: money is about the balance."""
    if not any(step.value == _BALANCE for step in topic.steps):
        return ()
    return (_BALANCE,) if _TELLS_MONEY.search(folded(normalize(text))) else ()


def sounding(topic: Topic, key: str) -> tuple[str, ...]:
    """Returns the values of the checks one of whose words a text sounds like (「于额有的」: 余额)."""
    said = _sound(key)
    values = [
        step.value
        for step in topic.steps
        for word in step.words
        if step.value and len(word) >= _SHORTEST_SOUND and _sound(word) in said
    ]
    return tuple(dict.fromkeys(values))


@lru_cache(maxsize=512)
def _sound(text: str) -> str:
    return " ".join(("", *to_syllables(folded(normalize(text)), {}), ""))


def named(topic: Topic, key: str) -> tuple[str, ...]:
    """Returns the values of the checks that users' words name; the longest words first, each place once.

    Args:
        topic: The diagnosis.
        key: What was said, normalized and folded.
    """
    words = sorted(
        ((word, step.value) for step in topic.steps if step.value for word in step.words),
        key=lambda pair: -len(pair[0]),
    )
    rest, values = key, []
    first = _FIRST.search(key)
    if first:
        count = "一二三四五".find(first.group(1).replace("两", "二")) + 1
        values = [step.value for step in topic.steps[:count] if step.value]
    for word, value in words:
        if folded(normalize(word)) in rest:
            rest = rest.replace(folded(normalize(word)), " ")
            values.append(value)
    return tuple(dict.fromkeys(values))
