"""Finds who was paid: the name without the words around it."""

from __future__ import annotations

import re

from actions.reading.amounts import amounts_in
from actions.reading.questions import asks, complains, demands_money, is_noise, without_reminder
from actions.reading.stories import tells
from actions.reading.times import times_in
from language.text_normalization import normalize

_LONGEST, _SHORTEST = 25, 1
_LONGEST_IN_PARTS = 8
_ROLE = (
    r"(?:对方|机构|学校|医院|酒店|品牌|主播|饭店|餐馆|"
    r"商家|商户|店家|店名|店铺|卖家|收款人|收款方|收款的|收款账户|超市|公司|平台|那个店|店|名字|名称|他|她)"
)
_LEAD = re.compile(
    r"^(?:(?:嗯+|哦+|啊|那个|就|反正|总之|只知道|只记得|好像|应该|可能|大概|我记得|记得|也)[\s,，]*)+(?=[叫是在从付转给一\w])"
)
# 「一家叫鲜果园的店」 is called 鲜果园; 「是98」 names nobody.
_ARTICLE = re.compile(
    r"^(?:[有是])?(?:一家|一个|个|家|那家|那个)(?:店|公司|商家|商户|平台)?(?:名字)?(?:就?叫(?:做|什么)?|名叫)(?P<name>[^\s的]{2,12})(?:的.{0,4})?$"
)
_COPULA = re.compile(r"^(?:应该|好像)?是(?=[\d¥￥])")
# 「哦 是快递员多收的」, 「就楼下饭店」
_POINTING = re.compile(
    r"^(?:哦|啊|嗯)?(?:就是|其实是|原来是|是|就)(?=我?(?:们)?(?:楼下|门口|小区|旁边|附近|那家|一家|一个|个|那个|便利店|快递|外卖|超市|饭店|店))"
)
_TAIL = re.compile(r"[\s,，]*(?:啥的|什么的|之类的|那样|吧|啊|呀|哦|哈|呢|嗯|的吧|了)?[~～。.!！]*$")
# Said before a name that is read off, or told to be written down: 「那写 小周五金店」, 「收款的写的是"*明"」.
_GUESSED = re.compile(
    r"^(?:好像|应该|可能|大概)?(?:就?是)?(?P<name>[^\s,，的吧]{2,8}?)(?:的|家)?吧?(?:好像|应该|可能|大概)吧?(?=[\s,，]|$)"
)
_READ_OFF = re.compile(
    r"^(?:那|就|那就|你|麻烦|先|我|上面|上头|页面|记录|账单|里|收款|收钱|付款|方|人|的|那边|那个|对方|商家|名字|他|她|它|应该|好像|大概|可能)*"
    r"(?:[写填](?:着的?是?|的是?|是)|记(?:成|着|的是)|[写填记](?![表单好上完下错过了没不得进入写填记号给着的是成到清住载录账]|哪|什么|啥|一下|手机|邮箱|申诉|资料|信息)|显示的?是?|标着?的?是?|备注的?是?|叫做|名字?叫|就?叫|姓名是)(?:了|着|个|的|是|叫)*[\s,，:：]*(?=\S)"
)
# 「算了 老王面馆 就这个」
_JUST_THIS = re.compile(
    r"^(?:算了[\s,，]+)?(?P<name>[^\s,，]{2,12})[\s,，]+就(?:是)?(?:这个|这家|他|她|它)(?:吧|了)?[。.]*$"
)
# Whoever quotes means just that: 「就是叫“阿芳小吃”」.
_QUOTED = re.compile(r"[“\"「《『](?P<name>[^”\"」》』]{1,25})[”\"」》』]")
# In a later clause: 「收钱的是个人 叫王桂芬」.
_CALLED = re.compile(
    r"(?:^|[\s,，。、]|是|个|人|店)(?:名字|名|他|她|店)?(?:叫做|叫|姓名是|名字是|名是)(?P<name>[^\s,，。、的]{2,12})(?:的|吧|啊|呢)?$"
)
_LATIN = re.compile(r"[一-鿿][\s,，]+(?P<name>[A-Za-z][A-Za-z0-9&.\-]{1,20})$")
# What follows is the name, whatever it sounds like.
_FRAMES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^{_ROLE}(?:名字|名|的名字)?(?:是|叫做|叫|为|[:：])+(?:一个叫|叫)?(?P<name>.+?)(?:的)?$",
        r"^是?一个?(?:名字)?叫(?:做)?(?P<name>.+?)(?:的人?|的店|的商家)?$",
        r"^是?(?:(?:付|转|打|给|汇|支付)(?:款|钱)?给(?:了)?|给了)(?P<name>.+?)(?:的|了)?$",
        r"^是?[在从](?P<name>.+?)(?:上|里)?(?:买|消费|付|点|订|扣|花|充|下单|刷)(?:的|了).{0,4}$",
        r"^(?:就是|是|叫做|叫)(?:在|叫)?(?P<name>.+?)$",
        r"^(?P<name>.+?)(?:扣|收)(?:的|了|走的)$",
    )
)
_ORDER = re.compile(r"^(?:给我|帮我)?叫.{1,6}(?:来|过来|出来|出面)$|^(?:给我|帮我)?转.{0,3}人工")
_NO_NAME = re.compile(
    r"^(?:讲|唱|说)[个首一]|^(?:你|您|你们|咱|告诉|帮我|给我|我要|我想|快|赶紧|马上|别|已经|明天|这|那)|天气|好(?:的|吧|呀|滴|嘞|了)?$"
    r"|^(?:行|可以|谢谢|你好|您好|在吗|没有|不是|没|不要|不用|算了|喂|对|是的|对的|没错|不对|错了|搞错|随便|知道了|明白|等等|等下|骗子|垃圾|啊这|不在|空白)"
    r"|^(?:密码|付款|支付|转账|验证码|账户|账号|余额|申诉|客服|人工|菜单|退款|退钱|注销)|人工$|(?:失败|忘了|不了|不上|不到|没了|没(?:到|来|收到|退|发|给)(?:货|账|钱)?)$"
    rf"|^{_ROLE}$|^我(?:看|查|找|填|写|说|不|没|都|也|已|就|在|是|忘|刚|点|按)|了$(?<!买了)"
)
# Within a story: who did it, or where.
_IN_STORY = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:给|跟|向|找|从)(?:了)?(?:一?个)?(?:名字)?叫(?:做)?(?P<name>\w{2,8}?)的",
        r"(?:有|被|让|是|在)?(?:一家|一个|个|家)(?:店|公司|商家|商户|平台)?(?:名字)?叫(?:做|什么)?(?P<name>\w{2,10}?)(?:的(?:店|公司|商家|人|平台|商户|铺子)?)?(?=[扣收划刷转拿骗把给从又,，。\s]|$)",
        r"(?:对面|对方|收款(?:方|人|的|那边|账户)?|收钱的|商户|商家)(?:那边|上面)?(?:名字)?(?:就?(?:写|显示|叫|标|记)(?:着|的|做|什么)?(?:是|叫)?)[\s:：]*(?P<name>\w{2,12})(?=$|[\s,，。的])",
        r"(?:付|转|打|汇)(?:款|钱|账)?给(?:了)?(?P<name>[\w]{2,8}?)(?=[的了,，。\s\d]|$)",
        r"(?<!转)(?<!付)(?<!打)(?<!汇)(?<!还)给(?P<name>(?!我|他|她|你)\w{2,6}?)(?:转|付|打|汇)(?:了|过)",
        r"(?<![现正存实])在(?P<name>[\w]{2,10}?)(?:上|里|那边|那里)?(?:买|消费|付|点了|订|充|花|下单|刷|被扣|多扣|重复扣|扣)",
        r"(?:付|转|打|汇|还)给(?:了)?(?P<name>[\w]{2,8})",
        r"(?:^|[\s,，。])(?:对方|收款人|商家|店名)(?:是|叫|[:：])?(?P<name>(?!.*[不没说让要退拉给骗])\w{2,8})(?=$|[\s,，。])",
        r"(?:对方|商家|卖家|店家|收款人|收款方|店名|老板|店主)(?:的?名字)?(?:叫做?|是(?!指|谁|什么|啥|哪|个|我|不))[\s:：]*(?P<name>\w{2,12})(?=$|[\s,，。])",
        r"(?:^|[\s,，。])(?:他|她|对方|老板|店主|卖家)?(?:名字)?叫(?:做)?\s?(?P<name>(?![了过个辆车人])\w{2,8})(?=$|[\s,，。])",
        # 「在永辉超市，扣了我126」, 「滴滴的，扣了47」
        r"(?<![现正存实])在(?P<name>[\w]{1,8}(?:店|超市|商行|餐厅|饭馆|馆|坊|商城|便利|酒店|宾馆|药房|市场))(?=[\s,，。]|$)",
        r"^(?P<name>[^\W\d]{2,6})的[\s,，]+(?=.*?\d)(?=.*?(?:扣|收|付|算|要|块|元))",
        r"被(?P<name>\w{2,8}?)(?:自动|又|多|连续|重复|偷偷|莫名)*(?:续费|扣)",
        r"(?:^|[\s,，。天晚早午])(?P<name>[\w]{2,6}?)(?:打车|外卖|网购|买的|点的|订的)(?!.*?在)",
        r"(?:^|[\s,，。])(?P<name>\w{2,12}?)(?:多扣|多收|重复扣|乱扣|又扣|扣了?我|收了?我|不退|不发货|没发货|不给退)",
    )
)
# What was done there is no part of the name.
_DOING = re.compile(
    r"(?:被|又|也|就|一直|无故|给我|把我|向我|总共|一共|突然|吃饭|购物|这边|扫码|扫了码|刷卡|刷脸|用钱包|用u钱包|的(?:钱|押金|定金|会员费|房租|货款)|消费)+$"
    r"|买(?!买).{1,6}$|(?:的)?(?:会员费|押金|定金|房租|货款|运费)$"
)
_NAMED = 2
_UNREADABLE = re.compile(
    "乱码|看不懂|认不出|一(?:串|堆)(?:英文|字母|数字|符号|字|码|乱)|(?:全是|都是)(?:英文|字母|数字|符号|星号)"
)
_FORGOTTEN = re.compile(
    _UNREADABLE.pattern + "|不?(?:记得|知道|晓得|清楚|认识).{0,3}(?:叫|是)?(?:啥|什么|谁|名)|忘(?:了|记|掉)"
    "|[不没](?:太)?(?:记得|知道|晓得|清楚|认识|注意)|叫(?:啥|什么)(?:来着|的|了|呢)*$|记不"
)
_NO_SUBJECT = re.compile(
    r"^(?:一个|一件|一是|第一|第二|另|其中|打车|坐车|吃饭|买菜|加油|停车|网购|外卖|点餐|购物|打的|别人|人家|有人|某人|就是|我|你|他|她|它|我们|你们|他们|对方|商家|卖家|店家|钱|一笔|有|被|说|为|昨|今|前天|刚|上周|上个|这|那|付款|支付|重复|多|为什么|怎么|自动|同一|钱包|u钱包|余额|银行|订单|明明|莫名|突然|还|已经|取消|不|没|这里|哪|家里|手机|网上)"
)


def name_in(text: str) -> str | None:
    """Returns the name that answers 「对方是谁」, None when the text is no name."""
    text = remembered(without_reminder(text))
    quoted = _QUOTED.search(text)
    if quoted and not is_noise(_key(quoted["name"])):
        return quoted["name"].strip()
    guessed = _GUESSED.match(text.strip())
    if guessed and not _NO_NAME.search(_key(guessed["name"])) and not _is_value(guessed["name"]):
        # 「腾讯的吧应该 页面写的…」
        return guessed["name"]
    just_this = _JUST_THIS.match(text.strip())
    text = just_this["name"] if just_this else text
    plain = normalize(text)
    if asks(plain) or complains(plain) or demands_money(_key(text)) or _ORDER.search(plain.strip()):
        return None
    stripped = _strip(text)
    called = _CALLED.search(stripped) or _LATIN.search(stripped)
    if called and (called.start() > 0 or " " in stripped) and not _NO_NAME.search(_key(called.group("name"))):
        return _strip(called.group("name"))
    read_off = _READ_OFF.match(stripped)
    if read_off and len(_key(stripped[read_off.end() :])) >= _SHORTEST:
        stripped = _strip(stripped[read_off.end() :])
        if "*" in stripped:
            # A name that the record hides in part.
            return stripped
    lead = _LEAD.match(stripped)
    body = stripped[lead.end() :].strip() if lead and lead.end() < len(stripped) else stripped
    for frame in _FRAMES:
        match = frame.match(body)
        if (
            match
            and (name := _without_amount(_clean(match.group("name"))))
            and not _is_value(name)
            and not is_noise(_key(name))
            and not tells(name)
        ):
            return name if len(name) <= _LONGEST and not _ORDER.search(normalize(name)) else None
    name = _clean(_POINTING.sub("", _COPULA.sub("", body)))
    key = _key(name)
    if len(name) > _LONGEST_IN_PARTS and len(re.findall(r"[一-鿿]+", name)) > 1:
        # 「进去了 让填个单子」
        return None
    if len(name) > _LONGEST or is_noise(key) or not re.search(r"[^\W\d_]|^12306$|\d-\d", name) or _NO_NAME.search(key):
        return None
    return None if _is_value(name) else name


def remembered(text: str) -> str:
    """Returns what is said without what is said to be forgotten (「叫啥我忘了 反正是个洗车店」)."""
    clauses = re.split(r"[\s,，。;；]+", text.strip())
    known = [clause for clause in clauses if not _FORGOTTEN.search(normalize(clause))]
    return text if len(known) == len(clauses) else " ".join(known)


def is_unreadable(text: str) -> bool:
    """Whether the text says that the name is there and cannot be read (「名字一串英文」)."""
    return bool(_UNREADABLE.search(text))


def is_framed(text: str) -> bool:
    """Whether the text says that a name follows (「商家叫…」), so that what follows is not read in another way."""
    stripped = _strip(text)
    lead = _LEAD.match(stripped)
    body = stripped[lead.end() :].strip() if lead else stripped
    if _READ_OFF.match(stripped) or _CALLED.search(stripped):
        return True
    return any(frame.match(body) for frame in _FRAMES[:4]) or bool(re.match(r"^(?:就是|是|叫)\S{2,}", body) and lead)


def name_in_story(text: str) -> str | None:
    """Returns the name of who was paid in a sentence that tells what happened; None when it names nobody."""
    plain = normalize(text)
    for pattern in _IN_STORY:
        match = pattern.search(plain)
        if match is None:
            continue
        name = text[match.start("name") : match.end("name")]
        # 赵国庆 is no holiday.
        times = times_in(name, None) if pattern is not _IN_STORY[0] else ()
        if times:
            name = (name[: times[0].start] if times[0].start else name[times[0].end :]).strip()
        name = _without_amount(name)
        name = _POINTING.sub("", _DOING.sub("", name))
        if len(name) >= 2 and not _NO_SUBJECT.match(normalize(name)) and not asks(normalize(name)):
            return name
    return None


def _without_amount(name: str) -> str:
    """Returns a name without the amount that was said in one breath with it (「刘芳五百」)."""
    amounts = amounts_in(name, is_asked=True)
    return name[: amounts[0].start].strip() if amounts and amounts[0].start >= _NAMED else name


def _strip(text: str) -> str:
    return _TAIL.sub("", text.strip().strip("“”\"'「」《》【】 ")).strip("“”\"'「」《》【】 ")


def _clean(name: str) -> str:
    plain = re.sub(r"[\s,，]+(?:嗯|吧|啊|哦|哈|对)$", "", _strip(name)).strip()
    called = _ARTICLE.match(plain)
    return called["name"] if called else plain


def _key(text: str) -> str:
    return re.sub(r"\W", "", normalize(text))


def _is_value(name: str) -> bool:
    """Whether it is a time or an amount rather than a name."""
    rest = normalize(name)
    if rest in ("一点点",):
        return False
    is_number = bool(re.match(r"^[\d.,元块钱¥￥\s]+$", rest))
    lengths = [time.end - time.start for time in times_in(name, None, is_asked=False)]
    lengths += [amount.end - amount.start for amount in amounts_in(name, is_asked=is_number)]
    covered = sum(lengths)
    return name != "12306" and covered >= len(rest.strip()) - 1 and covered > 0
