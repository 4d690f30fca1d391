"""What lets an alarm about money go: a danger that is over or only asked about, an ordinary payment after all."""

from __future__ import annotations

import re

from actions.dialogue.acts import Act
from actions.dialogue.messages import AnswerBand, UserMessage
from actions.dialogue.replacing import replace
from actions.dialogue.state import Alarm, DialogueState, has_alarm
from actions.dialogue.turn import Context
from actions.reading.hearing import GRAVE_FACTS, clauses_of, hear
from actions.reading.questions import asks
from actions.reading.reading import Reading, Source
from language.text_normalization import normalize

_OF_MONEY = (Alarm.FRAUD, Alarm.VICTIM)
_DANGER = "骗|盗|偷|诈|坑(?:了|过|走|我|钱)|转走|刷走|划走|冒充|泄露"
# Years ago it is enough that it has happened once; nearer, it must be said to be settled.
_YEARS_AGO = (
    "去年|前年|头年|那年|当年|早年|早几年|小时候|(?:[好几多十百一二两三四五六七八九]|\\d)+年(?:多)?(?:以|之)?前"
)
_BEFORE = "以前|之前|从前|曾经|上(?:个)?(?:月|学期)|上半年|上次|上回|那次|那回|年初|当初"
_ONCE = f"(?:{_DANGER}|丢).{{0,4}}过"
_REPORTED = "立案|报(?:过|了|完)?警"
_SETTLED = (
    "(?:处理|解决|了结|弄|搞|办)(?:完|好|掉|妥|清)+了?|(?:处理|解决|了结)(?:过)?了|(?<![没未不])(?<!没有)(?:追回|退回|退还|找回|拿回|要回|补回)"
    "|(?<![没不])赔(?:了|给|付|完)|(?<![没])抓(?:了|住|到|着|起来)|判了|结案|破案|过去了|翻篇"
)
_GOES_ON = (
    "现在(?:又|还|也)|又(?:来|被|少|打|开始|扣|收)|今天|今早|今晚|刚刚|刚(?!才说)|这会|正在|还在|这次|这回|这两天|昨|前天|才(?:发现|知道)|还没|没(?:追|退|赔|抓|处理|解决|结)"
    "|能(?:不能)?(?:追|退|赔|要)|怎么(?:追|退|赔|要)|追(?:得)?回(?:来)?(?:吗|么|不)|咋办|怎么办"
)
_OVER = re.compile(
    f"(?=.*(?:{_DANGER}))(?:(?=.*(?:{_YEARS_AGO}))(?=.*(?:{_ONCE}|{_REPORTED}|{_SETTLED}))|(?=.*(?:{_BEFORE}))(?=.*(?:{_SETTLED})))"
)
_NOT_OVER = re.compile(_GOES_ON)

# What is told of others or supposed, and what would make it the user's own.
_HEARSAY = re.compile(
    "听说|听人说|听讲|听别人|新闻|网上(?:说|看|都)|群里(?:说|都|转)|朋友圈|隔壁|小区里|抖音|电视|刷到|讲座|科普|宣传|(?<!没)有人(?:被|遭)|别人(?:被|遭)"
)
_SUPPOSED = re.compile(
    "如果|要是|假如|假设|万一|一般|平时|正规|真(?:的|正)?(?:是)?(?:客服|官方|工作人员)|你们(?:的)?(?:客服|人|员工)?会"
)
_HAPPENS = re.compile(
    "(?:我|俺)(?:也|就|都|刚|已经|昨天|今天)*被|(?:让|叫|要|找|催|逼|骗|教|加|联系|打给|发给|给|问|跟|喊|说)(?:了)?(?:我|俺)(?!们|觉得|想)|(?:我|俺)(?:也|就|都|刚|刚刚|被|把|已经|昨天|今天)*(?:被|把|给|点|转|扫|填|报|念|说|发|收到|接到|下|装|输|买|付)(?:了|过|完)"
    "|(?:我|俺)(?:家)?(?:妈|爸|老公|老婆|爷|奶|儿子|女儿|孩子|同事|室友|朋友)|(?:他|她|对方|那人)(?:说|让|叫|要)"
)

_SOMEBODY = "老公|老婆|媳妇|爱人|对象|儿子|女儿|闺女|孩子|娃|爸爸?|妈妈?|哥哥?|姐姐?|弟弟?|妹妹?|老伴|家里人|家人"
_PAID = "付|买|转|花|充|开|订|续|办|登录?|用|取|交|还|绑|改|设|投|捐|发|刷"
_TO = "(?:了|给[^,，]{1,6}|到[^,，]{1,6}|[^,，不没了的]{1,3})*"
# 「是我给孩子充的」, 「我自己转给房东的」, 「我在新手机上登的」
_OWN = re.compile(
    f"(?<![不没])(?<!不会)是(?:我|俺|咱)(?:们)?[^,，不没被]{{0,8}}(?:{_PAID}){_TO}的"
    f"|(?:我|俺|咱)(?:们)?(?:自己|自个儿?|本人)[^,，不没被]{{0,8}}(?:{_PAID}){_TO}的"
    f"|(?:我|俺)(?:刚才?|昨天|今天|那天)?(?:在|用|换)[^,，不没被]{{1,6}}(?:登录?|付|买|试){_TO}的"
    f"|(?:我|俺)(?:让|叫|同意|给)(?:了)?(?:{_SOMEBODY}|他|她)(?:{_PAID}){_TO}的"
    f"|(?<!不)是(?:我|俺)?(?:家)?(?:{_SOMEBODY})[^,，不没被]{{0,4}}(?:{_PAID}){_TO}的"
)
_MAY_BE = re.compile("会不会|是不是|好像是|可能是|不是(?:我|俺)|吗$|么$")
_NOT_OWN = re.compile(f"(?:不是|没)(?:我|俺|本人)[^不没]{{0,6}}(?:{_PAID}){_TO}的")
_CHILD, _CHILD_PAID = (
    frozenset({"child", "minor"}),
    re.compile("(?:孩子|儿子|女儿|闺女|娃)[^,，]{0,4}(?:充|刷|花|付|买|打赏)"),
)
_PARENT_PAID = re.compile("(?:我|俺)(?:自己|让|叫|同意|给)")
_MERCHANT = (
    "店|超市|收银|老板|摊|食堂|[饭菜餐面茶酒]馆|咖啡|餐厅|烧烤|火锅|奶茶|小吃|早餐|粉铺|外卖|商家|商户|卖家|理发|发廊|加油站?|停车|医院|物业|房东|房租|学校|学费|菜场|菜市|酒楼|奶茶|烧烤|火锅|网吧|健身"
    "|快递|司机|打车|水电|话费|宽带|服务员|便利"
)
_FAULT = re.compile(
    "多(?:收|扣|刷|算|付|划|要)|重复|(?:扣|收|刷|付)(?:了|我|走)*(?:两|2|二|俩|三)(?:次|遍|笔|回|份|道)|(?:扣|收|算|刷|标|结|打)错"
    "|没(?:发货|到货|收到货|找零|给货)|(?:坏|假|烂|破|次)(?:的|货|了|耳机|手机)|质量|货不对|缺斤少两"
)
_PLAINLY_MERCHANT = re.compile(
    "^(?:是|就是)?(?:我们|我家)?(?:楼下|门口|小区|超市|饭店|店里|商场|菜场)?的?(?:那个)?(?:收银|店老板|老板娘?|店员|服务员|摊主|房东|物业|师傅)"
    f"|^(?:哦|啊|嗯|噢|没有?|不是|哪有)*(?:就是|是|原来是)(?:我们|我家|俺们)?(?:那|这|个|楼下|门口|小区|公司|单位|附近|旁边)*的?[^,，]{{0,3}}(?:{_MERCHANT})"
)
_DENIES = re.compile(
    "(?:没有?|哪有|又没|也没|并没|不是)(?:让|叫|给|被|有)?(?:人|谁|啥|什么)?(?:在|来)?(?:偷|盗|骗|诈|抢)|(?:没|不是)(?:遇到|碰到|碰上|遇上)?(?:骗子|小偷|诈骗|贼)"
)
# Whoever cheats has others say that it was a mistake.
_CULPRIT = re.compile(
    "对方|那边|那人|那个人|公安|警|法院|检察|导师|领导|专员|来电|陌生|网友|链接|会议|共享|中奖|贷|投资|任务|刷单|返利|安全账户|骗子(?!没)"
)
_CULPRIT_TOLD = re.compile("骗|诈|对方|公安|警|法院|导师|客服|链接|会议|共享|中奖|贷款|投资|刷单|返利|安全账户|验证码")
# What no explanation takes back.
_NOT_EXPLAINED = GRAVE_FACTS | {"code_told", "password_told", "card_told", "told_secret", "link", "fraud_loss"}
# A cry for help is heard before all this.
_CRY = 0.2
_SURELY, _SURELY_MEANT = 0.6, 0.9
_TRUE_OR_NOT = re.compile("真的?(?:还是)?假的?|真假|是不是|靠不靠谱|(?:是|算|叫)(?:个|些)?(?:什么|啥)|(?:怎么|咋)回事")


def is_long_over(key: str) -> bool:
    """Whether a fraud or theft is told of that is long past and settled (「去年被骗过 早处理完了」)."""
    return bool(_OVER.match(key)) and not _NOT_OVER.search(key)


def only_asks(key: str) -> bool:
    """Whether a danger is only asked about: nothing in it has happened to the user or to somebody near."""
    return bool(_HEARSAY.search(key) or _SUPPOSED.search(key)) and not _HAPPENS.search(key)


def explains_payment(clauses: list[str]) -> bool:
    """Whether a payment is explained by whoever has made it, the user or somebody at home (「是我给孩子充的」)."""
    is_explained = any(_OWN.search(clause) and not _MAY_BE.search(clause) for clause in clauses)
    return is_explained and not any(_NOT_OWN.search(clause) for clause in clauses)


def blames_merchant(key: str) -> bool:
    """Whether it is a merchant who has charged wrongly (「没人偷 楼下饭店多收了」)."""
    return bool(re.search(_MERCHANT, key) and _FAULT.search(key))


def names_merchant(clauses: list[str]) -> bool:
    """Whether whoever wants the money is a merchant (「就是店老板」)."""
    return any(_PLAINLY_MERCHANT.search(clause) for clause in clauses)


def denies_theft(key: str) -> bool:
    """Whether the text says that nobody has stolen or cheated (「没让人偷」)."""
    return bool(_DENIES.search(key))


def read(context: Context, state: DialogueState, act: Act, message: UserMessage) -> Reading | None:
    """Reads what ends an alarm about money, or never was one; None for everything else."""
    if act is Act.HUMAN or message.alarms.get(Alarm.CRISIS.value, 0.0) >= _CRY:
        return None
    if has_alarm(state, Alarm.CRISIS) or state.open_alarm in (Alarm.CRISIS, Alarm.BEREAVED):
        return None
    is_told = state.open_alarm in _OF_MONEY or has_alarm(state, *_OF_MONEY)
    alarm = state.open_alarm if state.open_alarm in _OF_MONEY else Alarm.VICTIM
    arguments: dict[str, object] = {"alarm": alarm, "was_sure": has_alarm(state, alarm), "is_let_go": True}
    if is_long_over(message.key) and not (set(state.danger_facts) & _NOT_EXPLAINED):
        arguments |= {"is_over": True, "matter": _beside(context, message)}
        return Reading(Source.DANGER, Act.ALARM_DENIED, message, "a danger that is long over", 1.0, arguments)
    if not is_told:
        return _asked_only(context, message)
    if has_alarm(state, *_OF_MONEY) and set(_OF_MONEY) & set(state.denied_alarms) and state.open_alarm is None:
        return None
    matter = _explanation(context, state, message)
    if matter is None:
        return None
    arguments["matter"] = matter or None
    return Reading(Source.DANGER, Act.ALARM_DENIED, message, "an ordinary payment after all", 1.0, arguments)


def _explanation(context: Context, state: DialogueState, message: UserMessage) -> str | None:
    """Returns the matter that is left when the danger is explained, an empty text if there is none; or None."""
    key, facts = message.key, set(state.danger_facts)
    heard = hear(context.knowledge.danger, message)
    is_grave = bool(
        (facts | {name for name in heard.learnt if heard.shares.get(name, 0.0) >= _SURELY}) & _NOT_EXPLAINED
    )
    if is_grave or _CULPRIT.search(key) or (asks(normalize(message.text)) and not names_merchant(clauses_of(message))):
        return None
    if blames_merchant(key):
        return _dispute(context)
    told = "".join(one.text for one in state.alarms if one.alarm in _OF_MONEY)
    clauses = clauses_of(message)
    if names_merchant(clauses) and "lost" not in facts:
        return _beside(context, message) or ""
    if _CULPRIT_TOLD.search(told) and not denies_theft(key):
        return None
    if _CHILD & facts and _CHILD_PAID.search(key) and not _PARENT_PAID.search(key):
        # A child has paid: it is still to be mended.
        return None
    return (_beside(context, message) or "") if explains_payment(clauses) else None


def _dispute(context: Context) -> str:
    """Returns the topic that notes down payments."""
    return next((topic.id for topic in context.knowledge.topics.values() if topic.collected_details), "")


def _beside(context: Context, message: UserMessage) -> str | None:
    """Returns the matter that a message surely means or names beside what is over."""
    named = {*message.matters("named", "anchor")}
    if message.band is AnswerBand.ANSWER and message.confidence >= _SURELY_MEANT:
        named.add(message.intent)
    intents = (
        message.intent,
        *(name for name, _ in message.choices),
        *(one.intent for one in message.further_requests),
    )
    topics = (context.knowledge.topics.get(intent) for intent in intents)
    return next((topic.id for topic in topics if topic is not None and not topic.urgent and topic.id in named), None)


def _asked_only(context: Context, message: UserMessage) -> Reading | None:
    """Reads a question about a danger of others (「听说有人被骗 真客服会要验证码吗」)."""
    is_danger = sum(message.alarms.get(alarm.value, 0.0) for alarm in _OF_MONEY) >= _CRY
    is_question = asks(normalize(message.text)) or bool(_TRUE_OR_NOT.search(message.key))
    if not is_danger or not only_asks(message.key) or not is_question:
        return None
    arguments: dict[str, object] = {"alarm": Alarm.FRAUD, "is_doubtful": True, "is_only_asked": True}
    message = replace(message, further_requests=())
    return Reading(Source.DANGER, Act.ALARM, message, "only asks about a danger", 1.0, arguments)
